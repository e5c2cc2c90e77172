//! The commands, one a file.

pub mod config;
pub mod extract;
pub mod feed;
pub mod highlight;
pub mod list;
pub mod parser;
pub mod read;
pub mod rules;
pub mod save;
pub mod search;
pub mod serve;
pub mod token;
pub mod user;

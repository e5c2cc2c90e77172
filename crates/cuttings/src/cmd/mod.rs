//! The commands, one a file.

pub mod compare;
pub mod config;
pub mod export;
pub mod extract;
pub mod feed;
pub mod highlight;
pub mod list;
pub mod parser;
pub mod read;
pub mod recapture;
pub mod reextract;
pub mod reference;
pub mod rules;
pub mod save;
pub mod search;
pub mod serve;
pub mod token;
pub mod user;
pub mod verify;

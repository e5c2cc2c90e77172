//! Pages: what people see. Each file is one page or one kind of change.

pub(crate) mod again;
pub(crate) mod articles;
pub(crate) mod bulk;
pub(crate) mod captures;
pub(crate) mod compare;
pub(crate) mod edit;
pub(crate) mod entries;
pub(crate) mod feed_lists;
pub(crate) mod feed_rules;
pub(crate) mod feeds;
pub(crate) mod filters;
pub(crate) mod health;
pub(crate) mod highlights;
pub(crate) mod library;
pub(crate) mod library_query;
pub(crate) mod offline;
pub(crate) mod pictures;
pub(crate) mod problems;
pub(crate) mod reader;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod signin;
pub(crate) mod sites;
pub(crate) mod tags;

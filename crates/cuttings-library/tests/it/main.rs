//! The verbs against real parts: both databases, a blob folder, pages served on
//! loopback.

mod accounts;
mod again;
mod bulk;
mod capture;
mod durability;
mod edit;
mod feed_rules;
mod feeds;
mod filter;
mod highlights;
mod jobs;
mod mutations;
mod parts;
mod plans;
mod reading;
mod reextract;
mod resources;
mod rig;
mod save;
mod search;
mod shelf;
mod site_access;
mod tags;
mod twins;
mod verify;

//! The server as a browser and a program see it, on both databases.

mod app;

mod again;
mod api;
mod bytes;
mod errors;
mod events;
mod evidence;
mod feeds;
mod first_run;
mod headers;
mod highlights;
mod isolation;
mod lists;
mod once;
mod policy;
mod proof;
mod reading;
mod replay;
mod saving;
mod search;
mod sent;
mod settings;
mod shelf;
mod sign_in;
mod sites;

//! The fetcher against servers that misbehave, all on loopback.
//!
//! Names start with the case of the reliability catalogue they stand for.

mod access;
mod answers;
mod bodies;
mod conditional;
mod encodings;
mod names;
mod open_hosts;
mod origin;
mod proxy;
mod redirects;
mod refusals;
mod requests;
mod spellings;
mod tls;
mod turns;

//! The verbs against real parts: both databases, a blob folder, pages served on
//! loopback.

mod accounts;
mod capture;
mod durability;
mod highlights;
mod jobs;
mod rig;
mod save;
mod search;
mod shelf;

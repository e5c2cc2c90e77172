//! The built binary, as a person or a script uses it.

mod again;
mod commands;
mod contracts;
mod crash;
mod extracting;
mod feeds;
mod highlighting;
mod hostile;
mod parsing;
mod referring;
mod rig;
mod serving;
mod verifying;

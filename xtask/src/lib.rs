//! The house rules, as code: what a change may not break whatever it does.
//!
//! `cargo xtask test` and `cargo xtask house` run them, and so does the test
//! `xtask/tests/house.rs`. They read the workspace and what `cargo metadata`
//! says about it; they change nothing.

pub mod house;
pub mod workspace;

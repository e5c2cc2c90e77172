//! Throws bytes at everything that reads what strangers wrote.
//!
//! The targets of cargo-fuzz and the mutation loop of `src/bin/mutate.rs` both
//! call [`checks::TARGETS`], and so does the test `xtask/tests/replay.rs`, which
//! takes `checks.rs` in by its path and runs the seeds in every test run.

pub mod checks;

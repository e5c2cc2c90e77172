//! The target `feed` for cargo-fuzz; what it checks is in `src/checks.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cuttings_fuzz::checks::feed(bytes));

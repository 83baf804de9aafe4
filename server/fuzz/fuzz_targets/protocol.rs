//! The target `protocol`, of which all is in the library.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    threatline_fuzz::protocol::BUDGET.check(threatline_fuzz::protocol::check, bytes);
});

#[cfg(not(fuzzing))]
fn main() {}

//! The target `analyzer`, of which all is in the library.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    threatline_fuzz::analyzer::BUDGET.check(threatline_fuzz::analyzer::check, bytes);
});

#[cfg(not(fuzzing))]
fn main() {}

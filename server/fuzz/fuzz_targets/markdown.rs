//! The target `markdown`, of which all is in the library.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    threatline_fuzz::markdown::BUDGET.check(threatline_fuzz::markdown::check, bytes);
});

#[cfg(not(fuzzing))]
fn main() {}

//! How much a test tries: a share of all positions and random cases, or everything. It must not
//! know what is tried.

/// Whether tests try everything, which takes minutes: whether `THREATLINE_TEST_THOROUGH` is set, as
/// CI does.
pub fn is_thorough() -> bool {
    std::env::var_os("THREATLINE_TEST_THOROUGH").is_some()
}

/// The distance between positions that are tried: 1 for everything.
pub fn stride(share: usize) -> usize {
    if is_thorough() { 1 } else { share }
}

/// How many random cases are tried.
pub fn cases(share: usize, everything: usize) -> usize {
    if is_thorough() { everything } else { share }
}

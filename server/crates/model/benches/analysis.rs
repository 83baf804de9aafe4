//! What an analysis costs.
fn main() {}

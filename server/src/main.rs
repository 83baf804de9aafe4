//! The program `threatline`, of which all is in the library. It must not do anything itself but
//! choose an allocator.

use std::process::ExitCode;

/// Most of what an analysis allocates is small and short-lived, on several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    threatline::main()
}

//! The program `threatline`, all of which is in the library. It must not do anything itself but
//! choose an allocator.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

use std::process::ExitCode;

/// Most of what an analysis allocates is small and short-lived, on several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    threatline::main()
}

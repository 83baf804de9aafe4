//! The program `threatline`, of which all is in the library. It must not do anything itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    threatline::main()
}

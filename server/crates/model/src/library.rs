//! The built-in library `std`, written in the language itself and shipped inside of the program:
//! its texts. Nothing about a single rule stands in Rust.

include!(concat!(env!("OUT_DIR"), "/library_files.rs"));

/// What the paths of library files begin with.
pub const ROOT: &str = "std";

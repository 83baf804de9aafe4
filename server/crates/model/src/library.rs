//! The built-in library `std`, written in the language itself and shipped inside of the program:
//! its texts. Nothing about a single rule is in Rust.

include!(concat!(env!("OUT_DIR"), "/library_files.rs"));

/// What the paths of library files begin with, and the names of what they declare.
pub const ROOT: &str = "std";

/// The name by which a model can mean something of the library whatever it declares itself:
/// `std.rate_limiting`.
pub fn full_name(name: &str) -> String {
    format!("{ROOT}.{name}")
}

/// What the library calls something that has its full name; none for any other name.
pub fn name_within(name: &str) -> Option<&str> {
    name.strip_prefix(ROOT)?.strip_prefix('.')
}

/// A name as people are shown it, without the library's before it.
pub fn short_name(name: &str) -> &str {
    name_within(name).unwrap_or(name)
}

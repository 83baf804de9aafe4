//! The built-in library `std`, written in the language itself and shipped inside of the program: its texts.
//! Nothing about a single rule stands in Rust.

/// The files of the library: name and text.
pub const FILES: &[(&str, &str)] = &[
    ("mitigations.threat", include_str!("../../../library/mitigations.threat")),
    ("protocols.threat", include_str!("../../../library/protocols.threat")),
    ("rules.threat", include_str!("../../../library/rules.threat")),
    ("technologies.threat", include_str!("../../../library/technologies.threat")),
];

/// What the paths of library files begin with.
pub const ROOT: &str = "std";

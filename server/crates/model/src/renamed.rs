//! The words of the language and names of the library that were called otherwise before: models
//! that still have the former name are read as before. It must not know what the names mean.

/// Each former name, and the name of today.
const RENAMED: [(&str, &str); 3] = [
    ("neighbours", "neighbors"),
    ("noisy_neighbour", "noisy_neighbor"),
    ("organisation", "organization"),
];

/// The name of today for a former one.
pub fn current_name(written: &str) -> Option<&'static str> {
    let row = RENAMED.iter().find(|(former, _)| *former == written);
    row.map(|(_, current)| *current)
}

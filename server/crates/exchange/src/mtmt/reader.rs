//! What is read of a model of the tool, diagram by diagram. It must not know what a diagram says.

use crate::draft::Draft;
use crate::words::plain_word;
use std::collections::BTreeMap;

/// What is read of a document, and what its diagrams share.
#[derive(Default)]
pub struct Reader {
    /// What was read.
    pub draft: Draft,
    /// Whether there are several diagrams, each with a name.
    pub has_several_surfaces: bool,
    /// The keys of elements and flows by their guids.
    pub keys: BTreeMap<String, String>,
    /// The keys of what has a name of its own, by kind and title.
    pub named: BTreeMap<(&'static str, String), String>,
}

/// Whether someone filled in more than that there is nothing.
pub fn says_something(text: &str) -> bool {
    !matches!(plain_word(text).as_str(), "" | "none" | "na" | "tbd")
}

/// Lines of a text that lists something, without the signs before each.
pub fn listed(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |character: char| character.is_whitespace() || "-*•·".contains(character);
    text.lines()
        .map(move |line| line.trim_start_matches(is_mark).trim())
        .filter(|line| says_something(line))
}

//! What is shown of a text around a place. It must not know what is wrong there.

use crate::reports::spots::Spot;
use std::collections::HashMap;
use std::ops::Range;
use threatline_view::sanitize::{acts, orders};

/// The texts of a model by their paths.
pub type Texts<'r> = HashMap<&'r str, &'r str>;

/// The lines that a spot is in.
pub struct Excerpt {
    /// The lines, made harmless.
    pub text: String,
    /// The number of the first.
    pub line: usize,
    /// The bytes of the spot in them.
    pub span: Range<usize>,
}

/// Excerpts are cut to this many lines and bytes, so that a text on one endless line is shown in
/// part.
const MAX_LINES: usize = 6;
const MAX_BYTES: usize = 300;

/// The excerpt for a spot.
pub fn excerpt(texts: &Texts, spot: &Spot) -> Excerpt {
    let text = texts.get(spot.path.as_ref()).copied().unwrap_or_default();
    let start = character_at(text, spot.span.start as usize);
    let end = character_at(text, spot.span.end as usize);
    // Only so much around the place is examined: lines have no maximum length.
    let before = character_at(text, start.saturating_sub(MAX_BYTES));
    let after = character_at(text, start + MAX_BYTES);
    let from = text[before..start]
        .rfind(['\n', '\r'])
        .map_or(before, |line_end| before + line_end + 1);
    let shown_end = end.clamp(start, after);
    let to = text[shown_end..after]
        .find(['\n', '\r'])
        .map_or(after, |line_end| shown_end + line_end);
    let lines: usize = text[from..to]
        .split_inclusive('\n')
        .take(MAX_LINES)
        .map(str::len)
        .sum();
    let to = to.min(from + lines);
    let span = start - from..end.clamp(start, to.max(start)) - from;
    Excerpt {
        text: harmless(&text[from..to]),
        line: spot.start.line as usize + 1,
        span,
    }
}

/// The place of the character that a byte is in, or the end.
fn character_at(text: &str, byte: usize) -> usize {
    let mut start = byte.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start
}

/// An excerpt without what acts on a terminal or a CI service and is not replaced where excerpts
/// are drawn; each character by as many bytes, so that spans
/// stay.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character.len_utf8() {
            2 if acts(character) => shown.push('·'),
            3 if acts(character) => shown.push('\u{fffd}'),
            4 if acts(character) => shown.push_str("··"),
            _ => shown.push(character),
        }
    }
    let brackets: Vec<usize> = orders(&shown).map(|order| order.end - 1).collect();
    for bracket in brackets {
        shown.replace_range(bracket..=bracket, "(");
    }
    shown
}

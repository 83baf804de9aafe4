//! How bytes become texts and edits. It must not know what a text means.

use arbitrary::Unstructured;
use std::ops::Range;

/// What is between the parts of an input: a byte that no text in UTF-8 has.
const BETWEEN: u8 = 0xff;

/// The parts of an input.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == BETWEEN)
}

/// A number below another.
pub fn below(bytes: &mut Unstructured, end: usize) -> usize {
    bytes
        .int_in_range(0..=end.saturating_sub(1))
        .unwrap_or_default()
}

/// What is left, as a text.
pub fn text(bytes: Unstructured) -> String {
    String::from_utf8_lossy(bytes.take_rest()).into_owned()
}

/// A replacement of a part of a text.
pub struct Edit {
    /// The part, which begins and ends between characters.
    pub range: Range<usize>,
    /// What takes its place.
    pub replacement: String,
}

impl Edit {
    /// Reads an edit of a text: mostly of a few characters, now and then of a longer part.
    pub fn of(text: &str, mut bytes: Unstructured) -> Edit {
        let between = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = below(&mut bytes, text.len() + 1);
        let length = match below(&mut bytes, 256) {
            few @ ..192 => few / 8,
            share => (text.len() - start) * (share - 191) / 64,
        };
        let range = between(start)..between((start + length).min(text.len()));
        Edit {
            range,
            replacement: self::text(bytes),
        }
    }

    /// The text with the edit made.
    pub fn apply(&self, text: &str) -> String {
        [
            &text[..self.range.start],
            &self.replacement,
            &text[self.range.end..],
        ]
        .concat()
    }
}

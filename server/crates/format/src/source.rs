//! The text that is laid out: its comments, and how far things are from each other in it. It must
//! not know where they go.

use threatline_syntax::{Encoding, LineIndex, Node, is_space};

/// A text, and where its lines begin.
pub struct Source<'text> {
    /// The text.
    pub text: &'text str,
    index: LineIndex,
}

/// A comment, and how far it is from what is before it.
#[derive(Clone, Copy)]
pub struct Comment<'text> {
    /// The comment with its slashes.
    pub text: &'text str,
    /// How far it is from what is before it.
    pub distance: Distance,
}

/// How far two neighbors are from each other: on one line, on the next, or beyond an empty one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// On the same line.
    Behind,
    /// On the next line.
    Below,
    /// With an empty line between them.
    Apart,
}

impl<'text> Source<'text> {
    /// Reads where the lines of a text begin.
    pub fn new(text: &'text str) -> Self {
        let index = LineIndex::new(text);
        Source { text, index }
    }

    /// The comment that a node is.
    pub fn comment(&self, node: Node) -> Comment<'text> {
        Comment {
            text: self.text[node.byte_range()].trim_end(),
            distance: self.distance(node),
        }
    }

    /// How far a node is from what is before it.
    pub fn distance(&self, node: Node) -> Distance {
        let before = &self.text[..node.start_byte()];
        let gap = before.as_bytes()[before.trim_end_matches(is_space).len()..].iter();
        let mut last = b' ';
        let is_line_end = |&&byte: &&u8| {
            let previous = std::mem::replace(&mut last, byte);
            byte == b'\r' || (byte == b'\n' && previous != b'\r')
        };
        match gap.filter(is_line_end).take(2).count() {
            0 => Distance::Behind,
            1 => Distance::Below,
            _ => Distance::Apart,
        }
    }

    /// How far from the beginning of its line a node is, in bytes.
    pub fn column(&self, node: Node) -> u32 {
        let start = node.start_byte() as u32;
        let place = self.index.line_column(self.text, start, Encoding::Utf8);
        place.column
    }
}

//! The text of a model: parsing, a typed view of the tree, and positions.
//! It must not know what a model means: no names are resolved and no property is known here.

mod errors;
mod lines;
mod tree;

pub use errors::{SyntaxError, SyntaxErrorKind, errors_in, is_within, misread_blocks, syntax_errors};
pub use lines::{Encoding, LineColumn, LineIndex};
pub use tree::{Declaration, Item, Kind, Property, children, description_lines, field, items, span};

pub use tree_sitter::{InputEdit, Node, Point, Tree};

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// A range of bytes in a text, the end not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span between two bytes.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// The span as a range of indices into the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The span moved towards the end of the text.
    pub fn shifted(self, by: u32) -> Span {
        Span { start: self.start + by, end: self.end + by }
    }
}

/// The longest text that is analysed, in bytes. Longer ones get a diagnostic and no analysis.
pub const LONGEST_TEXT: usize = 64 << 20;

thread_local! {
    static PARSER: RefCell<tree_sitter::Parser> = RefCell::new({
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&tree_sitter_threat::LANGUAGE.into())
            .expect("the grammar is generated for this version of tree-sitter");
        parser
    });
}

/// How long a text may take to parse. Sound text and text that people break takes milliseconds; some texts
/// made for it have so many readings that they would take hours.
const LONGEST_PARSE: Duration = Duration::from_secs(5);

/// Parses a text. Any text has a tree; what is wrong with it is told by [`syntax_errors`]. A text that takes
/// longer than five seconds is given up: its tree is empty, and that is its one error.
///
/// `old` is the tree of the text before, with [`Tree::edit`] already told what changed: what did not
/// change is taken from it.
pub fn parse(text: &str, old: Option<&Tree>) -> Tree {
    PARSER.with_borrow_mut(|parser| {
        parser.reset();
        let begun = Instant::now();
        let mut give_up = |_: &tree_sitter::ParseState| match begun.elapsed() > LONGEST_PARSE {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut give_up);
        let mut rest = |offset: usize, _| &text.as_bytes()[offset.min(text.len())..];
        parser.parse_with_options(&mut rest, old, Some(options)).unwrap_or_else(|| {
            parser.reset();
            parser.parse("", None).expect("nothing is parsed at once")
        })
    })
}

/// Whether [`parse`] gave a text up.
pub fn is_given_up(tree: &Tree, text: &str) -> bool {
    tree.root_node().end_byte() == 0 && !text.trim().is_empty()
}

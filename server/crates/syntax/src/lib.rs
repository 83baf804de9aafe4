//! The text of a model: parsing, a typed view of the tree, and positions.
//! It must not know what a model means: no names are resolved and no property is known here.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// What knows neither tokens nor trees: the lowest layer.
pub mod characters;
mod lines;
pub mod prose;
mod span;
pub mod spelling;

// Tokens, and what is in those that are strings.
pub mod lexer;
pub mod strings;

// Trees.
mod parse;
mod tree;

// What people write for the words of the language.
pub mod keywords;

// What trees and tokens show about a whole text.
mod errors;
mod pieces;

// What is written by mistake.
mod slips;

pub use characters::{is_invisible, is_space};
pub use errors::{
    MAX_ERRORS, NOT_CLOSED, SyntaxError, SyntaxErrorKind, SyntaxErrors, is_within, last_character,
    misread_blocks, syntax_errors, syntax_errors_above,
};
pub use lines::{Encoding, LineColumn, LineIndex};
pub use parse::{MAX_TEXT, Patience, is_given_up, is_name, parse, parse_with};
pub use pieces::{EditedPieces, Pieces, open_block};
pub use slips::Slips;
pub use span::{Edit, Span};
pub use tree::{
    Declaration, Item, Kind, Property, children, description_lines, field, items, name_text, span,
};

pub use tree_sitter::{Node, Tree};

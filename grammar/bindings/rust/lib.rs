//! The Threatline language as a tree-sitter parser, and the queries that editors use with it.
//! It knows the text alone: what a model means is the analyzer's affair.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]
#![expect(
    unsafe_code,
    reason = "the generated parser is C; nothing else of ours needs it"
)]

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_threat() -> *const ();
}

/// The grammar, for `tree_sitter::Parser::set_language`.
// SAFETY: the function is the one that tree-sitter generated in `src/parser.c`, which returns a
// language that lives for ever.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_threat) };

/// The node types of the grammar, as tree-sitter describes them in JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// What each part of a text looks like.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// Which names in one file are declared there, and where they are used.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");

/// What can be folded away.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");

/// How far lines are indented.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");

/// Which parts are in another language: descriptions are Markdown.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");

/// Declarations and uses of names, for indexes of many files.
pub const TAGS_QUERY: &str = include_str!("../../queries/tags.scm");

/// What a motion or a selection takes as one thing.
pub const TEXTOBJECTS_QUERY: &str = include_str!("../../queries/textobjects.scm");

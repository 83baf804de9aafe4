//! The Threatline language as a tree-sitter parser, and the queries that editors use with it.
//! It knows the text alone: what a model means is the analyzer's affair.

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

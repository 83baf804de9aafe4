//! What an editor asks of a model: each feature of the Language Server Protocol is a file of its
//! name, and a function of the database, a file and an offset that returns plain data. It must not
//! know LSP types.
//!
//! Below the features are what they share: what the words of a text mean ([`occurrences`]), changes
//! of texts ([`change`], [`write`], [`trial`]) and places to go to ([`target`]).
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// What features share.
pub mod change;
pub mod fuzzy;
pub mod hierarchy_item;
pub mod occurrences;
pub mod snippet;
pub mod target;
pub mod trial;
pub mod write;

// The features.
pub mod call_hierarchy;
pub mod code_actions;
pub mod code_lens;
pub mod completion;
pub mod document_highlight;
pub mod document_links;
pub mod document_symbols;
pub mod file_rename;
pub mod folding_range;
pub mod goto_definition;
pub mod goto_implementation;
pub mod goto_type_definition;
pub mod hover;
pub mod inlay_hints;
pub mod linked_editing_range;
pub mod references;
pub mod rename;
pub mod selection_range;
pub mod semantic_tokens;
pub mod signature_help;
pub mod type_hierarchy;
pub mod workspace_symbols;

//! What the analysis knows about a model, prepared for any reader: an editor, a report, a terminal
//! or the format of another tool. It must not know LSP types, nor how text is laid out.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// Names and texts, safe to show.
pub mod markdown;
pub mod names;
pub mod sanitize;

// What is looked up across a model.
pub mod catalog;
pub mod definitions;
pub mod matrix;
pub mod related;

// A rule, a diagnostic code or a finding, in sections.
pub mod explain;

// What a reader sees as a whole: a description, a picture, a difference.
pub mod compare;
pub mod describe;
pub mod diagram;

// What a name means, whatever it is a name of.
pub mod lookup;

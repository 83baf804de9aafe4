//! What the analysis knows about a model, prepared for any reader: an editor, a report, a terminal
//! or the format of another tool. It must not know LSP types, nor how text is laid out.

pub mod catalogue;
pub mod compare;
pub mod describe;
pub mod diagram;
pub mod explain;
pub mod markdown;
pub mod matrix;
pub mod names;
pub mod related;
pub mod sanitize;

//! The analyzer: what a model means. A salsa database of what files declare, and on it names,
//! facts, findings and diagnostics as plain data. It must not read a disk or a clock, and knows no
//! LSP type.

pub mod codes;
pub mod condition;
#[allow(missing_docs)]
// of what the macros make of the inputs; the inputs themselves are documented
pub mod db;
pub mod diagnostics;
pub mod expectations;
pub mod facts;
pub mod findings;
pub mod library;
pub mod lower;
pub mod names;
pub mod references;
pub mod relations;
pub mod schema;
pub mod settings;
pub mod typed;
pub mod workspace;

pub use db::{Database, Db, Decl, File, Model, Place, World, tree};
pub use jiff::civil::Date;
pub use lower::Part;
pub use threatline_syntax::{Kind, Span};
pub use workspace::Workspace;

//! From syntax to what is declared: the one place where the tree is read for its meaning. It must
//! not know what a name refers to, nor which properties there are.
//!
//! What comes out is in three parts, by how often it changes: the *shape* of a declaration (names
//! and places, which other declarations find it by), its *facts* (properties), and the *spans*,
//! which change with every key. The first two hold no positions, so that an edit which changes no
//! meaning changes neither.

// What comes out.
mod spans;
mod written;

// How it is read.
mod conditions;
mod declarations;
mod nodes;
mod texts;

pub use declarations::LoweredDeclaration;
pub use spans::{Part, PropertySpans, Spans};
pub use texts::{LoweredEdit, LoweredFile, Source, Unreadable, lower, lower_again};
pub use written::{
    Condition, Expression, Facts, MAX_CONDITION_DEPTH, NodeId, PropertyFacts, Shape, Subject, Value,
};

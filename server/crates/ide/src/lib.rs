//! What an editor asks of a model, one feature a file: each is a function of the database, a file
//! and an offset that returns plain data. It must not know LSP types.

pub mod actions;
pub mod change;
pub mod completion;
pub mod folding;
pub mod goto;
pub mod hierarchy;
pub mod hints;
pub mod hover;
pub mod lenses;
pub mod linked;
pub mod links;
pub mod rename;
pub mod selection;
pub mod signature;
pub mod symbols;
pub mod tokens;
pub mod uses;
pub mod words;
pub mod write;

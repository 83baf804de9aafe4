//! OWASP Threat Dragon 2 (<https://github.com/OWASP/threat-dragon>,
//! `threat-dragon-v2.schema.json`): drawings in which the place of a shape says in which boundary
//! it is. It must not know the analysis.

mod boxes;
mod cells;
mod elements;
mod flows;
mod layout;
mod read;
mod reader;
mod threats;
mod write;

pub use read::read;
pub use write::{Drawn, Outcome, Rated, write};

//! The writer: an engine next to salsa, which turns texts into salsa's inputs. It reads a text
//! before salsa sees it, so as to set what differs alone, each with a durability by what kind of
//! change it is. It must not read a disk or a clock; whoever owns it does.
//!
//! Salsa has no means for what it does: `server/ARCHITECTURE.md` tells what was tried, and what it
//! cost.

// What one text says.
mod file_text;
mod reading;

// What becomes of inputs: how often they change, which are used again, who is named where.
mod durability;
mod matching;
mod name_index;
mod spares;

// Who sets them: those of one file, those of the library, and all.
mod writer;

mod library_model;

mod roots;
mod workspace;

mod invariants;

pub use file_text::{FileText, TEST_ENDING};
pub use workspace::Workspace;

//! To be written.
use crate::draft::Draft;
use crate::tree::{Notes, Problem, Text};

/// Reads a document.
///
/// # Errors
/// The first place where it is no XML.
pub fn read(notes: &Notes, text: &Text) -> Result<Draft, Problem> {
    let _ = (notes, text);
    Ok(Draft::default())
}

//! To be written.
use crate::draft::Draft;
use crate::tree::{Node, Notes};

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let _ = (notes, document);
    Draft::default()
}

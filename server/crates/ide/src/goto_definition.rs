//! Go to definition: from a name to where it is declared. It must not know LSP types.

use crate::occurrences::occurrence_at;
use crate::target::{Goto, Target};
use threatline_model::{Database, File};

/// Where the name at a byte is declared; a declaration's own name leads to itself.
pub fn goto_definition(db: &Database, file: File, offset: u32) -> Option<Goto> {
    let occurrence = occurrence_at(db, file, offset)?;
    Goto::new(occurrence.span, vec![Target::of(db, occurrence.decl()?)])
}

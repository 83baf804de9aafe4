//! Linked editing: changes a name where it is declared and where its file names it while it is
//! typed. It must not reach into other files, since an editor edits one text at a time.

use crate::occurrences::{Meaning, occurrence_at, occurrences_of};
use threatline_model::{Database, File, Kind, Span, used_by};

/// The places that are edited together with the name at a byte; none unless it is declared there
/// and named in this file alone.
pub fn linked_editing_ranges(db: &Database, file: File, offset: u32) -> Vec<Span> {
    let Some(occurrence) = occurrence_at(db, file, offset) else {
        return Vec::new();
    };
    let Meaning::Declares(decl) = occurrence.meaning else {
        return Vec::new();
    };
    if decl.kind(db) == Kind::Component || used_by(db, decl).iter().any(|other| *other != file) {
        return Vec::new();
    }
    let occurrences = occurrences_of(db, file.model(db), decl).into_iter();
    let spans: Vec<Span> = occurrences
        .filter(|occurrence| occurrence.within.file(db) == file)
        .map(|occurrence| occurrence.span)
        .collect();
    // One place alone is edited by itself.
    if spans.len() > 1 { spans } else { Vec::new() }
}

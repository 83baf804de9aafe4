//! Document highlight: marks the words of a file that mean the same as the word at the cursor. It
//! must not know LSP types.

use crate::occurrences::{Meaning, Occurrence, declarations_with, occurrence_at, occurrences};
use crate::references::{Role, role};
use threatline_model::{Database, File, Span};

/// A word like the one at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentHighlight {
    /// Where it is.
    pub span: Span,
    /// What is done with what it names.
    pub role: Role,
}

/// The words of a file that mean what the word at a byte means.
pub fn document_highlights(db: &Database, file: File, offset: u32) -> Vec<DocumentHighlight> {
    let Some(wanted) = occurrence_at(db, file, offset) else {
        return Vec::new();
    };
    let text = &file.source(db).text;
    let written = |occurrence: &Occurrence| text.get(occurrence.span.range());
    let means_the_same = |other: &Occurrence| match (wanted.meaning, other.meaning) {
        (Meaning::Declares(_) | Meaning::Names(_), _) => other.decl() == wanted.decl(),
        (Meaning::Reference, Meaning::Reference) => written(other) == written(&wanted),
        (Meaning::Word(..) | Meaning::Fact(_), meaning) => meaning == wanted.meaning,
        // `yes`, a kind or a property's name says little about another one.
        _ => false,
    };
    // The same is meant by the same word.
    let word = written(&wanted).unwrap_or_default();
    declarations_with(db, file, word)
        .flat_map(|decl| occurrences(db, decl))
        .filter(means_the_same)
        .map(|occurrence| DocumentHighlight {
            span: occurrence.span,
            role: role(db, &occurrence),
        })
        .collect()
}

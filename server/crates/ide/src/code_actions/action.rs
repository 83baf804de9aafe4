//! What an action is. It must not know which ones there are.

use crate::change::Change;
use threatline_model::{Database, Diagnostic, Location, Span};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, in a few words.
    pub title: String,
    /// What kind it is.
    pub sort: ActionKind,
    /// Whether it is the one to take.
    pub is_preferred: bool,
    /// The diagnostics that it mends, by their numbers in
    /// [`diagnostics`](threatline_model::diagnostics) of the file.
    pub mends: Vec<usize>,
    /// What it changes.
    pub change: Change,
}

/// What kind of action it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// It mends a diagnostic.
    Fix,
    /// It moves something into a place of its own.
    Extract,
    /// It writes the same in another way.
    Rewrite,
    /// It mends all that can be mended safely.
    FixAll,
}

/// Where a diagnostic is in its text.
pub fn span_of(db: &Database, diagnostic: &Diagnostic) -> Span {
    match diagnostic.location {
        Location::Place(place) => place.resolve(db).1,
        Location::Text(_, span) | Location::Settings(_, span) => span,
    }
}

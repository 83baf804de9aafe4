//! Decisions on findings of another tool. It must not know what is found here.

use crate::tree::Place;
use threatline_model::Date;

/// What was decided on findings of another tool.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The rules of the library that find the same, any of them.
    pub rules: &'static [&'static str],
    /// The keys of the elements that it may be on, and of threats that it is about.
    pub subjects: Vec<String>,
    /// What was decided.
    pub decided: Decided,
    /// What the risk may be called in the text, such as `path_traversal`.
    pub name: String,
    /// Why, as people read it.
    pub title: String,
    /// Where the work is tracked.
    pub ticket: Option<String>,
    /// What is kept in a comment if no finding fits, and with what was decided.
    pub comment: String,
    /// Where it is in the document, for the report.
    pub place: Place,
    /// The way to it.
    pub path: String,
}

/// What was decided.
#[derive(Clone, Debug)]
pub enum Decided {
    /// Someone takes it on.
    Accepted {
        /// Who.
        by: String,
        /// The last day, a placeholder that a person is asked to replace.
        until: Date,
        /// Why.
        because: String,
    },
    /// Something is done about it, of this status.
    Mitigated(&'static str),
}

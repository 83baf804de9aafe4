//! What is read of a document, diagram by diagram. It must not know what a diagram says.

use crate::draft::Draft;
use rustc_hash::FxHashMap;

/// What is read of a document, and what its diagrams share.
#[derive(Default)]
pub struct Reader {
    /// What was read.
    pub draft: Draft,
    /// The keys of mitigations by their text and status.
    pub mitigations: FxHashMap<(String, &'static str), String>,
    /// The keys of threats by their content.
    pub threats: FxHashMap<ThreatText, String>,
}

/// The content of a threat. Threats with the same content are the same.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ThreatText {
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Its category.
    pub category: String,
    /// Its severity.
    pub severity: String,
    /// Its status.
    pub status: String,
    /// Its mitigation.
    pub mitigation: String,
}

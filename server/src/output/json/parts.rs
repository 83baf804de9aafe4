//! What all JSON documents share.

use crate::reports::model::Entry;
use crate::reports::spots::Spot;
use serde_json::{Value, json};
use threatline_exchange::json;
use threatline_model::Database;

/// The version of every document.
pub const VERSION: u8 = 1;

/// A diagnostic.
pub fn diagnostic(db: &Database, entry: &Entry) -> Value {
    let diagnostic = &entry.diagnostic;
    let related = diagnostic.related.iter().zip(&entry.related);
    let related = related
        .map(|(related, spot)| json!({ "message": related.message, "location": location(spot) }));
    let findings = diagnostic.findings.iter();
    let findings = findings.map(|id| id.name(db).to_string());
    let mut document = json!({
        "code": diagnostic.code.id,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
        "location": location(&entry.spot),
        "related": related.collect::<Vec<_>>(),
        "help": diagnostic.help,
        "replacement": diagnostic.replacement.as_deref(),
        "findings": findings.collect::<Vec<_>>(),
    });
    if diagnostic.more_findings > 0 {
        document["findings_not_listed"] = json!(diagnostic.more_findings);
    }
    if diagnostic.stands_for > 1 {
        document["stands_for"] = json!(diagnostic.stands_for);
    }
    document
}

/// A place, of which the settings may be the file.
pub fn location(spot: &Spot) -> Value {
    json::location(&spot.path, spot.start, spot.end)
}

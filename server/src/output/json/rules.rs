//! Rules, as one JSON document.

use super::parts::VERSION;
use serde_json::{Value, json};
use std::io::Write;
use threatline_exchange::json;
use threatline_exchange::pretty::pretty_json;
use threatline_model::{Database, Part, full_name};
use threatline_view::catalog::Entry;

/// Writes rules as a document.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, db: &Database, rules: &[Entry]) -> std::io::Result<()> {
    let rules: Vec<Value> = rules.iter().map(|entry| document_of(db, entry)).collect();
    let document = json!({ "version": VERSION, "rules": rules });
    output.write_all(pretty_json(&document).as_bytes())
}

fn document_of(db: &Database, entry: &Entry) -> Value {
    let kinds = entry.on.iter().map(|kind| kind.word());
    let references = entry.references.iter().map(|id| json::reference(id));
    let mitigations = entry.countered_by.iter();
    let mitigations = mitigations.map(|decl| full_name(db, *decl).as_str());
    let setting = entry.setting.as_ref();
    json!({
        "name": full_name(db, entry.rule).as_str(),
        "title": entry.title,
        "description": entry.description,
        "subject": entry.subject,
        "on": kinds.collect::<Vec<_>>(),
        "categories": entry.categories.words().collect::<Vec<_>>(),
        "when": entry.condition,
        "likelihood": entry.likelihood.word(),
        "impact": entry.impact.word(),
        "references": references.collect::<Vec<_>>(),
        "advice": entry.advice,
        "countered_by": mitigations.collect::<Vec<_>>(),
        "enabled": setting.is_none_or(|setting| setting.enabled),
        "location": json::location_of(db, entry.rule.part(Part::Name)),
    })
}

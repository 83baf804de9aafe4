//! Technologies, protocols or mitigations, as one JSON document.

use super::parts::VERSION;
use serde_json::{Value, json};
use std::io::Write;
use threatline_exchange::json;
use threatline_exchange::pretty::pretty_json;
use threatline_model::{Database, Kind, Part, full_name};
use threatline_syntax::prose::plural;
use threatline_view::definitions::Definition;

/// Writes definitions of a kind as a document.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    kind: Kind,
    definitions: &[Definition],
) -> std::io::Result<()> {
    let listed: Vec<Value> = definitions
        .iter()
        .map(|definition| document_of(db, kind, definition))
        .collect();
    let mut document = json!({ "version": VERSION });
    document[plural(kind.word())] = Value::Array(listed);
    output.write_all(pretty_json(&document).as_bytes())
}

fn document_of(db: &Database, kind: Kind, definition: &Definition) -> Value {
    let description = definition.decl.facts(db).description.as_deref();
    let mut document = json!({
        "name": full_name(db, definition.decl).as_str(),
        "title": definition.title,
        "description": description.unwrap_or_default(),
        "aliases": definition.aliases,
        "location": json::location_of(db, definition.decl.part(Part::Name)),
    });
    match kind {
        Kind::Mitigation => {
            document["based_on"] = json!(definition.broader);
            document["counters"] = json!(definition.counters);
        }
        _ => document["is"] = json!(definition.broader),
    }
    if kind == Kind::Protocol {
        document["encrypted"] = json!(definition.is_encrypted);
    }
    document
}

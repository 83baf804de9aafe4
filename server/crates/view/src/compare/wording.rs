//! What is called how in the sentences about a change. It must not know what changed.

use threatline_model::{Database, Decl, Kind, ends, full_name, typed};
use threatline_syntax::prose::first_of;

/// Names, of many the first few.
pub fn some(names: impl IntoIterator<Item = String>) -> String {
    const MAX_NAMES: usize = 5;
    first_of(names, MAX_NAMES).join(", ")
}

/// What would become of some findings, of many the first by name; nothing, if there are none.
pub fn effect(findings: &[String], outcome: &str) -> String {
    if findings.is_empty() {
        String::new()
    } else {
        format!("; {} {outcome}", some(findings.to_vec()))
    }
}

/// A text of people among names in backticks.
pub fn unquoted(text: &str) -> String {
    text.replace('`', "'")
}

/// The kind and the name of a declaration.
pub fn called(db: &Database, decl: Decl) -> String {
    called_as(db, decl, full_name(db, decl).to_string())
}

/// The kind and the name of a declaration where it has this name; of one without a name, its title.
pub fn called_as(db: &Database, decl: Decl, name: String) -> String {
    let kind = decl.kind(db).word();
    let has_name = decl.shape(db).name.is_some() || decl.kind(db) == Kind::Flow;
    match decl.title(db) {
        Some(title) if !has_name => format!("{kind} \"{}\"", unquoted(title)),
        _ => format!("{kind} `{name}`"),
    }
}

/// What a flow starts at and ends at, by name; what is not there as it is written. Nothing of one
/// without ends.
pub fn written_ends(
    db: &Database,
    flow: Decl,
    name: &dyn Fn(Decl) -> String,
) -> Option<(String, String)> {
    let ((source, target), shape) = (ends(db, flow), flow.shape(db));
    let source = source
        .map(name)
        .or_else(|| shape.source.as_ref().map(ToString::to_string));
    let target = target
        .map(name)
        .or_else(|| shape.target.as_ref().map(ToString::to_string));
    Some((source?, target?))
}

/// Who accepts.
pub fn by_whom(db: &Database, accept: Decl) -> String {
    let by = typed(db, accept).text("by");
    by.map(|by| unquoted(by)).unwrap_or_default()
}

/// Until when it is accepted.
pub fn until(db: &Database, accept: Decl) -> String {
    let until = typed(db, accept).date("until");
    until
        .map(|until| format!(" until {until}"))
        .unwrap_or_default()
}

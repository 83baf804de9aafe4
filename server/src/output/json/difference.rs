//! What changed, as one JSON document.

use super::parts::{VERSION, diagnostic, location};
use crate::output::wording::overruled;
use crate::reports::difference::Difference;
use crate::reports::model::ModelReport;
use serde_json::{Value, json};
use std::io::Write;
use threatline_exchange::json;
use threatline_exchange::pretty::pretty_json;
use threatline_model::{Database, Decl, FindingState, Level, full_name};
use threatline_view::compare::{Change, Closed, Opened, Topic, Where};

/// Writes what changed as a document.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, differences: &[Difference]) -> std::io::Result<()> {
    let models: Vec<Value> = differences.iter().map(model).collect();
    let document = json!({ "version": VERSION, "models": models });
    output.write_all(pretty_json(&document).as_bytes())
}

fn model(difference: &Difference) -> Value {
    let comparison = &difference.comparison;
    let root = |state: Option<(&Database, &ModelReport)>| {
        state.map(|(db, report)| report.model.root(db).to_string())
    };
    let base = difference.base.map(|(db, _)| db);
    let head = difference.head.map(|(db, _)| db);
    let mut document = json!({
        "name": difference.name,
        "base": root(difference.base),
        "head": root(difference.head),
        "fail_on": difference.threshold.map_or("never", Level::word),
        "at_threshold": difference.at_threshold().count(),
    });
    document["errors"] = list(head, &difference.errors, |db, entry| diagnostic(db, entry));
    let (worse, new): (Vec<&Opened>, Vec<&Opened>) = comparison
        .opened
        .iter()
        .partition(|opened| opened.is_worse());
    document["opened"] = list(head, &new, |db, one| opened(db, difference, one));
    document["worse"] = list(head, &worse, |db, one| opened(db, difference, one));
    for topic in Topic::ALL {
        let changes = comparison.changes.iter();
        let changes = changes.filter(|change| change.topic == topic);
        document[topic.word()] = changes.map(|one| change(difference, one)).collect();
    }
    document["closed"] = list(base, &comparison.closed, |db, one| {
        closed(db, difference, one)
    });
    document["unfound"] = list(base, &comparison.unfound, json::finding);
    let renamed = comparison.renamed.iter();
    document["renamed"] = renamed
        .map(|(kind, from, to, _)| json!({ "kind": kind, "from": from, "to": to }))
        .collect();
    document["texts"] = list(head, &comparison.texts, text);
    if difference.uncompared.all() > 0 {
        document["findings_not_compared"] = json!(difference.uncompared.all());
    }
    let elsewhere = difference.elsewhere;
    document["elsewhere"] = json!({ "findings": elsewhere.findings, "others": elsewhere.others });
    document
}

/// A list of what is in a state; empty where there is no such state.
fn list<T>(
    db: Option<&Database>,
    items: &[T],
    document_of: impl Fn(&Database, &T) -> Value,
) -> Value {
    let Some(db) = db else {
        return json!([]);
    };
    items.iter().map(|item| document_of(db, item)).collect()
}

fn opened(db: &Database, difference: &Difference, opened: &Opened) -> Value {
    let mut value = json::finding(db, &opened.assessed);
    value["before"] = match opened.before {
        Some((state, severity)) => json!({ "state": state, "severity": severity.word() }),
        None => Value::Null,
    };
    value["overruled"] = overruled(opened).map_or(Value::Null, Value::String);
    let rule_change = difference.rule_change(opened);
    value["rule_change"] = json!(rule_change.map(|change| &change.message));
    value
}

fn change(difference: &Difference, change: &Change) -> Value {
    let (kind, subject) = &change.subject;
    json!({
        "kind": kind,
        "subject": subject,
        "message": change.message,
        "place": place(difference, change.place),
    })
}

fn closed(db: &Database, difference: &Difference, closed: &Closed) -> Value {
    json!({
        "finding": json::finding(db, &closed.assessed),
        "now": closed.now.map(FindingState::word),
        "why": closed.why,
        "place": place(difference, closed.place),
    })
}

fn text(db: &Database, (decl, properties): &(Decl, Vec<&'static str>)) -> Value {
    let (kind, subject) = (decl.kind(db).word(), full_name(db, *decl).as_str());
    json!({ "kind": kind, "subject": subject, "changed": properties })
}

/// Where something is, and in which of the two states.
fn place(difference: &Difference, place: Where) -> Value {
    match difference.spot(place) {
        Some((spot, true)) => json!({ "in": "base", "location": location(&spot) }),
        Some((spot, false)) => json!({ "in": "head", "location": location(&spot) }),
        None => json!({ "in": "settings", "location": null }),
    }
}

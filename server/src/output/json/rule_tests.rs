//! What the tests of rules came to, as one JSON document.

use super::parts::{VERSION, diagnostic};
use crate::reports::rule_tests::RuleTest;
use serde_json::{Value, json};
use std::io::Write;
use threatline_exchange::json;
use threatline_exchange::pretty::pretty_json;
use threatline_model::{Database, Decl, Outcome, full_name};

/// Writes the outcome of tests as a document.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    tests: &[RuleTest],
    untested: &[Decl],
) -> std::io::Result<()> {
    let tests: Vec<Value> = tests.iter().map(|test| document_of(db, test)).collect();
    let untested = untested.iter().map(|rule| full_name(db, *rule).as_str());
    let untested: Vec<&str> = untested.collect();
    let document = json!({ "version": VERSION, "tests": tests, "untested": untested });
    output.write_all(pretty_json(&document).as_bytes())
}

fn document_of(db: &Database, test: &RuleTest) -> Value {
    let expectations = test.expectations.iter();
    let expectations = expectations.map(|outcome| expectation(db, outcome));
    let entries = test.report.entries.iter();
    let diagnostics = entries.map(|entry| diagnostic(db, entry));
    json!({
        "path": test.report.model.root(db).as_ref(),
        "expectations": expectations.collect::<Vec<_>>(),
        "diagnostics": diagnostics.collect::<Vec<_>>(),
    })
}

fn expectation(db: &Database, outcome: &Outcome) -> Value {
    let reasons = outcome.reasons.iter().map(|reason| {
        let location = reason.place.map(|place| json::location_of(db, place));
        json!({ "message": reason.message, "location": location })
    });
    json!({
        "expected": outcome.expected,
        "finding": outcome.name(db).as_str(),
        "met": outcome.instead.is_none(),
        "instead": outcome.instead,
        "reasons": reasons.collect::<Vec<_>>(),
        "location": json::location_of(db, outcome.place),
    })
}

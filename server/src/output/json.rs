//! Everything that was found, as one JSON document. Its form is told by `version`, which changes
//! when the meaning of a key does.

use super::write_json;
use crate::commands::diff::Difference;
use crate::commands::run_tests::Tested;
use crate::model_report::{Entry as DiagnosticEntry, ModelReport, Spot};
use rayon::prelude::*;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::{Map, Value, json};
use std::io::Write;
use threatline_exchange::json;
use threatline_model::{
    Assessed, Database, Decl, FindingState, Kind, Level, Part, STATES, full_name,
};
use threatline_view::catalogue::Entry;
use threatline_view::compare::{Topic, Where};

/// Writes the document.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    reports: &[ModelReport],
) -> std::io::Result<()> {
    let models = reports.iter().map(|report| model(db, report)).collect();
    write_json(output, &Document { version: 1, models })
}

#[derive(Serialize)]
struct Document<'report> {
    version: u8,
    models: Vec<ModelDocument<'report>>,
}

#[derive(Serialize)]
struct ModelDocument<'report> {
    name: &'report str,
    root: &'report str,
    files: usize,
    declared: Map<String, Value>,
    counts: Map<String, Value>,
    fail_on: &'static str,
    at_the_bar: usize,
    policy: Vec<Value>,
    findings: InParallel<'report, Assessed>,
    diagnostics: InParallel<'report, DiagnosticEntry>,
}

/// A list that is as long as a model is large. What its entries say, such as the reasons of a
/// finding, is collected by all processors, and a piece at a time, since it takes much more memory
/// than what it is collected from.
struct InParallel<'report, T> {
    db: &'report Database,
    all: &'report [T],
    entry: fn(&Database, &T) -> Value,
}

/// How many entries are in memory at once.
const PIECE: usize = 4096;

impl<T: Sync> Serialize for InParallel<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.all.len()))?;
        for piece in self.all.chunks(PIECE) {
            let entry = self.entry;
            let entries: Vec<Value> = piece
                .par_iter()
                .map_with(self.db.clone(), |db, one| entry(db, one))
                .collect();
            entries
                .iter()
                .try_for_each(|entry| list.serialize_element(entry))?;
        }
        list.end()
    }
}

fn model<'report>(db: &'report Database, report: &'report ModelReport) -> ModelDocument<'report> {
    let declared = Kind::ALL
        .iter()
        .map(|kind| {
            (
                kind.word().to_owned(),
                json!(report.declared.get(kind).unwrap_or(&0)),
            )
        })
        .collect();
    let counts = STATES
        .iter()
        .map(|state| {
            let levels = Level::ALL.iter().map(|level| {
                (
                    level.word().to_owned(),
                    json!(report.counts.of(state, *level)),
                )
            });
            (state.replace(' ', "_"), Value::Object(levels.collect()))
        })
        .collect();
    ModelDocument {
        name: &report.name,
        root: report.model.root(db),
        files: report.files,
        declared,
        counts,
        fail_on: report.bar.map_or("never", Level::word),
        at_the_bar: report.at_the_bar(),
        policy: report.policy.iter().map(json::setting).collect(),
        findings: InParallel {
            db,
            all: &report.findings,
            entry: json::finding,
        },
        diagnostics: InParallel {
            db,
            all: &report.entries,
            entry: diagnostic,
        },
    }
}

fn diagnostic(db: &Database, entry: &DiagnosticEntry) -> Value {
    let diagnostic = &entry.diagnostic;
    json!({
        "code": diagnostic.code.id,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
        "location": location(&entry.spot),
        "related": diagnostic.related.iter().zip(&entry.related).map(|(related, spot)| json!({
            "message": related.message,
            "location": location(spot),
        })).collect::<Vec<_>>(),
        "help": diagnostic.help,
        "replacement": diagnostic.replacement.as_deref(),
        "findings": diagnostic.findings.iter().map(|id| id.name(db).to_string()).collect::<Vec<_>>(),
    })
}

/// Writes what changed as a document.
pub fn write_differences(
    output: &mut impl Write,
    differences: &[Difference],
) -> std::io::Result<()> {
    let models: Vec<Value> = differences.iter().map(difference).collect();
    write_json(output, &json!({ "version": 1, "models": models }))
}

fn difference(difference: &Difference) -> Value {
    let found = &difference.comparison;
    let root = |state: Option<(&Database, &ModelReport)>| {
        state.map(|(db, report)| report.model.root(db).to_string())
    };
    let place = |place: Where| match difference.spot(place) {
        Some((spot, is_gone)) => {
            json!({ "in": if is_gone { "base" } else { "head" }, "location": location(&spot) })
        }
        None => json!({ "in": "settings", "location": null }),
    };
    let mut document = json!({
        "name": difference.name,
        "base": root(difference.base),
        "head": root(difference.head),
        "fail_on": difference.bar.map_or("never", Level::word),
        "at_the_bar": difference.at_the_bar().count(),
    });
    let errors = difference.head.map(|(db, _)| {
        difference
            .errors
            .iter()
            .map(|entry| diagnostic(db, entry))
            .collect()
    });
    let opened = |is_worse: bool| {
        let Some((db, _)) = difference.head else {
            return Vec::new();
        };
        let opened = found
            .opened
            .iter()
            .filter(|opened| opened.is_worse() == is_worse)
            .map(|opened| {
                let mut value = json::finding(db, &opened.assessed);
                value["before"] = match opened.before {
                    Some((state, severity)) => {
                        json!({ "state": state, "severity": severity.word() })
                    }
                    None => Value::Null,
                };
                value
            });
        opened.collect()
    };
    document["errors"] = Value::Array(errors.unwrap_or_default());
    document["opened"] = Value::Array(opened(false));
    document["worse"] = Value::Array(opened(true));
    for topic in Topic::ALL {
        let changes = found.changes.iter().filter(|change| change.topic == topic).map(|change| {
            let mut value = json!({ "kind": change.subject.0, "subject": change.subject.1, "message": change.message });
            value["place"] = place(change.place);
            value
        });
        document[topic.word()] = Value::Array(changes.collect());
    }
    let closed = difference.base.map(|(db, _)| {
        let closed = found.closed.iter().map(|closed| {
            json!({
                "finding": json::finding(db, &closed.assessed),
                "now": closed.now.map(FindingState::word),
                "why": closed.why,
                "place": place(closed.place),
            })
        });
        closed.collect::<Vec<_>>()
    });
    document["closed"] = Value::Array(closed.unwrap_or_default());
    let unfound = difference.base.map(|(db, _)| {
        found
            .unfound
            .iter()
            .map(|one| json::finding(db, one))
            .collect()
    });
    document["unfound"] = Value::Array(unfound.unwrap_or_default());
    let renamed = found
        .renamed
        .iter()
        .map(|(kind, from, to, _)| json!({ "kind": kind, "from": from, "to": to }));
    document["renamed"] = Value::Array(renamed.collect());
    let texts = difference.head.map(|(db, _)| {
        let texts = found.texts.iter().map(|(decl, what)| {
            json!({ "kind": decl.kind(db).word(), "subject": full_name(db, *decl).as_str(), "changed": what })
        });
        texts.collect::<Vec<_>>()
    });
    document["texts"] = Value::Array(texts.unwrap_or_default());
    document["elsewhere"] =
        json!({ "findings": difference.elsewhere.findings, "others": difference.elsewhere.others });
    document
}

/// Writes the outcome of tests as a document.
pub fn write_tests(
    output: &mut impl Write,
    db: &Database,
    tested: &[Tested],
    untested: &[Decl],
) -> std::io::Result<()> {
    let tests: Vec<Value> = tested
        .iter()
        .map(|test| {
            json!({
                "path": test.report.model.root(db).as_ref(),
                "expectations": test.expectations.iter().map(|expectation| json!({
                    "expected": expectation.expected,
                    "finding": expectation.name(db).as_str(),
                    "met": expectation.instead.is_none(),
                    "instead": expectation.instead,
                    "reasons": expectation.reasons.iter().map(|reason| json!({
                        "message": reason.message,
                        "location": reason.place.map(|place| json::location_of(db, place)),
                    })).collect::<Vec<_>>(),
                    "location": json::location_of(db, expectation.place),
                })).collect::<Vec<_>>(),
                "diagnostics": test.report.entries.iter().map(|entry| diagnostic(db, entry)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let untested: Vec<&str> = untested
        .iter()
        .map(|rule| full_name(db, *rule).as_str())
        .collect();
    write_json(
        output,
        &json!({ "version": 1, "tests": tests, "untested": untested }),
    )
}

/// Writes rules as a document.
pub fn write_rules(output: &mut impl Write, db: &Database, rules: &[Entry]) -> std::io::Result<()> {
    let rules: Vec<Value> = rules
        .iter()
        .map(|entry| {
            json!({
                "name": full_name(db, entry.rule).as_str(),
                "title": entry.title,
                "description": entry.description,
                "subject": entry.subject,
                "on": entry.on.iter().map(|kind| kind.word()).collect::<Vec<_>>(),
                "categories": entry.categories.words().collect::<Vec<_>>(),
                "when": entry.condition,
                "likelihood": entry.likelihood.word(),
                "impact": entry.impact.word(),
                "references": entry.references.iter().map(|id| json::reference(id)).collect::<Vec<_>>(),
                "advice": entry.advice,
                "countered_by": entry.countered_by.iter().map(|decl| full_name(db, *decl).as_str()).collect::<Vec<_>>(),
                "enabled": entry.setting.as_ref().is_none_or(|setting| setting.enabled),
                "location": json::location_of(db, entry.rule.part(Part::Name)),
            })
        })
        .collect();
    write_json(output, &json!({ "version": 1, "rules": rules }))
}

/// A place, of which the settings may be the file.
fn location(spot: &Spot) -> Value {
    json::location(&spot.path, spot.start, spot.end)
}

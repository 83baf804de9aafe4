//! What a check found, as one JSON document.

use super::parts::{VERSION, diagnostic};
use crate::reports::model::{Entry, ModelReport};
use crate::reports::questions::Question;
use rayon::prelude::*;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::{Map, Value, json};
use std::io::Write;
use threatline_exchange::json;
use threatline_exchange::pretty::pretty_json;
use threatline_model::{
    Assessed, Database, Decl, Kind, Level, Standing, assessed, full_name, typed, unlisted,
};

/// Writes the document of a check.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    reports: &[ModelReport],
) -> std::io::Result<()> {
    let models = reports.iter().map(|report| model(db, report)).collect();
    let version = VERSION;
    let document = Document { version, models };
    output.write_all(pretty_json(&document).as_bytes())
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
    mitigated: Value,
    out_of_scope: Vec<Value>,
    fail_on: &'static str,
    at_threshold: usize,
    verdict: &'static str,
    questions: Vec<Value>,
    policy: Vec<Value>,
    findings: InParallel<'report, Assessed>,
    /// How many findings the list leaves out; all of them are in `counts`.
    #[serde(skip_serializing_if = "is_none")]
    findings_not_listed: usize,
    diagnostics: InParallel<'report, Entry>,
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

/// A list that is as long as a model is large. What its entries say, such as the reasons of a
/// finding, is collected by all processors, and a piece at a time, since it takes much more memory
/// than what it is collected from.
struct InParallel<'report, T> {
    db: &'report Database,
    items: &'report [T],
    document_of: fn(&Database, &T) -> Value,
}

/// How many entries are in memory at once.
const MAX_IN_MEMORY: usize = 4096;

impl<T: Sync> Serialize for InParallel<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.items.len()))?;
        let document_of = self.document_of;
        for piece in self.items.chunks(MAX_IN_MEMORY) {
            let documents: Vec<Value> = piece
                .par_iter()
                .map_with(self.db.clone(), |db, item| document_of(db, item))
                .collect();
            for document in &documents {
                list.serialize_element(document)?;
            }
        }
        list.end()
    }
}

fn model<'report>(db: &'report Database, report: &'report ModelReport) -> ModelDocument<'report> {
    let declared = |kind: &Kind| (kind.word().to_owned(), json!(report.declared(*kind)));
    let counts = |standing: &Standing| {
        let key = standing.key().to_owned();
        (key, Value::Object(counts(report, *standing)))
    };
    ModelDocument {
        name: &report.name,
        root: report.model.root(db),
        files: report.files,
        declared: Kind::ALL.iter().map(declared).collect(),
        counts: Standing::ALL.iter().map(counts).collect(),
        mitigated: json!({
            "verified": report.counts.verified(),
            "asserted": report.counts.asserted(),
            "residual": report.counts.residual(),
        }),
        out_of_scope: report
            .out_of_scope
            .iter()
            .map(|element| out_of_scope(db, *element))
            .collect(),
        fail_on: report.threshold.map_or("never", Level::word),
        at_threshold: report.at_threshold(),
        verdict: report.verdict().word(),
        questions: report
            .questions(db)
            .iter()
            .map(|asked| question(db, asked))
            .collect(),
        policy: report.policy.iter().map(json::setting).collect(),
        findings: InParallel {
            db,
            items: &report.findings,
            document_of: json::finding,
        },
        findings_not_listed: report.unlisted(),
        diagnostics: InParallel {
            db,
            items: &report.entries,
            document_of: diagnostic,
        },
    }
}

/// A missing fact that holds the verdict back.
fn question(db: &Database, question: &Question) -> Value {
    let elements = question.elements.iter();
    let elements: Vec<&str> = elements.map(|decl| full_name(db, *decl).as_str()).collect();
    json!({
        "property": question.property,
        "elements": elements,
        "question": question.in_words(db),
        "findings": question.findings,
        "severity": question.severity.word(),
    })
}

/// An element that is out of scope, with the findings that this hides.
fn out_of_scope(db: &Database, element: Decl) -> Value {
    let hidden = assessed(db, element);
    let worst = hidden
        .iter()
        .map(|assessed| assessed.finding.severity)
        .max();
    json!({
        "element": full_name(db, element).as_str(),
        "because": typed(db, element).text("out_of_scope").map(|why| why.as_str()),
        "findings": hidden.len() + unlisted(db, element).all(),
        "severity": worst.map(Level::word),
    })
}

/// The findings of a standing, by severity.
fn counts(report: &ModelReport, standing: Standing) -> Map<String, Value> {
    let number = |level: &Level| json!(report.counts.of(standing, *level));
    let levels = Level::ALL.iter();
    levels
        .map(|level| (level.word().to_owned(), number(level)))
        .collect()
}

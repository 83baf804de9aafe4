//! What identifies a diagnostic from one run and from one state to the next: names, never
//! positions, so that moved lines and edits elsewhere change nothing.

use crate::reports::model::{Entry, ModelReport};
use threatline_model::{
    Database, Decl, FindingId, Kind, Location, MissingFact, assessed, codes, codes::Class,
    full_name,
};

/// The name of a diagnostic.
pub fn identity(db: &Database, report: &ModelReport, entry: &Entry) -> String {
    let diagnostic = &entry.diagnostic;
    let code = diagnostic.code.id;
    match (diagnostic.findings.as_slice(), diagnostic.location) {
        ([leader, ..], Location::Place(place)) if *diagnostic.code == codes::UNSTATED_FACT => {
            let property = missing(db, *leader).map_or("", |missing| missing.property);
            format!(
                "{code}/{property}@{}",
                asked_of(db, &diagnostic.findings, place.decl)
            )
        }
        ([only], _) => only.name(db).to_string(),
        ([leader, ..], _) => of_group(db, *leader),
        ([], Location::Place(place)) if diagnostic.code.class != Class::Text => {
            format!("{code}@{}", full_name(db, place.decl))
        }
        ([], _) => format!("{code}#{:016x}", hash(line_of(db, report, entry).trim())),
    }
}

/// A group is of one rule on the flows to one target; whichever of them leads it.
fn of_group(db: &Database, leader: FindingId) -> String {
    match (leader, target_of(db, leader)) {
        (FindingId::Rule { rule, .. }, Some(target)) => {
            format!("{}@(-> {})", full_name(db, rule), full_name(db, target))
        }
        _ => leader.name(db).to_string(),
    }
}

/// The fact that a finding waits for.
fn missing(db: &Database, id: FindingId) -> Option<MissingFact> {
    assessed(db, id.subject())
        .iter()
        .find(|assessed| assessed.finding.id == id)?
        .finding
        .missing
}

/// Whom a fact is asked of: one element, or all flows to a target.
fn asked_of(db: &Database, findings: &[FindingId], leader: Decl) -> String {
    let is_group = findings
        .iter()
        .filter_map(|id| missing(db, *id))
        .any(|missing| missing.element != leader);
    match threatline_model::ends(db, leader).1 {
        Some(target) if is_group => format!("(-> {})", full_name(db, target)),
        _ => full_name(db, leader).to_string(),
    }
}

/// The first line of the text that a diagnostic is about.
fn line_of(db: &Database, report: &ModelReport, entry: &Entry) -> String {
    let line = |text: &str, start: u32| {
        let start = start as usize;
        let from = text[..start]
            .rfind(['\n', '\r'])
            .map_or(0, |index| index + 1);
        let to = text[start..]
            .find(['\n', '\r'])
            .map_or(text.len(), |index| start + index);
        text[from..to].to_owned()
    };
    match entry.diagnostic.location {
        Location::Text(file, span) => line(&file.source(db).text, span.start),
        Location::Settings(_, span) => line(&report.settings.text, span.start),
        Location::Place(place) => {
            let (file, span) = place.resolve(db);
            line(&file.source(db).text, span.start)
        }
    }
}

/// FNV-1a: the same on every machine and in every version.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The target of a flow, for diagnostics about all flows to it.
fn target_of(db: &Database, id: FindingId) -> Option<Decl> {
    let subject = id.subject();
    if subject.kind(db) == Kind::Flow {
        threatline_model::ends(db, subject).1
    } else {
        None
    }
}

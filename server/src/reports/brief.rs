//! What a reader sees first: a message for several files once, the questions on which most
//! depends, and the most severe of the rest. It must not know how it is printed, and leaves out
//! nothing that decides the verdict.

use crate::reports::model::{Entry, ModelReport};
use crate::reports::spots::spot_of_finding;
use std::collections::HashMap;
use threatline_model::{
    Database, Decl, FindingId, Level, Part, Related, codes, codes::Class, full_name,
};

/// How many entries are shown at once, if that many are not at the threshold.
const MAX_ENTRIES: usize = 20;

/// How many questions are asked at once.
const MAX_QUESTIONS: usize = 5;

/// What entries of several files have in common.
#[derive(PartialEq, Eq, Hash)]
enum Subject {
    Rule(Decl),
    Fact(&'static str),
}

/// Keeps of a report what a reader is shown at once, and counts what is left out.
pub fn shorten(db: &Database, report: &mut ModelReport) {
    merge(db, report);
    keep_questions(report);
    keep_severe(report);
}

/// Merges what is the same in several files into the most severe of them.
fn merge(db: &Database, report: &mut ModelReport) {
    let missing: HashMap<FindingId, &'static str> = report
        .findings
        .iter()
        .filter_map(|assessed| Some((assessed.finding.id, assessed.finding.missing?.property)))
        .collect();
    let subject = |entry: &Entry| {
        let first = *entry.diagnostic.findings.first()?;
        let code = entry.diagnostic.code;
        if *code == codes::MISSING_MITIGATION {
            match first {
                FindingId::Rule { rule, .. } => Some(Subject::Rule(rule)),
                FindingId::Threat(_) => None,
            }
        } else {
            let is_fact = *code == codes::UNSTATED_FACT;
            missing
                .get(&first)
                .filter(|_| is_fact)
                .copied()
                .map(Subject::Fact)
        }
    };
    let levels: HashMap<FindingId, Level> = report
        .findings
        .iter()
        .map(|assessed| (assessed.finding.id, assessed.finding.severity))
        .collect();
    let mut first_of: HashMap<Subject, usize> = HashMap::new();
    let mut merged: Vec<(Entry, usize)> = Vec::new();
    for entry in std::mem::take(&mut report.entries) {
        let Some(subject) = subject(&entry) else {
            merged.push((entry, 0));
            continue;
        };
        let index = *first_of.entry(subject).or_insert(merged.len());
        match merged.get_mut(index) {
            Some((first, others)) => {
                *others += entry.diagnostic.findings.len();
                absorb(db, first, &entry, &levels);
            }
            None => merged.push((entry, 0)),
        }
    }
    report.entries = merged
        .into_iter()
        .map(|(mut entry, others)| {
            if others > 0 {
                entry.diagnostic.message += &format!("; {others} more in other files");
            }
            entry
        })
        .collect();
}

/// Adds the findings of an entry to another one.
fn absorb(db: &Database, entry: &mut Entry, other: &Entry, levels: &HashMap<FindingId, Level>) {
    for &id in &other.diagnostic.findings {
        let subject = id.subject();
        let severity = levels.get(&id).copied().unwrap_or(Level::Low);
        entry.diagnostic.findings.push(id);
        entry.diagnostic.related.push(Related {
            location: subject.part(Part::Name).into(),
            message: format!("also `{}` ({})", full_name(db, subject), severity.word()),
        });
        entry.related.push(spot_of_finding(db, id));
    }
}

fn keep_questions(report: &mut ModelReport) {
    let mut kept = 0;
    let before = report.entries.len();
    report.entries.retain(|entry| {
        kept += usize::from(entry.is_question());
        !entry.is_question() || kept <= MAX_QUESTIONS
    });
    report.questions_left_out = before - report.entries.len();
}

/// Leaves out the findings below the threshold, the least severe first, of which there is no room.
fn keep_severe(report: &mut ModelReport) {
    let threshold = Some(report.threshold.unwrap_or(Level::High));
    let is_below = |entry: &Entry| {
        let is_finding = entry.diagnostic.code.class == Class::Finding && !entry.is_question();
        is_finding && !entry.is_error() && entry.level < threshold
    };
    let mut excess = report.entries.len().saturating_sub(MAX_ENTRIES);
    // The least severe are the last ones among the findings.
    let mut keep: Vec<bool> = vec![true; report.entries.len()];
    for (index, entry) in report.entries.iter().enumerate().rev() {
        if excess > 0 && is_below(entry) {
            keep[index] = false;
            excess -= 1;
        }
    }
    let before = report.entries.len();
    let mut keep = keep.into_iter();
    report.entries.retain(|_| keep.next().unwrap_or(true));
    report.findings_left_out = before - report.entries.len();
}

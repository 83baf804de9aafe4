//! Decisions on findings of another tool, written where a rule of ours finds the same. It must not
//! know which tool.

use super::workspace::workspace;
use crate::draft::{Decided, Decision, Draft, Fact, Item};
use crate::language;
use crate::tree::Loss;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use threatline_model::{Date, FindingId, Kind, all_findings, full_name, short_name};

/// What a decision is about, as far as it is in the model.
struct Subjects {
    /// Findings of rules: each rule, with the key of what it finds something on.
    findings: Vec<(String, String)>,
    /// The keys of threats.
    threats: Vec<String>,
}

impl Subjects {
    fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.threats.is_empty()
    }
}

/// Writes what was decided; what fits no finding is kept in a comment.
pub fn write(draft: &mut Draft, losses: &mut Vec<Loss>) {
    if draft.decisions.is_empty() {
        return;
    }
    let mut open = open_findings(draft);
    let decisions = std::mem::take(&mut draft.decisions);
    for (number, decision) in decisions.into_iter().enumerate() {
        let subjects = subjects_of(&decision, draft, &mut open);
        if subjects.is_empty() {
            losses.push(Loss {
                place: decision.place,
                path: decision.path,
                why: "kept in a comment: the model has no such finding".to_owned(),
            });
            draft.comments.push(decision.comment);
            continue;
        }
        match &decision.decided {
            Decided::Accepted { by, until, because } => {
                let mut accept = acceptance(&decision, subjects, number);
                accept.text("by", Some(by.clone()));
                accept.state("until", Fact::Date(*until));
                accept.text("because", Some(because.clone()));
                accept.text("ticket", decision.ticket.clone());
                draft.items.push(accept);
            }
            Decided::Mitigated(status) => {
                if !update_mitigations(draft, &decision, &subjects, status) {
                    add_mitigation(draft, &decision, subjects, status, number);
                }
            }
        }
    }
}

/// The rules that find something on each element, by its key.
fn open_findings(draft: &Draft) -> FxHashMap<String, BTreeSet<String>> {
    let files = language::write(draft);
    let workspace = workspace(&files, Date::constant(2026, 1, 1));
    let db = workspace.db();
    let keys: FxHashMap<&str, &str> = files
        .names
        .iter()
        .map(|(key, name)| (name.as_str(), key.as_str()))
        .collect();
    let mut open: FxHashMap<String, BTreeSet<String>> = FxHashMap::default();
    for assessed in workspace.models().flat_map(|model| all_findings(db, model)) {
        let FindingId::Rule { rule, element } = assessed.finding.id else {
            continue;
        };
        if let Some(key) = keys.get(full_name(db, element).as_str()) {
            let rule = short_name(db, rule).to_owned();
            open.entry((*key).to_owned()).or_default().insert(rule);
        }
    }
    open
}

/// What a decision is about. Its findings are taken out of those that are open: what was decided
/// first counts.
fn subjects_of(
    decision: &Decision,
    draft: &Draft,
    open: &mut FxHashMap<String, BTreeSet<String>>,
) -> Subjects {
    let mut items: Vec<&Item> = decision
        .subjects
        .iter()
        .filter_map(|key| draft.items.get(key))
        .collect();
    items.sort_by_key(|item| draft.items.index_of(&item.key));
    items.dedup_by(|one, other| one.key == other.key);
    let mut findings = Vec::new();
    for item in &items {
        let Some(rules) = open.get_mut(&item.key) else {
            continue;
        };
        let (decided, left): (BTreeSet<String>, BTreeSet<String>) = std::mem::take(rules)
            .into_iter()
            .partition(|rule| decision.rules.contains(&rule.as_str()));
        *rules = left;
        findings.extend(decided.into_iter().map(|rule| (rule, item.key.clone())));
    }
    let threats = items
        .iter()
        .filter(|item| item.kind == Kind::Threat)
        .map(|item| item.key.clone())
        .collect();
    Subjects { findings, threats }
}

fn acceptance(decision: &Decision, subjects: Subjects, number: usize) -> Item {
    let key = format!("accept {number}");
    let mut accept = Item::new(Kind::Accept, key, decision.title.clone());
    accept.name = Some(format!("accepted_{}", decision.name));
    for threat in subjects.threats {
        accept.state("findings", Fact::Item(threat));
    }
    for (rule, element) in subjects.findings {
        accept.state("findings", Fact::Finding(rule, element));
    }
    accept.comment("TODO: set the end date; none was specified");
    accept
}

/// Says of the mitigations of threats how far they have come, if the decision is about threats
/// alone and each of them has some.
fn update_mitigations(
    draft: &mut Draft,
    decision: &Decision,
    subjects: &Subjects,
    status: &'static str,
) -> bool {
    let mitigations_of = |threat: &String| -> Option<Vec<String>> {
        let threat = draft.items.get(threat)?;
        Some(threat.keys("mitigations").map(str::to_owned).collect())
    };
    let known: Vec<Vec<String>> = subjects.threats.iter().filter_map(mitigations_of).collect();
    if !subjects.findings.is_empty() || known.iter().any(Vec::is_empty) {
        return false;
    }
    for key in known.into_iter().flatten() {
        if let Some(mitigation) = draft.items.get_mut(&key) {
            mitigation.clear("status");
            mitigation.word("status", Some(status));
            mitigation.text("ticket", decision.ticket.clone());
            mitigation.comment(decision.comment.clone());
        }
    }
    true
}

fn add_mitigation(
    draft: &mut Draft,
    decision: &Decision,
    subjects: Subjects,
    status: &'static str,
    number: usize,
) {
    let key = format!("mitigation {number}");
    let mut mitigation = Item::new(Kind::Mitigation, key.clone(), decision.title.clone());
    mitigation.name = Some(format!("against_{}", decision.name));
    let rules: BTreeSet<&String> = subjects.findings.iter().map(|(rule, _)| rule).collect();
    for rule in rules {
        mitigation.state("counters", Fact::Library(rule.clone()));
    }
    mitigation.word("status", Some(status));
    mitigation.text("ticket", decision.ticket.clone());
    mitigation.comment(decision.comment.clone());
    draft.items.push(mitigation);
    let elements = subjects.findings.into_iter().map(|(_, element)| element);
    for key_of_subject in elements.chain(subjects.threats) {
        if let Some(item) = draft.items.get_mut(&key_of_subject) {
            item.state("mitigations", Fact::Item(key.clone()));
        }
    }
}

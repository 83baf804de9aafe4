//! Findings of pytm that someone decided on, and those that were left out. It must not know what is
//! found here.

use super::assumptions;
use super::keys::Keys;
use super::terms::RULES;
use crate::draft::{Decided, Decision, Draft};
use crate::tree::{Fields, Value};
use crate::{names, stand_ins, titles};
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::Kind;

/// A finding, or an override of one, with someone's response.
struct Answered<'a> {
    fields: Fields<'a>,
    /// The name of what it is on.
    target: String,
    /// pytm's id of the threat.
    threat: String,
    response: String,
}

impl<'a> Answered<'a> {
    fn read(fields: Fields<'a>, target: Option<String>, response: String) -> Answered<'a> {
        Answered {
            target: target.unwrap_or_default(),
            threat: fields.text("threat_id").unwrap_or_default(),
            response,
            fields,
        }
    }

    /// What was decided, if anything was.
    fn decided(&self) -> Option<Decided> {
        let plain = self.response.to_lowercase();
        if plain.contains("accept") || plain.contains("transfer") {
            Some(Decided::Accepted {
                by: "unknown".to_owned(),
                until: stand_ins::a_year_after(None),
                because: self.response.clone(),
            })
        } else if plain.contains("mitigated") {
            Some(Decided::Mitigated("implemented"))
        } else if plain.contains("mitigat") {
            Some(Decided::Mitigated("proposed"))
        } else {
            None
        }
    }

    /// What is kept of it.
    fn comment(&self) -> String {
        let detail = |name: &str, before: &str, after: &str| {
            let text = self.fields.text(name);
            text.map_or(String::new(), |text| format!("{before}{text}{after}"))
        };
        format!(
            "pytm's {}{} on {}{}{}: {}",
            self.threat,
            detail("description", " (", ")"),
            self.target,
            detail("severity", ", severity ", ""),
            detail("cvss", ", CVSS ", ""),
            self.response
        )
    }

    /// States what was decided on what it is on. What decides nothing is kept in a comment.
    fn decide(self, subjects: Vec<String>, draft: &mut Draft) {
        let comment = self.comment();
        let Some(decided) = self.decided() else {
            let why = "kept in a comment: neither accepted nor mitigated";
            self.fields
                .keep(&mut draft.comments, "response", why, comment);
            return;
        };
        let rules = RULES.iter().find(|(ids, _)| ids.contains(&&*self.threat));
        let description = self.fields.text("description");
        draft.decisions.push(Decision {
            rules: rules.map_or(&[], |(_, rules)| *rules),
            subjects,
            name: names::of_title(description.as_ref().unwrap_or(&self.threat)),
            title: match decided {
                Decided::Accepted { .. } => {
                    let of_id = || format!("pytm's {}", self.threat);
                    let finding = description.unwrap_or_else(of_id);
                    format!("{finding} on {}", self.target)
                }
                Decided::Mitigated(_) => titles::title_of(&self.response),
            },
            decided,
            ticket: None,
            comment,
            place: self.fields.place().clone(),
            path: self.fields.path().to_owned(),
        });
    }
}

/// Reads what was decided on findings.
pub fn read(top: &Fields<'_>, keys: &Keys, draft: &mut Draft) {
    let mut answered = Vec::new();
    let mut unanswered = 0;
    for fields in top.groups("findings") {
        match fields.text("response") {
            Some(response) => {
                let target = fields.text("target");
                answered.push(Answered::read(fields, target, response));
            }
            None => unanswered += 1,
        }
    }
    answered.extend(overrides(top));
    decide_each(answered, keys, draft);
    if unanswered > 0 {
        top.loss(
            "findings",
            format!("pytm's findings were dropped: {unanswered}; the library derives its own"),
        );
    }
    keep_excluded_findings(top, draft);
    keep_excluded_threats(top, draft);
}

/// What is read by pytm has its overrides at the elements, as groups.
fn overrides<'a>(top: &Fields<'a>) -> Vec<Answered<'a>> {
    let mut answered = Vec::new();
    for owner in ["elements", "flows"]
        .iter()
        .flat_map(|list| top.groups(list))
    {
        for (index, node) in owner.list("overrides").iter().enumerate() {
            if !matches!(node.value(), Value::Map(_)) {
                continue;
            }
            let path = format!("{}[{index}]", owner.path_to("overrides"));
            let fields = top.group_at(node, path);
            if let Some(response) = fields.text("response") {
                answered.push(Answered::read(fields, owner.text("name"), response));
            }
        }
    }
    answered
}

/// How many flows all decisions together are about: many may lead to one element.
const MAX_FLOWS: usize = 1 << 20;

/// States what was decided, on each threat of a target once. What is decided on an element is
/// decided on the flows that lead to it.
fn decide_each(answered: Vec<Answered<'_>>, keys: &Keys, draft: &mut Draft) {
    let mut flows_to: FxHashMap<String, Vec<String>> = FxHashMap::default();
    for flow in draft.of_kind(&[Kind::Flow]) {
        if let Some((_, target)) = &flow.ends {
            let flows = flows_to.entry(target.clone()).or_default();
            flows.push(flow.key.clone());
        }
    }
    let mut decided = FxHashSet::default();
    let mut remaining = MAX_FLOWS;
    for each in answered {
        if !decided.insert((each.target.clone(), each.threat.clone())) {
            continue;
        }
        let key = keys.elements.get(&each.target);
        let key = key.or_else(|| keys.flows.get(&each.target));
        let mut subjects: Vec<String> = key.cloned().into_iter().collect();
        if let Some(flows) = key.and_then(|element| flows_to.get(element)) {
            match remaining.checked_sub(flows.len()) {
                Some(rest) => {
                    remaining = rest;
                    subjects.extend(flows.iter().cloned());
                }
                None => {
                    let why = "the flows to its target are left out: they are too many to repeat";
                    each.fields.loss("target", why);
                }
            }
        }
        each.decide(subjects, draft);
    }
}

/// Keeps findings that pytm excluded in comments of their assumptions.
fn keep_excluded_findings(top: &Fields<'_>, draft: &mut Draft) {
    let excluded = top.groups("excluded_findings");
    if !excluded.is_empty() {
        let count = excluded.len();
        let why =
            format!("findings excluded in pytm are kept in comments of their assumptions: {count}");
        top.loss("excluded_findings", why);
    }
    for fields in &excluded {
        let text = |name: &str| fields.text(name).unwrap_or_default();
        let comment = format!(
            "excluded by it in pytm: {} {} on {}",
            text("threat_id"),
            text("description"),
            text("target")
        );
        let key = fields
            .node("assumption")
            .map(|node| assumptions::key_of(&assumptions::name_of(node)));
        match key.and_then(|key| draft.items.get_mut(&key)) {
            Some(assumption) => assumption.comment(comment),
            None => draft.comments.push(comment),
        }
    }
}

fn keep_excluded_threats(top: &Fields<'_>, draft: &mut Draft) {
    let nodes = top.list("threatsExcluded");
    if nodes.iter().all(|node| node.in_one_line().is_empty()) {
        return;
    }
    let ids = top.texts("threatsExcluded").join(", ");
    top.keep(
        &mut draft.comments,
        "threatsExcluded",
        "kept in a comment: IDs of pytm threats",
        format!("pytm threats that were excluded: {ids}"),
    );
}

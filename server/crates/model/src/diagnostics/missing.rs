//! Missing mitigations: the diagnostics for open findings, and for facts that would decide one.
//!
//! What says the same is said once. Findings of one rule on flows to one target are one diagnostic, which
//! stands at the most severe of them; however many rules wait for a fact of an element, it is asked for once.

use super::{Diagnostic, Severity};
use crate::codes;
use crate::db::{Db, Decl};
use crate::facts::Missing;
use crate::findings::{Assessed, FindingId, Level, State, assessed, categories_in_words, reasons};
use crate::lower::Part;
use crate::names::{full_name, name_from};
use crate::relations::{ends, incoming, mitigations_countering, touching};
use crate::schema::{self, Takes};
use crate::typed::{Categories, takes, typed};
use std::cmp::Reverse;
use threatline_syntax::Kind;

/// The findings that one diagnostic tells of, the most severe first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    cause: Cause,
    members: Vec<Assessed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// A rule found it, or a person.
    Found(Decl),
    /// A fact is not stated.
    Unstated(&'static str),
    /// A fact is not stated of an element too far off for its diagnostics to look here.
    UnstatedOf(Decl, &'static str),
}

pub(super) fn of(db: &dyn Db, decl: Decl, found: &mut Vec<Diagnostic>) {
    let groups = match (decl.kind(db), ends(db, decl).1) {
        (Kind::Flow, Some(target)) => groups_at(db, target),
        _ => groups_of(db, decl),
    };
    let own = groups.iter().filter(|group| leader(group) == decl);
    found.extend(own.map(|group| match group.cause {
        Cause::Found(_) => open(db, decl, group),
        Cause::Unstated(property) => unstated(db, decl, decl, property, group),
        Cause::UnstatedOf(element, property) => unstated(db, decl, element, property, group),
    }));
}

/// The element at which a group's diagnostic stands.
fn leader(group: &Group) -> Decl {
    let first = &group.members[0].finding;
    match (group.cause, first.missing) {
        (Cause::Unstated(_), Some(missing)) => missing.element,
        _ => first.id.subject(),
    }
}

/// The open findings of an element or a threat itself, and those that wait for a fact of it.
#[salsa::tracked]
fn groups_of(db: &dyn Db, element: Decl) -> Vec<Group> {
    let flows = touching(db, element);
    let around = flows.incoming.iter().chain(&flows.outgoing).copied();
    collect(db, std::iter::once(element).chain(around), |assessed| match assessed.finding.missing {
        None => (assessed.finding.id.subject() == element).then(|| rule_of(assessed.finding.id)),
        Some(missing) if missing.element == element => Some(Cause::Unstated(missing.property)),
        Some(missing) => (assessed.finding.id.subject() == element).then(|| afar(db, element, missing)).flatten(),
    })
}

/// The cause of a finding that waits for a fact of an element whose own groups do not see it.
fn afar(db: &dyn Db, subject: Decl, missing: Missing) -> Option<Cause> {
    let element = missing.element;
    let touches = |flow: Decl, end: Decl| {
        flow.kind(db) == Kind::Flow && {
            let (source, target) = ends(db, flow);
            source == Some(end) || target == Some(end)
        }
    };
    let target = (element.kind(db) == Kind::Flow).then(|| ends(db, element).1).flatten();
    let seen = match target {
        None => subject == element || touches(subject, element),
        Some(target) if subject.kind(db) == Kind::Flow => ends(db, subject).1 == Some(target),
        Some(target) => subject == target || incoming(db, target).iter().any(|flow| ends(db, *flow).0 == Some(subject)),
    };
    (!seen).then_some(Cause::UnstatedOf(element, missing.property))
}

/// The open findings on the flows that end at an element, and those that wait for a fact of such a flow.
#[salsa::tracked]
fn groups_at(db: &dyn Db, target: Decl) -> Vec<Group> {
    let flows = incoming(db, target);
    let sources = flows.iter().filter_map(|flow| ends(db, *flow).0);
    let mut around: Vec<Decl> = flows.iter().copied().chain(sources).chain([target]).collect();
    let mut seen = rustc_hash::FxHashSet::default();
    around.retain(|element| seen.insert(*element));
    let is_flow = |element: Decl| element.kind(db) == Kind::Flow && ends(db, element).1 == Some(target);
    collect(db, around.into_iter(), |assessed| match assessed.finding.missing {
        None => is_flow(assessed.finding.id.subject()).then(|| rule_of(assessed.finding.id)),
        Some(missing) if is_flow(missing.element) => Some(Cause::Unstated(missing.property)),
        Some(missing) => {
            let subject = assessed.finding.id.subject();
            is_flow(subject).then(|| afar(db, subject, missing)).flatten()
        }
    })
}

fn rule_of(id: FindingId) -> Cause {
    match id {
        FindingId::Rule { rule, .. } => Cause::Found(rule),
        FindingId::Threat(threat) => Cause::Found(threat),
    }
}

fn collect(
    db: &dyn Db,
    elements: impl Iterator<Item = Decl>,
    cause: impl Fn(&Assessed) -> Option<Cause>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for element in elements {
        for finding in assessed(db, element).iter().filter(|assessed| assessed.state == State::Open) {
            let Some(cause) = cause(finding) else { continue };
            match groups.iter_mut().find(|group| group.cause == cause) {
                Some(group) => group.members.push(finding.clone()),
                None => groups.push(Group { cause, members: vec![finding.clone()] }),
            }
        }
    }
    for group in &mut groups {
        // A stable sort: among equals the first by file and place leads.
        group.members.sort_by_key(|assessed| Reverse(assessed.finding.severity));
    }
    groups
}

/// How much a finding of a severity weighs as a diagnostic.
pub(crate) fn weight(level: Level) -> Severity {
    match level {
        Level::Critical | Level::High => Severity::Error,
        Level::Medium => Severity::Warning,
        Level::Low => Severity::Information,
    }
}

fn open(db: &dyn Db, element: Decl, group: &Group) -> Diagnostic {
    let finding = &group.members[0].finding;
    let severity = finding.severity;
    let title = finding.id.title(db);
    let name = full_name(db, element);
    let categories = categories_in_words(finding.categories);
    let others = group.members.len() - 1;
    let message = match finding.id {
        FindingId::Threat(_) => {
            format!("{title}: a threat of {} severity that nothing counters ({categories})", severity.word())
        }
        FindingId::Rule { .. } if others > 0 => {
            let flows = if others == 1 { "1 more flow".to_owned() } else { format!("{others} more flows") };
            format!("{title}: `{name}` and {flows} to the same target ({}, {categories})", severity.word())
        }
        FindingId::Rule { .. } => format!("{title}: `{name}` ({}, {categories})", severity.word()),
    };
    let mut diagnostic = Diagnostic::new(&codes::MISSING_MITIGATION, element.part(Part::Name), message);
    diagnostic.severity = weight(severity);
    diagnostic.findings = group.members.iter().map(|assessed| assessed.finding.id).collect();
    for reason in reasons(db, finding) {
        let place = reason.place.unwrap_or(element.part(Part::Name));
        diagnostic = diagnostic.relate(place, reason.message);
    }
    for other in &group.members[1..] {
        let other = other.finding.id.subject();
        diagnostic =
            diagnostic.relate(other.part(Part::Name), format!("the same holds for `{}`", full_name(db, other)));
    }
    if let FindingId::Rule { rule, .. } = finding.id {
        diagnostic.help.extend(typed(db, rule).text("advice").map(|advice| advice.to_string()));
        diagnostic.help.extend(counter(db, element, &[rule]));
    }
    let id = finding.id.name(db);
    let id = id.strip_prefix("std.").unwrap_or(&id);
    // An arrow would be the shell's.
    let id = if id.contains('>') { format!("'{id}'") } else { id.to_owned() };
    diagnostic.help(format!("`threatline explain {id}` tells more"))
}

/// The mitigations that would counter rules on an element, the model's own first.
fn counter(db: &dyn Db, element: Decl, rules: &[Decl]) -> Option<String> {
    let countering = rules.iter().flat_map(|rule| mitigations_countering(db, element.model(db), *rule));
    let mut countering: Vec<Decl> = countering.copied().collect();
    // What is declared beside the element is nearest at hand.
    countering.sort_by_key(|mitigation| mitigation.file(db) != element.file(db));
    let mut names: Vec<String> = Vec::new();
    for mitigation in countering {
        let name = format!("`{}`", name_from(db, mitigation, element.file(db)));
        if !names.contains(&name) && names.len() < 5 {
            names.push(name);
        }
    }
    match names.len() {
        0 => None,
        1 => Some(format!("{} counters it", names[0])),
        _ => Some(format!("{} or {} counter it", names[..names.len() - 1].join(", "), names[names.len() - 1])),
    }
}

/// A fact of an element that is not stated. The diagnostic stands at that element, or where the finding is.
fn unstated(db: &dyn Db, at: Decl, element: Decl, property: &'static str, group: &Group) -> Diagnostic {
    let severity = group.members[0].finding.severity;
    let mut rules: Vec<Decl> = Vec::new();
    let mut elements: Vec<Decl> = Vec::new();
    let mut categories = Categories::default();
    for assessed in &group.members {
        let FindingId::Rule { rule, .. } = assessed.finding.id else { continue };
        let missing: Missing = assessed.finding.missing.expect("the group is of missing facts");
        categories.0 |= assessed.finding.categories.0;
        if !rules.contains(&rule) {
            rules.push(rule);
        }
        if !elements.contains(&missing.element) {
            elements.push(missing.element);
        }
    }
    let name = full_name(db, element);
    let on = match elements.len() {
        1 => format!("`{name}`"),
        2 => format!("`{name}` and 1 more flow to the same target"),
        more => format!("`{name}` and {} more flows to the same target", more - 1),
    };
    let waits = if rules.len() == 1 {
        "a threat depends on it".to_owned()
    } else {
        format!("{} threats depend on it", rules.len())
    };
    let categories = categories_in_words(categories);
    let message = format!("no `{property}` is stated for {on}, and {waits} (up to {}, {categories})", severity.word());
    let mut diagnostic = Diagnostic::new(&codes::UNSTATED_FACT, at.part(Part::Name), message);
    diagnostic.severity = weight(severity);
    diagnostic.findings = group.members.iter().map(|assessed| assessed.finding.id).collect();
    for rule in &rules {
        let member = group.members.iter().find(|assessed| rule_of(assessed.finding.id) == Cause::Found(*rule));
        let finding = &member.expect("the rule is of a member").finding;
        let message = format!("{} (`{}`)", finding.id.title(db), full_name(db, *rule));
        diagnostic = diagnostic.relate(at.part(Part::Name), message);
        for reason in reasons(db, finding) {
            let place = reason.place.unwrap_or(at.part(Part::Name));
            let known = diagnostic.related.iter().any(|related| related.message == reason.message);
            if !known && !reason.message.contains(&format!("states no `{property}`")) {
                diagnostic = diagnostic.relate(place, reason.message);
            }
        }
    }
    if at != element {
        diagnostic = diagnostic.relate(element.part(Part::Name), format!("`{property}` would be stated here"));
    }
    for other in &elements[1..] {
        diagnostic = diagnostic.relate(other.part(Part::Name), format!("nor is it for `{}`", full_name(db, *other)));
    }
    diagnostic =
        diagnostic.help(match schema::of(element.kind(db)).property(property).map(|property| property.takes) {
            Some(Takes::Name(kinds)) => {
                let kinds = kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" or ");
                format!("state `{property}: ` with the name of a {kinds}")
            }
            Some(other) => format!("state `{property}: {}`", takes(other)),
            None => format!("state `{property}`"),
        });
    diagnostic.help.extend(counter(db, at, &rules));
    diagnostic
}

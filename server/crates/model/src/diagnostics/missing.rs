//! Missing mitigations: the diagnostics for open findings, and for facts that would decide one.
//!
//! What says the same is said once. In one file, findings of one rule on elements of one boundary,
//! or on flows into one boundary, are one diagnostic, which stands at the most severe of them. A
//! fact that elements of a file do not state is asked for once, for all of them and however many
//! rules wait for it.

use crate::assessment::{Assessed, mitigations_against_finding};
use crate::db::{Db, Decl, File};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::runs::runs;
use crate::facts::MissingFact;
use crate::findings::finding_reasons;
use crate::headings::{ends, placed_in};
use crate::identity::FindingId;
use crate::lower::Part;
use crate::mitigations::mitigations_against_rule;
use crate::names::{full_name, name_from};
use crate::properties::{takes, typed};
use crate::schema::Takes;
use crate::severity::{Level, weight};
use crate::values::Categories;
use crate::{codes, schema};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use threatline_syntax::Kind;
use threatline_syntax::prose::{all_of, first_of, one_of};

/// The findings that one diagnostic tells of, the most severe first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    cause: Cause,
    members: Vec<Assessed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cause {
    /// A rule found it, or a person.
    Found(Decl),
    /// A fact is not stated.
    Unstated(&'static str),
}

pub(super) fn of(db: &dyn Db, file: File, found: &mut Vec<Diagnostic>) {
    found.extend(groups(db, file).iter().map(|group| match group.cause {
        Cause::Found(_) => open(db, group),
        Cause::Unstated(property) => unstated(db, file, property, group),
    }));
}

/// The open findings on what a file declares, and those that wait for a fact which it does not
/// state.
#[salsa::tracked]
fn groups(db: &dyn Db, file: File) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: FxHashMap<(Cause, Kind, Option<Decl>), usize> = FxHashMap::default();
    let mut add = |cause: Cause, decl: Decl, assessed: &Assessed| {
        let place = if let Cause::Found(_) = cause {
            place(db, decl)
        } else {
            None
        };
        let at = *known
            .entry((cause, decl.kind(db), place))
            .or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.members.push(assessed.clone()),
            None => groups.push(Group {
                cause,
                members: vec![assessed.clone()],
            }),
        }
    };
    for (decl, assessed) in runs(db, file).flat_map(|run| &run.open) {
        add(rule_of(assessed.finding.id), *decl, assessed);
    }
    for (at, assessed) in runs(db, file).flat_map(|run| &run.waiting) {
        // What would be low at most is not worth a question; it is counted.
        let missing = assessed
            .finding
            .missing
            .filter(|_| assessed.finding.severity > Level::Low);
        missing
            .into_iter()
            .for_each(|missing| add(Cause::Unstated(missing.property), *at, assessed));
    }
    for group in &mut groups {
        // A stable sort: among equals the first by file and place leads.
        group
            .members
            .sort_by_key(|assessed| Reverse(assessed.finding.severity));
    }
    groups
}

/// Where an element is, as far as it makes what is said of it the same: its boundary; of a flow,
/// the boundary that it ends in, or else its target.
fn place(db: &dyn Db, decl: Decl) -> Option<Decl> {
    match decl.kind(db) {
        Kind::Flow => ends(db, decl)
            .1
            .map(|target| placed_in(db, target).unwrap_or(target)),
        _ => placed_in(db, decl),
    }
}

fn rule_of(id: FindingId) -> Cause {
    match id {
        FindingId::Rule { rule, .. } => Cause::Found(rule),
        FindingId::Threat(threat) => Cause::Found(threat),
    }
}

/// Names in a sentence, of many the first: "`a`", "`a` and `b`", "`a`, `b`, `c` and 4 more".
fn listed(db: &dyn Db, decls: &[Decl]) -> String {
    const MOST_NAMES: usize = 3;
    let names = decls
        .iter()
        .map(|decl| format!("`{}`", full_name(db, *decl)));
    all_of(&first_of(names, MOST_NAMES))
}

fn open(db: &dyn Db, group: &Group) -> Diagnostic {
    let finding = &group.members[0].finding;
    let element = finding.id.subject();
    let severity = finding.severity;
    let title = finding.id.title(db);
    let categories = finding.categories.in_words();
    let subjects: Vec<Decl> = group
        .members
        .iter()
        .map(|assessed| assessed.finding.id.subject())
        .collect();
    let message = match finding.id {
        FindingId::Threat(_) => {
            format!(
                "{title}: a threat of {} severity that nothing counters ({categories})",
                severity.word()
            )
        }
        FindingId::Rule { .. } => format!(
            "{title}: {} ({}, {categories})",
            listed(db, &subjects),
            severity.word()
        ),
    };
    let mut diagnostic = Diagnostic::new(
        &codes::MISSING_MITIGATION,
        element.part(Part::Name),
        message,
    );
    diagnostic.severity = weight(severity);
    diagnostic.findings = group
        .members
        .iter()
        .map(|assessed| assessed.finding.id)
        .collect();
    for reason in finding_reasons(db, finding) {
        let place = reason.place.unwrap_or(element.part(Part::Name));
        diagnostic = diagnostic.relate(place, reason.message);
    }
    for other in &group.members[1..] {
        let other = other.finding.id.subject();
        diagnostic = diagnostic.relate(
            other.part(Part::Name),
            format!("the same holds for `{}`", full_name(db, other)),
        );
    }
    if let Some(proposed) = mitigations_against_finding(db, finding).first() {
        let name = name_from(db, proposed.mitigation, element.file(db));
        diagnostic.help.push(format!(
            "`{name}` is proposed, and counts from when its status is `planned`"
        ));
    }
    if let FindingId::Rule { rule, .. } = finding.id {
        diagnostic.help.extend(
            typed(db, rule)
                .text("advice")
                .map(|advice| advice.to_string()),
        );
        diagnostic.help.extend(counter(db, element, &[rule]));
    }
    let id = finding.id.name(db);
    let id = id.strip_prefix("std.").unwrap_or(&id);
    // An arrow would be the shell's.
    let id = if id.contains('>') {
        format!("'{id}'")
    } else {
        id.to_owned()
    };
    diagnostic.help(format!("`threatline explain {id}` tells more"))
}

/// The mitigations that would counter rules on an element, the model's own first.
fn counter(db: &dyn Db, element: Decl, rules: &[Decl]) -> Option<String> {
    let countering = rules
        .iter()
        .flat_map(|rule| mitigations_against_rule(db, element.model(db), *rule));
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
        _ => Some(format!("{} counter it", one_of(&names))),
    }
}

/// A fact that is not stated. The diagnostic stands at the element which would state it, of several
/// the one on which most depends.
fn unstated(db: &dyn Db, file: File, property: &'static str, group: &Group) -> Diagnostic {
    let severity = group.members[0].finding.severity;
    let mut rules: Vec<Decl> = Vec::new();
    let mut elements: Vec<Decl> = Vec::new();
    let mut categories = Categories::default();
    for assessed in &group.members {
        let FindingId::Rule { rule, .. } = assessed.finding.id else {
            continue;
        };
        let missing: MissingFact = assessed
            .finding
            .missing
            .expect("the group is of missing facts");
        categories.0 |= assessed.finding.categories.0;
        if !rules.contains(&rule) {
            rules.push(rule);
        }
        if !elements.contains(&missing.element) {
            elements.push(missing.element);
        }
    }
    // The fact may belong to an element of another file that is too far off to be told of it.
    let element = elements[0];
    let at = if element.file(db) == file {
        element
    } else {
        group.members[0].finding.id.subject()
    };
    let on = listed(db, &elements);
    let waits = if rules.len() == 1 {
        "a threat depends on it".to_owned()
    } else {
        format!("{} threats depend on it", rules.len())
    };
    let categories = categories.in_words();
    let message = format!(
        "no `{property}` is stated for {on}, and {waits} (up to {}, {categories})",
        severity.word()
    );
    let mut diagnostic = Diagnostic::new(&codes::UNSTATED_FACT, at.part(Part::Name), message);
    diagnostic.severity = weight(severity);
    diagnostic.findings = group
        .members
        .iter()
        .map(|assessed| assessed.finding.id)
        .collect();
    for rule in &rules {
        let member = group
            .members
            .iter()
            .find(|assessed| rule_of(assessed.finding.id) == Cause::Found(*rule));
        let finding = &member.expect("the rule is of a member").finding;
        let message = format!("{} (`{}`)", finding.id.title(db), full_name(db, *rule));
        diagnostic = diagnostic.relate(at.part(Part::Name), message);
        for reason in finding_reasons(db, finding) {
            let place = reason.place.unwrap_or(at.part(Part::Name));
            let known = diagnostic
                .related
                .iter()
                .any(|related| related.message == reason.message);
            if !known && !reason.message.contains(&format!("states no `{property}`")) {
                diagnostic = diagnostic.relate(place, reason.message);
            }
        }
    }
    if at != element {
        diagnostic = diagnostic.relate(
            element.part(Part::Name),
            format!("`{property}` would be stated here"),
        );
    }
    for other in &elements[1..] {
        diagnostic = diagnostic.relate(
            other.part(Part::Name),
            format!("nor is it for `{}`", full_name(db, *other)),
        );
    }
    diagnostic = diagnostic.help(
        match schema::of(element.kind(db))
            .property(property)
            .map(|property| property.takes)
        {
            Some(Takes::Name(kinds)) => {
                let kinds = kinds
                    .iter()
                    .map(|kind| kind.word())
                    .collect::<Vec<_>>()
                    .join(" or ");
                format!("state `{property}: ` with the name of a {kinds}")
            }
            Some(other) => format!("state `{property}: {}`", takes(other)),
            None => format!("state `{property}`"),
        },
    );
    diagnostic.help.extend(counter(db, at, &rules));
    diagnostic
}

//! Missing mitigations: the diagnostics for open findings, and for facts that would decide one.
//!
//! What is the same is reported once. In one file, the findings of one rule are one diagnostic, at
//! the most severe of them, with the severity of each. A fact that elements of a file do not state
//! is asked for once, for all of them and however many rules depend on it.

use crate::acting::obstacle_on;
use crate::assessment::{Assessed, FindingCounts, accepted_up_to, accepts_of};
use crate::codes::{self, Code};
use crate::db::{Db, Decl, File};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::runs::runs;
use crate::findings::{Finding, MAX_FINDINGS_OF_AN_ELEMENT, elements_lacking, finding_reasons};
use crate::identity::FindingId;
use crate::limit::{MAX_OF_A_CODE, Unlisted};
use crate::lower::Part;
use crate::mitigations::mitigations_against_rule;
use crate::names::{full_name, name_from};
use crate::properties::{takes, typed};
use crate::schema::{self, NOTHING, Takes};
use crate::severity::{Level, Severity, weight};
use crate::treatment::{describe_shortfall, done_of_threat, shortfalls};
use crate::values::Categories;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use threatline_syntax::Kind;
use threatline_syntax::prose::{all_of, count, one_of, with_article};

/// The most findings that a diagnostic lists one by one.
const MAX_FINDINGS_LISTED: usize = 100;

/// The findings that one diagnostic reports, the most severe first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    cause: Cause,
    /// The findings that are listed.
    members: Vec<Assessed>,
    /// The first finding that is not listed, and how many there are.
    more: Option<(FindingId, usize)>,
    /// Their categories, listed or not.
    categories: Categories,
    /// How many rules found them, listed or not.
    rules: usize,
    /// How many elements lack the fact that they wait for, listed or not.
    elements_without_fact: usize,
}

impl Group {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.members.iter().map(|assessed| &assessed.finding)
    }

    fn most_severe(&self) -> &Finding {
        &self.members[0].finding
    }

    /// How many findings are not listed.
    fn unlisted(&self) -> usize {
        self.more.map_or(0, |(_, number)| number)
    }

    fn code(&self) -> &'static Code {
        match self.cause {
            Cause::Found(_) => &codes::MISSING_MITIGATION,
            Cause::Unstated("trust") => &codes::UNKNOWN_TRUST,
            Cause::Unstated(_) => &codes::UNSTATED_FACT,
        }
    }

    /// Its severity: a question is not an error, however much depends on it.
    fn weight(&self) -> Severity {
        let weight = weight(self.most_severe().severity);
        match self.cause {
            Cause::Found(_) => weight,
            Cause::Unstated(_) => weight.max(Severity::Warning),
        }
    }

    fn diagnostic(&self, decl: Decl, message: String) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code(), decl.part(Part::Name), message);
        diagnostic.severity = self.weight();
        diagnostic.findings = self.findings().map(|finding| finding.id).collect();
        diagnostic.more_findings = self.unlisted();
        diagnostic
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cause {
    /// A rule found it, or the model declares it.
    Found(Decl),
    /// A fact is not stated.
    Unstated(&'static str),
}

pub(super) fn missing_mitigations(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let groups = groups(db, file);
    let mut diagnostics = Vec::new();
    let codes = [
        &codes::MISSING_MITIGATION,
        &codes::UNKNOWN_TRUST,
        &codes::UNSTATED_FACT,
    ];
    for code in codes {
        let mut of_code: Vec<&Group> = groups.iter().filter(|group| group.code() == code).collect();
        if of_code.len() > MAX_OF_A_CODE {
            of_code.sort_by_key(|group| Reverse(group.most_severe().severity));
        }
        let (listed, unlisted) = of_code.split_at(of_code.len().min(MAX_OF_A_CODE));
        diagnostics.extend(listed.iter().map(|group| match group.cause {
            Cause::Found(_) => open(db, group),
            Cause::Unstated(property) => unstated(db, file, property, group),
        }));
        let Some(first) = unlisted.first() else {
            continue;
        };
        let first = first.most_severe().id.subject();
        let mut more = Unlisted::new(code, first.part(Part::Name));
        for group in unlisted {
            let findings = group.members.len() + group.unlisted();
            more.add(group.weight(), 1, findings);
        }
        diagnostics.push(more.diagnostic());
    }
    diagnostics.extend(too_many(db, file));
    diagnostics
}

/// One diagnostic for the findings in a file that no list has, if there are any: too many are on
/// one element.
fn too_many(db: &dyn Db, file: File) -> Option<Diagnostic> {
    let mut counts = FindingCounts::default();
    let mut elements = Vec::new();
    for (element, unlisted) in runs(db, file).flat_map(|run| &run.unlisted) {
        counts.add(unlisted);
        elements.push(*element);
    }
    let first = elements.first()?;
    let number = counts.all();
    let verb = if number == 1 { "is" } else { "are" };
    let message = format!(
        "{} on {} {verb} counted and not listed: more than {MAX_FINDINGS_OF_AN_ELEMENT} are on one \
         element",
        count(number, "more finding"),
        listed(db, &elements, elements.len()),
    );
    let code = &codes::MISSING_MITIGATION;
    let mut diagnostic = Diagnostic::new(code, first.part(Part::Name), message);
    let worst = counts.worst_open();
    diagnostic.severity = worst.map_or(Severity::Information, weight);
    diagnostic.more_findings = counts.all_open();
    Some(diagnostic)
}

/// The open findings on the declarations of a file, and those that wait for a fact that it does not
/// state.
#[salsa::tracked]
fn groups(db: &dyn Db, file: File) -> Vec<Group> {
    let mut groups: Vec<(Cause, Vec<&Assessed>)> = Vec::new();
    let mut known: FxHashMap<Cause, usize> = FxHashMap::default();
    let mut add = |cause: Cause, assessed| {
        let index = *known.entry(cause).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((_, members)) => members.push(assessed),
            None => groups.push((cause, vec![assessed])),
        }
    };
    for assessed in runs(db, file).flat_map(|run| &run.open) {
        add(cause_of(assessed.finding.id), assessed);
    }
    for assessed in runs(db, file).flat_map(|run| &run.waiting) {
        // A severity of at most low is not worth a question; it is only counted.
        if let Some(missing) = assessed.finding.missing
            && assessed.finding.severity > Level::Low
        {
            add(Cause::Unstated(missing.property), assessed);
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(cause, members)| group(db, cause, members))
        .collect()
}

/// The findings of one cause, as a group that one diagnostic reports.
fn group(db: &dyn Db, cause: Cause, mut members: Vec<&Assessed>) -> Group {
    // A stable sort: among equals, the first by file and place comes first.
    members.sort_by_key(|assessed| Reverse(assessed.finding.severity));
    let mut categories = Categories::default();
    let mut rules = FxHashSet::default();
    let mut elements = FxHashSet::default();
    for Assessed { finding, .. } in &members {
        categories.0 |= finding.categories.0;
        rules.insert(finding.id.definition());
        elements.extend(elements_lacking(db, finding));
    }
    let (listed, unlisted) = members.split_at(members.len().min(MAX_FINDINGS_LISTED));
    let first_unlisted = unlisted.first().map(|first| first.finding.id);
    Group {
        cause,
        members: listed.iter().map(|assessed| (*assessed).clone()).collect(),
        more: first_unlisted.map(|first| (first, unlisted.len())),
        categories,
        rules: rules.len(),
        elements_without_fact: elements.len(),
    }
}

fn cause_of(id: FindingId) -> Cause {
    match id {
        FindingId::Rule { rule, .. } => Cause::Found(rule),
        FindingId::Threat(threat) => Cause::Found(threat),
    }
}

/// Names in a sentence, of many the first: "`a`", "`a` and `b`", "`a`, `b`, `c` and 4 more".
/// There are `number` in all, of which some may not be among these.
fn listed(db: &dyn Db, decls: &[Decl], number: usize) -> String {
    const MAX_NAMES: usize = 3;
    let names = decls.iter().take(MAX_NAMES);
    let mut names: Vec<String> = names
        .map(|decl| format!("`{}`", full_name(db, *decl)))
        .collect();
    if number > names.len() {
        names.push(format!("{} more", number - names.len()));
    }
    all_of(&names)
}

fn open(db: &dyn Db, group: &Group) -> Diagnostic {
    let finding = group.most_severe();
    let element = finding.id.subject();
    let message = open_message(db, group);
    let mut diagnostic = group.diagnostic(element, message);
    for reason in finding_reasons(db, finding) {
        let place = reason.place.unwrap_or(element.part(Part::Name));
        diagnostic = diagnostic.relate(place, reason.message);
    }
    for other in group.findings().skip(1) {
        let subject = other.id.subject();
        diagnostic = diagnostic.relate(
            subject.part(Part::Name),
            format!(
                "also `{}` ({})",
                full_name(db, subject),
                other.severity.word()
            ),
        );
    }
    diagnostic = relate_more(diagnostic, group);
    diagnostic = relate_outgrown(db, diagnostic, group);
    diagnostic = relate_shortfalls(db, diagnostic, group);
    if let FindingId::Threat(threat) = finding.id {
        diagnostic.help.extend(how_to_finish(db, threat, finding));
    }
    if let FindingId::Rule { rule, .. } = finding.id {
        let advice = typed(db, rule).text("advice");
        diagnostic.help.extend(advice.map(ToString::to_string));
        diagnostic.help.extend(counter(db, element, &[rule]));
    }
    diagnostic
}

/// Adds the mitigations that counter findings of a group, each with why it does not close them.
fn relate_shortfalls(db: &dyn Db, mut diagnostic: Diagnostic, group: &Group) -> Diagnostic {
    const MAX_SHORTFALLS: usize = 10;
    let all = group.findings().flat_map(|finding| shortfalls(db, finding));
    let mut reported = FxHashSet::default();
    for (effective, shortfall) in all {
        let message = describe_shortfall(db, effective, shortfall);
        if reported.len() < MAX_SHORTFALLS && reported.insert(message.clone()) {
            diagnostic = diagnostic.relate(effective.by.part(effective.part), message);
        }
    }
    diagnostic
}

/// What to state in a threat that is partly mitigated.
fn how_to_finish(db: &dyn Db, threat: Decl, finding: &Finding) -> Option<String> {
    let (done, listed) = done_of_threat(db, finding);
    let states = |property| typed(db, threat).get(property).is_some();
    if done == 0 || done == listed || states("residual") {
        return None;
    }
    Some(
        "state `enough` with those of its mitigations that suffice, or `residual` with an `owner`"
            .to_owned(),
    )
}

/// Adds how many findings of a group are not listed.
fn relate_more(diagnostic: Diagnostic, group: &Group) -> Diagnostic {
    match group.more {
        Some((first, number)) => diagnostic.relate(
            first.subject().part(Part::Name),
            format!(
                "and {}, the first of them here",
                count(number, "more finding")
            ),
        ),
        None => diagnostic,
    }
}

/// Adds the `accept`s of findings of a group that only hold for a lower severity.
fn relate_outgrown(db: &dyn Db, mut diagnostic: Diagnostic, group: &Group) -> Diagnostic {
    for finding in group.findings() {
        for accept in accepts_of(db, finding) {
            let Some(level) = accepted_up_to(db, accept) else {
                continue;
            };
            let part = typed(db, accept).part("severity").unwrap_or(Part::Name);
            let message = format!(
                "`{}` accepts it on `{}` only up to severity {}; it is now {}",
                full_name(db, accept),
                full_name(db, finding.id.subject()),
                level.word(),
                finding.severity.word(),
            );
            diagnostic = diagnostic.relate(accept.part(part), message);
        }
    }
    diagnostic
}

fn open_message(db: &dyn Db, group: &Group) -> String {
    let finding = group.most_severe();
    let title = finding.id.title(db);
    let severity = finding.severity.word();
    let categories = finding.categories.in_words();
    match finding.id {
        FindingId::Threat(_) if done_of_threat(db, finding).0 > 0 => {
            let (done, listed) = done_of_threat(db, finding);
            let verb = if done == 1 { "is" } else { "are" };
            let listed = count(listed, "mitigation");
            format!("{title}: {done} of {listed} {verb} in place ({severity}, {categories})")
        }
        FindingId::Threat(_) => {
            format!("{title}: no mitigation is in place ({severity}, {categories})")
        }
        FindingId::Rule { .. } => {
            let subjects: Vec<Decl> = group.findings().map(|other| other.id.subject()).collect();
            let subjects = listed(db, &subjects, subjects.len() + group.unlisted());
            format!("{title}: {subjects} ({severity}, {categories})")
        }
    }
}

/// The mitigations of rules that can act on an element, those of its own file first.
fn counter(db: &dyn Db, element: Decl, rules: &[Decl]) -> Option<String> {
    let countering = rules
        .iter()
        .flat_map(|rule| mitigations_against_rule(db, element.model(db), *rule));
    // A mitigation that cannot act there would not help.
    let can_act = |mitigation: &Decl| {
        !element.kind(db).is_element() || obstacle_on(db, *mitigation, element).is_none()
    };
    let mut countering: Vec<Decl> = countering.copied().filter(can_act).collect();
    // Mitigations in the element's own file come first.
    countering.sort_by_key(|mitigation| mitigation.file(db) != element.file(db));
    let mut names: Vec<String> = Vec::new();
    for mitigation in countering {
        let name = format!("`{}`", name_from(db, mitigation, element.file(db)));
        if !names.contains(&name) && names.len() < 5 {
            names.push(name);
        }
    }
    let label = if names.len() == 1 {
        "mitigation"
    } else {
        "mitigations"
    };
    (!names.is_empty()).then(|| format!("possible {label}: {}", names.join(", ")))
}

/// A fact that is not stated. The diagnostic is at the element which would state it, of several
/// the one on which most depends.
fn unstated(db: &dyn Db, file: File, property: &'static str, group: &Group) -> Diagnostic {
    let elements = elements_without_fact(db, group);
    let rules = rules_of(group);
    // The fact may belong to an element of another file, which does not report it.
    let element = elements[0];
    let shown_at = if element.file(db) == file {
        element
    } else {
        group.most_severe().id.subject()
    };
    let message = unstated_message(db, property, group, &elements);
    let mut diagnostic = group.diagnostic(shown_at, message);
    for rule in &rules {
        let mut of_rule = group.findings();
        let finding = of_rule.find(|finding| cause_of(finding.id) == Cause::Found(*rule));
        let finding = finding.expect("the rule is of a finding of the group");
        diagnostic = relate_waiting(db, diagnostic, finding, property, shown_at);
    }
    if shown_at != element {
        diagnostic =
            diagnostic.relate(element.part(Part::Name), format!("state `{property}` here"));
    }
    for other in &elements[1..] {
        diagnostic = diagnostic.relate(
            other.part(Part::Name),
            format!("also unspecified for `{}`", full_name(db, *other)),
        );
    }
    diagnostic = relate_more(diagnostic, group);
    diagnostic = relate_outgrown(db, diagnostic, group);
    diagnostic = diagnostic.help(how_to_state(element.kind(db), property));
    diagnostic.help.extend(counter(db, shown_at, &rules));
    diagnostic
}

/// The elements that would state the fact for which the findings of a group wait, each once: first
/// those on which the most severe depend, and of assets those on which most depend.
fn elements_without_fact(db: &dyn Db, group: &Group) -> Vec<Decl> {
    let lacking: Vec<Decl> = group
        .findings()
        .flat_map(|other| elements_lacking(db, other))
        .collect();
    let mut elements = each_once(lacking.iter().copied());
    let dependent = |asset: Decl| lacking.iter().filter(|other| **other == asset).count();
    if elements
        .iter()
        .all(|element| element.kind(db) == Kind::Asset)
    {
        elements.sort_by_cached_key(|asset| Reverse(dependent(*asset)));
    }
    elements
}

/// The rules that found what is in a group, each once.
fn rules_of(group: &Group) -> Vec<Decl> {
    each_once(group.findings().filter_map(|finding| match finding.id {
        FindingId::Rule { rule, .. } => Some(rule),
        FindingId::Threat(_) => None,
    }))
}

fn each_once(decls: impl Iterator<Item = Decl>) -> Vec<Decl> {
    let mut seen = FxHashSet::default();
    decls.filter(|decl| seen.insert(*decl)).collect()
}

fn unstated_message(db: &dyn Db, property: &str, group: &Group, elements: &[Decl]) -> String {
    let elements = listed(db, elements, group.elements_without_fact);
    let waits = if group.rules == 1 {
        "1 threat depends on it".to_owned()
    } else {
        format!("{} threats depend on it", group.rules)
    };
    let severity = group.most_severe().severity.word();
    if property == "trust" {
        return format!("the trust of {elements} is unknown; {waits} (up to {severity})");
    }
    let categories = group.categories.in_words();
    format!("`{property}` is unspecified for {elements}; {waits} (up to {severity}, {categories})")
}

/// Adds the finding of a rule, and the facts that lead to it except for the missing one.
fn relate_waiting(
    db: &dyn Db,
    mut diagnostic: Diagnostic,
    finding: &Finding,
    property: &str,
    shown_at: Decl,
) -> Diagnostic {
    let name = full_name(db, finding.id.definition());
    // The reasons below call the element "it".
    let element = finding.id.subject();
    let on_other = if element == shown_at {
        String::new()
    } else {
        format!(": `{}`", full_name(db, element))
    };
    let message = format!("{}{on_other} (`{name}`)", finding.id.title(db));
    diagnostic = diagnostic.relate(shown_at.part(Part::Name), message);
    let missing = format!("does not specify `{property}`");
    for reason in finding_reasons(db, finding) {
        let mut related = diagnostic.related.iter();
        let is_known = related.any(|related| related.message == reason.message);
        if !is_known && !reason.message.contains(&missing) {
            let place = reason.place.unwrap_or(shown_at.part(Part::Name));
            diagnostic = diagnostic.relate(place, reason.message);
        }
    }
    diagnostic
}

/// How to state a fact, as a help.
pub fn how_to_state(kind: Kind, property: &str) -> String {
    let schema = schema::of(kind).property(property);
    let nothing = match schema.and_then(|property| property.nothing) {
        Some(_) => format!(", or `{NOTHING}`"),
        None => String::new(),
    };
    match schema.map(|property| property.takes) {
        Some(Takes::Name(kinds)) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.word().to_owned()).collect();
            let name = format!("the name of {}", with_article(&one_of(&kinds)));
            format!("state `{property}`: {name}{nothing}")
        }
        Some(other) => format!("state `{property}: {}`{nothing}", takes(other)),
        None => format!("state `{property}`"),
    }
}

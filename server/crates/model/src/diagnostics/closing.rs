//! What closes findings and should not, or closes none: mitigations that cannot act where they are
//! listed or that close too much at once, and decisions that do not hold. It must not know what is
//! missing.

use crate::acting::{Obstacle, covered, describe_obstacle, misplaced};
use crate::assessment::{
    Assessed, FindingState, assessed, has_names_for, holds_now, selected_findings,
};
use crate::checker::checked_condition;
use crate::codes;
use crate::db::{Db, Decl, Model};
use crate::diagnostic::Diagnostic;
use crate::identity::FindingSelector;
use crate::library::short_name;
use crate::lower::Part;
use crate::mitigations::{EffectiveMitigation, effective_mitigations};
use crate::names::full_name;
use crate::properties::typed;
use crate::reasons::reasons_against;
use crate::ruleset::rule_settings;
use crate::severity::Level;
use crate::treatment::{Treatment, treatment};
use crate::values::TypedValue;
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;
use threatline_syntax::prose::count;

pub(super) fn check(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    placement(db, decl, problems);
    match decl.kind(db) {
        Kind::Component | Kind::Boundary => broad(db, decl, problems),
        Kind::Accept => idle_acceptance(db, decl, problems),
        Kind::Dismiss => idle_dismissal(db, decl, problems),
        _ => {}
    }
}

/// Mitigations that cannot act where they are listed.
fn placement(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    if decl.kind(db) == Kind::Threat {
        return;
    }
    for (mitigation, part) in typed(db, decl).named("mitigations") {
        let Some((element, obstacle)) = misplaced(db, mitigation, decl) else {
            continue;
        };
        let (name, on) = (short_name(full_name(db, mitigation)), full_name(db, decl));
        let why = describe_obstacle(db, element, obstacle);
        // The conditions of the library state what a mitigation brings about.
        let contradicts = matches!(obstacle, Obstacle::Condition(base) if base.in_library(db));
        let (code, message) = if element != decl {
            let message = format!("`{name}` cannot act on anything in `{on}`");
            (&codes::MISPLACED_MITIGATION, message)
        } else if contradicts {
            let message = format!("`{name}` contradicts what `{on}` states: {why}");
            (&codes::CONTRADICTION, message)
        } else {
            let message = format!("`{name}` cannot act on `{on}`: {why}");
            (&codes::MISPLACED_MITIGATION, message)
        };
        let mut problem = Diagnostic::new(code, decl.part(part), message);
        if element == decl {
            for reason in obstacle.reasons(db, element) {
                let place = reason.place.unwrap_or(element.part(Part::Name));
                problem = problem.relate(place, reason.message);
            }
        } else {
            let message = format!("for example `{}`: {why}", full_name(db, element));
            problem = problem.relate(element.part(Part::Name), message);
        }
        problems.push(problem.help(match obstacle {
            Obstacle::Kind(_) => "list it where it acts",
            Obstacle::Condition(_) => "correct the fact, or remove the mitigation",
        }));
    }
}

/// A statement for many elements that closes many severe findings.
fn broad(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    const MAX_RULES: usize = 2;
    const MAX_FINDINGS: usize = 7;
    let stated = typed(db, decl);
    let Some(part) = stated.part("mitigations") else {
        return;
    };
    let mut rules = FxHashSet::default();
    let mut findings = FxHashSet::default();
    for element in covered(db, decl) {
        let listed_here = effective_mitigations(db, element).iter();
        let mut listed_here = listed_here
            .filter(|effective: &&EffectiveMitigation| effective.by == decl)
            .map(|effective| effective.mitigation)
            .peekable();
        if listed_here.peek().is_none() {
            continue;
        }
        let listed_here: Vec<Decl> = listed_here.collect();
        for assessed in assessed(db, element) {
            let is_severe = assessed.finding.severity >= Level::High;
            if let FindingState::Mitigated(by) = assessed.state
                && is_severe
                && listed_here.contains(&by)
            {
                rules.insert(assessed.finding.id.definition());
                findings.insert(assessed.finding.id);
            }
        }
    }
    if rules.len() <= MAX_RULES && findings.len() <= MAX_FINDINGS {
        return;
    }
    let message = format!(
        "one statement of `{}` closes {} of severity high or above, of {}",
        full_name(db, decl),
        count(findings.len(), "finding"),
        count(rules.len(), "rule"),
    );
    problems.push(
        Diagnostic::new(&codes::BROAD_MITIGATION, decl.part(part), message)
            .help("list each mitigation at the elements that it protects"),
    );
}

/// An `accept` whose findings are not there, or are dealt with.
fn idle_acceptance(db: &dyn Db, accept: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, accept);
    let Some(listed) = stated.get("findings") else {
        return;
    };
    for (index, value) in &listed.values {
        let TypedValue::Finding(selector) = value else {
            continue;
        };
        let subject = selector.subject();
        let selected = selected_findings(db, selector);
        let place = accept.part(Part::Value(listed.position, *index));
        let on = full_name(db, subject);
        if selected.is_empty() {
            let message = match selector {
                FindingSelector::Rule(rule, _) if is_off(db, accept.model(db), *rule) => {
                    format!(
                        "threatline.toml turns `{}` off, so nothing is accepted",
                        full_name(db, *rule)
                    )
                }
                _ => format!("there is no such finding on `{on}`, so nothing is accepted"),
            };
            problems.push(Diagnostic::new(&codes::IDLE_ACCEPTANCE, place, message));
        } else if selected
            .iter()
            .all(|assessed| assessed.state == FindingState::OutOfScope)
        {
            let message = format!("`{on}` is out of scope, so nothing is accepted");
            problems.push(Diagnostic::new(&codes::IDLE_ACCEPTANCE, place, message));
        } else if let Some(mitigation) = all_mitigated(db, &selected) {
            let message = format!("`{}` mitigates this already", full_name(db, mitigation));
            problems.push(
                Diagnostic::new(&codes::IDLE_ACCEPTANCE, place, message).relate(
                    mitigation.part(Part::Name),
                    "the mitigation is declared here",
                ),
            );
        }
    }
}

/// A `dismiss` that does not hold, or of what is not there.
fn idle_dismissal(db: &dyn Db, dismiss: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, dismiss);
    let Some(listed) = stated.get("finding") else {
        return;
    };
    let Some((index, TypedValue::Finding(selector @ FindingSelector::Rule(rule, element)))) =
        listed.values.first()
    else {
        return;
    };
    let on = full_name(db, *element);
    let at_finding = dismiss.part(Part::Value(listed.position, *index));
    let selected = selected_findings(db, selector);
    let Some(assessed) = selected.first() else {
        let message = if is_off(db, dismiss.model(db), *rule) {
            let rule = full_name(db, *rule);
            format!("threatline.toml turns `{rule}` off, so nothing is dismissed")
        } else {
            format!("there is no such finding on `{on}`, so nothing is dismissed")
        };
        let problem = Diagnostic::new(&codes::IDLE_DISMISSAL, at_finding, message);
        return problems
            .push(problem.help("delete it: it would hide the finding if it comes back"));
    };
    if assessed.state == FindingState::OutOfScope {
        let message = format!("`{on}` is out of scope, so nothing is dismissed");
        problems.push(Diagnostic::new(&codes::IDLE_DISMISSAL, at_finding, message));
    }
    unmet_condition(db, dismiss, *element, problems);
    if !has_names_for(db, dismiss, assessed.finding.severity) {
        let part = stated.part("by").unwrap_or(Part::Name);
        let message = "to dismiss a finding of severity critical, `by` needs two names";
        let problem = Diagnostic::new(&codes::IDLE_DISMISSAL, dismiss.part(part), message);
        problems.push(problem.help("add a second name to `by`"));
    }
}

/// The condition of a `dismiss`, if it is not true.
fn unmet_condition(db: &dyn Db, dismiss: Decl, element: Decl, problems: &mut Vec<Diagnostic>) {
    let on = full_name(db, element);
    let condition = checked_condition(db, dismiss).condition.as_ref();
    if let Some(condition) = condition.filter(|_| !holds_now(db, dismiss, element)) {
        let message = format!("`while` is not true for `{on}`, so the finding is not dismissed");
        let part = typed(db, dismiss).stated.iter();
        let mut part = part.filter(|stated| stated.property.name == "while");
        let part = part.next().map(|stated| Part::Property(stated.position));
        let place = dismiss.part(part.unwrap_or(Part::Name));
        let mut problem = Diagnostic::new(&codes::IDLE_DISMISSAL, place, message);
        for reason in reasons_against(db, condition, element) {
            let place = reason.place.unwrap_or(element.part(Part::Name));
            problem = problem.relate(place, reason.message);
        }
        problems.push(problem);
    }
}

fn is_off(db: &dyn Db, model: Model, rule: Decl) -> bool {
    rule_settings(db, model)
        .get(&rule)
        .is_some_and(|setting| !setting.enabled)
}

fn all_mitigated(db: &dyn Db, findings: &[Assessed]) -> Option<Decl> {
    let mitigations: Option<Vec<Decl>> = findings
        .iter()
        .map(
            |assessed| match (treatment(db, &assessed.finding), assessed.state) {
                (Treatment::Mitigated { by, .. }, FindingState::Accepted(_))
                | (_, FindingState::Mitigated(by)) => Some(by),
                _ => None,
            },
        )
        .collect();
    mitigations?.first().copied()
}

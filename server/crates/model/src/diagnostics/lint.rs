//! Where a model could be better: what is declared and used nowhere, what hangs loose, what
//! contradicts itself. It must not know what is open or missing.

use crate::acting::{Obstacle, covered, misplaced};
use crate::assessment::{
    Assessed, FindingState, assessed, has_names_for, holds_now, selected_findings,
};
use crate::boundaries::has_contents;
use crate::checker::checked_condition;
use crate::codes;
use crate::db::{Db, Decl, File, Model};
use crate::definitions::broader_says;
use crate::diagnostic::Diagnostic;
use crate::flows::{incoming, touching};
use crate::headings::ends;
use crate::identity::FindingSelector;
use crate::library::short_name;
use crate::lower::Part;
use crate::mitigations::{EffectiveMitigation, counters, effective_mitigations};
use crate::names::full_name;
use crate::properties::typed;
use crate::reasons::reasons_against;
use crate::resolve::hidden_by;
use crate::ruleset::rule_settings;
use crate::severity::Level;
use crate::treatment::{Treatment, treatment};
use crate::trust_levels::{TrustBasis, trust};
use crate::usage::{is_named, used_by};
use crate::values::TypedValue;
use crate::wording::describe_obstacle;
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;
use threatline_syntax::prose::{count, with_article};

/// Whether an external system or device is in a boundary of the team's own that states no trust.
fn is_inside_own(db: &dyn Db, external: Decl) -> bool {
    let stated = typed(db, external);
    let is_thing = ["system", "device"]
        .iter()
        .any(|kind| stated.states("kind", kind));
    is_thing && matches!(trust(db, external).basis, TrustBasis::Own(_))
}

/// The first flow of a model that declares no asset at all, by file and place.
#[salsa::tracked(returns(copy))]
fn first_without_asset(db: &dyn Db, model: Model) -> Option<Decl> {
    let files = || model.files(db).iter().filter(|_| !model.is_test(db));
    let declarations = || files().flat_map(|file| file.declarations(db).iter().copied());
    if declarations().any(|decl| decl.kind(db) == Kind::Asset) {
        return None;
    }
    declarations().find(|decl| decl.kind(db) == Kind::Flow)
}

pub(super) fn check(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    if decl.in_library(db) || decl.shape(db).name.is_none() && decl.kind(db) != Kind::Flow {
        return;
    }
    let name = full_name(db, decl);
    let mut report = |code, message: String| {
        problems.push(Diagnostic::new(code, decl.part(Part::Name), message))
    };
    match decl.kind(db) {
        Kind::External if is_inside_own(db, decl) => {
            report(
                &codes::EXTERNAL_INSIDE,
                format!("`{name}` is not yours, and is inside a boundary that counts as yours"),
            );
        }
        Kind::Asset if !is_named(db, decl) => {
            report(
                &codes::UNUSED_ASSET,
                format!("nothing stores, handles or carries `{name}`"),
            );
        }
        Kind::Mitigation => {
            if !is_named(db, decl) {
                report(
                    &codes::UNUSED_MITIGATION,
                    format!("nothing lists `{name}` among its mitigations"),
                );
            }
            mitigation(db, decl, problems);
        }
        Kind::Technology if !is_named(db, decl) => {
            report(
                &codes::UNUSED_DEFINITION,
                format!("nothing is made with `{name}`"),
            );
        }
        Kind::Protocol if !is_named(db, decl) => {
            report(&codes::UNUSED_DEFINITION, format!("no flow talks `{name}`"));
        }
        Kind::Boundary if !has_contents(db, decl) => {
            report(&codes::EMPTY_BOUNDARY, format!("nothing is in `{name}`"));
        }
        Kind::External | Kind::Process | Kind::Store => {
            let flows = touching(db, decl);
            let in_scope = typed(db, decl).get("out_of_scope").is_none();
            if in_scope && flows.incoming.is_empty() && flows.outgoing.is_empty() {
                report(
                    &codes::ISOLATED_ELEMENT,
                    format!("no flow starts or ends at `{name}`"),
                );
            }
        }
        Kind::Flow => {
            if first_without_asset(db, decl.model(db)) == Some(decl) {
                report(
                    &codes::NOTHING_TO_PROTECT,
                    "the model declares no asset, so nothing states what is worth protecting"
                        .to_owned(),
                );
            }
            flow(db, decl, problems);
        }
        Kind::Accept => idle(db, decl, problems),
        Kind::Dismiss => idle_dismissal(db, decl, problems),
        _ => {}
    }
    hiding(db, decl, problems);
    contradictions(db, decl, problems);
    placement(db, decl, problems);
    if decl.kind(db) == Kind::Flow {
        nobodys_permissions(db, decl, problems);
    }
    if matches!(decl.kind(db), Kind::Component | Kind::Boundary) {
        broad(db, decl, problems);
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
        "one statement of `{}` closes {} of {}, of severity high or above",
        full_name(db, decl),
        count(findings.len(), "finding"),
        count(rules.len(), "rule"),
    );
    problems.push(
        Diagnostic::new(&codes::BROAD_MITIGATION, decl.part(part), message)
            .help("list each mitigation at the elements that it protects"),
    );
}

/// A definition that takes the place of one of the library.
fn hiding(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let Some(hidden) = hidden_by(db, decl) else {
        return;
    };
    let (kind, hidden) = (decl.kind(db).word(), full_name(db, hidden));
    let name = full_name(db, decl);
    let message = format!("`{name}` hides the library's {kind} `{hidden}`");
    let diagnostic = Diagnostic::new(&codes::HIDDEN_DEFINITION, decl.part(Part::Name), message);
    problems.push(diagnostic.help(format!(
        "give it another name, such as `our_{}`; `{hidden}` is the library's",
        short_name(hidden)
    )));
}

fn mitigation(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, decl);
    let name = full_name(db, decl);
    let listed_by_threat = || {
        used_by(db, decl)
            .iter()
            .any(|file| listed_by_threats(db, *file).contains(&decl))
    };
    let counters = counters(db, decl);
    let says_none = stated.get("counters").is_none() && stated.get("based_on").is_none();
    if says_none && counters.decls.is_empty() && counters.categories.0 == 0 && !listed_by_threat() {
        let message = format!("`{name}` does not say what it counters, so it closes no finding");
        problems.push(
            Diagnostic::new(
                &codes::INEFFECTIVE_MITIGATION,
                decl.part(Part::Name),
                message,
            )
            .help("state what it `counters`, or the library's mitigation that it is `based_on`"),
        );
    }
    if states(db, decl, "status", "verified") && stated.get("evidence").is_none() {
        let part = stated.part("status").unwrap_or(Part::Name);
        let message = format!("`{name}` is verified, and no evidence is named");
        problems.push(Diagnostic::new(
            &codes::UNPROVEN_MITIGATION,
            decl.part(part),
            message,
        ));
    }
}

/// The mitigations that the threats of a file list.
#[salsa::tracked]
fn listed_by_threats(db: &dyn Db, file: File) -> FxHashSet<Decl> {
    let threats = file
        .declarations(db)
        .iter()
        .filter(|decl| decl.kind(db) == Kind::Threat);
    threats
        .flat_map(|threat| typed(db, *threat).decls("mitigations"))
        .collect()
}

fn flow(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, decl);
    let name = full_name(db, decl);
    let (source, target) = ends(db, decl);
    let carries = |property: &str| {
        stated
            .stated
            .iter()
            .any(|stated| stated.property.name == property)
    };
    if source.is_some() && source == target {
        let message = format!("`{name}` ends where it starts");
        problems.push(Diagnostic::new(
            &codes::SELF_FLOW,
            decl.part(Part::Target),
            message,
        ));
    } else if source.is_some() && target.is_some() && !carries("sends") && !carries("receives") {
        let message = format!("`{name}` carries no asset");
        problems.push(Diagnostic::new(
            &codes::EMPTY_FLOW,
            decl.part(Part::Name),
            message,
        ));
    }
}

fn states(db: &dyn Db, decl: Decl, property: &str, word: &str) -> bool {
    typed(db, decl).states(property, word)
}

/// An `accept` whose findings are not there, or are dealt with.
fn idle(db: &dyn Db, accept: Decl, problems: &mut Vec<Diagnostic>) {
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
        return problems.push(problem.help("remove it: it would hide the finding later"));
    };
    if assessed.state == FindingState::OutOfScope {
        let message = format!("`{on}` is out of scope, so nothing is dismissed");
        problems.push(Diagnostic::new(&codes::IDLE_DISMISSAL, at_finding, message));
    }
    let condition = checked_condition(db, dismiss).condition.as_ref();
    if let Some(condition) = condition.filter(|_| !holds_now(db, dismiss, *element)) {
        let message = format!("`while` is not true for `{on}`, so the finding is not dismissed");
        let part = stated.stated.iter();
        let mut part = part.filter(|stated| stated.property.name == "while");
        let part = part.next().map(|stated| Part::Property(stated.position));
        let place = dismiss.part(part.unwrap_or(Part::Name));
        let mut problem = Diagnostic::new(&codes::IDLE_DISMISSAL, place, message);
        for reason in reasons_against(db, condition, *element) {
            let place = reason.place.unwrap_or(element.part(Part::Name));
            problem = problem.relate(place, reason.message);
        }
        problems.push(problem);
    }
    if !has_names_for(db, dismiss, assessed.finding.severity) {
        let part = stated.part("by").unwrap_or(Part::Name);
        let message = "a finding of severity critical is dismissed by two people, not by one";
        let problem = Diagnostic::new(&codes::IDLE_DISMISSAL, dismiss.part(part), message);
        problems.push(problem.help("add a second name to `by`"));
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

/// Pairs of facts that cannot both be true: property, word, property, word, and why.
const CONTRADICTIONS: &[(Kind, &str, &str, &str, &str, &str)] = &[
    (
        Kind::Flow,
        "authentication",
        "none",
        "multi_factor",
        "yes",
        "without authentication there is no second factor",
    ),
    (
        Kind::Flow,
        "authentication",
        "none",
        "authorization",
        "end_user",
        "without authentication nobody knows the end user",
    ),
    (
        Kind::Flow,
        "authentication",
        "none",
        "authorization",
        "service",
        "without authentication nobody knows the service",
    ),
    (
        Kind::Asset,
        "personal",
        "no",
        "regulations",
        "gdpr",
        "the GDPR is about personal data",
    ),
    (
        Kind::Asset,
        "classification",
        "public",
        "regulations",
        "pci_dss",
        "cardholder data are not public",
    ),
];

fn contradictions(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, decl);
    let mut report = |first: &str, second: &str, message: String| {
        let part = |property| stated.part(property).unwrap_or(Part::Name);
        problems.push(
            Diagnostic::new(&codes::CONTRADICTION, decl.part(part(second)), message)
                .relate(decl.part(part(first)), "this says otherwise"),
        );
    };
    for (kind, first, word, second, other, why) in CONTRADICTIONS {
        if decl.kind(db) == *kind
            && states(db, decl, first, word)
            && states(db, decl, second, other)
        {
            report(
                first,
                second,
                format!("`{second}: {other}` contradicts `{first}: {word}`: {why}"),
            );
        }
    }
    if decl.kind(db) == Kind::Flow {
        flow_contradictions(db, decl, &mut report);
    }
    if decl.kind(db) == Kind::Mitigation
        && stated.get("due").is_some()
        && stated.get("status").is_none()
    {
        let message =
            "it is `due`, and yet implemented: that is its status unless another is stated"
                .to_owned();
        report("due", "due", message);
    }
}

/// Facts of a flow that contradict its protocol, or what it starts at.
fn flow_contradictions(db: &dyn Db, flow: Decl, report: &mut dyn FnMut(&str, &str, String)) {
    let stated = typed(db, flow);
    let protocol = stated.decls("protocol").next();
    let says = |property| protocol.and_then(|protocol| broader_says(db, protocol, property));
    if states(db, flow, "authentication", "none")
        && let Some((true, protocol)) = says("authenticated")
    {
        let message = format!(
            "`{}` authenticates, and `authentication: none` denies it",
            full_name(db, protocol)
        );
        report("protocol", "authentication", message);
    }
    if let Some(protocol) = protocol
        && states(db, flow, "authentication", "mutual_tls")
        && !says("encrypted").is_some_and(|(yes, _)| yes)
    {
        let message = format!(
            "`authentication: mutual_tls` contradicts `protocol: {}`, which does not use TLS",
            short_name(full_name(db, protocol))
        );
        report("protocol", "authentication", message);
    }
}

/// The permissions of an end user, where the flow starts at something that no person uses.
fn nobodys_permissions(db: &dyn Db, flow: Decl, problems: &mut Vec<Diagnostic>) {
    let part = typed(db, flow).part("authorization");
    if let Some(source) = ends(db, flow).0
        && let Some(part) = part.filter(|_| states(db, flow, "authorization", "end_user"))
        && let Some(kind) = acts_for_nobody(db, source)
    {
        let name = full_name(db, source);
        let message = format!(
            "`authorization: end_user` contradicts `{name}`: it is {}, and no person uses it",
            with_article(kind)
        );
        let kind_part = typed(db, source).part("kind").unwrap_or(Part::Name);
        problems.push(
            Diagnostic::new(&codes::CONTRADICTION, flow.part(part), message)
                .relate(
                    source.part(kind_part),
                    format!("`{name}` has `kind: {kind}`"),
                )
                .help(format!(
                    "state `authorization: service`, or the flow from the person who uses `{name}`"
                )),
        );
    }
}

/// The kind of an external system or device that no person uses.
fn acts_for_nobody(db: &dyn Db, source: Decl) -> Option<&'static str> {
    let is_person = |decl: Decl| {
        decl.kind(db) == Kind::External
            && !["system", "device"]
                .iter()
                .any(|kind| states(db, decl, "kind", kind))
    };
    let kinds = ["system", "device"].into_iter();
    let mut kinds = kinds.filter(|kind| states(db, source, "kind", kind));
    let kind = kinds.next().filter(|_| source.kind(db) == Kind::External)?;
    let callers = incoming(db, source).iter();
    let mut callers = callers.filter_map(|flow| ends(db, *flow).0);
    (!callers.any(is_person)).then_some(kind)
}

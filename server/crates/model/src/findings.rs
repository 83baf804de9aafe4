//! Findings: the threats that follow from the facts of a model, and their severity. It must not
//! know what has been done about them.

use crate::assets::{Sensitivity, holds, may_hold, most_sensitive, sensitivity};
use crate::checker::checked_condition;
use crate::condition::Condition;
use crate::db::{Db, Decl};
use crate::evaluation::{Truth, evaluate, is_anchored, unspecified_assets};
use crate::facts::{FactCache, MissingFact};
use crate::headings::ends;
use crate::identity::{FindingId, FindingSelector};
use crate::lower::Part;
use crate::names::full_name;
use crate::properties::typed;
use crate::reach::{crosses_boundary, exposure, is_outbound, is_proven};
use crate::reasons::reasons_for;
use crate::ruleset::{RuleToEvaluate, rule_settings, rules_on};
use crate::schema::CLASSIFICATION;
use crate::settings::RuleSetting;
use crate::severity::Level;
use crate::trust_levels::Below;
use crate::values::Categories;
use crate::wording::Reason;
use rustc_hash::FxHashSet;
use std::iter;
use threatline_syntax::Kind;

/// A threat on an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which finding it is.
    pub id: FindingId,
    /// What kind of threat it is.
    pub categories: Categories,
    /// The missing fact that decides, if the finding is undecided.
    pub missing: Option<MissingFact>,
    /// How likely it is, including exposure.
    pub likelihood: Level,
    /// How bad it is.
    pub impact: Level,
    /// How severe that makes it.
    pub severity: Level,
}

/// The most findings that are kept for one element. More are only counted, since a model can have
/// as many as it has rules times elements.
pub const MAX_FINDINGS_OF_AN_ELEMENT: usize = 256;

/// The findings of all rules on an element, or the one that a threat is, whatever has been done
/// about them. `None` if there are more than are kept.
#[salsa::tracked]
pub fn findings(db: &dyn Db, subject: Decl) -> Option<Vec<Finding>> {
    let findings = each_finding(db, subject).take(MAX_FINDINGS_OF_AN_ELEMENT + 1);
    let findings: Vec<Finding> = findings.collect();
    (findings.len() <= MAX_FINDINGS_OF_AN_ELEMENT).then_some(findings)
}

/// The same findings one by one, without a limit.
pub fn each_finding<'db>(
    db: &'db dyn Db,
    subject: Decl,
) -> Box<dyn Iterator<Item = Finding> + 'db> {
    let kind = subject.kind(db);
    if kind == Kind::Threat {
        return Box::new(iter::once(threat(db, subject)));
    }
    if !kind.is_element() {
        return Box::new(iter::empty());
    }
    let firing = Firing {
        facts: FactCache::new(db),
        element: subject,
    };
    let rules = rules_on(db, subject.model(db), kind);
    Box::new(rules.filter_map(move |(rule, setting)| firing.finding(rule, setting)))
}

/// An element while rules are evaluated for it, with its facts.
struct Firing<'db> {
    facts: FactCache<'db>,
    element: Decl,
}

impl Firing<'_> {
    /// The finding of a rule on the element, if its condition is true or undecided.
    fn finding(&self, rule: &RuleToEvaluate, setting: Option<&RuleSetting>) -> Option<Finding> {
        let (db, element) = (self.facts.db(), self.element);
        let missing = match evaluate(&self.facts, &rule.condition, element) {
            Truth::True => None,
            // If several facts are missing, ask for one: what it is about, then who, then how.
            Truth::Unknown(missing)
                if is_worth_asking(&self.facts, &rule.condition, element, &missing) =>
            {
                missing.into_iter().min_by_key(order_of_asking)
            }
            Truth::Unknown(_) | Truth::False => return None,
        };
        let likelihood = setting
            .and_then(|setting| setting.likelihood)
            .or(rule.likelihood)
            .unwrap_or(Level::Medium);
        let held = at_stake(db, element, rule.categories, missing);
        let impact = shifted(
            rule.impact.unwrap_or(Level::High),
            impact_on(held, rule.categories),
        );
        let (likelihood, impact) = match reach(db, rule.is_on_path, element, missing) {
            Reach::Open => (likelihood.raised(), impact),
            Reach::Stated => (likelihood, impact),
            Reach::Inside => (likelihood.lowered(), impact.lowered()),
        };
        let severity = Level::severity(likelihood, impact);
        Some(Finding {
            id: FindingId::Rule {
                rule: rule.rule,
                element,
            },
            categories: rule.categories,
            missing,
            likelihood,
            impact,
            severity,
        })
    }
}

/// How the place of an element changes the likelihood that the rule states.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Likelier: callers of lower trust reach it, or it connects different trust levels.
    Open,
    /// As stated.
    Stated,
    /// Less likely, and less harmful: it stays within one boundary.
    Inside,
}

fn reach(db: &dyn Db, is_on_path: bool, element: Decl, missing: Option<MissingFact>) -> Reach {
    // As long as the trust is unknown, the place can be untrusted.
    if missing.is_some_and(|missing| missing.property == "trust") {
        return Reach::Open;
    }
    if is_on_path && element.kind(db) == Kind::Flow {
        let is_between =
            exposure(db, element).flow().is_some() || is_outbound(db, element) == Below::Yes;
        return match (is_between, crosses_boundary(db, element)) {
            (true, _) => Reach::Open,
            (false, true) => Reach::Stated,
            (false, false) => Reach::Inside,
        };
    }
    match exposure(db, element).flow() {
        Some(flow) if !is_proven(db, flow) => Reach::Open,
        _ => Reach::Stated,
    }
}

/// How sensitive the data at stake is: what the element holds. For spoofing and elevation of
/// privilege on an exposed flow, also what the flow can do with the data that its target holds.
fn at_stake(
    db: &dyn Db,
    element: Decl,
    categories: Categories,
    missing: Option<MissingFact>,
) -> Sensitivity {
    let held = held_at_most(db, element, missing);
    if !held.any && !states_nothing(db, element) {
        // The assets are unspecified, which is not the same as none.
        let internal = CLASSIFICATION.position("internal").unwrap_or_default();
        return Sensitivity {
            classification: internal,
            integrity: internal,
            availability: internal,
            ..held
        };
    }
    let lets_in = ["spoofing", "elevation_of_privilege"]
        .iter()
        .any(|word| categories.words().any(|category| category == *word));
    match ends(db, element).1 {
        Some(target) if lets_in && exposure(db, element).flow().is_some() => {
            held.with(behind(db, element, target))
        }
        _ => held,
    }
}

/// The sensitivity of what a flow can reach in its target: reading harms confidentiality, writing
/// harms integrity and availability, and acting for an end user reaches only that user's data.
fn behind(db: &dyn Db, flow: Decl, target: Decl) -> Sensitivity {
    let stated = typed(db, flow);
    if stated.get("access").is_none() {
        return Sensitivity::default();
    }
    let mut behind = sensitivity(db, target);
    if stated.states("access", "read") {
        behind.integrity = 0;
        behind.availability = 0;
    }
    if stated.states("access", "write") {
        behind.classification = 0;
    }
    if stated.states("authorization", "end_user") {
        behind.classification = behind.classification.saturating_sub(1);
        behind.integrity = behind.integrity.saturating_sub(1);
        behind.availability = behind.availability.saturating_sub(1);
    }
    behind
}

/// Whether an element states what it holds, even if that is nothing.
fn states_nothing(db: &dyn Db, element: Decl) -> bool {
    let stated = typed(db, element);
    ["stores", "handles", "sends", "receives"]
        .iter()
        .any(|property| stated.get(property).is_some())
}

/// How sensitive the assets of an element are. If the missing fact decides which assets it holds,
/// all that it may hold count.
fn held_at_most(db: &dyn Db, element: Decl, missing: Option<MissingFact>) -> Sensitivity {
    let is_of_assets = |missing: MissingFact| {
        matches!(
            missing.property,
            "sends" | "receives" | "stores" | "handles" | "trust"
        )
    };
    if !missing.is_some_and(is_of_assets) {
        return sensitivity(db, element);
    }
    let possible = may_hold(db, element).iter().map(|possible| possible.asset);
    let assets: Vec<Decl> = holds(db, element).iter().copied().chain(possible).collect();
    most_sensitive(db, &assets)
}

/// Whether the missing facts of a rule are worth a question. A single missing fact is, if it is the
/// kind of an asset, or states how something is protected or used. What an element is, holds or
/// carries is asked for only if another part of the condition indicates the threat. If several
/// facts are missing and one of them is what the element is built with, nothing is asked: the rule
/// is probably about something that the model does not have.
fn is_worth_asking(
    facts: &FactCache,
    condition: &Condition,
    element: Decl,
    missing: &[MissingFact],
) -> bool {
    const WHAT_IT_IS: [&str; 3] = ["technology", "kind", "accepts"];
    const WHAT_IT_HOLDS: [&str; 7] = [
        "sends", "receives", "stores", "handles", "personal", "trust", "tenancy",
    ];
    let db = facts.db();
    let is_one_of = |list: &[&str], fact: &MissingFact| list.contains(&fact.property);
    // The kind of an asset decides how it has to be protected, wherever it goes.
    let is_kind_of_asset =
        |fact: &MissingFact| fact.property == "kind" && fact.element.kind(db) == Kind::Asset;
    let is_how =
        |fact: &MissingFact| !is_one_of(&WHAT_IT_IS, fact) && !is_one_of(&WHAT_IT_HOLDS, fact);
    let is_worth_it = match missing {
        [fact] => is_kind_of_asset(fact) || is_how(fact),
        // Leaving out the usage as well does not avoid the question.
        [one, other] => {
            is_kind_of_asset(one) && is_how(other) || is_kind_of_asset(other) && is_how(one)
        }
        _ => false,
    };
    if is_worth_it {
        return true;
    }
    // Whether a person is there is asked for all the same: rules on logins are about people.
    let is_about_others = missing.len() > 1
        && missing.iter().any(|fact| {
            let is_kind_of_external =
                fact.property == "kind" && fact.element.kind(db) == Kind::External;
            is_one_of(&WHAT_IT_IS, fact) && !is_kind_of_external
        });
    !is_about_others && is_anchored(facts, condition, element)
}

/// The order of questions when several facts are missing: what is at stake, who is there, what it
/// is built with, and only then how it is protected.
fn order_of_asking(missing: &MissingFact) -> usize {
    const FIRST: [&str; 9] = [
        "sends",
        "receives",
        "stores",
        "handles",
        "trust",
        "kind",
        "technology",
        "accepts",
        "protocol",
    ];
    let position = FIRST.iter().position(|name| *name == missing.property);
    position.unwrap_or(FIRST.len())
}

fn stated_level(db: &dyn Db, decl: Decl, property: &str) -> Option<Level> {
    typed(db, decl).word(property).map(Level::from_position)
}

/// The impact of threats of some categories on the held data, by the aspect that each category
/// harms: disclosure harms confidentiality, tampering and repudiation harm integrity, denial of
/// service harms availability, and the others harm all three.
fn impact_on(held: Sensitivity, categories: Categories) -> Level {
    let harmed = |category: &str| match category {
        "information_disclosure" => held.classification,
        "tampering" | "repudiation" => held.integrity,
        "denial_of_service" => held.availability,
        _ => held
            .classification
            .max(held.integrity)
            .max(held.availability),
    };
    let worst = categories.words().map(harmed).max();
    Level::from_position(worst.unwrap_or_default())
}

/// The impact of a rule, which is stated for confidential data: one level higher for restricted
/// data, one lower for internal data, two lower for public data or none.
fn shifted(impact: Level, sensitivity: Level) -> Level {
    let position = impact as i8 + sensitivity as i8 - Level::High as i8;
    Level::from_position(position.max(0) as u8)
}

/// A declared threat as a finding.
fn threat(db: &dyn Db, threat: Decl) -> Finding {
    let stated = typed(db, threat);
    let categories = stated.categories();
    let likelihood = stated_level(db, threat, "likelihood").unwrap_or(Level::Medium);
    let impact = stated_level(db, threat, "impact").unwrap_or_else(|| {
        let affected: Vec<Decl> = stated.decls("affects").collect();
        if !affected.is_empty() {
            return impact_on(most_sensitive(db, &affected), categories);
        }
        let targets = stated.decls("targets");
        let impacts = targets.map(|target| impact_on(sensitivity(db, target), categories));
        impacts.max().unwrap_or(Level::Medium)
    });
    Finding {
        id: FindingId::Threat(threat),
        categories,
        missing: None,
        likelihood,
        impact,
        severity: Level::severity(likelihood, impact),
    }
}

impl Finding {
    /// Whether a selector names it.
    pub fn is_selected_by(&self, selector: &FindingSelector) -> bool {
        match (selector, self.id) {
            (FindingSelector::Rule(named, subject), FindingId::Rule { rule, element }) => {
                *named == rule && *subject == element
            }
            (FindingSelector::Category(category, subject), id) => {
                let is_of_category = self.categories.overlaps(Categories::one(*category));
                *subject == id.subject() && is_of_category
            }
            (FindingSelector::Threat(named), FindingId::Threat(threat)) => *named == threat,
            _ => false,
        }
    }
}

/// The elements any of which would decide a finding by stating what is missing: of assets all that
/// its rule asks about, so that one check asks for all.
pub fn elements_lacking(db: &dyn Db, finding: &Finding) -> Vec<Decl> {
    let Some(missing) = finding.missing else {
        return Vec::new();
    };
    let mut lacking = vec![missing.element];
    if let FindingId::Rule { rule, element } = finding.id
        && missing.element.kind(db) == Kind::Asset
        && let Some(condition) = &checked_condition(db, rule).condition
    {
        let facts = FactCache::new(db);
        let others = unspecified_assets(&facts, condition, element, missing.property);
        let mut seen = FxHashSet::from_iter(lacking.iter().copied());
        lacking.extend(others.into_iter().filter(|other| seen.insert(*other)));
    }
    lacking
}

/// The facts that led to a finding.
pub fn finding_reasons(db: &dyn Db, finding: &Finding) -> Vec<Reason> {
    match finding.id {
        FindingId::Rule { rule, element } => match &checked_condition(db, rule).condition {
            Some(condition) => reasons_for(db, condition, element),
            None => Vec::new(),
        },
        FindingId::Threat(threat) => {
            let target = |(target, part): (Decl, Part)| Reason {
                message: format!("it is against `{}`", full_name(db, target)),
                place: Some(threat.part(part)),
            };
            typed(db, threat).named("targets").map(target).collect()
        }
    }
}

/// How the severity of a finding is computed, one sentence for each step.
pub fn severity_steps(db: &dyn Db, finding: &Finding) -> Vec<String> {
    vec![
        likelihood_step(db, finding),
        impact_step(db, finding),
        severity_step(finding),
    ]
}

/// How far the threat of a finding reaches, if a rule found it.
fn reach_of(db: &dyn Db, finding: &Finding) -> Reach {
    match finding.id {
        FindingId::Rule { rule, element } => {
            let is_on_path = typed(db, rule).states("exposure", "path");
            reach(db, is_on_path, element, finding.missing)
        }
        FindingId::Threat(_) => Reach::Stated,
    }
}

fn likelihood_step(db: &dyn Db, finding: &Finding) -> String {
    let definition = finding.id.definition();
    let settings = match finding.id {
        FindingId::Rule { rule, element } => rule_settings(db, element.model(db)).get(&rule),
        FindingId::Threat(_) => None,
    };
    let set = settings.and_then(|setting| {
        let why = format!("set in threatline.toml: {}", setting.reason);
        Some((setting.likelihood?, why))
    });
    let stated = stated_level(db, definition, "likelihood");
    let (base, why) = set
        .or(stated.map(|level| (level, "stated".to_owned())))
        .unwrap_or((Level::Medium, "the default".to_owned()));
    let shift = if finding.likelihood == base {
        String::new()
    } else {
        why_shifted(db, finding)
    };
    let (likelihood, base) = (finding.likelihood.word(), base.word());
    format!("likelihood {likelihood}: `{base}` ({why}){shift}")
}

/// Why the likelihood of a finding is not the one that its rule states.
fn why_shifted(db: &dyn Db, finding: &Finding) -> String {
    let FindingId::Rule { rule, element } = finding.id else {
        return String::new();
    };
    match reach_of(db, finding) {
        Reach::Stated => String::new(),
        Reach::Inside => ", one level lower because it stays within one boundary".to_owned(),
        Reach::Open
            if finding
                .missing
                .is_some_and(|missing| missing.property == "trust") =>
        {
            ", one level higher while the trust is unknown".to_owned()
        }
        Reach::Open
            if typed(db, rule).states("exposure", "path")
                && exposure(db, element).flow().is_none() =>
        {
            ", one level higher because it connects different trust levels".to_owned()
        }
        Reach::Open => match exposure(db, element).flow() {
            Some(flow) if flow != element => format!(
                ", one level higher because `{}` reaches it from a lower trust level",
                full_name(db, flow)
            ),
            _ => ", one level higher because it starts at a lower trust level".to_owned(),
        },
    }
}

fn impact_step(db: &dyn Db, finding: &Finding) -> String {
    let impact = finding.impact.word();
    let stated = stated_level(db, finding.id.definition(), "impact");
    match finding.id {
        FindingId::Threat(_) if stated.is_some() => format!("impact {impact}: stated"),
        FindingId::Threat(_) => {
            format!("impact {impact}: from the most sensitive asset that it harms")
        }
        FindingId::Rule { element, .. } => {
            let base = stated.unwrap_or(Level::High).word();
            let held = at_stake(db, element, finding.categories, finding.missing);
            let held = impact_on(held, finding.categories).word();
            let lowered = if reach_of(db, finding) == Reach::Inside {
                ", one level lower because it stays within one boundary"
            } else {
                ""
            };
            format!(
                "impact {impact}: `{base}` for confidential data; the data here is rated \
                 {held}{lowered}"
            )
        }
    }
}

fn severity_step(finding: &Finding) -> String {
    let (likelihood, impact) = (finding.likelihood.word(), finding.impact.word());
    let full = Level::severity(finding.likelihood, finding.impact).word();
    if finding.severity.word() != full {
        return format!(
            "severity {}: the residual severity, stated with `residual`; `{full}` without it",
            finding.severity.word()
        );
    }
    match &finding.missing {
        None => format!("severity {full}: likelihood {likelihood} with impact {impact}"),
        Some(missing) => format!(
            "severity up to {full}: likelihood {likelihood} with impact {impact}, \
             because `{}` is unspecified",
            missing.property
        ),
    }
}

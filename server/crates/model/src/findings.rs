//! Findings: which threats the facts of a model call for, and how severe they are. It must not know
//! what has been done about them.

use crate::assets::{Sensitivity, holds, may_hold, most_sensitive, sensitivity};
use crate::checker::checked_condition;
use crate::condition::Condition;
use crate::db::{Db, Decl};
use crate::evaluation::{Truth, evaluate, is_anchored};
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
use std::iter;
use threatline_syntax::Kind;

/// What is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which finding it is.
    pub id: FindingId,
    /// What kind of threat it is.
    pub categories: Categories,
    /// The fact that is not stated and decides, if the rule fires as *not stated*.
    pub missing: Option<MissingFact>,
    /// How likely it is, exposure counted.
    pub likelihood: Level,
    /// How bad it is.
    pub impact: Level,
    /// How severe that makes it.
    pub severity: Level,
}

/// How many findings on an element are kept one by one. The others are counted, since there may be
/// as many as rules times elements.
pub const MAX_FINDINGS_OF_AN_ELEMENT: usize = 256;

/// What the rules find on an element, or the threat itself; mitigated and accepted ones too. None,
/// if there are more than are kept.
#[salsa::tracked]
pub fn findings(db: &dyn Db, subject: Decl) -> Option<Vec<Finding>> {
    let findings = each_finding(db, subject).take(MAX_FINDINGS_OF_AN_ELEMENT + 1);
    let findings: Vec<Finding> = findings.collect();
    (findings.len() <= MAX_FINDINGS_OF_AN_ELEMENT).then_some(findings)
}

/// The same one by one, however many there are.
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

/// An element while rules look at it, with its facts.
struct Firing<'db> {
    facts: FactCache<'db>,
    element: Decl,
}

impl Firing<'_> {
    /// What a rule finds on the element.
    fn finding(&self, rule: &RuleToEvaluate, setting: Option<&RuleSetting>) -> Option<Finding> {
        let (db, element) = (self.facts.db(), self.element);
        let missing = match evaluate(&self.facts, &rule.condition, element) {
            Truth::True => None,
            // Of several facts the first to ask for: what it is about, then who, then how.
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
        let (likelihood, impact) = match reach(db, rule, element, missing) {
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

/// How far a threat reaches beyond what its rule states.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// From a place of lower trust.
    Open,
    /// As stated.
    Stated,
    /// Only from inside of the boundary.
    Inside,
}

fn reach(db: &dyn Db, rule: &RuleToEvaluate, element: Decl, missing: Option<MissingFact>) -> Reach {
    // While it depends on the trust of a place, the place may be anyone's.
    if missing.is_some_and(|missing| missing.property == "trust") {
        return Reach::Open;
    }
    if rule.is_on_path && element.kind(db) == Kind::Flow {
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

/// How sensitive what is at stake is: what the element holds; of a flow that lets in whoever
/// pretends to be someone, or who may do too much, also what that one may do with what its target
/// holds.
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

/// What a flow may do with what its target holds: reading harms what is confidential, writing what
/// must not be changed, and in the name of a person only that person's own.
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

/// Whether an element states that it holds nothing.
fn states_nothing(db: &dyn Db, element: Decl) -> bool {
    let stated = typed(db, element);
    ["stores", "handles", "sends", "receives"]
        .iter()
        .any(|property| stated.get(property).is_some())
}

/// How sensitive the assets of an element are; while a statement that decides it is missing,
/// including those that the element may hold.
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

/// Whether the facts that a rule misses are worth a question. The kind of an asset, or a statement
/// about how something is protected or used, is, where it is all that is missing. What an element
/// is, holds or carries is asked for only where more speaks for it; and where a rule misses several
/// facts, only if what the element is made of is none of them, so that nobody is asked about rules
/// for what they do not have.
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
    // What an asset is decides what it takes to protect it, wherever it goes.
    let is_kind_of_asset =
        |fact: &MissingFact| fact.property == "kind" && fact.element.kind(db) == Kind::Asset;
    let is_how =
        |fact: &MissingFact| !is_one_of(&WHAT_IT_IS, fact) && !is_one_of(&WHAT_IT_HOLDS, fact);
    let is_worth_it = match missing {
        [fact] => is_kind_of_asset(fact) || is_how(fact),
        // Who leaves out how it is used as well is asked no less than who states the worst.
        [one, other] => {
            is_kind_of_asset(one) && is_how(other) || is_kind_of_asset(other) && is_how(one)
        }
        _ => false,
    };
    if is_worth_it {
        return true;
    }
    let is_about_others =
        missing.len() > 1 && missing.iter().any(|fact| is_one_of(&WHAT_IT_IS, fact));
    !is_about_others && is_anchored(facts, condition, element)
}

/// What is asked for first when several facts are missing: what is at stake, who is there, what it
/// is made with, and only then how it is protected.
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

/// How bad threats of some categories are for what is held, by the aspect of it that each category
/// harms: disclosure its confidentiality, tampering and repudiation its integrity, denial of
/// service its availability, the others all of them.
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

/// A rule's impact is meant for confidential data: it is a step higher for restricted, a step lower
/// for internal and two for public data or none.
fn shifted(impact: Level, sensitivity: Level) -> Level {
    let position = impact as i8 + sensitivity as i8 - Level::High as i8;
    Level::from_position(position.max(0) as u8)
}

/// The finding that a threat is by itself.
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
    /// Whether it is one of those that a selector names.
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

/// How the severity of a finding comes about, a sentence a step.
pub fn severity_steps(db: &dyn Db, finding: &Finding) -> Vec<String> {
    vec![
        likelihood_step(db, finding),
        impact_step(db, finding),
        severity_step(finding),
    ]
}

fn likelihood_step(db: &dyn Db, finding: &Finding) -> String {
    let definition = finding.id.definition();
    let (settings, is_exposed) = match finding.id {
        FindingId::Rule { rule, element } => (
            rule_settings(db, element.model(db)).get(&rule),
            exposure(db, element).flow().is_some(),
        ),
        FindingId::Threat(_) => (None, false),
    };
    let set = settings.and_then(|setting| {
        let why = format!("set in threatline.toml: {}", setting.reason);
        Some((setting.likelihood?, why))
    });
    let stated = stated_level(db, definition, "likelihood");
    let (base, why) = set
        .or(stated.map(|level| (level, "stated".to_owned())))
        .unwrap_or((Level::Medium, "the default".to_owned()));
    let (likelihood, base) = (finding.likelihood.word(), base.word());
    let raised = if is_exposed {
        ", raised by exposure"
    } else {
        ""
    };
    format!("likelihood {likelihood}: `{base}` ({why}){raised}")
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
            let held = impact_on(sensitivity(db, element), finding.categories).word();
            format!(
                "impact {impact}: `{base}` for confidential data; the data here is rated {held}"
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

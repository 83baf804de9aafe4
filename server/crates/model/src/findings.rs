//! Findings: which threats the facts of a model call for, and how severe they are. It must not know
//! what has been done about them.

use crate::assets::{Sensitivity, most_sensitive, sensitivity};
use crate::checker::checked_condition;
use crate::db::{Db, Decl};
use crate::evaluation::{Truth, evaluate};
use crate::exposure::exposed_by;
use crate::facts::{FactCache, MissingFact};
use crate::identity::{FindingId, FindingSelector};
use crate::lower::Part;
use crate::names::full_name;
use crate::properties::typed;
use crate::reasons::reasons_for;
use crate::ruleset::{RuleToEvaluate, rule_settings, rules_on};
use crate::settings::RuleSetting;
use crate::severity::Level;
use crate::values::Categories;
use crate::wording::Reason;
use std::cell::OnceCell;
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
    if !kind.is_element() || typed(db, subject).get("out_of_scope").is_some() {
        return Box::new(iter::empty());
    }
    let firing = Firing {
        facts: FactCache::new(db),
        element: subject,
        is_exposed: OnceCell::new(),
        sensitivity: OnceCell::new(),
    };
    let rules = rules_on(db, subject.model(db), kind);
    Box::new(rules.filter_map(move |(rule, setting)| firing.finding(rule, setting)))
}

/// An element while rules look at it, with what many of them need to know.
struct Firing<'db> {
    facts: FactCache<'db>,
    element: Decl,
    is_exposed: OnceCell<bool>,
    sensitivity: OnceCell<Sensitivity>,
}

impl Firing<'_> {
    /// What a rule finds on the element.
    fn finding(&self, rule: &RuleToEvaluate, setting: Option<&RuleSetting>) -> Option<Finding> {
        let (db, element) = (self.facts.db(), self.element);
        let missing = match evaluate(&self.facts, &rule.condition, element) {
            Truth::True => None,
            // Only a single missing fact decides; with two, stating one of them would decide
            // nothing.
            Truth::Unknown(missing) if missing.len() == 1 => Some(missing[0]),
            _ => return None,
        };
        let likelihood = setting
            .and_then(|setting| setting.likelihood)
            .or(rule.likelihood)
            .unwrap_or(Level::Medium);
        let is_exposed = || exposed_by(db, element).is_some();
        let likelihood = if *self.is_exposed.get_or_init(is_exposed) {
            likelihood.raised()
        } else {
            likelihood
        };
        let held = *self.sensitivity.get_or_init(|| sensitivity(db, element));
        let impact = shifted(
            rule.impact.unwrap_or(Level::High),
            impact_on(held, rule.categories),
        );
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
            severity: if missing.is_some() {
                severity.softened()
            } else {
                severity
            },
        })
    }
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
            exposed_by(db, element).is_some(),
        ),
        FindingId::Threat(_) => (None, false),
    };
    let set = settings.and_then(|setting| {
        let why = format!("threatline.toml says so: {}", setting.reason);
        Some((setting.likelihood?, why))
    });
    let stated = stated_level(db, definition, "likelihood");
    let (base, why) = set
        .or(stated.map(|level| (level, "stated".to_owned())))
        .unwrap_or((Level::Medium, "as nothing else is stated".to_owned()));
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
            format!("impact {impact}: by the most sensitive asset that it harms")
        }
        FindingId::Rule { element, .. } => {
            let base = stated.unwrap_or(Level::High).word();
            let held = impact_on(sensitivity(db, element), finding.categories).word();
            format!(
                "impact {impact}: `{base}` where confidential data are held; \
                 what is held here is rated {held}"
            )
        }
    }
}

fn severity_step(finding: &Finding) -> String {
    let (likelihood, impact) = (finding.likelihood.word(), finding.impact.word());
    let full = Level::severity(finding.likelihood, finding.impact).word();
    match &finding.missing {
        None => format!("severity {full}: likelihood {likelihood} with impact {impact}"),
        Some(missing) => format!(
            "severity {}: {full} by likelihood {likelihood} with impact {impact}, \
             a grade softer because `{}` is not stated",
            finding.severity.word(),
            missing.property
        ),
    }
}

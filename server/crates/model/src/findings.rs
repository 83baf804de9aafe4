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
use crate::reasons::reasons;
use crate::ruleset::{rule_settings, rules_on};
use crate::severity::{Level, SEVERITY_MATRIX};
use crate::values::Categories;
use crate::wording::Reason;
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

/// What the rules find on an element, or the threat itself; mitigated and accepted ones too.
#[salsa::tracked]
pub fn findings(db: &dyn Db, subject: Decl) -> Vec<Finding> {
    let kind = subject.kind(db);
    if kind == Kind::Threat {
        return vec![threat(db, subject)];
    }
    if !kind.is_element() || typed(db, subject).get("out_of_scope").is_some() {
        return Vec::new();
    }
    let facts = FactCache::new(db);
    rules_on(db, subject.model(db), kind)
        .iter()
        .filter_map(|rule| fire(&facts, *rule, subject))
        .collect()
}

fn fire(facts: &FactCache, rule: Decl, element: Decl) -> Option<Finding> {
    let db = facts.db();
    let missing = match evaluate(
        facts,
        checked_condition(db, rule).condition.as_ref()?,
        element,
    ) {
        Truth::True => None,
        // Only a single missing fact decides; with two, stating one of them would decide nothing.
        Truth::Unknown(missing) if missing.len() == 1 => Some(missing[0]),
        _ => return None,
    };
    let stated = typed(db, rule);
    let categories = stated.categories();
    let set = rule_settings(db, element.model(db))
        .get(&rule)
        .and_then(|setting| setting.likelihood);
    let likelihood = set
        .or_else(|| stated_level(db, rule, "likelihood"))
        .unwrap_or(Level::Medium);
    let likelihood = if exposed_by(db, element).is_some() {
        likelihood.raised()
    } else {
        likelihood
    };
    let impact = shifted(
        stated_level(db, rule, "impact").unwrap_or(Level::High),
        sensitivity(db, element),
        categories,
    );
    let severity = SEVERITY_MATRIX[likelihood as usize][impact as usize];
    Some(Finding {
        id: FindingId::Rule { rule, element },
        categories,
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

fn stated_level(db: &dyn Db, decl: Decl, property: &str) -> Option<Level> {
    typed(db, decl).word(property).map(Level::from_position)
}

/// The aspect of what is held that each category harms: disclosure its confidentiality, tampering
/// and repudiation its integrity, denial of service its availability, the others all of them.
fn impact_of(held: Sensitivity, categories: Categories) -> Level {
    let of = |category: &str| match category {
        "information_disclosure" => held.classification,
        "tampering" | "repudiation" => held.integrity,
        "denial_of_service" => held.availability,
        _ => held
            .classification
            .max(held.integrity)
            .max(held.availability),
    };
    Level::from_position(categories.words().map(of).max().unwrap_or_default())
}

/// A rule's impact is meant for confidential data: it is a step higher for restricted, a step lower
/// for internal and two for public data or none.
fn shifted(impact: Level, held: Sensitivity, categories: Categories) -> Level {
    let sensitivity = impact_of(held, categories) as i8;
    Level::from_position((impact as i8 + sensitivity - Level::High as i8).max(0) as u8)
}

fn threat(db: &dyn Db, threat: Decl) -> Finding {
    let stated = typed(db, threat);
    let categories = stated.categories();
    let likelihood = stated_level(db, threat, "likelihood").unwrap_or(Level::Medium);
    let impact = stated_level(db, threat, "impact").unwrap_or_else(|| {
        let affected: Vec<Decl> = stated.decls("affects").collect();
        let targets = stated
            .decls("targets")
            .map(|target| impact_of(sensitivity(db, target), categories));
        match affected.is_empty() {
            true => targets.max().unwrap_or(Level::Medium),
            false => impact_of(most_sensitive(db, &affected), categories),
        }
    });
    Finding {
        id: FindingId::Threat(threat),
        categories,
        missing: None,
        likelihood,
        impact,
        severity: SEVERITY_MATRIX[likelihood as usize][impact as usize],
    }
}

/// Whether what an `accept` names is this finding.
pub fn selects(accepted: &FindingSelector, finding: &Finding) -> bool {
    match (accepted, finding.id) {
        (
            FindingSelector::Rule(rule, subject),
            FindingId::Rule {
                rule: found,
                element,
            },
        ) => *rule == found && *subject == element,
        (FindingSelector::Category(category, subject), id) => {
            *subject == id.subject() && finding.categories.overlaps(Categories::one(*category))
        }
        (FindingSelector::Threat(threat), FindingId::Threat(found)) => *threat == found,
        _ => false,
    }
}

/// The facts that led to a finding.
pub fn finding_reasons(db: &dyn Db, finding: &Finding) -> Vec<Reason> {
    match finding.id {
        FindingId::Rule { rule, element } => match &checked_condition(db, rule).condition {
            Some(condition) => reasons(db, condition, element),
            None => Vec::new(),
        },
        FindingId::Threat(threat) => {
            let stated = typed(db, threat);
            let target = |(target, part): (Decl, Part)| Reason {
                message: format!("it is against `{}`", full_name(db, target)),
                place: Some(threat.part(part)),
            };
            stated.named("targets").map(target).collect()
        }
    }
}

/// How the severity of a finding comes about, a sentence a step.
pub fn severity_steps(db: &dyn Db, finding: &Finding) -> Vec<String> {
    let mut steps = Vec::new();
    let decl = finding.id.definition();
    let set = match finding.id {
        FindingId::Rule { rule, element } => rule_settings(db, element.model(db)).get(&rule),
        FindingId::Threat(_) => None,
    };
    let set = set.and_then(|setting| {
        Some((
            setting.likelihood?,
            format!("threatline.toml says so: {}", setting.reason),
        ))
    });
    let stated = stated_level(db, decl, "likelihood").map(|level| (level, "stated".to_owned()));
    let (base, says) = set
        .or(stated)
        .unwrap_or((Level::Medium, "as nothing else is stated".to_owned()));
    let exposed =
        matches!(finding.id, FindingId::Rule { element, .. } if exposed_by(db, element).is_some());
    let base = base.word();
    steps.push(match exposed {
        true => format!(
            "likelihood {}: `{base}` ({says}), raised by exposure",
            finding.likelihood.word()
        ),
        false => format!(
            "likelihood {}: `{base}` ({says})",
            finding.likelihood.word()
        ),
    });
    let impact = finding.impact.word();
    steps.push(match (stated_level(db, decl, "impact"), finding.id) {
        (Some(_), FindingId::Threat(_)) => format!("impact {impact}: stated"),
        (None, FindingId::Threat(_)) => format!("impact {impact}: by the most sensitive asset that it harms"),
        (stated, FindingId::Rule { element, .. }) => {
            let base = stated.unwrap_or(Level::High).word();
            let sensitivity = impact_of(sensitivity(db, element), finding.categories).word();
            format!(
                "impact {impact}: `{base}` where confidential data are held; what is held here is rated {sensitivity}"
            )
        }
    });
    let severity = SEVERITY_MATRIX[finding.likelihood as usize][finding.impact as usize].word();
    steps.push(match &finding.missing {
        None => format!(
            "severity {severity}: likelihood {} with impact {}",
            finding.likelihood.word(),
            finding.impact.word()
        ),
        Some(missing) => format!(
            "severity {}: {severity} by likelihood {} with impact {}, a grade softer because `{}` is not stated",
            finding.severity.word(),
            finding.likelihood.word(),
            finding.impact.word(),
            missing.property
        ),
    });
    steps
}

/// The words of all categories of a finding, for reports.
pub fn categories_in_words(categories: Categories) -> String {
    categories
        .words()
        .map(|word| word.replace('_', " "))
        .collect::<Vec<_>>()
        .join(", ")
}

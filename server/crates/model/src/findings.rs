//! Findings: which threats the facts of a model call for, how severe they are, and what has been
//! done about them. It must not know how a finding is shown.

use crate::condition::{Truth, checked_condition, evaluate, rule_subjects};
use crate::db::{Db, Decl, Model, World, put_in_order};
use crate::facts::{FactCache, MissingFact, Reason};
use crate::lower::Part;
use crate::names::{accepts_naming, full_name};
use crate::properties::{Categories, FindingSelector, TypedValue, typed};
use crate::relations::{
    EffectiveMitigation, Sensitivity, counters, effective_mitigations, ends, exposed_by, is_done,
    is_proposed, most_sensitive, rules, sensitivity,
};
use crate::schema::LEVEL;
use crate::settings::RuleSetting;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use threatline_syntax::Kind;

/// Likelihood, impact and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the words of the language
pub enum Level {
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// From the least to the most.
    pub const ALL: [Level; 4] = [Level::Low, Level::Medium, Level::High, Level::Critical];

    /// The word for it.
    pub fn word(self) -> &'static str {
        LEVEL.word(self as u8)
    }

    /// The level of a word.
    pub fn from_word(word: &str) -> Option<Level> {
        LEVEL.position(word).map(Level::from_position)
    }

    fn from_position(position: u8) -> Level {
        Level::ALL[(position as usize).min(3)]
    }

    fn raised(self) -> Level {
        Level::from_position(self as u8 + 1)
    }

    fn softened(self) -> Level {
        Level::from_position((self as u8).saturating_sub(1))
    }
}

/// Severity by likelihood (rows) and impact (columns), both from low to critical. The table of the
/// language reference is made from this one.
pub const SEVERITY_MATRIX: [[Level; 4]; 4] = {
    use Level::{Critical, High, Low, Medium};
    [
        [Low, Low, Medium, High],
        [Low, Medium, High, High],
        [Medium, High, High, Critical],
        [High, High, Critical, Critical],
    ]
};

/// The stable identity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingId {
    /// What a rule finds on an element.
    Rule {
        /// The rule.
        rule: Decl,
        /// The element.
        element: Decl,
    },
    /// A threat that a person wrote.
    Threat(Decl),
}

impl FindingId {
    /// The declaration that it is about: the element or the threat.
    pub fn subject(self) -> Decl {
        match self {
            FindingId::Rule { element, .. } => element,
            FindingId::Threat(threat) => threat,
        }
    }

    /// The name by which it is accepted and reported: `std.unencrypted_flow@partners.feed`.
    pub fn name(self, db: &dyn Db) -> SmolStr {
        match self {
            FindingId::Rule { rule, element } => {
                format_smolstr!("{}@{}", full_name(db, rule), full_name(db, element))
            }
            FindingId::Threat(threat) => full_name(db, threat).clone(),
        }
    }

    /// The declaration that says what it is: the rule or the threat.
    pub fn definition(self) -> Decl {
        match self {
            FindingId::Rule { rule, .. } => rule,
            FindingId::Threat(threat) => threat,
        }
    }

    /// What it says, in a line: the title of the rule or the threat.
    pub fn title(self, db: &dyn Db) -> SmolStr {
        let decl = self.definition();
        decl.title(db)
            .cloned()
            .unwrap_or_else(|| full_name(db, decl).clone())
    }
}

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

/// What has been done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingState {
    /// Nothing.
    Open,
    /// This mitigation is not done yet.
    Planned(Decl),
    /// This mitigation is in place.
    Mitigated(Decl),
    /// This `accept` takes it on.
    Accepted(Decl),
}

impl FindingState {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            FindingState::Open => "open",
            FindingState::Planned(_) => "planned",
            FindingState::Mitigated(_) => "mitigated",
            FindingState::Accepted(_) => "accepted",
        }
    }
}

/// The states as reports count them, by their words: an open finding that waits for a fact is
/// counted apart.
pub const STATES: [&str; 5] = ["open", "not stated", "planned", "accepted", "mitigated"];

/// A finding and what has been done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// The finding.
    pub finding: Finding,
    /// What has been done.
    pub state: FindingState,
}

impl Assessed {
    /// The state as reports count it, one of [`STATES`].
    pub fn state_word(&self) -> &'static str {
        match (self.state, self.finding.missing) {
            (FindingState::Open, Some(_)) => "not stated",
            (state, _) => state.word(),
        }
    }
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

/// What `threatline.toml` sets for rules, by the rule that each name means.
#[salsa::tracked]
pub fn rule_settings(db: &dyn Db, model: Model) -> FxHashMap<Decl, RuleSetting> {
    let settings = &model.settings(db).rules;
    settings
        .iter()
        .filter_map(|setting| Some((rule_named(db, model, &setting.name)?, setting.clone())))
        .collect()
}

/// The rule of a name as it is written at a model's top level, in full or without `std.`.
pub fn rule_named(db: &dyn Db, model: Model, name: &str) -> Option<Decl> {
    let rules = rules(db, model);
    let named = |name: &str| {
        rules
            .iter()
            .find(|rule| full_name(db, **rule) == name)
            .copied()
    };
    named(name).or_else(|| named(&format!("{}.{name}", crate::library::ROOT)))
}

#[salsa::tracked]
fn rules_on_kinds(db: &dyn Db, model: Model) -> FxHashMap<u8, Vec<Decl>> {
    let mut by_kind: FxHashMap<u8, Vec<Decl>> = FxHashMap::default();
    let settings = rule_settings(db, model);
    let enabled = |rule: &&Decl| settings.get(rule).is_none_or(|setting| setting.enabled);
    for &rule in rules(db, model).iter().filter(enabled) {
        for kind in rule_subjects(db, rule) {
            by_kind.entry(kind as u8).or_default().push(rule);
        }
    }
    by_kind
}

fn rules_on(db: &dyn Db, model: Model, kind: Kind) -> &[Decl] {
    rules_on_kinds(db, model)
        .get(&(kind as u8))
        .map(Vec::as_slice)
        .unwrap_or_default()
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

/// The findings on an element or of a threat, with what has been done about each.
#[salsa::tracked]
pub fn assessed(db: &dyn Db, subject: Decl) -> Vec<Assessed> {
    let accepts = accepts_on(db, subject);
    let today = if accepts.is_empty() {
        None
    } else {
        Some(World::get(db).today(db))
    };
    let assess = |finding: &Finding| {
        let accepted = accepts.iter().copied().find(|accept| {
            typed(db, *accept).date("until") >= today && accepts_finding(db, *accept, finding)
        });
        let state = accepted.map_or_else(|| treatment(db, finding), FindingState::Accepted);
        Assessed {
            finding: finding.clone(),
            state,
        }
    };
    findings(db, subject).iter().map(assess).collect()
}

/// Whether an `accept` names a finding, expired or not.
pub fn accepts_finding(db: &dyn Db, accept: Decl, finding: &Finding) -> bool {
    let stated = typed(db, accept);
    let named = stated.values("findings");
    named.iter().any(|(_, value)| match value {
        TypedValue::Finding(accepted) => selects(accepted, finding),
        _ => false,
    })
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

/// What mitigations make of a finding: the one in place that counters it, else one that is planned.
/// What is proposed changes nothing yet: nobody has decided on it.
fn treatment(db: &dyn Db, finding: &Finding) -> FindingState {
    let countering = mitigations_against_finding(db, finding);
    let done = countering
        .iter()
        .find(|effective| is_done(db, effective.mitigation));
    let planned = countering
        .iter()
        .find(|effective| !is_proposed(db, effective.mitigation));
    match (done, planned) {
        (Some(done), _) => FindingState::Mitigated(done.mitigation),
        (None, Some(planned)) => FindingState::Planned(planned.mitigation),
        (None, None) => FindingState::Open,
    }
}

/// The mitigations that counter a finding where it is, done or not, and what brings each there.
pub fn mitigations_against_finding(db: &dyn Db, finding: &Finding) -> Vec<EffectiveMitigation> {
    match finding.id {
        FindingId::Rule { rule, element } => effective_mitigations(db, element)
            .iter()
            .copied()
            .filter(|effective| {
                let counters = counters(db, effective.mitigation);
                counters.decls.contains(&rule) || counters.categories.overlaps(finding.categories)
            })
            .collect(),
        FindingId::Threat(threat) => {
            let stated = typed(db, threat);
            let listed =
                stated
                    .named("mitigations")
                    .map(|(mitigation, part)| EffectiveMitigation {
                        mitigation,
                        by: threat,
                        part,
                    });
            let mut found: Vec<EffectiveMitigation> = listed.collect();
            for target in stated.decls("targets") {
                let there = effective_mitigations(db, target).iter().copied();
                found.extend(there.filter(|effective| {
                    counters(db, effective.mitigation).decls.contains(&threat)
                }));
            }
            found
        }
    }
}

/// The `accept`s that name something on a declaration, by file and place.
#[salsa::tracked]
pub fn accepts_on(db: &dyn Db, subject: Decl) -> Vec<Decl> {
    // A flow without a name is named by its ends.
    let name = if subject.shape(db).name.is_some() {
        Some(subject)
    } else {
        ends(db, subject).0
    };
    let accepts = name
        .map(|name| accepts_naming(db, name))
        .unwrap_or_default();
    let names_it = |accept: &Decl| {
        let values = typed(db, *accept).values("findings");
        values.iter().any(|(_, value)| matches!(value, TypedValue::Finding(accepted) if accepted.subject() == subject))
    };
    let mut accepts: Vec<Decl> = accepts.iter().copied().filter(names_it).collect();
    put_in_order(db, &mut accepts);
    accepts
}

/// The facts that led to a finding.
pub fn finding_reasons(db: &dyn Db, finding: &Finding) -> Vec<Reason> {
    match finding.id {
        FindingId::Rule { rule, element } => match &checked_condition(db, rule).condition {
            Some(condition) => crate::condition::reasons(db, condition, element),
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

/// All findings of a model with what has been done about them, the most severe first, then by file
/// and place.
pub fn all_findings(db: &dyn Db, model: Model) -> Vec<Assessed> {
    let files = model.files(db).iter();
    let decls = files.flat_map(|file| file.declarations(db).iter().copied());
    let mut all: Vec<Assessed> = decls
        .flat_map(|decl| assessed(db, decl).iter().cloned())
        .collect();
    all.sort_by_key(|assessed| std::cmp::Reverse(assessed.finding.severity));
    all
}

/// The words of all categories of a finding, for reports.
pub fn categories_in_words(categories: Categories) -> String {
    categories
        .words()
        .map(|word| word.replace('_', " "))
        .collect::<Vec<_>>()
        .join(", ")
}

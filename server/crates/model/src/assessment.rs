//! What has been done about findings. It must not know how a finding is shown.

use crate::checker::checked_condition;
use crate::db::{Db, Decl, File, Model, World, put_in_order};
use crate::evaluation::{Truth, evaluate};
use crate::facts::FactCache;
use crate::findings::{Finding, MAX_FINDINGS_OF_AN_ELEMENT, each_finding, findings};
use crate::headings::ends;
use crate::identity::FindingSelector;
use crate::names::accepts_naming;
use crate::properties::typed;
use crate::severity::Level;
use crate::treatment::{Treatment, residual, treatment};
use crate::values::TypedValue;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use threatline_syntax::Kind;

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
    /// This `dismiss` says that it does not apply.
    Dismissed(Decl),
    /// The element is out of scope.
    OutOfScope,
}

impl FindingState {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            FindingState::Open => "open",
            FindingState::Planned(_) => "planned",
            FindingState::Mitigated(_) => "mitigated",
            FindingState::Accepted(_) => "accepted",
            FindingState::Dismissed(_) => "dismissed",
            FindingState::OutOfScope => "out of scope",
        }
    }
}

/// What has become of a finding, as reports count it: an open one that waits for a fact is counted
/// apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nobody does anything about it.
    Open,
    /// The same, and a fact that is not stated decides.
    Unstated,
    /// A mitigation is on its way.
    Planned,
    /// Someone has taken it on.
    Accepted,
    /// It is countered.
    Mitigated,
    /// Someone has decided that it does not apply.
    Dismissed,
    /// The element is out of scope.
    OutOfScope,
}

impl Standing {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Standing; 7] = [
        Standing::Open,
        Standing::Unstated,
        Standing::Planned,
        Standing::Accepted,
        Standing::Mitigated,
        Standing::Dismissed,
        Standing::OutOfScope,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Unstated => "undecided",
            Standing::Planned => "planned",
            Standing::Accepted => "accepted",
            Standing::Mitigated => "mitigated",
            Standing::Dismissed => "dismissed",
            Standing::OutOfScope => "out of scope",
        }
    }

    /// The key for it in documents that programs read.
    pub fn key(self) -> &'static str {
        match self {
            Standing::Unstated => "not_stated",
            Standing::OutOfScope => "out_of_scope",
            Standing::Open
            | Standing::Planned
            | Standing::Accepted
            | Standing::Mitigated
            | Standing::Dismissed => self.word(),
        }
    }

    /// Whether nothing has been done yet.
    pub fn is_open(self) -> bool {
        matches!(self, Standing::Open | Standing::Unstated)
    }
}

/// A finding and what has been done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// The finding.
    pub finding: Finding,
    /// What has been done.
    pub state: FindingState,
    /// Whether there is evidence for it, if it is mitigated.
    pub is_verified: bool,
    /// Whether its severity is a person's rating of what is left.
    pub is_residual: bool,
}

impl Assessed {
    /// What has become of it, as reports count it.
    pub fn standing(&self) -> Standing {
        match self.state {
            FindingState::Open if self.finding.missing.is_some() => Standing::Unstated,
            FindingState::Open => Standing::Open,
            FindingState::Planned(_) => Standing::Planned,
            FindingState::Mitigated(_) => Standing::Mitigated,
            FindingState::Accepted(_) => Standing::Accepted,
            FindingState::Dismissed(_) => Standing::Dismissed,
            FindingState::OutOfScope => Standing::OutOfScope,
        }
    }
}

/// How many findings there are of each standing and severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingCounts {
    by_standing: BTreeMap<(Standing, Level), usize>,
    verified: usize,
    residual: usize,
}

impl FindingCounts {
    /// Counts a finding.
    pub fn count(&mut self, assessed: &Assessed) {
        let key = (assessed.standing(), assessed.finding.severity);
        *self.by_standing.entry(key).or_default() += 1;
        self.verified += usize::from(assessed.is_verified);
        self.residual += usize::from(assessed.is_residual);
    }

    /// Adds other findings.
    pub fn add(&mut self, other: &FindingCounts) {
        for (key, number) in &other.by_standing {
            *self.by_standing.entry(*key).or_default() += number;
        }
        self.verified += other.verified;
        self.residual += other.residual;
    }

    /// The number of mitigated findings for which there is evidence.
    pub fn verified(&self) -> usize {
        self.verified
    }

    /// The number of mitigated findings for which there is a statement only.
    pub fn asserted(&self) -> usize {
        self.total(Standing::Mitigated) - self.verified
    }

    /// The number of findings whose severity is a person's rating of what is left.
    pub fn residual(&self) -> usize {
        self.residual
    }

    /// The number of findings of a standing and a severity.
    pub fn of(&self, standing: Standing, level: Level) -> usize {
        self.by_standing
            .get(&(standing, level))
            .copied()
            .unwrap_or_default()
    }

    /// The number of findings of a standing and some severities.
    pub fn of_levels(&self, standing: Standing, levels: &[Level]) -> usize {
        levels.iter().map(|level| self.of(standing, *level)).sum()
    }

    /// The number of findings of a standing.
    pub fn total(&self, standing: Standing) -> usize {
        self.of_levels(standing, &Level::ALL)
    }

    /// The number of all findings.
    pub fn all(&self) -> usize {
        self.by_standing.values().sum()
    }

    /// The number of those that are open, whether or not they wait for a fact.
    pub fn all_open(&self) -> usize {
        let open = self
            .by_standing
            .iter()
            .filter(|((standing, _), _)| standing.is_open());
        open.map(|(_, number)| number).sum()
    }

    /// The highest severity among those that are open, whether or not they wait for a fact.
    pub fn worst_open(&self) -> Option<Level> {
        let open = self
            .by_standing
            .keys()
            .filter(|(standing, _)| standing.is_open());
        open.map(|(_, level)| *level).max()
    }

    /// The highest severity among those of a standing.
    pub fn worst_of(&self, standing: Standing) -> Option<Level> {
        let of_standing = self.by_standing.keys().filter(|(key, _)| *key == standing);
        of_standing.map(|(_, level)| *level).max()
    }

    /// The highest severity, whatever has been done.
    pub fn worst(&self) -> Option<Level> {
        self.by_standing.keys().map(|(_, level)| *level).max()
    }
}

/// What is found on an element or is a threat, with what has been done about it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Assessment {
    /// One by one, as many as are kept.
    listed: Vec<Assessed>,
    /// The others, which are not more severe than any of these.
    unlisted: FindingCounts,
}

#[salsa::tracked]
fn assessment(db: &dyn Db, subject: Decl) -> Assessment {
    if let Some(findings) = findings(db, subject) {
        let findings = findings.iter();
        return Assessment {
            listed: findings
                .map(|finding| assess(db, finding.clone()))
                .collect(),
            unlisted: FindingCounts::default(),
        };
    }
    // The most severe are kept, of these the first; never many more than that are in memory.
    let mut assessment = Assessment::default();
    let listed = &mut assessment.listed;
    for finding in each_finding(db, subject) {
        listed.push(assess(db, finding));
        if listed.len() >= 2 * MAX_FINDINGS_OF_AN_ELEMENT {
            drop_least_severe(listed, &mut assessment.unlisted);
        }
    }
    drop_least_severe(listed, &mut assessment.unlisted);
    assessment
}

fn drop_least_severe(listed: &mut Vec<Assessed>, unlisted: &mut FindingCounts) {
    listed.sort_by_key(|assessed| Reverse(assessed.finding.severity));
    let kept = listed.len().min(MAX_FINDINGS_OF_AN_ELEMENT);
    for dropped in listed.drain(kept..) {
        unlisted.count(&dropped);
    }
}

/// A finding with what has been done about it.
fn assess(db: &dyn Db, mut finding: Finding) -> Assessed {
    let set_aside = if is_out_of_scope(db, finding.id.subject()) {
        Some(FindingState::OutOfScope)
    } else {
        dismissal_of(db, &finding).map(FindingState::Dismissed)
    };
    if let Some(state) = set_aside {
        return Assessed {
            finding,
            state,
            is_verified: false,
            is_residual: false,
        };
    }
    let treatment = treatment(db, &finding);
    let residual = residual(db, &finding)
        .filter(|residual| treatment == Treatment::Partial && *residual < finding.severity);
    finding.severity = residual.unwrap_or(finding.severity);
    let accepted = accepts_of(db, &finding)
        .find(|accept| accepted_up_to(db, *accept).is_none_or(|level| finding.severity <= level));
    let state = match (accepted, treatment) {
        (Some(accept), _) => FindingState::Accepted(accept),
        (None, Treatment::Open | Treatment::Partial) => FindingState::Open,
        (None, Treatment::Planned(by)) => FindingState::Planned(by),
        (None, Treatment::Mitigated { by, .. }) => FindingState::Mitigated(by),
    };
    let is_verified = matches!(state, FindingState::Mitigated(_))
        && matches!(
            treatment,
            Treatment::Mitigated {
                is_verified: true,
                ..
            }
        );
    Assessed {
        finding,
        state,
        is_verified,
        is_residual: residual.is_some(),
    }
}

/// The `dismiss` that names a finding and holds for it.
fn dismissal_of(db: &dyn Db, finding: &Finding) -> Option<Decl> {
    let subject = finding.id.subject();
    let dismissals = named_on(db, subject).iter().copied();
    let mut dismissals = dismissals.filter(|decl| decl.kind(db) == Kind::Dismiss);
    dismissals.find(|dismiss| {
        let named = typed(db, *dismiss).values("finding");
        let is_named = named.iter().any(|(_, value)| match value {
            TypedValue::Finding(selector @ FindingSelector::Rule(..)) => {
                finding.is_selected_by(selector)
            }
            _ => false,
        });
        is_named
            && has_names_for(db, *dismiss, finding.severity)
            && holds_now(db, *dismiss, subject)
    })
}

/// Whether as many people dismiss a finding as its severity asks for.
pub fn has_names_for(db: &dyn Db, dismiss: Decl, severity: Level) -> bool {
    let needed = if severity == Level::Critical { 2 } else { 1 };
    typed(db, dismiss).values("by").len() >= needed
}

/// Whether the condition of a `dismiss` is true for an element.
pub fn holds_now(db: &dyn Db, dismiss: Decl, element: Decl) -> bool {
    let condition = checked_condition(db, dismiss).condition.as_ref();
    condition
        .is_some_and(|condition| evaluate(&FactCache::new(db), condition, element) == Truth::True)
}

/// Whether an element states that it is out of scope.
pub fn is_out_of_scope(db: &dyn Db, subject: Decl) -> bool {
    typed(db, subject).get("out_of_scope").is_some()
}

/// The findings on an element or of a threat, with what has been done about each; of very many the
/// most severe.
pub fn assessed(db: &dyn Db, subject: Decl) -> &Vec<Assessed> {
    &assessment(db, subject).listed
}

/// How many findings there are on an element in addition to those that `assessed` lists.
pub fn unlisted(db: &dyn Db, subject: Decl) -> &FindingCounts {
    &assessment(db, subject).unlisted
}

/// The findings that a selector names, listed or not.
pub fn selected_findings(db: &dyn Db, selector: &FindingSelector) -> Vec<Assessed> {
    let subject = selector.subject();
    let is_selected = |finding: &Finding| finding.is_selected_by(selector);
    if unlisted(db, subject).all() == 0 {
        let listed = assessed(db, subject).iter();
        let selected = listed.filter(|assessed| is_selected(&assessed.finding));
        return selected.cloned().collect();
    }
    each_finding(db, subject)
        .filter(is_selected)
        .map(|finding| assess(db, finding))
        .collect()
}

/// The `accept`s that name a finding and have not expired, by file and place. The finding may be
/// more severe than what one of them accepts.
pub fn accepts_of<'db>(db: &'db dyn Db, finding: &Finding) -> impl Iterator<Item = Decl> + 'db {
    let finding = finding.clone();
    let accepts = accepts_on(db, finding.id.subject());
    accepts.filter(move |accept| {
        // The day is asked for only where an `accept` is, so that a new day changes little else.
        typed(db, *accept).date("until") >= Some(World::get(db).today(db))
            && accepts_finding(db, *accept, &finding)
    })
}

/// The severity up to which an `accept` holds; none, if it states none and so holds for any.
pub fn accepted_up_to(db: &dyn Db, accept: Decl) -> Option<Level> {
    let level = typed(db, accept).word("severity");
    level.map(Level::from_position)
}

/// Whether an `accept` names a finding, expired or not.
pub fn accepts_finding(db: &dyn Db, accept: Decl, finding: &Finding) -> bool {
    let named = typed(db, accept).values("findings");
    named.iter().any(|(_, value)| match value {
        TypedValue::Finding(selector) => finding.is_selected_by(selector),
        _ => false,
    })
}

/// The `accept`s that name something on a declaration, by file and place.
fn accepts_on(db: &dyn Db, subject: Decl) -> impl Iterator<Item = Decl> {
    let named = named_on(db, subject).iter().copied();
    named.filter(|decl| decl.kind(db) == Kind::Accept)
}

/// The `accept`s and `dismiss`es that name something on a declaration, by file and place.
#[salsa::tracked]
fn named_on(db: &dyn Db, subject: Decl) -> Vec<Decl> {
    // A flow without a name is named by its ends.
    let named = if subject.shape(db).name.is_some() {
        Some(subject)
    } else {
        ends(db, subject).0
    };
    let accepts = named.map(|named| accepts_naming(db, named));
    let is_on_subject = |value: &TypedValue| match value {
        TypedValue::Finding(selector) => selector.subject() == subject,
        _ => false,
    };
    let names_it = |accept: &Decl| {
        let stated = typed(db, *accept);
        let values = ["findings", "finding"].map(|name| stated.values(name));
        values
            .into_iter()
            .flatten()
            .any(|(_, value)| is_on_subject(value))
    };
    let accepts = accepts.unwrap_or_default().iter().copied();
    let mut accepts: Vec<Decl> = accepts.filter(names_it).collect();
    put_in_order(db, &mut accepts);
    accepts
}

/// How many findings in some files no list has, since too many are on one element.
pub fn unlisted_in(db: &dyn Db, files: &[File]) -> FindingCounts {
    let mut counts = FindingCounts::default();
    for subject in subjects_in(db, files) {
        counts.add(unlisted(db, subject));
    }
    counts
}

/// What findings may be on, and threats.
fn subjects_in(db: &dyn Db, files: &[File]) -> impl Iterator<Item = Decl> {
    let decls = files.iter().flat_map(|file| file.declarations(db).iter());
    let decls = decls.copied();
    decls.filter(|decl| decl.kind(db).is_element() || decl.kind(db) == Kind::Threat)
}

/// The findings of a model with what has been done about them, the most severe first, then by file
/// and place. Those that `unlisted_in` counts are not among them.
pub fn all_findings(db: &dyn Db, model: Model) -> Vec<Assessed> {
    let decls = subjects_in(db, model.files(db));
    let findings = decls.flat_map(|decl| assessed(db, decl).iter().cloned());
    let mut findings: Vec<Assessed> = findings.collect();
    findings.sort_by_key(|assessed| Reverse(assessed.finding.severity));
    findings
}

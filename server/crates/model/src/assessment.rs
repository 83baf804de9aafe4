//! What has been done about findings. It must not know how a finding is shown.

use crate::db::{Db, Decl, Model, World, put_in_order};
use crate::findings::{Finding, findings, selects};
use crate::headings::ends;
use crate::identity::FindingId;
use crate::mitigations::{
    EffectiveMitigation, counters, effective_mitigations, is_done, is_proposed,
};
use crate::names::accepts_naming;
use crate::properties::typed;
use crate::values::TypedValue;

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
}

impl Standing {
    /// All of them, in the order in which they are told.
    pub const ALL: [Standing; 5] = [
        Standing::Open,
        Standing::Unstated,
        Standing::Planned,
        Standing::Accepted,
        Standing::Mitigated,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Unstated => "not stated",
            Standing::Planned => "planned",
            Standing::Accepted => "accepted",
            Standing::Mitigated => "mitigated",
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
        }
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

//! What mitigations make of a finding, and why those do not close it that do not. It must not know
//! what has been accepted.

use crate::acting::{Obstacle, counters_on, describe_obstacle, obstacle_on};
use crate::db::{Db, Decl, Model, World};
use crate::findings::Finding;
use crate::identity::FindingId;
use crate::library;
use crate::mitigations::{
    EffectiveMitigation, counters, effective_mitigations, is_done, is_proposed, is_verified,
};
use crate::names::full_name;
use crate::properties::typed;
use crate::settings::Horizons;
use crate::severity::Level;
use crate::values::Categories;
use jiff::civil::Date;

/// How far the mitigations against a finding are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Not far enough.
    Open,
    /// Some of those that a threat lists are in place, and not all that it needs.
    Partial,
    /// This mitigation is on its way, and all others that are needed are at least that.
    Planned(Decl),
    /// This mitigation is in place, with all others that are needed.
    Mitigated {
        /// The mitigation, the first of several.
        by: Decl,
        /// Whether there is evidence for each.
        is_verified: bool,
    },
}

/// Why a mitigation does not close a finding that it counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// It is proposed.
    Proposed,
    /// It is planned without a due date.
    NoDueDate,
    /// It is planned, and nobody is responsible for it.
    NoOwner,
    /// It was due on this day.
    Overdue(Date),
    /// It is due later than this many days from now.
    TooLate(Date, i32),
    /// It is planned, and only what is in place counts for a release.
    NotInPlace,
    /// It is in place without the evidence that the settings demand.
    NoEvidence,
    /// It counters whole categories, which is not enough for the severity.
    OnlyCategory,
    /// It counters categories, and none counters these.
    OtherCategories(Categories),
    /// It cannot act on the element.
    Obstacle(Decl, Obstacle),
}

/// How far a mitigation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    Planned,
    Done,
}

/// What the settings demand of mitigations.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Demands {
    evidence_from: Option<Level>,
    is_release: bool,
    horizons: Horizons,
}

/// A query, so that other settings change no finding.
#[salsa::tracked]
fn demands(db: &dyn Db, model: Model) -> Demands {
    let settings = model.settings(db);
    Demands {
        evidence_from: settings.evidence_from,
        is_release: settings.is_release || World::get(db).is_release(db),
        horizons: settings.horizons,
    }
}

/// The mitigations that counter a finding where it is and can act there, done or not, and what
/// brings each there.
pub fn mitigations_against_finding(db: &dyn Db, finding: &Finding) -> Vec<EffectiveMitigation> {
    match finding.id {
        FindingId::Rule { rule, element } => {
            let effective = effective_mitigations(db, element).iter().copied();
            let is_against = |effective: &EffectiveMitigation| {
                is_counter(db, effective.mitigation, finding)
                    && (bears_on(db, effective.mitigation, element, rule)
                        || categories_of(db, effective.mitigation, finding, element).0 != 0)
            };
            effective.filter(is_against).collect()
        }
        FindingId::Threat(threat) => {
            let mut against = listed(db, threat);
            against.extend(on_targets(db, threat));
            against
        }
    }
}

/// Whether a mitigation counters a finding, wherever it can act.
fn is_counter(db: &dyn Db, mitigation: Decl, finding: &Finding) -> bool {
    let counters = counters(db, mitigation);
    counters.decls.contains(&finding.id.definition())
        || counters.categories.overlaps(finding.categories)
}

/// Whether a mitigation counters a rule or a threat by name, and can act on an element.
fn bears_on(db: &dyn Db, mitigation: Decl, element: Decl, definition: Decl) -> bool {
    counters(db, mitigation).decls.contains(&definition)
        && counters_on(db, mitigation, element)
            .decls
            .contains(&definition)
}

/// The categories of a finding that a mitigation counters as such on an element.
fn categories_of(db: &dyn Db, mitigation: Decl, finding: &Finding, element: Decl) -> Categories {
    if !counters(db, mitigation)
        .categories
        .overlaps(finding.categories)
    {
        return Categories::default();
    }
    let categories = counters_on(db, mitigation, element).categories;
    Categories(categories.0 & finding.categories.0)
}

/// The mitigations that a threat lists.
fn listed(db: &dyn Db, threat: Decl) -> Vec<EffectiveMitigation> {
    let listed = typed(db, threat).named("mitigations");
    let listed = listed.map(|(mitigation, part)| EffectiveMitigation {
        mitigation,
        by: threat,
        part,
    });
    listed.collect()
}

/// The mitigations on the targets of a threat that state to counter it, without those that it lists
/// itself. Each suffices.
fn on_targets(db: &dyn Db, threat: Decl) -> Vec<EffectiveMitigation> {
    let stated = typed(db, threat);
    let is_listed = |mitigation: Decl| {
        let mut listed = stated.decls("mitigations");
        listed.any(|listed| listed == mitigation)
    };
    let mut against = Vec::new();
    for target in stated.decls("targets") {
        for effective in effective_mitigations(db, target) {
            let mitigation = effective.mitigation;
            if bears_on(db, mitigation, target, threat) && !is_listed(mitigation) {
                against.push(*effective);
            }
        }
    }
    against
}

/// How far a mitigation is, as far as it counts for a finding.
fn progress(db: &dyn Db, mitigation: Decl, finding: &Finding) -> Result<Progress, Shortfall> {
    let demands = demands(db, finding.id.subject().model(db));
    let severity = finding.severity;
    if is_done(db, mitigation) {
        let needs_evidence = demands.evidence_from.is_some_and(|from| severity >= from);
        return if needs_evidence && !is_verified(db, mitigation) {
            Err(Shortfall::NoEvidence)
        } else {
            Ok(Progress::Done)
        };
    }
    if is_proposed(db, mitigation) {
        return Err(Shortfall::Proposed);
    }
    let stated = typed(db, mitigation);
    let Some(due) = stated.date("due") else {
        return Err(Shortfall::NoDueDate);
    };
    if stated.get("owner").is_none() && stated.get("ticket").is_none() {
        return Err(Shortfall::NoOwner);
    }
    if demands.is_release {
        return Err(Shortfall::NotInPlace);
    }
    // The day is asked for only where something is planned, so that a new day changes little else.
    let today = World::get(db).today(db);
    if due < today {
        return Err(Shortfall::Overdue(due));
    }
    match demands.horizons.of(severity) {
        Some(days) if today.until(due).is_ok_and(|span| span.get_days() > days) => {
            Err(Shortfall::TooLate(due, days))
        }
        _ => Ok(Progress::Planned),
    }
}

/// What mitigations make of a finding.
pub fn treatment(db: &dyn Db, finding: &Finding) -> Treatment {
    match finding.id {
        FindingId::Rule { rule, element } => treatment_of_rule(db, finding, rule, element),
        FindingId::Threat(threat) => treatment_of_threat(db, finding, threat),
    }
}

/// What a rule finds is mitigated by one that counters the rule, or, unless it is severe, by
/// several that counter all of its categories.
fn treatment_of_rule(db: &dyn Db, finding: &Finding, rule: Decl, element: Decl) -> Treatment {
    let against = mitigations_against_finding(db, finding);
    let against: Vec<(Decl, Progress)> = against
        .iter()
        .filter_map(|effective| {
            let mitigation = effective.mitigation;
            Some((mitigation, progress(db, mitigation, finding).ok()?))
        })
        .collect();
    for least in [Progress::Done, Progress::Planned] {
        let ready = against.iter().filter(|(_, progress)| *progress >= least);
        let whole = ready
            .clone()
            .find(|(mitigation, _)| bears_on(db, *mitigation, element, rule));
        if let Some(suffices) = whole {
            return together(db, [*suffices]);
        }
        if finding.severity >= Level::High {
            continue;
        }
        let mut covered = Categories::default();
        let mut covering = Vec::new();
        for (mitigation, progress) in ready {
            let categories = categories_of(db, *mitigation, finding, element);
            if categories.0 & !covered.0 != 0 {
                covered.0 |= categories.0;
                covering.push((*mitigation, *progress));
            }
        }
        if covered.0 == finding.categories.0 && !covering.is_empty() {
            return together(db, covering);
        }
    }
    Treatment::Open
}

/// What mitigations make of a finding that suffice together.
fn together(db: &dyn Db, mitigations: impl IntoIterator<Item = (Decl, Progress)>) -> Treatment {
    let mitigations: Vec<(Decl, Progress)> = mitigations.into_iter().collect();
    let planned = mitigations
        .iter()
        .find(|(_, progress)| *progress == Progress::Planned);
    match (planned, mitigations.first()) {
        (Some((planned, _)), _) => Treatment::Planned(*planned),
        (None, Some((by, _))) => Treatment::Mitigated {
            by: *by,
            is_verified: mitigations.iter().all(|(by, _)| is_verified(db, *by)),
        },
        (None, None) => Treatment::Open,
    }
}

/// A threat is mitigated by all that it lists, or by those that it calls enough, or by one on a
/// target that states to counter it.
fn treatment_of_threat(db: &dyn Db, finding: &Finding, threat: Decl) -> Treatment {
    let progress = |mitigation: Decl| progress(db, mitigation, finding).ok();
    let needed = needed(db, threat);
    let of_needed: Option<Vec<(Decl, Progress)>> = needed
        .iter()
        .map(|mitigation| Some((*mitigation, progress(*mitigation)?)))
        .collect();
    let on_targets = on_targets(db, threat);
    let on_targets = on_targets
        .iter()
        .filter_map(|effective| Some((effective.mitigation, progress(effective.mitigation)?)));
    let alternatives = of_needed.into_iter();
    let alternatives = alternatives.chain(on_targets.map(|suffices| vec![suffices]));
    let mut treatments: Vec<Treatment> = alternatives
        .map(|mitigations| together(db, mitigations))
        .collect();
    treatments.sort_by_key(|treatment| match treatment {
        Treatment::Mitigated { .. } => 0,
        Treatment::Planned(_) => 1,
        Treatment::Partial | Treatment::Open => 2,
    });
    match treatments.first() {
        Some(treatment @ (Treatment::Mitigated { .. } | Treatment::Planned(_))) => *treatment,
        _ if done_of_threat(db, finding).0 > 0 => Treatment::Partial,
        _ => Treatment::Open,
    }
}

/// The mitigations that a threat needs: those of its list that it calls enough, else all.
fn needed(db: &dyn Db, threat: Decl) -> Vec<Decl> {
    let stated = typed(db, threat);
    let listed: Vec<Decl> = stated.decls("mitigations").collect();
    let enough: Vec<Decl> = stated
        .decls("enough")
        .filter(|mitigation| listed.contains(mitigation))
        .collect();
    if enough.is_empty() { listed } else { enough }
}

/// How many of the mitigations that a threat lists are in place, and how many it lists.
pub fn done_of_threat(db: &dyn Db, finding: &Finding) -> (usize, usize) {
    let listed: Vec<Decl> = typed(db, finding.id.definition())
        .decls("mitigations")
        .collect();
    let done = listed
        .iter()
        .filter(|mitigation| progress(db, **mitigation, finding) == Ok(Progress::Done));
    (done.count(), listed.len())
}

/// How severe a person rates what is left of a threat that is mitigated in part.
pub fn residual(db: &dyn Db, finding: &Finding) -> Option<Level> {
    let FindingId::Threat(threat) = finding.id else {
        return None;
    };
    let stated = typed(db, threat);
    stated.get("owner")?;
    stated.word("residual").map(Level::from_position)
}

/// The mitigations that counter a finding and do not close it, each with why.
pub fn shortfalls(db: &dyn Db, finding: &Finding) -> Vec<(EffectiveMitigation, Shortfall)> {
    let against = mitigations_against_finding(db, finding);
    let mut shortfalls = Vec::new();
    let FindingId::Rule { rule, element } = finding.id else {
        shortfalls.extend(against.into_iter().filter_map(|effective| {
            let shortfall = progress(db, effective.mitigation, finding).err()?;
            Some((effective, shortfall))
        }));
        return shortfalls;
    };
    let covered = against.iter().fold(0, |covered, effective| {
        covered | categories_of(db, effective.mitigation, finding, element).0
    });
    let left = Categories(finding.categories.0 & !covered);
    for effective in effective_mitigations(db, element) {
        let mitigation = effective.mitigation;
        if !is_counter(db, mitigation, finding) {
            continue;
        }
        let shortfall = if !against.contains(effective) {
            obstacle_on(db, mitigation, element)
                .map(|obstacle| Shortfall::Obstacle(element, obstacle))
        } else if let Err(shortfall) = progress(db, mitigation, finding) {
            Some(shortfall)
        } else if bears_on(db, mitigation, element, rule) {
            None
        } else if finding.severity >= Level::High {
            Some(Shortfall::OnlyCategory)
        } else {
            (left.0 != 0).then_some(Shortfall::OtherCategories(left))
        };
        shortfalls.extend(shortfall.map(|shortfall| (*effective, shortfall)));
    }
    shortfalls
}

/// Why a mitigation does not close a finding that it counters, in words.
pub fn describe_shortfall(
    db: &dyn Db,
    EffectiveMitigation { mitigation, .. }: EffectiveMitigation,
    shortfall: Shortfall,
) -> String {
    let name = full_name(db, mitigation);
    let name = library::short_name(name);
    match shortfall {
        Shortfall::Proposed => format!("`{name}` is only proposed"),
        Shortfall::NoDueDate => format!("`{name}` is planned without a due date"),
        Shortfall::NoOwner => format!("`{name}` is planned without an owner or ticket"),
        Shortfall::Overdue(due) => format!("`{name}` was due on {due} and is not in place"),
        Shortfall::TooLate(due, days) => {
            format!("`{name}` is due on {due}, more than {days} days from now")
        }
        Shortfall::NotInPlace => {
            format!("`{name}` is planned, and a release counts only what is in place")
        }
        Shortfall::NoEvidence => {
            format!("`{name}` is not verified with evidence, which threatline.toml requires")
        }
        Shortfall::OnlyCategory => format!(
            "`{name}` mitigates a whole category, which closes no finding of severity high or above"
        ),
        Shortfall::OtherCategories(categories) => {
            format!("`{name}` does not mitigate {}", categories.in_words())
        }
        Shortfall::Obstacle(element, obstacle) => {
            let why = describe_obstacle(db, element, obstacle);
            format!("`{name}` cannot act on `{}`: {why}", full_name(db, element))
        }
    }
}

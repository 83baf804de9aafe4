//! What changed between two states of the models, with what the head says of itself while it is
//! judged by the policy of the base. It must not know how it is printed, nor where states come
//! from.

mod definitions;
mod pairs;
mod policy;

pub use pairs::pairs;
pub use policy::{Judged, judge_by_base, report_judged};

use crate::load::models::Loaded;
use crate::printable::printable;
use crate::reports::identity::identity;
use crate::reports::model::{Entry, ModelReport};
use crate::reports::spots::{Spot, spot_in_settings, spot_of};
use std::collections::{HashMap, HashSet};
use threatline_model::{
    Database, FindingCounts, FindingId, FindingState as Treated, Level, Model, Part, Place, codes,
    codes::Class, full_name, unlisted_in,
};
use threatline_view::compare::{
    Change, Closed, Comparison, Opened, Policies, Side, Topic, Where, compare,
};

/// What changed in one model.
pub struct Difference<'a> {
    /// What it is called.
    pub name: String,
    /// The model in the base, and the database of that.
    pub base: Option<(&'a Database, &'a ModelReport)>,
    /// The model in the head, judged by the policy of the base.
    pub head: Option<(&'a Database, &'a ModelReport)>,
    /// The changes in the requested paths.
    pub comparison: Comparison,
    /// What changed in the rest of the model.
    pub elsewhere: Elsewhere,
    /// Where each finding that opened or got worse is in its list.
    opened: HashMap<FindingId, usize>,
    /// New errors in the head that are not findings.
    pub errors: Vec<&'a Entry>,
    /// The findings of the head that no list has, so that they are compared with nothing.
    pub uncompared: FindingCounts,
    /// The threshold: from which severity a new finding fails.
    pub threshold: Option<Level>,
    /// Whether the policy lets a comparison pass that could not judge everything.
    pub allows_unjudged: bool,
}

/// How many changes are outside the requested paths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Elsewhere {
    /// The findings that opened or got worse.
    pub findings: usize,
    /// All other changes, except texts.
    pub others: usize,
}

/// A state and what is found in each of its models.
#[derive(Clone, Copy)]
pub struct Reported<'a> {
    /// The state.
    pub loaded: &'a Loaded,
    /// What is found in it.
    pub reports: &'a [ModelReport],
}

impl<'a> Reported<'a> {
    fn of(&self, model: Option<Model>) -> Option<&'a ModelReport> {
        self.reports
            .iter()
            .find(|report| Some(report.model) == model)
    }
}

impl<'a> Difference<'a> {
    /// What changed in a model. `fail_on` is the threshold that the call names, if it does.
    pub fn new(
        judged: Judged,
        base: Reported<'a>,
        head: Reported<'a>,
        fail_on: Option<Option<Level>>,
    ) -> Difference<'a> {
        let (old, new) = (base.of(judged.base), head.of(judged.head));
        let (base, head) = (base.loaded, head.loaded);
        let policy = judged
            .base
            .map(|model| model.settings(base.db()).clone())
            .unwrap_or_default();
        let policies = Policies {
            base: &policy,
            head: match judged.head {
                Some(_) => &judged.own,
                None => &policy,
            },
            by_head: &judged.by_own,
        };
        let mut comparison = compare(
            &Side::new(base.db(), judged.base),
            &Side::new(head.db(), judged.head),
            &policies,
        );
        judged
            .redefined
            .add_to(&mut comparison, (base.db(), judged.base), head.db());
        let elsewhere = keep_selected(&mut comparison, base, head);
        // The head has the policy of the base by now.
        let policy_of_head = judged.head.map(|model| model.settings(head.db()));
        let allows_unjudged = policy_of_head.is_some_and(|policy| policy.allows_unjudged);
        let last = new.or(old);
        let own_name = judged.own.name.as_deref().map(str::to_owned);
        let name = own_name.or_else(|| last.map(|report| report.name.clone()));
        let old = old.map(|report| (base.db(), report));
        let new = new.map(|report| (head.db(), report));
        Difference {
            name: printable(&name.unwrap_or_default()),
            base: old,
            head: new,
            opened: places_by_id(&comparison.opened),
            comparison,
            elsewhere,
            errors: new_errors(old, new),
            uncompared: new.map_or_else(FindingCounts::default, |(db, report)| {
                unlisted_in(db, report.model.files(db))
            }),
            threshold: fail_on
                .unwrap_or_else(|| last.map_or(Some(Level::High), |report| report.threshold)),
            allows_unjudged,
        }
    }

    /// The findings that are new at the threshold, or are at it and worse than they were.
    pub fn at_threshold(&self) -> impl Iterator<Item = &Opened> {
        let opened = self.comparison.opened.iter();
        opened.filter(|opened| {
            self.threshold
                .is_some_and(|threshold| opened.assessed.finding.severity >= threshold)
        })
    }

    /// Those of them that are certain: they depend on no missing fact.
    pub fn failing(&self) -> impl Iterator<Item = &Opened> {
        self.at_threshold()
            .filter(|opened| opened.assessed.finding.missing.is_none())
    }

    /// Those of them that depend on a missing fact, so that they cannot be judged.
    pub fn unjudged(&self) -> impl Iterator<Item = &Opened> {
        self.at_threshold()
            .filter(|opened| opened.assessed.finding.missing.is_some())
    }

    /// What changed of the rule of a finding that opened: then the rule may have opened it, and not
    /// the design.
    pub fn rule_change(&self, opened: &Opened) -> Option<&Change> {
        let FindingId::Rule { rule, .. } = opened.assessed.finding.id else {
            return None;
        };
        let rule = ("rule", full_name(self.head?.0, rule).to_string());
        let mut changes = self.comparison.changes.iter();
        changes.find(|change| change.topic == Topic::Policy && change.subject == rule)
    }

    /// How many findings are of rules that are new or changed.
    pub fn opened_by_rules(&self) -> usize {
        let opened = self.comparison.opened.iter();
        opened
            .filter(|opened| self.rule_change(opened).is_some())
            .count()
    }

    /// How many findings of the head could not be compared, if some of them are at or above the
    /// threshold, whatever has been done about them. They fail the comparison as new findings do.
    pub fn uncompared_at_threshold(&self) -> Option<usize> {
        let (threshold, worst) = (self.threshold?, self.uncompared.worst()?);
        (worst >= threshold).then(|| self.uncompared.all())
    }

    /// The findings that closed and are not deferred.
    pub fn closed(&self) -> impl Iterator<Item = &Closed> {
        let closed = self.comparison.closed.iter();
        closed.filter(|closed| !is_deferred(closed))
    }

    /// The findings that are now accepted or have a planned mitigation, except those that are
    /// listed with the `accept`.
    pub fn deferred(&self) -> impl Iterator<Item = &Closed> {
        let closed = self.comparison.closed.iter();
        closed.filter(|closed| is_deferred(closed) && !self.is_reported_with_its_accept(closed))
    }

    fn is_reported_with_its_accept(&self, closed: &Closed) -> bool {
        let (Some(Treated::Accepted(accept)), Some((db, _))) = (closed.now, self.head) else {
            return false;
        };
        let accept = ("accept", full_name(db, accept).to_string());
        let mut changes = self.comparison.changes.iter();
        changes.any(|change| change.subject == accept)
    }

    /// Whether nothing changed but texts.
    pub fn is_empty(&self) -> bool {
        let comparison = &self.comparison;
        comparison.opened.is_empty()
            && comparison.changes.is_empty()
            && comparison.closed.is_empty()
            && comparison.unfound.is_empty()
            && comparison.renamed.is_empty()
            && self.errors.is_empty()
            && self.uncompared.all() == 0
            && self.base.is_some() == self.head.is_some()
    }

    /// Where something is, and whether it is no longer there.
    pub fn spot(&self, place: Where) -> Option<(Spot, bool)> {
        match place {
            Where::Base(place) => self.base.map(|(db, _)| (spot_of(db, place), true)),
            Where::Head(place) => self.head.map(|(db, _)| (spot_of(db, place), false)),
            Where::Settings(span) => self
                .head
                .and_then(|(_, report)| Some((spot_in_settings(&report.settings, span?), false))),
        }
    }

    /// The findings of a diagnostic of the head that opened or got worse.
    pub fn opened_of<'s>(&'s self, entry: &'s Entry) -> impl Iterator<Item = &'s Opened> {
        let ids = entry.diagnostic.findings.iter();
        ids.filter_map(|id| self.opened.get(id))
            .map(|place| &self.comparison.opened[*place])
    }

    /// What opened or got worse, and no diagnostic of the head reports.
    pub fn opened_without_entry(&self) -> impl Iterator<Item = &Opened> {
        let entries = self.head.iter().flat_map(|(_, report)| &report.entries);
        let listed: HashSet<FindingId> = entries
            .flat_map(|entry| entry.diagnostic.findings.iter().copied())
            .collect();
        let opened = self.comparison.opened.iter();
        opened.filter(move |opened| !listed.contains(&opened.assessed.finding.id))
    }

    /// Whether a diagnostic of the head reports something new.
    pub fn is_new(&self, entry: &Entry) -> bool {
        self.opened_of(entry).next().is_some()
            || self.errors.iter().any(|error| std::ptr::eq(*error, entry))
    }
}

fn is_deferred(closed: &Closed) -> bool {
    matches!(closed.now, Some(Treated::Planned(_) | Treated::Accepted(_)))
}

fn places_by_id(opened: &[Opened]) -> HashMap<FindingId, usize> {
    let ids = opened.iter().map(|opened| opened.assessed.finding.id);
    ids.zip(0..).collect()
}

type OneReport<'a> = Option<(&'a Database, &'a ModelReport)>;

/// The errors of the head that are not findings and that the base has not. A file that nobody can
/// read is one each time: what is in it may be another.
fn new_errors<'a>(base: OneReport<'a>, head: OneReport<'a>) -> Vec<&'a Entry> {
    let mut known: HashMap<String, usize> = HashMap::new();
    for (identity, _) in base.into_iter().flat_map(errors) {
        *known.entry(identity).or_default() += 1;
    }
    let errors = head.into_iter().flat_map(errors);
    let new = errors.filter(|(identity, entry)| match known.get_mut(identity) {
        Some(left) if *left > 0 && *entry.diagnostic.code != codes::UNREADABLE_FILE => {
            *left -= 1;
            false
        }
        _ => true,
    });
    new.map(|(_, entry)| entry).collect()
}

/// The errors of a model that are not findings, by their identity.
fn errors<'a>(
    (db, report): (&'a Database, &'a ModelReport),
) -> impl Iterator<Item = (String, &'a Entry)> {
    let errors = report
        .entries
        .iter()
        .filter(|entry| entry.is_error() && entry.diagnostic.code.class != Class::Finding);
    errors.map(move |entry| {
        let mut identity = identity(db, report, entry);
        // A diagnostic that represents several is only known by their number.
        if entry.diagnostic.stands_for > 1 {
            identity += &format!(" and {} more", entry.diagnostic.stands_for - 1);
        }
        (identity, entry)
    })
}

/// Keeps what is in the requested paths, and returns how much is elsewhere.
fn keep_selected(comparison: &mut Comparison, base: &Loaded, head: &Loaded) -> Elsewhere {
    let is_selected = |loaded: &Loaded, place: Place| {
        loaded.is_selected(place.decl.file(loaded.db()).path(loaded.db()))
    };
    let in_base = |place: Place| is_selected(base, place);
    let in_head = |place: Place| is_selected(head, place);
    let is_asked_for = |place: Where| match place {
        Where::Base(place) => in_base(place),
        Where::Head(place) => in_head(place),
        // Policy is about every part of a model.
        Where::Settings(_) => true,
    };
    let name_of = |id: FindingId| id.subject().part(Part::Name);
    let before = sizes(comparison);
    let Comparison {
        opened,
        changes,
        closed,
        unfound,
        renamed,
        texts,
    } = comparison;
    opened.retain(|opened| in_head(name_of(opened.assessed.finding.id)));
    changes.retain(|change| is_asked_for(change.place));
    closed.retain(|closed| is_asked_for(closed.place));
    unfound.retain(|unfound| in_base(name_of(unfound.finding.id)));
    renamed.retain(|(.., place)| in_head(*place));
    texts.retain(|(decl, _)| in_head(decl.part(Part::Name)));
    let kept = sizes(comparison);
    Elsewhere {
        findings: before.findings - kept.findings,
        others: before.others - kept.others,
    }
}

/// How many changes there are, not counting texts.
fn sizes(comparison: &Comparison) -> Elsewhere {
    Elsewhere {
        findings: comparison.opened.len(),
        others: comparison.changes.len() + comparison.closed.len() + comparison.renamed.len(),
    }
}

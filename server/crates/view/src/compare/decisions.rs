//! Whether what the head does about a finding was decided for the finding as it is now: an
//! acceptance or a plan holds up to the severity that it was made at, and for nothing that was not
//! found yet. It must not know how a finding is shown.

use super::comparer::Comparer;
use super::comparison::{Overruled, Topic};
use super::values::{in_text, values};
use threatline_model::{
    Assessed, Decl, EffectiveMitigation, Finding, FindingState, Part, TypedValue, accepted_up_to,
    accepts_of, full_name, is_proposed, library::short_name, mitigations_against_finding, typed,
};

impl Comparer<'_> {
    /// Why a finding of the head counts as open though it is accepted or planned, or no longer
    /// accepted because it got worse.
    pub fn overruled(&self, assessed: &Assessed) -> Option<Overruled> {
        let severity = assessed.finding.severity;
        match self.finding_in_base(assessed.finding.id) {
            Some(was) if is_decided(was.state) && was.finding.severity < severity => {
                let worse = Overruled::Worse {
                    state: was.state.word(),
                    was: was.finding.severity,
                };
                match assessed.state {
                    FindingState::Open => self.is_named(&assessed.finding).then_some(worse),
                    FindingState::Mitigated(_)
                    | FindingState::Dismissed(_)
                    | FindingState::OutOfScope => None,
                    FindingState::Planned(_) => Some(worse),
                    FindingState::Accepted(_) => self
                        .accept_up_to(&assessed.finding)
                        .is_none()
                        .then_some(worse),
                }
            }
            Some(_) => None,
            None => self.is_early(assessed).then_some(Overruled::Early {
                state: assessed.state.word(),
            }),
        }
    }

    /// Whether an `accept` of the head names a finding, up to whatever severity.
    fn is_named(&self, finding: &Finding) -> bool {
        accepts_of(self.head.db, finding).next().is_some()
    }

    /// The `accept` of the head that states a severity which covers a finding.
    fn accept_up_to(&self, finding: &Finding) -> Option<Decl> {
        let db = self.head.db;
        accepts_of(db, finding).find(|accept| {
            accepted_up_to(db, *accept).is_some_and(|level| finding.severity <= level)
        })
    }

    /// Reports that a finding which got worse is accepted as it is now, if it is.
    pub fn report_raised(&mut self, assessed: &Assessed) {
        let was = self.finding_in_base(assessed.finding.id);
        let got_worse = |was: &&Assessed| {
            is_decided(was.state) && was.finding.severity < assessed.finding.severity
        };
        let accept = match assessed.state {
            FindingState::Accepted(_) => self.accept_up_to(&assessed.finding),
            _ => None,
        };
        let (Some(was), Some(accept)) = (was.filter(got_worse), accept) else {
            return;
        };
        let db = self.head.db;
        let part = typed(db, accept).part("severity").unwrap_or(Part::Name);
        let name = assessed.finding.id.name(db);
        let message = format!(
            "{} accepts `{}` at {}, which was {} at {}",
            self.called(accept),
            short_name(&name),
            assessed.finding.severity.word(),
            was.state.word(),
            was.finding.severity.word(),
        );
        self.report_on(Topic::Weakened, accept, part, message);
    }

    /// Whether all that the head does about a finding which is new was decided in the base.
    fn is_early(&self, assessed: &Assessed) -> bool {
        let (db, finding) = (self.head.db, &assessed.finding);
        match assessed.state {
            FindingState::Open
            | FindingState::Mitigated(_)
            | FindingState::Dismissed(_)
            | FindingState::OutOfScope => false,
            FindingState::Accepted(_) => {
                accepts_of(db, finding).all(|accept| self.is_accepted_in_base(accept, finding))
            }
            FindingState::Planned(_) => {
                let against = mitigations_against_finding(db, finding);
                let mut plans = against
                    .iter()
                    .filter(|plan| !is_proposed(db, plan.mitigation));
                plans.all(|plan| self.is_planned_in_base(plan))
            }
        }
    }

    /// Whether an `accept` named a finding in the base as it does now, and up to the same severity.
    fn is_accepted_in_base(&self, accept: Decl, finding: &Finding) -> bool {
        let (base, head) = (self.base.db, self.head.db);
        let Some(old) = self.matching.in_base(accept) else {
            return false;
        };
        let in_base = |decl| self.matching.base_name(decl);
        let named = typed(base, old).get("findings");
        let named = named.map(|stated| values(stated, &in_base));
        let named = named.unwrap_or_default();
        // What the base names may be declared in the head only.
        let old_facts = old.facts(base);
        let written: Vec<_> = old_facts
            .properties
            .iter()
            .filter(|property| property.name == "findings")
            .flat_map(|property| &property.values)
            .collect();
        let new_facts = accept.facts(head);
        let Some(stated) = typed(head, accept).get("findings") else {
            return false;
        };
        let mut selecting = stated.values.iter().filter(|(_, value)| match value {
            TypedValue::Finding(selector) => finding.is_selected_by(selector),
            _ => false,
        });
        let as_before = selecting.all(|(index, value)| {
            let text = in_text(value, &|decl| full_name(head, decl).to_string());
            let properties = &new_facts.properties;
            let property = properties.get(stated.position as usize);
            let as_written = property.and_then(|property| property.values.get(*index as usize));
            named.contains(&text) || as_written.is_some_and(|value| written.contains(&value))
        });
        as_before && accepted_up_to(base, old) >= accepted_up_to(head, accept)
    }

    /// Whether a mitigation was on its way in the base already, against the same and listed by the
    /// same.
    fn is_planned_in_base(&self, plan: &EffectiveMitigation) -> bool {
        let (base, head) = (self.base.db, self.head.db);
        let Some(old) = self.matching.in_base(plan.mitigation) else {
            return false;
        };
        let is_listed = match self.matching.in_base(plan.by) {
            Some(by) => typed(base, by)
                .decls("mitigations")
                .any(|listed| listed == old),
            None => plan.by.in_library(head),
        };
        let counters_the_same = ["counters", "based_on"].iter().all(|property| {
            let before = typed(base, old).get(property);
            let after = typed(head, plan.mitigation).get(property);
            let before = before.map(|stated| values(stated, &|decl| self.matching.base_name(decl)));
            before == after.map(|stated| values(stated, &|decl| self.name(decl)))
        });
        is_listed && !is_proposed(base, old) && counters_the_same
    }
}

/// Whether someone has decided on a finding, and nothing counters it yet.
fn is_decided(state: FindingState) -> bool {
    matches!(state, FindingState::Planned(_) | FindingState::Accepted(_))
}

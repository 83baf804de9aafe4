//! What an `accept` accepts and did not: findings, and what it names besides. It must not know why
//! they are open.

use super::comparer::Comparer;
use super::comparison::Topic;
use super::values::{in_text, values};
use super::wording::{by_whom, until};
use threatline_model::{
    Assessed, Decl, FindingState, Part, TypedValue, library::short_name, typed,
};

impl Comparer<'_> {
    /// Compares what an `accept` of the head accepts with what it did, if it was there.
    pub fn compare_acceptance(&mut self, old: Option<Decl>, accept: Decl) {
        let db = self.head.db;
        let accepted = self.newly_accepted(old, accept).join(", ");
        let called = self.called(accept);
        if old.is_none() {
            let (by, until) = (by_whom(db, accept), until(db, accept));
            let message = format!("{called} is new: {by} accepts {accepted}{until}");
            self.report_on(Topic::Weakened, accept, Part::Name, message);
        } else if !accepted.is_empty() {
            let part = typed(db, accept).part("findings").unwrap_or(Part::Name);
            let message = format!("{called} also accepts {accepted}");
            self.report_on(Topic::Weakened, accept, part, message);
        }
    }

    /// The findings that it accepts and that were not accepted, then what it names besides.
    fn newly_accepted(&self, old: Option<Decl>, accept: Decl) -> Vec<String> {
        let of_accept = self
            .after
            .iter()
            .filter(|assessed| assessed.state == FindingState::Accepted(accept));
        let new: Vec<&Assessed> = of_accept
            .filter(|assessed| !self.was_accepted(assessed))
            .collect();
        // Of an `accept` that was there, what counts as open is not accepted.
        let counts = |assessed: &&&Assessed| old.is_none() || self.overruled(assessed).is_none();
        let mut accepted: Vec<String> = new
            .iter()
            .filter(counts)
            .map(|assessed| self.finding_named(assessed))
            .collect();
        let known = old.and_then(|old| typed(self.base.db, old).get("findings"));
        let known = known.map(|stated| values(stated, &|decl| self.matching.base_name(decl)));
        let known = known.unwrap_or_default();
        for (_, value) in typed(self.head.db, accept).values("findings") {
            let TypedValue::Finding(selector) = value else {
                continue;
            };
            let text = in_text(value, &|decl| self.name(decl));
            let mut new = new.iter();
            let is_new = new.any(|assessed| assessed.finding.is_selected_by(selector));
            if !known.contains(&text) && !is_new {
                accepted.push(format!("`{}`", short_name(&text)));
            }
        }
        accepted
    }

    fn was_accepted(&self, assessed: &Assessed) -> bool {
        let was = self.finding_in_base(assessed.finding.id);
        was.is_some_and(|was| matches!(was.state, FindingState::Accepted(_)))
    }
}

//! Which findings opened and closed, and why those that closed did. It must not know what else
//! changed.

use super::comparer::Comparer;
use super::comparison::{Closed, Opened, Where};
use super::wording::{by_whom, called, until};
use rustc_hash::FxHashMap;
use threatline_model::{
    Assessed, Decl, FindingId, FindingState, Part, checked_condition, in_one_sentence,
    library::short_name, reasons_against, rule_named, typed,
};

impl Comparer<'_> {
    /// Compares what is found in the two states.
    pub fn compare_findings(&mut self) {
        let (before, after) = (self.before, self.after);
        let states = after.iter().map(|assessed| {
            (
                assessed.finding.id.name(self.head.db).to_string(),
                assessed.state,
            )
        });
        let states: FxHashMap<String, FindingState> = states.collect();
        for assessed in after {
            self.report_raised(assessed);
            let opened = self.opened(assessed);
            self.comparison.opened.extend(opened);
        }
        for assessed in before {
            let name = self.matching.finding_name(assessed.finding.id);
            let now = states.get(&name).copied();
            let subject = self.matching.in_head(assessed.finding.id.subject());
            if assessed.state != FindingState::Open {
                if now.is_none() && subject.is_some() {
                    self.comparison.unfound.push(assessed.clone());
                }
            } else if now != Some(FindingState::Open) {
                let closed = self.closed(assessed, now, subject);
                self.comparison.closed.push(closed);
            }
        }
    }

    /// A finding of the head that is open and was not, or is worse than it was, or was decided on
    /// when it was less severe or not there.
    fn opened(&self, assessed: &Assessed) -> Option<Opened> {
        let overruled = self.overruled(assessed);
        if assessed.state != FindingState::Open && overruled.is_none() {
            return None;
        }
        let severity = assessed.finding.severity;
        let was = self.finding_in_base(assessed.finding.id);
        let is_as_before = was.is_some_and(|was| {
            was.state.word() == FindingState::Open.word() && was.finding.severity >= severity
        });
        (!is_as_before).then(|| Opened {
            assessed: assessed.clone(),
            before: was.map(|was| (was.state.word(), was.finding.severity)),
            overruled,
        })
    }

    /// A finding of the base that is not open any more, with what it is now and with its subject,
    /// as far as they are in the head.
    fn closed(
        &self,
        assessed: &Assessed,
        now: Option<FindingState>,
        subject: Option<Decl>,
    ) -> Closed {
        let place = match subject {
            Some(subject) => Where::Head(subject.part(Part::Name)),
            None => Where::Base(assessed.finding.id.subject().part(Part::Name)),
        };
        let why = match now {
            // The element says so, and its name is what a reader looks for.
            Some(FindingState::OutOfScope) | None => self.why_absent(assessed.finding.id, subject),
            Some(state) => self.why_treated(state),
        };
        Closed {
            assessed: assessed.clone(),
            now,
            why,
            place,
        }
    }

    fn why_treated(&self, state: FindingState) -> String {
        let name = |decl: Decl| short_name(&self.name(decl)).to_owned();
        match state {
            FindingState::Open | FindingState::OutOfScope => String::new(),
            FindingState::Planned(mitigation) => {
                format!("`{}` is planned to mitigate it", name(mitigation))
            }
            FindingState::Mitigated(mitigation) => format!("`{}` mitigates it", name(mitigation)),
            FindingState::Dismissed(dismiss) => {
                let by = by_whom(self.head.db, dismiss);
                format!("does not apply, decided by {by} (`{}`)", name(dismiss))
            }
            FindingState::Accepted(accept) => {
                let db = self.head.db;
                let (by, until) = (by_whom(db, accept), until(db, accept));
                format!("accepted by {by}{until} (`{}`)", name(accept))
            }
        }
    }

    /// Why a finding is not there any more.
    fn why_absent(&self, id: FindingId, subject: Option<Decl>) -> String {
        let Some(subject) = subject else {
            return format!("{} was removed", called(self.base.db, id.subject()));
        };
        if typed(self.head.db, subject).get("out_of_scope").is_some() {
            return format!("{} is out of scope", self.called(subject));
        }
        if let FindingId::Rule { rule, .. } = id
            && !rule.in_library(self.base.db)
            && self.matching.in_head(rule).is_none()
        {
            return format!("{} was removed", called(self.base.db, rule));
        }
        let obstacles = self.obstacles(id, subject);
        if obstacles.is_empty() {
            "the facts no longer match the rule".to_owned()
        } else {
            in_one_sentence(&obstacles)
        }
    }

    /// The facts of an element of the head for which a rule of the base does not find it.
    fn obstacles(&self, id: FindingId, element: Decl) -> Vec<String> {
        let db = self.head.db;
        let (FindingId::Rule { rule, .. }, Some(model)) = (id, self.head.model) else {
            return Vec::new();
        };
        let rule = rule_named(db, model, &self.matching.base_name(rule));
        let condition = rule.and_then(|rule| checked_condition(db, rule).condition.as_ref());
        let reasons = condition.map(|condition| reasons_against(db, condition, element));
        let reasons = reasons.unwrap_or_default().into_iter();
        reasons.map(|reason| reason.message).collect()
    }
}

//! Why a condition holds for an element or does not. It must not know what follows from either.

use crate::condition::{Condition, Count, Path};
use crate::db::{Db, Decl, Place};
use crate::definitions::is_used;
use crate::evaluation::{Truth, evaluate, members, other_end, subject, weigh_members};
use crate::facts::{FactCache, FactValue};
use crate::lower::Part;
use crate::names::{full_name, short_name};
use crate::vocabulary::{Aspect, Derived, Fact};
use crate::wording::{Reason, describe_fact, held, in_one_sentence, unspecified};
use rustc_hash::FxHashSet;

/// The facts that make a condition hold for an element, or would with the one that is missing.
pub fn reasons_for(db: &dyn Db, condition: &Condition, element: Decl) -> Vec<Reason> {
    let facts = FactCache::new(db);
    let mut collector = Collector::new(&facts, true);
    collector.collect(condition, element, "it", true);
    collector.each_once()
}

/// The facts for which a condition does not hold for an element.
pub fn reasons_against(db: &dyn Db, condition: &Condition, element: Decl) -> Vec<Reason> {
    let facts = FactCache::new(db);
    let mut collector = Collector::new(&facts, false);
    collector.collect(condition, element, "it", false);
    collector.each_once()
}

struct Collector<'db, 'facts> {
    facts: &'facts FactCache<'db>,
    reasons: Vec<Reason>,
    /// That a property is stated at all.
    stated: Vec<Reason>,
    /// Whether the reasons are for a finding. Then what a rule only excludes is not a reason.
    is_the_case: bool,
}

impl<'db, 'facts> Collector<'db, 'facts> {
    fn new(facts: &'facts FactCache<'db>, is_the_case: bool) -> Self {
        Collector {
            facts,
            reasons: Vec::new(),
            stated: Vec::new(),
            is_the_case,
        }
    }

    /// The reasons, each once. That a property is specified is left out where its value is a
    /// reason.
    fn each_once(self) -> Vec<Reason> {
        let places: FxHashSet<Option<Place>> =
            self.reasons.iter().map(|reason| reason.place).collect();
        let is_only_stated = |stated: &Reason| !places.contains(&stated.place);
        let stated = self.stated.into_iter().filter(is_only_stated);
        let mut seen = FxHashSet::default();
        let mut reasons: Vec<Reason> = self.reasons.into_iter().chain(stated).collect();
        reasons.retain(|reason| seen.insert(reason.clone()));
        reasons
    }

    /// Collects why a condition is as `wanted` for an element. `called` is "it", or its
    /// name.
    fn collect(&mut self, condition: &Condition, element: Decl, called: &str, wanted: bool) {
        let (facts, db) = (self.facts, self.facts.db());
        let is_left_out = self.is_the_case && !wanted;
        match condition {
            Condition::And(operands) | Condition::Or(operands) => {
                for operand in operands {
                    let truth = evaluate(facts, operand, element);
                    // Only operands with the wanted result are reasons, and unknown ones.
                    if truth != Truth::of(!wanted) {
                        self.collect(operand, element, called, wanted);
                    }
                }
            }
            Condition::Not(operand) => self.collect(operand, element, called, !wanted),
            Condition::Every(path, filter) => {
                for member in members(facts, path, element) {
                    let name = format!("`{}`", full_name(db, member));
                    self.collect(&filter.condition, member, &name, wanted);
                }
            }
            Condition::Count(count) => self.members(count, element, called),
            Condition::Stated(path) => self.stated(path, element, called, wanted),
            Condition::Used(technology) => self.used(*technology, element),
            Condition::Kin(..) if is_left_out => {}
            Condition::YesNo(path)
                if is_left_out && path.fact.derived == Some(Derived::Outbound) => {}
            Condition::Sensitivity(path, aspect, _, level) => {
                self.fact(path, element, called, Some((*aspect, *level)));
            }
            Condition::YesNo(path)
            | Condition::Word(path, ..)
            | Condition::OneOf(path, _)
            | Condition::Kin(path, _) => self.fact(path, element, called, None),
        }
    }

    fn stated(&mut self, path: &Path, element: Decl, called: &str, wanted: bool) {
        let Some(subject) = subject(self.facts, path, element) else {
            return;
        };
        let called = self.name(path, subject, called);
        let property = path.fact.name;
        let part = self.facts.typed(subject).part(property);
        let reason = Reason {
            message: if wanted {
                format!("{called} specifies `{property}`")
            } else {
                unspecified(&called, property)
            },
            place: Some(subject.part(part.unwrap_or(Part::Name))),
        };
        let list = if wanted {
            &mut self.stated
        } else {
            &mut self.reasons
        };
        list.push(reason);
    }

    fn used(&mut self, technology: Decl, element: Decl) {
        let db = self.facts.db();
        let name = short_name(db, technology);
        let elements = if is_used(db, element.model(db), technology) {
            "an element"
        } else {
            "no element"
        };
        self.reasons.push(Reason {
            message: format!("{elements} of the model has `technology: {name}`"),
            place: None,
        });
    }

    /// Collects the value of a fact; for assets, the one that decides an aspect.
    fn fact(&mut self, path: &Path, element: Decl, called: &str, aspect: Option<(Aspect, u8)>) {
        let (facts, db) = (self.facts, self.facts.db());
        let Some(subject) = subject(facts, path, element) else {
            return;
        };
        let called = self.name(path, subject, called);
        let reason = match (aspect, &*facts.value(subject, path.fact)) {
            (Some(aspect), FactValue::Assets(assets)) => {
                Some(held(db, subject, &called, path.fact, assets, aspect))
            }
            _ => describe_fact(facts, subject, &called, path.fact),
        };
        self.reasons.extend(reason);
    }

    fn name(&self, path: &Path, subject: Decl, called: &str) -> String {
        if path.steps.is_empty() {
            called.to_owned()
        } else {
            format!("`{}`", full_name(self.facts.db(), subject))
        }
    }

    /// Collects the members of a collection that meet what is counted, a reason each.
    fn members(&mut self, count: &Count, element: Decl, called: &str) {
        let (facts, path) = (self.facts, &count.path);
        let counted_for = subject(facts, path, element).unwrap_or(element);
        let matching: Vec<Decl> = match &count.filter {
            Some(filter) => {
                let members = weigh_members(facts, (path, filter), element, (true, false));
                members.into_iter().map(|(member, _)| member).collect()
            }
            None => members(facts, path, element),
        };
        if matching.is_empty() {
            let counted = counted_in_words(path.fact);
            let message = if members(facts, path, element).is_empty() {
                format!("{called} has no {counted}")
            } else {
                format!("{called} has no {counted} that match the rule's condition")
            };
            return self.reasons.push(Reason {
                message,
                place: Some(counted_for.part(Part::Name)),
            });
        }
        for member in matching {
            self.reasons.push(Reason {
                message: self.member(count, counted_for, member),
                place: Some(member.part(Part::Name)),
            });
        }
    }

    /// One line for a member: why it meets the condition, or how it is connected.
    fn member(&self, count: &Count, counted_for: Decl, member: Decl) -> String {
        let db = self.facts.db();
        let called = format!("`{}`", full_name(db, member));
        let mut inner = Collector::new(self.facts, self.is_the_case);
        if let Some(filter) = &count.filter {
            inner.collect(&filter.condition, member, &called, true);
        }
        // What is a reason by itself is not repeated for each member.
        let is_known = |message: &String| {
            let mut known = self.reasons.iter();
            known.any(|reason| reason.message == *message)
        };
        let reasons = inner.each_once().into_iter();
        let messages: Vec<String> = reasons
            .map(|reason| reason.message)
            .filter(|message| !is_known(message))
            .collect();
        if !messages.is_empty() {
            return in_one_sentence(&messages);
        }
        let other = other_end(db, counted_for, member);
        if other == member {
            format!("{called} is in the same boundary")
        } else {
            format!("{called} connects it to `{}`", full_name(db, other))
        }
    }
}

/// What is counted, in words.
fn counted_in_words(fact: Fact) -> &'static str {
    match fact.derived {
        Some(Derived::Incoming) => "incoming flows",
        Some(Derived::Outgoing) => "outgoing flows",
        Some(Derived::Neighbors) => "neighbors in its boundary",
        _ => fact.name,
    }
}

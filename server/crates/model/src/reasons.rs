//! Why a condition holds for an element, and why not. It must not know what follows from either.

use crate::condition::{Condition, Filter, Path};
use crate::db::{Db, Decl};
use crate::definitions::is_used;
use crate::evaluation::{Truth, evaluate, members, met, other_end, subject};
use crate::facts::{FactCache, FactValue};
use crate::lower::Part;
use crate::names::full_name;
use crate::properties::typed;
use crate::wording::{Reason, describe_fact, held};

/// The facts that make a condition hold for an element, or would with the one that is missing.
pub fn reasons(db: &dyn Db, condition: &Condition, element: Decl) -> Vec<Reason> {
    told(db, condition, element, true)
}

/// The facts for which a condition does not hold for an element.
pub fn reasons_against(db: &dyn Db, condition: &Condition, element: Decl) -> Vec<Reason> {
    told(db, condition, element, false)
}

fn told(db: &dyn Db, condition: &Condition, element: Decl, wanted: bool) -> Vec<Reason> {
    let facts = FactCache::new(db);
    let mut reasons = Reasons {
        facts: &facts,
        found: Vec::new(),
        stated: Vec::new(),
        of_what_is: wanted,
    };
    reasons.collect(condition, element, "it", wanted);
    reasons.each_once()
}

struct Reasons<'db, 'facts> {
    facts: &'facts FactCache<'db>,
    found: Vec<Reason>,
    /// That something is stated at all.
    stated: Vec<Reason>,
    /// Whether the reasons are for what is the case. Then what a rule merely leaves out is none.
    of_what_is: bool,
}

impl Reasons<'_, '_> {
    /// What was found, each once. That something is stated is not told beside what it says.
    fn each_once(self) -> Vec<Reason> {
        let is_alone =
            |stated: &Reason| !self.found.iter().any(|reason| reason.place == stated.place);
        let stated: Vec<Reason> = self.stated.into_iter().filter(is_alone).collect();
        let mut seen: Vec<Reason> = Vec::new();
        for reason in self.found.into_iter().chain(stated) {
            if !seen.contains(&reason) {
                seen.push(reason);
            }
        }
        seen
    }

    fn collect(&mut self, condition: &Condition, element: Decl, called: &str, wanted: bool) {
        let (facts, db) = (self.facts, self.facts.db());
        match condition {
            Condition::And(operands) | Condition::Or(operands) => {
                for operand in operands {
                    let truth = evaluate(facts, operand, element);
                    // Only what points the same way is a reason, and what is unknown.
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
            Condition::Count { path, filter, .. } => {
                self.members(path, filter.as_ref(), element, called)
            }
            Condition::Stated(path) => {
                if let Some(subject) = subject(facts, path, element) {
                    let called = self.name(path, subject, called);
                    let (states, property) = (
                        if wanted { "states" } else { "does not state" },
                        path.fact.name,
                    );
                    let message = format!("{called} {states} `{property}`");
                    let part = typed(db, subject).part(property).unwrap_or(Part::Name);
                    let list = if wanted {
                        &mut self.stated
                    } else {
                        &mut self.found
                    };
                    list.push(Reason {
                        message,
                        place: Some(subject.part(part)),
                    });
                }
            }
            Condition::Kin(..) if self.of_what_is && !wanted => {}
            Condition::YesNo(path)
                if self.of_what_is && !wanted && path.fact.name == "outbound" => {}
            Condition::Used(technology) => {
                let name = full_name(db, *technology);
                let name = name.strip_prefix("std.").unwrap_or(name);
                let used = is_used(db, element.model(db), *technology);
                let message = if used {
                    "something in the model"
                } else {
                    "nothing in the model"
                };
                self.found.push(Reason {
                    message: format!("{message} is made with `{name}`"),
                    place: None,
                });
            }
            Condition::YesNo(path)
            | Condition::Word(path, ..)
            | Condition::OneOf(path, _)
            | Condition::Sensitivity(path, ..)
            | Condition::Kin(path, _) => {
                if let Some(subject) = subject(facts, path, element) {
                    let called = self.name(path, subject, called);
                    match (condition, &*facts.value(subject, path.fact)) {
                        (
                            Condition::Sensitivity(_, aspect, _, level),
                            FactValue::Assets(assets),
                        ) => {
                            self.found.push(held(
                                db,
                                subject,
                                &called,
                                path.fact,
                                assets,
                                (*aspect, *level),
                            ));
                        }
                        _ => self
                            .found
                            .extend(describe_fact(facts, subject, &called, path.fact)),
                    }
                }
            }
        }
    }

    fn name(&self, path: &Path, subject: Decl, called: &str) -> String {
        if path.steps.is_empty() {
            called.to_owned()
        } else {
            format!("`{}`", full_name(self.facts.db(), subject))
        }
    }

    fn members(&mut self, path: &Path, filter: Option<&Filter>, element: Decl, called: &str) {
        let (facts, db) = (self.facts, self.facts.db());
        let of = subject(facts, path, element).unwrap_or(element);
        let matching: Vec<Decl> = match filter {
            Some(filter) => met(facts, path, filter, element, true, false)
                .into_iter()
                .map(|(member, _)| member)
                .collect(),
            None => members(facts, path, element),
        };
        if matching.is_empty() {
            let message = match filter {
                Some(_) => format!(
                    "none of `{}` of {called} meets the condition",
                    path.fact.name
                ),
                None => format!("{called} has no {}", path.fact.name),
            };
            return self.found.push(Reason {
                message,
                place: Some(of.part(Part::Name)),
            });
        }
        for member in matching {
            let other = other_end(db, of, member);
            let flow = format!("`{}`", full_name(db, member));
            // One line a member: what it does is its condition, told where it stands.
            let mut inner = Reasons {
                facts,
                found: Vec::new(),
                stated: Vec::new(),
                of_what_is: self.of_what_is,
            };
            if let Some(filter) = filter {
                inner.collect(&filter.condition, member, &flow, true);
            }
            let message = match inner
                .each_once()
                .into_iter()
                .map(|reason| reason.message)
                .collect::<Vec<_>>()
                .join(", and ")
            {
                told if told.is_empty() && other != member => {
                    format!("{flow} connects it with `{}`", full_name(db, other))
                }
                told if told.is_empty() => flow,
                told => told,
            };
            self.found.push(Reason {
                message,
                place: Some(member.part(Part::Name)),
            });
        }
    }
}

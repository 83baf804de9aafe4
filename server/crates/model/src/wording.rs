//! The facts of an element in words, each with the place that states it. It must not know which
//! rule asks for them.

use crate::assets::{aspect_of, why_held};
use crate::boundaries::crossed;
use crate::db::{Db, Decl, Place};
use crate::definitions::has_trait;
use crate::facts::{FactCache, FactValue};
use crate::headings::ends;
use crate::lower::Part;
use crate::names::{full_name, short_name};
use crate::properties::typed;
use crate::reach::{exposure, is_outbound, reached};
use crate::schema::{ASSET_KIND, CLASSIFICATION, LEVEL, TRUST};
use crate::taint::{Input, input, way};
use crate::trust_levels::{Below, trust};
use crate::vocabulary::{Aspect, Derived, Fact, Gives};
use threatline_syntax::Kind;
use threatline_syntax::prose::all_of;

/// A fact that is part of the reason for a finding, with the place that states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// The fact, as a sentence without its full stop.
    pub message: String,
    /// Where it is stated, or what it is derived from.
    pub place: Option<Place>,
}

/// A fact about an element, in words; `None` if it has no value to show. `called` is
/// the name of the element in the sentence: "it", or its full name.
pub fn describe_fact(facts: &FactCache, element: Decl, called: &str, fact: Fact) -> Option<Reason> {
    let subject = Subject {
        facts,
        db: facts.db(),
        element,
        called,
    };
    let value = facts.value(element, fact);
    match (fact.derived, &*value) {
        (_, FactValue::Unknown(missing)) => Some(Reason {
            message: unspecified(called, missing.property),
            place: Some(missing.element.part(Part::Name)),
        }),
        (Some(Derived::CrossesBoundary | Derived::Crosses), _) => Some(subject.crossing()),
        (Some(Derived::Exposed | Derived::ReachedFrom), _) => Some(subject.exposure()),
        (Some(Derived::Tainted), _) => Some(subject.input()),
        (Some(Derived::Outbound), FactValue::YesNo(_)) => Some(subject.outbound()),
        (Some(Derived::Trust), _) => Some(subject.trust()),
        (Some(Derived::Encrypted), FactValue::YesNo(yes)) => Some(subject.encryption(*yes)),
        (Some(Derived::Authenticated), FactValue::YesNo(yes)) => {
            let message = format!("{called} is {}authenticated", not_unless(*yes));
            Some(subject.reason(message, "authentication"))
        }
        (_, value) => subject.value(fact, value),
    }
}

/// The sentence that an element does not specify a property.
pub fn unspecified(called: &str, property: &str) -> String {
    format!("{called} does not specify `{property}`")
}

fn not_unless(yes: bool) -> &'static str {
    if yes { "" } else { "not " }
}

/// The element whose facts are described, and its name in the sentences.
struct Subject<'db, 'asked> {
    facts: &'asked FactCache<'db>,
    db: &'db dyn Db,
    element: Decl,
    called: &'asked str,
}

impl Subject<'_, '_> {
    /// A reason that is stated by a property, if it is stated at all.
    fn reason(&self, message: String, property: &str) -> Reason {
        let part = self.facts.typed(self.element).part(property);
        Reason {
            message,
            place: Some(self.element.part(part.unwrap_or(Part::Name))),
        }
    }

    fn crossing(&self) -> Reason {
        let (entered, left) = crossed(self.db, self.element);
        let crossings = [("leaves", left), ("enters", entered)];
        let verbs = crossings.iter().filter(|(_, crossed)| !crossed.is_empty());
        let verbs: Vec<String> = verbs
            .map(|(verb, crossed)| format!("{verb} {}", self.names(crossed)))
            .collect();
        // The outermost of what is entered is where trust changes most.
        match entered.last().or(left.last()) {
            Some(boundary) => Reason {
                message: format!("{} {}", self.called, verbs.join(" and ")),
                place: Some(boundary.part(Part::Name)),
            },
            None if exposure(self.db, self.element).flow().is_some() => self.exposure(),
            None if is_outbound(self.db, self.element) == Below::Yes => self.outbound(),
            None => Reason {
                message: format!("{} crosses no boundary", self.called),
                place: Some(self.element.part(Part::Name)),
            },
        }
    }

    fn names(&self, decls: &[Decl]) -> String {
        let names: Vec<String> = decls.iter().map(|decl| self.quoted(*decl)).collect();
        names.join(" and ")
    }

    fn quoted(&self, decl: Decl) -> String {
        format!("`{}`", full_name(self.db, decl))
    }

    fn exposure(&self) -> Reason {
        let (db, called) = (self.db, self.called);
        let Some(flow) = exposure(db, self.element).flow() else {
            let message = if self.element.kind(db) == Kind::Flow {
                format!("{called} does not start at a lower trust level")
            } else {
                let own = trust_word(db, Some(self.element));
                format!("{called} has trust level `{own}` and is not reached from a lower one")
            };
            return Reason {
                message,
                place: Some(self.element.part(Part::Name)),
            };
        };
        let (source, target) = ends(db, flow);
        let name = if flow == self.element {
            called.to_owned()
        } else {
            self.quoted(flow)
        };
        let forwarder = if self.element.kind(db) == Kind::Flow {
            None
        } else {
            reached(db, self.element).through
        };
        let (into, on) = match forwarder {
            Some(forwarder) => {
                let on = format!(", forwarded by {}", self.quoted(forwarder));
                (Some(self.element), on)
            }
            None => (target, String::new()),
        };
        let message = format!(
            "{name} crosses from trust level `{}` to `{}`{on}",
            trust_word(db, source),
            trust_word(db, into)
        );
        let by = source.and_then(|source| trust(db, source).stated_by());
        Reason {
            message,
            place: Some(trust_part(db, by.unwrap_or(flow))),
        }
    }

    /// How input reaches the element, or passes through the flow.
    fn input(&self) -> Reason {
        let (db, called) = (self.db, self.called);
        let is_flow = self.element.kind(db) == Kind::Flow;
        let element = if is_flow {
            ends(db, self.element).0.unwrap_or(self.element)
        } else {
            self.element
        };
        match input(db, element) {
            Input::Carried(taint) => {
                let way = way(db, element, taint);
                let flows: Vec<String> = way.iter().map(|(flow, _)| self.quoted(*flow)).collect();
                // The element by its name, since findings on its flows give the same reason.
                let message = format!(
                    "{} reaches {} from {} (trust level `{}`) through {}",
                    self.quoted(taint.asset),
                    self.quoted(element),
                    self.quoted(taint.step.origin),
                    TRUST.word(taint.step.trust),
                    all_of(&flows)
                );
                Reason {
                    message,
                    place: Some(taint.step.flow.part(Part::Name)),
                }
            }
            Input::Requested(_) if is_flow => Subject {
                element,
                called: &self.quoted(element),
                ..*self
            }
            .exposure(),
            Input::Requested(_) => self.exposure(),
            _ => Reason {
                message: format!("no input from a lower trust level reaches {called}"),
                place: Some(self.element.part(Part::Name)),
            },
        }
    }

    fn outbound(&self) -> Reason {
        let (source, target) = ends(self.db, self.element);
        let (from, to) = (trust_word(self.db, source), trust_word(self.db, target));
        let message = if from == to {
            format!("{} stays at trust level `{from}`", self.called)
        } else {
            format!(
                "{} crosses from trust level `{from}` to `{to}`",
                self.called
            )
        };
        self.by_boundary(
            message,
            target.and_then(|target| trust(self.db, target).stated_by()),
        )
    }

    fn trust(&self) -> Reason {
        let trust = trust(self.db, self.element);
        let message = format!("{} has trust level `{}`", self.called, trust.word());
        self.by_boundary(message, trust.stated_by())
    }

    /// A reason that follows from the trust of a boundary, if there is one.
    fn by_boundary(&self, message: String, boundary: Option<Decl>) -> Reason {
        let place = boundary.map(|boundary| trust_part(self.db, boundary));
        Reason {
            message,
            place: place.or(Some(self.element.part(Part::Name))),
        }
    }

    fn encryption(&self, yes: bool) -> Reason {
        let (called, not) = (self.called, not_unless(yes));
        if self.element.kind(self.db) == Kind::Store {
            let message = format!("the data in {called} is {not}encrypted");
            return self.reason(message, "encryption");
        }
        match self.facts.typed(self.element).decls("protocol").next() {
            Some(protocol) => {
                let encrypts = has_trait(self.db, protocol, "encrypted");
                let protocol = short_name(self.db, protocol);
                let message = if yes && !encrypts {
                    format!("{called} uses `{protocol}` through an encrypted tunnel")
                } else {
                    format!("{called} uses `{protocol}`, which is {not}encrypted")
                };
                self.reason(message, "protocol")
            }
            None => self.reason(format!("{called} is {not}encrypted"), "tunnel"),
        }
    }

    /// A value by itself.
    fn value(&self, fact: Fact, value: &FactValue) -> Option<Reason> {
        let (called, name) = (self.called, fact.name);
        let is_stated = self.facts.typed(self.element).get(name).is_some();
        let message = match (value, fact.gives) {
            (FactValue::YesNo(yes), _) => {
                format!("{called} has `{name}: {}`", if *yes { "yes" } else { "no" })
            }
            (FactValue::Word(word), Gives::Word(words)) if is_stated => {
                format!("{called} has `{name}: {}`", words.word(*word))
            }
            (FactValue::Word(word), Gives::Word(words)) => {
                format!("{called} has `{name}: {}` by default", words.word(*word))
            }
            (FactValue::Words(positions), Gives::Words(_)) if positions.is_empty() => {
                format!("{called} has no `{name}`")
            }
            (FactValue::Words(positions), Gives::Words(words)) => {
                let list: Vec<&str> = positions.iter().map(|word| words.word(*word)).collect();
                format!("{called} has `{name}: {}`", list.join(", "))
            }
            (FactValue::Named(named), _) if named.is_empty() => {
                return Some(Reason {
                    message: format!("{called} has no `{name}`"),
                    place: Some(self.element.part(Part::Name)),
                });
            }
            (FactValue::Named(named), _) => {
                let names: Vec<&str> = named
                    .iter()
                    .map(|named| short_name(self.db, *named))
                    .collect();
                format!("{called} has `{name}: {}`", names.join(", "))
            }
            (FactValue::Assets(assets), _) => {
                let most = (Aspect::Classification, 0);
                return Some(held(self.db, self.element, called, fact, assets, most));
            }
            _ => return None,
        };
        Some(self.reason(message, name))
    }
}

/// Facts as one sentence without its full stop. Facts about the same element share its name: "`a`
/// has `access: read` and carries `b`; `c` is not encrypted".
pub fn in_one_sentence(facts: &[String]) -> String {
    let mut subjects: Vec<(&str, Vec<&str>)> = Vec::new();
    for fact in facts {
        let (subject, predicate) = subject_and_predicate(fact);
        let mut known = subjects.iter_mut();
        match known.find(|(known, _)| !subject.is_empty() && *known == subject) {
            Some((_, predicates)) => predicates.push(predicate),
            None => subjects.push((subject, vec![predicate])),
        }
    }
    // "it" is what the sentence is about; after another name it would be read as that.
    subjects.sort_by_key(|(subject, _)| *subject != IT);
    let sentences: Vec<String> = subjects
        .into_iter()
        .map(|(subject, predicates)| format!("{subject}{}", one_predicate(&predicates)))
        .collect();
    sentences.join("; ")
}

const IT: &str = "it ";

/// "has `access: read`, `tenancy: multi` and `backup: no`", "has no `protocol` and crosses no
/// boundary".
fn one_predicate(predicates: &[&str]) -> String {
    let values: Option<Vec<&str>> = predicates
        .iter()
        .map(|predicate| predicate.strip_prefix("has "))
        .collect();
    let (verb, parts) = match values {
        Some(values) => ("has ", values),
        None => ("", predicates.to_vec()),
    };
    let Some((last, others)) = parts.split_last() else {
        return String::new();
    };
    // A part with a comma has a clause such as ", which is public", which a comma ends.
    match others {
        [] => format!("{verb}{last}"),
        [only] if !only.contains("`, ") => format!("{verb}{only} and {last}"),
        others => format!("{verb}{}, and {last}", others.join(", ")),
    }
}

/// The element that a fact is about, with the space after it, and the rest; no element where the
/// fact does not begin with one.
fn subject_and_predicate(fact: &str) -> (&str, &str) {
    let end = match fact.strip_prefix('`') {
        Some(rest) => rest.find("` ").map(|end| end + "`` ".len()),
        None => fact.starts_with(IT).then_some(IT.len()),
    };
    fact.split_at(end.unwrap_or(0))
}

fn trust_word(db: &dyn Db, end: Option<Decl>) -> &'static str {
    end.map_or("?", |end| trust(db, end).word())
}

/// The part of a boundary that states its trust.
fn trust_part(db: &dyn Db, boundary: Decl) -> Place {
    let part = typed(db, boundary).part("trust");
    boundary.part(part.unwrap_or(Part::Name))
}

/// The assets an element holds, shown by the decisive one: that of a kind, or else the most
/// sensitive one.
pub fn held(
    db: &dyn Db,
    element: Decl,
    called: &str,
    fact: Fact,
    assets: &[Decl],
    (aspect, level): (Aspect, u8),
) -> Reason {
    let verb = if element.kind(db) == Kind::Flow && fact.name != "sends" {
        "carries"
    } else {
        "holds"
    };
    // The first of the most sensitive, so that the answer does not depend on what comes after it.
    let most = match aspect {
        Aspect::Kind => assets
            .iter()
            .find(|asset| aspect_of(db, **asset, aspect) == level),
        _ => assets
            .iter()
            .rev()
            .max_by_key(|asset| aspect_of(db, **asset, aspect)),
    };
    let Some(&most) = most else {
        let message = match aspect {
            Aspect::Kind => format!(
                "{called} {verb} no asset of kind `{}`",
                ASSET_KIND.word(level)
            ),
            _ => format!("{called} {verb} no asset"),
        };
        return Reason {
            message,
            place: Some(element.part(Part::Name)),
        };
    };
    let position = aspect_of(db, most, aspect);
    let which = match aspect {
        Aspect::Classification => format!("which is {}", CLASSIFICATION.word(position)),
        Aspect::Integrity => format!("whose integrity is {}", LEVEL.word(position)),
        Aspect::Availability => format!("whose availability is {}", LEVEL.word(position)),
        Aspect::Personal if position == 1 => "which is personal data".to_owned(),
        Aspect::Personal => "which is not personal data".to_owned(),
        Aspect::Kind => format!("whose kind is `{}`", ASSET_KIND.word(position)),
    };
    let place = why_held(db, element, most).map(|(holder, part)| holder.part(part));
    Reason {
        message: format!("{called} {verb} `{}`, {which}", full_name(db, most)),
        place,
    }
}

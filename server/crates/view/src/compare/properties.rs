//! What a changed property means for a design: the one table of which way is the weaker one. It
//! must not know findings.

use super::matching::{is_text, values};
use super::{Comparer, Topic, unquoted};
use threatline_model::{
    Database, Decl, Kind, Part, broader_says, is_done,
    library::short_name,
    schema::{LEVEL, STATUS, Takes},
    sensitivity_of_asset, trust_of_boundary, typed,
};

/// What a change makes of a design.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Weaker,
    Neither,
}

impl From<bool> for Way {
    fn from(is_weaker: bool) -> Way {
        if is_weaker { Way::Weaker } else { Way::Neither }
    }
}

impl Comparer<'_> {
    /// Compares all that two states of a declaration say, but for texts and for mitigations of
    /// elements and of what is around them: those are told by what they protect.
    pub(super) fn properties(&mut self, old: Decl, new: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let kind = new.kind(head);
        let stated = |db, decl: Decl| typed(db, decl).stated.iter();
        let mut properties: Vec<_> = stated(base, old)
            .chain(stated(head, new))
            .filter(|stated| !is_text(stated.property))
            .collect();
        properties.sort_by_key(|stated| stated.property.name);
        properties.dedup_by_key(|stated| stated.property.name);
        for property in properties.into_iter().map(|stated| stated.property) {
            let (matching, name) = (self.matching, property.name);
            let in_base = |decl| matching.base_name(decl);
            let in_head = |decl| threatline_model::full_name(head, decl).to_string();
            let of = |db: &Database, decl, called: &dyn Fn(Decl) -> String| {
                typed(db, decl)
                    .get(name)
                    .map(|stated| values(stated, called))
                    .unwrap_or_default()
            };
            let (before, after) = (of(base, old, &in_base), of(head, new, &in_head));
            match (kind, name) {
                (Kind::Rule, "when") => self.condition(old, new),
                (Kind::Expect, _) => {}
                _ if before == after => {}
                (Kind::Threat, "mitigations") => self.list(new, name, &before, &after, true),
                (_, "mitigations") => {}
                (_, "evidence") if !after.is_empty() => {}
                (_, "out_of_scope") if !before.is_empty() && !after.is_empty() => {}
                (_, "integrity" | "availability") if self.same_need(old, new, name) => {}
                // Told as data that are more sensitive.
                (Kind::Asset, _) if self.is_more_sensitive(old, new, name) => {}
                _ if property.many => {
                    self.list(new, name, &before, &after, loses_when_shorter(kind, name))
                }
                _ => {
                    let way = self.way(kind, name, property.takes, (old, &before), (new, &after));
                    self.one(new, name, &before, &after, way);
                }
            }
        }
    }

    /// What is not stated of an asset may still be as it was.
    fn same_need(&self, old: Decl, new: Decl, name: &str) -> bool {
        let of = |db, decl| {
            let held = sensitivity_of_asset(db, decl);
            if name == "integrity" {
                held.integrity
            } else {
                held.availability
            }
        };
        of(self.base.db, old) == of(self.head.db, new)
    }

    fn condition(&mut self, old: Decl, new: Decl) {
        let condition = |db: &Database, decl: Decl| {
            let properties = decl.facts(db).properties.iter();
            properties
                .filter_map(|property| property.condition.clone())
                .next()
        };
        if condition(self.base.db, old) != condition(self.head.db, new) {
            let message = format!("{} asks for other facts", self.called(new));
            let part = self.part(new, "when");
            self.tell_of(Topic::Policy, new, part, message);
        }
    }

    /// A list: what is new in it and what is gone from it.
    fn list(&mut self, decl: Decl, name: &str, before: &[String], after: &[String], loses: bool) {
        let called = self.called(decl);
        let part = self.part(decl, name);
        let quoted = |words: Vec<&String>| {
            words
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let kind = decl.kind(self.head.db);
        let gone: Vec<&String> = before.iter().filter(|word| !after.contains(word)).collect();
        let new: Vec<&String> = after.iter().filter(|word| !before.contains(word)).collect();
        if !gone.is_empty() {
            let topic = self.topic(kind, loses.into());
            self.tell_of(
                topic,
                decl,
                part,
                format!("{called}: `{name}` lost {}", quoted(gone)),
            );
        }
        // What an `accept` accepts besides is told by its findings.
        if !new.is_empty() && kind != Kind::Accept {
            let topic = self.topic(kind, Way::Neither);
            self.tell_of(
                topic,
                decl,
                part,
                format!("{called}: `{name}` gained {}", quoted(new)),
            );
        }
    }

    fn one(&mut self, decl: Decl, name: &str, before: &[String], after: &[String], way: Way) {
        let said = |values: &[String]| {
            values
                .first()
                .map_or_else(|| "not stated".to_owned(), |value| quoted(value))
        };
        let message = match (name, after.first()) {
            ("out_of_scope", Some(why)) => format!(
                "{} is out of scope now: {}",
                self.called(decl),
                unquoted(why)
            ),
            ("out_of_scope", None) => format!("{} is in scope again", self.called(decl)),
            _ => format!(
                "{}: `{name}` is {}, and was {}",
                self.called(decl),
                said(after),
                said(before)
            ),
        };
        let topic = self.topic(decl.kind(self.head.db), way);
        let part = self.part(decl, name);
        self.tell_of(topic, decl, part, message);
    }

    fn topic(&self, kind: Kind, way: Way) -> Topic {
        match (kind, way) {
            (Kind::Rule | Kind::Technology | Kind::Protocol, _) => Topic::Policy,
            (_, Way::Weaker) => Topic::Weakened,
            (_, Way::Neither) => Topic::Changed,
        }
    }

    fn part(&self, decl: Decl, name: &str) -> Part {
        typed(self.head.db, decl).part(name).unwrap_or(Part::Name)
    }

    /// Which way a property of one value went.
    fn way(
        &self,
        kind: Kind,
        name: &str,
        takes: Takes,
        (old, before): (Decl, &[String]),
        (new, after): (Decl, &[String]),
    ) -> Way {
        let (base, head) = (self.base.db, self.head.db);
        let position = |words: &[String]| match takes {
            Takes::Words(list) => words.first().and_then(|word| list.position(word)),
            _ => None,
        };
        let (was, is) = (position(before), position(after));
        let is_gone = after.is_empty();
        let no = |words: &[String]| words.first().is_none_or(|word| word == "no");
        match (kind, name) {
            // Trusted further than before, whoever states it.
            (Kind::Boundary, "trust") => {
                (trust_of_boundary(head, new).0 > trust_of_boundary(base, old).0).into()
            }
            (Kind::Asset, "integrity") => (sensitivity_of_asset(head, new).integrity
                < sensitivity_of_asset(base, old).integrity)
                .into(),
            (Kind::Asset, "availability") => (sensitivity_of_asset(head, new).availability
                < sensitivity_of_asset(base, old).availability)
                .into(),
            (Kind::Mitigation, "status") => (is.or(STATUS.position("implemented"))
                < was.or(STATUS.position("implemented")))
            .into(),
            (Kind::Mitigation, "due") => {
                (!is_done(head, new) && (is_gone || (!before.is_empty() && after > before))).into()
            }
            (Kind::Mitigation, "evidence") => is_gone.into(),
            (Kind::Accept, "until") => (after > before).into(),
            (Kind::Accept, "by") => Way::Weaker,
            (Kind::Assumption, "validate_by") => {
                (is_gone || (!before.is_empty() && after > before)).into()
            }
            (Kind::Threat, "likelihood") => {
                (is.or(LEVEL.position("medium")) < was.or(LEVEL.position("medium"))).into()
            }
            (_, "out_of_scope") => (!is_gone).into(),
            (_, "tenancy") => (after.first().is_some_and(|word| word == "multi")).into(),
            (_, "personal" | "redundancy" | "backup" | "multi_factor") => {
                (!no(before) && no(after)).into()
            }
            (Kind::Flow, "tunnel") => {
                let none = |words: &[String]| words.first().is_none_or(|word| word == "none");
                (!none(before) && none(after)).into()
            }
            (Kind::Flow, "authentication") => {
                let weak = |words: &[String]| {
                    words
                        .first()
                        .is_none_or(|word| word == "none" || word == "network_address")
                };
                let none = after.first().is_some_and(|word| word == "none");
                (!weak(before) && weak(after) || none && !before.is_empty()).into()
            }
            (Kind::Flow, "protocol") => {
                let says = |db: &Database, decl: Decl, what| {
                    let protocol = typed(db, decl).decls("protocol").next();
                    protocol
                        .and_then(|protocol| broader_says(db, protocol, what))
                        .is_some_and(|(yes, _)| yes)
                };
                let lost = |what| says(base, old, what) && !says(head, new, what);
                (lost("encrypted") || lost("authenticated")).into()
            }
            (Kind::Process, "privileges") | (Kind::Flow, "access") => {
                (is_gone || (was.is_some() && is > was)).into()
            }
            (_, "classification" | "encryption" | "authorization" | "criticality" | "impact") => {
                (is_gone || is < was).into()
            }
            _ => Way::Neither,
        }
    }
}

/// Whether a list that is shorter says less of what is protected or looked at.
fn loses_when_shorter(kind: Kind, name: &str) -> bool {
    matches!(
        (kind, name),
        (Kind::Asset, "regulations")
            | (Kind::Mitigation, "counters" | "evidence")
            | (
                Kind::Threat,
                "category" | "targets" | "affects" | "mitigations"
            )
            | (Kind::Assumption, "about")
    )
}

fn quoted(word: &str) -> String {
    format!("`{}`", short_name(&unquoted(word)))
}

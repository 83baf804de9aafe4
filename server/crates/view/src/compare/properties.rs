//! What properties say that they did not. It must not know findings.

use super::comparer::Comparer;
use super::comparison::Topic;
use super::values::{hidden_in_words, is_text, values};
use super::ways::{PropertyChange, is_weaker, loses_when_shorter};
use super::wording::unquoted;
use threatline_model::{
    Database, Decl, Kind, Part, library::short_name, schema::Property, sensitivity_of_asset, typed,
};

impl Comparer<'_> {
    /// Compares all that two states of a declaration say, except for texts and for mitigations of
    /// elements and of what is around them: those are reported by what they protect.
    pub fn compare_properties(&mut self, old: Decl, new: Decl) {
        let stated = |db, decl: Decl| typed(db, decl).stated.iter();
        let stated = stated(self.base.db, old).chain(stated(self.head.db, new));
        let mut properties: Vec<&'static Property> = stated
            .map(|stated| stated.property)
            .filter(|property| !is_text(property))
            .collect();
        properties.sort_by_key(|property| property.name);
        properties.dedup_by_key(|property| property.name);
        for property in properties {
            self.compare_property(property, old, new);
        }
    }

    fn compare_property(&mut self, property: &'static Property, old: Decl, new: Decl) {
        let (kind, name) = (new.kind(self.head.db), property.name);
        let before = typed(self.base.db, old).get(name);
        let before = before.map(|stated| values(stated, &|decl| self.matching.base_name(decl)));
        let after = typed(self.head.db, new).get(name);
        let after = after.map(|stated| values(stated, &|decl| self.name(decl)));
        let change = PropertyChange {
            property,
            old,
            new,
            before: before.unwrap_or_default(),
            after: after.unwrap_or_default(),
        };
        let (was_stated, is_stated) = (!change.before.is_empty(), !change.after.is_empty());
        match (kind, name) {
            (_, "when" | "while") => self.compare_conditions(old, new, name),
            (Kind::Expect, _) => {}
            _ if change.before == change.after => {}
            (Kind::Threat, "mitigations") => self.report_list(&change, true),
            (_, "mitigations") => {}
            (_, "evidence") if is_stated => {}
            (_, "out_of_scope") if was_stated && is_stated => {}
            (_, "integrity" | "availability") if self.is_same_need(old, new, name) => {}
            // Told as data that are more sensitive.
            (Kind::Asset, _) if self.is_more_sensitive(old, new, name) => {}
            _ if property.many => self.report_list(&change, loses_when_shorter(kind, name)),
            _ => self.report_value(&change),
        }
    }

    /// What is not stated of an asset may still be as it was.
    fn is_same_need(&self, old: Decl, new: Decl, name: &str) -> bool {
        let was = sensitivity_of_asset(self.base.db, old);
        let is = sensitivity_of_asset(self.head.db, new);
        if name == "integrity" {
            was.integrity == is.integrity
        } else {
            was.availability == is.availability
        }
    }

    fn compare_conditions(&mut self, old: Decl, new: Decl, name: &str) {
        let condition = |db: &Database, decl: Decl| {
            let mut properties = decl.facts(db).properties.iter();
            properties.find_map(|property| property.condition.clone())
        };
        if condition(self.base.db, old) != condition(self.head.db, new) {
            let message = format!("{} has a different condition", self.called(new));
            let part = self.part(new, name);
            self.report_on(Topic::Policy, new, part, message);
        }
    }

    /// A list: what is gone from it and what is new in it.
    fn report_list(&mut self, change: &PropertyChange, is_weaker_without: bool) {
        let (decl, name) = (change.new, change.property.name);
        let kind = decl.kind(self.head.db);
        let (called, part) = (self.called(decl), self.part(decl, name));
        let gone = missing_in(&change.before, &change.after);
        if !gone.is_empty() {
            let message = format!("{called}: `{name}` lost {}", gone.join(", "));
            self.report_on(topic(kind, is_weaker_without), decl, part, message);
        }
        let new = missing_in(&change.after, &change.before);
        // What else an `accept` accepts is reported with its findings.
        if !new.is_empty() && kind != Kind::Accept {
            let message = format!("{called}: `{name}` gained {}", new.join(", "));
            // The first that are called enough let the others go.
            let is_weaker = kind == Kind::Threat && name == "enough" && change.before.is_empty();
            self.report_on(topic(kind, is_weaker), decl, part, message);
        }
    }

    fn report_value(&mut self, change: &PropertyChange) {
        let (decl, name) = (change.new, change.property.name);
        let called = self.called(decl);
        let message = match (name, change.after.first()) {
            ("out_of_scope", Some(why)) => {
                let hidden = hidden_in_words(self.head.db, decl);
                format!("{called} is now out of scope: {}{hidden}", unquoted(why))
            }
            ("out_of_scope", None) => format!("{called} is in scope again"),
            (_, after) => {
                let (is, was) = (value_in_words(after), value_in_words(change.before.first()));
                format!("{called}: `{name}` is now {is}, previously {was}")
            }
        };
        let is_weaker = is_weaker(self.base.db, self.head.db, change);
        let topic = topic(decl.kind(self.head.db), is_weaker);
        let part = self.part(decl, name);
        self.report_on(topic, decl, part, message);
    }

    fn part(&self, decl: Decl, name: &str) -> Part {
        typed(self.head.db, decl).part(name).unwrap_or(Part::Name)
    }
}

fn topic(kind: Kind, is_weaker: bool) -> Topic {
    match kind {
        Kind::Rule | Kind::Technology | Kind::Protocol | Kind::Dismiss => Topic::Policy,
        _ if is_weaker => Topic::Weakened,
        _ => Topic::Changed,
    }
}

/// The words that the others are without, in backticks.
fn missing_in(words: &[String], others: &[String]) -> Vec<String> {
    let missing = words.iter().filter(|word| !others.contains(word));
    missing.map(|word| quoted(word)).collect()
}

fn value_in_words(value: Option<&String>) -> String {
    value.map_or_else(|| "unspecified".to_owned(), |value| quoted(value))
}

fn quoted(word: &str) -> String {
    format!("`{}`", short_name(&unquoted(word)))
}

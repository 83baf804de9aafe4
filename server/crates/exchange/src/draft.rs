//! A threat model between formats: declarations with what they state, by keys instead of names. It
//! must not know any format.

mod analyzed;

pub use analyzed::{declared, of_model};

use crate::once::Once;
use crate::tree::Place;
use crate::words::plain_word;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{Date, Kind};

/// A model, as far as several tools can say it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What the system is called.
    pub title: String,
    /// What it is, in Markdown.
    pub description: String,
    /// Who answers for it.
    pub owner: Vec<String>,
    /// What is said of the model as a whole and has no place in it.
    pub comments: Vec<String>,
    /// The declarations, in the order in which they are told.
    pub items: Items,
    /// Decisions on findings of another tool.
    pub decisions: Vec<Decision>,
}

/// Declarations in their order, found by their keys.
#[derive(Clone, Debug, Default)]
pub struct Items {
    all: Vec<Item>,
    /// Where each key is in the list.
    indices: FxHashMap<String, usize>,
    /// Where the declarations of each kind are in the list.
    by_kind: BTreeMap<Kind, Vec<usize>>,
    keys: Once,
}

impl Items {
    /// Adds a declaration and gives its key, which gets a number if another has it: who names it
    /// means the first.
    pub fn push(&mut self, mut item: Item) -> String {
        item.key = self
            .keys
            .take(&item.key, |key, number| format!("{key} {number}"));
        let key = item.key.clone();
        self.indices.insert(key.clone(), self.all.len());
        self.by_kind
            .entry(item.kind)
            .or_default()
            .push(self.all.len());
        self.all.push(item);
        key
    }

    /// Whether there is a declaration of a key.
    pub fn contains(&self, key: &str) -> bool {
        self.indices.contains_key(key)
    }

    /// The declaration of a key.
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.index_of(key).map(|index| &self.all[index])
    }

    /// The same to change, but for its key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Item> {
        self.index_of(key).map(|index| &mut self.all[index])
    }

    /// Where the declaration of a key is in the order.
    pub fn index_of(&self, key: &str) -> Option<usize> {
        self.indices.get(key).copied()
    }

    /// The declaration at an index in the order.
    pub fn by_index(&self, index: usize) -> &Item {
        &self.all[index]
    }

    /// The same to change, but for its key.
    pub fn by_index_mut(&mut self, index: usize) -> &mut Item {
        &mut self.all[index]
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Item> {
        self.all.iter()
    }

    /// All of them to change, but for their keys.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Item> {
        self.all.iter_mut()
    }

    /// Takes out those that are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&Item) -> bool) {
        self.all.retain(keep);
        self.indices = self
            .all
            .iter()
            .enumerate()
            .map(|(index, item)| (item.key.clone(), index))
            .collect();
        self.by_kind.clear();
        for (index, item) in self.all.iter().enumerate() {
            self.by_kind.entry(item.kind).or_default().push(index);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Those of some kinds from an index on, in their order. No others are looked at.
    pub fn of_kind_since<'a>(
        &'a self,
        start: usize,
        kinds: &'a [Kind],
    ) -> impl Iterator<Item = &'a Item> {
        let kinds: BTreeSet<Kind> = kinds.iter().copied().collect();
        let mut remaining: Vec<&[usize]> = kinds
            .iter()
            .filter_map(|kind| self.by_kind.get(kind))
            .map(|indices| &indices[indices.partition_point(|index| *index < start)..])
            .collect();
        std::iter::from_fn(move || {
            let next = remaining
                .iter_mut()
                .filter(|indices| !indices.is_empty())
                .min_by_key(|indices| indices[0])?;
            let (index, rest) = next.split_first()?;
            *next = rest;
            Some(&self.all[*index])
        })
    }
}

impl Extend<Item> for Items {
    fn extend<T: IntoIterator<Item = Item>>(&mut self, items: T) {
        items.into_iter().for_each(|item| drop(self.push(item)));
    }
}

impl IntoIterator for Items {
    type Item = Item;
    type IntoIter = std::vec::IntoIter<Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

/// A declaration.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it declares.
    pub kind: Kind,
    /// What others call it by; unlike that of all others of the draft.
    pub key: String,
    /// What it may be called in the text, if that is known better than from the title.
    pub name: Option<String>,
    /// What people read.
    pub title: String,
    /// What it is, in Markdown.
    pub description: String,
    /// The key of the boundary that it is in.
    pub place: Option<String>,
    /// The keys of where a flow starts and of who answers it.
    pub ends: Option<(String, String)>,
    /// What it states, each property with its values.
    pub facts: Vec<(&'static str, Vec<Fact>)>,
    /// What has no place in it, a line each.
    pub comments: Vec<String>,
    /// The part of the system that it belongs to, where the other tool has such.
    pub part: Option<String>,
    /// The values of properties that have many, to know which are stated.
    many: FxHashMap<&'static str, FxHashSet<Fact>>,
}

/// How many values of a property are looked through for one that is stated already.
const MAX_LOOKED_THROUGH: usize = 16;

/// A value of a property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A word of a list, or `yes` or `no`.
    Word(String),
    /// A text.
    Text(String),
    /// Another declaration of the draft, by its key.
    Item(String),
    /// A declaration of the library, by its name.
    Library(String),
    /// A day.
    Date(Date),
    /// CWE-79 and the like.
    Reference(String),
    /// A finding: the name of a rule or a category, and the key of what it is on.
    Finding(String, String),
}

impl Fact {
    /// The key of the declaration that it names.
    pub fn key(&self) -> Option<&str> {
        match self {
            Fact::Item(key) | Fact::Finding(_, key) => Some(key),
            _ => None,
        }
    }

    /// The same to change.
    fn key_mut(&mut self) -> Option<&mut String> {
        match self {
            Fact::Item(key) | Fact::Finding(_, key) => Some(key),
            _ => None,
        }
    }

    /// It as people write it, with what a declaration is called by its key.
    pub fn in_words(&self, name_of: impl Fn(&str) -> String) -> String {
        match self {
            Fact::Word(text) | Fact::Text(text) | Fact::Library(text) | Fact::Reference(text) => {
                text.clone()
            }
            Fact::Item(key) => name_of(key),
            Fact::Date(date) => date.to_string(),
            Fact::Finding(rule, key) => format!("{rule}@{}", name_of(key)),
        }
    }
}

/// Values as people write them, for comments; declarations by their keys.
pub fn facts_in_words(facts: &[Fact]) -> String {
    facts
        .iter()
        .map(|fact| fact.in_words(str::to_owned))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What was decided on findings of another tool.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The rules of the library that find the same, any of them.
    pub rules: &'static [&'static str],
    /// The keys of the elements that it may be on, and of threats that it is about.
    pub on: Vec<String>,
    /// What was decided.
    pub is: Decided,
    /// What the risk may be called in the text, such as `path_traversal`.
    pub name: String,
    /// Why, as people read it.
    pub title: String,
    /// Where the work is tracked.
    pub ticket: Option<String>,
    /// What is kept in a comment if no finding fits, and with what was decided.
    pub comment: String,
    /// Where it stands in the document, for the report.
    pub place: Place,
    /// The way to it.
    pub path: String,
}

/// What was decided.
#[derive(Clone, Debug)]
pub enum Decided {
    /// Someone takes it on.
    Accepted {
        /// Who.
        by: String,
        /// The last day, made up: a person has to fill it in, and is told to.
        until: Date,
        /// Why.
        because: String,
    },
    /// Something is done about it, of this status.
    Mitigated(&'static str),
}

impl Item {
    /// A declaration that states nothing yet.
    pub fn new(kind: Kind, key: impl Into<String>, title: impl Into<String>) -> Item {
        Item {
            kind,
            key: key.into(),
            name: None,
            title: title.into(),
            description: String::new(),
            place: None,
            ends: None,
            facts: Vec::new(),
            comments: Vec::new(),
            part: None,
            many: FxHashMap::default(),
        }
    }

    /// Gives it its description, unless that only repeats the title.
    pub fn describe(&mut self, text: Option<String>) {
        if let Some(text) = text
            && !text.is_empty()
            && plain_word(&text) != plain_word(&self.title)
        {
            self.description = text;
        }
    }

    /// Adds a line that is kept.
    pub fn comment(&mut self, comment: impl Into<String>) {
        self.comments.push(comment.into());
    }

    /// States a value, after others of the same property.
    pub fn state(&mut self, property: &'static str, fact: Fact) {
        let Some((_, facts)) = self.facts.iter_mut().find(|(name, _)| *name == property) else {
            self.facts.push((property, vec![fact]));
            return;
        };
        if facts.len() <= MAX_LOOKED_THROUGH {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
            return;
        }
        let stated = self.many.entry(property).or_default();
        // Others may have taken some out, or stated the first of them.
        if stated.len() != facts.len() {
            *stated = facts.iter().cloned().collect();
        }
        if stated.insert(fact.clone()) {
            facts.push(fact);
        }
    }

    /// Changes the keys of the declarations that its properties name.
    pub fn change_keys(&mut self, change: impl Fn(&mut String)) {
        let facts = self.facts.iter_mut().flat_map(|(_, facts)| facts);
        facts.filter_map(Fact::key_mut).for_each(change);
        self.many.clear();
    }

    /// Takes back what was stated of a property.
    pub fn clear(&mut self, property: &str) {
        self.facts.retain(|(name, _)| *name != property);
    }

    /// States a word, if there is one.
    pub fn word(&mut self, property: &'static str, word: Option<&str>) {
        if let Some(word) = word {
            self.state(property, Fact::Word(word.to_owned()));
        }
    }

    /// States yes or no, if it is known.
    pub fn yes_no(&mut self, property: &'static str, yes: Option<bool>) {
        self.word(property, yes.map(|yes| if yes { "yes" } else { "no" }));
    }

    /// States a text, if there is one.
    pub fn text(&mut self, property: &'static str, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.state(property, Fact::Text(text));
        }
    }

    /// States something of the library.
    pub fn library(&mut self, property: &'static str, names: &[&str]) {
        for name in names {
            self.state(property, Fact::Library((*name).to_owned()));
        }
    }

    /// Whether a property is stated.
    pub fn has(&self, property: &str) -> bool {
        !self.get(property).is_empty()
    }

    /// The values of a property.
    pub fn get(&self, property: &str) -> &[Fact] {
        self.facts
            .iter()
            .find(|(name, _)| *name == property)
            .map(|(_, facts)| facts.as_slice())
            .unwrap_or_default()
    }

    /// The first word of a property.
    pub fn stated(&self, property: &str) -> Option<&str> {
        match self.get(property).first()? {
            Fact::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The first text of a property.
    pub fn said(&self, property: &str) -> Option<&str> {
        match self.get(property).first()? {
            Fact::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The keys that a property names.
    pub fn keys(&self, property: &str) -> impl Iterator<Item = &str> {
        self.get(property).iter().filter_map(|fact| match fact {
            Fact::Item(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// The texts or words of a property.
    pub fn words(&self, property: &str) -> impl Iterator<Item = &str> {
        self.get(property).iter().filter_map(|fact| match fact {
            Fact::Word(text) | Fact::Text(text) | Fact::Library(text) | Fact::Reference(text) => {
                Some(text.as_str())
            }
            _ => None,
        })
    }
}

impl Draft {
    /// A title for a flow that has none, of its ends.
    pub fn title_of_ends(&self, flow: &Item) -> String {
        let Some((source, target)) = &flow.ends else {
            return String::new();
        };
        let title = |key: &str| self.items.get(key).map_or("", |item| item.title.as_str());
        format!("{} to {}", title(source), title(target))
    }

    /// The declarations of some kinds.
    pub fn of_kind<'a>(&'a self, kinds: &'a [Kind]) -> impl Iterator<Item = &'a Item> {
        self.items.of_kind_since(0, kinds)
    }

    /// Declarations by what they name, such as flows by their ends.
    pub fn grouped<'d, K: Iterator<Item = &'d str>>(
        &'d self,
        kinds: &'d [Kind],
        by: impl Fn(&'d Item) -> K,
    ) -> FxHashMap<&'d str, Vec<&'d Item>> {
        let mut groups: FxHashMap<&str, Vec<&Item>> = FxHashMap::default();
        for item in self.of_kind(kinds) {
            for key in by(item) {
                let group = groups.entry(key).or_default();
                // What names something twice is in its group once.
                if group.last().is_none_or(|last| last.key != item.key) {
                    group.push(item);
                }
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_stated_once_however_many_there_are() {
        let mut item = Item::new(Kind::Process, "key", "Title");
        for round in 0..2 {
            for number in 0..100 {
                item.state("handles", Fact::Item(number.to_string()));
                assert_eq!(
                    item.get("handles").len(),
                    if round == 0 { number + 1 } else { 100 }
                );
            }
        }
        item.change_keys(|key| key.insert(0, 'k'));
        item.state("handles", Fact::Item("k7".to_owned()));
        item.state("handles", Fact::Item("7".to_owned()));
        assert_eq!(item.get("handles").len(), 101);
        item.clear("handles");
        item.state("handles", Fact::Item("7".to_owned()));
        assert_eq!(item.get("handles").len(), 1);
    }

    #[test]
    fn declarations_of_some_kinds_are_in_the_order_of_all() {
        let mut items = Items::default();
        for kind in [Kind::Store, Kind::Flow, Kind::Process, Kind::Store] {
            items.push(Item::new(kind, "key", ""));
        }
        let keys = |items: &Items, start: usize| -> Vec<String> {
            items
                .of_kind_since(start, &[Kind::Process, Kind::Store, Kind::Process])
                .map(|item| item.key.clone())
                .collect()
        };
        assert_eq!(keys(&items, 0), ["key", "key 3", "key 4"]);
        assert_eq!(keys(&items, 1), ["key 3", "key 4"]);
        items.retain(|item| item.key != "key");
        assert_eq!(keys(&items, 0), ["key 3", "key 4"]);
    }
}

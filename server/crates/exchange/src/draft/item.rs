//! A declaration with what it states. It must not know which others there are.

use crate::words::plain_word;
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::{Date, Kind};

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

/// How many values of a property are searched for one that is stated already.
const MAX_LOOKED_THROUGH: usize = 16;

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
    pub fn first_text(&self, property: &str) -> Option<&str> {
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
}

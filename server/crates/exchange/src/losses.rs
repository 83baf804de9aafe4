//! What a document for another tool says, and what it cannot. It must not know any format.

use crate::draft::{Draft, Item};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use threatline_model::Kind;

/// A document for another tool.
#[derive(Debug)]
pub struct Export {
    /// The document.
    pub text: String,
    /// What it cannot say: what that is, and why.
    pub losses: Vec<String>,
}

/// What a document cannot say.
#[derive(Debug, Default)]
pub struct Losses(RefCell<Lost>);

/// What is lost, in the order of when it first was.
#[derive(Debug, Default)]
struct Lost {
    losses: Vec<Loss>,
    /// The indices of losses by their subjects and reasons.
    indices: FxHashMap<(String, String), usize>,
}

/// Something that is lost in the same way of several declarations.
#[derive(Debug)]
struct Loss {
    /// A property, or a kind of declarations.
    subject: String,
    why: String,
    /// The keys of the declarations.
    keys: FxHashSet<String>,
    /// Those that are named, in their order.
    named: Vec<String>,
}

/// How many declarations are named of those that lose the same.
const MAX_NAMED: usize = 3;

/// Why a property is lost that a format does not have.
pub const NO_PLACE: &str = "no equivalent in the format";

impl Losses {
    /// A property of a declaration is lost; without a property, the whole declaration.
    pub fn add(&self, item: &Item, property: &str, why: &str) {
        let subject = if property.is_empty() {
            item.kind.word()
        } else {
            property
        };
        let mut lost = self.0.borrow_mut();
        let next = lost.losses.len();
        let index = *lost
            .indices
            .entry((subject.to_owned(), why.to_owned()))
            .or_insert(next);
        if index == next {
            lost.losses.push(Loss {
                subject: subject.to_owned(),
                why: why.to_owned(),
                keys: FxHashSet::default(),
                named: Vec::new(),
            });
        }
        lost.losses[index].add(&item.key);
    }

    /// Those of the given properties that a declaration states are lost.
    pub fn of(&self, item: &Item, properties: &[&str]) {
        for property in properties.iter().filter(|property| item.has(property)) {
            self.add(item, property, NO_PLACE);
        }
    }

    /// What components state is lost.
    pub fn of_components(&self, draft: &Draft) {
        for component in draft.of_kind(&[Kind::Component]) {
            let properties: Vec<&str> = component.facts.iter().map(|(name, _)| *name).collect();
            self.of(component, &properties);
        }
    }

    /// Only the first of several values is kept.
    pub fn more_than_one(&self, item: &Item, properties: &[&str]) {
        for property in properties {
            if item.get(property).len() > 1 {
                let why = "the format allows one value; the others were dropped";
                self.add(item, property, why);
            }
        }
    }

    /// A line for what is lost in the same way.
    pub fn into_lines(self) -> Vec<String> {
        let lost = self.0.into_inner();
        lost.losses.into_iter().map(Loss::into_line).collect()
    }
}

impl Loss {
    fn add(&mut self, key: &str) {
        if self.keys.insert(key.to_owned()) && self.named.len() < MAX_NAMED {
            self.named.push(key.to_owned());
        }
    }

    fn into_line(self) -> String {
        let named: Vec<String> = self.named.iter().map(|key| format!("`{key}`")).collect();
        let more = match self.keys.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let Loss { subject, why, .. } = self;
        format!("`{subject}` of {}{more}: {why}", named.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_counts_once_and_few_are_named() {
        let losses = Losses::default();
        for number in (0..1000).chain(0..1000) {
            let item = Item::new(Kind::Process, format!("p{number}"), "");
            losses.add(&item, "owner", NO_PLACE);
            losses.add(&item, "", NO_PLACE);
        }
        let lost = losses.0.borrow();
        let kept = lost
            .losses
            .iter()
            .map(|loss| (loss.keys.len(), loss.named.len()));
        assert_eq!(kept.collect::<Vec<_>>(), [(1000, MAX_NAMED); 2]);
        drop(lost);
        assert_eq!(
            losses.into_lines(),
            [
                "`owner` of `p0`, `p1`, `p2` and 997 more: no equivalent in the format",
                "`process` of `p0`, `p1`, `p2` and 997 more: no equivalent in the format",
            ]
        );
    }
}

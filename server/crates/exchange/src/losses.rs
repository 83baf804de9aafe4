//! What a document for another tool says, and what it cannot. It must not know any format.

use crate::draft::{Draft, Item};
use rustc_hash::FxHashSet;
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
pub struct Losses(RefCell<Vec<String>>);

impl Losses {
    /// That something of a declaration is not said.
    pub fn add(&self, item: &Item, property: &str, why: &str) {
        let property = if property.is_empty() { String::new() } else { format!(", `{property}`") };
        self.0.borrow_mut().push(format!("{} `{}`{property}: {why}", item.kind.word(), item.key));
    }

    /// That properties of a declaration are not said, of those that are stated.
    pub fn of(&self, item: &Item, properties: &[&str]) {
        for property in properties.iter().filter(|property| !item.get(property).is_empty()) {
            self.add(item, property, "the format has no place for it");
        }
    }

    /// That what components state is not said.
    pub fn of_components(&self, draft: &Draft) {
        for component in draft.of_kind(&[Kind::Component]) {
            self.of(component, &component.facts.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        }
    }

    /// That of several values the first alone is said.
    pub fn more_than_one(&self, item: &Item, properties: &[&str]) {
        for property in properties.iter().filter(|property| item.get(property).len() > 1) {
            self.add(item, property, "the format has one value; the others are left out");
        }
    }

    /// All of them, each once.
    pub fn into_inner(self) -> Vec<String> {
        let mut all = self.0.into_inner();
        let mut seen = FxHashSet::default();
        all.retain(|loss| seen.insert(loss.clone()));
        all
    }
}

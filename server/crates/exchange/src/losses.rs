//! What a document for another tool says, and what it cannot. It must not know any format.

use crate::draft::{Draft, Item};
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

/// What a document cannot say: which property, why, and of which declarations.
#[derive(Debug, Default)]
pub struct Losses(RefCell<Vec<(String, String, Vec<String>)>>);

/// How many declarations are named of those that lose the same.
const MOST_NAMED: usize = 3;

impl Losses {
    /// That something of a declaration is not said; without a property, all of it.
    pub fn add(&self, item: &Item, property: &str, why: &str) {
        let mut all = self.0.borrow_mut();
        let what = if property.is_empty() {
            item.kind.word()
        } else {
            property
        };
        let named = format!("`{}`", item.key);
        match all
            .iter_mut()
            .find(|(known, reason, _)| known == what && reason == why)
        {
            Some((_, _, items)) if items.contains(&named) => {}
            Some((_, _, items)) => items.push(named),
            None => all.push((what.to_owned(), why.to_owned(), vec![named])),
        }
    }

    /// That properties of a declaration are not said, of those that are stated.
    pub fn of(&self, item: &Item, properties: &[&str]) {
        for property in properties
            .iter()
            .filter(|property| !item.get(property).is_empty())
        {
            self.add(item, property, "the format has no place for it");
        }
    }

    /// That what components state is not said.
    pub fn of_components(&self, draft: &Draft) {
        for component in draft.of_kind(&[Kind::Component]) {
            self.of(
                component,
                &component
                    .facts
                    .iter()
                    .map(|(name, _)| *name)
                    .collect::<Vec<_>>(),
            );
        }
    }

    /// That of several values the first alone is said.
    pub fn more_than_one(&self, item: &Item, properties: &[&str]) {
        for property in properties
            .iter()
            .filter(|property| item.get(property).len() > 1)
        {
            self.add(
                item,
                property,
                "the format has one value; the others are left out",
            );
        }
    }

    /// All of them, a line for what is lost in the same way.
    pub fn into_inner(self) -> Vec<String> {
        let line = |(what, why, items): (String, String, Vec<String>)| {
            let more = items.len().saturating_sub(MOST_NAMED);
            let mut named = items
                .into_iter()
                .take(MOST_NAMED)
                .collect::<Vec<_>>()
                .join(", ");
            if more > 0 {
                named += &format!(" and {more} more");
            }
            format!("`{what}` of {named}: {why}")
        };
        self.0.into_inner().into_iter().map(line).collect()
    }
}

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

/// What a document cannot say.
#[derive(Debug, Default)]
pub struct Losses(RefCell<Vec<Loss>>);

/// Something that is lost in the same way of several declarations.
#[derive(Debug)]
struct Loss {
    /// A property, or a kind of declarations.
    subject: String,
    why: String,
    /// The keys of the declarations.
    keys: Vec<String>,
}

/// How many declarations are named of those that lose the same.
const MAX_NAMED: usize = 3;

/// Why a property is lost that a format does not have.
pub const NO_PLACE: &str = "the format has no place for it";

impl Losses {
    /// That something of a declaration is not said; without a property, all of it.
    pub fn add(&self, item: &Item, property: &str, why: &str) {
        let subject = if property.is_empty() {
            item.kind.word()
        } else {
            property
        };
        let mut losses = self.0.borrow_mut();
        match losses
            .iter_mut()
            .find(|loss| loss.subject == subject && loss.why == why)
        {
            Some(loss) if loss.keys.contains(&item.key) => {}
            Some(loss) => loss.keys.push(item.key.clone()),
            None => losses.push(Loss {
                subject: subject.to_owned(),
                why: why.to_owned(),
                keys: vec![item.key.clone()],
            }),
        }
    }

    /// That properties of a declaration are not said, of those that are stated.
    pub fn of(&self, item: &Item, properties: &[&str]) {
        for property in properties.iter().filter(|property| item.has(property)) {
            self.add(item, property, NO_PLACE);
        }
    }

    /// That what components state is not said.
    pub fn of_components(&self, draft: &Draft) {
        for component in draft.of_kind(&[Kind::Component]) {
            let properties: Vec<&str> = component.facts.iter().map(|(name, _)| *name).collect();
            self.of(component, &properties);
        }
    }

    /// That of several values the first alone is said.
    pub fn more_than_one(&self, item: &Item, properties: &[&str]) {
        for property in properties {
            if item.get(property).len() > 1 {
                let why = "the format has one value; the others are left out";
                self.add(item, property, why);
            }
        }
    }

    /// A line for what is lost in the same way.
    pub fn into_lines(self) -> Vec<String> {
        let losses = self.0.into_inner();
        losses.into_iter().map(Loss::into_line).collect()
    }
}

impl Loss {
    fn into_line(self) -> String {
        let named: Vec<String> = self
            .keys
            .iter()
            .take(MAX_NAMED)
            .map(|key| format!("`{key}`"))
            .collect();
        let more = match self.keys.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let Loss { subject, why, .. } = self;
        format!("`{subject}` of {}{more}: {why}", named.join(", "))
    }
}

//! What can be written at a place, as plain data. It must not know how it was chosen.

use threatline_model::{Kind, Span};

/// What can be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What it takes the place of: the word at the cursor, before and behind it.
    pub word: Span,
    /// The best first.
    pub items: Vec<Item>,
    /// Whether there are more, so that it is to be asked again when more is typed.
    pub is_incomplete: bool,
}

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub sort: Sort,
    /// What is shown beside it, on one line.
    pub detail: Option<String>,
    /// The text to insert, if it differs from the label.
    pub insert: Option<String>,
    /// Likewise with places to fill in, for an editor that can: `$0`, `${1:name}`.
    pub snippet: Option<String>,
    /// The text to filter by, if it differs from the label.
    pub filter: Option<String>,
    /// The word that people have for it by which it was found, shown behind the label.
    pub alias: Option<&'static str>,
    /// What explains it.
    pub about: About,
}

/// What an item is, for its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A word of the language.
    Keyword,
    /// The name of a property.
    Property,
    /// One of some words.
    Word,
    /// A declaration.
    Declaration(Kind),
    /// The id of a published entry.
    Reference,
    /// A day, a text.
    Value,
    /// A finding.
    Finding,
    /// A fact of a condition.
    Fact,
    /// A function of a condition.
    Function,
}

/// What explains an item. It is kept as names, so that it can be looked up when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing in addition.
    Nothing,
    /// A kind of declarations.
    Kind(Kind),
    /// A property of a kind.
    Property(Kind, &'static str),
    /// A sentence.
    Text(String),
    /// A declaration, by its full name.
    Declaration(String),
    /// A published entry.
    Reference(&'static str),
    /// A finding, by its name.
    Finding(String),
    /// A function.
    Function(&'static str),
}

impl Item {
    /// An item that is written as it is shown.
    pub fn new(label: impl Into<String>, sort: Sort, detail: Option<String>, about: About) -> Item {
        Item {
            label: label.into(),
            sort,
            detail,
            insert: None,
            snippet: None,
            filter: None,
            alias: None,
            about,
        }
    }
}

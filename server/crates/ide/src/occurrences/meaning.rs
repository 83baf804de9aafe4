//! What a word can mean. It must not know how that is found out.

use threatline_model::{
    Decl, Fact, Kind, Part, Span,
    schema::{Property, Words},
};

/// What a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It names the declaration that it is in.
    Declares(Decl),
    /// It names another declaration.
    Names(Decl),
    /// It says what is declared.
    Kind(Kind),
    /// It is a property's name.
    Property(Kind, &'static Property),
    /// It is a word of a list.
    Word(&'static Words, u8),
    /// It is `yes` or `no`.
    YesNo(bool),
    /// It is the id of a published entry.
    Reference,
    /// It is a fact, in a condition.
    Fact(Fact),
    /// It is a function, in a condition.
    Function,
}

/// A word, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The declaration that it is in.
    pub within: Decl,
    /// The part of the declaration that it is of.
    pub part: Part,
    /// Where it is.
    pub span: Span,
    /// What it means.
    pub meaning: Meaning,
}

impl Occurrence {
    /// The declaration that is named, be it here or elsewhere.
    pub fn decl(&self) -> Option<Decl> {
        match self.meaning {
            Meaning::Declares(decl) | Meaning::Names(decl) => Some(decl),
            _ => None,
        }
    }
}

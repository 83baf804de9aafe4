//! The values of properties, as data: those that fit the schema, with names resolved. It must not
//! know how they are checked.

use crate::db::Decl;
use crate::diagnostic::Diagnostic;
use crate::identity::FindingSelector;
use crate::lower::Part;
use crate::schema::{Property, STRIDE, Takes};
use jiff::civil::Date;
use smol_str::SmolStr;

/// A set of STRIDE categories, a bit each, in the order of [`STRIDE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Categories(pub u8);

impl Categories {
    /// The set with one category, by its position in [`STRIDE`].
    pub fn one(position: u8) -> Categories {
        Categories(1 << position)
    }

    /// Whether the two sets share a category.
    pub fn overlaps(self, other: Categories) -> bool {
        self.0 & other.0 != 0
    }

    /// The words of the categories.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        (0..STRIDE.words.len() as u8)
            .filter(move |position| self.0 & (1 << position) != 0)
            .map(|position| STRIDE.word(position))
    }

    /// The categories in a sentence: "information disclosure, tampering".
    pub fn in_words(self) -> String {
        let words = self.words().map(|word| word.replace('_', " "));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// A value that fits its property.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypedValue {
    /// A word, by its position in the property's list.
    Word(u8),
    /// `yes` or `no`.
    YesNo(bool),
    /// A declaration.
    Decl(Decl),
    /// The word `nothing`: the list is empty, and that is stated.
    Nothing,
    /// A STRIDE category where a rule or a threat may stand too, by its position.
    Category(u8),
    /// A string.
    Text(SmolStr),
    /// A date.
    Date(Date),
    /// A reference.
    Reference(SmolStr),
    /// A finding: a rule, or a category, on an element.
    Finding(FindingSelector),
}

/// A property that the kind has, with the values that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedProperty {
    /// Which property.
    pub property: &'static Property,
    /// Its place among the properties of the declaration.
    pub position: u16,
    /// The values, each with its place.
    pub values: Box<[(u16, TypedValue)]>,
}

/// What a declaration states, and what is wrong with it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The properties, as stated.
    pub stated: Vec<StatedProperty>,
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
}

impl Typed {
    /// A property that is stated with at least one value that fits.
    pub fn get(&self, name: &str) -> Option<&StatedProperty> {
        self.stated
            .iter()
            .find(|stated| stated.property.name == name && !stated.values.is_empty())
    }

    /// Whether a property is written, with values that fit or with others.
    pub fn is_written(&self, name: &str) -> bool {
        self.stated
            .iter()
            .any(|stated| stated.property.name == name)
    }

    /// The values of a property that fit, each with its place.
    pub fn values(&self, name: &str) -> &[(u16, TypedValue)] {
        self.get(name)
            .map(|stated| &*stated.values)
            .unwrap_or_default()
    }

    /// The word of a property.
    pub fn word(&self, name: &str) -> Option<u8> {
        match self.values(name).first()?.1 {
            TypedValue::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The words of a property, as they stand in their list.
    pub fn words(&self, name: &str) -> Vec<u8> {
        self.values(name)
            .iter()
            .filter_map(|(_, value)| {
                if let TypedValue::Word(word) = value {
                    Some(*word)
                } else {
                    None
                }
            })
            .collect()
    }

    /// The categories that `category` states.
    pub fn categories(&self) -> Categories {
        Categories(
            self.words("category")
                .into_iter()
                .fold(0, |set, word| set | 1 << word),
        )
    }

    /// The yes or no of a property.
    pub fn yes_no(&self, name: &str) -> Option<bool> {
        match self.values(name).first()?.1 {
            TypedValue::YesNo(answer) => Some(answer),
            _ => None,
        }
    }

    /// The date of a property.
    pub fn date(&self, name: &str) -> Option<Date> {
        match self.values(name).first()?.1 {
            TypedValue::Date(date) => Some(date),
            _ => None,
        }
    }

    /// The string of a property.
    pub fn text(&self, name: &str) -> Option<&SmolStr> {
        match &self.values(name).first()?.1 {
            TypedValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The references of a property.
    pub fn references(&self) -> impl Iterator<Item = &SmolStr> {
        self.values("references").iter().filter_map(|(_, value)| {
            if let TypedValue::Reference(id) = value {
                Some(id)
            } else {
                None
            }
        })
    }

    /// Whether a property states a word, or `yes` or `no`.
    pub fn states(&self, name: &str, word: &str) -> bool {
        let Some(stated) = self.get(name) else {
            return false;
        };
        let is_word = |value: &TypedValue| match (value, stated.property.takes) {
            (TypedValue::Word(position), Takes::Words(words)) => words.word(*position) == word,
            (TypedValue::YesNo(yes), _) => (word == "yes") == *yes,
            _ => false,
        };
        stated.values.iter().any(|(_, value)| is_word(value))
    }

    /// The declarations that a property names, each with the part at which it does.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (Decl, Part)> {
        let stated = self.get(name);
        stated.into_iter().flat_map(|stated| {
            stated
                .values
                .iter()
                .filter_map(|(index, value)| match value {
                    TypedValue::Decl(decl) => Some((*decl, Part::Value(stated.position, *index))),
                    _ => None,
                })
        })
    }

    /// The declarations that a property names.
    pub fn decls(&self, name: &str) -> impl Iterator<Item = Decl> {
        self.named(name).map(|(decl, _)| decl)
    }

    /// The part at which a property is.
    pub fn part(&self, name: &str) -> Option<Part> {
        Some(Part::Property(self.get(name)?.position))
    }
}

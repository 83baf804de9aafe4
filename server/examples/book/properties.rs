//! A table of the properties of each kind of declaration. It must not decide what a property means.

use crate::markdown::{code, table};
use crate::pages::Pages;
use crate::words;
use std::io::Result;
use threatline_model::{
    Gives, Kind, fact_named,
    schema::{KINDS, KindSchema, Property, Takes},
};

/// The kinds that are elements.
pub const ELEMENTS: [Kind; 4] = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];

/// Writes the tables as parts `properties-of-KIND`.
pub fn write(pages: &Pages) -> Result<()> {
    KINDS.iter().try_for_each(|schema| {
        let name = format!("properties-of-{}", schema.kind.word());
        pages.write_part(&name, &properties(schema))
    })
}

fn properties(schema: &KindSchema) -> String {
    let rows = schema.properties.iter().map(|property| {
        [
            code(property.name),
            value(property),
            default(schema.kind, property),
            property.doc.to_owned(),
        ]
    });
    table(["property", "value", "default", "meaning"], rows)
}

fn value(property: &Property) -> String {
    let (one, several) = match property.takes {
        Takes::Text => ("a string".to_owned(), "strings".to_owned()),
        Takes::Glob => ("a glob".to_owned(), "globs".to_owned()),
        Takes::Words(list) => (words::linked(list), words::linked(list)),
        Takes::YesNo => ("`yes` or `no`".to_owned(), String::new()),
        Takes::Date => ("a date".to_owned(), "dates".to_owned()),
        Takes::Reference => ("a reference".to_owned(), "references".to_owned()),
        Takes::Name(kinds) if kinds == ELEMENTS => ("an element".to_owned(), "elements".to_owned()),
        Takes::Name(kinds) => (
            format!("a {}", linked(kinds[0], kinds[0].word())),
            names_of(kinds),
        ),
        Takes::Countered => (
            String::new(),
            "[threats](#threat), [rules](#rule), [STRIDE categories](words.md#stride-category)"
                .to_owned(),
        ),
        Takes::Finding => (
            String::new(),
            "[findings](analysis.md#names-of-findings)".to_owned(),
        ),
        Takes::Condition => (
            "a [condition](conditions.md#conditions)".to_owned(),
            String::new(),
        ),
    };
    if property.many {
        format!("list of {several}")
    } else {
        one
    }
}

/// The kinds that a list may name; all elements are one entry.
fn names_of(kinds: &[Kind]) -> String {
    let has_elements = ELEMENTS.iter().all(|kind| kinds.contains(kind));
    let others = kinds
        .iter()
        .filter(|kind| !has_elements || !kind.is_element());
    let plural = |kind: &Kind| match kind.word().strip_suffix('y') {
        Some(stem) => linked(*kind, &format!("{stem}ies")),
        None => linked(*kind, &format!("{}s", kind.word())),
    };
    others
        .map(plural)
        .chain(has_elements.then(|| "elements".to_owned()))
        .collect::<Vec<_>>()
        .join(", ")
}

fn linked(kind: Kind, text: &str) -> String {
    format!("[{text}](#{})", kind.word())
}

fn default(kind: Kind, property: &Property) -> String {
    let fact = || fact_named(&[kind], property.name).map(|fact| fact.gives);
    match (property.default, property.takes) {
        _ if property.required => "**required**".to_owned(),
        (Some(default), Takes::Words(words)) if words.position(default).is_some() => code(default),
        (Some(default), _) => default.to_owned(),
        (None, _) if kind.is_element() && matches!(fact(), Some(Gives::Word(_) | Gives::YesNo)) => {
            "unknown".to_owned()
        }
        _ => String::new(),
    }
}

//! The facts that conditions may use. It must not know how they are computed.

use crate::markdown::{code, table};
use crate::pages::Pages;
use crate::properties::ELEMENTS;
use crate::words;
use std::io::Result;
use threatline_model::{DERIVED_FACTS, Gives, Kind, Many, fact_named, schema};

/// Writes the parts `derived-facts` and `stated-facts`.
pub fn write(pages: &Pages) -> Result<()> {
    pages.write_part("derived-facts", &derived())?;
    pages.write_part("stated-facts", &stated())
}

fn derived() -> String {
    let rows = DERIVED_FACTS.iter().map(|fact| {
        [
            code(fact.name),
            in_words(fact.kinds),
            value(fact.gives),
            fact.doc.to_owned(),
        ]
    });
    table(["fact", "elements", "value", "meaning"], rows)
}

/// The properties of elements as facts, each once.
fn stated() -> String {
    let mut names: Vec<&str> = Vec::new();
    for property in ELEMENTS
        .iter()
        .flat_map(|kind| schema::of(*kind).properties)
    {
        if !names.contains(&property.name) {
            names.push(property.name);
        }
    }
    table(
        ["fact", "elements", "value", "if unspecified"],
        names.into_iter().filter_map(stated_fact),
    )
}

fn stated_fact(name: &str) -> Option<[String; 4]> {
    let kinds: Vec<Kind> = ELEMENTS
        .into_iter()
        .filter(|kind| schema::of(*kind).property(name).is_some())
        .filter(|kind| fact_named(&[*kind], name).is_some())
        .collect();
    let fact = fact_named(&kinds, name)?;
    let property = schema::of(kinds[0]).property(name)?;
    let unspecified = match (property.default, fact.gives) {
        (Some(default), _) => code(default),
        (None, Gives::Word(_) | Gives::YesNo) => "unknown".to_owned(),
        (None, Gives::Words(_) | Gives::Assets) => "empty".to_owned(),
        (None, Gives::Named(_)) => "`is` is false".to_owned(),
        _ => "`stated(…)` is false".to_owned(),
    };
    Some([code(name), in_words(&kinds), value(fact.gives), unspecified])
}

fn in_words(kinds: &[Kind]) -> String {
    if kinds == ELEMENTS {
        return "all".to_owned();
    }
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(", ")
}

fn value(gives: Gives) -> String {
    match gives {
        Gives::YesNo => "`yes` or `no`".to_owned(),
        Gives::Word(list) => words::linked(list),
        Gives::Words(list) => format!("list of {}", words::linked(list)),
        Gives::Assets => "assets".to_owned(),
        Gives::Named(kind) => format!("a {}", kind.word()),
        Gives::Elements(_, Many::One) => "an element".to_owned(),
        Gives::Elements(kinds, Many::Several) if kinds == [Kind::Flow] => "flows".to_owned(),
        Gives::Elements(..) => "elements".to_owned(),
        Gives::Opaque => "only in `stated(…)`".to_owned(),
    }
}

//! What the language has: kinds of declarations and their properties, words of lists, references,
//! and the facts and functions of conditions. It must not know a model.

use super::wording::capital;
use crate::explain::{Explanation, Section};
use threatline_model::{
    Fact, Gives, Kind, Many, fact_named,
    references::{self, List},
    schema::{self, NOTHING, Property, Takes, Words},
    takes_in_words,
};
use threatline_syntax::prose::{quoted_list, with_article};

use Section::{Code, Item, Text};

/// What a kind of declaration is.
pub fn kind_of_declaration(kind: Kind) -> Explanation {
    let schema = schema::of(kind);
    let names = schema.properties.iter().map(|property| property.name);
    let parts = vec![
        Text(schema.doc.to_owned()),
        Text(format!("Its properties: {}.", quoted_list(names))),
    ];
    Explanation {
        title: kind.word().to_owned(),
        parts,
    }
}

/// What a property means and takes.
pub fn property(kind: Kind, property: &Property) -> Explanation {
    let mut parts = vec![Text(property.doc.to_owned())];
    let list = if property.many {
        ", one or several"
    } else {
        ""
    };
    match property.takes {
        Takes::Words(words) => {
            parts.push(Text(format!("Possible values{list}:")));
            parts.extend(
                words
                    .words
                    .iter()
                    .map(|(word, meaning)| Item(format!("`{word}`: {meaning}"), None)),
            );
        }
        takes => parts.push(Text(format!("It takes {}{list}.", takes_in_words(takes)))),
    }
    if property.required {
        parts.push(Text("It is required.".to_owned()));
    }
    if let Some(default) = property.default {
        let is_word = !default.contains(' ');
        let default = if is_word {
            format!("`{default}`")
        } else {
            default.to_owned()
        };
        parts.push(Text(format!("Default: {default}.")));
    } else if kind.is_element()
        && matches!(property.takes, Takes::Words(_) | Takes::YesNo)
        && !property.many
    {
        parts.push(Text(
            "If unspecified, rules that need it ask for it.".to_owned(),
        ));
    }
    Explanation {
        title: format!("{} of {}", property.name, with_article(kind.word())),
        parts,
    }
}

/// What a word of a list means.
pub fn word(words: &Words, position: u8) -> Explanation {
    let Some((word, meaning)) = words.words.get(position as usize) else {
        return Explanation::default();
    };
    let mut parts = vec![Text((*meaning).to_owned())];
    if words.ordered {
        parts.push(Text(format!(
            "From lowest to highest: {}.",
            quoted_list(words.names())
        )));
    }
    Explanation {
        title: format!("{word}, {}", words.called),
        parts,
    }
}

/// What a reference leads to.
pub fn reference(id: &str) -> Explanation {
    let mut parts = Vec::new();
    if let Some(list) = List::of(id) {
        let entry = match list {
            List::Asvs => "A requirement; the title is that of its chapter".to_owned(),
            _ => capital(&with_article(list.entry())),
        };
        parts.push(Text(format!(
            "{entry}. {} {}, by {}.",
            list.full_name(),
            list.version(),
            list.publisher()
        )));
    }
    if references::is_unknown(id) {
        parts.push(Text("It is not in the published lists.".to_owned()));
    }
    if references::find(id).is_some_and(|entry| entry.deprecated) {
        parts.push(Text("Its publisher has deprecated it.".to_owned()));
    }
    parts.extend(references::link(id).map(Text));
    Explanation {
        title: references::label(id),
        parts,
    }
}

/// What a fact of a condition is.
pub fn fact(fact: Fact) -> Explanation {
    let gives = gives_in_words(fact.gives);
    let kind = if fact.derived.is_some() {
        "a derived fact"
    } else {
        "a stated fact"
    };
    let parts = vec![
        Text(fact.meaning().to_owned()),
        Text(gives),
        Text(having_in_words(fact)),
    ];
    Explanation {
        title: format!("{}, {kind}", fact.name),
        parts,
    }
}

fn gives_in_words(gives: Gives) -> String {
    match gives {
        Gives::YesNo => "It is `yes` or `no`.".to_owned(),
        Gives::Word(words) => {
            let names = quoted_list(words.names());
            format!("It is {}: {names}.", words.called)
        }
        Gives::Words(words) => {
            let names = quoted_list(words.names());
            format!("It is a list, each {}: {names}.", words.called)
        }
        Gives::Assets => "It is a list of assets, compared by their classification: \
                          `>= confidential`. To compare another property, add it after a dot: \
                          `.classification`, `.integrity`, `.availability`, `.personal`, `.kind`."
            .to_owned(),
        Gives::Named(kind) => format!("It is a {}: compare it with `is`.", kind.word()),
        Gives::Elements(_, Many::One) => {
            "It is an element: its facts follow after a dot.".to_owned()
        }
        Gives::Elements(_, Many::Several) => "It is a list of elements, for `any`, `all`, `no`, \
                                              `count` and `components`."
            .to_owned(),
        Gives::Opaque => "It can only be used in `stated(…)`.".to_owned(),
    }
}

/// Which elements have a fact, and what it is of those that do not state it.
fn having_in_words(fact: Fact) -> String {
    let kinds = Kind::ALL.into_iter();
    let elements: Vec<Kind> = kinds.filter(|kind| kind.is_element()).collect();
    let kinds = elements.iter().copied();
    let having: Vec<Kind> = kinds
        .filter(|kind| fact_named(&[*kind], fact.name) == Some(fact))
        .collect();
    let had = if having == elements {
        "Every element has it.".to_owned()
    } else {
        let words: Vec<&str> = having.iter().map(|kind| kind.word()).collect();
        format!("Elements that have it: {}.", words.join(", "))
    };
    let property = having
        .first()
        .and_then(|kind| schema::of(*kind).property(fact.name));
    let unstated = match (property, fact.gives) {
        _ if fact.derived.is_some() => return had,
        (
            Some(Property {
                default: Some(default),
                ..
            }),
            _,
        ) => format!("it is `{default}`"),
        (Some(_), Gives::Word(_) | Gives::YesNo) => "rules that need it ask for it".to_owned(),
        (Some(_), Gives::Words(_) | Gives::Assets) => "it is empty".to_owned(),
        (Some(_), Gives::Named(_)) => "`is` is false".to_owned(),
        _ => return had,
    };
    format!("{had} If unspecified, {unstated}.")
}

/// The functions of conditions: how each is called, and what it is.
pub static FUNCTIONS: &[(&str, &str, &str)] = &[
    (
        "any",
        "any(incoming where exposed)",
        "True if at least one element matches.",
    ),
    (
        "all",
        "all(incoming where encrypted)",
        "True if there is at least one element and all of them match. Requires `where`.",
    ),
    ("no", "no(outgoing)", "True if no element matches."),
    (
        "count",
        "count(incoming where exposed) > 2",
        "The number of elements that match, compared with a whole number on the right.",
    ),
    (
        "components",
        "components(incoming where access >= write) > 2",
        "The number of different components at the other ends of the flows, compared with a whole \
         number on the right. An element outside all components counts on its own.",
    ),
    (
        "stated",
        "stated(authentication)",
        "True if the property is specified. Never unknown.",
    ),
    (
        "used",
        "used(vault)",
        "True if an element of the model uses this technology. Never unknown.",
    ),
];

/// What the word for an empty list is, with the properties that take it.
pub fn nothing() -> Explanation {
    let meanings = schema::KINDS.iter().flat_map(|schema| {
        let properties = schema.properties.iter();
        properties.filter_map(move |property| {
            let meaning = property.nothing?;
            let kind = with_article(schema.kind.word());
            Some(format!("`{}` of {kind}: {meaning}", property.name))
        })
    });
    let mut parts = vec![Text(
        "States that a list is empty, so that no rule asks for it.".to_owned(),
    )];
    parts.extend(meanings.map(|meaning| Item(meaning, None)));
    Explanation {
        title: format!("{NOTHING}, a value of lists"),
        parts,
    }
}

/// What a function of conditions is.
pub fn function(name: &str) -> Option<Explanation> {
    let (name, example, doc) = FUNCTIONS.iter().find(|(known, ..)| *known == name)?;
    let parts = vec![Text((*doc).to_owned()), Code((*example).to_owned())];
    Some(Explanation {
        title: format!("{name}, a function of conditions"),
        parts,
    })
}

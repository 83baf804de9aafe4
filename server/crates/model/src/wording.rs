//! The facts of an element in words, each with the place that states it. It must not know for which
//! rule they are told.

use crate::assets::{aspect_of, why_held};
use crate::boundaries::crossed;
use crate::db::{Db, Decl, Place};
use crate::exposure::{exposed_by, reached, trust};
use crate::facts::{FactCache, FactValue};
use crate::headings::ends;
use crate::lower::Part;
use crate::names::full_name;
use crate::properties::typed;
use crate::schema::{ASSET_KIND, CLASSIFICATION, LEVEL, TRUST};
use crate::vocabulary::{Aspect, Fact, Gives};
use threatline_syntax::Kind;

/// A fact that is part of the reason for a finding, with the place that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The fact, as a sentence without its full stop.
    pub message: String,
    /// Where it is stated, or what it is derived from.
    pub place: Option<Place>,
}

/// What a fact says of an element, in words. `called` is what the element is called: "it", or its
/// name.
pub fn describe_fact(facts: &FactCache, element: Decl, called: &str, fact: Fact) -> Vec<Reason> {
    let (db, stated) = (facts.db(), facts.typed(element));
    let at = |property: &str| Some(element.part(stated.part(property).unwrap_or(Part::Name)));
    let one = |message: String, place: Option<Place>| vec![Reason { message, place }];
    match (fact.name, &*facts.value(element, fact)) {
        (_, FactValue::Unknown(missing)) => one(
            format!("{called} states no `{}`", missing.property),
            Some(missing.element.part(Part::Name)),
        ),
        ("crosses_boundary" | "crosses", _) => {
            let (entered, left) = crossed(db, element);
            let named = |verb: &str, boundaries: &[Decl]| match boundaries {
                [] => None,
                _ => {
                    let names: Vec<String> = boundaries
                        .iter()
                        .map(|boundary| format!("`{}`", full_name(db, *boundary)))
                        .collect();
                    Some(format!("{verb} {}", names.join(" and ")))
                }
            };
            let told: Vec<String> = [named("leaves", left), named("enters", entered)]
                .into_iter()
                .flatten()
                .collect();
            // The outermost of what is entered is where trust changes most.
            match entered.last().or(left.last()) {
                Some(boundary) => one(
                    format!("{called} {}", told.join(" and ")),
                    Some(boundary.part(Part::Name)),
                ),
                None => one(format!("{called} crosses no boundary"), at("")),
            }
        }
        ("exposed" | "reached_from", _) => match exposed_by(db, element) {
            Some(flow) => {
                let (source, target) = ends(db, flow);
                let trusted =
                    |end: Option<Decl>| end.map_or("?", |end| TRUST.word(trust(db, end).0));
                let name = if flow == element {
                    called.to_owned()
                } else {
                    format!("`{}`", full_name(db, flow))
                };
                let place = source
                    .and_then(|source| trust(db, source).1)
                    .unwrap_or(flow);
                let part = typed(db, place).part("trust").unwrap_or(Part::Name);
                let through = (element.kind(db) != Kind::Flow)
                    .then(|| reached(db, element).through)
                    .flatten();
                let (into, on) = match through {
                    Some(through) => (
                        Some(element),
                        format!(", and `{}` hands it on", full_name(db, through)),
                    ),
                    None => (target, String::new()),
                };
                one(
                    format!(
                        "{name} comes from a place of trust `{}` into one of trust `{}`{on}",
                        trusted(source),
                        trusted(into)
                    ),
                    Some(place.part(part)),
                )
            }
            None => one(
                format!("nothing reaches {called} from a place of lower trust"),
                at(""),
            ),
        },
        ("outbound", FactValue::YesNo(yes)) => {
            let (source, target) = ends(db, element);
            let trusted = |end: Option<Decl>| end.map_or("?", |end| TRUST.word(trust(db, end).0));
            let goes = if *yes {
                "goes"
            } else {
                "does not go to a lower one:"
            };
            let message = format!(
                "{called} {goes} from a place of trust `{}` to `{}`",
                trusted(source),
                trusted(target)
            );
            let place = target.and_then(|target| trust(db, target).1);
            one(
                message,
                place
                    .map(|place| place.part(typed(db, place).part("trust").unwrap_or(Part::Name)))
                    .or(at("")),
            )
        }
        ("trust", FactValue::Word(word)) => {
            let place = trust(db, element).1;
            let part = |boundary: Decl| {
                boundary.part(typed(db, boundary).part("trust").unwrap_or(Part::Name))
            };
            one(
                format!("{called} is in a place of trust `{}`", TRUST.word(*word)),
                place.map(part).or(at("")),
            )
        }
        ("encrypted", FactValue::YesNo(yes)) if element.kind(db) == Kind::Flow => {
            let not = if *yes { "" } else { "not " };
            match stated.decls("protocol").next() {
                Some(protocol) => {
                    let protocol = full_name(db, protocol);
                    let protocol = protocol.strip_prefix("std.").unwrap_or(protocol);
                    one(
                        format!("{called} talks `{protocol}`, and is {not}encrypted"),
                        at("protocol"),
                    )
                }
                None => one(format!("{called} is {not}encrypted"), at("tunnel")),
            }
        }
        ("encrypted", FactValue::YesNo(yes)) => one(
            format!(
                "the data in {called} are {}encrypted",
                if *yes { "" } else { "not " }
            ),
            at("encryption"),
        ),
        ("authenticated", FactValue::YesNo(yes)) => {
            let not = if *yes { "" } else { "not " };
            one(
                format!("who starts {called} is {not}authenticated"),
                at("authentication"),
            )
        }
        (_, FactValue::YesNo(yes)) => one(
            format!(
                "{called} states `{}: {}`",
                fact.name,
                if *yes { "yes" } else { "no" }
            ),
            at(fact.name),
        ),
        (_, FactValue::Word(word)) => {
            let Gives::Word(words) = fact.gives else {
                return Vec::new();
            };
            let place = at(fact.name);
            match stated.get(fact.name) {
                Some(_) => one(
                    format!("{called} states `{}: {}`", fact.name, words.word(*word)),
                    place,
                ),
                None => one(
                    format!(
                        "`{}` of {called} is `{}` unless stated",
                        fact.name,
                        words.word(*word)
                    ),
                    place,
                ),
            }
        }
        (_, FactValue::Words(list)) => {
            let Gives::Words(words) = fact.gives else {
                return Vec::new();
            };
            let list = list
                .iter()
                .map(|word| words.word(*word))
                .collect::<Vec<_>>()
                .join(", ");
            one(
                format!("{called} has `{}: {list}`", fact.name),
                at(fact.name),
            )
        }
        (_, FactValue::Assets(assets)) => vec![held(
            db,
            element,
            called,
            fact,
            assets,
            (Aspect::Classification, 0),
        )],
        (_, FactValue::Named(named)) => {
            let names = named
                .iter()
                .map(|named| full_name(db, *named).trim_start_matches("std."));
            let names = names.collect::<Vec<_>>().join(", ");
            if names.is_empty() {
                return one(format!("{called} states no `{}`", fact.name), at(""));
            }
            one(
                format!("{called} states `{}: {names}`", fact.name),
                at(fact.name),
            )
        }
        (_, FactValue::Absent | FactValue::Elements(_)) => Vec::new(),
    }
}

/// What is held, by the asset that makes the difference: that of a kind, or else the most sensitive
/// one.
pub fn held(
    db: &dyn Db,
    element: Decl,
    called: &str,
    fact: Fact,
    assets: &[Decl],
    (aspect, level): (Aspect, u8),
) -> Reason {
    let verb = if element.kind(db) == Kind::Flow && fact.name != "sends" {
        "carries"
    } else {
        "holds"
    };
    // The first of the most sensitive, so that the answer does not depend on what comes after it.
    let most = match aspect {
        Aspect::Kind => assets
            .iter()
            .find(|asset| aspect_of(db, **asset, aspect) == level),
        _ => assets
            .iter()
            .rev()
            .max_by_key(|asset| aspect_of(db, **asset, aspect)),
    };
    let Some(&most) = most else {
        let message = match aspect {
            Aspect::Kind => format!(
                "{called} {verb} nothing of kind `{}`",
                ASSET_KIND.word(level)
            ),
            _ => format!("{called} {verb} nothing that the model states"),
        };
        return Reason {
            message,
            place: Some(element.part(Part::Name)),
        };
    };
    let found = aspect_of(db, most, aspect);
    let which = match aspect {
        Aspect::Classification => format!("which is {}", CLASSIFICATION.word(found)),
        Aspect::Integrity => format!("whose integrity is {}", LEVEL.word(found)),
        Aspect::Availability => format!("whose availability is {}", LEVEL.word(found)),
        Aspect::Personal if found == 1 => "which is about people".to_owned(),
        Aspect::Personal => "which is not about people".to_owned(),
        Aspect::Kind => format!("which is of kind `{}`", ASSET_KIND.word(found)),
    };
    let place = why_held(db, element, most).map(|(holder, part)| holder.part(part));
    Reason {
        message: format!("{called} {verb} `{}`, {which}", full_name(db, most)),
        place,
    }
}

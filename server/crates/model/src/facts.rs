//! The facts that a condition may ask of an element: the properties of its kind, and what the
//! analyzer derives. It must not know conditions or rules.

use crate::db::{Db, Decl, Place};
use crate::lower::Part;
use crate::names::full_name;
use crate::properties::{Typed, TypedValue, typed};
use crate::relations::{
    boundaries_around, broader_says, crossed, ends, exposed_by, holds, incoming, kind_of_asset,
    outgoing, placed_in, reached, sensitivity_of_asset, touching, trust, why_held, with_broader,
};
use crate::schema::{
    self, ASSET_KIND, AUTHENTICATION, BOUNDARY_KIND, CLASSIFICATION, ENCRYPTION, LEVEL, TRUST,
    TUNNEL, Takes, Words,
};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::RefCell;
use std::mem::{Discriminant, discriminant};
use std::rc::Rc;
use threatline_syntax::Kind;

/// What a fact gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Yes or no.
    YesNo,
    /// One word of a list.
    Word(&'static Words),
    /// Several words of a list.
    Words(&'static Words),
    /// Assets, which compare by their classification, or by an aspect of them.
    Assets,
    /// Technologies, or a protocol.
    Named(Kind),
    /// Elements, one or several, for what comes after a dot or for a quantifier.
    Elements(&'static [Kind], Many),
    /// Something that can only be asked for whether it is stated.
    Opaque,
}

/// Whether a fact gives one element or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// One: `source`, `target`.
    One,
    /// Several: `incoming`.
    Several,
}

/// A fact that is derived and not stated.
#[derive(Debug)]
pub struct DerivedFact {
    /// Its name.
    pub name: &'static str,
    /// The kinds of elements that have it.
    pub kinds: &'static [Kind],
    /// What it gives.
    pub gives: Gives,
    /// What it means, in a sentence.
    pub doc: &'static str,
}

const NODES: &[Kind] = &[Kind::External, Kind::Process, Kind::Store];
const ALL: &[Kind] = &[Kind::External, Kind::Process, Kind::Store, Kind::Flow];
const FLOW: &[Kind] = &[Kind::Flow];

macro_rules! derived {
    ($($name:literal, $kinds:expr, $gives:expr, $doc:literal;)*) => {
        /// Every derived fact, in the order of the reference.
        pub static DERIVED_FACTS: &[DerivedFact] = &[$(DerivedFact { name: $name, kinds: $kinds, gives: $gives, doc: $doc }),*];
    };
}

derived!(
    "holds", ALL, Gives::Assets, "The assets that it stores, handles or carries, and that its flows bring it.";
    "carries", FLOW, Gives::Assets, "The assets that the flow sends and receives.";
    "exposed", ALL, Gives::YesNo, "A flow: it starts in a place of lower trust than it ends in. Another element: it is reached from such a place.";
    "outbound", FLOW, Gives::YesNo, "It starts in a place of higher trust than it ends in.";
    "reached_from", NODES, Gives::Word(&TRUST), "The lowest trust of the places from which flows reach it, directly or through technologies that forward.";
    "trust", NODES, Gives::Word(&TRUST), "The trust of the boundary that it is in. Outside of all boundaries an external is `untrusted`, and a process or store `high`.";
    "placed", NODES, Gives::Words(&BOUNDARY_KIND), "The kinds of the boundaries around it, of those that state one.";
    "in_scope", ALL, Gives::YesNo, "It does not state `out_of_scope`.";
    "crosses_boundary", FLOW, Gives::YesNo, "Just one of the flow's ends is in some boundary.";
    "crosses", FLOW, Gives::Words(&BOUNDARY_KIND), "The kinds of the boundaries that the flow crosses, of those that state one.";
    "encrypted", &[Kind::Flow, Kind::Store], Gives::YesNo, "The flow's protocol or tunnel encrypts; the store encrypts at rest or its clients do.";
    "authenticated", FLOW, Gives::YesNo, "The flow states an authentication other than `none`; or it states none at all, and its protocol authenticates.";
    "source", FLOW, Gives::Elements(NODES, Many::One), "Where the flow starts.";
    "target", FLOW, Gives::Elements(NODES, Many::One), "Who answers the flow.";
    "incoming", NODES, Gives::Elements(FLOW, Many::Several), "The flows that end at it.";
    "outgoing", NODES, Gives::Elements(FLOW, Many::Several), "The flows that start at it.";
    "flows", NODES, Gives::Elements(FLOW, Many::Several), "The flows that start or end at it.";
    "neighbours", NODES, Gives::Elements(NODES, Many::Several), "The other elements that are placed directly in the same boundary.";
);

/// A fact of a kind of element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// What it gives.
    pub gives: Gives,
}

/// The fact of a name, if one of the kinds has it.
pub fn fact_named(kinds: &[Kind], name: &str) -> Option<Fact> {
    // `source` is derived of a flow and a property of a process: the name alone does not tell.
    let had = |derived: &&DerivedFact| {
        derived.name == name && kinds.iter().any(|kind| derived.kinds.contains(kind))
    };
    if let Some(derived) = DERIVED_FACTS.iter().find(had) {
        return Some(Fact {
            name: derived.name,
            gives: derived.gives,
        });
    }
    let property = kinds
        .iter()
        .find_map(|kind| schema::of(*kind).property(name))?;
    let gives = match property.takes {
        Takes::Words(words) if property.many => Gives::Words(words),
        Takes::Words(words) => Gives::Word(words),
        Takes::YesNo => Gives::YesNo,
        Takes::Name([Kind::Asset]) => Gives::Assets,
        Takes::Name([kind @ (Kind::Technology | Kind::Protocol)]) => Gives::Named(*kind),
        _ => Gives::Opaque,
    };
    Some(Fact {
        name: property.name,
        gives,
    })
}

/// What a fact means, in a sentence.
pub fn fact_meaning(fact: Fact) -> &'static str {
    let derived = DERIVED_FACTS
        .iter()
        .find(|derived| derived.name == fact.name && derived.gives == fact.gives);
    let properties = || {
        schema::KINDS
            .iter()
            .filter(|schema| schema.kind.is_element())
            .flat_map(|schema| schema.properties)
    };
    derived
        .map(|derived| derived.doc)
        .or_else(|| {
            properties()
                .find(|property| property.name == fact.name)
                .map(|property| property.doc)
        })
        .unwrap_or_default()
}

/// Whether a fact is derived and never stated.
pub fn is_derived_fact(fact: Fact) -> bool {
    DERIVED_FACTS
        .iter()
        .any(|derived| derived.name == fact.name && derived.gives == fact.gives)
}

/// The names of all facts that one of the kinds has.
pub fn fact_names(kinds: &[Kind]) -> Vec<&'static str> {
    let derived = DERIVED_FACTS
        .iter()
        .filter(|derived| kinds.iter().any(|kind| derived.kinds.contains(kind)));
    let mut names: Vec<&str> = derived.map(|derived| derived.name).collect();
    for property in kinds.iter().flat_map(|kind| schema::of(*kind).properties) {
        if !names.contains(&property.name) {
            names.push(property.name);
        }
    }
    names
}

/// A fact that is not stated where a rule needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MissingFact {
    /// The element that would state it.
    pub element: Decl,
    /// The property that it would state.
    pub property: &'static str,
}

/// What a fact is for an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue<'db> {
    /// The element has no such fact: nothing that compares with it is true.
    Absent,
    /// It is not stated.
    Unknown(MissingFact),
    /// Yes or no.
    YesNo(bool),
    /// A word by its position.
    Word(u8),
    /// Words by their positions; none if none is stated.
    Words(Vec<u8>),
    /// Assets; none if none is stated.
    Assets(Cow<'db, [Decl]>),
    /// Technologies or protocols.
    Named(Vec<Decl>),
    /// Elements.
    Elements(Cow<'db, [Decl]>),
}

/// An element and a fact, which the place of its name stands for.
type Asked = (Decl, *const u8, Discriminant<Gives>);

/// The facts of elements as rules ask for them, one after the other: each is asked of the database
/// once.
pub struct FactCache<'db> {
    db: &'db dyn Db,
    known: RefCell<FxHashMap<Asked, Rc<FactValue<'db>>>>,
    typed: RefCell<FxHashMap<Decl, &'db Typed>>,
    kin: RefCell<FxHashMap<Decl, &'db [Decl]>>,
}

impl<'db> FactCache<'db> {
    /// Nothing asked for so far.
    pub fn new(db: &'db dyn Db) -> FactCache<'db> {
        FactCache {
            db,
            known: RefCell::default(),
            typed: RefCell::default(),
            kin: RefCell::default(),
        }
    }

    /// The database.
    pub fn db(&self) -> &'db dyn Db {
        self.db
    }

    /// The value of a fact of an element.
    pub fn value(&self, element: Decl, fact: Fact) -> Rc<FactValue<'db>> {
        let key = (element, fact.name.as_ptr(), discriminant(&fact.gives));
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let value = Rc::new(value(self, element, fact));
        self.known.borrow_mut().insert(key, value.clone());
        value
    }

    /// What an element states.
    pub fn typed(&self, element: Decl) -> &'db Typed {
        let known = self.typed.borrow().get(&element).copied();
        known.unwrap_or_else(|| {
            let typed = typed(self.db, element);
            self.typed.borrow_mut().insert(element, typed);
            typed
        })
    }

    /// Whether an element is made with, or talks, something that is one of a broader kind.
    pub fn is_kin(&self, named: Decl, broader: Decl) -> bool {
        let known = self.kin.borrow().get(&named).copied();
        let kin = known.unwrap_or_else(|| {
            let kin = with_broader(self.db, named);
            self.kin.borrow_mut().insert(named, kin);
            kin
        });
        kin.contains(&broader)
    }
}

fn value<'db>(facts: &FactCache<'db>, element: Decl, fact: Fact) -> FactValue<'db> {
    let db = facts.db;
    let kind = element.kind(db);
    let derived = DERIVED_FACTS
        .iter()
        .find(|derived| derived.name == fact.name);
    if derived.is_some_and(|derived| !derived.kinds.contains(&kind)) {
        return FactValue::Absent;
    }
    let elements = |elements: Vec<Decl>| FactValue::Elements(elements.into());
    match fact.name {
        "holds" | "carries" => FactValue::Assets(holds(db, element).into()),
        "exposed" => FactValue::YesNo(exposed_by(db, element).is_some()),
        "trust" => FactValue::Word(trust(db, element).0),
        "in_scope" => FactValue::YesNo(facts.typed(element).get("out_of_scope").is_none()),
        "outbound" => FactValue::YesNo(is_outbound(db, element)),
        "reached_from" => FactValue::Word(reached(db, element).trust),
        "placed" => FactValue::Words(kinds_of_boundaries(facts, boundaries_around(db, element))),
        "crosses_boundary" => {
            let (entered, left) = crossed(db, element);
            FactValue::YesNo(!entered.is_empty() || !left.is_empty())
        }
        "crosses" => {
            let (entered, left) = crossed(db, element);
            let mut kinds = kinds_of_boundaries(facts, entered);
            kinds.extend(kinds_of_boundaries(facts, left));
            FactValue::Words(kinds)
        }
        "encrypted" => encrypted(facts, element),
        "authenticated" => authenticated(facts, element),
        "source" => elements(ends(db, element).0.into_iter().collect()),
        "target" => elements(ends(db, element).1.into_iter().collect()),
        "incoming" => FactValue::Elements(incoming(db, element).into()),
        "outgoing" => FactValue::Elements(outgoing(db, element).into()),
        "flows" => {
            let flows = touching(db, element);
            elements(
                flows
                    .incoming
                    .iter()
                    .chain(&flows.outgoing)
                    .copied()
                    .collect(),
            )
        }
        "neighbours" => {
            let around = placed_in(db, element)
                .map(|boundary| elements_in(db, boundary).as_slice())
                .unwrap_or_default();
            elements(
                around
                    .iter()
                    .copied()
                    .filter(|other| *other != element)
                    .collect(),
            )
        }
        _ => property_value(facts, element, fact),
    }
}

/// The elements that are placed directly in a boundary.
#[salsa::tracked]
pub fn elements_in(db: &dyn Db, boundary: Decl) -> Vec<Decl> {
    let within = crate::relations::contents(db, boundary);
    within
        .iter()
        .copied()
        .filter(|decl| NODES.contains(&decl.kind(db)))
        .collect()
}

fn is_outbound(db: &dyn Db, flow: Decl) -> bool {
    match ends(db, flow) {
        (Some(source), Some(target)) => trust(db, source).0 > trust(db, target).0,
        _ => false,
    }
}

fn kinds_of_boundaries(facts: &FactCache, boundaries: &[Decl]) -> Vec<u8> {
    boundaries
        .iter()
        .filter_map(|boundary| facts.typed(*boundary).word("kind"))
        .collect()
}

fn property_value<'db>(facts: &FactCache<'db>, element: Decl, fact: Fact) -> FactValue<'db> {
    let kind = element.kind(facts.db);
    let Some(property) = schema::of(kind).property(fact.name) else {
        return FactValue::Absent;
    };
    let stated = facts.typed(element);
    let unknown = FactValue::Unknown(MissingFact {
        element,
        property: property.name,
    });
    match fact.gives {
        Gives::Words(_) => FactValue::Words(stated.words(fact.name)),
        Gives::Assets => FactValue::Assets(stated.decls(fact.name).collect::<Vec<_>>().into()),
        // What an element is made with decides which rules look at it: unstated, none of them does.
        Gives::Named(_) => FactValue::Named(stated.decls(fact.name).collect()),
        Gives::Word(words) => match stated.word(fact.name) {
            Some(word) => FactValue::Word(word),
            None => match property.default.and_then(|default| words.position(default)) {
                Some(default) => FactValue::Word(default),
                None => unknown,
            },
        },
        Gives::YesNo => stated.yes_no(fact.name).map_or(unknown, FactValue::YesNo),
        Gives::Opaque | Gives::Elements(..) => FactValue::Absent,
    }
}

fn encrypted<'db>(facts: &FactCache<'db>, element: Decl) -> FactValue<'db> {
    let (db, stated) = (facts.db, facts.typed(element));
    if element.kind(db) == Kind::Store {
        return match stated.word("encryption") {
            Some(encryption) => FactValue::YesNo(Some(encryption) != ENCRYPTION.position("none")),
            None => FactValue::Unknown(MissingFact {
                element,
                property: "encryption",
            }),
        };
    }
    let tunnel = stated.word("tunnel");
    if tunnel.is_some() && tunnel != TUNNEL.position("none") {
        return FactValue::YesNo(true);
    }
    match stated.decls("protocol").next() {
        // A protocol which does not say that it encrypts does not.
        Some(protocol) => {
            FactValue::YesNo(broader_says(db, protocol, "encrypted").is_some_and(|(yes, _)| yes))
        }
        None => FactValue::Unknown(MissingFact {
            element,
            property: "protocol",
        }),
    }
}

fn authenticated<'db>(facts: &FactCache<'db>, flow: Decl) -> FactValue<'db> {
    let (db, stated) = (facts.db, facts.typed(flow));
    if let Some(authentication) = stated.word("authentication") {
        return FactValue::YesNo(Some(authentication) != AUTHENTICATION.position("none"));
    }
    let protocol = stated.decls("protocol").next();
    match protocol.and_then(|protocol| broader_says(db, protocol, "authenticated")) {
        Some((true, _)) => FactValue::YesNo(true),
        _ => FactValue::Unknown(MissingFact {
            element: flow,
            property: "authentication",
        }),
    }
}

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
    let (db, stated) = (facts.db, facts.typed(element));
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

/// What of an asset is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the properties of an asset
pub enum Aspect {
    Classification,
    Integrity,
    Availability,
    Personal,
    Kind,
}

/// How high an asset stands in an aspect; of its kind, the position of the word.
pub fn aspect_of(db: &dyn Db, asset: Decl, aspect: Aspect) -> u8 {
    let sensitivity = sensitivity_of_asset(db, asset);
    match aspect {
        Aspect::Classification => sensitivity.classification,
        Aspect::Integrity => sensitivity.integrity,
        Aspect::Availability => sensitivity.availability,
        Aspect::Personal => u8::from(sensitivity.personal),
        Aspect::Kind => kind_of_asset(db, asset),
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

/// The values that a typed property names, for lint.
pub fn has_value(db: &dyn Db, decl: Decl, property: &str, word: &str) -> bool {
    let stated = typed(db, decl);
    stated.get(property).is_some_and(|stated| {
        stated
            .values
            .iter()
            .any(|(_, value)| match (value, stated.property.takes) {
                (TypedValue::Word(at), Takes::Words(words)) => words.word(*at) == word,
                (TypedValue::YesNo(yes), _) => (word == "yes") == *yes,
                _ => false,
            })
    })
}

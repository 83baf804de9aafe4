//! The facts that a condition may ask for: the properties of each kind of element, and what the
//! analyzer derives. It must not know a model.

use crate::schema;
use crate::schema::{BOUNDARY_KIND, TRUST, Takes, Words};
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

pub const NODES: &[Kind] = &[Kind::External, Kind::Process, Kind::Store];

pub const ALL: &[Kind] = &[Kind::External, Kind::Process, Kind::Store, Kind::Flow];

const FLOW: &[Kind] = &[Kind::Flow];

macro_rules! derived {
    ($($name:literal, $kinds:expr, $gives:expr, $doc:literal;)*) => {
        /// Every derived fact, in the order of the reference.
        pub static DERIVED_FACTS: &[DerivedFact] = &[$(DerivedFact {
            name: $name,
            kinds: $kinds,
            gives: $gives,
            doc: $doc,
        }),*];
    };
}

derived!(
    "holds", ALL, Gives::Assets,
        "The assets that it stores, handles or carries, and that its flows bring it.";
    "carries", FLOW, Gives::Assets, "The assets that the flow sends and receives.";
    "exposed", ALL, Gives::YesNo,
        "A flow: it starts in a place of lower trust than it ends in. Another element: it is \
         reached from such a place.";
    "outbound", FLOW, Gives::YesNo, "It starts in a place of higher trust than it ends in.";
    "reached_from", NODES, Gives::Word(&TRUST),
        "The lowest trust of the places from which flows reach it, directly or through \
         technologies that forward.";
    "trust", NODES, Gives::Word(&TRUST),
        "The trust of the boundary that it is in. Outside of all boundaries an external is \
         `untrusted`, and a process or store `high`.";
    "placed", NODES, Gives::Words(&BOUNDARY_KIND),
        "The kinds of the boundaries around it, of those that state one.";
    "in_scope", ALL, Gives::YesNo, "It does not state `out_of_scope`.";
    "crosses_boundary", FLOW, Gives::YesNo, "Just one of the flow's ends is in some boundary.";
    "crosses", FLOW, Gives::Words(&BOUNDARY_KIND),
        "The kinds of the boundaries that the flow crosses, of those that state one.";
    "encrypted", &[Kind::Flow, Kind::Store], Gives::YesNo,
        "The flow's protocol or tunnel encrypts; the store encrypts at rest or its clients do.";
    "authenticated", FLOW, Gives::YesNo,
        "The flow states an authentication other than `none`; or it states none at all, and its \
         protocol authenticates.";
    "source", FLOW, Gives::Elements(NODES, Many::One), "Where the flow starts.";
    "target", FLOW, Gives::Elements(NODES, Many::One), "Who answers the flow.";
    "incoming", NODES, Gives::Elements(FLOW, Many::Several), "The flows that end at it.";
    "outgoing", NODES, Gives::Elements(FLOW, Many::Several), "The flows that start at it.";
    "flows", NODES, Gives::Elements(FLOW, Many::Several), "The flows that start or end at it.";
    "neighbours", NODES, Gives::Elements(NODES, Many::Several),
        "The other elements that are placed directly in the same boundary.";
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

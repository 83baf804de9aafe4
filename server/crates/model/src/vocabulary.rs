//! The facts that a condition may ask for: the properties of each kind of element, and what the
//! analyzer derives. It must not know a model.

use crate::renamed::current_name;
use crate::schema::{self, BOUNDARY_KIND, TRUST, Takes, Words};
use std::hash::{Hash, Hasher};
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
    /// Elements, one or several, followed by a dot or used in a quantifier.
    Elements(&'static [Kind], Many),
    /// Something that can only be used in `stated(…)`.
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

/// The elements that flows connect.
pub const NODES: &[Kind] = &[Kind::External, Kind::Process, Kind::Store];
const ELEMENTS: &[Kind] = &[Kind::External, Kind::Process, Kind::Store, Kind::Flow];
const FLOW: &[Kind] = &[Kind::Flow];

/// A row of the table of derived facts, which no property states.
#[derive(Debug)]
pub struct DerivedFact {
    /// Which one it is.
    pub derived: Derived,
    /// Its name.
    pub name: &'static str,
    /// The kinds of elements that have it.
    pub kinds: &'static [Kind],
    /// What it gives.
    pub gives: Gives,
    /// What it means, in a sentence.
    pub doc: &'static str,
}

impl DerivedFact {
    /// The fact.
    pub fn fact(&self) -> Fact {
        Fact {
            name: self.name,
            gives: self.gives,
            derived: Some(self.derived),
        }
    }
}

macro_rules! derived {
    ($($derived:ident, $name:literal, $kinds:expr, $gives:expr, $doc:literal;)*) => {
        /// The facts that are derived.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Derived {
            $(#[doc = $doc] $derived,)*
        }

        /// Every derived fact, in the order of the reference.
        pub static DERIVED_FACTS: &[DerivedFact] = &[$(DerivedFact {
            derived: Derived::$derived,
            name: $name,
            kinds: $kinds,
            gives: $gives,
            doc: $doc,
        }),*];
    };
}

derived!(
    Holds, "holds", ELEMENTS, Gives::Assets,
    "The assets that it stores, handles or carries, including those that its flows carry.";
    Carries, "carries", FLOW, Gives::Assets,
    "The assets that the flow sends and receives.";
    Exposed, "exposed", ELEMENTS, Gives::YesNo,
    "The flow starts at a lower trust level than it ends at. For other elements: it is reached \
     from a lower trust level.";
    Tainted, "tainted", ELEMENTS, Gives::YesNo,
    "Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or \
     a file store, or repeated by a language model. For a flow: it passes such input on.";
    Outbound, "outbound", FLOW, Gives::YesNo,
    "The flow starts at a higher trust level than it ends at.";
    ReachedFrom, "reached_from", NODES, Gives::Word(&TRUST),
    "The lowest trust level from which flows reach it, directly or through technologies that \
     forward requests.";
    Trust, "trust", NODES, Gives::Word(&TRUST),
    "The trust level of the boundary that it is in. Outside all boundaries, an external is \
     `untrusted`, and a process or store is `high`.";
    Placed, "placed", NODES, Gives::Words(&BOUNDARY_KIND),
    "The kinds of the boundaries around it, where specified.";
    InScope, "in_scope", ELEMENTS, Gives::YesNo,
    "It does not have `out_of_scope`.";
    CrossesBoundary, "crosses_boundary", FLOW, Gives::YesNo,
    "Some boundary contains exactly one end of the flow.";
    Crosses, "crosses", FLOW, Gives::Words(&BOUNDARY_KIND),
    "The kinds of the boundaries that the flow crosses, where specified.";
    Encrypted, "encrypted", &[Kind::Flow, Kind::Store], Gives::YesNo,
    "The protocol or tunnel of the flow is encrypted. For a store: its data is encrypted, at \
     rest or by its clients.";
    Authenticated, "authenticated", FLOW, Gives::YesNo,
    "The flow has an authentication other than `none`, or has none specified and a protocol \
     that authenticates.";
    Source, "source", FLOW, Gives::Elements(NODES, Many::One),
    "The element that starts the flow.";
    Target, "target", FLOW, Gives::Elements(NODES, Many::One),
    "The element that responds to the flow.";
    Incoming, "incoming", NODES, Gives::Elements(FLOW, Many::Several),
    "The flows that end at it.";
    Outgoing, "outgoing", NODES, Gives::Elements(FLOW, Many::Several),
    "The flows that start at it.";
    Flows, "flows", NODES, Gives::Elements(FLOW, Many::Several),
    "The flows that start or end at it.";
    Neighbors, "neighbors", NODES, Gives::Elements(NODES, Many::Several),
    "The other elements directly in the same boundary.";
);

/// A fact of a kind of element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// What it gives.
    pub gives: Gives,
    /// Which derived fact it is; a property is none.
    pub derived: Option<Derived>,
}

impl Hash for Fact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Fact {
    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        if let Some(derived) = self.derived {
            return derived.row().doc;
        }
        schema::KINDS
            .iter()
            .filter(|schema| schema.kind.is_element())
            .find_map(|schema| schema.property(self.name))
            .map_or("", |property| property.doc)
    }
}

impl Derived {
    /// The kinds of elements that have it.
    pub fn kinds(self) -> &'static [Kind] {
        self.row().kinds
    }

    fn row(self) -> &'static DerivedFact {
        &DERIVED_FACTS[self as usize]
    }
}

/// The fact of a name, or of a former one, if one of the kinds has it.
pub fn fact_named(kinds: &[Kind], name: &str) -> Option<Fact> {
    let name = current_name(name).unwrap_or(name);
    // `source` is a derived fact of a flow and a property of a process, so its name is ambiguous.
    let derived = derived_facts_of(kinds).find(|derived| derived.name == name);
    if let Some(derived) = derived {
        return Some(derived.fact());
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
        derived: None,
    })
}

/// The names of all facts that one of the kinds has.
pub fn fact_names(kinds: &[Kind]) -> Vec<&'static str> {
    let mut names: Vec<&str> = derived_facts_of(kinds)
        .map(|derived| derived.name)
        .collect();
    for property in kinds.iter().flat_map(|kind| schema::of(*kind).properties) {
        if !names.contains(&property.name) {
            names.push(property.name);
        }
    }
    names
}

fn derived_facts_of(kinds: &[Kind]) -> impl Iterator<Item = &'static DerivedFact> {
    let is_had = |derived: &&DerivedFact| kinds.iter().any(|kind| derived.kinds.contains(kind));
    DERIVED_FACTS.iter().filter(is_had)
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

impl Aspect {
    /// The aspect of a name.
    pub fn named(name: &str) -> Option<Aspect> {
        Some(match name {
            "classification" => Aspect::Classification,
            "integrity" => Aspect::Integrity,
            "availability" => Aspect::Availability,
            "personal" => Aspect::Personal,
            "kind" => Aspect::Kind,
            _ => return None,
        })
    }
}

//! The values of facts for an element, stated or derived. It must not know conditions or rules.

use crate::assets::holds;
use crate::boundaries::{boundaries_around, contents, crossed};
use crate::db::{Db, Decl};
use crate::definitions::{broader_says, with_broader};
use crate::exposure::{exposed_by, reached, trust};
use crate::flows::{incoming, outgoing, touching};
use crate::headings::{ends, placed_in};
use crate::properties::typed;
use crate::schema;
use crate::schema::{AUTHENTICATION, ENCRYPTION, TUNNEL};
use crate::values::Typed;
use crate::vocabulary::{DERIVED_FACTS, Fact, Gives, NODES};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::RefCell;
use std::mem::{Discriminant, discriminant};
use std::rc::Rc;
use threatline_syntax::Kind;

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
    let within = contents(db, boundary);
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

pub fn encrypted<'db>(facts: &FactCache<'db>, element: Decl) -> FactValue<'db> {
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

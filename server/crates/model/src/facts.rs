//! The values of facts for an element, stated or derived. It must not know conditions or rules.

use crate::assets::holds;
use crate::boundaries::{boundaries_around, contents, crossed};
use crate::db::{Db, Decl};
use crate::definitions::{broader_says, with_broader};
use crate::exposure::{exposed_by, reached, trust};
use crate::flows::{incoming, outgoing, touching};
use crate::headings::{ends, placed_in};
use crate::properties::typed;
use crate::schema::{self, AUTHENTICATION, ENCRYPTION, TUNNEL};
use crate::values::Typed;
use crate::vocabulary::{Derived, Fact, Gives, NODES};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::RefCell;
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

impl FactValue<'_> {
    fn elements(elements: impl IntoIterator<Item = Decl>) -> Self {
        FactValue::Elements(elements.into_iter().collect::<Vec<_>>().into())
    }

    fn missing(element: Decl, property: &'static str) -> Self {
        FactValue::Unknown(MissingFact { element, property })
    }
}

/// The facts of elements as rules ask for them, one after the other: each is asked of the database
/// once.
pub struct FactCache<'db> {
    db: &'db dyn Db,
    values: RefCell<FxHashMap<(Decl, Fact), Rc<FactValue<'db>>>>,
    typed: RefCell<FxHashMap<Decl, &'db Typed>>,
    broader: RefCell<FxHashMap<Decl, &'db [Decl]>>,
}

impl<'db> FactCache<'db> {
    /// Nothing asked for so far.
    pub fn new(db: &'db dyn Db) -> FactCache<'db> {
        FactCache {
            db,
            values: RefCell::default(),
            typed: RefCell::default(),
            broader: RefCell::default(),
        }
    }

    /// The database.
    pub fn db(&self) -> &'db dyn Db {
        self.db
    }

    /// The value of a fact of an element.
    pub fn value(&self, element: Decl, fact: Fact) -> Rc<FactValue<'db>> {
        let known = self.values.borrow().get(&(element, fact)).cloned();
        known.unwrap_or_else(|| {
            let value = Rc::new(match fact.derived {
                Some(derived) => self.derive(element, derived),
                None => self.property(element, fact),
            });
            let mut values = self.values.borrow_mut();
            values.insert((element, fact), value.clone());
            value
        })
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

    /// Whether a technology or a protocol is one of a broader kind.
    pub fn is_kin(&self, definition: Decl, broader: Decl) -> bool {
        let known = self.broader.borrow().get(&definition).copied();
        let all_broader = known.unwrap_or_else(|| {
            let all_broader = with_broader(self.db, definition);
            self.broader.borrow_mut().insert(definition, all_broader);
            all_broader
        });
        all_broader.contains(&broader)
    }

    fn derive(&self, element: Decl, derived: Derived) -> FactValue<'db> {
        let db = self.db;
        if !derived.kinds().contains(&element.kind(db)) {
            return FactValue::Absent;
        }
        match derived {
            Derived::Holds | Derived::Carries => FactValue::Assets(holds(db, element).into()),
            Derived::Exposed => FactValue::YesNo(exposed_by(db, element).is_some()),
            Derived::Outbound => FactValue::YesNo(is_outbound(db, element)),
            Derived::ReachedFrom => FactValue::Word(reached(db, element).trust),
            Derived::Trust => FactValue::Word(trust(db, element).0),
            Derived::Placed => self.kinds_of_boundaries(boundaries_around(db, element)),
            Derived::InScope => FactValue::YesNo(self.typed(element).get("out_of_scope").is_none()),
            Derived::CrossesBoundary => {
                let (entered, left) = crossed(db, element);
                FactValue::YesNo(!entered.is_empty() || !left.is_empty())
            }
            Derived::Crosses => {
                let (entered, left) = crossed(db, element);
                self.kinds_of_boundaries(entered.iter().chain(left))
            }
            Derived::Encrypted if element.kind(db) == Kind::Store => self.encrypted_store(element),
            Derived::Encrypted => self.encrypted_flow(element),
            Derived::Authenticated => self.authenticated(element),
            Derived::Source => FactValue::elements(ends(db, element).0),
            Derived::Target => FactValue::elements(ends(db, element).1),
            Derived::Incoming => FactValue::Elements(incoming(db, element).into()),
            Derived::Outgoing => FactValue::Elements(outgoing(db, element).into()),
            Derived::Flows => {
                let flows = touching(db, element);
                FactValue::elements(flows.incoming.iter().chain(&flows.outgoing).copied())
            }
            Derived::Neighbours => {
                let boundary = placed_in(db, element);
                let around = boundary
                    .into_iter()
                    .flat_map(|around| elements_in(db, around));
                FactValue::elements(around.copied().filter(|other| *other != element))
            }
        }
    }

    fn kinds_of_boundaries<'boundaries>(
        &self,
        boundaries: impl IntoIterator<Item = &'boundaries Decl>,
    ) -> FactValue<'db> {
        let kinds = boundaries
            .into_iter()
            .filter_map(|boundary| self.typed(*boundary).word("kind"));
        FactValue::Words(kinds.collect())
    }

    fn encrypted_store(&self, store: Decl) -> FactValue<'db> {
        match self.typed(store).word("encryption") {
            Some(encryption) => FactValue::YesNo(Some(encryption) != ENCRYPTION.position("none")),
            None => FactValue::missing(store, "encryption"),
        }
    }

    fn encrypted_flow(&self, flow: Decl) -> FactValue<'db> {
        let stated = self.typed(flow);
        let tunnel = stated.word("tunnel");
        if tunnel.is_some() && tunnel != TUNNEL.position("none") {
            return FactValue::YesNo(true);
        }
        match stated.decls("protocol").next() {
            // A protocol which does not say that it encrypts does not.
            Some(protocol) => {
                let says = broader_says(self.db, protocol, "encrypted");
                FactValue::YesNo(says.is_some_and(|(yes, _)| yes))
            }
            None => FactValue::missing(flow, "protocol"),
        }
    }

    fn authenticated(&self, flow: Decl) -> FactValue<'db> {
        let stated = self.typed(flow);
        if let Some(authentication) = stated.word("authentication") {
            return FactValue::YesNo(Some(authentication) != AUTHENTICATION.position("none"));
        }
        let protocol = stated.decls("protocol").next();
        match protocol.and_then(|protocol| broader_says(self.db, protocol, "authenticated")) {
            Some((true, _)) => FactValue::YesNo(true),
            _ => FactValue::missing(flow, "authentication"),
        }
    }

    fn property(&self, element: Decl, fact: Fact) -> FactValue<'db> {
        let Some(property) = schema::of(element.kind(self.db)).property(fact.name) else {
            return FactValue::Absent;
        };
        let stated = self.typed(element);
        match fact.gives {
            Gives::Words(_) => FactValue::Words(stated.words(fact.name)),
            Gives::Assets => FactValue::Assets(stated.decls(fact.name).collect::<Vec<_>>().into()),
            // What an element is made with decides which rules look at it: unstated, none of them
            // does.
            Gives::Named(_) => FactValue::Named(stated.decls(fact.name).collect()),
            Gives::Word(words) => {
                let default = || words.position(property.default?);
                match stated.word(fact.name).or_else(default) {
                    Some(word) => FactValue::Word(word),
                    None => FactValue::missing(element, property.name),
                }
            }
            Gives::YesNo => match stated.yes_no(fact.name) {
                Some(yes) => FactValue::YesNo(yes),
                None => FactValue::missing(element, property.name),
            },
            Gives::Opaque | Gives::Elements(..) => FactValue::Absent,
        }
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

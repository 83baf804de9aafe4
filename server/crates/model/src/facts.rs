//! The values of facts for an element, stated or derived. It must not know conditions or rules.

use crate::assets::{Possible, holds, may_carry, may_handle, may_hold, may_store};
use crate::boundaries::{MAX_BOUNDARY_DEPTH, boundaries_around, crossed};
use crate::db::{Db, Decl, put_in_order};
use crate::definitions::{has_trait, with_broader};
use crate::flows::{incoming, outgoing, touching};
use crate::headings::{ends, placed_in};
use crate::names::headings_naming;
use crate::properties::typed;
use crate::reach::{Exposure, crosses_boundary, exposure, is_outbound, reached};
use crate::resolve::components_around;
use crate::schema::{self, AUTHENTICATION, ENCRYPTION, TUNNEL};
use crate::taint::{Input, PassesOn, input, passes_on_input};
use crate::trust_levels::{Below, trust};
use crate::values::Typed;
use crate::vocabulary::{Derived, Fact, Gives, NODES};
use rustc_hash::{FxHashMap, FxHashSet};
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
    /// Nothing is stated of what is listed. What a rule asks for may be there; what a rule exempts
    /// is not there unless it is stated.
    Unlisted(MissingFact),
    /// Yes or no.
    YesNo(bool),
    /// A word by its position.
    Word(u8),
    /// One of the words between these two positions, inclusive, and the fact that decides which.
    Between(u8, u8, MissingFact),
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

    /// A level of trust, which only a boundary can state.
    fn trust(least: u8, most: u8, missing_at: Option<Decl>) -> Self {
        match missing_at {
            Some(element) if least < most => FactValue::Between(
                least,
                most,
                MissingFact {
                    element,
                    property: "trust",
                },
            ),
            _ => FactValue::Word(most),
        }
    }

    fn below(below: Below) -> Self {
        match below {
            Below::Yes => FactValue::YesNo(true),
            Below::No => FactValue::YesNo(false),
            Below::Unknown(boundary) => FactValue::missing(boundary, "trust"),
        }
    }
}

/// The properties of a component that hold for each element in it which does not state its own.
pub const INHERITED: [&str; 2] = ["privileges", "tenancy"];

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

    /// The assets that a fact of an element may give beyond those that it does, with the statement
    /// that would decide it.
    pub fn possible_assets(&self, element: Decl, fact: Fact) -> Cow<'db, [Possible]> {
        match (fact.derived, fact.name) {
            (Some(Derived::Holds | Derived::Carries), _) => may_hold(self.db, element).into(),
            (None, "handles") => may_handle(self.db, element).into(),
            (None, "stores") => may_store(self.db, element).into(),
            (None, "sends") => may_carry(self.db, element, "sends").into(),
            (None, "receives") => may_carry(self.db, element, "receives").into(),
            _ => Cow::Borrowed(&[]),
        }
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
            Derived::Exposed => match exposure(db, element) {
                Exposure::By(_) => FactValue::YesNo(true),
                Exposure::No => FactValue::YesNo(false),
                Exposure::Unknown(boundary) => FactValue::missing(boundary, "trust"),
            },
            Derived::Tainted if element.kind(db) == Kind::Flow => {
                match passes_on_input(db, element) {
                    PassesOn::Yes => FactValue::YesNo(true),
                    PassesOn::No => FactValue::YesNo(false),
                    PassesOn::Unknown(input) => self.unknown_input(input),
                }
            }
            Derived::Tainted => match input(db, element) {
                Input::Carried(_) | Input::Requested(_) => FactValue::YesNo(true),
                Input::None => FactValue::YesNo(false),
                unknown => self.unknown_input(unknown),
            },
            Derived::Outbound => FactValue::below(is_outbound(db, element)),
            Derived::ReachedFrom => {
                let reached = reached(db, element);
                FactValue::trust(reached.least, reached.most, reached.missing_at)
            }
            Derived::Trust => {
                let trust = trust(db, element);
                FactValue::trust(trust.least, trust.most, trust.missing_at())
            }
            Derived::Placed => self.kinds_of_boundaries(boundaries_around(db, element)),
            Derived::InScope => FactValue::YesNo(self.typed(element).get("out_of_scope").is_none()),
            Derived::CrossesBoundary => FactValue::YesNo(crosses_boundary(db, element)),
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
            Derived::Neighbors => {
                let boundary = segment(db, element);
                let around = boundary
                    .into_iter()
                    .flat_map(|around| elements_in(db, around));
                FactValue::elements(around.copied().filter(|other| *other != element))
            }
        }
    }

    /// The fact that decides whether input arrives.
    fn unknown_input(&self, input: Input) -> FactValue<'db> {
        match input {
            Input::UnknownTrust(boundary) => FactValue::missing(boundary, "trust"),
            Input::UnknownData(flow, property) => FactValue::missing(flow, property),
            Input::Carried(_) | Input::Requested(_) | Input::None => FactValue::Absent,
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

    /// The value of a fact that is not stated. What is stated wrongly is reported as wrong, and
    /// nobody is asked for it once more.
    fn missing(&self, element: Decl, property: &'static str) -> FactValue<'db> {
        if self.typed(element).is_written(property) {
            FactValue::Absent
        } else {
            FactValue::missing(element, property)
        }
    }

    /// The same of a list.
    fn unlisted(&self, element: Decl, property: &'static str) -> FactValue<'db> {
        if self.typed(element).is_written(property) {
            FactValue::Absent
        } else {
            FactValue::Unlisted(MissingFact { element, property })
        }
    }

    /// What the component around an element states for all that is in it, the innermost first.
    fn of_component(&self, element: Decl, property: &str) -> Option<u8> {
        if !INHERITED.contains(&property) {
            return None;
        }
        let components = components_around(self.db, element.file(self.db)).into_iter();
        let mut words = components.map(|component| self.typed(component).word(property));
        words.find_map(|word| word)
    }

    fn is_person(&self, element: Decl) -> bool {
        self.typed(element).states("kind", "person")
    }

    fn encrypted_store(&self, store: Decl) -> FactValue<'db> {
        match self.typed(store).word("encryption") {
            Some(encryption) => FactValue::YesNo(Some(encryption) != ENCRYPTION.position("none")),
            None => self.missing(store, "encryption"),
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
            Some(protocol) => FactValue::YesNo(has_trait(self.db, protocol, "encrypted")),
            None => self.missing(flow, "protocol"),
        }
    }

    fn authenticated(&self, flow: Decl) -> FactValue<'db> {
        let stated = self.typed(flow);
        if let Some(authentication) = stated.word("authentication") {
            return FactValue::YesNo(Some(authentication) != AUTHENTICATION.position("none"));
        }
        let protocol = stated.decls("protocol").next();
        if protocol.is_some_and(|protocol| has_trait(self.db, protocol, "authenticated")) {
            FactValue::YesNo(true)
        } else {
            self.missing(flow, "authentication")
        }
    }

    fn property(&self, element: Decl, fact: Fact) -> FactValue<'db> {
        let Some(property) = schema::of(element.kind(self.db)).property(fact.name) else {
            return FactValue::Absent;
        };
        let stated = self.typed(element);
        match fact.gives {
            Gives::Words(_) => match stated.get(fact.name) {
                Some(_) => FactValue::Words(stated.words(fact.name)),
                None => self.unlisted(element, property.name),
            },
            Gives::Assets => FactValue::Assets(stated.decls(fact.name).collect::<Vec<_>>().into()),
            Gives::Named(_) => match stated.get(fact.name) {
                Some(_) => FactValue::Named(stated.decls(fact.name).collect()),
                // A person is made with nothing; what they use is an element of its own, or
                // nobody's matter.
                None if self.is_person(element) => FactValue::Named(Vec::new()),
                None => self.unlisted(element, property.name),
            },
            Gives::Word(words) => {
                let default = || words.position(property.default?);
                let inherited = || self.of_component(element, fact.name);
                match stated.word(fact.name).or_else(inherited).or_else(default) {
                    Some(word) => FactValue::Word(word),
                    None => self.missing(element, property.name),
                }
            }
            Gives::YesNo => match stated.yes_no(fact.name) {
                Some(yes) => FactValue::YesNo(yes),
                None => self.missing(element, property.name),
            },
            Gives::Opaque | Gives::Elements(..) => FactValue::Absent,
        }
    }
}

/// The boundary that sets an element apart from others: the innermost around it that is more than a
/// label.
pub fn segment(db: &dyn Db, element: Decl) -> Option<Decl> {
    let around = boundaries_around(db, element);
    let real = around.iter().find(|boundary| !is_label(db, **boundary));
    real.or(around.last()).copied()
}

/// Whether a boundary states nothing that would set apart what is in it.
fn is_label(db: &dyn Db, boundary: Decl) -> bool {
    let stated = typed(db, boundary);
    !["kind", "trust", "mitigations"]
        .iter()
        .any(|property| stated.get(property).is_some())
}

/// The elements that a boundary sets apart: those that are in it, or in a label in it, by file and
/// place.
#[salsa::tracked]
pub fn elements_in(db: &dyn Db, boundary: Decl) -> Vec<Decl> {
    let mut elements: Vec<Decl> = all_in(db, boundary).collect();
    put_in_order(db, &mut elements);
    elements
}

/// The same in no order, one after the other: who needs only some looks at no others.
pub fn all_in(db: &dyn Db, boundary: Decl) -> impl Iterator<Item = Decl> {
    let mut seen = FxHashSet::from_iter([boundary]);
    let mut pending = vec![(boundary, 0, headings_naming(db, boundary).iter())];
    std::iter::from_fn(move || {
        while let Some((boundary, depth, headings)) = pending.last_mut() {
            let (boundary, depth) = (*boundary, *depth);
            let Some(&inner) = headings.next() else {
                pending.pop();
                continue;
            };
            if placed_in(db, inner) != Some(boundary) {
                continue;
            }
            if NODES.contains(&inner.kind(db)) {
                return Some(inner);
            }
            if depth < MAX_BOUNDARY_DEPTH && is_label(db, inner) && seen.insert(inner) {
                pending.push((inner, depth + 1, headings_naming(db, inner).iter()));
            }
        }
        None
    })
}

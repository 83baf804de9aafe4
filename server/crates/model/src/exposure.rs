//! How far an element is trusted, and from where it is reached. It must not know rules.

use crate::boundaries::boundaries_around;
use crate::db::{Db, Decl};
use crate::definitions::broader_says;
use crate::flows::incoming;
use crate::headings::{ends, placed_in};
use crate::properties::typed;
use crate::schema::TRUST;
use threatline_syntax::Kind;

/// The trust of what is in a boundary, by its position in [`TRUST`], and the boundary that states
/// it.
#[salsa::tracked(returns(copy))]
pub fn trust_of_boundary(db: &dyn Db, boundary: Decl) -> (u8, Option<Decl>) {
    let chain = std::iter::once(boundary).chain(boundaries_around(db, boundary).iter().copied());
    for boundary in chain {
        if let Some(trust) = typed(db, boundary).word("trust") {
            return (trust, Some(boundary));
        }
    }
    (most_trusted(), None)
}

fn most_trusted() -> u8 {
    TRUST.words.len() as u8 - 1
}

/// How far an element is trusted by where it is, and the boundary that says so. Outside of all
/// boundaries an external entity is not trusted, and what is ours is.
#[salsa::tracked(returns(copy))]
pub fn trust(db: &dyn Db, element: Decl) -> (u8, Option<Decl>) {
    match placed_in(db, element) {
        Some(boundary) => trust_of_boundary(db, boundary),
        None if element.kind(db) == Kind::External => (0, None),
        None => (most_trusted(), None),
    }
}

/// From where an element is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The lowest trust of a place from which it is, by its position in [`TRUST`]; without flows to
    /// it, its own.
    pub trust: u8,
    /// The flow that comes from that place, if it is another trust than the element's own.
    pub by: Option<Decl>,
    /// What forwards that flow to the element, if it does not end there itself.
    pub through: Option<Decl>,
}

/// How many elements are looked at behind one: as many in a row only forward in no design.
const MAX_FORWARDERS: usize = 256;

/// From where an element is reached, directly or through what only forwards.
#[salsa::tracked(returns(copy))]
pub fn reached(db: &dyn Db, element: Decl) -> Reached {
    let mut reached = Reached {
        trust: trust(db, element).0,
        by: None,
        through: None,
    };
    // Each with the forwarder next to the element through which it is reached.
    let mut pending = vec![(element, None)];
    let mut next = 0;
    while let Some((reached_at, through)) =
        pending.get(next).copied().filter(|_| next < MAX_FORWARDERS)
    {
        next += 1;
        for &flow in incoming(db, reached_at) {
            let Some(source) = ends(db, flow).0 else {
                continue;
            };
            let from = trust(db, source).0;
            if from < reached.trust {
                reached = Reached {
                    trust: from,
                    by: Some(flow),
                    through,
                };
            }
            if forwards(db, source) && !pending.iter().any(|(known, _)| *known == source) {
                pending.push((source, through.or(Some(source))));
            }
        }
    }
    reached
}

/// Whether an element only hands on what it gets.
#[salsa::tracked(returns(copy))]
fn forwards(db: &dyn Db, element: Decl) -> bool {
    let says = |technology| broader_says(db, technology, "forwards").is_some_and(|(yes, _)| yes);
    typed(db, element).decls("technology").any(says)
}

/// Whether a flow starts in a place of lower trust than it ends in, and that flow; of an element,
/// whether it is reached from such a place, and the flow that comes from there.
#[salsa::tracked(returns(copy))]
pub fn exposed_by(db: &dyn Db, element: Decl) -> Option<Decl> {
    if element.kind(db) == Kind::Flow {
        let (source, target) = ends(db, element);
        return (trust(db, source?).0 < trust(db, target?).0).then_some(element);
    }
    reached(db, element).by
}

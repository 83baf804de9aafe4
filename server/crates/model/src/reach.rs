//! From where an element is reached, by trust. It must not know what flows carry, nor rules.

use crate::boundaries::crossed;
use crate::db::{Db, Decl};
use crate::definitions::is_made_with;
use crate::flows::incoming;
use crate::headings::ends;
use crate::properties::typed;
use crate::trust_levels::{Below, trust};
use threatline_syntax::Kind;

/// From where an element is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The lowest trust of a place from which it may be, by its position in
    /// [`TRUST`](crate::schema::TRUST); without flows to it, its own.
    pub least: u8,
    /// The lowest trust of a place from which it certainly is.
    pub most: u8,
    /// The boundary whose unknown trust makes the two differ.
    pub missing_at: Option<Decl>,
    /// Whether it is reached from a place of lower trust than its own.
    pub exposure: Exposure,
    /// What forwards the flow of the exposure to the element, if that does not end there itself.
    pub through: Option<Decl>,
}

/// Whether something is reached from a place of lower trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// By this flow.
    By(Decl),
    /// It is not.
    No,
    /// It depends on the trust of this boundary.
    Unknown(Decl),
}

impl Exposure {
    /// The flow that comes from a place of lower trust, if that is certain.
    pub fn flow(self) -> Option<Decl> {
        match self {
            Exposure::By(flow) => Some(flow),
            _ => None,
        }
    }
}

/// How many elements are examined behind one: as many in a row only forward in no design.
const MAX_FORWARDERS: usize = 256;

/// From where an element is reached, directly or through what only forwards.
#[salsa::tracked(returns(copy))]
pub fn reached(db: &dyn Db, element: Decl) -> Reached {
    let own = trust(db, element);
    let mut reached = Reached {
        least: own.least,
        most: own.most,
        missing_at: own.missing_at(),
        exposure: Exposure::No,
        through: None,
    };
    // The trust of the place from which the flow of the exposure comes, and whether its callers
    // prove who they are.
    let mut exposed_to = (u8::MAX, true);
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
            let from = trust(db, source);
            if from.least < reached.least {
                reached.least = from.least;
                reached.missing_at = from.missing_at();
            }
            reached.most = reached.most.min(from.most);
            match from.below(own) {
                Below::Yes if (from.most, is_proven(db, flow)) < exposed_to => {
                    exposed_to = (from.most, is_proven(db, flow));
                    reached.exposure = Exposure::By(flow);
                    reached.through = through;
                }
                Below::Unknown(boundary) if reached.exposure == Exposure::No => {
                    reached.exposure = Exposure::Unknown(boundary);
                }
                _ => {}
            }
            if forwards(db, source)
                && !is_own_traffic(db, flow, source)
                && !pending.iter().any(|(known, _)| *known == source)
            {
                pending.push((source, through.or(Some(source))));
            }
        }
    }
    reached
}

/// Whether a flow of what forwards carries its own traffic: it is for the operation of the system,
/// as logs are, and nothing that comes in is.
fn is_own_traffic(db: &dyn Db, flow: Decl, forwarder: Decl) -> bool {
    let is_for_operations = |flow: Decl| typed(db, flow).states("usage", "operations");
    is_for_operations(flow)
        && !incoming(db, forwarder)
            .iter()
            .any(|incoming| is_for_operations(*incoming))
}

/// Whether who starts a flow proves who they are by what cannot be guessed or phished.
pub fn is_proven(db: &dyn Db, flow: Decl) -> bool {
    let stated = typed(db, flow);
    ["certificate", "mutual_tls", "signature"]
        .iter()
        .any(|word| stated.states("authentication", word))
}

/// Whether an element only hands on what it gets.
#[salsa::tracked(returns(copy))]
pub fn forwards(db: &dyn Db, element: Decl) -> bool {
    is_made_with(db, element, "forwards")
}

/// Whether a flow starts in a place of lower trust than it ends in; of an element, whether it is
/// reached from such a place.
#[salsa::tracked(returns(copy))]
pub fn exposure(db: &dyn Db, element: Decl) -> Exposure {
    if element.kind(db) != Kind::Flow {
        return reached(db, element).exposure;
    }
    let (Some(source), Some(target)) = ends(db, element) else {
        return Exposure::No;
    };
    match trust(db, source).below(trust(db, target)) {
        Below::Yes => Exposure::By(element),
        Below::No => Exposure::No,
        Below::Unknown(boundary) => Exposure::Unknown(boundary),
    }
}

/// Whether a flow goes from a place into one of lower trust.
pub fn is_outbound(db: &dyn Db, flow: Decl) -> Below {
    match ends(db, flow) {
        (Some(source), Some(target)) => trust(db, target).below(trust(db, source)),
        _ => Below::No,
    }
}

/// Whether a flow crosses a trust boundary: one that is drawn around just one of its ends, or the
/// one that nobody drew between places that are certainly not trusted alike.
pub fn crosses_boundary(db: &dyn Db, flow: Decl) -> bool {
    let (entered, left) = crossed(db, flow);
    !entered.is_empty()
        || !left.is_empty()
        || exposure(db, flow).flow().is_some()
        || is_outbound(db, flow) == Below::Yes
}

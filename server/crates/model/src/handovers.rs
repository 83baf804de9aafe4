//! By which flows an asset goes from whom to whom. It must not know how far input comes that way.

use crate::db::{Db, Decl, File};
use crate::definitions::{has_trait, is_made_with};
use crate::flows::{outgoing, touching};
use crate::headings::ends;
use crate::names::files_naming;
use crate::properties::typed;
use crate::reach::forwards;
use crate::trust_levels::{Below, trust};
use rustc_hash::FxHashMap;
use threatline_syntax::Kind;

/// An asset that goes from one element to another by a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover {
    /// The flow.
    pub flow: Decl,
    /// Who gives the asset.
    pub giver: Decl,
    /// Who gets it.
    pub taker: Decl,
    /// Whether input begins with it.
    pub begins: Begins,
    /// Whether the giver hands on what came to it in the asset.
    pub hands_on: bool,
}

/// Whether a handover brings input that was not in the asset before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// It does, since the giver is trusted less than the taker: so much.
    Below(u8),
    /// It depends on the trust of this boundary.
    Unknown(Decl),
    /// It does if the giver read input in another asset, which it may repeat in this one.
    Repeated,
    /// It does not.
    No,
}

/// The handovers to an element.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arriving {
    /// By asset, as the flows state.
    stated: FxHashMap<Decl, Vec<Handover>>,
    /// By flows that do not state what they send, from elements that forward whatever came in.
    forwarded: Vec<Handover>,
}

impl Arriving {
    /// Those of an asset: the stated ones of flows to the element, then those of flows from it, and
    /// last what is forwarded, each by file and place.
    pub fn of(&self, asset: Decl) -> impl Iterator<Item = &Handover> {
        let stated = self.stated.get(&asset).into_iter().flatten();
        stated.chain(&self.forwarded)
    }

    /// How many there are of an asset.
    pub fn number_of(&self, asset: Decl) -> usize {
        self.stated.get(&asset).map_or(0, Vec::len) + self.forwarded.len()
    }
}

/// The handovers to an element.
#[salsa::tracked]
pub fn arriving(db: &dyn Db, element: Decl) -> Arriving {
    let mut arriving = Arriving::default();
    let flows = touching(db, element);
    for flow in &flows.incoming {
        arriving.add(db, stated(db, *flow, Direction::Sends));
        let giver = ends(db, *flow).0.filter(|giver| forwards(db, *giver));
        if let Some(giver) = giver
            && is_silent(db, *flow)
        {
            arriving.forwarded.push(Handover {
                flow: *flow,
                giver,
                taker: element,
                begins: Begins::No,
                hands_on: true,
            });
        }
    }
    for flow in &flows.outgoing {
        arriving.add(db, stated(db, *flow, Direction::Receives));
    }
    arriving
}

impl Arriving {
    fn add(&mut self, db: &dyn Db, handover: Option<(Handover, Direction)>) {
        let Some((handover, direction)) = handover else {
            return;
        };
        for asset in direction.assets(db, handover.flow) {
            self.stated.entry(asset).or_default().push(handover);
        }
    }
}

/// The handovers of an asset, by file and place.
pub fn all_handovers(db: &dyn Db, asset: Decl) -> Vec<Handover> {
    let mut files: Vec<File> = files_naming(db, asset).to_vec();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    files.dedup();
    let handovers = files
        .into_iter()
        .flat_map(|file| handovers_in(db, file).get(&asset).into_iter().flatten());
    handovers.copied().collect()
}

/// The handovers of each asset by the flows of a file. A query for a file, so that what asks for an
/// asset that many flows carry looks at files and not at flows.
#[salsa::tracked]
fn handovers_in(db: &dyn Db, file: File) -> FxHashMap<Decl, Vec<Handover>> {
    let mut handovers: FxHashMap<Decl, Vec<Handover>> = FxHashMap::default();
    let declarations = file.declarations(db).iter();
    for &flow in declarations.filter(|decl| decl.kind(db) == Kind::Flow) {
        let directions = [Direction::Sends, Direction::Receives];
        for (handover, direction) in directions
            .map(|direction| stated(db, flow, direction))
            .into_iter()
            .flatten()
        {
            for asset in direction.assets(db, flow) {
                handovers.entry(asset).or_default().push(handover);
            }
        }
    }
    handovers
}

/// What of a flow states which assets go over it, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// From its source to its target.
    Sends,
    /// From its target to its source.
    Receives,
}

impl Direction {
    fn assets(self, db: &dyn Db, flow: Decl) -> impl Iterator<Item = Decl> {
        let property = match self {
            Direction::Sends => "sends",
            Direction::Receives => "receives",
        };
        typed(db, flow).decls(property)
    }
}

/// The handover of the assets that a flow states for a direction, if it states any.
fn stated(db: &dyn Db, flow: Decl, direction: Direction) -> Option<(Handover, Direction)> {
    direction.assets(db, flow).next()?;
    let (Some(source), Some(target)) = ends(db, flow) else {
        return None;
    };
    if is_session(db, flow) {
        return None;
    }
    let (giver, taker) = match direction {
        Direction::Sends => (source, target),
        Direction::Receives => (target, source),
    };
    let trust_of_giver = trust(db, giver);
    let begins = match trust_of_giver.below(trust(db, taker)) {
        Below::Yes => Begins::Below(trust_of_giver.most),
        Below::Unknown(boundary) => Begins::Unknown(boundary),
        Below::No if is_made_with(db, giver, "echoes") => Begins::Repeated,
        Below::No => Begins::No,
    };
    let handover = Handover {
        flow,
        giver,
        taker,
        begins,
        hands_on: !is_queried(db, giver),
    };
    Some((handover, direction))
}

/// To whom an element hands on whatever came in, by flows that do not state what they send.
pub fn forwarded(db: &dyn Db, element: Decl) -> Vec<Decl> {
    if !forwards(db, element) {
        return Vec::new();
    }
    let silent = outgoing(db, element).iter();
    silent
        .filter(|flow| is_silent(db, **flow))
        .filter_map(|flow| ends(db, *flow).1)
        .collect()
}

/// Whether a flow does not state what it sends, and may send input.
fn is_silent(db: &dyn Db, flow: Decl) -> bool {
    !typed(db, flow).is_written("sends") && !is_session(db, flow)
}

/// Whether a flow is a person's session on a machine, which is not an input of what it reaches.
pub fn is_session(db: &dyn Db, flow: Decl) -> bool {
    let mut protocols = typed(db, flow).decls("protocol");
    protocols.any(|protocol| has_trait(db, protocol, "interactive"))
}

/// Whether what is read from an element is the answer to a query.
pub fn is_queried(db: &dyn Db, element: Decl) -> bool {
    is_made_with(db, element, "queried")
}

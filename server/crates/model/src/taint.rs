//! Where input from places of lower trust goes: which assets bring it to which elements, and by
//! which way. It must not know rules.
//!
//! Input follows the data and not the caller: it is sent, fetched, taken from a queue or a bucket,
//! forwarded, or repeated by a language model. It ends at a database, whose answers are not what
//! was put into it, and it does not come with a person's session on a machine.

use crate::assets::holds;
use crate::db::{Db, Decl, File};
use crate::definitions::{has_trait, is_made_with};
use crate::flows::{incoming, outgoing};
use crate::headings::ends;
use crate::names::files_naming;
use crate::properties::typed;
use crate::reach::{Exposure, forwards, reached};
use crate::trust_levels::{Below, trust};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use threatline_syntax::Kind;

/// How input in an asset comes to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The element that gives it.
    pub from: Decl,
    /// The flow by which it comes.
    pub flow: Decl,
    /// The place of lower trust in which it began.
    pub origin: Decl,
    /// The trust of that place, by its position in [`TRUST`](crate::schema::TRUST).
    pub trust: u8,
}

/// To which elements an asset brings input.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Each with the last step of the shortest way from the least trusted place.
    pub steps: FxHashMap<Decl, Step>,
    /// Those for which it depends on the trust of a boundary.
    pub unknown: FxHashMap<Decl, Decl>,
}

/// How many elements in a row may repeat in one asset what they read in another. More are in no
/// design, and each is a query within a query.
const MAX_REPEATERS: u8 = 4;

/// To which elements an asset brings input.
pub fn spread(db: &dyn Db, asset: Decl) -> &Spread {
    spread_through(db, asset, MAX_REPEATERS)
}

#[salsa::tracked]
fn spread_through(db: &dyn Db, asset: Decl, repeaters: u8) -> Spread {
    let mut spread = Spread::default();
    let handovers = handovers(db, asset);
    let mut begun: Vec<(Decl, Step)> = Vec::new();
    for handover in &handovers {
        match handover.below {
            Below::Yes => begun.push((
                handover.taker,
                handover.step(handover.giver, handover.trust),
            )),
            Below::Unknown(boundary) => {
                spread.unknown.entry(handover.taker).or_insert(boundary);
            }
            Below::No if handover.giver_echoes => {
                let origin = repeated(db, handover.giver, asset, repeaters);
                begun.extend(
                    origin.map(|from| (handover.taker, handover.step(from.origin, from.trust))),
                );
            }
            Below::No => {}
        }
    }
    let mut handed_on: FxHashMap<Decl, Vec<&Handover>> = FxHashMap::default();
    for handover in handovers
        .iter()
        .filter(|handover| !handover.giver_is_queried)
    {
        handed_on.entry(handover.giver).or_default().push(handover);
    }
    // The least trusted places first, and from each the shortest way.
    begun.sort_by_key(|(_, step)| step.trust);
    let mut begun = begun.into_iter().peekable();
    let mut pending = VecDeque::new();
    while let Some((_, next)) = begun.peek() {
        let level = next.trust;
        while let Some((element, step)) = begun.next_if(|(_, step)| step.trust == level) {
            pending.push_back((element, step));
        }
        while let Some((element, arrived)) = pending.pop_front() {
            if spread.steps.contains_key(&element) {
                continue;
            }
            spread.steps.insert(element, arrived);
            let step = |flow| Step {
                from: element,
                flow,
                ..arrived
            };
            let stated = handed_on.get(&element).into_iter().flatten();
            pending.extend(stated.map(|handover| (handover.taker, step(handover.flow))));
            let silent = forwarded(db, element).into_iter();
            pending.extend(silent.map(|(flow, taker)| (taker, step(flow))));
        }
    }
    spread
}

/// An asset that goes from one element to another by a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Handover {
    flow: Decl,
    giver: Decl,
    taker: Decl,
    /// Whether the giver is trusted less than the taker.
    below: Below,
    /// The trust of the giver.
    trust: u8,
    /// Whether what the giver gives is the answer to a query.
    giver_is_queried: bool,
    /// Whether the giver may repeat what it read in other assets.
    giver_echoes: bool,
}

impl Handover {
    fn step(&self, origin: Decl, trust: u8) -> Step {
        Step {
            from: self.giver,
            flow: self.flow,
            origin,
            trust,
        }
    }
}

/// By which flows an asset goes from whom to whom, by file and place.
fn handovers(db: &dyn Db, asset: Decl) -> Vec<Handover> {
    let mut files: Vec<File> = files_naming(db, asset).to_vec();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    files.dedup();
    let handovers = files
        .into_iter()
        .flat_map(|file| handovers_in(db, file).get(&asset).into_iter().flatten());
    handovers.copied().collect()
}

/// The same of one file, for each asset. A query for a file, so that what asks for an asset that
/// many flows carry looks at files and not at flows.
#[salsa::tracked]
fn handovers_in(db: &dyn Db, file: File) -> FxHashMap<Decl, Vec<Handover>> {
    let mut handovers: FxHashMap<Decl, Vec<Handover>> = FxHashMap::default();
    let declarations = file.declarations(db).iter();
    for &flow in declarations.filter(|decl| decl.kind(db) == Kind::Flow) {
        let (Some(source), Some(target)) = ends(db, flow) else {
            continue;
        };
        if is_session(db, flow) {
            continue;
        }
        let stated = typed(db, flow);
        for (property, giver, taker) in [("sends", source, target), ("receives", target, source)] {
            let mut assets = stated.decls(property).peekable();
            if assets.peek().is_none() {
                continue;
            }
            let handover = Handover {
                flow,
                giver,
                taker,
                below: trust(db, giver).below(trust(db, taker)),
                trust: trust(db, giver).most,
                giver_is_queried: is_queried(db, giver),
                giver_echoes: is_made_with(db, giver, "echoes"),
            };
            for asset in assets {
                handovers.entry(asset).or_default().push(handover);
            }
        }
    }
    handovers
}

/// To whom an element hands on whatever came in, by flows that do not say what they send.
fn forwarded(db: &dyn Db, element: Decl) -> Vec<(Decl, Decl)> {
    if !forwards(db, element) {
        return Vec::new();
    }
    let silent = outgoing(db, element).iter().filter(|flow| {
        let stated = typed(db, **flow);
        !stated.is_written("sends") && !is_session(db, **flow)
    });
    silent
        .filter_map(|flow| Some((*flow, ends(db, *flow).1?)))
        .collect()
}

/// Whether a flow is a person's session on a machine, which is not an input of what it reaches.
fn is_session(db: &dyn Db, flow: Decl) -> bool {
    let mut protocols = typed(db, flow).decls("protocol");
    protocols.any(|protocol| has_trait(db, protocol, "interactive"))
}

/// Whether what is read from an element is the answer to a query.
fn is_queried(db: &dyn Db, element: Decl) -> bool {
    is_made_with(db, element, "queried")
}

/// Where the input began that an element may repeat in an asset, having read it in another one.
fn repeated(db: &dyn Db, element: Decl, asset: Decl, repeaters: u8) -> Option<Step> {
    if repeaters == 0 {
        return None;
    }
    let others = holds(db, element).iter().filter(|other| **other != asset);
    let steps = others.filter_map(|other| {
        let spread = spread_through(db, *other, repeaters - 1);
        spread.steps.get(&element).copied()
    });
    steps.min_by_key(|step| step.trust)
}

/// Input that comes to an element in an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taint {
    /// The asset.
    pub asset: Decl,
    /// How it comes.
    pub step: Step,
}

/// The assets that bring input to an element, that from the least trusted place first.
#[salsa::tracked]
pub fn taints(db: &dyn Db, element: Decl) -> Vec<Taint> {
    let held = holds(db, element).iter();
    let mut taints: Vec<Taint> = held
        .filter_map(|asset| {
            let step = *spread(db, *asset).steps.get(&element)?;
            Some(Taint {
                asset: *asset,
                step,
            })
        })
        .collect();
    taints.sort_by_key(|taint| taint.step.trust);
    taints
}

/// The way by which input in an asset comes to an element: each flow, and the element at its end.
pub fn way(db: &dyn Db, element: Decl, taint: Taint) -> Vec<(Decl, Decl)> {
    let spread = spread(db, taint.asset);
    let mut way = vec![(taint.step.flow, element)];
    let mut giver = taint.step.from;
    while let Some(step) = spread.steps.get(&giver) {
        if giver == taint.step.origin || way.iter().any(|(_, passed)| *passed == giver) {
            break;
        }
        way.push((step.flow, giver));
        giver = step.from;
    }
    way.reverse();
    way
}

/// Whether input from a place of lower trust comes to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// It comes in an asset.
    Carried(Taint),
    /// It comes with the requests of this flow, whatever they carry.
    Requested(Decl),
    /// None does, by what is stated.
    None,
    /// It depends on the trust of this boundary.
    UnknownTrust(Decl),
    /// It depends on what this flow carries, and does not state by this property.
    UnknownData(Decl, &'static str),
}

impl Input {
    /// Whether it certainly comes.
    pub fn is_certain(self) -> bool {
        matches!(self, Input::Carried(_) | Input::Requested(_))
    }
}

/// Whether input from a place of lower trust comes to an element, as far as it is known without
/// asking what silent flows bring.
#[salsa::tracked(returns(copy))]
fn known_input(db: &dyn Db, element: Decl) -> Input {
    if let Some(taint) = taints(db, element).first() {
        return Input::Carried(*taint);
    }
    match reached(db, element).exposure {
        Exposure::By(flow) if !is_session(db, flow) => return Input::Requested(flow),
        Exposure::Unknown(boundary) => return Input::UnknownTrust(boundary),
        _ => {}
    }
    let held = holds(db, element).iter();
    let unknown = held
        .filter_map(|asset| spread(db, *asset).unknown.get(&element))
        .next();
    match unknown {
        Some(boundary) => Input::UnknownTrust(*boundary),
        None => Input::None,
    }
}

/// Whether input from a place of lower trust comes to an element. One that gets something from an
/// element with input, by a flow that does not say what, may get it from there.
#[salsa::tracked(returns(copy))]
pub fn input(db: &dyn Db, element: Decl) -> Input {
    let known = known_input(db, element);
    if known != Input::None {
        return known;
    }
    let silent = incoming(db, element).iter().copied().find(|flow| {
        let stated = typed(db, *flow);
        let is_silent = !stated.is_written("sends") && !stated.states("access", "read");
        let source = ends(db, *flow)
            .0
            .filter(|_| is_silent && !is_session(db, *flow));
        source.is_some_and(|source| known_input(db, source).is_certain())
    });
    if let Some(flow) = silent {
        return Input::UnknownData(flow, "sends");
    }
    let fetches = outgoing(db, element).iter().copied().find(|flow| {
        let stated = typed(db, *flow);
        let is_silent = !stated.is_written("receives") && !stated.states("access", "write");
        let target = ends(db, *flow)
            .1
            .filter(|_| is_silent && !is_session(db, *flow));
        target.is_some_and(|target| !is_queried(db, target) && known_input(db, target).is_certain())
    });
    fetches.map_or(Input::None, |flow| Input::UnknownData(flow, "receives"))
}

/// Whether a flow passes on input of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassesOn {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on whether input comes to its source.
    Unknown(Input),
}

/// Whether a flow passes on input of its source: an asset that brings it there, or, where it does
/// not say what it sends, whatever came in.
pub fn passes_on_input(db: &dyn Db, flow: Decl) -> PassesOn {
    let Some(source) = ends(db, flow).0 else {
        return PassesOn::No;
    };
    let stated = typed(db, flow);
    let mut sent = stated.decls("sends");
    if sent.any(|asset| spread(db, asset).steps.contains_key(&source)) {
        return PassesOn::Yes;
    }
    match input(db, source) {
        Input::None => PassesOn::No,
        Input::Carried(_) | Input::Requested(_) if stated.is_written("sends") => PassesOn::No,
        Input::Carried(_) | Input::Requested(_) => PassesOn::Yes,
        unknown => PassesOn::Unknown(unknown),
    }
}

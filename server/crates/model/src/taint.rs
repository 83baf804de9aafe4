//! Where input from places of lower trust goes: which assets bring it to which elements, and by
//! which way. It must not know rules.
//!
//! Input follows the data and not the caller: it is sent, fetched, taken from a queue or a bucket,
//! forwarded, or repeated by a language model. It ends at a database, whose answers are not what
//! was put into it, and it does not come with a person's session on a machine.

use crate::assets::holds;
use crate::db::{Db, Decl};
use crate::flows::{incoming, outgoing};
use crate::handovers::{
    Begins, Handover, all_handovers, arriving, forwarded, is_queried, is_session,
};
use crate::headings::ends;
use crate::properties::typed;
use crate::reach::{Exposure, reached};
use crate::trust_levels::{Below, trust};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;

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

/// How far it is from where input began: how little that place is trusted, and over how many flows.
/// The least trusted place comes first, and the shortest way from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    trust: u8,
    flows: u32,
}

/// The last step of input to each of some elements.
type Steps = FxHashMap<Decl, Step>;

/// How many elements in a row may repeat in one asset what they read in another. More are in no
/// design, and each is a query within a query.
const MAX_REPEATERS: u8 = 4;

/// How many handovers are looked at before one element to find where its input began. Behind more
/// of them the whole model is looked at, once for all elements.
const MAX_LOOKED_AT: usize = 256;

/// The steps by which input in an asset comes to an element, if it does: the last one to it, and
/// those to the elements before it.
fn steps_to(db: &dyn Db, element: Decl, asset: Decl, repeaters: u8) -> Cow<'_, Steps> {
    match steps_from_near(db, element, asset, repeaters) {
        Some(steps) => Cow::Owned(steps),
        None => Cow::Borrowed(all_steps(db, asset, repeaters)),
    }
}

/// The same as far as it can be seen from what is near, so that an edit far away costs nothing:
/// most input begins a few flows before the element. `None` if there is too much to look at.
fn steps_from_near(db: &dyn Db, element: Decl, asset: Decl, repeaters: u8) -> Option<Steps> {
    let mut seen = FxHashSet::from_iter([element]);
    // The elements by how many flows they are before this one.
    let mut layers = vec![vec![element]];
    let mut shortest: Option<Distance> = None;
    let mut looked_at = 0;
    // What begins in a place that nothing is trusted less than comes by the shortest way at once.
    while shortest.is_none_or(|shortest| shortest.trust > 0) {
        let mut layer = Vec::new();
        for &taker in layers.last().into_iter().flatten() {
            let arriving = arriving(db, taker);
            looked_at += arriving.number_of(asset);
            if looked_at > MAX_LOOKED_AT {
                return None;
            }
            for handover in arriving.of(asset) {
                if let Some((_, trust)) = beginning(db, handover, asset, repeaters) {
                    let flows = layers.len() as u32;
                    let distance = Distance { trust, flows };
                    shortest = Some(shortest.map_or(distance, |other| other.min(distance)));
                }
                if handover.hands_on && seen.insert(handover.giver) {
                    layer.push(handover.giver);
                }
            }
        }
        if layer.is_empty() {
            break;
        }
        layers.push(layer);
    }
    let Some(shortest) = shortest else {
        return Some(Steps::default());
    };
    // Those of them on a shortest way.
    let mut distances: FxHashMap<Decl, Distance> = FxHashMap::default();
    let layers = layers[..shortest.flows as usize].iter().rev();
    for (layer, flows) in layers.zip(1..) {
        let distance = Distance { flows, ..shortest };
        let reached = layer.iter().filter(|taker| {
            let mut handovers = arriving(db, **taker).of(asset);
            handovers.any(|handover| brings(db, handover, asset, repeaters, distance, &distances))
        });
        let reached: Vec<Decl> = reached.copied().collect();
        distances.extend(reached.into_iter().map(|taker| (taker, distance)));
    }
    Some(steps(db, asset, repeaters, &distances))
}

/// The last steps of input in an asset to all elements that it comes to.
#[salsa::tracked]
fn all_steps(db: &dyn Db, asset: Decl, repeaters: u8) -> Steps {
    let handovers = all_handovers(db, asset);
    let mut begun: Vec<(u8, Decl)> = Vec::new();
    let mut handed_on: FxHashMap<Decl, Vec<Decl>> = FxHashMap::default();
    for handover in &handovers {
        let beginning = beginning(db, handover, asset, repeaters);
        begun.extend(beginning.map(|(_, trust)| (trust, handover.taker)));
        if handover.hands_on {
            let takers = handed_on.entry(handover.giver).or_default();
            takers.push(handover.taker);
        }
    }
    // The least trusted places first, and from each the shortest way.
    begun.sort_by_key(|(trust, _)| *trust);
    let mut distances = FxHashMap::default();
    let mut begun = begun.into_iter().peekable();
    let mut pending = VecDeque::new();
    while let Some(&(trust, _)) = begun.peek() {
        let first = Distance { trust, flows: 1 };
        while let Some((_, taker)) = begun.next_if(|(other, _)| *other == trust) {
            pending.push_back((taker, first));
        }
        while let Some((element, distance)) = pending.pop_front() {
            let Entry::Vacant(place) = distances.entry(element) else {
                continue;
            };
            place.insert(distance);
            let flows = distance.flows + 1;
            let stated = handed_on.get(&element).into_iter().flatten().copied();
            let takers = stated.chain(forwarded(db, element));
            pending.extend(takers.map(|taker| (taker, Distance { trust, flows })));
        }
    }
    steps(db, asset, repeaters, &distances)
}

/// The last step to each element whose distance is known. Of several the first counts.
fn steps(db: &dyn Db, asset: Decl, repeaters: u8, distances: &FxHashMap<Decl, Distance>) -> Steps {
    let mut nearest_first: Vec<(Distance, Decl)> = distances
        .iter()
        .map(|(element, distance)| (*distance, *element))
        .collect();
    nearest_first.sort_unstable();
    let mut steps = Steps::default();
    for (distance, element) in nearest_first {
        let mut handovers = arriving(db, element).of(asset);
        let last =
            handovers.find(|handover| brings(db, handover, asset, repeaters, distance, distances));
        let Some(last) = last else {
            debug_assert!(false, "what has a distance is reached");
            continue;
        };
        let origin = match beginning(db, last, asset, repeaters) {
            Some((origin, _)) if distance.flows == 1 => Some(origin),
            _ => steps.get(&last.giver).map(|step| step.origin),
        };
        if let Some(origin) = origin {
            let step = Step {
                from: last.giver,
                flow: last.flow,
                origin,
                trust: distance.trust,
            };
            steps.insert(element, step);
        }
    }
    steps
}

/// Whether a handover brings input over just this distance.
fn brings(
    db: &dyn Db,
    handover: &Handover,
    asset: Decl,
    repeaters: u8,
    distance: Distance,
    distances: &FxHashMap<Decl, Distance>,
) -> bool {
    if distance.flows == 1 {
        let beginning = beginning(db, handover, asset, repeaters);
        return beginning.is_some_and(|(_, trust)| trust == distance.trust);
    }
    let before = Distance {
        flows: distance.flows - 1,
        ..distance
    };
    handover.hands_on && distances.get(&handover.giver) == Some(&before)
}

/// Where the input began that a handover is the first to bring in an asset, and the trust of that
/// place.
fn beginning(db: &dyn Db, handover: &Handover, asset: Decl, repeaters: u8) -> Option<(Decl, u8)> {
    match handover.begins {
        Begins::Below(trust) => Some((handover.giver, trust)),
        Begins::Repeated if repeaters > 0 => {
            read_elsewhere(db, handover.giver, asset, repeaters - 1)
        }
        Begins::Repeated | Begins::Unknown(_) | Begins::No => None,
    }
}

/// Where the input began that an element has read in other assets than this one, and the trust of
/// that place.
#[salsa::tracked(returns(copy))]
fn read_elsewhere(db: &dyn Db, element: Decl, asset: Decl, repeaters: u8) -> Option<(Decl, u8)> {
    let others = holds(db, element).iter().filter(|other| **other != asset);
    let steps = others.filter_map(|other| {
        let steps = steps_to(db, element, *other, repeaters);
        steps.get(&element).copied()
    });
    let least = steps.min_by_key(|step| step.trust)?;
    Some((least.origin, least.trust))
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
            let steps = steps_to(db, element, *asset, MAX_REPEATERS);
            let step = *steps.get(&element)?;
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
    let steps = steps_to(db, element, taint.asset, MAX_REPEATERS);
    let mut way = vec![(taint.step.flow, element)];
    let mut giver = taint.step.from;
    while let Some(step) = steps.get(&giver) {
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
    let mut arriving = held.flat_map(|asset| arriving(db, element).of(*asset));
    let unknown = arriving.find_map(|handover| match handover.begins {
        Begins::Unknown(boundary) => Some(boundary),
        _ => None,
    });
    match unknown {
        Some(boundary) => Input::UnknownTrust(boundary),
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
    if let Some(flow) = fetches {
        return Input::UnknownData(flow, "receives");
    }
    match unspecified_input(db, element, MAX_PASSES) {
        Some((flow, property)) => Input::UnknownData(flow, property),
        None => Input::None,
    }
}

/// How many elements, next to the one that gets it from a flow that does not state it, may pass it
/// on. It is a question, and not worth a search through the model.
const MAX_PASSES: u8 = 1;

/// The flow from a place of lower trust, and the property that it does not state, by which input
/// may come to what gives something to an element.
#[salsa::tracked(returns(copy))]
fn unspecified_input(db: &dyn Db, element: Decl, passes: u8) -> Option<(Decl, &'static str)> {
    let sent = incoming(db, element).iter();
    let sent = sent.filter_map(|flow| {
        let is_given = typed(db, *flow).decls("sends").next().is_some();
        ends(db, *flow)
            .0
            .filter(|_| is_given && !is_session(db, *flow))
    });
    let fetched = outgoing(db, element).iter();
    let fetched = fetched.filter_map(|flow| {
        let is_given = typed(db, *flow).decls("receives").next().is_some();
        let target = ends(db, *flow)
            .1
            .filter(|_| is_given && !is_session(db, *flow));
        target.filter(|target| !is_queried(db, *target))
    });
    sent.chain(fetched).find_map(|giver| {
        let entry = unspecified_entry(db, giver);
        entry.or_else(|| unspecified_input(db, giver, passes.checked_sub(1)?))
    })
}

/// The first flow between an element and a place of lower trust that does not state what it brings
/// from there.
#[salsa::tracked(returns(copy))]
fn unspecified_entry(db: &dyn Db, element: Decl) -> Option<(Decl, &'static str)> {
    let is_silent = |flow: Decl, property: &str, needless: &str| {
        let stated = typed(db, flow);
        !stated.is_written(property) && !stated.states("access", needless) && !is_session(db, flow)
    };
    let is_from = |giver: Option<Decl>| {
        giver.is_some_and(|giver| trust(db, giver).below(trust(db, element)) == Below::Yes)
    };
    let mut sent = incoming(db, element).iter().copied();
    let sent = sent.find(|flow| is_silent(*flow, "sends", "read") && is_from(ends(db, *flow).0));
    let mut fetched = outgoing(db, element).iter().copied();
    let mut fetched =
        || fetched.find(|flow| is_silent(*flow, "receives", "write") && is_from(ends(db, *flow).1));
    sent.map(|flow| (flow, "sends"))
        .or_else(|| Some((fetched()?, "receives")))
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
    if sent.any(|asset| steps_to(db, source, asset, MAX_REPEATERS).contains_key(&source)) {
        return PassesOn::Yes;
    }
    match input(db, source) {
        Input::None => PassesOn::No,
        Input::Carried(_) | Input::Requested(_) if stated.is_written("sends") => PassesOn::No,
        Input::Carried(_) | Input::Requested(_) => PassesOn::Yes,
        unknown => PassesOn::Unknown(unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_REPEATERS, all_steps, steps_from_near};
    use crate::{FileText, Kind, Workspace};
    use std::fmt::Write;
    use threatline_testkit::{Random, TODAY};

    /// A model in which some elements call others at random.
    fn random_model(random: &mut Random) -> String {
        let mut text = "asset order \"Order\"\nasset note \"Note\"\n".to_owned();
        for (name, trust) in [
            ("outside", "untrusted"),
            ("partner", "low"),
            ("own", "trusted"),
        ] {
            writeln!(text, "boundary {name} {{ trust: {trust} }}").unwrap();
        }
        writeln!(text, "boundary open {{ kind: site }}").unwrap();
        let elements = 4 + random.below(20);
        for index in 0..elements {
            let place = random.pick(&["own", "own", "own", "own", "partner", "outside", "open"]);
            let technology = random.pick(&[
                "web_service",
                "web_service",
                "api_gateway",
                "llm",
                "message_queue",
                "relational_database",
            ]);
            let kind = match *technology {
                "message_queue" | "relational_database" => "store",
                _ => "process",
            };
            writeln!(
                text,
                "{kind} e{index} in {place} {{ technology: {technology} }}"
            )
            .unwrap();
        }
        for index in 0..elements * 2 {
            let (from, to) = (random.below(elements), random.below(elements));
            let stated = random.pick(&[
                "sends: order",
                "sends: note",
                "sends: order, note",
                "receives: order",
                "sends: note, receives: order",
                "protocol: https",
            ]);
            let stated = stated.replace(", receives", "\n receives");
            writeln!(text, "flow f{index}: e{from} -> e{to} {{ {stated} }}").unwrap();
        }
        text
    }

    #[test]
    fn what_is_near_and_the_whole_model_give_the_same_steps() {
        let (mut compared, mut reached) = (0, 0);
        for seed in 0..200 {
            let text = random_model(&mut Random::new(seed));
            let mut workspace = Workspace::new(TODAY);
            workspace.set_model("", None);
            let file = workspace.set_file("model.threat", FileText::new(text.as_str()));
            let db = workspace.db();
            let declarations = file.declarations(db);
            let of_kind = |kind| {
                declarations
                    .iter()
                    .filter(move |decl| decl.kind(db) == kind)
            };
            for &asset in of_kind(Kind::Asset) {
                let all = all_steps(db, asset, MAX_REPEATERS);
                for &element in of_kind(Kind::Process).chain(of_kind(Kind::Store)) {
                    let near = steps_from_near(db, element, asset, MAX_REPEATERS)
                        .expect("the model is small");
                    assert_eq!(
                        near.get(&element),
                        all.get(&element),
                        "seed {seed}:\n{text}"
                    );
                    assert!(
                        near.iter()
                            .all(|(before, step)| all.get(before) == Some(step)),
                        "seed {seed}:\n{text}"
                    );
                    compared += 1;
                    reached += usize::from(all.contains_key(&element));
                }
            }
        }
        assert!(
            reached > compared / 10 && reached < compared,
            "{reached} of {compared}"
        );
    }
}

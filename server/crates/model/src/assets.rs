//! The assets that an element holds, and how sensitive they are. It must not know rules.

use crate::db::{Db, Decl};
use crate::flows::touching;
use crate::headings::ends;
use crate::lower::Part;
use crate::properties::typed;
use crate::vocabulary::Aspect;
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;

/// The assets that an element holds: what it stores, handles or carries, and what its flows bring
/// it.
#[salsa::tracked]
pub fn holds(db: &dyn Db, element: Decl) -> Vec<Decl> {
    let own = typed(db, element);
    let mut assets: Vec<Decl> = ["stores", "handles", "sends", "receives"]
        .iter()
        .flat_map(|name| own.decls(name))
        .collect();
    if element.kind(db) == Kind::Flow {
        assets.extend(reachable_by_access(db, element));
    } else {
        let flows = touching(db, element);
        for flow in flows.incoming.iter().chain(&flows.outgoing) {
            let carried = typed(db, *flow);
            assets.extend(carried.decls("sends").chain(carried.decls("receives")));
        }
    }
    // In the order in which they are stated, and not in that of their ids, which depends on past
    // edits.
    let mut seen = FxHashSet::default();
    assets.retain(|asset| seen.insert(*asset));
    assets
}

/// What a flow that does not say what it carries may touch by its `access`: what its target itself
/// stores and handles.
fn reachable_by_access(db: &dyn Db, flow: Decl) -> Vec<Decl> {
    let stated = typed(db, flow);
    let is_silent = !stated.is_written("sends") && !stated.is_written("receives");
    let target = ends(db, flow).1;
    let target = target.filter(|_| is_silent && stated.get("access").is_some());
    let Some(target) = target.map(|target| typed(db, target)) else {
        return Vec::new();
    };
    target
        .decls("stores")
        .chain(target.decls("handles"))
        .collect()
}

/// An asset that an element may hold: nothing says that it does, and nothing that it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Possible {
    /// The asset.
    pub asset: Decl,
    /// The element whose statement would decide it.
    pub element: Decl,
    /// The property that would state it.
    pub property: &'static str,
}

/// The assets that an element may hold beyond those that it does. A flow that does not state what
/// it sends may send whatever its source holds, and one that does not state what it receives may
/// bring whatever its target holds; a store that does not state what it stores may keep whatever
/// those hold that it is connected with.
#[salsa::tracked]
pub fn may_hold(db: &dyn Db, element: Decl) -> Vec<Possible> {
    let mut possible = Vec::new();
    if element.kind(db) == Kind::Flow {
        possible.extend(may_carry(db, element, "sends"));
        possible.extend(may_carry(db, element, "receives"));
    } else {
        let keeps_silent =
            element.kind(db) == Kind::Store && !typed(db, element).is_written("stores");
        let flows = touching(db, element);
        for &flow in flows.incoming.iter().chain(&flows.outgoing) {
            let (source, target) = ends(db, flow);
            let stated = typed(db, flow);
            let is_silent = !stated.is_written("sends") && !stated.is_written("receives");
            let other = if source == Some(element) {
                target
            } else {
                source
            };
            let (decided_by, property) = if is_silent {
                (flow, "sends")
            } else if keeps_silent {
                (element, "stores")
            } else {
                continue;
            };
            let held = other.into_iter().flat_map(|other| holds(db, other));
            possible.extend(held.map(|asset| Possible {
                asset: *asset,
                element: decided_by,
                property,
            }));
        }
    }
    let held = holds(db, element);
    let mut seen: FxHashSet<Decl> = held.iter().copied().collect();
    possible.retain(|possible| seen.insert(possible.asset));
    possible
}

/// What a process may handle that does not state what: whatever its flows carry, except for those
/// with people, whose logins pass it.
pub fn may_handle(db: &dyn Db, process: Decl) -> Vec<Possible> {
    if typed(db, process).is_written("handles") {
        return Vec::new();
    }
    let is_with_person = |flow: Decl| {
        let (source, target) = ends(db, flow);
        let mut ends = source.into_iter().chain(target);
        ends.any(|end| typed(db, end).states("kind", "person"))
    };
    let touching = touching(db, process);
    let flows = touching.incoming.iter().chain(&touching.outgoing);
    let carried = flows
        .filter(|flow| !is_with_person(**flow))
        .flat_map(|flow| holds(db, *flow))
        .copied();
    carried
        .chain(shared_keys(db, &touching.incoming))
        .map(|asset| Possible {
            asset,
            element: process,
            property: "handles",
        })
        .collect()
}

/// Whether a process or a store that does not state what it holds probably holds credentials: its
/// callers share a key with it, or they go between it and a store.
pub fn probably_holds_credentials(db: &dyn Db, element: Decl) -> bool {
    let flows = touching(db, element);
    let is_of_store = |flow: Decl| {
        let (source, target) = ends(db, flow);
        let mut ends = source.into_iter().chain(target);
        ends.any(|end| end.kind(db) == Kind::Store)
    };
    let stored = flows
        .incoming
        .iter()
        .chain(&flows.outgoing)
        .filter(|flow| is_of_store(**flow))
        .flat_map(|flow| holds(db, *flow).iter().copied());
    shared_keys(db, &flows.incoming)
        .chain(stored)
        .any(|asset| typed(db, asset).states("kind", "credential"))
}

/// The credentials of callers that authenticate with a key: who checks a key may hold it, too.
fn shared_keys(db: &dyn Db, incoming: &[Decl]) -> impl Iterator<Item = Decl> {
    let keyed = incoming
        .iter()
        .filter(|flow| typed(db, **flow).states("authentication", "key"));
    let callers = keyed.filter_map(|flow| ends(db, *flow).0);
    let held = callers.flat_map(|caller| typed(db, caller).decls("handles"));
    held.filter(|asset| typed(db, *asset).states("kind", "credential"))
}

/// What a store may keep that does not state what: whatever those hold that it is connected with.
pub fn may_store(db: &dyn Db, store: Decl) -> Vec<Possible> {
    if typed(db, store).is_written("stores") {
        return Vec::new();
    }
    let flows = touching(db, store);
    let ends = flows
        .incoming
        .iter()
        .chain(&flows.outgoing)
        .flat_map(|flow| [ends(db, *flow).0, ends(db, *flow).1]);
    let held = ends.flatten().flat_map(|end| holds(db, end));
    held.map(|asset| Possible {
        asset: *asset,
        element: store,
        property: "stores",
    })
    .collect()
}

/// What a flow may send or receive where it states neither what nor `nothing`. What only reads
/// sends no more than its request, and what only writes gets no more than an answer.
pub fn may_carry(db: &dyn Db, flow: Decl, property: &'static str) -> Vec<Possible> {
    let stated = typed(db, flow);
    let (source, target) = ends(db, flow);
    let (end, needless) = match property {
        "sends" => (source, "read"),
        _ => (target, "write"),
    };
    if stated.is_written(property) || stated.states("access", needless) {
        return Vec::new();
    }
    let held = end.into_iter().flat_map(|end| holds(db, end));
    held.map(|asset| Possible {
        asset: *asset,
        element: flow,
        property,
    })
    .collect()
}

/// Why an element holds an asset: the declaration that says so, and the part of it.
pub fn why_held(db: &dyn Db, element: Decl, asset: Decl) -> Option<(Decl, Part)> {
    let flows = touching(db, element);
    let target = ends(db, element).1;
    std::iter::once(element)
        .chain(target)
        .chain(flows.incoming.iter().chain(&flows.outgoing).copied())
        .find_map(|holder| {
            let stated = typed(db, holder);
            let named = ["stores", "handles", "sends", "receives"]
                .into_iter()
                .flat_map(|name| stated.named(name));
            named
                .filter(|(named, _)| *named == asset)
                .map(|(_, part)| (holder, part))
                .next()
        })
}

/// How sensitive something is, each by its position in the schema's words, from 0 to 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sensitivity {
    /// The highest classification.
    pub classification: u8,
    /// The highest integrity.
    pub integrity: u8,
    /// The highest availability.
    pub availability: u8,
    /// Whether any of it is about people.
    pub personal: bool,
    /// Whether anything is held at all.
    pub any: bool,
}

impl Sensitivity {
    /// As sensitive as the more sensitive of two, in each way.
    pub fn with(self, other: Sensitivity) -> Sensitivity {
        Sensitivity {
            classification: self.classification.max(other.classification),
            integrity: self.integrity.max(other.integrity),
            availability: self.availability.max(other.availability),
            personal: self.personal || other.personal,
            any: self.any || other.any,
        }
    }
}

/// How sensitive an asset is. What it does not say of integrity, its classification says, but what
/// anyone may read is not what anyone may change: it is medium at least, and of code high. What it
/// does not say of availability is medium.
#[salsa::tracked(returns(copy))]
pub fn sensitivity_of_asset(db: &dyn Db, asset: Decl) -> Sensitivity {
    let stated = typed(db, asset);
    let classification = stated.word("classification").unwrap_or(1);
    Sensitivity {
        classification,
        integrity: stated.word("integrity").unwrap_or_else(|| {
            let least = if stated.states("kind", "code") { 2 } else { 1 };
            classification.max(least)
        }),
        availability: stated.word("availability").unwrap_or(1),
        personal: stated.yes_no("personal") == Some(true),
        any: true,
    }
}

/// What an asset is made of, by its position in [`schema::ASSET_KIND`]; data, unless it says
/// otherwise.
#[salsa::tracked(returns(copy))]
pub fn kind_of_asset(db: &dyn Db, asset: Decl) -> u8 {
    typed(db, asset).word("kind").unwrap_or_default()
}

/// How sensitive a set of assets is: as its most sensitive.
pub fn most_sensitive(db: &dyn Db, assets: &[Decl]) -> Sensitivity {
    assets.iter().fold(Sensitivity::default(), |most, asset| {
        most.with(sensitivity_of_asset(db, *asset))
    })
}

/// How sensitive what an element holds is. A query of its own, so that what depends on it stops
/// there when one more asset makes no difference.
#[salsa::tracked(returns(copy))]
pub fn sensitivity(db: &dyn Db, element: Decl) -> Sensitivity {
    most_sensitive(db, holds(db, element))
}

/// How high an asset is in an aspect; of its kind, the position of the word.
pub fn aspect_of(db: &dyn Db, asset: Decl, aspect: Aspect) -> u8 {
    let sensitivity = sensitivity_of_asset(db, asset);
    match aspect {
        Aspect::Classification => sensitivity.classification,
        Aspect::Integrity => sensitivity.integrity,
        Aspect::Availability => sensitivity.availability,
        Aspect::Personal => u8::from(sensitivity.personal),
        Aspect::Kind => kind_of_asset(db, asset),
    }
}

//! The assets that an element holds, and how sensitive they are. It must not know rules.

use crate::db::{Db, Decl};
use crate::flows::touching;
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
    if element.kind(db) != Kind::Flow {
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

/// Why an element holds an asset: the declaration that says so, and the part of it.
pub fn why_held(db: &dyn Db, element: Decl, asset: Decl) -> Option<(Decl, Part)> {
    let flows = touching(db, element);
    std::iter::once(element)
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

/// How sensitive an asset is. What it does not say of integrity, its classification says; of
/// availability, that it is medium.
#[salsa::tracked(returns(copy))]
pub fn sensitivity_of_asset(db: &dyn Db, asset: Decl) -> Sensitivity {
    let stated = typed(db, asset);
    let classification = stated.word("classification").unwrap_or(1);
    Sensitivity {
        classification,
        integrity: stated.word("integrity").unwrap_or(classification),
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
        let asset = sensitivity_of_asset(db, *asset);
        Sensitivity {
            classification: most.classification.max(asset.classification),
            integrity: most.integrity.max(asset.integrity),
            availability: most.availability.max(asset.availability),
            personal: most.personal || asset.personal,
            any: true,
        }
    })
}

/// How sensitive what an element holds is. A query of its own, so that what depends on it stops
/// there when one more asset makes no difference.
#[salsa::tracked(returns(copy))]
pub fn sensitivity(db: &dyn Db, element: Decl) -> Sensitivity {
    most_sensitive(db, holds(db, element))
}

/// How high an asset stands in an aspect; of its kind, the position of the word.
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

//! The flows of an element. It must not know what a flow states.

use crate::db::{Db, Decl, put_in_order};
use crate::headings::{ENDPOINT_KINDS, ends};
use crate::names::headings_naming;
use rustc_hash::FxHashMap;

/// The flows that touch an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touching {
    /// Those that end at it.
    pub incoming: Vec<Decl>,
    /// Those that start at it.
    pub outgoing: Vec<Decl>,
    /// The first of those without a name that start at it, by where they end.
    pub first_unnamed: FxHashMap<Decl, Decl>,
}

/// The flows that touch an element, in the order of files and declarations. It looks at those that
/// write its name, and not at all of the model.
#[salsa::tracked]
pub fn touching(db: &dyn Db, element: Decl) -> Touching {
    let mut touching = Touching::default();
    if !ENDPOINT_KINDS.contains(&element.kind(db)) {
        return touching;
    }
    for &flow in headings_naming(db, element) {
        let (source, target) = ends(db, flow);
        if source == Some(element) {
            touching.outgoing.push(flow);
        }
        if target == Some(element) {
            touching.incoming.push(flow);
        }
    }
    put_in_order(db, &mut touching.incoming);
    put_in_order(db, &mut touching.outgoing);
    for &flow in &touching.outgoing {
        if let (None, Some(target)) = (&flow.shape(db).name, ends(db, flow).1) {
            touching.first_unnamed.entry(target).or_insert(flow);
        }
    }
    touching
}

/// The flows that end at an element.
pub fn incoming(db: &dyn Db, element: Decl) -> &[Decl] {
    &touching(db, element).incoming
}

/// The flows that start at an element.
pub fn outgoing(db: &dyn Db, element: Decl) -> &[Decl] {
    &touching(db, element).outgoing
}

//! What is in which boundary, and which boundaries a flow crosses. It must not know how far a
//! boundary is trusted.

use crate::db::{Db, Decl, put_in_order};
use crate::headings::{ends, placed_in};
use crate::names::headings_naming;

/// How deep boundaries may be nested; what is around that many is not examined.
pub const MAX_BOUNDARY_DEPTH: usize = 64;

/// The boundaries around an element or a boundary, the innermost first. Around boundaries that lie
/// in each other in a circle, each is given once.
#[salsa::tracked]
pub fn boundaries_around(db: &dyn Db, decl: Decl) -> Vec<Decl> {
    let mut around = Vec::new();
    let mut next = placed_in(db, decl);
    while let Some(boundary) = next {
        if boundary == decl || around.contains(&boundary) || around.len() == MAX_BOUNDARY_DEPTH {
            break;
        }
        around.push(boundary);
        next = placed_in(db, boundary);
    }
    around
}

/// What is directly in a boundary: elements and boundaries.
#[salsa::tracked]
pub fn contents(db: &dyn Db, boundary: Decl) -> Vec<Decl> {
    let named = headings_naming(db, boundary).iter().copied();
    let mut contents: Vec<Decl> = named
        .filter(|decl| placed_in(db, *decl) == Some(boundary))
        .collect();
    put_in_order(db, &mut contents);
    contents
}

/// Whether anything is directly in a boundary. The first element decides it.
#[salsa::tracked(returns(copy))]
pub fn has_contents(db: &dyn Db, boundary: Decl) -> bool {
    headings_naming(db, boundary)
        .iter()
        .any(|decl| placed_in(db, *decl) == Some(boundary))
}

/// The boundaries that a flow enters and those that it leaves, the innermost first: just one of its
/// ends is in them.
#[salsa::tracked]
pub fn crossed(db: &dyn Db, flow: Decl) -> (Vec<Decl>, Vec<Decl>) {
    let (Some(source), Some(target)) = ends(db, flow) else {
        return Default::default();
    };
    let (around_source, around_target) =
        (boundaries_around(db, source), boundaries_around(db, target));
    let entered = around_target
        .iter()
        .filter(|boundary| !around_source.contains(boundary));
    let left = around_source
        .iter()
        .filter(|boundary| !around_target.contains(boundary));
    (entered.copied().collect(), left.copied().collect())
}

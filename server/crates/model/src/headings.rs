//! What the heading of a declaration names: the ends of a flow, and the boundary around an element.
//! It must not know what a declaration states below its heading.

use crate::db::{Db, Decl, File};
use crate::resolve::resolve;
use smol_str::SmolStr;
use threatline_syntax::Kind;

/// What a flow may start at and end at.
pub const ENDPOINT_KINDS: &[Kind] = &[Kind::External, Kind::Process, Kind::Store];

fn named(db: &dyn Db, file: File, name: Option<&SmolStr>, kinds: &[Kind]) -> Option<Decl> {
    resolve(db, file, name?)
        .ok()
        .filter(|decl| kinds.contains(&decl.kind(db)))
}

/// Where a flow starts and where it ends.
#[salsa::tracked(returns(copy))]
pub fn ends(db: &dyn Db, flow: Decl) -> (Option<Decl>, Option<Decl>) {
    let (file, shape) = (flow.file(db), flow.shape(db));
    if shape.kind != Kind::Flow {
        return (None, None);
    }
    (
        named(db, file, shape.source.as_ref(), ENDPOINT_KINDS),
        named(db, file, shape.target.as_ref(), ENDPOINT_KINDS),
    )
}

/// The boundary that a declaration says it is in.
#[salsa::tracked(returns(copy))]
pub fn placed_in(db: &dyn Db, decl: Decl) -> Option<Decl> {
    named(
        db,
        decl.file(db),
        decl.shape(db).within.as_ref(),
        &[Kind::Boundary],
    )
}

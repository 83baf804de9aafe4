//! The open findings on a declaration, and where those that wait for a fact are reported. It
//! must not know how they are grouped.

use crate::assessment::{Assessed, FindingCounts, FindingState, assessed, unlisted};
use crate::boundaries::contents;
use crate::db::{Db, Decl};
use crate::flows::touching;
use crate::headings::ends;
use crate::trust_levels::trust_of_boundary;
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use threatline_syntax::Kind;

fn open_findings(db: &dyn Db, decl: Decl) -> impl Iterator<Item = &Assessed> {
    let has_findings = decl.kind(db).is_element() || decl.kind(db) == Kind::Threat;
    let findings = has_findings
        .then(|| assessed(db, decl))
        .into_iter()
        .flatten();
    findings.filter(|assessed| assessed.state == FindingState::Open)
}

/// The open findings on a declaration that wait for nothing.
pub(super) fn open_at(db: &dyn Db, decl: Decl) -> impl Iterator<Item = &Assessed> {
    open_findings(db, decl).filter(|assessed| assessed.finding.missing.is_none())
}

/// The findings on a declaration that are too many to be listed.
pub(super) fn unlisted_at(db: &dyn Db, decl: Decl) -> Option<&FindingCounts> {
    let has_findings = decl.kind(db).is_element();
    let unlisted = has_findings.then(|| unlisted(db, decl))?;
    (unlisted.all() > 0).then_some(unlisted)
}

/// The findings on a declaration that depend on a missing fact, and those of other files that
/// depend on a fact of it, as far as they are reported in its file: where the fact would be stated.
/// So a file looks at what is near its elements, and leaves out what another file sees in the same
/// way.
#[salsa::tracked]
pub(super) fn waiting_at(db: &dyn Db, decl: Decl) -> Vec<Assessed> {
    let waits = |assessed: &Assessed| assessed.finding.missing.map(|missing| missing.element);
    let file = decl.file(db);
    let mut waiting = Vec::new();
    for assessed in open_findings(db, decl) {
        let Some(element) = waits(assessed) else {
            continue;
        };
        if element.file(db) == file || !is_near(db, element, decl) {
            waiting.push(assessed.clone());
        }
    }
    let near = near(db, decl);
    for other in near.iter().filter(|other| other.file(db) != file) {
        let of_decl = open_findings(db, *other).filter(|assessed| waits(assessed) == Some(decl));
        waiting.extend(of_decl.cloned());
    }
    waiting
}

/// Whether an element is near another one.
fn is_near(db: &dyn Db, element: Decl, other: Decl) -> bool {
    match element.kind(db) {
        Kind::Boundary => around(db, element).binary_search(&other).is_ok(),
        _ => near(db, element).contains(&other),
    }
}

/// The elements whose rules ask for facts of an element most of the time: its flows and what is at
/// their other ends; of a flow, its ends; of a boundary, what is in it and near that.
fn near(db: &dyn Db, element: Decl) -> Cow<'_, [Decl]> {
    match element.kind(db) {
        Kind::Boundary => around(db, element).into(),
        _ => near_element(db, element).into(),
    }
}

/// What is in a boundary of unknown trust, and the flows of that with what is at their other ends,
/// sorted by id. Of any other boundary nothing: nobody asks for its trust.
#[salsa::tracked]
fn around(db: &dyn Db, boundary: Decl) -> Vec<Decl> {
    if trust_of_boundary(db, boundary).missing_at() != Some(boundary) {
        return Vec::new();
    }
    let mut around = Vec::new();
    let mut seen = FxHashSet::from_iter([boundary]);
    let mut pending = vec![boundary];
    while let Some(boundary) = pending.pop() {
        for &inner in contents(db, boundary) {
            if inner.kind(db) != Kind::Boundary {
                around.push(inner);
                around.extend(near_element(db, inner));
            } else if seen.insert(inner) {
                pending.push(inner);
            }
        }
    }
    around.sort_unstable();
    around.dedup();
    around
}

fn near_element(db: &dyn Db, element: Decl) -> Vec<Decl> {
    match element.kind(db) {
        Kind::Flow => {
            let (source, target) = ends(db, element);
            source.into_iter().chain(target).collect()
        }
        Kind::External | Kind::Process | Kind::Store => {
            let flows = touching(db, element);
            let mut near: Vec<Decl> = flows
                .incoming
                .iter()
                .chain(&flows.outgoing)
                .copied()
                .collect();
            let others = near
                .iter()
                .flat_map(|flow| [ends(db, *flow).0, ends(db, *flow).1]);
            let others: Vec<Decl> = others.flatten().filter(|other| *other != element).collect();
            near.extend(others);
            let mut seen = FxHashSet::default();
            near.retain(|other| seen.insert(*other));
            near
        }
        _ => Vec::new(),
    }
}

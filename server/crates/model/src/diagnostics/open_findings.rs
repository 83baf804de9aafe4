//! The open findings on a declaration, and where those that wait for a fact are told. It must not
//! know how they are grouped.

use crate::assessment::{Assessed, FindingCounts, FindingState, assessed, unlisted};
use crate::db::{Db, Decl};
use crate::flows::touching;
use crate::headings::ends;
use rustc_hash::FxHashSet;
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

/// The findings on a declaration that wait for a fact, or that wait elsewhere for a fact of it,
/// with where that is told: at the element that would state it, in its file. So a file looks at
/// what is near its elements, and leaves out what another file sees in the same way.
#[salsa::tracked]
pub(super) fn waiting_at(db: &dyn Db, decl: Decl) -> Vec<(Decl, Assessed)> {
    let waits = |assessed: &Assessed| assessed.finding.missing.map(|missing| missing.element);
    let file = decl.file(db);
    let mut waiting = Vec::new();
    for assessed in open_findings(db, decl) {
        let Some(element) = waits(assessed) else {
            continue;
        };
        if element.file(db) == file {
            waiting.push((element, assessed.clone()));
        } else if !near(db, element).contains(&decl) {
            waiting.push((decl, assessed.clone()));
        }
    }
    let elsewhere = near(db, decl)
        .into_iter()
        .filter(|other| other.file(db) != file);
    for other in elsewhere {
        let of_decl = open_findings(db, other).filter(|assessed| waits(assessed) == Some(decl));
        waiting.extend(of_decl.map(|assessed| (decl, assessed.clone())));
    }
    waiting
}

/// The elements whose rules ask for facts of an element most of the time: its flows and what is at
/// their other ends; of a flow, its ends.
fn near(db: &dyn Db, element: Decl) -> Vec<Decl> {
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

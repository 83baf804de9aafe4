//! How far places are trusted: what boundaries state, what counts as the team's own, and what is
//! not known. It must not know flows or rules.

use crate::boundaries::{MAX_BOUNDARY_DEPTH, boundaries_around};
use crate::db::{Db, Decl};
use crate::definitions::is_made_with;
use crate::headings::placed_in;
use crate::names::headings_naming;
use crate::properties::typed;
use crate::schema::{BOUNDARY_KIND, TRUST};
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;

/// How far a place is trusted: the levels that are possible, by their positions in [`TRUST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The lowest level that is possible.
    pub least: u8,
    /// The highest one.
    pub most: u8,
    /// Where this comes from.
    pub basis: TrustBasis,
}

/// Where a level of trust comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustBasis {
    /// This boundary states it.
    Stated(Decl),
    /// No boundary states it; this one holds processes or stores of the team's own, which counts as
    /// `high`.
    Own(Decl),
    /// No boundary states it, and nothing shows who controls this one.
    Unknown(Decl),
    /// Outside of all boundaries: an external entity is untrusted, all else is the team's own.
    Outside,
}

/// Whether one place is trusted less than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It depends on the trust of this boundary.
    Unknown(Decl),
}

impl Trust {
    fn known(level: u8, basis: TrustBasis) -> Trust {
        Trust {
            least: level,
            most: level,
            basis,
        }
    }

    /// The level, if only one is possible.
    pub fn level(self) -> Option<u8> {
        (self.least == self.most).then_some(self.least)
    }

    /// The word for the level; `unknown` if several are possible.
    pub fn word(self) -> &'static str {
        self.level().map_or("unknown", |level| TRUST.word(level))
    }

    /// The boundary that states it.
    pub fn stated_by(self) -> Option<Decl> {
        match self.basis {
            TrustBasis::Stated(boundary) => Some(boundary),
            _ => None,
        }
    }

    /// The boundary that would have to state it.
    pub fn missing_at(self) -> Option<Decl> {
        match self.basis {
            TrustBasis::Unknown(boundary) => Some(boundary),
            _ => None,
        }
    }

    /// Whether this place is trusted less than another.
    pub fn below(self, other: Trust) -> Below {
        if self.most < other.least {
            return Below::Yes;
        }
        // What is in one boundary is trusted alike, however far that is.
        if self.least >= other.most || self.basis == other.basis {
            return Below::No;
        }
        match self.missing_at().or(other.missing_at()) {
            Some(boundary) => Below::Unknown(boundary),
            None => Below::No,
        }
    }
}

fn most_trusted() -> u8 {
    TRUST.words.len() as u8 - 1
}

/// How far what is in a boundary is trusted: by its own statement, or by that of a boundary around
/// it. Where none states it, the boundary is the team's own if it, or one in it, holds a process or
/// a store that does not run at its users, and it is a network, an account, a process or of no
/// stated kind. Any other may be anyone's.
#[salsa::tracked(returns(copy))]
pub fn trust_of_boundary(db: &dyn Db, boundary: Decl) -> Trust {
    let chain = || {
        let around = boundaries_around(db, boundary).iter().copied();
        std::iter::once(boundary).chain(around)
    };
    let stated = chain().find_map(|boundary| Some((typed(db, boundary).word("trust")?, boundary)));
    if let Some((level, boundary)) = stated {
        return Trust::known(level, TrustBasis::Stated(boundary));
    }
    match chain().find(|boundary| is_own(db, *boundary)) {
        Some(boundary) => Trust::known(most_trusted(), TrustBasis::Own(boundary)),
        None => Trust {
            least: 0,
            most: most_trusted(),
            basis: TrustBasis::Unknown(chain().last().unwrap_or(boundary)),
        },
    }
}

/// Whether a boundary is the team's own by its kind and by what it holds.
fn is_own(db: &dyn Db, boundary: Decl) -> bool {
    let own_kinds = ["network", "cloud", "process"].map(|kind| BOUNDARY_KIND.position(kind));
    let kind = typed(db, boundary).word("kind");
    (kind.is_none() || own_kinds.contains(&kind)) && holds_own(db, boundary)
}

/// Whether a boundary, or one in it, holds a process or a store that does not run at its users. The
/// first that does decides, so that adding another one causes no new evaluation.
#[salsa::tracked(returns(copy))]
fn holds_own(db: &dyn Db, boundary: Decl) -> bool {
    let mut seen = FxHashSet::from_iter([boundary]);
    let mut pending = vec![(boundary, 0)];
    while let Some((boundary, depth)) = pending.pop() {
        for &inner in headings_naming(db, boundary) {
            let is_inside = || placed_in(db, inner) == Some(boundary);
            match inner.kind(db) {
                Kind::Boundary
                    if depth < MAX_BOUNDARY_DEPTH && is_inside() && seen.insert(inner) =>
                {
                    pending.push((inner, depth + 1));
                }
                Kind::Process | Kind::Store if is_inside() && !runs_at_users(db, inner) => {
                    return true;
                }
                _ => {}
            }
        }
    }
    false
}

/// Whether an element runs where its users are: a browser, an app, a device.
fn runs_at_users(db: &dyn Db, element: Decl) -> bool {
    is_made_with(db, element, "client_side")
}

/// How far an element is trusted by where it is. Outside of all boundaries an external entity is
/// untrusted, and what is the team's own is trusted.
#[salsa::tracked(returns(copy))]
pub fn trust(db: &dyn Db, element: Decl) -> Trust {
    match placed_in(db, element) {
        Some(boundary) => trust_of_boundary(db, boundary),
        None if element.kind(db) == Kind::External => Trust::known(0, TrustBasis::Outside),
        None => Trust::known(most_trusted(), TrustBasis::Outside),
    }
}

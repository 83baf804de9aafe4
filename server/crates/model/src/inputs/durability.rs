//! How often each kind of input changes, by which salsa knows what a change cannot have touched. It
//! must not know how a change is noticed.

use crate::db::{Database, Decl};
use crate::lower::Facts;
use salsa::plumbing::{Revision, ZalsaDatabase};
use salsa::{Durability, Setter};
use std::sync::Arc;
use threatline_syntax::Kind;

/// Never: the library, and which file a declaration is in. Queries do not even note that they
/// read it.
pub const FIXED: Durability = Durability::NEVER_CHANGE;
/// How often names and places change, and what technologies, protocols, mitigations and rules say.
pub const SHAPES: Durability = Durability::HIGH;
/// How often facts change, except for those of definitions and of what is being written.
pub const FACTS: Durability = Durability::MEDIUM;
/// How often the facts of the declaration that is being written change.
pub const TYPED: Durability = Durability::LOW;
/// How often the spans of a file change.
pub const SPANS: Durability = Durability::LOW;

/// How often the facts of a kind of declaration change.
pub fn durability_of_facts(kind: Kind) -> Durability {
    match kind {
        Kind::Technology | Kind::Protocol | Kind::Mitigation | Kind::Rule => SHAPES,
        _ => FACTS,
    }
}

/// Whether many others depend on what a kind of declaration states: they would all have to learn
/// that it is being written.
fn concerns_many(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::External | Kind::Process | Kind::Store | Kind::Flow | Kind::Threat
    )
}

/// Notices which declaration is being written: whoever writes at one does so key by key. What
/// depends on it learns with the second key that it changes often, and from the third on nothing
/// else is examined, however large the model is. There is one at a time.
#[derive(Default)]
pub struct Typing {
    /// The declaration whose facts changed last.
    last: Option<Decl>,
    /// The declaration that is being written: its facts changed twice in a row.
    written: Option<Decl>,
    /// When these were last set.
    written_at: Option<Revision>,
}

impl Typing {
    /// Sets the facts of a declaration, and returns whether it is the one that is being written.
    pub fn set_facts(&mut self, db: &mut Database, decl: Decl, facts: Arc<Facts>) -> bool {
        let kind = decl.kind(db);
        let is_again = self.last.replace(decl) == Some(decl);
        if !is_again || concerns_many(kind) {
            set(db, decl, facts, durability_of_facts(kind));
            return false;
        }
        if let Some(former) = self.written.replace(decl)
            && former != decl
        {
            let (facts, kind) = (former.facts(db).clone(), former.kind(db));
            set(db, former, facts, durability_of_facts(kind));
        }
        set(db, decl, facts, TYPED);
        self.written_at = Some(db.zalsa().current_revision());
        true
    }

    /// When the facts of what is being written were last set.
    pub fn written_at(&self) -> Option<Revision> {
        self.written_at
    }
}

fn set(db: &mut Database, decl: Decl, facts: Arc<Facts>, durability: Durability) {
    decl.set_facts(db).with_durability(durability).to(facts);
}

//! Which mitigations protect an element, and what they counter. It must not know what rules find.

use crate::boundaries::boundaries_around;
use crate::db::{Db, Decl, Model};
use crate::definitions::MAX_BROADER;
use crate::headings::ends;
use crate::lower::Part;
use crate::properties::typed;
use crate::resolve::components_around;
use crate::schema::STATUS;
use crate::values::{Categories, TypedValue};
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;

/// What a mitigation counters, with what the ones it is based on counter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Rules and threats.
    pub decls: Vec<Decl>,
    /// Whole categories.
    pub categories: Categories,
}

/// What a mitigation counters.
#[salsa::tracked]
pub fn counters(db: &dyn Db, mitigation: Decl) -> Counters {
    let mut counters = Counters::default();
    let mut seen = FxHashSet::default();
    let mut next = Some(mitigation);
    while let Some(mitigation) =
        next.filter(|mitigation| seen.insert(*mitigation) && seen.len() <= MAX_BROADER)
    {
        let stated = typed(db, mitigation);
        for (_, value) in stated.values("counters") {
            match value {
                TypedValue::Decl(decl) => counters.decls.push(*decl),
                TypedValue::Category(category) => {
                    counters.categories.0 |= Categories::one(*category).0;
                }
                _ => {}
            }
        }
        next = stated.decls("based_on").next();
    }
    counters
}

/// Whether a mitigation is in place: implemented or verified.
pub fn is_done(db: &dyn Db, mitigation: Decl) -> bool {
    let implemented = STATUS.position("implemented");
    typed(db, mitigation).word("status").or(implemented) >= implemented
}

/// Whether a mitigation is no more than an idea.
pub fn is_proposed(db: &dyn Db, mitigation: Decl) -> bool {
    typed(db, mitigation).word("status") == STATUS.position("proposed")
}

/// A mitigation that protects an element, and what brings it there: the element itself, its
/// component or a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectiveMitigation {
    /// The mitigation.
    pub mitigation: Decl,
    /// What lists it.
    pub by: Decl,
    /// The part that lists it.
    pub part: Part,
}

/// The mitigations that protect an element: its own, those of its components, and those of the
/// boundaries that it is in; of a flow, of the boundaries that it runs within or enters.
#[salsa::tracked]
pub fn effective_mitigations(db: &dyn Db, element: Decl) -> Vec<EffectiveMitigation> {
    let mut by = vec![element];
    by.extend(components_around(db, element.file(db)));
    if element.kind(db) == Kind::Flow {
        // Entered or run within: all boundaries around the target.
        by.extend(
            ends(db, element)
                .1
                .iter()
                .flat_map(|target| boundaries_around(db, *target)),
        );
    } else {
        by.extend(boundaries_around(db, element));
    }
    let listed = by.into_iter().flat_map(|by| {
        typed(db, by)
            .named("mitigations")
            .map(move |(mitigation, part)| EffectiveMitigation {
                mitigation,
                by,
                part,
            })
    });
    // What several list is there by the first.
    let mut seen = FxHashSet::default();
    listed
        .filter(|effective| seen.insert(effective.mitigation))
        .collect()
}

/// The mitigations that counter a rule: the model's own first, then those of what it builds on.
#[salsa::tracked]
pub fn mitigations_against_rule(db: &dyn Db, model: Model, rule: Decl) -> Vec<Decl> {
    let mitigations = model
        .with_bases(db)
        .flat_map(|model| mitigations(db, model).iter().copied());
    mitigations
        .filter(|mitigation| counters(db, *mitigation).decls.contains(&rule))
        .collect()
}

/// The mitigations that a model declares. A query, since each rule asks.
#[salsa::tracked]
fn mitigations(db: &dyn Db, model: Model) -> Vec<Decl> {
    model.definitions(db, Kind::Mitigation).collect()
}

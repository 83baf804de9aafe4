//! Which mitigations protect an element, and what they counter. It must not know what rules find.

use crate::boundaries::boundaries_around;
use crate::db::{Db, Decl, Model, World};
use crate::definitions::MAX_BROADER;
use crate::headings::ends;
use crate::library;
use crate::lower::Part;
use crate::names::full_name;
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

/// What a mitigation counters, wherever it is.
#[salsa::tracked]
pub fn counters(db: &dyn Db, mitigation: Decl) -> Counters {
    stated_counters(db, with_bases(db, mitigation))
}

/// A mitigation and those that it is based on, the narrowest first.
pub fn with_bases(db: &dyn Db, mitigation: Decl) -> Vec<Decl> {
    let mut mitigations = Vec::new();
    let mut next = Some(mitigation);
    while let Some(mitigation) = next
        .filter(|mitigation| mitigations.len() < MAX_BROADER && !mitigations.contains(mitigation))
    {
        mitigations.push(mitigation);
        next = typed(db, mitigation).decls("based_on").next();
    }
    mitigations
}

/// What mitigations themselves state to counter, without what they are based on.
pub fn stated_counters(db: &dyn Db, mitigations: impl IntoIterator<Item = Decl>) -> Counters {
    let mut counters = Counters::default();
    for mitigation in mitigations {
        for (_, value) in typed(db, mitigation).values("counters") {
            match value {
                TypedValue::Decl(decl) => counters.decls.push(*decl),
                TypedValue::Category(category) => {
                    counters.categories.0 |= Categories::one(*category).0;
                }
                _ => {}
            }
        }
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

/// Whether a mitigation is in place with evidence that it works.
pub fn is_verified(db: &dyn Db, mitigation: Decl) -> bool {
    let stated = typed(db, mitigation);
    stated.states("status", "verified") && stated.get("evidence").is_some()
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
    let listed = listed.chain(stated_as_fact(db, element));
    // What several list is there by the first.
    let mut seen = FxHashSet::default();
    listed
        .filter(|effective| seen.insert(effective.mitigation))
        .collect()
}

/// The mitigation of the library that a store states by a word of its own: data that is encrypted
/// before it reaches the store.
fn stated_as_fact(db: &dyn Db, element: Decl) -> Option<EffectiveMitigation> {
    const MITIGATION: &str = "client_side_encryption";
    let stated = typed(db, element);
    if element.kind(db) != Kind::Store || !stated.states("encryption", "client_side") {
        return None;
    }
    let name = library::full_name(MITIGATION);
    let library = mitigations(db, World::get(db).library(db)).iter();
    let mut library = library.filter(|mitigation| *full_name(db, **mitigation) == name);
    Some(EffectiveMitigation {
        mitigation: *library.next()?,
        by: element,
        part: stated.part("encryption")?,
    })
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

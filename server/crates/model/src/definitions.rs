//! Technologies and protocols: which are one of a broader one, and which are used. It must not know
//! rules.

use crate::db::{Db, Decl, File, Model};
use crate::properties::typed;
use crate::resolve::{definition_of_base, resolve_as};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use threatline_syntax::Kind;

/// How many broader definitions are followed from one, as `is` and `based_on` name them.
pub const MAX_BROADER: usize = 64;

/// A technology or protocol and the broader ones that it is one of, itself first.
#[salsa::tracked]
pub fn with_broader(db: &dyn Db, decl: Decl) -> Vec<Decl> {
    let mut kin = vec![decl];
    let mut seen = FxHashSet::from_iter([decl]);
    let mut next = 0;
    while let Some(decl) = kin.get(next).copied().filter(|_| next < MAX_BROADER) {
        next += 1;
        kin.extend(
            typed(db, decl)
                .decls("is")
                .filter(|broader| seen.insert(*broader)),
        );
    }
    kin
}

/// A yes or no of a technology or a protocol, its own or that of the nearest broader one which
/// states it.
pub fn broader_says(db: &dyn Db, decl: Decl, property: &str) -> Option<(bool, Decl)> {
    with_broader(db, decl)
        .iter()
        .find_map(|decl| Some((typed(db, *decl).yes_no(property)?, *decl)))
}

/// Whether a technology or a protocol has a trait, its own or that of a broader one. What is not
/// stated is not so.
pub fn has_trait(db: &dyn Db, decl: Decl, property: &str) -> bool {
    broader_says(db, decl, property).is_some_and(|(yes, _)| yes)
}

/// Whether a technology of an element has a trait.
pub fn is_made_with(db: &dyn Db, element: Decl, property: &str) -> bool {
    let mut technologies = typed(db, element).decls("technology");
    technologies.any(|technology| has_trait(db, technology, property))
}

/// The technologies that the elements of a model are made with, and all that these are. A name that
/// the model gives to no technology of its own means the same in all files, so that no file is
/// examined for it.
#[salsa::tracked]
fn technologies_of(db: &dyn Db, model: Model) -> FxHashSet<Decl> {
    let own = model
        .definitions(db, Kind::Technology)
        .filter_map(|decl| decl.shape(db).name.as_deref());
    let own: FxHashSet<&str> = own.collect();
    let is_own = |name: &SmolStr| own.contains(name.rsplit('.').next().unwrap_or_default());
    let (own, others): (Vec<_>, Vec<_>) =
        made_with(db, model).iter().partition(|name| is_own(name));
    let others = others
        .into_iter()
        .filter_map(|name| definition_of_base(db, model, name, &[Kind::Technology]));
    let files = model.files(db).iter().filter(|_| !own.is_empty());
    let in_files = files.flat_map(|file| technologies_in(db, *file).iter().copied());
    others
        .flat_map(|technology| with_broader(db, technology).iter().copied())
        .chain(in_files)
        .collect()
}

/// The names of technologies that the elements of a model are made with. A query, so that most
/// edits of a name leave what follows as it is.
#[salsa::tracked]
fn made_with(db: &dyn Db, model: Model) -> BTreeSet<SmolStr> {
    let files = model.files(db).iter();
    files
        .flat_map(|file| file.technologies(db).iter().cloned())
        .collect()
}

/// It looks at the names alone, and not at what each element states, so that most edits leave it as
/// it is.
#[salsa::tracked]
fn technologies_in(db: &dyn Db, file: File) -> Vec<Decl> {
    let named = file
        .technologies(db)
        .iter()
        .filter_map(|name| resolve_as(db, file, name, &[Kind::Technology]));
    let mut seen = FxHashSet::default();
    named
        .flat_map(|technology| with_broader(db, technology).iter().copied())
        .filter(|decl| seen.insert(*decl))
        .collect()
}

/// Whether an element of a model is made with a technology, or with one that is one of it.
#[salsa::tracked(returns(copy))]
pub fn is_used(db: &dyn Db, model: Model, technology: Decl) -> bool {
    technologies_of(db, model).contains(&technology)
}

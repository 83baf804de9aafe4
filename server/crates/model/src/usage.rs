//! Which files name a declaration. It must not know what for.

use crate::db::{Db, Decl, File};
use crate::names::{files_naming, full_name};
use crate::resolve::resolve;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// The files of its model that name a declaration, other than by the declaration itself, by path.
#[salsa::tracked]
pub fn used_by(db: &dyn Db, decl: Decl) -> Vec<File> {
    let mut files: Vec<File> = may_name(db, decl)
        .iter()
        .copied()
        .filter(|file| names(db, *file, decl))
        .collect();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    // A file that writes several of its names is there for each.
    files.dedup();
    files
}

/// Whether another declaration of the model names a declaration, which is decided by the first that
/// does.
#[salsa::tracked(returns(copy))]
pub fn is_named(db: &dyn Db, decl: Decl) -> bool {
    may_name(db, decl).iter().any(|file| names(db, *file, decl))
}

fn may_name(db: &dyn Db, decl: Decl) -> &[File] {
    match decl.in_library(db) {
        true => decl.model(db).files(db),
        false => files_naming(db, decl),
    }
}

/// Whether a file names a declaration, other than by itself. It looks at the names alone, and not
/// at what each declaration states, so that most edits of a property leave it as it is.
fn names(db: &dyn Db, file: File, decl: Decl) -> bool {
    if decl.shape(db).name.is_none() {
        return false;
    }
    // From where it is visible, it may be written without the components that are around there.
    let mut forms = std::iter::successors(Some(full_name(db, decl).as_str()), |name| {
        name.split_once('.').map(|(_, rest)| rest)
    });
    let mentions = mentions_of(db, file);
    forms.any(|form| mentions.contains(form) && resolve(db, file, form) == Ok(decl))
}

/// The names that a file writes, to look one up. A query, since each declaration is looked for.
#[salsa::tracked]
fn mentions_of(db: &dyn Db, file: File) -> FxHashSet<SmolStr> {
    file.mentions(db).iter().cloned().collect()
}

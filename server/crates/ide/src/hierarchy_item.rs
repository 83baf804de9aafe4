//! An entry of a call or type hierarchy, which clients send back to ask for more. It must not know
//! what it is asked for.

use crate::target::Target;
use std::sync::Arc;
use threatline_model::{Database, Decl, File, Kind, full_name};

/// An entry of a hierarchy. Clients send entries back: `path` and `name` are enough for [`find`] to
/// know the declaration again, and `asked_from` to know the model that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HierarchyItem {
    /// The declaration.
    pub decl: Decl,
    /// What it declares.
    pub kind: Kind,
    /// Its name in full.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// The path of its file.
    pub path: Arc<str>,
    /// The path of the file that the question came from: the library does not know who builds on
    /// it.
    pub asked_from: Arc<str>,
    /// Where it is.
    pub target: Target,
}

/// An entry for a declaration.
pub fn item(db: &Database, decl: Decl, asked_from: &Arc<str>) -> HierarchyItem {
    HierarchyItem {
        decl,
        kind: decl.kind(db),
        name: full_name(db, decl).to_string(),
        title: decl.title(db).map(|title| title.to_string()),
        path: decl.file(db).path(db).clone(),
        asked_from: asked_from.clone(),
        target: Target::of(db, decl),
    }
}

/// The declaration of a full name in a file, for an entry that comes back.
pub fn find(db: &Database, file: File, name: &str) -> Option<Decl> {
    file.declarations(db)
        .iter()
        .copied()
        .find(|decl| full_name(db, *decl) == name)
}

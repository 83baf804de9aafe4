//! Where an editor can go: a declaration or a part of it, and the word that leads there. It must
//! not know what was asked.

use threatline_model::{Database, Decl, File, Part, Place, Span};

/// Where a declaration is, for going there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub file: File,
    /// All of the declaration.
    pub whole: Span,
    /// Its name.
    pub name: Span,
}

impl Target {
    /// Where a declaration is.
    pub fn of(db: &Database, decl: Decl) -> Target {
        let (file, name) = decl.part(Part::Name).resolve(db);
        Target {
            file,
            whole: decl.part(Part::Whole).resolve(db).1,
            name,
        }
    }

    /// A part of a declaration.
    pub fn at(db: &Database, place: Place) -> Target {
        let (file, name) = place.resolve(db);
        Target {
            file,
            whole: name,
            name,
        }
    }
}

/// Where one can go from a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goto {
    /// The word.
    pub origin: Span,
    /// Where it leads; at least one place.
    pub targets: Vec<Target>,
}

impl Goto {
    /// The way from a word to what it leads to; `None` if that is nothing.
    pub(crate) fn new(origin: Span, targets: Vec<Target>) -> Option<Goto> {
        (!targets.is_empty()).then_some(Goto { origin, targets })
    }
}

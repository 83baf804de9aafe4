//! Find references: every place that names a declaration, and what is done with it there. It must
//! not know LSP types.

use crate::occurrences::{Meaning, Occurrence, occurrence_at, occurrences_of};
use std::collections::HashSet;
use threatline_model::{Database, Decl, File, Kind, Model, Part, Span, schema::ACCESS, typed};

/// What is done with a declaration where it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It is declared here.
    Declaration,
    /// It is changed: an asset that is sent or stored, or the target of a flow that writes.
    Write,
    /// It is named.
    Read,
}

/// A place where a declaration is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The file.
    pub file: File,
    /// The name, without the dots around it.
    pub span: Span,
    /// What is done with it.
    pub role: Role,
    /// The declaration that names it.
    pub within: Decl,
}

/// Every place that names the declaration at a byte, in the model of the file and, of what that
/// model takes from another one, also there.
pub fn references(
    db: &Database,
    file: File,
    offset: u32,
    include_declaration: bool,
) -> Vec<Reference> {
    let decl = occurrence_at(db, file, offset).and_then(|occurrence| occurrence.decl());
    decl.map(|decl| references_to(db, &[file.model(db)], decl, include_declaration))
        .unwrap_or_default()
}

/// Every place that names a declaration, in its own model and in these, which may be others that
/// build on it, such as the tests of a model. The declaration comes first.
pub fn references_to(
    db: &Database,
    models: &[Model],
    decl: Decl,
    include_declaration: bool,
) -> Vec<Reference> {
    let mut seen = HashSet::new();
    models
        .iter()
        .flat_map(|model| occurrences_of(db, *model, decl))
        .map(|occurrence| Reference {
            file: occurrence.within.file(db),
            span: occurrence.span,
            role: role(db, &occurrence),
            within: occurrence.within,
        })
        .filter(|reference| include_declaration || reference.role != Role::Declaration)
        .filter(|reference| seen.insert((reference.file, reference.span)))
        .collect()
}

/// What is done with a declaration where it is named.
pub(crate) fn role(db: &Database, occurrence: &Occurrence) -> Role {
    if let Meaning::Declares(_) = occurrence.meaning {
        return Role::Declaration;
    }
    let kind = occurrence.decl().map(|decl| decl.kind(db));
    let is_write = match occurrence.part {
        Part::Value(property, _) => {
            let properties = &occurrence.within.facts(db).properties;
            let name = properties
                .get(property as usize)
                .map_or("", |property| property.name.as_str());
            kind == Some(Kind::Asset) && matches!(name, "stores" | "sends")
        }
        Part::Target => {
            let is_end = kind.is_some_and(|kind| kind != Kind::Component);
            is_end && typed(db, occurrence.within).word("access") >= ACCESS.position("write")
        }
        _ => false,
    };
    if is_write { Role::Write } else { Role::Read }
}

//! Type hierarchy: what is around, broader or narrower than a declaration, and what is in it. It
//! must not know LSP types.

use crate::hierarchy_item::{HierarchyItem, item};
use crate::occurrences::occurrence_at;
use std::sync::Arc;
use threatline_model::{
    Database, Decl, ENDPOINT_KINDS, File, Kind, Model, component_of, components_around, contents,
    placed_in, typed,
};
use threatline_view::related;

/// The declaration at a byte, if it has something around, above or below it: a boundary or what is
/// placed in one, a technology, a protocol, a mitigation or a component.
pub fn prepare_type_hierarchy(db: &Database, file: File, offset: u32) -> Option<HierarchyItem> {
    let decl = occurrence_at(db, file, offset)?.decl()?;
    let kind = decl.kind(db);
    let has_place = matches!(
        kind,
        Kind::Boundary | Kind::Technology | Kind::Protocol | Kind::Mitigation | Kind::Component
    ) || ENDPOINT_KINDS.contains(&kind);
    has_place.then(|| item(db, decl, file.path(db)))
}

/// What is around a boundary, an element or a component, or broader than a technology, a protocol
/// or a mitigation.
pub fn supertypes(db: &Database, decl: Decl, asked_from: &Arc<str>) -> Vec<HierarchyItem> {
    let above: Vec<Decl> = match decl.kind(db) {
        Kind::Boundary | Kind::External | Kind::Process | Kind::Store => {
            placed_in(db, decl).into_iter().collect()
        }
        Kind::Technology | Kind::Protocol => typed(db, decl).decls("is").collect(),
        Kind::Mitigation => typed(db, decl).decls("based_on").collect(),
        Kind::Component if component_of(db, decl.file(db)) == Some(decl) => {
            components_around(db, decl.file(db))
                .into_iter()
                .filter(|around| *around != decl)
                .take(1)
                .collect()
        }
        _ => Vec::new(),
    };
    above
        .into_iter()
        .map(|decl| item(db, decl, asked_from))
        .collect()
}

/// What is directly in a boundary or a component, or narrower than a technology, a protocol or a
/// mitigation, as far as the asking model can name it.
pub fn subtypes(
    db: &Database,
    model: Model,
    decl: Decl,
    asked_from: &Arc<str>,
) -> Vec<HierarchyItem> {
    let below = match decl.kind(db) {
        Kind::Boundary => contents(db, decl).clone(),
        Kind::Technology | Kind::Protocol => related::narrower(db, model, decl),
        Kind::Mitigation => related::based_on(db, model, decl),
        Kind::Component if component_of(db, decl.file(db)) == Some(decl) => {
            related::components_within(db, decl)
        }
        _ => Vec::new(),
    };
    below
        .into_iter()
        .map(|decl| item(db, decl, asked_from))
        .collect()
}

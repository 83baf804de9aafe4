//! What a declaration is called where it is shown. It must not know where that is.

use threatline_model::{Db, Decl, Kind};

/// The name of a declaration as its file writes it; of one without, its ends, its title or its
/// kind.
pub fn shown_name(db: &dyn Db, decl: Decl) -> String {
    let shape = decl.shape(db);
    if let Some(name) = shape.name.as_ref().filter(|name| !name.is_empty()) {
        return name.to_string();
    }
    match (shape.kind, &shape.source, &shape.target) {
        (Kind::Flow, None, None) => {}
        (Kind::Flow, source, target) => {
            let end = |end: &Option<_>| {
                end.as_ref()
                    .map_or_else(|| "?".to_owned(), ToString::to_string)
            };
            return format!("{} -> {}", end(source), end(target));
        }
        _ => {}
    }
    let title = decl.title(db).filter(|title| !title.trim().is_empty());
    title.map_or_else(|| shape.kind.word().to_owned(), |title| title.to_string())
}

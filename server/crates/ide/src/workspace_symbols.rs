//! Workspace symbols: finds declarations of all models by a few letters of their names. It must not
//! know LSP types.

use crate::fuzzy::{Match, lowered, rank};
use crate::target::Target;
use threatline_model::{Database, Decl, Kind, Model, full_name};
use threatline_view::names::shown_name;

/// A declaration of a model, found by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// The declaration.
    pub decl: Decl,
    /// What it declares.
    pub kind: Kind,
    /// Its name, or what stands for it; never empty.
    pub name: String,
    /// The component that it is in, or `std`.
    pub container: Option<String>,
    /// Where it is.
    pub target: Target,
}

/// The declarations of some models whose name, or title, the query can mean, the best first. The
/// letters of the query stand in the name in their order, whatever their case. A query with a dot
/// is looked for in full names.
pub fn workspace_symbols(
    db: &Database,
    models: &[Model],
    query: &str,
    limit: usize,
) -> Vec<WorkspaceSymbol> {
    let query: Vec<char> = lowered(query)
        .into_iter()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let files = models
        .iter()
        .flat_map(|model| model.files(db).iter().copied());
    let mut ranked = Vec::new();
    for decl in files.flat_map(|file| file.declarations(db).iter().copied()) {
        let name = shown_name(db, decl);
        let rank = match query.contains(&'.') {
            true => rank(&query, full_name(db, decl)),
            false => rank(&query, &name).or_else(|| {
                // Titles come after all names, and only where a word of theirs begins so.
                let title = rank(&query, decl.title(db)?)?;
                (title.0 <= Match::Inside).then_some((Match::Title, title.1))
            }),
        };
        ranked.extend(rank.map(|rank| (rank, name, decl)));
    }
    if !query.is_empty() {
        ranked.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    }
    ranked.truncate(limit);
    let symbol = |(_, name, decl): (_, String, Decl)| WorkspaceSymbol {
        decl,
        kind: decl.kind(db),
        name,
        container: container(db, decl),
        target: Target::of(db, decl),
    };
    ranked.into_iter().map(symbol).collect()
}

/// What is before the last dot of a declaration's full name.
fn container(db: &Database, decl: Decl) -> Option<String> {
    if decl.in_library(db) {
        return Some(threatline_model::library::ROOT.to_owned());
    }
    let component = decl.component(db)?;
    match decl.kind(db) {
        Kind::Component => component
            .rsplit_once('.')
            .map(|(around, _)| around.to_owned()),
        _ => Some(component.to_string()),
    }
}

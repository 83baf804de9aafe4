//! One state of a model: what it declares, and who names what. It must not know the other state.

use rustc_hash::FxHashMap;
use threatline_model::{Database, Decl, Model, TypedValue, ends, placed_in, typed};

/// One state of a model.
pub struct Side<'a> {
    /// What it says.
    pub(super) db: &'a Database,
    /// The model, if there is one.
    pub(super) model: Option<Model>,
    /// All that it declares, file by file.
    pub(super) declarations: Vec<Decl>,
    /// Who names a declaration, and in what.
    mentions: FxHashMap<Decl, Vec<(Decl, &'static str)>>,
}

impl<'a> Side<'a> {
    /// The state of a model; without one, of nothing.
    pub fn new(db: &'a Database, model: Option<Model>) -> Side<'a> {
        let files = model.iter().flat_map(|model| model.files(db).iter());
        let declarations = files.flat_map(|file| file.declarations(db).iter().copied());
        let declarations: Vec<Decl> = declarations.collect();
        let mut mentions: FxHashMap<Decl, Vec<(Decl, &'static str)>> = FxHashMap::default();
        for &decl in &declarations {
            for (named, how) in named_by(db, decl) {
                mentions.entry(named).or_default().push((decl, how));
            }
        }
        Side {
            db,
            model,
            declarations,
            mentions,
        }
    }

    /// Who names a declaration, and in what: a property, `in`, `source` or `target`.
    pub(super) fn mentions_of(&self, decl: Decl) -> &[(Decl, &'static str)] {
        self.mentions
            .get(&decl)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// The declarations that one names, and in what it does.
fn named_by(db: &Database, decl: Decl) -> impl Iterator<Item = (Decl, &'static str)> {
    let (source, target) = ends(db, decl);
    let source = source.map(|end| (end, "source"));
    let target = target.map(|end| (end, "target"));
    let stated = typed(db, decl).stated.iter().flat_map(|stated| {
        let values = stated.values.iter().filter_map(|(_, value)| match value {
            TypedValue::Decl(decl) => Some(*decl),
            TypedValue::Finding(selector) => Some(selector.subject()),
            _ => None,
        });
        values.map(|decl| (decl, stated.property.name))
    });
    let placed = placed_in(db, decl).map(|boundary| (boundary, "in"));
    source.into_iter().chain(target).chain(stated).chain(placed)
}

//! Document symbols: the declarations of a file as an outline. It must not know LSP types.

use threatline_model::{Database, Db, Decl, File, Kind, Part, Span, component_of};
use threatline_view::names::shown_name;

/// A declaration in the outline of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The declaration.
    pub decl: Decl,
    /// What it declares.
    pub kind: Kind,
    /// Its name, or what stands for it; never empty.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// All of it, with what is in it.
    pub whole: Span,
    /// Its name, inside of the whole.
    pub selection: Span,
    /// What a component contains.
    pub children: Vec<Symbol>,
}

/// The outline of a file, in its order: the component with everything after it in it, or all
/// declarations.
pub fn document_symbols(db: &Database, file: File) -> Vec<Symbol> {
    outline(db, file).clone()
}

/// The outline of a file. A query, since an editor asks again and again; kept for the few files
/// that are worked at.
#[salsa::tracked(lru = 8)]
fn outline(db: &dyn Db, file: File) -> Vec<Symbol> {
    let declarations = file.declarations(db);
    let mut symbols: Vec<Symbol> = declarations.iter().map(|decl| symbol(db, *decl)).collect();
    let component = component_of(db, file);
    if component.is_none() || component != symbols.first().map(|symbol| symbol.decl) {
        return symbols;
    }
    let children = symbols.split_off(1);
    if let Some(component) = symbols.first_mut() {
        let end = children
            .iter()
            .map(|child| child.whole.end)
            .max()
            .unwrap_or_default();
        component.whole.end = component.whole.end.max(end);
        component.children = children;
    }
    symbols
}

fn symbol(db: &dyn Db, decl: Decl) -> Symbol {
    let (_, whole) = decl.part(Part::Whole).resolve(db);
    let (_, selection) = decl.part(Part::Name).resolve(db);
    let is_inside = whole.start <= selection.start && selection.end <= whole.end;
    Symbol {
        decl,
        kind: decl.kind(db),
        name: shown_name(db, decl),
        title: decl.title(db).map(|title| title.to_string()),
        whole,
        selection: if is_inside { selection } else { whole },
        children: Vec::new(),
    }
}

//! The declarations of a file as an outline, and those of all models by a few letters of their
//! names. It must not know LSP types.

use crate::change::Target;
use threatline_model::{Database, Decl, File, Kind, Model, Part, Span, component_of, full_name};
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

/// The outline of a file, in its order: the component with everything after it in it, or all
/// declarations.
pub fn document_symbols(db: &Database, file: File) -> Vec<Symbol> {
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

fn symbol(db: &Database, decl: Decl) -> Symbol {
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
    let mut found = Vec::new();
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
        found.extend(rank.map(|rank| (rank, name, decl)));
    }
    if !query.is_empty() {
        found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    }
    found.truncate(limit);
    let symbol = |(_, name, decl): (_, String, Decl)| WorkspaceSymbol {
        decl,
        kind: decl.kind(db),
        name,
        container: container(db, decl),
        target: Target::of(db, decl),
    };
    found.into_iter().map(symbol).collect()
}

/// What stands before the last dot of a declaration's full name.
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

/// How well a query fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // as they are called
pub enum Match {
    Exact,
    Prefix,
    WordStarts,
    Inside,
    Subsequence,
    Title,
}

/// A text as it is compared.
pub fn lowered(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// How well a query fits a name, and how long that name is; `None` if it does not.
pub fn rank(query: &[char], name: &str) -> Option<(Match, usize)> {
    // Whatever fits has the letters in their order, and most names have not.
    let holds_letters = match name.is_ascii() {
        true => holds(
            query,
            name.bytes()
                .map(|letter| char::from(letter.to_ascii_lowercase())),
        ),
        false => holds(query, name.chars().flat_map(char::to_lowercase)),
    };
    if !holds_letters {
        return None;
    }
    let name = lowered(name);
    let length = name.len();
    let fit = if name == query {
        Match::Exact
    } else if name.starts_with(query) {
        Match::Prefix
    } else if starts_words(query, &name) {
        Match::WordStarts
    } else if name.windows(query.len()).any(|window| window == query) {
        Match::Inside
    } else {
        Match::Subsequence
    };
    Some((fit, length))
}

/// Whether the letters of a query are among others, in their order.
fn holds(query: &[char], mut letters: impl Iterator<Item = char>) -> bool {
    query
        .iter()
        .all(|wanted| letters.any(|letter| letter == *wanted))
}

/// Whether the query is made of the beginnings of words of the name, in their order: `pl` and
/// `payled` of `payment_ledger`.
fn starts_words(query: &[char], name: &[char]) -> bool {
    let is_start =
        |at: usize| at == 0 || !name[at - 1].is_alphanumeric() && name[at].is_alphanumeric();
    // For each number of letters that are found, whether the last of them stands at the place
    // looked at: a letter either goes on with the word or begins a later one.
    let mut reached = vec![false; query.len() + 1];
    let mut behind = vec![false; query.len() + 1];
    behind[0] = true;
    for (at, letter) in name.iter().enumerate() {
        let mut next = vec![false; query.len() + 1];
        for (found, wanted) in query.iter().enumerate() {
            next[found + 1] = wanted == letter && (reached[found] || behind[found] && is_start(at));
        }
        for (found, is_reached) in next.iter().enumerate() {
            behind[found] |= *is_reached;
        }
        reached = next;
    }
    behind[query.len()]
}

//! A name where something of one of some kinds is needed: what it means there, or what is wrong
//! with it and which name may have been meant. It must not know in which property it is written.

use crate::aliases;
use crate::codes;
use crate::db::{Db, Decl, File, Model, World, put_in_order};
use crate::diagnostic::{Diagnostic, Sought};
use crate::lower::Part;
use crate::names::{full_name, name_from};
use crate::resolve::{
    DEFINITIONS, Unresolved, definition_behind, is_component, resolve, top_level,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use threatline_syntax::Kind;
use threatline_syntax::prose::{one_of, with_article};
use threatline_syntax::spelling::{Vocabulary, nearest, nearest_of};

/// What a name means at a part of a declaration, if it is of one of the kinds; else what is wrong
/// with it.
pub fn resolve_kind(
    db: &dyn Db,
    decl: Decl,
    name: &SmolStr,
    kinds: &[Kind],
    part: Part,
) -> Result<Decl, Box<Diagnostic>> {
    let file = decl.file(db);
    let kinds_in_words = || {
        let kinds: Vec<String> = kinds.iter().map(|kind| kind.word().to_owned()).collect();
        one_of(&kinds)
    };
    match resolve(db, file, name) {
        Ok(meant) if kinds.contains(&meant.kind(db)) => Ok(meant),
        Ok(meant) => {
            // An element called `cache` does not hide what it is made with.
            if let Some(definition) = definition_behind(db, file, name, kinds) {
                return Ok(definition);
            }
            let kind = with_article(meant.kind(db).word());
            let message = format!(
                "`{name}` is {kind}, but {} is required here",
                with_article(&kinds_in_words())
            );
            let problem = Diagnostic::new(&codes::WRONG_KIND, decl.part(part), message)
                .relate(meant.part(Part::Name), format!("`{name}` is declared here"));
            Err(Box::new(suggest(db, problem, decl, name, kinds)))
        }
        Err(unresolved) => {
            let message = match &unresolved.component {
                Some(component) => format!("`{component}` declares no `{}`", unresolved.part),
                None if name.contains('.') => {
                    format!("no component `{}` is declared", unresolved.part)
                }
                None => format!("no {} `{name}` is declared", kinds_in_words()),
            };
            let mut problem =
                Diagnostic::new(&codes::UNRESOLVED_REFERENCE, decl.part(part), message);
            match hidden_component(db, file, name, &unresolved) {
                Some((hiding, component)) => {
                    let message = format!(
                        "`{}` hides the component `{component}` here",
                        full_name(db, hiding)
                    );
                    problem = problem
                        .relate(hiding.part(Part::Name), message)
                        .help("give one of the two another name");
                }
                None => problem = suggest(db, problem, decl, name, kinds),
            }
            Err(Box::new(problem))
        }
    }
}

/// Suggests the name that is meant: of a definition that people know by the written one, else the
/// nearest.
fn suggest(
    db: &dyn Db,
    problem: Diagnostic,
    decl: Decl,
    name: &SmolStr,
    kinds: &[Kind],
) -> Diagnostic {
    let Some(meant) = kinds
        .iter()
        .find_map(|kind| aliases::definition(*kind, name))
    else {
        return problem.seek(decl, name, kinds);
    };
    let is_meant = |definition: &Decl| kinds.contains(&definition.kind(db));
    let is_visible = meant.word.is_none_or(|word| {
        let word = SmolStr::from(word);
        let resolved = resolve(db, decl.file(db), &word).ok().filter(is_meant);
        resolved
            .or_else(|| definition_behind(db, decl.file(db), &word, kinds))
            .is_some()
    });
    if is_visible {
        problem.meant(meant)
    } else {
        problem.seek(decl, name, kinds)
    }
}

/// The component at the top level that a name begins with, and what hides it: a nearer declaration
/// of that name.
fn hidden_component(
    db: &dyn Db,
    file: File,
    name: &SmolStr,
    unresolved: &Unresolved,
) -> Option<(Decl, SmolStr)> {
    let (head, _) = name.split_once('.')?;
    let head = SmolStr::from(head);
    let hiding = resolve(db, file, &head).ok()?;
    let hides = unresolved.component.as_ref() == Some(full_name(db, hiding))
        && *full_name(db, hiding) != head;
    (hides && is_component(db, file.model(db), &head)).then_some((hiding, head))
}

/// The name, as it is written from where one is sought, of the declaration whose own name is
/// nearest, if it is near enough to be meant.
pub fn nearest_name(db: &dyn Db, sought: &Sought) -> Option<SmolStr> {
    let (file, written) = (sought.decl.file(db), &sought.written);
    let word = SmolStr::from(written.rsplit('.').next().unwrap_or(written));
    let near = nearest_declarations(db, file.model(db), word, sought.kinds);
    let first = || {
        near.iter()
            .map(|near| near.file(db))
            .min_by(|a, b| a.path(db).cmp(b.path(db)))
    };
    let nearest_file = if near.iter().any(|near| near.file(db) == file) {
        file
    } else {
        first()?
    };
    let mut best: Vec<Decl> = near
        .iter()
        .copied()
        .filter(|near| near.file(db) == nearest_file)
        .collect();
    put_in_order(db, &mut best);
    nearest(written, [name_from(db, *best.first()?, file)])
}

/// The declarations of some kinds, a bit each, whose own name is nearest to a word, in no order. A
/// query, since all who misspell a name in the same way ask for the same.
#[salsa::tracked]
fn nearest_declarations(db: &dyn Db, model: Model, word: SmolStr, kinds: u16) -> Vec<Decl> {
    let definitions = DEFINITIONS
        .iter()
        .fold(0, |set, kind| set | 1 << *kind as u16);
    let names = model.with_bases(db).flat_map(|base| {
        let kinds = if base == model {
            kinds
        } else {
            kinds & definitions
        };
        let groups = base.names(db).len().div_ceil(PARTS_OF_A_GROUP) as u32;
        (0..groups).map(move |group| own_names(db, base, group, kinds))
    });
    let names: Vec<&OwnNames> = names.collect();
    let declarations_of = |word: &SmolStr| -> Vec<Decl> {
        let declared = names
            .iter()
            .filter_map(|names| names.declarations.get(word));
        let mut declared: Vec<Decl> = declared.flatten().copied().collect();
        declared.sort_unstable();
        declared
    };
    let exact = declarations_of(&word);
    if !exact.is_empty() {
        return exact;
    }
    let vocabularies: Vec<_> = names.iter().map(|names| &names.vocabulary).collect();
    nearest_of(&word, &vocabularies).map_or_else(Vec::new, declarations_of)
}

/// How many parts of the names of a model have their own names gathered together: a name that
/// comes or goes costs a group of them.
const PARTS_OF_A_GROUP: usize = 32;

/// The own names of declarations, without their components.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnNames {
    vocabulary: Vocabulary<SmolStr>,
    declarations: FxHashMap<SmolStr, Vec<Decl>>,
}

/// The own names of the declarations of some kinds, a bit each, in a group of the names of a model.
/// A query, since all misspelt names are looked up in them.
#[salsa::tracked]
fn own_names(db: &dyn Db, model: Model, group: u32, kinds: u16) -> OwnNames {
    let is_wanted = |kind: Kind| kinds & 1 << kind as u16 != 0;
    let mut declarations: FxHashMap<SmolStr, Vec<Decl>> = FxHashMap::default();
    let mut add = |name: &str, decl| declarations.entry(name.into()).or_default().push(decl);
    if model == World::get(db).library(db) {
        let names = top_level(db, model).iter().filter(|_| group == 0);
        let wanted = names.filter(|(_, decl)| is_wanted(decl.kind(db)));
        wanted.for_each(|(name, decl)| add(name, *decl));
    } else {
        let parts = model.names(db).chunks(PARTS_OF_A_GROUP);
        for part in parts.skip(group as usize).take(1).flatten() {
            for (name, declared) in part.declared(db) {
                let own = name.rsplit('.').next().unwrap_or_default();
                let members = declared.members.iter();
                let wanted = members.filter(|(.., kind)| is_wanted(*kind));
                wanted.for_each(|(_, decl, _)| add(own, *decl));
            }
        }
    }
    OwnNames {
        vocabulary: Vocabulary::new(declarations.keys().cloned()),
        declarations,
    }
}

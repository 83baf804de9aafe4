//! Which declaration a written name means. It must not know what properties mean.

use crate::db::{Db, Decl, Declared, File, Model, World};
use crate::mentions::{around, full, scopes};
use crate::renamed::current_name;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use threatline_syntax::Kind;

/// The components of a model: which file is which, and every name that is before a dot.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Components {
    files: FxHashMap<SmolStr, File>,
    prefixes: FxHashSet<SmolStr>,
}

impl Components {
    /// Whether a name is that of a component, or is before a dot in one.
    pub fn is_known(&self, name: &str) -> bool {
        self.prefixes.contains(name)
    }

    /// The file of a component.
    pub fn file_of(&self, component: &str) -> Option<File> {
        self.files.get(component).copied()
    }
}

/// The components of a model, for those who ask about all. Of two files that are the same component
/// the first by path counts.
#[salsa::tracked]
pub fn components(db: &dyn Db, model: Model) -> Components {
    let mut components = Components::default();
    for &file in model.files(db).iter() {
        let Some(component) = file.component(db) else {
            continue;
        };
        components.files.entry(component.clone()).or_insert(file);
        for (dot, _) in component.match_indices('.') {
            components.prefixes.insert(component[..dot].into());
        }
        components.prefixes.insert(component.clone());
    }
    components
}

/// What a file declares, by name. Of two declarations of one name the first counts.
#[salsa::tracked]
pub fn names_in(db: &dyn Db, file: File) -> FxHashMap<SmolStr, Decl> {
    let mut names = FxHashMap::default();
    for &decl in file.declarations(db).iter() {
        let shape = decl.shape(db);
        if let Some(name) = shape
            .name
            .as_ref()
            .filter(|_| shape.kind != Kind::Component)
        {
            names.entry(name.clone()).or_insert(decl);
        }
    }
    names
}

/// What the files of a model declare that are not components.
#[salsa::tracked]
pub fn top_level(db: &dyn Db, model: Model) -> FxHashMap<SmolStr, Decl> {
    let mut names = FxHashMap::default();
    for &file in model
        .files(db)
        .iter()
        .filter(|file| file.component(db).is_none())
    {
        for (name, decl) in names_in(db, file) {
            let first = names.entry(name.clone()).or_insert(*decl);
            // Within one file `names_in` keeps the first; between files the first by path counts.
            debug_assert!(first.file(db).path(db) <= file.path(db));
        }
    }
    names
}

/// The declaration of a component.
#[salsa::tracked(returns(copy))]
pub fn component_of(db: &dyn Db, file: File) -> Option<Decl> {
    file.component(db).as_ref()?;
    file.declarations(db).first().copied()
}

/// The components around a file's declarations, the innermost first, as far as they are declared.
pub fn components_around(db: &dyn Db, file: File) -> Vec<Decl> {
    let Some(component) = file.component(db) else {
        return Vec::new();
    };
    let files = around(component).filter_map(|name| file_of(db, file.model(db), name));
    files.filter_map(|file| component_of(db, file)).collect()
}

/// Why a name means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The part of the name that is not known.
    pub part: SmolStr,
    /// Where it was looked for, as a component's name; nowhere in particular if the first part
    /// fails.
    pub component: Option<SmolStr>,
}

/// The kinds of declarations that a model takes from the one it builds on.
pub const DEFINITIONS: [Kind; 4] = [
    Kind::Technology,
    Kind::Protocol,
    Kind::Mitigation,
    Kind::Rule,
];

/// What a name means where it is written in a file: it is looked up in the file's component, in
/// those around it and at the top level, and then likewise in what the model builds on, last the
/// library. No query, so that who asks depends on nothing but the names that it asks for.
///
/// # Errors
/// When the name means nothing.
pub fn resolve(db: &dyn Db, file: File, name: &str) -> Result<Decl, Unresolved> {
    let own = file.model(db);
    let library = World::get(db).library(db);
    for model in own.with_bases(db).filter(|model| *model != library) {
        match resolve_in(db, model, file.component(db).as_deref(), name) {
            Some(Ok(decl)) if model == own || DEFINITIONS.contains(&decl.kind(db)) => {
                return Ok(decl);
            }
            Some(Err(unresolved)) if model == own => return Err(unresolved),
            _ => {}
        }
    }
    let (head, rest) = split_head(name);
    let in_library = if head == crate::library::ROOT {
        rest
    } else {
        Some(name)
    };
    if let Some(decl) = in_library.and_then(|name| named_in_library(db, library, name)) {
        return Ok(decl);
    }
    Err(match rest {
        Some(rest) if head == "std" => Unresolved {
            part: rest.into(),
            component: Some("std".into()),
        },
        _ => Unresolved {
            part: head.into(),
            component: None,
        },
    })
}

/// What the library declares by a name or by its former name.
fn named_in_library(db: &dyn Db, library: Model, name: &str) -> Option<Decl> {
    let names = top_level(db, library);
    let decl = names.get(name).or_else(|| names.get(current_name(name)?));
    decl.copied()
}

/// What a name means where something of one of some kinds is needed, if it means that.
pub fn resolve_as(db: &dyn Db, file: File, name: &str, kinds: &[Kind]) -> Option<Decl> {
    let resolved = resolve(db, file, name).ok();
    resolved
        .filter(|decl| kinds.contains(&decl.kind(db)))
        .or_else(|| definition_behind(db, file, name, kinds))
}

/// The definition of one of some kinds which a name means in what a model builds on, where the
/// model itself calls something else so.
pub fn definition_behind(db: &dyn Db, file: File, name: &str, kinds: &[Kind]) -> Option<Decl> {
    if name.contains('.') || !kinds.iter().all(|kind| DEFINITIONS.contains(kind)) {
        return None;
    }
    definition_of_base(db, file.model(db), name, kinds)
}

/// The definition of one of some kinds which a name means in what a model builds on.
pub fn definition_of_base(db: &dyn Db, model: Model, name: &str, kinds: &[Kind]) -> Option<Decl> {
    let library = World::get(db).library(db);
    let in_library =
        crate::library::name_within(name).and_then(|name| top_level_member(db, library, name));
    let bases = model
        .with_bases(db)
        .skip(1)
        .filter_map(|base| top_level_member(db, base, name));
    in_library
        .into_iter()
        .chain(bases)
        .find(|decl| kinds.contains(&decl.kind(db)))
}

/// The definition of the library that a definition of a model hides: that of its kind and name.
pub fn hidden_by(db: &dyn Db, decl: Decl) -> Option<Decl> {
    let (kind, name) = (decl.kind(db), decl.shape(db).name.as_ref()?);
    if decl.in_library(db) || !DEFINITIONS.contains(&kind) {
        return None;
    }
    let hidden = top_level_member(db, World::get(db).library(db), name);
    hidden.filter(|hidden| hidden.kind(db) == kind)
}

/// A name up to its first dot, and what comes after it.
fn split_head(name: &str) -> (&str, Option<&str>) {
    name.split_once('.')
        .map_or((name, None), |(head, rest)| (head, Some(rest)))
}

/// What a name means in one model, as seen from a component of it; `None` if the model knows
/// nothing of it.
fn resolve_in(
    db: &dyn Db,
    model: Model,
    component: Option<&str>,
    name: &str,
) -> Option<Result<Decl, Unresolved>> {
    let (head, rest) = split_head(name);
    for scope in scopes(component) {
        let path = full(scope, head);
        let Some(declared) = declared(db, model, &path) else {
            continue;
        };
        let member = || member(db, model, scope, &path, declared);
        match rest {
            None => {
                if let Some(decl) =
                    member().or_else(|| component_of(db, first_by_path(db, &declared.components)?))
                {
                    return Some(Ok(decl));
                }
            }
            Some(rest) if is_before_a_dot(declared) => return Some(descend(db, model, path, rest)),
            Some(rest) if member().is_some() => {
                let part = rest.split('.').next().unwrap_or(rest).into();
                return Some(Err(Unresolved {
                    part,
                    component: Some(path),
                }));
            }
            Some(_) => {}
        }
    }
    None
}

fn descend(
    db: &dyn Db,
    model: Model,
    mut path: SmolStr,
    mut rest: &str,
) -> Result<Decl, Unresolved> {
    while let Some((head, deeper)) = rest.split_once('.') {
        let next = full(Some(&path), head);
        if !is_component(db, model, &next) {
            return Err(Unresolved {
                part: head.into(),
                component: Some(path),
            });
        }
        (path, rest) = (next, deeper);
    }
    let name = full(Some(&path), rest);
    let member = declared(db, model, &name).and_then(|declared| {
        let component = || component_of(db, first_by_path(db, &declared.components)?);
        member(db, model, Some(&path), &name, declared).or_else(component)
    });
    member.ok_or_else(|| Unresolved {
        part: rest.into(),
        component: Some(path),
    })
}

pub fn declared<'db>(db: &'db dyn Db, model: Model, name: &str) -> Option<&'db Declared> {
    model.names_of(db, name).declared(db).get(name)
}

fn is_before_a_dot(declared: &Declared) -> bool {
    !declared.components.is_empty() || !declared.inside.is_empty()
}

/// Whether a full name is that of a component, or is before a dot in one.
pub fn is_component(db: &dyn Db, model: Model, name: &str) -> bool {
    declared(db, model, name).is_some_and(is_before_a_dot)
}

/// The file of a component. Of two files that are the same component the first by path counts.
pub fn file_of(db: &dyn Db, model: Model, component: &str) -> Option<File> {
    first_by_path(db, &declared(db, model, component)?.components)
}

fn first_by_path(db: &dyn Db, files: &[File]) -> Option<File> {
    match files {
        [only] => Some(*only),
        files => files
            .iter()
            .copied()
            .min_by(|a, b| a.path(db).cmp(b.path(db))),
    }
}

/// What a component's file declares by a full name, or what the top level does. The first of them
/// counts.
fn member(
    db: &dyn Db,
    model: Model,
    scope: Option<&str>,
    name: &str,
    declared: &Declared,
) -> Option<Decl> {
    if declared.members.is_empty() {
        return None;
    }
    let file = match scope {
        Some(component) => Some(file_of(db, model, component)?),
        None => None,
    };
    first_member(db, model, name, declared, file)
}

/// The first declaration of a full name in a file, or among the files that are not components.
fn first_member(
    db: &dyn Db,
    model: Model,
    name: &str,
    declared: &Declared,
    file: Option<File>,
) -> Option<Decl> {
    match &*declared.members {
        [(only, decl, _)] => is_in(db, *only, file).then_some(*decl),
        _ => first_of_many(db, model, name.into(), file),
    }
}

fn is_in(db: &dyn Db, other: File, file: Option<File>) -> bool {
    file.map_or_else(|| other.component(db).is_none(), |file| other == file)
}

/// A query, since each of many declarations of one name asks which is the first.
#[salsa::tracked(returns(copy))]
fn first_of_many(db: &dyn Db, model: Model, name: SmolStr, file: Option<File>) -> Option<Decl> {
    let members = declared(db, model, &name)?
        .members
        .iter()
        .filter(|(other, ..)| is_in(db, *other, file));
    members
        .map(|(_, decl, _)| *decl)
        .min_by_key(|decl| (decl.file(db).path(db), decl.position(db)))
}

/// The first declaration of a name in a file.
pub fn first_in(db: &dyn Db, file: File, name: &str) -> Option<Decl> {
    let (model, name) = (file.model(db), full(file.component(db).as_deref(), name));
    first_member(db, model, &name, declared(db, model, &name)?, Some(file))
}

/// A name at the top level of a model.
pub fn top_level_member(db: &dyn Db, model: Model, name: &str) -> Option<Decl> {
    if model == World::get(db).library(db) {
        return top_level(db, model).get(name).copied();
    }
    member(db, model, None, name, declared(db, model, name)?)
}

/// All declarations of some kinds that the files of a model can name: the model's, then those it
/// builds on.
pub fn visible_declarations(db: &dyn Db, model: Model, kinds: &[Kind]) -> Vec<Decl> {
    let declared_in = |from: Model| {
        let can_be_named = move |decl: &Decl| {
            let shape = decl.shape(db);
            let reaches = from == model || DEFINITIONS.contains(&shape.kind);
            shape.name.is_some() && kinds.contains(&shape.kind) && reaches
        };
        from.files(db)
            .iter()
            .flat_map(|file| file.declarations(db).iter().copied())
            .filter(can_be_named)
    };
    model.with_bases(db).flat_map(declared_in).collect()
}

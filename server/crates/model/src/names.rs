//! Names: which declaration a written name means, and how a declaration is named. It must not know what
//! properties mean.

use crate::db::{Db, Decl, File, Model, World};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};
use threatline_syntax::Kind;

/// The components of a model: which file is which, and every name that stands before a dot.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Components {
    files: FxHashMap<SmolStr, File>,
    prefixes: FxHashSet<SmolStr>,
}

impl Components {
    /// Whether a name is that of a component, or stands before a dot in one.
    pub fn is_known(&self, name: &str) -> bool {
        self.prefixes.contains(name)
    }

    /// The file of a component.
    pub fn file_of(&self, component: &str) -> Option<File> {
        self.files.get(component).copied()
    }
}

/// The components of a model. Of two files that are the same component the first by path counts.
#[salsa::tracked]
pub fn components(db: &dyn Db, model: Model) -> Components {
    let mut found = Components::default();
    for &file in model.files(db).iter() {
        let Some(component) = file.component(db) else { continue };
        found.files.entry(component.clone()).or_insert(file);
        for (dot, _) in component.match_indices('.') {
            found.prefixes.insert(component[..dot].into());
        }
        found.prefixes.insert(component.clone());
    }
    found
}

/// What a file declares, by name. Of two declarations of one name the first counts.
#[salsa::tracked]
pub fn names_in(db: &dyn Db, file: File) -> FxHashMap<SmolStr, Decl> {
    let mut names = FxHashMap::default();
    for &decl in file.declarations(db).iter() {
        let shape = decl.shape(db);
        if let Some(name) = shape.name.as_ref().filter(|_| shape.kind != Kind::Component) {
            names.entry(name.clone()).or_insert(decl);
        }
    }
    names
}

/// What the files of a model declare that are no components.
#[salsa::tracked]
pub fn top_level(db: &dyn Db, model: Model) -> FxHashMap<SmolStr, Decl> {
    let mut names = FxHashMap::default();
    for &file in model.files(db).iter().filter(|file| file.component(db).is_none()) {
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
    let Some(component) = file.component(db) else { return Vec::new() };
    let all = components(db, file.model(db));
    around(component).filter_map(|name| all.files.get(name)).filter_map(|file| component_of(db, *file)).collect()
}

/// A dotted name and those around it: `a.b.c`, `a.b`, `a`.
fn around(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rfind('.').map(|dot| &name[..dot]))
}

/// Why a name means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The part of the name that is not known.
    pub part: SmolStr,
    /// Where it was looked for, as a component's name; nowhere in particular if the first part fails.
    pub component: Option<SmolStr>,
}

/// The kinds of declarations that a model takes from the one it builds on.
const DEFINITIONS: [Kind; 4] = [Kind::Technology, Kind::Protocol, Kind::Mitigation, Kind::Rule];

/// What a name means where it is written in a file: it is looked up in the file's component, in those
/// around it and at the top level, and then likewise in what the model builds on, last the library.
#[salsa::tracked]
pub fn resolve(db: &dyn Db, file: File, name: SmolStr) -> Result<Decl, Unresolved> {
    let own = file.model(db);
    let library = World::get(db).library(db);
    for model in own.with_bases(db).filter(|model| *model != library) {
        match resolve_in(db, model, file.component(db).as_deref(), &name) {
            Some(Ok(decl)) if model == own || DEFINITIONS.contains(&decl.kind(db)) => return Ok(decl),
            Some(Err(unresolved)) if model == own => return Err(unresolved),
            _ => {}
        }
    }
    let (head, rest) = split_head(&name);
    let in_library = if head == "std" { rest } else { Some(name.as_str()) };
    if let Some(decl) = in_library.and_then(|name| top_level_member(db, library, name.into())) {
        return Ok(decl);
    }
    Err(match rest {
        Some(rest) if head == "std" => Unresolved { part: rest.into(), component: Some("std".into()) },
        _ => Unresolved { part: head.into(), component: None },
    })
}

/// What a name means in a file, for queries that look at all of a file: what the file itself declares is looked up in it
/// at once, and leaves no query of its own behind that each change of a name would look at.
pub(crate) fn resolve_from(db: &dyn Db, file: File, name: &SmolStr) -> Option<Decl> {
    let component = file.component(db).as_ref().filter(|_| !name.contains('.'));
    if let Some(component) = component
        && let Some(own) = names_in(db, file).get(name)
        && components(db, file.model(db)).file_of(component) == Some(file)
    {
        return Some(*own);
    }
    resolve(db, file, name.clone()).as_ref().ok().copied()
}

/// What a name means where something of one of some kinds is needed, if it means that.
pub fn resolve_as(db: &dyn Db, file: File, name: &SmolStr, kinds: &[Kind]) -> Option<Decl> {
    let found = resolve(db, file, name.clone()).as_ref().ok().copied();
    found.filter(|found| kinds.contains(&found.kind(db))).or_else(|| definition_behind(db, file, name, kinds))
}

/// The definition of one of some kinds which a name means in what a model builds on, where the model itself calls
/// something else so.
pub fn definition_behind(db: &dyn Db, file: File, name: &SmolStr, kinds: &[Kind]) -> Option<Decl> {
    if name.contains('.') || !kinds.iter().all(|kind| DEFINITIONS.contains(kind)) {
        return None;
    }
    let bases = file.model(db).with_bases(db).skip(1);
    bases.filter_map(|base| top_level_member(db, base, name.clone())).find(|decl| kinds.contains(&decl.kind(db)))
}

/// A name up to its first dot, and what comes after it.
fn split_head(name: &str) -> (&str, Option<&str>) {
    name.split_once('.').map_or((name, None), |(head, rest)| (head, Some(rest)))
}

/// What a name means in one model, as seen from a component of it; `None` if the model knows nothing of it.
fn resolve_in(db: &dyn Db, model: Model, component: Option<&str>, name: &str) -> Option<Result<Decl, Unresolved>> {
    let all = components(db, model);
    let (head, rest) = split_head(name);
    let scopes = component.into_iter().flat_map(around).map(Some).chain([None]);
    for scope in scopes {
        let declared = match scope {
            Some(component) => all.files.get(component).and_then(|file| member(db, *file, head.into())),
            None => top_level_member(db, model, head.into()),
        };
        let path = match scope {
            Some(component) => format_smolstr!("{component}.{head}"),
            None => head.into(),
        };
        match rest {
            None => {
                let component = || all.files.get(&path).and_then(|file| component_of(db, *file));
                if let Some(decl) = declared.or_else(component) {
                    return Some(Ok(decl));
                }
            }
            Some(rest) if all.prefixes.contains(&path) => return Some(descend(db, all, path, rest)),
            Some(rest) if declared.is_some() => {
                let part = rest.split('.').next().unwrap_or(rest).into();
                return Some(Err(Unresolved { part, component: Some(path) }));
            }
            Some(_) => {}
        }
    }
    None
}

fn descend(db: &dyn Db, all: &Components, mut path: SmolStr, mut rest: &str) -> Result<Decl, Unresolved> {
    while let Some((head, deeper)) = rest.split_once('.') {
        let next = format_smolstr!("{path}.{head}");
        if !all.prefixes.contains(&next) {
            return Err(Unresolved { part: head.into(), component: Some(path) });
        }
        (path, rest) = (next, deeper);
    }
    let declared = all.files.get(&path).and_then(|file| member(db, *file, rest.into()));
    let component = || all.files.get(&format_smolstr!("{path}.{rest}")).and_then(|file| component_of(db, *file));
    declared.or_else(component).ok_or_else(|| Unresolved { part: rest.into(), component: Some(path) })
}

/// A name in a component's file. A query of its own, so that who looks up one name does not depend on
/// the others.
#[salsa::tracked(returns(copy))]
fn member(db: &dyn Db, file: File, name: SmolStr) -> Option<Decl> {
    names_in(db, file).get(&name).copied()
}

/// A name at the top level of a model, likewise.
#[salsa::tracked(returns(copy))]
pub fn top_level_member(db: &dyn Db, model: Model, name: SmolStr) -> Option<Decl> {
    top_level(db, model).get(&name).copied()
}

/// The name of a declaration as it is written anywhere: `payments.ledger`, `std.rate_limiting`, and for
/// a flow without a name its ends, `(payments.api -> payments.ledger)`.
#[salsa::tracked]
pub fn full_name(db: &dyn Db, decl: Decl) -> SmolStr {
    let shape = decl.shape(db);
    let Some(name) = &shape.name else {
        let (source, target) = crate::relations::ends(db, decl);
        let end = |end: Option<Decl>, written: &Option<SmolStr>| match end {
            Some(end) => full_name(db, end).clone(),
            None => written.clone().unwrap_or_else(|| "?".into()),
        };
        return match shape.kind {
            Kind::Flow => format_smolstr!("({} -> {})", end(source, &shape.source), end(target, &shape.target)),
            kind => {
                let word = kind.word();
                let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                format_smolstr!("({article} {word} without a name)")
            }
        };
    };
    if shape.kind == Kind::Component {
        return name.clone();
    }
    if decl.in_library(db) {
        return format_smolstr!("std.{name}");
    }
    match decl.component(db) {
        Some(component) => format_smolstr!("{component}.{name}"),
        None => name.clone(),
    }
}

/// The name of a declaration as short as it can be written in a file and still mean it.
pub fn name_from(db: &dyn Db, decl: Decl, file: File) -> SmolStr {
    let full = full_name(db, decl);
    let shorter = full.match_indices('.').map(|(dot, _)| &full[dot + 1..]);
    let mut candidates: Vec<&str> = shorter.collect();
    candidates.reverse();
    if decl.shape(db).name.is_none() {
        return full.clone();
    }
    candidates
        .into_iter()
        .find(|name| matches!(resolve(db, file, SmolStr::from(*name)), Ok(found) if *found == decl))
        .map_or_else(|| full.clone(), SmolStr::from)
}

/// All declarations of some kinds that the files of a model can name: the model's, then those it builds on.
pub fn visible(db: &dyn Db, model: Model, kinds: &[Kind]) -> Vec<Decl> {
    let files = model.with_bases(db).flat_map(|model| model.files(db).iter());
    files
        .flat_map(|file| file.declarations(db).iter().copied())
        .filter(|decl| decl.shape(db).name.is_some() && kinds.contains(&decl.kind(db)))
        .filter(|decl| decl.model(db) == model || DEFINITIONS.contains(&decl.kind(db)))
        .collect()
}

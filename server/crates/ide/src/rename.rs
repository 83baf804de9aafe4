//! Giving a declaration another name, everywhere it is named. It must not know who applies the
//! change.
//!
//! Whether every name means afterwards what it meant before is not reasoned about but tried: the
//! changed texts are read as a model of their own, and its names are compared with those of the
//! model as it is.

use crate::change::{Change, Edit};
use crate::uses::{self, Meaning, Use};
use std::collections::HashSet;
use std::sync::Arc;
use threatline_model::{
    Database, Decl, File, FileText, Kind, Model, Part, Settings, Span, Value, Workspace, World,
    components, names_in, rule_settings, top_level,
};
use threatline_syntax::is_name;
use threatline_view::names::shown_name;
use threatline_view::related::files;

/// What can be renamed at a byte: the word, or why there is nothing.
///
/// # Errors
/// A sentence that tells why.
pub fn prepare(db: &Database, file: File, offset: u32) -> Result<Span, String> {
    named(db, file, offset).map(|(found, _)| found.span)
}

fn named(db: &Database, file: File, offset: u32) -> Result<(Use, Decl), String> {
    let found = uses::at(db, file, offset).ok_or("nothing here has a name")?;
    let decl = found.decl().ok_or("this word belongs to the language")?;
    if decl.in_library(db) {
        return Err(format!("`{}` belongs to the library", shown_name(db, decl)));
    }
    Ok((found, decl))
}

/// Renames what is named at a byte, in its model and in those of `models` that build on it.
///
/// # Errors
/// A sentence that tells why it cannot be called so.
pub fn rename(
    db: &Database,
    models: &[Model],
    file: File,
    offset: u32,
    new: &str,
) -> Result<Change, String> {
    let (_, decl) = named(db, file, offset)?;
    rename_declaration(db, models, decl, new)
}

/// Renames a declaration likewise.
///
/// # Errors
/// As for [`rename`].
pub fn rename_declaration(
    db: &Database,
    models: &[Model],
    decl: Decl,
    new: &str,
) -> Result<Change, String> {
    let new = new.trim();
    if !is_name(new) {
        return Err(format!(
            "`{new}` is no name: one is made of letters, digits, `_` and single `-`, and begins with a letter"
        ));
    }
    let own = decl.model(db);
    let scope = decl.file(db);
    let is_component = decl.kind(db) == Kind::Component;
    if let Some(other) = names_in(db, scope)
        .get(new)
        .filter(|other| **other != decl && !is_component)
    {
        return Err(format!(
            "`{new}` is declared already, as {} in line {}",
            article(*other, db),
            line(db, *other)
        ));
    }
    let taken = match (is_component, scope.component(db)) {
        (true, Some(full)) => {
            let full = full
                .rfind('.')
                .map_or(new.to_owned(), |dot| format!("{}.{new}", &full[..dot]));
            full.as_str() != scope.component(db).as_deref().unwrap_or_default()
                && components(db, own).is_known(&full)
        }
        (false, None) => top_level(db, own)
            .get(new)
            .is_some_and(|other| *other != decl),
        _ => false,
    };
    if taken {
        return Err(format!("`{new}` is declared already, in another file"));
    }
    let concerned: Vec<Model> = models
        .iter()
        .copied()
        .filter(|model| model.with_bases(db).any(|base| base == own))
        .collect();
    let mut change = Change::default();
    let mut seen = HashSet::new();
    for &model in &concerned {
        for found in uses::references(db, model, decl) {
            let file = found.within.file(db);
            if seen.insert((file, found.span)) {
                change.edit(file.path(db), found.span, new);
            }
        }
    }
    for &model in &concerned {
        settings(db, model, decl, new, &mut change);
    }
    change
        .edits
        .values_mut()
        .for_each(|edits| edits.sort_by_key(|edit| edit.span.start));
    let old = decl.shape(db).name.clone().unwrap_or_default();
    let old = old.rsplit('.').next().unwrap_or_default();
    try_out(db, &concerned, &change, &[old, new])?;
    Ok(change)
}

fn article(decl: Decl, db: &Database) -> String {
    threatline_model::with_article(decl.kind(db).word())
}

fn line(db: &Database, decl: Decl) -> u32 {
    let (file, span) = decl.part(Part::Name).resolve(db);
    line_of(db, file, span.start)
}

fn line_of(db: &Database, file: File, offset: u32) -> u32 {
    let source = file.source(db);
    source
        .lines
        .line_column(&source.text, offset, threatline_syntax::Encoding::Utf8)
        .line
        + 1
}

/// The sections of `threatline.toml` that are about a rule, or about those of a component.
fn settings(db: &Database, model: Model, decl: Decl, new: &str, change: &mut Change) {
    let settings = model.settings(db);
    let Some(path) = &settings.path else { return };
    for (rule, setting) in rule_settings(db, model) {
        let own = *rule == decl;
        let component = decl.kind(db) == Kind::Component && rule.file(db) == decl.file(db);
        if !own && !component {
            continue;
        }
        // In quotes the name is one word of the file, else its last words are the name.
        let Some(written) = settings.text.get(setting.span.range()) else {
            continue;
        };
        let last = written.rfind('.').map_or(0, |dot| dot + 1);
        let trimmed = |from: usize, to: usize| {
            let word = written[from..to].trim_matches(['"', '\'']);
            let at = from + written[from..to].find(word).unwrap_or(0);
            Span::new(
                setting.span.start as usize + at,
                setting.span.start as usize + at + word.len(),
            )
        };
        if own {
            change.edit(path, trimmed(last, written.len()), new);
        } else if last > 0 {
            let before = written[..last - 1].rfind('.').map_or(0, |dot| dot + 1);
            change.edit(path, trimmed(before, last - 1), new);
        } else {
            let header = &settings.text[..setting.span.start as usize];
            let Some(header) = header.trim_end().strip_suffix('.') else {
                continue;
            };
            let word = header.trim_end();
            let from = word
                .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                .map_or(0, |at| at + 1);
            change.edit(path, Span::new(from, word.len()), new);
        }
    }
}

/// A text with its edits.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut result = text.to_owned();
    for edit in edits.iter().rev() {
        result.replace_range(edit.span.range(), &edit.text);
    }
    result
}

/// The models of some models as a change leaves them, read anew.
pub fn tried(db: &Database, models: &[Model], change: &Change) -> Workspace {
    let mut tried = Workspace::new(World::get(db).today(db));
    let changed = |path: &str, text: &str| match change.edits.get(path) {
        Some(edits) => applied(text, edits),
        None => text.to_owned(),
    };
    let all = models.iter().flat_map(|model| model.with_bases(db));
    let roots: HashSet<Model> = all
        .filter(|model| model.base(db).is_some() && !model.is_test(db))
        .collect();
    for root in roots {
        let own = root.files(db).iter();
        let tests = models
            .iter()
            .filter(|test| test.is_test(db) && test.base(db) == Some(root));
        let files = own.chain(tests.flat_map(|test| test.files(db).iter()));
        let mut texts: Vec<(Arc<str>, FileText)> = files
            .map(|file| {
                (
                    file.path(db).clone(),
                    FileText::new(changed(file.path(db), &file.source(db).text)),
                )
            })
            .collect();
        let is_in = |path: &str| {
            root.root(db).is_empty() || path.starts_with(&format!("{}/", root.root(db)))
        };
        let created = change.created.iter().filter(|(path, _)| is_in(path));
        texts.extend(created.map(|(path, text)| (path.clone(), FileText::new(text.as_str()))));
        let before: &Settings = root.settings(db);
        let text = before.path.as_ref().map(|path| changed(path, &before.text));
        let model = tried.set_model(root.root(db), before.path.as_deref().zip(text.as_deref()));
        tried.load(model, texts);
    }
    tried
}

/// Tries a change, and compares what names mean in all files that write one of the words.
fn try_out(db: &Database, models: &[Model], change: &Change, words: &[&str]) -> Result<(), String> {
    let after = tried(db, models, change);
    let mut all: Vec<File> = models.iter().flat_map(|model| files(db, *model)).collect();
    all.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    all.dedup();
    for &model in models {
        let same = after.model(model.root(db));
        if same.is_some_and(|same| {
            rule_settings(after.db(), same).len() != rule_settings(db, model).len()
        }) {
            return Err(
                "the settings in `threatline.toml` would then be about another rule".to_owned(),
            );
        }
    }
    for file in all
        .into_iter()
        .filter(|file| words.iter().any(|word| file.source(db).text.contains(word)))
    {
        if let Some(other) = after.file(file.path(db)) {
            same_meaning(db, file, after.db(), other)?;
        }
    }
    Ok(())
}

/// Whether the names of a file mean the same before and after.
fn same_meaning(db: &Database, file: File, tried: &Database, after: File) -> Result<(), String> {
    let path = file.path(db);
    let (own, others) = (file.declarations(db), after.declarations(tried));
    if own.len() != others.len() {
        return Err(format!("`{path}` could then not be read any more"));
    }
    for (&decl, &other) in own.iter().zip(others.iter()) {
        let names = |db: &Database, decl| {
            let all = uses::uses(db, decl).into_iter();
            all.filter(|found| matches!(found.meaning, Meaning::Declares(_) | Meaning::Names(_)))
                .collect::<Vec<Use>>()
        };
        let (before, after) = (names(db, decl), names(tried, other));
        // Where a declaration is: by its file and its number in it.
        let place = |db: &Database, decl: Decl| (decl.file(db).path(db).clone(), decl.position(db));
        let differs = before.iter().zip(&after).find(|(before, after)| {
            before.part != after.part
                || before.decl().map(|decl| place(db, decl))
                    != after.decl().map(|decl| place(tried, decl))
        });
        let differs = differs.map(|(before, _)| *before);
        let (longer, shorter) = if before.len() > after.len() {
            (&before, &after)
        } else {
            (&after, &before)
        };
        let extra = longer
            .get(shorter.len())
            .filter(|_| longer.len() != shorter.len());
        if let Some(found) = differs.or_else(|| extra.copied()) {
            let called = found.decl().map(|decl| shown_name(db, decl));
            let line = line(db, decl);
            let called = called
                .filter(|_| before.contains(&found))
                .map(|called| format!(", `{called}`,"))
                .unwrap_or_default();
            return Err(format!(
                "a name in the declaration in line {line} of `{path}`{called} would then mean something else"
            ));
        }
    }
    Ok(())
}

/// What has to change with files or folders that get another path: the component that is called as
/// its file, and the globs of `source` that begin with the path.
pub fn moved(db: &Database, models: &[Model], old: &str, new: &str) -> Change {
    let mut change = Change::default();
    for &model in models {
        let root = model.root(db);
        let inside = |path: &str| match root.is_empty() {
            true => Some(path.to_owned()),
            false => path
                .strip_prefix(root.as_ref())?
                .strip_prefix('/')
                .map(str::to_owned),
        };
        if let (Some(old), Some(new)) = (inside(old), inside(new)) {
            for &file in model.files(db).iter() {
                globs(db, file, &old, &new, &mut change);
            }
        }
        let stem = |path: &str| Some(path.rsplit('/').next()?.strip_suffix(".threat")?.to_owned());
        let (Some(from), Some(to)) = (stem(old), stem(new)) else {
            continue;
        };
        let file = model
            .files(db)
            .iter()
            .find(|file| file.path(db).as_ref() == old);
        let component = file.and_then(|file| threatline_model::component_of(db, *file));
        let called = component.and_then(|component| component.shape(db).name.clone());
        if let (Some(component), Some(called)) = (component, called)
            && from != to
            && called.rsplit('.').next() == Some(from.as_str())
            && let Ok(renamed) = rename_declaration(db, models, component, &to)
        {
            for (path, edits) in renamed.edits {
                change.edits.entry(path).or_default().extend(edits);
            }
        }
    }
    change
}

fn globs(db: &Database, file: File, old: &str, new: &str, change: &mut Change) {
    for &decl in file.declarations(db).iter() {
        for (position, property) in decl.facts(db).properties.iter().enumerate() {
            for (at, value) in property
                .values
                .iter()
                .enumerate()
                .filter(|_| property.name == "source")
            {
                let Value::Text(glob) = value else { continue };
                let is_in = glob
                    .strip_prefix(old)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                let (_, span) = decl
                    .part(Part::Value(position as u16, at as u16))
                    .resolve(db);
                let written = file.source(db).text.get(span.range());
                // What is written with escapes is left alone.
                if is_in
                    && written.is_some_and(|written| {
                        written.get(1..).is_some_and(|rest| rest.starts_with(old))
                    })
                {
                    let span = Span {
                        start: span.start + 1,
                        end: span.start + 1 + old.len() as u32,
                    };
                    change.edit(file.path(db), span, new);
                }
            }
        }
    }
}

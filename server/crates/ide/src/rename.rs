//! Rename: gives a declaration another name everywhere it is named. It must not know who applies
//! the change.
//!
//! Whether every name means afterwards what it meant before is not reasoned about but tried: the
//! changed texts are read as a model of their own, and its names are compared with those of the
//! model as it is.

use crate::change::Change;
use crate::occurrences::{Meaning, Occurrence, occurrence_at, occurrences, occurrences_of};
use crate::trial::tried;
use std::collections::HashSet;
use threatline_model::{
    Database, Decl, File, Kind, Model, Part, Span, components, names_in, rule_settings, top_level,
};
use threatline_syntax::characters::is_word_part;
use threatline_syntax::is_name;
use threatline_syntax::prose::with_article;
use threatline_view::names::shown_name;
use threatline_view::related::files;

/// What can be renamed at a byte: the word, or why there is nothing.
///
/// # Errors
/// A sentence with the reason.
pub fn prepare(db: &Database, file: File, offset: u32) -> Result<Span, String> {
    named(db, file, offset).map(|(occurrence, _)| occurrence.span)
}

fn named(db: &Database, file: File, offset: u32) -> Result<(Occurrence, Decl), String> {
    let occurrence = occurrence_at(db, file, offset).ok_or("nothing here can be renamed")?;
    let decl = occurrence
        .decl()
        .ok_or("this word is part of the language and cannot be renamed")?;
    if decl.in_library(db) {
        return Err(format!(
            "`{}` is defined in the library and cannot be renamed",
            shown_name(db, decl)
        ));
    }
    Ok((occurrence, decl))
}

/// Renames what is named at a byte, in its model and in those of `models` that build on it.
///
/// # Errors
/// A sentence with the reason why the name is not possible.
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
            "`{new}` is not a valid name: use letters, digits, `_` and single `-`, beginning \
             with a letter"
        ));
    }
    let own = decl.model(db);
    check_free(db, decl, new)?;
    let concerned: Vec<Model> = models
        .iter()
        .copied()
        .filter(|model| model.with_bases(db).any(|base| base == own))
        .collect();
    let mut change = Change::default();
    let mut seen = HashSet::new();
    for &model in &concerned {
        for occurrence in occurrences_of(db, model, decl) {
            let file = occurrence.within.file(db);
            if seen.insert((file, occurrence.span)) {
                change.edit(file.path(db), occurrence.span, new);
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

/// Whether nothing else has a name where a declaration would have it.
fn check_free(db: &Database, decl: Decl, new: &str) -> Result<(), String> {
    let (model, file) = (decl.model(db), decl.file(db));
    let is_component = decl.kind(db) == Kind::Component;
    let other = names_in(db, file).get(new);
    if let Some(other) = other.filter(|other| **other != decl && !is_component) {
        return Err(format!(
            "`{new}` is already declared as {} on line {}",
            with_article(other.kind(db).word()),
            line(db, *other)
        ));
    }
    let is_taken = match (is_component, file.component(db)) {
        (true, Some(component)) => {
            let around = component.rfind('.').map(|dot| &component[..dot]);
            let full = around.map_or(new.to_owned(), |around| format!("{around}.{new}"));
            full != *component && components(db, model).is_known(&full)
        }
        (false, None) => {
            let other = top_level(db, model).get(new);
            other.is_some_and(|other| *other != decl)
        }
        _ => false,
    };
    if is_taken {
        return Err(format!("`{new}` is already declared in another file"));
    }
    Ok(())
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
            let start = from + written[from..to].find(word).unwrap_or(0);
            Span::new(
                setting.span.start as usize + start,
                setting.span.start as usize + start + word.len(),
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
                .trim_end_matches(|character| is_word_part(character) || character == '-')
                .len();
            change.edit(path, Span::new(from, word.len()), new);
        }
    }
}

/// Tries a change, and compares what names mean in all files that write one of the words.
fn try_out(db: &Database, models: &[Model], change: &Change, words: &[&str]) -> Result<(), String> {
    let after = tried(db, models, change);
    let mut concerned: Vec<File> = models.iter().flat_map(|model| files(db, *model)).collect();
    concerned.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    concerned.dedup();
    for &model in models {
        let same = after.model(model.root(db));
        if same.is_some_and(|same| {
            rule_settings(after.db(), same).len() != rule_settings(db, model).len()
        }) {
            return Err(
                "the settings in `threatline.toml` would then apply to another rule".to_owned(),
            );
        }
    }
    for file in concerned
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
        return Err(format!("`{path}` would then no longer parse"));
    }
    for (&decl, &other) in own.iter().zip(others.iter()) {
        let names = |db: &Database, decl| {
            let occurrences = occurrences(db, decl).into_iter();
            occurrences
                .filter(|occurrence| {
                    matches!(occurrence.meaning, Meaning::Declares(_) | Meaning::Names(_))
                })
                .collect::<Vec<Occurrence>>()
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
        if let Some(occurrence) = differs.or_else(|| extra.copied()) {
            let called = occurrence.decl().map(|decl| shown_name(db, decl));
            let line = line(db, decl);
            let called = called
                .filter(|_| before.contains(&occurrence))
                .map(|called| format!(", `{called}`,"))
                .unwrap_or_default();
            return Err(format!(
                "a name in the declaration on line {line} of `{path}`{called} would then refer \
                 to something else"
            ));
        }
    }
    Ok(())
}

//! What each word of a declaration means, and where a declaration is named. It must not know what
//! is done with that.

mod collector;
mod condition;
mod declaration;
mod meaning;

pub use meaning::{Meaning, Occurrence};

use collector::Collector;
use rayon::prelude::*;
use threatline_model::{Database, Db, Decl, File, Kind, Model, Part, Spans, used_by};

/// Every word of a declaration that means something, in the order of the text.
pub fn occurrences(db: &dyn Db, decl: Decl) -> Vec<Occurrence> {
    let mut collector = Collector::new(db, decl);
    declaration::collect(&mut collector);
    let mut occurrences = collector.occurrences;
    occurrences.sort_by_key(|occurrence| (occurrence.span.start, occurrence.span.end));
    occurrences
}

/// The word at a byte of a file, or just before it.
pub fn occurrence_at(db: &Database, file: File, offset: u32) -> Option<Occurrence> {
    let decl = declaration_at(db, file, offset)?;
    let occurrences = occurrences(db, decl);
    let around = occurrences
        .iter()
        .find(|occurrence| occurrence.span.start <= offset && offset < occurrence.span.end);
    let before = || {
        occurrences
            .iter()
            .find(|occurrence| occurrence.span.end == offset)
    };
    around.or_else(before).copied()
}

/// The declaration in which a byte is.
pub fn declaration_at(db: &Database, file: File, offset: u32) -> Option<Decl> {
    let position = file.source(db).spans.iter().position(|spans| {
        let whole = spans.of(Part::Whole);
        whole.start <= offset && offset <= whole.end
    });
    file.declarations(db).get(position?).copied()
}

/// The declarations of a file in which a word is written, be it only in a comment: most need no
/// closer look.
pub fn declarations_with<'db>(
    db: &'db Database,
    file: File,
    word: &'db str,
) -> impl Iterator<Item = Decl> + 'db {
    let source = file.source(db);
    let has_word = move |spans: &Spans| {
        let written = source.text.get(spans.of(Part::Whole).range());
        written.is_some_and(|written| written.contains(word))
    };
    let declarations = file.declarations(db).iter().zip(&source.spans);
    declarations
        .filter(move |(_, spans)| has_word(spans))
        .map(|(decl, _)| *decl)
}

/// Every place where a declaration is named, its own first, then by file and place: in its model,
/// and of what a model takes from the one it builds on, in the model that asks.
pub fn occurrences_of(db: &Database, model: Model, decl: Decl) -> Vec<Occurrence> {
    let mut occurrences = occurrences(db, decl);
    occurrences.retain(|occurrence| occurrence.meaning == Meaning::Declares(decl));
    // Whatever names it writes the last word of its name.
    let name = decl.shape(db).name.as_ref();
    let word = name.and_then(|name| name.rsplit('.').next());
    let word = word.unwrap_or_default();
    let in_file = |db: &mut Database, file: File| -> Vec<Occurrence> {
        declarations_with(db, file, word)
            .flat_map(|naming| self::occurrences(db, naming))
            .filter(|occurrence| occurrence.meaning == Meaning::Names(decl))
            .collect()
    };
    let in_files: Vec<Vec<Occurrence>> = files_naming(db, model, decl)
        .into_par_iter()
        .map_with(db.clone(), in_file)
        .collect();
    occurrences.extend(in_files.into_iter().flatten());
    occurrences
}

/// The files that may name a declaration, by their paths.
fn files_naming(db: &Database, model: Model, decl: Decl) -> Vec<File> {
    let mut files = used_by(db, decl).clone();
    // A component is before the dots of names of what is in it, wherever that is.
    if decl.kind(db) == Kind::Component || decl.shape(db).name.is_none() {
        files = decl.model(db).files(db).to_vec();
    }
    if model != decl.model(db) {
        files.extend(model.files(db).iter());
    }
    if !files.contains(&decl.file(db)) {
        files.push(decl.file(db));
    }
    files.sort_by(|one, other| one.path(db).cmp(other.path(db)));
    files
}

//! What tests of readers share: a document in, and the text, the losses or the problems out, with
//! all that has to hold of whatever comes out. It must not know any format.

#![allow(dead_code)]

use threatline_exchange::import::{Imported, Problem, import, workspace};
use threatline_format::format;
use threatline_model::{Date, codes::Class, diagnostics};

/// Files that a document may include, with their names.
pub type Others<'a> = &'a [(&'a str, &'a str)];

/// Reads a document, whatever comes of it.
pub fn read(name: &str, text: &str, others: Others<'_>) -> Result<Imported, Vec<Problem>> {
    let load = |_: &str, path: &str| -> Result<(String, String), String> {
        let found = others.iter().find(|(name, _)| *name == path);
        found
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .ok_or_else(|| "is not there".to_owned())
    };
    import(vec![(name.to_owned(), text.to_owned())], &load)
}

/// What comes of a document without problems: a model in the canonical format and without errors,
/// the same each time.
pub fn imported(name: &str, text: &str, others: Others<'_>) -> Imported {
    let imported =
        read(name, text, others).unwrap_or_else(|problems| panic!("{}", in_lines(&problems)));
    let again = read(name, text, others).expect("it was read once");
    assert_eq!(
        imported.files.files, again.files.files,
        "importing twice gives two models"
    );
    check(&imported);
    imported
}

/// That a model is in the canonical format and without errors, save the threats that are open.
pub fn check(imported: &Imported) {
    for (name, text) in imported
        .files
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".threat"))
    {
        let canonical = format(text).unwrap_or_else(|why| panic!("{name}: {why:?}\n{text}"));
        let differs = text
            .lines()
            .zip(canonical.lines())
            .find(|(line, canonical)| line != canonical);
        assert!(
            *text == canonical,
            "{name} is not in the canonical format: {differs:?}"
        );
    }
    let workspace = workspace(&imported.files, Date::constant(2026, 1, 1));
    let db = workspace.db();
    for file in workspace.models().flat_map(|model| model.files(db).iter()) {
        for diagnostic in diagnostics(db, *file) {
            let is_wrong = matches!(diagnostic.code.class, Class::Text | Class::Model);
            assert!(
                !is_wrong,
                "{}: {}\n{}",
                diagnostic.code.id,
                diagnostic.message,
                texts(imported)
            );
        }
    }
}

/// The files of the language, one after the other.
pub fn texts(imported: &Imported) -> String {
    let files = imported
        .files
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".threat"));
    files
        .map(|(name, text)| format!("//- {name}\n{text}"))
        .collect()
}

/// What has no place in the model, a line each.
pub fn losses(imported: &Imported) -> String {
    imported
        .losses
        .iter()
        .map(|loss| format!("{}: {}: {}\n", loss.place, loss.path, loss.why))
        .collect()
}

/// All that comes of a document: its files, and what has no place in them.
pub fn report_of(name: &str, text: &str, others: Others<'_>) -> String {
    let imported = imported(name, text, others);
    format!(
        "{}//- without a place\n{}",
        texts(&imported),
        losses(&imported)
    )
}

/// What is wrong with a document, a line each.
pub fn problems(name: &str, text: &str, others: Others<'_>) -> String {
    in_lines(&read(name, text, others).err().unwrap_or_default())
}

fn in_lines(problems: &[Problem]) -> String {
    let lines = problems
        .iter()
        .map(|problem| match problem.path.is_empty() {
            true => format!("{}: {}\n", problem.place, problem.message),
            false => format!("{}: {}: {}\n", problem.place, problem.path, problem.message),
        });
    lines.collect()
}

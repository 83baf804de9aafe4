//! What comes of a document, as text. It must not know any format.

#![allow(dead_code)]

use std::fmt::Write;
use threatline_exchange::import::{Imported, import, workspace};
use threatline_exchange::tree::Problem;
use threatline_ide::formatting::format;
use threatline_model::Date;
use threatline_model::diagnostics::{Severity, diagnostics};

fn read(document: &str) -> Result<Imported, Vec<Problem>> {
    import(vec![("document".to_owned(), document.to_owned())], &|_, path| Err(format!("there is no {path}")))
}

/// The files that come of a document. They are in the canonical format and have no errors, and come out the same again.
pub fn imported(document: &str) -> String {
    let imported = read(document).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let again = read(document).expect("it was read once");
    assert_eq!(imported.files.files, again.files.files, "importing twice gives two models");
    let workspace = workspace(&imported.files, Date::constant(2026, 1, 1));
    let db = workspace.db();
    for file in workspace.models().flat_map(|model| model.files(db).iter()) {
        let errors = diagnostics(db, *file).into_iter().filter(|found| found.severity == Severity::Error);
        let errors: Vec<_> = errors.filter(|found| found.findings.is_empty()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut all = String::new();
    for (name, text) in &imported.files.files {
        if name.ends_with(".threat") {
            assert_eq!(format(text).as_deref(), Ok(text.as_str()), "{name} is not in the canonical format");
        }
        let _ = write!(all, "//- {name}\n{text}");
    }
    all
}

/// What of a document has no place in the model, a line each.
pub fn losses(document: &str) -> String {
    let imported = read(document).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let line = |loss: &threatline_exchange::tree::Loss| format!("{} {}: {}\n", loss.place, loss.path, loss.why);
    imported.losses.iter().map(line).collect()
}

/// What is wrong with a document, a line each.
pub fn problems(document: &str) -> String {
    let problems = read(document).err().unwrap_or_default();
    problems.iter().map(|problem| format!("{} {}: {}\n", problem.place, problem.path, problem.message)).collect()
}

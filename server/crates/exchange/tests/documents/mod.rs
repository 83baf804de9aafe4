//! What tests of readers share: a document in, and the text, the losses or the problems out.

use expect_test::Expect;
use threatline_exchange::import::{Imported, import, workspace};
use threatline_exchange::tree::Problem;
use threatline_model::codes::Class;
use threatline_model::diagnostics::{Severity, diagnostics};
use threatline_model::{Date, Workspace};

/// Reads a document that includes no other.
pub fn read(document: &str) -> Result<Imported, Vec<Problem>> {
    import(vec![("model.json".to_owned(), document.to_owned())], &|_, _| Err("there are no others".to_owned()))
}

/// What is read of a document that has no problems.
pub fn imported(document: &str) -> Imported {
    read(document).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The files of the language, one after the other.
pub fn text(imported: &Imported) -> String {
    let files = imported.files.files.iter().filter(|(name, _)| name.ends_with(".threat"));
    files.map(|(name, text)| format!("==> {name}\n{text}")).collect()
}

/// The text of a document: canonical, without errors, and the same each time.
pub fn check(document: &str, expected: &Expect) {
    let once = imported(document);
    expected.assert_eq(&text(&once));
    assert_eq!(text(&imported(document)), text(&once));
    check_errors(&once);
    for (name, text) in once.files.files.iter().filter(|(name, _)| name.ends_with(".threat")) {
        assert_eq!(threatline_ide::formatting::format(text).as_ref(), Ok(text), "{name}");
    }
}

/// That a model is without errors, save the threats that are open.
pub fn check_errors(imported: &Imported) {
    let workspace: Workspace = workspace(&imported.files, Date::constant(2026, 6, 1));
    let db = workspace.db();
    for file in workspace.models().flat_map(|model| model.files(db).iter()) {
        let is_error = |class| matches!(class, Class::Text | Class::Model);
        for diagnostic in diagnostics(db, *file) {
            assert!(diagnostic.severity != Severity::Error || !is_error(diagnostic.code.class), "{diagnostic:#?}");
        }
    }
}

/// What has no place in the model.
pub fn losses(document: &str, expected: &Expect) {
    let losses = imported(document).losses;
    expected.assert_eq(&losses.iter().map(|loss| format!("{}: {}\n", loss.path, loss.why)).collect::<String>());
}

/// What is wrong with a document, with the places.
pub fn problems(document: &str, expected: &Expect) {
    let problems = read(document).expect_err("something is wrong");
    let problems = problems.iter().map(|problem| format!("{}: {}: {}\n", problem.place, problem.path, problem.message));
    expected.assert_eq(&problems.collect::<String>());
}

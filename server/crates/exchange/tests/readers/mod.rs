//! What tests of readers share: importing a document, with all that has to hold of whatever comes out.

use threatline_exchange::import::{Imported, import, workspace};
use threatline_ide::formatting::format;
use threatline_model::Date;
use threatline_model::codes::Class;
use threatline_model::diagnostics::diagnostics;

/// Files that a document may include.
type Others<'a> = &'a [(&'a str, &'a str)];

fn read(name: &str, text: &str, others: Others<'_>) -> Result<Imported, String> {
    let load = |_: &str, path: &str| -> Result<(String, String), String> {
        let found = others.iter().find(|(name, _)| *name == path);
        found.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).ok_or_else(|| "is not there".to_owned())
    };
    import(vec![(name.to_owned(), text.to_owned())], &load).map_err(|problems| {
        let lines = problems.iter().map(|problem| match problem.path.is_empty() {
            true => format!("{}: {}\n", problem.place, problem.message),
            false => format!("{}: {}: {}\n", problem.place, problem.path, problem.message),
        });
        lines.collect()
    })
}

/// The files of a document, and what has no place in them. They are a model without errors, in the canonical format, and
/// the same every time.
pub fn imported(name: &str, text: &str, others: Others<'_>) -> String {
    let imported = read(name, text, others).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(imported.files.files, read(name, text, others).expect("again").files.files, "the same again");
    let mut whole = String::new();
    for (name, text) in &imported.files.files {
        if name.ends_with(".threat") {
            assert_eq!(format(text).as_ref(), Ok(text), "{name} is in the canonical format");
            whole.push_str(&format!("== {name}\n{text}"));
        }
    }
    let workspace = workspace(&imported.files, Date::constant(2026, 1, 1));
    for model in workspace.models() {
        for file in model.files(workspace.db()).iter() {
            for diagnostic in diagnostics(workspace.db(), *file) {
                let is_wrong = matches!(diagnostic.code.class, Class::Text | Class::Model);
                assert!(!is_wrong, "{}: {}\n{whole}", diagnostic.code.id, diagnostic.message);
            }
        }
    }
    whole.push_str("== without a place\n");
    for loss in &imported.losses {
        whole.push_str(&format!("{}: {}: {}\n", loss.place, loss.path, loss.why));
    }
    whole
}

/// What is wrong with a document.
pub fn problems(name: &str, text: &str, others: Others<'_>) -> String {
    match read(name, text, others) {
        Ok(_) => "nothing".to_owned(),
        Err(problems) => problems,
    }
}

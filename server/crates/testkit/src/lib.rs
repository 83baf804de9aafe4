//! What tests share: models written as one string, everything that is said of a model as text, and
//! large models for measuring. It must not test anything itself.

mod cursor;
mod generate;

pub use cursor::{Cursor, example_models, written};
pub use generate::{Random, generate, generate_one_file, generate_short};

use std::fmt::Write;
use threatline_model::{
    Database, Date, Diagnostic, FileText, FindingState, Location, Workspace, all_findings,
    diagnostics, full_name, settings_diagnostics,
};
use threatline_syntax::{Encoding, LineIndex, Span};

/// The day on which all tests take place.
pub const TODAY: Date = Date::constant(2026, 1, 1);

/// The settings file of a model.
const SETTINGS: &str = "threatline.toml";

/// Many files in one string: each begins with a line `//- its/path.threat`. What stands before the
/// first of these lines is `model.threat`.
pub fn fixture(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("//- "), files.last_mut()) {
            (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) if line.trim().is_empty() => {}
            (None, None) => files.push(("model.threat".to_owned(), line.to_owned())),
        }
    }
    files
}

/// The workspace of some files, on [`TODAY`]. A file belongs to the model of the nearest
/// `threatline.toml` above it, or to one whose root is the empty path.
pub fn workspace(files: &[(String, String)]) -> Workspace {
    fill(Workspace::new(TODAY), files)
}

/// Like [`workspace`], over a given database, such as one that is observed.
pub fn workspace_with(db: Database, files: &[(String, String)]) -> Workspace {
    fill(Workspace::with(db, TODAY), files)
}

fn fill(mut workspace: Workspace, files: &[(String, String)]) -> Workspace {
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let is_settings = |path: &str| path.rsplit('/').next() == Some(SETTINGS);
    let mut roots = vec![String::new()];
    for (path, text) in files.iter().filter(|(path, _)| is_settings(path)) {
        workspace.set_model(&folder(path), Some((path, text)));
        roots.push(folder(path));
    }
    if workspace.model("").is_none() {
        workspace.set_model("", None);
    }
    let belongs = |path: &str, root: &str| {
        root.is_empty()
            || path
                .strip_prefix(root)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    for root in &roots {
        let model = workspace.model(root).expect("it was just made");
        let nearest = |path: &str| {
            roots
                .iter()
                .filter(|root| belongs(path, root))
                .max_by_key(|root| root.len())
        };
        let texts = files
            .iter()
            .filter(|(path, _)| !is_settings(path) && nearest(path) == Some(root))
            .map(|(path, text)| (path.as_str().into(), FileText::new(text.as_str())))
            .collect();
        workspace.load(model, texts);
    }
    workspace
}

/// Every diagnostic of every file of every model and test, in one order, with everything that it
/// says.
pub fn render(workspace: &Workspace) -> String {
    let mut text = String::new();
    let db = workspace.db();
    for model in workspace.models().chain(workspace.tests()) {
        for diagnostic in settings_diagnostics(db, model) {
            write(db, &diagnostic, &mut text);
        }
        for &file in model.files(db).iter() {
            for diagnostic in diagnostics(db, file) {
                write(db, &diagnostic, &mut text);
            }
        }
    }
    text
}

/// The diagnostics of one file, as [`render`] writes them.
pub fn render_file(workspace: &Workspace, path: &str) -> String {
    let mut text = String::new();
    let file = workspace
        .file(path)
        .unwrap_or_else(|| panic!("there is no file {path}"));
    for diagnostic in diagnostics(workspace.db(), file) {
        write(workspace.db(), &diagnostic, &mut text);
    }
    text
}

/// Every finding of every model with its severity and what has been done about it, a line each, the
/// most severe first.
pub fn render_findings(workspace: &Workspace) -> String {
    let mut text = String::new();
    let db = workspace.db();
    for assessed in workspace.models().flat_map(|model| all_findings(db, model)) {
        let finding = &assessed.finding;
        let name = finding.id.name(db);
        let name = name.strip_prefix("std.").unwrap_or(&name);
        write!(
            text,
            "{} {} {name}",
            finding.severity.word(),
            assessed.state.word()
        )
        .unwrap();
        match assessed.state {
            FindingState::Open => {}
            FindingState::Planned(by)
            | FindingState::Mitigated(by)
            | FindingState::Accepted(by) => {
                write!(text, " by {}", full_name(db, by)).unwrap();
            }
        }
        if let Some(missing) = finding.missing {
            write!(
                text,
                ", not stated: {} of {}",
                missing.property,
                full_name(db, missing.element)
            )
            .unwrap();
        }
        text.push('\n');
    }
    text
}

/// One diagnostic, as [`render`] writes it.
pub fn render_diagnostic(db: &Database, diagnostic: &Diagnostic) -> String {
    let mut text = String::new();
    write(db, diagnostic, &mut text);
    text
}

fn write(db: &Database, diagnostic: &Diagnostic, text: &mut String) {
    let place = place(db, diagnostic.location);
    writeln!(
        text,
        "{place} {}[{}] {}",
        diagnostic.severity.word(),
        diagnostic.code.id,
        diagnostic.message
    )
    .unwrap();
    for related in &diagnostic.related {
        writeln!(
            text,
            "    {} {}",
            self::place(db, related.location),
            related.message
        )
        .unwrap();
    }
    for help in &diagnostic.help {
        writeln!(text, "    help: {help}").unwrap();
    }
    if let Some(replacement) = &diagnostic.replacement {
        writeln!(text, "    instead: {replacement}").unwrap();
    }
    for finding in &diagnostic.findings {
        writeln!(text, "    finding: {}", finding.name(db)).unwrap();
    }
}

/// A location as `path:line:column`, both counted from 1 and columns in characters.
fn place(db: &Database, location: Location) -> String {
    let at = |path: &str, text: &str, lines: &LineIndex, span: Span| {
        let at = lines.line_column(text, span.start, Encoding::Utf32);
        format!("{path}:{}:{}", at.line + 1, at.column + 1)
    };
    let (file, span) = match location {
        Location::Place(place) => place.resolve(db),
        Location::Text(file, span) => (file, span),
        Location::Settings(model, span) => {
            let settings = model.settings(db);
            let path = settings.path.as_deref().unwrap_or(SETTINGS);
            return at(path, &settings.text, &LineIndex::new(&settings.text), span);
        }
    };
    let source = file.source(db);
    at(file.path(db), &source.text, &source.lines, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_is_many_files() {
        let files = fixture("process a\n//- b.threat\nprocess b\n//- threatline.toml\n[model]\n");
        let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["model.threat", "b.threat", "threatline.toml"]);
        assert_eq!(files[1].1, "process b\n");
    }

    #[test]
    fn a_nested_settings_file_starts_a_model_of_its_own() {
        let files =
            fixture("//- a.threat\nasset x\n//- in/threatline.toml\n//- in/a.threat\nasset y\n");
        let workspace = workspace(&files);
        let roots: Vec<_> = workspace
            .models()
            .map(|model| model.root(workspace.db()).to_string())
            .collect();
        assert_eq!(roots, ["", "in"]);
        assert!(render(&workspace).contains("in/a.threat:1:7 error[missing-property]"));
    }

    #[test]
    fn generated_models_have_the_size_asked_for_and_are_mostly_quiet() {
        let files = generate(1000);
        let workspace = workspace(&files);
        let model = workspace.model("").unwrap();
        let db = workspace.db();
        let declarations = || {
            model
                .files(db)
                .iter()
                .flat_map(|file| file.declarations(db).iter())
        };
        assert_eq!(
            declarations()
                .filter(|decl| decl.kind(db).is_element())
                .count(),
            1000
        );
        let text = render(&workspace);
        let said = text.lines().filter(|line| !line.starts_with(' ')).count();
        let wrong: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with(' '))
            .filter(|line| {
                !["missing-mitigation", "unstated-fact"]
                    .iter()
                    .any(|code| line.contains(code))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(
            (10..=120).contains(&said),
            "{said} diagnostics in {} files:\n{text}",
            files.len()
        );
        assert_eq!(files, generate(1000));
    }
}

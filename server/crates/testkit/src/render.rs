//! The diagnostics of a model as text, so that a test compares all of them.

use crate::fixtures::SETTINGS;
use std::fmt::Write;
use threatline_model::{
    Database, Diagnostic, FindingState, Location, Workspace, all_findings, diagnostics, full_name,
    library, settings_diagnostics,
};
use threatline_syntax::{Encoding, LineIndex, Span};

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
        let name = library::short_name(&name);
        write!(
            text,
            "{} {} {name}",
            finding.severity.word(),
            assessed.state.word()
        )
        .unwrap();
        match assessed.state {
            FindingState::Open | FindingState::OutOfScope => {}
            FindingState::Planned(by)
            | FindingState::Mitigated(by)
            | FindingState::Accepted(by)
            | FindingState::Dismissed(by) => {
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
    let index = |path: &str, text: &str, lines: &LineIndex, span: Span| {
        let index = lines.line_column(text, span.start, Encoding::Utf32);
        format!("{path}:{}:{}", index.line + 1, index.column + 1)
    };
    let (file, span) = match location {
        Location::Place(place) => place.resolve(db),
        Location::Text(file, span) => (file, span),
        Location::Settings(model, span) => {
            let settings = model.settings(db);
            let path = settings.path.as_deref().unwrap_or(SETTINGS);
            return index(path, &settings.text, &LineIndex::new(&settings.text), span);
        }
    };
    let source = file.source(db);
    index(file.path(db), &source.text, &source.lines, span)
}

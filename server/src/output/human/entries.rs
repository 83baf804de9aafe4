//! Diagnostics for people, each with an excerpt and its reasons, as compilers print them.

use super::excerpt::{Excerpt, Texts, excerpt};
use crate::output::styles::{HEADING, MARGIN};
use crate::output::wording::{how_to_explain, place};
use crate::printable::in_one_line;
use crate::reports::model::{Entry, ModelReport};
use annotate_snippets::{AnnotationKind, Group, Level as Mark, Renderer, Snippet};
use std::io::{Result, Write};
use threatline_model::{Database, Severity};

/// Writes some of the diagnostics of one model, with what is to be noted on each; those without
/// notes not at all.
///
/// # Errors
/// When the output cannot be written.
pub fn entries(
    output: &mut impl Write,
    db: &Database,
    report: &ModelReport,
    notes: impl Fn(&Entry) -> Option<Vec<String>>,
) -> Result<()> {
    let renderer = Renderer::styled();
    let texts = texts(db, report);
    for entry in &report.entries {
        let Some(notes) = notes(entry) else { continue };
        let excerpt = excerpt(&texts, &entry.spot);
        let rendered = renderer.render(&[group(entry, &excerpt)]);
        writeln!(output, "{rendered}")?;
        footer(output, db, entry, &notes)?;
        writeln!(output)?;
    }
    Ok(())
}

/// What excerpts of a model are taken from.
fn texts<'r>(db: &'r Database, report: &'r ModelReport) -> Texts<'r> {
    let files = report.model.files(db).iter();
    let files = files.map(|file| (file.path(db).as_ref(), file.source(db).text.as_ref()));
    let settings = &report.settings;
    let path = settings.path.iter();
    files
        .chain(path.map(|path| (path.as_ref(), settings.text.as_ref())))
        .collect()
}

fn group<'entry>(entry: &'entry Entry, excerpt: &'entry Excerpt) -> Group<'entry> {
    let diagnostic = &entry.diagnostic;
    let mark = match diagnostic.severity {
        Severity::Error => Mark::ERROR,
        Severity::Warning => Mark::WARNING,
        Severity::Information => Mark::INFO,
        Severity::Hint => Mark::HELP.with_name("hint"),
    };
    let snippet = Snippet::source(excerpt.text.as_str())
        .line_start(excerpt.line)
        .path(in_one_line(&entry.spot.path))
        .fold(false)
        .annotation(AnnotationKind::Primary.span(excerpt.span.clone()));
    let group = mark
        .primary_title(in_one_line(&diagnostic.message))
        .id(diagnostic.code.id)
        .element(snippet);
    let related = diagnostic.related.iter().zip(&entry.related);
    related.fold(group, |group, (related, spot)| {
        let (message, place) = (in_one_line(&related.message), in_one_line(&place(spot)));
        group.element(Mark::NOTE.message(format!("{message}\n({place})")))
    })
}

/// What comes below an excerpt, drawn as the notes in it are.
fn footer(output: &mut impl Write, db: &Database, entry: &Entry, notes: &[String]) -> Result<()> {
    let indent = (entry.spot.start.line + 1).to_string().len();
    let notes = notes.iter().map(|note| ("note", note));
    let explained = how_to_explain(db, &entry.diagnostic);
    let help = entry.diagnostic.help.iter().chain(&explained);
    for (label, text) in notes.chain(help.map(|help| ("help", help))) {
        let text = in_one_line(text);
        writeln!(
            output,
            "{:indent$} {MARGIN}={MARGIN:#} {HEADING}{label}{HEADING:#}: {text}",
            ""
        )?;
    }
    Ok(())
}

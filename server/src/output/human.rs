//! For people at a terminal: each diagnostic with an excerpt and its reasons, as compilers print
//! them, and a summary that a manager understands.

pub mod difference;
mod excerpt;
pub mod explanation;
pub mod import;
pub mod rule_tests;
pub mod rules;

use super::styles::{BAD, GOOD, HEADING, MARGIN, of_level};
use super::wording::place;
use crate::printable::in_one_line;
use crate::reports::model::{Entry, ModelReport, policy_in_words};
use annotate_snippets::{AnnotationKind, Group, Level as Mark, Renderer, Snippet};
use anstyle::Style;
use excerpt::{Excerpt, Texts, excerpt};
use std::io::{Result, Write};
use threatline_model::{Database, Kind, Level, Severity, Standing};
use threatline_syntax::prose::count;

/// The severities as columns.
const COLUMNS: [Level; 4] = [Level::Critical, Level::High, Level::Medium, Level::Low];

/// Writes what was found in each model.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, db: &Database, reports: &[ModelReport]) -> Result<()> {
    for report in reports {
        entries(output, db, report, |_| Some(Vec::new()))?;
        summary(output, report)?;
    }
    Ok(())
}

/// Writes some of the diagnostics of one model, with what is to be noted on each; those without
/// notes not at all.
fn entries(
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
        footer(output, entry, &notes)?;
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
fn footer(output: &mut impl Write, entry: &Entry, notes: &[String]) -> Result<()> {
    let indent = (entry.spot.start.line + 1).to_string().len();
    let notes = notes.iter().map(|note| ("note", note));
    let help = entry.diagnostic.help.iter().map(|help| ("help", help));
    for (label, text) in notes.chain(help) {
        let text = in_one_line(text);
        writeln!(
            output,
            "{:indent$} {MARGIN}={MARGIN:#} {HEADING}{label}{HEADING:#}: {text}",
            ""
        )?;
    }
    Ok(())
}

fn summary(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    let (elements, flows) = report.elements();
    writeln!(
        output,
        "{HEADING}{}{HEADING:#}: {} and {} in {}, {} and {}",
        in_one_line(&report.name),
        count(elements, "element"),
        count(flows, "flow"),
        count(report.files, "file"),
        count(report.declared(Kind::Asset), "asset"),
        count(report.declared(Kind::Boundary), "boundary"),
    )?;
    writeln!(output)?;
    if report.findings.is_empty() {
        writeln!(output, "  no findings")?;
    } else {
        table(output, report)?;
    }
    for setting in &report.policy {
        writeln!(output, "  {}", in_one_line(&policy_in_words(setting)))?;
    }
    writeln!(output)?;
    verdict(output, report)
}

/// How many findings there are, by standing and severity.
fn table(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    write!(output, "  {:<12}", "findings")?;
    for level in COLUMNS {
        write!(output, "{:>10}", level.word())?;
    }
    writeln!(output, "{:>10}", "all")?;
    for standing in Standing::ALL {
        write!(output, "  {:<12}", standing.word())?;
        for level in COLUMNS {
            let number = report.counts.of(standing, level);
            let style = if number > 0 && standing.is_open() {
                of_level(level)
            } else {
                Style::new()
            };
            write!(output, "{style}{number:>10}{style:#}")?;
        }
        writeln!(output, "{:>10}", report.counts.total(standing))?;
    }
    Ok(())
}

fn verdict(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    let broken = report.errors_in_model();
    if broken > 0 {
        let errors = count(broken, "error");
        writeln!(
            output,
            "{BAD}broken{BAD:#}: {errors} in the model itself; \
             what is found may change when they are mended",
        )?;
    }
    match (report.bar, report.at_the_bar()) {
        (None, _) => writeln!(output, "findings do not fail this check")?,
        (Some(bar), 0) if broken == 0 && !report.has_other_errors() => {
            let bar = bar.word();
            writeln!(
                output,
                "{GOOD}passed{GOOD:#}: no open finding of severity {bar} or above"
            )?;
        }
        (Some(_), 0) => {}
        (Some(bar), number) => failed(output, report, bar, number)?,
    }
    if report.has_other_errors() {
        writeln!(
            output,
            "{BAD}failed{BAD:#}: \
             threatline.toml makes errors of diagnostics that are shown above"
        )?;
    }
    Ok(())
}

fn failed(output: &mut impl Write, report: &ModelReport, bar: Level, number: usize) -> Result<()> {
    writeln!(
        output,
        "{BAD}failed{BAD:#}: {} of severity {} or above",
        report.at_the_bar_in_words(),
        bar.word()
    )?;
    let entries = report.entries.iter();
    let shown: usize = entries.map(|entry| entry.diagnostic.findings.len()).sum();
    if shown < number {
        writeln!(
            output,
            "not all of them are shown: [diagnostics] in threatline.toml turns some off"
        )?;
    }
    Ok(())
}

//! For people: each diagnostic with an excerpt and its reasons, as compilers print them, and a
//! summary that a manager understands.

use super::{count, in_one_line};
use crate::model_report::{Entry, ModelReport, Spot, policy_in_words};
use annotate_snippets::{AnnotationKind, Group, Level as Mark, Renderer, Snippet};
use std::collections::HashMap;
use std::io::Write;
use threatline_model::{Database, Kind, Level, STATES, Severity};
use threatline_view::sanitize::{ORDERS, acts};

/// Writes what was found in each model.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    reports: &[ModelReport],
) -> std::io::Result<()> {
    for report in reports {
        entries(output, db, report)?;
        summary(output, report)?;
    }
    Ok(())
}

/// Writes the diagnostics of one model.
pub fn entries(
    output: &mut impl Write,
    db: &Database,
    report: &ModelReport,
) -> std::io::Result<()> {
    entries_where(output, db, report, |_| Some(Vec::new()))
}

/// Writes some of the diagnostics of one model, with what is to be noted on each; those without
/// notes not at all.
pub fn entries_where(
    output: &mut impl Write,
    db: &Database,
    report: &ModelReport,
    notes: impl Fn(&Entry) -> Option<Vec<String>>,
) -> std::io::Result<()> {
    let renderer = Renderer::styled();
    let settings = &report.settings;
    let files = report
        .model
        .files(db)
        .iter()
        .map(|file| (file.path(db).as_ref(), file.source(db).text.as_ref()));
    let texts: HashMap<&str, &str> = files
        .chain(
            settings
                .path
                .iter()
                .map(|path| (path.as_ref(), settings.text.as_ref())),
        )
        .collect();
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

/// The lines that a spot is in, and the number of the first.
struct Excerpt {
    text: String,
    line: usize,
    span: std::ops::Range<usize>,
}

/// Excerpts are cut to this many lines and bytes, so that a text on one endless line is shown in
/// part.
const MOST_LINES: usize = 6;
const MOST_BYTES: usize = 300;

fn excerpt(texts: &HashMap<&str, &str>, spot: &Spot) -> Excerpt {
    let text = texts.get(spot.path.as_ref()).copied().unwrap_or_default();
    let (start, end) = (
        boundary(text, spot.span.start as usize),
        boundary(text, spot.span.end as usize),
    );
    // Only so much around the place is looked at: a line may be as long as it likes.
    let before = boundary(text, start.saturating_sub(MOST_BYTES));
    let after = boundary(text, start + MOST_BYTES);
    let from = text[before..start]
        .rfind(['\n', '\r'])
        .map_or(before, |at| before + at + 1);
    let shown_end = end.clamp(start, after);
    let to = text[shown_end..after]
        .find(['\n', '\r'])
        .map_or(after, |at| shown_end + at);
    let lines: usize = text[from..to]
        .split_inclusive('\n')
        .take(MOST_LINES)
        .map(str::len)
        .sum();
    let to = to.min(from + lines);
    let span = start - from..end.clamp(start, to.max(start)) - from;
    Excerpt {
        text: harmless(&text[from..to]),
        line: spot.start.line as usize + 1,
        span,
    }
}

/// The place of the character that a byte is in, or the end.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// An excerpt without what acts on a terminal or a CI service and is not replaced where excerpts
/// are drawn; each character by one as long, so that spans stay.
fn harmless(text: &str) -> String {
    let replaced = text.chars().map(|character| match character.len_utf8() {
        2 if acts(character) => '·',
        3 if acts(character) => '\u{fffd}',
        _ => character,
    });
    let replaced: String = replaced.collect();
    ORDERS.iter().fold(replaced, |shown, order| {
        shown.replace(order, &order.replace('[', "("))
    })
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
    let mut group = mark
        .primary_title(in_one_line(&diagnostic.message))
        .id(diagnostic.code.id)
        .element(snippet);
    for (related, spot) in diagnostic.related.iter().zip(&entry.related) {
        let place = format!(
            "{}:{}:{}",
            in_one_line(&spot.path),
            spot.start.line + 1,
            spot.start.column + 1
        );
        group = group
            .element(Mark::NOTE.message(format!("{}\n({place})", in_one_line(&related.message))));
    }
    group
}

fn footer(output: &mut impl Write, entry: &Entry, notes: &[String]) -> std::io::Result<()> {
    let indent = (entry.spot.start.line + 1).to_string().len();
    let notes = notes.iter().map(|note| ("note", note));
    for (what, text) in notes.chain(entry.diagnostic.help.iter().map(|help| ("help", help))) {
        writeln!(
            output,
            "{:indent$} \x1b[1m\x1b[94m=\x1b[0m \x1b[1m{what}\x1b[0m: {}",
            "",
            in_one_line(text)
        )?;
    }
    Ok(())
}

fn summary(output: &mut impl Write, report: &ModelReport) -> std::io::Result<()> {
    let (elements, flows) = report.elements();
    let of = |kind| report.declared.get(&kind).copied().unwrap_or_default();
    writeln!(
        output,
        "\x1b[1m{}\x1b[0m: {} and {} in {}, {} and {}",
        in_one_line(&report.name),
        count(elements, "element"),
        count(flows, "flow"),
        count(report.files, "file"),
        count(of(Kind::Asset), "asset"),
        count(of(Kind::Boundary), "boundary"),
    )?;
    writeln!(output)?;
    if report.findings.is_empty() {
        writeln!(output, "  no findings")?;
    } else {
        let levels = [Level::Critical, Level::High, Level::Medium, Level::Low];
        write!(output, "  {:<12}", "findings")?;
        levels
            .iter()
            .try_for_each(|level| write!(output, "{:>10}", level.word()))?;
        writeln!(output, "{:>10}", "all")?;
        for state in STATES {
            write!(output, "  {state:<12}")?;
            for level in levels {
                let number = report.counts.of(state, level);
                let style = if number > 0 && STATES[..2].contains(&state) {
                    color(level)
                } else {
                    ""
                };
                write!(output, "{style}{number:>10}\x1b[0m")?;
            }
            writeln!(output, "{:>10}", report.counts.total(state))?;
        }
    }
    for setting in &report.policy {
        writeln!(output, "  {}", in_one_line(&policy_in_words(setting)))?;
    }
    writeln!(output)?;
    verdict(output, report)
}

/// How a terminal shows a severity.
pub fn color(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "\x1b[1;31m",
        Level::Medium => "\x1b[33m",
        Level::Low => "\x1b[36m",
    }
}

fn verdict(output: &mut impl Write, report: &ModelReport) -> std::io::Result<()> {
    let broken = report.entries.iter().filter(|entry| {
        use threatline_model::codes::Class;
        entry.diagnostic.severity == Severity::Error
            && matches!(entry.diagnostic.code.class, Class::Text | Class::Model)
    });
    let broken = broken.count();
    if broken > 0 {
        writeln!(
            output,
            "\x1b[1;31mbroken\x1b[0m: {} in the model itself; what is found may change when they are mended",
            count(broken, "error")
        )?;
    }
    match (report.bar, report.at_the_bar()) {
        (None, _) => writeln!(output, "findings do not fail this check"),
        (Some(bar), 0) if broken == 0 && !report.has_other_errors() => {
            writeln!(
                output,
                "\x1b[1;32mpassed\x1b[0m: no open finding of severity {} or above",
                bar.word()
            )
        }
        (Some(_), 0) => Ok(()),
        (Some(bar), number) => {
            writeln!(
                output,
                "\x1b[1;31mfailed\x1b[0m: {} of severity {} or above",
                report.at_the_bar_in_words(),
                bar.word()
            )?;
            let told: usize = report
                .entries
                .iter()
                .map(|entry| entry.diagnostic.findings.len())
                .sum();
            if told < number {
                writeln!(
                    output,
                    "not all of them are shown: [diagnostics] in threatline.toml turns some off"
                )?;
            }
            Ok(())
        }
    }?;
    if report.has_other_errors() {
        writeln!(
            output,
            "\x1b[1;31mfailed\x1b[0m: threatline.toml makes errors of diagnostics that are shown above"
        )?;
    }
    Ok(())
}

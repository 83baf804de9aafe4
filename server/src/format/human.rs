//! For people: each diagnostic with an excerpt and its reasons, as compilers print them, and a summary that
//! a manager understands.

use super::{acts_on_a_terminal, count, in_one_line};
use crate::report::{Entry, ModelReport, STATES, Spot};
use annotate_snippets::{AnnotationKind, Group, Level as Mark, Renderer, Snippet};
use std::io::Write;
use threatline_model::diagnostics::Severity;
use threatline_model::findings::Level;
use threatline_model::{Database, Kind};

/// Writes what was found in each model.
pub fn write(output: &mut impl Write, db: &Database, reports: &[ModelReport]) -> std::io::Result<()> {
    let renderer = Renderer::styled();
    for report in reports {
        for entry in &report.entries {
            let text = text_of(db, report, &entry.spot);
            let rendered = renderer.render(&[group(entry, &text)]);
            writeln!(output, "{rendered}")?;
            footer(output, entry)?;
            writeln!(output)?;
        }
        summary(output, report)?;
    }
    Ok(())
}

/// The lines that a spot is in, and the number of the first.
struct Excerpt {
    text: String,
    line: usize,
    span: std::ops::Range<usize>,
}

/// Excerpts are cut to this many lines and bytes, so that a text on one endless line is shown in part.
const MOST_LINES: u32 = 6;
const MOST_BYTES: usize = 300;

fn text_of(db: &Database, report: &ModelReport, spot: &Spot) -> Excerpt {
    let settings = report.model.settings(db);
    let file = report.model.files(db).iter().find(|file| *file.path(db) == spot.path);
    let text: &str = match file {
        Some(file) => &file.source(db).text,
        None => &settings.text,
    };
    let from = text[..spot.span.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let last = spot.span.end.min(spot.span.start + MOST_BYTES as u32) as usize;
    let last = (0..=last).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0).max(spot.span.start as usize);
    let to = text[last..].find(['\n', '\r']).map_or(text.len(), |at| last + at);
    let lines = text[from..to].split_inclusive('\n').take(MOST_LINES as usize).map(str::len).sum::<usize>();
    let mut to = (from + lines).min(to);
    let mut from = from;
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = spot.span.start as usize;
    if start - from > MOST_BYTES {
        from = boundary(start - MOST_BYTES / 4);
    }
    if to > start + MOST_BYTES {
        to = boundary(start + MOST_BYTES);
    }
    let span = start - from..(spot.span.end as usize).min(to).max(start) - from;
    Excerpt { text: harmless(&text[from..to]), line: spot.start.line as usize + 1, span }
}

/// An excerpt without what acts on a terminal and is not replaced where excerpts are drawn; each character
/// by one as long, so that spans stay.
fn harmless(text: &str) -> String {
    let replaced = text.chars().map(|character| match character.len_utf8() {
        2 if acts_on_a_terminal(character) => '·',
        3 if acts_on_a_terminal(character) => '\u{fffd}',
        _ => character,
    });
    replaced.collect()
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
    let mut group = mark.primary_title(in_one_line(&diagnostic.message)).id(diagnostic.code.id).element(snippet);
    for (related, spot) in diagnostic.related.iter().zip(&entry.related) {
        let place = format!("{}:{}:{}", in_one_line(&spot.path), spot.start.line + 1, spot.start.column + 1);
        group = group.element(Mark::NOTE.message(format!("{}\n({place})", in_one_line(&related.message))));
    }
    group
}

fn footer(output: &mut impl Write, entry: &Entry) -> std::io::Result<()> {
    let indent = (entry.spot.start.line + 1).to_string().len();
    for help in &entry.diagnostic.help {
        writeln!(output, "{:indent$} \x1b[1m\x1b[94m=\x1b[0m \x1b[1mhelp\x1b[0m: {}", "", in_one_line(help))?;
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
        levels.iter().try_for_each(|level| write!(output, "{:>10}", level.word()))?;
        writeln!(output, "{:>10}", "all")?;
        for state in STATES {
            write!(output, "  {state:<12}")?;
            for level in levels {
                let number = report.counts.of(state, level);
                let style = if number > 0 && STATES[..2].contains(&state) { color(level) } else { "" };
                write!(output, "{style}{number:>10}\x1b[0m")?;
            }
            writeln!(output, "{:>10}", report.counts.total(state))?;
        }
    }
    writeln!(output)?;
    verdict(output, report)
}

fn color(level: Level) -> &'static str {
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
        (Some(bar), 0) if broken == 0 => {
            writeln!(output, "\x1b[1;32mpassed\x1b[0m: no open finding of severity {} or above", bar.word())
        }
        (Some(_), 0) => Ok(()),
        (Some(bar), number) => {
            writeln!(
                output,
                "\x1b[1;31mfailed\x1b[0m: {} of severity {} or above",
                count(number, "open finding"),
                bar.word()
            )
        }
    }
}

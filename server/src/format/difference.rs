//! What changed in designs, for people: on a terminal, and as a comment on a pull request. It must not decide what is said.

use super::document::{Block, Cell, write_comment};
use super::human::{color, entries_where};
use super::{count, in_one_line};
use crate::checked::Spot;
use crate::diff::Difference;
use std::collections::HashSet;
use std::io::Write;
use threatline_ide::compare::{Change, Opened, Topic};
use threatline_model::Database;
use threatline_model::findings::{FindingId, Level, reasons};

/// What a topic is called above what is told of it.
fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Weakened => "Weaker than before",
        Topic::Policy => "Policy and rules",
        Topic::Crossing => "New crossings of trust boundaries",
        Topic::Sensitive => "Sensitive data where they were not",
        Topic::Added => "New",
        Topic::Changed => "Other changes",
        Topic::Removed => "Gone",
    }
}

/// The parts of the summary that are not nothing, by number and what they count.
fn counts(difference: &Difference) -> String {
    let found = &difference.comparison;
    let of = |topic: Topic| found.changes.iter().filter(|change| change.topic == topic).count();
    let parts = [
        (difference.errors.len(), "error"),
        (found.opened.len(), "opened finding"),
        (of(Topic::Weakened), "weakening"),
        (of(Topic::Policy), "change of policy"),
        (of(Topic::Crossing), "new crossing"),
        (of(Topic::Sensitive), "new place of sensitive data"),
        (of(Topic::Added), "addition"),
        (of(Topic::Changed), "other change"),
        (of(Topic::Removed), "removal"),
        (found.closed.len(), "closed finding"),
        (found.renamed.len(), "renaming"),
        (found.texts.len(), "changed text"),
    ];
    let told = parts.into_iter().filter(|(number, _)| *number > 0);
    let told: Vec<String> = told
        .map(|(number, what)| match what.split_once(" of ") {
            // "2 changes of policy"
            Some((what, of)) => format!("{} of {of}", count(number, what)),
            None => count(number, what),
        })
        .collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", ") }
}

/// What became of the model as a whole.
fn status(difference: &Difference) -> &'static str {
    match (difference.base, difference.head) {
        (None, _) => " (new model)",
        (_, None) => " (model is gone)",
        _ => "",
    }
}

fn at(spot: &Spot) -> String {
    format!("{}:{}:{}", spot.path, spot.start.line + 1, spot.start.column + 1)
}

/// Where a change is, as text.
fn place_of(difference: &Difference, change: &Change) -> String {
    match difference.spot(change.place) {
        Some((spot, true)) => format!("was at {}", at(&spot)),
        Some((spot, false)) => at(&spot),
        None => {
            let path = difference.head.and_then(|(_, report)| report.settings.path.clone());
            path.map_or_else(|| "threatline.toml".to_owned(), |path| path.to_string())
        }
    }
}

/// What a finding was before, where it was there.
fn before(opened: &Opened) -> String {
    match opened.before {
        None => String::new(),
        Some(("open", severity)) => format!(", was {}", severity.word()),
        Some((state, _)) => format!(", was {state}"),
    }
}

fn title_of(db: &Database, id: FindingId) -> String {
    let title = id.title(db);
    title.replace('`', "'")
}

/// How the whole of it ended, in a sentence.
fn verdict(differences: &[Difference]) -> (bool, String) {
    let new: usize = differences.iter().map(|difference| difference.at_the_bar().count()).sum();
    let errors: usize = differences.iter().map(|difference| difference.errors.len()).sum();
    let mut bars: Vec<Level> = differences.iter().filter_map(|difference| difference.bar).collect();
    bars.sort();
    bars.dedup();
    let bar = match bars.as_slice() {
        [] => "any severity".to_owned(),
        [bar] => format!("severity {} or above", bar.word()),
        _ => "the severity of their model's bar or above".to_owned(),
    };
    match (new, errors) {
        (0, 0) if differences.iter().all(Difference::is_empty) => (true, "the design is as it was".to_owned()),
        (0, 0) => (true, format!("no new finding of {bar}")),
        (0, errors) => (false, format!("{} in the model itself", count(errors, "new error"))),
        (new, _) => (false, format!("{} of {bar}", count(new, "new finding"))),
    }
}

/// Writes it for a terminal.
pub fn write_human(output: &mut impl Write, differences: &[Difference]) -> std::io::Result<()> {
    for difference in differences.iter().filter(|difference| !difference.is_empty()) {
        writeln!(
            output,
            "\x1b[1m{}{}\x1b[0m: {}",
            in_one_line(&difference.name),
            status(difference),
            counts(difference)
        )?;
        writeln!(output)?;
        opened(output, difference)?;
        for topic in Topic::ALL {
            let changes = difference.comparison.changes.iter().filter(|change| change.topic == topic);
            let lines = changes.map(|change| (change.message.clone(), place_of(difference, change)));
            list(output, title(topic), lines.collect())?;
        }
        if let Some((db, _)) = difference.base {
            let closed = difference.comparison.closed.iter().map(|closed| {
                let id = closed.assessed.finding.id;
                let severity = closed.assessed.finding.severity.word();
                (format!("{}: `{}` ({severity})", title_of(db, id), id.name(db)), closed.why.clone())
            });
            list(output, "Findings closed", closed.collect())?;
        }
        let renamed = difference.comparison.renamed.iter();
        let renamed = renamed.map(|(kind, from, to, _)| (format!("{kind} `{from}` is called `{to}`"), String::new()));
        list(output, "Renamed", renamed.collect())?;
    }
    let texts: usize = differences.iter().map(|difference| difference.comparison.texts.len()).sum();
    let texts = if texts > 0 { format!(" ({})", count(texts, "changed text")) } else { String::new() };
    let (is_well, verdict) = verdict(differences);
    let mark = if is_well { "\x1b[1;32mpassed\x1b[0m" } else { "\x1b[1;31mfailed\x1b[0m" };
    writeln!(output, "{mark}: {verdict}{texts}")
}

/// The findings and errors that are new: as `check` tells them, and those that it tells of with others or not at all by
/// their names.
fn opened(output: &mut impl Write, difference: &Difference) -> std::io::Result<()> {
    let Some((db, report)) = difference.head else { return Ok(()) };
    entries_where(output, db, report, |entry| difference.is_new(entry))?;
    let leads = report.entries.iter().filter_map(|entry| entry.diagnostic.findings.first());
    let told: HashSet<FindingId> = leads.copied().collect();
    let others = difference.comparison.opened.iter();
    let others = others.filter(|opened| !told.contains(&opened.assessed.finding.id) || opened.before.is_some());
    let mut is_first = true;
    for opened in others {
        let finding = &opened.assessed.finding;
        if std::mem::take(&mut is_first) {
            writeln!(output, "\x1b[1mFindings opened\x1b[0m, of the above or beside them")?;
        }
        let (color, severity) = (color(finding.severity), finding.severity.word());
        let (title, name) = (in_one_line(&title_of(db, finding.id)), in_one_line(&finding.id.name(db)));
        writeln!(output, "  - {title}: `{name}` ({color}{severity}\x1b[0m{})", before(opened))?;
    }
    if is_first { Ok(()) } else { writeln!(output) }
}

fn list(output: &mut impl Write, title: &str, lines: Vec<(String, String)>) -> std::io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(output, "\x1b[1m{title}\x1b[0m")?;
    for (line, more) in lines {
        writeln!(output, "  - {}", in_one_line(&line))?;
        if !more.is_empty() {
            writeln!(output, "    \x1b[2m{}\x1b[0m", in_one_line(&more))?;
        }
    }
    writeln!(output)
}

/// The first line of a comment, by which a later run finds it again.
pub const MARKER: &str = "<!-- threatline diff -->";

/// GitHub takes 65,536 characters; something is left for who adds to it.
const MOST_BYTES: usize = 60_000;

/// How many rows of a table and how many models are shown; the next one is tried when it is too long.
const BOUNDS: [(usize, usize); 6] = [(500, 100), (100, 50), (30, 30), (10, 20), (3, 10), (0, 10)];

/// Writes it as a comment, as long as one may be.
pub fn write_markdown(output: &mut impl Write, differences: &[Difference]) -> std::io::Result<()> {
    let mut text = Vec::new();
    for (rows, models) in BOUNDS {
        text.clear();
        write_comment(&mut text, &comment(differences, rows, models))?;
        if text.len() <= MOST_BYTES {
            break;
        }
    }
    writeln!(output, "{MARKER}")?;
    output.write_all(&text)
}

fn comment(differences: &[Difference], rows: usize, models: usize) -> Vec<Block> {
    let (is_well, verdict) = verdict(differences);
    let mark = if is_well { "✅" } else { "❌" };
    let mut blocks = vec![Block::Heading(3, format!("{mark} Threat model: {verdict}"))];
    let changed: Vec<&Difference> = differences.iter().filter(|difference| !difference.is_empty()).collect();
    for difference in changed.iter().take(models) {
        blocks.push(Block::Text(format!("{}{}: {}", clip(&difference.name), status(difference), counts(difference))));
        of_model(difference, rows, &mut blocks);
    }
    if changed.len() > models {
        blocks.push(Block::Text(format!("… and {} more", count(changed.len() - models, "model"))));
    }
    let texts: usize = differences.iter().map(|difference| difference.comparison.texts.len()).sum();
    if texts > 0 && changed.is_empty() {
        blocks.push(Block::Text(format!("{} of titles, descriptions and the like.", count(texts, "change"))));
    }
    blocks
}

fn of_model(difference: &Difference, rows: usize, blocks: &mut Vec<Block>) {
    let found = &difference.comparison;
    let errors = difference.errors.iter().map(|entry| vec![row(&entry.diagnostic.message), code(&at(&entry.spot))]);
    table(vec!["error", "where"], errors.collect(), rows, blocks);
    if let Some((db, _)) = difference.head {
        let opened = found.opened.iter().map(|opened| {
            let finding = &opened.assessed.finding;
            let because: Vec<String> = reasons(db, finding).into_iter().map(|reason| reason.message).collect();
            let spot = crate::checked::spot_of_finding(db, finding.id);
            vec![
                row(&format!("{}{}", finding.severity.word(), before(opened))),
                row(&format!("{}: `{}`", title_of(db, finding.id), finding.id.name(db))),
                code(&at(&spot)),
                row(&because.join("; ")),
            ]
        });
        table(vec!["severity", "opened finding", "where", "because"], opened.collect(), rows, blocks);
    }
    for topic in Topic::ALL {
        let changes = found.changes.iter().filter(|change| change.topic == topic);
        let changes = changes.map(|change| vec![row(&change.message), code(&place_of(difference, change))]);
        folded(title(topic), vec!["what", "where"], changes.collect(), rows, blocks);
    }
    if let Some((db, _)) = difference.base {
        let closed = found.closed.iter().map(|closed| {
            let id = closed.assessed.finding.id;
            vec![
                row(closed.assessed.finding.severity.word()),
                row(&format!("{}: `{}`", title_of(db, id), id.name(db))),
                row(&closed.why),
            ]
        });
        folded("Findings closed", vec!["severity", "finding", "why"], closed.collect(), rows, blocks);
    }
    let renamed = found.renamed.iter().map(|(kind, from, to, _)| vec![row(kind), code(from), code(to)]);
    folded("Renamed", vec!["kind", "from", "to"], renamed.collect(), rows, blocks);
}

fn folded(title: &str, columns: Vec<&'static str>, cells: Vec<Vec<Cell>>, rows: usize, blocks: &mut Vec<Block>) {
    if !cells.is_empty() {
        let summary = format!("{title} ({})", cells.len());
        let mut inside = Vec::new();
        table(columns, cells, rows, &mut inside);
        blocks.push(Block::Details(summary, "", inside));
    }
}

fn table(columns: Vec<&'static str>, mut cells: Vec<Vec<Cell>>, rows: usize, blocks: &mut Vec<Block>) {
    let left = cells.len().saturating_sub(rows);
    cells.truncate(rows);
    if !cells.is_empty() {
        blocks.push(Block::Table(columns, cells));
    }
    if left > 0 {
        blocks.push(Block::Text(format!("… and {left} more: `threatline diff` tells them all.")));
    }
}

fn row(text: &str) -> Cell {
    clip(text).into()
}

fn code(text: &str) -> Cell {
    format!("`{}`", clip(text).replace('`', "'")).into()
}

/// A text as long as a cell may be.
fn clip(text: &str) -> String {
    const MOST: usize = 400;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

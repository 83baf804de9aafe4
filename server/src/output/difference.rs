//! What changed in designs, for people: on a terminal, and as a comment on a pull request. It must
//! not decide what is said.

use super::document::{Block, Cell, write_comment};
use super::human::entries_where;
use super::{count, in_one_line};
use crate::commands::diff::{Difference, Elsewhere};
use crate::model_report::{Entry, Spot, spot_of_finding};
use std::collections::HashSet;
use std::io::Write;
use threatline_model::{Database, FindingId, Level, finding_reasons, full_name};
use threatline_view::compare::{Change, Closed, Opened, Topic, some};

/// What a topic is called above what is told of it.
fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Weakened => "Weaker than before",
        Topic::Policy => "Policy and rules",
        Topic::Crossing => "New crossings of trust boundaries",
        Topic::Sensitive => "Sensitive data where they were not, or more sensitive",
        Topic::Added => "New",
        Topic::Changed => "Other changes",
        Topic::Removed => "Gone",
    }
}

/// The parts of the summary that are not nothing, by number and what they count.
fn counts(difference: &Difference) -> String {
    let found = &difference.comparison;
    let of = |topic: Topic| {
        found
            .changes
            .iter()
            .filter(|change| change.topic == topic)
            .count()
    };
    let parts = [
        (difference.errors.len(), "error"),
        (
            found
                .opened
                .iter()
                .filter(|opened| !opened.is_worse())
                .count(),
            "opened finding",
        ),
        (
            found
                .opened
                .iter()
                .filter(|opened| opened.is_worse())
                .count(),
            "worse finding",
        ),
        (of(Topic::Weakened), "weakening"),
        (of(Topic::Policy), "change of policy"),
        (of(Topic::Crossing), "new crossing"),
        (of(Topic::Sensitive), "change of sensitive data"),
        (of(Topic::Added), "addition"),
        (of(Topic::Changed), "other change"),
        (of(Topic::Removed), "removal"),
        (difference.closed().count(), "closed finding"),
        (difference.put_off().count(), "finding put off"),
        (found.renamed.len(), "renaming"),
        (found.texts.len(), "changed text"),
    ];
    let told = parts.into_iter().filter(|(number, _)| *number > 0);
    let told: Vec<String> = told
        .map(|(number, what)| match what.split_once(' ') {
            // "2 changes of policy", "2 findings put off"
            Some((what @ ("change" | "finding"), rest)) => {
                format!("{} {rest}", count(number, what))
            }
            _ => count(number, what),
        })
        .collect();
    if told.is_empty() {
        "no change".to_owned()
    } else {
        told.join(", ")
    }
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
    format!(
        "{}:{}:{}",
        spot.path,
        spot.start.line + 1,
        spot.start.column + 1
    )
}

/// Where a change is, and whether that is in the base alone.
fn place_of(difference: &Difference, change: &Change) -> (String, bool) {
    match difference.spot(change.place) {
        Some((spot, is_gone)) => (at(&spot), is_gone),
        None => {
            let path = difference
                .head
                .and_then(|(_, report)| report.settings.path.clone());
            (
                path.map_or_else(|| "threatline.toml".to_owned(), |path| path.to_string()),
                false,
            )
        }
    }
}

/// What a finding was before, where it was there.
fn before(opened: &Opened) -> Option<&'static str> {
    opened.before.map(|(state, severity)| {
        if opened.is_worse() {
            severity.word()
        } else {
            state
        }
    })
}

/// How severe a finding is, and what it was before.
fn severity_of(opened: &Opened) -> String {
    let finding = &opened.assessed.finding;
    let missing = if finding.missing.is_some() {
        ", not stated"
    } else {
        ""
    };
    let before = before(opened)
        .map(|before| format!(", was {before}"))
        .unwrap_or_default();
    format!("{}{missing}{before}", finding.severity.word())
}

/// What is not plain of a diagnostic that tells of findings: which of them are new, if not all are,
/// and what one was.
fn notes(db: &Database, difference: &Difference, entry: &Entry) -> Vec<String> {
    let opened: Vec<&Opened> = difference.opened_of(entry).collect();
    let called = |opened: &Opened| {
        format!(
            "`{}`",
            opened
                .assessed
                .finding
                .id
                .name(db)
                .trim_start_matches("std.")
        )
    };
    let was = opened
        .iter()
        .filter_map(|one| Some((called(one), before(one)?)));
    let mut notes: Vec<String> = match opened.len() == 1 && entry.diagnostic.findings.len() == 1 {
        true => was
            .map(|(_, before)| format!("it was {before} before"))
            .collect(),
        false => was
            .map(|(name, before)| format!("{name} was {before} before"))
            .collect(),
    };
    let new: Vec<String> = opened
        .iter()
        .filter(|one| one.before.is_none())
        .map(|one| called(one))
        .collect();
    if !new.is_empty() && new.len() < entry.diagnostic.findings.len() {
        notes.push(format!("new of these: {}", new.join(", ")));
    }
    notes
}

fn title_of(db: &Database, id: FindingId) -> String {
    let title = id.title(db);
    title.replace('`', "'")
}

/// How the whole of it ended, in a sentence. `asked` names the paths that it is about.
fn verdict(differences: &[Difference], asked: &str) -> (bool, String) {
    let at_the_bar = || differences.iter().flat_map(Difference::at_the_bar);
    let worse = at_the_bar().filter(|opened| opened.is_worse()).count();
    let new = at_the_bar().count() - worse;
    let errors: usize = differences
        .iter()
        .map(|difference| difference.errors.len())
        .sum();
    let mut bars: Vec<Level> = differences
        .iter()
        .filter_map(|difference| difference.bar)
        .collect();
    bars.sort();
    bars.dedup();
    let bar = match bars.as_slice() {
        [] => String::new(),
        [bar] => format!(" of severity {} or above", bar.word()),
        _ => " of the severity of their model's bar or above".to_owned(),
    };
    let sum = |part: fn(&Elsewhere) -> usize| {
        differences
            .iter()
            .map(|difference| part(&difference.elsewhere))
            .sum()
    };
    let elsewhere: (usize, usize) = (sum(|there| there.findings), sum(|there| there.others));
    let is_same = differences.iter().all(Difference::is_empty);
    let verdict = match (new, worse) {
        (0, 0) if errors > 0 => format!("{} in the model itself", count(errors, "new error")),
        (0, 0) if is_same && elsewhere == (0, 0) => "the design is as it was".to_owned(),
        (0, 0) if is_same => format!("nothing changed in {asked}"),
        (0, 0) if bars.is_empty() => "findings do not fail this comparison".to_owned(),
        (0, 0) => format!("no new or worse finding{bar}"),
        (new, 0) => format!("{}{bar}", count(new, "new finding")),
        (0, worse) => format!("{}{bar}", count(worse, "worse finding")),
        (new, worse) => format!("{} and {worse} worse{bar}", count(new, "new finding")),
    };
    let there = [
        (elsewhere.0, "opened or worse finding"),
        (elsewhere.1, "other change"),
    ];
    let there: Vec<String> = there
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| count(number, what))
        .collect();
    let there = match there.is_empty() {
        true => String::new(),
        false => format!(" (elsewhere in this model: {})", there.join(", ")),
    };
    (new + worse + errors == 0, verdict + &there)
}

/// Writes it for a terminal.
pub fn write_human(
    output: &mut impl Write,
    differences: &[Difference],
    asked: &str,
) -> std::io::Result<()> {
    for difference in differences.iter().filter(|difference| is_told(difference)) {
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
            let changes = difference
                .comparison
                .changes
                .iter()
                .filter(|change| change.topic == topic);
            let lines = changes.map(|change| match place_of(difference, change) {
                (place, true) => (change.message.clone(), format!("was at {place}")),
                (place, false) => (change.message.clone(), place),
            });
            list(output, title(topic), lines.collect())?;
        }
        if let Some((db, _)) = difference.base {
            let told = |closed: &Closed| {
                let finding = &closed.assessed.finding;
                let (title, name) = (title_of(db, finding.id), finding.id.name(db));
                (
                    format!("{title}: `{name}` ({})", finding.severity.word()),
                    closed.why.clone(),
                )
            };
            list(output, PUT_OFF, difference.put_off().map(told).collect())?;
            let unfound = unfound(difference).map(|line| (line, String::new()));
            list(
                output,
                CLOSED,
                difference.closed().map(told).chain(unfound).collect(),
            )?;
        }
        let renamed = difference.comparison.renamed.iter();
        let renamed = renamed.map(|(kind, from, to, _)| {
            (format!("{kind} `{from}` is called `{to}`"), String::new())
        });
        list(output, "Renamed", renamed.collect())?;
        list(
            output,
            TEXTS,
            texts(difference)
                .map(|(what, of)| (format!("{what} of {of}"), String::new()))
                .collect(),
        )?;
    }
    let (is_well, verdict) = verdict(differences, asked);
    let mark = if is_well {
        "\x1b[1;32mpassed\x1b[0m"
    } else {
        "\x1b[1;31mfailed\x1b[0m"
    };
    writeln!(output, "{mark}: {verdict}")
}

const PUT_OFF: &str = "Findings put off";
const CLOSED: &str = "Findings closed";
const TEXTS: &str = "Texts alone";

/// Whether there is something to be told of a model, if only of its texts.
fn is_told(difference: &&Difference) -> bool {
    !difference.is_empty() || !difference.comparison.texts.is_empty()
}

/// The findings that were treated and that nothing calls for any more, in a line.
fn unfound(difference: &Difference) -> Option<String> {
    let (db, found) = (difference.base?.0, &difference.comparison.unfound);
    let named = found.iter().map(|found| {
        let name = found.finding.id.name(db);
        format!(
            "`{}` ({}, {})",
            name.trim_start_matches("std."),
            found.finding.severity.word(),
            found.state.word()
        )
    });
    (!found.is_empty()).then(|| {
        format!(
            "No longer called for, and treated before: {}",
            some(named.collect())
        )
    })
}

/// The texts that changed, and of what.
fn texts(difference: &Difference) -> impl Iterator<Item = (String, String)> {
    let db = difference.head.map(|(db, _)| db);
    let texts = db.into_iter().flat_map(|db| {
        difference
            .comparison
            .texts
            .iter()
            .map(move |text| (db, text))
    });
    texts.map(|(db, (decl, what))| {
        let what: Vec<String> = what.iter().map(|name| format!("`{name}`")).collect();
        (
            what.join(", "),
            format!("{} `{}`", decl.kind(db).word(), full_name(db, *decl)),
        )
    })
}

/// The findings and errors that are new or worse: as `check` tells them, and those that it does not
/// show by their names.
fn opened(output: &mut impl Write, difference: &Difference) -> std::io::Result<()> {
    let Some((db, report)) = difference.head else {
        return Ok(());
    };
    entries_where(output, db, report, |entry| {
        difference
            .is_new(entry)
            .then(|| notes(db, difference, entry))
    })?;
    let told: HashSet<FindingId> = report
        .entries
        .iter()
        .flat_map(|entry| entry.diagnostic.findings.iter().copied())
        .collect();
    let others = difference
        .comparison
        .opened
        .iter()
        .filter(|opened| !told.contains(&opened.assessed.finding.id));
    let others = others.map(|opened| {
        let id = opened.assessed.finding.id;
        let line = format!(
            "{}: `{}` ({})",
            title_of(db, id),
            id.name(db),
            severity_of(opened)
        );
        (line, at(&spot_of_finding(db, id)))
    });
    list(output, "Other findings opened", others.collect())
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

/// How many rows of a table and how many models are shown; the next one is tried when it is too
/// long.
const BOUNDS: [(usize, usize); 6] = [(500, 100), (100, 50), (30, 30), (10, 20), (3, 10), (0, 10)];

/// Writes it as a comment, as long as one may be.
pub fn write_markdown(
    output: &mut impl Write,
    differences: &[Difference],
    asked: &str,
) -> std::io::Result<()> {
    let mut text = Vec::new();
    for (rows, models) in BOUNDS {
        text.clear();
        write_comment(&mut text, &comment(differences, asked, rows, models))?;
        if text.len() <= MOST_BYTES {
            break;
        }
    }
    writeln!(output, "{MARKER}")?;
    output.write_all(&text)
}

fn comment(differences: &[Difference], asked: &str, rows: usize, models: usize) -> Vec<Block> {
    let (is_well, verdict) = verdict(differences, asked);
    let mark = if is_well { "✅" } else { "❌" };
    let mut blocks = vec![Block::Heading(3, format!("{mark} Threat model: {verdict}"))];
    let changed: Vec<&Difference> = differences.iter().filter(is_told).collect();
    for difference in changed.iter().take(models) {
        blocks.push(Block::Text(format!(
            "{}{}: {}",
            clip(&difference.name),
            status(difference),
            counts(difference)
        )));
        of_model(difference, rows, &mut blocks);
    }
    if changed.len() > models {
        blocks.push(Block::Text(format!(
            "… and {} more",
            count(changed.len() - models, "model")
        )));
    }
    blocks
}

fn of_model(difference: &Difference, rows: usize, blocks: &mut Vec<Block>) {
    let found = &difference.comparison;
    let errors = difference
        .errors
        .iter()
        .map(|entry| vec![row(&entry.diagnostic.message), code(&at(&entry.spot))]);
    table(vec!["error", "where"], errors.collect(), rows, blocks);
    if let Some((db, _)) = difference.head {
        let opened = found.opened.iter().map(|opened| {
            let finding = &opened.assessed.finding;
            let because: Vec<String> = finding_reasons(db, finding)
                .into_iter()
                .map(|reason| reason.message)
                .collect();
            let spot = spot_of_finding(db, finding.id);
            vec![
                row(&severity_of(opened)),
                row(&format!(
                    "{}: `{}`",
                    title_of(db, finding.id),
                    finding.id.name(db)
                )),
                code(&at(&spot)),
                row(&because.join("; ")),
            ]
        });
        table(
            vec!["severity", "new or worse finding", "where", "because"],
            opened.collect(),
            rows,
            blocks,
        );
    }
    for topic in Topic::ALL {
        let changes = found.changes.iter().filter(|change| change.topic == topic);
        let changes = changes.map(|change| {
            let (place, is_gone) = place_of(difference, change);
            let place = code(&place).text;
            vec![
                row(&change.message),
                if is_gone {
                    format!("was at {place}")
                } else {
                    place
                }
                .into(),
            ]
        });
        folded(
            title(topic),
            vec!["what", "where"],
            changes.collect(),
            rows,
            blocks,
        );
    }
    if let Some((db, _)) = difference.base {
        let told = |closed: &Closed| {
            let id = closed.assessed.finding.id;
            vec![
                row(closed.assessed.finding.severity.word()),
                row(&format!("{}: `{}`", title_of(db, id), id.name(db))),
                row(&closed.why),
            ]
        };
        let columns = || vec!["severity", "finding", "why"];
        folded(
            PUT_OFF,
            columns(),
            difference.put_off().map(told).collect(),
            rows,
            blocks,
        );
        folded(
            CLOSED,
            columns(),
            difference.closed().map(told).collect(),
            rows,
            blocks,
        );
        blocks.extend(unfound(difference).map(|line| Block::Text(format!("{line}."))));
    }
    let renamed = found
        .renamed
        .iter()
        .map(|(kind, from, to, _)| vec![row(kind), code(from), code(to)]);
    folded(
        "Renamed",
        vec!["kind", "from", "to"],
        renamed.collect(),
        rows,
        blocks,
    );
    let texts = texts(difference).map(|(what, of)| vec![row(&what), row(&of)]);
    folded(TEXTS, vec!["what", "of"], texts.collect(), rows, blocks);
}

fn folded(
    title: &str,
    columns: Vec<&'static str>,
    cells: Vec<Vec<Cell>>,
    rows: usize,
    blocks: &mut Vec<Block>,
) {
    if !cells.is_empty() {
        let summary = format!("{title} ({})", cells.len());
        let mut inside = Vec::new();
        table(columns, cells, rows, &mut inside);
        blocks.push(Block::Details(summary, "", inside));
    }
}

fn table(
    columns: Vec<&'static str>,
    mut cells: Vec<Vec<Cell>>,
    rows: usize,
    blocks: &mut Vec<Block>,
) {
    let left = cells.len().saturating_sub(rows);
    cells.truncate(rows);
    if !cells.is_empty() {
        blocks.push(Block::Table(columns, cells));
    }
    if left > 0 {
        blocks.push(Block::Text(format!(
            "… and {left} more: `threatline diff` tells them all."
        )));
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

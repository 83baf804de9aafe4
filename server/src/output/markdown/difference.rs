//! What changed in designs, as a comment on a pull request. It must not decide the content.

use super::document::{Form, blocks};
use crate::output::document::{Block, Cell, Details};
use crate::output::wording::{
    CLOSED, DEFERRED, End, TEXTS, counts, is_reported, place, place_of, severity_of, status, texts,
    title, title_of, unfound, verdict,
};
use crate::reports::difference::Difference;
use crate::reports::spots::spot_of_finding;
use std::io::{Result, Write};
use threatline_model::{Database, finding_reasons};
use threatline_syntax::prose::count;
use threatline_view::compare::{Closed, Opened, Topic};

/// The first line of a comment, by which a later run finds it again.
const MARKER: &str = "<!-- threatline diff -->";

/// GitHub takes 65,536 characters; something is left for who adds to it.
const MAX_BYTES: usize = 60_000;

/// The longest text of a cell, in characters.
const MAX_CELL: usize = 400;

/// How much a comment shows.
#[derive(Clone, Copy)]
struct Size {
    /// How many models.
    models: usize,
    /// How many rows of a table.
    rows: usize,
}

/// How much is shown; the next one is tried when it is too long.
const SIZES: [Size; 6] = [
    size(100, 500),
    size(50, 100),
    size(30, 30),
    size(20, 10),
    size(10, 3),
    size(10, 0),
];

const fn size(models: usize, rows: usize) -> Size {
    Size { models, rows }
}

/// Writes it as a comment, as long as one may be. `asked` names the paths that it is about.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, differences: &[Difference], asked: &str) -> Result<()> {
    let mut text = Vec::new();
    for size in SIZES {
        text.clear();
        let comment = comment(differences, asked, size);
        blocks(&mut text, &comment, Form::Comment)?;
        if text.len() <= MAX_BYTES {
            break;
        }
    }
    writeln!(output, "{MARKER}")?;
    output.write_all(&text)
}

fn comment(differences: &[Difference], asked: &str, size: Size) -> Vec<Block> {
    let verdict = verdict(differences, asked);
    let heading = match verdict.end {
        End::Passed => format!("✅ Threat model: {}", verdict.sentence),
        End::NotJudged { is_allowed } => {
            let mark = if is_allowed { "⚠️" } else { "❌" };
            format!("{mark} Threat model not judged: {}", verdict.sentence)
        }
        End::Failed => format!("❌ Threat model: {}", verdict.sentence),
    };
    let mut comment = Comment {
        blocks: vec![Block::heading(3, heading)],
        rows: size.rows,
    };
    let changed: Vec<&Difference> = differences.iter().filter(is_reported).collect();
    for difference in changed.iter().take(size.models) {
        comment.model(difference);
    }
    if changed.len() > size.models {
        let more = count(changed.len() - size.models, "model");
        comment
            .blocks
            .push(Block::text(format!("… and {more} more")));
    }
    comment.blocks
}

/// A comment that is being made.
struct Comment {
    blocks: Vec<Block>,
    /// How many rows of a table are shown.
    rows: usize,
}

impl Comment {
    fn model(&mut self, difference: &Difference) {
        let (name, status) = (clip(&difference.name), status(difference));
        let summary = format!("{name}{status}: {}", counts(difference));
        self.blocks.push(Block::text(summary));
        let errors = difference.errors.iter();
        let errors = errors
            .map(|entry| vec![row(&entry.diagnostic.message), code(&place(&entry.spot))])
            .collect();
        table(&["error", "where"], errors, self.rows, &mut self.blocks);
        self.opened(difference);
        self.changes(difference);
        self.closed(difference);
        let renamed = difference.comparison.renamed.iter();
        let renamed = renamed.map(|(kind, from, to, _)| vec![row(kind), code(from), code(to)]);
        self.folded("Renamed", &["kind", "from", "to"], renamed.collect());
        let texts = texts(difference);
        let texts = texts.map(|(properties, owner)| vec![row(&properties), row(&owner)]);
        self.folded(TEXTS, &["what", "of"], texts.collect());
    }

    /// The findings that opened or got worse, which are never folded.
    fn opened(&mut self, difference: &Difference) {
        let Some((db, _)) = difference.head else {
            return;
        };
        let opened = difference.comparison.opened.iter();
        let opened = opened
            .map(|opened| opened_row(db, difference, opened))
            .collect();
        let columns = ["severity", "new or worsened finding", "where", "because"];
        table(&columns, opened, self.rows, &mut self.blocks);
    }

    fn changes(&mut self, difference: &Difference) {
        for topic in Topic::ALL {
            let changes = difference.comparison.changes.iter();
            let changes = changes.filter(|change| change.topic == topic);
            let rows = changes.map(|change| {
                let (place, is_gone) = place_of(difference, change);
                let place = code(&place);
                let place = if is_gone {
                    format!("was at {}", place.text).into()
                } else {
                    place
                };
                vec![row(&change.message), place]
            });
            self.folded(title(topic), &["what", "where"], rows.collect());
        }
    }

    fn closed(&mut self, difference: &Difference) {
        let Some((db, _)) = difference.base else {
            return;
        };
        let line = |closed: &Closed| {
            let finding = &closed.assessed.finding;
            let (title, name) = (title_of(db, finding.id), finding.id.name(db));
            vec![
                row(finding.severity.word()),
                row(&format!("{title}: `{name}`")),
                row(&closed.why),
            ]
        };
        let columns = ["severity", "finding", "why"];
        self.folded(
            DEFERRED,
            &columns,
            difference.deferred().map(line).collect(),
        );
        self.folded(CLOSED, &columns, difference.closed().map(line).collect());
        let unfound = unfound(difference).map(|line| Block::text(format!("{line}.")));
        self.blocks.extend(unfound);
    }

    fn folded(&mut self, title: &str, columns: &[&'static str], cells: Vec<Vec<Cell>>) {
        if cells.is_empty() {
            return;
        }
        let summary = format!("{title} ({})", cells.len());
        let mut blocks = Vec::new();
        table(columns, cells, self.rows, &mut blocks);
        self.blocks.push(Block::Details(Details {
            summary,
            class: "",
            blocks,
        }));
    }
}

fn opened_row(db: &Database, difference: &Difference, opened: &Opened) -> Vec<Cell> {
    let finding = &opened.assessed.finding;
    let reasons = finding_reasons(db, finding).into_iter();
    let rule_change = difference.rule_change(opened);
    let because: Vec<String> = rule_change
        .map(|change| change.message.clone())
        .into_iter()
        .chain(reasons.map(|reason| reason.message))
        .collect();
    let (title, name) = (title_of(db, finding.id), finding.id.name(db));
    vec![
        row(&severity_of(opened)),
        row(&format!("{title}: `{name}`")),
        code(&place(&spot_of_finding(db, finding.id))),
        row(&because.join("; ")),
    ]
}

/// Adds a table of the first rows, and says how many are left.
fn table(
    columns: &[&'static str],
    mut cells: Vec<Vec<Cell>>,
    rows: usize,
    blocks: &mut Vec<Block>,
) {
    let left = cells.len().saturating_sub(rows);
    cells.truncate(rows);
    if !cells.is_empty() {
        blocks.push(Block::table(columns.iter().copied(), cells));
    }
    if left > 0 {
        blocks.push(Block::text(format!(
            "… and {left} more; `threatline diff` lists them all."
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
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

//! What can go wrong: the register of threats, what is open in detail, and the table of STRIDE.

use super::page::Page;
use crate::output::document::{Block, Cell, Details};
use crate::reports::questions::questions;
use std::cmp::Reverse;
use threatline_model::{Assessed, FindingId, FindingState, Level, Standing, name_from, typed};
use threatline_view::explain::{self, Section};
use threatline_view::matrix::{self, Cell as Known};

/// The categories of STRIDE in their order, as they are read.
const CATEGORIES: [&str; 6] = [
    "spoofing",
    "tampering",
    "repudiation",
    "information disclosure",
    "denial of service",
    "elevation of privilege",
];

/// The columns of the register.
const COLUMNS: [&str; 7] = [
    "threat",
    "severity",
    "state",
    "target",
    "mitigated or accepted by",
    "due or until",
    "owner",
];

/// The section.
pub fn section(page: &Page) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "What can go wrong?")];
    blocks.extend(register(page));
    blocks.extend(to_answer(page));
    blocks.extend(by_category(page));
    blocks
}

/// What was found and written, the worst first, with what has become of each.
fn register(page: &Page) -> Vec<Block> {
    let mut ranked: Vec<&Assessed> = page.report.findings.iter().collect();
    ranked.sort_by_key(|assessed| Reverse((Known::of(assessed), assessed.finding.severity)));
    if ranked.is_empty() {
        return vec![Block::text(
            "There are no findings and no recorded threats.",
        )];
    }
    let rows = ranked.iter().map(|assessed| row(page, assessed));
    let mut blocks = vec![
        Block::heading(3, "All threats and findings"),
        Block::table(COLUMNS, rows),
    ];
    let unlisted = page.report.unlisted_in_words();
    blocks.extend(unlisted.map(|unlisted| Block::text(format!("{unlisted}."))));
    blocks.push(Block::heading(3, "Open findings in detail"));
    let mut open = ranked
        .into_iter()
        .filter(|assessed| assessed.standing() == Standing::Open)
        .map(|assessed| details(page, assessed))
        .peekable();
    if open.peek().is_none() {
        blocks.push(Block::text("There are no open findings."));
    }
    blocks.extend(open);
    blocks
}

/// What to answer, so that what is undecided can be judged.
fn to_answer(page: &Page) -> Vec<Block> {
    let questions = questions(page.db, &page.report.findings, Level::Low);
    if questions.is_empty() {
        return Vec::new();
    }
    let rows = questions.iter().map(|question| -> Vec<Cell> {
        vec![
            question.in_words(page.db).into(),
            format!("`{}`", question.property).into(),
            question.findings.to_string().into(),
            format!("up to {}", question.severity.word()).into(),
        ]
    });
    vec![
        Block::heading(3, "Questions to answer"),
        Block::table(["question", "property", "undecided", "severity"], rows),
    ]
}

fn row(page: &Page, assessed: &Assessed) -> Vec<Cell> {
    let db = page.db;
    let known = Known::of(assessed);
    let (threat, against) = match assessed.finding.id {
        FindingId::Rule { rule, element } => {
            let rule = name_from(db, rule, element.file(db));
            let title = assessed.finding.id.title(db);
            (format!("{title} `{rule}`"), page.called(element))
        }
        FindingId::Threat(threat) => {
            let targets = typed(db, threat);
            let targets = page.called_all(targets.decls("targets"));
            (page.called(threat), targets)
        }
    };
    let (by, day) = match assessed.state {
        FindingState::Open | FindingState::OutOfScope => (String::new(), Cell::default()),
        FindingState::Mitigated(by) | FindingState::Dismissed(by) => {
            (page.called(by), Cell::default())
        }
        FindingState::Planned(by) => (page.called(by), page.day(by, "due", "overdue")),
        FindingState::Accepted(by) => (page.called(by), page.day(by, "until", "expired")),
    };
    let severity_class = match known {
        Known::Open(_) => known.class(),
        _ => "",
    };
    vec![
        threat.into(),
        Cell::with_class(severity_in_words(assessed), severity_class),
        Cell::with_class(assessed.standing().word(), known.class()),
        against.into(),
        by.into(),
        day,
        page.owner(assessed).into(),
    ]
}

fn details(page: &Page, assessed: &Assessed) -> Block {
    let summary = format!(
        "{}: {} ({}; {})",
        assessed.finding.id.title(page.db),
        page.code(assessed.finding.id.subject()),
        severity_and_knowledge(assessed),
        assessed.finding.categories.in_words()
    );
    Block::Details(Details {
        summary,
        class: Known::of(assessed).class(),
        blocks: sections(&explain::finding(page.db, assessed).parts),
    })
}

/// The elements against the categories.
fn by_category(page: &Page) -> Vec<Block> {
    let rows = matrix::matrix(page.db, &page.files);
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = std::iter::once("element").chain(CATEGORIES);
    let rows = rows.iter().map(|row| {
        let mut cells: Vec<Cell> = vec![page.called(row.element).into()];
        cells.extend(row.cells.iter().map(|known| match known {
            Known::Nothing => Cell::default(),
            known => Cell::with_class(known.word(), known.class()),
        }));
        cells
    });
    vec![
        Block::heading(3, "STRIDE matrix"),
        Block::table(columns, rows),
    ]
}

/// An explanation as parts of a document.
fn sections(parts: &[Section]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in parts {
        match part {
            Section::Heading(heading) => blocks.push(Block::heading(4, *heading)),
            Section::Text(text) => blocks.push(Block::text(text)),
            Section::Item(item, _) => add_to_list(&mut blocks, item.into()),
            Section::Link(item, link) => {
                let mut entry = Cell::from(item);
                entry.link = Some(link.clone());
                add_to_list(&mut blocks, entry);
            }
            // How to accept it is for the one who writes the model.
            Section::Code(_) => {
                blocks.pop_if(|last| matches!(last, Block::Heading(..)));
            }
        }
    }
    blocks
}

/// Adds an entry to the list at the end.
fn add_to_list(blocks: &mut Vec<Block>, entry: Cell) {
    match blocks.last_mut() {
        Some(Block::List(entries)) => entries.push(entry),
        _ => blocks.push(Block::List(vec![entry])),
    }
}

/// How severe a finding is, as far as it is known.
fn severity_in_words(assessed: &Assessed) -> String {
    let severity = assessed.finding.severity.word();
    if assessed.standing() == Standing::Unstated {
        format!("up to {severity}")
    } else {
        severity.to_owned()
    }
}

/// How severe a finding is, and whether it is known at all.
pub fn severity_and_knowledge(assessed: &Assessed) -> String {
    let severity = severity_in_words(assessed);
    if assessed.finding.missing.is_some() {
        format!("undecided, {severity}")
    } else {
        severity
    }
}

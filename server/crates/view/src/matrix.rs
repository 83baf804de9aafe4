//! What has been considered: the elements of a model against the six categories of STRIDE. It must
//! not know how a table is laid out.

use crate::names::shown_name;
use threatline_model::{
    Assessed, Categories, Db, Decl, File, FindingState, Kind, Level, assessed, schema::STRIDE,
    typed,
};

/// What is known of a category of threats against an element, the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing was found.
    Nothing,
    /// The element is out of scope.
    OutOfScope,
    /// Someone has decided that it does not apply.
    Dismissed,
    /// What was found is countered.
    Mitigated,
    /// Someone has taken it on.
    Accepted,
    /// A mitigation is on its way.
    Planned,
    /// A fact that is not stated decides.
    Unstated,
    /// Something is open, and so severe.
    Open(Level),
}

impl Cell {
    /// It in a word.
    pub fn word(self) -> &'static str {
        match self {
            Cell::Nothing => "",
            Cell::OutOfScope => "out of scope",
            Cell::Dismissed => "dismissed",
            Cell::Mitigated => "mitigated",
            Cell::Accepted => "accepted",
            Cell::Planned => "planned",
            Cell::Unstated => "undecided",
            Cell::Open(level) => level.word(),
        }
    }

    /// It in a sign.
    pub fn sign(self) -> &'static str {
        match self {
            Cell::Nothing => "",
            Cell::OutOfScope => "–",
            Cell::Dismissed => "×",
            Cell::Mitigated => "✓",
            Cell::Accepted => "~",
            Cell::Planned => "…",
            Cell::Unstated => "?",
            Cell::Open(_) => "!",
        }
    }

    /// It as a class of a style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Cell::Nothing => "nothing",
            Cell::OutOfScope => "out-of-scope",
            Cell::Unstated => "not-stated",
            other => other.word(),
        }
    }

    /// What a finding comes to.
    pub fn of(assessed: &Assessed) -> Cell {
        match assessed.state {
            FindingState::Mitigated(_) => Cell::Mitigated,
            FindingState::Accepted(_) => Cell::Accepted,
            FindingState::Planned(_) => Cell::Planned,
            FindingState::Dismissed(_) => Cell::Dismissed,
            FindingState::OutOfScope => Cell::OutOfScope,
            FindingState::Open if assessed.finding.missing.is_some() => Cell::Unstated,
            FindingState::Open => Cell::Open(assessed.finding.severity),
        }
    }
}

/// The categories of STRIDE, by their letters.
pub type Cells = [Cell; 6];

/// An element against the categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The element.
    pub element: Decl,
    /// What it is called.
    pub name: String,
    /// What is known.
    pub cells: Cells,
}

/// The elements of which something is known, the worst first.
pub fn matrix(db: &dyn Db, files: &[File]) -> Vec<Row> {
    let elements = files
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let rows = elements
        .filter(|decl| decl.kind(db).is_element())
        .map(|element| Row {
            element,
            name: shown_name(db, element),
            cells: cells(db, element),
        });
    let mut rows: Vec<Row> = rows
        .filter(|row| row.cells.iter().any(|cell| *cell != Cell::Nothing))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.cells.iter().max().copied()));
    rows
}

/// What is known of an element.
pub fn cells(db: &dyn Db, element: Decl) -> Cells {
    let mut cells = [Cell::Nothing; 6];
    for assessed in on(db, element) {
        let categories = assessed.finding.categories;
        for (category, cell) in cells.iter_mut().enumerate() {
            if categories.overlaps(Categories::one(category as u8)) {
                *cell = (*cell).max(Cell::of(&assessed));
            }
        }
    }
    cells
}

/// What is found on an element, and the threats that a person wrote against it in its file.
pub fn on(db: &dyn Db, element: Decl) -> Vec<Assessed> {
    let threats = threats_in(db, element.file(db)).iter();
    let against = threats.copied().filter(|threat| {
        typed(db, *threat)
            .decls("targets")
            .any(|target| target == element)
    });
    let written = against.flat_map(|threat| assessed(db, threat).iter().cloned());
    assessed(db, element)
        .iter()
        .cloned()
        .chain(written)
        .collect()
}

/// The threats that a file declares. A query, since each of its elements asks.
#[salsa::tracked]
fn threats_in(db: &dyn Db, file: File) -> Vec<Decl> {
    let declarations = file.declarations(db).iter().copied();
    declarations
        .filter(|decl| decl.kind(db) == Kind::Threat)
        .collect()
}

/// The first letters of the categories, each with the sign of what is known.
pub fn letters(cells: Cells) -> String {
    let letters = cells.iter().zip(STRIDE.names());
    let letters =
        letters.map(|(cell, word)| format!("{}{}", word[..1].to_uppercase(), cell.sign()));
    letters.collect::<Vec<_>>().join(" ")
}

/// What is found on the elements of a file, and the threats in it.
pub fn in_file(db: &dyn Db, file: File) -> Vec<Assessed> {
    let own = file
        .declarations(db)
        .iter()
        .filter(|own| own.kind(db).is_element() || own.kind(db) == Kind::Threat);
    own.flat_map(|own| assessed(db, *own).iter().cloned())
        .collect()
}

/// How many of some findings are open, by severity, and what was done about the others.
pub fn counted(findings: &[Assessed]) -> String {
    let count = |is: &dyn Fn(Cell) -> bool| {
        findings
            .iter()
            .map(Cell::of)
            .filter(|cell| is(*cell))
            .count()
    };
    let levels = Level::ALL
        .iter()
        .rev()
        .map(|level| (level.word(), count(&|cell| cell == Cell::Open(*level))));
    let levels: Vec<String> = levels
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let open = match count(&|cell| matches!(cell, Cell::Open(_))) {
        0 => "nothing open".to_owned(),
        open => format!("{open} open: {}", levels.join(", ")),
    };
    let others = [
        Cell::Unstated,
        Cell::Planned,
        Cell::Accepted,
        Cell::Mitigated,
        Cell::Dismissed,
        Cell::OutOfScope,
    ];
    let others = others.map(|other| (other.word(), count(&|cell| cell == other)));
    let others = others.iter().filter(|(_, count)| *count > 0);
    let others = others.map(|(word, count)| format!("{count} {word}"));
    let counts: Vec<String> = [open].into_iter().chain(others).collect();
    counts.join(" · ")
}

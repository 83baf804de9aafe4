//! Code lens: shows above a declaration what is open on it, which categories of threats were
//! considered, and how often it is named. It must not know what a click does.

use crate::occurrences::{Meaning, occurrences_of};
use std::collections::BTreeMap;
use threatline_model::{Assessed, Database, Db, Decl, File, Kind, Part, Span};
use threatline_syntax::prose::count;
use threatline_view::matrix::{self, Cell, Cells, counted, in_file};

/// Something shown above a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLens {
    /// The name that it is about.
    pub span: Span,
    /// The declaration.
    pub decl: Decl,
    /// What it shows.
    pub kind: LensKind,
}

/// What a lens shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// How much is open, by severity.
    Findings,
    /// The categories of STRIDE.
    Coverage,
    /// How often it is named.
    References,
}

/// Which lenses are wanted.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)] // as in `LensKind`
pub struct CodeLensConfig {
    pub findings: bool,
    pub coverage: bool,
    pub references: bool,
}

/// The lenses of a file: of its component and of the elements in it; flows have some only if
/// something is found.
pub fn code_lenses(db: &Database, file: File, wanted: CodeLensConfig) -> Vec<CodeLens> {
    let mut lenses = Vec::new();
    for &decl in file.declarations(db).iter() {
        let kind = decl.kind(db);
        if !kind.is_element()
            && !matches!(
                kind,
                Kind::Component | Kind::Boundary | Kind::Asset | Kind::Mitigation
            )
        {
            continue;
        }
        let is_found = lens_texts(db, file).contains_key(&decl);
        let shown = [
            (wanted.findings && is_found, LensKind::Findings),
            (wanted.coverage && is_found, LensKind::Coverage),
            (
                wanted.references && kind != Kind::Flow && decl.shape(db).name.is_some(),
                LensKind::References,
            ),
        ];
        let part = if decl.shape(db).name.is_some() {
            Part::Name
        } else {
            Part::Kind
        };
        let span = decl.part(part).resolve(db).1;
        lenses.extend(
            shown
                .into_iter()
                .filter(|(wanted, _)| *wanted)
                .map(|(_, kind)| CodeLens { span, decl, kind }),
        );
    }
    lenses
}

/// What the lenses of a declaration say about its findings.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LensTexts {
    findings: String,
    coverage: String,
}

/// The texts for each element of a file and for its component, if anything is found on it. A query,
/// since an editor asks again and again; kept for the few files that are worked at.
#[salsa::tracked(lru = 8)]
fn lens_texts(db: &dyn Db, file: File) -> BTreeMap<Decl, LensTexts> {
    let declarations = file.declarations(db).iter().copied();
    let with_threats = declarations.filter(|decl| {
        let kind = decl.kind(db);
        kind.is_element() || kind == Kind::Component
    });
    with_threats
        .filter_map(|decl| {
            let assessed = about(db, decl);
            let texts = LensTexts {
                findings: counted(&assessed),
                coverage: categories(db, decl),
            };
            (!assessed.is_empty()).then_some((decl, texts))
        })
        .collect()
}

/// What is found on an element, or on all elements of a component's file.
fn about(db: &dyn Db, decl: Decl) -> Vec<Assessed> {
    if decl.kind(db) == Kind::Component {
        in_file(db, decl.file(db))
    } else {
        matrix::on(db, decl)
    }
}

/// The categories of what is found on an element, or the worst on those of a component's file.
fn categories(db: &dyn Db, decl: Decl) -> String {
    if decl.kind(db) != Kind::Component {
        return matrix::letters(matrix::cells(db, decl));
    }
    let rows = matrix::matrix(db, &[decl.file(db)]);
    let mut worst: Cells = [Cell::Nothing; 6];
    for (category, cell) in rows.iter().flat_map(|row| row.cells.iter().enumerate()) {
        worst[category] = worst[category].max(*cell);
    }
    matrix::letters(worst)
}

/// What a lens says.
pub fn title(db: &Database, decl: Decl, kind: LensKind) -> String {
    let texts = || lens_texts(db, decl.file(db)).get(&decl);
    match kind {
        LensKind::Findings => texts().map_or_else(|| counted(&[]), |texts| texts.findings.clone()),
        LensKind::Coverage => texts().map_or_else(
            || matrix::letters([Cell::Nothing; 6]),
            |texts| texts.coverage.clone(),
        ),
        LensKind::References => {
            let occurrences = occurrences_of(db, decl.model(db), decl).into_iter();
            let uses =
                occurrences.filter(|occurrence| occurrence.meaning != Meaning::Declares(decl));
            count(uses.count(), "reference")
        }
    }
}

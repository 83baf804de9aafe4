//! Gathers what is drawn of some files. It must not know how it is laid out.

use super::parts::{Diagram, Direction, MAX_PARTS, NotDrawn, Part};
use super::text::{cut, wrapped};
use crate::matrix::{self, Cell};
use crate::names::shown_name;
use crate::sanitize::line as shown;
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::{
    Assessed, Database, Decl, ENDPOINT_KINDS, File, FindingState, Kind, boundaries_around, ends,
    full_name, placed_in, touching, trust_of_boundary, typed,
};

/// The most findings that are shown for a part.
const MAX_FINDINGS: usize = 5;
/// How wide the text of a flow, of an element and of a boundary is at most, in columns.
const FLOW_COLUMNS: usize = 18;
const ELEMENT_COLUMNS: usize = 22;
const BOUNDARY_COLUMNS: usize = 40;

/// Gathers what is drawn of some files: what they declare, what that talks to, and the boundaries
/// around it.
///
/// # Errors
/// When there is nothing, or too much, to draw.
pub fn diagram(db: &Database, files: &[File], direction: Direction) -> Result<Diagram, NotDrawn> {
    let declared = || {
        files
            .iter()
            .flat_map(|file| file.declarations(db).iter().copied())
    };
    let elements: Vec<Decl> = declared()
        .filter(|decl| ENDPOINT_KINDS.contains(&decl.kind(db)))
        .collect();
    let own_flows = declared().filter(|decl| decl.kind(db) == Kind::Flow);
    let flows = flows_with_ends(db, own_flows, &elements);
    let mut boundaries: Vec<Decl> = declared()
        .filter(|decl| decl.kind(db) == Kind::Boundary)
        .collect();
    // What is in a boundary may be in files that are not drawn; of a part of a model an empty one
    // shows nothing.
    let model = files.first().map(|file| file.model(db));
    let is_part = model.is_some_and(|model| model.files(db).len() > files.len());
    if is_part && !(elements.is_empty() && flows.is_empty()) {
        boundaries.clear();
    }
    match elements.len() + flows.len() + boundaries.len() {
        0 => return Err(NotDrawn::Empty),
        many if many > MAX_PARTS => return Err(NotDrawn::TooLarge(many)),
        _ => {}
    }
    let mut gathered = Gathered {
        db,
        files,
        parts: Vec::new(),
        numbers: FxHashMap::default(),
    };
    // What is around comes before what is in it, so that it is drawn below.
    let others = flows
        .iter()
        .flat_map(|(_, source, target)| [*source, *target]);
    for decl in boundaries.into_iter().chain(elements).chain(others) {
        for &boundary in boundaries_around(db, decl).iter().rev() {
            gathered.add(boundary, None);
        }
        gathered.add(decl, None);
    }
    for (flow, source, target) in flows {
        let ends = (gathered.numbers[&source], gathered.numbers[&target]);
        gathered.add(flow, Some(ends));
    }
    Ok(Diagram {
        direction,
        parts: gathered.parts,
    })
}

/// Some flows and those of some elements, each once, with its ends; those without are left out.
fn flows_with_ends(
    db: &Database,
    flows: impl Iterator<Item = Decl>,
    elements: &[Decl],
) -> Vec<(Decl, Decl, Decl)> {
    let touching = elements.iter().flat_map(|element| {
        let touching = touching(db, *element);
        touching.incoming.iter().chain(&touching.outgoing).copied()
    });
    let mut seen = FxHashSet::default();
    let flows = flows.chain(touching).filter(|flow| seen.insert(*flow));
    let with_ends = flows.filter_map(|flow| {
        let (source, target) = ends(db, flow);
        Some((flow, source?, target?))
    });
    with_ends.collect()
}

struct Gathered<'a> {
    db: &'a Database,
    files: &'a [File],
    parts: Vec<Part>,
    /// The number of the part that stands for a declaration.
    numbers: FxHashMap<Decl, usize>,
}

impl Gathered<'_> {
    fn add(&mut self, decl: Decl, ends: Option<(usize, usize)>) {
        if self.numbers.contains_key(&decl) {
            return;
        }
        let part = self.part(decl, ends);
        self.numbers.insert(decl, self.parts.len());
        self.parts.push(part);
    }

    fn part(&self, decl: Decl, ends: Option<(usize, usize)>) -> Part {
        let db = self.db;
        let kind = decl.kind(db);
        let findings = matrix::on(db, decl);
        let title = title(db, decl);
        let columns = match kind {
            Kind::Flow => FLOW_COLUMNS,
            _ => ELEMENT_COLUMNS,
        };
        let name = match kind {
            Kind::Boundary => vec![cut(&title, BOUNDARY_COLUMNS)],
            _ => wrapped(&title, columns),
        };
        let full = shown(full_name(db, decl));
        let below = if kind == Kind::Flow || full == title {
            String::new()
        } else {
            cut(&full, columns + 4)
        };
        let trust = match kind {
            Kind::Boundary => trust_of_boundary(db, decl).word(),
            _ => "",
        };
        let open = findings.iter().filter(|assessed| {
            assessed.state == FindingState::Open && assessed.finding.missing.is_none()
        });
        Part {
            decl,
            kind,
            title,
            name,
            below,
            worst: findings.iter().map(Cell::of).max().unwrap_or(Cell::Nothing),
            open: open.count(),
            outside: !self.files.contains(&decl.file(db)),
            trust,
            tooltip: self.tooltip(decl, ends, trust, &findings),
            // One that is around what is around it is in a circle, and drawn on its own.
            within: placed_in(db, decl).and_then(|within| self.numbers.get(&within).copied()),
            ends,
        }
    }

    /// The details of a single part: what it is, and what is open on it.
    fn tooltip(
        &self,
        decl: Decl,
        ends: Option<(usize, usize)>,
        trust: &str,
        findings: &[Assessed],
    ) -> String {
        let db = self.db;
        let mut tooltip = format!("{} {}", decl.kind(db).word(), full_name(db, decl));
        if let Some((source, target)) = ends {
            let name = |part: usize| full_name(db, self.parts[part].decl);
            tooltip += &format!(", from {} to {}", name(source), name(target));
        }
        tooltip.push('\n');
        match decl.kind(db) {
            Kind::Boundary => tooltip += trust,
            _ => tooltip += &matrix::counted(findings),
        }
        let is_open = |assessed: &&Assessed| assessed.state == FindingState::Open;
        for assessed in findings.iter().filter(is_open).take(MAX_FINDINGS) {
            let state = Cell::of(assessed).word();
            let title = shown(&assessed.finding.id.title(db));
            tooltip += &format!("\n{state}: {title}");
        }
        tooltip
    }
}

/// What a part is called: its title, or its name; of a flow, else its protocol.
fn title(db: &Database, decl: Decl) -> String {
    let is_not_empty = |text: &String| !text.is_empty();
    let title = decl
        .title(db)
        .map(|title| shown(title))
        .filter(is_not_empty);
    let name = decl.shape(db).name.as_ref();
    let name = || name.map(|name| shown(name)).filter(is_not_empty);
    let called = title.or_else(name);
    if decl.kind(db) != Kind::Flow {
        return called.unwrap_or_else(|| decl.kind(db).word().to_owned());
    }
    let protocol = || {
        let protocol = typed(db, decl).decls("protocol").next();
        protocol.map(|protocol| shown_name(db, protocol))
    };
    called.or_else(protocol).unwrap_or_default()
}

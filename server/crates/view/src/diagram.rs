//! A model as a data-flow diagram: boundaries nested, flows drawn between elements, each part with
//! the worst that is open on it. It must not know how the parts are coloured: that says the style
//! sheet of who shows it.

mod legend;
mod mermaid;
mod titles;

pub use legend::Key;

use crate::matrix::{self, Cell};
use crate::names::shown_name;
use crate::sanitize::{line as shown, xml as escaped};
use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, GraphLabel, LayoutOptions, NodeLabel, RankDir, Ranker};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;
use threatline_model::{
    Database, Decl, ENDPOINT_KINDS, File, FindingState, Kind, Level, boundaries_around, ends,
    full_name, placed_in, schema::TRUST, touching, trust_of_boundary, typed,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a drawing looks, in CSS: what it needs of the page stands at its top.
pub const STYLE: &str = include_str!("diagram/drawing.css");

/// How many elements and flows a diagram has at most: more are nothing that a person can read, and
/// take seconds.
pub const MOST_PARTS: usize = 400;

/// What is drawn. It knows no database any more, so that a large one, which takes a while to lay
/// out, holds up no change.
#[derive(Clone, Debug)]
pub struct Diagram {
    direction: Direction,
    parts: Vec<Part>,
}

/// Where flows lead, as far as they can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the right, for a place that is wide.
    Right,
    /// Down, for a place that is tall.
    Down,
}

impl Direction {
    /// What lies along the direction and what across it, of what lies to the right and down; and
    /// back.
    fn turned(self, (x, y): (f64, f64)) -> (f64, f64) {
        match self {
            Direction::Right => (x, y),
            Direction::Down => (y, x),
        }
    }
}

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The `svg` element.
    pub svg: String,
    /// Its width in pixels.
    pub width: f64,
}

/// Why there is no drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDrawn {
    /// There is nothing to draw.
    Empty,
    /// There are so many parts.
    TooLarge(usize),
}

impl std::fmt::Display for NotDrawn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotDrawn::Empty => {
                formatter.write_str("there is nothing to draw: no element, no flow, no boundary")
            }
            NotDrawn::TooLarge(parts) => {
                write!(
                    formatter,
                    "{parts} elements, flows and boundaries are too many to draw: {MOST_PARTS} at most"
                )
            }
        }
    }
}

impl std::error::Error for NotDrawn {}

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
    let flows = declared().filter(|decl| decl.kind(db) == Kind::Flow);
    let touching = elements.iter().flat_map(|element| {
        let touching = touching(db, *element);
        touching.incoming.iter().chain(&touching.outgoing).copied()
    });
    let mut seen = FxHashSet::default();
    let flows = flows
        .chain(touching)
        .filter(|flow| seen.insert(*flow))
        .filter_map(|flow| {
            let (source, target) = ends(db, flow);
            Some((flow, source?, target?))
        });
    let flows: Vec<(Decl, Decl, Decl)> = flows.collect();
    let mut boundaries: Vec<Decl> = declared()
        .filter(|decl| decl.kind(db) == Kind::Boundary)
        .collect();
    // What is in a boundary may be in files that are not drawn; of a part of a model an empty one
    // tells nothing.
    if files
        .first()
        .is_some_and(|file| file.model(db).files(db).len() > files.len())
        && !(elements.is_empty() && flows.is_empty())
    {
        boundaries.clear();
    }
    match elements.len() + flows.len() + boundaries.len() {
        0 => return Err(NotDrawn::Empty),
        many if many > MOST_PARTS => return Err(NotDrawn::TooLarge(many)),
        _ => {}
    }
    let mut gathered = Gathered {
        db,
        files,
        parts: Vec::new(),
        places: FxHashMap::default(),
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
        gathered.add(
            flow,
            Some((gathered.places[&source], gathered.places[&target])),
        );
    }
    Ok(Diagram {
        direction,
        parts: gathered.parts,
    })
}

/// The width of a column of text, in the sizes that style sheets have to keep: 12 pixels for
/// elements, 11 for flows, 10 for what is below a name.
const COLUMN: f64 = 7.0;
const FLOW_COLUMN: f64 = 6.2;
const BELOW_COLUMN: f64 = 5.8;
/// The height of a line.
const LINE: f64 = 16.0;
/// How many findings are told of a part.
const MOST_TOLD: usize = 5;
/// How wide the text of a flow and of an element is at most, in columns.
const FLOW_COLUMNS: usize = 18;
const ELEMENT_COLUMNS: usize = 22;

/// A part of a drawing: an element, a boundary or a flow.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it stands for.
    pub decl: Decl,
    /// Its kind.
    pub kind: Kind,
    /// What it is called, on one line; nothing for a flow that is called nothing.
    pub title: String,
    /// The same in the lines that are drawn, what is too long cut off.
    pub name: Vec<String>,
    /// What is said below.
    pub below: String,
    /// The worst that is known of it.
    pub worst: Cell,
    /// How many findings are open on it.
    pub open: usize,
    /// Whether it is in another file than those drawn.
    pub outside: bool,
    /// Of a boundary.
    trust: &'static str,
    /// What is said of it on its own, first the line that names it.
    pub told: String,
    /// The boundary around it, as a part.
    pub within: Option<usize>,
    /// The ends of a flow, as parts.
    pub ends: Option<(usize, usize)>,
}

/// Where a part is drawn, in pixels from the top left.
#[derive(Clone, Debug, PartialEq)]
pub enum Laid {
    /// An element or a boundary.
    Box {
        /// The left end.
        x: f64,
        /// The upper end.
        y: f64,
        /// The width.
        width: f64,
        /// The height.
        height: f64,
    },
    /// A flow.
    Way {
        /// From where it starts to where it ends.
        points: Vec<(f64, f64)>,
        /// The middle of its name.
        label: Option<(f64, f64)>,
    },
}

/// The way of each flow, by its part, along the direction of flows and across it.
type Routes = FxHashMap<usize, Vec<(f64, f64)>>;

struct Gathered<'a> {
    db: &'a Database,
    files: &'a [File],
    parts: Vec<Part>,
    places: FxHashMap<Decl, usize>,
}

impl Gathered<'_> {
    fn add(&mut self, decl: Decl, ends: Option<(usize, usize)>) {
        if self.places.contains_key(&decl) {
            return;
        }
        let db = self.db;
        let kind = decl.kind(db);
        let found = matrix::on(db, decl);
        let title = decl
            .title(db)
            .map(|title| shown(title))
            .filter(|title| !title.is_empty());
        let name = decl
            .shape(db)
            .name
            .as_ref()
            .map(|name| shown(name))
            .filter(|name| !name.is_empty());
        let protocol = || {
            typed(db, decl)
                .decls("protocol")
                .next()
                .map(|protocol| shown_name(db, protocol))
        };
        let said = match kind {
            Kind::Flow => title.or(name).or_else(protocol).unwrap_or_default(),
            _ => title.or(name).unwrap_or_else(|| kind.word().to_owned()),
        };
        let columns = if kind == Kind::Flow {
            FLOW_COLUMNS
        } else {
            ELEMENT_COLUMNS
        };
        let full = shown(full_name(db, decl));
        let below = match kind {
            Kind::Flow => String::new(),
            _ if full == said => String::new(),
            _ => full,
        };
        let trust = match kind {
            Kind::Boundary => TRUST.word(trust_of_boundary(db, decl).0),
            _ => "",
        };
        let mut told = format!("{} {}", kind.word(), full_name(db, decl));
        if let Some((source, target)) = ends {
            let name = |at: usize| full_name(db, self.parts[at].decl);
            told += &format!(", from {} to {}", name(source), name(target));
        }
        match kind {
            Kind::Boundary => told += &format!("\n{trust}"),
            _ => told += &format!("\n{}", matrix::counted(&found)),
        }
        for found in found
            .iter()
            .filter(|found| found.state == FindingState::Open)
            .take(MOST_TOLD)
        {
            told += &format!(
                "\n{}: {}",
                Cell::of(found).word(),
                shown(&found.finding.id.title(db))
            );
        }
        let part = Part {
            decl,
            kind,
            name: if kind == Kind::Boundary {
                vec![cut(&said, 40)]
            } else {
                wrapped(&said, columns)
            },
            title: said,
            below: cut(&below, columns + 4),
            worst: found.iter().map(Cell::of).max().unwrap_or(Cell::Nothing),
            open: found
                .iter()
                .filter(|found| {
                    found.state == FindingState::Open && found.finding.missing.is_none()
                })
                .count(),
            outside: !self.files.contains(&decl.file(db)),
            trust,
            told,
            // One that is around what is around it is in a circle, and drawn on its own.
            within: placed_in(db, decl).and_then(|within| self.places.get(&within).copied()),
            ends,
        };
        self.places.insert(decl, self.parts.len());
        self.parts.push(part);
    }
}

impl Diagram {
    /// What the parts of the drawing stand for, by their numbers.
    pub fn declarations(&self) -> impl Iterator<Item = Decl> {
        self.parts.iter().map(|part| part.decl)
    }

    /// The parts; a boundary comes before what is in it, and flows come last.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The elements and boundaries that are directly in a boundary, or in none, each with its
    /// number.
    pub fn directly_in(&self, boundary: Option<usize>) -> impl Iterator<Item = (usize, &Part)> {
        self.parts
            .iter()
            .enumerate()
            .filter(move |(_, part)| part.kind != Kind::Flow && part.within == boundary)
    }

    /// The flows, each with the numbers of its ends.
    pub fn flows(&self) -> impl Iterator<Item = (&Part, usize, usize)> {
        self.parts
            .iter()
            .filter_map(|part| part.ends.map(|(source, target)| (part, source, target)))
    }

    /// Where each part is drawn; nothing for one that is not.
    pub fn layout(&self) -> Vec<Option<Laid>> {
        self.laid(&self.laid_out())
    }

    /// The same, if each element is drawn in the boundaries around it and outside of the others.
    pub fn tidy_layout(&self) -> Option<Vec<Option<Laid>>> {
        let graph = self.laid_out();
        self.is_tidy(&graph).then(|| self.laid(&graph))
    }

    fn laid(&self, graph: &Graph<NodeLabel, EdgeLabel>) -> Vec<Option<Laid>> {
        let mut routes = self.routes(graph);
        let laid = self
            .parts
            .iter()
            .enumerate()
            .map(|(at, part)| match part.ends {
                Some((source, target)) => {
                    let edge = graph.edge(
                        &source.to_string(),
                        &target.to_string(),
                        Some(&at.to_string()),
                    )?;
                    let points = routes
                        .remove(&at)?
                        .into_iter()
                        .map(|point| self.direction.turned(point))
                        .collect();
                    Some(Laid::Way {
                        points,
                        label: edge.x.zip(edge.y),
                    })
                }
                None => {
                    let node = graph.node(&at.to_string())?;
                    let (x, y) = (node.x? - node.width / 2.0, node.y? - node.height / 2.0);
                    Some(Laid::Box {
                        x,
                        y,
                        width: node.width,
                        height: node.height,
                    })
                }
            });
        laid.collect()
    }

    /// Draws it as an `svg` element without a style of its own. Each part is a `g` with its number
    /// as `data-part`, and with classes: its kind (`boundary`, `external`, `process`, `store`,
    /// `flow`), the worst that is known of it (a class of [`Cell`]), the trust of a boundary
    /// (`trust-untrusted`), and `outside` if it is in another file than those drawn. The titles of
    /// boundaries, of class `title`, come last, so that they are read across flows.
    pub fn draw(&self) -> Drawing {
        let graph = self.laid_out();
        let routes = self.routes(&graph);
        let size = graph
            .graph_label::<GraphLabel>()
            .map(|label| (label.width, label.height))
            .unwrap_or_default();
        let (width, height) = (size.0.ceil(), size.1.ceil());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"threatline\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"group\" aria-label=\"Data-flow diagram\">\n"
        );
        let layers: [fn(Kind) -> bool; 3] = [
            |kind| kind == Kind::Boundary,
            |kind| kind == Kind::Flow,
            |kind| ENDPOINT_KINDS.contains(&kind),
        ];
        for layer in layers {
            for at in (0..self.parts.len()).filter(|at| layer(self.parts[*at].kind)) {
                self.draw_part(&mut svg, at, &graph, &routes);
            }
        }
        self.draw_titles(&mut svg, &graph, &routes);
        Drawing {
            svg: svg + "</svg>",
            width,
        }
    }

    fn laid_out(&self) -> Graph<NodeLabel, EdgeLabel> {
        let mut graph = self.tidied();
        self.make_room_for_titles(&mut graph);
        graph
    }

    /// Of dense models the layout sometimes leaves an element outside of its boundary; another way
    /// to rank the elements mends it.
    fn tidied(&self) -> Graph<NodeLabel, EdgeLabel> {
        let first = self.laid_out_by(Ranker::NetworkSimplex);
        if self.is_tidy(&first) {
            return first;
        }
        let others = [Ranker::TightTree, Ranker::LongestPath]
            .into_iter()
            .map(|ranker| self.laid_out_by(ranker));
        others
            .into_iter()
            .find(|other| self.is_tidy(other))
            .unwrap_or(first)
    }

    /// Whether everything is drawn in the boundaries around it, and outside of the others.
    fn is_tidy(&self, graph: &Graph<NodeLabel, EdgeLabel>) -> bool {
        let drawn = |at: usize| graph.node(&at.to_string());
        let is_around = |boundary: usize, at: usize| {
            std::iter::successors(self.parts[at].within, |within| self.parts[*within].within)
                .any(|at| at == boundary)
        };
        let of_kind =
            |is: fn(Kind) -> bool| (0..self.parts.len()).filter(move |at| is(self.parts[*at].kind));
        of_kind(|kind| kind == Kind::Boundary).all(|boundary| {
            let Some(around) = drawn(boundary) else {
                return true;
            };
            of_kind(|kind| kind != Kind::Flow)
                .filter(|at| *at != boundary)
                .filter_map(|at| Some((at, drawn(at)?)))
                .all(|(at, node)| {
                    let x = (node.x.unwrap_or_default() - around.x.unwrap_or_default()).abs();
                    let y = (node.y.unwrap_or_default() - around.y.unwrap_or_default()).abs();
                    let apart = x >= (node.width + around.width) / 2.0
                        || y >= (node.height + around.height) / 2.0;
                    let inside = x <= (around.width - node.width) / 2.0
                        && y <= (around.height - node.height) / 2.0;
                    if is_around(boundary, at) {
                        inside
                    } else {
                        apart || is_around(at, boundary)
                    }
                })
        })
    }

    fn laid_out_by(&self, ranker: Ranker) -> Graph<NodeLabel, EdgeLabel> {
        let mut graph = Graph::with_options(GraphOptions {
            directed: true,
            multigraph: true,
            compound: true,
        });
        for (at, part) in self.parts.iter().enumerate() {
            match part.ends {
                Some((source, target)) => {
                    let (width, height) = size(&part.name, "", FLOW_COLUMN);
                    let label = EdgeLabel {
                        width,
                        height,
                        labelpos: LabelPos::Center,
                        ..EdgeLabel::default()
                    };
                    graph.set_edge(
                        source.to_string(),
                        target.to_string(),
                        Some(label),
                        Some(&at.to_string()),
                    );
                }
                None => {
                    let (width, height) = size(&part.name, &part.below, COLUMN);
                    let (width, height) = ((width + 2.0 * LINE).max(88.0), height + LINE);
                    graph.set_node(
                        at.to_string(),
                        Some(NodeLabel {
                            width,
                            height,
                            ..NodeLabel::default()
                        }),
                    );
                }
            }
        }
        for (at, part) in self.parts.iter().enumerate() {
            if let Some(within) = part.within {
                graph.set_parent(&at.to_string(), Some(&within.to_string()));
            }
        }
        let options = LayoutOptions {
            rankdir: match self.direction {
                Direction::Right => RankDir::LR,
                Direction::Down => RankDir::TB,
            },
            nodesep: 28.0,
            edgesep: 20.0,
            ranksep: 44.0,
            marginx: 8.0,
            marginy: 8.0,
            ranker,
            ..LayoutOptions::default()
        };
        dagre::layout(&mut graph, Some(options));
        graph
    }

    /// The way of each flow, by its part. The layout says where a flow passes the columns of
    /// elements and labels; it does so straight, and bends between columns, so that it runs over
    /// none of them. Those that meet a side of an element share it.
    fn routes(&self, graph: &Graph<NodeLabel, EdgeLabel>) -> Routes {
        let flows = self.parts.iter().enumerate().filter_map(|(at, part)| {
            let (source, target) = part.ends?;
            let edge = graph.edge(
                &source.to_string(),
                &target.to_string(),
                Some(&at.to_string()),
            )?;
            Some((at, source, target, edge))
        });
        let flows: Vec<_> = flows.collect();
        // All of this is in coordinates along the direction of flows and across it.
        let direction = self.direction;
        let middle = |x: Option<f64>, y: Option<f64>| {
            direction.turned((x.unwrap_or_default(), y.unwrap_or_default()))
        };
        let node = |at: usize| {
            let node = graph.node(&at.to_string())?;
            Some((
                middle(node.x, node.y),
                direction.turned((node.width, node.height)),
            ))
        };
        // The columns by their middle in tenths of pixels, each with half of its width.
        let column = |along: f64| (along * 10.0).round() as i64;
        let mut columns: FxHashMap<i64, f64> = FxHashMap::default();
        let elements = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| ENDPOINT_KINDS.contains(&part.kind));
        let elements = elements.filter_map(|(at, _)| node(at));
        let labels = flows.iter().filter(|(.., edge)| edge.x.is_some());
        let labels = labels.map(|(.., edge)| {
            (
                middle(edge.x, edge.y),
                direction.turned((edge.width, edge.height)),
            )
        });
        for ((along, _), (length, _)) in elements.chain(labels) {
            let half = columns.entry(column(along)).or_default();
            *half = half.max(length / 2.0);
        }
        // Where flows meet a side: the element, whether it is its far one, and where across the
        // flow goes on.
        let mut meets: Vec<(usize, bool, f64, usize, bool)> = Vec::new();
        let mut routes = Routes::default();
        for (at, source, target, edge) in flows {
            if source == target {
                // Out of a side along the direction, and back into it, around the place that the
                // layout keeps for it.
                let Some(((along, across), (length, breadth))) = node(source) else {
                    continue;
                };
                let side = across + breadth / 2.0;
                let bend = side + (middle(edge.x, edge.y).1 - side).max(12.0) / 0.75;
                let (from, to) = (along - length / 4.0, along + length / 4.0);
                routes.insert(at, vec![(from, side), (from, bend), (to, bend), (to, side)]);
                continue;
            }
            let inner = edge
                .points
                .get(1..edge.points.len().saturating_sub(1))
                .unwrap_or_default();
            let inner: Vec<(f64, f64)> = inner
                .iter()
                .map(|point| direction.turned((point.x, point.y)))
                .collect();
            let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
                continue;
            };
            let along = |at: usize| node(at).map(|((along, _), _)| along).unwrap_or_default();
            let forwards = along(source) <= along(target);
            meets.push((source, forwards, first.1, at, true));
            meets.push((target, !forwards, last.1, at, false));
            let mut route = vec![(0.0, 0.0)];
            for &(along, across) in &inner {
                let half = columns.get(&column(along)).copied().unwrap_or_default();
                let half = if forwards { half } else { -half };
                route.extend([(along - half, across), (along + half, across)]);
            }
            route.push((0.0, 0.0));
            routes.insert(at, route);
        }
        meets.sort_by(|one, other| {
            (one.0, one.1)
                .cmp(&(other.0, other.1))
                .then(one.2.total_cmp(&other.2))
        });
        for side in meets.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let Some(((along, across), (length, breadth))) = node(side[0].0) else {
                continue;
            };
            for (nth, (_, is_far, _, flow, is_source)) in side.iter().enumerate() {
                let half = if *is_far { length / 2.0 } else { -length / 2.0 };
                let share = (nth + 1) as f64 / (side.len() + 1) as f64 - 0.5;
                let Some(route) = routes.get_mut(flow) else {
                    continue;
                };
                let place = if *is_source {
                    route.first_mut()
                } else {
                    route.last_mut()
                };
                if let Some(place) = place {
                    *place = (along + half, across + breadth * share);
                }
            }
        }
        routes
    }

    fn draw_part(
        &self,
        svg: &mut String,
        at: usize,
        graph: &Graph<NodeLabel, EdgeLabel>,
        routes: &Routes,
    ) {
        let part = &self.parts[at];
        let trust = format!("trust-{}", part.trust);
        let mut classes = vec![part.kind.word(), part.worst.class()];
        match part.kind {
            Kind::Boundary => classes.push(&trust),
            _ if part.outside => classes.push("outside"),
            _ => {}
        }
        let told = escaped(&part.told);
        let label = told.lines().next().unwrap_or_default();
        let _ = write!(
            svg,
            "<g class=\"{}\" data-part=\"{at}\" tabindex=\"0\" role=\"link\" aria-label=\"{label}\"><title>{told}</title>",
            classes.join(" ")
        );
        match part.ends {
            Some((source, target)) => {
                let edge = graph.edge(
                    &source.to_string(),
                    &target.to_string(),
                    Some(&at.to_string()),
                );
                if let (Some(edge), Some(route)) = (edge, routes.get(&at)) {
                    draw_flow(
                        svg,
                        edge,
                        route,
                        self.direction,
                        source == target,
                        &part.name,
                    );
                }
            }
            None => {
                if let Some(node) = graph.node(&at.to_string()) {
                    draw_node(svg, node, part);
                }
            }
        }
        *svg += "</g>\n";
    }
}

/// The colour of what is open, that is seen on light and on dark.
pub fn colour(worst: Cell) -> Option<&'static str> {
    match worst {
        Cell::Open(Level::Critical | Level::High) => Some("#d1242f"),
        Cell::Open(Level::Medium) => Some("#bf8700"),
        Cell::Open(Level::Low) => Some("#0969da"),
        _ => None,
    }
}

fn size(name: &[String], below: &str, column: f64) -> (f64, f64) {
    let widest = name
        .iter()
        .map(|line| line.width() as f64 * column)
        .fold(0.0, f64::max);
    let lines = name.len() + usize::from(!below.is_empty());
    (
        widest.max(below.width() as f64 * BELOW_COLUMN),
        lines as f64 * LINE,
    )
}

fn draw_node(svg: &mut String, node: &NodeLabel, part: &Part) {
    let (x, y) = (node.x.unwrap_or_default(), node.y.unwrap_or_default());
    let (width, height) = (node.width, node.height);
    let (left, top) = (x - width / 2.0, y - height / 2.0);
    let radius = if part.kind == Kind::Process {
        14.0
    } else {
        0.0
    };
    let _ = write!(
        svg,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius}\"/>"
    );
    if part.kind == Kind::Boundary {
        return;
    }
    if part.kind == Kind::Store {
        // A store is open at its sides.
        let (right, bottom) = (left + width, top + height);
        let _ = write!(
            svg,
            "<path d=\"M{left:.1} {top:.1}H{right:.1}M{left:.1} {bottom:.1}H{right:.1}\"/>"
        );
    }
    let lines = part.name.len() + usize::from(!part.below.is_empty());
    draw_lines(svg, x, y - (lines as f64 - 1.0) / 2.0 * LINE, &part.name);
    if !part.below.is_empty() {
        let below = y + (lines as f64 - 1.0) / 2.0 * LINE;
        let _ = write!(
            svg,
            "<text class=\"below\" x=\"{x:.1}\" y=\"{below:.1}\">{}</text>",
            escaped(&part.below)
        );
    }
    if part.open > 0 {
        let (x, y) = (left + width - 4.0, top + 2.0);
        let _ = write!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\"/><text class=\"count\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            part.open
        );
    }
}

fn draw_lines(svg: &mut String, x: f64, mut y: f64, lines: &[String]) {
    for line in lines {
        let _ = write!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(line)
        );
        y += LINE;
    }
}

fn draw_flow(
    svg: &mut String,
    edge: &EdgeLabel,
    route: &[(f64, f64)],
    direction: Direction,
    is_loop: bool,
    name: &[String],
) {
    let Some(((first, last), rest)) = route.first().zip(route.last()).zip(route.get(1..)) else {
        return;
    };
    let point = |at: (f64, f64)| {
        let (x, y) = direction.turned(at);
        format!("{x:.1} {y:.1}")
    };
    let mut path = format!("M{}", point(*first));
    let (one, other) = match (is_loop, route) {
        (true, [_, bend, back, _]) => {
            path += &format!("C{} {} {}", point(*bend), point(*back), point(*last));
            ((last.0 - 4.0, last.1 + 9.0), (last.0 + 4.0, last.1 + 9.0))
        }
        _ => {
            let mut at = first;
            for next in rest {
                let middle = (at.0 + next.0) / 2.0;
                path += &match at.1 == next.1 {
                    true => format!("L{}", point(*next)),
                    false => format!(
                        "C{} {} {}",
                        point((middle, at.1)),
                        point((middle, next.1)),
                        point(*next)
                    ),
                };
                at = next;
            }
            // It arrives at the side that it comes from.
            let before = route
                .iter()
                .rev()
                .find(|point| point.0 != last.0)
                .unwrap_or(first);
            let back = if before.0 < last.0 { -9.0 } else { 9.0 };
            ((last.0 + back, last.1 - 4.0), (last.0 + back, last.1 + 4.0))
        }
    };
    let (one, other) = (point(one), point(other));
    let _ = write!(
        svg,
        "<path class=\"hit\" d=\"{path}\"/><path class=\"line\" d=\"{path}\"/>\
         <path class=\"head\" d=\"M{}L{one}L{other}Z\"/>",
        point(*last)
    );
    if let (Some(x), Some(y), false) = (edge.x, edge.y, name.is_empty()) {
        let (width, height) = size(name, "", FLOW_COLUMN);
        let (left, top) = (x - width / 2.0 - 2.0, y - height / 2.0);
        let _ = write!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{height:.1}\" rx=\"3\"/>",
            width + 4.0
        );
        draw_lines(svg, x, y - (name.len() as f64 - 1.0) / 2.0 * LINE, name);
    }
}

/// A text in at most two lines of so many columns.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_last = lines.len() == 2;
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns || is_last => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, columns)).collect()
}

/// A text, with a sign of what is cut off if it has more columns.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |character: &char| {
        let width = character.width().unwrap_or_default();
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

//! Where each part is drawn. It must not know how it looks.

use super::graph::PartGraph;
use super::parts::{Diagram, Part};
use super::text::{COLUMN, FLOW_COLUMN, LINE, size};
use dagre::{NodeLabel, Ranker};
use std::iter::successors;
use threatline_model::Kind;

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

/// How wide an element is at least.
const MIN_WIDTH: f64 = 88.0;

impl Diagram {
    /// Where each part is drawn; nothing for one that is not.
    pub fn layout(&self) -> Vec<Option<Laid>> {
        self.places(&self.laid_out())
    }

    /// The same, if each element is drawn in the boundaries around it and outside of the others.
    pub fn tidy_layout(&self) -> Option<Vec<Option<Laid>>> {
        let graph = self.laid_out();
        self.is_tidy(&graph).then(|| self.places(&graph))
    }

    fn places(&self, graph: &PartGraph) -> Vec<Option<Laid>> {
        let mut routes = self.routes(graph);
        let places = self.parts.iter().enumerate().map(|(number, part)| {
            let Some(ends) = part.ends else {
                let node = graph.node(number)?;
                return Some(Laid::Box {
                    x: node.x? - node.width / 2.0,
                    y: node.y? - node.height / 2.0,
                    width: node.width,
                    height: node.height,
                });
            };
            let edge = graph.flow(number, ends)?;
            let points = routes.remove(&number)?.into_iter();
            Some(Laid::Way {
                points: points.map(|point| self.direction.turned(point)).collect(),
                label: edge.x.zip(edge.y),
            })
        });
        places.collect()
    }

    /// The graph of all parts, laid out with room for the titles of boundaries.
    pub(super) fn laid_out(&self) -> PartGraph {
        let mut graph = self.tidied();
        self.make_room_for_titles(&mut graph);
        graph
    }

    /// Of dense models the layout sometimes leaves an element outside of its boundary; another way
    /// to rank the elements mends it.
    fn tidied(&self) -> PartGraph {
        let first = self.laid_out_by(Ranker::NetworkSimplex);
        if self.is_tidy(&first) {
            return first;
        }
        let others = [Ranker::TightTree, Ranker::LongestPath].into_iter();
        let mut others = others.map(|ranker| self.laid_out_by(ranker));
        others.find(|other| self.is_tidy(other)).unwrap_or(first)
    }

    fn laid_out_by(&self, ranker: Ranker) -> PartGraph {
        let mut graph = PartGraph::new();
        for (number, part) in self.parts.iter().enumerate() {
            match part.ends {
                Some(ends) => graph.add_flow(number, ends, size(&part.name, "", FLOW_COLUMN)),
                None => graph.add_node(number, size_of_node(part)),
            }
        }
        for (number, part) in self.parts.iter().enumerate() {
            if let Some(within) = part.within {
                graph.set_within(number, within);
            }
        }
        graph.lay_out(self.direction, ranker);
        graph
    }

    /// Whether everything is drawn in the boundaries around it, and outside of the others.
    fn is_tidy(&self, graph: &PartGraph) -> bool {
        let is_tidy = |boundary: usize, other: usize| {
            let (Some(around), Some(node)) = (graph.node(boundary), graph.node(other)) else {
                return true;
            };
            if self.is_within(other, boundary) {
                is_inside(node, around)
            } else {
                are_apart(node, around) || self.is_within(boundary, other)
            }
        };
        self.of_kind(|kind| kind == Kind::Boundary)
            .all(|(boundary, _)| {
                let mut others = self.of_kind(|kind| kind != Kind::Flow);
                others.all(|(other, _)| other == boundary || is_tidy(boundary, other))
            })
    }

    fn is_within(&self, part: usize, boundary: usize) -> bool {
        let mut around = successors(self.parts[part].within, |part| self.parts[*part].within);
        around.any(|around| around == boundary)
    }
}

fn size_of_node(part: &Part) -> (f64, f64) {
    let (width, height) = size(&part.name, &part.below, COLUMN);
    ((width + 2.0 * LINE).max(MIN_WIDTH), height + LINE)
}

/// How far the middles of two are from each other, to the side and down.
fn distance(one: &NodeLabel, other: &NodeLabel) -> (f64, f64) {
    let x = one.x.unwrap_or_default() - other.x.unwrap_or_default();
    let y = one.y.unwrap_or_default() - other.y.unwrap_or_default();
    (x.abs(), y.abs())
}

fn are_apart(one: &NodeLabel, other: &NodeLabel) -> bool {
    let (x, y) = distance(one, other);
    x >= (one.width + other.width) / 2.0 || y >= (one.height + other.height) / 2.0
}

fn is_inside(node: &NodeLabel, around: &NodeLabel) -> bool {
    let (x, y) = distance(node, around);
    x <= (around.width - node.width) / 2.0 && y <= (around.height - node.height) / 2.0
}

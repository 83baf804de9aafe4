//! The titles of boundaries: room for them in a layout, which knows none, and how they are drawn.

use super::{Diagram, FLOW_COLUMN, Part, Routes, escaped, wrapped};
use dagre::graph::Graph;
use dagre::{EdgeLabel, GraphLabel, NodeLabel};
use std::fmt::Write;
use threatline_model::Kind;
use unicode_width::UnicodeWidthStr;

/// The height of a line of a title, and what is kept free around it.
const LINE: f64 = 13.0;
const GAP: f64 = 7.0;

type Drawn = Graph<NodeLabel, EdgeLabel>;

fn upper_end(node: &NodeLabel) -> f64 {
    node.y.unwrap_or_default() - node.height / 2.0
}

fn left_end(node: &NodeLabel) -> f64 {
    node.x.unwrap_or_default() - node.width / 2.0
}

/// The lines of a boundary's title.
fn lines(part: &Part, node: &NodeLabel) -> Vec<String> {
    wrapped(
        &part.title,
        ((node.width - 2.0 * GAP) / FLOW_COLUMN) as usize,
    )
}

/// How high the lines of a title are with the room around them.
fn height(lines: &[String]) -> f64 {
    lines.len() as f64 * LINE + GAP
}

impl Diagram {
    fn boundaries<'a>(
        &'a self,
        graph: &'a Drawn,
    ) -> impl Iterator<Item = (usize, &'a Part, &'a NodeLabel)> {
        let boundaries = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.kind == Kind::Boundary);
        boundaries.filter_map(|(at, part)| Some((at, part, graph.node(&at.to_string())?)))
    }

    /// Moves down what is below the upper end of each boundary by what its title lacks. All of the
    /// drawing moves, so that nothing comes to lie on something else.
    pub(super) fn make_room_for_titles(&self, graph: &mut Drawn) {
        let mut lacks: Vec<(f64, f64)> = Vec::new();
        for (at, part, boundary) in self.boundaries(graph) {
            let top = upper_end(boundary);
            let lines = lines(part, boundary);
            let widest = lines
                .iter()
                .map(|line| line.width())
                .max()
                .unwrap_or_default() as f64
                * FLOW_COLUMN;
            let right = left_end(boundary) + widest + 2.0 * GAP;
            let inside = self
                .directly_in(Some(at))
                .filter_map(|(at, _)| graph.node(&at.to_string()))
                .map(upper_end);
            let labels = graph.edges().into_iter().filter_map(|edge| {
                let label = graph.edge_by_obj(&edge)?;
                let (x, y) = label.x.zip(label.y)?;
                let is_there = x + label.width / 2.0 > left_end(boundary)
                    && x - label.width / 2.0 < right
                    && y > top
                    && label.width > 0.0;
                is_there.then_some(y - label.height / 2.0)
            });
            let nearest = inside.chain(labels).fold(f64::INFINITY, f64::min);
            let lack = height(&lines) - (nearest - top);
            if lack > 0.0 {
                lacks.push((top, lack));
            }
        }
        lacks.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1)));
        // Those whose upper ends are side by side share their room.
        lacks.dedup_by(|later, first| later.0 - first.0 < 0.5);
        let moved = |y: f64| {
            y + lacks
                .iter()
                .filter(|(top, _)| *top + 0.5 < y)
                .map(|(_, lack)| lack)
                .sum::<f64>()
        };
        for (at, part) in self.parts.iter().enumerate() {
            let Some((source, target)) = part.ends else {
                let Some(node) = graph.node_mut(&at.to_string()) else {
                    continue;
                };
                let Some(y) = node.y else { continue };
                let (top, bottom) = (moved(y - node.height / 2.0), moved(y + node.height / 2.0));
                match part.kind {
                    Kind::Boundary => {
                        node.y = Some((top + bottom) / 2.0);
                        node.height = bottom - top;
                    }
                    _ => node.y = Some(moved(y)),
                }
                continue;
            };
            let edge = graph.edge_mut(
                &source.to_string(),
                &target.to_string(),
                Some(&at.to_string()),
            );
            if let Some(edge) = edge {
                edge.y = edge.y.map(moved);
                for point in &mut edge.points {
                    point.y = moved(point.y);
                }
            }
        }
        if let Some(whole) = graph.graph_label_mut::<GraphLabel>() {
            whole.height = moved(whole.height);
        }
    }

    /// Draws the titles, each at that end of its boundary's upper side where no flow passes, and
    /// else at the left one.
    pub(super) fn draw_titles(&self, svg: &mut String, graph: &Drawn, routes: &Routes) {
        for (_, part, boundary) in self.boundaries(graph) {
            let lines = lines(part, boundary);
            let widest = lines
                .iter()
                .map(|line| line.width())
                .max()
                .unwrap_or_default() as f64
                * FLOW_COLUMN;
            let (left, top) = (left_end(boundary) + GAP, upper_end(boundary));
            let right = left + (boundary.width - 2.0 * GAP - widest).max(0.0);
            let is_free = |x: &f64| {
                let is_in = |(across, down): (f64, f64)| {
                    (*x - GAP..x + widest + GAP).contains(&across)
                        && (top - 2.0..top + height(&lines)).contains(&down)
                };
                !routes
                    .values()
                    .any(|route| passes(route).any(|at| is_in(self.direction.turned(at))))
            };
            let x = [left, right].into_iter().find(is_free).unwrap_or(left);
            let mut y = top + GAP / 2.0 + LINE / 2.0;
            for line in lines {
                let line = escaped(&line);
                let _ = writeln!(
                    svg,
                    "<text class=\"title\" x=\"{x:.1}\" y=\"{y:.1}\" aria-hidden=\"true\">{line}</text>"
                );
                y += LINE;
            }
        }
    }
}

/// Points of a flow's way so close to each other that no title fits between.
fn passes(route: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    route.windows(2).flat_map(|ends| {
        let (from, to) = (ends[0], ends[1]);
        let steps = ((from.0 - to.0).hypot(from.1 - to.1) / 6.0).clamp(1.0, 1000.0) as usize;
        (0..=steps).map(move |step| {
            let share = step as f64 / steps as f64;
            // The curve that is drawn turns in the middle between its ends.
            let bent = share * share * (3.0 - 2.0 * share);
            let along = 1.5 * share * (1.0 - share) + share.powi(3);
            (
                from.0 + (to.0 - from.0) * along,
                from.1 + (to.1 - from.1) * bent,
            )
        })
    })
}

//! The titles of boundaries: room for them in a layout, which knows none, and how they are drawn.
//! It must not know how other parts are drawn.

use super::graph::PartGraph;
use super::parts::{Diagram, Part};
use super::routes::Routes;
use super::text::{FLOW_COLUMN, widest, wrapped};
use crate::sanitize::xml as escaped;
use dagre::NodeLabel;
use std::fmt::Write;
use threatline_model::Kind;

/// The height of a line of a title, and what is kept free around it.
const LINE: f64 = 13.0;
const GAP: f64 = 7.0;

/// A boundary in a layout, with its title.
struct Titled<'graph> {
    number: usize,
    node: &'graph NodeLabel,
    lines: Vec<String>,
}

impl<'graph> Titled<'graph> {
    fn new(number: usize, part: &Part, node: &'graph NodeLabel) -> Titled<'graph> {
        let columns = (node.width - 2.0 * GAP) / FLOW_COLUMN;
        Titled {
            number,
            node,
            lines: wrapped(&part.title, columns as usize),
        }
    }

    fn top(&self) -> f64 {
        upper_end(self.node)
    }

    fn left(&self) -> f64 {
        self.node.x.unwrap_or_default() - self.node.width / 2.0
    }

    /// How wide the title is.
    fn width(&self) -> f64 {
        widest(&self.lines) * FLOW_COLUMN
    }

    /// How high the title is with the room around it.
    fn height(&self) -> f64 {
        self.lines.len() as f64 * LINE + GAP
    }
}

fn upper_end(node: &NodeLabel) -> f64 {
    node.y.unwrap_or_default() - node.height / 2.0
}

/// Where the drawing moves down, from the top, and by how much.
struct Moves(Vec<(f64, f64)>);

impl Moves {
    fn new(mut lacks: Vec<(f64, f64)>) -> Moves {
        lacks.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1)));
        // Those whose upper ends are side by side share their room.
        lacks.dedup_by(|later, first| later.0 - first.0 < 0.5);
        Moves(lacks)
    }

    fn moved(&self, y: f64) -> f64 {
        let above = self.0.iter().filter(|(top, _)| *top + 0.5 < y);
        y + above.map(|(_, lack)| lack).sum::<f64>()
    }
}

impl Diagram {
    fn titled<'a>(&'a self, graph: &'a PartGraph) -> impl Iterator<Item = Titled<'a>> {
        let boundaries = self.of_kind(|kind| kind == Kind::Boundary);
        boundaries.filter_map(|(number, part)| Some(Titled::new(number, part, graph.node(number)?)))
    }

    /// Moves down what is below the upper end of each boundary by what its title lacks. All of the
    /// drawing moves, so that nothing comes to lie on something else.
    pub(super) fn make_room_for_titles(&self, graph: &mut PartGraph) {
        let lacks = self.titled(graph).filter_map(|titled| {
            let lack = self.lack(graph, &titled);
            (lack > 0.0).then_some((titled.top(), lack))
        });
        let moves = Moves::new(lacks.collect());
        for (number, part) in self.parts.iter().enumerate() {
            match part.ends {
                Some(ends) => move_flow(graph, number, ends, &moves),
                None => move_node(graph, number, part.kind, &moves),
            }
        }
        if let Some(whole) = graph.whole_mut() {
            whole.height = moves.moved(whole.height);
        }
    }

    /// How much room is lacking between the upper end of a boundary and what is nearest below.
    fn lack(&self, graph: &PartGraph, titled: &Titled) -> f64 {
        let (left, top) = (titled.left(), titled.top());
        let right = left + titled.width() + 2.0 * GAP;
        let inside = self.directly_in(Some(titled.number));
        let inside = inside.filter_map(|(number, _)| graph.node(number));
        let labels = graph.flows().filter_map(|label| {
            let (x, y) = label.x.zip(label.y)?;
            let is_below_title = x + label.width / 2.0 > left
                && x - label.width / 2.0 < right
                && y > top
                && label.width > 0.0;
            is_below_title.then_some(y - label.height / 2.0)
        });
        let nearest = inside.map(upper_end).chain(labels);
        let nearest = nearest.fold(f64::INFINITY, f64::min);
        titled.height() - (nearest - top)
    }

    /// Draws the titles, each at that end of its boundary's upper side where no flow passes, and
    /// else at the left one.
    pub(super) fn draw_titles(&self, svg: &mut String, graph: &PartGraph, routes: &Routes) {
        for titled in self.titled(graph) {
            let (left, top) = (titled.left() + GAP, titled.top());
            let width = titled.width();
            let right = left + (titled.node.width - 2.0 * GAP - width).max(0.0);
            let across = |x: f64| x - GAP..x + width + GAP;
            let down = top - 2.0..top + titled.height();
            let is_free = |x: &f64| {
                let mut passed = routes.values().flat_map(|route| passed(route));
                !passed.any(|point| {
                    let (point_across, point_down) = self.direction.turned(point);
                    across(*x).contains(&point_across) && down.contains(&point_down)
                })
            };
            let x = [left, right].into_iter().find(is_free).unwrap_or(left);
            let mut y = top + GAP / 2.0 + LINE / 2.0;
            for line in &titled.lines {
                let line = escaped(line);
                let _ = writeln!(
                    svg,
                    "<text class=\"title\" x=\"{x:.1}\" y=\"{y:.1}\" aria-hidden=\"true\">{line}\
                     </text>"
                );
                y += LINE;
            }
        }
    }
}

fn move_node(graph: &mut PartGraph, number: usize, kind: Kind, moves: &Moves) {
    let Some(node) = graph.node_mut(number) else {
        return;
    };
    let Some(y) = node.y else { return };
    if kind == Kind::Boundary {
        let top = moves.moved(y - node.height / 2.0);
        let bottom = moves.moved(y + node.height / 2.0);
        node.y = Some((top + bottom) / 2.0);
        node.height = bottom - top;
    } else {
        node.y = Some(moves.moved(y));
    }
}

fn move_flow(graph: &mut PartGraph, number: usize, ends: (usize, usize), moves: &Moves) {
    if let Some(flow) = graph.flow_mut(number, ends) {
        flow.y = flow.y.map(|y| moves.moved(y));
        for point in &mut flow.points {
            point.y = moves.moved(point.y);
        }
    }
}

/// Points of a flow's way so close to each other that no title fits between.
fn passed(route: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
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

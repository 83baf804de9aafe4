//! A diagram as an `svg` element. It must not know how its classes look: that says a style sheet.

use super::parts::{Diagram, Direction, Part};
use super::text::{FLOW_COLUMN, LINE, size};
use crate::sanitize::xml as escaped;
use dagre::{EdgeLabel, NodeLabel};
use std::fmt::Write;
use threatline_model::{ENDPOINT_KINDS, Kind};

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The `svg` element.
    pub svg: String,
    /// Its width in pixels.
    pub width: f64,
}

impl Diagram {
    /// Draws it as an `svg` element without a style of its own. Each part is a `g` with its number
    /// as `data-part`, and with classes: its kind (`boundary`, `external`, `process`, `store`,
    /// `flow`), the worst that is known of it (a class of [`Cell`](crate::matrix::Cell)), the trust
    /// of a boundary (`trust-untrusted`), and `outside` if it is in another file than those drawn.
    /// The titles of boundaries, of class `title`, come last, so that they are read across flows.
    pub fn draw(&self) -> Drawing {
        let graph = self.laid_out();
        let routes = self.routes(&graph);
        let (width, height) = graph.size();
        let (width, height) = (width.ceil(), height.ceil());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"threatline\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" \
             aria-label=\"Data-flow diagram\">\n"
        );
        let layers: [fn(Kind) -> bool; 3] = [
            |kind| kind == Kind::Boundary,
            |kind| kind == Kind::Flow,
            |kind| ENDPOINT_KINDS.contains(&kind),
        ];
        for layer in layers {
            for (number, part) in self.of_kind(layer) {
                draw_group(&mut svg, number, part);
                match part.ends {
                    Some(ends) => {
                        let route = routes.get(&number);
                        if let Some((edge, route)) = graph.flow(number, ends).zip(route) {
                            draw_flow(&mut svg, (part, edge), route, self.direction);
                        }
                    }
                    None => {
                        if let Some(node) = graph.node(number) {
                            draw_node(&mut svg, node, part);
                        }
                    }
                }
                svg += "</g>\n";
            }
        }
        self.draw_titles(&mut svg, &graph, &routes);
        Drawing {
            svg: svg + "</svg>",
            width,
        }
    }
}

/// Opens the group of a part.
fn draw_group(svg: &mut String, number: usize, part: &Part) {
    let trust = format!("trust-{}", part.trust);
    let mut classes = vec![part.kind.word(), part.worst.class()];
    match part.kind {
        Kind::Boundary => classes.push(&trust),
        _ if part.outside => classes.push("outside"),
        _ => {}
    }
    let classes = classes.join(" ");
    let tooltip = escaped(&part.tooltip);
    let label = tooltip.lines().next().unwrap_or_default();
    let _ = write!(
        svg,
        "<g class=\"{classes}\" data-part=\"{number}\" tabindex=\"0\" role=\"link\" \
         aria-label=\"{label}\"><title>{tooltip}</title>"
    );
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
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
         rx=\"{radius}\"/>"
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
        let y = y + (lines as f64 - 1.0) / 2.0 * LINE;
        let below = escaped(&part.below);
        let _ = write!(
            svg,
            "<text class=\"below\" x=\"{x:.1}\" y=\"{y:.1}\">{below}</text>"
        );
    }
    if part.open > 0 {
        let (x, y) = (left + width - 4.0, top + 2.0);
        let _ = write!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\"/>\
             <text class=\"count\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            part.open
        );
    }
}

fn draw_lines(svg: &mut String, x: f64, mut y: f64, lines: &[String]) {
    for line in lines {
        let line = escaped(line);
        let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\">{line}</text>");
        y += LINE;
    }
}

fn draw_flow(
    svg: &mut String,
    (part, edge): (&Part, &EdgeLabel),
    route: &[(f64, f64)],
    direction: Direction,
) {
    let (Some(first), Some(last)) = (route.first(), route.last()) else {
        return;
    };
    let point = |point: (f64, f64)| {
        let (x, y) = direction.turned(point);
        format!("{x:.1} {y:.1}")
    };
    let mut path = format!("M{}", point(*first));
    let is_loop = part.ends.is_some_and(|(source, target)| source == target);
    let (one, other) = match route {
        [_, bend, back, _] if is_loop => {
            path += &format!("C{} {} {}", point(*bend), point(*back), point(*last));
            ((last.0 - 4.0, last.1 + 9.0), (last.0 + 4.0, last.1 + 9.0))
        }
        _ => {
            for ends in route.windows(2) {
                let (from, to) = (ends[0], ends[1]);
                let middle = (from.0 + to.0) / 2.0;
                let (bend, back) = ((middle, from.1), (middle, to.1));
                path += &if from.1 == to.1 {
                    format!("L{}", point(to))
                } else {
                    format!("C{} {} {}", point(bend), point(back), point(to))
                };
            }
            // It arrives at the side that it comes from.
            let mut backwards = route.iter().rev();
            let before = backwards.find(|point| point.0 != last.0).unwrap_or(first);
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
    draw_label(svg, edge, &part.name);
}

/// The name of a flow, if it has one.
fn draw_label(svg: &mut String, edge: &EdgeLabel, name: &[String]) {
    let (Some(x), Some(y), false) = (edge.x, edge.y, name.is_empty()) else {
        return;
    };
    let (width, height) = size(name, "", FLOW_COLUMN);
    let (left, top) = (x - width / 2.0 - 2.0, y - height / 2.0);
    let width = width + 4.0;
    let _ = write!(
        svg,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
         rx=\"3\"/>"
    );
    draw_lines(svg, x, y - (name.len() as f64 - 1.0) / 2.0 * LINE, name);
}

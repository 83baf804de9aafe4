//! The ways of flows. The layout says where a flow passes the columns of elements and labels; it
//! does so straight, and bends between columns, so that it runs over none of them. Those that meet
//! a side of an element share it. It must not know how a flow is drawn.

use super::graph::PartGraph;
use super::parts::{Diagram, Direction};
use dagre::EdgeLabel;
use rustc_hash::FxHashMap;
use threatline_model::ENDPOINT_KINDS;

/// The way of each flow, by its part, along the direction of flows and across it.
pub type Routes = FxHashMap<usize, Vec<(f64, f64)>>;

impl Diagram {
    /// The ways of all flows that are laid out.
    pub(super) fn routes(&self, graph: &PartGraph) -> Routes {
        let flows = self.parts.iter().enumerate().filter_map(|(part, flow)| {
            let ends = flow.ends?;
            Some(Flow {
                part,
                ends,
                edge: graph.flow(part, ends)?,
            })
        });
        let flows: Vec<Flow> = flows.collect();
        let mut planner = Planner {
            direction: self.direction,
            graph,
            columns: FxHashMap::default(),
            meetings: Vec::new(),
            routes: Routes::default(),
        };
        for (element, _) in self.of_kind(|kind| ENDPOINT_KINDS.contains(&kind)) {
            if let Some(area) = planner.area(element) {
                planner.widen_column(area);
            }
        }
        for flow in flows.iter().filter(|flow| flow.edge.x.is_some()) {
            let area = planner.label_area(flow.edge);
            planner.widen_column(area);
        }
        for flow in &flows {
            if flow.ends.0 == flow.ends.1 {
                planner.go_around(flow);
            } else {
                planner.pass_columns(flow);
            }
        }
        planner.share_sides();
        planner.routes
    }
}

struct Flow<'graph> {
    part: usize,
    ends: (usize, usize),
    edge: &'graph EdgeLabel,
}

/// Where something is: its middle and its size, along the direction of flows and across it.
#[derive(Clone, Copy)]
struct Area {
    along: f64,
    across: f64,
    length: f64,
    breadth: f64,
}

/// Where a flow meets a side of an element.
struct Meeting {
    element: usize,
    is_far_side: bool,
    /// Where across the flow continues.
    across: f64,
    flow: usize,
    is_source: bool,
}

impl Meeting {
    fn side(&self) -> (usize, bool) {
        (self.element, self.is_far_side)
    }
}

/// All of this is in coordinates along the direction of flows and across it.
struct Planner<'graph> {
    direction: Direction,
    graph: &'graph PartGraph,
    /// The columns by their middle in tenths of pixels, each with half of its width.
    columns: FxHashMap<i64, f64>,
    meetings: Vec<Meeting>,
    routes: Routes,
}

impl Planner<'_> {
    fn area(&self, part: usize) -> Option<Area> {
        let node = self.graph.node(part)?;
        Some(self.area_of((node.x, node.y), (node.width, node.height)))
    }

    fn label_area(&self, edge: &EdgeLabel) -> Area {
        self.area_of((edge.x, edge.y), (edge.width, edge.height))
    }

    fn area_of(&self, (x, y): (Option<f64>, Option<f64>), size: (f64, f64)) -> Area {
        let middle = (x.unwrap_or_default(), y.unwrap_or_default());
        let (along, across) = self.direction.turned(middle);
        let (length, breadth) = self.direction.turned(size);
        Area {
            along,
            across,
            length,
            breadth,
        }
    }

    fn widen_column(&mut self, area: Area) {
        let half = self.columns.entry(column(area.along)).or_default();
        *half = half.max(area.length / 2.0);
    }

    /// Out of a side along the direction, and back into it, around the place that the layout keeps
    /// for it.
    fn go_around(&mut self, flow: &Flow) {
        let Some(element) = self.area(flow.ends.0) else {
            return;
        };
        let side = element.across + element.breadth / 2.0;
        let bend = side + (self.label_area(flow.edge).across - side).max(12.0) / 0.75;
        let from = element.along - element.length / 4.0;
        let to = element.along + element.length / 4.0;
        let route = vec![(from, side), (from, bend), (to, bend), (to, side)];
        self.routes.insert(flow.part, route);
    }

    /// Straight through the columns on its way. Where it starts and ends is open until all that
    /// meet a side are known.
    fn pass_columns(&mut self, flow: &Flow) {
        let points = &flow.edge.points;
        let inner = points.get(1..points.len().saturating_sub(1));
        let inner = inner.unwrap_or_default().iter();
        let inner: Vec<(f64, f64)> = inner
            .map(|point| self.direction.turned((point.x, point.y)))
            .collect();
        let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
            return;
        };
        let (source, target) = flow.ends;
        let along = |part: usize| self.area(part).map_or(0.0, |area| area.along);
        let is_forwards = along(source) <= along(target);
        self.meetings.push(Meeting {
            element: source,
            is_far_side: is_forwards,
            across: first.1,
            flow: flow.part,
            is_source: true,
        });
        self.meetings.push(Meeting {
            element: target,
            is_far_side: !is_forwards,
            across: last.1,
            flow: flow.part,
            is_source: false,
        });
        let mut route = vec![(0.0, 0.0)];
        for &(along, across) in &inner {
            let half = self.columns.get(&column(along));
            let half = half.copied().unwrap_or_default();
            let half = if is_forwards { half } else { -half };
            route.extend([(along - half, across), (along + half, across)]);
        }
        route.push((0.0, 0.0));
        self.routes.insert(flow.part, route);
    }

    /// Spreads those that meet a side over it, in the order in which they go on.
    fn share_sides(&mut self) {
        self.meetings.sort_by(|one, other| {
            let by_side = one.side().cmp(&other.side());
            by_side.then(one.across.total_cmp(&other.across))
        });
        for side in self
            .meetings
            .chunk_by(|one, other| one.side() == other.side())
        {
            let Some(element) = self.area(side[0].element) else {
                continue;
            };
            for (nth, meeting) in side.iter().enumerate() {
                let half = element.length / 2.0;
                let half = if meeting.is_far_side { half } else { -half };
                let share = (nth + 1) as f64 / (side.len() + 1) as f64 - 0.5;
                let route = self.routes.get_mut(&meeting.flow);
                let end = route.and_then(|route| {
                    if meeting.is_source {
                        route.first_mut()
                    } else {
                        route.last_mut()
                    }
                });
                if let Some(end) = end {
                    let across = element.across + element.breadth * share;
                    *end = (element.along + half, across);
                }
            }
        }
    }
}

fn column(along: f64) -> i64 {
    (along * 10.0).round() as i64
}

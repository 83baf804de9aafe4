//! The graph that is laid out, with parts by their numbers. It must not know how they look.

use super::parts::Direction;
use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, GraphLabel, LayoutOptions, NodeLabel, RankDir, Ranker};

/// The parts of a diagram, and where they are once they have been laid out.
pub struct PartGraph(Graph<NodeLabel, EdgeLabel>);

impl PartGraph {
    /// Without any part.
    pub fn new() -> PartGraph {
        PartGraph(Graph::with_options(GraphOptions {
            directed: true,
            multigraph: true,
            compound: true,
        }))
    }

    /// Adds an element or a boundary.
    pub fn add_node(&mut self, part: usize, (width, height): (f64, f64)) {
        let label = NodeLabel {
            width,
            height,
            ..NodeLabel::default()
        };
        self.0.set_node(part.to_string(), Some(label));
    }

    /// Adds a flow between two parts.
    pub fn add_flow(
        &mut self,
        part: usize,
        (source, target): (usize, usize),
        (width, height): (f64, f64),
    ) {
        let label = EdgeLabel {
            width,
            height,
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        };
        self.0.set_edge(
            source.to_string(),
            target.to_string(),
            Some(label),
            Some(&part.to_string()),
        );
    }

    /// Puts a part into a boundary.
    pub fn set_within(&mut self, part: usize, boundary: usize) {
        let boundary = boundary.to_string();
        self.0.set_parent(&part.to_string(), Some(&boundary));
    }

    /// Gives every part its place.
    pub fn lay_out(&mut self, direction: Direction, ranker: Ranker) {
        let options = LayoutOptions {
            rankdir: match direction {
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
        dagre::layout(&mut self.0, Some(options));
    }

    /// The width and height of all of it.
    pub fn size(&self) -> (f64, f64) {
        let label = self.0.graph_label::<GraphLabel>();
        label
            .map(|label| (label.width, label.height))
            .unwrap_or_default()
    }

    /// All of it, if it has been laid out.
    pub fn whole_mut(&mut self) -> Option<&mut GraphLabel> {
        self.0.graph_label_mut()
    }

    /// An element or a boundary.
    pub fn node(&self, part: usize) -> Option<&NodeLabel> {
        self.0.node(&part.to_string())
    }

    /// The same, to move it.
    pub fn node_mut(&mut self, part: usize) -> Option<&mut NodeLabel> {
        self.0.node_mut(&part.to_string())
    }

    /// A flow, by its part and its ends.
    pub fn flow(&self, part: usize, (source, target): (usize, usize)) -> Option<&EdgeLabel> {
        let name = part.to_string();
        self.0
            .edge(&source.to_string(), &target.to_string(), Some(&name))
    }

    /// The same, to move it.
    pub fn flow_mut(
        &mut self,
        part: usize,
        (source, target): (usize, usize),
    ) -> Option<&mut EdgeLabel> {
        let name = part.to_string();
        self.0
            .edge_mut(&source.to_string(), &target.to_string(), Some(&name))
    }

    /// All flows.
    pub fn flows(&self) -> impl Iterator<Item = &EdgeLabel> {
        let edges = self.0.edges().into_iter();
        edges.filter_map(|edge| self.0.edge_by_obj(&edge))
    }
}

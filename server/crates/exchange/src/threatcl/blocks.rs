//! Blocks of HCL in a tree. It must not know what a block says.

use crate::tree::{LABELS, Node, Value};

/// The name under which the controls of imported files are in a document.
pub const IMPORTED: &str = "#imported";

/// What the name of an attribute ends with where blocks have the same name.
pub const ATTRIBUTE: &str = " (attribute)";

/// The blocks of a name.
pub fn blocks<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    match node.get(name).map(Node::value) {
        Some(Value::List(nodes)) => nodes,
        _ => &[],
    }
}

/// The label of a block at an index.
pub fn label(node: &Node, index: usize) -> Option<String> {
    blocks(node, LABELS).get(index).map(Node::in_one_line)
}

//! What is asked of any node of the tree while a declaration is read. It must not know what the
//! node means.

use smol_str::SmolStr;
use threatline_syntax::{Node, Span, name_text, span};

/// Where a node is, counted from the start of its declaration.
pub fn relative_span(node: Node, start: u32) -> Span {
    let span = span(node);
    Span {
        start: span.start.saturating_sub(start),
        end: span.end.saturating_sub(start),
    }
}

/// A node as it is written.
pub fn written(node: Node, text: &str) -> SmolStr {
    text[node.byte_range()].into()
}

/// A name without the spaces and comments that may stand around its dots.
pub fn name(node: Node, text: &str) -> SmolStr {
    name_text(node, text).into()
}

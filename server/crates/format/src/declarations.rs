//! Declarations: a header on one line, with its only property if that fits, else with a block
//! below; and what sets a declaration off from the one before. It must not know how a property is
//! laid out.

use crate::layout::Layout;
use crate::lines::{IN_BLOCK, Line, MAX_WIDTH, width};
use crate::properties;
use crate::source::Distance;
use crate::tokens::{Token, comments_of, joined, tokens};
use std::ops::Range;
use threatline_syntax::{Kind, Node, children};

/// Lays out a file.
pub fn file(layout: &mut Layout, root: Node) {
    // The first line after the last declaration, and whether that one is a single line.
    let mut last: Option<(usize, bool)> = None;
    for node in children(root) {
        match node.kind() {
            "comment" => layout.comment(node, 0),
            "description" => layout.description(node, 0),
            _ => {
                let after_last = last.map_or(0, |(line, _)| line);
                let start = declaration(layout, node, after_last);
                let is_line = layout.lines.len() - start == 1;
                if let Some((_, last_is_line)) = last {
                    separate(layout, after_last..start + 1, last_is_line && is_line);
                }
                last = Some((layout.lines.len(), is_line));
            }
        }
    }
}

/// Sets a declaration off from the one before. `between` are the lines from the end of that one to
/// the first of this one. If the author put an empty line before none of them, it goes before the
/// first, so that what is directly above a declaration stays there. Declarations of one line
/// may do without.
fn separate(layout: &mut Layout, between: Range<usize>, are_lines: bool) {
    let between = &mut layout.lines[between];
    let is_together = are_lines && !between.iter().any(|line| line.is_description);
    if !is_together && !between.iter().any(|line| line.blank) {
        between[0].blank = true;
    }
}

/// Lays out a declaration and returns the line it starts on. `after_last` is the first line after
/// the declaration before.
fn declaration(layout: &mut Layout, node: Node, after_last: usize) -> usize {
    let body = node.child_by_field_name("body");
    let mut header = children(node);
    header.retain(|part| body.is_none_or(|body| body.id() != part.id()));
    let (tokens, comments_before_body) = tokens(&layout.source, header);
    // Those from inside of the header go above it.
    let comments = comments_of(&tokens)
        .chain(comments_before_body.iter().map(|comment| comment.text))
        .collect();

    let description = layout.description_start(after_last);
    layout.push(layout.source.distance(node), Line::code(0, joined(&tokens)));
    let start = layout.lines.len() - 1 + layout.insert(description, comments);
    if let Some(body) = body {
        lay_out_body(layout, body, start, is_unfinished(&tokens));
    }
    start
}

/// Whether a header ends where a name may still follow, or with a name that may also begin a
/// declaration.
fn is_unfinished(header: &[Token]) -> bool {
    header.last().is_some_and(|last| {
        matches!(last.kind, "kind" | ":") || Kind::from_word(&last.text).is_some()
    })
}

/// Lays out a block behind its header, which is the last line.
fn lay_out_body(layout: &mut Layout, body: Node, header: usize, is_header_unfinished: bool) {
    let mut parts = children(body);
    parts.retain(|part| !matches!(part.kind(), "{" | "}"));
    let line = &layout.lines[header].code;
    let one_line = match &parts[..] {
        // Without the braces, the next declaration would be read on into this one.
        [] if is_header_unfinished => Some(format!("{line} {{}}")),
        [] => return,
        [property] => properties::inline(&layout.source, *property)
            .map(|property| format!("{line} {{ {property} }}"))
            .filter(|code| width(code) <= MAX_WIDTH),
        _ => None,
    };
    if let Some(code) = one_line {
        layout.lines[header].code = code.into();
    } else {
        layout.lines[header].code = format!("{line} {{").into();
        block(layout, parts);
    }
}

/// Lays out what is in a block, and its end.
fn block(layout: &mut Layout, parts: Vec<Node>) {
    layout.open_block();
    let mut parts = parts.into_iter().peekable();
    while let Some(part) = parts.next() {
        match part.kind() {
            "comment" => layout.comment(part, IN_BLOCK),
            "description" => layout.description(part, IN_BLOCK),
            _ => {
                let mut distance = layout.source.distance(part);
                for line in properties::lines(&layout.source, part, &mut parts) {
                    layout.push(distance, line);
                    distance = Distance::Below;
                }
            }
        }
    }
    layout.push(Distance::Below, Line::code(0, "}"));
}

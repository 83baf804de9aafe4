//! A model as a graph of Graphviz, in its language DOT: boundaries as clusters, and the shapes of
//! data-flow diagrams. It must not know a layout: Graphviz makes one.

use crate::drawing;
use crate::losses::Export;
use std::fmt::Write;
use threatline_model::{Database, Kind, Model};
use threatline_view::diagram::{Diagram, Direction, NotDrawn, Part, color, diagram};
use threatline_view::sanitize::acts;
use unicode_width::UnicodeWidthStr;

/// How wide a name is, in columns, before it continues in the next line.
const COLUMNS: usize = 24;

/// Writes the drawing of a model, called by a title.
///
/// # Errors
/// When there is nothing, or too much, to draw.
pub fn write(db: &Database, model: Model, title: &str) -> Result<Export, NotDrawn> {
    let diagram = diagram(db, model.files(db), Direction::Right)?;
    let mut text = format!(
        "digraph {} {{\n  \
         graph [rankdir=LR, fontname=\"Helvetica\", fontsize=11, nodesep=0.4, ranksep=0.7, \
         style=\"dashed\"]\n  \
         node [fontname=\"Helvetica\", fontsize=11, margin=\"0.15,0.08\"]\n  \
         edge [fontname=\"Helvetica\", fontsize=10]\n",
        quoted(title)
    );
    nodes(&mut text, &diagram, None, 1);
    for (flow, source, target) in diagram.flows() {
        let _ = writeln!(text, "  n{source} -> n{target} [{}]", attributes(flow));
    }
    text.push_str("}\n");
    Ok(Export {
        text,
        losses: drawing::losses(db, model),
    })
}

fn nodes(text: &mut String, diagram: &Diagram, boundary: Option<usize>, depth: usize) {
    let indent = "  ".repeat(depth);
    for (index, part) in diagram.directly_in(boundary) {
        let attributes = attributes(part);
        let _ = match part.kind {
            Kind::Boundary => {
                let _ = writeln!(
                    text,
                    "{indent}subgraph cluster_{index} {{\n{indent}  graph [{attributes}]"
                );
                nodes(text, diagram, Some(index), depth + 1);
                if diagram.directly_in(Some(index)).next().is_none() {
                    // Graphviz draws no cluster without a node.
                    let _ = writeln!(text, "{indent}  n{index} [style=invis, label=\"\"]");
                }
                writeln!(text, "{indent}}}")
            }
            Kind::Process => writeln!(text, "{indent}n{index} [shape=ellipse, {attributes}]"),
            Kind::Store => writeln!(text, "{indent}n{index} [shape=cylinder, {attributes}]"),
            _ => writeln!(text, "{indent}n{index} [shape=box, {attributes}]"),
        };
    }
}

fn attributes(part: &Part) -> String {
    let mut attributes = format!(
        "label={}, tooltip={}",
        quoted(&lines(&part.title)),
        quoted(&part.tooltip)
    );
    if let Some(color) = color(part.worst) {
        let _ = write!(attributes, ", color=\"{color}\", penwidth=2");
    }
    attributes
}

/// A text in lines.
fn lines(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        if width > 0 {
            let fits = width + 1 + word.width() <= COLUMNS;
            lines.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        lines.push_str(word);
        width += word.width();
    }
    lines
}

/// A text in quotes: `\` begins an escape in them, and `&` a character by its name.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => quoted += "\\n",
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '&' => quoted += "&amp;",
            '#' => quoted += "&#35;",
            character if acts(character) => {}
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_in_quotes_and_goes_on_in_the_next_line() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert_eq!(
            quoted("\\N \"x\" &amp; <b>\u{1b}[2J\u{202e}"),
            "\"\\\\N \\\"x\\\" &amp;amp; <b>[2J\""
        );
        assert_eq!(
            lines("Look up the products that are sold today"),
            "Look up the products\nthat are sold today"
        );
        assert_eq!(lines(""), "");
    }
}

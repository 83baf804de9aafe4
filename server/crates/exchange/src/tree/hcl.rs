//! HCL as a tree. It must not know what a document says.

use super::node::{MAX_DEPTH, Node, Value, too_deep};
use super::notes::Problem;
use super::text::{Place, Text};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::BTreeMap;

/// The name under which the labels of a block of HCL stand in its map.
pub const LABELS: &str = "#labels";

/// Reads HCL. A block is an entry of a list under its name, with its labels under [`LABELS`]; an
/// expression that is not a value is the text that it is written as.
///
/// # Errors
/// The first place where it is none.
pub fn hcl(text: &Text) -> Result<Node, Problem> {
    check_depth(text)?;
    let body: Body = text
        .as_str()
        .parse()
        .map_err(|error: hcl_edit::parser::Error| {
            let location = error.location();
            let place = text.place_at(location.line(), location.column());
            let message = format!("invalid HCL: {}", error.message().trim());
            Problem::at_top(place, message)
        })?;
    Node::new(read_body(text, &body)?, text.place(0))
}

/// That brackets do not stand in each other too deep. The parser calls itself for each level, so
/// that it cannot be asked.
fn check_depth(text: &Text) -> Result<(), Problem> {
    let mut depth = 0u32;
    for (offset, byte) in text.as_str().bytes().enumerate() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(text.place(offset)));
        }
    }
    Ok(())
}

fn read_body(text: &Text, body: &Body) -> Result<Value, Problem> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    let mut blocks: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for structure in body {
        let place = text.place(structure.span().map_or(0, |span| span.start));
        match structure {
            Structure::Attribute(attribute) => {
                let value = read_value(text, &attribute.value)?;
                entries.push((attribute.key.to_string(), value));
            }
            Structure::Block(block) => {
                let nodes = blocks.entry(block.ident.to_string()).or_default();
                nodes.push(read_block(text, block, place)?);
            }
        }
    }
    for (name, nodes) in blocks {
        let place = nodes[0].place().clone();
        entries.push((name, Node::new(Value::List(nodes), place)?));
    }
    Ok(Value::Map(entries))
}

fn read_block(text: &Text, block: &Block, place: Place) -> Result<Node, Problem> {
    let mut value = read_body(text, &block.body)?;
    if let Value::Map(entries) = &mut value {
        let labels = block
            .labels
            .iter()
            .map(|label| Node::new(Value::Text(label.as_str().to_owned()), place.clone()))
            .collect::<Result<_, _>>()?;
        let labels = Node::new(Value::List(labels), place.clone())?;
        entries.insert(0, (LABELS.to_owned(), labels));
    }
    Node::new(value, place)
}

fn read_value(text: &Text, expression: &Expression) -> Result<Node, Problem> {
    let span = expression.span().unwrap_or(0..0);
    let value = match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(yes) => Value::Bool(*yes.value()),
        Expression::Number(number) => Value::Number(number.value().to_string()),
        Expression::String(string) => Value::Text(string.value().clone()),
        Expression::Array(array) => {
            let nodes = array.iter().map(|each| read_value(text, each));
            Value::List(nodes.collect::<Result<_, _>>()?)
        }
        Expression::Object(object) => {
            let entries = object.iter().map(|(key, value)| {
                let key = match key {
                    ObjectKey::Ident(ident) => ident.to_string(),
                    ObjectKey::Expression(expression) => {
                        read_value(text, expression)?.in_one_line()
                    }
                };
                Ok((key.trim().to_owned(), read_value(text, value.expr())?))
            });
            Value::Map(entries.collect::<Result<_, Problem>>()?)
        }
        Expression::HeredocTemplate(heredoc) => Value::Text(heredoc.template.to_string()),
        _ => {
            let written = text.as_str().get(span.clone()).unwrap_or_default();
            Value::Text(written.trim().to_owned())
        }
    };
    Node::new(value, text.place(span.start))
}

//! A value of a document with its place, of whatever syntax. It must not know one.

use super::notes::Problem;
use super::text::Place;
use std::sync::Arc;

/// How deep values may stand in each other. Nobody writes as deep, and what is dropped recursively
/// has to end.
pub const MAX_DEPTH: u32 = 128;

/// How many values there may be, those that aliases repeat counted each time.
pub const MAX_VALUES: usize = 4_000_000;

/// How many bytes of a text count as a value more.
pub const BYTES_OF_VALUE: usize = 64;

/// The longest line that a value is written on, in bytes.
const MAX_LINE: usize = 4000;

/// A value and where it is. Copies share what is in them.
#[derive(Clone, Debug)]
pub struct Node(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    value: Value,
    place: Place,
    /// How deep values stand in it.
    depth: u32,
    /// How many values are in it, with itself.
    size: usize,
    /// Whether it has no content: it is empty, false, or a group of such values.
    is_silent: bool,
}

/// What a node is.
#[derive(Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Values by name, in order.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// A value at a place.
    ///
    /// # Errors
    /// When values stand in it too deep, or are too many.
    pub fn new(value: Value, place: Place) -> Result<Node, Problem> {
        let (mut depth, mut size, mut is_silent) = (0, 1usize, true);
        let mut include = |node: &Node| {
            depth = depth.max(node.0.depth + 1);
            size = size.saturating_add(node.0.size);
            is_silent &= node.0.is_silent;
        };
        match &value {
            Value::List(nodes) => nodes.iter().for_each(&mut include),
            Value::Map(entries) => entries.iter().for_each(|(_, node)| include(node)),
            Value::Null | Value::Bool(false) => {}
            Value::Text(text) => {
                // Aliases may repeat a long one.
                size += text.len() / BYTES_OF_VALUE;
                is_silent = text.trim().is_empty();
            }
            Value::Bool(true) | Value::Number(_) => is_silent = false,
        }
        if depth > MAX_DEPTH {
            return Err(too_deep(place));
        }
        if size > MAX_VALUES {
            return Err(too_many(place));
        }
        Ok(Node(Arc::new(Inner {
            value,
            place,
            depth,
            size,
            is_silent,
        })))
    }

    /// Nothing, at a place.
    pub fn null(place: Place) -> Node {
        Node(Arc::new(Inner {
            value: Value::Null,
            place,
            depth: 0,
            size: 1,
            is_silent: true,
        }))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// What is under a name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match self.value() {
            Value::Map(entries) => entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// What sort of value it is, in messages.
    pub fn sort(&self) -> &'static str {
        match self.value() {
            Value::Null => "nothing",
            Value::Bool(_) => "a Boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "an array",
            Value::Map(_) => "an object",
        }
    }

    /// Whether it has no content: it is empty, false, or a group of such values.
    pub fn is_silent(&self) -> bool {
        self.0.is_silent
    }

    /// Whether it has values in it.
    pub fn is_nested(&self) -> bool {
        matches!(self.value(), Value::List(_) | Value::Map(_))
    }

    /// The value on one line, cut off when it is very long.
    pub fn in_one_line(&self) -> String {
        let mut line = String::new();
        match self.value() {
            // The brackets of the outermost list say nothing.
            Value::List(nodes) => write_all(&mut line, nodes.iter().map(|node| (None, node))),
            _ => self.write(&mut line),
        }
        line
    }

    fn write(&self, line: &mut String) {
        if line.len() > MAX_LINE {
            if !line.ends_with('…') {
                line.push('…');
            }
            return;
        }
        match self.value() {
            Value::Null => line.push_str("null"),
            Value::Bool(yes) => line.push_str(if *yes { "yes" } else { "no" }),
            Value::Number(text) => line.push_str(text),
            Value::Text(text) => write_text(line, text),
            Value::List(nodes) => {
                line.push('[');
                write_all(line, nodes.iter().map(|node| (None, node)));
                line.push(']');
            }
            Value::Map(entries) => {
                line.push('{');
                write_all(line, entries.iter().map(|(key, node)| (Some(key), node)));
                line.push('}');
            }
        }
    }
}

/// Writes a text with single spaces, as much as there is room for.
fn write_text(line: &mut String, text: &str) {
    let room = MAX_LINE.saturating_sub(line.len());
    let end = text.char_indices().map(|(start, _)| start).nth(room);
    let shown = &text[..end.unwrap_or(text.len())];
    line.push_str(&crate::words::single_spaced(shown));
    if end.is_some() {
        line.push('…');
    }
}

/// Writes the values that say something, those of a map with their keys.
fn write_all<'n>(line: &mut String, nodes: impl Iterator<Item = (Option<&'n String>, &'n Node)>) {
    let mut is_first = true;
    for (key, node) in nodes.filter(|(_, node)| !node.is_silent()) {
        if line.len() > MAX_LINE {
            break;
        }
        if !std::mem::take(&mut is_first) {
            line.push_str(", ");
        }
        if let Some(key) = key {
            line.push_str(key);
            line.push_str(": ");
        }
        node.write(line);
    }
}

/// That there are too many values to be read.
pub fn too_many(place: Place) -> Problem {
    let message = format!("the file has more than {MAX_VALUES} values and was not read");
    Problem::at_top(place, message)
}

/// That values stand in each other too deep to be read.
pub fn too_deep(place: Place) -> Problem {
    Problem::at_top(
        place,
        format!("values are nested more than {MAX_DEPTH} levels deep"),
    )
}

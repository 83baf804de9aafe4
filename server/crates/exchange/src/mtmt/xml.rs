//! What the serializer wrote, as a tree: an element with elements in it is a group of them, or a
//! list, and one without is a text. It must not know what a model says.

use crate::tree::{Node, Place, Problem, Text, Value};
use roxmltree::{Document, Node as Element};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// How deep elements may stand in each other; the tool writes about 15.
const MAX_DEPTH: usize = 64;

/// How many elements may be open at once, as they are counted before it is known what is an
/// element.
const MAX_OPEN: usize = 1000;

/// Elements that are entries of a list, even if there is only one.
const ENTRIES: &[&str] = &[
    "DrawingSurfaceModel",
    "anyType",
    "string",
    "Note",
    "ThreatCategory",
    "ThreatType",
    "ThreatMetaDatum",
];

/// The name under which the type of an element is in its group.
pub const TYPE: &str = "#type";

/// Reads a document.
///
/// # Errors
/// The first place where it is not XML, or that it is another document.
pub fn document(text: &Text) -> Result<Node, Problem> {
    // Before the parser, which takes long for names of names in many levels.
    if let Some(offset) = deeper_than(text.as_str(), MAX_OPEN) {
        return Err(too_deep(text.place(offset), MAX_OPEN));
    }
    // Types of documents, and with them entities, are refused.
    let document = Document::parse(text.as_str()).map_err(|error| {
        let position = error.pos();
        let line = usize::try_from(position.row).unwrap_or(1);
        let column = usize::try_from(position.col).unwrap_or(1);
        let reason = error.to_string();
        let reason = reason.split(" at ").next().unwrap_or_default();
        let message = format!("invalid XML: {reason}");
        Problem::at_top(text.place_at(line, column), message)
    })?;
    let root = document.root_element();
    let message = match root.tag_name().name() {
        "ThreatModel" => return node(text, root, 0),
        "KnowledgeBase" => {
            "this is a template of the Microsoft Threat Modeling Tool, not a model".to_owned()
        }
        name => format!("this is not a .tm7 file: its root is `<{name}>`, not `<ThreatModel>`"),
    };
    Err(Problem::at_top(text.place(root.range().start), message))
}

fn too_deep(place: Place, max: usize) -> Problem {
    let message = format!("elements are nested more than {max} levels deep");
    Problem::at_top(place, message)
}

/// Where more elements are open than there may be.
fn deeper_than(text: &str, max: usize) -> Option<usize> {
    let mut open = 0usize;
    for (offset, pair) in text.as_bytes().windows(2).enumerate() {
        match pair {
            b"</" | b"/>" => open = open.saturating_sub(1),
            b"<!" | b"<?" => {}
            [b'<', _] => open += 1,
            _ => {}
        }
        if open > max {
            return Some(offset);
        }
    }
    None
}

fn node(text: &Text, element: Element<'_, '_>, depth: usize) -> Result<Node, Problem> {
    let place = text.place(element.range().start);
    if depth > MAX_DEPTH {
        return Err(too_deep(place, MAX_DEPTH));
    }
    if attribute(element, "nil") == Some("true") {
        return Ok(Node::null(place));
    }
    let mut children: Vec<(String, Vec<Node>)> = Vec::new();
    let mut indices: FxHashMap<&str, usize> = FxHashMap::default();
    let mut is_list = false;
    for child in element.children().filter(Element::is_element) {
        let name = child.tag_name().name();
        is_list |= ENTRIES.contains(&name) || name.starts_with("KeyValueOf");
        // Pictures of stencils.
        if name == "ImageSource" {
            continue;
        }
        let child = node(text, child, depth + 1)?;
        match indices.entry(name) {
            Entry::Occupied(index) => children[*index.get()].1.push(child),
            Entry::Vacant(index) => {
                index.insert(children.len());
                children.push((name.to_owned(), vec![child]));
            }
        }
    }
    let value = if is_list {
        Value::List(children.into_iter().flat_map(|(_, nodes)| nodes).collect())
    } else if children.is_empty() {
        match element.text().map(str::trim) {
            None | Some("") => Value::Null,
            Some(text) => Value::Text(text.to_owned()),
        }
    } else {
        group(children, attribute(element, "type"), &place)?
    };
    Node::new(value, place)
}

fn attribute<'a>(element: Element<'a, '_>, name: &str) -> Option<&'a str> {
    element
        .attributes()
        .find(|attribute| attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// A group of values; several of the same name are a list.
fn group(
    children: Vec<(String, Vec<Node>)>,
    element_type: Option<&str>,
    place: &Place,
) -> Result<Value, Problem> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    for (name, mut nodes) in children {
        let node = if nodes.len() == 1 {
            nodes.remove(0)
        } else {
            Node::new(Value::List(nodes), place.clone())?
        };
        entries.push((name, node));
    }
    if let Some(element_type) = element_type {
        let name = element_type.rsplit(':').next().unwrap_or_default();
        let node = Node::new(Value::Text(name.to_owned()), place.clone())?;
        entries.push((TYPE.to_owned(), node));
    }
    Ok(Value::Map(entries))
}

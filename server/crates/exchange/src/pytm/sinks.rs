//! What elements say for all flows that lead to them. It must not know what a flow says itself.

use super::attributes::control;
use crate::tree::{Fields, Node, Value};
use std::cell::Cell;
use std::collections::BTreeMap;

/// How many data are stated of flows because the elements that they lead to list them: many flows
/// may lead to one that lists many.
const MAX_INHERITED: usize = 1 << 16;

/// The elements by their names; of two with one name, the first is meant.
pub struct Sinks<'a> {
    elements: BTreeMap<String, Fields<'a>>,
    /// How many data may still be inherited.
    room: Cell<usize>,
}

impl Default for Sinks<'_> {
    fn default() -> Self {
        Sinks {
            elements: BTreeMap::new(),
            room: Cell::new(MAX_INHERITED),
        }
    }
}

impl<'a> Sinks<'a> {
    /// Adds an element.
    pub fn add(&mut self, fields: Fields<'a>) {
        let name = fields.text("name").unwrap_or_default();
        self.elements.entry(name).or_insert(fields);
    }

    /// The statements about a flow.
    pub fn incoming<'f>(&'f self, flow: &'f Fields<'a>) -> Incoming<'f, 'a> {
        let name = flow.text("sink");
        Incoming {
            flow,
            sink: name.and_then(|name| self.elements.get(&name)),
            room: &self.room,
        }
    }
}

/// The statements about a flow: its own, or else those of its target.
pub struct Incoming<'f, 'a> {
    /// The flow.
    pub flow: &'f Fields<'a>,
    sink: Option<&'f Fields<'a>>,
    room: &'f Cell<usize>,
}

impl Incoming<'_, '_> {
    /// A control.
    pub fn control(&self, name: &str) -> Option<String> {
        control(self.flow, name).or_else(|| control(self.sink?, name))
    }

    /// The text under a name.
    pub fn text(&self, name: &str) -> Option<String> {
        self.flow.text(name).or_else(|| self.sink?.text(name))
    }

    /// The names of the data that it carries; nothing if the element lists too many to be stated of
    /// one more flow.
    pub fn data(&self) -> Option<Vec<String>> {
        let data = self.flow.texts("data");
        let Some(sink) = self.sink.filter(|_| data.is_empty()) else {
            return Some(data);
        };
        let count = match sink.node("data").map(Node::value) {
            Some(Value::List(nodes)) => nodes.len(),
            node => usize::from(node.is_some()),
        };
        self.room.set(self.room.get().checked_sub(count)?);
        Some(sink.texts("data"))
    }
}

//! What elements say for all flows that lead to them. It must not know what a flow says itself.

use super::attributes::control;
use crate::tree::Fields;
use std::collections::BTreeMap;

/// The elements by their names; of two with one name, the first is meant.
#[derive(Default)]
pub struct Sinks<'a>(BTreeMap<String, Fields<'a>>);

impl<'a> Sinks<'a> {
    /// Adds an element.
    pub fn add(&mut self, fields: Fields<'a>) {
        let name = fields.text("name").unwrap_or_default();
        self.0.entry(name).or_insert(fields);
    }

    /// What is said of a flow.
    pub fn incoming<'f>(&'f self, flow: &'f Fields<'a>) -> Incoming<'f, 'a> {
        let name = flow.text("sink");
        Incoming {
            flow,
            sink: name.and_then(|name| self.0.get(&name)),
        }
    }
}

/// What is said of a flow: by itself, or else by the element that it leads to.
pub struct Incoming<'f, 'a> {
    /// The flow.
    pub flow: &'f Fields<'a>,
    sink: Option<&'f Fields<'a>>,
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

    /// The names of the data that it carries.
    pub fn data(&self) -> Vec<String> {
        let data = self.flow.texts("data");
        match self.sink {
            Some(sink) if data.is_empty() => sink.texts("data"),
            _ => data,
        }
    }
}

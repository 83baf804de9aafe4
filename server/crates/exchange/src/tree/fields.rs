//! A group of values that is being read: what is asked for, and what is not. It must
//! not know a format.

use super::hcl::LABELS;
use super::node::{Node, Value};
use super::notes::{DRAWN_ANEW, KEPT, Notes};
use super::text::Place;
use crate::titles::{joined_lines, shortened};
use crate::words::{looked_up, unknown};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A group of values that is being read. What is never asked for is known at the end.
pub struct Fields<'a> {
    notes: &'a Notes,
    path: String,
    node: Node,
    read: RefCell<BTreeSet<String>>,
}

impl<'a> Fields<'a> {
    /// Reads a node as a group of values. That it is none is noted.
    pub fn new(notes: &'a Notes, node: &Node, path: String) -> Fields<'a> {
        if !matches!(node.value(), Value::Map(_) | Value::Null) {
            notes.problem(node.place(), &path, wrong_sort(node, "an object"));
        }
        Fields {
            notes,
            path,
            node: node.clone(),
            read: RefCell::default(),
        }
    }

    /// An empty group of values, under a name of this one.
    pub fn empty_group(&self, name: &str) -> Fields<'a> {
        Fields {
            notes: self.notes,
            path: self.path_to(name),
            node: Node::null(self.place().clone()),
            read: RefCell::default(),
        }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        self.node.place()
    }

    /// The way to it from the top of the document.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The way to a value in it.
    pub fn path_to(&self, name: &str) -> String {
        path_below(&self.path, name)
    }

    /// The value of a name; nothing if it is null.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.read.borrow_mut().insert(name.to_owned());
        self.node
            .get(name)
            .filter(|node| !matches!(node.value(), Value::Null))
    }

    /// Values of no matter here: settings of the tool, and what follows from the rest or is read
    /// elsewhere.
    pub fn skip(&self, names: &[&str]) {
        for name in names {
            let _ = self.node(name);
        }
    }

    /// Texts of no matter here. That one is not text is noted.
    pub fn skip_texts(&self, names: &[&str]) {
        for name in names {
            let _ = self.text(name);
        }
    }

    /// That something is wrong with the value of a name, or with the group.
    pub fn problem(&self, name: &str, message: impl Into<String>) {
        let place = self.node.get(name).unwrap_or(&self.node).place();
        self.notes.problem(place, &self.path_to(name), message);
    }

    /// That a value has no place, and what becomes of it.
    pub fn loss(&self, name: &str, why: impl Into<String>) {
        let place = self.node.get(name).unwrap_or(&self.node).place();
        self.notes.loss(place, &self.path_to(name), why);
    }

    /// Keeps a value that has no place as a comment.
    pub fn keep(
        &self,
        comments: &mut Vec<String>,
        name: &str,
        why: impl Into<String>,
        comment: impl Into<String>,
    ) {
        self.loss(name, why);
        comments.push(comment.into());
    }

    /// Keeps the text under a name, if there is one, as a comment after what it is called there.
    pub fn keep_text(&self, comments: &mut Vec<String>, name: &str, label: &str) {
        if let Some(text) = self.text(name) {
            self.keep(comments, name, KEPT, format!("{label}: {text}"));
        }
    }

    /// The text under a name; nothing if it is empty.
    pub fn text(&self, name: &str) -> Option<String> {
        let node = self.node(name)?;
        match node.value() {
            Value::List(_) | Value::Map(_) => {
                self.problem(name, wrong_sort(node, "a string"));
                None
            }
            Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => Some(node.in_one_line()),
        }
    }

    /// The text under a name that has to be there.
    pub fn required(&self, name: &str) -> String {
        let text = self.text(name);
        let is_group = matches!(self.node.value(), Value::Map(_) | Value::Null);
        if text.is_none() && is_group && !self.node(name).is_some_and(Node::is_nested) {
            self.problem(name, format!("`{name}` is missing"));
        }
        text.unwrap_or_default()
    }

    /// The yes or no under a name.
    pub fn yes_no(&self, name: &str) -> Option<bool> {
        let node = self.node(name)?;
        let word = match node.value() {
            Value::Bool(yes) => return Some(*yes),
            Value::Text(text) => text.trim().to_lowercase(),
            _ => String::new(),
        };
        match word.as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => {
                self.problem(name, "this must be `true` or `false`");
                None
            }
        }
    }

    /// Whether there is a yes under a name.
    pub fn is_yes(&self, name: &str) -> bool {
        self.yes_no(name) == Some(true)
    }

    /// The number under a name.
    pub fn number(&self, name: &str) -> Option<f64> {
        let node = self.node(name)?;
        let number = match node.value() {
            Value::Number(text) | Value::Text(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            self.problem(name, wrong_sort(node, "a number"));
        }
        number
    }

    /// What a table has for the word under a name. That it does not have it is noted.
    pub fn word<T: Copy>(&self, name: &str, table: &[(&str, T)]) -> Option<T> {
        let word = self.text(name)?;
        let meaning = looked_up(&word, table);
        if meaning.is_none() {
            self.problem(name, unknown(&word, table.iter().map(|(word, _)| *word)));
        }
        meaning
    }

    /// The values of a list; a single value is a list of one.
    pub fn list(&self, name: &str) -> Vec<Node> {
        let Some(node) = self.node(name) else {
            return Vec::new();
        };
        match node.value() {
            Value::List(nodes) => nodes.clone(),
            Value::Map(_) => {
                self.problem(name, wrong_sort(node, "an array"));
                Vec::new()
            }
            _ => vec![node.clone()],
        }
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, node) in self.list(name).iter().enumerate() {
            match node.value() {
                Value::Null => {}
                Value::List(_) | Value::Map(_) => {
                    let path = format!("{}[{index}]", self.path_to(name));
                    self.notes
                        .problem(node.place(), &path, wrong_sort(node, "a string"));
                }
                Value::Text(text) => texts.push(text.trim().to_owned()),
                _ => texts.push(node.in_one_line()),
            }
        }
        texts.retain(|text| !text.is_empty());
        texts
    }

    /// The group of values under a name.
    pub fn group(&self, name: &str) -> Option<Fields<'a>> {
        Some(Fields::new(
            self.notes,
            self.node(name)?,
            self.path_to(name),
        ))
    }

    /// A group of values that is somewhere below.
    pub fn group_at(&self, node: &Node, path: String) -> Fields<'a> {
        Fields::new(self.notes, node, path)
    }

    /// The groups of values of a list.
    pub fn groups(&self, name: &str) -> Vec<Fields<'a>> {
        if let Some(node) = self.node(name)
            && !matches!(node.value(), Value::List(_))
        {
            self.problem(name, wrong_sort(node, "an array"));
            return Vec::new();
        }
        let path = self.path_to(name);
        self.list(name)
            .iter()
            .enumerate()
            .filter(|(_, node)| !matches!(node.value(), Value::Null))
            .map(|(index, node)| Fields::new(self.notes, node, format!("{path}[{index}]")))
            .collect()
    }

    /// The values under a name, each by its own.
    pub fn entries(&self, name: &str) -> Vec<(String, Node)> {
        let Some(node) = self.node(name) else {
            return Vec::new();
        };
        match node.value() {
            Value::Map(entries) => entries.clone(),
            _ => {
                self.problem(name, wrong_sort(node, "an object"));
                Vec::new()
            }
        }
    }

    /// The groups of values under the first of these names that is there, each by its own.
    pub fn groups_by_name(&self, names: &[&str]) -> Vec<(String, Fields<'a>)> {
        // All of them are names for the same thing, so all of them are read.
        let present: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| self.node(name).is_some())
            .collect();
        let Some(name) = present.first() else {
            return Vec::new();
        };
        let path = self.path_to(name);
        self.entries(name)
            .into_iter()
            .map(|(key, node)| {
                let fields = Fields::new(self.notes, &node, path_below(&path, &key));
                (key, fields)
            })
            .collect()
    }

    /// The label of a block of HCL at an index; empty, if it has fewer.
    pub fn label(&self, index: usize) -> String {
        self.texts(LABELS).get(index).cloned().unwrap_or_default()
    }

    /// Content that was not asked for, as lines that are kept, each noted as having no
    /// place.
    pub fn rest(&self) -> Vec<String> {
        let Value::Map(entries) = self.node.value() else {
            return Vec::new();
        };
        let read = self.read.borrow();
        entries
            .iter()
            .filter(|(name, node)| !read.contains(name) && !node.is_silent())
            .map(|(name, node)| {
                self.notes.loss(node.place(), &self.path_to(name), KEPT);
                format!("{name}: {}", node.in_one_line())
            })
            .collect()
    }

    /// The same, with the short lines joined.
    pub fn joined_rest(&self) -> Vec<String> {
        joined_lines(self.rest())
    }

    /// Leaves out values that are only about a drawing: noted, if they are there.
    pub fn leave_out_drawing(&self, names: &[&str]) {
        for name in names {
            if self.node(name).is_some_and(|node| !node.is_silent()) {
                self.loss(name, DRAWN_ANEW);
            }
        }
    }
}

/// The way to what is under a name at a way.
fn path_below(path: &str, name: &str) -> String {
    if name == LABELS {
        return path.to_owned();
    }
    let name = shortened(name);
    let is_plain = name
        .chars()
        .all(|character| character.is_alphanumeric() || "_-".contains(character));
    let name = if is_plain {
        name.into_owned()
    } else {
        format!("{name:?}")
    };
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

/// That a value is of another sort than it has to be.
fn wrong_sort(node: &Node, right: &str) -> String {
    format!("expected {right}, but this is {}", node.sort())
}

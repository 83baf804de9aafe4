//! References to values elsewhere in texts, and what they stand for. It must not know where these
//! values are stated.

use super::blocks::ATTRIBUTE;
use crate::titles::shortened;
use crate::tree::{Node, Notes, Problem, Value};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::collections::BTreeMap;

/// How many bytes are put in for names in a document.
const MAX_PUT_IN: usize = 4 << 20;

/// Whether a text is the name of a value elsewhere.
pub fn is_reference(text: &str) -> bool {
    ["var.", "local.", "import."]
        .iter()
        .any(|start| text.starts_with(start))
        && text
            .chars()
            .all(|character| character.is_alphanumeric() || "._-".contains(character))
}

/// What names stand for.
pub struct Scope {
    values: BTreeMap<String, String>,
    /// How many bytes may still be put in: a name costs little to write, and may stand for much.
    room: Cell<usize>,
}

impl Default for Scope {
    fn default() -> Scope {
        Scope {
            values: BTreeMap::new(),
            room: Cell::new(MAX_PUT_IN),
        }
    }
}

impl Scope {
    /// States what a name stands for, if that can be a text.
    pub fn state(&mut self, name: String, node: &Node) {
        let text = match node.value() {
            Value::Text(text) => text.clone(),
            Value::List(_) | Value::Map(_) | Value::Null => return,
            _ => node.in_one_line(),
        };
        self.values.insert(name, text);
    }

    /// The text that a name stands for; why it cannot be put in.
    fn value(&self, name: &str) -> Result<&str, String> {
        let value = self
            .values
            .get(name)
            .ok_or_else(|| format!("`{name}` is kept as it is: unknown reference"))?;
        let room = self.room.get().checked_sub(value.len());
        self.room.set(
            room.ok_or_else(|| format!("`{name}` is kept as it is: the text would be too long"))?,
        );
        Ok(value)
    }

    /// A text with what its references stand for; nothing if it has none; why one of them cannot be
    /// put in.
    fn replaced(&self, text: &str) -> Result<Option<String>, String> {
        let plain = text.trim();
        if is_reference(plain) {
            return self.value(plain).map(|value| Some(value.to_owned()));
        }
        if !plain.contains("${") {
            return Ok(None);
        }
        let unescaped = text_of_template(plain);
        let mut rest = unescaped.as_deref().unwrap_or(text);
        let mut replaced = String::new();
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            let end = start + length;
            replaced.push_str(&rest[..start]);
            let name = rest[start + 2..end].trim();
            replaced.push_str(if is_reference(name) {
                self.value(name)?
            } else {
                &rest[start..=end]
            });
            rest = &rest[end + 1..];
        }
        replaced.push_str(rest);
        Ok(Some(replaced))
    }
}

/// The text that a template says, which comes with the quotes that it is written in.
fn text_of_template(written: &str) -> Option<String> {
    let inner = written.strip_prefix('"')?.strip_suffix('"')?;
    let unescaped = inner.replace("\\n", "\n").replace("\\\"", "\"");
    Some(unescaped.replace("\\\\", "\\"))
}

/// A node with what its references stand for. Those that cannot be put in are noted.
pub fn with_values(notes: &Notes, node: &Node, scope: &Scope, path: &str) -> Result<Node, Problem> {
    let value = match node.value() {
        Value::Text(text) => match scope.replaced(text) {
            Ok(Some(text)) => Value::Text(text),
            Ok(None) => return Ok(node.clone()),
            Err(why) => {
                notes.loss(node.place(), path, why);
                return Ok(node.clone());
            }
        },
        Value::List(nodes) => {
            let nodes = nodes
                .iter()
                .enumerate()
                .map(|(index, node)| with_values(notes, node, scope, &format!("{path}[{index}]")));
            Value::List(nodes.collect::<Result<_, _>>()?)
        }
        Value::Map(entries) => Value::Map(entries_with_values(notes, entries, scope, path)?),
        _ => return Ok(node.clone()),
    };
    Node::new(value, node.place().clone())
}

fn entries_with_values(
    notes: &Notes,
    entries: &[(String, Node)],
    scope: &Scope,
    path: &str,
) -> Result<Vec<(String, Node)>, Problem> {
    let last: FxHashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (name.as_str(), index))
        .collect();
    let entries = entries.iter().enumerate().map(|(index, (name, node))| {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{}", shortened(name))
        };
        // Blocks stand after the attributes, and one of these may have their name.
        let is_both = last[name.as_str()] > index;
        let name = if is_both {
            format!("{name}{ATTRIBUTE}")
        } else {
            name.clone()
        };
        // These are names of what is imported.
        let node = if name == "control_imports" {
            node.clone()
        } else {
            with_values(notes, node, scope, &path)?
        };
        Ok((name, node))
    });
    entries.collect()
}

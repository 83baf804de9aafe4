//! YAML as a tree, read as leniently as the tools that write such. It must not know what a document
//! says.

use super::node::{BYTES_OF_VALUE, MAX_DEPTH, MAX_VALUES, Node, Value, too_deep, too_many};
use super::notes::Problem;
use super::text::{Place, Text};
use granit_parser::{Event, Marker, Parser, ScalarStyle};
use std::collections::{BTreeSet, HashMap};

/// Reads the first document of a YAML text. Aliases share what they stand for.
///
/// # Errors
/// The first place where it is none.
pub fn yaml(text: &Text) -> Result<Node, Problem> {
    let place = |marker: &Marker| text.place_at(marker.line().max(1), marker.col() + 1);
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text.as_str()) {
        let (event, span) = event.map_err(|error| {
            let message = format!("invalid YAML: {}", error.info());
            Problem::at_top(place(error.marker()), message)
        })?;
        match tree.take(event, place(&span.start))? {
            Progress::Open => {}
            Progress::Done(node) => return Ok(node),
            // What follows is another document.
            Progress::End => break,
        }
    }
    Ok(Node::null(text.place(0)))
}

/// A tree that grows with each event of the parser.
#[derive(Default)]
struct Tree {
    /// The lists and maps that have begun, the innermost last.
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    /// What is copied: entries that merges bring, and keys, which may be aliases of long texts.
    copied: usize,
}

/// A list or a map that is not read to its end.
struct Open {
    group: Group,
    anchor: usize,
    place: Place,
}

enum Group {
    List(Vec<Node>),
    Map {
        entries: Vec<(String, Node)>,
        /// The key whose value comes next.
        key: Option<String>,
        keys: BTreeSet<String>,
    },
}

/// How far a document is read.
enum Progress {
    Open,
    Done(Node),
    End,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<Progress, Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain
                    || tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let value = if is_text {
                    Value::Text(text.into_owned())
                } else {
                    plain_scalar(&text)
                };
                self.add(Node::new(value, place)?, anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => self.add(node.clone(), 0),
                None => Err(Problem::at_top(
                    place,
                    "this alias contains itself".to_owned(),
                )),
            },
            Event::SequenceStart(_, anchor, _) => {
                self.begin(Group::List(Vec::new()), anchor, place)
            }
            Event::MappingStart(_, anchor, _) => {
                let group = Group::Map {
                    entries: Vec::new(),
                    key: None,
                    keys: BTreeSet::new(),
                };
                self.begin(group, anchor, place)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(closed) = self.open.pop() else {
                    return Ok(Progress::Open);
                };
                let value = match closed.group {
                    Group::List(nodes) => Value::List(nodes),
                    Group::Map { entries, .. } => {
                        let own = entries.len();
                        let entries = merged(entries);
                        self.copied += entries.len().saturating_sub(own);
                        if self.copied > MAX_VALUES {
                            return Err(too_many(closed.place));
                        }
                        Value::Map(entries)
                    }
                };
                self.add(Node::new(value, closed.place)?, closed.anchor)
            }
            Event::DocumentEnd => Ok(Progress::End),
            _ => Ok(Progress::Open),
        }
    }

    fn begin(&mut self, group: Group, anchor: usize, place: Place) -> Result<Progress, Problem> {
        if self.open.len() > MAX_DEPTH as usize {
            return Err(too_deep(place));
        }
        self.open.push(Open {
            group,
            anchor,
            place,
        });
        Ok(Progress::Open)
    }

    /// Adds a value to the innermost group, or as the document.
    fn add(&mut self, node: Node, anchor: usize) -> Result<Progress, Problem> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(Progress::Done(node));
        };
        match &mut open.group {
            Group::List(nodes) => nodes.push(node),
            Group::Map { entries, key, keys } => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let text = match node.value() {
                        Value::Text(text) => text.clone(),
                        _ => node.in_one_line(),
                    };
                    self.copied += text.len() / BYTES_OF_VALUE;
                    if self.copied > MAX_VALUES {
                        return Err(too_many(node.place().clone()));
                    }
                    if !keys.insert(text.clone()) {
                        let message = format!("duplicate key `{text}`");
                        return Err(Problem::at_top(node.place().clone(), message));
                    }
                    *key = Some(text);
                }
            },
        }
        Ok(Progress::Open)
    }
}

/// A plain scalar of YAML 1.2, as its core schema has it.
fn plain_scalar(text: &str) -> Value {
    let is_signed = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_signed && text.parse::<f64>().is_ok() => Value::Number(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

/// The entries of a map, and those that its key `<<` adds and it does not override.
fn merged(mut entries: Vec<(String, Node)>) -> Vec<(String, Node)> {
    let Some(merge) = entries.iter().position(|(key, _)| key == "<<") else {
        return entries;
    };
    let (_, brought) = entries.remove(merge);
    let maps = match brought.value() {
        Value::List(nodes) => nodes.clone(),
        _ => vec![brought],
    };
    let mut known: BTreeSet<String> = entries.iter().map(|(key, _)| key.clone()).collect();
    for map in maps {
        if let Value::Map(others) = map.value() {
            let new = others.iter().filter(|(key, _)| known.insert(key.clone()));
            entries.extend(new.cloned().collect::<Vec<_>>());
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merges_and_keys_repeat_is_limited() {
        let entries: String = (0..2000)
            .map(|number| format!("  k{number}: 1\n"))
            .collect();
        let merges = |count: usize| "- <<: *base\n".repeat(count);
        let text = |count| format!("- &base\n{entries}{}", merges(count));
        let read = |text: String| yaml(&Text::new("m.yaml", text)).map(drop);
        assert_eq!(read(text(100)), Ok(()));
        let problem = read(text(2100)).expect_err("it is too much");
        assert!(problem.message.contains("more than 4000000 values"));
        let long = "x".repeat(1 << 20);
        let keys = format!("- &long {long}\n{}", "- ? *long\n  : 1\n".repeat(300));
        assert!(read(keys).is_err());
    }
}

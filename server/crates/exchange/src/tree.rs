//! Documents of other tools as trees in which each value knows its place. It must not know what a
//! document means.

use granit_parser::{Event, Marker, Parser, ScalarStyle};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Body, Structure};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

/// How deep values may stand in each other. Nobody writes as deep, and what is dropped recursively
/// has to end.
const DEEPEST: u32 = 128;

/// How many values there may be, those that aliases repeat counted each time.
const MOST: usize = 4_000_000;

/// Where something stands in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// The line, from 1; 0 where a document has no lines.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Something that keeps a document from being read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// The way to it from the top of the document, such as `technical_assets."Shop".type`; empty at
    /// the top.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// A text of a document, with what is needed to tell places in it.
#[derive(Debug)]
pub struct Text {
    file: Arc<str>,
    text: String,
    lines: Vec<usize>,
    /// How many characters start before each [`STEP`]th byte: some documents are one line of
    /// megabytes.
    characters: Vec<usize>,
}

/// How many bytes are counted at most to tell a column.
const STEP: usize = 1024;

fn characters_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl Text {
    /// The text of a file.
    pub fn new(file: &str, text: String) -> Text {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let mut characters = vec![0];
        for chunk in text.as_bytes().chunks(STEP) {
            characters.push(characters[characters.len() - 1] + characters_in(chunk));
        }
        Text {
            file: file.into(),
            text,
            lines,
            characters,
        }
    }

    /// What it says.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The place of a byte.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines[line - 1];
        let column = self
            .characters_before(offset)
            .saturating_sub(self.characters_before(start));
        Place {
            file: self.file.clone(),
            line,
            column: column + 1,
        }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        self.characters[offset / STEP]
            + characters_in(&self.text.as_bytes()[offset / STEP * STEP..offset])
    }

    fn problem(&self, offset: usize, message: impl Into<String>) -> Problem {
        Problem {
            place: self.place(offset),
            path: String::new(),
            message: message.into(),
        }
    }
}

/// A value and where it stands. Copies share what is in them.
#[derive(Clone, Debug)]
pub struct Node(Arc<Known>);

#[derive(Debug)]
struct Known {
    value: Value,
    place: Place,
    /// How deep values stand in it.
    depth: u32,
    /// How many values are in it, with itself.
    size: usize,
    /// Whether it says nothing: empty, false, or a group of such.
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
        let mut child = |node: &Node| {
            depth = depth.max(node.0.depth + 1);
            size = size.saturating_add(node.0.size);
            is_silent &= node.0.is_silent;
        };
        match &value {
            Value::List(nodes) => nodes.iter().for_each(&mut child),
            Value::Map(entries) => entries.iter().for_each(|(_, node)| child(node)),
            Value::Null | Value::Bool(false) => {}
            Value::Text(text) => is_silent = text.trim().is_empty(),
            Value::Bool(true) | Value::Number(_) => is_silent = false,
        }
        if depth > DEEPEST {
            return Err(too_deep(place));
        }
        if size > MOST {
            let message = format!("there are more than {MOST} values, and they are not read");
            return Err(Problem {
                place,
                path: String::new(),
                message,
            });
        }
        Ok(Node(Arc::new(Known {
            value,
            place,
            depth,
            size,
            is_silent,
        })))
    }

    /// Nothing, at a place.
    pub fn null(place: Place) -> Node {
        Node(Arc::new(Known {
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

    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// What stands under a name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match self.value() {
            Value::Map(entries) => entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    fn word(&self) -> &'static str {
        match self.value() {
            Value::Null => "nothing",
            Value::Bool(_) => "a yes or no",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a group of values",
        }
    }

    /// Whether it says nothing: empty, false, or a group of such.
    fn is_silent(&self) -> bool {
        self.0.is_silent
    }

    /// The value on one line, cut off when it is very long.
    pub fn in_one_line(&self) -> String {
        let mut line = String::new();
        self.write(&mut line, 0);
        line
    }

    fn write(&self, line: &mut String, depth: usize) {
        const LONGEST: usize = 4000;
        if line.len() > LONGEST {
            if !line.ends_with('…') {
                line.push('…');
            }
            return;
        }
        let all = |line: &mut String, nodes: &mut dyn Iterator<Item = (Option<&String>, &Node)>| {
            let mut is_first = true;
            for (key, node) in nodes.filter(|(_, node)| !node.is_silent()) {
                if line.len() > LONGEST {
                    break;
                }
                if !std::mem::take(&mut is_first) {
                    line.push_str(", ");
                }
                if let Some(key) = key {
                    line.push_str(key);
                    line.push_str(": ");
                }
                node.write(line, depth + 1);
            }
        };
        match self.value() {
            Value::Null => line.push_str("null"),
            Value::Bool(yes) => line.push_str(if *yes { "yes" } else { "no" }),
            Value::Number(text) => line.push_str(text),
            Value::Text(text) => {
                let room = LONGEST.saturating_sub(line.len());
                let end = text
                    .char_indices()
                    .map(|(at, _)| at)
                    .nth(room)
                    .unwrap_or(text.len());
                line.push_str(&text[..end].split_whitespace().collect::<Vec<_>>().join(" "));
                line.push_str(if end < text.len() { "…" } else { "" });
            }
            Value::List(nodes) if depth == 0 => {
                all(line, &mut nodes.iter().map(|node| (None, node)))
            }
            Value::List(nodes) => {
                line.push('[');
                all(line, &mut nodes.iter().map(|node| (None, node)));
                line.push(']');
            }
            Value::Map(entries) => {
                line.push('{');
                all(
                    line,
                    &mut entries.iter().map(|(key, node)| (Some(key), node)),
                );
                line.push('}');
            }
        }
    }
}

/// The text of a document, whatever the encoding that its mark tells.
///
/// # Errors
/// That it is no text, with the place of the first byte that is none.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2);
        let is_whole = pairs.remainder().is_empty();
        let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).ok().filter(|_| is_whole);
        text.ok_or_else(|| "it is no text in UTF-16, as its first bytes say".to_owned())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => match std::str::from_utf8(rest) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                let line = rest[..error.valid_up_to()]
                    .iter()
                    .filter(|byte| **byte == b'\n')
                    .count()
                    + 1;
                Err(format!("it is no text in UTF-8 from line {line} on"))
            }
        },
    }
}

/// Reads JSON.
///
/// # Errors
/// The first place where it is none.
pub fn json(text: &Text) -> Result<Node, Problem> {
    let raw: &RawValue = serde_json::from_str(text.as_str()).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let place = Place {
            file: text.file.clone(),
            line: error.line(),
            column: error.column().max(1),
        };
        Problem {
            place,
            path: String::new(),
            message: format!("this is no JSON: {message}"),
        }
    })?;
    json_value(text, raw, 0)
}

/// The entries of an object in their order, with those that are there twice.
struct Entries<'text>(Vec<(String, &'text RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<'de>, D::Error> {
        struct Gather;
        impl<'de> Visitor<'de> for Gather {
            type Value = Entries<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Gather)
    }
}

fn json_value(text: &Text, raw: &RawValue, depth: u32) -> Result<Node, Problem> {
    let offset = raw.get().as_ptr() as usize - text.as_str().as_ptr() as usize;
    let failed =
        |error: serde_json::Error| text.problem(offset, format!("this is no JSON: {error}"));
    if depth > DEEPEST {
        return Err(too_deep(text.place(offset)));
    }
    let value = match raw.get().as_bytes().first() {
        Some(b'{') => {
            let entries: Entries<'_> = serde_json::from_str(raw.get()).map_err(failed)?;
            let entries = entries
                .0
                .into_iter()
                .map(|(key, raw)| Ok((key, json_value(text, raw, depth + 1)?)));
            Value::Map(entries.collect::<Result<_, Problem>>()?)
        }
        Some(b'[') => {
            let nodes: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(failed)?;
            Value::List(
                nodes
                    .into_iter()
                    .map(|raw| json_value(text, raw, depth + 1))
                    .collect::<Result<_, _>>()?,
            )
        }
        Some(b'"') => Value::Text(serde_json::from_str(raw.get()).map_err(failed)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ => Value::Number(raw.get().to_owned()),
    };
    Node::new(value, text.place(offset))
}

fn too_deep(place: Place) -> Problem {
    let message = format!("values stand in each other more than {DEEPEST} deep");
    Problem {
        place,
        path: String::new(),
        message,
    }
}

/// Reads the first document of a YAML text, as leniently as the tools that write such. Aliases
/// share what they stand for.
///
/// # Errors
/// The first place where it is none.
pub fn yaml(text: &Text) -> Result<Node, Problem> {
    struct Open {
        value: Value,
        key: Option<String>,
        anchor: usize,
        place: Place,
        keys: BTreeSet<String>,
    }
    let opened = |value, anchor, place| Open {
        value,
        key: None,
        anchor,
        place,
        keys: BTreeSet::new(),
    };
    let problem = |place: Place, message: String| Problem {
        place,
        path: String::new(),
        message,
    };
    let place = |marker: &Marker| Place {
        file: text.file.clone(),
        line: marker.line().max(1),
        column: marker.col() + 1,
    };
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, Node> = HashMap::new();
    for event in Parser::new_from_str(text.as_str()) {
        let (event, span) = event.map_err(|error| {
            problem(
                place(error.marker()),
                format!("this is no YAML: {}", error.info()),
            )
        })?;
        let place = place(&span.start);
        let (node, anchor) = match event {
            Event::Scalar(said, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain
                    || tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                (
                    Node::new(
                        if is_text {
                            Value::Text(said.into_owned())
                        } else {
                            plain(&said)
                        },
                        place,
                    )?,
                    anchor,
                )
            }
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(node) => (node.clone(), 0),
                None => {
                    return Err(problem(
                        place,
                        "what this stands for contains it".to_owned(),
                    ));
                }
            },
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() > DEEPEST as usize => {
                return Err(too_deep(place));
            }
            Event::SequenceStart(_, anchor, _) => {
                open.push(opened(Value::List(Vec::new()), anchor, place));
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                open.push(opened(Value::Map(Vec::new()), anchor, place));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(closed) = open.pop() else { continue };
                (
                    Node::new(merged(closed.value), closed.place)?,
                    closed.anchor,
                )
            }
            // What follows is another document.
            Event::DocumentEnd => break,
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, node.clone());
        }
        match open.last_mut() {
            None => return Ok(node),
            Some(Open {
                value: Value::List(nodes),
                ..
            }) => nodes.push(node),
            Some(Open {
                value: Value::Map(entries),
                key,
                keys,
                ..
            }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let said = match node.value() {
                        Value::Text(text) => text.clone(),
                        _ => node.in_one_line(),
                    };
                    if !keys.insert(said.clone()) {
                        return Err(problem(
                            node.place().clone(),
                            format!("`{said}` is here a second time"),
                        ));
                    }
                    *key = Some(said);
                }
            },
            Some(_) => {}
        }
    }
    Ok(Node::null(text.place(0)))
}

/// A plain scalar of YAML 1.2, as its core schema has it.
fn plain(said: &str) -> Value {
    match said {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if said.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
            && said.parse::<f64>().is_ok() =>
        {
            Value::Number(said.to_owned())
        }
        _ => Value::Text(said.to_owned()),
    }
}

/// A map with what its key `<<` brings, where it says nothing else itself.
fn merged(value: Value) -> Value {
    let Value::Map(mut entries) = value else {
        return value;
    };
    let Some(at) = entries.iter().position(|(key, _)| key == "<<") else {
        return Value::Map(entries);
    };
    let (_, brought) = entries.remove(at);
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
    Value::Map(entries)
}

/// The name under which the labels of a block of HCL stand in its map.
pub const LABELS: &str = "#labels";

/// Reads HCL. A block is an entry of a list under its name, with its labels under [`LABELS`]; an
/// expression that is no value is the text that it is written as.
///
/// # Errors
/// The first place where it is none.
pub fn hcl(text: &Text) -> Result<Node, Problem> {
    // The parser calls itself for each level, so that it cannot be asked.
    let mut depth = 0u32;
    for (offset, byte) in text.as_str().bytes().enumerate() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(too_deep(text.place(offset)));
        }
    }
    let body: Body = text
        .as_str()
        .parse()
        .map_err(|error: hcl_edit::parser::Error| {
            let location = error.location();
            let place = Place {
                file: text.file.clone(),
                line: location.line(),
                column: location.column(),
            };
            Problem {
                place,
                path: String::new(),
                message: format!("this is no HCL: {}", error.message().trim()),
            }
        })?;
    Node::new(hcl_body(text, &body)?, text.place(0))
}

fn hcl_body(text: &Text, body: &Body) -> Result<Value, Problem> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    let mut blocks: BTreeMap<String, (usize, Vec<Node>)> = BTreeMap::new();
    for structure in body {
        let place = text.place(structure.span().map_or(0, |span| span.start));
        match structure {
            Structure::Attribute(attribute) => {
                entries.push((
                    attribute.key.to_string(),
                    hcl_value(text, &attribute.value)?,
                ));
            }
            Structure::Block(block) => {
                let mut value = hcl_body(text, &block.body)?;
                if let Value::Map(entries) = &mut value {
                    let label = |said: &str| Node::new(Value::Text(said.to_owned()), place.clone());
                    let labels = block
                        .labels
                        .iter()
                        .map(|said| label(said.as_str()))
                        .collect::<Result<_, _>>()?;
                    entries.insert(
                        0,
                        (
                            LABELS.to_owned(),
                            Node::new(Value::List(labels), place.clone())?,
                        ),
                    );
                }
                let node = Node::new(value, place)?;
                blocks
                    .entry(block.ident.to_string())
                    .or_insert((entries.len(), Vec::new()))
                    .1
                    .push(node);
            }
        }
    }
    for (name, (_, nodes)) in blocks {
        let place = nodes[0].place().clone();
        entries.push((name, Node::new(Value::List(nodes), place)?));
    }
    Ok(Value::Map(entries))
}

fn hcl_value(text: &Text, expression: &Expression) -> Result<Node, Problem> {
    let span = expression.span().unwrap_or(0..0);
    let value = match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(yes) => Value::Bool(*yes.value()),
        Expression::Number(number) => Value::Number(number.value().to_string()),
        Expression::String(said) => Value::Text(said.value().clone()),
        Expression::Array(array) => Value::List(
            array
                .iter()
                .map(|each| hcl_value(text, each))
                .collect::<Result<_, _>>()?,
        ),
        Expression::Object(object) => {
            let entries = object.iter().map(|(key, value)| {
                let key = match key {
                    ObjectKey::Ident(ident) => ident.to_string(),
                    ObjectKey::Expression(expression) => hcl_value(text, expression)?.in_one_line(),
                };
                Ok((key.trim().to_owned(), hcl_value(text, value.expr())?))
            });
            Value::Map(entries.collect::<Result<_, Problem>>()?)
        }
        Expression::HeredocTemplate(heredoc) => Value::Text(heredoc.template.to_string()),
        _ => Value::Text(
            text.as_str()
                .get(span.clone())
                .unwrap_or_default()
                .trim()
                .to_owned(),
        ),
    };
    Node::new(value, text.place(span.start))
}

/// What a reader of documents shares: what is wrong, and what has no place in a model.
#[derive(Debug, Default)]
pub struct Notes {
    /// What keeps the documents from being read.
    pub problems: RefCell<BTreeSet<Problem>>,
    /// What has no place in a model.
    pub losses: RefCell<Vec<Loss>>,
}

/// Something of a document that has no place in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where it stands.
    pub place: Place,
    /// The way to it.
    pub path: String,
    /// What becomes of it.
    pub why: String,
}

/// Why places and sizes are left out.
pub const DRAWN_ANEW: &str = "left out: the diagram is laid out anew";
/// What becomes of a flow that is not attached at both ends.
pub const LOOSE_END: &str = "kept in a comment: a flow leads from an element to an element";
/// What becomes of a boundary that is no box.
pub const NO_INSIDE: &str = "kept in a comment: a line has no inside; draw it as a box to keep it";

impl Notes {
    /// Notes what is wrong.
    pub fn problem(&self, place: &Place, path: &str, message: impl Into<String>) {
        self.add(Problem {
            place: place.clone(),
            path: path.to_owned(),
            message: message.into(),
        });
    }

    /// Notes a problem, once.
    pub fn add(&self, problem: Problem) {
        self.problems.borrow_mut().insert(problem);
    }

    /// Notes what has no place.
    pub fn loss(&self, place: &Place, path: &str, why: impl Into<String>) {
        self.losses.borrow_mut().push(Loss {
            place: place.clone(),
            path: path.to_owned(),
            why: why.into(),
        });
    }
}

/// A group of values that is being read. What is never asked for is known at the end.
pub struct Fields<'a> {
    notes: &'a Notes,
    /// The way to it from the top of the document.
    pub path: String,
    node: Node,
    read: RefCell<BTreeSet<String>>,
}

impl<'a> Fields<'a> {
    /// Reads a node as a group of values. That it is none is noted.
    pub fn new(notes: &'a Notes, node: &Node, path: String) -> Fields<'a> {
        if !matches!(node.value(), Value::Map(_) | Value::Null) {
            notes.problem(
                node.place(),
                &path,
                format!("this is {}, and has to be a group of values", node.word()),
            );
        }
        Fields {
            notes,
            path,
            node: node.clone(),
            read: RefCell::default(),
        }
    }

    /// A group of values that says nothing, under a name of this one.
    pub fn nothing(&self, name: &str) -> Fields<'a> {
        let node = Node::null(self.place().clone());
        Fields {
            notes: self.notes,
            path: self.way(name),
            node,
            read: RefCell::default(),
        }
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        self.node.place()
    }

    /// The way to a value in it.
    pub fn way(&self, name: &str) -> String {
        if name == LABELS {
            return self.path.clone();
        }
        let is_plain = name
            .chars()
            .all(|character| character.is_alphanumeric() || "_-".contains(character));
        let name = if is_plain {
            name.to_owned()
        } else {
            format!("{name:?}")
        };
        if self.path.is_empty() {
            name
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// The value of a name; nothing if it is null.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.read.borrow_mut().insert(name.to_owned());
        self.node
            .get(name)
            .filter(|node| !matches!(node.value(), Value::Null))
    }

    /// The value of the first of several names for the same thing that is there.
    fn any<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &Node)> {
        let all: Vec<_> = names
            .iter()
            .filter_map(|name| Some((*name, self.node(name)?)))
            .collect();
        all.first().copied()
    }

    /// That something is wrong with the value of a name, or with the group.
    pub fn problem(&self, name: &str, message: impl Into<String>) {
        let place = self.node.get(name).unwrap_or(&self.node).place();
        self.notes.problem(place, &self.way(name), message);
    }

    /// That a value has no place, and what becomes of it.
    pub fn loss(&self, name: &str, why: impl Into<String>) {
        let place = self.node.get(name).unwrap_or(&self.node).place();
        self.notes.loss(place, &self.way(name), why);
    }

    /// The text under a name; nothing if it is empty.
    pub fn text(&self, name: &str) -> Option<String> {
        let node = self.node(name)?;
        match node.value() {
            Value::List(_) | Value::Map(_) => {
                self.problem(
                    name,
                    format!("this is {}, and has to be a text", node.word()),
                );
                None
            }
            Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => Some(node.in_one_line()),
        }
    }

    /// The text under a name, as a line for a comment after what it is called there, noted as
    /// having no place.
    pub fn kept(&self, name: &str, what: &str) -> Option<String> {
        let said = self.text(name)?;
        self.loss(name, "kept in a comment");
        Some(format!("{what}: {said}"))
    }

    /// The text under a name that has to be there.
    pub fn required(&self, name: &str) -> String {
        let text = self.text(name);
        let is_wrong = |node: &Node| matches!(node.value(), Value::List(_) | Value::Map(_));
        let is_group = matches!(self.node.value(), Value::Map(_) | Value::Null);
        if text.is_none() && is_group && !self.node(name).is_some_and(is_wrong) {
            self.problem(name, format!("`{name}` is missing"));
        }
        text.unwrap_or_default()
    }

    /// The yes or no under a name.
    pub fn yes_no(&self, name: &str) -> Option<bool> {
        let node = self.node(name)?;
        let said = match node.value() {
            Value::Bool(yes) => return Some(*yes),
            Value::Text(text) => text.trim().to_lowercase(),
            _ => String::new(),
        };
        match said.as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => {
                self.problem(name, "this has to be `true` or `false`");
                None
            }
        }
    }

    /// The number under a name.
    pub fn number(&self, name: &str) -> Option<f64> {
        let node = self.node(name)?;
        let number = match node.value() {
            Value::Number(said) | Value::Text(said) => said
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|found| found.is_finite()),
            _ => None,
        };
        if number.is_none() {
            self.problem(
                name,
                format!("this is {}, and has to be a number", node.word()),
            );
        }
        number
    }

    /// The values of a list; a single value is a list of one.
    pub fn list(&self, name: &str) -> Vec<Node> {
        let Some(node) = self.node(name) else {
            return Vec::new();
        };
        match node.value() {
            Value::List(nodes) => nodes.clone(),
            Value::Map(_) => {
                self.problem(
                    name,
                    format!("this is {}, and has to be a list", node.word()),
                );
                Vec::new()
            }
            _ => vec![node.clone()],
        }
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for (at, node) in self.list(name).iter().enumerate() {
            match node.value() {
                Value::Null => {}
                Value::List(_) | Value::Map(_) => {
                    let way = format!("{}[{at}]", self.way(name));
                    self.notes.problem(
                        node.place(),
                        &way,
                        format!("this is {}, and has to be a text", node.word()),
                    );
                }
                Value::Text(text) => texts.push(text.trim().to_owned()),
                _ => texts.push(node.in_one_line()),
            }
        }
        texts.retain(|text| !text.is_empty());
        texts
    }

    /// The group of values under a name.
    pub fn fields(&self, name: &str) -> Option<Fields<'a>> {
        Some(Fields::new(self.notes, self.node(name)?, self.way(name)))
    }

    /// A group of values that stands below, at a way.
    pub fn of(&self, node: &Node, way: String) -> Fields<'a> {
        Fields::new(self.notes, node, way)
    }

    /// The groups of values of a list.
    pub fn all(&self, name: &str) -> Vec<Fields<'a>> {
        if let Some(node) = self
            .node(name)
            .filter(|node| !matches!(node.value(), Value::List(_)))
        {
            self.problem(
                name,
                format!("this is {}, and has to be a list", node.word()),
            );
            return Vec::new();
        }
        let nodes = self.list(name);
        let nodes = nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| !matches!(node.value(), Value::Null));
        nodes
            .map(|(at, node)| Fields::new(self.notes, node, format!("{}[{at}]", self.way(name))))
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
                self.problem(
                    name,
                    format!("this is {}, and has to be a group of values", node.word()),
                );
                Vec::new()
            }
        }
    }

    /// The groups of values under the first of these names, each by its own.
    pub fn by_name(&self, names: &[&str]) -> Vec<(String, Fields<'a>)> {
        let Some((name, _)) = self.any(names) else {
            return Vec::new();
        };
        let above = Fields {
            notes: self.notes,
            path: self.way(name),
            node: self.node.clone(),
            read: RefCell::default(),
        };
        let each = |(key, node): (String, Node)| {
            let fields = Fields::new(self.notes, &node, above.way(&key));
            (key, fields)
        };
        self.entries(name).into_iter().map(each).collect()
    }

    /// What a table has for the word under a name. That it does not have it is noted.
    pub fn word<T: Copy>(&self, name: &str, table: &[(&str, T)]) -> Option<T> {
        let said = self.text(name)?;
        let found = looked_up(&said, table);
        if found.is_none() {
            self.problem(name, unknown(&said, table.iter().map(|(word, _)| *word)));
        }
        found
    }

    /// The labels of a block of HCL.
    pub fn label(&self, at: usize) -> String {
        self.texts(LABELS).get(at).cloned().unwrap_or_default()
    }

    /// What nobody asked for and says something, as lines that are kept, each noted as having no
    /// place.
    pub fn rest(&self) -> Vec<String> {
        let Value::Map(entries) = self.node.value() else {
            return Vec::new();
        };
        let read = self.read.borrow();
        let left = entries
            .iter()
            .filter(|(name, node)| !read.contains(name) && !node.is_silent());
        left.map(|(name, node)| {
            self.notes
                .loss(node.place(), &self.way(name), "kept in a comment");
            format!("{name}: {}", node.in_one_line())
        })
        .collect()
    }

    /// That some values are only about a drawing, and are not kept: noted, if they are there.
    pub fn drawing(&self, names: &[&str]) {
        for name in names {
            if self.node(name).is_some_and(|node| !node.is_silent()) {
                self.loss(name, DRAWN_ANEW);
            }
        }
    }
}

/// What a table has for a word, whatever its case and whether its parts are joined by spaces, `-`
/// or `_`.
pub fn looked_up<T: Copy>(said: &str, table: &[(&str, T)]) -> Option<T> {
    let said = plain_word(said);
    table
        .iter()
        .find(|(word, _)| plain_word(word) == said)
        .map(|(_, found)| *found)
}

/// A word without what sets its parts off.
pub fn plain_word(said: &str) -> String {
    said.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many words are looked through for one that is meant, and how many are listed.
const MOST_WORDS: [usize; 2] = [1000, 60];

/// The word that is written almost so, if there is one; nothing where there are too many to look
/// at.
pub fn near<'w>(said: &str, words: impl Iterator<Item = &'w str> + Clone) -> Option<&'w str> {
    if words.clone().nth(MOST_WORDS[0]).is_some() {
        return None;
    }
    let said = said.to_lowercase();
    // More letters that differ in number are more changes than are made by mistake.
    let likely = words.filter(|word| word.len().abs_diff(said.len()) <= 2.max(word.len() / 4));
    let near = likely
        .map(|word| (strsim::damerau_levenshtein(&said, word), word))
        .min();
    near.filter(|(distance, word)| *distance <= 2.max(word.len() / 4))
        .map(|(_, word)| word)
}

/// That a word is unknown, with the one that may be meant.
pub fn unknown<'w>(said: &str, words: impl Iterator<Item = &'w str> + Clone) -> String {
    match near(said, words.clone()) {
        Some(word) => format!("`{said}` is unknown; is `{word}` meant?"),
        None if words.clone().next().is_none() || words.clone().nth(MOST_WORDS[1]).is_some() => {
            format!("`{said}` is unknown")
        }
        None => format!(
            "`{said}` is unknown; it has to be one of {}",
            words.collect::<Vec<_>>().join(", ")
        ),
    }
}

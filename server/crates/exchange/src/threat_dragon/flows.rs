//! Flows, and the boundaries drawn as lines that they cross. It must not know what an element says.

use super::cells::{Cell, Diagram};
use super::elements::read_scope;
use super::reader::Reader;
use super::threats::Target;
use crate::area::{Area, Crossings, Point, crossed_in_words};
use crate::draft::{Fact, Item};
use crate::titles::joined_lines;
use crate::tree::{Fields, LOOSE_END, Node, Value};
use crate::words::plain_word;
use crate::{library, reading, titles};
use threatline_model::Kind;

impl Reader {
    /// Reads a flow with its threats. One with a loose end is kept in comments.
    pub fn read_flow(&mut self, cell: &Cell<'_>, diagram: &Diagram<'_>) {
        let mut item = cell.begun(Kind::Flow, diagram.part.as_ref());
        read_facts(&cell.data, &mut item);
        let ends = diagram.ends_of(cell);
        item.comments.extend(cell.rest());
        let [Some(source), Some(target)] = ends else {
            self.keep_loose_flow(cell, item, ends, diagram);
            return;
        };
        item.ends = Some((source.key.clone(), target.key.clone()));
        if ["", "flow", "dataflow"].contains(&plain_word(&item.title).as_str()) {
            item.title = String::new();
            item.name.get_or_insert(format!(
                "{} to {}",
                titles::shortened(&source.title),
                titles::shortened(&target.title)
            ));
        }
        let target = Target {
            key: item.key.clone(),
            loose_flow: None,
        };
        self.draft.items.push(item);
        self.read_threats(cell, &target, diagram);
    }

    /// Keeps a flow that does not lead from an element to another. Its threats are on the end that
    /// is there.
    fn keep_loose_flow(
        &mut self,
        cell: &Cell<'_>,
        item: Item,
        ends: [Option<&Cell<'_>>; 2],
        diagram: &Diagram<'_>,
    ) {
        for (name, end) in ["source", "target"].iter().zip(ends) {
            if end.is_none() {
                cell.fields.loss(name, LOOSE_END);
            }
        }
        let [source, target] = ends.map(|end| match end {
            Some(end) if end.title.is_empty() => "an element without a name".to_owned(),
            Some(end) => format!("\"{}\"", titles::shortened(&end.title)),
            None => "nothing".to_owned(),
        });
        let title = titles::or(&cell.title, "without a name").to_owned();
        let comments = &mut self.draft.comments;
        comments.push(format!(
            "{}unattached flow: {title}, from {source} to {target}",
            diagram.prefix
        ));
        comments.extend(Some(item.description).filter(|text| !text.is_empty()));
        let facts = item.facts.iter().map(|(name, facts)| words_in(name, facts));
        comments.extend(joined_lines(facts.chain(item.comments).collect()));
        match ends.into_iter().flatten().next() {
            Some(end) => {
                let target = Target {
                    key: end.key.clone(),
                    loose_flow: Some(title),
                };
                self.read_threats(cell, &target, diagram);
            }
            None => {
                let threats = [cell.data.node("threats"), cell.fields.node("threats")];
                let lines = threats.into_iter().flatten().map(|node| node.in_one_line());
                comments.extend(lines.filter(|line| !line.is_empty()));
            }
        }
    }
}

fn read_facts(data: &Fields<'_>, item: &mut Item) {
    read_scope(data, item);
    if let Some(protocol) = data.text("protocol") {
        reading::protocol(data, "protocol", &protocol, item);
    }
    if data.is_yes("isEncrypted") {
        encrypt(item);
    }
    if data.is_yes("isBidirectional") {
        item.comment("bidirectional: yes");
    }
    if data.is_yes("isPublicNetwork") {
        data.keep(
            &mut item.comments,
            "isPublicNetwork",
            "kept in a comment: it follows from the boundaries of its ends",
            "isPublicNetwork: yes",
        );
    }
}

/// States that a flow is encrypted: by its protocol, if there is one that is so, or else by TLS.
fn encrypt(flow: &mut Item) {
    let stated = flow.words("protocol").next().unwrap_or_default();
    if library::encrypts(stated) {
        return;
    }
    match library::encrypted(stated) {
        Some(protocol) => {
            flow.clear("protocol");
            flow.library("protocol", &[protocol]);
        }
        None => flow.library("mitigations", &["tls"]),
    }
}

/// What a flow states in words or texts.
fn words_in(property: &str, facts: &[Fact]) -> String {
    let words: Vec<&str> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Word(text) | Fact::Text(text) | Fact::Library(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    format!("{property}: {}", words.join(", "))
}

/// A flow as it is drawn.
pub struct DrawnFlow {
    line: Vec<Point>,
    title: String,
}

impl Diagram<'_> {
    /// The flows that lead from an element to another, as they are drawn.
    pub fn drawn_flows(&self) -> Vec<DrawnFlow> {
        let drawn = self.flows().filter_map(|flow| {
            let [Some(source), Some(target)] = self.ends_of(flow) else {
                return None;
            };
            let ends = [source, target].map(|end| end.area.map(Area::middle));
            let [source, target] = [source, target].map(|end| titles::shortened(&end.title));
            let title = format!("{source} -> {target}");
            Some(DrawnFlow {
                line: line_through(flow, ends),
                title: if flow.title.is_empty() {
                    title
                } else {
                    format!("{} ({title})", titles::shortened(&flow.title))
                },
            })
        });
        drawn.collect()
    }
}

/// The flows that a curve crosses, in words.
pub fn crossed_by(curve: &Cell<'_>, flows: &[DrawnFlow], crossings: &Crossings) -> String {
    let end = |name: &str| curve.fields.node(name).and_then(point);
    let curve = line_through(curve, [end("source"), end("target")]);
    crossed_in_words(flows.iter().map(|flow| {
        let crosses = crossings.cross(&curve, &flow.line);
        (crosses, flow.title.clone())
    }))
}

fn point(node: &Node) -> Option<Point> {
    let number = |name: &str| match node.get(name)?.value() {
        Value::Number(number) => number.parse::<f64>().ok(),
        _ => None,
    };
    Some((number("x")?, number("y")?))
}

/// The points of a line between its ends.
fn line_through(cell: &Cell<'_>, [start, end]: [Option<Point>; 2]) -> Vec<Point> {
    let inner: Vec<Point> = match cell.fields.node("vertices").map(Node::value) {
        Some(Value::List(nodes)) => nodes.iter().filter_map(point).collect(),
        _ => Vec::new(),
    };
    start.into_iter().chain(inner).chain(end).collect()
}

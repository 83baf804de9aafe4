//! OWASP Threat Dragon, version 2 (<https://github.com/OWASP/threat-dragon>, `threat-dragon-v2.schema.json`): drawings of
//! which the place of each shape says in which boundary it is. It must not know how a drawing is laid out.

use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, Node, Notes, Value, plain_word};
use crate::words::{self, Export, Ids, Losses};
use rustc_hash::FxHashMap;
use serde_json::{Value as Json, json};
use threatline_model::schema;
use threatline_model::{Kind, findings};

/// What Threat Dragon writes where nothing was filled in.
const UNSAID: [&str; 2] =
    ["Provide a description for this threat", "Provide remediation for this threat or a reason if status is N/A"];

/// What only shows where and how something is drawn, or follows from the rest.
const DRAWN: [&str; 28] = [
    "id", "shape", "position", "size", "attrs", "visible", "zIndex", "ports", "tools", "label", "labels", "vertices",
    "connector", "router", "width", "height", "markup", "angle", "children", "parent", "view", "data", "source",
    "target", "threats", "removable", "selected", "component",
];
const DERIVED: [&str; 10] = [
    "type", "name", "description", "hasOpenThreats", "isTrustBoundary", "threatFrequency", "crossingFlows",
    "containedElements", "trustBoundaryIds", "threats",
];

/// What a cell of a diagram is.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Element(Kind),
    Box,
    Curve,
    Flow,
    Text,
}

/// A rectangle, with its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// How far it is from the left.
    pub left: f64,
    /// How far it is from the top.
    pub top: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Area {
    fn middle(self) -> (f64, f64) {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    fn size(self) -> f64 {
        self.width * self.height
    }

    /// Whether the middle of another one is in it.
    fn holds(self, other: Area) -> bool {
        let (x, y) = other.middle();
        (self.left..=self.left + self.width).contains(&x) && (self.top..=self.top + self.height).contains(&y)
    }

    /// Whether more than half of another one is in it.
    fn holds_most(self, other: Area) -> bool {
        let along = |start: f64, length: f64, other: f64, others: f64| {
            ((start + length).min(other + others) - start.max(other)).max(0.0)
        };
        let common = along(self.left, self.width, other.left, other.width)
            * along(self.top, self.height, other.top, other.height);
        common * 2.0 > other.size()
    }
}

struct Cell<'a> {
    fields: Fields<'a>,
    data: Fields<'a>,
    shape: Shape,
    title: String,
    /// The key of what it declares.
    key: String,
    area: Option<Area>,
}

/// What is shared between the diagrams of a document.
#[derive(Default)]
struct Shared {
    /// Mitigations by their text and status, with their keys.
    mitigations: Vec<((String, &'static str), String)>,
    /// Threats by all that is said of them, with their keys.
    threats: Vec<([String; 6], String)>,
}

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    let mut draft = Draft::default();
    let _ = top.text("version");
    if let Some(summary) = top.fields("summary") {
        draft.title = summary.text("title").unwrap_or_default();
        draft.description = summary.text("description").unwrap_or_default();
        draft.owner.extend(summary.text("owner"));
        let _ = summary.node("id");
        draft.comments.extend(words::lines(summary.rest()));
    }
    let Some(detail) = top.fields("detail") else {
        top.problem("detail", "`detail` is missing");
        return draft;
    };
    let contributors: Vec<String> = detail.all("contributors").iter().filter_map(|person| person.text("name")).collect();
    let people = [("contributors", contributors.join(", ")), ("reviewer", detail.text("reviewer").unwrap_or_default())];
    for (name, said) in people.into_iter().filter(|(_, said)| !said.is_empty()) {
        detail.loss(name, "kept in a comment");
        draft.comments.push(format!("{name}: {said}"));
    }
    let _ = (detail.node("diagramTop"), detail.node("threatTop"));
    let diagrams = detail.all("diagrams");
    let mut titles: Vec<String> = Vec::new();
    for (at, fields) in diagrams.iter().enumerate() {
        let title = fields.text("title").unwrap_or_else(|| format!("Diagram {}", at + 1));
        let same = titles.iter().filter(|other| **other == title).count();
        titles.push(if same > 0 { format!("{title} ({})", same + 1) } else { title });
    }
    let mut shared = Shared::default();
    for (at, (fields, title)) in diagrams.iter().zip(&titles).enumerate() {
        diagram(notes, fields, at, Some(title).filter(|_| titles.len() > 1), &mut shared, &mut draft);
    }
    draft.comments.extend(words::lines(detail.rest()));
    draft.comments.extend(words::lines(top.rest()));
    tell_of_twins(&mut draft);
    draft
}

/// Elements of the same title in several diagrams may be the same, and may not.
fn tell_of_twins(draft: &mut Draft) {
    let elements = draft.of_kind(&[Kind::External, Kind::Process, Kind::Store]);
    let titles: Vec<(String, String)> =
        elements.filter_map(|item| Some((plain_word(&item.title), item.part.clone()?))).collect();
    let is_element = |item: &&mut Item| matches!(item.kind, Kind::External | Kind::Process | Kind::Store);
    for item in draft.items.iter_mut().filter(is_element) {
        let title = plain_word(&item.title);
        let mut others: Vec<String> = titles
            .iter()
            .filter(|(other, part)| *other == title && Some(part) != item.part.as_ref())
            .map(|(_, part)| format!("\"{part}\""))
            .collect();
        others.dedup();
        if !others.is_empty() {
            let others = others.join(", ");
            item.comments.push(format!("TODO: {others} has one of this title, too; if it is the same, keep one"));
        }
    }
}

fn diagram(
    notes: &Notes,
    fields: &Fields<'_>,
    number: usize,
    part: Option<&String>,
    shared: &mut Shared,
    draft: &mut Draft,
) {
    if fields.node("diagramJson").is_some() {
        fields.problem("diagramJson", "this is Threat Dragon 1; open it in Threat Dragon 2 and save it");
        return;
    }
    for name in ["id", "title", "version", "thumbnail", "placeholder", "image"] {
        let _ = fields.node(name);
    }
    let about = part.map(|part| format!("{part}: ")).unwrap_or_default();
    if let Some(description) = fields.text("description") {
        match part {
            Some(_) => draft.comments.push(format!("{about}{description}")),
            None if draft.description.is_empty() => draft.description = description,
            None => draft.description = format!("{}\n\n{description}", draft.description),
        }
    }
    if let Some(kind) = fields.text("diagramType").filter(|kind| !kind.eq_ignore_ascii_case("STRIDE")) {
        fields.loss("diagramType", "kept in a comment");
        draft.comments.push(format!("{about}diagramType: {kind}"));
    }
    let mut cells: Vec<Cell<'_>> = Vec::new();
    for (at, cell) in fields.all("cells").into_iter().enumerate() {
        if let Some(cell) = seen(notes, cell, &format!("{number}.{at}"), &about, draft) {
            cells.push(cell);
        }
    }
    if !cells.is_empty() {
        fields.loss("cells", "how it is drawn is left out: the diagram is laid out anew");
    }
    let mut ids: FxHashMap<String, usize> = FxHashMap::default();
    for (at, cell) in cells.iter().enumerate() {
        if let Some(id) = cell.fields.text("id")
            && ids.insert(id.clone(), at).is_some()
        {
            cell.fields.problem("id", format!("`{id}` is here a second time"));
        }
    }
    let boxes: Vec<usize> = (0..cells.len()).filter(|at| cells[*at].shape == Shape::Box).collect();
    for cell in &cells {
        let kind = match cell.shape {
            Shape::Element(kind) => kind,
            Shape::Box => Kind::Boundary,
            Shape::Flow => continue,
            Shape::Curve => {
                let crossing = crossing(cell, &cells, &ids);
                let crossing = if crossing.is_empty() { String::new() } else { format!("; it crosses {crossing}") };
                cell.fields.loss("shape", "kept in a comment: a line has no inside; draw it as a box to keep it");
                let title = words::or(&cell.title, "without a name");
                draft.comments.push(format!("{about}trust boundary drawn as a line: {title}{crossing}"));
                draft.comments.extend(cell.data.text("description"));
                draft.comments.extend(finished(cell));
                continue;
            }
            Shape::Text => {
                cell.fields.loss("data", "kept in a comment: a text beside the drawing");
                draft.comments.push(format!("{about}{}", cell.title));
                draft.comments.extend(finished(cell));
                continue;
            }
        };
        let mut item = started(cell, kind, part);
        place(cell, &cells, &boxes, &mut item);
        if kind == Kind::Boundary {
            words::boundary_of_title(&mut item);
            if let Some(threats) = cell.data.node("threats").filter(|node| !matches!(node.value(), Value::List(all) if all.is_empty()))
            {
                cell.data.loss("threats", "kept in a comment: threats are against elements");
                item.comments.push(format!("threats: {}", threats.in_one_line()));
            }
        } else {
            element(&cell.data, &mut item, draft);
        }
        item.comments.extend(finished(cell));
        let key = item.key.clone();
        draft.items.push(item);
        if kind != Kind::Boundary {
            threats(cell, &key, None, part, shared, draft);
        }
    }
    for cell in cells.iter().filter(|cell| cell.shape == Shape::Flow) {
        flow(cell, &cells, &ids, part, &about, shared, draft);
    }
}

/// A cell with what it is; what is none of the known shapes is kept in a comment.
fn seen<'a>(notes: &'a Notes, fields: Fields<'a>, key: &str, about: &str, draft: &mut Draft) -> Option<Cell<'a>> {
    let data = fields.fields("data").unwrap_or_else(|| {
        Fields::new(notes, &Node::new(Value::Null, fields.place().clone()), fields.way("data"))
    });
    let shape = plain_word(&fields.text("shape").unwrap_or_default());
    let said = plain_word(&data.text("type").unwrap_or_default());
    let is_box = shape.contains("box") || said.contains("box");
    let shape = match (said.as_str(), shape.as_str()) {
        ("tmactor", _) | ("", "actor") => Shape::Element(Kind::External),
        ("tmprocess", _) | ("", "process") => Shape::Element(Kind::Process),
        ("tmstore", _) | ("", "store") => Shape::Element(Kind::Store),
        ("tmflow" | "tmflowstencil", _) | ("", "flow" | "edge") => Shape::Flow,
        ("tmtext", _) | ("", "tdtextblock" | "text") => Shape::Text,
        (said, shape) if said.starts_with("tmboundary") || (said.is_empty() && shape.starts_with("trust")) => {
            if is_box { Shape::Box } else { Shape::Curve }
        }
        _ => {
            fields.loss("shape", "kept in a comment: this is no shape of Threat Dragon");
            let said: Vec<String> = ["shape", "data"].iter().filter_map(|name| Some(fields.node(name)?.in_one_line())).collect();
            draft.comments.push(format!("{about}{}", said.join(" ")));
            return None;
        }
    };
    let label = label(&fields);
    let title = data.text("name").or_else(|| label.clone()).unwrap_or_default();
    let title = match shape {
        Shape::Text => title,
        _ => title.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let area = || {
        let (position, size) = (fields.fields("position")?, fields.fields("size")?);
        let (left, top) = (position.number("x")?, position.number("y")?);
        Some(Area { left, top, width: size.number("width")?.max(0.0), height: size.number("height")?.max(0.0) })
    };
    let area = if matches!(shape, Shape::Element(_) | Shape::Box) { area() } else { None };
    Some(Cell { fields, data, shape, title, key: key.to_owned(), area })
}

/// What a cell shows as its name.
fn label(cell: &Fields<'_>) -> Option<String> {
    let at = |name: &str, way: &[&str]| -> Option<String> {
        let mut node = cell.node(name)?;
        if let Value::List(nodes) = node.value() {
            node = nodes.first()?;
        }
        for step in way {
            node = node.get(step)?;
        }
        match node.value() {
            Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    };
    at("attrs", &["text", "text"])
        .or_else(|| at("attrs", &["label", "text"]))
        .or_else(|| at("label", &[]))
        .or_else(|| at("labels", &["attrs", "labelText", "text"]))
        .or_else(|| at("labels", &["attrs", "label", "text"]))
        .or_else(|| at("labels", &[]))
}

fn started(cell: &Cell<'_>, kind: Kind, part: Option<&String>) -> Item {
    let mut item = Item::new(kind, cell.key.clone(), cell.title.clone());
    item.name = cell.fields.text("id").and_then(|id| words::id(&id));
    item.part = part.cloned();
    words::describe(&mut item, cell.data.text("description"));
    if let Some(label) = label(&cell.fields).filter(|label| plain_word(label) != plain_word(&cell.title)) {
        item.comments.push(format!("label: {}", label.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    item
}

/// What nobody asked for of a cell.
fn finished(cell: &Cell<'_>) -> Vec<String> {
    for name in DRAWN {
        let _ = cell.fields.node(name);
    }
    for name in DERIVED {
        let _ = cell.data.node(name);
    }
    let mut rest = cell.data.rest();
    rest.extend(cell.fields.rest());
    words::lines(rest)
}

/// Puts something into the smallest box around its middle.
fn place(cell: &Cell<'_>, cells: &[Cell<'_>], boxes: &[usize], item: &mut Item) {
    let Some(area) = cell.area else {
        if boxes.iter().any(|at| cells[*at].key != cell.key) {
            cell.fields.loss("position", "without a position and a size it is in no boundary");
            item.comments.push("It had no position or no size, so it is in no boundary.".to_owned());
        }
        return;
    };
    // Of boxes of the same size, the later one is in the earlier.
    let order = |at: usize| (cells[at].area.map_or(f64::MAX, Area::size), std::cmp::Reverse(at));
    let before = |one: usize, other: usize| {
        let (one, other) = (order(one), order(other));
        one.0.total_cmp(&other.0).then(one.1.cmp(&other.1))
    };
    let around = |inner: Area, own: Option<usize>| {
        let holds = |at: usize| {
            let Some(area) = cells[at].area else { return false };
            match own {
                Some(own) => at != own && before(own, at).is_lt() && area.holds_most(inner),
                None => area.holds(inner),
            }
        };
        let mut all: Vec<usize> = boxes.iter().copied().filter(|at| holds(*at)).collect();
        all.sort_by(|one, other| before(*one, *other));
        all
    };
    let own = boxes.iter().copied().find(|at| cells[*at].key == cell.key);
    let all = around(area, own);
    let Some(&innermost) = all.first() else { return };
    item.place = Some(cells[innermost].key.clone());
    // What is around the innermost is around this, too; others only overlap.
    let mut above = vec![innermost];
    while let Some(next) = above.last().and_then(|at| around(cells[*at].area?, Some(*at)).first().copied()) {
        above.push(next);
    }
    let others = all.iter().filter(|at| !above.contains(at)).map(|at| format!("\"{}\"", cells[*at].title));
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        cell.fields.loss("position", "kept in a comment: it is in boundaries that only overlap");
        item.comments.push(format!("It was drawn in {} as well.", others.join(", ")));
    }
}

/// What is said of an element by its kind.
fn element(data: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    words::technology_of_title(item);
    out_of_scope(data, item);
    match item.kind {
        Kind::External => {
            const PEOPLE: [&str; 15] = [
                "actor", "user", "users", "customer", "customers", "person", "admin", "administrator", "operator", "developer",
                "engineer", "visitor", "employee", "attacker", "client",
            ];
            let is_person = words::words_of(&item.title).iter().any(|word| PEOPLE.contains(&word.as_str()));
            if is_person && item.get("technology").is_empty() {
                item.word("kind", Some("person"));
            }
        }
        Kind::Process => {
            if data.yes_no("isWebApplication") == Some(true) {
                item.library("technology", &["web_application"]);
            }
            if let Some(said) = data.text("privilegeLevel") {
                match schema::PRIVILEGES.position(&said.to_lowercase()) {
                    Some(at) => item.word("privileges", Some(schema::PRIVILEGES.word(at))),
                    None => {
                        data.loss("privilegeLevel", "kept in a comment");
                        item.comments.push(format!("privilegeLevel: {said}"));
                    }
                }
            }
            if data.yes_no("handlesCardPayment") == Some(true) {
                let mut asset = Item::new(Kind::Asset, "asset card", "Payment card data");
                asset.word("classification", Some("restricted"));
                asset.word("regulations", Some("pci_dss"));
                held(item, "handles", asset, draft);
            }
        }
        _ => {
            if data.yes_no("isALog") == Some(true) {
                item.library("technology", &["log_store"]);
            }
            if data.yes_no("isEncrypted") == Some(true) {
                item.word("encryption", Some("at_rest"));
            }
            if data.yes_no("storesCredentials") == Some(true) {
                let mut asset = Item::new(Kind::Asset, "asset credentials", "Credentials");
                asset.word("classification", Some("restricted"));
                asset.word("kind", Some("credential"));
                held(item, "stores", asset, draft);
            }
        }
    }
}

/// Declares an asset, once, and that an element holds it.
fn held(item: &mut Item, property: &'static str, asset: Item, draft: &mut Draft) {
    item.state(property, Fact::Item(asset.key.clone()));
    if draft.item(&asset.key).is_none() {
        draft.items.push(asset);
    }
}

fn out_of_scope(data: &Fields<'_>, item: &mut Item) {
    if data.yes_no("outOfScope") == Some(true) {
        let reason = data.text("reasonOutOfScope").unwrap_or_else(|| "No reason was stated.".to_owned());
        item.text("out_of_scope", Some(reason));
    }
}

/// The elements at the ends of a flow; nothing at an end that hangs loose.
fn ends_of<'c, 'a>(flow: &Cell<'a>, cells: &'c [Cell<'a>], ids: &FxHashMap<String, usize>) -> [Option<&'c Cell<'a>>; 2] {
    ["source", "target"].map(|name| {
        let id = flow.fields.fields(name)?.text("cell")?;
        ids.get(&id).map(|at| &cells[*at]).filter(|cell| matches!(cell.shape, Shape::Element(_)))
    })
}

fn flow(
    cell: &Cell<'_>,
    cells: &[Cell<'_>],
    ids: &FxHashMap<String, usize>,
    part: Option<&String>,
    about: &str,
    shared: &mut Shared,
    draft: &mut Draft,
) {
    let mut item = started(cell, Kind::Flow, part);
    let data = &cell.data;
    out_of_scope(data, &mut item);
    let is_encrypted = data.yes_no("isEncrypted") == Some(true);
    if let Some(said) = data.text("protocol") {
        words::state_protocol(data, "protocol", &said, &mut item);
    }
    if is_encrypted {
        let stated = item.words("protocol").next().map(str::to_owned);
        match stated.as_deref().map(|name| if words::encrypts(name) { Some(name) } else { words::encrypted(name) }) {
            Some(Some(name)) => {
                item.facts.retain(|(property, _)| *property != "protocol");
                item.library("protocol", &[name]);
            }
            _ => item.library("mitigations", &["tls"]),
        }
    }
    if data.yes_no("isBidirectional") == Some(true) {
        item.comments.push("bidirectional: yes".to_owned());
    }
    if data.yes_no("isPublicNetwork") == Some(true) {
        data.loss("isPublicNetwork", "kept in a comment: what is public follows from where its ends are");
        item.comments.push("isPublicNetwork: yes".to_owned());
    }
    let ends = ends_of(cell, cells, ids);
    item.comments.extend(finished(cell));
    if let [Some(source), Some(target)] = ends {
        item.ends = Some((source.key.clone(), target.key.clone()));
        let is_unnamed = ["", "flow", "dataflow"].contains(&plain_word(&item.title).as_str());
        if is_unnamed {
            item.title = String::new();
            item.name.get_or_insert(format!("{} to {}", source.title, target.title));
        }
        let key = item.key.clone();
        draft.items.push(item);
        threats(cell, &key, None, part, shared, draft);
        return;
    }
    for (name, end) in ["source", "target"].iter().zip(ends) {
        if end.is_none() {
            cell.fields.loss(name, "kept in a comment: a flow leads from an element to an element, and here is none");
        }
    }
    let [source, target] = ends.map(|end| end.map_or("nothing".to_owned(), |cell| format!("\"{}\"", cell.title)));
    let title = words::or(&cell.title, "without a name").to_owned();
    draft.comments.push(format!("{about}flow with a loose end: {title}, from {source} to {target}"));
    draft.comments.extend(Some(item.description).filter(|text| !text.is_empty()));
    let facts = item.facts.iter().map(|(name, facts)| {
        let said = facts.iter().filter_map(|fact| match fact {
            Fact::Word(text) | Fact::Text(text) | Fact::Library(text) => Some(text.as_str()),
            _ => None,
        });
        format!("{name}: {}", said.collect::<Vec<_>>().join(", "))
    });
    draft.comments.extend(words::lines(facts.chain(item.comments.iter().cloned()).collect()));
    match ends.into_iter().flatten().next() {
        Some(end) => threats(cell, &end.key, Some(&title), part, shared, draft),
        None => {
            let said = [cell.data.node("threats"), cell.fields.node("threats")];
            draft.comments.extend(said.into_iter().flatten().map(|node| node.in_one_line()).filter(|line| !line.is_empty()));
        }
    }
}

/// The flows that a curve crosses, by their titles.
fn crossing(curve: &Cell<'_>, cells: &[Cell<'_>], ids: &FxHashMap<String, usize>) -> String {
    type Point = (f64, f64);
    let point = |node: &Node| -> Option<Point> {
        let number = |name: &str| match node.get(name)?.value() {
            Value::Number(said) => said.parse::<f64>().ok(),
            _ => None,
        };
        Some((number("x")?, number("y")?))
    };
    let line = |cell: &Cell<'_>, ends: [Option<Point>; 2]| -> Vec<Point> {
        let inner: Vec<Point> = match cell.fields.node("vertices").map(Node::value) {
            Some(Value::List(nodes)) => nodes.iter().filter_map(point).collect(),
            _ => Vec::new(),
        };
        ends[0].into_iter().chain(inner).chain(ends[1]).collect()
    };
    let own = line(curve, ["source", "target"].map(|name| curve.fields.node(name).and_then(point)));
    let side = |a: Point, b: Point, c: Point| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let meet = |a: Point, b: Point, c: Point, d: Point| {
        side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
    };
    let mut crossed: Vec<String> = Vec::new();
    for flow in cells.iter().filter(|cell| cell.shape == Shape::Flow) {
        let [Some(source), Some(target)] = ends_of(flow, cells, ids) else { continue };
        let other = line(flow, [source.area.map(Area::middle), target.area.map(Area::middle)]);
        if own.windows(2).any(|own| other.windows(2).any(|other| meet(own[0], own[1], other[0], other[1]))) {
            let title = format!("{} -> {}", source.title, target.title);
            crossed.push(if flow.title.is_empty() { title } else { format!("{} ({title})", flow.title) });
        }
    }
    crossed.join(", ")
}

/// Reads the threats of a cell; `flow` is the title of the flow that they were on if they are now on its end.
fn threats(
    cell: &Cell<'_>,
    target: &str,
    flow: Option<&str>,
    part: Option<&String>,
    shared: &mut Shared,
    draft: &mut Draft,
) {
    let all = cell.data.all("threats").into_iter().chain(cell.fields.all("threats"));
    for (at, fields) in all.enumerate() {
        for name in ["id", "threatId", "modelType", "new"] {
            let _ = fields.node(name);
        }
        let said = |name: &str| {
            fields.text(name).filter(|text| !UNSAID.iter().any(|unsaid| text.eq_ignore_ascii_case(unsaid)))
        };
        let description = said("description").unwrap_or_default();
        let category = said("type").unwrap_or_default();
        let mut title = said("title").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = title.to_lowercase();
        if plain.is_empty() || (plain.ends_with(" threat") && (plain.starts_with("new ") || plain.starts_with("generic "))) {
            let on = words::or(&cell.title, "a flow");
            title = match description.is_empty() {
                true => format!("{}: {on}", words::or(&category, "Threat")),
                false => words::title_of(&description),
            };
        }
        let severity = said("severity").unwrap_or_default();
        let status = said("status").unwrap_or_default();
        let mitigation = said("mitigation").unwrap_or_default();
        let identity = [&title, &description, &category, &severity, &status, &mitigation].map(String::clone);
        let mut comments = Vec::new();
        if let Some(flow) = flow {
            comments.push(format!("It was on the flow `{flow}`, of which an end hangs loose."));
        }
        // The same threat on several elements is one against all of them.
        if let Some((_, key)) = shared.threats.iter().find(|(known, _)| *known == identity)
            && let Some(item) = draft.item_mut(key).filter(|item| item.part.as_ref() == part)
        {
            item.state("targets", Fact::Item(target.to_owned()));
            comments.extend(words::lines(fields.rest()));
            item.comments.extend(comments);
            continue;
        }
        let mut item = Item::new(Kind::Threat, format!("{}/{at}", cell.key), title);
        item.part = part.cloned();
        words::describe(&mut item, Some(description));
        item.comments = comments;
        item.state("targets", Fact::Item(target.to_owned()));
        let stride = words::stride(&category);
        item.word("category", stride);
        if !category.is_empty() && stride.is_none_or(|word| plain_word(word) != plain_word(&category)) {
            fields.loss("type", "kept in a comment: the language has the categories of STRIDE");
            item.comments.push(format!("type: {category}"));
        }
        rate(&fields, &severity, &mut item);
        let accept = match plain_word(&status).as_str() {
            "notapplicable" | "na" | "accepted" | "transferred" => {
                let because = match plain_word(&status).as_str() {
                    "accepted" => "It was accepted in the model that was imported.",
                    "transferred" => "Someone else deals with it, says the model that was imported.",
                    _ => "It does not apply, says the model that was imported.",
                };
                if !status.eq_ignore_ascii_case("accepted") {
                    item.comments.push(format!("status: {status}"));
                }
                Some(words::accepted(&item, words::or(&mitigation, because)))
            }
            plain @ ("mitigated" | "avoided" | "eliminated") => {
                item.comments.extend((plain != "mitigated").then(|| format!("status: {status}")));
                mitigate(&mut item, &mitigation, "implemented", shared, draft);
                None
            }
            plain => {
                if !["open", ""].contains(&plain) {
                    fields.loss("status", "kept in a comment: this is no status of Threat Dragon");
                    item.comments.push(format!("status: {status}"));
                }
                if !mitigation.is_empty() {
                    mitigate(&mut item, &mitigation, "proposed", shared, draft);
                }
                None
            }
        };
        item.comments.extend(words::lines(fields.rest()));
        words::complete_threat(draft, &mut item);
        shared.threats.push((identity, item.key.clone()));
        draft.items.push(item);
        draft.items.extend(accept.map(|mut accept| {
            accept.part = part.cloned();
            accept
        }));
    }
}

/// States what has a severity as its outcome.
fn rate(fields: &Fields<'_>, severity: &str, item: &mut Item) {
    match words::level_word(severity) {
        Some("critical") => {
            item.word("likelihood", Some("high"));
            item.word("impact", Some("critical"));
        }
        Some(level) => item.word("impact", Some(level)),
        None if ["", "tbd", "tba"].contains(&plain_word(severity).as_str()) => {}
        None => {
            fields.loss("severity", "kept in a comment");
            item.comments.push(format!("severity: {severity}"));
        }
    }
}

/// Lists the mitigation of a text, declared once for all threats that it counters.
fn mitigate(
    threat: &mut Item,
    text: &str,
    status: &'static str,
    shared: &mut Shared,
    draft: &mut Draft,
) {
    if let (Some(name), "implemented") = (words::in_library(Kind::Mitigation, text), status) {
        threat.library("mitigations", &[name]);
        return;
    }
    let identity = (text.to_owned(), status);
    let known = shared.mitigations.iter().find(|(known, _)| *known == identity && !text.is_empty());
    if let Some((_, key)) = known {
        threat.state("mitigations", Fact::Item(key.clone()));
        return;
    }
    let key = format!("mitigation of {}", threat.key);
    let mut item = Item::new(Kind::Mitigation, key.clone(), words::title_of(words::or(text, &threat.title)));
    words::describe(&mut item, Some(text.to_owned()));
    item.word("status", Some(status));
    if text.is_empty() {
        item.name = Some(format!("mitigated {}", threat.title));
        item.comments.push("TODO: what mitigates it was not said".to_owned());
        item.part.clone_from(&threat.part);
    }
    shared.mitigations.push((identity, key.clone()));
    threat.state("mitigations", Fact::Item(key));
    draft.items.push(item);
}

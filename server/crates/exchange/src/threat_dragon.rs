//! OWASP Threat Dragon 2 (<https://github.com/OWASP/threat-dragon>,
//! `threat-dragon-v2.schema.json`): drawings in which the place of a shape says in which boundary
//! it is. It must not know the analysis.

use crate::area::{Area, Point, cross};
use crate::draft::{Draft, Fact, Item};
use crate::ids::Ids;
use crate::losses::{Export, Losses};
use crate::tree::{Fields, Node, Notes, Value};
use crate::words::plain_word;
use crate::{guesses, library, names, places, pretty, reading, stand_ins, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value as Json, json};
use threatline_model::{Kind, schema};

/// What Threat Dragon writes where nothing was filled in.
const UNSAID: [&str; 2] = [
    "Provide a description for this threat",
    "Provide remediation for this threat or a reason if status is N/A",
];

/// What only shows where and how something is drawn, or is read elsewhere.
const DRAWN: &str = "id shape position size attrs visible zIndex ports tools label labels vertices connector router \
                     width height markup angle children parent view data source target threats";
/// How ids begin that are no names, of documents that were written here.
const UNNAMED: &str = "cell-";
/// What is read elsewhere, or follows from the rest.
const DERIVED: &str = "type name description hasOpenThreats isTrustBoundary threatFrequency crossingFlows \
                       containedElements trustBoundaryIds threats";

/// What a cell of a diagram is.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Element(Kind),
    Box,
    Curve,
    Flow,
    Text,
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
    mitigations: FxHashMap<(String, &'static str), String>,
    /// Threats by all that is said of them, with their keys.
    threats: FxHashMap<[String; 6], String>,
}

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    let mut draft = Draft::default();
    top.skip_texts(&["version"]);
    if let Some(summary) = top.group("summary") {
        draft.title = summary.text("title").unwrap_or_default();
        draft.description = summary.text("description").unwrap_or_default();
        draft.owner.extend(summary.text("owner"));
        let _ = summary.node("id");
        draft.comments.extend(summary.joined_rest());
    }
    let Some(detail) = top.group("detail") else {
        top.problem("detail", "`detail` is missing");
        return draft;
    };
    let contributors: Vec<String> = detail
        .groups("contributors")
        .iter()
        .filter_map(|person| person.text("name"))
        .collect();
    let people = [
        ("contributors", contributors.join(", ")),
        ("reviewer", detail.text("reviewer").unwrap_or_default()),
    ];
    for (name, said) in people.into_iter().filter(|(_, said)| !said.is_empty()) {
        detail.loss(name, "kept in a comment");
        draft.comments.push(format!("{name}: {said}"));
    }
    let _ = (detail.node("diagramTop"), detail.node("threatTop"));
    let diagrams = detail.groups("diagrams");
    let mut titles: Vec<String> = Vec::new();
    for (at, fields) in diagrams.iter().enumerate() {
        let title = fields
            .text("title")
            .unwrap_or_else(|| format!("Diagram {}", at + 1));
        let same = titles.iter().filter(|other| **other == title).count();
        titles.push(if same > 0 {
            format!("{title} ({})", same + 1)
        } else {
            title
        });
    }
    let mut shared = Shared::default();
    for (at, (fields, title)) in diagrams.iter().zip(&titles).enumerate() {
        diagram(
            fields,
            at,
            Some(title).filter(|_| titles.len() > 1),
            &mut shared,
            &mut draft,
        );
    }
    draft.comments.extend(detail.joined_rest());
    draft.comments.extend(top.joined_rest());
    tell_of_twins(&mut draft);
    places::break_circles(&mut draft);
    draft
}

/// Elements of the same title in several diagrams may be the same, and may not.
fn tell_of_twins(draft: &mut Draft) {
    let elements = draft.of_kind(&[Kind::External, Kind::Process, Kind::Store]);
    let titles = elements.filter_map(|item| Some((plain_word(&item.title), item.part.clone()?)));
    // What nobody gave a name to is called so.
    let mut parts: FxHashMap<String, Vec<String>> = FxHashMap::default();
    for (title, part) in
        titles.filter(|(title, _)| !["", "actor", "process", "store"].contains(&title.as_str()))
    {
        let parts = parts.entry(title).or_default();
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let is_element =
        |item: &&mut Item| matches!(item.kind, Kind::External | Kind::Process | Kind::Store);
    for item in draft.items.iter_mut().filter(is_element) {
        let others = parts
            .get(&plain_word(&item.title))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let others = others
            .iter()
            .filter(|part| Some(*part) != item.part.as_ref());
        let others: Vec<String> = others.map(|part| format!("\"{part}\"")).collect();
        if !others.is_empty() {
            let others = others.join(", ");
            item.comments.push(format!(
                "TODO: {others} has one of this title, too; if it is the same, keep one"
            ));
        }
    }
}

fn diagram(
    fields: &Fields<'_>,
    number: usize,
    part: Option<&String>,
    shared: &mut Shared,
    draft: &mut Draft,
) {
    if fields.node("diagramJson").is_some() {
        fields.problem(
            "diagramJson",
            "this is Threat Dragon 1; open it in Threat Dragon 2 and save it",
        );
        return;
    }
    fields.skip(&[
        "id",
        "title",
        "version",
        "thumbnail",
        "placeholder",
        "image",
    ]);
    let about = part.map(|part| format!("{part}: ")).unwrap_or_default();
    if let Some(description) = fields.text("description") {
        match part {
            Some(_) => draft.comments.push(format!("{about}{description}")),
            None if draft.description.is_empty() => draft.description = description,
            None => draft.description = format!("{}\n\n{description}", draft.description),
        }
    }
    if let Some(kind) = fields
        .text("diagramType")
        .filter(|kind| !kind.eq_ignore_ascii_case("STRIDE"))
    {
        fields.loss("diagramType", "kept in a comment");
        draft.comments.push(format!("{about}diagramType: {kind}"));
    }
    let mut cells: Vec<Cell<'_>> = Vec::new();
    for (at, cell) in fields.groups("cells").into_iter().enumerate() {
        if let Some(cell) = seen(cell, &format!("{number}.{at}"), &about, draft) {
            cells.push(cell);
        }
    }
    if !cells.is_empty() {
        fields.loss("cells", crate::tree::DRAWN_ANEW);
    }
    let mut ids: FxHashMap<String, usize> = FxHashMap::default();
    for (at, cell) in cells.iter().enumerate() {
        if let Some(id) = cell.fields.text("id")
            && ids.insert(id.clone(), at).is_some()
        {
            cell.fields
                .problem("id", format!("`{id}` is here a second time"));
        }
    }
    let boxes = Boxes::of(&cells);
    for (at, cell) in cells.iter().enumerate() {
        let kind = match cell.shape {
            Shape::Element(kind) => kind,
            Shape::Box => Kind::Boundary,
            Shape::Flow => continue,
            Shape::Curve => {
                let crossing = crossing(cell, &cells, &ids);
                let crossing = if crossing.is_empty() {
                    String::new()
                } else {
                    format!("; it crosses {crossing}")
                };
                cell.fields.loss("shape", crate::tree::NO_INSIDE);
                let title = titles::or(&cell.title, "without a name");
                draft.comments.push(format!(
                    "{about}trust boundary drawn as a line: {title}{crossing}"
                ));
                draft.comments.extend(cell.data.text("description"));
                draft.comments.extend(finished(cell));
                continue;
            }
            Shape::Text => {
                cell.fields
                    .loss("data", "kept in a comment: a text beside the drawing");
                draft.comments.push(format!("{about}{}", cell.title));
                draft.comments.extend(finished(cell));
                continue;
            }
        };
        let mut item = started(cell, kind, part);
        boxes.place(at, &mut item);
        if kind == Kind::Boundary {
            guesses::boundary_of_title(&mut item);
            if let Some(threats) = cell
                .data
                .node("threats")
                .filter(|node| !matches!(node.value(), Value::List(all) if all.is_empty()))
            {
                cell.data
                    .loss("threats", "kept in a comment: threats are against elements");
                item.comments
                    .push(format!("threats: {}", threats.in_one_line()));
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
fn seen<'a>(fields: Fields<'a>, key: &str, about: &str, draft: &mut Draft) -> Option<Cell<'a>> {
    let data = fields
        .group("data")
        .unwrap_or_else(|| fields.empty_group("data"));
    let shape = plain_word(&fields.text("shape").unwrap_or_default());
    let said = plain_word(&data.text("type").unwrap_or_default());
    let is_box = shape.contains("box") || said.contains("box");
    let shape = match (said.as_str(), shape.as_str()) {
        ("tmactor", _) | ("", "actor") => Shape::Element(Kind::External),
        ("tmprocess", _) | ("", "process") => Shape::Element(Kind::Process),
        ("tmstore", _) | ("", "store") => Shape::Element(Kind::Store),
        ("tmflow" | "tmflowstencil", _) | ("", "flow" | "edge") => Shape::Flow,
        ("tmtext", _) | ("", "tdtextblock" | "text") => Shape::Text,
        (said, shape)
            if said.starts_with("tmboundary")
                || (said.is_empty() && shape.starts_with("trust")) =>
        {
            if is_box {
                Shape::Box
            } else {
                Shape::Curve
            }
        }
        _ => {
            fields.loss(
                "shape",
                "kept in a comment: this is no shape of Threat Dragon",
            );
            let said: Vec<String> = ["shape", "data"]
                .iter()
                .filter_map(|name| Some(fields.node(name)?.in_one_line()))
                .collect();
            draft.comments.push(format!("{about}{}", said.join(" ")));
            return None;
        }
    };
    let label = label(&fields);
    let title = data
        .text("name")
        .or_else(|| label.clone())
        .unwrap_or_default();
    let title = match shape {
        Shape::Text => title,
        _ => title.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let area = || {
        let (position, size) = (fields.group("position")?, fields.group("size")?);
        let (left, top) = (position.number("x")?, position.number("y")?);
        Some(Area {
            left,
            top,
            width: size.number("width")?.max(0.0),
            height: size.number("height")?.max(0.0),
        })
    };
    let area = if matches!(shape, Shape::Element(_) | Shape::Box) {
        area()
    } else {
        None
    };
    Some(Cell {
        fields,
        data,
        shape,
        title,
        key: key.to_owned(),
        area,
    })
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
    item.name = cell
        .fields
        .text("id")
        .filter(|id| !id.starts_with(UNNAMED))
        .and_then(|id| names::of_id(&id));
    item.part = part.cloned();
    item.describe(cell.data.text("description"));
    if let Some(label) =
        label(&cell.fields).filter(|label| plain_word(label) != plain_word(&cell.title))
    {
        item.comments.push(format!(
            "label: {}",
            label.split_whitespace().collect::<Vec<_>>().join(" ")
        ));
    }
    item
}

/// What nobody asked for of a cell.
fn finished(cell: &Cell<'_>) -> Vec<String> {
    for name in DRAWN.split_whitespace() {
        let _ = cell.fields.node(name);
    }
    for name in DERIVED.split_whitespace() {
        let _ = cell.data.node(name);
    }
    let mut rest = cell.data.rest();
    rest.extend(cell.fields.rest());
    titles::joined_lines(rest)
}

/// The boxes of a diagram, from the smallest to the largest; of two of the same size, the later one
/// is in the earlier.
struct Boxes<'c, 'a> {
    cells: &'c [Cell<'a>],
    /// The boxes by their places among the cells, each with the one around it, by its place here.
    all: Vec<(usize, Area, Option<usize>)>,
}

impl<'c, 'a> Boxes<'c, 'a> {
    fn of(cells: &'c [Cell<'a>]) -> Boxes<'c, 'a> {
        let boxes = cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| cell.shape == Shape::Box);
        let mut all: Vec<_> = boxes
            .filter_map(|(at, cell)| Some((at, cell.area?, None)))
            .collect();
        all.sort_by(|one, other| {
            one.1
                .size()
                .total_cmp(&other.1.size())
                .then(other.0.cmp(&one.0))
        });
        for at in 0..all.len() {
            all[at].2 = (at + 1..all.len()).find(|around| all[*around].1.holds_most(all[at].1));
        }
        Boxes { cells, all }
    }

    /// Puts a cell into the smallest box around it.
    fn place(&self, at: usize, item: &mut Item) {
        let cell = &self.cells[at];
        let Some(area) = cell.area else {
            if !self.all.is_empty() {
                cell.fields.loss(
                    "position",
                    "without a position and a size it is in no boundary",
                );
                item.comments
                    .push("It had no position or no size, so it is in no boundary.".to_owned());
            }
            return;
        };
        let key = |at: usize| Some(self.cells[self.all[at].0].key.clone());
        if let Some((.., around)) = self.all.iter().find(|(own, ..)| *own == at) {
            item.place = around.and_then(key);
            return;
        }
        let mut holding = (0..self.all.len()).filter(|at| self.all[*at].1.holds(area));
        let Some(innermost) = holding.next() else {
            return;
        };
        item.place = key(innermost);
        // What is around the innermost is around this, too; others only overlap.
        let above: FxHashSet<usize> =
            std::iter::successors(Some(innermost), |at| self.all[*at].2).collect();
        let others = holding
            .filter(|at| !above.contains(at))
            .map(|at| &self.cells[self.all[at].0].title);
        let others: Vec<String> = others.map(|title| format!("\"{title}\"")).collect();
        if !others.is_empty() {
            cell.fields.loss(
                "position",
                "kept in a comment: it is in boundaries that only overlap",
            );
            item.comments
                .push(format!("It was drawn in {} as well.", others.join(", ")));
        }
    }
}

/// What is said of an element by its kind.
fn element(data: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    guesses::technology_of_title(item);
    out_of_scope(data, item);
    match item.kind {
        Kind::External => {
            if item.get("technology").is_empty() {
                item.word("kind", guesses::external_by_name(&item.title));
            }
        }
        Kind::Process => {
            if data.is_yes("isWebApplication") {
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
            if data.is_yes("handlesCardPayment") {
                stand_ins::hold(draft, item, "handles", stand_ins::CARDS);
            }
        }
        _ => {
            if data.is_yes("isALog") {
                item.library("technology", &["log_store"]);
            }
            if data.is_yes("isEncrypted") {
                item.word("encryption", Some("at_rest"));
            }
            if data.is_yes("storesCredentials") {
                stand_ins::hold(draft, item, "stores", stand_ins::CREDENTIALS);
            }
        }
    }
}

fn out_of_scope(data: &Fields<'_>, item: &mut Item) {
    if data.is_yes("outOfScope") {
        let reason = data
            .text("reasonOutOfScope")
            .unwrap_or_else(|| stand_ins::OUT_OF_SCOPE.to_owned());
        item.text("out_of_scope", Some(reason));
    }
}

/// The elements at the ends of a flow; nothing at an end that hangs loose.
fn ends_of<'c, 'a>(
    flow: &Cell<'a>,
    cells: &'c [Cell<'a>],
    ids: &FxHashMap<String, usize>,
) -> [Option<&'c Cell<'a>>; 2] {
    ["source", "target"].map(|name| {
        let id = flow.fields.group(name)?.text("cell")?;
        ids.get(&id)
            .map(|at| &cells[*at])
            .filter(|cell| matches!(cell.shape, Shape::Element(_)))
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
    let is_encrypted = data.is_yes("isEncrypted");
    if let Some(said) = data.text("protocol") {
        reading::protocol(data, "protocol", &said, &mut item);
    }
    if is_encrypted {
        let stated = item.words("protocol").next().map(str::to_owned);
        match stated.as_deref().map(|name| {
            if library::encrypts(name) {
                Some(name)
            } else {
                library::encrypted(name)
            }
        }) {
            Some(Some(name)) => {
                item.facts.retain(|(property, _)| *property != "protocol");
                item.library("protocol", &[name]);
            }
            _ => item.library("mitigations", &["tls"]),
        }
    }
    if data.is_yes("isBidirectional") {
        item.comments.push("bidirectional: yes".to_owned());
    }
    if data.is_yes("isPublicNetwork") {
        data.loss(
            "isPublicNetwork",
            "kept in a comment: it follows from where its ends are",
        );
        item.comments.push("isPublicNetwork: yes".to_owned());
    }
    let ends = ends_of(cell, cells, ids);
    item.comments.extend(finished(cell));
    if let [Some(source), Some(target)] = ends {
        item.ends = Some((source.key.clone(), target.key.clone()));
        let is_unnamed = ["", "flow", "dataflow"].contains(&plain_word(&item.title).as_str());
        if is_unnamed {
            item.title = String::new();
            item.name
                .get_or_insert(format!("{} to {}", source.title, target.title));
        }
        let key = item.key.clone();
        draft.items.push(item);
        threats(cell, &key, None, part, shared, draft);
        return;
    }
    for (name, end) in ["source", "target"].iter().zip(ends) {
        if end.is_none() {
            cell.fields.loss(name, crate::tree::LOOSE_END);
        }
    }
    let [source, target] = ends.map(|end| match end {
        Some(end) if end.title.is_empty() => "an element without a name".to_owned(),
        Some(end) => format!("\"{}\"", end.title),
        None => "nothing".to_owned(),
    });
    let title = titles::or(&cell.title, "without a name").to_owned();
    draft.comments.push(format!(
        "{about}flow with a loose end: {title}, from {source} to {target}"
    ));
    draft
        .comments
        .extend(Some(item.description).filter(|text| !text.is_empty()));
    let facts = item.facts.iter().map(|(name, facts)| {
        let said = facts.iter().filter_map(|fact| match fact {
            Fact::Word(text) | Fact::Text(text) | Fact::Library(text) => Some(text.as_str()),
            _ => None,
        });
        format!("{name}: {}", said.collect::<Vec<_>>().join(", "))
    });
    draft.comments.extend(titles::joined_lines(
        facts.chain(item.comments.iter().cloned()).collect(),
    ));
    match ends.into_iter().flatten().next() {
        Some(end) => threats(cell, &end.key, Some(&title), part, shared, draft),
        None => {
            let said = [cell.data.node("threats"), cell.fields.node("threats")];
            draft.comments.extend(
                said.into_iter()
                    .flatten()
                    .map(|node| node.in_one_line())
                    .filter(|line| !line.is_empty()),
            );
        }
    }
}

/// The flows that a curve crosses, by their titles.
fn crossing(curve: &Cell<'_>, cells: &[Cell<'_>], ids: &FxHashMap<String, usize>) -> String {
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
    let own = line(
        curve,
        ["source", "target"].map(|name| curve.fields.node(name).and_then(point)),
    );
    let mut crossed: Vec<String> = Vec::new();
    for flow in cells.iter().filter(|cell| cell.shape == Shape::Flow) {
        let [Some(source), Some(target)] = ends_of(flow, cells, ids) else {
            continue;
        };
        let other = line(
            flow,
            [source.area.map(Area::middle), target.area.map(Area::middle)],
        );
        if cross(&own, &other) {
            let title = format!("{} -> {}", source.title, target.title);
            crossed.push(if flow.title.is_empty() {
                title
            } else {
                format!("{} ({title})", flow.title)
            });
        }
    }
    crossed.join(", ")
}

/// Reads the threats of a cell; `flow` is the title of the flow that they were on if they are now
/// on its end.
fn threats(
    cell: &Cell<'_>,
    target: &str,
    flow: Option<&str>,
    part: Option<&String>,
    shared: &mut Shared,
    draft: &mut Draft,
) {
    let all = cell
        .data
        .groups("threats")
        .into_iter()
        .chain(cell.fields.groups("threats"));
    for (at, fields) in all.enumerate() {
        fields.skip(&["id", "threatId", "modelType", "new"]);
        let said = |name: &str| {
            fields.text(name).filter(|text| {
                !UNSAID
                    .iter()
                    .any(|unsaid| text.eq_ignore_ascii_case(unsaid))
            })
        };
        let description = said("description").unwrap_or_default();
        let category = said("type").unwrap_or_default();
        let mut title = said("title")
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let plain = title.to_lowercase();
        if plain.is_empty()
            || (plain.ends_with(" threat")
                && (plain.starts_with("new ") || plain.starts_with("generic ")))
        {
            let on = titles::or(&cell.title, "a flow");
            title = match description.is_empty() {
                true => format!("{}: {on}", titles::or(&category, "Threat")),
                false => titles::title_of(&description),
            };
        }
        let severity = said("severity").unwrap_or_default();
        let status = said("status").unwrap_or_default();
        let mitigation = said("mitigation").unwrap_or_default();
        let identity = [
            &title,
            &description,
            &category,
            &severity,
            &status,
            &mitigation,
        ]
        .map(String::clone);
        let mut comments = Vec::new();
        if let Some(flow) = flow {
            comments.push(format!(
                "It was on the flow `{flow}`, of which an end hangs loose."
            ));
        }
        // The same threat on several elements is one against all of them.
        if let Some(key) = shared.threats.get(&identity)
            && let Some(item) = draft
                .items
                .get_mut(key)
                .filter(|item| item.part.as_ref() == part)
        {
            item.state("targets", Fact::Item(target.to_owned()));
            comments.extend(fields.joined_rest());
            item.comments.extend(comments);
            continue;
        }
        let mut item = Item::new(Kind::Threat, format!("{}/{at}", cell.key), title);
        item.part = part.cloned();
        item.describe(Some(description));
        item.comments = comments;
        item.state("targets", Fact::Item(target.to_owned()));
        let stride = vocabulary::stride(&category);
        item.word("category", stride);
        if !category.is_empty()
            && stride.is_none_or(|word| plain_word(word) != plain_word(&category))
        {
            fields.loss("type", "kept in a comment: it is no category of STRIDE");
            item.comments.push(format!("type: {category}"));
        }
        rate(&fields, &severity, &mut item);
        let accept = match plain_word(&status).as_str() {
            "notapplicable" | "na" | "accepted" | "transferred" => {
                let because = match plain_word(&status).as_str() {
                    "accepted" => stand_ins::ACCEPTED,
                    "transferred" => {
                        "Someone else deals with it, says the model that was imported."
                    }
                    _ => "It does not apply, says the model that was imported.",
                };
                if !status.eq_ignore_ascii_case("accepted") {
                    item.comments.push(format!("status: {status}"));
                }
                Some(stand_ins::acceptance_of(
                    &item,
                    titles::or(&mitigation, because),
                ))
            }
            plain @ ("mitigated" | "avoided" | "eliminated") => {
                item.comments
                    .extend((plain != "mitigated").then(|| format!("status: {status}")));
                mitigate(&mut item, &mitigation, "implemented", shared, draft);
                None
            }
            plain => {
                if !["open", ""].contains(&plain) {
                    fields.loss(
                        "status",
                        "kept in a comment: this is no status of Threat Dragon",
                    );
                    item.comments.push(format!("status: {status}"));
                }
                if !mitigation.is_empty() {
                    mitigate(&mut item, &mitigation, "proposed", shared, draft);
                }
                None
            }
        };
        item.comments.extend(fields.joined_rest());
        stand_ins::complete_threat(draft, &mut item);
        shared.threats.insert(identity, draft.items.push(item));
        draft.items.extend(accept.map(|mut accept| {
            accept.part = part.cloned();
            accept
        }));
    }
}

/// States what has a severity as its outcome.
fn rate(fields: &Fields<'_>, severity: &str, item: &mut Item) {
    match vocabulary::level_word(severity) {
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
    if let (Some(name), "implemented") = (library::in_library(Kind::Mitigation, text), status) {
        threat.library("mitigations", &[name]);
        return;
    }
    let identity = (text.to_owned(), status);
    if let Some(key) = shared
        .mitigations
        .get(&identity)
        .filter(|_| !text.is_empty())
    {
        threat.state("mitigations", Fact::Item(key.clone()));
        return;
    }
    let mut item = match text.is_empty() {
        true => stand_ins::mitigation_of(threat),
        false => Item::new(
            Kind::Mitigation,
            format!("mitigation of {}", threat.key),
            titles::title_of(text),
        ),
    };
    // A first paragraph that is the title is not told again.
    let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let is_title = first.trim_end_matches('.') == item.title;
    item.describe(Some(if is_title { rest } else { text }.trim().to_owned()));
    item.word("status", Some(status));
    let key = draft.items.push(item);
    shared.mitigations.insert(identity, key.clone());
    threat.state("mitigations", Fact::Item(key));
}

// ---- writing
// ---------------------------------------------------------------------------------------------------

/// What only the analysis and the layout know of a model.
#[derive(Debug, Default)]
pub struct Drawn {
    /// Where boundaries and elements are, by their keys. If one is missing, all are laid out in
    /// rows.
    pub areas: FxHashMap<String, Area>,
    /// The state and the severity of threats, by their keys.
    pub threats: FxHashMap<String, (&'static str, &'static str)>,
}

const ELEMENTS: [Kind; 3] = [Kind::External, Kind::Process, Kind::Store];
/// The version of Threat Dragon whose models these are.
const VERSION: &str = "2.6.2";

/// Writes a draft as one diagram of Threat Dragon 2.
pub fn write(draft: &Draft, drawn: &Drawn) -> Export {
    let losses = Losses::default();
    let kinds: Vec<Kind> = draft.items.iter().map(|item| item.kind).collect();
    // The schema wants two characters at least.
    let ids = Ids::new(draft, &kinds, '-', UNNAMED);
    let is_drawn = |item: &Item| item.kind == Kind::Boundary || ELEMENTS.contains(&item.kind);
    let rows;
    let areas = if draft
        .items
        .iter()
        .filter(|item| is_drawn(item))
        .all(|item| drawn.areas.contains_key(&item.key))
    {
        &drawn.areas
    } else {
        rows = in_rows(draft);
        &rows
    };
    let against = draft.grouped(&[Kind::Threat], |threat| threat.keys("targets"));
    let accepted = draft.grouped(&[Kind::Accept], |accept| accept.keys("findings"));
    let mut writer = Writer {
        draft,
        against,
        accepted,
        drawn,
        losses: &losses,
        number: 0,
    };
    let mut cells: Vec<Json> = Vec::new();
    // A box that is in another is drawn over it.
    let mut boundaries: Vec<&Item> = draft.of_kind(&[Kind::Boundary]).collect();
    boundaries.sort_by(|one, other| areas[&other.key].size().total_cmp(&areas[&one.key].size()));
    for item in boundaries {
        losses.of(item, &["kind", "trust", "mitigations", "tags"]);
        cells.push(json!({
            "id": ids.of_key(&item.key), "shape": "trust-boundary-box", "zIndex": -1, "visible": true,
            "position": position(areas[&item.key]), "size": size(areas[&item.key]),
            "attrs": { "label": { "text": item.title } },
            "data": {
                "type": "tm.BoundaryBox", "name": item.title, "description": item.description,
                "isTrustBoundary": true, "hasOpenThreats": false,
            },
        }));
    }
    for (at, item) in draft.of_kind(&ELEMENTS).enumerate() {
        let data = writer.element(item);
        let (shape, lines) = match item.kind {
            Kind::External => ("actor", &["body"][..]),
            Kind::Process => ("process", &["body"][..]),
            _ => ("store", &["topLine", "bottomLine"][..]),
        };
        let mut attrs = json!({ "text": { "text": item.title } });
        for line in lines {
            attrs[*line] = stroke(&data);
        }
        cells.push(json!({
            "id": ids.of_key(&item.key), "shape": shape, "zIndex": at + 1, "visible": true,
            "position": position(areas[&item.key]), "size": size(areas[&item.key]), "attrs": attrs, "data": data,
        }));
    }
    let mut between: FxHashMap<[&str; 2], usize> = FxHashMap::default();
    for item in draft.of_kind(&[Kind::Flow]) {
        let Some((source, target)) = &item.ends else {
            continue;
        };
        let data = writer.flow(item);
        let mut line = stroke(&data);
        line["targetMarker"] = json!({ "name": "block" });
        line["sourceMarker"] =
            json!({ "name": if data["isBidirectional"] == true { "block" } else { "" } });
        let mut pair = [source.as_str(), target.as_str()];
        pair.sort_unstable();
        let nth = between.entry(pair).or_default();
        let vertices = beside(areas[pair[0]], areas[pair[1]], *nth);
        *nth += 1;
        cells.push(json!({
            "id": ids.of_key(&item.key), "shape": "flow", "zIndex": 10, "width": 200, "height": 100,
            "connector": "smooth", "attrs": { "line": line }, "labels": [label_of(&data["name"])],
            "source": { "cell": ids.of_key(source) }, "target": { "cell": ids.of_key(target) },
            "vertices": vertices, "data": data,
        }));
    }
    let threat_top = writer.number;
    let components: Vec<&Item> = draft.of_kind(&[Kind::Component]).collect();
    let (mut description, mut owner) = (draft.description.clone(), draft.owner.join(", "));
    match components.as_slice() {
        [one] => {
            description.clone_from(&one.description);
            owner = one.words("owner").collect::<Vec<_>>().join(", ");
            losses.of(
                one,
                &["source", "criticality", "mitigations", "links", "tags"],
            );
        }
        many => many.iter().for_each(|item| {
            losses.add(item, "", "the parts of the model are drawn in one diagram")
        }),
    }
    for item in draft.of_kind(&[Kind::Asset, Kind::Assumption]) {
        losses.add(item, "", "the format has no place for it");
    }
    let used = draft.grouped(&[Kind::Threat], |threat| threat.keys("mitigations"));
    for item in draft.of_kind(&[Kind::Mitigation]) {
        match used.contains_key(item.key.as_str()) {
            true => losses.of(
                item,
                &[
                    "based_on",
                    "counters",
                    "evidence",
                    "due",
                    "owner",
                    "references",
                    "ticket",
                ],
            ),
            false => losses.add(
                item,
                "",
                "the format has mitigations of threats that it lists alone",
            ),
        }
        if matches!(item.stated("status"), Some("planned" | "verified")) {
            losses.add(
                item,
                "status",
                "the format says whether a threat is mitigated, and no more",
            );
        }
    }
    for item in draft.of_kind(&[Kind::Accept]) {
        match item.keys("findings").next() {
            Some(_) => losses.of(item, &["by", "until", "ticket"]),
            None => losses.add(item, "", "the format has no findings of rules"),
        }
    }
    let title = titles::or(&draft.title, "Threat model");
    let document = json!({
        "version": VERSION,
        "summary": { "title": title, "owner": owner, "description": description, "id": 0 },
        "detail": {
            "contributors": [], "reviewer": "", "diagramTop": 1, "threatTop": threat_top,
            "diagrams": [{
                "id": 0, "title": title, "diagramType": "STRIDE", "version": VERSION, "placeholder": "",
                "thumbnail": "./public/content/images/thumbnail.stride.jpg", "cells": cells,
            }],
        },
    });
    Export {
        text: pretty::pretty_json(&document),
        losses: losses.into_lines(),
    }
}

fn position(area: Area) -> Json {
    json!({ "x": area.left.round(), "y": area.top.round() })
}

fn size(area: Area) -> Json {
    json!({ "width": area.width.max(10.0).round(), "height": area.height.max(10.0).round() })
}

fn stroke(data: &Json) -> Json {
    let (colour, width) = if data["hasOpenThreats"] == true {
        ("red", 2.5)
    } else {
        ("#333333", 1.5)
    };
    let dashes = (data["outOfScope"] == true).then_some("4 3");
    json!({ "stroke": colour, "strokeWidth": width, "strokeDasharray": dashes })
}

/// The label of a flow, as Threat Dragon draws it.
fn label_of(title: &Json) -> Json {
    json!({
        "markup": [
            { "tagName": "ellipse", "selector": "labelBody" },
            { "tagName": "text", "selector": "labelText" },
        ],
        "attrs": {
            "labelText": { "text": title, "textAnchor": "middle", "textVerticalAnchor": "middle" },
            "labelBody": { "ref": "labelText", "refRx": "50%", "refRy": "60%", "fill": "#fff", "strokeWidth": 0 },
        },
        "position": { "distance": 0.5, "args": { "keepGradient": true, "ensureLegibility": true } },
    })
}

/// Where a further flow between two elements leaves the straight line, so that it does not run over
/// the others.
fn beside(one: Area, other: Area, nth: usize) -> Vec<Json> {
    const APART: f64 = 50.0;
    if nth == 0 && one != other {
        return Vec::new();
    }
    let ((x, y), (to_x, to_y)) = (one.middle(), other.middle());
    let length = (to_x - x).hypot(to_y - y).max(1.0);
    let side = nth.div_ceil(2) as f64 * if nth % 2 == 1 { APART } else { -APART };
    if one == other {
        // Around the lower side of the element.
        let (below, half) = (
            one.top + one.height + APART * (nth + 1) as f64,
            one.width / 4.0,
        );
        return vec![
            json!({ "x": (x - half).round(), "y": below.round() }),
            json!({ "x": (x + half).round(), "y": below.round() }),
        ];
    }
    let middle = (
        (x + to_x) / 2.0 - (to_y - y) / length * side,
        (y + to_y) / 2.0 + (to_x - x) / length * side,
    );
    vec![json!({ "x": middle.0.round(), "y": middle.1.round() })]
}

/// Places without a layout: what is in a boundary stands in rows in it.
fn in_rows(draft: &Draft) -> FxHashMap<String, Area> {
    const GAP: f64 = 60.0;
    fn fill<'d>(
        inside: &FxHashMap<Option<&'d str>, Vec<&'d Item>>,
        around: Option<&'d str>,
        (left, top): (f64, f64),
        areas: &mut FxHashMap<String, Area>,
    ) -> (f64, f64) {
        let items = inside.get(&around).map(Vec::as_slice).unwrap_or_default();
        let columns = (items.len() as f64).sqrt().ceil() as usize;
        let (mut widest, mut y) = (0.0f64, top + GAP);
        for row in items.chunks(columns.max(1)) {
            let (mut x, mut highest) = (left + GAP, 0.0f64);
            for item in row {
                let (width, height) = match item.kind {
                    Kind::Boundary => fill(inside, Some(&item.key), (x, y), areas),
                    _ => (160.0, 80.0),
                };
                areas.insert(
                    item.key.clone(),
                    Area {
                        left: x,
                        top: y,
                        width,
                        height,
                    },
                );
                x += width + GAP;
                highest = highest.max(height);
            }
            widest = widest.max(x - left);
            y += highest + GAP;
        }
        (widest.max(160.0), (y - top).max(80.0))
    }
    let mut inside: FxHashMap<Option<&str>, Vec<&Item>> = FxHashMap::default();
    for item in draft.of_kind(&[Kind::Boundary, Kind::External, Kind::Process, Kind::Store]) {
        inside.entry(item.place.as_deref()).or_default().push(item);
    }
    let mut areas = FxHashMap::default();
    fill(&inside, None, (0.0, 0.0), &mut areas);
    areas
}

/// A mitigation as a text: its title, and what it is.
fn in_words(mitigation: &Item) -> String {
    match mitigation
        .description
        .starts_with(mitigation.title.trim_end_matches('…'))
    {
        true => mitigation.description.clone(),
        false => format!("{}\n\n{}", mitigation.title, mitigation.description)
            .trim()
            .to_owned(),
    }
}

struct Writer<'d> {
    draft: &'d Draft,
    /// The threats against each element, by its key.
    against: FxHashMap<&'d str, Vec<&'d Item>>,
    /// The acceptances of each threat, by its key.
    accepted: FxHashMap<&'d str, Vec<&'d Item>>,
    drawn: &'d Drawn,
    losses: &'d Losses,
    /// The number of the last threat.
    number: usize,
}

impl Writer<'_> {
    fn element(&mut self, item: &Item) -> Json {
        let is = |name: &str| {
            item.words("technology")
                .any(|said| library::is_one_of(Kind::Technology, said, &[name]))
        };
        let holds = |property: &str, fact: (&str, &str)| {
            let held = item
                .keys(property)
                .filter_map(|key| self.draft.items.get(key));
            held.into_iter()
                .any(|asset| asset.words(fact.0).any(|word| word == fact.1))
        };
        let mut data = self.data(item);
        let said = match item.kind {
            Kind::External => {
                data["type"] = "tm.Actor".into();
                data["providesAuthentication"] = false.into();
                ""
            }
            Kind::Process => {
                data["type"] = "tm.Process".into();
                data["privilegeLevel"] = item.stated("privileges").unwrap_or_default().into();
                data["isWebApplication"] = is("web_application").into();
                data["handlesCardPayment"] = holds("handles", ("regulations", "pci_dss")).into();
                data["handlesGoodsOrServices"] = false.into();
                "web_application"
            }
            _ => {
                data["type"] = "tm.Store".into();
                data["isALog"] = is("log_store").into();
                data["isEncrypted"] =
                    matches!(item.stated("encryption"), Some("at_rest" | "client_side")).into();
                data["storesCredentials"] = holds("stores", ("kind", "credential")).into();
                data["isSigned"] = false.into();
                data["storesInventory"] = false.into();
                "log_store"
            }
        };
        if item.words("technology").any(|name| name != said)
            || item.keys("technology").next().is_some()
        {
            self.losses
                .add(item, "technology", "the format has no place for it");
        }
        match item.stated("encryption") {
            Some("none") => self.losses.add(
                item,
                "encryption",
                "that it is not encrypted reads as if nothing was stated",
            ),
            Some("client_side") => self.losses.add(
                item,
                "encryption",
                "the format does not say where it is encrypted",
            ),
            _ => {}
        }
        self.losses.of(
            item,
            &[
                "kind",
                "handles",
                "accepts",
                "tenancy",
                "redundancy",
                "custom_code",
                "owner",
                "source",
            ],
        );
        self.losses
            .of(item, &["stores", "backup", "mitigations", "tags"]);
        data
    }

    fn flow(&mut self, item: &Item) -> Json {
        let protocol = item.words("protocol").next();
        let is_encrypted = protocol.is_some_and(library::encrypts)
            || item
                .words("mitigations")
                .any(|name| ["tls", "mutual_tls", "vpn", "payload_encryption"].contains(&name))
            || item.stated("tunnel").is_some_and(|tunnel| tunnel != "none");
        let is_public = item.ends.as_ref().is_some_and(|(source, target)| {
            let ends = [source, target]
                .into_iter()
                .filter_map(|key| self.draft.items.get(key));
            ends.into_iter()
                .any(|end| places::is_in_the_open(self.draft, end))
        });
        let own = item.keys("protocol").next();
        let mut data = self.data(item);
        data["type"] = "tm.Flow".into();
        if item.name.is_none() {
            data["name"] = "".into();
        }
        data["isBidirectional"] = item.keys("receives").next().is_some().into();
        data["isEncrypted"] = is_encrypted.into();
        data["isPublicNetwork"] = is_public.into();
        data["protocol"] = protocol
            .or(own)
            .unwrap_or_default()
            .replace('_', " ")
            .to_uppercase()
            .into();
        if item.words("mitigations").any(|name| name != "tls")
            || item.keys("mitigations").next().is_some()
        {
            self.losses
                .add(item, "mitigations", "the format has no place for it");
        }
        self.losses.of(
            item,
            &[
                "authentication",
                "multi_factor",
                "authorization",
                "access",
                "tunnel",
                "usage",
                "sends",
            ],
        );
        self.losses.of(item, &["receives", "tags"]);
        data
    }

    /// What all that can have threats says.
    fn data(&mut self, item: &Item) -> Json {
        let threats = self
            .against
            .get(item.key.as_str())
            .cloned()
            .unwrap_or_default();
        let threats: Vec<Json> = threats
            .into_iter()
            .map(|threat| self.threat(threat))
            .collect();
        json!({
            "name": item.title, "description": item.description, "isTrustBoundary": false,
            "outOfScope": item.said("out_of_scope").is_some(),
            "reasonOutOfScope": item.said("out_of_scope").unwrap_or_default(),
            "hasOpenThreats": threats.iter().any(|threat| threat["status"] == "Open"), "threats": threats,
        })
    }

    fn threat(&mut self, threat: &Item) -> Json {
        self.number += 1;
        let (state, severity) = self
            .drawn
            .threats
            .get(&threat.key)
            .copied()
            .unwrap_or(("open", "tbd"));
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        let accept = self
            .accepted
            .get(threat.key.as_str())
            .and_then(|accepts| accepts.first());
        let mut texts: Vec<String> = Vec::new();
        for fact in threat.get("mitigations") {
            match fact {
                Fact::Library(name) => texts.push(name.replace('_', " ")),
                Fact::Item(key) => texts.extend(self.draft.items.get(key).map(in_words)),
                _ => {}
            }
        }
        let (status, mitigation) = match (state, accept) {
            ("accepted", Some(accept)) => {
                self.losses.of(threat, &["mitigations"]);
                (
                    "Accepted",
                    accept.said("because").unwrap_or_default().to_owned(),
                )
            }
            ("mitigated", _) => ("Mitigated", texts.join("\n\n")),
            _ => ("Open", texts.join("\n\n")),
        };
        if texts.len() > 1 && status != "Accepted" {
            self.losses.add(
                threat,
                "mitigations",
                "the format has one text for all of them",
            );
        }
        if threat.get("category").len() > 1 {
            self.losses.add(
                threat,
                "category",
                "the format has one; the others are left out",
            );
        }
        let is_severity = threat.stated("likelihood") == Some("high")
            && threat.stated("impact") == Some("critical");
        if !is_severity && !matches!(threat.stated("likelihood"), None | Some("medium")) {
            self.losses
                .add(threat, "likelihood", "the format has the severity alone");
        }
        if threat.stated("impact") == Some("critical") && !is_severity {
            self.losses
                .add(threat, "impact", "the format has the severity alone");
        }
        self.losses
            .of(threat, &["affects", "references", "ticket", "owner"]);
        let category = threat.words("category").next().unwrap_or("tampering");
        json!({
            "id": format!("{}-{}", threat.name.as_deref().unwrap_or("threat").replace('_', "-"), self.number),
            "title": threat.title, "status": status,
            "severity": if severity == "tbd" { "TBD".to_owned() } else { capital(severity) },
            "type": capital(&category.replace('_', " ")), "description": threat.description, "mitigation": mitigation,
            "modelType": "STRIDE", "new": false, "number": self.number, "score": "",
        })
    }
}

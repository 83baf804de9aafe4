//! Models of the Microsoft Threat Modeling Tool (`.tm7`): drawings, and threats that the tool made
//! of them, as .NET's `DataContractSerializer` writes them. It must not know how a drawing looks,
//! but for what lies in which box.

use crate::area::{Area, Point, cross};
use crate::draft::{Draft, Fact, Item, facts_in_words};
use crate::tree::{Fields, Node, Notes, Problem, Text, Value};
use crate::words::{looked_up, plain_word};
use crate::{guesses, places, stand_ins, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::BTreeMap;
use threatline_model::Kind;

/// How deep elements may stand in each other; the tool writes about 15.
const DEEPEST: usize = 64;

/// Elements that are entries of a list, also where there is one alone.
const ENTRIES: &[&str] = &[
    "DrawingSurfaceModel",
    "anyType",
    "string",
    "Note",
    "ThreatCategory",
    "ThreatType",
    "ThreatMetaDatum",
];

/// The name under which the type of an element stands in its group.
const TYPE: &str = "#type";

/// What the tool's own templates call their stencils, with the library's technologies; empty for
/// what says nothing. Other stencils are known by their titles.
const STENCIL: &[(&str, &str)] = &[
    ("SE.P.TMCore.ThickClient", "desktop_app"),
    ("SE.P.TMCore.BrowserClient", "browser"),
    ("SE.P.TMCore.PlugIn", "browser_extension"),
    ("SE.P.TMCore.WebServer", "web_server"),
    ("SE.P.TMCore.WebApp", "web_application"),
    ("SE.P.TMCore.WebSvc", "web_service"),
    ("SE.P.TMCore.WebAPI", "web_service"),
    ("SE.P.TMCore.WCF", "web_service"),
    ("SE.P.TMCore.IdSrv", "identity_provider"),
    ("SE.P.TMCore.ADFS", "identity_provider"),
    ("SE.P.TMCore.AzureAD", "identity_provider"),
    ("SE.P.TMCore.AzureAppServiceApiApp", "web_service"),
    ("SE.P.TMCore.AzureAppServiceMobileApp", "web_service"),
    ("SE.P.TMCore.AzureML", "ai"),
    ("SE.P.TMCore.AzureStreamAnalytics", "stream_processing"),
    ("SE.P.TMCore.AzureWebJob", "batch_job"),
    ("SE.P.TMCore.DynamicsCRMPortal", "web_application"),
    ("SE.EI.TMCore.Browser", "browser"),
    ("SE.EI.TMCore.AuthProvider", "identity_provider"),
    ("SE.EI.TMCore.WebApp", "web_application"),
    ("SE.EI.TMCore.WebSvc", "web_service"),
    ("SE.EI.TMCore.Mobile", "mobile_app"),
    ("SE.EI.TMCore.IoTdevice", "iot_device"),
    ("SE.DS.TMCore.SQL", "relational_database"),
    ("SE.DS.TMCore.NoSQL", "database"),
    ("SE.DS.TMCore.FS", "local_files"),
    ("SE.DS.TMCore.ConfigFile", "local_files"),
    ("SE.DS.TMCore.Cache", "cache"),
    ("SE.DS.TMCore.HTML5LS", "device_storage"),
    ("SE.DS.TMCore.Device", "device_storage"),
    ("SE.DS.TMCore.AzureSQLDWDB", "data_warehouse"),
    ("SE.DS.TMCore.AzureStorage", ""),
    ("SE.DS.TMCore.CloudStorage", ""),
];

const STORAGE: &[(&str, &str)] = &[
    ("File", "file_storage"),
    ("Table", "key_value_store"),
    ("Queue", "message_queue"),
    ("Blob", "object_store"),
];

/// Flows of the tool's own templates, with the library's protocols.
const PROTOCOL: &[(&str, &str)] = &[
    ("SE.DF.TMCore.HTTP", "http"),
    ("SE.DF.TMCore.HTTPS", "https"),
    ("SE.DF.TMCore.Binary", "binary"),
    ("SE.DF.TMCore.NamedPipe", "local_ipc"),
    ("SE.DF.TMCore.ALPC", "local_ipc"),
    ("SE.DF.TMCore.SMB", "smb"),
    ("SE.DF.TMCore.RPC", "binary"),
    ("SE.DF.TMCore.UDP", "binary"),
];

/// What templates call the property that says how a flow is authenticated.
const AUTHENTICATION: &[&str] = &[
    "Authentication",
    "Authentication Scheme",
    "Authentication Mechanism",
    "Authentication Method",
    "Authentication Type",
];

const PRIVILEGE: &[(&str, &str)] = &[
    ("Kernel", "root"),
    ("System", "root"),
    ("Network Service", "service"),
    ("Local Service", "service"),
    ("Administrator", "admin"),
    ("Standard User With Elevation", "admin"),
    ("Standard User Without Elevation", "user"),
    ("Windows Store App", "none"),
];

/// Boundaries of the tool's own templates, with what they are made of.
const BOUNDARY: &[(&str, &str)] = &[
    ("SE.TB.B.TMCore.CorpNet", "network"),
    ("SE.TB.B.TMCore.Sandbox", "process"),
    ("SE.TB.TMCore.AzureTrustBoundary", "cloud"),
    ("SE.TB.TMCore.ServiceFabric", "cloud"),
    ("SE.TB.TMCore.AzureIaaSVMTrustBoundary", "host"),
    ("SE.TB.TMCore.MachineTrustBoundary", "host"),
];

/// Reads a document.
///
/// # Errors
/// The first place where it is no XML, or that it is another document.
pub fn read(notes: &Notes, text: &Text) -> Result<Draft, Problem> {
    let document = document(text)?;
    let top = Fields::new(notes, &document, String::new());
    let mut draft = Draft::default();
    metadata(&top, &mut draft);
    let template = Template::of(&top);
    let surfaces = top.groups("DrawingSurfaceList");
    if surfaces.is_empty() {
        top.problem("DrawingSurfaceList", "there is no diagram");
    } else {
        top.loss("DrawingSurfaceList", crate::tree::DRAWN_ANEW);
    }
    let mut drawn = Drawn {
        is_one_of_several: surfaces.len() > 1,
        ..Drawn::default()
    };
    for surface in &surfaces {
        read_surface(notes, surface, &mut drawn, &mut draft);
    }
    places::break_circles(&mut draft);
    threats(&top, &template, &drawn, &mut draft);
    for fields in top.groups("Notes") {
        fields.skip_texts(&["Id"]);
        let who = [fields.text("AddedBy"), fields.text("Date")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        let said = fields.text("Message").unwrap_or_default();
        if !said.is_empty() {
            fields.loss("Message", "kept in a comment");
            draft.comments.push(if who.is_empty() {
                format!("note: {said}")
            } else {
                format!("note ({who}): {said}")
            });
        }
        draft.comments.extend(fields.rest());
    }
    // Settings and marks of the tool.
    top.skip(&[
        "ThreatGenerationEnabled",
        "Validations",
        "Version",
        "Profile",
    ]);
    draft.comments.extend(top.rest());
    Ok(draft)
}

/// What the serializer wrote: an element with elements in it is a group of them, or a list, and one
/// without is a text.
fn document(text: &Text) -> Result<Node, Problem> {
    let problem = |row: u32, column: u32, message: String| {
        let place = crate::tree::Place {
            line: usize::try_from(row).unwrap_or(1),
            column: usize::try_from(column).unwrap_or(1),
            ..text.place(0)
        };
        Problem {
            place,
            path: String::new(),
            message,
        }
    };
    // Before the parser, which takes long for names of names in many levels.
    if let Some(offset) = deeper_than(text.as_str(), MOST_OPEN) {
        let message = format!("elements stand in each other more than {MOST_OPEN} deep");
        return Err(Problem {
            place: text.place(offset),
            path: String::new(),
            message,
        });
    }
    // Types of documents, and with them entities, are refused.
    let document = roxmltree::Document::parse(text.as_str()).map_err(|error| {
        let (place, said) = (error.pos(), error.to_string());
        let said = said.split(" at ").next().unwrap_or_default();
        problem(
            place.row,
            place.col,
            format!("this is no XML that can be read: {said}"),
        )
    })?;
    let root = document.root_element();
    let name = root.tag_name().name();
    if name != "ThreatModel" {
        let what = match name {
            "KnowledgeBase" => {
                "this is a template of the Microsoft Threat Modeling Tool, and no model".to_owned()
            }
            _ => format!(
                "this is XML of another tool: `<{name}>` where `<ThreatModel>` of a .tm7 file would be"
            ),
        };
        return Err(Problem {
            place: text.place(root.range().start),
            path: String::new(),
            message: what,
        });
    }
    node(text, root, 0)
}

/// How many elements may be open at once, as they are counted before it is known what is an
/// element.
const MOST_OPEN: usize = 1000;

/// Where more elements are open than there may be.
fn deeper_than(text: &str, most: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = 0usize;
    for (at, pair) in bytes.windows(2).enumerate() {
        match pair {
            b"</" | b"/>" => open = open.saturating_sub(1),
            b"<!" | b"<?" => {}
            [b'<', _] => open += 1,
            _ => {}
        }
        if open > most {
            return Some(at);
        }
    }
    None
}

fn node(text: &Text, element: roxmltree::Node<'_, '_>, depth: usize) -> Result<Node, Problem> {
    let place = text.place(element.range().start);
    if depth > DEEPEST {
        let message = format!("elements stand in each other more than {DEEPEST} deep");
        return Err(Problem {
            place,
            path: String::new(),
            message,
        });
    }
    let attribute = |name: &str| {
        element
            .attributes()
            .find(|attribute| attribute.name() == name)
            .map(|attribute| attribute.value())
    };
    if attribute("nil") == Some("true") {
        return Ok(Node::null(place));
    }
    let mut entries: Vec<(String, Vec<Node>)> = Vec::new();
    let mut is_list = false;
    for child in element.children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        is_list |= ENTRIES.contains(&name) || name.starts_with("KeyValueOf");
        // Pictures of stencils.
        if name == "ImageSource" {
            continue;
        }
        let child = node(text, child, depth + 1)?;
        match entries.iter_mut().find(|(known, _)| known == name) {
            Some((_, nodes)) => nodes.push(child),
            None => entries.push((name.to_owned(), vec![child])),
        }
    }
    let value = if is_list {
        Value::List(entries.into_iter().flat_map(|(_, nodes)| nodes).collect())
    } else if entries.is_empty() {
        match element
            .text()
            .map(str::trim)
            .filter(|said| !said.is_empty())
        {
            Some(said) => Value::Text(said.to_owned()),
            None => Value::Null,
        }
    } else {
        let mut entries: Vec<(String, Node)> = entries
            .into_iter()
            .map(|(name, mut nodes)| match nodes.len() {
                1 => Ok((name, nodes.remove(0))),
                _ => Ok((name, Node::new(Value::List(nodes), place.clone())?)),
            })
            .collect::<Result<_, Problem>>()?;
        if let Some(said) = attribute("type") {
            let said = said.rsplit(':').next().unwrap_or_default().to_owned();
            entries.push((
                TYPE.to_owned(),
                Node::new(Value::Text(said), place.clone())?,
            ));
        }
        Value::Map(entries)
    };
    Node::new(value, place)
}

/// Lines of a text that lists something, without the signs before each.
fn listed(said: &str) -> impl Iterator<Item = &str> {
    let marks = |character: char| character.is_whitespace() || "-*•·".contains(character);
    said.lines()
        .map(move |line| line.trim_start_matches(marks).trim())
        .filter(|line| says_something(line))
}

/// Whether someone filled in more than that there is nothing.
fn says_something(said: &str) -> bool {
    !matches!(plain_word(said).as_str(), "" | "none" | "na" | "tbd")
}

fn metadata(top: &Fields<'_>, draft: &mut Draft) {
    draft.title = titles::of_file(&top.place().file);
    let Some(fields) = top.group("MetaInformation") else {
        return;
    };
    if let Some(title) = fields.text("ThreatModelName") {
        draft.title = title;
    }
    draft.description = fields
        .text("HighLevelSystemDescription")
        .filter(|said| says_something(said))
        .unwrap_or_default();
    draft
        .owner
        .extend(fields.text("Owner").filter(|said| says_something(said)));
    for (at, line) in fields
        .text("Assumptions")
        .iter()
        .flat_map(|said| listed(said))
        .enumerate()
    {
        draft.items.push(Item::new(
            Kind::Assumption,
            format!("assumption {at}"),
            line,
        ));
    }
    for (name, what) in [
        ("Contributors", "contributors"),
        ("Reviewer", "reviewer"),
        ("ExternalDependencies", "external dependencies"),
    ] {
        if let Some(said) = fields.text(name).filter(|said| says_something(said)) {
            fields.loss(name, "kept in a comment");
            draft.comments.push(format!("{what}: {said}"));
        }
    }
    draft.comments.extend(fields.rest());
}

/// What is needed of the template that a model was drawn with, and that each model holds a copy of.
#[derive(Default)]
struct Template {
    /// The names of the categories by their ids.
    categories: BTreeMap<String, String>,
    /// The categories' ids of the types of threats.
    types: BTreeMap<String, String>,
    /// What people read for the names of the properties of threats.
    labels: BTreeMap<String, String>,
}

impl Template {
    fn of(top: &Fields<'_>) -> Template {
        let mut template = Template::default();
        let Some(fields) = top.group("KnowledgeBase") else {
            return template;
        };
        top.loss(
            "KnowledgeBase",
            "left out: the template, with its stencils and kinds of threats",
        );
        let pairs =
            |fields: &Fields<'_>, list: &str, key: &str, value: &str| -> BTreeMap<String, String> {
                let nodes = fields.list(list);
                let text = |node: &Node, name: &str| {
                    node.get(name)
                        .map(|node| node.in_one_line())
                        .unwrap_or_default()
                };
                nodes
                    .iter()
                    .map(|node| (text(node, key), text(node, value)))
                    .filter(|(key, _)| !key.is_empty())
                    .collect()
            };
        template.categories = pairs(&fields, "ThreatCategories", "Id", "Name");
        template.types = pairs(&fields, "ThreatTypes", "Id", "Category");
        if let Some(fields) = fields.group("ThreatMetaData") {
            template.labels = pairs(&fields, "PropertiesMetaData", "Name", "Label");
        }
        template
    }
}

// ---- drawings
// --------------------------------------------------------------------------------------------------

/// What is drawn on all diagrams.
#[derive(Default)]
struct Drawn {
    is_one_of_several: bool,
    /// The keys of elements and flows by their guids.
    keys: BTreeMap<String, String>,
    /// The keys of what has a name of its own, by kind and title.
    named: BTreeMap<(&'static str, String), String>,
}

/// The box of a stencil.
fn area(fields: &Fields<'_>) -> Option<Area> {
    let [left, top, width, height] =
        ["Left", "Top", "Width", "Height"].map(|name| fields.number(name));
    let area = Area {
        left: left?,
        top: top?,
        width: width?,
        height: height?,
    };
    (area.width > 0.0 && area.height > 0.0).then_some(area)
}

/// A line on a diagram, from its start over its handle to its end.
fn line(fields: &Fields<'_>) -> Option<[Point; 3]> {
    let number = |name: &str| fields.text(name)?.parse::<f64>().ok();
    let point = |x: &str, y: &str| Some((number(x)?, number(y)?));
    Some([
        point("SourceX", "SourceY")?,
        point("HandleX", "HandleY")?,
        point("TargetX", "TargetY")?,
    ])
}

/// A property of a stencil.
struct Property {
    label: String,
    said: String,
    path: String,
    place: crate::tree::Place,
}

/// The properties of a stencil that someone set.
struct Properties<'a> {
    notes: &'a Notes,
    /// What the template calls the stencil.
    stencil: String,
    title: String,
    set: RefCell<Vec<Property>>,
}

impl<'a> Properties<'a> {
    fn of(notes: &'a Notes, fields: &Fields<'a>) -> Properties<'a> {
        let mut properties = Properties {
            notes,
            stencil: String::new(),
            title: String::new(),
            set: RefCell::default(),
        };
        for (at, property) in fields.groups("Properties").into_iter().enumerate() {
            let label = property.text("DisplayName").unwrap_or_default();
            let said = match property.text(TYPE).unwrap_or_default().as_str() {
                "HeaderDisplayAttribute" => {
                    if at == 0 {
                        properties.stencil = label;
                    }
                    continue;
                }
                // These are given with the stencil.
                "StaticListDisplayAttribute" => continue,
                "ListDisplayAttribute" => {
                    // The first is what nobody chose.
                    let chosen = property
                        .number("SelectedIndex")
                        .filter(|index| *index >= 1.0)
                        .unwrap_or_default();
                    let values = property.texts("Value");
                    match values.get(chosen as usize) {
                        Some(said) if chosen >= 1.0 => said.clone(),
                        _ => continue,
                    }
                }
                "BooleanDisplayAttribute" => match property.yes_no("Value") {
                    Some(true) => "Yes".to_owned(),
                    _ => continue,
                },
                _ => property.text("Value").unwrap_or_default(),
            };
            if said.is_empty() || (label == "Dataflow Order" && said == "0") {
                continue;
            }
            if label == "Name" && properties.title.is_empty() {
                properties.title = said;
                continue;
            }
            let (path, place) = (property.path_to("Value"), property.place().clone());
            properties.set.borrow_mut().push(Property {
                label,
                said,
                path,
                place,
            });
        }
        properties
    }

    /// Takes out a property that someone set.
    fn take(&self, label: &str) -> Option<String> {
        let mut set = self.set.borrow_mut();
        let at = set.iter().position(|property| property.label == label)?;
        Some(set.remove(at).said)
    }

    fn is_yes(&self, label: &str) -> bool {
        let mut set = self.set.borrow_mut();
        let at = set.iter().position(|property| {
            property.label == label && property.said.eq_ignore_ascii_case("yes")
        });
        at.map(|at| set.remove(at)).is_some()
    }

    /// Takes out a property that a table has a word for.
    fn word(&self, label: &str, table: &[(&str, &'static str)]) -> Option<&'static str> {
        self.known(label, |said| looked_up(said, table))
    }

    /// Takes out a property that there is a word for.
    fn known(
        &self,
        label: &str,
        word: impl Fn(&str) -> Option<&'static str>,
    ) -> Option<&'static str> {
        let mut set = self.set.borrow_mut();
        let at = set.iter().position(|property| property.label == label)?;
        let found = word(&set[at].said)?;
        set.remove(at);
        Some(found)
    }

    /// What nobody took, as lines that are kept.
    fn rest(&self) -> Vec<String> {
        let left = self.set.take();
        let lines = left.into_iter().map(|property| {
            self.notes.loss(
                &property.place,
                &property.path,
                format!("{}: kept in a comment", property.label),
            );
            format!("{}: {}", property.label, property.said)
        });
        titles::joined_lines(lines.collect())
    }

    /// The name that someone gave it.
    fn own_title(&self) -> Option<&str> {
        let is_own = !self.title.is_empty() && self.title != self.stencil;
        is_own.then_some(self.title.as_str())
    }
}

/// What a stencil stands for.
fn kind_of(fields: &Fields<'_>) -> Option<Kind> {
    let shape = fields.text(TYPE).unwrap_or_default();
    let generic = fields.text("GenericTypeId").unwrap_or_default();
    match (generic.as_str(), shape.as_str()) {
        ("GE.P", _) | (_, "StencilEllipse") => Some(Kind::Process),
        ("GE.DS", _) | (_, "StencilParallelLines") => Some(Kind::Store),
        ("GE.A", _) => None,
        ("GE.EI", _) | (_, "StencilRectangle") => Some(Kind::External),
        ("GE.TB.B", _) | (_, "BorderBoundary") => Some(Kind::Boundary),
        ("GE.DF", _) | (_, "Connector") => Some(Kind::Flow),
        _ => None,
    }
}

/// A stencil that is being read.
struct Stencil<'a> {
    fields: Fields<'a>,
    properties: Properties<'a>,
    kind: Option<Kind>,
    guid: String,
    type_id: String,
}

fn stencils<'a>(notes: &'a Notes, surface: &Fields<'a>, list: &str) -> Vec<Stencil<'a>> {
    let each = |entry: Fields<'a>| {
        let guid = entry.text("Key");
        let fields = entry.group("Value")?;
        let guid = fields.text("Guid").or(guid).unwrap_or_default();
        if guid.is_empty() {
            fields.problem("Guid", "`Guid` is missing");
        }
        // How it is drawn.
        fields.skip(&[
            "StrokeDashArray",
            "StrokeThickness",
            "HandleX",
            "HandleY",
            "PortSource",
            "PortTarget",
        ]);
        fields.skip(&[
            "SourceX", "SourceY", "TargetX", "TargetY", "Left", "Top", "Width", "Height",
        ]);
        let properties = Properties::of(notes, &fields);
        let type_id = fields.text("TypeId").unwrap_or_default();
        Some(Stencil {
            kind: kind_of(&fields),
            properties,
            guid,
            type_id,
            fields,
        })
    };
    surface.groups(list).into_iter().filter_map(each).collect()
}

fn read_surface(notes: &Notes, surface: &Fields<'_>, drawn: &mut Drawn, draft: &mut Draft) {
    surface.skip(&["GenericTypeId", "Guid", "TypeId", "Zoom", TYPE]);
    let properties = Properties::of(notes, surface);
    let header = surface.text("Header");
    let title = properties.own_title().map(str::to_owned).or(header);
    let is_default = |title: &String| {
        plain_word(title).trim_end_matches(|last: char| last.is_ascii_digit()) == "diagram"
    };
    let part = title.filter(|title| drawn.is_one_of_several && !is_default(title));
    draft.comments.extend(properties.rest());
    let shapes = stencils(notes, surface, "Borders");
    let lines = stencils(notes, surface, "Lines");
    let mut boxes: Vec<(Area, String)> = Vec::new();
    let mut started = Vec::new();
    for stencil in &shapes {
        let Stencil {
            fields, properties, ..
        } = stencil;
        let Some(kind) = stencil.kind.filter(|kind| *kind != Kind::Flow) else {
            // A text, or a shape of a later version.
            fields.loss(
                "Properties",
                "kept in a comment: it is a text on the diagram",
            );
            draft.comments.extend(Some(format!(
                "on the diagram: {}",
                titles::or(&properties.title, &properties.stencil)
            )));
            draft.comments.extend(properties.rest());
            continue;
        };
        let item = element(stencil, kind, part.as_deref(), draft);
        let key = merged(stencil, item, drawn, draft);
        let area = area(fields);
        if let (Kind::Boundary, Some(area)) = (kind, area) {
            boxes.push((area, key.clone()));
        }
        started.push((key, area, fields));
    }
    for (key, area, fields) in started {
        let Some(area) = area else {
            if !boxes.is_empty() {
                fields.loss(
                    "Left",
                    "its place is not stated, and so not in which boundary it is",
                );
            }
            continue;
        };
        let around = boxes.iter().filter(|(around, other)| {
            *other != key && area.size() < around.size() && around.holds_most(area)
        });
        let nearest = around
            .min_by(|a, b| a.0.size().total_cmp(&b.0.size()))
            .map(|(_, key)| key.clone());
        if let Some(item) = draft
            .items
            .get_mut(&key)
            .filter(|item| item.place.is_none())
        {
            item.place = nearest;
        }
    }
    let (flows, others): (Vec<_>, Vec<_>) = lines
        .iter()
        .partition(|stencil| stencil.kind == Some(Kind::Flow));
    for stencil in &flows {
        flow(stencil, part.as_deref(), drawn, draft);
    }
    answers(&lines, drawn, draft);
    for stencil in others {
        line_boundary(stencil, &flows, draft);
    }
    for stencil in shapes.iter().chain(&lines) {
        draft.comments.extend(stencil.fields.rest());
    }
    draft.comments.extend(surface.rest());
}

/// Keeps a boundary that is a line in a comment, with the flows that are drawn across it.
fn line_boundary(stencil: &Stencil<'_>, flows: &[&Stencil<'_>], draft: &mut Draft) {
    let _ = (
        stencil.fields.text("SourceGuid"),
        stencil.fields.text("TargetGuid"),
    );
    stencil.fields.loss("Properties", crate::tree::NO_INSIDE);
    let properties = &stencil.properties;
    let own = line(&stencil.fields);
    let is_across = |other: &&&Stencil<'_>| {
        own.zip(line(&other.fields))
            .is_some_and(|(own, other)| cross(&own, &other))
    };
    let across: Vec<&str> = flows
        .iter()
        .filter(is_across)
        .filter_map(|flow| draft.items.get(&flow.guid).map(|item| item.title.as_str()))
        .collect();
    let across = if across.is_empty() {
        String::new()
    } else {
        format!("; it crosses {}", across.join(", "))
    };
    let title = titles::or(&properties.title, &properties.stencil);
    draft
        .comments
        .push(format!("trust boundary drawn as a line: {title}{across}"));
    draft.comments.extend(properties.rest());
}

fn element(stencil: &Stencil<'_>, kind: Kind, part: Option<&str>, draft: &mut Draft) -> Item {
    let Stencil {
        properties,
        type_id,
        ..
    } = stencil;
    let title = titles::or(&properties.title, &properties.stencil).to_owned();
    let mut item = Item::new(kind, stencil.guid.clone(), title);
    item.part = part.map(str::to_owned);
    if kind == Kind::Boundary {
        item.word("kind", looked_up(type_id, BOUNDARY));
        item.word("trust", guesses::trust_by_name(&item.title));
    } else {
        scope(properties, &mut item);
    }
    let technology = match looked_up(type_id, STENCIL) {
        Some(name) => Some(name).filter(|name| !name.is_empty()),
        None if properties.stencil.starts_with("Generic") || kind == Kind::Boundary => None,
        None => vocabulary::technology(&properties.stencil),
    };
    let technology = properties.word("Storage Type", STORAGE).or(technology);
    item.library("technology", technology.as_slice());
    if type_id == "SE.EI.TMCore.User" || plain_word(&properties.stencil) == "humanuser" {
        item.word("kind", Some("person"));
    }
    match kind {
        Kind::External => {
            item.word(
                "kind",
                properties.word("Type", &[("Human", "person"), ("Code", "system")]),
            );
        }
        Kind::Process => {
            item.word("privileges", properties.word("Running As", PRIVILEGE));
            if properties.is_yes("Sanitizes Output") {
                item.library("mitigations", &["output_encoding"]);
            }
        }
        Kind::Store => {
            if properties.is_yes("Encrypted") {
                item.word("encryption", Some("at_rest"));
            }
            for (label, held) in [
                ("Stores Credentials", stand_ins::CREDENTIALS),
                ("Stores Log Data", stand_ins::LOGS),
            ] {
                if properties.is_yes(label) {
                    stand_ins::hold(draft, &mut item, "stores", held);
                }
            }
        }
        _ => {}
    }
    let is_told = item.get("technology").is_empty() && item.get("kind").is_empty();
    if is_told && !properties.stencil.starts_with("Generic") && properties.own_title().is_some() {
        item.comments
            .push(format!("drawn as: {}", properties.stencil));
        stencil.fields.loss(
            "TypeId",
            "kept in a comment: the library has nothing for this stencil",
        );
    }
    item.comments.extend(properties.rest());
    item
}

fn scope(properties: &Properties<'_>, item: &mut Item) {
    let why = properties.take("Reason For Out Of Scope");
    if properties.is_yes("Out Of Scope") {
        let why = why.unwrap_or_else(|| stand_ins::OUT_OF_SCOPE.to_owned());
        item.text("out_of_scope", Some(why));
    } else {
        item.comments
            .extend(why.map(|why| format!("reason for out of scope: {why}")));
    }
}

/// Adds an element, or joins it with one of the same name on another diagram. Gives its key.
fn merged(stencil: &Stencil<'_>, mut item: Item, drawn: &mut Drawn, draft: &mut Draft) -> String {
    let name = (item.kind.word(), item.title.clone());
    let other = drawn
        .named
        .get(&name)
        .cloned()
        .filter(|_| stencil.properties.own_title().is_some());
    let other = other
        .and_then(|key| draft.items.get_mut(&key))
        .filter(|other| other.part != item.part);
    if let Some(other) = other.filter(|_| drawn.is_one_of_several) {
        stencil.fields.loss(
            "Properties",
            "read as the same as that of the same name on another diagram",
        );
        for (property, facts) in item.facts {
            match other.get(property) {
                [] => facts
                    .into_iter()
                    .for_each(|fact| other.state(property, fact)),
                known if known == facts.as_slice() => {}
                _ => other.comments.push(format!(
                    "{property} on another diagram: {}",
                    facts_in_words(&facts)
                )),
            }
        }
        item.comments
            .retain(|comment| !other.comments.contains(comment));
        other.comments.append(&mut item.comments);
        let key = other.key.clone();
        drawn
            .keys
            .entry(stencil.guid.clone())
            .or_insert_with(|| key.clone());
        return key;
    }
    let key = draft.items.push(item);
    drawn.named.entry(name).or_insert_with(|| key.clone());
    drawn
        .keys
        .entry(stencil.guid.clone())
        .or_insert_with(|| key.clone());
    key
}

// ---- flows
// -----------------------------------------------------------------------------------------------------

fn flow(stencil: &Stencil<'_>, part: Option<&str>, drawn: &mut Drawn, draft: &mut Draft) {
    let Stencil {
        fields,
        properties,
        type_id,
        guid,
        ..
    } = stencil;
    let is_element = |key: &&String| {
        draft
            .items
            .get(key)
            .is_some_and(|item| matches!(item.kind, Kind::External | Kind::Process | Kind::Store))
    };
    let end = |name: &str| {
        fields
            .text(name)
            .and_then(|guid| drawn.keys.get(&guid).filter(is_element).cloned())
    };
    let ends = (end("SourceGuid"), end("TargetGuid"));
    let shown = titles::or(&properties.title, &properties.stencil);
    let (Some(source), Some(target)) = ends else {
        let name = if ends.0.is_none() {
            "SourceGuid"
        } else {
            "TargetGuid"
        };
        fields.loss(name, crate::tree::LOOSE_END);
        let [source, target] = [ends.0, ends.1].map(|key| {
            let title = key
                .and_then(|key| draft.items.get(&key))
                .map(|item| format!("\"{}\"", item.title));
            title.unwrap_or_else(|| "nothing".to_owned())
        });
        draft.comments.push(format!(
            "flow with a loose end: {shown}, from {source} to {target}"
        ));
        draft.comments.extend(properties.rest());
        return;
    };
    let mut item = Item::new(Kind::Flow, guid, String::new());
    item.part = part.map(str::to_owned);
    item.ends = Some((source, target.clone()));
    let named = properties
        .own_title()
        .filter(|title| vocabulary::protocol(title).is_none());
    match named {
        Some(title) => item.title = title.to_owned(),
        None => item.title = draft.title_of_ends(&item),
    }
    scope(properties, &mut item);
    let protocol = properties
        .known("Protocol", vocabulary::protocol)
        .or_else(|| looked_up(type_id, PROTOCOL));
    let protocol = protocol.or_else(|| guesses::protocol_in(shown));
    item.library("protocol", protocol.as_slice());
    if type_id == "SE.DF.TMCore.IPsec" {
        item.word("tunnel", Some("vpn"));
    }
    if properties
        .word("Physical Network", &[("Bluetooth", "bluetooth")])
        .is_some()
    {
        match protocol {
            None => item.library("protocol", &["bluetooth"]),
            Some(_) => item.comments.push("Physical Network: Bluetooth".to_owned()),
        }
    }
    let authentication = AUTHENTICATION
        .iter()
        .find_map(|label| properties.known(label, vocabulary::authentication));
    let authentication =
        authentication.or_else(|| properties.word("Source Authenticated", &[("No", "none")]));
    item.word("authentication", authentication);
    // All three together are what TLS gives.
    let secured = [
        "Destination Authenticated",
        "Provides Confidentiality",
        "Provides Integrity",
    ];
    let is_set = |label: &str| {
        properties
            .set
            .borrow()
            .iter()
            .any(|set| set.label == label && set.said == "Yes")
    };
    if secured.iter().all(|label| is_set(label)) {
        secured
            .iter()
            .for_each(|label| drop(properties.take(label)));
        item.library("mitigations", &["tls"]);
    }
    if let Some(reader) = draft
        .items
        .get_mut(&target)
        .filter(|item| item.kind == Kind::Process)
    {
        let formats = [
            ("JSON Payload", "json"),
            ("Transmits XML", "xml"),
            ("SOAP Payload", "xml"),
            ("RSS Payload", "xml"),
        ];
        for (label, format) in formats {
            if properties.is_yes(label) {
                reader.word("accepts", Some(format));
            }
        }
        let forged = properties.take("Forgery Protection");
        match forged.as_deref() {
            None => {}
            Some("None" | "Not applicable") => {
                item.comments
                    .extend(forged.map(|said| format!("Forgery Protection: {said}")));
            }
            Some(said) => {
                reader.library("mitigations", &["csrf_protection"]);
                reader.comments.push(format!("Forgery Protection: {said}"));
            }
        }
    }
    if properties.take("Show Boundary Threats").is_some() {
        fields.loss(
            "Properties",
            "`Show Boundary Threats` is left out: it is a setting of the tool",
        );
    }
    item.comments.extend(properties.rest());
    let key = draft.items.push(item);
    drawn.keys.entry(guid.clone()).or_insert(key);
}

/// Joins what was drawn as a response with its request: they are one flow.
fn answers(lines: &[Stencil<'_>], drawn: &mut Drawn, draft: &mut Draft) {
    let stem = |title: &str| {
        plain_word(title)
            .trim_end_matches("request")
            .trim_end_matches("response")
            .to_owned()
    };
    let of_type = |end: &'static str| {
        lines
            .iter()
            .filter(move |stencil| stencil.type_id.ends_with(end))
    };
    let mut requests: FxHashMap<(String, String), Vec<&Stencil<'_>>> = FxHashMap::default();
    for stencil in of_type(".Request") {
        if let Some(ends) = draft
            .items
            .get(&stencil.guid)
            .and_then(|item| item.ends.clone())
        {
            requests.entry(ends).or_default().push(stencil);
        }
    }
    let mut joined: FxHashSet<String> = FxHashSet::default();
    for stencil in of_type(".Response") {
        let Some(answer) = draft
            .items
            .get(&stencil.guid)
            .filter(|answer| !joined.contains(&answer.key))
        else {
            continue;
        };
        let Some((source, target)) = answer.ends.clone() else {
            continue;
        };
        let Some(open) = requests
            .get_mut(&(target, source))
            .filter(|open| !open.is_empty())
        else {
            continue;
        };
        let like = stem(&stencil.properties.title);
        let at = open
            .iter()
            .position(|other| stem(&other.properties.title) == like)
            .unwrap_or_default();
        let request = open.remove(at).guid.clone();
        let answer = answer.clone();
        if let Some(item) = draft.items.get_mut(&request) {
            if let Some(title) = stencil.properties.own_title() {
                item.comments
                    .push(format!("Its answer was drawn as a flow: {title}"));
            }
            for (property, facts) in answer.facts {
                if item.get(property).is_empty() || item.get(property) != facts.as_slice() {
                    item.comments.push(format!(
                        "{property} of its answer: {}",
                        facts_in_words(&facts)
                    ));
                }
            }
            item.comments.extend(answer.comments);
        }
        stencil.fields.loss(
            "Guid",
            "joined with its request: a request and its answer are one flow",
        );
        drawn.keys.insert(stencil.guid.clone(), request);
        joined.insert(answer.key);
    }
    draft.items.retain(|item| !joined.contains(&item.key));
}

// ---- threats
// ---------------------------------------------------------------------------------------------------

/// What a threat says in its properties, or, in older versions, in itself.
struct Said<'a> {
    fields: &'a Fields<'a>,
    properties: RefCell<Vec<(String, String)>>,
}

impl Said<'_> {
    fn take(&self, name: &str) -> Option<String> {
        let own = self.fields.text(name);
        let mut properties = self.properties.borrow_mut();
        let at = properties.iter().position(|(key, _)| key == name);
        at.map(|at| properties.remove(at).1)
            .filter(|said| !said.is_empty())
            .or(own)
    }
}

/// A text without links of HTML, which the tool's templates write; the tool escapes them anew each
/// time that it saves.
fn without_links(said: &str) -> String {
    const MOST_SAVES: usize = 16;
    let mut said = said.to_owned();
    for _ in 0..MOST_SAVES {
        if !said.contains("&amp;") {
            break;
        }
        said = said.replace("&amp;", "&");
    }
    let said = said
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    let mut plain = String::new();
    let mut rest = said.as_str();
    while let Some(at) = rest.find("<a ") {
        let Some(end) = rest[at..].find('>') else {
            break;
        };
        plain.push_str(&rest[..at]);
        rest = &rest[at + end + 1..];
    }
    plain.push_str(rest);
    titles::without_markup(&plain.replace("</a>", ""))
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn threats(top: &Fields<'_>, template: &Template, drawn: &Drawn, draft: &mut Draft) {
    let mut untouched: BTreeMap<String, usize> = BTreeMap::new();
    let mut inapplicable = 0;
    let mut same: BTreeMap<(String, String, String, String), String> = BTreeMap::new();
    for entry in top.groups("ThreatInstances") {
        let key = entry.text("Key").unwrap_or_default();
        let Some(fields) = entry.group("Value") else {
            continue;
        };
        let properties = fields.groups("Properties").into_iter();
        let properties = properties.map(|pair| {
            (
                pair.text("Key").unwrap_or_default(),
                pair.text("Value").unwrap_or_default(),
            )
        });
        let said = Said {
            fields: &fields,
            properties: RefCell::new(properties.collect()),
        };
        let type_id = fields.text("TypeId").unwrap_or_default();
        let state = fields.text("State").unwrap_or_default();
        let why = fields
            .text("StateInformation")
            .map(|why| why.trim().to_owned());
        let changed = [
            fields.text("ChangedBy"),
            fields
                .text("ModifiedAt")
                .filter(|day| !day.starts_with("0001-")),
        ];
        let changed: Vec<String> = changed.into_iter().flatten().collect();
        let category = said.take("UserThreatCategory");
        let category = category.or_else(|| {
            template
                .categories
                .get(template.types.get(&type_id)?)
                .cloned()
        });
        let category = category.unwrap_or_default();
        let is_generated = template.types.is_empty() || template.types.contains_key(&type_id);
        let is_new = matches!(
            plain_word(&state).as_str(),
            "" | "autogenerated" | "notstarted"
        );
        if is_new && why.is_none() && changed.is_empty() && is_generated {
            *untouched.entry(category).or_default() += 1;
            continue;
        }
        let title = said.take("Title").map(|title| without_links(&title));
        let title = title.unwrap_or_else(|| format!("Threat {}", titles::or(&type_id, &key)));
        let guid = |name: &str| {
            fields
                .text(name)
                .and_then(|guid| drawn.keys.get(&guid).cloned())
        };
        let (flow, target, source) = (guid("FlowGuid"), guid("TargetGuid"), guid("SourceGuid"));
        let on = flow.or(target).or(source);
        if plain_word(&state) == "notapplicable" {
            inapplicable += 1;
            let comment = format!(
                "Not applicable: {title}{}",
                why.map(|why| format!(": {why}")).unwrap_or_default()
            );
            match on.and_then(|key| draft.items.get_mut(&key)) {
                Some(item) => item.comments.push(comment),
                None => draft.comments.push(comment),
            }
            continue;
        }
        let group = (
            type_id,
            title.clone(),
            state.clone(),
            why.clone().unwrap_or_default(),
        );
        if let (Some(key), Some(on)) = (same.get(&group), &on)
            && let Some(item) = draft.items.get_mut(key)
        {
            item.state("targets", Fact::Item(on.clone()));
            continue;
        }
        let mut item = Item::new(Kind::Threat, format!("threat {key}"), title);
        match vocabulary::stride(&category) {
            Some(word) => item.word("category", Some(word)),
            None if category.is_empty() => {}
            None => item.comments.push(format!("category: {category}")),
        }
        match &on {
            Some(key) => item.state("targets", Fact::Item(key.clone())),
            None => fields.loss("FlowGuid", "what it is against is not on the diagrams"),
        }
        item.describe(
            said.take("UserThreatDescription")
                .map(|said| without_links(&said)),
        );
        if let Some(priority) = said.take("Priority") {
            match vocabulary::level_word(&priority) {
                Some(level) => item.word("impact", Some(level)),
                None => item.comments.push(format!("priority: {priority}")),
            }
        }
        if let Some(advice) = said.take("PossibleMitigations") {
            item.comments
                .push(format!("possible mitigations: {}", without_links(&advice)));
        }
        if !changed.is_empty() {
            item.comments
                .push(format!("last changed: {}", changed.join(", ")));
        }
        match plain_word(&state).as_str() {
            "mitigated" => {
                let mitigation = mitigation(why.as_deref(), &item, draft);
                item.state("mitigations", Fact::Item(mitigation));
            }
            "" | "autogenerated" | "notstarted" | "needsinvestigation" => item.comments.extend(why),
            _ => {
                item.comments.push(format!("state: {state}"));
                item.comments.extend(why);
            }
        }
        // What the template says of the category, and what the drawing says.
        for name in ["UserThreatShortDescription", "InteractionString"] {
            let _ = said.take(name);
        }
        fields.skip(&[
            "DrawingSurfaceGuid",
            "Id",
            "InteractionKey",
            "Upgraded",
            "Wide",
            TYPE,
        ]);
        let left = said
            .properties
            .take()
            .into_iter()
            .filter(|(_, said)| says_something(said));
        let label = |name: &String| template.labels.get(name).unwrap_or(name).clone();
        let left = left.map(|(name, said)| format!("{}: {}", label(&name), without_links(&said)));
        item.comments.extend(titles::joined_lines(left.collect()));
        item.comments.extend(fields.rest());
        stand_ins::complete_threat(draft, &mut item);
        same.insert(group, draft.items.push(item));
    }
    if !untouched.is_empty() {
        let all: usize = untouched.values().sum();
        let each = untouched
            .iter()
            .map(|(name, count)| format!("{count} of {}", titles::or(name, "no category")));
        let why = format!(
            "threats that the tool generated and nobody looked at are left out: {all} ({})",
            each.collect::<Vec<_>>().join(", ")
        );
        top.loss("ThreatInstances", why);
    }
    if inapplicable > 0 {
        top.loss(
            "ThreatInstances",
            format!("threats that do not apply are kept in comments: {inapplicable}"),
        );
    }
}

/// The mitigation that a justification tells of.
fn mitigation(why: Option<&str>, threat: &Item, draft: &mut Draft) -> String {
    let mut item = match why {
        Some(why) => Item::new(
            Kind::Mitigation,
            format!("mitigation {why}"),
            titles::title_of(why),
        ),
        None => stand_ins::mitigation_of(threat),
    };
    let key = item.key.clone();
    if draft.items.get(&key).is_none() {
        item.describe(why.map(str::to_owned));
        item.word("status", Some("implemented"));
        draft.items.push(item);
    }
    key
}

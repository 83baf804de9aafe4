//! threatcl's HCL: threat models in prose, with data flow diagrams, and libraries of controls
//! (<https://github.com/threatcl/spec>; `spec.go` says which blocks there are). It must not know
//! the disk.

use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, LABELS, Node, Notes, Problem, Value};
use crate::words::{KnownWords, looked_up, plain_word};
use crate::{guesses, library, places, reading, stand_ins, titles, vocabulary};
use rustc_hash::FxHashMap;
use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{ENDPOINT_KINDS, Kind};

const CLASSIFICATION: &[(&str, &str)] = &[
    ("Public", "public"),
    ("Internal", "internal"),
    ("Confidential", "confidential"),
    ("Restricted", "restricted"),
    ("Secret", "restricted"),
];

/// What a loss of each does, in STRIDE's words.
const IMPACT: &[(&str, &str)] = &[
    ("Confidentiality", "information_disclosure"),
    ("Integrity", "tampering"),
    ("Availability", "denial_of_service"),
];

/// Attributes of a control that tell what proves it.
const EVIDENCE: &[&str] = &["verification", "evidence", "test", "tests", "negativetest"];

/// Technologies that are words of every day as well, and say nothing in a name.
const COMMON: &[&str] = &[
    "agent",
    "library",
    "service",
    "function",
    "development",
    "operations",
    "platform",
    "web",
];

/// How many bytes are put in for names in a document.
const MOST_PUT_IN: usize = 4 << 20;

/// The longest title that is looked for in threats, in words.
const MAX_TITLE_WORDS: usize = 16;

/// How deep models may include each other.
const DEEPEST: usize = 16;

/// Reads a file that a document includes, by its path from the folder of that document.
pub type Include<'a> = dyn Fn(&Node, &str) -> Result<Node, Problem> + 'a;

/// Reads a document.
///
/// # Errors
/// When what it stands for is too much.
pub fn read(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Draft, Problem> {
    let document = resolved(notes, document, include)?;
    let top = Fields::new(notes, &document, String::new());
    // Brought in where they are used.
    let _ = (
        top.text("spec_version"),
        top.node("variable"),
        top.node("locals"),
        top.node(IMPORTED),
    );
    let mut draft = Draft {
        title: titles::readable(&titles::of_file(&top.place().file)),
        ..Draft::default()
    };
    let models: Vec<Node> = top.list("threatmodel");
    let models: Vec<Fields<'_>> = models
        .iter()
        .enumerate()
        .map(|(at, node)| {
            let path = format!("threatmodel[{at}]");
            Ok(top.group_at(&with_base(notes, node, include, &path, 0)?, path))
        })
        .collect::<Result<_, Problem>>()?;
    let components = top.groups("component");
    if models.is_empty() && components.is_empty() {
        let what = match top.node("invariant") {
            Some(_) => {
                "this holds rules for models (`invariant`), and no `threatmodel` to import; what a model has to have \
                 is for rules of one's own, in the language"
            }
            None => "there is no `threatmodel` here, and no `component` with a control",
        };
        top.problem(
            if top.node("invariant").is_some() {
                "invariant"
            } else {
                "threatmodel"
            },
            what,
        );
        return Ok(draft);
    }
    if let Some(node) = top.node("invariant") {
        let count = if let Value::List(nodes) = node.value() {
            nodes.len()
        } else {
            1
        };
        top.loss(
            "invariant",
            format!("rules for models are left out: {count}"),
        );
    }
    for fields in &components {
        draft.items.push(component(fields));
    }
    let controls: Vec<Fields<'_>> = top.groups(IMPORTED);
    let mut controls_by_name: FxHashMap<String, &Fields<'_>> = FxHashMap::default();
    for control in &controls {
        controls_by_name.entry(control.label(1)).or_insert(control);
    }
    let is_one = models.len() == 1;
    for (at, fields) in models.iter().enumerate() {
        let name = fields.label(0);
        if name.is_empty() {
            fields.problem(LABELS, "a `threatmodel` needs a name");
        }
        let part = (!is_one).then(|| titles::readable(&name));
        if is_one {
            draft.title = titles::readable(&name);
        }
        let model = Model {
            prefix: format!("{at}:"),
            part,
            start: draft.items.len(),
            controls: &controls_by_name,
        };
        model.read(fields, &mut draft);
    }
    let mut known = BTreeSet::new();
    draft.owner.retain(|owner| known.insert(owner.clone()));
    places::break_circles(&mut draft);
    draft.comments.extend(top.rest());
    Ok(draft)
}

// ---- references and includes
// -----------------------------------------------------------------------------------

/// The name under which the controls of imported files stand in a document.
const IMPORTED: &str = "#imported";

fn blocks<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    match node.get(name).map(Node::value) {
        Some(Value::List(nodes)) => nodes,
        _ => &[],
    }
}

fn label(node: &Node, at: usize) -> Option<String> {
    blocks(node, LABELS).get(at).map(Node::in_one_line)
}

/// Whether a text is the name of a value elsewhere.
fn is_reference(said: &str) -> bool {
    ["var.", "local.", "import."]
        .iter()
        .any(|start| said.starts_with(start))
        && said
            .chars()
            .all(|character| character.is_alphanumeric() || "._-".contains(character))
}

/// What names stand for.
struct Scope {
    values: BTreeMap<String, String>,
    /// How many bytes may still be put in: a name costs little to write, and may stand for much.
    room: Cell<usize>,
}

impl Scope {
    fn value(&self, name: &str) -> Result<&str, String> {
        let value = self
            .values
            .get(name)
            .ok_or_else(|| format!("`{name}` is kept as it is: there is no such thing"))?;
        let room = self.room.get().checked_sub(value.len());
        self.room.set(
            room.ok_or_else(|| format!("`{name}` is kept as it is: the text would be too long"))?,
        );
        Ok(value)
    }
}

/// A document in which references are replaced by what they stand for, with the controls that it
/// imports.
fn resolved(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Node, Problem> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    let mut state = |name: String, node: &Node| {
        if let Value::Text(text) = node.value() {
            values.insert(name, text.clone());
        } else if !matches!(node.value(), Value::List(_) | Value::Map(_) | Value::Null) {
            values.insert(name, node.in_one_line());
        }
    };
    for variable in blocks(document, "variable") {
        if let (Some(name), Some(value)) = (
            label(variable, 0),
            variable.get("value").or(variable.get("default")),
        ) {
            state(format!("var.{name}"), value);
        }
    }
    for locals in blocks(document, "locals") {
        if let Value::Map(entries) = locals.value() {
            entries
                .iter()
                .for_each(|(name, node)| state(format!("local.{name}"), node));
        }
    }
    let mut imported: Vec<Node> = blocks(document, "component").to_vec();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (at, model) in blocks(document, "threatmodel").iter().enumerate() {
        let fields = Fields::new(notes, model, format!("threatmodel[{at}]"));
        for path in fields.texts("imports") {
            if !seen.insert(path.clone()) {
                continue;
            }
            match include(model, &path) {
                Ok(file) => imported.extend(blocks(&file, "component").iter().cloned()),
                Err(problem) => fields.loss(
                    "imports",
                    format!("`{path}` is not imported: {}", problem.message),
                ),
            }
        }
    }
    for component in &imported {
        if let (Some(kind), Some(name), Value::Map(entries)) =
            (label(component, 0), label(component, 1), component.value())
        {
            for (property, node) in entries {
                state(format!("import.{kind}.{name}.{property}"), node);
            }
        }
    }
    let scope = Scope {
        values,
        room: Cell::new(MOST_PUT_IN),
    };
    let document = with_values(notes, document, &scope, "")?;
    let Value::Map(entries) = document.value() else {
        return Ok(document);
    };
    let mut entries: Vec<(String, Node)> = entries.clone();
    if !imported.is_empty() {
        entries.push((
            IMPORTED.to_owned(),
            Node::new(Value::List(imported), document.place().clone())?,
        ));
    }
    Node::new(Value::Map(entries), document.place().clone())
}

fn with_values(notes: &Notes, node: &Node, scope: &Scope, path: &str) -> Result<Node, Problem> {
    let value = match node.value() {
        Value::Text(text) => match replaced(text, scope) {
            Ok(Some(text)) => Value::Text(text),
            Ok(None) => return Ok(node.clone()),
            Err(why) => {
                notes.loss(node.place(), path, why);
                return Ok(node.clone());
            }
        },
        Value::List(nodes) => {
            let each = nodes
                .iter()
                .enumerate()
                .map(|(at, node)| with_values(notes, node, scope, &format!("{path}[{at}]")));
            Value::List(each.collect::<Result<_, _>>()?)
        }
        Value::Map(entries) => {
            let last: FxHashMap<&str, usize> = entries
                .iter()
                .enumerate()
                .map(|(index, (name, _))| (name.as_str(), index))
                .collect();
            let each = entries.iter().enumerate().map(|(index, (name, node))| {
                let way = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
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
                    with_values(notes, node, scope, &way)?
                };
                Ok((name, node))
            });
            Value::Map(each.collect::<Result<_, Problem>>()?)
        }
        _ => return Ok(node.clone()),
    };
    Node::new(value, node.place().clone())
}

/// What the name of an attribute ends with where blocks have the same name.
const ATTRIBUTE: &str = " (attribute)";

/// A text with what its references stand for; nothing if it has none; why one of them cannot be put
/// in.
fn replaced(text: &str, scope: &Scope) -> Result<Option<String>, String> {
    let plain = text.trim();
    if is_reference(plain) {
        return scope.value(plain).map(|value| Some(value.to_owned()));
    }
    if !plain.contains("${") {
        return Ok(None);
    }
    // A template is the text that it is written as, with its quotes.
    let inner = plain
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let unescaped = inner.map(|inner| {
        inner
            .replace("\\n", "\n")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\")
    });
    let mut rest = unescaped.as_deref().unwrap_or(text);
    let mut whole = String::new();
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else {
            break;
        };
        whole.push_str(&rest[..at]);
        let name = rest[at + 2..at + end].trim();
        match is_reference(name) {
            true => whole.push_str(scope.value(name)?),
            false => whole.push_str(&rest[at..=at + end]),
        }
        rest = &rest[at + end + 1..];
    }
    whole.push_str(rest);
    Ok(Some(whole))
}

/// A model with what the one that it includes says and it does not.
fn with_base(
    notes: &Notes,
    model: &Node,
    include: &Include<'_>,
    path: &str,
    depth: usize,
) -> Result<Node, Problem> {
    let fields = Fields::new(notes, model, path.to_owned());
    let Some(file) = fields.text("including") else {
        return Ok(model.clone());
    };
    if depth >= DEEPEST {
        fields.problem(
            "including",
            format!("models include each other more than {DEEPEST} deep"),
        );
        return Ok(model.clone());
    }
    let included = match include(model, &file) {
        Ok(included) => resolved(notes, &included, include)?,
        Err(problem) if problem.path.is_empty() => {
            fields.problem("including", problem.message);
            return Ok(model.clone());
        }
        Err(problem) => {
            notes.add(problem);
            return Ok(model.clone());
        }
    };
    let [base] = blocks(&included, "threatmodel") else {
        let count = blocks(&included, "threatmodel").len();
        fields.problem(
            "including",
            format!("`{file}` has to hold one `threatmodel`, and holds {count}"),
        );
        return Ok(model.clone());
    };
    let base = with_base(notes, base, include, "threatmodel[0]", depth + 1)?;
    let (Value::Map(own), Value::Map(others)) = (model.value(), base.value()) else {
        return Ok(model.clone());
    };
    let mut entries: Vec<(String, Node)> = own
        .iter()
        .filter(|(name, _)| name != "including")
        .cloned()
        .collect();
    let mut indices: FxHashMap<String, usize> = FxHashMap::default();
    for (index, (name, _)) in entries.iter().enumerate() {
        indices.entry(name.clone()).or_insert(index);
    }
    for (name, node) in others {
        match indices.get(name).map(|index| &mut entries[*index]) {
            None => {
                indices.insert(name.clone(), entries.len());
                entries.push((name.clone(), node.clone()));
            }
            // Blocks of both, but for those that are there anew under the same label.
            Some((_, own)) if name != LABELS && name != "attributes" => {
                if let (Value::List(nodes), Value::List(more)) = (own.value(), node.value()) {
                    let labels: BTreeSet<Option<String>> =
                        nodes.iter().map(|node| label(node, 0)).collect();
                    let is_anew = |other: &&Node| {
                        let label = label(other, 0);
                        label.is_none() || !labels.contains(&label)
                    };
                    let all = more.iter().filter(is_anew).chain(nodes).cloned().collect();
                    *own = Node::new(Value::List(all), own.place().clone())?;
                }
            }
            Some(_) => {}
        }
    }
    Node::new(Value::Map(entries), model.place().clone())
}

// ---- models
// ----------------------------------------------------------------------------------------------------

/// A model of a file.
struct Model<'a> {
    /// What its keys start with.
    prefix: String,
    /// The part that it is, if there are several.
    part: Option<String>,
    /// The index of the first item that may be of it.
    start: usize,
    /// The controls that can be named.
    controls: &'a FxHashMap<String, &'a Fields<'a>>,
}

impl Model<'_> {
    fn item(&self, kind: Kind, name: &str) -> Item {
        let mut item = Item::new(kind, self.key(kind, name), titles::readable(name));
        item.part.clone_from(&self.part);
        item
    }

    fn key(&self, kind: Kind, name: &str) -> String {
        // Elements of a diagram have different names.
        let what = match kind {
            Kind::External | Kind::Process | Kind::Store => "element",
            _ => kind.word(),
        };
        format!("{}{what} {name}", self.prefix)
    }

    /// A name that a block has to have.
    fn name(&self, fields: &Fields<'_>) -> String {
        let name = fields.label(0);
        if name.is_empty() {
            fields.problem(LABELS, "it needs a name");
        }
        name
    }

    fn read(&self, fields: &Fields<'_>, draft: &mut Draft) {
        let _ = (
            fields.label(0),
            fields.node("imports"),
            fields.node("including"),
        );
        draft.owner.extend(fields.text("author"));
        let mut comments = Vec::new();
        for (name, what) in [("link", "link"), ("diagram_link", "diagram")] {
            fields.keep_text(&mut comments, name, what);
        }
        comments.extend(
            fields
                .texts("repository")
                .into_iter()
                .map(|said| format!("repository: {said}")),
        );
        for (name, what) in [("created_at", "created"), ("updated_at", "updated")] {
            let Some(seconds) = fields.number(name) else {
                continue;
            };
            let day = jiff::Timestamp::from_second(seconds as i64)
                .map(|time| time.strftime("%Y-%m-%d").to_string());
            comments.push(format!(
                "{what}: {}",
                day.unwrap_or_else(|_| seconds.to_string())
            ));
        }
        if let Some(attributes) = fields.groups("attributes").into_iter().next() {
            let _ = attributes.label(0);
            let mut said = Vec::new();
            for name in ["internet_facing", "new_initiative", "initiative_size"] {
                attributes.keep_text(&mut said, name, &name.replace('_', " "));
            }
            comments.extend(Some(said.join(", ")).filter(|said| !said.is_empty()));
            comments.extend(attributes.rest());
        }
        for more in fields.groups("additional_attribute") {
            more.keep_text(&mut comments, "value", &titles::readable(&self.name(&more)));
            comments.extend(more.rest());
        }
        for (block, what) in [("usecase", "use case"), ("exclusion", "excluded")] {
            for fields in fields.groups(block) {
                let _ = fields.label(0);
                comments.push(format!("{what}: {}", fields.required("description")));
                fields.loss("description", "kept in a comment");
                comments.extend(fields.rest());
            }
        }
        for diagram in fields.groups("mermaid") {
            diagram.loss("content", "left out: a drawing in Mermaid");
            comments.push(format!(
                "A drawing in Mermaid was left out: {}",
                diagram.label(0)
            ));
            comments.extend(diagram.text("description"));
        }
        for fields in fields.groups("information_asset") {
            self.asset(&fields, draft);
        }
        let diagrams: Vec<_> = ["data_flow_diagram_v2", "data_flow_diagram"]
            .iter()
            .flat_map(|name| fields.groups(name))
            .collect();
        for diagram in &diagrams {
            self.elements(diagram, draft);
        }
        let names = self.element_names(draft);
        let names = KnownWords::new(names.iter().map(String::as_str));
        for diagram in &diagrams {
            self.flows(diagram, &names, draft);
            draft.comments.extend(diagram.rest());
        }
        let threats = fields.groups("threat");
        if !threats.is_empty() && self.elements_in(draft).next().is_none() {
            stand_ins::whole_system(draft, self.part.as_deref());
        }
        let mut drawn: FxHashMap<String, String> = FxHashMap::default();
        for item in self.elements_in(draft) {
            drawn
                .entry(plain_word(&item.title))
                .or_insert_with(|| item.key.clone());
        }
        for fields in fields.groups("third_party_dependency") {
            self.dependency(&fields, &mut drawn, draft);
        }
        let elements = Elements::of(self.elements_in(draft));
        for fields in &threats {
            self.threat(fields, &elements, draft);
        }
        let description = fields.text("description");
        comments.extend(fields.rest());
        match &self.part {
            None => {
                draft.description = description.unwrap_or_default();
                draft.comments.extend(comments);
            }
            Some(part) => {
                // A part is told of where all of it stands, if that is there.
                let whole = stand_ins::whole_system_key(draft, Some(part));
                let whole = draft.items.get_mut(&whole);
                let told = comments.into_iter().filter(|comment| !comment.is_empty());
                match whole {
                    Some(item) => {
                        item.describe(description);
                        item.comments.extend(told);
                    }
                    None => {
                        draft
                            .comments
                            .extend(description.map(|said| format!("{part}: {said}")));
                        draft
                            .comments
                            .extend(told.map(|comment| format!("{part}: {comment}")));
                    }
                }
            }
        }
    }

    /// The elements of the diagrams.
    fn elements_in<'d>(&'d self, draft: &'d Draft) -> impl Iterator<Item = &'d Item> {
        draft
            .items
            .of_kind_since(self.start, ENDPOINT_KINDS)
            .filter(|item| item.key.starts_with(&self.prefix))
    }

    /// What the elements of the diagrams are called.
    fn element_names(&self, draft: &Draft) -> Vec<String> {
        let start = self.key(Kind::Process, "");
        self.elements_in(draft)
            .filter_map(|item| item.key.strip_prefix(start.as_str()))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn asset(&self, fields: &Fields<'_>, draft: &mut Draft) {
        let mut item = self.item(Kind::Asset, &self.name(fields));
        item.describe(fields.text("description"));
        let said = fields.text("information_classification");
        match said.as_deref().map(|said| looked_up(said, CLASSIFICATION)) {
            Some(Some(word)) => item.word("classification", Some(word)),
            Some(None) => {
                fields.loss(
                    "information_classification",
                    "kept in a comment: `confidential` is a guess",
                );
                item.word("classification", Some("confidential"));
                item.comments.push(format!(
                    "TODO: it was classified as {}",
                    said.unwrap_or_default()
                ));
            }
            // What threatcl takes it for.
            None => item.word("classification", Some("confidential")),
        }
        item.comments.extend(fields.joined_rest());
        let _ = self.add(fields, item, draft);
    }

    /// Adds an item, and gives its key.
    fn add(&self, fields: &Fields<'_>, item: Item, draft: &mut Draft) -> String {
        if item.kind != Kind::Flow && draft.items.get(&item.key).is_some() {
            fields.loss(
                LABELS,
                "the same name is here a second time: what refers to it is taken to mean the first",
            );
        }
        draft.items.push(item)
    }

    /// Reads a dependency, which an element may be drawn for; `drawn` has the keys of these by
    /// their plain titles.
    fn dependency(
        &self,
        fields: &Fields<'_>,
        drawn: &mut FxHashMap<String, String>,
        draft: &mut Draft,
    ) {
        let name = self.name(fields);
        let mut told: Vec<String> = Vec::new();
        fields.keep_text(&mut told, "uptime_dependency", "uptime dependency");
        fields.keep_text(&mut told, "uptime_notes", "uptime notes");
        for name in ["saas", "paying_customer", "open_source", "infrastructure"] {
            if fields.is_yes(name) {
                told.push(format!("{}: yes", name.replace('_', " ")));
            }
        }
        let description = fields.text("description");
        let comments: Vec<String> = titles::joined_lines(told)
            .into_iter()
            .chain(fields.joined_rest())
            .collect();
        let like = plain_word(&name);
        let key = drawn.get(&like);
        if let Some(item) = key.and_then(|key| draft.items.get_mut(key)) {
            item.describe(description.filter(|_| item.description.is_empty()));
            item.comments.push("a third party".to_owned());
            item.comments.extend(comments);
            return;
        }
        let mut item = self.item(Kind::External, &name);
        item.word("kind", Some("system"));
        item.describe(description);
        item.comments.extend(comments);
        let plain = plain_word(&item.title);
        let key = self.add(fields, item, draft);
        drawn.entry(plain).or_insert(key);
    }

    // ---- diagrams
    // ----------------------------------------------------------------------------------------------

    fn elements(&self, diagram: &Fields<'_>, draft: &mut Draft) {
        let _ = diagram.label(0);
        if let Some(path) = diagram.text("import") {
            diagram.loss("import", format!("left out: the diagram in `{path}`"));
        }
        for zone in diagram.groups("trust_zone") {
            let name = self.name(&zone);
            let key = self.zone(&name, draft);
            self.elements_of(&zone, Some(&key), draft);
            if let Some(item) = draft.items.get_mut(&key) {
                item.comments.extend(zone.joined_rest());
            }
        }
        self.elements_of(diagram, None, draft);
    }

    fn zone(&self, name: &str, draft: &mut Draft) -> String {
        let mut item = self.item(Kind::Boundary, name);
        item.word("trust", guesses::trust_by_name(&item.title));
        let key = item.key.clone();
        if draft.items.get(&key).is_none() {
            draft.items.push(item);
        }
        key
    }

    fn elements_of(&self, fields: &Fields<'_>, zone: Option<&str>, draft: &mut Draft) {
        for (block, kind) in [
            ("process", Kind::Process),
            ("external_element", Kind::External),
            ("data_store", Kind::Store),
        ] {
            for fields in fields.groups(block) {
                let name = self.name(&fields);
                let mut item = self.item(kind, &name);
                item.place = zone.map(str::to_owned);
                if let Some(name) = fields.text("trust_zone") {
                    let key = self.zone(&name, draft);
                    item.place.get_or_insert(key);
                }
                if kind == Kind::External {
                    item.word("kind", guesses::external_by_name(&item.title));
                }
                item.library("technology", technology(&item).as_slice());
                if let Some(asset) = fields.text("information_asset") {
                    let key = self.key(Kind::Asset, &asset);
                    if draft.items.get(&key).is_some() {
                        item.state("stores", Fact::Item(key));
                    } else {
                        fields.loss(
                            "information_asset",
                            "kept in a comment: there is no such asset",
                        );
                        item.comments.push(format!("information asset: {asset}"));
                    }
                }
                item.comments.extend(fields.joined_rest());
                // Diagrams may show an element again.
                match draft.items.get_mut(&item.key) {
                    Some(known) if known.kind == kind => {
                        known.place = known.place.take().or(item.place);
                        for (property, fact) in item.facts.into_iter().flat_map(|(name, facts)| {
                            facts.into_iter().map(move |fact| (name, fact))
                        }) {
                            known.state(property, fact);
                        }
                        known.comments.extend(item.comments);
                    }
                    _ => drop(self.add(&fields, item, draft)),
                }
            }
        }
    }

    fn flows(&self, diagram: &Fields<'_>, names: &KnownWords<'_>, draft: &mut Draft) {
        for fields in diagram.groups("flow") {
            let name = fields.label(0);
            let mut item = self.item(Kind::Flow, &name);
            let end = |name: &str| {
                let said = fields.required(name);
                let key = self.key(Kind::Process, &said);
                if draft.items.get(&key).is_some() || said.is_empty() {
                    return Some(key).filter(|_| !said.is_empty());
                }
                fields.problem(name, names.unknown(&said));
                None
            };
            let (Some(source), Some(target)) = (end("from"), end("to")) else {
                continue;
            };
            item.ends = Some((source, target));
            let stated = fields.text("protocol");
            match &stated {
                Some(said) => reading::protocol(&fields, "protocol", said, &mut item),
                None => item.library("protocol", vocabulary::protocol(&name).as_slice()),
            }
            // A flow that is called by its protocol has no name.
            if name.is_empty() || vocabulary::protocol(&name).is_some() {
                let is_told = stated.is_none()
                    || vocabulary::protocol(&name) == item.words("protocol").next();
                if !name.is_empty() && (!is_told || guesses::protocol_in(&name).is_none()) {
                    item.comments.push(format!("name: {name}"));
                }
                item.title = draft.title_of_ends(&item);
            }
            item.comments.extend(fields.joined_rest());
            let _ = self.add(&fields, item, draft);
        }
    }

    // ---- threats
    // -----------------------------------------------------------------------------------------------

    fn threat(&self, fields: &Fields<'_>, elements: &Elements, draft: &mut Draft) {
        let description = fields.text("description").unwrap_or_default();
        let name = fields.label(0);
        let mut item = self.item(Kind::Threat, titles::or(&name, &description));
        if name.is_empty() {
            item.title = titles::title_of(&description);
        }
        item.describe(Some(description));
        for said in fields.texts("stride") {
            match vocabulary::stride(&said) {
                Some(word) => item.word("category", Some(word)),
                None => {
                    fields.loss(
                        "stride",
                        format!("`{said}` is kept in a comment: it is no category of STRIDE"),
                    );
                    item.comments.push(format!("stride: {said}"));
                }
            }
        }
        let impacts = fields.texts("impacts");
        if item.get("category").is_empty() {
            for said in &impacts {
                item.word("category", looked_up(said, IMPACT));
            }
        } else if !impacts.is_empty() {
            fields.loss("impacts", "kept in a comment");
        }
        if !impacts.is_empty() {
            item.comments
                .push(format!("impacts: {}", impacts.join(", ")));
        }
        if let Some(risk) = fields.groups("risk").into_iter().next() {
            let _ = risk.label(0);
            for property in ["likelihood", "impact"] {
                let said = risk.text(property);
                match said.as_deref().map(vocabulary::level_word) {
                    Some(Some(level)) => item.word(property, Some(level)),
                    Some(None) => item
                        .comments
                        .extend(said.map(|said| format!("{property}: {said}"))),
                    None => {}
                }
            }
            risk.keep_text(&mut item.comments, "rationale", "rationale");
            item.comments.extend(risk.rest());
        }
        for asset in fields.texts("information_asset_refs") {
            let key = self.key(Kind::Asset, &asset);
            if draft.items.get(&key).is_some() {
                item.state("affects", Fact::Item(key));
            } else {
                fields.loss(
                    "information_asset_refs",
                    format!("`{asset}` is kept in a comment: there is no such asset"),
                );
                item.comments.push(format!("information asset: {asset}"));
            }
        }
        for key in self.controls(fields, draft) {
            item.state("mitigations", Fact::Item(key));
        }
        self.targets(&mut item, elements, draft);
        item.comments.extend(fields.joined_rest());
        stand_ins::complete_threat(draft, &mut item);
        let _ = self.add(fields, item, draft);
    }

    /// States what a threat is against: threatcl does not say it.
    fn targets(&self, threat: &mut Item, elements: &Elements, draft: &mut Draft) {
        let whole = stand_ins::whole_system_key(draft, self.part.as_deref());
        if draft.items.get(&whole).is_some() {
            threat.state("targets", Fact::Item(whole));
            return;
        }
        let mut found = elements.told_in(&format!("{} {}", threat.title, threat.description));
        if found.is_empty() {
            let keepers = threat
                .keys("affects")
                .filter_map(|asset| elements.keepers.get(asset))
                .flatten();
            found.extend(keepers.cloned());
        }
        if found.is_empty() {
            let likely = || {
                stand_ins::likely_targets(draft, self.part.as_deref(), |item| {
                    item.key.starts_with(&self.prefix)
                })
            };
            found = elements.likely_targets.get_or_init(likely).clone();
        }
        found
            .into_iter()
            .for_each(|key| threat.state("targets", Fact::Item(key)));
        threat
            .comments
            .push("TODO: it did not say what it is against; `targets` is a guess".to_owned());
    }

    /// The controls of a threat, as mitigations.
    fn controls(&self, fields: &Fields<'_>, draft: &mut Draft) -> Vec<String> {
        let mut keys = Vec::new();
        let both = format!("control{ATTRIBUTE}");
        let is_text = fields
            .node("control")
            .is_some_and(|node| !matches!(node.value(), Value::List(_)));
        let mut said = if is_text {
            Vec::new()
        } else {
            fields.groups("control")
        };
        if let Some(text) = fields.text(if is_text { "control" } else { &both }) {
            keys.push(self.control(&text, Some(true), Vec::new(), draft));
        }
        said.extend(fields.groups("expanded_control"));
        for fields in said {
            keys.push(self.block(&fields, self.name(&fields), draft));
        }
        for fields in fields.groups("proposed_control") {
            let _ = fields.label(0);
            let text = fields.required("description");
            let is_done = fields.yes_no("implemented");
            let rest = fields.joined_rest();
            keys.push(self.control(&text, is_done, rest, draft));
        }
        for reference in fields.texts("control_imports") {
            let name = reference.rsplit('.').next().unwrap_or_default();
            match self.controls.get(name) {
                Some(control) => {
                    let key = format!("component {name}");
                    if draft.items.get(&key).is_none() {
                        let mut item = component(control);
                        item.part.clone_from(&self.part);
                        draft.items.push(item);
                    }
                    keys.push(key);
                }
                None => {
                    fields.loss(
                        "control_imports",
                        format!("`{reference}` is not known: no file that is imported has it"),
                    );
                    let comments =
                        vec!["TODO: its control was in a file that was not imported".to_owned()];
                    keys.push(self.control(&titles::readable(name), None, comments, draft));
                }
            }
        }
        keys
    }

    /// A control that is a block.
    fn block(&self, fields: &Fields<'_>, name: String, draft: &mut Draft) -> String {
        let made = control(
            fields,
            Item::new(Kind::Mitigation, String::new(), titles::readable(&name)),
        );
        let mut item = made;
        // What says the same is the same.
        item.key = self.key(
            Kind::Mitigation,
            &format!("{} {} {:?}", item.title, item.description, item.facts),
        );
        item.part.clone_from(&self.part);
        let key = item.key.clone();
        if draft.items.get(&key).is_none() {
            draft.items.push(item);
        }
        key
    }

    /// A control that is a text.
    fn control(
        &self,
        text: &str,
        is_done: Option<bool>,
        comments: Vec<String>,
        draft: &mut Draft,
    ) -> String {
        let key = self.key(Kind::Mitigation, text);
        if draft.items.get(&key).is_none() {
            let mut item = Item::new(Kind::Mitigation, key.clone(), titles::title_of(text));
            item.describe(Some(text.trim().to_owned()));
            item.part.clone_from(&self.part);
            item.word("status", Some(status(is_done)));
            item.comments = comments;
            draft.items.push(item);
        }
        key
    }
}

/// The elements of a model, by what tells that a threat is against them.
#[derive(Default)]
struct Elements {
    /// The keys of those that are no externals, by the words of their titles.
    titles: FxHashMap<Vec<String>, Vec<String>>,
    /// How many words titles have.
    lengths: BTreeSet<usize>,
    /// The keys of the stores of each asset.
    keepers: FxHashMap<String, Vec<String>>,
    /// The keys of those that may be meant where none is named, from the first such threat on.
    likely_targets: OnceCell<Vec<String>>,
}

impl Elements {
    fn of<'d>(all: impl Iterator<Item = &'d Item>) -> Elements {
        let mut elements = Elements::default();
        for item in all {
            for asset in item.keys("stores") {
                elements
                    .keepers
                    .entry(asset.to_owned())
                    .or_default()
                    .push(item.key.clone());
            }
            let words = spaced(&item.title);
            if item.kind != Kind::External && (1..=MAX_TITLE_WORDS).contains(&words.len()) {
                elements.lengths.insert(words.len());
                elements
                    .titles
                    .entry(words)
                    .or_default()
                    .push(item.key.clone());
            }
        }
        elements
    }

    /// The keys of those whose titles are in a text.
    fn told_in(&self, text: &str) -> Vec<String> {
        let words = spaced(text);
        let titles = self
            .lengths
            .iter()
            .flat_map(|length| words.windows(*length));
        titles
            .filter_map(|title| self.titles.get(title))
            .flatten()
            .cloned()
            .collect()
    }
}

/// The words of a text in lower case.
fn spaced(text: &str) -> Vec<String> {
    let words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn status(is_done: Option<bool>) -> &'static str {
    if is_done == Some(true) {
        "implemented"
    } else {
        "proposed"
    }
}

/// What an element is made with, as far as its name tells.
fn technology(item: &Item) -> Option<&'static str> {
    let name = vocabulary::technology(&item.title).filter(|name| !COMMON.contains(name))?;
    let keeps = library::is_one_of(Kind::Technology, name, &["datastore", "messaging"]);
    (keeps == (item.kind == Kind::Store)).then_some(name)
}

/// A control of a library.
fn component(fields: &Fields<'_>) -> Item {
    let (kind, name) = (fields.label(0), fields.label(1));
    let name = if name.is_empty() { kind.clone() } else { name };
    if name.is_empty() {
        fields.problem(LABELS, "a `component` needs a kind and a name");
    }
    let mut item = control(
        fields,
        Item::new(
            Kind::Mitigation,
            format!("component {name}"),
            titles::readable(&name),
        ),
    );
    if !matches!(kind.as_str(), "control" | "expanded_control") && kind != name {
        item.comments.push(format!("kind of component: {kind}"));
    }
    item
}

/// What a control says.
fn control(fields: &Fields<'_>, mut item: Item) -> Item {
    let _ = fields.label(0);
    match fields.text("description") {
        // That it is not there was told.
        Some(name) if is_reference(&name) => {
            item.comments
                .push(format!("TODO: its description is elsewhere: {name}"));
        }
        description => item.describe(description),
    }
    if let Some(notes) = fields.text("implementation_notes") {
        item.description = [item.description.as_str(), &notes]
            .join("\n\n")
            .trim()
            .to_owned();
    }
    item.word("status", Some(status(fields.yes_no("implemented"))));
    for attribute in fields.groups("attribute") {
        let (name, value) = (
            attribute.label(0),
            attribute.text("value").unwrap_or_default(),
        );
        let plain = plain_word(&name);
        if plain == "owner" && item.get("owner").is_empty() {
            item.text("owner", Some(value));
        } else if EVIDENCE.contains(&plain.as_str()) {
            item.text("evidence", Some(value));
        } else {
            attribute.loss("value", "kept in a comment");
            item.comments
                .push(format!("{}: {value}", titles::readable(&name)));
        }
        item.comments.extend(attribute.rest());
    }
    fields.keep_text(&mut item.comments, "risk_reduction", "risk reduction");
    item.comments.extend(fields.joined_rest());
    item
}

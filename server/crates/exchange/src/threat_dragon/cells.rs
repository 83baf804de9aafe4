//! Cells of a diagram: what each is, what it is called and where it is. It must not know what it
//! becomes.

use crate::area::Area;
use crate::draft::{Draft, Item};
use crate::names;
use crate::titles::joined_lines;
use crate::tree::{Fields, Value};
use crate::words::{plain_word, single_spaced};
use rustc_hash::FxHashMap;
use threatline_model::Kind;

/// How ids begin that are not names, of documents that were written here.
pub const UNNAMED: &str = "cell-";

/// What of a cell only shows where and how something is drawn, or is read elsewhere.
const DRAWN: &[&str] = &[
    "id",
    "shape",
    "position",
    "size",
    "attrs",
    "visible",
    "zIndex",
    "ports",
    "tools",
    "label",
    "labels",
    "vertices",
    "connector",
    "router",
    "width",
    "height",
    "markup",
    "angle",
    "children",
    "parent",
    "view",
    "data",
    "source",
    "target",
    "threats",
];

/// What of the data of a cell is read elsewhere, or follows from the rest.
const DERIVED: &[&str] = &[
    "type",
    "name",
    "description",
    "hasOpenThreats",
    "isTrustBoundary",
    "threatFrequency",
    "crossingFlows",
    "containedElements",
    "trustBoundaryIds",
    "threats",
];

/// What a cell of a diagram is.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    /// An element.
    Element(Kind),
    /// A trust boundary with an inside.
    Box,
    /// A trust boundary that is a line.
    Curve,
    /// A flow.
    Flow,
    /// A text next to the drawing.
    Text,
}

/// A cell of a diagram.
pub struct Cell<'a> {
    /// How it is drawn.
    pub fields: Fields<'a>,
    /// What it stands for.
    pub data: Fields<'a>,
    /// What it is.
    pub shape: Shape,
    /// What it is called.
    pub title: String,
    /// The key of what it declares.
    pub key: String,
    /// Where an element or a box is.
    pub area: Option<Area>,
}

/// The cells of a diagram.
pub struct Diagram<'a> {
    /// The cells in their order.
    pub cells: Vec<Cell<'a>>,
    /// Their indices by their ids.
    pub indices: FxHashMap<String, usize>,
    /// The part of the model that it is, if there are several.
    pub part: Option<String>,
    /// How comments on it begin.
    pub prefix: String,
}

impl<'a> Diagram<'a> {
    /// Reads the cells of a diagram; those of no known shape are kept in comments.
    pub fn read(
        fields: &Fields<'a>,
        number: usize,
        part: Option<String>,
        draft: &mut Draft,
    ) -> Diagram<'a> {
        let prefix = part
            .as_ref()
            .map(|part| format!("{part}: "))
            .unwrap_or_default();
        let mut cells = Vec::new();
        for (index, cell) in fields.groups("cells").into_iter().enumerate() {
            match shape_of(&cell) {
                Some(shape) => cells.push(Cell::read(cell, shape, format!("{number}.{index}"))),
                None => keep_unknown_shape(&cell, &prefix, draft),
            }
        }
        let mut indices = FxHashMap::default();
        for (index, cell) in cells.iter().enumerate() {
            if let Some(id) = cell.fields.text("id")
                && indices.insert(id.clone(), index).is_some()
            {
                let message = format!("duplicate ID `{id}`");
                cell.fields.problem("id", message);
            }
        }
        Diagram {
            cells,
            indices,
            part,
            prefix,
        }
    }

    /// The flows.
    pub fn flows(&self) -> impl Iterator<Item = &Cell<'a>> {
        self.cells.iter().filter(|cell| cell.shape == Shape::Flow)
    }

    /// The elements at the ends of a flow; nothing at an end that hangs loose.
    pub fn ends_of(&self, flow: &Cell<'a>) -> [Option<&Cell<'a>>; 2] {
        ["source", "target"].map(|name| {
            let id = flow.fields.group(name)?.text("cell")?;
            let cell = &self.cells[*self.indices.get(&id)?];
            Some(cell).filter(|cell| matches!(cell.shape, Shape::Element(_)))
        })
    }
}

/// What a cell stands for; nothing but a name, if it has no data.
fn data_of<'a>(fields: &Fields<'a>) -> Fields<'a> {
    fields
        .group("data")
        .unwrap_or_else(|| fields.empty_group("data"))
}

fn shape_of(fields: &Fields<'_>) -> Option<Shape> {
    let shape = plain_word(&fields.text("shape").unwrap_or_default());
    let data_type = plain_word(&data_of(fields).text("type").unwrap_or_default());
    let is_boundary =
        data_type.starts_with("tmboundary") || (data_type.is_empty() && shape.starts_with("trust"));
    match (data_type.as_str(), shape.as_str()) {
        ("tmactor", _) | ("", "actor") => Some(Shape::Element(Kind::External)),
        ("tmprocess", _) | ("", "process") => Some(Shape::Element(Kind::Process)),
        ("tmstore", _) | ("", "store") => Some(Shape::Element(Kind::Store)),
        ("tmflow" | "tmflowstencil", _) | ("", "flow" | "edge") => Some(Shape::Flow),
        ("tmtext", _) | ("", "tdtextblock" | "text") => Some(Shape::Text),
        _ if !is_boundary => None,
        _ if shape.contains("box") || data_type.contains("box") => Some(Shape::Box),
        _ => Some(Shape::Curve),
    }
}

fn keep_unknown_shape(fields: &Fields<'_>, prefix: &str, draft: &mut Draft) {
    let texts: Vec<String> = ["shape", "data"]
        .iter()
        .filter_map(|name| Some(fields.node(name)?.in_one_line()))
        .collect();
    fields.keep(
        &mut draft.comments,
        "shape",
        "kept in a comment: not a Threat Dragon shape",
        format!("{prefix}{}", texts.join(" ")),
    );
}

impl<'a> Cell<'a> {
    fn read(fields: Fields<'a>, shape: Shape, key: String) -> Cell<'a> {
        let data = data_of(&fields);
        let title = data.text("name").or_else(|| label_of(&fields));
        let title = title.unwrap_or_default();
        Cell {
            title: if shape == Shape::Text {
                title
            } else {
                single_spaced(&title)
            },
            area: match shape {
                Shape::Element(_) | Shape::Box => area_of(&fields),
                _ => None,
            },
            fields,
            data,
            shape,
            key,
        }
    }

    /// Begins what it declares.
    pub fn begun(&self, kind: Kind, part: Option<&String>) -> Item {
        let mut item = Item::new(kind, self.key.clone(), self.title.clone());
        item.name = self
            .fields
            .text("id")
            .filter(|id| !id.starts_with(UNNAMED))
            .and_then(|id| names::of_id(&id));
        item.part = part.cloned();
        item.describe(self.data.text("description"));
        let label = label_of(&self.fields);
        if let Some(label) = label.filter(|label| plain_word(label) != plain_word(&self.title)) {
            item.comment(format!("label: {}", single_spaced(&label)));
        }
        item
    }

    /// What was not asked for.
    pub fn rest(&self) -> Vec<String> {
        self.fields.skip(DRAWN);
        self.data.skip(DERIVED);
        let mut rest = self.data.rest();
        rest.extend(self.fields.rest());
        joined_lines(rest)
    }
}

fn area_of(fields: &Fields<'_>) -> Option<Area> {
    let (position, size) = (fields.group("position")?, fields.group("size")?);
    let (left, top) = (position.number("x")?, position.number("y")?);
    Some(Area {
        left,
        top,
        width: size.number("width")?.max(0.0),
        height: size.number("height")?.max(0.0),
    })
}

/// What a cell shows as its name.
fn label_of(fields: &Fields<'_>) -> Option<String> {
    const PATHS: &[(&str, &[&str])] = &[
        ("attrs", &["text", "text"]),
        ("attrs", &["label", "text"]),
        ("label", &[]),
        ("labels", &["attrs", "labelText", "text"]),
        ("labels", &["attrs", "label", "text"]),
        ("labels", &[]),
    ];
    PATHS.iter().find_map(|(name, path)| {
        let mut node = fields.node(name)?;
        if let Value::List(nodes) = node.value() {
            node = nodes.first()?;
        }
        for step in *path {
            node = node.get(step)?;
        }
        match node.value() {
            Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    })
}

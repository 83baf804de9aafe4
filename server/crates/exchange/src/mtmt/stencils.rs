//! Stencils on a drawing, with the properties that someone set. It must not know what they become.

use super::xml::TYPE;
use crate::area::{Area, Point};
use crate::titles::{joined_lines, or};
use crate::tree::{Fields, Notes, Place};
use crate::words::looked_up;
use std::cell::RefCell;
use threatline_model::Kind;

/// How a stencil is drawn.
const DRAWN: &[&str] = &[
    "StrokeDashArray",
    "StrokeThickness",
    "HandleX",
    "HandleY",
    "PortSource",
    "PortTarget",
    "SourceX",
    "SourceY",
    "TargetX",
    "TargetY",
    "Left",
    "Top",
    "Width",
    "Height",
];

/// A stencil that is being read.
pub struct Stencil<'a> {
    /// What it says.
    pub fields: Fields<'a>,
    /// What someone set.
    pub properties: Properties<'a>,
    /// What it stands for; nothing for a text, and a shape of a later version.
    pub kind: Option<Kind>,
    /// Its id.
    pub guid: String,
    /// What templates call it.
    pub type_id: String,
}

/// The stencils of a list.
pub fn stencils<'a>(notes: &'a Notes, surface: &Fields<'a>, list: &str) -> Vec<Stencil<'a>> {
    let entries = surface.groups(list);
    entries
        .into_iter()
        .filter_map(|entry| Stencil::read(notes, &entry))
        .collect()
}

impl<'a> Stencil<'a> {
    fn read(notes: &'a Notes, entry: &Fields<'a>) -> Option<Stencil<'a>> {
        let key = entry.text("Key");
        let fields = entry.group("Value")?;
        let guid = fields.text("Guid").or(key).unwrap_or_default();
        if guid.is_empty() {
            fields.problem("Guid", "`Guid` is missing");
        }
        fields.skip(DRAWN);
        Some(Stencil {
            properties: Properties::of(notes, &fields),
            type_id: fields.text("TypeId").unwrap_or_default(),
            kind: kind_of(&fields),
            guid,
            fields,
        })
    }

    /// What is read of it: its name, or what the template calls it.
    pub fn shown_title(&self) -> &str {
        or(&self.properties.title, &self.properties.stencil)
    }

    /// Its box.
    pub fn area(&self) -> Option<Area> {
        let [left, top, width, height] =
            ["Left", "Top", "Width", "Height"].map(|name| self.fields.number(name));
        let area = Area {
            left: left?,
            top: top?,
            width: width?,
            height: height?,
        };
        (area.width > 0.0 && area.height > 0.0).then_some(area)
    }

    /// Its line, from its start over its handle to its end.
    pub fn line(&self) -> Option<[Point; 3]> {
        let number = |name: &str| self.fields.text(name)?.parse::<f64>().ok();
        let point = |x: &str, y: &str| Some((number(x)?, number(y)?));
        Some([
            point("SourceX", "SourceY")?,
            point("HandleX", "HandleY")?,
            point("TargetX", "TargetY")?,
        ])
    }
}

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

/// A property of a stencil.
struct Property {
    label: String,
    value: String,
    path: String,
    place: Place,
}

/// The properties of a stencil that someone set.
pub struct Properties<'a> {
    notes: &'a Notes,
    /// What the template calls the stencil.
    pub stencil: String,
    /// What someone calls it.
    pub title: String,
    /// What has not been taken out yet.
    set: RefCell<Vec<Property>>,
}

impl<'a> Properties<'a> {
    /// The properties of a stencil, or of a diagram.
    pub fn of(notes: &'a Notes, fields: &Fields<'a>) -> Properties<'a> {
        let mut properties = Properties {
            notes,
            stencil: String::new(),
            title: String::new(),
            set: RefCell::default(),
        };
        for (index, property) in fields.groups("Properties").into_iter().enumerate() {
            let label = property.text("DisplayName").unwrap_or_default();
            if property.text(TYPE).as_deref() == Some("HeaderDisplayAttribute") {
                if index == 0 {
                    properties.stencil = label;
                }
                continue;
            }
            let value = set_value(&property).unwrap_or_default();
            if value.is_empty() || (label == "Dataflow Order" && value == "0") {
                continue;
            }
            if label == "Name" && properties.title.is_empty() {
                properties.title = value;
                continue;
            }
            properties.set.get_mut().push(Property {
                label,
                value,
                path: property.path_to("Value"),
                place: property.place().clone(),
            });
        }
        properties
    }

    /// Whether a property has a value.
    pub fn is_set(&self, label: &str, value: &str) -> bool {
        let set = self.set.borrow();
        set.iter()
            .any(|property| property.label == label && property.value == value)
    }

    /// Takes out a property that someone set.
    pub fn take(&self, label: &str) -> Option<String> {
        self.take_if(|property| property.label == label)
    }

    /// Takes out a yes-or-no property, and returns whether it is yes.
    pub fn take_yes(&self, label: &str) -> bool {
        let is_yes = |property: &Property| {
            property.label == label && property.value.eq_ignore_ascii_case("yes")
        };
        self.take_if(is_yes).is_some()
    }

    fn take_if(&self, is_wanted: impl Fn(&Property) -> bool) -> Option<String> {
        let mut set = self.set.borrow_mut();
        let index = set.iter().position(is_wanted)?;
        Some(set.remove(index).value)
    }

    /// Takes out a property that a table has a word for.
    pub fn take_word(&self, label: &str, table: &[(&str, &'static str)]) -> Option<&'static str> {
        self.take_known(label, |value| looked_up(value, table))
    }

    /// Takes out a property that there is a word for.
    pub fn take_known(
        &self,
        label: &str,
        word_of: impl Fn(&str) -> Option<&'static str>,
    ) -> Option<&'static str> {
        let mut set = self.set.borrow_mut();
        let index = set.iter().position(|property| property.label == label)?;
        let word = word_of(&set[index].value)?;
        set.remove(index);
        Some(word)
    }

    /// What is not converted, as lines that are kept.
    pub fn rest(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for Property {
            label,
            value,
            path,
            place,
        } in self.set.take()
        {
            self.notes
                .loss(&place, &path, format!("{label}: kept in a comment"));
            lines.push(format!("{label}: {value}"));
        }
        joined_lines(lines)
    }

    /// The name that someone gave it.
    pub fn own_title(&self) -> Option<&str> {
        let is_own = !self.title.is_empty() && self.title != self.stencil;
        is_own.then_some(self.title.as_str())
    }
}

/// The value that someone set, by the type of a property.
fn set_value(property: &Fields<'_>) -> Option<String> {
    match property.text(TYPE).unwrap_or_default().as_str() {
        // These are given with the stencil.
        "StaticListDisplayAttribute" => None,
        "ListDisplayAttribute" => {
            let chosen = property.number("SelectedIndex").unwrap_or_default();
            let values = property.texts("Value");
            // The first is the default.
            let is_chosen = chosen >= 1.0;
            values.get(chosen as usize).filter(|_| is_chosen).cloned()
        }
        "BooleanDisplayAttribute" => property.is_yes("Value").then(|| "Yes".to_owned()),
        _ => property.text("Value"),
    }
}

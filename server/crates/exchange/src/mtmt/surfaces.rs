//! Diagrams: what is on one, and which box it is in. It must not know what a stencil stands for.

use super::reader::Reader;
use super::stencils::{Properties, Stencil, stencils};
use super::xml::TYPE;
use crate::area::{Area, cross};
use crate::draft::Draft;
use crate::tree::{Fields, NO_INSIDE, Notes};
use crate::words::plain_word;
use threatline_model::Kind;

/// An element or a boundary on a diagram.
struct Shape<'s, 'a> {
    key: String,
    kind: Kind,
    area: Option<Area>,
    fields: &'s Fields<'a>,
}

impl Reader {
    /// Reads a diagram.
    pub fn read_surface(&mut self, notes: &Notes, surface: &Fields<'_>) {
        surface.skip(&["GenericTypeId", "Guid", "TypeId", "Zoom", TYPE]);
        let part = self.read_title(notes, surface);
        let borders = stencils(notes, surface, "Borders");
        let lines = stencils(notes, surface, "Lines");
        self.read_shapes(&borders, part.as_deref());
        let (flows, others): (Vec<_>, Vec<_>) = lines
            .iter()
            .partition(|stencil| stencil.kind == Some(Kind::Flow));
        for stencil in &flows {
            self.read_flow(stencil, part.as_deref());
        }
        self.join_responses(&lines);
        for stencil in others {
            keep_line_boundary(stencil, &flows, &mut self.draft);
        }
        for stencil in borders.iter().chain(&lines) {
            self.draft.comments.extend(stencil.fields.rest());
        }
        self.draft.comments.extend(surface.rest());
    }

    /// The part that a diagram is: its title, if there are several and someone gave it one.
    fn read_title(&mut self, notes: &Notes, surface: &Fields<'_>) -> Option<String> {
        let properties = Properties::of(notes, surface);
        let header = surface.text("Header");
        let title = properties.own_title().map(str::to_owned).or(header);
        self.draft.comments.extend(properties.rest());
        let is_default = |title: &String| {
            let title = plain_word(title);
            title.trim_end_matches(|last: char| last.is_ascii_digit()) == "diagram"
        };
        title.filter(|title| self.has_several_surfaces && !is_default(title))
    }

    /// Reads elements and boundaries, and puts each into the smallest box around it.
    fn read_shapes(&mut self, stencils: &[Stencil<'_>], part: Option<&str>) {
        let mut shapes = Vec::new();
        for stencil in stencils {
            let kind = stencil.kind.filter(|kind| *kind != Kind::Flow);
            let Some(kind) = kind else {
                self.keep_text(stencil);
                continue;
            };
            let item = self.element(stencil, kind, part);
            shapes.push(Shape {
                key: self.add_element(stencil, item),
                kind,
                area: stencil.area(),
                fields: &stencil.fields,
            });
        }
        let boxes: Vec<(Area, &String)> = shapes
            .iter()
            .filter(|shape| shape.kind == Kind::Boundary)
            .filter_map(|shape| Some((shape.area?, &shape.key)))
            .collect();
        for shape in &shapes {
            let Some(area) = shape.area else {
                if !boxes.is_empty() {
                    shape.fields.loss(
                        "Left",
                        "its position is missing, so its boundary is unknown",
                    );
                }
                continue;
            };
            let innermost = boxes
                .iter()
                .filter(|(around, key)| {
                    **key != shape.key && area.size() < around.size() && around.holds_most(area)
                })
                .min_by(|(one, _), (other, _)| one.size().total_cmp(&other.size()));
            if let Some(item) = self.draft.items.get_mut(&shape.key)
                && item.place.is_none()
            {
                item.place = innermost.map(|(_, key)| (*key).clone());
            }
        }
    }

    /// Keeps a text, or a shape of a later version.
    fn keep_text(&mut self, stencil: &Stencil<'_>) {
        let comments = &mut self.draft.comments;
        stencil.fields.keep(
            comments,
            "Properties",
            "kept in a comment: text on the diagram",
            format!("on the diagram: {}", stencil.shown_title()),
        );
        comments.extend(stencil.properties.rest());
    }
}

/// Keeps a boundary that is a line in a comment, with the flows that are drawn across it.
fn keep_line_boundary(stencil: &Stencil<'_>, flows: &[&Stencil<'_>], draft: &mut Draft) {
    stencil.fields.skip_texts(&["SourceGuid", "TargetGuid"]);
    let line = stencil.line();
    let is_across = |flow: &&&Stencil<'_>| {
        line.zip(flow.line())
            .is_some_and(|(line, other)| cross(&line, &other))
    };
    let across: Vec<&str> = flows
        .iter()
        .filter(is_across)
        .filter_map(|flow| draft.items.get(&flow.guid))
        .map(|item| item.title.as_str())
        .collect();
    let across = if across.is_empty() {
        String::new()
    } else {
        format!("; it crosses {}", across.join(", "))
    };
    let title = stencil.shown_title();
    let comment = format!("trust boundary drawn as a line: {title}{across}");
    stencil
        .fields
        .keep(&mut draft.comments, "Properties", NO_INSIDE, comment);
    draft.comments.extend(stencil.properties.rest());
}

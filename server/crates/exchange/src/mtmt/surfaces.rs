//! Diagrams: what is on one, and which box it is in. It must not know what a stencil stands for.

use super::reader::Reader;
use super::stencils::{Properties, Stencil, stencils};
use super::xml::TYPE;
use crate::area::{Area, Crossings, Point, crossed_in_words};
use crate::around::{self, MAX_COMPARED};
use crate::draft::Draft;
use crate::titles;
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
        let crossings = Crossings::default();
        for stencil in others {
            keep_line_boundary(stencil, &flows, &crossings, &mut self.draft);
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
        let title = title.filter(|title| self.has_several_surfaces && !is_default(title));
        title.map(|title| titles::of_part(title, &mut self.draft.comments))
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
        self.place_shapes(&shapes);
    }

    /// Puts each shape into the smallest box around it.
    fn place_shapes(&mut self, shapes: &[Shape<'_, '_>]) {
        let (drawn, others): (Vec<&Shape<'_, '_>>, Vec<&Shape<'_, '_>>) =
            shapes.iter().partition(|shape| shape.area.is_some());
        let mut boxes: Vec<(Area, &String)> = drawn
            .iter()
            .filter(|shape| shape.kind == Kind::Boundary)
            .filter_map(|shape| Some((shape.area?, &shape.key)))
            .collect();
        if !boxes.is_empty() {
            for shape in others {
                shape.fields.loss(
                    "Left",
                    "its position is missing, so its boundary is unknown",
                );
            }
        }
        boxes.sort_by(|(one, _), (other, _)| one.size().total_cmp(&other.size()));
        let areas: Vec<Area> = boxes.iter().map(|(area, _)| *area).collect();
        let drawn_areas: Vec<Area> = drawn.iter().filter_map(|shape| shape.area).collect();
        let middles: Vec<Point> = drawn_areas.iter().map(|area| area.middle()).collect();
        // What holds most of a shape holds its middle.
        around::visit(&areas, &middles, |index, crossed| {
            let (shape, area) = (drawn[index], drawn_areas[index]);
            let larger = areas.partition_point(|around| around.size() <= area.size());
            let mut around = crossed.from(larger);
            let innermost = around
                .by_ref()
                .take(MAX_COMPARED)
                .find(|around| *boxes[*around].1 != shape.key && areas[*around].holds_most(area));
            if innermost.is_none() && around.next().is_some() {
                let why = format!(
                    "only the {MAX_COMPARED} smallest of the boundaries around it are compared"
                );
                shape.fields.loss("Left", why);
            }
            if let Some(item) = self.draft.items.get_mut(&shape.key)
                && item.place.is_none()
            {
                item.place = innermost.map(|around| boxes[around].1.clone());
            }
        });
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
fn keep_line_boundary(
    stencil: &Stencil<'_>,
    flows: &[&Stencil<'_>],
    crossings: &Crossings,
    draft: &mut Draft,
) {
    stencil.fields.skip_texts(&["SourceGuid", "TargetGuid"]);
    let line = stencil.line();
    let across = crossed_in_words(flows.iter().filter_map(|flow| {
        let item = draft.items.get(&flow.guid)?;
        let crosses = crossings.cross(&line?, &flow.line()?);
        Some((crosses, titles::shortened(&item.title).into_owned()))
    }));
    let title = stencil.shown_title();
    let comment = format!("trust boundary drawn as a line: {title}{across}");
    stencil
        .fields
        .keep(&mut draft.comments, "Properties", NO_INSIDE, comment);
    draft.comments.extend(stencil.properties.rest());
}

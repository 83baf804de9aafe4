//! A model as a document of diagrams.net (draw.io): a page of the whole, and one of each component
//! if there are several, uncompressed. It must not lay out anything: `view::diagram` does.
//!
//! What a part is called, and what is open on it, are also the data of its shape ("Edit Data"), so
//! that they are still there when it is moved or renamed. The tool lists them as text where the
//! mouse rests; an attribute `tooltip` would be taken for markup.

use crate::drawing::{self, attribute};
use crate::losses::Export;
use std::fmt::Write;
use threatline_model::{Database, File, Kind, Model, component_of, full_name};
use threatline_syntax::prose::count;
use threatline_view::diagram::{
    Diagram, Direction, Laid, MAX_PARTS, NotDrawn, Part, color, diagram,
};
use threatline_view::names::shown_name;

/// The color of a line on which nothing is open, and of a boundary.
const LINE: &str = "#57606a";
const BOUNDARY: &str = "#8c959f";

/// Writes the drawings of a model, called by a title.
///
/// # Errors
/// When there is nothing to draw, or nothing but what is too large.
pub fn write(db: &Database, model: Model, title: &str) -> Result<Export, NotDrawn> {
    let files = model.files(db);
    let components: Vec<File> = files
        .iter()
        .copied()
        .filter(|file| component_of(db, *file).is_some())
        .collect();
    let mut losses = drawing::losses(db, model);
    let mut pages = String::new();
    let mut page = |id: &str, name: &str, files: &[File]| -> Result<(), NotDrawn> {
        let diagram = diagram(db, files, Direction::Right)?;
        let _ = writeln!(
            pages,
            "  <diagram id=\"{}\" name=\"{}\">",
            attribute(id),
            attribute(name)
        );
        draw(&mut pages, db, &diagram);
        pages.push_str("  </diagram>\n");
        Ok(())
    };
    // No component has a name with a space.
    let whole = page("the model", title, files);
    let mut drawn = usize::from(whole.is_ok());
    if components.len() > 1 {
        for file in components {
            let Some(component) = component_of(db, file) else {
                continue;
            };
            let name = component
                .title(db)
                .map_or_else(|| shown_name(db, component), |title| title.to_string());
            match page(full_name(db, component), &name, &[file]) {
                Ok(()) => drawn += 1,
                Err(NotDrawn::Empty) => {}
                Err(NotDrawn::TooLarge(parts)) => {
                    losses.push(too_large(&format!("the page of `{name}`"), parts))
                }
            }
        }
    }
    match whole {
        Err(NotDrawn::TooLarge(parts)) if drawn > 0 => {
            losses.push(too_large("the page of the whole model", parts))
        }
        Err(reason) => return Err(reason),
        Ok(()) => {}
    }
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mxfile host=\"Threatline\">\n\
         {pages}</mxfile>\n"
    );
    Ok(Export { text, losses })
}

fn too_large(page: &str, parts: usize) -> String {
    format!(
        "{page}: it would have {}, and the limit is {MAX_PARTS}",
        count(parts, "part")
    )
}

fn draw(pages: &mut String, db: &Database, diagram: &Diagram) {
    let drawing = Drawing {
        db,
        diagram,
        laid: diagram.layout(),
    };
    pages.push_str(
        "    <mxGraphModel grid=\"0\" page=\"0\" math=\"0\"><root>\n      \
         <mxCell id=\"0\"/>\n      \
         <mxCell id=\"1\" parent=\"0\"/>\n",
    );
    for (part, place) in diagram.parts().iter().zip(&drawing.laid) {
        let cell = match (place, part.ends) {
            (Some(Laid::Box { .. }), _) => drawing.shape(part, place.as_ref()),
            (Some(Laid::Way { points, label }), Some(ends)) => {
                drawing.edge(part, ends, points, *label)
            }
            _ => continue,
        };
        pages.push_str(&drawing.object(part));
        pages.push_str(&cell);
        pages.push_str("        </mxCell>\n      </object>\n");
    }
    pages.push_str("    </root></mxGraphModel>\n");
}

/// A diagram with the places of its parts.
struct Drawing<'d> {
    db: &'d Database,
    diagram: &'d Diagram,
    laid: Vec<Option<Laid>>,
}

impl Drawing<'_> {
    fn name(&self, part: usize) -> String {
        attribute(full_name(self.db, self.diagram.parts()[part].decl))
    }

    /// The beginning of a part, with what it is called and what is open on it as data.
    fn object(&self, part: &Part) -> String {
        let description = part.decl.facts(self.db).description.as_deref();
        let name = attribute(full_name(self.db, part.decl));
        let label = attribute(&label(part));
        let about = part.tooltip.split_once('\n').map_or("", |(_, about)| about);
        format!(
            "      <object id=\"{name}\" label=\"{label}\" name=\"{name}\" kind=\"{}\" \
             title=\"{}\" description=\"{}\" open=\"{}\" about=\"{}\">\n",
            part.kind.word(),
            attribute(&part.title),
            attribute(description.unwrap_or_default()),
            part.open,
            attribute(about),
        )
    }

    /// An element or a boundary, in the one around it.
    fn shape(&self, part: &Part, place: Option<&Laid>) -> String {
        let Some((left, top, width, height)) = rectangle(place) else {
            return String::new();
        };
        let around = part
            .within
            .and_then(|within| Some((within, rectangle(self.laid[within].as_ref())?)));
        let (parent, (from_left, from_top)) = match around {
            Some((within, (left, top, ..))) => (self.name(within), (left, top)),
            None => ("1".to_owned(), (0.0, 0.0)),
        };
        format!(
            "        <mxCell style=\"{}\" vertex=\"1\" parent=\"{parent}\">\n          \
             <mxGeometry x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             as=\"geometry\"/>\n",
            style(part),
            left - from_left,
            top - from_top,
        )
    }

    /// A flow from one part to another.
    fn edge(
        &self,
        part: &Part,
        (source, target): (usize, usize),
        points: &[(f64, f64)],
        label: Option<(f64, f64)>,
    ) -> String {
        let mut cell = format!(
            "        <mxCell style=\"{}{}{}\" edge=\"1\" parent=\"1\" source=\"{}\" \
             target=\"{}\">\n          <mxGeometry relative=\"1\"{} as=\"geometry\">\
             <Array as=\"points\">\n",
            style(part),
            self.end(source, points.first(), "exit"),
            self.end(target, points.last(), "entry"),
            self.name(source),
            self.name(target),
            label.map(|label| along(points, label)).unwrap_or_default(),
        );
        let bends = points.get(1..points.len().saturating_sub(1));
        for (x, y) in bends.unwrap_or_default() {
            let _ = writeln!(cell, "            <mxPoint x=\"{x:.1}\" y=\"{y:.1}\"/>");
        }
        cell.push_str("          </Array></mxGeometry>\n");
        cell
    }

    /// Where on a part a flow begins or ends.
    fn end(&self, part: usize, point: Option<&(f64, f64)>, key: &str) -> String {
        let (Some((left, top, width, height)), Some((x, y))) =
            (rectangle(self.laid[part].as_ref()), point)
        else {
            return String::new();
        };
        format!(
            "{key}X={:.3};{key}Y={:.3};{key}Perimeter=0;",
            (x - left) / width,
            (y - top) / height
        )
    }
}

/// The left, the top, the width and the height of a part that is a box.
fn rectangle(place: Option<&Laid>) -> Option<(f64, f64, f64, f64)> {
    match place {
        Some(Laid::Box {
            x,
            y,
            width,
            height,
        }) => Some((*x, *y, *width, *height)),
        _ => None,
    }
}

/// What is in a shape.
fn label(part: &Part) -> String {
    let name = part.name.join("\n");
    match part.kind {
        Kind::Boundary | Kind::Flow => name,
        _ if part.below.is_empty() => name,
        _ => format!("{name}\n{}", part.below),
    }
}

/// How a part is drawn. Without `html=1` a label is text, whatever it says.
fn style(part: &Part) -> String {
    let open = color(part.worst);
    let line = open.unwrap_or(if part.kind == Kind::Boundary {
        BOUNDARY
    } else {
        LINE
    });
    let width = if open.is_some() { 2 } else { 1 };
    let shape = match part.kind {
        Kind::Boundary => {
            "container=1;collapsible=0;recursiveResize=0;dashed=1;fillColor=none;align=left;\
             verticalAlign=top;spacingLeft=6;fontStyle=1;"
        }
        Kind::Process => "rounded=1;arcSize=40;fillColor=#ffffff;",
        Kind::Store => "shape=partialRectangle;left=0;right=0;fillColor=#ffffff;",
        Kind::Flow => "edgeStyle=none;rounded=1;endArrow=classic;labelBackgroundColor=#ffffff;",
        _ => "rounded=0;fillColor=#ffffff;",
    };
    let outside = if part.outside {
        "opacity=50;textOpacity=60;"
    } else {
        ""
    };
    let size = if part.kind == Kind::Flow { 11 } else { 12 };
    format!(
        "{shape}html=0;strokeColor={line};strokeWidth={width};fontColor=#24292f;fontSize={size};\
         {outside}"
    )
}

/// Where on its way the name of a flow is: from -1, where it starts, to 1, where it ends.
fn along(points: &[(f64, f64)], label: (f64, f64)) -> String {
    let mut before = 0.0;
    let mut nearest = (f64::MAX, 0.0);
    for pair in points.windows(2) {
        let (from, step) = (pair[0], (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
        let length = step.0.hypot(step.1);
        if length > 0.0 {
            let share =
                ((label.0 - from.0) * step.0 + (label.1 - from.1) * step.1) / (length * length);
            let share = share.clamp(0.0, 1.0);
            let away = (from.0 + share * step.0 - label.0).hypot(from.1 + share * step.1 - label.1);
            if away < nearest.0 {
                nearest = (away, before + share * length);
            }
        }
        before += length;
    }
    if before > 0.0 {
        format!(" x=\"{:.3}\"", nearest.1 / before * 2.0 - 1.0)
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_flow_is_where_it_is_laid_out() {
        let points = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)];
        assert_eq!(along(&points, (0.0, 0.0)), " x=\"-1.000\"");
        assert_eq!(along(&points, (100.0, 3.0)), " x=\"0.030\"");
        assert_eq!(along(&points, (90.0, 150.0)), " x=\"1.000\"");
        assert_eq!(along(&points[..1], (0.0, 0.0)), "");
    }
}

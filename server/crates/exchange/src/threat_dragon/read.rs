//! Reads a document of Threat Dragon. It must not know how one is written.

use super::boxes::Boxes;
use super::cells::{Cell, Diagram, Shape};
use super::flows::crossed_by;
use super::reader::Reader;
use crate::area::Crossings;
use crate::draft::{Draft, Item};
use crate::tree::{DRAWN_ANEW, Fields, KEPT, NO_INSIDE, Node, Notes, Value};
use crate::words::plain_word;
use crate::{guesses, places, titles};
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::{ENDPOINT_KINDS, Kind};

/// Default titles.
const NO_TITLES: [&str; 4] = ["", "actor", "process", "store"];

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    let mut reader = Reader::default();
    top.skip_texts(&["version"]);
    if let Some(summary) = top.group("summary") {
        let draft = &mut reader.draft;
        draft.title = summary.text("title").unwrap_or_default();
        draft.description = summary.text("description").unwrap_or_default();
        draft.owner.extend(summary.text("owner"));
        summary.skip(&["id"]);
        draft.comments.extend(summary.joined_rest());
    }
    let Some(detail) = top.group("detail") else {
        top.problem("detail", "`detail` is missing");
        return reader.draft;
    };
    reader.keep_people(&detail);
    detail.skip(&["diagramTop", "threatTop"]);
    let diagrams = detail.groups("diagrams");
    let are_parts = diagrams.len() > 1;
    let titles = diagram_titles(&diagrams, are_parts, &mut reader.draft);
    for (number, (fields, title)) in diagrams.iter().zip(titles).enumerate() {
        reader.read_diagram(fields, number, Some(title).filter(|_| are_parts));
    }
    let mut draft = reader.draft;
    draft.comments.extend(detail.joined_rest());
    draft.comments.extend(top.joined_rest());
    mention_same_titles(&mut draft);
    places::break_circles(&mut draft);
    draft
}

/// The titles of diagrams, each once.
fn diagram_titles(diagrams: &[Fields<'_>], are_parts: bool, draft: &mut Draft) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    let mut uses: FxHashMap<String, usize> = FxHashMap::default();
    for (index, fields) in diagrams.iter().enumerate() {
        let title = fields
            .text("title")
            .unwrap_or_else(|| format!("Diagram {}", index + 1));
        let title = if are_parts {
            titles::of_part(title, &mut draft.comments)
        } else {
            title
        };
        let same = uses.get(&title).copied().unwrap_or_default();
        let title = if same > 0 {
            format!("{title} ({})", same + 1)
        } else {
            title
        };
        *uses.entry(title.clone()).or_default() += 1;
        unique.push(title);
    }
    unique
}

/// How many diagrams are listed that have an element of one title.
const MAX_LISTED: usize = 64;

/// Says of elements that have the same title in several diagrams that they may be the same; they
/// may as well not.
fn mention_same_titles(draft: &mut Draft) {
    let mut parts: FxHashMap<String, Vec<String>> = FxHashMap::default();
    let mut known: FxHashSet<(String, &str)> = FxHashSet::default();
    for item in draft.of_kind(ENDPOINT_KINDS) {
        let title = plain_word(&item.title);
        let Some(part) = &item.part else { continue };
        if !NO_TITLES.contains(&title.as_str()) && known.insert((title.clone(), part)) {
            parts.entry(title).or_default().push(part.clone());
        }
    }
    for item in draft.items.iter_mut() {
        if !ENDPOINT_KINDS.contains(&item.kind) {
            continue;
        }
        let parts = parts.get(&plain_word(&item.title));
        let others: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|part| Some(*part) != item.part.as_ref())
            .take(MAX_LISTED + 1)
            .map(|part| format!("\"{part}\""))
            .collect();
        if !others.is_empty() {
            let more = if others.len() > MAX_LISTED {
                ", …"
            } else {
                ""
            };
            let listed = &others[..others.len().min(MAX_LISTED)];
            let others = format!("{}{more}", listed.join(", "));
            item.comment(format!(
                "TODO: {others} has an element of the same title; if they are the same, keep one"
            ));
        }
    }
}

impl Reader {
    fn keep_people(&mut self, detail: &Fields<'_>) {
        let contributors: Vec<String> = detail
            .groups("contributors")
            .iter()
            .filter_map(|person| person.text("name"))
            .collect();
        if !contributors.is_empty() {
            let comment = format!("contributors: {}", contributors.join(", "));
            detail.keep(&mut self.draft.comments, "contributors", KEPT, comment);
        }
        detail.keep_text(&mut self.draft.comments, "reviewer", "reviewer");
    }

    fn read_diagram(&mut self, fields: &Fields<'_>, number: usize, part: Option<String>) {
        if fields.node("diagramJson").is_some() {
            fields.problem(
                "diagramJson",
                "this is a Threat Dragon 1 model; open it in Threat Dragon 2 and save it",
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
        self.read_description(fields, part.as_deref());
        let diagram = Diagram::read(fields, number, part, &mut self.draft);
        if !diagram.cells.is_empty() {
            fields.loss("cells", DRAWN_ANEW);
        }
        let boxes = Boxes::of(&diagram.cells);
        let (drawn_flows, crossings) = (diagram.drawn_flows(), Crossings::default());
        for (index, cell) in diagram.cells.iter().enumerate() {
            match cell.shape {
                Shape::Element(kind) => {
                    let mut item = cell.begun(kind, diagram.part.as_ref());
                    boxes.place(index, &mut item);
                    self.read_element(cell, item, &diagram);
                }
                Shape::Box => {
                    let mut item = cell.begun(Kind::Boundary, diagram.part.as_ref());
                    boxes.place(index, &mut item);
                    self.read_box(cell, item);
                }
                Shape::Curve => {
                    let crossed = crossed_by(cell, &drawn_flows, &crossings);
                    self.keep_curve(cell, &diagram.prefix, &crossed);
                }
                Shape::Text => {
                    cell.fields.keep(
                        &mut self.draft.comments,
                        "data",
                        "kept in a comment: text next to the diagram",
                        format!("{}{}", diagram.prefix, cell.title),
                    );
                    self.draft.comments.extend(cell.rest());
                }
                // Their ends have to be there.
                Shape::Flow => {}
            }
        }
        for cell in diagram.flows() {
            self.read_flow(cell, &diagram);
        }
    }

    fn read_description(&mut self, fields: &Fields<'_>, part: Option<&str>) {
        let prefix = part.map(|part| format!("{part}: ")).unwrap_or_default();
        let draft = &mut self.draft;
        if let Some(description) = fields.text("description") {
            if part.is_some() {
                draft.comments.push(format!("{prefix}{description}"));
            } else if draft.description.is_empty() {
                draft.description = description;
            } else {
                draft.description = format!("{}\n\n{description}", draft.description);
            }
        }
        let kind = fields.text("diagramType");
        if let Some(kind) = kind.filter(|kind| !kind.eq_ignore_ascii_case("STRIDE")) {
            let comment = format!("{prefix}diagramType: {kind}");
            fields.keep(&mut draft.comments, "diagramType", KEPT, comment);
        }
    }

    fn read_box(&mut self, cell: &Cell<'_>, mut item: Item) {
        guesses::boundary_of_title(&mut item);
        let has_threats = |node: &&Node| match node.value() {
            Value::List(threats) => !threats.is_empty(),
            _ => true,
        };
        if let Some(threats) = cell.data.node("threats").filter(has_threats) {
            cell.data.keep(
                &mut item.comments,
                "threats",
                "kept in a comment: threats are against elements",
                format!("threats: {}", threats.in_one_line()),
            );
        }
        item.comments.extend(cell.rest());
        self.draft.items.push(item);
    }

    /// Keeps a boundary that is a line, with the flows that it crosses.
    fn keep_curve(&mut self, cell: &Cell<'_>, prefix: &str, crossed: &str) {
        let title = titles::or(&cell.title, "without a name");
        cell.fields.keep(
            &mut self.draft.comments,
            "shape",
            NO_INSIDE,
            format!("{prefix}trust boundary drawn as a line: {title}{crossed}"),
        );
        let description = cell.data.text("description");
        self.draft.comments.extend(description);
        self.draft.comments.extend(cell.rest());
    }
}

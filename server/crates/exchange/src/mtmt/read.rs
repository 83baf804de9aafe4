//! Reads a model of the tool. It must not know what elements and flows say.

use super::reader::{Reader, listed, says_something};
use super::{threats, xml};
use crate::draft::{Draft, Item};
use crate::tree::{DRAWN_ANEW, Fields, KEPT, Notes, Problem, Text};
use crate::{places, titles};
use threatline_model::Kind;

/// Reads a document.
///
/// # Errors
/// The first place where it is not XML, or that it is another document.
pub fn read(notes: &Notes, text: &Text) -> Result<Draft, Problem> {
    let document = xml::document(text)?;
    let top = Fields::new(notes, &document, String::new());
    let mut reader = Reader::default();
    read_metadata(&top, &mut reader.draft);
    let template = threats::Template::of(&top);
    let surfaces = top.groups("DrawingSurfaceList");
    if surfaces.is_empty() {
        top.problem("DrawingSurfaceList", "the file has no diagram");
    } else {
        top.loss("DrawingSurfaceList", DRAWN_ANEW);
    }
    reader.has_several_surfaces = surfaces.len() > 1;
    for surface in &surfaces {
        reader.read_surface(notes, surface);
    }
    places::break_circles(&mut reader.draft);
    reader.read_threats(&top, &template);
    let mut draft = reader.draft;
    for note in top.groups("Notes") {
        keep_note(&note, &mut draft);
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

fn read_metadata(top: &Fields<'_>, draft: &mut Draft) {
    draft.title = titles::of_file(&top.place().file);
    let Some(fields) = top.group("MetaInformation") else {
        return;
    };
    if let Some(title) = fields.text("ThreatModelName") {
        draft.title = title;
    }
    let filled_in = |name: &str| fields.text(name).filter(|text| says_something(text));
    draft.description = filled_in("HighLevelSystemDescription").unwrap_or_default();
    draft.owner.extend(filled_in("Owner"));
    let assumptions = fields.text("Assumptions").unwrap_or_default();
    for (number, line) in listed(&assumptions).enumerate() {
        let key = format!("assumption {number}");
        draft.items.push(Item::new(Kind::Assumption, key, line));
    }
    for (name, label) in [
        ("Contributors", "contributors"),
        ("Reviewer", "reviewer"),
        ("ExternalDependencies", "external dependencies"),
    ] {
        if let Some(text) = filled_in(name) {
            let comment = format!("{label}: {text}");
            fields.keep(&mut draft.comments, name, KEPT, comment);
        }
    }
    draft.comments.extend(fields.rest());
}

/// Keeps a note of someone about the model.
fn keep_note(fields: &Fields<'_>, draft: &mut Draft) {
    fields.skip_texts(&["Id"]);
    let author = [fields.text("AddedBy"), fields.text("Date")];
    let author: Vec<String> = author.into_iter().flatten().collect();
    if let Some(message) = fields.text("Message") {
        let comment = if author.is_empty() {
            format!("note: {message}")
        } else {
            format!("note ({}): {message}", author.join(", "))
        };
        fields.keep(&mut draft.comments, "Message", KEPT, comment);
    }
    draft.comments.extend(fields.rest());
}

//! Reads a document of the threat model library. It must not know what elements and flows say.

use super::keys::Keys;
use super::threats::Threats;
use super::{assumptions, boundaries, controls, data, elements, flows, risks};
use crate::draft::Draft;
use crate::tree::{Fields, KEPT, Node, Notes};

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    top.skip_texts(&["$schema"]);
    let mut draft = Draft::default();
    let link = top.text("repo_link");
    read_scope(&top, &mut draft);
    keep_diagrams(&top, &mut draft);
    let mut keys = Keys::default();
    elements::read_trust_zones(&top, &mut keys, &mut draft);
    elements::read_actors(&top, &mut keys, &mut draft);
    elements::read_components(&top, link.as_deref(), &mut keys, &mut draft);
    elements::read_data_stores(&top, &mut keys, &mut draft);
    data::read(&top, &mut keys, &mut draft);
    flows::read(&top, &mut keys, &mut draft);
    boundaries::read(&top, &keys, &mut draft);
    assumptions::read(&top, &keys, &mut draft);
    let mut threats = Threats::read(&top, &mut keys, &mut draft);
    for fields in top.groups("risks") {
        risks::read(&fields, &keys, &mut threats, &mut draft);
    }
    for fields in top.groups("controls") {
        controls::read(&fields, &mut keys, &mut threats, &mut draft);
    }
    threats.add_to(&mut draft);
    if let Some(link) = link {
        let comment = format!("repo_link: {link}");
        top.keep(&mut draft.comments, "repo_link", KEPT, comment);
    }
    draft.comments.extend(top.joined_rest());
    draft
}

/// Reads what the model is about.
fn read_scope(top: &Fields<'_>, draft: &mut Draft) {
    if let Some(scope) = top.group("scope") {
        draft.title = scope.text("title").unwrap_or_default();
        draft.description = scope.text("description").unwrap_or_default();
        draft.comments.extend(scope.joined_rest());
    }
    if let Some(more) = top.text("description")
        && !draft.description.contains(more.as_str())
    {
        let paragraphs = [draft.description.as_str(), &more];
        draft.description = paragraphs.join("\n\n").trim().to_owned();
    }
}

fn keep_diagrams(top: &Fields<'_>, draft: &mut Draft) {
    for diagram in top.groups("diagrams") {
        diagram.leave_out_drawing(&["source"]);
        diagram.skip_texts(&["type"]);
        let texts = [diagram.text("title"), diagram.text("description")];
        let texts: Vec<String> = texts.into_iter().flatten().chain(diagram.rest()).collect();
        if !texts.is_empty() {
            draft
                .comments
                .push(format!("diagram: {}", texts.join("; ")));
        }
    }
}

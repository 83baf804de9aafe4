//! Reads a document of pytm. It must not know what elements and flows say.

use super::keys::Keys;
use super::sinks::Sinks;
use super::{assumptions, data, elements, findings, flows};
use crate::draft::Draft;
use crate::places;
use crate::tree::{Fields, Node, Notes};

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    let mut draft = Draft {
        title: top.required("name"),
        ..Draft::default()
    };
    draft.description = top.text("description").unwrap_or_default();
    // How pytm works.
    top.skip(&[
        "isOrdered",
        "mergeResponses",
        "ignoreUnused",
        "onDuplicates",
        "threatsFile",
        "colormap",
    ]);
    let mut keys = Keys::default();
    assumptions::read(&top, None, &mut draft);
    data::read(&top, &mut keys, &mut draft);
    elements::read_boundaries(&top, &mut keys, &mut draft);
    let mut sinks = Sinks::default();
    for fields in element_groups(&top) {
        elements::read(&fields, &mut keys, &mut draft);
        sinks.add(fields);
    }
    flows::read(&top, &sinks, &mut keys, &mut draft);
    data::state_holders(&top, &keys, &mut draft);
    findings::read(&top, &keys, &mut draft);
    places::break_circles(&mut draft);
    draft.comments.extend(top.rest());
    draft
}

/// The elements: in a list of all, or, as older versions print them, in two.
fn element_groups<'a>(top: &Fields<'a>) -> Vec<Fields<'a>> {
    let lists = if top.node("elements").is_some() {
        &["elements"][..]
    } else {
        &["actors", "assets"]
    };
    let elements = lists.iter().flat_map(|list| top.groups(list)).collect();
    top.skip(&["actors", "assets"]);
    elements
}

//! Reads a document of threatcl. It must not know what is in a model.

use super::blocks::IMPORTED;
use super::comments;
use super::controls::component;
use super::includes::with_base;
use super::model::Model;
use super::resolve::{Include, resolved};
use super::targets::Elements;
use crate::draft::Draft;
use crate::tree::{Fields, LABELS, Node, Notes, Problem, Value};
use crate::words::KnownWords;
use crate::{places, stand_ins, titles};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Reads a document.
///
/// # Errors
/// When what it stands for is too much.
pub fn read(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Draft, Problem> {
    let document = resolved(notes, document, include)?;
    let top = Fields::new(notes, &document, String::new());
    // Brought in where they are used.
    top.skip_texts(&["spec_version"]);
    top.skip(&["variable", "locals", IMPORTED]);
    let mut draft = Draft {
        title: titles::readable(&titles::of_file(&top.place().file)),
        ..Draft::default()
    };
    let models = models(notes, &top, include)?;
    let components = top.groups("component");
    if models.is_empty() && components.is_empty() {
        note_nothing_to_import(&top);
        return Ok(draft);
    }
    leave_out_invariants(&top);
    draft.items.extend(components.iter().map(component));
    read_models(&top, &models, &mut draft);
    let mut owners = BTreeSet::new();
    draft.owner.retain(|owner| owners.insert(owner.clone()));
    places::break_circles(&mut draft);
    draft.comments.extend(top.rest());
    Ok(draft)
}

/// The models of a document, each with those that it includes.
fn models<'a>(
    notes: &'a Notes,
    top: &Fields<'a>,
    include: &Include<'_>,
) -> Result<Vec<Fields<'a>>, Problem> {
    let nodes = top.list("threatmodel");
    let models = nodes.iter().enumerate().map(|(index, node)| {
        let path = format!("threatmodel[{index}]");
        let model = with_base(notes, node, include, &path, 0)?;
        Ok(top.group_at(&model, path))
    });
    models.collect()
}

fn note_nothing_to_import(top: &Fields<'_>) {
    if top.node("invariant").is_some() {
        top.problem(
            "invariant",
            "this file has rules (`invariant`) but no `threatmodel` to import; write such rules \
             in the language",
        );
    } else {
        top.problem(
            "threatmodel",
            "this file has no `threatmodel` and no `component` with a control",
        );
    }
}

fn leave_out_invariants(top: &Fields<'_>) {
    if let Some(node) = top.node("invariant") {
        let count = match node.value() {
            Value::List(nodes) => nodes.len(),
            _ => 1,
        };
        let why = format!("rules for models were dropped: {count}");
        top.loss("invariant", why);
    }
}

fn read_models(top: &Fields<'_>, models: &[Fields<'_>], draft: &mut Draft) {
    let controls = top.groups(IMPORTED);
    let mut controls_by_name: FxHashMap<String, &Fields<'_>> = FxHashMap::default();
    for control in &controls {
        controls_by_name.entry(control.label(1)).or_insert(control);
    }
    for (index, fields) in models.iter().enumerate() {
        let name = fields.label(0);
        if name.is_empty() {
            fields.problem(LABELS, "a `threatmodel` requires a name");
        }
        let title = titles::readable(&name);
        let part = if models.len() == 1 {
            draft.title = title;
            None
        } else {
            Some(titles::of_part(title, &mut draft.comments))
        };
        let model = Model {
            prefix: format!("{index}:"),
            part,
            start: draft.items.len(),
            controls: &controls_by_name,
        };
        read_model(&model, fields, draft);
    }
}

fn read_model(model: &Model<'_>, fields: &Fields<'_>, draft: &mut Draft) {
    fields.skip(&["imports", "including"]);
    draft.owner.extend(fields.text("author"));
    let mut comments = comments::read(fields);
    for fields in fields.groups("information_asset") {
        model.read_asset(&fields, draft);
    }
    read_diagrams(model, fields, draft);
    let threats = fields.groups("threat");
    if !threats.is_empty() && model.elements_in(draft).next().is_none() {
        stand_ins::whole_system(draft, model.part.as_deref(), model.start);
    }
    model.read_dependencies(fields, draft);
    let elements = Elements::of(model.elements_in(draft));
    for fields in &threats {
        model.read_threat(fields, &elements, draft);
    }
    let description = fields.text("description");
    comments.extend(fields.rest());
    model.describe(description, comments, draft);
}

/// Reads the diagrams: all elements before the flows, so that these can name them.
fn read_diagrams(model: &Model<'_>, fields: &Fields<'_>, draft: &mut Draft) {
    let diagrams: Vec<Fields<'_>> = ["data_flow_diagram_v2", "data_flow_diagram"]
        .iter()
        .flat_map(|name| fields.groups(name))
        .collect();
    for diagram in &diagrams {
        model.read_elements(diagram, draft);
    }
    let element_names = model.element_names(draft);
    let element_names = KnownWords::new(element_names.iter().map(String::as_str));
    for diagram in &diagrams {
        model.read_flows(diagram, &element_names, draft);
        draft.comments.extend(diagram.rest());
    }
}

//! Controls, of a threat or of a library, as mitigations. It must not know which threats there are.

use super::blocks::ATTRIBUTE;
use super::model::{Model, name_of};
use super::references::is_reference;
use super::terms::EVIDENCE;
use crate::draft::{Draft, Item};
use crate::titles;
use crate::tree::{Fields, KEPT, LABELS, Value};
use crate::words::plain_word;
use threatline_model::Kind;

impl Model<'_> {
    /// Reads the controls of a threat, and gives their keys.
    pub fn read_controls(&self, fields: &Fields<'_>, draft: &mut Draft) -> Vec<String> {
        let mut keys = Vec::new();
        let is_text = fields
            .node("control")
            .is_some_and(|node| !matches!(node.value(), Value::List(_)));
        let (mut blocks, text) = if is_text {
            (Vec::new(), fields.text("control"))
        } else {
            let text = fields.text(&format!("control{ATTRIBUTE}"));
            (fields.groups("control"), text)
        };
        if let Some(text) = text {
            keys.push(self.declare_text(&text, Some(true), Vec::new(), draft));
        }
        blocks.extend(fields.groups("expanded_control"));
        for fields in blocks {
            keys.push(self.declare_block(&fields, draft));
        }
        for fields in fields.groups("proposed_control") {
            fields.skip(&[LABELS]);
            let text = fields.required("description");
            let is_done = fields.yes_no("implemented");
            let rest = fields.joined_rest();
            keys.push(self.declare_text(&text, is_done, rest, draft));
        }
        for reference in fields.texts("control_imports") {
            keys.push(self.declare_imported(fields, &reference, draft));
        }
        keys
    }

    /// Declares a control of a library, once, and gives its key.
    fn declare_imported(&self, fields: &Fields<'_>, reference: &str, draft: &mut Draft) -> String {
        let name = reference.rsplit('.').next().unwrap_or_default();
        let Some(control) = self.controls.get(name) else {
            let why = format!("unknown control `{reference}`: no imported file defines it");
            fields.loss("control_imports", why);
            let comment =
                "TODO: describe it: its control is in a file that was not imported".to_owned();
            return self.declare_text(&titles::readable(name), None, vec![comment], draft);
        };
        let key = component_key(name);
        if !draft.items.contains(&key) {
            let mut item = component(control);
            item.part.clone_from(&self.part);
            draft.items.push(item);
        }
        key
    }

    /// Declares a control that is a block, once for all that say the same, and gives its key.
    fn declare_block(&self, fields: &Fields<'_>, draft: &mut Draft) -> String {
        let title = titles::readable(&name_of(fields));
        let mut item = Item::new(Kind::Mitigation, String::new(), title);
        read_control(fields, &mut item);
        let content = format!("{} {} {:?}", item.title, item.description, item.facts);
        item.key = self.key(Kind::Mitigation, &content);
        item.part.clone_from(&self.part);
        let key = item.key.clone();
        if !draft.items.contains(&key) {
            draft.items.push(item);
        }
        key
    }

    /// Declares a control that is a text, once, and gives its key.
    fn declare_text(
        &self,
        text: &str,
        is_done: Option<bool>,
        comments: Vec<String>,
        draft: &mut Draft,
    ) -> String {
        let key = self.key(Kind::Mitigation, text);
        if !draft.items.contains(&key) {
            let mut item = Item::new(Kind::Mitigation, key.clone(), titles::title_of(text));
            item.describe(Some(text.trim().to_owned()));
            item.part.clone_from(&self.part);
            item.word("status", Some(status(is_done)));
            item.comments = comments;
            draft.items.push(item);
        }
        key
    }
}

fn status(is_done: Option<bool>) -> &'static str {
    if is_done == Some(true) {
        "implemented"
    } else {
        "proposed"
    }
}

fn component_key(name: &str) -> String {
    format!("component {name}")
}

/// A control of a library.
pub fn component(fields: &Fields<'_>) -> Item {
    let (kind, name) = (fields.label(0), fields.label(1));
    let name = if name.is_empty() { kind.clone() } else { name };
    if name.is_empty() {
        fields.problem(LABELS, "a `component` requires a kind and a name");
    }
    let title = titles::readable(&name);
    let mut item = Item::new(Kind::Mitigation, component_key(&name), title);
    read_control(fields, &mut item);
    if !matches!(kind.as_str(), "control" | "expanded_control") && kind != name {
        item.comment(format!("kind of component: {kind}"));
    }
    item
}

/// Reads what a control says.
fn read_control(fields: &Fields<'_>, item: &mut Item) {
    fields.skip(&[LABELS]);
    match fields.text("description") {
        // That it is not there was noted.
        Some(name) if is_reference(&name) => {
            item.comment(format!(
                "TODO: add its description, which is elsewhere: {name}"
            ));
        }
        description => item.describe(description),
    }
    if let Some(notes) = fields.text("implementation_notes") {
        let paragraphs = [item.description.as_str(), &notes];
        item.description = paragraphs.join("\n\n").trim().to_owned();
    }
    let is_done = fields.yes_no("implemented");
    item.word("status", Some(status(is_done)));
    for attribute in fields.groups("attribute") {
        read_attribute(&attribute, item);
    }
    fields.keep_text(&mut item.comments, "risk_reduction", "risk reduction");
    item.comments.extend(fields.joined_rest());
}

fn read_attribute(attribute: &Fields<'_>, item: &mut Item) {
    let name = attribute.label(0);
    let value = attribute.text("value").unwrap_or_default();
    let plain = plain_word(&name);
    if plain == "owner" && !item.has("owner") {
        item.text("owner", Some(value));
    } else if EVIDENCE.contains(&plain.as_str()) {
        item.text("evidence", Some(value));
    } else {
        let comment = format!("{}: {value}", titles::readable(&name));
        attribute.keep(&mut item.comments, "value", KEPT, comment);
    }
    item.comments.extend(attribute.rest());
}

//! Statements about a model as a whole that have no place in it. It must not know its threats.

use super::model::{Model, name_of};
use crate::draft::Draft;
use crate::tree::{Fields, KEPT, LABELS};
use crate::{stand_ins, titles};

/// Reads what is kept in comments.
pub fn read(fields: &Fields<'_>) -> Vec<String> {
    let mut comments = Vec::new();
    fields.keep_text(&mut comments, "link", "link");
    fields.keep_text(&mut comments, "diagram_link", "diagram");
    for repository in fields.texts("repository") {
        comments.push(format!("repository: {repository}"));
    }
    for (name, label) in [("created_at", "created"), ("updated_at", "updated")] {
        if let Some(seconds) = fields.number(name) {
            let time = jiff::Timestamp::from_second(seconds as i64);
            let day = time.map(|time| time.strftime("%Y-%m-%d").to_string());
            let day = day.unwrap_or_else(|_| seconds.to_string());
            comments.push(format!("{label}: {day}"));
        }
    }
    comments.extend(attributes(fields));
    for attribute in fields.groups("additional_attribute") {
        let label = titles::readable(&name_of(&attribute));
        attribute.keep_text(&mut comments, "value", &label);
        comments.extend(attribute.rest());
    }
    for (block, label) in [("usecase", "use case"), ("exclusion", "excluded")] {
        for fields in fields.groups(block) {
            fields.skip(&[LABELS]);
            let comment = format!("{label}: {}", fields.required("description"));
            fields.keep(&mut comments, "description", KEPT, comment);
            comments.extend(fields.rest());
        }
    }
    for diagram in fields.groups("mermaid") {
        diagram.keep(
            &mut comments,
            "content",
            "dropped: a Mermaid diagram",
            format!("A Mermaid diagram was dropped: {}", diagram.label(0)),
        );
        comments.extend(diagram.text("description"));
    }
    comments
}

fn attributes(fields: &Fields<'_>) -> Vec<String> {
    let mut comments = Vec::new();
    if let Some(attributes) = fields.groups("attributes").into_iter().next() {
        attributes.skip(&[LABELS]);
        let mut texts = Vec::new();
        for name in ["internet_facing", "new_initiative", "initiative_size"] {
            attributes.keep_text(&mut texts, name, &name.replace('_', " "));
        }
        if !texts.is_empty() {
            comments.push(texts.join(", "));
        }
        comments.extend(attributes.rest());
    }
    comments
}

impl Model<'_> {
    /// Describes the draft, or, if there are several models, what stands for all of this one.
    pub fn describe(&self, description: Option<String>, comments: Vec<String>, draft: &mut Draft) {
        let Some(part) = &self.part else {
            draft.description = description.unwrap_or_default();
            draft.comments.extend(comments);
            return;
        };
        let whole = stand_ins::whole_system_key(draft, Some(part));
        let comments = comments.into_iter().filter(|comment| !comment.is_empty());
        if let Some(item) = draft.items.get_mut(&whole) {
            item.describe(description);
            item.comments.extend(comments);
        } else {
            let lines = description.into_iter().chain(comments);
            let lines = lines.map(|line| format!("{part}: {line}"));
            draft.comments.extend(lines);
        }
    }
}

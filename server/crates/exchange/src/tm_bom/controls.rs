//! Controls, as mitigations of the threats that they are about. It must not know how a threat is
//! read.

use super::keys::{Keys, word};
use super::terms::STATUS;
use super::threats::{Threats, named};
use crate::draft::{Draft, Fact, Item};
use crate::titles;
use crate::tree::{Fields, KEPT};
use threatline_model::Kind;

/// Reads a control.
pub fn read(fields: &Fields<'_>, keys: &mut Keys, threats: &mut Threats, draft: &mut Draft) {
    let mut item = keys.begun(fields, Kind::Mitigation, "control");
    let theirs = fields.text("status").unwrap_or_default();
    let status = word(fields, "status", STATUS, &mut item).unwrap_or(Some("proposed"));
    let mut comments = Vec::new();
    if let Some(boundary) = fields.group("trust_boundary") {
        let comment = between(&boundary, keys, draft);
        fields.keep(&mut comments, "trust_boundary", KEPT, comment);
        comments.extend(boundary.rest());
    }
    let keys = named(fields, keys, &mut comments);
    let indices = threats.indices(&keys);
    comments.extend(fields.rest());
    item.comments.extend(titles::joined_lines(comments));
    let Some(status) = status else {
        fields.loss(
            "status",
            "kept in a comment: neither implemented nor planned",
        );
        let comments = match indices.first() {
            Some(index) => &mut threats.by_index_mut(*index).comments,
            None => &mut draft.comments,
        };
        keep_without_effect(item, &theirs, comments);
        return;
    };
    item.word("status", Some(status));
    if theirs == "assumed" {
        item.comment("TODO: verify that it is in place; this was only assumed");
    }
    for index in indices {
        let threat = threats.by_index_mut(index);
        threat.state("mitigations", Fact::Item(item.key.clone()));
    }
    draft.items.push(item);
}

/// Between which zones a control is.
fn between(boundary: &Fields<'_>, keys: &Keys, draft: &Draft) -> String {
    let zone = |field: &str| {
        let name = boundary.text(field).unwrap_or_default();
        keys.title_of_zone(&name, draft).unwrap_or(name)
    };
    format!(
        "between {} and {}",
        zone("trust_zone_a"),
        zone("trust_zone_b")
    )
}

/// Keeps a control that counters nothing, so that it is not a mitigation.
fn keep_without_effect(item: Item, status: &str, comments: &mut Vec<String>) {
    let title = item.title;
    comments.push(format!("control not in place ({status}): {title}"));
    comments.extend(Some(item.description).filter(|text| !text.is_empty()));
    comments.extend(item.comments);
}

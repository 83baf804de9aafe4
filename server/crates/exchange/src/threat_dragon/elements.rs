//! Elements, by their kinds. It must not know where they are drawn.

use super::cells::{Cell, Diagram};
use super::reader::Reader;
use super::threats::Target;
use crate::draft::{Draft, Item};
use crate::tree::{Fields, KEPT};
use crate::{guesses, stand_ins};
use threatline_model::{Kind, schema};

impl Reader {
    /// Reads an element that was begun, with its threats.
    pub fn read_element(&mut self, cell: &Cell<'_>, mut item: Item, diagram: &Diagram<'_>) {
        guesses::technology_of_title(&mut item);
        read_scope(&cell.data, &mut item);
        match item.kind {
            Kind::External => {
                if !item.has("technology") {
                    item.word("kind", guesses::external_by_name(&item.title));
                }
            }
            Kind::Process => read_process(&cell.data, &mut item, &mut self.draft),
            _ => read_store(&cell.data, &mut item, &mut self.draft),
        }
        item.comments.extend(cell.rest());
        let target = Target {
            key: item.key.clone(),
            loose_flow: None,
        };
        self.draft.items.push(item);
        self.read_threats(cell, &target, diagram);
    }
}

fn read_process(data: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    if data.is_yes("isWebApplication") {
        item.library("technology", &["web_application"]);
    }
    if let Some(level) = data.text("privilegeLevel") {
        match schema::PRIVILEGES.position(&level.to_lowercase()) {
            Some(position) => item.word("privileges", Some(schema::PRIVILEGES.word(position))),
            None => {
                let comment = format!("privilegeLevel: {level}");
                data.keep(&mut item.comments, "privilegeLevel", KEPT, comment);
            }
        }
    }
    if data.is_yes("handlesCardPayment") {
        stand_ins::hold(draft, item, "handles", stand_ins::CARDS);
    }
}

fn read_store(data: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    if data.is_yes("isALog") {
        item.library("technology", &["log_store"]);
    }
    if data.is_yes("isEncrypted") {
        item.word("encryption", Some("at_rest"));
    }
    if data.is_yes("storesCredentials") {
        stand_ins::hold(draft, item, "stores", stand_ins::CREDENTIALS);
    }
}

/// States why something is out of scope, if it is.
pub fn read_scope(data: &Fields<'_>, item: &mut Item) {
    if data.is_yes("outOfScope") {
        let reason = data.text("reasonOutOfScope");
        let reason = reason.unwrap_or_else(|| stand_ins::OUT_OF_SCOPE.to_owned());
        item.text("out_of_scope", Some(reason));
    }
}

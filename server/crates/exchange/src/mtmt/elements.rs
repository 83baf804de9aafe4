//! Elements and boundaries. It must not know where they are drawn.

use super::reader::Reader;
use super::stencils::{Properties, Stencil};
use super::terms::{BOUNDARY, PRIVILEGE, STENCIL, STORAGE};
use crate::draft::{Draft, Item, facts_in_words};
use crate::words::{looked_up, plain_word};
use crate::{guesses, stand_ins, vocabulary};
use std::collections::BTreeSet;
use threatline_model::Kind;

impl Reader {
    /// What a stencil declares.
    pub fn element(&mut self, stencil: &Stencil<'_>, kind: Kind, part: Option<&str>) -> Item {
        let properties = &stencil.properties;
        let mut item = Item::new(kind, stencil.guid.clone(), stencil.shown_title());
        item.part = part.map(str::to_owned);
        if kind == Kind::Boundary {
            item.word("kind", looked_up(&stencil.type_id, BOUNDARY));
            item.word("trust", guesses::trust_by_name(&item.title));
        } else {
            read_scope(properties, &mut item);
        }
        item.library("technology", technology_of(stencil, kind).as_slice());
        let is_user = stencil.type_id == "SE.EI.TMCore.User"
            || plain_word(&properties.stencil) == "humanuser";
        if is_user {
            item.word("kind", Some("person"));
        }
        read_properties(properties, &mut item, &mut self.draft);
        let is_unknown = !item.has("technology") && !item.has("kind");
        if is_unknown && !is_generic(stencil) && properties.own_title().is_some() {
            stencil.fields.keep(
                &mut item.comments,
                "TypeId",
                "kept in a comment: the library has no technology for this stencil",
                format!("drawn as: {}", properties.stencil),
            );
        }
        item.comments.extend(properties.rest());
        item
    }

    /// Adds an element, or joins it with one of the same name on another diagram. Gives its key.
    pub fn add_element(&mut self, stencil: &Stencil<'_>, item: Item) -> String {
        let name = (item.kind.word(), item.title.clone());
        let key = match self.same_elsewhere(stencil, &item, &name) {
            Some(other) => {
                stencil.fields.loss(
                    "Properties",
                    "merged with the element of the same name on another diagram",
                );
                join(other, item);
                other.key.clone()
            }
            None => {
                let key = self.draft.items.push(item);
                self.named.entry(name).or_insert_with(|| key.clone());
                key
            }
        };
        self.keys
            .entry(stencil.guid.clone())
            .or_insert_with(|| key.clone());
        key
    }

    /// The element of the same kind and name on another diagram.
    fn same_elsewhere(
        &mut self,
        stencil: &Stencil<'_>,
        item: &Item,
        name: &(&'static str, String),
    ) -> Option<&mut Item> {
        if !self.has_several_surfaces || stencil.properties.own_title().is_none() {
            return None;
        }
        let other = self.draft.items.get_mut(self.named.get(name)?)?;
        Some(other).filter(|other| other.part != item.part)
    }
}

/// Whether a stencil stands for anything of its kind.
fn is_generic(stencil: &Stencil<'_>) -> bool {
    stencil.properties.stencil.starts_with("Generic")
}

fn technology_of(stencil: &Stencil<'_>, kind: Kind) -> Option<&'static str> {
    let technology = match looked_up(&stencil.type_id, STENCIL) {
        Some(name) => Some(name).filter(|name| !name.is_empty()),
        None if is_generic(stencil) || kind == Kind::Boundary => None,
        None => vocabulary::technology(&stencil.properties.stencil),
    };
    let storage = stencil.properties.take_word("Storage Type", STORAGE);
    storage.or(technology)
}

/// Reads what elements of a kind have.
fn read_properties(properties: &Properties<'_>, item: &mut Item, draft: &mut Draft) {
    match item.kind {
        Kind::External => {
            const KINDS: &[(&str, &str)] = &[("Human", "person"), ("Code", "system")];
            item.word("kind", properties.take_word("Type", KINDS));
        }
        Kind::Process => {
            item.word("privileges", properties.take_word("Running As", PRIVILEGE));
            if properties.take_yes("Sanitizes Output") {
                item.library("mitigations", &["output_encoding"]);
            }
        }
        Kind::Store => {
            if properties.take_yes("Encrypted") {
                item.word("encryption", Some("at_rest"));
            }
            for (label, held) in [
                ("Stores Credentials", stand_ins::CREDENTIALS),
                ("Stores Log Data", stand_ins::LOGS),
            ] {
                if properties.take_yes(label) {
                    stand_ins::hold(draft, item, "stores", held);
                }
            }
        }
        _ => {}
    }
}

/// States why something is out of scope, if it is.
pub fn read_scope(properties: &Properties<'_>, item: &mut Item) {
    let why = properties.take("Reason For Out Of Scope");
    if properties.take_yes("Out Of Scope") {
        let why = why.unwrap_or_else(|| stand_ins::OUT_OF_SCOPE.to_owned());
        item.text("out_of_scope", Some(why));
    } else if let Some(why) = why {
        item.comment(format!("reason for out of scope: {why}"));
    }
}

/// States of an element what it states on another diagram; where that differs, it is kept.
fn join(known: &mut Item, mut other: Item) {
    for (property, facts) in other.facts {
        if !known.has(property) {
            for fact in facts {
                known.state(property, fact);
            }
        } else if known.get(property) != facts.as_slice() {
            let facts = facts_in_words(&facts);
            known.comment(format!("{property} on another diagram: {facts}"));
        }
    }
    let stated: BTreeSet<&String> = known.comments.iter().collect();
    other.comments.retain(|comment| !stated.contains(comment));
    known.comments.append(&mut other.comments);
}

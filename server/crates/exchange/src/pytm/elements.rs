//! Elements and boundaries. It must not know which flows lead there.

use super::assumptions;
use super::attributes::{self, list_word, place};
use super::keys::Keys;
use super::terms::{CLASSES, STORES};
use crate::draft::{Draft, Item};
use crate::tree::{Fields, KEPT};
use crate::words::looked_up;
use crate::{guesses, stand_ins, vocabulary};
use threatline_model::Kind;

/// Reads the boundaries.
pub fn read_boundaries(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    let groups = top.groups("boundaries");
    // All are begun first, so that each can be named.
    let mut boundaries: Vec<Item> = groups
        .iter()
        .map(|fields| keys.boundaries.begun(fields, Kind::Boundary))
        .collect();
    for (fields, item) in groups.iter().zip(&mut boundaries) {
        item.word("trust", guesses::trust_by_name(&item.title));
        place(fields, keys, item);
        if fields.yes_no("inScope") == Some(false) {
            fields.keep(
                &mut item.comments,
                "inScope",
                "kept in a comment: a boundary has no scope",
                "in scope: no",
            );
        }
        attributes::read(fields, item);
        assumptions::read(fields, Some(item), draft);
        item.comments.extend(fields.joined_rest());
    }
    draft.items.extend(boundaries);
}

/// Reads an element.
pub fn read(fields: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    let class = fields.text("__class__");
    let class = class.unwrap_or_else(|| "Asset".to_owned());
    let mut item = begun(fields, &class, keys);
    place(fields, keys, &mut item);
    if fields.yes_no("inScope") == Some(false) {
        item.text("out_of_scope", Some(stand_ins::OUT_OF_SCOPE.to_owned()));
    }
    if item.kind == Kind::Store {
        read_store(fields, &mut item, draft);
    }
    if class == "LLM" {
        read_language_model(fields, &mut item, draft);
    }
    if fields.is_yes("usesXMLParser") && item.kind == Kind::Process {
        item.word("accepts", Some("xml"));
    }
    // For the flows that come in.
    fields.skip(&["port", "protocol", "data"]);
    for name in ["usesVPN", "usesSessionTokens"] {
        if fields.is_yes(name) {
            fields.keep(
                &mut item.comments,
                name,
                "kept in a comment: only flows have it",
                format!("{name}: yes"),
            );
        }
    }
    // What every process is unless someone says otherwise.
    let code_type = fields.text("codeType");
    if code_type.is_some_and(|code_type| code_type != "Unmanaged") {
        fields.keep_text(&mut item.comments, "codeType", "code type");
    }
    attributes::read(fields, &mut item);
    assumptions::read(fields, Some(&item), draft);
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

/// Begins an element of a class; one of one's own is some process.
fn begun(fields: &Fields<'_>, class: &str, keys: &mut Keys) -> Item {
    let known = CLASSES.iter().find(|(name, _)| *name == class);
    let (kind, technology) = known.map_or((Kind::Process, &[] as &[_]), |(_, meaning)| *meaning);
    let mut item = keys.elements.begun(fields, kind);
    if known.is_none() {
        fields.keep(
            &mut item.comments,
            "__class__",
            "kept in a comment: unknown pytm class, imported as a process",
            format!("class: {class}"),
        );
    }
    item.library("technology", technology);
    match class {
        "Actor" => item.word("kind", Some("person")),
        "ExternalEntity" => item.word("kind", Some("system")),
        _ => {}
    }
    item
}

fn read_store(fields: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    let store_type = list_word(fields, "type");
    let is_sql = fields.yes_no("isSQL");
    if let Some(store_type) = store_type {
        match looked_up(&store_type, STORES) {
            Some(technology) => item.library("technology", &[technology]),
            None => fields.keep(
                &mut item.comments,
                "type",
                "kept in a comment: the library has no such technology",
                format!("type: {store_type}"),
            ),
        }
    } else if is_sql == Some(true) {
        // Every store is SQL by default, so that means little by itself.
        let technology = vocabulary::technology(&item.title);
        item.library("technology", technology.as_slice());
    }
    if fields.is_yes("onRDS") {
        item.library("technology", &["relational_database"]);
    }
    for (name, held) in [
        ("storesPII", stand_ins::PERSONAL),
        ("storesSensitiveData", stand_ins::SENSITIVE),
        ("storesLogData", stand_ins::LOGS),
    ] {
        if fields.is_yes(name) {
            stand_ins::hold(draft, item, "stores", held);
        }
    }
}

fn read_language_model(fields: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    if fields.is_yes("hasAgentCapabilities") {
        item.library("technology", &["agent"]);
    }
    if fields.is_yes("processesPersonalData") {
        stand_ins::hold(draft, item, "handles", stand_ins::PERSONAL);
    }
    let is_self_hosted = fields.is_yes("isSelfHosted");
    let is_third_party = fields.yes_no("isThirdParty");
    item.comment(match (is_self_hosted, is_third_party) {
        (true, _) => "self-hosted",
        (false, Some(false)) => "third party: no",
        (false, _) => "third-party service",
    });
    fields.loss("isThirdParty", KEPT);
    for name in ["hasSystemPrompt", "processesUntrustedInput"] {
        if fields.yes_no(name) == Some(false) {
            fields.keep(&mut item.comments, name, KEPT, format!("{name}: no"));
        }
    }
}

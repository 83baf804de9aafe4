//! Data, and which elements hold them. It must not know how flows are read.

use super::attributes::{keep_list_word, list_word};
use super::keys::Keys;
use super::terms::{CLASSIFICATION, DERIVED};
use crate::draft::{Draft, Fact, Item};
use crate::places;
use crate::tree::Fields;
use crate::words::{looked_up, plain_word, unknown};
use threatline_model::Kind;

/// Reads the data, as assets.
pub fn read(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    for fields in top.groups("data") {
        let mut item = keys.data.begun(&fields, Kind::Asset);
        read_classification(&fields, &mut item);
        if fields.is_yes("isCredentials") {
            item.word("kind", Some("credential"));
        }
        item.yes_no("personal", fields.yes_no("isPII").filter(|yes| *yes));
        for name in ["credentialsLife", "lifetime"] {
            keep_list_word(&fields, name, "lifetime", &mut item);
        }
        if fields.is_yes("isStored") {
            keys.stored.insert(item.key.clone());
        }
        fields.skip(DERIVED);
        // Known from the flows; whether the ends encrypt it, from the stores.
        fields.skip(&[
            "carriedBy",
            "processedBy",
            "isDestEncryptedAtRest",
            "isSourceEncryptedAtRest",
        ]);
        item.comments.extend(fields.joined_rest());
        draft.items.push(item);
    }
}

fn read_classification(fields: &Fields<'_>, item: &mut Item) {
    let Some(theirs) = list_word(fields, "classification") else {
        item.word("classification", Some("internal"));
        item.comment("TODO: review the classification: none was specified, `internal` is assumed");
        return;
    };
    let Some(word) = looked_up(&theirs, CLASSIFICATION) else {
        let words = CLASSIFICATION.iter().map(|(word, _)| *word);
        fields.problem("classification", unknown(&theirs, words));
        return;
    };
    item.word("classification", Some(word));
    if plain_word(&theirs) == "topsecret" {
        fields.keep(
            &mut item.comments,
            "classification",
            "converted to `restricted`; the original is kept in a comment",
            format!("classification: {theirs}"),
        );
    }
}

/// States what elements hold beyond what flows bring: data that are kept, and data that someone
/// placed there.
pub fn state_holders(top: &Fields<'_>, keys: &Keys, draft: &mut Draft) {
    let carried = places::carried_now(draft);
    state_kept_data(keys, draft);
    for fields in top.groups("data") {
        let Some(asset) = fields.text("name").and_then(|name| keys.data.get(&name)) else {
            continue;
        };
        for name in fields.texts("processedBy") {
            let Some(holder) = keys.elements.get(&name) else {
                continue;
            };
            let is_brought = carried
                .get(holder)
                .is_some_and(|assets| assets.contains(asset));
            let Some(item) = draft.items.get_mut(holder).filter(|_| !is_brought) else {
                continue;
            };
            match item.kind {
                Kind::Process => item.state("handles", Fact::Item(asset.clone())),
                Kind::Store => item.state("stores", Fact::Item(asset.clone())),
                _ => {}
            }
        }
    }
}

/// States of the stores that flows bring data to which of these they keep.
fn state_kept_data(keys: &Keys, draft: &mut Draft) {
    let mut kept: Vec<(String, String)> = Vec::new();
    for flow in draft.of_kind(&[Kind::Flow]) {
        let Some((_, target)) = &flow.ends else {
            continue;
        };
        let assets = flow.keys("sends").chain(flow.keys("receives"));
        let stored = assets.filter(|asset| keys.stored.contains(*asset));
        kept.extend(stored.map(|asset| (target.clone(), asset.to_owned())));
    }
    for (target, asset) in kept {
        let target = draft.items.get_mut(&target);
        if let Some(store) = target.filter(|item| item.kind == Kind::Store) {
            store.state("stores", Fact::Item(asset));
        }
    }
}

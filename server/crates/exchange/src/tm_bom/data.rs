//! Data sets, and the stores that they are in. It must not know which flows carry them.

use super::keys::{Keys, finish, keep_unknown_word};
use super::terms::SENSITIVITY;
use crate::draft::{Draft, Fact, Item};
use crate::tree::Fields;
use crate::words::looked_up;
use rustc_hash::FxHashMap;
use threatline_model::{Kind, schema};

/// The statements about the data of a store.
#[derive(Clone, Copy, Default)]
struct Encryption {
    /// Whether some are encrypted.
    some_are: bool,
    /// Whether some are not.
    some_are_not: bool,
}

/// The statements about the data of each store, by its key.
type EncryptionByStore = FxHashMap<String, Encryption>;

/// Reads the data sets, as assets.
pub fn read(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    let mut encryption = EncryptionByStore::default();
    for fields in top.groups("data_sets") {
        let mut item = keys.begun(&fields, Kind::Asset, "data_set");
        read_sensitivity(&fields, &mut item);
        for placement in fields.groups("placements") {
            read_placement(&placement, &mut item, &mut encryption, keys, draft);
        }
        finish(&fields, item, draft);
    }
    state_encryption(&encryption, draft);
}

/// States the classification: the highest of those of the kinds of data.
fn read_sensitivity(fields: &Fields<'_>, item: &mut Item) {
    let rank = |word: &str| schema::CLASSIFICATION.position(word);
    let mut classification = "internal";
    for theirs in fields.texts("data_sensitivity") {
        let Some((at_least, more)) = looked_up(&theirs, SENSITIVITY) else {
            keep_unknown_word(fields, "data_sensitivity", &theirs, &mut item.comments);
            continue;
        };
        if rank(at_least) > rank(classification) {
            classification = at_least;
        }
        for (property, word) in more {
            item.word(property, Some(word));
        }
        if !["pii", "phi", "cred", "pci"].contains(&theirs.as_str()) {
            item.state("tags", Fact::Text(theirs));
        }
    }
    item.word("classification", Some(classification));
}

/// States of a store that it keeps an asset, and notes whether that is encrypted.
fn read_placement(
    placement: &Fields<'_>,
    asset: &mut Item,
    encryption: &mut EncryptionByStore,
    keys: &Keys,
    draft: &mut Draft,
) {
    let Some(name) = placement.text("data_store") else {
        return;
    };
    let is_encrypted = placement.yes_no("encrypted");
    let store = keys.get_or_keep(placement, "data_store", &["data_store"], &name, asset);
    if let Some(key) = store {
        if let Some(store) = draft.items.get_mut(&key) {
            store.state("stores", Fact::Item(asset.key.clone()));
        }
        if let Some(is_encrypted) = is_encrypted {
            let encryption = encryption.entry(key).or_default();
            encryption.some_are |= is_encrypted;
            encryption.some_are_not |= !is_encrypted;
        }
    } else if let Some(is_encrypted) = is_encrypted {
        let word = if is_encrypted { "yes" } else { "no" };
        asset.comment(format!("encrypted there: {word}"));
    }
    asset.comments.extend(placement.joined_rest());
}

fn state_encryption(encryption: &EncryptionByStore, draft: &mut Draft) {
    for item in draft.items.iter_mut() {
        if item.kind != Kind::Store {
            continue;
        }
        let Some(encryption) = encryption.get(&item.key) else {
            continue;
        };
        let word = if encryption.some_are_not {
            "none"
        } else {
            "at_rest"
        };
        item.word("encryption", Some(word));
        if encryption.some_are && encryption.some_are_not {
            item.comment("Only some of its data is encrypted.");
        }
    }
}

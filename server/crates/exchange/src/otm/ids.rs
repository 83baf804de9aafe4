//! The ids of a document, with the keys of what they stand for. It must not know what that says.

use crate::draft::Item;
use crate::names;
use crate::tree::Fields;
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::Kind;

/// Keys by the ids of a list.
pub type KeysById = FxHashMap<String, String>;

/// What was read, by the ids of each list.
#[derive(Default)]
pub struct Ids {
    /// Assets.
    pub assets: KeysById,
    /// Trust zones.
    pub zones: KeysById,
    /// Zones that we made up, since a component has to be in one.
    pub made_up_zones: FxHashSet<String>,
    /// Components.
    pub elements: KeysById,
}

/// Begins an item of a list, whose key begins with a label.
pub fn begun(fields: &Fields<'_>, kind: Kind, label: &str, ids: &mut KeysById) -> Item {
    let id = fields.required("id");
    let mut item = Item::new(kind, format!("{label} {id}"), fields.required("name"));
    item.name = names::of_id(&id);
    item.describe(fields.text("description"));
    let is_known = ids.insert(id.clone(), item.key.clone()).is_some();
    if is_known && !id.is_empty() {
        fields.problem("id", format!("duplicate ID `{id}`"));
    }
    item
}

/// The key of an id under a name. That nothing has it is noted.
pub fn key_of(fields: &Fields<'_>, name: &str, id: &str, ids: &KeysById) -> Option<String> {
    let key = ids.get(id).cloned();
    if key.is_none() {
        fields.problem(name, format!("unknown ID `{id}`"));
    }
    key
}

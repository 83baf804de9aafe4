//! What a document calls things, with their keys in the draft. It must not know what they are.

use crate::draft::Item;
use crate::once::Once;
use crate::tree::Fields;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use threatline_model::Kind;

/// The keys of what was read, by their names.
#[derive(Default)]
pub struct Keys {
    /// Data.
    pub data: KeysByName,
    /// Boundaries.
    pub boundaries: KeysByName,
    /// Elements.
    pub elements: KeysByName,
    /// Flows.
    pub flows: KeysByName,
    /// The data that its recipients keep.
    pub stored: FxHashSet<String>,
}

/// Keys of a list by the names of its things; of two with one name, the first is meant.
#[derive(Default)]
pub struct KeysByName {
    keys: BTreeMap<String, String>,
    taken: Once,
}

impl KeysByName {
    /// The key of a name.
    pub fn get(&self, name: &str) -> Option<&String> {
        self.keys.get(name)
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// Changes the keys.
    pub fn change(&mut self, change: impl Fn(&mut String)) {
        self.keys.values_mut().for_each(change);
    }

    /// Begins what a name is for. What has the name of another cannot be referred to.
    pub fn begun(&mut self, fields: &Fields<'_>, kind: Kind) -> Item {
        let name = fields.required("name");
        let key = self
            .taken
            .take(&format!("{} {name}", kind.word()), |key, number| {
                format!("{key} {number}")
            });
        match self.keys.entry(name.clone()) {
            Entry::Vacant(free) => drop(free.insert(key.clone())),
            Entry::Occupied(_) if kind == Kind::Flow => {}
            Entry::Occupied(_) => fields.loss(
                "name",
                format!("duplicate name `{name}`: references use the first one"),
            ),
        }
        let mut item = Item::new(kind, key, name);
        item.describe(fields.text("description"));
        item
    }
}

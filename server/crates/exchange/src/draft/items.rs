//! Declarations in their order, and by their keys and kinds. It must not know what they state.

use super::item::Item;
use crate::once::Once;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::Kind;

/// Declarations in their order, found by their keys.
#[derive(Clone, Debug, Default)]
pub struct Items {
    all: Vec<Item>,
    /// Where each key is in the list.
    indices: FxHashMap<String, usize>,
    /// Where the declarations of each kind are in the list.
    by_kind: BTreeMap<Kind, Vec<usize>>,
    keys: Once,
}

impl Items {
    /// Adds a declaration and gives its key, which gets a number if another has it: who names it
    /// means the first.
    pub fn push(&mut self, mut item: Item) -> String {
        item.key = self
            .keys
            .take(&item.key, |key, number| format!("{key} {number}"));
        let key = item.key.clone();
        self.indices.insert(key.clone(), self.all.len());
        self.by_kind
            .entry(item.kind)
            .or_default()
            .push(self.all.len());
        self.all.push(item);
        key
    }

    /// Whether there is a declaration of a key.
    pub fn contains(&self, key: &str) -> bool {
        self.indices.contains_key(key)
    }

    /// The declaration of a key.
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.index_of(key).map(|index| &self.all[index])
    }

    /// The same to change, except for its key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Item> {
        self.index_of(key).map(|index| &mut self.all[index])
    }

    /// Where the declaration of a key is in the order.
    pub fn index_of(&self, key: &str) -> Option<usize> {
        self.indices.get(key).copied()
    }

    /// The declaration at an index in the order.
    pub fn by_index(&self, index: usize) -> &Item {
        &self.all[index]
    }

    /// The same to change, except for its key.
    pub fn by_index_mut(&mut self, index: usize) -> &mut Item {
        &mut self.all[index]
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Item> {
        self.all.iter()
    }

    /// All of them to change, except for their keys.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Item> {
        self.all.iter_mut()
    }

    /// Takes out those that are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&Item) -> bool) {
        self.all.retain(keep);
        self.indices = self
            .all
            .iter()
            .enumerate()
            .map(|(index, item)| (item.key.clone(), index))
            .collect();
        self.by_kind.clear();
        for (index, item) in self.all.iter().enumerate() {
            self.by_kind.entry(item.kind).or_default().push(index);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Those of some kinds from an index on, in their order. No others are examined.
    pub fn of_kind_since<'a>(
        &'a self,
        start: usize,
        kinds: &'a [Kind],
    ) -> impl Iterator<Item = &'a Item> {
        let kinds: BTreeSet<Kind> = kinds.iter().copied().collect();
        let mut remaining: Vec<&[usize]> = kinds
            .iter()
            .filter_map(|kind| self.by_kind.get(kind))
            .map(|indices| &indices[indices.partition_point(|index| *index < start)..])
            .collect();
        std::iter::from_fn(move || {
            let next = remaining
                .iter_mut()
                .filter(|indices| !indices.is_empty())
                .min_by_key(|indices| indices[0])?;
            let (index, rest) = next.split_first()?;
            *next = rest;
            Some(&self.all[*index])
        })
    }
}

impl Extend<Item> for Items {
    fn extend<T: IntoIterator<Item = Item>>(&mut self, items: T) {
        items.into_iter().for_each(|item| drop(self.push(item)));
    }
}

impl IntoIterator for Items {
    type Item = Item;
    type IntoIter = std::vec::IntoIter<Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_of_some_kinds_are_in_the_order_of_all() {
        let mut items = Items::default();
        for kind in [Kind::Store, Kind::Flow, Kind::Process, Kind::Store] {
            items.push(Item::new(kind, "key", ""));
        }
        let keys = |items: &Items, start: usize| -> Vec<String> {
            items
                .of_kind_since(start, &[Kind::Process, Kind::Store, Kind::Process])
                .map(|item| item.key.clone())
                .collect()
        };
        assert_eq!(keys(&items, 0), ["key", "key 3", "key 4"]);
        assert_eq!(keys(&items, 1), ["key 3", "key 4"]);
        items.retain(|item| item.key != "key");
        assert_eq!(keys(&items, 0), ["key 3", "key 4"]);
    }
}

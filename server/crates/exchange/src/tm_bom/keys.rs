//! What a document calls things, with their keys in the draft. It must not know what they say.

use crate::draft::{Draft, Item};
use crate::tree::Fields;
use crate::words::looked_up;
use crate::{names, titles};
use rustc_hash::FxHashMap;
use threatline_model::Kind;

/// The keys of what was declared, by the list that it is in and its symbolic name.
#[derive(Default)]
pub struct Keys(FxHashMap<(&'static str, String), String>);

impl Keys {
    /// The key of what has a symbolic name in the first of these lists that has it.
    pub fn get(&self, lists: &[&'static str], name: &str) -> Option<String> {
        lists
            .iter()
            .find_map(|list| self.0.get(&(*list, name.to_owned())))
            .cloned()
    }

    /// The key of what is named; that there is no such thing is noted, and kept in a comment.
    pub fn get_or_keep(
        &self,
        fields: &Fields<'_>,
        field: &str,
        lists: &[&'static str],
        name: &str,
        item: &mut Item,
    ) -> Option<String> {
        let key = self.get(lists, name);
        if key.is_none() {
            fields.keep(
                &mut item.comments,
                field,
                format!("kept in a comment: unknown name `{name}`"),
                format!("{field}: {name} (unknown)"),
            );
        }
        key
    }

    /// The title of a trust zone.
    pub fn title_of_zone(&self, name: &str, draft: &Draft) -> Option<String> {
        let key = self.get(&["trust_zone"], name)?;
        let title = &draft.items.get(&key)?.title;
        Some(titles::shortened(title).into_owned())
    }

    /// Begins an item of a list.
    pub fn begun(&mut self, fields: &Fields<'_>, kind: Kind, list: &'static str) -> Item {
        let name = fields.text("symbolic_name");
        let key = match &name {
            Some(name) => format!("{list} {name}"),
            None => fields.path().to_owned(),
        };
        if let Some(name) = &name
            && self.0.insert((list, name.clone()), key.clone()).is_some()
        {
            fields.problem("symbolic_name", format!("duplicate name `{name}`"));
        }
        let mut item = Item::new(kind, key, title_of(fields));
        item.name = name.and_then(|name| names::of_id(without_prefix(list, &name)));
        item.describe(fields.text("description"));
        item
    }

    /// Begins what is named and not there.
    pub fn missing(&mut self, name: &str, kind: Kind, list: &'static str) -> Item {
        let key = format!("{list} {name}");
        let mut item = Item::new(kind, key, titles::of_symbolic_name(name));
        item.name = names::of_id(name);
        item.comment("TODO: describe it; the imported model only names it");
        self.0.insert((list, name.to_owned()), item.key.clone());
        item
    }
}

/// The title of what a group describes, or one of its symbolic name.
pub fn title_of(fields: &Fields<'_>) -> String {
    let of_name = || {
        let name = fields.text("symbolic_name")?;
        Some(titles::of_symbolic_name(&name))
    };
    fields.text("title").or_else(of_name).unwrap_or_default()
}

/// A symbolic name without the prefix by which some distinguish the lists.
fn without_prefix<'n>(list: &str, name: &'n str) -> &'n str {
    let prefixes: &[&str] = match list {
        "trust_zone" => &["tz-", "zone-"],
        "component" => &["comp-"],
        "data_store" => &["store-", "ds-"],
        "data_set" => &["ds-"],
        "data_flow" => &["df-", "flow-"],
        _ => &[],
    };
    prefixes
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

/// Keeps what was not asked for, and adds the item.
pub fn finish(fields: &Fields<'_>, mut item: Item, draft: &mut Draft) {
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

/// What a table has for a word; a word that it does not have is kept in a comment.
pub fn word<T: Copy>(
    fields: &Fields<'_>,
    name: &str,
    table: &[(&str, T)],
    item: &mut Item,
) -> Option<T> {
    let word = fields.text(name)?;
    let meaning = looked_up(&word, table);
    if meaning.is_none() {
        keep_unknown_word(fields, name, &word, &mut item.comments);
    }
    meaning
}

/// Keeps a word that the schema does not have.
pub fn keep_unknown_word(fields: &Fields<'_>, name: &str, word: &str, comments: &mut Vec<String>) {
    let why = "kept in a comment: the schema has no such value";
    fields.keep(comments, name, why, format!("{name}: {word}"));
}

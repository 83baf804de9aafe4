//! A model of a file, and how its things are called in the draft. It must not know what they say.

use crate::draft::{Draft, Item};
use crate::titles;
use crate::tree::{Fields, LABELS};
use rustc_hash::FxHashMap;
use threatline_model::{ENDPOINT_KINDS, Kind};

/// A model of a file.
pub struct Model<'a> {
    /// What its keys start with.
    pub prefix: String,
    /// The part that it is, if there are several.
    pub part: Option<String>,
    /// The index of the first item that may be of it.
    pub start: usize,
    /// The controls that can be named.
    pub controls: &'a FxHashMap<String, &'a Fields<'a>>,
}

impl Model<'_> {
    /// Begins an item.
    pub fn begun(&self, kind: Kind, name: &str) -> Item {
        let mut item = Item::new(kind, self.key(kind, name), titles::readable(name));
        item.part.clone_from(&self.part);
        item
    }

    /// The key of what has a name.
    pub fn key(&self, kind: Kind, name: &str) -> String {
        // Elements of a diagram have different names.
        let label = match kind {
            Kind::External | Kind::Process | Kind::Store => "element",
            _ => kind.word(),
        };
        format!("{}{label} {name}", self.prefix)
    }

    /// Adds an item, and gives its key.
    pub fn add(&self, fields: &Fields<'_>, item: Item, draft: &mut Draft) -> String {
        if item.kind != Kind::Flow && draft.items.contains(&item.key) {
            fields.loss(LABELS, "duplicate name: references use the first one");
        }
        draft.items.push(item)
    }

    /// The elements of the diagrams.
    pub fn elements_in<'d>(&'d self, draft: &'d Draft) -> impl Iterator<Item = &'d Item> {
        draft
            .items
            .of_kind_since(self.start, ENDPOINT_KINDS)
            .filter(|item| item.key.starts_with(&self.prefix))
    }

    /// What the elements of the diagrams are called.
    pub fn element_names(&self, draft: &Draft) -> Vec<String> {
        let start = self.key(Kind::Process, "");
        self.elements_in(draft)
            .filter_map(|item| item.key.strip_prefix(start.as_str()))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// The name that a block has to have.
pub fn name_of(fields: &Fields<'_>) -> String {
    let name = fields.label(0);
    if name.is_empty() {
        fields.problem(LABELS, "it requires a name");
    }
    name
}

//! Attributes, which hold everything that the format has no property for, under the names of
//! the language. It must not know what has a property.

use crate::draft::{Draft, Fact, Item};
use crate::ids::{Ids, fact_of, text_of};
use crate::tree::{Fields, KEPT, Node, Value};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json, json};
use threatline_model::{ENDPOINT_KINDS, Kind, schema};

/// The attribute that says which kind of element a component is.
pub const ELEMENT: &str = "element";

/// The attribute that says which component of the model something belongs to.
pub const PART: &str = "component";

/// The attribute of a zone that we made up, since a component has to be in one.
pub const OUTSIDE: &str = "outside";

/// A list of a document, with what the keys of its items begin with and the kinds that they are of.
type List = (&'static str, &'static str, &'static [Kind]);

/// The lists whose items have ids.
pub const LISTS: [List; 6] = [
    ("assets", "asset", &[Kind::Asset]),
    ("trustZones", "zone", &[Kind::Boundary]),
    ("components", "component", ENDPOINT_KINDS),
    ("dataflows", "flow", &[Kind::Flow]),
    ("threats", "threat", &[Kind::Threat]),
    ("mitigations", "mitigation", &[Kind::Mitigation]),
];

/// The keys of everything that has an id, with the kinds that it may be of.
pub struct Index(FxHashMap<String, Vec<(&'static [Kind], String)>>);

impl Index {
    /// The index of a document.
    pub fn of(top: &Fields<'_>) -> Index {
        let mut index: FxHashMap<String, Vec<(&[Kind], String)>> = FxHashMap::default();
        for (list, label, kinds) in LISTS {
            for id in top
                .groups(list)
                .into_iter()
                .filter_map(|fields| fields.text("id"))
            {
                let key = format!("{label} {id}");
                index.entry(id).or_default().push((kinds, key));
            }
        }
        Index(index)
    }

    fn key_of(&self, wanted: &[Kind], id: &str) -> Option<String> {
        self.0
            .get(id)?
            .iter()
            .find(|(kinds, _)| kinds.iter().any(|kind| wanted.contains(kind)))
            .map(|(_, key)| key.clone())
    }
}

/// Whether something has an attribute.
pub fn has(fields: &Fields<'_>, name: &str) -> bool {
    fields
        .group("attributes")
        .is_some_and(|attributes| attributes.node(name).is_some())
}

/// Reads what is in attributes, keeps the rest, and adds the item.
pub fn finish(fields: &Fields<'_>, index: &Index, mut item: Item, draft: &mut Draft) {
    if let Some(attributes) = fields.group("attributes") {
        attributes.skip_texts(&[ELEMENT]);
        item.part = attributes.node(PART).map(Node::in_one_line);
        for property in schema::of(item.kind).properties {
            let is_value = |node: &Node| !matches!(node.value(), Value::Map(_));
            if attributes.node(property.name).is_some_and(is_value) {
                read_property(&attributes, property, index, &mut item);
            }
        }
        item.comments.extend(attributes.joined_rest());
    }
    fields.leave_out_drawing(&["representations"]);
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

fn read_property(
    attributes: &Fields<'_>,
    property: &schema::Property,
    index: &Index,
    item: &mut Item,
) {
    item.clear(property.name);
    for text in attributes.texts(property.name) {
        let fact = if property.nothing.is_some() && text == schema::NOTHING {
            Some(Fact::Word(text.clone()))
        } else {
            fact_of(property.takes, &text, &|kinds, id| index.key_of(kinds, id))
        };
        match fact {
            Some(fact) => item.state(property.name, fact),
            None => attributes.keep(
                &mut item.comments,
                property.name,
                KEPT,
                format!("{}: {text}", property.name),
            ),
        }
    }
}

/// What an item states, except for what properties of the format say.
pub fn of_item(item: &Item, ids: &Ids, but: &[&str]) -> Json {
    let mut attributes = Map::new();
    if ENDPOINT_KINDS.contains(&item.kind) {
        attributes.insert(ELEMENT.to_owned(), item.kind.word().into());
    }
    let part = item.part.as_deref().unwrap_or_default();
    attributes.insert(PART.to_owned(), part.into());
    for (name, facts) in item.facts.iter().filter(|(name, _)| !but.contains(name)) {
        let texts: Vec<String> = facts.iter().map(|fact| text_of(fact, ids)).collect();
        let value = match texts.as_slice() {
            [one] => one.as_str().into(),
            _ => json!(texts),
        };
        attributes.insert((*name).to_owned(), value);
    }
    Json::Object(attributes)
}

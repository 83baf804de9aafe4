//! Assumptions. It must not know what they are about.

use super::keys::{Keys, finish};
use crate::draft::{Draft, Fact, Item};
use crate::titles;
use crate::tree::Fields;
use threatline_model::Kind;

/// The lists whose things assumptions are about.
const LISTS: [&str; 6] = [
    "trust_zone",
    "actor",
    "component",
    "data_store",
    "data_set",
    "data_flow",
];

/// Reads the assumptions.
pub fn read(top: &Fields<'_>, keys: &Keys, draft: &mut Draft) {
    for (index, fields) in top.groups("assumptions").into_iter().enumerate() {
        let Some(text) = fields.text("description") else {
            continue;
        };
        let key = format!("assumption {index}");
        let mut item = Item::new(Kind::Assumption, key, titles::title_of(&text));
        item.describe(Some(text));
        for topic in fields.texts("topics") {
            if let Some(key) = keys.get_or_keep(&fields, "topics", &LISTS, &topic, &mut item) {
                item.state("about", Fact::Item(key));
            }
        }
        finish(&fields, item, draft);
    }
}

//! A draft as a whole. It must not know what a declaration states.

use super::decision::Decision;
use super::item::Item;
use super::items::Items;
use crate::titles::shortened;
use rustc_hash::FxHashMap;
use threatline_model::Kind;

/// A model, as far as several tools can say it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What the system is called.
    pub title: String,
    /// What it is, in Markdown.
    pub description: String,
    /// Who answers for it.
    pub owner: Vec<String>,
    /// Statements about the model as a whole that have no place in it.
    pub comments: Vec<String>,
    /// The declarations, in the order in which they are written.
    pub items: Items,
    /// Decisions on findings of another tool.
    pub decisions: Vec<Decision>,
}

impl Draft {
    /// A title for a flow that has none, of its ends.
    pub fn title_of_ends(&self, flow: &Item) -> String {
        let Some((source, target)) = &flow.ends else {
            return String::new();
        };
        let title = |key: &str| {
            let title = self.items.get(key).map_or("", |item| item.title.as_str());
            shortened(title)
        };
        format!("{} to {}", title(source), title(target))
    }

    /// The declarations of some kinds.
    pub fn of_kind<'a>(&'a self, kinds: &'a [Kind]) -> impl Iterator<Item = &'a Item> {
        self.items.of_kind_since(0, kinds)
    }

    /// Declarations by what they name, such as flows by their ends.
    pub fn grouped<'d, K: Iterator<Item = &'d str>>(
        &'d self,
        kinds: &'d [Kind],
        by: impl Fn(&'d Item) -> K,
    ) -> FxHashMap<&'d str, Vec<&'d Item>> {
        let mut groups: FxHashMap<&str, Vec<&Item>> = FxHashMap::default();
        for item in self.of_kind(kinds) {
            for key in by(item) {
                let group = groups.entry(key).or_default();
                // What names something twice is in its group once.
                if group.last().is_none_or(|last| last.key != item.key) {
                    group.push(item);
                }
            }
        }
        groups
    }
}

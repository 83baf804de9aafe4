//! What threats are against, which threatcl does not say. It must not know how a threat is read.

use super::model::Model;
use crate::draft::{Draft, Fact, Item};
use crate::stand_ins;
use crate::words::lower_words;
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use threatline_model::Kind;

/// The longest title that is looked for in threats, in words.
const MAX_TITLE_WORDS: usize = 16;

/// The elements of a model, by how a threat refers to them.
#[derive(Default)]
pub struct Elements {
    /// The keys of those that are not externals, by the words of their titles.
    titles: FxHashMap<Vec<String>, Vec<String>>,
    /// How many words titles have.
    lengths: BTreeSet<usize>,
    /// The keys of the stores of each asset.
    stores: FxHashMap<String, Vec<String>>,
    /// The keys of those that may be meant where none is named, from the first such threat on.
    likely_targets: OnceCell<Vec<String>>,
}

impl Elements {
    /// The elements of a model.
    pub fn of<'d>(items: impl Iterator<Item = &'d Item>) -> Elements {
        let mut elements = Elements::default();
        for item in items {
            for asset in item.keys("stores") {
                let stores = elements.stores.entry(asset.to_owned()).or_default();
                stores.push(item.key.clone());
            }
            let words = lower_words(&item.title);
            if item.kind != Kind::External && (1..=MAX_TITLE_WORDS).contains(&words.len()) {
                elements.lengths.insert(words.len());
                let titled = elements.titles.entry(words).or_default();
                titled.push(item.key.clone());
            }
        }
        elements
    }

    /// The keys of those whose titles are in a text.
    fn named_in(&self, text: &str) -> Vec<String> {
        let words = lower_words(text);
        self.lengths
            .iter()
            .flat_map(|length| words.windows(*length))
            .filter_map(|title| self.titles.get(title))
            .flatten()
            .cloned()
            .collect()
    }

    /// The keys of those that keep one of the assets that a threat affects.
    fn keeping_assets_of(&self, threat: &Item) -> Vec<String> {
        threat
            .keys("affects")
            .filter_map(|asset| self.stores.get(asset))
            .flatten()
            .cloned()
            .collect()
    }
}

impl Model<'_> {
    /// States what a threat is against, as far as can be guessed.
    pub fn guess_targets(&self, threat: &mut Item, elements: &Elements, draft: &mut Draft) {
        let whole = stand_ins::whole_system_key(draft, self.part.as_deref());
        if draft.items.contains(&whole) {
            threat.state("targets", Fact::Item(whole));
            return;
        }
        let mut keys = elements.named_in(&format!("{} {}", threat.title, threat.description));
        if keys.is_empty() {
            keys = elements.keeping_assets_of(threat);
        }
        if keys.is_empty() {
            let likely_targets = || {
                stand_ins::likely_targets(draft, self.part.as_deref(), self.start, |item| {
                    item.key.starts_with(&self.prefix)
                })
            };
            keys.clone_from(elements.likely_targets.get_or_init(likely_targets));
        }
        for key in keys {
            threat.state("targets", Fact::Item(key));
        }
        threat.comment("TODO: review `targets`: none was specified, these are assumed");
    }
}

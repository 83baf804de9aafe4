//! What a document calls things, with their keys in the draft. It must not know what they are.

use crate::tree::Place;
use crate::words::fits_pattern;
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use threatline_syntax::spelling::Vocabulary;

/// The id that Threagile makes of a title.
pub fn id_of_title(title: &str) -> String {
    let mut id = String::new();
    for character in title.chars() {
        if character.is_ascii_alphanumeric() {
            id.push(character.to_ascii_lowercase());
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_matches('-').to_owned()
}

/// What a document calls things, with their keys in the draft.
#[derive(Default)]
pub struct Keys {
    /// Data assets.
    pub assets: KeysById,
    /// Technical assets.
    pub technical: KeysById,
    /// Trust boundaries.
    pub boundaries: KeysById,
    /// Risks of one's own, by the ids that Threagile makes of them.
    pub risks: KeysById,
    /// Links, by the ids that Threagile makes of them.
    pub links: KeysById,
    /// The technical assets in each boundary.
    pub inside: Vec<Contents>,
    /// The boundaries in each boundary.
    pub nested: Vec<Contents>,
}

/// What a boundary says is in it.
pub struct Contents {
    /// The key of the boundary.
    pub boundary: String,
    /// The ids of what is in it.
    pub ids: Vec<String>,
    /// The way to the list.
    pub path: String,
    /// Where the boundary is.
    pub place: Place,
}

/// Keys by ids, in the order of the document; of two with one id, the first is meant.
#[derive(Default)]
pub struct KeysById {
    all: Vec<(String, String)>,
    indices: FxHashMap<String, Vec<usize>>,
    /// The ids, from the first on that is misspelt.
    vocabulary: OnceCell<Vocabulary<String>>,
}

impl KeysById {
    /// Adds an id with its key.
    pub fn push(&mut self, id: String, key: String) {
        let indices = self.indices.entry(id.clone()).or_default();
        indices.push(self.all.len());
        self.all.push((id, key));
        self.vocabulary = OnceCell::new();
    }

    /// The key of an id.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.indices
            .get(id)
            .map(|indices| self.all[indices[0]].1.as_str())
    }

    /// The keys of all whose ids fit a pattern, which is an id or has `*` in it.
    pub fn fitting(&self, pattern: &str) -> Vec<String> {
        if pattern.contains('*') {
            let fitting = self.all.iter().filter(|(id, _)| fits_pattern(pattern, id));
            return fitting.map(|(_, key)| key.clone()).collect();
        }
        let indices = self.indices.get(pattern).into_iter().flatten();
        indices.map(|index| self.all[*index].1.clone()).collect()
    }

    /// That there is nothing with an id, with the one that may be meant.
    pub fn missing(&self, id: &str, kind: &str) -> String {
        let message = format!("unknown {kind} ID `{id}`");
        let known = || Vocabulary::new(self.all.iter().map(|(known, _)| known.clone()));
        match self.vocabulary.get_or_init(known).nearest(id) {
            Some(near) => format!("{message}; did you mean `{near}`?"),
            None => message,
        }
    }
}

//! Which model of the base became which of the head. It must not know what changed in them.

use crate::load::models::Loaded;
use crate::load::states::{Compared, States};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use threatline_model::{Database, Model};

/// A model of the base and what it is in the head.
#[derive(Clone, Copy)]
pub struct Pair {
    /// The model in the base, if it was there.
    pub base: Option<Model>,
    /// The model in the head, if it is there.
    pub head: Option<Model>,
}

/// The models of both states: those of the same folder, and of the rest those that share half of
/// their names or more.
pub fn pairs(states: &States, base: &Loaded, head: &Loaded) -> Vec<Pair> {
    let mut before = models_by_root(states, base, Compared::Base);
    let after = models_by_root(states, head, Compared::Head);
    let mut pairs: Vec<Pair> = after
        .into_iter()
        .map(|(root, model)| Pair {
            base: before.remove(&root),
            head: Some(model),
        })
        .collect();
    let mut gone: Vec<Model> = before.into_values().collect();
    for pair in &mut pairs {
        let (None, Some(new)) = (pair.base, pair.head) else {
            continue;
        };
        let new = names(head.db(), new);
        let shared = gone
            .iter()
            .map(|model| shared_names(&names(base.db(), *model), &new));
        let best = shared.enumerate().max_by_key(|(_, shared)| *shared);
        if let Some((place, 1..)) = best {
            pair.base = Some(gone.remove(place));
        }
    }
    pairs.extend(gone.into_iter().map(|model| Pair {
        base: Some(model),
        head: None,
    }));
    pairs
}

/// The models of a state that have files, by their roots as the state sees them.
fn models_by_root(states: &States, loaded: &Loaded, which: Compared) -> BTreeMap<PathBuf, Model> {
    let place = states.place(which);
    let models = loaded
        .workspace
        .models()
        .filter(|model| !model.files(loaded.db()).is_empty());
    models
        .map(|model| {
            let root = loaded.root(model);
            let within = root.strip_prefix(&place).map(Path::to_owned);
            (within.unwrap_or(root), model)
        })
        .collect()
}

/// How many names two models share, where it is half of them or more.
fn shared_names(old: &HashSet<String>, new: &HashSet<String>) -> usize {
    let shared = old.intersection(new).count();
    if shared * 2 >= old.len().max(new.len()) {
        shared
    } else {
        0
    }
}

/// The names of what a model declares, without those of components.
fn names(db: &Database, model: Model) -> HashSet<String> {
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter());
    declarations
        .filter_map(|decl| decl.shape(db).name.as_ref().map(ToString::to_string))
        .collect()
}

//! Which model a file belongs to: the one with the nearest root above the file's path. It is
//! computed from the roots that are known, so it cannot be out of date. It must not know files.

use crate::db::Model;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The models by root.
#[derive(Default)]
pub struct Roots {
    models: BTreeMap<Arc<str>, Model>,
    current_folder: Option<Arc<str>>,
}

impl Roots {
    /// The models, ordered by root.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.models.values().copied()
    }

    /// The model of exactly this root.
    pub fn get(&self, root: &str) -> Option<Model> {
        self.models.get(root).copied()
    }

    /// Adds the model of a root.
    pub fn insert(&mut self, root: Arc<str>, model: Model) {
        self.models.insert(root, model);
    }

    /// Removes a root.
    pub fn remove(&mut self, root: &str) -> Option<Model> {
        self.models.remove(root)
    }

    /// Sets the folder that relative paths start from.
    pub fn set_current_folder(&mut self, folder: Arc<str>) {
        self.current_folder = Some(folder);
    }

    /// The model of the nearest root above a path.
    pub fn nearest(&self, path: &str) -> Option<Model> {
        candidates(path, self.current_folder.as_deref()).find_map(|root| self.get(root))
    }
}

/// The roots that a path could belong to, nearest first: the path itself, the folders above it, if
/// it is relative the current folder and those above that one, and the empty root.
fn candidates<'path>(
    path: &'path str,
    current_folder: Option<&'path str>,
) -> impl Iterator<Item = &'path str> {
    let is_relative = !path.starts_with('/') && !path.contains(":/");
    let above_current = current_folder.into_iter().flat_map(itself_and_above);
    let outside = std::iter::once(".").chain(above_current);
    itself_and_above(path)
        .chain(outside.filter(move |_| is_relative))
        .chain([""])
}

/// A path and the folders above it. The root of a file system keeps its slash.
fn itself_and_above(path: &str) -> impl Iterator<Item = &str> {
    let slashes = path.rmatch_indices('/').map(|(slash, _)| slash);
    let folders = slashes.flat_map(|slash| [&path[..=slash], &path[..slash]]);
    std::iter::once(path).chain(folders)
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn roots_are_tried_from_the_path_upwards() {
        let tried = |path| candidates(path, Some("/in/it")).collect::<Vec<_>>();
        let absolute = ["/a/b.threat", "/a/", "/a", "/", "", ""];
        assert_eq!(tried("/a/b.threat"), absolute);
        assert_eq!(tried("C:/b.threat"), ["C:/b.threat", "C:/", "C:", ""]);
        let relative = ["b.threat", ".", "/in/it", "/in/", "/in", "/", "", ""];
        assert_eq!(tried("b.threat"), relative);
    }
}

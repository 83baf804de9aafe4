//! Models on the disk, as a server looks for them: which roots and files are below a folder, and
//! what they hold. It must not know which documents are open.

use crate::load::files::{self, SETTINGS};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use threatline_model::workspace::FileText;
use walkdir::DirEntry;

/// The models below some folders: the files of each by its root.
pub type Roots = BTreeMap<Arc<str>, Vec<Arc<str>>>;

/// A path as the analysis knows it.
pub fn key(path: &Path) -> Arc<str> {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/").into()
    }
}

/// The models in a folder and below it. A folder without a `threatline.toml` of its own is a model
/// if a model file is in it that belongs to no other.
pub fn models_in(folder: &Path) -> Roots {
    let (roots, _) = files::discover(folder);
    let keyed = roots
        .into_iter()
        .map(|(root, files)| (key(&root), files.iter().map(|file| key(file)).collect()));
    keyed.collect()
}

/// A folder and those below it that are looked into.
pub fn folders_in(folder: &Path) -> Vec<PathBuf> {
    files::entries(folder)
        .flatten()
        .filter(|entry| entry.file_type().is_dir())
        .map(DirEntry::into_path)
        .collect()
}

/// The root of the model of a file outside of all folders: the nearest folder upwards with a
/// `threatline.toml`, else its own folder; and whether there is such a file.
pub fn root_of(path: &str) -> (Arc<str>, bool) {
    let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
    match folder
        .ancestors()
        .find(|folder| folder.join(SETTINGS).is_file())
    {
        Some(root) => (key(root), true),
        None => (key(folder), false),
    }
}

/// The model files directly in a folder.
pub fn files_directly_in(folder: &str) -> Vec<Arc<str>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries
        .map(|entry| entry.path())
        .filter(|path| is_model_file(&key(path)) && path.is_file());
    let mut files: Vec<Arc<str>> = files.map(|path| key(&path)).collect();
    files.sort();
    files
}

/// Whether a path is named as a model file is.
pub fn is_model_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.ends_with(".threat") && name.len() > ".threat".len())
}

/// Whether a path is that of settings.
pub fn is_settings(path: &str) -> bool {
    path.rsplit('/').next() == Some(SETTINGS)
}

/// The folder of a path.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The text of a file, or why there is none.
pub fn read(path: &str) -> FileText {
    files::read(Path::new(path))
}

/// The text of a root's `threatline.toml`, if there is one.
pub fn settings_of(root: &str) -> Option<(String, String)> {
    let text = files::settings_of(Path::new(root)).ok()??;
    Some((key(&Path::new(root).join(SETTINGS)).to_string(), text))
}

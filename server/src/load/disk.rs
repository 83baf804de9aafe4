//! Models on the disk, for a call and for the server: which roots and files are below a folder, and
//! their texts. The one place that reads models; it must not know what they say, nor which of them
//! are asked for.

use crate::load::paths::{
    SETTINGS, is_model_file, is_passed_over, is_settings, not_followed, shown,
};
use crate::load::place;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use threatline_model::FileText;
use threatline_syntax::MAX_TEXT;
use walkdir::{DirEntry, WalkDir};

/// The models below some folders: the files of each by its root.
pub type Roots = BTreeMap<PathBuf, Vec<PathBuf>>;

/// How often a file that comes and goes is tried, as while branches are switched.
const MAX_TRIES: usize = 3;

/// Model files by the root of their model, and notes on what was passed over.
#[derive(Default)]
pub struct Discovered {
    /// The files of each root, in the order in which they were met.
    pub roots: Roots,
    /// A sentence each; the same may be there twice where folders overlap.
    pub notes: Vec<String>,
}

/// The root of the model that a path is in, and whether it has settings: the nearest folder upwards
/// with a `threatline.toml`, else the folder itself.
pub fn root_of(path: &Path) -> (PathBuf, bool) {
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    let root = folder.ancestors().find(|folder| has_settings(folder));
    (root.unwrap_or(folder).to_owned(), root.is_some())
}

/// Whether a folder has settings. Whatever has their name counts, also what cannot be read: that is
/// an error, and must not pass for a folder without any.
fn has_settings(folder: &Path) -> bool {
    folder.join(SETTINGS).symlink_metadata().is_ok()
}

/// The models in a folder and below it. A folder without a `threatline.toml` of its own is a model
/// if a model file is in it that belongs to no other.
pub fn models_in(folder: &Path) -> Roots {
    // Of one that is gone, or never was, nothing above is read.
    if !folder.is_dir() {
        return Roots::new();
    }
    let mut discovered = Discovered::default();
    discovered.walk(&root_of(folder).0, folder);
    discovered.roots
}

/// A folder and those below it that are looked into.
pub fn folders_in(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .flatten()
        .filter(|entry| entry.file_type().is_dir())
        .map(DirEntry::into_path)
        .collect()
}

/// The model files directly in a folder.
pub fn files_directly_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| is_model_file(path) && path.is_file())
        .collect();
    files.sort();
    files
}

/// The text of a file, or why there is none.
pub fn read(path: &Path) -> FileText {
    match bytes_of(path, |path| is_model_file(path)) {
        Ok(bytes) => FileText::decode(bytes),
        Err(why) => FileText::failed(why),
    }
}

/// Reads a file, unless it is gone since it was found: then it is none of the model any more.
pub fn read_if_there(path: &Path) -> Option<FileText> {
    for _ in 0..MAX_TRIES {
        let text = read(path);
        if text.unreadable.is_none() {
            return Some(text);
        }
        path.symlink_metadata().ok()?;
    }
    Some(read(path))
}

/// The text of a root's `threatline.toml`, or why it cannot be read, if there is one.
pub fn settings_of(root: &Path) -> Option<FileText> {
    if !has_settings(root) {
        return None;
    }
    Some(
        match bytes_of(&root.join(SETTINGS), |path| is_settings(path)) {
            Ok(bytes) => FileText::decode(bytes),
            Err(why) => FileText::failed(why),
        },
    )
}

/// The text of the settings at a path. None counts as read that is not read whole: a setting that
/// is lost may be the one that fails a check.
///
/// # Errors
/// When it could not be read.
pub fn readable_settings(path: &Path, text: Option<FileText>) -> Result<Option<String>> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.unreadable {
        None => Ok(Some(text.text)),
        Some(unreadable) => bail!("{}: {}", shown(path).display(), unreadable.why),
    }
}

/// What a file holds, or why that is not read. What it says is shown, and a link in a folder that a
/// stranger made may lead to any secret: so one with a name of ours is followed to another with
/// such a name alone, and it is what was opened that is judged, not what a name leads to.
fn bytes_of(path: &Path, is_ours: impl Fn(&Path) -> bool) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot read the file: {error}");
    let file = if !is_ours(path) {
        // Named by itself, whatever it is.
        place::open_at_once(path)
    } else if path.is_symlink() {
        let target = path.canonicalize().map_err(failed)?;
        if !is_ours(&target) {
            return Err(
                "this symbolic link leads to a file of another kind and is not followed".to_owned(),
            );
        }
        place::open_unless_link(&target)
    } else {
        place::open_unless_link(path)
    };
    let file = file.map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err("the path is a folder, not a file".to_owned());
    }
    if !metadata.is_file() {
        // A pipe or a device would never end.
        return Err("the path is neither a file nor a folder".to_owned());
    }
    let mut bytes = Vec::new();
    // Some files say nothing of their length.
    file.take(MAX_TEXT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_TEXT {
        Err(too_long())
    } else {
        Ok(bytes)
    }
}

/// Why a file that is longer than any model is not read.
pub fn too_long() -> String {
    format!(
        "the file is larger than {} MB and was not analyzed",
        MAX_TEXT >> 20
    )
}

impl Discovered {
    /// Collects the model files below a root, each with the model that it belongs to. The path that
    /// was asked for is one whatever its name.
    pub fn walk(&mut self, root: &Path, asked: &Path) {
        let canonical_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut nested = vec![root.to_owned()];
        for entry in entries(root) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.notes.push(format!("skipped: {error}"));
                    continue;
                }
            };
            let path = entry.path();
            while nested.last().is_some_and(|root| !path.starts_with(root)) {
                nested.pop();
            }
            if entry.file_type().is_dir() {
                if entry.depth() > 0 && has_settings(path) {
                    nested.push(path.to_owned());
                }
                if is_model_file(path) {
                    self.notes.push(format!(
                        "`{}` is a folder; the model files in it are read",
                        shown(path).display()
                    ));
                }
            } else if is_model_file(path) || (path == asked && entry.depth() == 0) {
                if entry.depth() > 0
                    && entry.file_type().is_symlink()
                    && self.is_met_elsewhere(path, &canonical_root)
                {
                    continue;
                }
                let root = nested.last().cloned().unwrap_or_else(|| root.to_owned());
                self.roots.entry(root).or_default().push(path.to_owned());
            }
        }
    }

    /// Whether a link leads to a folder, or to a model file that is read where it is.
    fn is_met_elsewhere(&mut self, link: &Path, root: &Path) -> bool {
        let Ok(target) = link.canonicalize() else {
            return false;
        };
        if target.is_dir() {
            self.notes.push(not_followed(link));
            return true;
        }
        target.starts_with(root) && is_model_file(&target)
    }
}

/// What is in a folder and below it, except for what is hidden and what belongs to packages.
fn entries(folder: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let is_looked_into = |entry: &DirEntry| {
        entry.depth() == 0
            || !entry.file_type().is_dir()
            || !is_passed_over(&entry.file_name().to_string_lossy())
    };
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_looked_into)
}

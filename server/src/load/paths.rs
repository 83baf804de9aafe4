//! How the paths of a model are named, the one notion of it for the command line, git and the
//! server: which are files of a model, which folders are passed over, and how a path is shown. It
//! must not look at what is on the disk.

use anyhow::Result;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The name of the file that makes a folder the root of a model.
pub const SETTINGS: &str = "threatline.toml";

/// Whether a path is named as a file of a model is.
pub fn is_model_file(path: impl AsRef<Path>) -> bool {
    path.as_ref()
        .extension()
        .is_some_and(|extension| extension == "threat")
}

/// Whether a path is named as the settings of a model are.
pub fn is_settings(path: impl AsRef<Path>) -> bool {
    path.as_ref()
        .file_name()
        .is_some_and(|name| name == SETTINGS)
}

/// Whether a folder of this name is not looked into: one that is hidden or belongs to packages.
pub fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}

/// A path as the analysis knows it: with `/` between its parts, and `\xHH` for a byte that is no
/// text.
pub fn key(path: &Path) -> Arc<str> {
    let text: Cow<str> = match path.to_str() {
        Some(text) => text.into(),
        None => in_text(path).into(),
    };
    if std::path::MAIN_SEPARATOR == '/' {
        text.into()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/").into()
    }
}

fn in_text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    text
}

/// The folder of a key.
pub fn folder_of(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path as it is shown: from the current folder, if it is in it.
pub fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    match here
        .as_deref()
        .and_then(|here| path.strip_prefix(here).ok())
    {
        Some(relative) if relative.as_os_str().is_empty() => ".".into(),
        Some(relative) => relative.to_owned(),
        None => path.to_owned(),
    }
}

/// A path from the root of the file system, without `.` and `..`, links kept as they are. It need
/// not be there.
///
/// # Errors
/// When the path is empty, or the current folder is not there.
pub fn from_root(path: &Path) -> Result<PathBuf> {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    Ok(whole)
}

/// Paths that were asked for, each with what is below it.
#[derive(Clone, Default)]
pub struct Selection(BTreeSet<PathBuf>);

impl Selection {
    /// A selection of some paths.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Selection {
        Selection(paths.into_iter().collect())
    }

    /// Whether a path was asked for, or a folder that it is in.
    pub fn has(&self, path: &Path) -> bool {
        path.ancestors().any(|folder| self.0.contains(folder))
    }

    /// Whether something in a folder was asked for, or the folder itself.
    pub fn is_within(&self, folder: &Path) -> bool {
        first_below(&self.0, folder).is_some()
    }
}

/// The first of some paths that is a path or below it.
pub fn first_below<'p>(paths: &'p BTreeSet<PathBuf>, path: &Path) -> Option<&'p PathBuf> {
    let mut from = paths.range(path.to_owned()..);
    from.next().filter(|first| first.starts_with(path))
}

/// The note on a link to a folder.
pub fn not_followed(link: &Path) -> String {
    format!(
        "`{}` is a symbolic link to a folder and was not followed",
        shown(link).display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_file_has_a_name_before_its_ending() {
        assert!(is_model_file("a/b.threat") && is_model_file("b.test.threat"));
        for other in ["a/.threat", "threat", "a.threat/b", "a.threats", ""] {
            assert!(!is_model_file(other), "{other}");
        }
        assert!(is_settings("a/threatline.toml") && !is_settings("a/xthreatline.toml"));
    }
}

//! The files of a commit as paths, with their links, and which of them are models: what `disk`
//! finds on a disk. It must not know what the files hold.

use super::blobs::Blobs;
use super::plumbing::to_path;
use crate::load::limits::{MAX_FILES, MAX_LISTED};
use crate::load::paths::{SETTINGS, is_model_file, is_passed_over};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// How many links in a row are followed.
const MAX_LINKS: usize = 8;

/// The files and links of a commit, by their paths from the top.
#[derive(Default)]
pub struct Tree(BTreeMap<PathBuf, Node>);

struct Node {
    kind: NodeKind,
    id: Box<str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    File,
    Link,
}

/// What a path leads to, behind links.
pub enum Target {
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// The id of what it holds.
        id: String,
    },
    /// A folder.
    Folder,
    /// Nothing, and why.
    Nothing(&'static str),
}

/// Model files by the root of their model: the id of each, or why it cannot be read.
#[derive(Default)]
pub struct Discovered {
    /// The files of each root.
    pub roots: BTreeMap<PathBuf, BTreeMap<PathBuf, Result<String, &'static str>>>,
    /// Links to folders, which are not followed.
    pub links: Vec<PathBuf>,
}

impl Tree {
    /// Adds an entry of what `git ls-tree -r -z` prints: `MODE TYPE ID\tPATH`.
    ///
    /// # Errors
    /// When there are too many: a few objects can list more than a disk holds.
    pub fn add(&mut self, entry: &[u8]) -> Result<()> {
        let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else {
            return Ok(());
        };
        let head = String::from_utf8_lossy(&entry[..tab]);
        let mut words = head.split(' ');
        let (Some(mode), Some(_), Some(id)) = (words.next(), words.next(), words.next()) else {
            return Ok(());
        };
        let kind = match mode {
            "120000" => NodeKind::Link,
            // A commit of another repository.
            "160000" => return Ok(()),
            _ => NodeKind::File,
        };
        if self.0.len() == MAX_LISTED {
            bail!("the commit has more than {MAX_LISTED} files and was not read");
        }
        let id = id.into();
        self.0.insert(to_path(&entry[tab + 1..]), Node { kind, id });
        Ok(())
    }

    /// Collects the model files below the root of a path, each with the model that it belongs to,
    /// as is done on a disk.
    ///
    /// # Errors
    /// When the repository does not have what a link holds.
    pub fn walk(&self, asked: &Path, blobs: &mut Blobs, discovered: &mut Discovered) -> Result<()> {
        let root = self.root_of(asked);
        let mut looked_at = 0;
        for path in self.below(root) {
            let within = path.strip_prefix(root).unwrap_or(path);
            let mut folders = within.parent().into_iter().flat_map(Path::components);
            let is_asked = path == asked && !path.ends_with(SETTINGS);
            if folders.any(|part| is_passed_over(&part.as_os_str().to_string_lossy()))
                || !(is_model_file(path) || is_asked)
            {
                continue;
            }
            looked_at += 1;
            if looked_at > MAX_FILES {
                bail!("the commit has more than {MAX_FILES} model files here; pass a subfolder");
            }
            let id = match self.target_of(path, blobs)? {
                Target::File { path: file, id }
                    if file == *path || !is_asked && !is_read_itself(&file, root) =>
                {
                    Ok(id)
                }
                Target::File { .. } => continue,
                Target::Folder => {
                    discovered.links.push(path.clone());
                    continue;
                }
                Target::Nothing(why) => Err(why),
            };
            let mut around = path
                .ancestors()
                .skip(1)
                .take_while(|folder| folder.starts_with(root));
            let own_root = around
                .find(|folder| self.has_settings(folder))
                .unwrap_or(root);
            let files = discovered.roots.entry(own_root.to_owned()).or_default();
            files.insert(path.clone(), id);
        }
        Ok(())
    }

    /// The root of the model that a path is in.
    fn root_of<'p>(&self, path: &'p Path) -> &'p Path {
        let is_file =
            self.0.contains_key(path) || is_model_file(path) && self.below(path).next().is_none();
        let folder = if is_file {
            path.parent().unwrap_or(path)
        } else {
            path
        };
        folder
            .ancestors()
            .find(|folder| self.has_settings(folder))
            .unwrap_or(folder)
    }

    /// Whether a folder has settings, even such as cannot be read.
    pub fn has_settings(&self, folder: &Path) -> bool {
        self.below(&folder.join(SETTINGS)).next().is_some()
    }

    fn below(&self, folder: &Path) -> impl Iterator<Item = &PathBuf> {
        let folder = folder.to_owned();
        let from = self.0.range(folder.clone()..);
        from.map(|(path, _)| path)
            .take_while(move |path| path.starts_with(&folder))
    }

    /// What a path leads to.
    ///
    /// # Errors
    /// When the repository does not have what a link holds.
    pub fn target_of(&self, path: &Path, blobs: &mut Blobs) -> Result<Target> {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            let Some(Node { kind, id }) = self.0.get(&path) else {
                return Ok(if self.below(&path).next().is_some() {
                    Target::Folder
                } else {
                    Target::Nothing("no such file")
                });
            };
            match kind {
                NodeKind::File => {
                    let id = id.to_string();
                    return Ok(Target::File { path, id });
                }
                NodeKind::Link => match behind(&path, Path::new(&blobs.read(id)?.text)) {
                    Some(target) => path = target,
                    None => {
                        return Ok(Target::Nothing(
                            "it is a symbolic link out of the repository",
                        ));
                    }
                },
            }
        }
        Ok(Target::Nothing("its chain of symbolic links is too long"))
    }
}

/// Whether the file behind a link is read where it is.
fn is_read_itself(file: &Path, root: &Path) -> bool {
    file.starts_with(root) && is_model_file(file)
}

/// The path that a link leads to, if it is in the repository.
fn behind(link: &Path, target: &Path) -> Option<PathBuf> {
    let mut path = link.parent()?.to_owned();
    for part in target.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

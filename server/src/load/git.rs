//! Models as a revision of a git repository holds them. The command `git` reads it, without a
//! checkout: nothing is written, nothing is fetched, and nothing runs that a repository may name,
//! since these are its plumbing commands and no others. It must not know what the models say.

mod plumbing;

mod blobs;

mod tree;

use self::blobs::Blobs;
use self::plumbing::{each_entry, run, run_well, to_path, without_line_end};
use self::tree::{Discovered, Target, Tree};
use crate::load::disk::readable_settings;
use crate::load::limits;
use crate::load::models::{Loaded, ModelTexts};
use crate::load::paths::{SETTINGS, Selection, not_followed, shown};
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use threatline_model::{Date, FileText};
use threatline_syntax::spelling::did_you_mean;

/// The repository around a folder.
pub struct Repository {
    /// Its top folder, as the paths of this call reach it.
    pub top: PathBuf,
}

/// A commit, by its id.
pub struct Commit(String);

impl Repository {
    /// The repository that a path is in, which need not be there.
    ///
    /// # Errors
    /// When there is none, or `git` cannot be run.
    pub fn around(path: &Path) -> Result<Repository> {
        let folder = path
            .ancestors()
            .find(|folder| folder.is_dir())
            .unwrap_or(path);
        let prefix = match run(folder, &["rev-parse", "--show-prefix"])? {
            Ok(prefix) => to_path(without_line_end(&prefix)),
            Err(complaint) if complaint.contains("not a git repository") => {
                bail!("`{}` is not in a git repository", shown(folder).display())
            }
            Err(complaint) => bail!("git: {complaint}"),
        };
        let mut top = folder.to_owned();
        for _ in prefix.components() {
            top.pop();
        }
        let real = run_well(folder, &["rev-parse", "--show-toplevel"])?;
        let real = to_path(without_line_end(&real));
        if top.canonicalize().ok() != real.canonicalize().ok() {
            bail!(
                "`{}` is a symbolic link into a repository; pass the folder that it points to",
                shown(folder).display()
            );
        }
        Ok(Repository { top })
    }

    /// The commit that a revision means.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn commit(&self, revision: &str) -> Result<Option<Commit>> {
        let commit = format!("{revision}^{{commit}}");
        let verify = ["rev-parse", "--verify", "--quiet"];
        let arguments = [&verify[..], &["--end-of-options", &commit]].concat();
        let Ok(id) = run(&self.top, &arguments)? else {
            return Ok(None);
        };
        if self.is_ambiguous(revision)? {
            bail!(
                "`{revision}` is both a branch and a tag; begin it with `refs/heads/` or \
                 `refs/tags/`"
            );
        }
        let id = String::from_utf8_lossy(without_line_end(&id)).into_owned();
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok(is_id.then_some(Commit(id)))
    }

    /// Whether a name means both a branch and a tag, of which git takes the tag and only warns.
    fn is_ambiguous(&self, revision: &str) -> Result<bool> {
        let name = revision
            .split(['^', '~', '@', ':'])
            .next()
            .unwrap_or(revision);
        let names = [format!("refs/heads/{name}"), format!("refs/tags/{name}")];
        let list = ["for-each-ref", "--format=%(refname)", "--count=3", "--"];
        let arguments = [&list[..], &[&names[0], &names[1]]].concat();
        let known = run_well(&self.top, &arguments)?;
        let known = String::from_utf8_lossy(&known);
        Ok(names
            .iter()
            .all(|name| known.lines().any(|known| known == name)))
    }

    /// Why a revision may not be here, and what to do about it.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn why_missing(&self, revision: &str) -> Result<String> {
        if revision.contains("..") {
            return Ok(format!(
                "`{revision}` is a range; pass its two ends separately, as in `threatline diff \
                 main topic`"
            ));
        }
        let answer = run(&self.top, &["rev-parse", "--is-shallow-repository"])?;
        let is_shallow = answer.is_ok_and(|answer| without_line_end(&answer) == b"true");
        let remote = format!("origin/{revision}");
        let hint = if self.commit(&remote)?.is_some() {
            format!("; {}", did_you_mean(&remote))
        } else if is_shallow {
            "; this clone is shallow: if the name is right, run `git fetch --unshallow`, or set \
             `fetch-depth: 0` for actions/checkout"
                .to_owned()
        } else {
            String::new()
        };
        Ok(format!(
            "`{revision}` is neither a revision of this repository nor a folder{hint}"
        ))
    }

    /// The files of the working tree that are the repository's, or would be if they were added.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn files(&self) -> Result<HashSet<PathBuf>> {
        let list = ["ls-files", "-z", "--cached", "--others"];
        let arguments = [&list[..], &["--exclude-standard", "--", "*.threat"]].concat();
        let list = run_well(&self.top, &arguments)?;
        let paths = list
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty());
        Ok(paths.map(|path| self.top.join(to_path(path))).collect())
    }

    /// Reads the models of some paths, as a commit has them. The paths are from the root of the
    /// file system.
    ///
    /// # Errors
    /// When `git` cannot read the commit.
    pub fn load(&self, commit: &Commit, paths: &[PathBuf], today: Date) -> Result<Loaded> {
        let tree = self.tree(commit)?;
        let mut blobs = Blobs::open(&self.top)?;
        let mut discovered = Discovered::default();
        for path in paths {
            let Ok(path) = path.strip_prefix(&self.top) else {
                bail!(
                    "`{}` is not in the repository `{}`",
                    shown(path).display(),
                    self.top.display()
                );
            };
            tree.walk(path, &mut blobs, &mut discovered)?;
        }
        let selected = Selection::new(paths.iter().cloned());
        discovered.roots.retain(|root, files| {
            let is_asked = |file: &PathBuf| selected.has(&self.top.join(file));
            selected.is_within(&self.top.join(root)) || files.keys().any(is_asked)
        });
        let files = discovered.roots.values().map(BTreeMap::len).sum();
        limits::check_counts(discovered.roots.len(), files)?;
        let mut models = Vec::new();
        for (root, files) in discovered.roots {
            models.push(self.read((commit, &tree), root, files, &mut blobs)?);
        }
        let links = discovered.links.iter();
        let notes = links.map(|link| not_followed(&self.top.join(link)));
        Ok(Loaded::new(models, today, notes.collect(), selected))
    }

    /// Reads one model.
    fn read(
        &self,
        (commit, tree): (&Commit, &Tree),
        root: PathBuf,
        files: BTreeMap<PathBuf, Result<String, &'static str>>,
        blobs: &mut Blobs,
    ) -> Result<ModelTexts> {
        let settings = root.join(SETTINGS);
        let text = if tree.has_settings(&root) {
            Some(match tree.target_of(&settings, blobs)? {
                Target::File { id, .. } => blobs.read(&id)?,
                Target::Folder => FileText::failed("the path is a folder, not a file"),
                Target::Nothing(why) => FileText::failed(format!("cannot read the file: {why}")),
            })
        } else {
            None
        };
        let settings = readable_settings(&self.top.join(settings), text)
            .with_context(|| format!("commit {} cannot be compared", &commit.0))?;
        let mut texts = Vec::with_capacity(files.len());
        for (file, id) in files {
            let text = match id {
                Ok(id) => blobs.read(&id)?,
                Err(why) => FileText::failed(format!("cannot read the file: {why}")),
            };
            texts.push((self.top.join(file), text));
        }
        Ok(ModelTexts {
            root: self.top.join(root),
            settings,
            files: texts,
        })
    }

    fn tree(&self, commit: &Commit) -> Result<Tree> {
        let arguments = ["ls-tree", "-r", "-z", "--full-tree", &commit.0];
        let mut tree = Tree::default();
        each_entry(&self.top, &arguments, |entry| tree.add(entry))?;
        Ok(tree)
    }
}

//! The two states of a design that are compared: what the words of the call mean, a revision, a
//! folder or the working tree, and what each of them holds. It must not know what a change is.

use crate::load::git::{Commit, Repository};
use crate::load::models::{Loaded, load_state};
use crate::load::paths::{from_root, is_settings};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use threatline_model::Date;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// What is compared with.
    Base,
    /// What is compared.
    Head,
}

/// What is compared.
enum State {
    Revision(Commit),
    Folder(PathBuf),
    /// The files of the repository as they are on the disk.
    WorkingTree,
}

/// The two that are compared, and which part of them.
pub struct States {
    /// Notes about the arguments, a sentence each.
    pub notes: Vec<String>,
    repository: Option<Repository>,
    base: State,
    head: State,
    /// As they were given, or the current folder.
    paths: Vec<PathBuf>,
}

impl States {
    /// What the words of a call mean.
    ///
    /// # Errors
    /// When one of them means nothing, or `git` cannot be run.
    pub fn resolve(base: &Path, head: Option<&Path>, paths: &[PathBuf]) -> Result<States> {
        let here = std::env::current_dir()?;
        let repository = repository_around(&here, head.into_iter().chain(as_paths(paths)));
        let mut notes = Vec::new();
        let base = match (
            named(base, repository.as_ref().ok(), &mut notes)?,
            &repository,
        ) {
            (Some(state), _) => state,
            (None, Ok(repository)) => bail!(repository.why_missing(&base.to_string_lossy())?),
            (None, Err(error)) => bail!(
                "`{}` is neither a folder nor a revision: {error:#}",
                base.display()
            ),
        };
        let mut paths = paths.to_vec();
        let repository = repository.ok();
        let head = match (head, &base) {
            (None, State::Folder(_)) => State::Folder(here),
            (None, _) => State::WorkingTree,
            (Some(head), _) => match (named(head, repository.as_ref(), &mut notes)?, &base) {
                (Some(state), State::Folder(_)) => state,
                (None, State::Folder(_)) => {
                    bail!("`{}` is neither a folder nor a revision", head.display())
                }
                (Some(State::Folder(folder)), _) if !is_in(repository.as_ref(), &folder) => {
                    State::Folder(folder)
                }
                (Some(state @ State::Revision(..)), _) => state,
                _ => {
                    paths.insert(0, head.to_owned());
                    State::WorkingTree
                }
            },
        };
        if paths.is_empty() {
            paths.push(".".into());
        }
        Ok(States {
            notes,
            repository,
            base,
            head,
            paths,
        })
    }

    /// The folder that a state is of, from the root of the file system.
    pub fn place(&self, which: Compared) -> PathBuf {
        match (self.state(which), &self.repository) {
            (State::Folder(folder), _) => folder.clone(),
            (_, Some(repository)) => repository.top.clone(),
            (_, None) => PathBuf::new(),
        }
    }

    /// The paths that were given, in a state, from the root of the file system.
    ///
    /// # Errors
    /// When the current folder is not there.
    pub fn paths(&self, which: Compared) -> Result<Vec<PathBuf>> {
        let here = std::env::current_dir()?;
        let from = match self.state(which) {
            State::Folder(folder) => folder,
            State::Revision(..) | State::WorkingTree => &here,
        };
        let paths = self.paths.iter();
        paths.map(|path| from_root(&from.join(path))).collect()
    }

    /// Reads what a state holds of the paths.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self, which: Compared, today: Date) -> Result<Loaded> {
        let paths = self.paths(which)?;
        match (self.state(which), &self.repository) {
            (State::Folder(folder), _) => load_state(&paths, Some(folder), |_| true, today),
            (State::Revision(commit), Some(repository)) => repository.load(commit, &paths, today),
            (State::WorkingTree, Some(repository)) => load_working_tree(repository, &paths, today),
            (_, None) => bail!("this folder is not in a git repository"),
        }
    }

    /// Fails on a path that is in neither of the two.
    ///
    /// # Errors
    /// When there is one.
    pub fn check(&self, base: &Loaded, head: &Loaded) -> Result<()> {
        let in_both = self
            .paths(Compared::Base)?
            .into_iter()
            .zip(self.paths(Compared::Head)?)
            .zip(&self.paths);
        for ((before, after), given) in in_both {
            if base.has(&before) || head.has(&after) || is_settings(given) {
                continue;
            }
            let name = given.to_string_lossy();
            match &self.repository {
                Some(repository) if !after.exists() && !matches!(self.base, State::Folder(_)) => {
                    let missing = repository.why_missing(&name)?;
                    bail!("{missing}, and there is no such path")
                }
                _ => {
                    bail!("there is no `.threat` file in `{name}`, in either the base or the head")
                }
            }
        }
        Ok(())
    }

    fn state(&self, which: Compared) -> &State {
        match which {
            Compared::Base => &self.base,
            Compared::Head => &self.head,
        }
    }
}

fn as_paths(paths: &[PathBuf]) -> impl Iterator<Item = &Path> {
    paths.iter().map(PathBuf::as_path)
}

/// The repository around the current folder, else around the first path that is there: a path that
/// is given may be in a repository where the current folder is in none.
fn repository_around<'p>(here: &Path, given: impl Iterator<Item = &'p Path>) -> Result<Repository> {
    let mut given = given.filter(|path| path.exists());
    Repository::around(here).or_else(|error| match given.next() {
        Some(path) => Repository::around(&from_root(path)?),
        None => Err(error),
    })
}

fn is_in(repository: Option<&Repository>, path: &Path) -> bool {
    repository.is_some_and(|repository| {
        from_root(path).is_ok_and(|path| path.starts_with(&repository.top))
    })
}

/// What a name means: a revision, else a folder.
fn named(
    name: &Path,
    repository: Option<&Repository>,
    notes: &mut Vec<String>,
) -> Result<Option<State>> {
    let commit = match (repository, name.to_str()) {
        (Some(repository), Some(name)) => repository.commit(name)?,
        _ => None,
    };
    if let Some(commit) = commit {
        if name.is_dir() {
            let name = name.display();
            notes.push(format!(
                "`{name}` is both a revision and a folder; the revision is used (`./{name}` is \
                 the folder)"
            ));
        }
        return Ok(Some(State::Revision(commit)));
    }
    if name.is_dir() {
        return Ok(Some(State::Folder(from_root(name)?)));
    }
    Ok(None)
}

fn load_working_tree(repository: &Repository, paths: &[PathBuf], today: Date) -> Result<Loaded> {
    let known = repository.files()?;
    let top = repository.top.canonicalize()?;
    let leads_out = |path: &Path| {
        path.is_symlink()
            && path
                .canonicalize()
                .is_ok_and(|target| !target.starts_with(&top))
    };
    let keeps = |path: &Path| {
        (known.contains(path) || paths.iter().any(|asked| asked == path)) && !leads_out(path)
    };
    load_state(paths, None, keeps, today)
}

//! The models of some paths, for one run of a command: which are asked for, read into a workspace.
//! It must not know what they say.

use crate::load::disk::{self, Discovered, root_of};
use crate::load::limits::{self, MAX_BYTES};
use crate::load::names::Names;
use crate::load::paths::{
    SETTINGS, Selection, first_below, from_root, is_model_file, is_settings, key, shown,
};
use crate::load::place::Place;
use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use threatline_model::{Database, Date, File, FileText, Model, Workspace, World};

/// Models that were read.
pub struct Loaded {
    /// The models and what they say.
    pub workspace: Workspace,
    /// What was passed over and why, a sentence each.
    pub notes: Vec<String>,
    /// The paths that were asked for, from the root of the file system.
    selected: Selection,
    /// The current folder, from which the paths of files count.
    here: PathBuf,
}

/// What a model is read from.
pub struct ModelTexts {
    /// Its root.
    pub root: PathBuf,
    /// The text of its `threatline.toml`.
    pub settings: Option<String>,
    /// Its files.
    pub files: Vec<(PathBuf, FileText)>,
}

impl Loaded {
    /// The models of some texts, wherever these were read, as far as they are below the paths
    /// `selected`.
    pub fn new(
        models: Vec<ModelTexts>,
        today: Date,
        notes: Vec<String>,
        selected: Selection,
    ) -> Loaded {
        let here = std::env::current_dir().unwrap_or_default();
        let mut workspace = Workspace::new(today);
        workspace.set_current_folder(key(&here));
        let (mut names, mut files) = (Names::default(), Vec::new());
        for texts in models {
            let path = shown_key(&texts.root.join(SETTINGS));
            let settings = texts.settings.as_deref();
            workspace.set_model(
                &shown_key(&texts.root),
                settings.map(|text| (path.as_ref(), text)),
            );
            let texts = texts.files.into_iter();
            files.extend(texts.map(|(path, text)| names.name(&shown(&path), text)));
        }
        workspace.load(files);
        Loaded {
            workspace,
            notes: each_once(notes),
            selected,
            here,
        }
    }

    /// The database, for questions.
    pub fn db(&self) -> &Database {
        self.workspace.db()
    }

    /// Whether what is in a file was asked for.
    pub fn is_selected(&self, path: &str) -> bool {
        let path = self.here.join(path);
        self.selected.has(&path)
    }

    /// Whether there is a model file at a path or below it.
    pub fn has(&self, path: &Path) -> bool {
        let mut files = self
            .workspace
            .models()
            .flat_map(|model| model.files(self.db()).iter());
        files.any(|file| {
            self.here
                .join(file.path(self.db()).as_ref())
                .starts_with(path)
        })
    }

    /// The root of a model, from the root of the file system.
    pub fn root(&self, model: Model) -> PathBuf {
        let root = self.here.join(model.root(self.db()).as_ref());
        from_root(&root).unwrap_or(root)
    }

    /// The files of a model that were asked for.
    pub fn selected_files(&self, model: Model) -> Vec<File> {
        let files = model.files(self.db()).iter().copied();
        files
            .filter(|file| self.is_selected(file.path(self.db())))
            .collect()
    }
}

/// The library without a model. The day counts for nothing in it.
pub fn library_alone() -> Workspace {
    Workspace::new(Date::constant(2000, 1, 1))
}

/// What can be listed: the models of some paths; without a path and a model, the library.
///
/// # Errors
/// When a path cannot be used.
pub fn load_for_listing(paths: &[PathBuf]) -> Result<(Workspace, Vec<Model>)> {
    let workspace = match load(paths, None) {
        Ok(loaded) => loaded.workspace,
        Err(_) if paths.is_empty() => library_alone(),
        Err(error) => return Err(error),
    };
    let mut models: Vec<Model> = workspace.models().collect();
    if models.is_empty() {
        models.push(World::get(workspace.db()).library(workspace.db()));
    }
    Ok((workspace, models))
}

/// Reads the models of some paths, each whole. Without a path, that of the current folder.
///
/// # Errors
/// When a path is not there or holds no model file.
pub fn load(paths: &[PathBuf], today: Option<Date>) -> Result<Loaded> {
    let mut discovered = Discovered::default();
    let (mut walked, mut selected) = (BTreeSet::new(), Vec::new());
    for path in &or_this_folder(paths) {
        let asked = existing(path)?;
        let (root, _) = root_of(&asked);
        let asked = behind_link(&root, asked);
        if walked.insert(root.clone()) {
            discovered.walk(&root, &asked);
        }
        selected.push((path.clone(), root, asked));
    }
    let files: BTreeSet<PathBuf> = discovered.roots.values().flatten().cloned().collect();
    for (path, root, asked) in &selected {
        let is_own_settings = is_settings(asked) && discovered.roots.contains_key(root);
        if !is_own_settings && first_below(&files, asked).is_none() {
            bail!(
                "there is no `.threat` file in `{}`; `threatline init` creates a model",
                path.display()
            );
        }
    }
    let selected = Selection::new(selected.into_iter().map(|(_, _, asked)| asked));
    let texts = read(asked_for(discovered.roots, &selected))?;
    let today = today.unwrap_or_else(today_here);
    Ok(Loaded::new(texts, today, discovered.notes, selected))
}

/// Reads what there is of some paths from the root of the file system, for a comparison with
/// another state: one that is not there is empty. `root` is the root of what no `threatline.toml`
/// is around, else of each path the folder; `keeps` decides which files count.
///
/// # Errors
/// When a `threatline.toml` cannot be read.
pub fn load_state(
    paths: &[PathBuf],
    root: Option<&Path>,
    keeps: impl Fn(&Path) -> bool,
    today: Date,
) -> Result<Loaded> {
    let mut discovered = Discovered::default();
    // The model of a file that is gone is still there.
    let is_around = |path: &Path| is_model_file(path) && path.parent().is_some_and(Path::is_dir);
    let mut walked = BTreeSet::new();
    for path in paths.iter().filter(|path| path.exists() || is_around(path)) {
        let root = root.map_or_else(|| root_of(path).0, Path::to_owned);
        if walked.insert(root.clone()) {
            discovered.walk(&root, path);
        }
    }
    for files in discovered.roots.values_mut() {
        files.retain(|file| keeps(file));
    }
    discovered.roots.retain(|_, files| !files.is_empty());
    let selected = Selection::new(paths.iter().cloned());
    let texts = read(asked_for(discovered.roots, &selected))?;
    Ok(Loaded::new(texts, today, discovered.notes, selected))
}

/// A model file that is to be formatted.
pub struct Listed {
    /// The file, from the root of the file system.
    pub path: PathBuf,
    /// The folder that was named, if the file was found below it.
    pub below: Option<PathBuf>,
}

impl Listed {
    /// The place of the file, which no link leads out of what was named.
    ///
    /// # Errors
    /// When a link does, or the folder of the file is gone.
    pub fn place(&self) -> Result<Place> {
        match &self.below {
            Some(folder) => Place::below(folder, &self.path),
            None => Place::named(&self.path),
        }
    }
}

/// The model files of some paths, for formatting: each as it was named or found, without their
/// models, and notes on what was passed over. A link that is found is not followed: it leads to a
/// file that is found, too, or out of what was named.
///
/// # Errors
/// When a path is not there.
pub fn list(paths: &[PathBuf]) -> Result<(Vec<Listed>, Vec<String>)> {
    let mut listed = BTreeMap::new();
    let mut notes = Vec::new();
    for path in or_this_folder(paths) {
        let asked = existing(&path)?;
        let mut discovered = Discovered::default();
        discovered.walk(&asked, &asked);
        notes.append(&mut discovered.notes);
        for file in discovered.roots.into_values().flatten() {
            let below = (file != asked).then(|| asked.clone());
            if below.is_some() && file.is_symlink() {
                let link = shown(&file);
                notes.push(format!(
                    "`{}` is a symbolic link and was skipped",
                    link.display()
                ));
                continue;
            }
            listed.entry(file).or_insert(below);
        }
    }
    let listed = listed
        .into_iter()
        .map(|(path, below)| Listed { path, below });
    Ok((listed.collect(), each_once(notes)))
}

/// The day that it is here.
pub fn today_here() -> Date {
    jiff::Zoned::now().date()
}

fn or_this_folder(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() {
        vec![".".into()]
    } else {
        paths.to_vec()
    }
}

/// A nested model that was not asked for is none of a call's business.
fn asked_for(
    mut roots: BTreeMap<PathBuf, Vec<PathBuf>>,
    selected: &Selection,
) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    roots.retain(|root, files| {
        files.iter().any(|file| selected.has(file)) || selected.is_within(root)
    });
    roots
}

fn read(roots: BTreeMap<PathBuf, Vec<PathBuf>>) -> Result<Vec<ModelTexts>> {
    limits::check_counts(roots.len(), roots.values().map(Vec::len).sum())?;
    let bytes = AtomicUsize::new(0);
    let models = roots.into_iter().map(|(root, mut files)| {
        files.sort();
        files.dedup();
        let texts = files.into_par_iter().filter_map(|path| {
            // Whatever exceeds the limit is not kept; that is reported below.
            if bytes.load(Ordering::Relaxed) > MAX_BYTES {
                return None;
            }
            let text = disk::read_if_there(&path)?;
            bytes.fetch_add(text.text.len(), Ordering::Relaxed);
            Some((path, text))
        });
        let texts = ModelTexts {
            files: texts.collect(),
            settings: disk::readable_settings(&root.join(SETTINGS), disk::settings_of(&root))?,
            root,
        };
        limits::check_bytes(bytes.load(Ordering::Relaxed))?;
        Ok(texts)
    });
    models.collect()
}

/// Notes without those that were taken already, where paths overlap.
fn each_once(mut notes: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    notes
}

/// A path that has to be there, from the root of the file system.
fn existing(path: &Path) -> Result<PathBuf> {
    fs::symlink_metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    from_root(path)
}

/// The file that a link leads to, if both are in the model: it is read there, and not twice.
fn behind_link(root: &Path, path: PathBuf) -> PathBuf {
    if !path.is_symlink() {
        return path;
    }
    target_inside(root, &path).unwrap_or(path)
}

fn target_inside(root: &Path, link: &Path) -> Option<PathBuf> {
    let target = link.canonicalize().ok().filter(|target| target.is_file())?;
    let below = target.strip_prefix(root.canonicalize().ok()?).ok()?;
    Some(root.join(below))
}

/// A path as the models of a command know it: as it is shown.
fn shown_key(path: &Path) -> std::sync::Arc<str> {
    key(&shown(path))
}

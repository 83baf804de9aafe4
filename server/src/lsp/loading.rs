//! The models of the session, read from the disk and from open documents, of which each takes the
//! place of its file. It must not know who asks about a model.

use super::clock::Clock;
use super::documents::{Documents, Touched};
use super::trace::Trace;
use super::watch::Watch;
use crate::load::disk::{self, Roots};
use crate::load::paths::{SETTINGS, folder_of, is_model_file, is_settings, key};
use rayon::prelude::*;
use salsa::EventKind;
use salsa::plumbing::Revision;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use threatline_model::{Database, File, FileText, Model, Workspace};
use tracing::info;

/// The models, and what they are read from.
pub struct Models {
    workspace: Workspace,
    clock: Clock,
    trace: Trace,
    folders: Vec<PathBuf>,
    /// The watch over the folders, if the client has none.
    watch: Option<Watch>,
    /// What changed on the disk and was not read yet.
    changed_on_disk: BTreeSet<PathBuf>,
    /// What changed in open documents and was not taken over yet.
    touched: BTreeMap<Arc<str>, Touched>,
    /// The files that are gone since this was last asked.
    gone: Vec<Arc<str>>,
    /// The revisions that were last seen: of everything, and of all but positions.
    seen: (Revision, Revision),
    models: Arc<[Model]>,
    tests: Arc<[Model]>,
}

/// What changed since it was last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// Spaces and comments, and so positions.
    Positions,
    /// The meaning of a model.
    Meaning,
}

impl Models {
    /// No model yet.
    pub fn new(clock: Clock, trace: Trace) -> Models {
        let workspace = new_workspace(&clock, &trace);
        Models {
            seen: (workspace.last_change(), workspace.revision()),
            workspace,
            clock,
            trace,
            folders: Vec::new(),
            watch: None,
            changed_on_disk: BTreeSet::new(),
            touched: BTreeMap::new(),
            gone: Vec::new(),
            models: Arc::from([]),
            tests: Arc::from([]),
        }
    }

    /// The database.
    pub fn db(&self) -> &Database {
        self.workspace.db()
    }

    /// The models, by root.
    pub fn models(&self) -> &Arc<[Model]> {
        &self.models
    }

    /// The tests of rules, by path.
    pub fn tests(&self) -> &Arc<[Model]> {
        &self.tests
    }

    /// Whether a path is that of a file of a model, or of its settings.
    pub fn contains(&self, path: &str) -> bool {
        let is_settings = |model: &Model| model.settings(self.db()).path.as_deref() == Some(path);
        self.workspace.file(path).is_some() || self.models.iter().any(is_settings)
    }

    /// How many files there are.
    pub fn count_files(&self) -> usize {
        self.files().count()
    }

    /// The files that are gone since this was last asked.
    pub fn take_gone(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.gone)
    }

    /// What changed since this was last asked.
    pub fn take_change(&mut self) -> Change {
        let now = (self.workspace.last_change(), self.workspace.revision());
        let before = std::mem::replace(&mut self.seen, now);
        if before == now {
            return Change::Nothing;
        }
        self.list();
        if before.1 == now.1 {
            Change::Positions
        } else {
            Change::Meaning
        }
    }

    fn list(&mut self) {
        self.models = self.workspace.models().collect();
        self.tests = self.workspace.tests().collect();
    }

    /// Frees what former changes left behind. It stops whoever reads.
    pub fn tidy_up(&mut self) {
        self.workspace.tidy_up();
    }

    /// Looks up the day: one may have passed, or the clock was set, also back.
    pub fn set_today(&mut self) {
        self.workspace.set_today(self.clock.today());
    }

    /// Reads everything again into a new database: the old one may be half changed.
    pub fn rebuild(&mut self, documents: &Documents) {
        self.workspace = new_workspace(&self.clock, &self.trace);
        self.touched.clear();
        self.read_again(documents);
        self.list();
    }

    /// Forgets everything, for when even reading it fails.
    pub fn forget_all(&mut self) {
        self.workspace = new_workspace(&self.clock, &self.trace);
        self.touched.clear();
        self.list();
    }

    // ---- folders and the disk ------------------------------------------------------------------

    /// Adds folders and takes others out; what is in them is read with [`Models::read_again`].
    pub fn change_folders(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(added);
    }

    /// Watches the folders from now on.
    pub fn watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    /// Notes that something changed on the disk.
    pub fn note_on_disk(&mut self, path: PathBuf) {
        self.changed_on_disk.insert(path);
    }

    /// Takes over what changed on the disk.
    pub fn take_over_disk(&mut self, documents: &Documents) {
        let changed = std::mem::take(&mut self.changed_on_disk);
        // Settings, or a folder that came or went, change what belongs where.
        let concerns_all = |path: &PathBuf| !is_model_file(path) || path.is_dir();
        if changed.iter().any(concerns_all) {
            return self.read_again(documents);
        }
        for path in changed {
            self.read_file(&key(&path), documents);
        }
    }

    /// Looks at the disk for what models there are now, and reads them.
    pub fn read_again(&mut self, documents: &Documents) {
        let effort = self.trace.begin();
        let mut roots = Roots::new();
        for folder in &self.folders {
            for (root, files) in disk::models_in(folder) {
                roots.entry(root).or_default().extend(files);
            }
        }
        add_models_of_documents(&mut roots, documents);
        let on_disk: HashSet<&Arc<str>> = roots.values().flatten().collect();
        let known = self.files().map(|file| file.path(self.db()));
        let gone: Vec<Arc<str>> = known
            .filter(|path| !on_disk.contains(path) && !documents.is_open(path))
            .cloned()
            .collect();
        gone.iter().for_each(|path| self.remove(path));
        self.forget_all_models_but(&roots, documents);
        self.load(roots, documents);
        if let Some(watch) = &mut self.watch
            && watch.set(&self.folders)
        {
            // What happened in folders that are new has not been seen.
            self.changed_on_disk.extend(self.folders.first().cloned());
        }
        // What is open may belong to another model now.
        for path in documents.paths() {
            self.take_over_whole(path, documents);
        }
        let files = self.count_files();
        info!(
            "read {files} files of {} models in {effort}",
            self.workspace.models().count()
        );
    }

    /// Sets a file to what the disk has of it, unless it is open.
    fn read_file(&mut self, path: &Arc<str>, documents: &Documents) {
        if documents.is_open(path) {
            return;
        }
        if is_settings(&**path) {
            return self.read_again(documents);
        }
        let on_disk = Path::new(&**path);
        if is_model_file(on_disk) && on_disk.is_file() {
            self.find_root_of(path, documents);
            let text = disk::read(on_disk);
            self.workspace.load(vec![(path.clone(), text)]);
        } else {
            self.remove(path);
        }
    }

    fn remove(&mut self, path: &Arc<str>) {
        self.workspace.remove_file(path);
        // A document that is no file was a model of its own.
        self.workspace.remove_model(path);
        self.gone.push(path.clone());
    }

    /// Forgets the models whose roots are not on the disk any more, except for documents that are a
    /// model each.
    fn forget_all_models_but(&mut self, roots: &Roots, documents: &Documents) {
        let db = self.workspace.db();
        let is_gone = |model: &Model| {
            let root = model.root(db);
            !roots.contains_key(root) && !documents.is_open(root)
        };
        let gone: Vec<(Arc<str>, Option<Arc<str>>)> = self
            .workspace
            .models()
            .filter(is_gone)
            .map(|model| (model.root(db).clone(), model.settings(db).path.clone()))
            .collect();
        for (root, settings) in gone {
            self.workspace.remove_model(&root);
            self.gone.extend(settings);
        }
    }

    /// Reads models from the disk, all but what is open.
    fn load(&mut self, roots: Roots, documents: &Documents) {
        for (root, mut files) in roots {
            files.sort();
            files.dedup();
            files.retain(|path| !documents.is_open(path));
            let folder = Path::new(&*root);
            let settings = disk::settings_of(folder).ok().flatten();
            let settings_path = key(&folder.join(SETTINGS));
            let settings = settings.as_deref().map(|text| (&*settings_path, text));
            self.workspace.set_model(&root, settings);
            let read = |path: Arc<str>| {
                let text = disk::read(Path::new(&*path));
                (path, text)
            };
            let texts = files.into_par_iter().map(read).collect();
            self.workspace.load(texts);
        }
    }

    // ---- documents -----------------------------------------------------------------------------

    /// Takes over a document that was just opened.
    pub fn open(&mut self, path: &Arc<str>, text: String, documents: &Documents) {
        self.touched.remove(path);
        self.set_text(path, text, documents);
    }

    /// Notes what changes made of a document, which is taken over with
    /// [`Models::take_over_documents`].
    pub fn touch(&mut self, path: &Arc<str>, touched: Touched) {
        let before = self.touched.get(path).copied();
        let touched = before.map_or(touched, |before| before.then(touched));
        self.touched.insert(path.clone(), touched);
    }

    /// Takes over what changed in documents, however many keys that were: each is copied once.
    pub fn take_over_documents(&mut self, documents: &Documents) {
        while let Some((path, touched)) = self.touched.pop_first() {
            let (Some(document), Some(file), Touched::Part(edit)) =
                (documents.get(&path), self.workspace.file(&path), touched)
            else {
                self.take_over_whole(&path, documents);
                continue;
            };
            let text = document.text.to_string();
            self.workspace.set_edited(file, text, edit);
        }
    }

    /// Takes over that a document was closed: its file counts again.
    pub fn close(&mut self, path: &Arc<str>, documents: &Documents) {
        self.touched.remove(path);
        self.read_file(path, documents);
    }

    fn take_over_whole(&mut self, path: &Arc<str>, documents: &Documents) {
        if let Some(document) = documents.get(path) {
            let text = document.text.to_string();
            self.set_text(path, text, documents);
        } else if let Some(lost) = documents.lost(path) {
            if is_settings(&**path) {
                self.workspace.set_model(folder_of(path), None);
            } else {
                self.find_root_of(path, documents);
                let text = FileText::failed(&*lost.reason);
                self.workspace.set_file(path, text);
            }
        }
    }

    fn set_text(&mut self, path: &Arc<str>, text: String, documents: &Documents) {
        if is_settings(&**path) {
            self.workspace
                .set_model(folder_of(path), Some((path, &text)));
        } else {
            self.find_root_of(path, documents);
            self.workspace.set_file(path, FileText::new(text));
        }
    }

    // ---- which file belongs where --------------------------------------------------------------

    fn files(&self) -> impl Iterator<Item = File> {
        let models = self.workspace.models().chain(self.workspace.tests());
        models.flat_map(|model| model.files(self.db()).iter().copied())
    }

    /// Looks for the root of a file above which none is known.
    fn find_root_of(&mut self, path: &str, documents: &Documents) {
        if self.workspace.model_around(path).is_some() {
            return;
        }
        if !path.starts_with('/') && !path.contains(":/") {
            // Not a file: a model of its own.
            self.workspace.set_model(path, None);
            return;
        }
        self.load(models_around(Path::new(path)), documents);
    }
}

/// Adds the models of open documents that are not below the folders, or in a model whose other
/// files the disk does not have.
fn add_models_of_documents(roots: &mut Roots, documents: &Documents) {
    let paths = documents.paths().map(|path| Path::new(&**path));
    let mut paths: Vec<&Path> = paths.filter(|path| path.is_absolute()).collect();
    // A folder without settings is a model with what is below it.
    paths.sort_by_key(|path| path.components().count());
    for path in paths {
        let (root, has_settings) = disk::root_of(path);
        let is_known = if has_settings {
            roots.contains_key(&key(&root))
        } else {
            roots.keys().any(|root| path.starts_with(&**root))
        };
        if !is_known {
            roots.extend(models_around(path));
        }
    }
}

/// The model on the disk that a path is in, and those in it.
fn models_around(path: &Path) -> Roots {
    let (root, has_settings) = disk::root_of(path);
    if has_settings {
        let mut roots = disk::models_in(&root);
        roots.entry(key(&root)).or_default();
        return roots;
    }
    [(key(&root), disk::files_directly_in(&root))].into()
}

/// An empty workspace, whose queries are counted if anybody wants to know.
fn new_workspace(clock: &Clock, trace: &Trace) -> Workspace {
    let database = trace.query_counter().map(|count| {
        Database::observed(move |event| {
            if let EventKind::WillExecute { .. } = event.kind {
                count();
            }
        })
    });
    Workspace::with(database.unwrap_or_default(), clock.today())
}

//! The models of the session, read from the disk and from open documents, of which each takes the
//! place of its file. It must not know who asks about a model.

use super::clock::Clock;
use super::documents::{Documents, Touched};
use super::trace::{Effort, Trace};
use super::walks::{ModelOnDisk, Request, Walk, Walks};
use super::watch::Watch;
use crate::load::disk;
use crate::load::paths::{SETTINGS, folder_of, is_model_file, is_settings, key};
use salsa::EventKind;
use salsa::plumbing::Revision;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use threatline_model::{Database, File, FileText, Model, Settings, Workspace};
use tracing::info;

/// How long a request waits for a walk over the disk: it sees small folders as they are, and large
/// ones as they were.
const PATIENCE: Duration = Duration::from_millis(250);

/// The models, and what they are read from.
pub struct Models {
    workspace: Workspace,
    clock: Clock,
    trace: Trace,
    folders: Vec<PathBuf>,
    walks: Walks,
    /// Until when requests wait for what the disk has, if a walk is wanted.
    wanted: Option<Instant>,
    /// The same for the walk that is on its way, and what it took so far.
    running: Option<(Instant, Effort)>,
    /// Whether the first walk has not ended yet.
    is_first: bool,
    /// What changed on the disk and was not read yet.
    changed_on_disk: BTreeSet<PathBuf>,
    /// The files that were read during a walk, which may have read them before that.
    read_meanwhile: BTreeSet<Arc<str>>,
    /// Whether the last walk left something out.
    is_partial: bool,
    /// Why it did, since this was last asked.
    limit: Option<String>,
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
    /// No model yet. The end of each walk over the disk is reported.
    pub fn new(clock: Clock, trace: Trace, walked: impl Fn() + Send + 'static) -> Models {
        let workspace = new_workspace(&clock, &trace);
        Models {
            seen: (workspace.last_change(), workspace.revision()),
            workspace,
            walks: Walks::new(trace.clone(), walked),
            clock,
            trace,
            folders: Vec::new(),
            wanted: None,
            running: None,
            is_first: false,
            changed_on_disk: BTreeSet::new(),
            read_meanwhile: BTreeSet::new(),
            is_partial: false,
            limit: None,
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

    /// Why files were left out, since this was last asked.
    pub fn take_limit(&mut self) -> Option<String> {
        self.limit.take()
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
        self.read_at_once(documents);
        self.list();
    }

    /// Forgets everything, for when even reading it fails.
    pub fn forget_all(&mut self) {
        self.workspace = new_workspace(&self.clock, &self.trace);
        self.touched.clear();
        self.list();
    }

    // ---- folders and the disk ------------------------------------------------------------------

    /// Adds folders and takes others out; a walk reads what is in them.
    pub fn change_folders(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(added);
    }

    /// Watches the folders from now on.
    pub fn watch(&mut self, watch: Watch) {
        self.walks.watch(watch);
    }

    /// Notes that something changed on the disk.
    pub fn note_on_disk(&mut self, path: PathBuf) {
        self.changed_on_disk.insert(path);
    }

    /// Takes over what changed on the disk, unless a walk is needed for it.
    pub fn take_over_disk(&mut self, documents: &Documents) {
        let changed = std::mem::take(&mut self.changed_on_disk);
        // Settings, a file that is new, or a folder that came or went, change what belongs where.
        let needs_walk = |path: &PathBuf| {
            !is_model_file(path) || self.workspace.file(&key(path)).is_none() || path.is_dir()
        };
        if !changed.is_empty() && self.is_partial || changed.iter().any(needs_walk) {
            return self.want_walk();
        }
        for path in changed {
            self.read_file(&key(&path), documents);
        }
    }

    /// Has the disk examined for what models there are, by the next walk.
    pub fn want_walk(&mut self) {
        self.wanted.get_or_insert_with(|| Instant::now() + PATIENCE);
    }

    /// Starts a walk if one is wanted and none is on its way, and takes over one that has ended.
    pub fn walk(&mut self, documents: &Documents) {
        if let Some(walk) = self.walks.wait(Some(Instant::now())) {
            self.take_over_walk(walk, documents);
        }
        if self.walks.is_running() {
            return;
        }
        self.is_first = false;
        if let Some(until) = self.wanted.take() {
            self.running = Some((until, self.trace.begin()));
            self.walks.start(Request {
                folders: self.folders.clone(),
                open: documents.paths().cloned().collect(),
            });
        }
    }

    /// Takes over what the disk has, if that is known soon: from large folders it is not.
    pub fn catch_up(&mut self, documents: &Documents) {
        let mut until = None;
        loop {
            self.walk(documents);
            let Some((wanted_until, _)) = &self.running else {
                return;
            };
            // The next walk gets no more patience than this one.
            let until = *until.get_or_insert(*wanted_until);
            let Some(walk) = self.walks.wait(Some(until)) else {
                return;
            };
            self.take_over_walk(walk, documents);
        }
    }

    /// Has the disk examined for the first time.
    pub fn read_first(&mut self, documents: &Documents) {
        self.want_walk();
        self.walk(documents);
        self.is_first = self.walks.is_running();
    }

    /// Whether the disk is still examined for the first time.
    pub fn is_reading_first(&self) -> bool {
        self.is_first
    }

    /// Looks at the disk for what models there are now, and reads them.
    pub fn read_at_once(&mut self, documents: &Documents) {
        self.is_first = false;
        // One that was begun before does not count.
        self.walks.wait(None);
        self.want_walk();
        self.walk(documents);
        if let Some(walk) = self.walks.wait(None) {
            self.take_over_walk(walk, documents);
        }
    }

    fn take_over_walk(&mut self, walk: Walk, documents: &Documents) {
        self.is_partial = walk.is_partial;
        self.limit = walk.limit;
        // What is gone is left to the next walk, if there is one: it may have come since.
        if self.wanted.is_none() {
            self.forget_all_but(&walk.models, documents);
        }
        for model in walk.models {
            let settings = settings_in(model.settings);
            self.workspace.set_model_with(&model.root, settings);
            let mut files = model.files;
            files.retain(|(path, _)| !documents.is_open(path));
            self.workspace.load(files);
        }
        // What is open may belong to another model now, of which this walk has what is on the disk.
        let wanted = self.wanted;
        for path in documents.paths() {
            self.take_over_whole(path, documents);
        }
        self.wanted = wanted;
        for path in std::mem::take(&mut self.read_meanwhile) {
            self.read_file(&path, documents);
        }
        if let Some((_, effort)) = self.running.take() {
            let (files, models) = (self.count_files(), self.workspace.models().count());
            info!("read {files} files in {models} models in {effort}");
        }
    }

    /// Sets a file to what the disk has of it, unless it is open.
    fn read_file(&mut self, path: &Arc<str>, documents: &Documents) {
        if documents.is_open(path) {
            return;
        }
        if is_settings(&**path) {
            return self.want_walk();
        }
        if self.walks.is_running() {
            self.read_meanwhile.insert(path.clone());
        }
        let on_disk = Path::new(&**path);
        let is_model = is_model_file(on_disk) && on_disk.is_file();
        match is_model.then(|| disk::read_if_there(on_disk)).flatten() {
            Some(text) => {
                self.find_root_of(path);
                self.workspace.load(vec![(path.clone(), text)]);
            }
            None => self.remove(path),
        }
    }

    fn remove(&mut self, path: &Arc<str>) {
        self.workspace.remove_file(path);
        // A document that is not a file was a model of its own.
        self.workspace.remove_model(path);
        self.gone.push(path.clone());
    }

    /// Forgets the files and models that are not on the disk any more, except for documents.
    fn forget_all_but(&mut self, models: &[ModelOnDisk], documents: &Documents) {
        let on_disk: HashSet<&Arc<str>> = models.iter().flat_map(|model| &model.paths).collect();
        let known = self.files().map(|file| file.path(self.db()));
        let gone: Vec<Arc<str>> = known
            .filter(|path| !on_disk.contains(path) && !documents.is_open(path))
            // Those that came during the walk are read again behind it.
            .filter(|path| !self.read_meanwhile.contains(*path))
            .cloned()
            .collect();
        gone.iter().for_each(|path| self.remove(path));
        let roots: HashSet<&Arc<str>> = models.iter().map(|model| &model.root).collect();
        let db = self.workspace.db();
        let is_gone = |model: &Model| {
            let root = model.root(db);
            !roots.contains(root) && !documents.is_open(root)
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

    // ---- documents -----------------------------------------------------------------------------

    /// Takes over a document that was just opened.
    pub fn open(&mut self, path: &Arc<str>, text: String) {
        self.touched.remove(path);
        self.set_text(path, text);
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
            self.set_text(path, text);
        } else if let Some(lost) = documents.lost(path) {
            if is_settings(&**path) {
                self.workspace.set_model(folder_of(path), None);
            } else {
                self.find_root_of(path);
                let text = FileText::failed(&*lost.reason);
                self.workspace.set_file(path, text);
            }
        }
    }

    fn set_text(&mut self, path: &Arc<str>, text: String) {
        if is_settings(&**path) {
            self.workspace
                .set_model(folder_of(path), Some((path, &text)));
        } else {
            self.find_root_of(path);
            self.workspace.set_file(path, FileText::new(text));
        }
    }

    // ---- which file belongs where --------------------------------------------------------------

    fn files(&self) -> impl Iterator<Item = File> {
        let models = self.workspace.models().chain(self.workspace.tests());
        models.flat_map(|model| model.files(self.db()).iter().copied())
    }

    /// Looks for the root of a file above which none is known. Its other files come with the next
    /// walk.
    fn find_root_of(&mut self, path: &str) {
        if self.workspace.model_around(path).is_some() {
            return;
        }
        if !path.starts_with('/') && !path.contains(":/") {
            // Not a file: a model of its own.
            self.workspace.set_model(path, None);
            return;
        }
        let (root, _) = disk::root_of(Path::new(path));
        let text = disk::settings_of(&root);
        let settings = settings_in(text.map(|text| (key(&root.join(SETTINGS)), text)));
        self.workspace.set_model_with(&key(&root), settings);
        self.want_walk();
    }
}

/// The settings of a file, if there is one. Of one that cannot be read they say why.
fn settings_in(file: Option<(Arc<str>, FileText)>) -> Settings {
    let Some((path, file)) = file else {
        return Settings::default();
    };
    let settings = Settings::read(path, file.text.into());
    match file.unreadable {
        Some(unreadable) => settings.unreadable(unreadable.why, unreadable.at as usize),
        None => settings,
    }
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

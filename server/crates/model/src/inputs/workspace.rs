//! All models, as those who own texts see them: files in, files out, and a database for questions.
//! It must not know which inputs there are of a file.

use super::durability::{FACTS, FIXED};
use super::file_text::{FileText, TEST_ENDING};
use super::library_model::create_library;
use super::reading::{FileReading, read, read_edited};
use super::roots::Roots;
use super::spares::{ModelKind, Spares};
use super::writer::{Change, Writer};
use crate::db::{Database, File, Model, World};
use crate::library;
use crate::lower::Source;
use crate::settings::Settings;
use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::plumbing::{Revision, ZalsaDatabase};
use salsa::{Database as _, Setter};
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_syntax::{Edit, Span};

/// All models that are analyzed, and the database of what their files declare.
pub struct Workspace {
    writer: Writer,
    roots: Roots,
    /// The files above which there is no root wait here until one is known. It is not listed.
    rootless: Model,
    /// Each test is a model of its own, by the path of its file.
    tests: BTreeMap<Arc<str>, Model>,
    /// The tests of the library's rules. Their files are not among those by path, so that no file
    /// of a user can take the place of one.
    library_tests: Vec<Model>,
    files: FxHashMap<Arc<str>, File>,
}

impl Workspace {
    /// A workspace with the library and nothing else.
    pub fn new(today: Date) -> Workspace {
        Workspace::with(Database::default(), today)
    }

    /// A workspace over a given database, such as one that is observed.
    pub fn with(mut db: Database, today: Date) -> Workspace {
        let library = create_library(&mut db);
        let _world = World::builder(library, today)
            .library_durability(FIXED)
            .today_durability(FACTS)
            .new(&db);
        let mut writer = Writer::new(db);
        let rootless = writer.create_model(ModelKind::Rootless, "".into(), library);
        Workspace {
            writer,
            roots: Roots::default(),
            rootless,
            tests: BTreeMap::new(),
            library_tests: Vec::new(),
            files: FxHashMap::default(),
        }
    }

    /// The database, for questions.
    pub fn db(&self) -> &Database {
        &self.writer.db
    }

    /// The database, for tests that break what holds of it.
    #[cfg(test)]
    pub(super) fn db_mut(&mut self) -> &mut Database {
        &mut self.writer.db
    }

    /// Frees what former changes left behind, which the next change would wait for. Like a change
    /// it stops whoever reads.
    pub fn tidy_up(&mut self) {
        self.writer.db.trigger_lru_eviction();
    }

    /// The last change of anything.
    pub fn last_change(&self) -> Revision {
        self.db().zalsa().current_revision()
    }

    /// The last change of anything but positions: edits of spaces and comments leave it as it is.
    pub fn revision(&self) -> Revision {
        self.writer.revision()
    }

    /// Adds the tests of the library's rules. Nothing else needs them, so a new workspace is
    /// without.
    pub fn load_library_tests(&mut self) {
        if !self.library_tests.is_empty() {
            return;
        }
        let library = World::get(self.db()).library(self.db());
        let mut change = Change::default();
        for (name, text) in library::TESTS {
            let path: Arc<str> = format!("{}/{name}", library::ROOT).into();
            let test = self
                .writer
                .create_model(ModelKind::Test, path.clone(), library);
            let reading = read(FileText::new(*text));
            let file = self.writer.create_file(&mut change, test, path, reading);
            self.writer.set_files(test, vec![file]);
            self.library_tests.push(test);
        }
        self.finish(change);
    }

    /// The models, by root; the library and tests are not among them.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.roots.models()
    }

    /// The tests, by path: each a model of its own, which builds on the model that it is in.
    pub fn tests(&self) -> impl Iterator<Item = Model> {
        let tests = self.tests.values().chain(&self.library_tests);
        let mut tests: Vec<Model> = tests.copied().collect();
        tests.sort_by_key(|test| test.root(self.db()));
        tests.into_iter()
    }

    /// The model of a root.
    pub fn model(&self, root: &str) -> Option<Model> {
        self.roots.get(root)
    }

    /// The model that a path is in, whether there is a file or not: the one with the nearest root
    /// above it.
    pub fn model_around(&self, path: &str) -> Option<Model> {
        self.roots.nearest(path)
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<File> {
        self.files.get(path).copied()
    }

    /// Every file, by its path.
    pub(super) fn files(&self) -> &FxHashMap<Arc<str>, File> {
        &self.files
    }

    /// The model of the files above which there is no root.
    pub(super) fn rootless(&self) -> Model {
        self.rootless
    }

    /// What nothing refers to.
    pub(super) fn spares(&self) -> &Spares {
        self.writer.spares()
    }

    /// Sets the day that dates are compared with.
    pub fn set_today(&mut self, today: Date) {
        let world = World::get(self.db());
        if world.today(self.db()) != today {
            world.set_today(&mut self.writer.db).to(today);
        }
    }

    /// Sets whether only mitigations that are in place count, whatever the settings state.
    pub fn set_release(&mut self, is_release: bool) {
        let world = World::get(self.db());
        if world.is_release(self.db()) != is_release {
            world.set_is_release(&mut self.writer.db).to(is_release);
        }
    }

    /// Sets the folder that relative paths start from: a root above it is above them as well.
    pub fn set_current_folder(&mut self, folder: Arc<str>) {
        self.roots.set_current_folder(folder);
        self.move_files();
    }

    /// Makes the model of a root, or takes the one there is, with the path and the text of its
    /// `threatline.toml`. Files that are nearer to this root than to any other belong to it from
    /// now on.
    pub fn set_model(&mut self, root: &str, settings: Option<(&str, &str)>) -> Model {
        let settings = settings.map_or_else(Settings::default, |(path, text)| {
            Settings::read(path.into(), text.into())
        });
        self.set_model_with(root, settings)
    }

    /// As [`Workspace::set_model`], with settings that were read already.
    pub fn set_model_with(&mut self, root: &str, settings: Settings) -> Model {
        let known = self.roots.get(root);
        let model = known.unwrap_or_else(|| {
            let library = World::get(self.db()).library(self.db());
            let created = self
                .writer
                .create_model(ModelKind::Rooted, root.into(), library);
            self.roots.insert(root.into(), created);
            created
        });
        self.writer.set_settings(model, settings);
        if known.is_none() {
            self.move_files();
        }
        model
    }

    /// Forgets a root. Its files belong to the nearest root above it, if there is one.
    pub fn remove_model(&mut self, root: &str) {
        let Some(model) = self.roots.remove(root) else {
            return;
        };
        self.writer.remove_model(ModelKind::Rooted, model);
        self.move_files();
    }

    /// The model that the file of a path belongs to, or its test builds on.
    fn owner(&self, path: &str) -> Model {
        self.roots.nearest(path).unwrap_or(self.rootless)
    }

    /// Moves files to the models that they belong to after a root came or went.
    fn move_files(&mut self) {
        let mut change = Change::default();
        let mut models = FxHashSet::default();
        for (path, &file) in &self.files {
            let owner = self.roots.nearest(path).unwrap_or(self.rootless);
            match self.tests.get(path) {
                Some(&test) => self.writer.set_base(test, owner),
                None => {
                    let former = file.model(&self.writer.db);
                    if former != owner {
                        self.writer.move_file(&mut change, file, owner);
                        models.extend([former, owner]);
                    }
                }
            }
        }
        models.into_iter().for_each(|model| self.list_files(model));
        self.finish(change);
    }

    /// Adds many files at once, on all processors, each to the model that it belongs to. Files of
    /// the same path are replaced.
    pub fn load(&mut self, mut files: Vec<(Arc<str>, FileText)>) {
        files.retain(|(path, text)| self.unchanged(path, text).is_none());
        let readings: Vec<_> = files
            .into_par_iter()
            .map(|(path, text)| (path, read(text)))
            .collect();
        let mut change = Change::default();
        let mut models = FxHashSet::default();
        for (path, reading) in readings {
            match self.file(&path) {
                Some(file) => self.writer.update_file(&mut change, file, reading),
                None => {
                    let file = self.add_file(&mut change, path, reading);
                    models.insert(file.model(self.db()));
                }
            }
        }
        models.into_iter().for_each(|model| self.list_files(model));
        self.finish(change);
    }

    /// The file of a path, if it has just this text.
    fn unchanged(&self, path: &str, text: &FileText) -> Option<File> {
        self.file(path).filter(|file| {
            let source = file.source(self.db());
            source.text == text.text && source.unreadable == text.unreadable
        })
    }

    /// Sets the text of a file. It belongs to the model with the nearest root above it.
    pub fn set_file(&mut self, path: &str, text: FileText) -> File {
        if let Some(file) = self.unchanged(path, &text) {
            return file;
        }
        let reading = read(text);
        let mut change = Change::default();
        let file = match self.file(path) {
            Some(file) => {
                self.writer.update_file(&mut change, file, reading);
                file
            }
            None => {
                let file = self.add_file(&mut change, path.into(), reading);
                self.list_file(file);
                file
            }
        };
        self.finish(change);
        file
    }

    /// Adds the file of a path that has none. Its model does not list it yet.
    fn add_file(
        &mut self,
        change: &mut Change,
        path: Arc<str>,
        reading: (Source, FileReading),
    ) -> File {
        let mut model = self.owner(&path);
        if path.ends_with(TEST_ENDING) {
            model = self
                .writer
                .create_model(ModelKind::Test, path.clone(), model);
            self.tests.insert(path.clone(), model);
        }
        let file = self
            .writer
            .create_file(change, model, path.clone(), reading);
        self.files.insert(path, file);
        file
    }

    /// Replaces a part of a file's text: what did not change is not parsed again. Where the span
    /// does not fit the text, nothing happens.
    pub fn edit(&mut self, file: File, span: Span, replacement: &str) {
        let text = &file.source(self.db()).text;
        let range = span.range();
        let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..)) else {
            return;
        };
        if range.start > range.end {
            return;
        }
        let text = [before, replacement, after].concat();
        let edit = Edit {
            start: span.start,
            old_end: span.end,
            new_end: span.start + replacement.len() as u32,
        };
        self.set_edited(file, text, edit);
    }

    /// Sets a file's text to one that an edit made of it: what did not change is not parsed again.
    /// The text is kept as it is, and not copied.
    pub fn set_edited(&mut self, file: File, text: String, edit: Edit) {
        let db = self.db();
        let reading = match file.source(db).unreadable {
            None => read_edited(db, file, text, edit),
            Some(_) => read(FileText::new(text)),
        };
        let mut change = Change::default();
        self.writer.update_file(&mut change, file, reading);
        self.finish(change);
    }

    /// Removes a file.
    pub fn remove_file(&mut self, path: &str) {
        let Some(file) = self.files.remove(path) else {
            return;
        };
        let mut change = Change::default();
        self.writer.remove_file(&mut change, file);
        self.unlist_file(file);
        if let Some(test) = self.tests.remove(path) {
            self.writer.remove_model(ModelKind::Test, test);
        }
        self.finish(change);
    }

    /// Does what is left to be done for a change.
    fn finish(&mut self, change: Change) {
        self.writer.finish(change);
        self.debug_assert_consistent();
    }

    /// Enters a file that came into the list of its model. Many may come one after the other, so
    /// this neither looks for those of the model among all files, nor sorts them again.
    fn list_file(&mut self, file: File) {
        let db = self.db();
        let (model, path) = (file.model(db), file.path(db));
        let mut files = model.files(db).to_vec();
        let position = files.partition_point(|listed| listed.path(db) < path);
        files.insert(position, file);
        self.writer.set_files(model, files);
    }

    /// Takes a file that goes out of the list of its model.
    fn unlist_file(&mut self, file: File) {
        let model = file.model(self.db());
        let mut files = model.files(self.db()).to_vec();
        files.retain(|listed| *listed != file);
        self.writer.set_files(model, files);
    }

    /// Lists the files of a model in the order of their paths, after many came or went at once.
    fn list_files(&mut self, model: Model) {
        let db = self.db();
        let files = self.files.values().copied();
        let mut files: Vec<File> = files.filter(|file| file.model(db) == model).collect();
        files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
        self.writer.set_files(model, files);
    }
}

//! All models, as those who own texts see them: files in, files out, and a database for questions.
//! It must not know which inputs there are of a file.

use super::durability::{FACTS, FIXED};
use super::file_text::{FileText, TEST_ENDING};
use super::library_model::create_library;
use super::reading::{FileReading, read, read_edited};
use super::spares::Spares;
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

/// All models that are looked at, and the database of what they say.
pub struct Workspace {
    writer: Writer,
    models: BTreeMap<Arc<str>, Model>,
    /// Each test is a model of its own, by the path of its file.
    tests: BTreeMap<Arc<str>, Model>,
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
        Workspace {
            writer: Writer::new(db),
            models: BTreeMap::new(),
            tests: BTreeMap::new(),
            files: FxHashMap::default(),
        }
    }

    /// The database, for questions.
    pub fn db(&self) -> &Database {
        &self.writer.db
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
        let tests = library::TESTS.iter().map(|(name, text)| {
            let path = format!("{}/{name}", library::ROOT);
            (path.into(), FileText::new(*text))
        });
        let library = World::get(self.db()).library(self.db());
        self.load(library, tests.collect());
    }

    /// The models, by root; the library and tests are not among them.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.models.values().copied()
    }

    /// The tests, by path: each a model of its own, which builds on the model that it lies in.
    pub fn tests(&self) -> impl Iterator<Item = Model> {
        let tests = self.tests.values().copied();
        tests.filter(|test| !test.files(self.db()).is_empty())
    }

    /// The model of a root.
    pub fn model(&self, root: &str) -> Option<Model> {
        self.models.get(root).copied()
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<File> {
        self.files.get(path).copied()
    }

    /// Every file, by its path.
    pub(super) fn files(&self) -> &FxHashMap<Arc<str>, File> {
        &self.files
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

    /// Makes the model of a root, or takes the one there is, with the path and the text of its
    /// `threatline.toml`.
    pub fn set_model(&mut self, root: &str, settings: Option<(&str, &str)>) -> Model {
        let settings = settings.map_or_else(Settings::default, |(path, text)| {
            Settings::read(path.into(), text.into())
        });
        if let Some(model) = self.model(root) {
            if **model.settings(self.db()) != settings {
                let setter = model.set_settings(&mut self.writer.db);
                setter.to(Arc::new(settings));
            }
            return model;
        }
        let library = World::get(self.db()).library(self.db());
        let model = self
            .writer
            .create_model(root.into(), Some(library), false, settings);
        self.models.insert(root.into(), model);
        model
    }

    /// The model that a file belongs to: of a test its own, else the one given.
    fn owner(&mut self, model: Model, path: &Arc<str>) -> Model {
        if !path.ends_with(TEST_ENDING) {
            return model;
        }
        if let Some(test) = self.tests.get(path).copied() {
            if test.base(self.db()) != Some(model) {
                test.set_base(&mut self.writer.db).to(Some(model));
            }
            return test;
        }
        let settings = Settings::default();
        let test = self
            .writer
            .create_model(path.clone(), Some(model), true, settings);
        self.tests.insert(path.clone(), test);
        test
    }

    /// Adds many files to a model at once, on all processors. Files of the same path are replaced.
    pub fn load(&mut self, model: Model, mut files: Vec<(Arc<str>, FileText)>) {
        files.retain(|(path, text)| self.same(model, path, text).is_none());
        let readings: Vec<_> = files
            .into_par_iter()
            .map(|(path, text)| (path, read(text)))
            .collect();
        let mut change = Change::default();
        let mut models = FxHashSet::default();
        for (path, (source, reading)) in readings {
            let owner = self.owner(model, &path);
            models.extend(self.put(&mut change, owner, path, source, reading).1);
        }
        models.into_iter().for_each(|model| self.list_files(model));
        self.writer.finish(change);
    }

    /// The file of a path, if it is in the model with just this text.
    fn same(&self, model: Model, path: &str, text: &FileText) -> Option<File> {
        let db = self.db();
        self.file(path).filter(|file| {
            let (own, source) = (file.model(db), file.source(db));
            let is_in = own == model || own.is_test(db) && own.base(db) == Some(model);
            let is_same = source.text == text.text && source.unreadable == text.unreadable;
            is_in && is_same
        })
    }

    /// Sets the text of a file of a model.
    pub fn set_file(&mut self, model: Model, path: &str, text: FileText) -> File {
        if let Some(file) = self.same(model, path, &text) {
            return file;
        }
        let (source, reading) = read(text);
        let model = self.owner(model, &path.into());
        let mut change = Change::default();
        let (file, models) = self.put(&mut change, model, path.into(), source, reading);
        models.into_iter().for_each(|model| self.list_files(model));
        self.writer.finish(change);
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
        let (source, reading) = match file.source(db).unreadable {
            None => read_edited(db, file, text, edit),
            Some(_) => read(FileText::new(text)),
        };
        let model = file.model(db);
        let mut change = Change::default();
        self.writer
            .update_file(&mut change, file, model, source, reading);
        self.writer.finish(change);
    }

    /// Takes a file out of its model.
    pub fn remove_file(&mut self, path: &str) {
        let Some(file) = self.files.remove(path) else {
            return;
        };
        let model = file.model(self.db());
        let mut change = Change::default();
        self.writer.remove_file(&mut change, file);
        self.list_files(model);
        self.writer.finish(change);
    }

    /// Sets a file, and tells which models have other files than before, as far as is known.
    fn put(
        &mut self,
        change: &mut Change,
        model: Model,
        path: Arc<str>,
        source: Source,
        reading: FileReading,
    ) -> (File, Vec<Model>) {
        if let Some(file) = self.file(&path) {
            let former = file.model(self.db());
            self.writer
                .update_file(change, file, model, source, reading);
            let is_moved = former != model;
            return (
                file,
                if is_moved {
                    vec![former, model]
                } else {
                    vec![]
                },
            );
        }
        let file = self
            .writer
            .create_file(change, model, path.clone(), source, reading);
        self.files.insert(path, file);
        (file, vec![model])
    }

    /// Lists the files of a model in the order of their paths.
    fn list_files(&mut self, model: Model) {
        let db = self.db();
        let files = self.files.values().copied();
        let mut files: Vec<File> = files.filter(|file| file.model(db) == model).collect();
        files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
        if **model.files(db) != *files {
            model.set_files(&mut self.writer.db).to(files.into());
        }
    }
}

//! What holds of the inputs after each change, for tests: whatever is kept up to date step by step
//! is what it would be if it were made from scratch. It must not change anything.

use super::file_text::FileText;
use super::name_index::{NameChanges, Tables, Turn};
use super::reading::{DeclarationReading, read};
use super::workspace::Workspace;
use super::writer::definitions_of;
use crate::db::{File, Model};
use rustc_hash::FxHashSet;

impl Workspace {
    /// Fails where an input is not what its texts make of it from scratch, or where one is used
    /// twice.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn assert_consistent(&self) {
        let mut used = FxHashSet::default();
        for (path, &file) in self.files() {
            assert_eq!(
                file.path(self.db()),
                path,
                "a file has the path it is found by"
            );
            assert!(used.insert(file), "{path}: a file has one path");
            self.assert_file_is_consistent(file);
        }
        self.assert_spares_are_unused();
        let models = self.models().chain(self.tests());
        models.for_each(|model| self.assert_model_is_consistent(model));
    }

    /// The inputs of a file say what its text says.
    fn assert_file_is_consistent(&self, file: File) {
        let db = self.db();
        let (path, stored) = (file.path(db), file.source(db));
        let text = FileText {
            text: stored.text.clone(),
            unreadable: stored.unreadable.clone(),
        };
        let (source, reading) = read(text);
        assert_eq!(stored.lines, source.lines, "{path}");
        assert_eq!(stored.pieces, source.pieces, "{path}");
        assert_eq!(stored.spans, source.spans, "{path}");
        assert_eq!(stored.errors, source.errors, "{path}");
        assert_eq!(
            stored.loose_descriptions, source.loose_descriptions,
            "{path}"
        );
        assert_eq!(*file.component(db), reading.component, "{path}");
        assert_eq!(*file.mentions(db), reading.mentions, "{path}");
        assert_eq!(*file.technologies(db), reading.technologies, "{path}");

        let declarations = file.declarations(db);
        assert_eq!(declarations.len(), reading.declarations.len(), "{path}");
        for (decl, reading) in declarations.iter().zip(&reading.declarations) {
            assert_eq!(
                decl.file(db),
                file,
                "{path}: a declaration belongs to its file"
            );
            let DeclarationReading::Anew(shape, facts) = reading else {
                unreachable!("nothing was before");
            };
            assert_eq!(**decl.shape(db), *shape, "{path}");
            assert_eq!(**decl.facts(db), *facts, "{path}");
        }
        let each_once: FxHashSet<_> = declarations.iter().collect();
        assert_eq!(
            each_once.len(),
            declarations.len(),
            "{path}: one is there twice"
        );
        assert_eq!(
            *file.definitions(db),
            definitions_of(db, declarations),
            "{path}"
        );
    }

    /// What is left over is used nowhere, and kept once.
    fn assert_spares_are_unused(&self) {
        let db = self.db();
        let mut kept = FxHashSet::default();
        for &file in self.spares().files() {
            assert!(kept.insert(file), "a spare file is kept once");
            assert!(
                file.declarations(db).is_empty(),
                "a spare file says nothing"
            );
            assert!(
                !self.files().values().any(|used| *used == file),
                "it is no spare"
            );
        }
        let mut kept = FxHashSet::default();
        for (file, decl) in self.spares().declarations() {
            assert!(kept.insert(decl), "a spare declaration is kept once");
            assert_eq!(
                decl.file(db),
                file,
                "a spare declaration stays with its file"
            );
            assert!(!file.declarations(db).contains(&decl), "it is no spare");
        }
    }

    /// A model lists its files, and the index of its names is what these make of it.
    fn assert_model_is_consistent(&self, model: Model) {
        let db = self.db();
        let mut files: Vec<File> = self.files().values().copied().collect();
        files.retain(|file| file.model(db) == model);
        files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
        let root = model.root(db);
        assert_eq!(**model.files(db), *files, "the files of {root:?}");

        let mut from_scratch = NameChanges::default();
        for &file in &files {
            from_scratch.note_file(db, file, Turn::Comes);
        }
        let mut stored = Tables::default();
        for part in model.names(db).iter() {
            stored.declared.extend(part.declared(db).clone());
            stored.written.extend(part.written(db).clone());
            stored.accepted.extend(part.accepted(db).clone());
        }
        let expected = from_scratch.into_tables().in_order();
        assert_eq!(stored.in_order(), expected, "the names of {root:?}");
    }
}

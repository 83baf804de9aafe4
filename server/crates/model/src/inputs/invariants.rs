//! What must hold for the inputs after each change: everything that is kept up to date step by step
//! is what it would be if it were made from scratch. It must not change anything.
//!
//! Tests check it where they want to ([`Workspace::assert_consistent`]), and builds with debug
//! assertions check it after each change of a small workspace.

use super::file_text::{FileText, TEST_ENDING};
use super::name_index::{NameChanges, Tables, Turn};
use super::reading::{DeclarationReading, read};
use super::workspace::Workspace;
use super::writer::definitions_of;
use crate::db::{Database, File, Model, World};
use rustc_hash::FxHashSet;

/// How many files, and bytes in all of them, a workspace may have to be checked after each change.
const MAX_CHECKED_FILES: usize = 8;
const MAX_CHECKED_BYTES: usize = 4096;

impl Workspace {
    /// Checks a small workspace, where debug assertions are on.
    pub(super) fn debug_assert_consistent(&self) {
        if !cfg!(debug_assertions) || self.files().len() > MAX_CHECKED_FILES {
            return;
        }
        let files = self.files().values();
        let bytes: usize = files.map(|file| file.source(self.db()).text.len()).sum();
        if bytes <= MAX_CHECKED_BYTES {
            self.assert_consistent();
        }
    }

    /// Fails where an input differs from what the texts make of it from scratch, or where one is
    /// used twice.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn assert_consistent(&self) {
        let db = self.db();
        let mut used = FxHashSet::default();
        for (path, &file) in self.files() {
            assert_eq!(file.path(db), path, "a file has the path it is found by");
            assert!(used.insert(file), "{path}: a file has one path");
            self.assert_model_is_nearest(path, file.model(db));
            assert_file_is_consistent(db, file);
        }
        self.assert_spares_are_unused();
        self.models()
            .chain([self.rootless()])
            .chain(self.tests())
            .for_each(|model| self.assert_model_is_consistent(model));
    }

    /// A file belongs to the model of the nearest root; a test is a model that builds on it.
    fn assert_model_is_nearest(&self, path: &str, model: Model) {
        let db = self.db();
        let around = self.model_around(path).unwrap_or(self.rootless());
        if path.ends_with(TEST_ENDING) {
            assert!(model.is_test(db), "{path} is a test");
            assert_eq!(&**model.root(db), path, "a test has the path of its file");
            assert_eq!(model.base(db), Some(around), "{path} builds on the nearest");
        } else {
            assert_eq!(model, around, "{path} is in the nearest model");
        }
    }

    /// Spares are used nowhere, say nothing, and are kept once.
    fn assert_spares_are_unused(&self) {
        let db = self.db();
        let mut kept = FxHashSet::default();
        for model in self.spares().models() {
            assert!(kept.insert(model), "a spare model is kept once");
            assert!(model.files(db).is_empty(), "a spare model has no files");
            assert_eq!(stored_names(db, model), Tables::default());
            assert!(!self.models().any(|used| used == model), "a used spare");
            assert!(!self.tests().any(|used| used == model), "a used spare");
        }
        let mut kept = FxHashSet::default();
        for &file in self.spares().files() {
            assert!(kept.insert(file), "a spare file is kept once");
            assert!(file.declarations(db).is_empty(), "a spare says nothing");
            let is_used = self.files().values().any(|used| *used == file);
            assert!(!is_used, "a used spare");
        }
        let mut kept = FxHashSet::default();
        for (file, decl) in self.spares().declarations() {
            assert!(kept.insert(decl), "a spare declaration is kept once");
            assert_eq!(decl.file(db), file, "a spare stays with its file");
            assert!(!file.declarations(db).contains(&decl), "a used spare");
        }
    }

    /// A model lists its files, and the index of its names is what these make of it.
    fn assert_model_is_consistent(&self, model: Model) {
        let db = self.db();
        let root = model.root(db);
        let is_of_library = model.base(db) == Some(World::get(db).library(db));
        if !(is_of_library && model.is_test(db)) {
            let mut files: Vec<File> = self.files().values().copied().collect();
            files.retain(|file| file.model(db) == model);
            files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
            assert_eq!(**model.files(db), *files, "the files of {root:?}");
        }
        let mut from_scratch = NameChanges::default();
        for &file in model.files(db).iter() {
            from_scratch.note_file(db, file, Turn::Comes);
        }
        let expected = from_scratch.into_tables().in_order();
        assert_eq!(stored_names(db, model), expected, "the names of {root:?}");
    }
}

/// The inputs of a file are what its text says.
fn assert_file_is_consistent(db: &Database, file: File) {
    let (path, stored) = (file.path(db), file.source(db));
    let (source, reading) = read(FileText {
        text: stored.text.clone(),
        unreadable: stored.unreadable.clone(),
    });
    assert_eq!(stored.lines, source.lines, "{path}");
    assert_eq!(stored.pieces, source.pieces, "{path}");
    assert_eq!(stored.spans, source.spans, "{path}");
    assert_eq!(stored.errors, source.errors, "{path}");
    let (stored, expected) = (&stored.loose_descriptions, source.loose_descriptions);
    assert_eq!(*stored, expected, "{path}");
    assert_eq!(*file.component(db), reading.component, "{path}");
    assert_eq!(*file.mentions(db), reading.mentions, "{path}");
    assert_eq!(*file.technologies(db), reading.technologies, "{path}");

    let declarations = file.declarations(db);
    let each_once: FxHashSet<_> = declarations.iter().collect();
    assert_eq!(each_once.len(), declarations.len(), "{path}: one is twice");
    assert_eq!(declarations.len(), reading.declarations.len(), "{path}");
    for (decl, reading) in declarations.iter().zip(&reading.declarations) {
        let DeclarationReading::Read(shape, facts) = reading else {
            unreachable!("nothing was before");
        };
        assert_eq!(decl.file(db), file, "{path}: it belongs to its file");
        assert_eq!(**decl.shape(db), *shape, "{path}");
        assert_eq!(**decl.facts(db), *facts, "{path}");
    }
    let definitions = definitions_of(db, declarations);
    assert_eq!(*file.definitions(db), definitions, "{path}");
}

/// The index of a model's names in one, each list in order.
fn stored_names(db: &Database, model: Model) -> Tables {
    let mut names = Tables::default();
    for part in model.names(db).iter() {
        names.declared.extend(part.declared(db).clone());
        names.written.extend(part.written(db).clone());
        names.accepted.extend(part.accepted(db).clone());
    }
    names.in_order()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;
    use salsa::Setter;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    /// A model has as many parts of names as it needs, and its names are in them however they came.
    #[test]
    fn names_have_as_many_parts_as_they_need() {
        let parts = |workspace: &Workspace, file: File| {
            let db = workspace.db();
            file.model(db).names(db).len()
        };
        let text = |names: usize| -> String {
            (0..names)
                .map(|index| format!("process p{index}\n"))
                .collect()
        };
        let mut workspace = Workspace::new(Date::constant(2026, 1, 1));
        workspace.set_model("", None);
        let file = workspace.set_file("m.threat", FileText::new("process p\n"));
        assert_eq!(parts(&workspace, file), 1);
        let mut before = 1;
        for names in [6, 600] {
            workspace.set_file("m.threat", FileText::new(text(names)));
            let now = parts(&workspace, file);
            assert!(now > before, "{now} parts of {names} names");
            assert!(now <= 8 * names, "{now} parts of {names} names");
            workspace.assert_consistent();
            before = now;
        }
        assert_eq!(before, 1024);
        workspace.set_file("m.threat", FileText::new(text(2_000)));
        assert_eq!(parts(&workspace, file), 1024);
        // It keeps them.
        workspace.set_file("m.threat", FileText::new(text(1)));
        workspace.assert_consistent();
    }

    /// A way to break an invariant.
    type Fault = fn(&mut Workspace, File);

    const FAULTS: [(&str, Fault); 6] = [
        ("the component of a file", |workspace, file| {
            let component = Some("other".into());
            file.set_component(workspace.db_mut()).to(component);
        }),
        ("the model of a file", |workspace, file| {
            let rootless = workspace.rootless();
            file.set_model(workspace.db_mut()).to(rootless);
        }),
        ("the order of declarations", |workspace, file| {
            let mut declarations = file.declarations(workspace.db()).to_vec();
            declarations.reverse();
            let setter = file.set_declarations(workspace.db_mut());
            setter.to(declarations.into());
        }),
        ("the shape of a declaration", |workspace, file| {
            let [first, second] = file.declarations(workspace.db())[..] else {
                panic!("there are two");
            };
            let shape = second.shape(workspace.db()).clone();
            first.set_shape(workspace.db_mut()).to(shape);
        }),
        ("the files of a model", |workspace, file| {
            let model = file.model(workspace.db());
            model.set_files(workspace.db_mut()).to(Arc::from([]));
        }),
        ("a name", |workspace, file| {
            let db = workspace.db();
            let names = file.model(db).names_of(db, "shop.api");
            names
                .set_declared(workspace.db_mut())
                .to(Default::default());
        }),
    ];

    #[test]
    fn each_broken_invariant_is_noticed() {
        for (fault, break_it) in FAULTS {
            let mut workspace = Workspace::new(jiff::civil::Date::constant(2026, 1, 1));
            workspace.set_model("", None);
            let text = "component shop\nprocess api\n";
            let file = workspace.set_file("shop.threat", FileText::new(text));
            workspace.assert_consistent();
            break_it(&mut workspace, file);
            let check = catch_unwind(AssertUnwindSafe(|| workspace.assert_consistent()));
            assert!(check.is_err(), "{fault} was broken, and nothing noticed");
        }
    }
}

//! The writer: takes texts, lowers them, and sets the inputs of the database, each only if it
//! differs. It must not read a disk or a clock; whoever owns it does.

use crate::db::{
    Database, Decl, Declared, FACTS, File, LIBRARY, Model, Names, SHAPES, SPANS, TYPED, World,
    durability_of_facts,
};
use crate::library;
use crate::lower::{
    Facts, LoweredDeclaration, LoweredEdit, LoweredFile, Shape, Source, Spans, Unreadable, Value,
    lower, lower_again,
};
use crate::mentions::{candidates, full, mentions};
use crate::settings::Settings;
use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::plumbing::{Revision, ZalsaDatabase};
use salsa::{Database as _, Durability, Setter};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, LazyLock};
use threatline_syntax::{Edit, Kind, LONGEST_TEXT, LineIndex, Span};

/// How the paths of tests end.
pub const TEST_ENDING: &str = ".test.threat";

/// The text of a file as it was read.
#[derive(Clone, Debug)]
pub struct FileText {
    /// The text; what could not be decoded is U+FFFD.
    pub text: String,
    /// Why it could not be read as it is.
    pub unreadable: Option<Unreadable>,
}

impl FileText {
    /// A text that is as it should be.
    pub fn new(text: impl Into<String>) -> FileText {
        FileText {
            text: text.into(),
            unreadable: None,
        }
    }

    /// Decodes what was read. What is not UTF-8 is told and passed over.
    pub fn decode(bytes: Vec<u8>) -> FileText {
        if bytes.len() > LONGEST_TEXT {
            let why = format!(
                "the file is longer than {} MB, and is not analysed",
                LONGEST_TEXT >> 20
            );
            return FileText::failed(why);
        }
        match String::from_utf8(bytes) {
            Ok(text) => FileText::new(text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[at];
                FileText {
                    text: String::from_utf8_lossy(error.as_bytes()).into(),
                    unreadable: Some(Unreadable {
                        why: format!("the file is not UTF-8: byte {at} is 0x{byte:02x}"),
                        at: at as u32,
                    }),
                }
            }
        }
    }

    /// A file that could not be read at all.
    pub fn failed(why: impl Into<String>) -> FileText {
        FileText {
            text: "".into(),
            unreadable: Some(Unreadable {
                why: why.into(),
                at: 0,
            }),
        }
    }
}

/// All models that are looked at, and the database of what they say.
pub struct Workspace {
    db: Database,
    models: BTreeMap<Arc<str>, Model>,
    /// Each test is a model of its own, by the path of its file.
    tests: BTreeMap<Arc<str>, Model>,
    files: FxHashMap<Arc<str>, File>,
    /// Inputs are never freed, so those of what was deleted are used again.
    spare_declarations: Vec<Decl>,
    spare_files: Vec<File>,
    /// The rules, mitigations and technologies of each file that has any.
    definitions: FxHashMap<File, Vec<(Kind, Decl)>>,
    /// The models whose definitions are to be listed anew.
    unlisted: FxHashSet<Model>,
    /// The names of technologies in each model, and how many files write them.
    made_with: FxHashMap<Model, BTreeMap<SmolStr, usize>>,
    /// The names that come and go with the change that is being made.
    changes: Vec<Change>,
    /// The declaration whose facts changed last.
    last: Option<Decl>,
    /// The declaration that is being written: its facts changed twice in a row.
    written: Option<Decl>,
    /// When that was last changed.
    typed: Option<Revision>,
    /// Whether the change that is being made is of that.
    is_typed: bool,
}

/// What a model lists of its definitions.
const DEFINED: [Kind; 3] = [Kind::Rule, Kind::Mitigation, Kind::Technology];

fn none<T>() -> Arc<[T]> {
    Arc::from([])
}

/// How many parts the names of a model have: of a test one, since it is small.
const PARTS: usize = 1024;

/// A name that comes or goes.
struct Change {
    model: Model,
    name: SmolStr,
    entry: Entry,
    comes: bool,
}

/// What is known of a name.
enum Entry {
    /// What a heading says of it.
    Declared(DeclaredEntry),
    /// A file writes it.
    WrittenIn(File),
    /// An `accept` writes it.
    Accepted(Decl),
}

/// What a heading says of a name.
enum DeclaredEntry {
    /// A declaration has it.
    Member(File, Decl, Kind),
    /// A file is the component of this name.
    Component(File),
    /// A component's name begins with it.
    Around,
    /// A heading writes it.
    PointedAtBy(Decl),
}

/// What comes and goes in a part of the names.
#[derive(Default)]
struct Changes {
    declared: Vec<(SmolStr, DeclaredEntry, bool)>,
    written: Vec<(SmolStr, File, bool)>,
    accepted: Vec<(SmolStr, Decl, bool)>,
}

impl Workspace {
    /// A workspace with the library and nothing else.
    pub fn new(today: Date) -> Workspace {
        Workspace::with(Database::default(), today)
    }

    /// A workspace over a given database, such as one that is observed.
    pub fn with(db: Database, today: Date) -> Workspace {
        let mut workspace = Workspace {
            db,
            models: BTreeMap::new(),
            tests: BTreeMap::new(),
            files: FxHashMap::default(),
            spare_declarations: Vec::new(),
            spare_files: Vec::new(),
            definitions: FxHashMap::default(),
            unlisted: FxHashSet::default(),
            made_with: FxHashMap::default(),
            changes: Vec::new(),
            last: None,
            written: None,
            typed: None,
            is_typed: false,
        };
        let library = workspace.create_library();
        let _world = World::builder(library, today)
            .library_durability(LIBRARY)
            .today_durability(FACTS)
            .new(&workspace.db);
        workspace
    }

    /// The database, for questions.
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// Frees what former changes left behind, which the next change would wait for. Like a change
    /// it stops whoever reads.
    pub fn tidy_up(&mut self) {
        self.db.trigger_lru_eviction();
    }

    /// The last change of anything.
    pub fn last_change(&self) -> Revision {
        self.db.zalsa().current_revision()
    }

    /// The last change of anything but positions: edits of spaces and comments leave it as it is.
    pub fn revision(&self) -> Revision {
        let change = self.db.zalsa().last_changed_revision(FACTS);
        self.typed.map_or(change, |typed| typed.max(change))
    }

    /// Adds the tests of the library's rules. Nothing else needs them, so a new workspace is
    /// without.
    pub fn load_library_tests(&mut self) {
        let texts = library::TESTS.iter();
        let tests = texts.map(|(name, text)| {
            (
                format!("{}/{name}", library::ROOT).into(),
                FileText::new(*text),
            )
        });
        let library = World::get(&self.db).library(&self.db);
        self.load(library, tests.collect());
    }

    /// The models, by root; the library and tests are not among them.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.models.values().copied()
    }

    /// The tests, by path: each a model of its own, which builds on the model that it lies in.
    pub fn tests(&self) -> impl Iterator<Item = Model> {
        self.tests
            .values()
            .copied()
            .filter(|test| !test.files(&self.db).is_empty())
    }

    /// The model of a root.
    pub fn model(&self, root: &str) -> Option<Model> {
        self.models.get(root).copied()
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<File> {
        self.files.get(path).copied()
    }

    /// Sets the day that dates are compared with.
    pub fn set_today(&mut self, today: Date) {
        let world = World::get(&self.db);
        if world.today(&self.db) != today {
            world.set_today(&mut self.db).to(today);
        }
    }

    /// Makes the model of a root, or takes the one there is, with the text of its
    /// `threatline.toml`.
    pub fn set_model(&mut self, root: &str, settings: Option<(&str, &str)>) -> Model {
        let settings = settings.map_or_else(Settings::default, |(path, text)| {
            Settings::read(path.into(), text.into())
        });
        match self.models.get(root).copied() {
            Some(model) => {
                if **model.settings(&self.db) != settings {
                    model.set_settings(&mut self.db).to(Arc::new(settings));
                }
                model
            }
            None => {
                let library = World::get(&self.db).library(&self.db);
                let model = self.create_model(root.into(), Some(library), false, settings);
                self.models.insert(root.into(), model);
                model
            }
        }
    }

    /// The model that a file belongs to: of a test its own, else the one given.
    fn owner(&mut self, model: Model, path: &Arc<str>) -> Model {
        if !path.ends_with(TEST_ENDING) {
            return model;
        }
        match self.tests.get(path).copied() {
            Some(test) => {
                if test.base(&self.db) != Some(model) {
                    test.set_base(&mut self.db).to(Some(model));
                }
                test
            }
            None => {
                let test = self.create_model(path.clone(), Some(model), true, Settings::default());
                self.tests.insert(path.clone(), test);
                test
            }
        }
    }

    fn create_model(
        &mut self,
        root: Arc<str>,
        base: Option<Model>,
        is_test: bool,
        settings: Settings,
    ) -> Model {
        let names = self.create_names(if is_test { 1 } else { PARTS });
        Model::builder(
            root,
            base,
            is_test,
            none(),
            none(),
            none(),
            none(),
            none(),
            names,
            Arc::new(settings),
        )
        .root_durability(SHAPES)
        .base_durability(SHAPES)
        .is_test_durability(SHAPES)
        .files_durability(SHAPES)
        .rules_durability(SHAPES)
        .mitigations_durability(SHAPES)
        .technologies_durability(SHAPES)
        .made_with_durability(FACTS)
        .names_durability(LIBRARY)
        .settings_durability(FACTS)
        .new(&self.db)
    }

    fn create_names(&self, parts: usize) -> Arc<[Names]> {
        let part = |_| {
            let part = Names::builder(
                FxHashMap::default(),
                FxHashMap::default(),
                FxHashMap::default(),
            );
            part.declared_durability(SHAPES)
                .written_durability(FACTS)
                .accepted_durability(FACTS)
                .new(&self.db)
        };
        (0..parts).map(part).collect()
    }

    /// The library. Its files are not among those by path, so that no file of a user can take the
    /// place of one.
    fn create_library(&mut self) -> Model {
        let (root, names, settings) = (library::ROOT.into(), self.create_names(1), Arc::default());
        let model = Model::builder(
            root,
            None,
            false,
            none(),
            none(),
            none(),
            none(),
            none(),
            names,
            settings,
        )
        .durability(LIBRARY)
        .files_durability(SHAPES)
        .rules_durability(SHAPES)
        .mitigations_durability(SHAPES)
        .new(&self.db);
        let mut files = Vec::with_capacity(LIBRARY_FILES.len());
        for known in LIBRARY_FILES.iter() {
            let file = File::builder(
                model,
                known.path.clone(),
                known.component.clone(),
                none(),
                known.mentions.clone(),
                known.technologies.clone(),
                known.source.clone(),
            )
            .durability(LIBRARY)
            .declarations_durability(SHAPES)
            .new(&self.db);
            let declarations: Vec<Decl> = known
                .declarations
                .iter()
                .map(|(shape, facts)| {
                    Decl::builder(file, shape.clone(), facts.clone())
                        .durability(LIBRARY)
                        .new(&self.db)
                })
                .collect();
            file.set_declarations(&mut self.db)
                .with_durability(LIBRARY)
                .to(declarations.into());
            files.push(file);
        }
        files.sort_by(|a, b| a.path(&self.db).cmp(b.path(&self.db)));
        let all = files
            .iter()
            .flat_map(|file| file.declarations(&self.db).iter().copied());
        let of = |kind| {
            all.clone()
                .filter(|decl| decl.kind(&self.db) == kind)
                .collect()
        };
        let (rules, mitigations): (Arc<[Decl]>, Arc<[Decl]>) =
            (of(Kind::Rule), of(Kind::Mitigation));
        model
            .set_rules(&mut self.db)
            .with_durability(LIBRARY)
            .to(rules);
        model
            .set_mitigations(&mut self.db)
            .with_durability(LIBRARY)
            .to(mitigations);
        model
            .set_files(&mut self.db)
            .with_durability(LIBRARY)
            .to(files.into());
        model
    }

    /// Adds many files to a model at once, on all processors. Files of the same path are replaced.
    pub fn load(&mut self, model: Model, mut files: Vec<(Arc<str>, FileText)>) {
        files.retain(|(path, text)| self.same(model, path, text).is_none());
        let lowered: Vec<_> = files
            .into_par_iter()
            .map(|(path, text)| (path, read(text)))
            .collect();
        let mut owners = FxHashSet::default();
        for (path, (source, lowered)) in lowered {
            let owner = self.owner(model, &path);
            self.put(owner, path, source, lowered);
            owners.insert(owner);
        }
        owners.into_iter().for_each(|owner| self.list_files(owner));
        self.settle();
    }

    /// The file of a path, if it is in the model with just this text.
    fn same(&self, model: Model, path: &str, text: &FileText) -> Option<File> {
        let db = &self.db;
        self.files.get(path).copied().filter(|file| {
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
        let (source, lowered) = read(text);
        let model = self.owner(model, &path.into());
        let file = self.put(model, path.into(), source, lowered);
        self.list_files(model);
        self.settle();
        file
    }

    /// Replaces a part of a file's text: what did not change is not parsed again. Where the span
    /// does not fit the text, nothing happens.
    pub fn edit(&mut self, file: File, span: Span, replacement: &str) {
        let text = &file.source(&self.db).text;
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
        let source = file.source(&self.db).clone();
        let (source, lowered) = match source.unreadable {
            None => self.read_again(file, text, edit),
            Some(_) => read(FileText::new(text)),
        };
        self.update(file, file.model(&self.db), source, lowered);
        self.settle();
    }

    /// Parses and lowers what an edit changed.
    fn read_again(&self, file: File, text: String, edit: Edit) -> (Source, Lowered) {
        let db = &self.db;
        let (before, declarations) = (file.source(db), file.declarations(db));
        let described = |at: usize| declarations[at].facts(db).description.clone();
        let LoweredEdit {
            file: again,
            replaced,
        } = lower_again(&text, before, edit, described);
        // Of what was read again, most says what it said.
        let says_the_same = |at: usize, now: &LoweredDeclaration| {
            **declarations[at].shape(db) == now.shape && **declarations[at].facts(db) == now.facts
        };
        let (was, now) = (replaced.clone(), &again.declarations);
        let start = was
            .clone()
            .zip(now)
            .take_while(|(at, now)| says_the_same(*at, now))
            .count();
        let rest = (was.len() - start).min(now.len() - start);
        let behind = was.rev().zip(now.iter().rev()).take(rest);
        let end = now.len()
            - behind
                .take_while(|(at, now)| says_the_same(*at, now))
                .count();
        let is_same = start == end && replaced.len() == now.len();

        let behind = replaced.end..declarations.len();
        let said_again = now.len();
        let mut spans = before.spans[..replaced.start].to_vec();
        let mut parts: Vec<Said> = (0..replaced.start).map(Said::AsBefore).collect();
        for (at, declaration) in again.declarations.into_iter().enumerate() {
            spans.push(declaration.spans);
            parts.push(match () {
                () if at < start => Said::AsBefore(replaced.start + at),
                () if at >= end => Said::AsBefore(replaced.end - (said_again - at)),
                () => Said::Now(declaration.shape, declaration.facts),
            });
        }
        let moved = |spans: &Spans| Spans {
            start: edit.moved(spans.start),
            parts: spans.parts.clone(),
        };
        spans.extend(before.spans[behind.clone()].iter().map(moved));
        parts.extend(behind.map(Said::AsBefore));
        let lowered = match is_same {
            true => Lowered {
                component: file.component(db).clone(),
                declarations: parts,
                mentions: file.mentions(db).clone(),
                technologies: file.technologies(db).clone(),
            },
            false => Lowered::of(parts, |at| {
                (&**declarations[at].shape(db), &**declarations[at].facts(db))
            }),
        };
        let source = Source {
            lines: before.lines.edited(&before.text, &text, edit),
            text,
            pieces: again.pieces,
            spans,
            errors: again.errors,
            loose_descriptions: again.loose_descriptions,
            unreadable: None,
        };
        (source, lowered)
    }

    /// Takes a file out of its model.
    pub fn remove_file(&mut self, path: &str) {
        let Some(file) = self.files.remove(path) else {
            return;
        };
        let model = file.model(&self.db);
        self.enter(file, false);
        self.spare_declarations
            .extend(file.declarations(&self.db).iter());
        file.set_declarations(&mut self.db).to(Arc::from([]));
        file.set_component(&mut self.db).to(None);
        file.set_mentions(&mut self.db).to(none());
        file.set_technologies(&mut self.db).to(none());
        self.define(file);
        self.spare_files.push(file);
        self.list_files(model);
        self.settle();
    }

    /// Notes the names of a file that comes or goes.
    fn enter(&mut self, file: File, comes: bool) {
        self.enter_component(file, comes);
        self.enter_technologies(file, comes);
        let mentions = file.mentions(&self.db).clone();
        mentions
            .iter()
            .for_each(|name| self.enter_mention(file, name, comes));
        let declarations = file.declarations(&self.db).clone();
        declarations
            .iter()
            .for_each(|decl| self.enter_declaration(*decl, comes));
    }

    fn enter_component(&mut self, file: File, comes: bool) {
        let Some(component) = file.component(&self.db) else {
            return;
        };
        let model = file.model(&self.db);
        let mut note = |name, entry| {
            self.changes.push(Change {
                model,
                name,
                entry: Entry::Declared(entry),
                comes,
            })
        };
        component
            .match_indices('.')
            .for_each(|(dot, _)| note(component[..dot].into(), DeclaredEntry::Around));
        note(component.clone(), DeclaredEntry::Component(file));
    }

    fn enter_technologies(&mut self, file: File, comes: bool) {
        let model = file.model(&self.db);
        let made_with = self.made_with.entry(model).or_default();
        let before = made_with.len();
        for name in file.technologies(&self.db).iter() {
            let files = made_with.entry(name.clone()).or_default();
            *files = if comes { *files + 1 } else { *files - 1 };
            if *files == 0 {
                made_with.remove(name);
            }
        }
        if made_with.len() != before {
            self.unlisted.insert(model);
        }
    }

    fn enter_mention(&mut self, file: File, name: &str, comes: bool) {
        let model = file.model(&self.db);
        for name in candidates(file.component(&self.db).as_deref(), name) {
            self.changes.push(Change {
                model,
                name,
                entry: Entry::WrittenIn(file),
                comes,
            });
        }
    }

    fn enter_declaration(&mut self, decl: Decl, comes: bool) {
        let file = decl.file(&self.db);
        let (model, component, shape) = (
            file.model(&self.db),
            file.component(&self.db),
            decl.shape(&self.db),
        );
        let component = component.as_deref();
        let mut note = |name, entry| {
            self.changes.push(Change {
                model,
                name,
                entry,
                comes,
            })
        };
        if let Some(name) = shape
            .name
            .as_ref()
            .filter(|_| shape.kind != Kind::Component)
        {
            note(
                full(component, name),
                Entry::Declared(DeclaredEntry::Member(file, decl, shape.kind)),
            );
        }
        for name in [&shape.within, &shape.source, &shape.target]
            .into_iter()
            .flatten()
        {
            let entry = || Entry::Declared(DeclaredEntry::PointedAtBy(decl));
            candidates(component, name).for_each(|name| note(name, entry()));
        }
        if shape.kind == Kind::Accept {
            for name in accepted(decl.facts(&self.db)) {
                candidates(component, name).for_each(|name| note(name, Entry::Accepted(decl)));
            }
        }
    }

    /// Lists the rules, mitigations and technologies of a file.
    fn define(&mut self, file: File) {
        let declarations = file
            .declarations(&self.db)
            .iter()
            .map(|decl| (decl.kind(&self.db), *decl));
        let found: Vec<_> = declarations
            .filter(|(kind, _)| DEFINED.contains(kind))
            .collect();
        let before = self
            .definitions
            .get(&file)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if before != found {
            self.unlisted.insert(file.model(&self.db));
            match found.is_empty() {
                true => self.definitions.remove(&file),
                false => self.definitions.insert(file, found),
            };
        }
    }

    /// Sets what follows for names and lists from the changes that were made.
    fn settle(&mut self) {
        for model in std::mem::take(&mut self.unlisted) {
            let defined = model
                .files(&self.db)
                .iter()
                .filter_map(|file| self.definitions.get(file))
                .flatten();
            let of = |wanted: Kind| -> Arc<[Decl]> {
                defined
                    .clone()
                    .filter(|(kind, _)| *kind == wanted)
                    .map(|(_, decl)| *decl)
                    .collect()
            };
            let [rules, mitigations, technologies] = DEFINED.map(of);
            let made_with = self
                .made_with
                .get(&model)
                .into_iter()
                .flat_map(BTreeMap::keys);
            let made_with: Arc<[SmolStr]> = made_with.cloned().collect();
            if *model.made_with(&self.db) != made_with {
                model.set_made_with(&mut self.db).to(made_with);
            }
            if *model.technologies(&self.db) != technologies {
                model.set_technologies(&mut self.db).to(technologies);
            }
            if *model.rules(&self.db) != rules {
                model.set_rules(&mut self.db).to(rules);
            }
            if *model.mitigations(&self.db) != mitigations {
                model.set_mitigations(&mut self.db).to(mitigations);
            }
        }
        let mut by_part: FxHashMap<Names, Changes> = FxHashMap::default();
        for Change {
            model,
            name,
            entry,
            comes,
        } in std::mem::take(&mut self.changes)
        {
            let changes = by_part.entry(model.names_of(&self.db, &name)).or_default();
            match entry {
                Entry::Declared(declared) => changes.declared.push((name, declared, comes)),
                Entry::WrittenIn(file) => changes.written.push((name, file, comes)),
                Entry::Accepted(accept) => changes.accepted.push((name, accept, comes)),
            }
        }
        let db = &mut self.db;
        for (
            part,
            Changes {
                declared,
                written,
                accepted,
            },
        ) in by_part
        {
            // Taken out and put back, since a copy would cost more than the change.
            if !declared.is_empty() {
                let mut names = part.set_declared(db).to(FxHashMap::default());
                declared
                    .into_iter()
                    .for_each(|(name, entry, comes)| declare(&mut names, name, entry, comes));
                part.set_declared(db).to(names);
            }
            if !written.is_empty() {
                let durability = if self.is_typed { TYPED } else { FACTS };
                let mut names = part.set_written(db).to(FxHashMap::default());
                written
                    .into_iter()
                    .for_each(|(name, file, comes)| note(&mut names, name, file, comes));
                part.set_written(db).with_durability(durability).to(names);
            }
            if !accepted.is_empty() {
                let mut names = part.set_accepted(db).to(FxHashMap::default());
                accepted
                    .into_iter()
                    .for_each(|(name, accept, comes)| note(&mut names, name, accept, comes));
                part.set_accepted(db).to(names);
            }
        }
        self.is_typed = false;
    }

    /// Lists the files of a model in the order of their paths.
    fn list_files(&mut self, model: Model) {
        let db = &self.db;
        let mut files: Vec<File> = self
            .files
            .values()
            .copied()
            .filter(|file| file.model(db) == model)
            .collect();
        files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
        if model.files(db).as_ref() != files.as_slice() {
            model.set_files(&mut self.db).to(files.into());
            self.unlisted.insert(model);
        }
    }

    fn put(&mut self, model: Model, path: Arc<str>, source: Source, lowered: Lowered) -> File {
        match self.files.get(&path).copied() {
            Some(file) => {
                self.update(file, model, source, lowered);
                file
            }
            None => {
                let file = match self.spare_files.pop() {
                    Some(file) => {
                        file.set_path(&mut self.db).to(path.clone());
                        self.update(file, model, source, lowered);
                        file
                    }
                    None => self.create(model, path.clone(), source, lowered),
                };
                self.files.insert(path, file);
                file
            }
        }
    }

    fn create(&mut self, model: Model, path: Arc<str>, source: Source, lowered: Lowered) -> File {
        let file = File::builder(
            model,
            path,
            lowered.component,
            Arc::from([]),
            lowered.mentions,
            lowered.technologies,
            Arc::new(source),
        )
        .model_durability(SHAPES)
        .path_durability(SHAPES)
        .component_durability(SHAPES)
        .declarations_durability(SHAPES)
        .mentions_durability(FACTS)
        .technologies_durability(FACTS)
        .source_durability(SPANS)
        .new(&self.db);
        let mut declarations = Vec::with_capacity(lowered.declarations.len());
        for said in lowered.declarations {
            if let Said::Now(shape, facts) = said {
                declarations.push(self.create_declaration(file, shape, facts));
            }
        }
        if !declarations.is_empty() {
            file.set_declarations(&mut self.db).to(declarations.into());
        }
        self.define(file);
        self.enter(file, true);
        file
    }

    fn create_declaration(&mut self, file: File, shape: Shape, facts: Facts) -> Decl {
        if let Some(spare) = self.spare_declarations.pop() {
            if spare.file(&self.db) != file {
                spare.set_file(&mut self.db).to(file);
            }
            self.update_declaration(spare, shape, facts);
            return spare;
        }
        let durability = durability_of_facts(shape.kind);
        Decl::builder(file, Arc::new(shape), Arc::new(facts))
            .file_durability(SHAPES)
            .shape_durability(SHAPES)
            .facts_durability(durability)
            .new(&self.db)
    }

    fn update_declaration(&mut self, decl: Decl, shape: Shape, facts: Facts) {
        let kind = shape.kind;
        if **decl.shape(&self.db) != shape {
            decl.set_shape(&mut self.db).to(Arc::new(shape));
        }
        if **decl.facts(&self.db) != facts {
            let durability = self.durability_of(decl, kind);
            decl.set_facts(&mut self.db)
                .with_durability(durability)
                .to(Arc::new(facts));
            if durability == TYPED {
                self.typed = Some(self.last_change());
                self.is_typed = true;
            }
        }
    }

    /// How often the facts of a declaration that changes now are expected to. Who writes at one
    /// does so key by key: then nothing but what depends on it is looked at, be the model as large
    /// as it likes. One at a time, and none that much depends on, since what depends on it has to
    /// learn that it changes often.
    fn durability_of(&mut self, decl: Decl, kind: Kind) -> Durability {
        let again = self.last.replace(decl) == Some(decl);
        if !again
            || !matches!(
                kind,
                Kind::External | Kind::Process | Kind::Store | Kind::Flow | Kind::Threat
            )
        {
            return durability_of_facts(kind);
        }
        if let Some(former) = self.written.replace(decl).filter(|former| *former != decl) {
            let facts = former.facts(&self.db).clone();
            let durability = durability_of_facts(former.kind(&self.db));
            former
                .set_facts(&mut self.db)
                .with_durability(durability)
                .to(facts);
        }
        TYPED
    }

    fn update(&mut self, file: File, model: Model, source: Source, lowered: Lowered) {
        let is_elsewhere =
            file.model(&self.db) != model || *file.component(&self.db) != lowered.component;
        if is_elsewhere {
            // All its names are others now.
            self.enter(file, false);
        }
        if file.model(&self.db) != model {
            let former = file.model(&self.db);
            file.set_model(&mut self.db).to(model);
            self.list_files(former);
        }
        if *file.component(&self.db) != lowered.component {
            file.set_component(&mut self.db).to(lowered.component);
        }
        if *file.technologies(&self.db) != lowered.technologies {
            if !is_elsewhere {
                self.enter_technologies(file, false);
            }
            file.set_technologies(&mut self.db).to(lowered.technologies);
            if !is_elsewhere {
                self.enter_technologies(file, true);
            }
        }
        let old = file.declarations(&self.db).clone();
        let matched = match_declarations(&self.db, &old, &lowered.declarations);
        let mut kept = vec![false; old.len()];
        matched.iter().flatten().for_each(|at| kept[*at] = true);
        for (decl, _) in old.iter().zip(&kept).filter(|(_, kept)| !**kept) {
            if !is_elsewhere {
                self.enter_declaration(*decl, false);
            }
            self.spare_declarations.push(*decl);
        }
        let mut declarations = Vec::with_capacity(lowered.declarations.len());
        for (said, matched) in lowered.declarations.into_iter().zip(matched) {
            let (shape, facts) = match said {
                Said::AsBefore(at) => {
                    declarations.push(old[at]);
                    continue;
                }
                Said::Now(shape, facts) => (shape, facts),
            };
            let Some(decl) = matched.map(|at| old[at]) else {
                let decl = self.create_declaration(file, shape, facts);
                if !is_elsewhere {
                    self.enter_declaration(decl, true);
                }
                declarations.push(decl);
                continue;
            };
            let before = decl.shape(&self.db);
            let is_accept = shape.kind == Kind::Accept && **decl.facts(&self.db) != facts;
            let has_other_names = !is_elsewhere && (is_accept || **before != shape);
            if has_other_names {
                self.enter_declaration(decl, false);
            }
            self.update_declaration(decl, shape, facts);
            if has_other_names {
                self.enter_declaration(decl, true);
            }
            declarations.push(decl);
        }
        if *file.mentions(&self.db) != lowered.mentions {
            let durability = if self.is_typed { TYPED } else { FACTS };
            let before = file
                .set_mentions(&mut self.db)
                .with_durability(durability)
                .to(lowered.mentions.clone());
            if !is_elsewhere {
                let (old, new): (FxHashSet<_>, FxHashSet<_>) =
                    (before.iter().collect(), lowered.mentions.iter().collect());
                old.difference(&new)
                    .for_each(|name| self.enter_mention(file, name, false));
                new.difference(&old)
                    .for_each(|name| self.enter_mention(file, name, true));
            }
        }
        if *old != *declarations {
            file.set_declarations(&mut self.db).to(declarations.into());
        }
        self.define(file);
        if is_elsewhere {
            self.enter(file, true);
        }
        file.set_source(&mut self.db).to(Arc::new(source));
    }
}

/// Notes what has a name, or may mean it, or no longer does.
fn declare(
    names: &mut FxHashMap<SmolStr, Declared>,
    name: SmolStr,
    entry: DeclaredEntry,
    comes: bool,
) {
    let declared = names.entry(name.clone()).or_default();
    match entry {
        DeclaredEntry::Member(file, decl, kind) => {
            put_or_take(&mut declared.members, (file, decl, kind), comes)
        }
        DeclaredEntry::Component(file) => put_or_take(&mut declared.components, file, comes),
        DeclaredEntry::PointedAtBy(decl) => put_or_take(&mut declared.pointed_at_by, decl, comes),
        DeclaredEntry::Around if comes => declared.around += 1,
        DeclaredEntry::Around => declared.around -= 1,
    }
    if *declared == Declared::default() {
        names.remove(&name);
    }
}

/// Notes who writes a name, or no longer does.
fn note<T: PartialEq>(
    names: &mut FxHashMap<SmolStr, Vec<T>>,
    name: SmolStr,
    entry: T,
    comes: bool,
) {
    let list = names.entry(name.clone()).or_default();
    put_or_take(list, entry, comes);
    if list.is_empty() {
        names.remove(&name);
    }
}

fn put_or_take<T: PartialEq>(list: &mut Vec<T>, entry: T, comes: bool) {
    if comes {
        list.push(entry);
    } else if let Some(at) = list.iter().position(|other| *other == entry) {
        list.swap_remove(at);
    }
}

/// The names of what an `accept` is about.
fn accepted(facts: &Facts) -> impl Iterator<Item = &SmolStr> {
    let findings = facts
        .properties
        .iter()
        .filter(|property| property.name == "findings");
    let names = findings
        .flat_map(|property| &property.values)
        .map(|value| match value {
            Value::Name(threat) | Value::Reference(threat) => [Some(threat), None],
            Value::Finding(finding) => finding.subject.names(),
            _ => [None, None],
        });
    names.flat_map(|names| names.into_iter().flatten())
}

/// What of a file goes into the database beside its source.
struct Lowered {
    component: Option<SmolStr>,
    declarations: Vec<Said>,
    mentions: Arc<[SmolStr]>,
    technologies: Arc<[SmolStr]>,
}

/// A file of the library, read.
struct LibraryFile {
    path: Arc<str>,
    source: Arc<Source>,
    component: Option<SmolStr>,
    declarations: Vec<(Arc<Shape>, Arc<Facts>)>,
    mentions: Arc<[SmolStr]>,
    technologies: Arc<[SmolStr]>,
}

impl LibraryFile {
    fn read(name: &str, text: &'static str) -> LibraryFile {
        let (source, lowered) = read(FileText::new(text));
        let declarations = lowered.declarations.into_iter().map(|said| match said {
            Said::Now(shape, facts) => (Arc::new(shape), Arc::new(facts)),
            Said::AsBefore(_) => unreachable!("nothing was before"),
        });
        LibraryFile {
            path: format!("{}/{name}", library::ROOT).into(),
            source: Arc::new(source),
            component: lowered.component,
            declarations: declarations.collect(),
            mentions: lowered.mentions,
            technologies: lowered.technologies,
        }
    }
}

/// The files of the library: their texts are part of the program, so all workspaces share what was
/// read once.
static LIBRARY_FILES: LazyLock<Vec<LibraryFile>> = LazyLock::new(|| {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = library::FILES.len().div_ceil(threads).max(1);
    // On threads of its own: one of the pool that all share would take up other work while it
    // waits, which could wait for this.
    std::thread::scope(|scope| {
        let readers: Vec<_> = library::FILES
            .chunks(share)
            .map(|files| {
                scope.spawn(|| {
                    let files = files.iter();
                    files
                        .map(|(name, text)| LibraryFile::read(name, text))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let files = readers.into_iter().map(|reader| reader.join());
        files
            .flat_map(|files| files.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
});

/// What a declaration is and says.
enum Said {
    /// What the one at this place did before the edit.
    AsBefore(usize),
    /// This.
    Now(Shape, Facts),
}

impl Lowered {
    /// What a file says by its declarations; `before` gives those that it keeps.
    fn of<'before>(
        declarations: Vec<Said>,
        before: impl Fn(usize) -> (&'before Shape, &'before Facts),
    ) -> Lowered {
        let of = |said| match said {
            &Said::AsBefore(at) => before(at),
            Said::Now(shape, facts) => (shape, facts),
        };
        let parts: Vec<(&Shape, &Facts)> = declarations.iter().map(of).collect();
        let first = parts
            .first()
            .filter(|(shape, _)| shape.kind == Kind::Component);
        let component = first.and_then(|(shape, _)| shape.name.clone());
        let mut seen = FxHashSet::default();
        let mentions = parts
            .iter()
            .flat_map(|(shape, facts)| mentions(shape, facts));
        let mentions = mentions
            .filter(|name| seen.insert(*name))
            .cloned()
            .collect();
        let technologies = technologies(&parts);
        Lowered {
            component,
            declarations,
            mentions,
            technologies,
        }
    }
}

/// Parses and lowers a text.
fn read(text: FileText) -> (Source, Lowered) {
    let LoweredFile {
        pieces,
        declarations,
        errors,
        loose_descriptions,
    } = lower(&text.text);
    let mut spans = Vec::with_capacity(declarations.len());
    let mut parts = Vec::with_capacity(declarations.len());
    for declaration in declarations {
        spans.push(declaration.spans);
        parts.push(Said::Now(declaration.shape, declaration.facts));
    }
    let source = Source {
        lines: LineIndex::new(&text.text),
        text: text.text,
        pieces,
        spans,
        errors,
        loose_descriptions,
        unreadable: text.unreadable,
    };
    (
        source,
        Lowered::of(parts, |_| unreachable!("nothing was before")),
    )
}

/// The names behind `technology` of elements.
fn technologies(parts: &[(&Shape, &Facts)]) -> Arc<[SmolStr]> {
    let elements = parts.iter().filter(|(shape, _)| shape.kind.is_element());
    let stated = elements
        .flat_map(|(_, facts)| &facts.properties)
        .filter(|property| property.name == "technology");
    let mut seen = FxHashSet::default();
    let names = stated
        .flat_map(|property| &property.values)
        .filter_map(|value| match value {
            Value::Name(name) => Some(name),
            _ => None,
        });
    names.filter(|name| seen.insert(*name)).cloned().collect()
}

/// Which of the old declarations each new one is: that which it was before the edit, or that of the
/// same kind and name or ends, else, of those left between the same neighbours, the next, so that a
/// renamed one stays itself.
fn match_declarations(db: &Database, old: &[Decl], new: &[Said]) -> Vec<Option<usize>> {
    let mut taken = vec![false; old.len()];
    for said in new {
        if let Said::AsBefore(before) = said {
            taken[*before] = true;
        }
    }
    let same = |at: usize, said: &Said| match said {
        Said::AsBefore(before) => *before == at,
        Said::Now(shape, _) => !taken[at] && **old[at].shape(db) == *shape,
    };
    let start = new
        .iter()
        .enumerate()
        .take_while(|(at, said)| *at < old.len() && same(*at, said))
        .count();
    let rest = (old.len() - start).min(new.len() - start);
    let end = (0..rest)
        .take_while(|back| same(old.len() - 1 - back, &new[new.len() - 1 - back]))
        .count();
    let mut matched = vec![None; new.len()];
    (0..start).for_each(|at| matched[at] = Some(at));
    (0..end).for_each(|back| matched[new.len() - 1 - back] = Some(old.len() - 1 - back));

    for (at, said) in new.iter().enumerate().take(new.len() - end).skip(start) {
        if let Said::AsBefore(before) = said {
            matched[at] = Some(*before);
        }
    }
    let mut by_key: FxHashMap<(Kind, Key), Vec<usize>> = FxHashMap::default();
    for at in (start..old.len() - end).rev().filter(|at| !taken[*at]) {
        by_key.entry(key(old[at].shape(db))).or_default().push(at);
    }
    for (at, said) in new.iter().enumerate().take(new.len() - end).skip(start) {
        if let Said::Now(shape, _) = said {
            matched[at] = by_key.get_mut(&key(shape)).and_then(Vec::pop);
            matched[at]
                .into_iter()
                .for_each(|at: usize| taken[at] = true);
        }
    }
    let mut free = (start..old.len() - end).filter(|at| !taken[*at]);
    for unmatched in matched[start..new.len() - end]
        .iter_mut()
        .filter(|matched| matched.is_none())
    {
        *unmatched = free.next();
    }
    matched
}

type Key = (Option<SmolStr>, Option<SmolStr>, Option<SmolStr>);

fn key(shape: &Shape) -> (Kind, Key) {
    let ends = if shape.name.is_none() {
        (shape.source.clone(), shape.target.clone())
    } else {
        (None, None)
    };
    (shape.kind, (shape.name.clone(), ends.0, ends.1))
}

//! The writer: takes texts, lowers them, and sets the inputs of the database, each only if it differs. It
//! must not read a disk or a clock; whoever owns it does.

use crate::db::{Database, Decl, FACTS, File, LIBRARY, Model, SHAPES, SPANS, World};
use crate::library;
use crate::lower::{Facts, LoweredFile, Shape, Source, Unreadable, Value, lower};
use crate::relations::mentions;
use crate::settings::Settings;
use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::Setter;
use salsa::plumbing::{Revision, ZalsaDatabase};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_syntax::{InputEdit, Kind, LONGEST_TEXT, LineIndex, Point, Span, Tree, parse};

/// How the paths of tests end.
pub const TEST_ENDING: &str = ".test.threat";

/// The text of a file as it was read.
#[derive(Clone, Debug)]
pub struct FileText {
    /// The text; what could not be decoded is U+FFFD.
    pub text: Arc<str>,
    /// Why it could not be read as it is.
    pub unreadable: Option<Unreadable>,
}

impl FileText {
    /// A text that is as it should be.
    pub fn new(text: impl Into<Arc<str>>) -> FileText {
        FileText { text: text.into(), unreadable: None }
    }

    /// Decodes what was read. What is not UTF-8 is told and passed over.
    pub fn decode(bytes: Vec<u8>) -> FileText {
        if bytes.len() > LONGEST_TEXT {
            let why = format!("the file is longer than {} MB, and is not analysed", LONGEST_TEXT >> 20);
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
        FileText { text: "".into(), unreadable: Some(Unreadable { why: why.into(), at: 0 }) }
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
        };
        let library = workspace.create_library();
        let _world =
            World::builder(library, today).library_durability(LIBRARY).today_durability(FACTS).new(&workspace.db);
        workspace
    }

    /// The database, for questions.
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// The last change of anything.
    pub fn last_change(&self) -> Revision {
        self.db.zalsa().current_revision()
    }

    /// The last change of anything but positions: edits of spaces and comments leave it as it is.
    pub fn revision(&self) -> Revision {
        self.db.zalsa().last_changed_revision(FACTS)
    }

    /// Adds the tests of the library's rules. Nothing else needs them, so a new workspace is without.
    pub fn load_library_tests(&mut self) {
        let texts = library::TESTS.iter();
        let tests = texts.map(|(name, text)| (format!("{}/{name}", library::ROOT).into(), FileText::new(*text)));
        let library = World::get(&self.db).library(&self.db);
        self.load(library, tests.collect());
    }

    /// The models, by root; the library and tests are not among them.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.models.values().copied()
    }

    /// The tests, by path: each a model of its own, which builds on the model that it lies in.
    pub fn tests(&self) -> impl Iterator<Item = Model> {
        self.tests.values().copied().filter(|test| !test.files(&self.db).is_empty())
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

    /// Makes the model of a root, or takes the one there is, with the text of its `threatline.toml`.
    pub fn set_model(&mut self, root: &str, settings: Option<(&str, &str)>) -> Model {
        let settings = settings.map_or_else(Settings::default, |(path, text)| Settings::read(path.into(), text.into()));
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

    fn create_model(&mut self, root: Arc<str>, base: Option<Model>, is_test: bool, settings: Settings) -> Model {
        Model::builder(root, base, is_test, Arc::from([]), Arc::new(settings))
            .root_durability(SHAPES)
            .base_durability(SHAPES)
            .is_test_durability(SHAPES)
            .files_durability(SHAPES)
            .settings_durability(FACTS)
            .new(&self.db)
    }

    /// The library. Its files are not among those by path, so that no file of a user can take the place of one.
    fn create_library(&mut self) -> Model {
        let model = Model::builder(library::ROOT.into(), None, false, Arc::from([]), Arc::default())
            .durability(LIBRARY)
            .files_durability(SHAPES)
            .new(&self.db);
        let texts: Vec<_> =
            library::FILES.par_iter().map(|(name, text)| (name, read(FileText::new(*text), None, false))).collect();
        let mut files = Vec::with_capacity(texts.len());
        for (name, (source, lowered)) in texts {
            let path = format!("{}/{name}", library::ROOT).into();
            let Lowered { component, declarations, mentions, technologies } = lowered;
            let file = File::builder(model, path, component, Arc::from([]), mentions, technologies, Arc::new(source))
                .durability(LIBRARY)
                .declarations_durability(SHAPES)
                .new(&self.db);
            let declarations: Vec<Decl> = declarations
                .into_iter()
                .map(|(shape, facts)| {
                    Decl::builder(file, Arc::new(shape), Arc::new(facts)).durability(LIBRARY).new(&self.db)
                })
                .collect();
            file.set_declarations(&mut self.db).with_durability(LIBRARY).to(declarations.into());
            files.push(file);
        }
        files.sort_by(|a, b| a.path(&self.db).cmp(b.path(&self.db)));
        model.set_files(&mut self.db).with_durability(LIBRARY).to(files.into());
        model
    }

    /// Adds many files to a model at once, on all processors. Files of the same path are replaced.
    pub fn load(&mut self, model: Model, mut files: Vec<(Arc<str>, FileText)>) {
        files.retain(|(path, text)| self.same(model, path, text, false).is_none());
        let lowered: Vec<_> = files.into_par_iter().map(|(path, text)| (path, read(text, None, false))).collect();
        let mut owners = FxHashSet::default();
        for (path, (source, lowered)) in lowered {
            let owner = self.owner(model, &path);
            self.put(owner, path, source, lowered);
            owners.insert(owner);
        }
        owners.into_iter().for_each(|owner| self.list_files(owner));
    }

    /// The file of a path, if it is in the model with just this text and is held with or without its tree.
    fn same(&self, model: Model, path: &str, text: &FileText, has_tree: bool) -> Option<File> {
        let db = &self.db;
        self.files.get(path).copied().filter(|file| {
            let (own, source) = (file.model(db), file.source(db));
            let is_in = own == model || own.is_test(db) && own.base(db) == Some(model);
            let is_same = source.text == text.text && source.unreadable == text.unreadable;
            is_in && is_same && source.tree.is_some() == has_tree
        })
    }

    /// Sets the text of a file of a model.
    pub fn set_file(&mut self, model: Model, path: &str, text: FileText) -> File {
        if let Some(file) = self.same(model, path, &text, true) {
            return file;
        }
        let (source, lowered) = read(text, None, true);
        let model = self.owner(model, &path.into());
        let file = self.put(model, path.into(), source, lowered);
        self.list_files(model);
        file
    }

    /// Replaces a part of a file's text: what did not change is not parsed again. Where the span does not
    /// fit the text, nothing happens.
    pub fn edit(&mut self, file: File, span: Span, replacement: &str) {
        let source = file.source(&self.db).clone();
        let range = span.range();
        let (Some(before), Some(after)) = (source.text.get(..range.start), source.text.get(range.end..)) else {
            return;
        };
        if range.start > range.end {
            return;
        }
        let text: Arc<str> = [before, replacement, after].concat().into();
        let old = source.tree.clone().map(|mut tree| {
            tree.edit(&input_edit(&source, &text, range, replacement.len()));
            tree
        });
        let path = file.path(&self.db).clone();
        let model = file.model(&self.db);
        let (source, lowered) = read(FileText::new(text), old.as_ref(), true);
        self.put(model, path, source, lowered);
    }

    /// Takes a file out of its model.
    pub fn remove_file(&mut self, path: &str) {
        let Some(file) = self.files.remove(path) else { return };
        let model = file.model(&self.db);
        self.spare_declarations.extend(file.declarations(&self.db).iter());
        file.set_declarations(&mut self.db).to(Arc::from([]));
        self.spare_files.push(file);
        self.list_files(model);
    }

    /// Lists the files of a model in the order of their paths.
    fn list_files(&mut self, model: Model) {
        let db = &self.db;
        let mut files: Vec<File> = self.files.values().copied().filter(|file| file.model(db) == model).collect();
        files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
        if model.files(db).as_ref() != files.as_slice() {
            model.set_files(&mut self.db).to(files.into());
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
        for (shape, facts) in lowered.declarations {
            declarations.push(self.create_declaration(file, shape, facts));
        }
        if !declarations.is_empty() {
            file.set_declarations(&mut self.db).to(declarations.into());
        }
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
        Decl::builder(file, Arc::new(shape), Arc::new(facts))
            .file_durability(SHAPES)
            .shape_durability(SHAPES)
            .facts_durability(FACTS)
            .new(&self.db)
    }

    fn update_declaration(&mut self, decl: Decl, shape: Shape, facts: Facts) {
        if **decl.shape(&self.db) != shape {
            decl.set_shape(&mut self.db).to(Arc::new(shape));
        }
        if **decl.facts(&self.db) != facts {
            decl.set_facts(&mut self.db).to(Arc::new(facts));
        }
    }

    fn update(&mut self, file: File, model: Model, source: Source, lowered: Lowered) {
        if file.model(&self.db) != model {
            let former = file.model(&self.db);
            file.set_model(&mut self.db).to(model);
            self.list_files(former);
        }
        if *file.component(&self.db) != lowered.component {
            file.set_component(&mut self.db).to(lowered.component);
        }
        if *file.mentions(&self.db) != lowered.mentions {
            file.set_mentions(&mut self.db).to(lowered.mentions);
        }
        if *file.technologies(&self.db) != lowered.technologies {
            file.set_technologies(&mut self.db).to(lowered.technologies);
        }
        let old = file.declarations(&self.db).clone();
        let matched = match_declarations(&self.db, &old, &lowered.declarations);
        let mut kept = vec![false; old.len()];
        matched.iter().flatten().for_each(|at| kept[*at] = true);
        self.spare_declarations.extend(old.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(decl, _)| *decl));
        let mut declarations = Vec::with_capacity(lowered.declarations.len());
        for ((shape, facts), matched) in lowered.declarations.into_iter().zip(matched) {
            declarations.push(match matched {
                Some(at) => {
                    self.update_declaration(old[at], shape, facts);
                    old[at]
                }
                None => self.create_declaration(file, shape, facts),
            });
        }
        if *old != *declarations {
            file.set_declarations(&mut self.db).to(declarations.into());
        }
        file.set_source(&mut self.db).to(Arc::new(source));
    }
}

/// What of a file goes into the database beside its source.
struct Lowered {
    component: Option<SmolStr>,
    declarations: Vec<(Shape, Facts)>,
    mentions: Arc<[SmolStr]>,
    technologies: Arc<[SmolStr]>,
}

/// Parses and lowers a text. The tree is kept for files that are being edited.
fn read(text: FileText, old: Option<&Tree>, keep_tree: bool) -> (Source, Lowered) {
    let mut tree = parse(&text.text, old);
    if old.is_some() && tree.root_node().has_error() {
        // How the parser gets over broken text depends on what it takes from the old tree. What is said of a
        // text must not depend on how it came about.
        tree = parse(&text.text, None);
    }
    let LoweredFile { component, declarations, errors, loose_descriptions } = lower(&tree, &text.text);
    let mut spans = Vec::with_capacity(declarations.len());
    let mut parts = Vec::with_capacity(declarations.len());
    for declaration in declarations {
        spans.push(declaration.spans);
        parts.push((declaration.shape, declaration.facts));
    }
    let source = Source {
        lines: LineIndex::new(&text.text),
        text: text.text,
        tree: keep_tree.then_some(tree),
        spans,
        errors,
        loose_descriptions,
        unreadable: text.unreadable,
    };
    let mut seen = FxHashSet::default();
    let mentions = parts.iter().flat_map(|(shape, facts)| mentions(shape, facts));
    let mentions = mentions.filter(|name| seen.insert(*name)).cloned().collect();
    let technologies = technologies(&parts);
    (source, Lowered { component, declarations: parts, mentions, technologies })
}

/// The names behind `technology` of elements.
fn technologies(parts: &[(Shape, Facts)]) -> Arc<[SmolStr]> {
    let elements = parts.iter().filter(|(shape, _)| shape.kind.is_element());
    let stated = elements.flat_map(|(_, facts)| &facts.properties).filter(|property| property.name == "technology");
    let mut seen = FxHashSet::default();
    let names = stated.flat_map(|property| &property.values).filter_map(|value| match value {
        Value::Name(name) => Some(name),
        _ => None,
    });
    names.filter(|name| seen.insert(*name)).cloned().collect()
}

/// Which of the old declarations each new one is: that of the same kind and name or ends, else, of those
/// left between the same neighbours, the next of its kind, so that a renamed one stays itself.
fn match_declarations(db: &Database, old: &[Decl], new: &[(Shape, Facts)]) -> Vec<Option<usize>> {
    let same = |at: usize, shape: &Shape| **old[at].shape(db) == *shape;
    let start = new.iter().enumerate().take_while(|(at, (shape, _))| *at < old.len() && same(*at, shape)).count();
    let rest = (old.len() - start).min(new.len() - start);
    let end = (0..rest).take_while(|back| same(old.len() - 1 - back, &new[new.len() - 1 - back].0)).count();
    let mut matched = vec![None; new.len()];
    (0..start).for_each(|at| matched[at] = Some(at));
    (0..end).for_each(|back| matched[new.len() - 1 - back] = Some(old.len() - 1 - back));

    let mut by_key: FxHashMap<(Kind, Key), Vec<usize>> = FxHashMap::default();
    for at in (start..old.len() - end).rev() {
        by_key.entry(key(old[at].shape(db))).or_default().push(at);
    }
    let mut taken = vec![false; old.len()];
    for at in start..new.len() - end {
        matched[at] = by_key.get_mut(&key(&new[at].0)).and_then(Vec::pop);
        matched[at].into_iter().for_each(|at: usize| taken[at] = true);
    }
    let mut free = (start..old.len() - end).filter(|at| !taken[*at]);
    for unmatched in matched[start..new.len() - end].iter_mut().filter(|matched| matched.is_none()) {
        *unmatched = free.next();
    }
    matched
}

type Key = (Option<SmolStr>, Option<SmolStr>, Option<SmolStr>);

fn key(shape: &Shape) -> (Kind, Key) {
    let ends = if shape.name.is_none() { (shape.source.clone(), shape.target.clone()) } else { (None, None) };
    (shape.kind, (shape.name.clone(), ends.0, ends.1))
}

fn input_edit(source: &Source, text: &str, range: std::ops::Range<usize>, inserted: usize) -> InputEdit {
    let point = |text: &str, offset: usize| {
        // Rows as tree-sitter counts them, by `\n` alone.
        let row = text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        Point { row, column: offset - start }
    };
    let end = range.start + inserted;
    InputEdit {
        start_byte: range.start,
        old_end_byte: range.end,
        new_end_byte: end,
        start_position: point(&source.text, range.start),
        old_end_position: point(&source.text, range.end),
        new_end_position: point(text, end),
    }
}

//! Sets the inputs of one file or model at a time, each only where it differs. It must not know
//! which files and models there are.

use super::durability::{FACTS, FIXED, SHAPES, SPANS, TYPED, Typing, durability_of_facts};
use super::file_text::FileText;
use super::matching::match_declarations;
use super::name_index::{NameChanges, Turn, create_names};
use super::reading::{DeclarationReading, FileReading, read};
use super::spares::{ModelKind, Spares};
use crate::db::{Database, Db, Decl, File, Model, TAKEN_INTO_ACCOUNT};
use crate::lower::{Facts, Shape, Source};
use crate::settings::Settings;
use rustc_hash::FxHashSet;
use salsa::plumbing::{Revision, ZalsaDatabase};
use salsa::{Durability, Setter};
use smol_str::SmolStr;
use std::sync::Arc;
use threatline_syntax::Kind;

/// The database, and what has to be remembered to set its inputs.
pub struct Writer {
    /// The database.
    pub db: Database,
    spares: Spares,
    typing: Typing,
}

/// What is left to be done for a change when its files are set.
#[derive(Default)]
pub struct Change {
    names: NameChanges,
    /// Whether it is of the declaration that is being written.
    is_typed: bool,
}

impl Change {
    /// How often the names that files write change, as this change shows.
    fn durability_of_mentions(&self) -> Durability {
        if self.is_typed { TYPED } else { FACTS }
    }
}

impl Writer {
    /// The writer of a database that has no files.
    pub fn new(db: Database) -> Writer {
        Writer {
            db,
            spares: Spares::default(),
            typing: Typing::default(),
        }
    }

    /// What nothing refers to.
    pub fn spares(&self) -> &Spares {
        &self.spares
    }

    /// The last change of anything but positions.
    pub fn revision(&self) -> Revision {
        let change = self.db.zalsa().last_changed_revision(FACTS);
        self.typing
            .written_at()
            .map_or(change, |written_at| written_at.max(change))
    }

    /// Makes a model without files and settings, or takes a spare one.
    pub fn create_model(&mut self, kind: ModelKind, root: Arc<str>, base: Model) -> Model {
        if let Some(model) = self.spares.take_model(kind) {
            model.set_root(&mut self.db).to(root);
            self.set_base(model, base);
            return model;
        }
        let names = create_names(&self.db);
        let is_test = kind == ModelKind::Test;
        Model::builder(root, Some(base), is_test, none(), names, Arc::default())
            .root_durability(SHAPES)
            .base_durability(SHAPES)
            .is_test_durability(FIXED)
            .files_durability(SHAPES)
            .names_durability(SHAPES)
            .settings_durability(FACTS)
            .new(&self.db)
    }

    /// Keeps a model without files for another root.
    pub fn remove_model(&mut self, kind: ModelKind, model: Model) {
        self.set_settings(model, Settings::default());
        self.spares.put_model(kind, model);
    }

    /// Sets the model that another one builds on.
    pub fn set_base(&mut self, model: Model, base: Model) {
        if model.base(&self.db) != Some(base) {
            model.set_base(&mut self.db).to(Some(base));
        }
    }

    /// Sets what the `threatline.toml` of a model says.
    pub fn set_settings(&mut self, model: Model, settings: Settings) {
        if **model.settings(&self.db) != settings {
            model.set_settings(&mut self.db).to(Arc::new(settings));
        }
    }

    /// Sets the files of a model, which are in the order of their paths.
    pub fn set_files(&mut self, model: Model, files: Vec<File>) {
        if **model.files(&self.db) != *files {
            model.set_files(&mut self.db).to(files.into());
        }
    }

    /// Makes a file at a path, or takes a spare one.
    pub fn create_file(
        &mut self,
        change: &mut Change,
        model: Model,
        path: Arc<str>,
        reading: (Source, FileReading),
    ) -> File {
        let file = match self.spares.take_file() {
            Some(file) => {
                file.set_path(&mut self.db).to(path);
                // It declares nothing, so no name moves with it.
                file.set_model(&mut self.db).to(model);
                file
            }
            None => self.create_empty_file(model, path),
        };
        self.update_file(change, file, reading);
        file
    }

    fn create_empty_file(&mut self, model: Model, path: Arc<str>) -> File {
        File::builder(
            model,
            path,
            None,
            none(),
            none(),
            none(),
            none(),
            no_source(),
        )
        .model_durability(SHAPES)
        .path_durability(SHAPES)
        .component_durability(SHAPES)
        .declarations_durability(SHAPES)
        .definitions_durability(SHAPES)
        .mentions_durability(FACTS)
        .technologies_durability(FACTS)
        .source_durability(SPANS)
        .new(&self.db)
    }

    /// Takes all that a file says out of the database, and keeps it for another path.
    pub fn remove_file(&mut self, change: &mut Change, file: File) {
        change.names.note_file(&self.db, file, Turn::Goes);
        for decl in file.declarations(&self.db).iter() {
            self.spares.put_declaration(file, *decl);
        }
        let db = &mut self.db;
        file.set_declarations(db).to(none());
        file.set_definitions(db).to(none());
        file.set_component(db).to(None);
        file.set_mentions(db).to(none());
        file.set_technologies(db).to(none());
        file.set_source(db).to(no_source());
        self.spares.put_file(file);
    }

    /// Sets the model that a file belongs to. All its names are others then.
    pub fn move_file(&mut self, change: &mut Change, file: File, model: Model) {
        change.names.note_file(&self.db, file, Turn::Goes);
        file.set_model(&mut self.db).to(model);
        change.names.note_file(&self.db, file, Turn::Comes);
    }

    /// Sets what a file says.
    pub fn update_file(
        &mut self,
        change: &mut Change,
        file: File,
        (source, reading): (Source, FileReading),
    ) {
        let db = &mut self.db;
        let has_other_component = *file.component(db) != reading.component;
        if has_other_component {
            // All its names are others now.
            change.names.note_file(db, file, Turn::Goes);
            file.set_component(db).to(reading.component);
        }
        if *file.technologies(db) != reading.technologies {
            file.set_technologies(db).to(reading.technologies);
        }
        // If all are others, no name is to be noted one by one.
        let mut one_by_one = Change::default();
        self.update_declarations(&mut one_by_one, file, reading.declarations);
        self.update_mentions(&mut one_by_one, file, reading.mentions);
        change.is_typed |= one_by_one.is_typed;
        if has_other_component {
            change.names.note_file(&self.db, file, Turn::Comes);
        } else {
            change.names.append(one_by_one.names);
        }
        file.set_source(&mut self.db).to(Arc::new(source));
    }

    fn update_declarations(
        &mut self,
        change: &mut Change,
        file: File,
        readings: Vec<DeclarationReading>,
    ) {
        let old = file.declarations(&self.db).clone();
        let is_kept = |reading| matches!(reading, &DeclarationReading::Kept(_));
        if old.len() == readings.len() && readings.iter().all(is_kept) {
            return;
        }
        let matched = match_declarations(&self.db, &old, &readings);
        let kept: FxHashSet<usize> = matched.iter().flatten().copied().collect();
        for (index, decl) in old.iter().enumerate() {
            if !kept.contains(&index) {
                change.names.note_declaration(&self.db, *decl, Turn::Goes);
                self.spares.put_declaration(file, *decl);
            }
        }
        let readings = readings.into_iter().zip(matched);
        let declarations: Arc<[Decl]> = readings
            .map(|(reading, matched)| match (reading, matched) {
                (DeclarationReading::Kept(index), _) => old[index],
                (DeclarationReading::Read(shape, facts), Some(index)) => {
                    self.change_declaration(change, old[index], shape, facts);
                    old[index]
                }
                (DeclarationReading::Read(shape, facts), None) => {
                    self.add_declaration(change, file, shape, facts)
                }
            })
            .collect();
        let definitions = definitions_of(&self.db, &declarations);
        if *file.definitions(&self.db) != definitions {
            file.set_definitions(&mut self.db).to(definitions);
        }
        if old != declarations {
            file.set_declarations(&mut self.db).to(declarations);
        }
    }

    fn add_declaration(
        &mut self,
        change: &mut Change,
        file: File,
        shape: Shape,
        facts: Facts,
    ) -> Decl {
        let decl = match self.spares.take_declaration(file) {
            Some(spare) => {
                self.update_declaration(change, spare, shape, facts);
                spare
            }
            None => {
                let durability = durability_of_facts(shape.kind);
                Decl::builder(file, Arc::new(shape), Arc::new(facts))
                    .file_durability(FIXED)
                    .shape_durability(SHAPES)
                    .facts_durability(durability)
                    .new(&self.db)
            }
        };
        change.names.note_declaration(&self.db, decl, Turn::Comes);
        decl
    }

    fn change_declaration(&mut self, change: &mut Change, decl: Decl, shape: Shape, facts: Facts) {
        let accepts_otherwise =
            matches!(shape.kind, Kind::Accept | Kind::Dismiss) && **decl.facts(&self.db) != facts;
        let has_other_names = accepts_otherwise || **decl.shape(&self.db) != shape;
        if has_other_names {
            change.names.note_declaration(&self.db, decl, Turn::Goes);
        }
        self.update_declaration(change, decl, shape, facts);
        if has_other_names {
            change.names.note_declaration(&self.db, decl, Turn::Comes);
        }
    }

    fn update_declaration(&mut self, change: &mut Change, decl: Decl, shape: Shape, facts: Facts) {
        if **decl.shape(&self.db) != shape {
            decl.set_shape(&mut self.db).to(Arc::new(shape));
        }
        if **decl.facts(&self.db) != facts {
            let facts = Arc::new(facts);
            change.is_typed |= self.typing.set_facts(&mut self.db, decl, facts);
        }
    }

    fn update_mentions(&mut self, change: &mut Change, file: File, mentions: Arc<[SmolStr]>) {
        if *file.mentions(&self.db) == mentions {
            return;
        }
        let durability = change.durability_of_mentions();
        let setter = file.set_mentions(&mut self.db).with_durability(durability);
        let before = setter.to(mentions.clone());
        let (old, new): (FxHashSet<&SmolStr>, FxHashSet<&SmolStr>) =
            (before.iter().collect(), mentions.iter().collect());
        let db = &self.db;
        for name in old.difference(&new) {
            change.names.note_mention(db, file, name, Turn::Goes);
        }
        for name in new.difference(&old) {
            change.names.note_mention(db, file, name, Turn::Comes);
        }
    }

    /// Does what is left to be done for a change.
    pub fn finish(&mut self, change: Change) {
        let durability = change.durability_of_mentions();
        change.names.enter(&mut self.db, durability);
    }
}

/// Those of some declarations that a model takes into account.
pub fn definitions_of(db: &dyn Db, declarations: &[Decl]) -> Arc<[(Kind, Decl)]> {
    let declarations = declarations.iter();
    declarations
        .map(|decl| (decl.kind(db), *decl))
        .filter(|(kind, _)| TAKEN_INTO_ACCOUNT.contains(kind))
        .collect()
}

/// The source of an empty file.
fn no_source() -> Arc<Source> {
    Arc::new(read(FileText::new("")).0)
}

/// A list of nothing.
pub fn none<T>() -> Arc<[T]> {
    Arc::from([])
}

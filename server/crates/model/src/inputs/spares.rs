//! Inputs that nothing refers to: salsa never frees one, so those of what was deleted are used
//! again. It must not know what they say.

use crate::db::{Decl, File, Model};
use rustc_hash::FxHashMap;

/// What a model is made for. It stays so, since whether a model is a test never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelKind {
    /// A model of its own, below a root.
    Rooted,
    /// The model of the files above which there is no root.
    Rootless,
    /// A test.
    Test,
}

/// Models without files, files without a path, and for each file, spare or not, the declarations
/// that it does not need. Those stay with their file, so that which file a declaration is in never
/// changes.
#[derive(Default)]
pub struct Spares {
    models: FxHashMap<ModelKind, Vec<Model>>,
    files: Vec<File>,
    declarations: FxHashMap<File, Vec<Decl>>,
}

impl Spares {
    /// Keeps a model that has neither a root nor files any more.
    pub fn put_model(&mut self, kind: ModelKind, model: Model) {
        self.models.entry(kind).or_default().push(model);
    }

    /// Gives a model for another root.
    pub fn take_model(&mut self, kind: ModelKind) -> Option<Model> {
        self.models.get_mut(&kind)?.pop()
    }

    /// Keeps a file that has no path any more.
    pub fn put_file(&mut self, file: File) {
        self.files.push(file);
    }

    /// Gives a file for another path.
    pub fn take_file(&mut self) -> Option<File> {
        self.files.pop()
    }

    /// Keeps a declaration that its file no longer declares.
    pub fn put_declaration(&mut self, file: File, decl: Decl) {
        self.declarations.entry(file).or_default().push(decl);
    }

    /// Gives a declaration for something else in its file.
    pub fn take_declaration(&mut self, file: File) -> Option<Decl> {
        self.declarations.get_mut(&file)?.pop()
    }

    /// The models that are kept.
    pub fn models(&self) -> impl Iterator<Item = Model> {
        self.models.values().flatten().copied()
    }

    /// The files that are kept.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The declarations that are kept, each with its file.
    pub fn declarations(&self) -> impl Iterator<Item = (File, Decl)> {
        let declarations = self.declarations.iter();
        declarations.flat_map(|(file, decls)| decls.iter().map(|decl| (*file, *decl)))
    }
}

//! The salsa database and its inputs. It must not know where a text comes from.
//!
//! Inputs are set by [`crate::Workspace`] alone, each only when it differs, with a durability by
//! what kind of change it is. An edit of a comment therefore leaves every derived value valid
//! without a look at it, and an edit of a property leaves all names and relations so.

use crate::lower::{Facts, Part, Shape, Source, Spans};
use crate::settings::Settings;
use jiff::civil::Date;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;
use std::hash::BuildHasher;
use std::sync::Arc;
use threatline_syntax::{Kind, Span, Tree, parse};

/// What queries are asked of.
#[salsa::db]
pub trait Db: salsa::Database {}

/// The database. A clone is a snapshot for another thread; the owner waits for clones before it
/// changes an input.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {}

impl Default for Database {
    fn default() -> Database {
        Database {
            storage: salsa::Storage::new(None),
        }
    }
}

impl Database {
    /// A database that reports the queries it executes, for tests of the cost of an edit.
    pub fn observed(on_event: impl Fn(salsa::Event) + Send + Sync + 'static) -> Database {
        Database {
            storage: salsa::Storage::new(Some(Box::new(on_event))),
        }
    }
}

/// Sorts declarations by file and place, and takes out what is twice.
pub fn put_in_order(db: &dyn Db, declarations: &mut Vec<Decl>) {
    if declarations.len() > 1 {
        declarations.sort_by_cached_key(|decl| (decl.file(db).path(db), decl.position(db)));
        declarations.dedup();
    }
}

/// What all models share.
#[salsa::input(singleton)]
pub struct World {
    /// The built-in library, whose names stand in `std`.
    #[returns(copy)]
    pub library: Model,
    /// The day that dates are compared with.
    #[returns(copy)]
    pub today: Date,
    /// Whether only what is in place counts, for a release, whatever the settings state.
    #[returns(copy)]
    #[default]
    pub is_release: bool,
}

/// A model: the files below one root.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub struct Model {
    /// The root folder, with `/` between its parts; of a test, the path of its file.
    pub root: Arc<str>,
    /// The model whose definitions this one builds on: of a model the library, of a test the model
    /// that its file is in, of the library none.
    #[returns(copy)]
    pub base: Option<Model>,
    /// Whether it is a test: one file of its own, with what rules have to find in it.
    #[returns(copy)]
    pub is_test: bool,
    /// The files, by path.
    pub files: Arc<[File]>,
    /// The names that are declared and written in it, each in one of these parts, by
    /// [`Model::names_of`].
    pub names: Arc<[Names]>,
    /// What `threatline.toml` says.
    pub settings: Arc<Settings>,
}

/// A part of the names of a model, so that who looks a name up depends on few others. Names are
/// full ones: `payments.ledger`. One that is written is that of all that it could mean where it
/// is.
#[salsa::input(debug)]
pub struct Names {
    /// What is declared, and what other headings name.
    pub declared: FxHashMap<SmolStr, Declared>,
    /// The files that write a name which may mean it.
    pub written: FxHashMap<SmolStr, Vec<File>>,
    /// The `accept`s and `dismiss`es that name a finding on it, or on a flow from or to it.
    pub accepted: FxHashMap<SmolStr, Vec<Decl>>,
}

/// What has a name, and the headings that may mean it. No list has an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The declarations that are not components, each with its file.
    pub members: Vec<(File, Decl, Kind)>,
    /// The files that are the component of this name.
    pub components: Vec<File>,
    /// The files that are components whose names begin with this one and a dot.
    pub inside: Vec<File>,
    /// The declarations that may be placed in it, and the flows that may start or end at it.
    pub pointed_at_by: Vec<Decl>,
}

/// A file of a model.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub struct File {
    /// The model that it belongs to.
    #[returns(copy)]
    pub model: Model,
    /// Its path, with `/` between its parts.
    pub path: Arc<str>,
    /// The component that it is.
    pub component: Option<SmolStr>,
    /// What it declares, in order.
    pub declarations: Arc<[Decl]>,
    /// Those that define something which a whole model takes into account, by kind, in order:
    /// [`TAKEN_INTO_ACCOUNT`].
    pub definitions: Arc<[(Kind, Decl)]>,
    /// The names that its declarations write, each once, in their order.
    pub mentions: Arc<[SmolStr]>,
    /// The technologies that its elements are made with, as written, each once, in their order.
    pub technologies: Arc<[SmolStr]>,
    /// Its text and where things stand in it.
    pub source: Arc<Source>,
}

/// A declaration. It stays the same while other text in its file changes.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub struct Decl {
    /// The file that it is in.
    #[returns(copy)]
    pub file: File,
    /// What others see of it.
    pub shape: Arc<Shape>,
    /// What it says.
    pub facts: Arc<Facts>,
}

/// A part of a declaration, wherever it is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The declaration.
    pub decl: Decl,
    /// The part of it.
    pub part: Part,
}

/// The kinds of declarations that a model as a whole takes into account, be they named or not.
pub const TAKEN_INTO_ACCOUNT: [Kind; 3] = [Kind::Rule, Kind::Mitigation, Kind::Technology];

/// Which of some parts of the names of a model a full name is in.
pub fn part_of(name: &str, parts: usize) -> usize {
    (FxBuildHasher.hash_one(name) >> 32) as usize % parts
}

impl Model {
    /// What its files define of a kind that is taken into account, in the order of files and
    /// declarations. Who asks looks at each file.
    pub fn definitions(self, db: &dyn Db, kind: Kind) -> impl Iterator<Item = Decl> {
        let files = self.files(db).iter();
        let definitions = files.flat_map(|file| file.definitions(db).iter());
        definitions
            .filter(move |(defined, _)| *defined == kind)
            .map(|(_, decl)| *decl)
    }

    /// The part of its names that a full name is in.
    pub fn names_of(self, db: &dyn Db, name: &str) -> Names {
        let parts = self.names(db);
        parts[part_of(name, parts.len())]
    }

    /// The model and those that it builds on, itself first and the library last.
    pub fn with_bases(self, db: &dyn Db) -> impl Iterator<Item = Model> {
        std::iter::successors(Some(self), |model| model.base(db))
    }
}

impl Decl {
    /// A part of this declaration.
    pub fn part(self, part: Part) -> Place {
        Place { decl: self, part }
    }

    /// What is declared.
    pub fn kind(self, db: &dyn Db) -> Kind {
        self.shape(db).kind
    }

    /// The model that it belongs to.
    pub fn model(self, db: &dyn Db) -> Model {
        self.file(db).model(db)
    }

    /// The component around it.
    pub fn component(self, db: &dyn Db) -> Option<&SmolStr> {
        self.file(db).component(db).as_ref()
    }

    /// The title.
    pub fn title(self, db: &dyn Db) -> Option<&SmolStr> {
        self.facts(db).title.as_ref()
    }

    /// Its place among the declarations of its file.
    pub fn position(self, db: &dyn Db) -> Option<usize> {
        positions(db, self.file(db))
            .get(&self)
            .map(|index| *index as usize)
    }

    /// Whether it is part of the built-in library.
    pub fn in_library(self, db: &dyn Db) -> bool {
        self.model(db) == World::get(db).library(db)
    }
}

/// The tree of a file's text, for who looks at more than what is declared; kept for the few that
/// are worked at.
#[salsa::tracked(no_eq, lru = 8)]
pub fn tree(db: &dyn Db, file: File) -> Tree {
    parse(&file.source(db).text)
}

/// Where each declaration comes among those of its file.
#[salsa::tracked]
fn positions(db: &dyn Db, file: File) -> FxHashMap<Decl, u32> {
    file.declarations(db)
        .iter()
        .zip(0..)
        .map(|(decl, index)| (*decl, index))
        .collect()
}

impl Place {
    /// The file and the bytes at which the place is now.
    pub fn resolve(self, db: &dyn Db) -> (File, Span) {
        let file = self.decl.file(db);
        let position = self.decl.position(db).unwrap_or(usize::MAX);
        let spans: Option<&Spans> = file.source(db).spans.get(position);
        (
            file,
            spans.map(|spans| spans.of(self.part)).unwrap_or_default(),
        )
    }
}

//! The library as a model that never changes. Its files are not among those by path, so that no
//! file of a user can take the place of one.

use super::durability::{FIXED, SHAPES};
use super::file_text::FileText;
use super::name_index::create_names;
use super::reading::{DeclarationReading, FileReading, read};
use super::writer::{definitions_of, none};
use crate::db::{Database, Decl, File, Model};
use crate::library;
use crate::lower::{Facts, Shape, Source};
use salsa::Setter;
use smol_str::SmolStr;
use std::num::NonZero;
use std::sync::{Arc, LazyLock};

/// Makes the model of the library in a database.
pub fn create_library(db: &mut Database) -> Model {
    let (root, names) = (library::ROOT.into(), create_names(db));
    let model = Model::builder(root, None, false, none(), names, Arc::default())
        .durability(FIXED)
        .files_durability(SHAPES)
        .new(db);
    let files = FILES.iter();
    let mut files: Vec<File> = files.map(|file| create_file(db, model, file)).collect();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    let setter = model.set_files(db).with_durability(FIXED);
    setter.to(files.into());
    model
}

fn create_file(db: &mut Database, model: Model, known: &LibraryFile) -> File {
    let file = File::builder(
        model,
        known.path.clone(),
        known.component.clone(),
        none(),
        none(),
        known.mentions.clone(),
        known.technologies.clone(),
        known.source.clone(),
    )
    .durability(FIXED)
    .declarations_durability(SHAPES)
    .definitions_durability(SHAPES)
    .new(db);
    let known = known.declarations.iter();
    let declarations: Vec<Decl> = known
        .map(|(shape, facts)| {
            Decl::builder(file, shape.clone(), facts.clone())
                .durability(FIXED)
                .new(db)
        })
        .collect();
    let definitions = definitions_of(db, &declarations);
    let setter = file.set_definitions(db).with_durability(FIXED);
    setter.to(definitions);
    let setter = file.set_declarations(db).with_durability(FIXED);
    setter.to(declarations.into());
    file
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
        let (source, reading) = read(FileText::new(text));
        let FileReading {
            component,
            declarations,
            mentions,
            technologies,
        } = reading;
        let declarations = declarations.into_iter().map(|reading| match reading {
            DeclarationReading::Read(shape, facts) => (Arc::new(shape), Arc::new(facts)),
            DeclarationReading::Kept(_) => unreachable!("nothing was before"),
        });
        LibraryFile {
            path: format!("{}/{name}", library::ROOT).into(),
            source: Arc::new(source),
            component,
            declarations: declarations.collect(),
            mentions,
            technologies,
        }
    }
}

/// The files of the library: their texts are part of the program, so all workspaces share what was
/// read once.
static FILES: LazyLock<Vec<LibraryFile>> = LazyLock::new(|| {
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

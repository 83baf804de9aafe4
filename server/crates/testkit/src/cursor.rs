//! Example models, and models with a cursor, for the tests of what is asked at a place.

use crate::fixtures::{fixture, workspace};
use std::path::{Path, PathBuf};
use threatline_model::{Database, File, Span, Workspace};
use threatline_syntax::Encoding;

/// A model of which one file has the cursor `$0`.
pub struct Cursor {
    /// The models, of which one file has the cursor.
    pub workspace: Workspace,
    /// The file with the cursor.
    pub file: File,
    /// The byte at which the cursor is.
    pub offset: u32,
}

impl Cursor {
    /// The models of a [`fixture`] in which the cursor is written as `$0`.
    #[track_caller]
    pub fn new(model: &str) -> Cursor {
        let mut files = fixture(model);
        let (path, offset) = files
            .iter_mut()
            .find_map(|(path, text)| {
                let index = text.find("$0")?;
                text.replace_range(index..index + 2, "");
                Some((path.clone(), index as u32))
            })
            .expect("one file has the cursor");
        let workspace = workspace(&files);
        let file = workspace.file(&path).expect("it was just loaded");
        Cursor {
            workspace,
            file,
            offset,
        }
    }

    /// The database of the models.
    pub fn db(&self) -> &Database {
        self.workspace.db()
    }
}

/// A span as `path:line:column text`, on one line.
pub fn written(db: &Database, file: File, span: Span) -> String {
    let source = file.source(db);
    let index = source
        .lines
        .line_column(&source.text, span.start, Encoding::Utf32);
    let text = source.text[span.range()]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        "{}:{}:{} {text}",
        file.path(db),
        index.line + 1,
        index.column + 1
    )
}

/// The texts of the example models, by folder.
pub fn example_models() -> Vec<(String, Vec<(String, String)>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/models");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let mut models: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for path in paths {
        let inside = path
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        let mut parts = inside.split('/');
        let folder = match (parts.next().unwrap(), parts.next().unwrap()) {
            (model, part @ ("before" | "after" | "draft" | "finished")) => {
                format!("{model}/{part}")
            }
            (model, _) => model.to_owned(),
        };
        let file = (
            inside[folder.len() + 1..].to_owned(),
            std::fs::read_to_string(&path).unwrap(),
        );
        match models.last_mut() {
            Some((last, files)) if *last == folder => files.push(file),
            _ => models.push((folder, vec![file])),
        }
    }
    models
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "threat")
        {
            paths.push(path);
        }
    }
}

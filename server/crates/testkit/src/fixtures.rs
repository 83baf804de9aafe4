//! Models written as one string, and the workspace of their files. It must not know what is asked
//! of it.

use threatline_model::{Database, Date, FileText, Workspace};

/// The day on which all tests take place.
pub const TODAY: Date = Date::constant(2026, 1, 1);

/// The settings file of a model.
pub const SETTINGS: &str = "threatline.toml";

/// Many files in one string: each begins with a line `//- its/path.threat`. What stands before the
/// first of these lines is `model.threat`.
pub fn fixture(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("//- "), files.last_mut()) {
            (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) if line.trim().is_empty() => {}
            (None, None) => files.push(("model.threat".to_owned(), line.to_owned())),
        }
    }
    files
}

/// The workspace of some files, on [`TODAY`]. A file belongs to the model of the nearest
/// `threatline.toml` above it, or to one whose root is the empty path.
pub fn workspace(files: &[(String, String)]) -> Workspace {
    fill(Workspace::new(TODAY), files)
}

/// Like [`workspace`], over a given database, such as one that is observed.
pub fn workspace_with(db: Database, files: &[(String, String)]) -> Workspace {
    fill(Workspace::with(db, TODAY), files)
}

fn fill(mut workspace: Workspace, files: &[(String, String)]) -> Workspace {
    let is_settings = |path: &str| path.rsplit('/').next() == Some(SETTINGS);
    workspace.set_model("", None);
    for (path, text) in files.iter().filter(|(path, _)| is_settings(path)) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        workspace.set_model(folder, Some((path, text)));
    }
    let texts = files
        .iter()
        .filter(|(path, _)| !is_settings(path))
        .map(|(path, text)| (path.as_str().into(), FileText::new(text.as_str())));
    workspace.load(texts.collect());
    workspace
}

//! The files of a model, analyzed. It must not know what they were made of.

use crate::language::Files;
use threatline_model::{Date, FileText, Workspace};

/// A workspace with the files of a model.
pub fn workspace(files: &Files, today: Date) -> Workspace {
    let mut workspace = Workspace::new(today);
    let settings = files.files.iter().find(|(name, _)| name.ends_with(".toml"));
    workspace.set_model(
        "model",
        settings.map(|(name, text)| (name.as_str(), text.as_str())),
    );
    let texts = files
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".threat"));
    let texts = texts
        .map(|(name, text)| (format!("model/{name}").into(), FileText::new(text.as_str())))
        .collect();
    workspace.load(texts);
    workspace
}

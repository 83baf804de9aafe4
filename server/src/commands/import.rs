//! `threatline import`: models in the formats of other tools become a model of this language. It
//! must not know what any format says.

use crate::arguments::ImportArguments;
use crate::load::paths::is_model_file;
use crate::outcome::Outcome;
use crate::output::file::{make_folder, write_whole};
use crate::output::human::import as printed;
use crate::output::terminal::error;
use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::path::{Component, Path, PathBuf};
use threatline_exchange::import::{Imported, decode, import};
use threatline_syntax::prose::count;

/// The longest document that is read, in bytes. Diagrams of other tools hold pictures, so they are
/// longer than a model.
const MAX_DOCUMENT: u64 = 64 << 20;

/// Runs the command.
///
/// # Errors
/// When a file cannot be read, or the model cannot be written.
pub fn run(arguments: &ImportArguments) -> Result<Outcome> {
    let mut documents = Vec::new();
    for path in &arguments.files {
        let text = read(path).with_context(|| format!("`{}`", path.display()))?;
        documents.push((path.display().to_string(), text));
    }
    let folder = &arguments.to;
    match import(documents, &included) {
        Ok(imported) => {
            write(folder, &imported, arguments.force)?;
            let others = other_models(folder, &imported);
            let mut output = anstream::stdout();
            printed::write(&mut output, folder, &imported, &others, arguments.verbose)?;
            Ok(Outcome::Clean)
        }
        Err(problems) => {
            for problem in &problems {
                error("error", &printed::problem_in_words(problem));
            }
            let problems = count(problems.len(), "problem");
            error("error", &format!("{problems}; nothing was written"));
            Ok(Outcome::Unusable)
        }
    }
}

fn read(path: &Path) -> Result<String> {
    let metadata = fs::metadata(path).context("cannot be read")?;
    if !metadata.is_file() {
        bail!("is not a regular file");
    }
    if metadata.len() > MAX_DOCUMENT {
        bail!("is larger than {} MB and was not read", MAX_DOCUMENT >> 20);
    }
    let bytes = fs::read(path).context("cannot be read")?;
    decode(&bytes).map_err(|why| anyhow!("{why}"))
}

/// The file that a document includes, from the folder that the document is in; never one outside of
/// it.
fn included(document: &str, path: &str) -> Result<(String, String), String> {
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    let whole = folder.join(path);
    let root = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let goes_down = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let is_below = || match (whole.canonicalize(), root.canonicalize()) {
        (Ok(whole), Ok(root)) => whole.starts_with(root),
        // A missing file is reported when it is read.
        _ => true,
    };
    if !goes_down || !is_below() {
        return Err("it is outside the folder of the document".to_owned());
    }
    let text = read(&whole).map_err(|error| format!("{error:#}"))?;
    Ok((whole.display().to_string(), text))
}

/// Writes all files or none, and replaces no file that says something else unless it is asked to.
fn write(folder: &Path, imported: &Imported, force: bool) -> Result<()> {
    let files = imported.files.files.iter();
    let files: Vec<(PathBuf, &[u8])> = files
        .map(|(name, text)| (folder.join(name), text.as_bytes()))
        .collect();
    let mut other = files
        .iter()
        .filter(|(path, text)| path.symlink_metadata().is_ok() && !holds(path, text));
    if let Some((path, _)) = other.next().filter(|_| !force) {
        bail!(
            "`{}` already exists with different content; nothing was written (`--force` \
             replaces it)",
            path.display()
        );
    }
    make_folder(folder)?;
    write_whole(&files)
}

/// Whether a file holds a text and nothing else.
fn holds(path: &Path, text: &[u8]) -> bool {
    let is_as_long =
        fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == text.len() as u64);
    is_as_long && fs::read(path).is_ok_and(|bytes| bytes == text)
}

/// Model files of the folder that do not come of this import.
fn other_models(folder: &Path, imported: &Imported) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_own = |path: &Path| {
        let mut files = imported.files.files.iter();
        files.any(|(name, _)| folder.join(name) == path)
    };
    let mut others: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| is_model_file(path) && !is_own(path))
        .collect();
    others.sort();
    others
}

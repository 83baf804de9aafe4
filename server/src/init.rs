//! `threatline init`: starts a model that checks clean and shows the way.

use crate::Outcome;
use crate::arguments::InitArguments;
use crate::files::SETTINGS;
use crate::format::in_one_line;
use anyhow::{Context, Result, bail};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const MODEL: &str = include_str!("../../tests/models/starter/model.threat");
const STARTER_SETTINGS: &str = include_str!("../../tests/models/starter/threatline.toml");

/// Runs the command.
///
/// # Errors
/// When there is a model already, or the files cannot be written.
pub fn run(arguments: &InitArguments) -> Result<Outcome> {
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let files = [(folder.join(SETTINGS), STARTER_SETTINGS), (folder.join("model.threat"), MODEL)];
    for (path, _) in &files {
        if path.symlink_metadata().is_ok() {
            bail!("`{}` is there already; nothing was written", path.display());
        }
    }
    fs::create_dir_all(&folder).with_context(|| format!("the folder `{}` cannot be made", folder.display()))?;
    for (path, text) in &files {
        write_new(path, text).with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    let shown = in_one_line(&folder.display().to_string());
    anstream::println!("A model was started:");
    for (path, _) in &files {
        anstream::println!("  {}", in_one_line(&path.display().to_string()));
    }
    let argument = if arguments.dir.is_some() { format!(" {shown}") } else { String::new() };
    anstream::println!("\nSee what it says:\n  threatline check{argument}");
    Ok(Outcome::Clean)
}

/// Writes a file that is not there yet; one that came in between is kept.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

//! `threatline init`: starts a model that checks clean and shows the way.

use crate::arguments::InitArguments;
use crate::load::paths::SETTINGS;
use crate::outcome::Outcome;
use crate::output::file::{make_folder, write_whole};
use crate::printable::in_one_line;
use anyhow::{Result, bail};
use std::io::Write;
use std::path::PathBuf;

const MODEL: &str = include_str!("../../../tests/models/starter/model.threat");
const STARTER_SETTINGS: &str = include_str!("../../../tests/models/starter/threatline.toml");

/// Runs the command.
///
/// # Errors
/// When there is a model already, or the files cannot be written.
pub fn run(arguments: &InitArguments) -> Result<Outcome> {
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let files = [
        (folder.join(SETTINGS), STARTER_SETTINGS),
        (folder.join("model.threat"), MODEL),
    ];
    for (path, _) in &files {
        if path.symlink_metadata().is_ok() {
            bail!("`{}` already exists; nothing was written", path.display());
        }
    }
    make_folder(&folder)?;
    write_whole(&files.each_ref().map(|(path, text)| (path, text.as_bytes())))?;
    let mut output = anstream::stdout();
    writeln!(output, "Created a model:")?;
    for (path, _) in &files {
        writeln!(output, "  {}", in_one_line(&path.display().to_string()))?;
    }
    let argument = match &arguments.dir {
        Some(folder) => format!(" {}", in_one_line(&folder.display().to_string())),
        None => String::new(),
    };
    writeln!(output, "\nNext, check it:\n  threatline check{argument}")?;
    Ok(Outcome::Clean)
}

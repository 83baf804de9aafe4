//! `threatline import`: models in the formats of other tools become a model of this language. It
//! must not know what any format says.

use crate::Outcome;
use crate::arguments::ImportArguments;
use crate::output::file::write_whole;
use crate::output::{self, count, in_one_line};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use threatline_exchange::import::{Imported, Loss, Problem, decode, import};
use threatline_model::Kind;

/// The longest document that is read, in bytes. Diagrams of other tools hold pictures, so they are
/// longer than a model.
const LONGEST: u64 = 64 << 20;

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
    match import(documents, &included) {
        Ok(imported) => {
            write(&arguments.to, &imported, arguments.force)?;
            tell(
                &mut anstream::stdout(),
                &arguments.to,
                &imported,
                arguments.verbose,
            )?;
            Ok(Outcome::Clean)
        }
        Err(problems) => {
            for problem in &problems {
                tell_problem(problem);
            }
            output::error(
                "error",
                &format!("{}; nothing was written", count(problems.len(), "problem")),
            );
            Ok(Outcome::Unusable)
        }
    }
}

fn read(path: &Path) -> Result<String> {
    let metadata = fs::metadata(path).context("cannot be read")?;
    if !metadata.is_file() {
        bail!("is no file");
    }
    if metadata.len() > LONGEST {
        bail!("is longer than {} MB, and is not read", LONGEST >> 20);
    }
    let bytes = fs::read(path).context("cannot be read")?;
    decode(&bytes).map_err(|why| anyhow::anyhow!("{why}"))
}

/// The file that a document includes, from the folder that the document is in; never one outside of
/// it.
fn included(document: &str, path: &str) -> Result<(String, String), String> {
    let is_below = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    let whole = folder.join(path);
    let root = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let is_below = is_below
        && match (whole.canonicalize(), root.canonicalize()) {
            (Ok(whole), Ok(root)) => whole.starts_with(root),
            // That it is not there is told when it is read.
            _ => true,
        };
    if !is_below {
        return Err("it is not below the folder of the document, and is not read".to_owned());
    }
    let text = read(&whole).map_err(|error| format!("{error:#}"))?;
    Ok((whole.display().to_string(), text))
}

/// Writes all files or none, and replaces no file that says something else unless it is asked to.
fn write(folder: &Path, imported: &Imported, force: bool) -> Result<()> {
    let files: Vec<(PathBuf, &[u8])> = imported
        .files
        .files
        .iter()
        .map(|(name, text)| (folder.join(name), text.as_bytes()))
        .collect();
    let is_same = |path: &Path, text: &[u8]| {
        let is_as_long = fs::metadata(path)
            .is_ok_and(|there| there.is_file() && there.len() == text.len() as u64);
        is_as_long && fs::read(path).is_ok_and(|there| there == text)
    };
    let differs =
        |(path, text): &&(PathBuf, &[u8])| path.symlink_metadata().is_ok() && !is_same(path, text);
    if let Some((path, _)) = files.iter().find(differs).filter(|_| !force) {
        bail!(
            "`{}` is there and says something else; nothing was written (`--force` replaces it)",
            path.display()
        );
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("the folder `{}` cannot be made", folder.display()))?;
    write_whole(&files)
}

fn tell(
    output: &mut impl Write,
    folder: &Path,
    imported: &Imported,
    verbose: bool,
) -> std::io::Result<()> {
    for (name, format) in &imported.formats {
        writeln!(output, "{}: {format}", in_one_line(name))?;
    }
    let of = |kinds: &[Kind]| imported.draft.of_kind(kinds).count();
    let what = [
        count(of(&[Kind::External, Kind::Process, Kind::Store]), "element"),
        count(of(&[Kind::Flow]), "flow"),
        count(of(&[Kind::Asset]), "asset"),
        count(of(&[Kind::Boundary]), "boundary"),
        count(of(&[Kind::Threat]), "threat"),
        count(of(&[Kind::Mitigation]), "mitigation"),
        count(of(&[Kind::Accept]), "accepted risk"),
    ];
    writeln!(output, "{}", what.join(", "))?;
    for (name, _) in &imported.files.files {
        writeln!(
            output,
            "  {}",
            in_one_line(&folder.join(name).display().to_string())
        )?;
    }
    if !imported.losses.is_empty() {
        writeln!(output, "\nWithout a place in the model:")?;
        tell_losses(output, &imported.losses, verbose)?;
    }
    let texts = || imported.files.files.iter().map(|(_, text)| text.as_str());
    let without_trust = imported.draft.of_kind(&[Kind::Boundary]);
    let without_trust = without_trust
        .filter(|item| item.place.is_none() && item.stated("trust").is_none())
        .count();
    if without_trust > 0 {
        let which = count(without_trust, "boundary");
        writeln!(
            output,
            "\nNo trust was stated of {which}: it counts as high. State `trust` where it is not."
        )?;
    }
    match texts()
        .map(|text| text.matches("// TODO").count())
        .sum::<usize>()
    {
        0 => {}
        todo => writeln!(
            output,
            "\nTo be looked at: {}, marked TODO.",
            count(todo, "place")
        )?,
    }
    for path in others(folder, imported) {
        let path = in_one_line(&path.display().to_string());
        writeln!(
            output,
            "\nAlso in this folder, and part of the model: {path}"
        )?;
    }
    writeln!(
        output,
        "\nSee what it says:\n  threatline check {}",
        in_one_line(&folder.display().to_string())
    )
}

/// Model files of the folder that do not come of this import.
fn others(folder: &Path, imported: &Imported) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let is_own = |path: &Path| {
        imported
            .files
            .files
            .iter()
            .any(|(name, _)| folder.join(name) == path)
    };
    let mut others: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "threat") && !is_own(path))
        .collect();
    others.sort();
    others
}

/// What is lost, a line for what is lost in the same way under the same name, unless each place is
/// wanted.
fn tell_losses(output: &mut impl Write, losses: &[Loss], verbose: bool) -> std::io::Result<()> {
    let mut groups: Vec<((&str, &str), Vec<&Loss>)> = Vec::new();
    for loss in losses {
        let name = loss.path.rsplit('.').next().unwrap_or_default();
        let name = name.split_once('[').map_or(name, |(name, _)| name);
        let group = if verbose {
            (loss.path.as_str(), "")
        } else {
            (name, loss.why.as_str())
        };
        match groups
            .iter_mut()
            .find(|(known, _)| !verbose && *known == group)
        {
            Some((_, group)) => group.push(loss),
            None => groups.push((group, vec![loss])),
        }
    }
    for ((name, _), losses) in groups {
        let Loss { place, path, why } = losses[0];
        let (place, path, why) = (
            in_one_line(&place.to_string()),
            in_one_line(path),
            in_one_line(why),
        );
        match losses.len() {
            1 => writeln!(output, "  {place}: {path}: {why}")?,
            many => writeln!(
                output,
                "  {place}: {}: {why}; {many} times, first in {path}",
                in_one_line(name)
            )?,
        }
    }
    Ok(())
}

fn tell_problem(problem: &Problem) {
    let path = if problem.path.is_empty() {
        String::new()
    } else {
        format!("{}: ", problem.path)
    };
    output::error(
        "error",
        &format!("{}: {path}{}", problem.place, problem.message),
    );
}

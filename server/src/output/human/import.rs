//! What became of an import, for people.

use crate::printable::in_one_line;
use std::io::{Result, Write};
use std::path::{Path, PathBuf};
use threatline_exchange::import::{Imported, Loss, Problem};
use threatline_model::Kind;
use threatline_syntax::prose::count;

/// Writes what was read and written, what has no place in the model, and what is to be done next.
/// `others` are the files that are in the folder besides.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    output: &mut impl Write,
    folder: &Path,
    imported: &Imported,
    others: &[PathBuf],
    verbose: bool,
) -> Result<()> {
    for (name, format) in &imported.formats {
        writeln!(output, "{}: {format}", in_one_line(name))?;
    }
    writeln!(output, "{}", contents(imported).join(", "))?;
    for (name, _) in &imported.files.files {
        writeln!(output, "  {}", shown(&folder.join(name)))?;
    }
    if !imported.losses.is_empty() {
        writeln!(output, "\nNot represented in the model:")?;
        losses(output, &imported.losses, verbose)?;
    }
    let boundaries = imported.draft.of_kind(&[Kind::Boundary]);
    let without_trust = boundaries
        .filter(|item| item.place.is_none() && item.stated("trust").is_none())
        .count();
    if without_trust > 0 {
        let which = count(without_trust, "boundary");
        writeln!(
            output,
            "\nNo trust level is stated for {which}: the default is `high`. Set `trust` where \
             that is wrong."
        )?;
    }
    let texts = imported.files.files.iter().map(|(_, text)| text);
    let to_do: usize = texts.map(|text| text.matches("// TODO").count()).sum();
    if to_do > 0 {
        let places = count(to_do, "place");
        writeln!(output, "\nTo review: {places}, marked TODO.")?;
    }
    for path in others {
        let path = shown(path);
        writeln!(
            output,
            "\nAlso in this folder, and part of the model: {path}"
        )?;
    }
    let folder = shown(folder);
    writeln!(output, "\nNext, check it:\n  threatline check {folder}")
}

/// What is wrong with a document, in a line.
pub fn problem_in_words(problem: &Problem) -> String {
    let Problem {
        place,
        path,
        message,
    } = problem;
    if path.is_empty() {
        format!("{place}: {message}")
    } else {
        format!("{place}: {path}: {message}")
    }
}

fn shown(path: &Path) -> String {
    in_one_line(&path.display().to_string())
}

/// How much of each kind there is.
fn contents(imported: &Imported) -> [String; 7] {
    let number = |kinds: &[Kind], name| count(imported.draft.of_kind(kinds).count(), name);
    [
        number(&[Kind::External, Kind::Process, Kind::Store], "element"),
        number(&[Kind::Flow], "flow"),
        number(&[Kind::Asset], "asset"),
        number(&[Kind::Boundary], "boundary"),
        number(&[Kind::Threat], "threat"),
        number(&[Kind::Mitigation], "mitigation"),
        number(&[Kind::Accept], "accepted risk"),
    ]
}

/// Writes what is lost, a line for what is lost in the same way under the same name, unless each
/// place is wanted.
fn losses(output: &mut impl Write, losses: &[Loss], verbose: bool) -> Result<()> {
    let mut groups: Vec<((&str, &str), Vec<&Loss>)> = Vec::new();
    for loss in losses {
        let key = (last_name(&loss.path), loss.why.as_str());
        let mut known = groups.iter_mut().filter(|_| !verbose);
        match known.find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(loss),
            None => groups.push((key, vec![loss])),
        }
    }
    for ((name, why), group) in groups {
        let Loss { place, path, .. } = group[0];
        let (path, why) = (in_one_line(path), in_one_line(why));
        let place = in_one_line(&place.to_string());
        match group.len() {
            1 => writeln!(output, "  {place}: {path}: {why}")?,
            number => {
                let name = in_one_line(name);
                writeln!(
                    output,
                    "  {place}: {name}: {why}; {number} times, first in {path}"
                )?;
            }
        }
    }
    Ok(())
}

/// The name at the end of a path, without its index.
fn last_name(path: &str) -> &str {
    let name = path.rsplit('.').next().unwrap_or_default();
    name.split_once('[').map_or(name, |(name, _)| name)
}

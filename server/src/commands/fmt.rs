//! `threatline fmt`: writes model files in the canonical format. A file is replaced whole or not at
//! all.

use crate::arguments::FmtArguments;
use crate::load::{disk, models};
use crate::outcome::Outcome;
use crate::output::file::write_whole;
use crate::output::terminal::{error, notes};
use crate::printable::in_one_line;
use anyhow::Result;
use std::io::Write;
use std::path::Path;
use threatline_syntax::prose::count;
use threatline_syntax::{Encoding, LineIndex};

/// What became of a file.
enum Formatted {
    Unchanged,
    Changed,
    Unusable(String),
}

/// Runs the command.
///
/// # Errors
/// When a path is not there or a file cannot be written.
pub fn run(arguments: &FmtArguments) -> Result<Outcome> {
    let (paths, passed_over) = models::list(&arguments.paths)?;
    notes("note", &passed_over);
    let (action, verb) = if arguments.check {
        ("would format", "would change")
    } else {
        ("formatted", "changed")
    };
    let (mut changed, mut unusable) = (0, 0);
    // Whoever stops to listen does not stop the work.
    let (mut output, mut heard) = (anstream::stdout(), Ok(()));
    for path in &paths {
        let shown = in_one_line(&path.display().to_string());
        match format_file(path, arguments.check)? {
            Formatted::Unchanged => {}
            Formatted::Changed => {
                changed += 1;
                heard = heard.and_then(|()| writeln!(output, "{action}: {shown}"));
            }
            Formatted::Unusable(why) => {
                unusable += 1;
                error("left alone", &format!("{shown}: {why}"));
            }
        }
    }
    heard?;
    writeln!(output, "{changed} of {} {verb}", count(paths.len(), "file"))?;
    Ok(match (unusable, changed) {
        (0, changed) if changed > 0 && arguments.check => Outcome::Failed,
        (0, _) => Outcome::Clean,
        _ => Outcome::Unusable,
    })
}

fn format_file(path: &Path, check: bool) -> Result<Formatted> {
    let text = disk::read(path);
    if let Some(unreadable) = text.unreadable {
        return Ok(Formatted::Unusable(unreadable.why));
    }
    let formatted = match threatline_format::format(&text.text) {
        Ok(formatted) => formatted,
        Err(errors) => {
            let Some((first, others)) = errors.split_first() else {
                return Ok(Formatted::Unchanged);
            };
            let start = LineIndex::new(&text.text).line_column(
                &text.text,
                first.span.start,
                Encoding::Utf32,
            );
            let more = match others.len() {
                0 => String::new(),
                more => format!(" (and {})", count(more, "more error")),
            };
            let message = &first.message;
            return Ok(Formatted::Unusable(format!(
                "line {}: {message}{more}",
                start.line + 1
            )));
        }
    };
    if formatted == *text.text {
        return Ok(Formatted::Unchanged);
    }
    if !check {
        write_whole(&[(path, formatted.as_bytes())])?;
    }
    Ok(Formatted::Changed)
}

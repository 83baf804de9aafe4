//! `threatline fmt`: writes model files in the canonical format. A file is replaced whole or not at
//! all.

use crate::arguments::FmtArguments;
use crate::load::disk;
use crate::load::models::{self, Listed};
use crate::load::paths::shown;
use crate::outcome::Outcome;
use crate::output::file::replace;
use crate::output::terminal::{error, notes};
use crate::printable::in_one_line;
use anyhow::Result;
use std::io::Write;
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
/// When a path is not there.
pub fn run(arguments: &FmtArguments) -> Result<Outcome> {
    let (files, passed_over) = models::list(&arguments.paths)?;
    notes("note", &passed_over);
    let (action, verb) = if arguments.check {
        ("would format", "would change")
    } else {
        ("formatted", "changed")
    };
    let (mut changed, mut unusable) = (0, 0);
    // Whoever stops to listen does not stop the work.
    let (mut output, mut heard) = (anstream::stdout(), Ok(()));
    for file in &files {
        let name = in_one_line(&shown(&file.path).display().to_string());
        match format_file(file, arguments.check) {
            Formatted::Unchanged => {}
            Formatted::Changed => {
                changed += 1;
                heard = heard.and_then(|()| writeln!(output, "{action}: {name}"));
            }
            Formatted::Unusable(why) => {
                unusable += 1;
                error("not formatted", &format!("{name}: {why}"));
            }
        }
    }
    heard?;
    writeln!(output, "{changed} of {} {verb}", count(files.len(), "file"))?;
    Ok(match (unusable, changed) {
        (0, changed) if changed > 0 && arguments.check => Outcome::Failed,
        (0, _) => Outcome::Clean,
        _ => Outcome::Unusable,
    })
}

fn format_file(file: &Listed, check: bool) -> Formatted {
    let text = disk::read(&file.path);
    if let Some(unreadable) = text.unreadable {
        return Formatted::Unusable(unreadable.why);
    }
    let formatted = match threatline_format::format(&text.text) {
        Ok(formatted) => formatted,
        Err(errors) => {
            let Some(first) = errors.listed.first() else {
                return Formatted::Unchanged;
            };
            let start = LineIndex::new(&text.text).line_column(
                &text.text,
                first.span.start,
                Encoding::Utf32,
            );
            let more = match errors.len() - 1 {
                0 => String::new(),
                more => format!(" (and {})", count(more, "more error")),
            };
            let message = &first.message;
            return Formatted::Unusable(format!("line {}: {message}{more}", start.line + 1));
        }
    };
    if formatted == *text.text {
        return Formatted::Unchanged;
    }
    if check {
        return Formatted::Changed;
    }
    let replaced = file.place().and_then(|place| {
        replace(
            &file.path,
            place,
            text.text.as_bytes(),
            formatted.as_bytes(),
        )
    });
    match replaced {
        Ok(()) => Formatted::Changed,
        Err(error) => Formatted::Unusable(format!("{error:#}")),
    }
}

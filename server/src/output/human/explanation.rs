//! An explanation, for people.

use crate::output::styles::HEADING;
use crate::output::wording::place;
use crate::printable::{in_one_line, printable};
use crate::reports::spots::spot_of;
use std::io::{Result, Write};
use threatline_model::Database;
use threatline_view::explain::{Explanation, Section};

/// Writes an explanation.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, db: &Database, explanation: &Explanation) -> Result<()> {
    let title = in_one_line(&explanation.title);
    writeln!(output, "{HEADING}{title}{HEADING:#}")?;
    let mut previous = None;
    for section in &explanation.parts {
        match section {
            Section::Heading(heading) => writeln!(output, "\n{HEADING}{heading}{HEADING:#}")?,
            Section::Text(text) => {
                if !previous.is_some_and(takes_text) {
                    writeln!(output)?;
                }
                writeln!(output, "{}", printable(text))?;
            }
            Section::Item(text, None) => writeln!(output, "- {}", printable(text))?,
            Section::Item(text, Some(part)) => {
                let spot = printable(&place(&spot_of(db, *part)));
                writeln!(output, "- {}\n  ({spot})", printable(text))?;
            }
            Section::Link(text, link) => writeln!(output, "- {}\n{link}", printable(text))?,
            Section::Code(code) => {
                for line in printable(code).lines() {
                    writeln!(output, "    {line}")?;
                }
            }
        }
        previous = Some(section);
    }
    Ok(())
}

/// Whether a text follows a section without an empty line between.
fn takes_text(section: &Section) -> bool {
    matches!(
        section,
        Section::Item(..) | Section::Link(..) | Section::Heading(_)
    )
}

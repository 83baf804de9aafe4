//! Annotations of GitHub Actions: workflow commands, a line each
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use crate::printable::printable;
use crate::reports::model::{Entry, ModelReport};
use std::io::{Result, Write};
use threatline_model::Severity;

/// Writes a line for each diagnostic.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, reports: &[ModelReport]) -> Result<()> {
    for entry in reports.iter().flat_map(|report| &report.entries) {
        let command = match entry.diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information | Severity::Hint => "notice",
        };
        let (start, end) = (entry.spot.start, entry.spot.end);
        // Columns are taken only where the place is within one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column + 1, end.column + 1)
        } else {
            String::new()
        };
        writeln!(
            output,
            "::{command} file={},line={},endLine={}{columns},title={}::{}",
            property(&entry.spot.path),
            start.line + 1,
            end.line + 1,
            property(entry.diagnostic.code.id),
            data(&message(entry))
        )?;
    }
    Ok(())
}

/// What is wrong, why, and what to do about it.
fn message(entry: &Entry) -> String {
    let mut message = entry.diagnostic.message.clone();
    for related in &entry.diagnostic.related {
        message += &format!("\nreason: {}", related.message);
    }
    for help in &entry.diagnostic.help {
        message += &format!("\nhelp: {help}");
    }
    message
}

/// A message, with what would end it escaped.
fn data(text: &str) -> String {
    printable(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property, with what would end it escaped as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

//! Rules, for people: a line each.

use crate::output::styles::HEADING;
use crate::printable::in_one_line;
use std::io::{Result, Write};
use threatline_model::{Database, schema::STRIDE};
use threatline_syntax::prose::count;
use threatline_view::catalog::Entry;

/// Writes the rules below their subjects, those of a model below their files.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, db: &Database, rules: &[Entry]) -> Result<()> {
    let widths = rules.iter().map(|entry| entry.name.chars().count());
    let width = widths.max().unwrap_or_default();
    let mut last_heading = None;
    for entry in rules {
        let heading = heading(db, entry);
        if last_heading.as_ref() != Some(&heading) {
            let gap = if last_heading.is_some() { "\n" } else { "" };
            writeln!(output, "{gap}{HEADING}{heading}{HEADING:#}")?;
            last_heading = Some(heading);
        }
        let setting = entry.setting.as_ref();
        let off = if setting.is_some_and(|setting| !setting.enabled) {
            " (turned off)"
        } else {
            ""
        };
        let (name, title) = (in_one_line(&entry.name), in_one_line(&entry.title));
        let letters = letters(entry);
        writeln!(output, "  {name:width$}  {letters}  {title}{off}")?;
    }
    if !rules.is_empty() {
        writeln!(output)?;
    }
    let number = count(rules.len(), "rule");
    writeln!(
        output,
        "{number}; `threatline explain RULE` shows the details of one"
    )
}

fn heading(db: &Database, entry: &Entry) -> String {
    if entry.rule.in_library(db) {
        entry.subject.replace('_', " ")
    } else {
        in_one_line(entry.rule.file(db).path(db))
    }
}

/// STRIDE's letters, each at its place.
fn letters(entry: &Entry) -> String {
    let letters = STRIDE.names().map(|word| {
        if entry.categories.words().any(|own| own == word) {
            word[..1].to_uppercase()
        } else {
            "·".to_owned()
        }
    });
    letters.collect()
}

//! The library as a page in Markdown. It must not decide the content.

use super::escape::escape;
use super::tables::{Names, mitigations, protocols, references_of, technologies};
use crate::printable::printable;
use std::io::{Result, Write};
use threatline_model::{Database, short_name};
use threatline_view::catalog::Entry;
use threatline_view::markdown;

/// Writes the rules by subject, then the mitigations, technologies and protocols of the library.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, db: &Database, rules: &[Entry]) -> Result<()> {
    writeln!(output, "# The Threatline library\n")?;
    writeln!(
        output,
        "{} rules, with the mitigations, technologies and protocols that they use. `threatline \
         rules --format markdown` writes this page, and `threatline explain RULE` shows one \
         rule with its test.\n",
        rules.len()
    )?;
    let mut subject = None;
    for entry in rules {
        if subject != Some(&entry.subject) {
            writeln!(output, "## {}\n", escape(&heading(&entry.subject)))?;
            subject = Some(&entry.subject);
        }
        rule(output, db, entry)?;
    }
    let names = Names {
        declared: code,
        broader: code,
        rule: link,
    };
    writeln!(output, "## Mitigations\n\n{}", mitigations(db, names))?;
    writeln!(output, "## Technologies\n\n{}", technologies(db, names))?;
    write!(output, "## Protocols\n\n{}", protocols(db, names))
}

fn rule(output: &mut impl Write, db: &Database, entry: &Entry) -> Result<()> {
    writeln!(output, "### {}\n**{}**\n", entry.name, escape(&entry.title))?;
    if !entry.description.is_empty() {
        let description = printable(&markdown::harmless(&entry.description));
        writeln!(output, "{description}\n")?;
    }
    let on: Vec<&str> = entry.on.iter().map(|kind| kind.word()).collect();
    let (on, condition) = (on.join(", "), printable(&entry.condition));
    writeln!(output, "```threat property\non: {on}\n{condition}\n```\n")?;
    if !entry.advice.is_empty() {
        writeln!(output, "{}\n", escape(&entry.advice))?;
    }
    writeln!(
        output,
        "- STRIDE: {}; likelihood {}, impact {}",
        entry.categories.in_words(),
        entry.likelihood.word(),
        entry.impact.word()
    )?;
    write!(output, "{}", references_of(&entry.references))?;
    let counters = entry.countered_by.iter();
    let counters: Vec<String> = counters.map(|decl| code(short_name(db, *decl))).collect();
    let counters = counters.join(", ");
    if !counters.is_empty() {
        writeln!(output, "- mitigated by {counters}")?;
    }
    writeln!(output)
}

fn heading(subject: &str) -> String {
    let words = subject.replace(['_', '-'], " ");
    let mut characters = words.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

/// A link to the section about a rule.
fn link(rule: &str) -> String {
    format!("[{rule}](#{rule})")
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

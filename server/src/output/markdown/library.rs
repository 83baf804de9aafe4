//! The library as a page in Markdown. It must not decide the content.

use super::escape::escape;
use crate::printable::printable;
use std::io::{Result, Write};
use threatline_model::{
    Database, Decl, Kind, World, broader_says, references, short_name, typed, visible_declarations,
};
use threatline_view::catalogue::Entry;
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
    mitigations(output, db)?;
    technologies(output, db)?;
    protocols(output, db)
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
    for id in &entry.references {
        let title = references::title(id).map(escape).unwrap_or_default();
        match references::link(id) {
            Some(link) => writeln!(output, "- [{id}]({link}): {title}")?,
            None => writeln!(output, "- {id}")?,
        }
    }
    let counters = names(db, entry.countered_by.iter().copied());
    if !counters.is_empty() {
        writeln!(output, "- mitigated by {counters}")?;
    }
    writeln!(output)
}

fn mitigations(output: &mut impl Write, db: &Database) -> Result<()> {
    let head = "| mitigation | title | mitigates |\n|---|---|---|";
    writeln!(output, "## Mitigations\n\n{head}")?;
    for decl in in_library(db, Kind::Mitigation) {
        let (name, title) = (name(db, decl), title(db, decl));
        let counters: Vec<String> = typed(db, decl)
            .decls("counters")
            .map(|rule| link(&self::name(db, rule)))
            .collect();
        let counters = counters.join(", ");
        writeln!(output, "| `{name}` | {title} | {counters} |")?;
    }
    Ok(())
}

fn technologies(output: &mut impl Write, db: &Database) -> Result<()> {
    let head = "| technology | title | kind of | forwards |\n|---|---|---|---|";
    writeln!(output, "\n## Technologies\n\n{head}")?;
    for decl in in_library(db, Kind::Technology) {
        let (name, title, broader) = (name(db, decl), title(db, decl), broader(db, decl));
        let forwards = yes(db, decl, "forwards");
        writeln!(output, "| `{name}` | {title} | {broader} | {forwards} |")?;
    }
    Ok(())
}

fn protocols(output: &mut impl Write, db: &Database) -> Result<()> {
    let head = "| protocol | title | kind of | encrypted | authenticated |\n|---|---|---|---|---|";
    writeln!(output, "\n## Protocols\n\n{head}")?;
    for decl in in_library(db, Kind::Protocol) {
        let (name, title, broader) = (name(db, decl), title(db, decl), broader(db, decl));
        let encrypted = yes(db, decl, "encrypted");
        let authenticated = yes(db, decl, "authenticated");
        writeln!(
            output,
            "| `{name}` | {title} | {broader} | {encrypted} | {authenticated} |"
        )?;
    }
    Ok(())
}

fn in_library(db: &Database, kind: Kind) -> Vec<Decl> {
    visible_declarations(db, World::get(db).library(db), &[kind])
}

/// "yes" where a definition says so of itself or of what it is one of.
fn yes(db: &Database, decl: Decl, property: &str) -> &'static str {
    match broader_says(db, decl, property) {
        Some((true, _)) => "yes",
        _ => "",
    }
}

fn heading(subject: &str) -> String {
    let words = subject.replace(['_', '-'], " ");
    let mut characters = words.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

fn name(db: &Database, decl: Decl) -> String {
    short_name(db, decl).to_owned()
}

fn names(db: &Database, decls: impl Iterator<Item = Decl>) -> String {
    let names: Vec<String> = decls.map(|decl| format!("`{}`", name(db, decl))).collect();
    names.join(", ")
}

fn title(db: &Database, decl: Decl) -> String {
    decl.title(db)
        .map(|title| escape(title))
        .unwrap_or_default()
}

fn broader(db: &Database, decl: Decl) -> String {
    names(db, typed(db, decl).decls("is"))
}

fn link(rule: &str) -> String {
    format!("[{rule}](#{rule})")
}

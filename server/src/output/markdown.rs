//! The library as a page in Markdown. It must not decide what is said.

use super::document::markdown;
use super::printable;
use std::io::Write;
use threatline_model::{
    Database, Decl, Kind, World, broader_says, categories_in_words, full_name, references, typed,
    visible_declarations,
};
use threatline_view::catalogue::Entry;
use threatline_view::sanitize;

/// Writes the rules by subject, then the mitigations, technologies and protocols of the library.
pub fn write_library(
    output: &mut impl Write,
    db: &Database,
    rules: &[Entry],
) -> std::io::Result<()> {
    writeln!(output, "# The Threatline library\n")?;
    writeln!(
        output,
        "{} rules, and what they speak of: mitigations, technologies and protocols. `threatline rules --format markdown` \
         writes this page, and `threatline explain RULE` shows one rule with its test.\n",
        rules.len()
    )?;
    let mut subject = None;
    for entry in rules {
        if subject != Some(&entry.subject) {
            writeln!(output, "## {}\n", markdown(&heading(&entry.subject)))?;
            subject = Some(&entry.subject);
        }
        rule(output, db, entry)?;
    }
    let library = World::get(db).library(db);
    let all = |kind| visible_declarations(db, library, &[kind]);
    writeln!(
        output,
        "## Mitigations\n\n| mitigation | title | counters |\n|---|---|---|"
    )?;
    for decl in all(Kind::Mitigation) {
        let counters = typed(db, decl)
            .decls("counters")
            .map(|rule| link(&name(db, rule)));
        writeln!(
            output,
            "| `{}` | {} | {} |",
            name(db, decl),
            title(db, decl),
            counters.collect::<Vec<_>>().join(", ")
        )?;
    }
    writeln!(
        output,
        "\n## Technologies\n\n| technology | title | is one of | forwards |\n|---|---|---|---|"
    )?;
    for decl in all(Kind::Technology) {
        let forwards = broader_says(db, decl, "forwards").is_some_and(|(yes, _)| yes);
        let forwards = if forwards { "yes" } else { "" };
        writeln!(
            output,
            "| `{}` | {} | {} | {forwards} |",
            name(db, decl),
            title(db, decl),
            broader(db, decl)
        )?;
    }
    writeln!(
        output,
        "\n## Protocols\n\n| protocol | title | is one of | encrypted | authenticated |\n|---|---|---|---|---|"
    )?;
    for decl in all(Kind::Protocol) {
        let says = |property| {
            if broader_says(db, decl, property).is_some_and(|(yes, _)| yes) {
                "yes"
            } else {
                ""
            }
        };
        let (encrypted, authenticated) = (says("encrypted"), says("authenticated"));
        let broader = broader(db, decl);
        writeln!(
            output,
            "| `{}` | {} | {broader} | {encrypted} | {authenticated} |",
            name(db, decl),
            title(db, decl)
        )?;
    }
    Ok(())
}

fn rule(output: &mut impl Write, db: &Database, entry: &Entry) -> std::io::Result<()> {
    writeln!(
        output,
        "### {}\n**{}**\n",
        entry.name,
        markdown(&entry.title)
    )?;
    if !entry.description.is_empty() {
        writeln!(
            output,
            "{}\n",
            printable(&sanitize::markdown(&entry.description))
        )?;
    }
    let on = entry
        .on
        .iter()
        .map(|kind| kind.word())
        .collect::<Vec<_>>()
        .join(", ");
    writeln!(
        output,
        "```threat property\non: {on}\n{}\n```\n",
        printable(&entry.condition)
    )?;
    if !entry.advice.is_empty() {
        writeln!(output, "{}\n", markdown(&entry.advice))?;
    }
    writeln!(
        output,
        "- STRIDE: {}; likelihood {}, impact {}",
        categories_in_words(entry.categories),
        entry.likelihood.word(),
        entry.impact.word()
    )?;
    for id in &entry.references {
        let title = references::title(id).map(markdown).unwrap_or_default();
        match references::link(id) {
            Some(link) => writeln!(output, "- [{id}]({link}): {title}")?,
            None => writeln!(output, "- {id}")?,
        }
    }
    let counters = entry
        .countered_by
        .iter()
        .map(|decl| format!("`{}`", name(db, *decl)))
        .collect::<Vec<_>>();
    if !counters.is_empty() {
        writeln!(output, "- countered by {}", counters.join(", "))?;
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

fn name(db: &Database, decl: Decl) -> String {
    full_name(db, decl).trim_start_matches("std.").to_owned()
}

fn title(db: &Database, decl: Decl) -> String {
    decl.title(db)
        .map(|title| markdown(title))
        .unwrap_or_default()
}

fn broader(db: &Database, decl: Decl) -> String {
    typed(db, decl)
        .decls("is")
        .map(|broader| format!("`{}`", name(db, broader)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn link(rule: &str) -> String {
    format!("[{rule}](#{rule})")
}

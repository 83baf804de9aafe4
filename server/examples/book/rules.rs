//! A page for each rule of the library, and the page that lists them. It must not know any of them.

use crate::library::linked_mitigations;
use crate::markdown::{capitalized, table};
use crate::pages::{Chapter, Pages, repository};
use std::fmt::Write;
use std::io::{Error, Result};
use threatline::markdown_tables::references_of;
use threatline_model::{Database, World};
use threatline_view::catalog::{Entry, Filter, entries};

/// Writes the pages and the part `rules`.
pub fn write(pages: &Pages, db: &Database) -> Result<Vec<Chapter>> {
    let rules = entries(db, World::get(db).library(db), &Filter::default());
    pages.write_part("rules", &list(&rules))?;
    let mut chapters = Vec::new();
    for rule in &rules {
        let path = threatline::path_of_rule(db, rule.rule)
            .map(|path| format!("{path}.md"))
            .ok_or_else(|| Error::other(format!("{} has no page", rule.name)))?;
        pages.write(&path, page(db, rule)?.as_bytes())?;
        let title = rule.name.clone();
        chapters.push(Chapter { title, path });
    }
    Ok(chapters)
}

/// The rules by subject.
fn list(rules: &[Entry]) -> String {
    let mut text = format!("The library has {} rules.\n", rules.len());
    for subject in rules.chunk_by(|one, other| one.subject == other.subject) {
        let heading = capitalized(&subject[0].subject.replace(['_', '-'], " "));
        let rows = subject.iter().map(|rule| {
            let link = format!("[`{0}`](rules/{0}.md)", rule.name);
            [link, rule.title.clone(), rule.categories.in_words()]
        });
        let table = table(["rule", "threat", "STRIDE"], rows);
        write!(text, "\n## {heading}\n{table}").expect("a string accepts everything");
    }
    text
}

fn page(db: &Database, rule: &Entry) -> Result<String> {
    let on: Vec<&str> = rule.on.iter().map(|kind| kind.word()).collect();
    let mut text = format!(
        "# {}\n`{}` · {} · likelihood {}, impact {}\n\n{}\n\n\
         ## Condition\n```threat property\non: {}\n{}\n```\n\n## Fix\n{}\n",
        rule.title,
        rule.name,
        capitalized(&rule.categories.in_words()),
        rule.likelihood.word(),
        rule.impact.word(),
        rule.description,
        on.join(", "),
        rule.condition,
        rule.advice,
    );
    if !rule.countered_by.is_empty() {
        let mitigations = linked_mitigations(db, &rule.countered_by);
        write!(text, "\nMitigated by {mitigations}.\n").expect("a string accepts everything");
    }
    if !rule.references.is_empty() {
        let references = references_of(&rule.references);
        write!(text, "\n## References\n{references}").expect("a string accepts everything");
    }
    let test = format!("server/library/tests/{}.test.threat", rule.name);
    let test = std::fs::read_to_string(repository().join(test))?;
    write!(text, "\n## Example\n```threat\n{}\n```\n", test.trim_end())
        .expect("a string accepts everything");
    Ok(text)
}

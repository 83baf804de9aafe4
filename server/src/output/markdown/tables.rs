//! The mitigations, technologies and protocols of the library as tables in Markdown. It must not
//! know which document they are in.

use super::escape::escape;
use std::fmt::Write;
use threatline_model::{
    Database, Decl, Kind, World, broader_says, references, short_name, typed, visible_declarations,
};

/// How a document writes names, each of which it is given as it is declared.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// A name in the row that is about it.
    pub declared: fn(&str) -> String,
    /// A broader definition, which has a row in the same table.
    pub broader: fn(&str) -> String,
    /// A rule.
    pub rule: fn(&str) -> String,
}

/// The mitigations, with the rules that each mitigates.
pub fn mitigations(db: &Database, names: Names) -> String {
    let rows = in_library(db, Kind::Mitigation).map(|decl| {
        let rules = typed(db, decl).decls("counters");
        let rules: Vec<String> = rules
            .map(|rule| (names.rule)(short_name(db, rule)))
            .collect();
        let name = (names.declared)(short_name(db, decl));
        [name, title(db, decl), rules.join(", ")]
    });
    table(["mitigation", "title", "mitigates"], rows)
}

/// The technologies.
pub fn technologies(db: &Database, names: Names) -> String {
    let rows = in_library(db, Kind::Technology).map(|decl| {
        [
            (names.declared)(short_name(db, decl)),
            title(db, decl),
            broader(db, decl, names),
            yes(db, decl, "forwards"),
        ]
    });
    table(["technology", "title", "kind of", "forwards"], rows)
}

/// The protocols.
pub fn protocols(db: &Database, names: Names) -> String {
    let rows = in_library(db, Kind::Protocol).map(|decl| {
        [
            (names.declared)(short_name(db, decl)),
            title(db, decl),
            broader(db, decl, names),
            yes(db, decl, "encrypted"),
            yes(db, decl, "authenticated"),
        ]
    });
    let heading = ["protocol", "title", "kind of", "encrypted", "authenticated"];
    table(heading, rows)
}

/// A list of references, each with its title and a link to its publisher.
pub fn references_of<'id>(ids: impl IntoIterator<Item = &'id String>) -> String {
    let item = |id: &String| {
        let title = references::title(id).map(|title| format!(": {}", escape(title)));
        let title = title.unwrap_or_default();
        match references::link(id) {
            Some(link) => format!("- [{id}]({link}){title}\n"),
            None => format!("- {id}{title}\n"),
        }
    };
    ids.into_iter().map(item).collect()
}

/// A table.
pub fn table<const COLUMNS: usize>(
    heading: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let mut text = format!("| {} |\n|{}\n", heading.join(" | "), "---|".repeat(COLUMNS));
    for row in rows {
        let cells = row.map(|cell| cell.replace("\\|", "|").replace('|', "\\|"));
        writeln!(text, "| {} |", cells.join(" | ")).expect("a string accepts everything");
    }
    text
}

fn in_library(db: &Database, kind: Kind) -> impl Iterator<Item = Decl> {
    visible_declarations(db, World::get(db).library(db), &[kind]).into_iter()
}

fn broader(db: &Database, decl: Decl, names: Names) -> String {
    let broader = typed(db, decl).decls("is");
    let broader: Vec<String> = broader
        .map(|decl| (names.broader)(short_name(db, decl)))
        .collect();
    broader.join(", ")
}

/// "yes" if a definition, or a broader one, states it.
fn yes(db: &Database, decl: Decl, property: &str) -> String {
    let answer = match broader_says(db, decl, property) {
        Some((true, _)) => "yes",
        _ => "",
    };
    answer.to_owned()
}

fn title(db: &Database, decl: Decl) -> String {
    decl.title(db)
        .map(|title| escape(title))
        .unwrap_or_default()
}

//! The technologies, protocols and mitigations of the library. It must not know any of them.

use crate::markdown::{code, table};
use crate::pages::Pages;
use std::io::Result;
use threatline_model::{
    Database, Decl, Kind, World, broader_says, references, short_name, typed, visible_declarations,
};

/// Writes the parts `technologies`, `protocols` and `mitigations`.
pub fn write(pages: &Pages, db: &Database) -> Result<()> {
    pages.write_part("technologies", &technologies(db))?;
    pages.write_part("protocols", &protocols(db))?;
    pages.write_part("mitigations", &mitigations(db))
}

fn technologies(db: &Database) -> String {
    let rows = in_library(db, Kind::Technology).map(|decl| {
        let forwards = yes(db, decl, "forwards");
        [
            anchored(db, decl),
            title(db, decl),
            broader(db, decl),
            forwards,
        ]
    });
    table(["technology", "title", "is one of", "forwards"], rows)
}

fn protocols(db: &Database) -> String {
    let rows = in_library(db, Kind::Protocol).map(|decl| {
        [
            anchored(db, decl),
            title(db, decl),
            broader(db, decl),
            yes(db, decl, "encrypted"),
            yes(db, decl, "authenticated"),
        ]
    });
    let heading = [
        "protocol",
        "title",
        "is one of",
        "encrypted",
        "authenticated",
    ];
    table(heading, rows)
}

fn mitigations(db: &Database) -> String {
    let rows = in_library(db, Kind::Mitigation).map(|decl| {
        let rules: Vec<String> = typed(db, decl)
            .decls("counters")
            .map(|rule| short_name(db, rule))
            .map(|rule| format!("[`{rule}`](rules/{rule}.md)"))
            .collect();
        [anchored(db, decl), title(db, decl), rules.join(", ")]
    });
    table(["mitigation", "title", "mitigates"], rows)
}

fn in_library(db: &Database, kind: Kind) -> impl Iterator<Item = Decl> {
    visible_declarations(db, World::get(db).library(db), &[kind]).into_iter()
}

/// The name of a declaration, to which links can lead.
fn anchored(db: &Database, decl: Decl) -> String {
    let name = short_name(db, decl);
    format!("<a id=\"{name}\"></a>{}", code(name))
}

/// Links to mitigations, from a page of a folder below theirs.
pub fn linked_mitigations(db: &Database, decls: &[Decl]) -> String {
    let links: Vec<String> = decls
        .iter()
        .map(|decl| short_name(db, *decl))
        .map(|name| format!("[`{name}`](../mitigations.md#{name})"))
        .collect();
    links.join(", ")
}

/// A list of references, each with its title and a link to its publisher.
pub fn references_of(ids: &[String]) -> String {
    let item = |id: &String| {
        let title = references::title(id).map(|title| format!(": {title}"));
        let title = title.unwrap_or_default();
        match references::link(id) {
            Some(link) => format!("- [{id}]({link}){title}\n"),
            None => format!("- {id}{title}\n"),
        }
    };
    ids.iter().map(item).collect()
}

/// "yes" where a definition, or a broader one, states it.
fn yes(db: &Database, decl: Decl, property: &str) -> String {
    let answer = match broader_says(db, decl, property) {
        Some((true, _)) => "yes",
        _ => "",
    };
    answer.to_owned()
}

fn title(db: &Database, decl: Decl) -> String {
    decl.title(db).map(ToString::to_string).unwrap_or_default()
}

fn broader(db: &Database, decl: Decl) -> String {
    let links: Vec<String> = typed(db, decl)
        .decls("is")
        .map(|broader| short_name(db, broader))
        .map(|name| format!("[`{name}`](#{name})"))
        .collect();
    links.join(", ")
}

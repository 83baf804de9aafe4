//! What the library has: technologies, protocols and mitigations by their names, and what is
//! broader. It must not know how another tool calls them.

use crate::tree::plain_word;
use std::sync::LazyLock;
use threatline_model::{Date, Kind, Workspace, World, full_name, typed, visible_declarations};

/// What the library declares, with the broader technologies and protocols of each.
static LIBRARY: LazyLock<Vec<(Kind, String, Vec<String>)>> = LazyLock::new(|| {
    let workspace = Workspace::new(Date::constant(2026, 1, 1));
    let db = workspace.db();
    let library = World::get(db).library(db);
    let short = |decl| full_name(db, decl).trim_start_matches("std.").to_owned();
    let kinds = [
        Kind::Technology,
        Kind::Protocol,
        Kind::Mitigation,
        Kind::Rule,
    ];
    let all = kinds.iter().flat_map(|kind| {
        visible_declarations(db, library, &[*kind])
            .into_iter()
            .map(move |decl| (*kind, decl))
    });
    all.map(|(kind, decl)| {
        (
            kind,
            short(decl),
            typed(db, decl).decls("is").map(short).collect(),
        )
    })
    .collect()
});

/// Whether the library has something of this name.
pub fn in_library(kind: Kind, name: &str) -> Option<&'static str> {
    let said = plain_word(name);
    LIBRARY
        .iter()
        .find(|(of, name, _)| *of == kind && plain_word(name) == said)
        .map(|(_, name, _)| name.as_str())
}

/// A name and the broader ones above it, the nearest first.
pub fn upwards(kind: Kind, name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    let mut at = 0;
    while at < all.len() {
        let broader = LIBRARY
            .iter()
            .find(|(of, name, _)| *of == kind && *name == all[at])
            .map(|(_, _, broader)| broader);
        for broader in broader.into_iter().flatten() {
            if !all.contains(broader) {
                all.push(broader.clone());
            }
        }
        at += 1;
    }
    all
}

/// What a table has for the nearest broader technology.
pub fn broader(ours: &str, table: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let above = upwards(Kind::Technology, ours);
    above.iter().find_map(|name| {
        table
            .iter()
            .find(|(_, names)| names.first() == Some(&name.as_str()))
            .map(|(theirs, _)| *theirs)
    })
}

/// What a table has for the nearest broader protocol.
pub fn broader_protocol(ours: &str, table: &[(&'static str, &str)]) -> Option<&'static str> {
    let above = upwards(Kind::Protocol, ours);
    above.iter().find_map(|name| {
        table
            .iter()
            .find(|(_, ours)| ours == name)
            .map(|(theirs, _)| *theirs)
    })
}

/// The protocols of the library that encrypt by themselves.
static ENCRYPTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let workspace = Workspace::new(Date::constant(2026, 1, 1));
    let db = workspace.db();
    let all = visible_declarations(db, World::get(db).library(db), &[Kind::Protocol]);
    let all = all
        .into_iter()
        .filter(|decl| typed(db, *decl).yes_no("encrypted") == Some(true));
    all.map(|decl| full_name(db, decl).trim_start_matches("std.").to_owned())
        .collect()
});

/// Whether a protocol of the library encrypts by itself.
pub fn encrypts(protocol: &str) -> bool {
    ENCRYPTED.iter().any(|name| name == protocol)
}

/// The protocol of the library that is the same with encryption, if there is one.
pub fn encrypted(protocol: &str) -> Option<&'static str> {
    let same = |name: &&String| {
        upwards(Kind::Protocol, name)
            .get(1)
            .is_some_and(|broader| broader == protocol)
    };
    ENCRYPTED.iter().find(same).map(String::as_str)
}

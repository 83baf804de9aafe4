//! What the library has: technologies, protocols and mitigations by their names, and what is
//! broader. It must not know how another tool calls them.

use crate::words::plain_word;
use std::sync::LazyLock;
use threatline_model::{
    Database, Date, Decl, Kind, Workspace, World, short_name, typed, visible_declarations,
};

/// A declaration of the library.
struct Entry {
    kind: Kind,
    name: String,
    /// The name without what sets its words off, by which it is found.
    plain_name: String,
    /// The broader technologies or protocols.
    broader: Vec<String>,
    /// Whether it is a protocol that encrypts by itself.
    is_encrypted: bool,
}

/// What the library declares.
static LIBRARY: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let workspace = Workspace::new(Date::constant(2026, 1, 1));
    let db = workspace.db();
    let library = World::get(db).library(db);
    let kinds = [
        Kind::Technology,
        Kind::Protocol,
        Kind::Mitigation,
        Kind::Rule,
    ];
    kinds
        .iter()
        .flat_map(|kind| visible_declarations(db, library, &[*kind]))
        .map(|decl| entry(db, decl))
        .collect()
});

fn entry(db: &Database, decl: Decl) -> Entry {
    let stated = typed(db, decl);
    Entry {
        kind: decl.kind(db),
        plain_name: plain_word(short_name(db, decl)),
        name: short_name(db, decl).to_owned(),
        broader: stated
            .decls("is")
            .map(|decl| short_name(db, decl).to_owned())
            .collect(),
        is_encrypted: stated.yes_no("encrypted") == Some(true),
    }
}

/// The library's protocols that encrypt by themselves.
fn encrypted_protocols() -> impl Iterator<Item = &'static str> {
    LIBRARY
        .iter()
        .filter(|entry| entry.kind == Kind::Protocol && entry.is_encrypted)
        .map(|entry| entry.name.as_str())
}

/// The library's own name for something, if it has it.
pub fn in_library(kind: Kind, name: &str) -> Option<&'static str> {
    let word = plain_word(name);
    LIBRARY
        .iter()
        .find(|entry| entry.kind == kind && entry.plain_name == word)
        .map(|entry| entry.name.as_str())
}

/// A name and the broader ones above it, the nearest first.
fn upwards(kind: Kind, name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    let mut next = 0;
    while next < names.len() {
        let entry = LIBRARY
            .iter()
            .find(|entry| entry.kind == kind && entry.name == names[next]);
        for broader in entry.into_iter().flat_map(|entry| &entry.broader) {
            if !names.contains(broader) {
                names.push(broader.clone());
            }
        }
        next += 1;
    }
    names
}

/// Whether something of the library is one of these, or narrower than one.
pub fn is_one_of(kind: Kind, name: &str, broader: &[&str]) -> bool {
    upwards(kind, name)
        .iter()
        .any(|name| broader.contains(&name.as_str()))
}

/// What a table has for the nearest broader technology; of several names of ours, the first counts.
pub fn broader_technology(ours: &str, table: &[(&'static str, &[&str])]) -> Option<&'static str> {
    upwards(Kind::Technology, ours).iter().find_map(|name| {
        table
            .iter()
            .find(|(_, names)| names.first() == Some(&name.as_str()))
            .map(|(theirs, _)| *theirs)
    })
}

/// What a table has for the nearest broader protocol.
pub fn broader_protocol(ours: &str, table: &[(&'static str, &str)]) -> Option<&'static str> {
    upwards(Kind::Protocol, ours)
        .iter()
        .find_map(|name| crate::words::theirs(name, table))
}

/// Whether a protocol of the library encrypts by itself.
pub fn encrypts(protocol: &str) -> bool {
    encrypted_protocols().any(|name| name == protocol)
}

/// The protocol of the library that is the same with encryption, if there is one.
pub fn encrypted(protocol: &str) -> Option<&'static str> {
    encrypted_protocols().find(|name| {
        upwards(Kind::Protocol, name)
            .get(1)
            .is_some_and(|broader| broader == protocol)
    })
}

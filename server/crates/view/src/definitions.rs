//! The technologies, protocols and mitigations that a model can name, with the details of
//! each in a list. It must not know how a list is laid out.

use threatline_model::{
    Database, Decl, Kind, Model, aliases, counters, full_name, has_trait, short_name, typed,
    visible_declarations,
};

/// A definition in a list.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The definition.
    pub decl: Decl,
    /// Its name, without `std.`.
    pub name: String,
    /// Its title, or its name.
    pub title: String,
    /// The broader ones that it belongs to.
    pub broader: Vec<String>,
    /// What people know it by.
    pub aliases: Vec<&'static str>,
    /// Whether a protocol is encrypted.
    pub is_encrypted: bool,
    /// The rules, threats and categories that a mitigation counters.
    pub counters: Vec<String>,
}

/// The definitions of a kind that a model can name, the library's first, in the order in which they
/// are declared.
pub fn definitions(db: &Database, model: Model, kind: Kind) -> Vec<Definition> {
    let mut visible = visible_declarations(db, model, &[kind]);
    visible.sort_by_key(|decl| {
        let (file, span) = decl.part(threatline_model::Part::Name).resolve(db);
        (!decl.in_library(db), file.path(db).clone(), span.start)
    });
    visible
        .into_iter()
        .map(|decl| definition(db, decl))
        .collect()
}

fn definition(db: &Database, decl: Decl) -> Definition {
    let kind = decl.kind(db);
    let stated = typed(db, decl);
    let name = short_name(db, decl).to_owned();
    let broader = match kind {
        Kind::Mitigation => "based_on",
        _ => "is",
    };
    let short = |decl: Decl| short_name(db, decl).to_owned();
    let known = aliases::of_definitions(kind).iter();
    let own = known.filter(|alias| decl.in_library(db) && alias.meant == Some(name.as_str()));
    let countered = (kind == Kind::Mitigation).then(|| counters(db, decl));
    let countered = countered.iter().flat_map(|counters| {
        let words = counters.categories.words().map(str::to_owned);
        words.chain(counters.decls.iter().map(|decl| short(*decl)))
    });
    Definition {
        decl,
        title: decl.title(db).map_or_else(
            || full_name(db, decl).to_string(),
            |title| title.to_string(),
        ),
        broader: stated.decls(broader).map(short).collect(),
        aliases: own.flat_map(|alias| alias.words()).collect(),
        is_encrypted: has_trait(db, decl, "encrypted"),
        counters: countered.collect(),
        name,
    }
}

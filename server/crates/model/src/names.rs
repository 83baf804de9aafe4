//! How a declaration is called, and who may name it. It must not know what properties mean.

use crate::db::{Db, Decl, File};
use crate::headings::ends;
use crate::library;
use crate::resolve::{declared, resolve};
use smol_str::{SmolStr, format_smolstr};
use threatline_syntax::Kind;
use threatline_syntax::prose::with_article;

/// The name of a declaration as it is written anywhere: `payments.ledger`, `std.rate_limiting`, and
/// for a flow without a name its ends, `(payments.api -> payments.ledger)`.
#[salsa::tracked]
pub fn full_name(db: &dyn Db, decl: Decl) -> SmolStr {
    let shape = decl.shape(db);
    let Some(name) = &shape.name else {
        let (source, target) = ends(db, decl);
        let end = |end: Option<Decl>, written: &Option<SmolStr>| match end {
            Some(end) => full_name(db, end).clone(),
            None => written.clone().unwrap_or_else(|| "?".into()),
        };
        return match shape.kind {
            Kind::Flow => format_smolstr!(
                "({} -> {})",
                end(source, &shape.source),
                end(target, &shape.target)
            ),
            kind => {
                format_smolstr!("({} without a name)", with_article(kind.word()))
            }
        };
    };
    if shape.kind == Kind::Component {
        return name.clone();
    }
    if decl.in_library(db) {
        return library::full_name(name).into();
    }
    match decl.component(db) {
        Some(component) => format_smolstr!("{component}.{name}"),
        None => name.clone(),
    }
}

/// The same without the `std.` of what is the library's.
pub fn short_name(db: &dyn Db, decl: Decl) -> &str {
    library::short_name(full_name(db, decl))
}

/// The name of a declaration as short as it can be written in a file and still mean it.
pub fn name_from(db: &dyn Db, decl: Decl, file: File) -> SmolStr {
    let full = full_name(db, decl);
    let shorter = full.match_indices('.').map(|(dot, _)| &full[dot + 1..]);
    let mut candidates: Vec<&str> = shorter.collect();
    candidates.reverse();
    if decl.shape(db).name.is_none() {
        return full.clone();
    }
    candidates
        .into_iter()
        .find(|name| resolve(db, file, name) == Ok(decl))
        .map_or_else(|| full.clone(), SmolStr::from)
}

/// The headings in which a declaration may be named.
pub fn headings_naming(db: &dyn Db, decl: Decl) -> &[Decl] {
    declared(db, decl.model(db), full_name(db, decl))
        .map(|declared| &*declared.pointed_at_by)
        .unwrap_or_default()
}

/// The files in which a declaration may be named.
pub fn files_naming(db: &dyn Db, decl: Decl) -> &[File] {
    let name = full_name(db, decl);
    decl.model(db)
        .names_of(db, name)
        .written(db)
        .get(name)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The `accept`s and `dismiss`es that may name a finding on a declaration, or on a flow from or to
/// it.
pub fn accepts_naming(db: &dyn Db, decl: Decl) -> &[Decl] {
    let name = full_name(db, decl);
    decl.model(db)
        .names_of(db, name)
        .accepted(db)
        .get(name)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

//! What there is to know of a declaration. It must not know how a description is laid out.

use super::description::Description;
use crate::explain::{self, Explanation};
use threatline_model::{Database, Decl, File, Kind, assessed};

/// What there is to know of a declaration, as asked from a file.
pub fn declaration(db: &Database, file: File, decl: Decl) -> Explanation {
    let mut description = Description::new(db, file, decl);
    let kind = decl.kind(db);
    if kind == Kind::Threat
        && let Some(assessed) = assessed(db, decl).first()
    {
        let mut parts = explain::finding(db, assessed).parts.into_iter();
        // What is stated follows what has become of it.
        description.parts.extend(parts.next());
        description.properties(&["targets", "affects", "likelihood", "impact", "mitigations"]);
        description.parts.extend(parts);
        return description.finish();
    }
    description
        .parts
        .extend(explain::written_description(db, decl));
    match kind {
        Kind::Component => description.component(),
        Kind::Boundary => description.boundary(),
        Kind::Asset => description.asset(),
        Kind::External | Kind::Process | Kind::Store | Kind::Flow => description.element(),
        Kind::Mitigation => description.mitigation(),
        Kind::Accept => description.accept(),
        Kind::Dismiss => description.dismiss(),
        Kind::Technology | Kind::Protocol => description.definition(),
        Kind::Rule => description.rule(),
        Kind::Expect => description.expect(),
        Kind::Threat | Kind::Assumption => description.properties(&[]),
    }
    description.parts.extend(explain::references_of(db, decl));
    description.finish()
}

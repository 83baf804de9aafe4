//! Go to type definition: from a name to what the named is made with. It must not know LSP types.

use crate::occurrences::occurrence_at;
use crate::target::{Goto, Target};
use threatline_model::{Database, File, Kind, typed};

/// What the named declaration is made with: the technologies of an element, the protocol of a flow,
/// and of a technology, a protocol or a mitigation the broader ones.
pub fn goto_type_definition(db: &Database, file: File, offset: u32) -> Option<Goto> {
    let occurrence = occurrence_at(db, file, offset)?;
    let decl = occurrence.decl()?;
    let property = match decl.kind(db) {
        Kind::External | Kind::Process | Kind::Store => "technology",
        Kind::Flow => "protocol",
        Kind::Technology | Kind::Protocol => "is",
        Kind::Mitigation => "based_on",
        _ => return None,
    };
    Goto::new(
        occurrence.span,
        typed(db, decl)
            .decls(property)
            .map(|named| Target::of(db, named))
            .collect(),
    )
}

//! Go to implementation: from a name to what carries the named out. It must not know LSP types.

use crate::occurrences::occurrence_at;
use crate::target::{Goto, Target};
use threatline_model::{Database, Decl, File, Kind, Part, contents};
use threatline_view::related;

/// What carries the named declaration out: of a boundary what is in it; of a mitigation where it is
/// listed, and the mitigations based on it; of a technology or protocol the elements made with it;
/// of an asset the elements that hold it; of a component what it declares; of a rule the elements
/// on which it finds something.
pub fn goto_implementation(db: &Database, file: File, offset: u32) -> Option<Goto> {
    let occurrence = occurrence_at(db, file, offset)?;
    let decl = occurrence.decl()?;
    let model = file.model(db);
    let target = |decl: Decl| Target::of(db, decl);
    let targets = match decl.kind(db) {
        Kind::Boundary => contents(db, decl).iter().copied().map(target).collect(),
        Kind::Mitigation => {
            let listed = related::listed(db, model, decl)
                .into_iter()
                .map(|(by, part)| part_target(db, by, part));
            listed
                .chain(related::based_on(db, model, decl).into_iter().map(target))
                .collect()
        }
        Kind::Technology | Kind::Protocol => related::made_with(db, model, decl)
            .into_iter()
            .map(|(element, _)| target(element))
            .collect(),
        Kind::Asset => related::holding(db, model, decl)
            .into_iter()
            .map(target)
            .collect(),
        Kind::Component => {
            let own = decl
                .file(db)
                .declarations(db)
                .iter()
                .copied()
                .filter(|other| *other != decl);
            own.chain(related::components_within(db, decl))
                .map(target)
                .collect()
        }
        Kind::Rule => {
            let findings = related::found_by(db, model, decl);
            findings
                .into_iter()
                .map(|assessed| target(assessed.finding.id.subject()))
                .collect()
        }
        _ => return None,
    };
    Goto::new(occurrence.span, targets)
}

/// A part of a declaration, with all of the declaration around it.
fn part_target(db: &Database, decl: Decl, part: Part) -> Target {
    Target {
        name: decl.part(part).resolve(db).1,
        ..Target::of(db, decl)
    }
}

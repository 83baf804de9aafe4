//! What rules do not find in a test although it expects them to, or find although it does not. It
//! must not know why a rule finds something.

use crate::codes;
use crate::db::{Db, Decl};
use crate::diagnostic::Diagnostic;
use crate::expectations::expectation_outcomes;
use crate::lower::Part;
use threatline_syntax::Kind;

pub(super) fn check(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    if decl.kind(db) != Kind::Expect {
        return;
    }
    for outcome in expectation_outcomes(db, decl) {
        let Some(instead) = &outcome.instead else {
            continue;
        };
        let message = format!(
            "`{}` is expected to be {}, but {instead}",
            outcome.name(db),
            outcome.expected
        );
        let mut diagnostic = Diagnostic::new(&codes::UNMET_EXPECTATION, outcome.place, message);
        for reason in outcome.reasons {
            diagnostic = diagnostic.relate(
                reason.place.unwrap_or(decl.part(Part::Name)),
                reason.message,
            );
        }
        problems.push(diagnostic);
    }
}

//! What declarations that follow each other in a file have to say, together, so that a file of
//! thousands does not ask each of them after a key. It must not know what other files say.

use super::{expectations, lint, open_findings, structure, time};
use crate::assessment::{Assessed, FindingCounts};
use crate::db::{Db, Decl, File};
use crate::diagnostic::Diagnostic;
use crate::properties::typed;

/// How many declarations make a run.
const RUN_LENGTH: usize = 64;

/// What declarations that follow each other in a file have to say; of a test only what they mean
/// wrongly. A file asks its runs and not each declaration, so that a change in a file of thousands
/// makes it look again at those around the change alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// What they mean wrongly.
    pub problems: Vec<Diagnostic>,
    /// Those that may state a day.
    pub dated: Vec<Decl>,
    /// The open findings on them.
    pub open: Vec<Assessed>,
    /// Those that depend on a missing fact, and are reported here.
    pub waiting: Vec<Assessed>,
    /// The elements with more findings than are listed, and those that are not.
    pub unlisted: Vec<(Decl, FindingCounts)>,
}

pub fn runs(db: &dyn Db, file: File) -> impl Iterator<Item = &Run> {
    (0..file.declarations(db).len().div_ceil(RUN_LENGTH))
        .map(move |number| run(db, file, number as u32))
}

#[salsa::tracked]
fn run(db: &dyn Db, file: File, number: u32) -> Run {
    // Of a file that became shorter a run may be asked for that is there no more.
    let decls = file
        .declarations(db)
        .chunks(RUN_LENGTH)
        .nth(number as usize)
        .unwrap_or_default()
        .iter()
        .copied();
    let problems = decls
        .clone()
        .flat_map(|decl| of_declaration(db, decl).iter().cloned())
        .collect();
    let is_test = file.model(db).is_test(db);
    let judged = || decls.clone().filter(|_| !is_test);
    Run {
        problems,
        dated: judged()
            .filter(|decl| time::day_of(decl.kind(db)).is_some())
            .collect(),
        open: judged()
            .flat_map(|decl| open_findings::open_at(db, decl).cloned())
            .collect(),
        waiting: judged()
            .flat_map(|decl| open_findings::waiting_at(db, decl).iter().cloned())
            .collect(),
        unlisted: judged()
            .filter_map(|decl| Some((decl, open_findings::unlisted_at(db, decl)?.clone())))
            .collect(),
    }
}

/// What one declaration means wrongly, apart from the others so that a change of one leaves them as
/// they are.
#[salsa::tracked]
fn of_declaration(db: &dyn Db, decl: Decl) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    structure::check_declaration(db, decl, &mut problems);
    problems.extend(typed(db, decl).problems.iter().cloned());
    if decl.model(db).is_test(db) {
        expectations::check(db, decl, &mut problems);
    } else {
        lint::check(db, decl, &mut problems);
    }
    problems.shrink_to_fit();
    problems
}

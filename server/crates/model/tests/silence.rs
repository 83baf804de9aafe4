//! Silence is earned: a statement that is taken out of a model never makes its verdict better
//! without a question.

mod support;

use support::verdict::{THRESHOLD, Verdict, fact_holders};
use threatline_model::{Database, Part, Workspace, full_name, typed};
use threatline_testkit::{example_models, is_thorough, workspace};

/// A statement of a model: the file, the bytes of it, and what it is.
struct Statement {
    path: String,
    span: (usize, usize),
    element: String,
    property: &'static str,
}

/// Every property of what the analysis looks at.
fn statements(db: &Database, workspace: &Workspace) -> Vec<Statement> {
    let holders = fact_holders(db, workspace).into_iter();
    holders
        .flat_map(|decl| {
            let stated = &typed(db, decl).stated;
            stated.iter().map(move |stated| {
                let property = decl.part(Part::Property(stated.position)).resolve(db).1;
                Statement {
                    path: decl.file(db).path(db).to_string(),
                    span: (property.start as usize, property.end as usize),
                    element: full_name(db, decl).to_string(),
                    property: stated.property.name,
                }
            })
        })
        .collect()
}

#[test]
fn what_is_left_out_is_asked_for() {
    let mut lost = Vec::new();
    let mut tried = 0;
    for (name, files) in example_models() {
        let whole = workspace(&files);
        let before = Verdict::of(&whole);
        let statements = statements(whole.db(), &whole);
        let stride = if is_thorough() { 1 } else { 7 };
        for statement in statements.iter().step_by(stride) {
            tried += 1;
            let mut files = files.clone();
            let text = files.iter_mut().find(|(path, _)| *path == statement.path);
            let text = &mut text.expect("the file is there").1;
            text.replace_range(statement.span.0..statement.span.1, "");
            let after = Verdict::of(&workspace(&files));
            let asked = (statement.element.clone(), statement.property);
            let is_asked = after
                .open
                .values()
                .any(|(level, missing)| *level >= THRESHOLD && missing.as_ref() == Some(&asked));
            let is_held = after.gaps.len() > before.gaps.len();
            let severe = before
                .open
                .iter()
                .filter(|(_, (level, missing))| *level >= THRESHOLD && missing.is_none());
            let gone = severe.filter(|(id, _)| !after.open.contains_key(*id));
            if before.fails() && !after.fails() {
                lost.push(format!(
                    "{name}: without `{}` of `{}` it passes",
                    statement.property, statement.element
                ));
            }
            for (id, _) in gone.filter(|_| !is_asked && !is_held) {
                lost.push(format!(
                    "{name}: without `{}` of `{}`, {id} is gone",
                    statement.property, statement.element
                ));
            }
        }
    }
    assert!(tried > 100, "only {tried} statements were tried");
    assert!(
        lost.is_empty(),
        "{} lost of {tried}:\n{lost:#?}",
        lost.len()
    );
}

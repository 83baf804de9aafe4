//! Silence is earned: a statement that is taken out of a model never makes its verdict better
//! without a question.

use std::collections::BTreeMap;
use threatline_model::{
    Assessed, Database, Decl, Kind, Level, Part, Severity, Workspace, all_findings, diagnostics,
    full_name, typed,
};
use threatline_testkit::{example_models, is_thorough, workspace};

/// The severity at which a check fails.
const THRESHOLD: Level = Level::High;

/// The diagnostics that hold a verdict back, though no single fact answers them.
const GAPS: [&str; 3] = ["nothing-to-protect", "unused-asset", "external-inside"];

/// A property of a declaration, by the names of both.
type Fact = (String, &'static str);

/// What a check of a model rests on.
struct Verdict {
    /// The findings that are open, by name, with whether they are at the threshold and the fact
    /// that is missing.
    open: BTreeMap<String, (bool, Option<Fact>)>,
    /// The diagnostics that hold it back, and the errors.
    gaps: Vec<String>,
}

fn verdict(workspace: &Workspace) -> Verdict {
    let db = workspace.db();
    let model = workspace.models().next().expect("there is a model");
    let findings = all_findings(db, model);
    let is_open = |assessed: &&Assessed| assessed.standing().is_open();
    let open = findings.iter().filter(is_open).map(|assessed| {
        let missing = assessed.finding.missing;
        let missing = missing.map(|fact| (full_name(db, fact.element).to_string(), fact.property));
        let is_severe = assessed.finding.severity >= THRESHOLD;
        (
            assessed.finding.id.name(db).to_string(),
            (is_severe, missing),
        )
    });
    let files = model.files(db).iter();
    let all = files.flat_map(|file| diagnostics(db, *file));
    let gaps = all.filter(|diagnostic| {
        let is_error = diagnostic.severity == Severity::Error;
        GAPS.contains(&diagnostic.code.id) || (is_error && diagnostic.findings.is_empty())
    });
    Verdict {
        open: open.collect(),
        gaps: gaps.map(|diagnostic| diagnostic.message).collect(),
    }
}

/// A statement of a model: the file, the bytes of it, and what it is.
struct Statement {
    path: String,
    span: (usize, usize),
    element: String,
    property: &'static str,
}

/// Every property of what the analysis looks at.
fn statements(db: &Database, workspace: &Workspace) -> Vec<Statement> {
    let model = workspace.models().next().expect("there is a model");
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let is_fact = |decl: &Decl| {
        let kind = decl.kind(db);
        kind.is_element() || [Kind::Boundary, Kind::Asset, Kind::Component].contains(&kind)
    };
    let declarations = declarations.filter(is_fact);
    declarations
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
        let before = verdict(&whole);
        let statements = statements(whole.db(), &whole);
        let stride = if is_thorough() { 1 } else { 7 };
        for statement in statements.iter().step_by(stride) {
            tried += 1;
            let mut files = files.clone();
            let text = files.iter_mut().find(|(path, _)| *path == statement.path);
            let text = &mut text.expect("the file is there").1;
            text.replace_range(statement.span.0..statement.span.1, "");
            let after = verdict(&workspace(&files));
            let asked = (statement.element.clone(), statement.property);
            let is_asked = after
                .open
                .values()
                .any(|(is_severe, missing)| *is_severe && missing.as_ref() == Some(&asked));
            let is_held = after.gaps.len() > before.gaps.len();
            let found = before
                .open
                .iter()
                .filter(|(_, (is_severe, missing))| *is_severe && missing.is_none());
            let gone = found.filter(|(id, _)| !after.open.contains_key(*id));
            let fails = |verdict: &Verdict| {
                verdict.open.values().any(|(is_severe, _)| *is_severe) || !verdict.gaps.is_empty()
            };
            if fails(&before) && !fails(&after) {
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
        "{} lost of {tried}:\n{}",
        lost.len(),
        lost.join("\n")
    );
}

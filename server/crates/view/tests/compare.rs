//! What changed between two states of a model, on models made at random: that nothing is told of
//! nothing, and that nothing is kept back.

use std::collections::BTreeSet;
use threatline_model::{FindingState, Model, Settings, Workspace, all_findings};
use threatline_testkit::{Random, cases, generate, workspace};
use threatline_view::compare::{Policies, Side, Topic, compare};

type Files = Vec<(String, String)>;

fn model(workspace: &Workspace) -> Model {
    workspace
        .models()
        .find(|model| !model.files(workspace.db()).is_empty())
        .expect("there is a model")
}

/// One policy for both.
fn policies(settings: &Settings) -> Policies<'_> {
    Policies {
        base: settings,
        head: settings,
        by_head: &[],
    }
}

/// The names of what is open.
fn open(workspace: &Workspace) -> BTreeSet<String> {
    let db = workspace.db();
    let open = all_findings(db, model(workspace))
        .into_iter()
        .filter(|found| found.state == FindingState::Open);
    open.map(|found| found.finding.id.name(db).to_string())
        .collect()
}

/// The declarations of each file in another order, and the files by other names.
fn shuffled(files: &Files, random: &mut Random) -> Files {
    let moved = files.iter().map(|(path, text)| {
        let (head, rest) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut parts: Vec<&str> = rest
            .split("\n\n")
            .filter(|part| !part.trim().is_empty())
            .collect();
        for index in (1..parts.len()).rev() {
            parts.swap(index, random.below(index + 1));
        }
        (
            format!("moved/{path}"),
            format!("// moved\n{head}\n\n\n{}\n", parts.join("\n\n// here\n\n")),
        )
    });
    moved.collect()
}

/// Some lines less.
fn cut(files: &Files, random: &mut Random) -> Files {
    let cut = files.iter().map(|(path, text)| {
        let kept = text
            .lines()
            .filter(|line| random.below(20) != 0 || line.starts_with("component"))
            .collect::<Vec<_>>()
            .join("\n");
        (path.clone(), kept)
    });
    cut.collect()
}

#[test]
fn findings_of_both_sides_are_not_reported() {
    let mut random = Random::new(7);
    let files: Files = generate(60);
    let base = workspace(&files);
    let before = Side::new(base.db(), Some(model(&base)));
    let settings = model(&base).settings(base.db());
    for _ in 0..cases(7, 20) {
        let moved = workspace(&shuffled(&files, &mut random));
        let found = compare(
            &before,
            &Side::new(moved.db(), Some(model(&moved))),
            &policies(settings),
        );
        assert!(
            found.opened.is_empty() && found.closed.is_empty() && found.changes.is_empty(),
            "{found:#?}"
        );
        assert!(found.renamed.is_empty() && found.texts.is_empty());

        let less = workspace(&cut(&files, &mut random));
        let found = compare(
            &before,
            &Side::new(less.db(), Some(model(&less))),
            &policies(settings),
        );
        let (was, is) = (open(&base), open(&less));
        if found.renamed.is_empty() {
            let name = |id: threatline_model::FindingId| id.name(less.db()).to_string();
            let opened: BTreeSet<String> = found
                .opened
                .iter()
                // What was accepted and got worse is told, and still accepted in the head.
                .filter(|opened| opened.assessed.state == FindingState::Open)
                .map(|opened| (opened.is_worse(), name(opened.assessed.finding.id)))
                .filter(|(is_worse, name)| !is_worse || !was.contains(name))
                .map(|(_, name)| name)
                .collect();
            let closed = found
                .closed
                .iter()
                .map(|closed| closed.assessed.finding.id.name(base.db()).to_string());
            assert_eq!(opened, is.difference(&was).cloned().collect());
            assert_eq!(
                closed.collect::<BTreeSet<String>>(),
                was.difference(&is).cloned().collect()
            );
        }
    }
}

#[test]
fn nothing_is_new_or_gone_of_a_model_that_is_not_there() {
    let files: Files = generate(30);
    let one = workspace(&files);
    let settings = model(&one).settings(one.db());
    let (none, all) = (
        Side::new(one.db(), None),
        Side::new(one.db(), Some(model(&one))),
    );
    let come = compare(&none, &all, &policies(settings));
    assert_eq!(come.opened.len(), open(&one).len());
    assert!(
        come.closed.is_empty()
            && come
                .changes
                .iter()
                .all(|change| change.topic != Topic::Removed)
    );
    let gone = compare(&all, &none, &policies(settings));
    assert_eq!(gone.closed.len(), open(&one).len());
    assert!(
        gone.opened.is_empty()
            && gone
                .changes
                .iter()
                .all(|change| change.topic != Topic::Added)
    );
}

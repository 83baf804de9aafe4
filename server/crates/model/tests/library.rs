//! The library: every rule has a test in which it finds something and one in which it does not, is
//! countered, and says where the threat is described; every category of STRIDE is covered.

use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{
    Decl, Severity, Workspace, World, diagnostics, expected_rules, full_name,
    mitigations_against_rule, rules, schema::STRIDE, typed,
};
use threatline_testkit::{TODAY, render_diagnostic};

fn with_tests() -> Workspace {
    let mut workspace = Workspace::new(TODAY);
    workspace.load_library_tests();
    workspace
}

fn library_rules(workspace: &Workspace) -> Vec<Decl> {
    let db = workspace.db();
    rules(db, World::get(db).library(db)).clone()
}

#[test]
fn all_tests_of_the_library_are_met() {
    let workspace = with_tests();
    let db = workspace.db();
    let mut wrong = String::new();
    for file in workspace
        .tests()
        .flat_map(|test| test.files(db).iter().copied())
    {
        for diagnostic in diagnostics(db, file) {
            assert!(diagnostic.severity <= Severity::Warning);
            wrong += &render_diagnostic(db, &diagnostic);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_rule_has_a_test_that_fires_and_one_that_does_not() {
    let workspace = with_tests();
    let db = workspace.db();
    let mut expected: BTreeMap<Decl, BTreeSet<&str>> = BTreeMap::new();
    for test in workspace.tests() {
        for (what, rule) in expected_rules(db, test) {
            expected.entry(rule).or_default().insert(what);
        }
    }
    for rule in library_rules(&workspace) {
        let name = full_name(db, rule);
        let of_it = expected.get(&rule).cloned().unwrap_or_default();
        assert!(
            of_it.contains("found"),
            "no test in which {name} finds something"
        );
        assert!(of_it.contains("absent"), "no test in which {name} does not");
        let short = name.trim_start_matches("std.");
        let own = workspace
            .tests()
            .any(|test| test.root(db).ends_with(&format!("/{short}.test.threat")));
        assert!(own, "no test is called {short}.test.threat");
    }
}

#[test]
fn every_rule_is_described_referred_and_countered() {
    let workspace = with_tests();
    let db = workspace.db();
    for rule in library_rules(&workspace) {
        let name = full_name(db, rule);
        let stated = typed(db, rule);
        assert!(rule.title(db).is_some(), "{name} has no title");
        assert!(
            rule.facts(db).description.is_some(),
            "{name} has no description"
        );
        assert!(stated.text("advice").is_some(), "{name} has no advice");
        assert!(
            stated.references().any(|id| id.starts_with("CWE-")),
            "{name} refers to no CWE"
        );
        assert!(
            !mitigations_against_rule(db, rule.model(db), rule).is_empty(),
            "nothing counters {name}"
        );
    }
}

#[test]
fn every_category_has_six_rules() {
    let workspace = with_tests();
    let db = workspace.db();
    let all = library_rules(&workspace);
    assert!(all.len() >= 60, "{} rules", all.len());
    for category in STRIDE.names() {
        let of_it = all.iter().filter(|rule| {
            typed(db, **rule)
                .categories()
                .words()
                .any(|word| word == category)
        });
        assert!(of_it.count() >= 6, "{category}");
    }
}

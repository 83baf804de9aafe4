//! What the tests of rules came to. It must not know how it is printed.

use crate::load::models::Loaded;
use crate::reports::model::{ModelReport, report_of};
use std::collections::HashSet;
use threatline_model::{
    Decl, Kind, Model, Outcome as Expectation, expectation_outcomes, expected_rules, rules,
};

/// The tests of one file, run.
pub struct RuleTest {
    /// The file as a model.
    pub report: ModelReport,
    /// What it expects, and whether that is so.
    pub expectations: Vec<Expectation>,
}

impl RuleTest {
    /// How many of its expectations are not met.
    pub fn unmet(&self) -> usize {
        self.expectations
            .iter()
            .filter(|expectation| expectation.instead.is_some())
            .count()
    }
}

/// Runs the tests that were asked for.
pub fn run_tests(loaded: &Loaded) -> Vec<RuleTest> {
    let db = loaded.db();
    let asked = loaded
        .workspace
        .tests()
        .filter(|test| loaded.is_selected(test.root(db)));
    asked
        .map(|test| RuleTest {
            report: report_of(loaded, test, None),
            expectations: expectations(loaded, test),
        })
        .collect()
}

/// The rules of the models' own of which no test says both where they find something and where not.
pub fn untested(loaded: &Loaded, tests: &[RuleTest]) -> Vec<Decl> {
    let db = loaded.db();
    let (mut found, mut absent) = (HashSet::new(), HashSet::new());
    for test in tests {
        for (expected, rule) in expected_rules(db, test.report.model) {
            if expected == "absent" {
                absent.insert(rule);
            } else {
                found.insert(rule);
            }
        }
    }
    let own = loaded.workspace.models().flat_map(|model| {
        let visible = rules(db, model).iter().copied();
        visible.filter(move |rule| rule.model(db) == model)
    });
    own.filter(|rule| !found.contains(rule) || !absent.contains(rule))
        .collect()
}

fn expectations(loaded: &Loaded, test: Model) -> Vec<Expectation> {
    let db = loaded.db();
    let declarations = test
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    declarations
        .filter(|decl| decl.kind(db) == Kind::Expect)
        .flat_map(|expect| expectation_outcomes(db, expect))
        .collect()
}

//! `threatline test`: runs the tests of rules, and reports the expectations that are not met. It
//! must not know what a rule finds.

use crate::arguments::{TestArguments, TestFormat};
use crate::load::models::load;
use crate::outcome::Outcome;
use crate::output::terminal::{notes, standard_output};
use crate::output::{human, json};
use crate::reports::rule_tests::{RuleTest, run_tests, untested};
use anyhow::{Result, bail};
use std::io::Write;

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, there is no test, or the output cannot be written.
pub fn run(arguments: &TestArguments) -> Result<Outcome> {
    let loaded = load(&arguments.paths, None)?;
    let db = loaded.db();
    notes("note", &loaded.notes);
    let tests = run_tests(&loaded);
    if tests.is_empty() {
        bail!("no tests here: the name of a test ends with `.test.threat`");
    }
    let untested = untested(&loaded, &tests);
    let mut output = standard_output();
    match arguments.format {
        TestFormat::Human => human::rule_tests::write(&mut output, db, &tests, &untested)?,
        TestFormat::Json => json::rule_tests::write(&mut output, db, &tests, &untested)?,
    }
    output.flush()?;
    Ok(outcome(&tests))
}

fn outcome(tests: &[RuleTest]) -> Outcome {
    if tests.iter().any(|test| test.report.is_broken()) {
        Outcome::Unusable
    } else if tests.iter().any(|test| test.unmet() > 0) {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}

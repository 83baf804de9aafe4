//! `threatline test`: runs the tests of rules, and tells which expectations are not met. It must
//! not know what a rule finds.

use crate::Outcome;
use crate::arguments::{TestArguments, TestFormat};
use crate::load::models;
use crate::model_report::{ModelReport, report_of_tests, spot_of};
use crate::output::{self, count, human, in_one_line, json};
use anyhow::{Result, bail};
use std::collections::HashSet;
use std::io::Write;
use threatline_model::{
    Database, Decl, Kind, Model, Outcome as Expectation, expectation_outcomes, expected_rules,
    full_name, rules,
};

/// The tests of one file, run.
pub struct Tested {
    /// The file as a model.
    pub report: ModelReport,
    /// What it expects, and whether that is so.
    pub expectations: Vec<Expectation>,
}

impl Tested {
    fn unmet(&self) -> usize {
        self.expectations
            .iter()
            .filter(|expectation| expectation.instead.is_some())
            .count()
    }
}

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, there is no test, or the output cannot be written.
pub fn run(arguments: &TestArguments) -> Result<Outcome> {
    let loaded = models::load(&arguments.paths, None)?;
    let db = loaded.db();
    for note in &loaded.notes {
        output::note("note", note);
    }
    let tested: Vec<Tested> = report_of_tests(&loaded)
        .into_iter()
        .map(|report| {
            let expects = report
                .model
                .files(db)
                .iter()
                .flat_map(|file| file.declarations(db).iter().copied());
            let expects = expects.filter(|decl| decl.kind(db) == Kind::Expect);
            Tested {
                expectations: expects
                    .flat_map(|expect| expectation_outcomes(db, expect))
                    .collect(),
                report,
            }
        })
        .collect();
    if tested.is_empty() {
        bail!("there is no test here: a file whose name ends with `.test.threat`");
    }
    let untested: Vec<Decl> = loaded
        .workspace
        .models()
        .flat_map(|model| untested(db, model, &tested))
        .collect();
    let mut output = std::io::BufWriter::new(anstream::AutoStream::auto(std::io::stdout().lock()));
    match arguments.format {
        TestFormat::Human => print(&mut output, db, &tested, &untested)?,
        TestFormat::Json => json::write_tests(&mut output, db, &tested, &untested)?,
    }
    output.flush()?;
    Ok(if tested.iter().any(|test| test.report.is_broken()) {
        Outcome::Unusable
    } else if tested.iter().any(|test| test.unmet() > 0) {
        Outcome::Failed
    } else {
        Outcome::Clean
    })
}

/// The rules of a model's own of which no test says both where they find something and where not.
fn untested(db: &Database, model: Model, tested: &[Tested]) -> Vec<Decl> {
    let mut found = HashSet::new();
    let mut absent = HashSet::new();
    for test in tested {
        for (expected, rule) in expected_rules(db, test.report.model) {
            if expected == "absent" {
                absent.insert(rule)
            } else {
                found.insert(rule)
            };
        }
    }
    let own = rules(db, model)
        .iter()
        .copied()
        .filter(|rule| rule.model(db) == model);
    own.filter(|rule| !found.contains(rule) || !absent.contains(rule))
        .collect()
}

fn print(
    output: &mut impl Write,
    db: &Database,
    tested: &[Tested],
    untested: &[Decl],
) -> Result<()> {
    for test in tested {
        human::entries(output, db, &test.report)?;
    }
    for test in tested {
        let path = in_one_line(test.report.model.root(db));
        let number = count(test.expectations.len(), "expectation");
        match (test.report.is_broken(), test.unmet()) {
            (true, _) => writeln!(output, "\x1b[1;31mbroken\x1b[0m  {path}")?,
            (false, 0) => writeln!(output, "\x1b[1;32mok\x1b[0m      {path}: {number}")?,
            (false, unmet) => writeln!(
                output,
                "\x1b[1;31mfailed\x1b[0m  {path}: {unmet} of {number}"
            )?,
        }
    }
    let (all, unmet): (usize, usize) = tested.iter().fold((0, 0), |(all, unmet), test| {
        (all + test.expectations.len(), unmet + test.unmet())
    });
    writeln!(
        output,
        "\n{} in {}, {unmet} not met",
        count(all, "expectation"),
        count(tested.len(), "test")
    )?;
    for rule in untested {
        let spot = spot_of(db, rule.part(threatline_model::Part::Name));
        writeln!(
            output,
            "\x1b[1mnote\x1b[0m: no test says both where `{}` finds something and where it does not ({}:{})",
            in_one_line(full_name(db, *rule)),
            in_one_line(&spot.path),
            spot.start.line + 1
        )?;
    }
    Ok(())
}

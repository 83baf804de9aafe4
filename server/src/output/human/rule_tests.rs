//! What the tests of rules came to, for people.

use super::entries::entries;
use crate::output::styles::{BAD, GOOD, HEADING};
use crate::printable::in_one_line;
use crate::reports::rule_tests::RuleTest;
use crate::reports::spots::spot_of;
use std::io::{Result, Write};
use threatline_model::{Database, Decl, Part, full_name};
use threatline_syntax::prose::count;

/// Writes what each test came to, and which rules no test covers.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    tests: &[RuleTest],
    untested: &[Decl],
) -> Result<()> {
    for test in tests {
        entries(output, db, &test.report, |_| Some(Vec::new()))?;
    }
    let (mut expected, mut unmet) = (0, 0);
    for test in tests {
        expected += test.expectations.len();
        unmet += test.unmet();
        line(output, db, test)?;
    }
    let (expected, files) = (count(expected, "expectation"), count(tests.len(), "test"));
    writeln!(output, "\n{expected} in {files}, {unmet} not met")?;
    for rule in untested {
        let spot = spot_of(db, rule.part(Part::Name));
        writeln!(
            output,
            "{HEADING}note{HEADING:#}: no test covers both a match and a non-match of `{}` \
             ({}:{})",
            in_one_line(full_name(db, *rule)),
            in_one_line(&spot.path),
            spot.start.line + 1
        )?;
    }
    Ok(())
}

fn line(output: &mut impl Write, db: &Database, test: &RuleTest) -> Result<()> {
    let path = in_one_line(test.report.model.root(db));
    let number = count(test.expectations.len(), "expectation");
    match test.unmet() {
        _ if test.report.is_broken() => writeln!(output, "{BAD}broken{BAD:#}  {path}"),
        0 => writeln!(output, "{GOOD}ok{GOOD:#}      {path}: {number}"),
        unmet => writeln!(output, "{BAD}failed{BAD:#}  {path}: {unmet} of {number}"),
    }
}

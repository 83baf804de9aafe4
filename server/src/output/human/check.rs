//! What a check found, for people: each diagnostic, and a summary that a manager understands.

use super::entries::entries;
use crate::output::styles::{BAD, GOOD, HEADING, of_level};
use crate::printable::in_one_line;
use crate::reports::model::{ModelReport, policy_in_words};
use anstyle::Style;
use std::io::{Result, Write};
use threatline_model::{Database, Kind, Level, Standing};
use threatline_syntax::prose::count;

/// The severities as columns.
const COLUMNS: [Level; 4] = [Level::Critical, Level::High, Level::Medium, Level::Low];

/// Writes what was found in each model.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, db: &Database, reports: &[ModelReport]) -> Result<()> {
    for report in reports {
        entries(output, db, report, |_| Some(Vec::new()))?;
        summary(output, report)?;
    }
    Ok(())
}

fn summary(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    let (elements, flows) = report.elements();
    writeln!(
        output,
        "{HEADING}{}{HEADING:#}: {} and {} in {}, {} and {}",
        in_one_line(&report.name),
        count(elements, "element"),
        count(flows, "flow"),
        count(report.files, "file"),
        count(report.declared(Kind::Asset), "asset"),
        count(report.declared(Kind::Boundary), "boundary"),
    )?;
    writeln!(output)?;
    if report.counts.all() == 0 {
        writeln!(output, "  no findings")?;
    } else {
        table(output, report)?;
    }
    if let Some(unlisted) = report.unlisted_in_words() {
        writeln!(output, "  {unlisted}")?;
    }
    for setting in &report.policy {
        writeln!(output, "  {}", in_one_line(&policy_in_words(setting)))?;
    }
    writeln!(output)?;
    verdict(output, report)
}

/// How many findings there are, by standing and severity.
fn table(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    write!(output, "  {:<12}", "findings")?;
    for level in COLUMNS {
        write!(output, "{:>10}", level.word())?;
    }
    writeln!(output, "{:>10}", "all")?;
    for standing in Standing::ALL {
        write!(output, "  {:<12}", standing.word())?;
        for level in COLUMNS {
            let number = report.counts.of(standing, level);
            let style = if number > 0 && standing.is_open() {
                of_level(level)
            } else {
                Style::new()
            };
            write!(output, "{style}{number:>10}{style:#}")?;
        }
        writeln!(output, "{:>10}", report.counts.total(standing))?;
    }
    Ok(())
}

fn verdict(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    let broken = report.errors_in_model();
    if broken > 0 {
        let errors = count(broken, "error");
        writeln!(
            output,
            "{BAD}broken{BAD:#}: {errors} in the model; findings may change once this is fixed",
        )?;
    }
    match (report.bar, report.at_the_bar()) {
        (None, _) => writeln!(output, "findings do not fail this check")?,
        (Some(bar), 0) if broken == 0 && !report.has_other_errors() => {
            let bar = bar.word();
            writeln!(
                output,
                "{GOOD}passed{GOOD:#}: no open finding of severity {bar} or above"
            )?;
        }
        (Some(_), 0) => {}
        (Some(bar), number) => failed(output, report, bar, number)?,
    }
    if report.has_other_errors() {
        writeln!(
            output,
            "{BAD}failed{BAD:#}: diagnostics above are set to `error` in threatline.toml"
        )?;
    }
    Ok(())
}

fn failed(output: &mut impl Write, report: &ModelReport, bar: Level, number: usize) -> Result<()> {
    writeln!(
        output,
        "{BAD}failed{BAD:#}: {} of severity {} or above",
        report.at_the_bar_in_words(),
        bar.word()
    )?;
    let entries = report.entries.iter();
    let shown: usize = entries
        .map(|entry| entry.diagnostic.number_of_findings())
        .sum();
    if shown < number {
        writeln!(
            output,
            "some are not shown: [diagnostics] in threatline.toml turns them off"
        )?;
    }
    Ok(())
}

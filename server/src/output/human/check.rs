//! What a check found, for people: each diagnostic, and a summary that a manager understands.

use super::entries::entries;
use crate::output::styles::{BAD, GOOD, HEADING, of_level};
use crate::printable::in_one_line;
use crate::reports::model::{ModelReport, Verdict, policy_in_words};
use anstyle::Style;
use std::io::{Result, Write};
use threatline_model::{Database, Kind, Level, Standing, World};
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
        summary(output, db, report)?;
    }
    Ok(())
}

fn summary(output: &mut impl Write, db: &Database, report: &ModelReport) -> Result<()> {
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
    let lines = [
        report.mitigated_in_words(),
        report.dismissed_in_words(),
        report.out_of_scope_in_words(),
    ];
    for line in lines.into_iter().flatten() {
        writeln!(output, "  {line}")?;
    }
    if report.settings.is_release || World::get(db).is_release(db) {
        writeln!(
            output,
            "  planned mitigations count as open, as for a release"
        )?;
    }
    for setting in &report.policy {
        writeln!(output, "  {}", in_one_line(&policy_in_words(setting)))?;
    }
    writeln!(output)?;
    left_out(output, report)?;
    verdict(output, db, report)
}

/// How many findings there are, by standing and severity.
fn table(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    write!(output, "  {:<12}", "findings")?;
    for level in COLUMNS {
        write!(output, "{:>10}", level.word())?;
    }
    writeln!(output, "{:>10}", "all")?;
    let standings = Standing::ALL.into_iter();
    let is_in_table =
        |standing: &Standing| !matches!(standing, Standing::Dismissed | Standing::OutOfScope);
    for standing in standings.filter(is_in_table) {
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

fn verdict(output: &mut impl Write, db: &Database, report: &ModelReport) -> Result<()> {
    let broken = report.errors_in_model();
    if broken > 0 {
        let errors = count(broken, "error");
        writeln!(
            output,
            "{BAD}broken{BAD:#}: {errors} in the model; findings may change once this is fixed",
        )?;
    }
    match report.threshold {
        None => writeln!(output, "findings do not fail this check")?,
        Some(threshold) => {
            if report.failing() > 0 {
                failed(output, report, threshold)?;
            }
            if report.unjudged() > 0 || !report.gaps.is_empty() {
                not_judged(output, db, report)?;
            }
            if report.verdict() == Verdict::Passed {
                let threshold = threshold.word();
                writeln!(
                    output,
                    "{GOOD}passed{GOOD:#}: no open finding of severity {threshold} or above"
                )?;
            }
        }
    }
    if report.has_other_errors() {
        writeln!(
            output,
            "{BAD}failed{BAD:#}: diagnostics above are set to `error` in threatline.toml"
        )?;
    }
    Ok(())
}

/// The number of diagnostics that are not shown, and how to see them.
fn left_out(output: &mut impl Write, report: &ModelReport) -> Result<()> {
    let parts = [
        count(report.questions_left_out, "question"),
        count(report.findings_left_out, "less severe diagnostic"),
    ];
    let numbers = [report.questions_left_out, report.findings_left_out];
    let parts = parts.into_iter().zip(numbers);
    let parts: Vec<String> = parts
        .filter(|(_, number)| *number > 0)
        .map(|(part, _)| part)
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    writeln!(
        output,
        "  {} not shown: `threatline check --all` prints everything",
        parts.join(" and ")
    )
}

/// Why the model is not judged, and the questions to answer first.
fn not_judged(output: &mut impl Write, db: &Database, report: &ModelReport) -> Result<()> {
    const MAX_SHOWN: usize = 3;
    let Some(why) = report.not_judged_in_words(db) else {
        return Ok(());
    };
    writeln!(output, "{BAD}not judged{BAD:#}: {}", in_one_line(&why))?;
    let questions = report.questions(db);
    for (number, question) in questions.iter().take(MAX_SHOWN).enumerate() {
        let number = number + 1;
        let words = in_one_line(&question.in_words(db));
        writeln!(
            output,
            "  {number}. {words} ({})",
            question.weight_in_words()
        )?;
    }
    if report.settings.allows_unjudged {
        writeln!(
            output,
            "  threatline.toml allows what is not judged: `unjudged = \"allow\"`"
        )?;
    }
    Ok(())
}

fn failed(output: &mut impl Write, report: &ModelReport, threshold: Level) -> Result<()> {
    let number = report.failing();
    writeln!(
        output,
        "{BAD}failed{BAD:#}: {} of severity {} or above",
        count(number, "open finding"),
        threshold.word()
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

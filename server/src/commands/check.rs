//! `threatline check`: reads and evaluates models, prints the diagnostics, and reports by the exit
//! code whether a finding is at or above the threshold.

use crate::arguments::{CheckArguments, FailOn, Format};
use crate::load::models::load;
use crate::outcome::Outcome;
use crate::output::terminal::{notes, standard_output};
use crate::output::{github, human, json, sarif};
use crate::reports::brief::shorten;
use crate::reports::model::{ModelReport, report};
use anyhow::Result;
use std::io::Write;

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, or the output cannot be written.
pub fn run(arguments: &CheckArguments) -> Result<Outcome> {
    let mut loaded = load(&arguments.paths, arguments.today)?;
    loaded.workspace.set_release(arguments.release);
    let mut reports = report(&loaded, arguments.fail_on.map(FailOn::level));
    if !arguments.all {
        for report in &mut reports {
            shorten(loaded.db(), report);
        }
    }
    notes("note", &loaded.notes);
    let mut output = standard_output();
    match arguments.format {
        Format::Human => human::check::write(&mut output, loaded.db(), &reports)?,
        Format::Json => json::check::write(&mut output, loaded.db(), &reports)?,
        Format::Sarif => sarif::write(&mut output, loaded.db(), &reports)?,
        Format::Github => github::write(&mut output, &reports)?,
    }
    output.flush()?;
    Ok(outcome(&reports))
}

fn outcome(reports: &[ModelReport]) -> Outcome {
    if reports.iter().any(ModelReport::is_broken) {
        Outcome::Unusable
    } else if reports.iter().any(ModelReport::fails) {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}

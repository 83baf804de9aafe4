//! `threatline check`: reads models, looks at them, prints what was found, and says by the exit
//! code whether that is at the bar.

use crate::Outcome;
use crate::arguments::{CheckArguments, FailOn, Format};
use crate::load::models;
use crate::model_report::{ModelReport, report};
use crate::output;
use anyhow::Result;
use std::io::Write;
use threatline_model::Level;

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, or the output cannot be written.
pub fn run(arguments: &CheckArguments) -> Result<Outcome> {
    let loaded = models::load(&arguments.paths, arguments.today)?;
    let reports = report(&loaded, arguments.fail_on.map(bar));
    for note in &loaded.notes {
        output::note("note", note);
    }
    let mut output = std::io::BufWriter::new(anstream::AutoStream::auto(std::io::stdout().lock()));
    match arguments.format {
        Format::Human => output::human::write(&mut output, loaded.db(), &reports)?,
        Format::Json => output::json::write(&mut output, loaded.db(), &reports)?,
        Format::Sarif => output::sarif::write(&mut output, loaded.db(), &reports)?,
        Format::Github => output::github::write(&mut output, &reports)?,
    }
    output.flush()?;
    Ok(outcome(&reports))
}

/// The severity that a word of the command line means.
pub fn bar(fail_on: FailOn) -> Option<Level> {
    match fail_on {
        FailOn::Low => Some(Level::Low),
        FailOn::Medium => Some(Level::Medium),
        FailOn::High => Some(Level::High),
        FailOn::Critical => Some(Level::Critical),
        FailOn::Never => None,
    }
}

fn outcome(reports: &[ModelReport]) -> Outcome {
    if reports.iter().any(ModelReport::is_broken) {
        Outcome::Unusable
    } else if reports
        .iter()
        .any(|report| report.at_the_bar() > 0 || report.has_other_errors())
    {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}

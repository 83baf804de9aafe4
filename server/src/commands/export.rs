//! `threatline export`: a model in the formats of other tools. It must not know what any format
//! says.

use crate::arguments::ExportArguments;
use crate::load::models::load;
use crate::outcome::Outcome;
use crate::output::file::write_whole;
use crate::output::terminal::notes;
use crate::reports::model::{report, the_only};
use anyhow::{Result, bail};
use std::io::Write;
use threatline_exchange::export::export;

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, nothing can be drawn, or the document cannot be written.
pub fn run(arguments: &ExportArguments) -> Result<Outcome> {
    let loaded = load(&arguments.paths, arguments.today)?;
    let reports = report(&loaded, None);
    let report = the_only(&loaded, &reports)?;
    if report.is_broken() {
        bail!("the model has errors, so nothing was written; run `threatline check`");
    }
    let export = export(loaded.db(), report.model, &report.name, arguments.to.into())?;
    match &arguments.out {
        Some(path) => write_whole(&[(path, export.text.as_bytes())])?,
        None => std::io::stdout().lock().write_all(export.text.as_bytes())?,
    }
    notes("note", &loaded.notes);
    notes("not exported", &export.losses);
    Ok(Outcome::Clean)
}

//! `threatline report`: a page about a model that answers the four questions of threat modelling
//! (Shostack's: what are we working on, what can go wrong, what are we doing about it, did we do a
//! good job). It must not know how a page is written.

mod can_go_wrong;
mod doing;
mod good_job;
mod page;
mod working_on;

use self::page::Page;
use crate::arguments::{ReportArguments, ReportFormat};
use crate::load::models::load;
use crate::outcome::Outcome;
use crate::output::document::Document;
use crate::output::file::write_whole;
use crate::output::terminal::{error, notes};
use crate::output::{html, markdown};
use crate::reports::model::{ModelReport, report, the_only};
use anyhow::Result;
use std::io::Write;
use threatline_model::Database;

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, or the output cannot be written.
pub fn run(arguments: &ReportArguments) -> Result<Outcome> {
    let loaded = load(&arguments.paths, arguments.today)?;
    let reports = report(&loaded, None);
    notes("note", &loaded.notes);
    let report = the_only(&loaded, &reports)?;
    let document = document(loaded.db(), report);
    let mut text = Vec::new();
    match arguments.to {
        ReportFormat::Html => html::write(&mut text, &document)?,
        ReportFormat::Markdown => markdown::document::write(&mut text, &document)?,
    }
    match &arguments.out {
        Some(path) => write_whole(&[(path, &text)])?,
        None => std::io::stdout().lock().write_all(&text)?,
    }
    if report.is_broken() {
        error(
            "error",
            "the model has errors, so the report may be incomplete; run `threatline check`",
        );
        return Ok(Outcome::Unusable);
    }
    Ok(Outcome::Clean)
}

fn document(db: &Database, report: &ModelReport) -> Document {
    let page = Page::new(db, report);
    let sections = [
        page.summary(),
        working_on::section(&page),
        can_go_wrong::section(&page),
        doing::section(&page),
        good_job::section(&page),
    ];
    Document {
        title: report.name.clone(),
        blocks: sections.into_iter().flatten().collect(),
    }
}

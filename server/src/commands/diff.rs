//! `threatline diff`: compares the models of two revisions or folders, prints what changed in the
//! designs, and reports by the exit code whether a new finding is at or above the threshold. It
//! must not know what a change is, nor how it is printed.

use crate::arguments::{DiffArguments, DiffFormat, FailOn};
use crate::load::models::today_here;
use crate::load::states::{Compared, States};
use crate::outcome::Outcome;
use crate::output::terminal::{note, standard_output};
use crate::output::{human, json, markdown, sarif};
use crate::printable::in_one_line;
use crate::reports::difference::{Difference, Reported, judge_by_base, pairs, report_judged};
use crate::reports::model::{Entry, report};
use anyhow::Result;
use std::io::Write;

/// Runs the command.
///
/// # Errors
/// When a revision or a folder cannot be read, or the output cannot be written.
pub fn run(arguments: &DiffArguments) -> Result<Outcome> {
    let today = arguments.today.unwrap_or_else(today_here);
    let states = States::resolve(&arguments.base, arguments.head.as_deref(), &arguments.paths)?;
    let base = states.load(Compared::Base, today)?;
    let mut head = states.load(Compared::Head, today)?;
    states.check(&base, &head)?;
    let new_notes = head.notes.iter().filter(|note| !base.notes.contains(note));
    for text in states.notes.iter().chain(&base.notes).chain(new_notes) {
        note("note", text);
    }
    let pairs = pairs(&states, &base, &head);
    let judged = judge_by_base(&states, &base, &mut head, &pairs);
    let fail_on = arguments.fail_on.map(FailOn::level);
    let before = Reported {
        loaded: &base,
        reports: &report(&base, fail_on),
    };
    let after = Reported {
        loaded: &head,
        reports: &report_judged(&head, &judged, fail_on),
    };
    let differences: Vec<Difference> = judged
        .into_iter()
        .map(|judged| Difference::new(judged, before, after, fail_on))
        .collect();
    let asked = asked(&states)?;
    let mut output = standard_output();
    match arguments.format {
        DiffFormat::Human => human::difference::write(&mut output, &differences, &asked)?,
        DiffFormat::Markdown => markdown::difference::write(&mut output, &differences, &asked)?,
        DiffFormat::Json => json::difference::write(&mut output, &differences)?,
        DiffFormat::Sarif => sarif::write_new(&mut output, head.db(), &differences)?,
    }
    output.flush()?;
    Ok(outcome(&differences))
}

fn outcome(differences: &[Difference]) -> Outcome {
    let errors = || differences.iter().flat_map(|difference| &difference.errors);
    let is_at_threshold = |difference: &Difference| {
        difference.failing().next().is_some()
            || (difference.unjudged().next().is_some() && !difference.allows_unjudged)
            || difference.uncompared_at_threshold().is_some()
    };
    if errors().any(|entry| Entry::breaks_model(entry)) {
        Outcome::Unusable
    } else if errors().next().is_some() || differences.iter().any(is_at_threshold) {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}

/// The paths that were given, from the top of the head, in words.
fn asked(states: &States) -> Result<String> {
    let top = states.place(Compared::Head);
    let paths = states.paths(Compared::Head)?;
    let names = paths
        .iter()
        .map(|path| path.strip_prefix(&top).unwrap_or(path).to_string_lossy());
    Ok(names
        .map(|name| format!("`{}`", in_one_line(&name).replace('`', "'")))
        .collect::<Vec<_>>()
        .join(", "))
}

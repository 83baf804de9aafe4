//! What changed in designs, for people at a terminal: the findings as `check` prints them.

use super::entries::entries;
use crate::output::styles::{BAD, FAINT, GOOD, HEADING};
use crate::output::wording::{
    CLOSED, DEFERRED, End, TEXTS, before, counts, is_reported, overruled, place, place_of,
    severity_of, status, texts, title, title_of, unfound, verdict,
};
use crate::printable::in_one_line;
use crate::reports::difference::Difference;
use crate::reports::model::Entry;
use crate::reports::spots::spot_of_finding;
use std::io::{Result, Write};
use threatline_model::{Database, library};
use threatline_view::compare::{Closed, Opened, Topic};

/// An entry of a list, and where it is or why.
struct Line {
    text: String,
    more: String,
}

impl Line {
    fn new(text: String) -> Line {
        Line {
            text,
            more: String::new(),
        }
    }
}

/// Writes what changed, and how that ends. `asked` names the paths that it is about.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, differences: &[Difference], asked: &str) -> Result<()> {
    for difference in differences.iter().filter(is_reported) {
        let (name, status) = (in_one_line(&difference.name), status(difference));
        let counts = counts(difference);
        writeln!(output, "{HEADING}{name}{status}{HEADING:#}: {counts}")?;
        writeln!(output)?;
        opened(output, difference)?;
        changes(output, difference)?;
        closed(output, difference)?;
        let renamed = difference.comparison.renamed.iter();
        let renamed =
            renamed.map(|(kind, from, to, _)| Line::new(format!("{kind} `{from}` is now `{to}`")));
        list(output, "Renamed", renamed)?;
        let texts = texts(difference);
        let texts = texts.map(|(properties, owner)| Line::new(format!("{properties} of {owner}")));
        list(output, TEXTS, texts)?;
    }
    let verdict = verdict(differences, asked);
    let style = match verdict.end {
        End::Passed => GOOD,
        End::NotJudged { .. } | End::Failed => BAD,
    };
    let word = verdict.end.word();
    writeln!(output, "{style}{word}{style:#}: {}", verdict.sentence)
}

/// The findings and errors that are new or worse: as `check` prints them, and by their names if it
/// does not show them.
fn opened(output: &mut impl Write, difference: &Difference) -> Result<()> {
    let Some((db, report)) = difference.head else {
        return Ok(());
    };
    entries(output, db, report, |entry| {
        let is_new = difference.is_new(entry);
        is_new.then(|| notes(db, difference, entry))
    })?;
    let lines = difference.opened_without_entry().map(|opened| {
        let id = opened.assessed.finding.id;
        let (title, name) = (title_of(db, id), id.name(db));
        Line {
            text: format!("{title}: `{name}` ({})", severity_of(opened)),
            more: place(&spot_of_finding(db, id)),
        }
    });
    list(output, "Other new findings", lines)
}

/// Notes on a diagnostic about findings: which of them are new, if not all are, and what they were
/// before.
fn notes(db: &Database, difference: &Difference, entry: &Entry) -> Vec<String> {
    let opened: Vec<&Opened> = difference.opened_of(entry).collect();
    let findings = entry.diagnostic.findings.len();
    let called = |opened: &Opened| {
        let name = opened.assessed.finding.id.name(db);
        format!("`{}`", library::short_name(&name))
    };
    let is_alone = opened.len() == 1 && findings == 1;
    let mut notes = Vec::new();
    for one in &opened {
        let name = if is_alone {
            "it".to_owned()
        } else {
            called(one)
        };
        if let Some(why) = overruled(one) {
            notes.push(format!("{name}: {why}"));
        } else if let Some(before) = before(one) {
            notes.push(format!("{name} was previously {before}"));
        }
        if let Some(change) = difference.rule_change(one) {
            let note = format!("opened by a change of the policy: {}", change.message);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    let new = opened.iter().filter(|opened| opened.before.is_none());
    let new: Vec<String> = new.map(|opened| called(opened)).collect();
    if !new.is_empty() && new.len() < findings {
        notes.push(format!("new among these: {}", new.join(", ")));
    }
    notes
}

fn changes(output: &mut impl Write, difference: &Difference) -> Result<()> {
    for topic in Topic::ALL {
        let changes = difference.comparison.changes.iter();
        let changes = changes.filter(|change| change.topic == topic);
        let lines = changes.map(|change| {
            let (place, is_gone) = place_of(difference, change);
            let more = if is_gone {
                format!("was at {place}")
            } else {
                place
            };
            let text = change.message.clone();
            Line { text, more }
        });
        list(output, title(topic), lines)?;
    }
    Ok(())
}

fn closed(output: &mut impl Write, difference: &Difference) -> Result<()> {
    let Some((db, _)) = difference.base else {
        return Ok(());
    };
    let line = |closed: &Closed| {
        let finding = &closed.assessed.finding;
        let (title, name) = (title_of(db, finding.id), finding.id.name(db));
        Line {
            text: format!("{title}: `{name}` ({})", finding.severity.word()),
            more: closed.why.clone(),
        }
    };
    list(output, DEFERRED, difference.deferred().map(line))?;
    let unfound = unfound(difference).map(Line::new);
    list(output, CLOSED, difference.closed().map(line).chain(unfound))
}

/// Writes a list below its title, if it has entries.
fn list(output: &mut impl Write, title: &str, lines: impl Iterator<Item = Line>) -> Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    writeln!(output, "{HEADING}{title}{HEADING:#}")?;
    for line in lines {
        writeln!(output, "  - {}", in_one_line(&line.text))?;
        if !line.more.is_empty() {
            writeln!(output, "    {FAINT}{}{FAINT:#}", in_one_line(&line.more))?;
        }
    }
    writeln!(output)
}

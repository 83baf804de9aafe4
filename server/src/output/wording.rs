//! A difference in words, for those formats that are read by people. It must not know how the words
//! are laid out.

use crate::reports::difference::{Difference, Elsewhere};
use crate::reports::spots::Spot;
use std::collections::HashSet;
use threatline_model::{
    Database, Diagnostic, FindingId, Level, MAX_FINDINGS_OF_AN_ELEMENT, codes::MISSING_MITIGATION,
    full_name, library,
};
use threatline_syntax::prose::{count, quoted_list};
use threatline_view::compare::{Change, Opened, Topic, some};

/// The heading of the deferred findings.
pub const DEFERRED: &str = "Findings deferred";

/// The heading of closed findings.
pub const CLOSED: &str = "Findings closed";

/// The heading of changed texts.
pub const TEXTS: &str = "Text changes only";

/// The heading of a topic of changes.
pub fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Weakened => "Weaker than before",
        Topic::Policy => "Policy and rules",
        Topic::Crossing => "New crossings of trust boundaries",
        Topic::Sensitive => "Sensitive data in new places, or more sensitive than before",
        Topic::Added => "Added",
        Topic::Changed => "Other changes",
        Topic::Removed => "Removed",
    }
}

/// Whether there is anything to report about a model, even if only changed texts.
pub fn is_reported(difference: &&Difference) -> bool {
    !difference.is_empty() || !difference.comparison.texts.is_empty()
}

/// The parts of the summary that are not zero, with their numbers.
pub fn counts(difference: &Difference) -> String {
    let comparison = &difference.comparison;
    let changes = |topic: Topic| {
        let changes = comparison.changes.iter();
        changes.filter(|change| change.topic == topic).count()
    };
    let (worse, opened): (Vec<&Opened>, Vec<&Opened>) = comparison
        .opened
        .iter()
        .partition(|opened| opened.is_worse());
    let parts = [
        (difference.errors.len(), "error"),
        (difference.uncompared.all(), "finding not compared"),
        (opened.len(), "newly open finding"),
        (worse.len(), "worsened finding"),
        (changes(Topic::Weakened), "weakening"),
        (changes(Topic::Policy), "policy change"),
        (changes(Topic::Crossing), "new crossing"),
        (changes(Topic::Sensitive), "change to sensitive data"),
        (changes(Topic::Added), "addition"),
        (changes(Topic::Changed), "other change"),
        (changes(Topic::Removed), "removal"),
        (difference.closed().count(), "closed finding"),
        (difference.deferred().count(), "finding deferred"),
        (comparison.renamed.len(), "rename"),
        (comparison.texts.len(), "changed text"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| match name.split_once(' ') {
            // "2 changes to sensitive data", "2 findings deferred"
            Some((noun @ ("change" | "finding"), rest)) => {
                format!("{} {rest}", count(number, noun))
            }
            _ if name == "newly open finding" => {
                count(number, name) + &by_rules(difference.opened_by_rules())
            }
            _ => count(number, name),
        })
        .collect();
    if parts.is_empty() {
        "no change".to_owned()
    } else {
        parts.join(", ")
    }
}

/// How many of the findings that opened a change of their rule may have opened.
fn by_rules(number: usize) -> String {
    match number {
        0 => String::new(),
        1 => " (1 by a new or changed rule)".to_owned(),
        _ => format!(" ({number} by new or changed rules)"),
    }
}

/// Whether the model is new or was removed.
pub fn status(difference: &Difference) -> &'static str {
    match (difference.base, difference.head) {
        (None, _) => " (new model)",
        (_, None) => " (model removed)",
        _ => "",
    }
}

/// A place as editors show it, counted from 1.
pub fn place(spot: &Spot) -> String {
    let (line, column) = (spot.start.line + 1, spot.start.column + 1);
    format!("{}:{line}:{column}", spot.path)
}

/// Where a change is, and whether that is only in the base.
pub fn place_of(difference: &Difference, change: &Change) -> (String, bool) {
    if let Some((spot, is_gone)) = difference.spot(change.place) {
        return (place(&spot), is_gone);
    }
    let settings = difference
        .head
        .and_then(|(_, report)| report.settings.path.as_deref());
    (settings.unwrap_or("threatline.toml").to_owned(), false)
}

/// The state or severity of a finding before, if it existed.
pub fn before(opened: &Opened) -> Option<&'static str> {
    opened.before.map(|(state, severity)| {
        if opened.is_worse() {
            severity.word()
        } else {
            state
        }
    })
}

/// Why a finding counts as open even though the head closes it, if so.
pub fn overruled(opened: &Opened) -> Option<String> {
    let overruled = opened.overruled.as_ref()?;
    Some(overruled.in_words(opened.assessed.finding.severity))
}

/// How severe a finding is, and what it was before.
pub fn severity_of(opened: &Opened) -> String {
    let finding = &opened.assessed.finding;
    let missing = match finding.missing {
        Some(_) => ", undecided",
        None => "",
    };
    let before = match overruled(opened) {
        Some(why) => Some(format!(", {why}")),
        None => before(opened).map(|before| format!(", was {before}")),
    };
    format!(
        "{}{missing}{}",
        finding.severity.word(),
        before.unwrap_or_default()
    )
}

/// The title of a finding, in which nothing is code.
pub fn title_of(db: &Database, id: FindingId) -> String {
    id.title(db).replace('`', "'")
}

/// The findings that were treated and that nothing calls for any more, in a line.
pub fn unfound(difference: &Difference) -> Option<String> {
    let (db, unfound) = (difference.base?.0, &difference.comparison.unfound);
    if unfound.is_empty() {
        return None;
    }
    let named = unfound.iter().map(|assessed| {
        let name = assessed.finding.id.name(db);
        let name = library::short_name(&name);
        let severity = assessed.finding.severity.word();
        format!("`{name}` ({severity}, {})", assessed.state.word())
    });
    let named = some(named);
    Some(format!(
        "No longer found; planned, accepted or mitigated before: {named}"
    ))
}

/// The texts that changed, and their declarations.
pub fn texts(difference: &Difference) -> impl Iterator<Item = (String, String)> {
    let db = difference.head.map(|(db, _)| db);
    let texts = db.into_iter().flat_map(|db| {
        let texts = difference.comparison.texts.iter();
        texts.map(move |text| (db, text))
    });
    texts.map(|(db, (decl, properties))| {
        let (kind, name) = (decl.kind(db).word(), full_name(db, *decl));
        (quoted_list(properties), format!("{kind} `{name}`"))
    })
}

/// How a comparison ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing failed.
    Passed,
    /// A new finding depends on a missing fact. `is_allowed` if the policy lets that pass.
    NotJudged { is_allowed: bool },
    /// A finding or an error is new, or a finding is worse than before.
    Failed,
}

impl End {
    /// The word for it in front of the verdict.
    pub fn word(self) -> &'static str {
        match self {
            End::Passed => "passed",
            End::NotJudged { .. } => "not judged",
            End::Failed => "failed",
        }
    }
}

/// How a comparison ends, and why.
pub struct Verdict {
    /// How it ends.
    pub end: End,
    /// Why, as a sentence without its full stop.
    pub sentence: String,
}

/// How a comparison ends, and why. `asked` names the paths that were compared.
pub fn verdict(differences: &[Difference], asked: &str) -> Verdict {
    let failing = || differences.iter().flat_map(Difference::failing);
    let worse = failing().filter(|opened| opened.is_worse()).count();
    let new = failing().count() - worse;
    let errors = differences.iter().map(|difference| difference.errors.len());
    let errors: usize = errors.sum();
    let uncompared: usize = differences
        .iter()
        .filter_map(Difference::uncompared_at_threshold)
        .sum();
    let threshold = threshold_in_words(differences);
    let elsewhere = elsewhere(differences);
    let is_same = differences.iter().all(Difference::is_empty);
    let unjudged = unjudged_in_words(differences);
    let mut sentence = match (new, worse) {
        (0, 0) if errors > 0 => format!("{} in the model", count(errors, "new error")),
        (0, 0) if uncompared > 0 => format!(
            "{} not compared: one element has more than {MAX_FINDINGS_OF_AN_ELEMENT}",
            count(uncompared, "finding")
        ),
        (0, 0) if is_same && elsewhere.is_empty() => "the design is unchanged".to_owned(),
        (0, 0) if is_same => format!("no change in {asked}"),
        (0, 0) if threshold.is_none() => "findings do not fail this comparison".to_owned(),
        (0, 0) => match &unjudged {
            Some(unjudged) => unjudged.clone(),
            None => format!(
                "no new or worsened finding{}",
                threshold.unwrap_or_default()
            ),
        },
        (new, worse) => {
            let findings = match (new, worse) {
                (new, 0) => count(new, "new finding"),
                (0, worse) => count(worse, "worsened finding"),
                (new, worse) => format!("{} and {worse} worsened", count(new, "new finding")),
            };
            findings + &threshold.unwrap_or_default()
        }
    };
    let has_failed = new + worse + errors + uncompared > 0;
    if let Some(unjudged) = unjudged.as_ref().filter(|_| has_failed) {
        sentence = format!("{sentence}; not judged: {unjudged}");
    }
    let allows = |difference: &Difference| {
        difference.allows_unjudged || difference.unjudged().next().is_none()
    };
    let end = if has_failed {
        End::Failed
    } else if unjudged.is_some() {
        let is_allowed = differences.iter().all(allows);
        if is_allowed {
            sentence += ", which threatline.toml allows";
        }
        End::NotJudged { is_allowed }
    } else {
        End::Passed
    };
    Verdict {
        end,
        sentence: sentence + &elsewhere,
    }
}

/// How many new or worsened findings cannot be judged, and for want of how many facts, if any.
fn unjudged_in_words(differences: &[Difference]) -> Option<String> {
    let unjudged = || differences.iter().flat_map(Difference::unjudged);
    let depends = match unjudged().count() {
        0 => return None,
        1 => "depends",
        _ => "depend",
    };
    let facts = differences.iter().map(|difference| {
        let missing = difference
            .unjudged()
            .filter_map(|opened| opened.assessed.finding.missing);
        let facts = missing.map(|missing| (missing.element, missing.property));
        facts.collect::<HashSet<_>>().len()
    });
    Some(format!(
        "{}{} {depends} on {}",
        count(unjudged().count(), "new possible threat"),
        threshold_in_words(differences).unwrap_or_default(),
        count(facts.sum(), "missing fact")
    ))
}

/// From which severity findings fail: " of severity high or above"; nothing if none does.
fn threshold_in_words(differences: &[Difference]) -> Option<String> {
    match thresholds(differences).as_slice() {
        [] => None,
        [threshold] => Some(format!(" of severity {} or above", threshold.word())),
        _ => Some(" at or above the threshold of their model".to_owned()),
    }
}

/// The thresholds of the models, each once.
fn thresholds(differences: &[Difference]) -> Vec<Level> {
    let thresholds = differences
        .iter()
        .filter_map(|difference| difference.threshold);
    let mut thresholds: Vec<Level> = thresholds.collect();
    thresholds.sort();
    thresholds.dedup();
    thresholds
}

/// What changed outside the requested paths, in words; empty if nothing did.
fn elsewhere(differences: &[Difference]) -> String {
    let sum = |part: fn(&Elsewhere) -> usize| {
        let parts = differences
            .iter()
            .map(|difference| part(&difference.elsewhere));
        parts.sum::<usize>()
    };
    let counts = [
        (
            sum(|elsewhere| elsewhere.findings),
            "new or worsened finding",
        ),
        (sum(|elsewhere| elsewhere.others), "other change"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| count(number, name))
        .collect();
    if counts.is_empty() {
        return String::new();
    }
    format!(" (elsewhere in this model: {})", counts.join(", "))
}

/// The command that explains the most severe finding of a diagnostic for missing mitigations.
pub fn how_to_explain(db: &Database, diagnostic: &Diagnostic) -> Option<String> {
    let finding = diagnostic.findings.first()?;
    if diagnostic.code != &MISSING_MITIGATION {
        return None;
    }
    let name = finding.name(db);
    let name = library::short_name(&name);
    // A shell would redirect the output at the arrow of an unnamed flow.
    let quote = if name.contains('>') { "'" } else { "" };
    Some(format!(
        "for details, run `threatline explain {quote}{name}{quote}`"
    ))
}

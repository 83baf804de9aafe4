//! SARIF 2.1.0 for code scanning pages: every diagnostic that `check` reports, and in addition the
//! findings that are planned or accepted, so that an alert does not close before its cause is gone.
//! The same models give the same bytes: no time and no folder of this machine is in them.

mod fingerprints;
mod levels;
mod messages;
mod places;
mod taxonomies;

mod rules;

use self::fingerprints::Fingerprints;
use self::levels::{level, severity_of};
use self::messages::{link_text, literal_braces, message_of, unlinked};
use self::places::{Related, location, related_locations, uri_bases};
use self::rules::{Rule, Rules};
use self::taxonomies::Taxonomies;
use crate::output::wording::{overruled, severity_of as severity_in_words};
use crate::printable::printable;
use crate::reports::difference::Difference;
use crate::reports::identity::identity;
use crate::reports::model::{Entry, ModelReport, policy_in_words};
use crate::reports::spots::{Spot, spot_of, spot_of_finding};
use serde_json::{Value, json};
use std::io::Write;
use threatline_exchange::pretty::pretty_json;
use threatline_model::{
    Assessed, Database, Decl, Finding, FindingState, Location, Part, Severity, TypedValue,
    assessed, codes, codes::Class, finding_reasons, full_name, library::short_name, typed,
};
use threatline_syntax::prose::count;
use threatline_view::compare::Opened;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the document.
pub fn write(
    output: &mut impl Write,
    db: &Database,
    reports: &[ModelReport],
) -> std::io::Result<()> {
    let mut log = Log {
        db,
        rules: Rules::new(db),
        results: Vec::new(),
        fingerprints: Fingerprints::default(),
    };
    for report in reports {
        report
            .entries
            .iter()
            .for_each(|entry| log.entry(report, entry));
        if !is_off(db, report) {
            report
                .findings
                .iter()
                .for_each(|assessed| log.treated(report, assessed));
        }
    }
    let document = log.into_document(&reports.iter().collect::<Vec<_>>());
    output.write_all(pretty_json(&document).as_bytes())
}

/// Writes a document of what is new in the head of some differences, and of nothing else.
pub fn write_new(
    output: &mut impl Write,
    db: &Database,
    differences: &[Difference],
) -> std::io::Result<()> {
    let mut log = Log {
        db,
        rules: Rules::new(db),
        results: Vec::new(),
        fingerprints: Fingerprints::default(),
    };
    let mut reports = Vec::new();
    for difference in differences {
        let Some((_, report)) = difference.head else {
            continue;
        };
        for entry in report
            .entries
            .iter()
            .filter(|entry| difference.is_new(entry))
        {
            let opened: Vec<&Opened> = difference.opened_of(entry).collect();
            if is_group(entry) && !opened.is_empty() {
                for opened in opened {
                    log.member(report, entry, &opened.assessed.finding);
                    log.compare_last(opened.is_worse(), &[opened]);
                }
            } else {
                log.entry(report, entry);
                let only_worse =
                    !opened.is_empty() && opened.iter().all(|opened| opened.is_worse());
                log.compare_last(only_worse, &opened);
            }
        }
        let overruled = |opened: &&Opened| opened.overruled.is_some();
        for opened in difference.opened_without_entry().filter(overruled) {
            log.overruled(report, opened);
            log.compare_last(opened.is_worse(), &[]);
        }
        reports.push(report);
    }
    output.write_all(pretty_json(&log.into_document(&reports)).as_bytes())
}

/// The findings of a result that were accepted or planned otherwise, a line each.
fn overruled_in_words(db: &Database, opened: &[&Opened]) -> String {
    let lines = opened.iter().filter_map(|opened| {
        let name = opened.assessed.finding.id.name(db);
        let line = format!("\n`{}`: {}.", short_name(&name), overruled(opened)?);
        Some(printable(&line))
    });
    lines.collect()
}

/// Whether a diagnostic tells of several findings of one rule.
fn is_group(entry: &Entry) -> bool {
    *entry.diagnostic.code == codes::MISSING_MITIGATION && entry.diagnostic.findings.len() > 1
}

/// Whether the settings of a model turn its findings off.
fn is_off(db: &Database, report: &ModelReport) -> bool {
    report
        .model
        .settings(db)
        .diagnostics
        .get(codes::MISSING_MITIGATION.id)
        == Some(&None)
}

struct Log<'db> {
    db: &'db Database,
    rules: Rules<'db>,
    results: Vec<Value>,
    /// Of each result, in their order.
    fingerprints: Fingerprints,
}

/// What makes up a result.
struct Parts<'a> {
    rule: Rule,
    severity: Severity,
    message: String,
    spot: &'a Spot,
    about: Option<Decl>,
    related: Vec<Related>,
    identity: String,
    properties: Value,
    suppression: Option<Value>,
}

impl Log<'_> {
    /// A diagnostic: of a finding it is an instance of the finding's rule, else of its code. One
    /// of several findings is a result for each, which has its own severity and closes by itself.
    fn entry(&mut self, report: &ModelReport, entry: &Entry) {
        if is_group(entry) {
            for id in &entry.diagnostic.findings {
                let assessed = assessed(self.db, id.subject()).iter();
                for one in assessed.filter(|one| one.finding.id == *id) {
                    self.member(report, entry, &one.finding);
                }
            }
            if let (Some(result), 1..) = (self.results.last_mut(), entry.diagnostic.more_findings) {
                result["properties"]["findingsNotListed"] = json!(entry.diagnostic.more_findings);
            }
            return;
        }
        let diagnostic = &entry.diagnostic;
        let rule = match diagnostic.findings.first() {
            Some(id) => Rule::of(*id),
            None => Rule::Code(diagnostic.code),
        };
        self.rules.add(rule, report.model, entry.level, true);
        let related = self.related_of(entry);
        let names = diagnostic.findings.iter().map(|id| id.name(self.db));
        let names: Vec<String> = names.map(|name| name.to_string()).collect();
        let mut properties = match entry.level {
            Some(level) => json!({ "severity": level.word(), "findings": names }),
            None => json!({}),
        };
        if diagnostic.more_findings > 0 {
            properties["findingsNotListed"] = json!(diagnostic.more_findings);
        }
        self.push(Parts {
            rule,
            severity: diagnostic.severity,
            message: message(
                &diagnostic.message,
                diagnostic.code.class,
                &related,
                &diagnostic.help,
            ),
            spot: &entry.spot,
            about: about(diagnostic.location),
            related,
            identity: identity(self.db, report, entry),
            properties,
            suppression: None,
        });
    }

    /// One finding of a diagnostic that reports several.
    fn member(&mut self, report: &ModelReport, entry: &Entry, finding: &Finding) {
        let db = self.db;
        let help = &entry.diagnostic.help;
        let of_worst = entry.level.map(severity_of);
        let severity = if of_worst == Some(entry.diagnostic.severity) {
            severity_of(finding.severity)
        } else {
            // The settings say how severe all of them are.
            entry.diagnostic.severity
        };
        let title = titled(db, finding, finding.severity.word());
        self.finding(report, finding, severity, (&title, help), None);
    }

    /// A finding with a result of its own, at its own place, and with its state unless that is
    /// plainly open.
    fn finding(
        &mut self,
        report: &ModelReport,
        finding: &Finding,
        severity: Severity,
        (title, help): (&str, &[String]),
        state: Option<&str>,
    ) {
        let db = self.db;
        let rule = Rule::of(finding.id);
        self.rules
            .add(rule, report.model, Some(finding.severity), true);
        let spot = spot_of_finding(db, finding.id);
        let related = reasons(db, finding, &spot);
        let name = finding.id.name(db).to_string();
        let mut properties = json!({ "severity": finding.severity.word() });
        if let Some(state) = state {
            properties["state"] = json!(state);
        }
        properties["findings"] = json!([name]);
        self.push(Parts {
            rule,
            severity,
            message: message(title, Class::Finding, &related, help),
            spot: &spot,
            about: Some(finding.id.subject()),
            related,
            identity: name,
            properties,
            suppression: None,
        });
    }

    /// Adds to the last result how it differs from the base.
    fn compare_last(&mut self, is_worse: bool, overruled: &[&Opened]) {
        if let Some(result) = self.results.last_mut() {
            result["baselineState"] = json!(if is_worse { "updated" } else { "new" });
            if let Value::String(text) = &mut result["message"]["text"] {
                *text += &overruled_in_words(self.db, overruled);
            }
        }
    }

    /// A finding that no diagnostic reports, because its mitigation is planned or it is accepted.
    fn treated(&mut self, report: &ModelReport, assessed: &Assessed) {
        let (db, finding) = (self.db, &assessed.finding);
        let (severity, by, done, suppression) = match assessed.state {
            FindingState::Open | FindingState::Mitigated(_) | FindingState::OutOfScope => return,
            FindingState::Planned(by) => {
                (Severity::Information, by, "planned", under_review(db, by))
            }
            FindingState::Dismissed(by) => (
                severity_of(finding.severity),
                by,
                "dismissed",
                dismissal(db, by),
            ),
            FindingState::Accepted(by) => (
                severity_of(finding.severity),
                by,
                "accepted",
                acceptance(db, by),
            ),
        };
        let rule = Rule::of(finding.id);
        let is_live = matches!(assessed.state, FindingState::Planned(_));
        self.rules
            .add(rule, report.model, Some(finding.severity), is_live);
        let spot = spot_of_finding(db, finding.id);
        let mut related = reasons(db, finding, &spot);
        let name = full_name(db, by);
        let subject = full_name(db, finding.id.subject());
        let categories = finding.categories.in_words();
        let title = format!(
            "{}: `{subject}` ({}, {categories}), {done} by `{name}`",
            finding.id.title(db),
            finding.severity.word()
        );
        related.truncate(places::MAX_RELATED - 1);
        let mut text = message(&title, Class::Finding, &related, &[]);
        related.push(Related {
            spot: spot_of(db, by.part(Part::Name)),
            message: format!("it is {done} by `{name}`"),
        });
        text += &format!(
            "\n[It is {done} by `{}`]({}).",
            printable(name),
            related.len()
        );
        self.push(Parts {
            rule,
            severity,
            message: text,
            spot: &spot,
            about: Some(finding.id.subject()),
            related,
            identity: finding.id.name(db).to_string(),
            properties: json!({
                "severity": finding.severity.word(),
                "state": assessed.state.word(),
                "findings": [finding.id.name(db).as_str()],
            }),
            suppression: Some(suppression),
        });
    }

    /// A finding that counts as open in a comparison, and that no diagnostic reports.
    fn overruled(&mut self, report: &ModelReport, opened: &Opened) {
        let finding = &opened.assessed.finding;
        let title = titled(self.db, finding, &severity_in_words(opened));
        let severity = severity_of(finding.severity);
        let state = opened.assessed.state.word();
        self.finding(report, finding, severity, (&title, &[]), Some(state));
    }

    fn related_of(&self, entry: &Entry) -> Vec<Related> {
        let pairs = entry.diagnostic.related.iter().zip(&entry.related);
        let related = pairs.map(|(related, spot)| {
            let in_library = about(related.location).is_some_and(|decl| decl.in_library(self.db));
            // No file of the library is there to be linked to.
            let spot = if in_library { &entry.spot } else { spot };
            Related {
                spot: spot.clone(),
                message: related.message.clone(),
            }
        });
        related.collect()
    }

    fn push(&mut self, parts: Parts) {
        let (index, id) = self.rules.place_of(parts.rule);
        let mut result = json!({
            "ruleId": id,
            "ruleIndex": index,
            "level": level(parts.severity),
            "message": { "text": parts.message },
            "locations": [self.located(&parts)],
        });
        let related = related_locations(&parts.related);
        if !related.is_empty() {
            result["relatedLocations"] = json!(related);
        }
        result["partialFingerprints"] = json!({});
        if let Some(suppression) = parts.suppression {
            result["suppressions"] = json!([suppression]);
        }
        if parts
            .properties
            .as_object()
            .is_some_and(|properties| !properties.is_empty())
        {
            result["properties"] = parts.properties;
        }
        self.fingerprints.add(parts.spot, parts.identity);
        self.results.push(result);
    }

    /// The place of a result, in the text and in the model.
    fn located(&self, parts: &Parts) -> Value {
        let mut located = location(parts.spot);
        if let Some(decl) = parts.about {
            located["logicalLocations"] = json!([{
                "fullyQualifiedName": printable(full_name(self.db, decl)),
                "kind": decl.kind(self.db).word(),
            }]);
        }
        located
    }

    fn into_document(mut self, reports: &[&ModelReport]) -> Value {
        for (result, fingerprint) in self.results.iter_mut().zip(self.fingerprints.settle()) {
            result["partialFingerprints"][fingerprints::KEY] = json!(fingerprint);
        }
        let mut taxonomies = Taxonomies::new();
        let rules = self.rules.into_descriptors(&mut taxonomies);
        let (taxonomies, supported) = taxonomies.into_components();
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "Threatline",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules,
                    "supportedTaxonomies": supported,
                }},
                "taxonomies": taxonomies,
                "invocations": [invocation(reports)],
                "originalUriBaseIds": uri_bases(),
                "columnKind": "unicodeCodePoints",
                "newlineSequences": ["\r\n", "\n", "\r"],
                "results": self.results,
            }],
        })
    }
}

/// What a finding is, where, and how severe.
fn titled(db: &Database, finding: &Finding, severity: &str) -> String {
    format!(
        "{}: `{}` ({severity}, {})",
        finding.id.title(db),
        full_name(db, finding.id.subject()),
        finding.categories.in_words(),
    )
}

/// The declaration at a place.
fn about(location: Location) -> Option<Decl> {
    match location {
        Location::Place(place) => Some(place.decl),
        Location::Text(..) | Location::Settings(..) => None,
    }
}

/// How the run went: a model with errors was not analyzed as intended.
fn invocation(reports: &[&ModelReport]) -> Value {
    let notification =
        |level: &str, text: &str| json!({ "level": level, "message": message_of(text) });
    let broken = reports.iter().filter(|report| report.is_broken());
    let mut notifications: Vec<Value> = broken
        .map(|report| {
            let errors = count(report.errors_in_model(), "error");
            let text = format!(
                "{}: {errors} in the model; findings may change once this is fixed.",
                report.name
            );
            notification("error", &text)
        })
        .collect();
    let executed = notifications.is_empty();
    let policy = reports.iter().flat_map(|report| &report.policy);
    notifications.extend(policy.map(|setting| notification("note", &policy_in_words(setting))));
    let unlisted = reports.iter().filter_map(|report| {
        let unlisted = report.unlisted_in_words()?;
        Some(notification(
            "warning",
            &format!("{}: {unlisted}.", report.name),
        ))
    });
    notifications.extend(unlisted);
    json!({ "executionSuccessful": executed, "toolConfigurationNotifications": notifications })
}

/// The message: the diagnostic, why, and what to do about it. A page shows a related place only
/// where the text links to it by its number.
fn message(text: &str, class: Class, related: &[Related], help: &[String]) -> String {
    let mut message = sentence(&unlinked(text));
    if class == Class::Finding && !related.is_empty() {
        message += "\nBecause:";
    }
    for (number, related) in (1..).zip(related.iter().take(places::MAX_RELATED)) {
        message += &format!("\n- [{}]({number})", link_text(&related.message));
    }
    if related.len() > places::MAX_RELATED {
        message += &format!("\n- and {} more", related.len() - places::MAX_RELATED);
    }
    for help in help {
        message += &format!("\n{}", sentence(&unlinked(help)));
    }
    literal_braces(&printable(&message))
}

/// With a capital letter, unless it begins with a name, and a full stop unless it ends otherwise.
fn sentence(text: &str) -> String {
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    let begins_with_word = text
        .split(' ')
        .next()
        .is_some_and(|word| word.chars().all(char::is_alphabetic));
    let mut characters = text.chars();
    match characters.next().filter(|_| begins_with_word) {
        Some(first) => first
            .to_uppercase()
            .chain(characters)
            .chain(stop.chars())
            .collect(),
        None => format!("{text}{stop}"),
    }
}

/// The reasons of a finding; the library's texts are at the finding.
fn reasons(db: &Database, finding: &Finding, spot: &Spot) -> Vec<Related> {
    let reasons = finding_reasons(db, finding).into_iter().map(|reason| {
        let place = reason.place.filter(|place| !place.decl.in_library(db));
        Related {
            spot: place.map_or_else(|| spot.clone(), |place| spot_of(db, place)),
            message: reason.message,
        }
    });
    reasons.collect()
}

/// The suppression by an `accept`.
fn acceptance(db: &Database, accept: Decl) -> Value {
    let stated = typed(db, accept);
    let text = |property| {
        stated
            .text(property)
            .map(|text| printable(text))
            .unwrap_or_default()
    };
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": text("because"),
        "properties": {
            "accept": printable(full_name(db, accept)),
            "by": text("by"),
            "until": stated.date("until").map(|date| date.to_string()),
        },
    })
}

/// Why a finding does not apply.
fn dismissal(db: &Database, dismiss: Decl) -> Value {
    let stated = typed(db, dismiss);
    let by = stated
        .values("by")
        .iter()
        .filter_map(|(_, value)| match value {
            TypedValue::Text(name) => Some(printable(name)),
            _ => None,
        });
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": stated.text("because").map(|why| printable(why)).unwrap_or_default(),
        "properties": {
            "dismiss": printable(full_name(db, dismiss)),
            "by": by.collect::<Vec<_>>().join(", "),
        },
    })
}

/// What a mitigation that is not in place does for a finding: by the standard it is not suppressed
/// yet.
fn under_review(db: &Database, mitigation: Decl) -> Value {
    let due = typed(db, mitigation)
        .date("due")
        .map(|date| format!(", due on {date}"))
        .unwrap_or_default();
    let name = printable(full_name(db, mitigation));
    json!({
        "kind": "external",
        "status": "underReview",
        "justification": format!("`{name}` is planned to mitigate it{due}."),
        "properties": { "mitigation": name },
    })
}

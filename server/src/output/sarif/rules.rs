//! What results are instances of: rules of the library and of models, threats that people wrote,
//! and the codes of other diagnostics, each described for the page that shows its alerts.

use super::levels::{level, severity_of};
use super::messages::{literal_braces, unlinked};
use super::taxonomies::Taxonomies;
use crate::book::{page_of_code, page_of_rule};
use crate::printable::printable;
use serde_json::{Value, json};
use threatline_model::{
    Database, Decl, FindingId, Kind, Level, Model, Severity, codes::Class, codes::Code, full_name,
    mitigations_against_rule, references, typed,
};
use threatline_view::markdown;

/// GitHub takes no description that is longer, in characters.
const MAX_DESCRIPTION: usize = 1000;

/// How many mitigations are named.
const MAX_MITIGATIONS: usize = 8;

/// What a result is an instance of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A rule, or a threat.
    Threat(Decl),
    /// A diagnostic of another kind.
    Code(&'static Code),
}

impl Rule {
    /// What a finding is an instance of.
    pub fn of(id: FindingId) -> Rule {
        match id {
            FindingId::Rule { rule, .. } => Rule::Threat(rule),
            FindingId::Threat(threat) => Rule::Threat(threat),
        }
    }

    fn id(self, db: &Database) -> String {
        match self {
            Rule::Threat(decl) => printable(full_name(db, decl)),
            Rule::Code(code) => code.id.to_owned(),
        }
    }
}

/// A rule that occurs.
struct Occurring {
    rule: Rule,
    /// The first model in which it does.
    model: Model,
    /// Whether a result is not suppressed, and the highest severity among those; else among all.
    worst: Option<(bool, Level)>,
}

/// The rules that occur, in the order in which they do.
pub struct Rules<'db> {
    db: &'db Database,
    occurring: Vec<Occurring>,
}

impl<'db> Rules<'db> {
    /// None yet.
    pub fn new(db: &'db Database) -> Rules<'db> {
        Rules {
            db,
            occurring: Vec::new(),
        }
    }

    /// Adds the rule of a result. A page knows one severity for all alerts of a rule: the worst.
    pub fn add(&mut self, rule: Rule, model: Model, level: Option<Level>, is_live: bool) {
        let worst = level.map(|level| (is_live, level));
        match self.occurring.iter_mut().find(|known| known.rule == rule) {
            Some(known) => known.worst = known.worst.max(worst),
            None => self.occurring.push(Occurring { rule, model, worst }),
        }
    }

    /// The place of a rule that was added among the descriptors, and its id.
    pub fn place_of(&self, rule: Rule) -> (usize, String) {
        let place = self
            .occurring
            .iter()
            .position(|known| known.rule == rule)
            .expect("a rule is added before its result");
        (place, rule.id(self.db))
    }

    /// The descriptors. Their references are added to the taxonomies.
    pub fn into_descriptors(self, taxonomies: &mut Taxonomies) -> Vec<Value> {
        let describe = |occurring: &Occurring| {
            let mut descriptor = match occurring.rule {
                Rule::Code(code) => of_code(code),
                Rule::Threat(decl) => of_threat(self.db, decl, occurring),
            };
            if let Rule::Threat(decl) = occurring.rule {
                let ids = typed(self.db, decl).references();
                let related: Vec<Value> = ids.filter_map(|id| taxonomies.relate(id)).collect();
                if !related.is_empty() {
                    descriptor["relationships"] = json!(related);
                }
            }
            let id = occurring.rule.id(self.db);
            let name = in_one_word(&id);
            // The standard wants no name that says no more than the id.
            if name.to_lowercase() != id.to_lowercase() {
                descriptor["name"] = json!(name);
            }
            descriptor
        };
        self.occurring.iter().map(describe).collect()
    }
}

fn of_code(code: &Code) -> Value {
    json!({
        "id": code.id,
        "shortDescription": { "text": literal_braces(code.summary) },
        "fullDescription": { "text": literal_braces(&plain(code.doc)) },
        "helpUri": page_of_code(code),
        "help": {
            "text": literal_braces(&plain(code.doc)),
            "markdown": literal_braces(code.doc),
        },
        "defaultConfiguration": { "level": level(code.severity) },
        "properties": {
            "tags": ["threat-model", class_tag(code.class)],
            "precision": "very-high",
            "problem.severity": problem(code.severity),
        },
    })
}

fn class_tag(class: Class) -> &'static str {
    match class {
        Class::Text | Class::Model => "correctness",
        Class::Finding => "security",
        Class::Time => "due",
        Class::Lint => "maintainability",
    }
}

fn of_threat(db: &Database, decl: Decl, occurring: &Occurring) -> Value {
    let title = decl.title(db).unwrap_or_else(|| full_name(db, decl));
    let description = decl.facts(db).description.as_ref().unwrap_or(title);
    let level_of_worst = occurring.worst.map_or(Level::Medium, |(_, level)| level);
    let severity = severity_of(level_of_worst);
    let help = help(db, decl, occurring.model);
    // Each by itself: no block of one takes in another.
    let shown: Vec<String> = help.iter().map(|part| markdown::harmless(part)).collect();
    let mut descriptor = json!({
        "id": printable(full_name(db, decl)),
        "shortDescription": { "text": cut(&unlinked(&printable(title))) },
        "fullDescription": { "text": cut(&plain(&printable(description))) },
        "help": {
            "text": literal_braces(&plain(&help.join("\n\n"))),
            "markdown": literal_braces(&shown.join("\n\n")),
        },
    });
    let mut links = typed(db, decl)
        .references()
        .filter_map(|id| references::link(id));
    if let Some(link) = page_of_rule(db, decl).or_else(|| links.next()) {
        descriptor["helpUri"] = json!(link);
    }
    descriptor["defaultConfiguration"] = json!({ "level": level(severity) });
    descriptor["properties"] = json!({
        "tags": tags(db, decl),
        "precision": if decl.kind(db) == Kind::Threat { "very-high" } else { "high" },
        "problem.severity": problem(severity),
        "security-severity": score(level_of_worst),
    });
    descriptor
}

/// What a threat means and what helps, in Markdown, as parts with an empty line between.
fn help(db: &Database, decl: Decl, model: Model) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(decl.facts(db).description.as_deref().map(printable));
    parts.extend(
        typed(db, decl)
            .text("advice")
            .map(|advice| printable(advice)),
    );
    parts.extend(countered_by(db, decl, model));
    parts.extend(referred(db, decl));
    parts.push(format!(
        "For details, run `threatline explain '{}'`.",
        printable(full_name(db, decl))
    ));
    parts
}

fn countered_by(db: &Database, decl: Decl, model: Model) -> Option<String> {
    let countering: Vec<Decl> = match decl.kind(db) {
        Kind::Threat => typed(db, decl).decls("mitigations").collect(),
        _ => mitigations_against_rule(db, model, decl).clone(),
    };
    let mut items: Vec<String> = countering
        .iter()
        .take(MAX_MITIGATIONS)
        .map(|listed| named(db, *listed))
        .collect();
    if countering.len() > MAX_MITIGATIONS {
        items.push(format!("and {} more", countering.len() - MAX_MITIGATIONS));
    }
    (!items.is_empty()).then(|| format!("Mitigated by:\n\n- {}", items.join("\n- ")))
}

fn referred(db: &Database, decl: Decl) -> Option<String> {
    let linked = |id: &str| {
        let title = references::title(id)
            .map(|title| format!(": {title}"))
            .unwrap_or_default();
        match references::link(id) {
            Some(link) => format!("- [{id}]({link}){title}"),
            None => format!("- {id}"),
        }
    };
    let references: Vec<String> = typed(db, decl).references().map(|id| linked(id)).collect();
    (!references.is_empty()).then(|| format!("References:\n\n{}", references.join("\n")))
}

fn named(db: &Database, mitigation: Decl) -> String {
    let name = printable(full_name(db, mitigation));
    match mitigation.title(db) {
        Some(title) => format!("`{name}`: {}", printable(title).replace('\n', " ")),
        None => format!("`{name}`"),
    }
}

/// The words by which a page filters; of weaknesses in the form that GitHub knows.
fn tags(db: &Database, decl: Decl) -> Vec<String> {
    let stated = typed(db, decl);
    let mut tags = vec!["security".to_owned(), "threat-model".to_owned()];
    tags.extend(
        stated
            .categories()
            .words()
            .map(|word| word.replace('_', "-")),
    );
    let weaknesses = stated
        .references()
        .filter_map(|reference| reference.strip_prefix("CWE-"));
    tags.extend(weaknesses.map(|number| format!("external/cwe/cwe-{number:0>3}")));
    tags.truncate(20);
    tags
}

/// The number by which GitHub ranks alerts, in the middle of its range for the word.
fn score(level: Level) -> &'static str {
    match level {
        Level::Critical => "9.5",
        Level::High => "8.0",
        Level::Medium => "5.5",
        Level::Low => "2.0",
    }
}

fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "recommendation",
    }
}

/// `std.unencrypted_flow` as `StdUnencryptedFlow`.
fn in_one_word(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric());
    words
        .flat_map(|word| {
            let mut characters = word.chars();
            characters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(characters)
        })
        .collect()
}

/// Markdown without its links, for where it is not rendered.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once("](") {
        let Some((address, after)) = link.split_once(')') else {
            break;
        };
        let (before, name) = before.rsplit_once('[').unwrap_or((before, ""));
        text += &format!("{before}{name} ({address})");
        rest = after;
    }
    text + rest
}

/// As much of a text as a description may have, with its braces.
fn cut(text: &str) -> String {
    let mut length = 0;
    let end = text.char_indices().find(|(_, character)| {
        length += if matches!(character, '{' | '}') { 2 } else { 1 };
        length > MAX_DESCRIPTION
    });
    match end {
        Some((end, _)) => format!("{}…", literal_braces(&text[..end])),
        None => literal_braces(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_out_where_they_cannot_be_followed() {
        assert_eq!(plain("a [b](c) d [e](f)"), "a b (c) d e (f)");
        assert_eq!(plain("`x` ](no link"), "`x` ](no link");
    }

    #[test]
    fn a_description_is_not_too_long_with_its_braces() {
        assert_eq!(cut("a {0}"), "a {{0}}");
        let braces = "{".repeat(MAX_DESCRIPTION);
        assert_eq!(cut(&braces), format!("{}…", &braces));
        let letters = "a".repeat(MAX_DESCRIPTION);
        assert_eq!(cut(&letters), letters);
    }

    #[test]
    fn names_are_words() {
        assert_eq!(in_one_word("std.unencrypted_flow"), "StdUnencryptedFlow");
        assert_eq!(in_one_word("unused-asset"), "UnusedAsset");
    }
}

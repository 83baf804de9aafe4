//! Explanations of rules, diagnostic codes and findings, as parts that each front end lays out its
//! own way. It must not know which front ends there are.

use crate::catalog;
use std::time::Duration;
use threatline_model::{
    Assessed, Database, Decl, FindingId, FindingState, Kind, Model, Part, Place, RuleSetting,
    World, all_findings, checked_condition, codes::Code, describe_shortfall, facts_in_condition,
    finding_reasons, full_name, how_to_state, is_done, library, mitigations_against_finding,
    mitigations_against_rule, name_from, references, resolve, rule_named, schema::STATUS,
    severity_steps, shortfalls, tests_of_rule, typed,
};
use threatline_syntax::prose::plural;

/// An explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What is explained, in a line.
    pub title: String,
    /// The explanation in order.
    pub parts: Vec<Section>,
}

/// A part of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    /// A heading.
    Heading(&'static str),
    /// A paragraph. What a model says in it is as it was written, for the front end to escape.
    Text(String),
    /// An entry of a list, with the place that it is about.
    Item(String, Option<Place>),
    /// An entry of a list with the address of a page about it.
    Link(String, String),
    /// Text of the language.
    Code(String),
}

use Section::{Code as CodeText, Heading, Item, Link, Text};

/// Explains a diagnostic code.
pub fn code(code: &Code) -> Explanation {
    let mut parts = vec![
        Text(code.summary.to_owned()),
        Text(code.doc.to_owned()),
        Text(format!(
            "Its default severity is `{}`; `[diagnostics]` in threatline.toml can change it.",
            code.severity.word()
        )),
    ];
    if !code.example.is_empty() {
        parts.extend([Heading("Example"), CodeText(code.example.to_owned())]);
    }
    Explanation {
        title: code.id.to_owned(),
        parts,
    }
}

/// Explains a rule, with the tests that name it.
pub fn rule(db: &Database, model: Model, rule: Decl, tests: &[Model]) -> Explanation {
    let entry = catalog::entry(db, model, rule);
    let mut parts: Vec<Section> = written_description(db, rule).into_iter().collect();
    if let Some(setting) = &entry.setting {
        parts.push(Text(setting_in_words(setting)));
    }
    parts.push(Heading("Condition"));
    if !entry.condition.is_empty() {
        parts.push(CodeText(entry.condition.clone()));
    }
    let on = entry
        .on
        .iter()
        .map(|kind| match kind {
            Kind::External => "external entities".to_owned(),
            kind => plural(kind.word()),
        })
        .collect::<Vec<_>>()
        .join(", ");
    parts.push(Text(format!(
        "Applies to {on}. STRIDE: {}.",
        entry.categories.in_words()
    )));
    if checked_condition(db, rule).condition.is_none() {
        parts.push(Text(
            "Its condition has errors, so it never matches.".to_owned(),
        ));
    }
    let facts = facts_in_condition(db, rule);
    if !facts.is_empty() {
        parts.push(Heading("Facts in the condition"));
    }
    parts.extend(
        facts
            .into_iter()
            .map(|fact| Item(format!("`{}`: {}", fact.name, fact.meaning()), None)),
    );
    parts.push(Heading("Severity"));
    parts.push(Text(severity_of_rule(db, &entry)));
    parts.extend(advice(db, model, rule));
    for &test in tests_of_rule(db, tests.iter().copied(), rule).iter() {
        for file in test.files(db).iter() {
            let source = file.source(db);
            parts.push(Heading("Test"));
            parts.push(CodeText(source.text.trim_end().to_owned()));
        }
    }
    Explanation {
        title: titled(db, rule),
        parts,
    }
}

/// How the severity of a rule's findings is computed.
fn severity_of_rule(db: &Database, entry: &catalog::Entry) -> String {
    let shifts = if typed(db, entry.rule).states("exposure", "path") {
        "one level higher on a path between different trust levels, one level lower within one \
         boundary"
    } else {
        "one level higher where callers from a lower trust level reach it without a certificate \
         or a signature"
    };
    format!(
        "Likelihood: {}; {shifts}. Impact: {} for confidential data; lower for less sensitive \
         data, higher for restricted data.",
        entry.likelihood.word(),
        entry.impact.word()
    )
}

/// What `threatline.toml` sets for a rule.
pub(crate) fn setting_in_words(setting: &RuleSetting) -> String {
    let reason = if setting.reason.is_empty() {
        String::new()
    } else {
        format!(": {}", setting.reason)
    };
    match (setting.enabled, setting.likelihood) {
        (false, _) => format!("It is turned off in this model by threatline.toml{reason}"),
        (true, Some(level)) => {
            format!(
                "In this model, threatline.toml sets its likelihood to {}{reason}",
                level.word()
            )
        }
        (true, None) => format!("threatline.toml lists it without any change{reason}"),
    }
}

/// Explains a finding.
pub fn finding(db: &Database, assessed: &Assessed) -> Explanation {
    let finding = &assessed.finding;
    let mut parts = vec![Text(state_in_words(db, assessed))];
    parts.extend(written_description(db, finding.id.definition()));
    parts.push(Heading("Reasons"));
    let reasons = finding_reasons(db, finding).into_iter();
    parts.extend(reasons.map(|reason| Item(reason.message, reason.place)));
    parts.push(Heading("Severity"));
    let steps = severity_steps(db, finding).into_iter();
    parts.extend(steps.map(|step| Item(step, None)));
    parts.extend(treatment(db, assessed));
    match finding.id {
        FindingId::Rule { rule, element } => {
            parts.extend(advice(db, element.model(db), rule));
            match finding.missing {
                _ if assessed.state != FindingState::Open => {}
                Some(missing) => {
                    let asked = missing.element;
                    let how = how_to_state(asked.kind(db), missing.property);
                    let statement = format!("on `{}`, {how}", full_name(db, asked));
                    parts.push(Heading("How to decide it"));
                    parts.push(Item(statement, Some(asked.part(Part::Name))));
                }
                None => {
                    parts.push(Heading("How to accept it"));
                    parts.push(CodeText(acceptance(db, rule, element)));
                }
            }
        }
        FindingId::Threat(threat) => parts.extend(references_of(db, threat)),
    }
    Explanation {
        title: format!("{}: {}", finding.id.name(db), finding.id.title(db)),
        parts,
    }
}

/// The mitigations against a finding, and whether they are done.
fn treatment(db: &Database, assessed: &Assessed) -> Vec<Section> {
    let finding = &assessed.finding;
    let mut parts = Vec::new();
    for effective in mitigations_against_finding(db, finding) {
        if parts.is_empty() {
            parts.push(Heading("Mitigations"));
        }
        let name = full_name(db, effective.mitigation);
        let status = typed(db, effective.mitigation).word("status");
        let status = status.map_or("implemented", |status| STATUS.word(status));
        let done = if is_done(db, effective.mitigation) {
            ""
        } else {
            ", not in place"
        };
        let by = full_name(db, effective.by);
        parts.push(Item(
            format!("`{name}`, listed by `{by}`, is {status}{done}"),
            Some(effective.by.part(effective.part)),
        ));
    }
    if assessed.state != FindingState::Open {
        return parts;
    }
    let shortfalls = shortfalls(db, finding);
    if !shortfalls.is_empty() {
        parts.push(Heading("Why that does not close it"));
    }
    parts.extend(shortfalls.into_iter().map(|(effective, shortfall)| {
        let place = effective.by.part(effective.part);
        Item(describe_shortfall(db, effective, shortfall), Some(place))
    }));
    parts
}

/// How long an acceptance that is suggested lasts.
const ACCEPTED_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The text of an `accept` of what a rule finds on an element. It can be copied as it is.
fn acceptance(db: &Database, rule: Decl, element: Decl) -> String {
    const NAME: &str = "accepted_risk";
    let file = element.file(db);
    let numbered = (2..).map(|number| format!("{NAME}_{number}"));
    let mut names = [NAME.to_owned()].into_iter().chain(numbered);
    let free = names.find(|name| resolve(db, file, name).is_err());
    let name = free.unwrap_or_else(|| NAME.to_owned());
    let (rule, element) = (name_from(db, rule, file), name_from(db, element, file));
    let until = World::get(db).today(db).saturating_add(ACCEPTED_FOR);
    format!(
        "accept {name} {{\n  findings: {rule}@{element}\n  by: \"who accepts it\"\n  \
         until: {until}\n  because: \"why\"\n}}"
    )
}

fn state_in_words(db: &Database, assessed: &Assessed) -> String {
    let severity = assessed.finding.severity.word();
    match assessed.state {
        FindingState::Open => match assessed.finding.missing {
            Some(missing) => format!(
                "Undecided: `{}` does not specify `{}`. Severity: {severity} at most.",
                full_name(db, missing.element),
                missing.property
            ),
            None if shortfalls(db, &assessed.finding).is_empty() => {
                format!("Open: no mitigation is in place. Severity: {severity}.")
            }
            None => format!("Open: the listed mitigations do not close it. Severity: {severity}."),
        },
        FindingState::Planned(by) => {
            format!(
                "Planned: `{}` will mitigate it. Severity: {severity}.",
                full_name(db, by)
            )
        }
        FindingState::Mitigated(by) => {
            format!(
                "Mitigated by `{}`. Severity without it: {severity}.",
                full_name(db, by)
            )
        }
        FindingState::Dismissed(by) => {
            let stated = typed(db, by);
            let why = stated.text("because").map_or("", |why| why.as_str());
            format!(
                "Dismissed in `{}`: \"{why}\" Severity if it applied: {severity}.",
                full_name(db, by)
            )
        }
        FindingState::OutOfScope => format!(
            "Not part of the verdict: `{}` is out of scope. Severity: {severity}.",
            full_name(db, assessed.finding.id.subject())
        ),
        FindingState::Accepted(by) => {
            let stated = typed(db, by);
            let who = stated.text("by").map_or("someone", |who| who.as_str());
            let until = stated
                .date("until")
                .map(|until| format!(" until {until}"))
                .unwrap_or_default();
            let why = stated
                .text("because")
                .map(|why| format!(": \"{why}\""))
                .unwrap_or_default();
            format!(
                "Accepted in `{}` by {who}{until}{why}. Severity: {severity}.",
                full_name(db, by)
            )
        }
    }
}

fn titled(db: &Database, decl: Decl) -> String {
    let name = full_name(db, decl);
    decl.title(db)
        .map_or_else(|| name.to_string(), |title| format!("{name}: {title}"))
}

/// The description of a declaration.
pub(crate) fn written_description(db: &Database, decl: Decl) -> Option<Section> {
    let description = decl.facts(db).description.as_ref();
    description.map(|text| Text(text.to_string()))
}

/// What counters what a rule finds, and what it refers to.
fn advice(db: &Database, model: Model, rule: Decl) -> Vec<Section> {
    let mut parts = Vec::new();
    let counters = mitigations_against_rule(db, model, rule);
    let advice = typed(db, rule).text("advice");
    if advice.is_some() || !counters.is_empty() {
        parts.push(Heading("What to do"));
    }
    parts.extend(advice.map(|advice| Text(advice.to_string())));
    for &mitigation in counters {
        parts.push(Item(
            format!("`{}` mitigates it", titled(db, mitigation)),
            Some(mitigation.part(Part::Name)),
        ));
    }
    parts.extend(references_of(db, rule));
    parts
}

/// What a declaration refers to, below a heading.
pub(crate) fn references_of(db: &Database, decl: Decl) -> Vec<Section> {
    let mut parts: Vec<Section> = Vec::new();
    for id in typed(db, decl).references() {
        if parts.is_empty() {
            parts.push(Heading("References"));
        }
        let title = references::title(id).unwrap_or("not in the published lists");
        let text = format!("{id}: {title}");
        parts.push(match references::link(id) {
            Some(link) => Link(text, link),
            None => Item(text, None),
        });
    }
    parts
}

/// The rule of a name: of a model, if one is given, else of the library.
pub fn find_rule(db: &Database, model: Option<Model>, name: &str) -> Option<Decl> {
    let model = model.unwrap_or(World::get(db).library(db));
    rule_named(db, model, name)
}

/// The findings of a model that a name can mean: in full, or without `std.` and without components.
pub fn find_findings(db: &Database, model: Model, name: &str) -> Vec<Assessed> {
    let findings = all_findings(db, model);
    let wanted = normal(name);
    let named = |assessed: &Assessed| normal(&assessed.finding.id.name(db));
    let exact: Vec<Assessed> = findings
        .iter()
        .filter(|assessed| named(assessed) == wanted)
        .cloned()
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let short = |name: &str| {
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        match name.split_once('@') {
            Some((rule, subject)) => format!("{}@{}", last(rule), last(subject)),
            None => last(name),
        }
    };
    findings
        .into_iter()
        .filter(|assessed| short(&named(assessed)) == wanted)
        .collect()
}

/// A finding's name with single spaces and without the library's prefix.
fn normal(name: &str) -> String {
    let name: Vec<&str> = name.split_whitespace().collect();
    let name = name.join(" ");
    library::short_name(&name).to_owned()
}

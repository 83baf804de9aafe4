//! What can be done about findings: another design, mitigations that are planned or in place, a
//! threat, an acceptance or a dismissal that a person writes, and facts that would decide. It must
//! not decide any of it.

use super::collector::{Fixes, MAX_FIXES};
use super::design;
use super::properties::{MAX_WORDS, statement, weakest_last};
use crate::change::Change;
use crate::snippet::{self, plain_text};
use crate::write::{add_property, add_value, append};
use threatline_model::{
    Assessed, Decl, FindingId, Level, MissingFact, Part, Place, StatedProperty, is_done,
    mitigations_against_rule, name_from, obstacle_on,
    schema::{self, Takes},
    typed,
};
use threatline_syntax::strings;

/// How long a list of findings is in one line.
const MAX_LINE: usize = 80;

/// What can be done about findings that are open.
pub fn treat(fixes: &mut Fixes, _: Place) {
    let db = fixes.db;
    let findings = fixes.findings();
    let Some(first) = findings.first() else {
        return;
    };
    let subjects = findings.iter();
    let mut elements: Vec<Decl> = subjects
        .map(|assessed| assessed.finding.id.subject())
        .collect();
    elements.dedup();
    match first.finding.id {
        FindingId::Rule { rule, .. } => {
            design::change_facts(fixes, rule, &elements);
            counter(fixes, rule, &elements);
            write_threat(fixes, rule, first, &elements);
        }
        FindingId::Threat(threat) => {
            let threat_name = threat.shape(db).name.clone().unwrap_or_default();
            plan_mitigation(fixes, &threat_name, elements[0]);
        }
    }
    accept(fixes, &findings);
    dismiss(fixes, &findings);
}

/// Offers mitigations against a rule: those that are planned, a new one that is, and last those
/// that are in place, as far as someone says so.
fn counter(fixes: &mut Fixes, rule: Decl, elements: &[Decl]) {
    let (db, file) = (fixes.db, fixes.file);
    let mut countering = mitigations_against_rule(db, file.model(db), rule).clone();
    // What cannot act there closes nothing; once it is planned, the facts may still change.
    let base = countering
        .iter()
        .find(|mitigation| mitigation.in_library(db));
    let base = base.copied();
    countering.retain(|mitigation| {
        let mut elements = elements.iter();
        elements.all(|element| obstacle_on(db, *mitigation, *element).is_none())
    });
    // The model's first, what is next to the element before what is elsewhere.
    countering.sort_by_key(|mitigation| (mitigation.in_library(db), mitigation.file(db) != file));
    let on = match elements {
        [element] => format!("`{}`", name_from(db, *element, file)),
        _ => format!("{} elements", elements.len()),
    };
    let (done, not_done): (Vec<Decl>, Vec<Decl>) = countering
        .into_iter()
        .partition(|mitigation| is_done(db, *mitigation));
    let in_time = not_done.into_iter().filter_map(|mitigation| {
        let due = typed(db, mitigation).date("due")?;
        let is_planned = typed(db, mitigation).states("status", "planned");
        (is_planned && fixes.is_within(due, days_to_plan(fixes))).then_some((mitigation, due))
    });
    let in_time: Vec<_> = in_time.take(MAX_FIXES).collect();
    for (mitigation, due) in in_time {
        let name = name_from(db, mitigation, file);
        let title = format!("Add `{name}` to {on}, planned by {due}");
        let change = listing(fixes, mitigation, elements);
        fixes.add(title, false, change);
    }
    if let Some(base) = base {
        declare_mitigation(fixes, base, elements, &on);
    }
    for mitigation in done.into_iter().take(MAX_FIXES) {
        let name = name_from(db, mitigation, file);
        let change = listing(fixes, mitigation, elements);
        let title = format!("State that `{name}` is in place on {on} (asserted)");
        fixes.add(title, false, change);
    }
}

/// A change that lists a mitigation on elements that do not list it yet.
fn listing(fixes: &Fixes, mitigation: Decl, elements: &[Decl]) -> Change {
    let db = fixes.db;
    let mut change = Change::default();
    for element in elements {
        let mut listed = typed(db, *element).decls("mitigations");
        if !listed.any(|listed| listed == mitigation) {
            let name = name_from(db, mitigation, element.file(db));
            add_value(db, *element, "mitigations", &name, &mut change);
        }
    }
    change
}

/// What a person replaces by the owner of a mitigation.
const OWNER: &str = "TODO";

/// Within how many days a mitigation has to be planned so that it counts for all findings.
fn days_to_plan(fixes: &Fixes) -> u64 {
    let horizons = fixes.file.model(fixes.db).settings(fixes.db).horizons;
    let findings = fixes.findings().into_iter();
    let worst = findings.map(|assessed| assessed.finding.severity).max();
    let days = worst.and_then(|worst| horizons.of(worst));
    days.map_or(90, |days| u64::try_from(days).unwrap_or_default().min(90))
}

/// A mitigation of one's own, which is planned.
fn declare_mitigation(fixes: &mut Fixes, base: Decl, elements: &[Decl], on: &str) {
    let (db, file) = (fixes.db, fixes.file);
    let base_name = name_from(db, base, file);
    let last = base_name.rsplit('.').next().unwrap_or(&base_name);
    let name = fixes.free_name(&format!("our_{last}"));
    let title = base.title(db).unwrap_or(&base_name);
    let text = format!(
        "mitigation {name} \"${{1:{}}}\" {{\n  based_on: {base_name}\n  status: ${{2:planned}}\n  \
         due: ${{3:{}}}\n  owner: \"${{4:{OWNER}}}\"\n}}",
        in_quotes(title),
        fixes.in_days(days_to_plan(fixes)),
    );
    let mut change = Change::default();
    for element in elements.iter().filter(|element| element.file(db) == file) {
        add_value(db, *element, "mitigations", &name, &mut change);
    }
    append(db, file, &text, &mut change);
    let day = fixes.in_days(days_to_plan(fixes));
    let title = format!("Plan a mitigation based on `{base_name}` for {on} by {day}");
    fixes.add_snippet(title, change);
}

/// The first thing that a plan lacks to count: the status, a day that is near enough, or an owner.
fn complete_plan(fixes: &mut Fixes, mitigation: Decl) {
    let db = fixes.db;
    let days = days_to_plan(fixes);
    let stated = typed(db, mitigation);
    let is_in_time = stated
        .date("due")
        .is_some_and(|due| fixes.is_within(due, days));
    let is_owned = stated.get("owner").is_some() || stated.get("ticket").is_some();
    let day = fixes.in_days(days);
    let (property, value) = if !stated.states("status", "planned") {
        ("status", "planned".to_owned())
    } else if !is_in_time {
        ("due", day)
    } else if !is_owned {
        ("owner", format!("\"${{1:{OWNER}}}\""))
    } else {
        return;
    };
    let mut change = Change::default();
    let value_of = |stated: &StatedProperty| Some((stated.position, stated.values.first()?.0));
    match stated.get(property).and_then(value_of) {
        Some((position, index)) => {
            let (file, span) = mitigation.part(Part::Value(position, index)).resolve(db);
            change.edit(file.path(db), span, value.as_str());
        }
        None => add_property(db, mitigation, property, &value, &mut change),
    }
    let name = name_from(db, mitigation, fixes.file);
    let value = plain_text(&value);
    fixes.add_snippet(format!("Plan `{name}`: `{property}: {value}`"), change);
}

/// A mitigation against what a person found, which is planned.
fn plan_mitigation(fixes: &mut Fixes, threat_name: &str, threat: Decl) {
    let db = fixes.db;
    // Another plan closes nothing while one that is listed falls short.
    let mut listed = typed(db, threat).decls("mitigations");
    if let Some(mitigation) = listed.find(|mitigation| !is_done(db, *mitigation)) {
        return complete_plan(fixes, mitigation);
    }
    let name = fixes.free_name(&format!("against_{threat_name}"));
    let day = fixes.in_days(days_to_plan(fixes));
    let text = format!(
        "mitigation {name} \"${{1:Title}}\" {{\n  status: planned\n  due: {day}\n  \
         owner: \"${{2:{OWNER}}}\"\n}}"
    );
    let mut change = Change::default();
    add_value(fixes.db, threat, "mitigations", &name, &mut change);
    append(fixes.db, fixes.file, &text, &mut change);
    fixes.add_snippet(format!("Plan a mitigation by {day}"), change);
}

/// The finding as a threat that a person wrote.
fn write_threat(fixes: &mut Fixes, rule: Decl, assessed: &Assessed, elements: &[Decl]) {
    let (db, file) = (fixes.db, fixes.file);
    let rule_name = rule.shape(db).name.clone().unwrap_or_default();
    let name = fixes.free_name(&rule_name);
    let named = elements
        .iter()
        .filter(|element| element.shape(db).name.is_some());
    let targets: Vec<String> = named
        .map(|element| name_from(db, *element, file).to_string())
        .collect();
    if targets.is_empty() {
        return;
    }
    let reference = typed(db, rule).references().next();
    let reference = reference.map(|id| format!("\n  references: {id}"));
    let categories: Vec<&str> = assessed.finding.categories.words().collect();
    let text = format!(
        "threat {name} \"${{1:{}}}\" {{\n  category: {}\n  targets: {}{}\n}}",
        in_quotes(&assessed.finding.id.title(db)),
        categories.join(", "),
        targets.join(", "),
        reference.unwrap_or_default()
    );
    let mut change = Change::default();
    append(db, file, &text, &mut change);
    fixes.add_snippet("Record as a threat", change);
}

/// The risk, taken on by someone until some day.
fn accept(fixes: &mut Fixes, findings: &[&Assessed]) {
    let db = fixes.db;
    let name_here = |decl: Decl| name_from(db, decl, fixes.file);
    let names = findings.iter().map(|assessed| match assessed.finding.id {
        FindingId::Rule { rule, element } => {
            format!("{}@{}", name_here(rule), name_here(element))
        }
        FindingId::Threat(threat) => name_here(threat).to_string(),
    });
    let names: Vec<String> = names.collect();
    let joined = names.join(", ");
    let listed = if joined.len() > MAX_LINE {
        let lines: String = names.iter().map(|name| format!("    {name},\n")).collect();
        format!("\n{}", lines.trim_end())
    } else {
        format!(" {joined}")
    };
    let subject = findings[0].finding.id.subject();
    let about = subject.shape(db).name.clone();
    let about = about.unwrap_or_else(|| "flow".into());
    let severities = findings.iter().map(|assessed| assessed.finding.severity);
    let severity = severities.max().map_or("", Level::word);
    let text = format!(
        "accept {} {{\n  findings:{listed}\n  severity: {severity}\n  by: \"${{1:who accepts \
         it}}\"\n  until: ${{2:{}}}\n  because: \"${{3:why}}\"\n}}",
        fixes.free_name(&format!("{about}_risk")),
        fixes.in_days(90)
    );
    let mut change = Change::default();
    append(db, fixes.file, &text, &mut change);
    let accepted = match names.as_slice() {
        [name] => format!("`{name}`"),
        _ => format!("{} findings", names.len()),
    };
    let title = format!("Accept {accepted} with a person, an end date and a reason");
    fixes.add_snippet(title, change);
}

/// The finding as one that does not apply, as long as a condition is true. Each is decided by
/// itself.
fn dismiss(fixes: &mut Fixes, findings: &[&Assessed]) {
    let db = fixes.db;
    let [assessed] = findings else { return };
    let FindingId::Rule { rule, element } = assessed.finding.id else {
        return;
    };
    let (rule_name, element_name) = (
        name_from(db, rule, fixes.file),
        name_from(db, element, fixes.file),
    );
    let about = element.shape(db).name.as_deref().unwrap_or("flow");
    let last = rule_name.rsplit('.').next().unwrap_or(&rule_name);
    let name = fixes.free_name(&format!("{last}_on_{about}"));
    let confirmed = if assessed.finding.severity == Level::Critical {
        ", \"${2:who confirmed it}\""
    } else {
        ""
    };
    let condition = design::condition_that_holds(fixes, element);
    let text = format!(
        "dismiss {name} {{\n  finding: {rule_name}@{element_name}\n  by: \"${{1:who decided it}}\"\
         {confirmed}\n  because: \"${{3:why it does not apply}}\"\n  while: ${{4:{condition}}}\n}}"
    );
    let mut change = Change::default();
    append(db, fixes.file, &text, &mut change);
    let title = format!("Dismiss `{rule_name}@{element_name}`: it does not apply");
    fixes.add_snippet(title, change);
}

/// The words that a fact which is not stated can have, for all elements that the diagnostic is
/// about.
pub fn state_fact(fixes: &mut Fixes, _: Place) {
    let (db, file) = (fixes.db, fixes.file);
    let findings = fixes.findings().into_iter();
    let missing: Vec<MissingFact> = findings
        .filter_map(|assessed| assessed.finding.missing)
        .collect();
    let Some(first) = missing.first() else { return };
    let name = first.property;
    let mut elements: Vec<Decl> = Vec::new();
    for missing in missing.iter().filter(|missing| missing.property == name) {
        if !elements.contains(&missing.element) {
            elements.push(missing.element);
        }
    }
    let Some(property) = schema::of(first.element.kind(db)).property(name) else {
        return;
    };
    let element_name = name_from(db, elements[0], file);
    // Any word would be a guess, so who presses the first offer has to write one.
    let change = statement(fixes, elements[0], name, "$1");
    fixes.add_snippet(format!("Set `{name}` on `{element_name}`"), change);
    let words: Vec<&str> = match property.takes {
        Takes::Words(words) if !property.many || words.words.len() <= MAX_WORDS => {
            weakest_last(words.names().collect())
        }
        Takes::YesNo => vec!["yes", "no"],
        _ => Vec::new(),
    };
    let words: Vec<&str> = words
        .into_iter()
        .chain(property.nothing.map(|_| schema::NOTHING))
        .collect();
    let on = match elements.as_slice() {
        [_] => format!("on `{element_name}`"),
        _ => format!("on {} elements", elements.len()),
    };
    for word in &words {
        let mut change = Change::default();
        for element in &elements {
            add_property(db, *element, name, word, &mut change);
        }
        fixes.add(format!("Set `{name}: {word}` {on}"), false, change);
    }
    // Of several the first alone, too.
    if elements.len() > 1 && property.takes == Takes::YesNo {
        for word in words {
            let change = statement(fixes, elements[0], name, word);
            let title = format!("Set `{name}: {word}` on `{element_name}`");
            fixes.add(title, false, change);
        }
    }
}

/// A text as it is in a snippet and in quotes.
fn in_quotes(text: &str) -> String {
    snippet::escaped(&strings::escaped(text))
}

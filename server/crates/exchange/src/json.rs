//! A model with all that the analysis knows of it, as JSON for scripts: `server/export.schema.json`
//! says what each key means. `version` changes when the meaning of a key does. It must not know how
//! a check is printed, though what both say has the same names in both.

use crate::losses::Export;
use crate::pretty::pretty_json;
use serde_json::{Map, Value, json};
use threatline_model::{
    Assessed, DERIVED_FACTS, Database, Decl, EffectiveMitigation, FactCache, FactValue, FindingId,
    FindingSelector, FindingState, Gives, Kind, Level, Model, Part, Place, RuleSetting,
    Sensitivity, TypedValue, World, all_findings, crossed, describe_shortfall,
    effective_mitigations, ends, finding_reasons, full_name, is_done, mitigations_against_finding,
    mitigations_against_rule, placed_in, references, rule_named,
    schema::{self, CLASSIFICATION, LEVEL, NOTHING, STATUS, STRIDE, TRUST, Takes},
    sensitivity, sensitivity_of_asset, severity_steps, shortfalls, trust_of_boundary, typed,
};
use threatline_syntax::{Encoding, LineColumn};
use threatline_view::catalog::written_property;

/// Writes a model.
pub fn write(db: &Database, model: Model, title: &str) -> Export {
    let settings = model.settings(db);
    let policy = settings
        .rules
        .iter()
        .filter(|setting| rule_named(db, model, &setting.name).is_some());
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let mut nameless = 0;
    let declarations = declarations.map(|decl| {
        let mut written = declaration(db, decl);
        if decl.shape(db).name.is_none() && decl.kind(db) != Kind::Flow {
            nameless += 1;
            written["id"] = format!("({} {nameless})", decl.kind(db).word()).into();
        }
        written
    });
    let findings = all_findings(db, model);
    let findings = findings
        .iter()
        .map(|assessed| finding_with_mitigations(db, model, assessed));
    let document = json!({
        "version": 1,
        "name": title,
        "root": model.root(db).as_ref(),
        "today": World::get(db).today(db).to_string(),
        "policy": policy.map(setting).collect::<Vec<_>>(),
        "declarations": declarations.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    });
    Export {
        text: pretty_json(&document),
        losses: Vec::new(),
    }
}

fn finding_with_mitigations(db: &Database, model: Model, assessed: &Assessed) -> Value {
    let against_finding = mitigations_against_finding(db, &assessed.finding);
    let against_rule = mitigations_against_rule(db, model, assessed.finding.id.definition());
    let mut written = finding(db, assessed);
    written["mitigations"] = against_finding
        .iter()
        .map(|effective| mitigation(db, effective))
        .collect();
    written["countered_by"] = names(db, against_rule);
    written
}

fn declaration(db: &Database, decl: Decl) -> Value {
    let kind = decl.kind(db);
    let mut written = json!({
        "id": full_name(db, decl).as_str(),
        "kind": kind.word(),
        "name": decl.shape(db).name.as_deref(),
        "title": decl.title(db).map(|title| title.as_str()),
        "description": decl.facts(db).description.as_deref(),
        "component": decl.component(db).map(|name| name.as_str()),
        "location": location_of(db, decl.part(Part::Name)),
        "properties": properties(db, decl),
    });
    if schema::of(kind).placed {
        written["in"] = json!(placed_in(db, decl).map(|boundary| full_name(db, boundary).as_str()));
    }
    if kind == Kind::Flow {
        let (source, target) = ends(db, decl);
        written["source"] = json!(source.map(|end| full_name(db, end).as_str()));
        written["target"] = json!(target.map(|end| full_name(db, end).as_str()));
    }
    match kind {
        Kind::Boundary => {
            let trust = trust_of_boundary(db, decl).level();
            written["derived"] = json!({ "trust": trust.map(|level| TRUST.word(level)) });
        }
        Kind::Asset => {
            written["derived"] = json!({ "sensitivity": sensitive(sensitivity_of_asset(db, decl)) })
        }
        Kind::Mitigation => written["derived"] = json!({ "done": is_done(db, decl) }),
        kind if kind.is_element() => {
            written["derived"] = derived(db, decl);
            written["mitigations"] = effective_mitigations(db, decl)
                .iter()
                .map(|effective| mitigation(db, effective))
                .collect();
        }
        _ => {}
    }
    written
}

/// What a declaration states, by property: one value, or a list where the property takes one.
pub fn properties(db: &Database, decl: Decl) -> Map<String, Value> {
    let stated = typed(db, decl)
        .stated
        .iter()
        .filter(|stated| !stated.values.is_empty());
    let mut properties: Map<String, Value> = stated
        .map(|stated| {
            let mut values = stated
                .values
                .iter()
                .map(|(_, value)| self::value(db, stated.property.takes, value));
            let value = if stated.property.many {
                values.collect()
            } else {
                values.next().unwrap_or_default()
            };
            (stated.property.name.to_owned(), value)
        })
        .collect();
    for property in schema::of(decl.kind(db)).properties {
        if property.takes == Takes::Condition
            && let Some(condition) = written_property(db, decl, property.name)
        {
            properties.insert(property.name.to_owned(), condition.into());
        }
    }
    properties
}

fn value(db: &Database, takes: Takes, value: &TypedValue) -> Value {
    let category = |position: u8| STRIDE.word(position);
    match value {
        TypedValue::Word(position) => match takes {
            Takes::Words(words) => words.word(*position).into(),
            _ => Value::Null,
        },
        TypedValue::YesNo(yes) => (*yes).into(),
        TypedValue::Decl(decl) => full_name(db, *decl).as_str().into(),
        TypedValue::Nothing => NOTHING.into(),
        TypedValue::Category(position) => category(*position).into(),
        TypedValue::Text(text) | TypedValue::Reference(text) => text.as_str().into(),
        TypedValue::Date(date) => date.to_string().into(),
        TypedValue::Finding(FindingSelector::Rule(rule, element)) => {
            format!("{}@{}", full_name(db, *rule), full_name(db, *element)).into()
        }
        TypedValue::Finding(FindingSelector::Category(position, element)) => {
            format!("{}@{}", category(*position), full_name(db, *element)).into()
        }
        TypedValue::Finding(FindingSelector::Threat(threat)) => {
            full_name(db, *threat).as_str().into()
        }
    }
}

/// The facts that are derived of an element, by the names by which conditions ask for them, without
/// those that lead to other elements. What cannot be known, as a fact is not stated, is `null`.
fn derived(db: &Database, element: Decl) -> Value {
    let kind = element.kind(db);
    let known = FactCache::new(db);
    let of_kind = DERIVED_FACTS
        .iter()
        .filter(|derived| derived.kinds.contains(&kind));
    let facts = of_kind
        .filter(|derived| !matches!(derived.gives, Gives::Elements(..)))
        .map(|derived| {
            let words = match derived.gives {
                Gives::Word(words) | Gives::Words(words) => Some(words),
                _ => None,
            };
            let word = |position: u8| words.map(|words| words.word(position));
            let value = match &*known.value(element, derived.fact()) {
                FactValue::Absent
                | FactValue::Unknown(_)
                | FactValue::Unlisted(_)
                | FactValue::Between(..) => Value::Null,
                FactValue::YesNo(yes) => (*yes).into(),
                FactValue::Word(position) => json!(word(*position)),
                FactValue::Words(positions) => {
                    let words = positions.iter().map(|position| word(*position));
                    json!(words.collect::<Vec<_>>())
                }
                FactValue::Assets(decls) | FactValue::Elements(decls) => names(db, decls),
                FactValue::Named(decls) => names(db, decls),
            };
            (derived.name.to_owned(), value)
        });
    let mut facts: Map<String, Value> = facts.collect();
    if kind == Kind::Flow {
        let (entered, left) = crossed(db, element);
        facts.insert("enters".to_owned(), names(db, entered));
        facts.insert("leaves".to_owned(), names(db, left));
    }
    facts.insert(
        "sensitivity".to_owned(),
        sensitive(sensitivity(db, element)),
    );
    Value::Object(facts)
}

fn names(db: &Database, decls: &[Decl]) -> Value {
    decls
        .iter()
        .map(|decl| full_name(db, *decl).as_str())
        .collect()
}

fn sensitive(sensitivity: Sensitivity) -> Value {
    if !sensitivity.any {
        return Value::Null;
    }
    json!({
        "classification": CLASSIFICATION.word(sensitivity.classification),
        "integrity": LEVEL.word(sensitivity.integrity),
        "availability": LEVEL.word(sensitivity.availability),
        "personal": sensitivity.personal,
    })
}

/// A mitigation where it protects something, and what brings it there.
fn mitigation(db: &Database, effective: &EffectiveMitigation) -> Value {
    let mitigation = effective.mitigation;
    let status = typed(db, mitigation)
        .word("status")
        .map(|status| STATUS.word(status));
    json!({
        "id": full_name(db, mitigation).as_str(),
        "title": mitigation.title(db).map(|title| title.as_str()),
        "status": status.unwrap_or("implemented"),
        "by": full_name(db, effective.by).as_str(),
        "location": location_of(db, effective.by.part(effective.part)),
    })
}

/// What a setting changes of a rule.
pub fn setting(setting: &RuleSetting) -> Value {
    json!({
        "rule": setting.name.as_str(),
        "enabled": setting.enabled,
        "likelihood": setting.likelihood.map(Level::word),
        "reason": setting.reason.as_str(),
    })
}

/// A finding, why it is there, and what has been done about it.
pub fn finding(db: &Database, assessed: &Assessed) -> Value {
    let finding = &assessed.finding;
    let by = match assessed.state {
        FindingState::Open | FindingState::OutOfScope => None,
        FindingState::Planned(by)
        | FindingState::Mitigated(by)
        | FindingState::Accepted(by)
        | FindingState::Dismissed(by) => Some(full_name(db, by).to_string()),
    };
    let rule = match finding.id {
        FindingId::Rule { rule, .. } => Some(full_name(db, rule).to_string()),
        FindingId::Threat(_) => None,
    };
    let references = typed(db, finding.id.definition()).references();
    let shortfalls = match assessed.state {
        FindingState::Open => shortfalls(db, finding),
        _ => Vec::new(),
    };
    let shortfalls = shortfalls
        .into_iter()
        .map(|(effective, why)| describe_shortfall(db, effective, why));
    json!({
        "id": finding.id.name(db).as_str(),
        "rule": rule,
        "subject": full_name(db, finding.id.subject()).as_str(),
        "title": finding.id.title(db).as_str(),
        "references": references.map(|id| reference(id)).collect::<Vec<_>>(),
        "categories": finding.categories.words().collect::<Vec<_>>(),
        "severity": finding.severity.word(),
        "not_closed_because": shortfalls.collect::<Vec<_>>(),
        "verified": assessed.is_verified,
        "likelihood": finding.likelihood.word(),
        "impact": finding.impact.word(),
        "arithmetic": severity_steps(db, finding),
        "state": assessed.standing().key(),
        "by": by,
        "not_stated": finding.missing.map(|missing| missing.property),
        "not_stated_by": finding
            .missing
            .map(|missing| full_name(db, missing.element).as_str()),
        "reasons": finding_reasons(db, finding).into_iter().map(|reason| json!({
            "message": reason.message,
            "location": reason.place.map(|place| location_of(db, place)),
        })).collect::<Vec<_>>(),
        "location": location_of(db, finding.id.subject().part(Part::Name)),
    })
}

/// What is referred to, with its title if the published lists have it.
pub fn reference(id: &str) -> Value {
    json!({ "id": id, "title": references::title(id), "link": references::link(id) })
}

/// Where a part of a declaration is.
pub fn location_of(db: &Database, place: Place) -> Value {
    let (file, span) = place.resolve(db);
    let source = file.source(db);
    let position = |offset| {
        source
            .lines
            .line_column(&source.text, offset, Encoding::Utf32)
    };
    location(file.path(db), position(span.start), position(span.end))
}

/// A place; lines and columns count from 1, columns in characters, the end is the place behind the
/// last one.
pub fn location(path: &str, start: LineColumn, end: LineColumn) -> Value {
    let position =
        |position: LineColumn| json!({ "line": position.line + 1, "column": position.column + 1 });
    json!({ "path": path, "start": position(start), "end": position(end) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use threatline_model::schema::Words;

    #[test]
    fn the_schema_lists_the_words_of_the_language() {
        let schema: Value =
            serde_json::from_str(include_str!("../../../export.schema.json")).unwrap();
        let listed = |pointer: &str| {
            let words = schema
                .pointer(pointer)
                .unwrap_or_else(|| panic!("nothing at {pointer}"))
                .as_array()
                .unwrap();
            words
                .iter()
                .map(|word| word.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let words = |words: &Words| words.names().map(str::to_owned).collect::<Vec<_>>();
        let kinds: Vec<String> = Kind::ALL
            .iter()
            .map(|kind| kind.word().to_owned())
            .collect();
        assert_eq!(listed("/$defs/declaration/properties/kind/enum"), kinds);
        assert_eq!(listed("/$defs/category/enum"), words(&STRIDE));
        assert_eq!(listed("/$defs/level/enum"), words(&LEVEL));
        assert_eq!(listed("/$defs/trust/enum"), words(&TRUST));
        assert_eq!(listed("/$defs/status/enum"), words(&STATUS));
        assert_eq!(
            listed("/$defs/sensitivity/properties/classification/enum"),
            words(&CLASSIFICATION)
        );
        let derived = schema
            .pointer("/$defs/declaration/properties/derived/properties")
            .unwrap()
            .as_object()
            .unwrap();
        for fact in DERIVED_FACTS
            .iter()
            .filter(|fact| !matches!(fact.gives, Gives::Elements(..)))
        {
            assert!(
                derived.contains_key(fact.name),
                "the schema does not define `{}`",
                fact.name
            );
        }
    }
}

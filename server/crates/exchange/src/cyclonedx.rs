//! A model as a bill of materials: CycloneDX 1.6, whose services have trust zones and data flows.
//! Elements are services; components and assets are components; findings and written threats are
//! vulnerabilities with an analysis; mitigations in place are evidence for claims. What the format
//! has no place for is kept in properties under `threatline:`. It has no serial number and no time,
//! so that the same model gives the same bytes. It must not know the disk or a clock.

use crate::json;
use crate::losses::Export;
use crate::pretty::pretty_json;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use threatline_model::{
    Assessed, Database, Decl, ENDPOINT_KINDS, FactCache, FactValue, FindingId, FindingState, Kind,
    Model, all_findings, boundaries_around, crossed, effective_mitigations, ends, fact_named,
    finding_reasons, full_name, is_done, kind_of_asset, placed_in,
    references::{self, List},
    schema::{ASSET_KIND, CLASSIFICATION},
    sensitivity_of_asset, severity_steps, touching, trust, typed,
};
use threatline_syntax::prose::count;
use threatline_view::names::shown_name;

/// Writes a model, called by a title.
pub fn write(db: &Database, model: Model, title: &str) -> Export {
    let elements = declared(db, model, |kind| ENDPOINT_KINDS.contains(&kind));
    let mut components = declared(db, model, |kind| kind == Kind::Component);
    components.extend(declared(db, model, |kind| kind == Kind::Asset));
    let each = |decls: &[Decl], value: fn(&Database, Decl) -> Value| -> Vec<Value> {
        decls.iter().map(|decl| value(db, *decl)).collect()
    };
    let vulnerabilities: Vec<Value> = all_findings(db, model)
        .iter()
        .map(|assessed| vulnerability(db, assessed))
        .collect();
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "design" }],
            "tools": { "components": [{ "type": "application", "name": "threatline" }] },
            // No declaration has a name with a space.
            "component": { "type": "application", "bom-ref": "the model", "name": title },
        },
        "components": each(&components, component),
        "services": each(&elements, service),
        "dependencies": each(&elements, dependency),
        "vulnerabilities": vulnerabilities,
    });
    if let Some(declarations) = declarations(db, &elements) {
        document["declarations"] = declarations;
    }
    let mut losses = vec!["locations of declarations: no equivalent in the format".to_owned()];
    let (kept, numbers) = others(db, model);
    if !kept.is_empty() {
        document["properties"] = kept.into();
        let numbers: Vec<String> = numbers
            .into_iter()
            .map(|(kind, number)| count(number, kind.word()))
            .collect();
        losses.push(format!(
            "{}: kept in properties that only Threatline reads",
            numbers.join(", ")
        ));
    }
    Export {
        text: pretty_json(&document),
        losses,
    }
}

fn declared(db: &Database, model: Model, is_wanted: fn(Kind) -> bool) -> Vec<Decl> {
    let files = model.files(db).iter();
    files
        .flat_map(|file| file.declarations(db).iter().copied())
        .filter(|decl| is_wanted(decl.kind(db)))
        .collect()
}

/// What the format has no place for, as properties, and how many there are of each kind.
fn others(db: &Database, model: Model) -> (Vec<Value>, BTreeMap<Kind, usize>) {
    let mut kept = Vec::new();
    let mut numbers: BTreeMap<Kind, usize> = BTreeMap::new();
    let is_other = |kind: Kind| {
        !ENDPOINT_KINDS.contains(&kind)
            && !matches!(
                kind,
                Kind::Component | Kind::Asset | Kind::Threat | Kind::Expect
            )
    };
    for decl in declared(db, model, is_other) {
        let kind = decl.kind(db);
        let number = numbers.entry(kind).or_default();
        *number += 1;
        let id = match (&decl.shape(db).name, kind) {
            (None, Kind::Assumption) => number.to_string(),
            _ => full_name(db, decl).to_string(),
        };
        let name = format!("threatline:{}:{id}", kind.word());
        keep(db, decl, &name, &mut kept);
    }
    (kept, numbers)
}

/// What people call a declaration.
fn called(db: &Database, decl: Decl) -> String {
    let title = decl.title(db).filter(|title| !title.trim().is_empty());
    title.map_or_else(|| shown_name(db, decl), ToString::to_string)
}

fn property(name: impl Into<String>, value: impl Into<String>) -> Value {
    json!({ "name": name.into(), "value": value.into() })
}

/// The values of a property of the model, as texts.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Bool(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Keeps all that a declaration says in properties.
fn keep(db: &Database, decl: Decl, name: &str, properties: &mut Vec<Value>) {
    properties.push(property(name, called(db, decl)));
    if let Some(description) = &decl.facts(db).description {
        properties.push(property(
            format!("{name}:description"),
            description.as_str(),
        ));
    }
    if let Some(boundary) = placed_in(db, decl) {
        properties.push(property(
            format!("{name}:in"),
            full_name(db, boundary).as_str(),
        ));
    }
    let (source, target) = if decl.kind(db) == Kind::Flow {
        ends(db, decl)
    } else {
        (None, None)
    };
    for (end, decl) in [("source", source), ("target", target)] {
        properties.extend(
            decl.map(|decl| property(format!("{name}:{end}"), full_name(db, decl).as_str())),
        );
    }
    stated(db, decl, name, &[], properties);
}

/// Keeps what a declaration states in properties, except what is exported elsewhere.
fn stated(db: &Database, decl: Decl, name: &str, but: &[&str], properties: &mut Vec<Value>) {
    for (stated, value) in json::properties(db, decl)
        .iter()
        .filter(|(name, _)| !but.contains(&name.as_str()))
    {
        properties.extend(
            texts(value)
                .into_iter()
                .map(|text| property(format!("{name}:{stated}"), text)),
        );
    }
}

/// What every service and component says.
fn described(db: &Database, decl: Decl) -> Value {
    let mut described =
        json!({ "bom-ref": full_name(db, decl).as_str(), "name": called(db, decl) });
    if let Some(component) = decl
        .component(db)
        .filter(|_| decl.kind(db) != Kind::Component)
    {
        described["group"] = component.as_str().into();
    }
    if let Some(description) = &decl.facts(db).description {
        described["description"] = description.as_str().into();
    }
    let tags = json::properties(db, decl).remove("tags");
    if let Some(tags) = tags {
        described["tags"] = tags;
    }
    described
}

/// A component of the model, or an asset.
fn component(db: &Database, decl: Decl) -> Value {
    let mut component = described(db, decl);
    let mut properties = vec![property("threatline:kind", decl.kind(db).word())];
    if decl.kind(db) == Kind::Component {
        component["type"] = "application".into();
        stated(db, decl, "threatline", &["tags"], &mut properties);
    } else {
        component["type"] = "data".into();
        let is_data = ASSET_KIND.word(kind_of_asset(db, decl)) == "data";
        component["data"] = json!([{
            "type": if is_data { "dataset" } else { "other" },
            "classification": CLASSIFICATION.word(sensitivity_of_asset(db, decl).classification),
        }]);
        // The first property already gives `kind`.
        stated(
            db,
            decl,
            "threatline:asset",
            &["tags", "classification"],
            &mut properties,
        );
    }
    component["properties"] = properties.into();
    component
}

/// An external, a process or a store.
fn service(db: &Database, element: Decl) -> Value {
    let mut service = described(db, element);
    let flows = touching(db, element);
    let (incoming, outgoing) = (&flows.incoming, &flows.outgoing);
    if let Some(authenticated) = authenticated(db, incoming) {
        service["authenticated"] = authenticated.into();
    }
    let crosses = |flow: &Decl| {
        let (entered, left) = crossed(db, *flow);
        !entered.is_empty() || !left.is_empty()
    };
    if !incoming.is_empty() || !outgoing.is_empty() {
        service["x-trust-boundary"] = incoming.iter().chain(outgoing).any(crosses).into();
    }
    if let Some(boundary) = placed_in(db, element) {
        service["trustZone"] = called(db, boundary).into();
    }
    let outgoing = outgoing.iter().flat_map(|flow| carried(db, *flow, true));
    let incoming = incoming.iter().flat_map(|flow| carried(db, *flow, false));
    let data: Vec<Value> = outgoing.chain(incoming).collect();
    if !data.is_empty() {
        service["data"] = data.into();
    }
    let mut properties = vec![
        property("threatline:element", element.kind(db).word()),
        property("threatline:trust", trust(db, element).word()),
    ];
    for boundary in boundaries_around(db, element) {
        properties.push(property(
            "threatline:boundary",
            full_name(db, *boundary).as_str(),
        ));
    }
    stated(db, element, "threatline", &["tags"], &mut properties);
    service["properties"] = properties.into();
    service
}

/// Whether callers are authenticated: on all flows, or not on one; nothing if that is not
/// known.
fn authenticated(db: &Database, incoming: &[Decl]) -> Option<bool> {
    let fact = fact_named(&[Kind::Flow], "authenticated")?;
    let known = FactCache::new(db);
    let values: Vec<_> = incoming
        .iter()
        .map(|flow| known.value(*flow, fact))
        .collect();
    if values
        .iter()
        .any(|value| **value == FactValue::YesNo(false))
    {
        Some(false)
    } else if !values.is_empty() && values.iter().all(|value| **value == FactValue::YesNo(true)) {
        Some(true)
    } else {
        None
    }
}

/// What a flow carries, as one of its ends sees it.
fn carried(db: &Database, flow: Decl, is_source: bool) -> Vec<Value> {
    let (source, target) = ends(db, flow);
    let Some(other) = (if is_source { target } else { source }) else {
        return Vec::new();
    };
    let mut data = Vec::new();
    for carried in ["sends", "receives"] {
        let (direction, end) = if is_source == (carried == "sends") {
            ("outbound", "destination")
        } else {
            ("inbound", "source")
        };
        for asset in typed(db, flow).decls(carried) {
            let classification = sensitivity_of_asset(db, asset).classification;
            data.push(json!({
                "flow": direction,
                "classification": CLASSIFICATION.word(classification),
                "name": called(db, asset),
                "description": called(db, flow),
                end: [format!("#{}", full_name(db, other))],
            }));
        }
    }
    data
}

/// Whom an element calls.
fn dependency(db: &Database, element: Decl) -> Value {
    let called = touching(db, element)
        .outgoing
        .iter()
        .filter_map(|flow| ends(db, *flow).1);
    let mut called: Vec<&str> = called
        .filter(|target| *target != element)
        .map(|target| full_name(db, target).as_str())
        .collect();
    called.sort_unstable();
    called.dedup();
    json!({ "ref": full_name(db, element).as_str(), "dependsOn": called })
}

/// A finding, or a threat that a person wrote.
fn vulnerability(db: &Database, assessed: &Assessed) -> Value {
    let finding = &assessed.finding;
    let id = finding.id;
    let definition = id.definition();
    let elements: Vec<Decl> = match id {
        FindingId::Rule { element, .. } => vec![element],
        FindingId::Threat(threat) => typed(db, threat).decls("targets").collect(),
    };
    let affects: Vec<Value> = affected(db, &elements)
        .into_iter()
        .map(|name| json!({ "ref": name }))
        .collect();
    let description = definition
        .facts(db)
        .description
        .iter()
        .map(ToString::to_string);
    let reasons = finding_reasons(db, finding)
        .into_iter()
        .map(|reason| format!("- {}", reason.message));
    let mut vulnerability = json!({
        "bom-ref": id.name(db).as_str(),
        "id": id.name(db).as_str(),
        "ratings": [{
            "severity": finding.severity.word(),
            "method": "other",
            "justification": severity_steps(db, finding).join("\n"),
        }],
        "description": id.title(db).as_str(),
        "detail": description.chain(reasons).collect::<Vec<_>>().join("\n"),
        "analysis": analysis(db, assessed),
        "affects": affects,
        "properties": facts_of_finding(db, assessed, &elements),
    });
    let (cwes, others) = references_of(db, definition);
    if !cwes.is_empty() {
        vulnerability["cwes"] = cwes.into();
    }
    if !others.is_empty() {
        vulnerability["references"] = others.into();
    }
    if let Some(advice) = typed(db, definition).text("advice") {
        vulnerability["recommendation"] = advice.as_str().into();
    }
    vulnerability
}

/// The numbers of weaknesses, and what else a definition refers to.
fn references_of(db: &Database, definition: Decl) -> (Vec<u64>, Vec<Value>) {
    let mut cwes: Vec<u64> = Vec::new();
    let mut others = Vec::new();
    for reference in typed(db, definition).references() {
        let number = reference.strip_prefix("CWE-");
        match number.and_then(|number| number.parse().ok()) {
            Some(number) => cwes.push(number),
            None => {
                let list = List::of(reference).map_or("", List::name);
                let mut source = json!({ "name": list });
                if let Some(link) = references::link(reference) {
                    source["url"] = link.into();
                }
                others.push(json!({ "id": reference.as_str(), "source": source }));
            }
        }
    }
    (cwes, others)
}

/// The services that something on some elements affects: of a flow its ends.
fn affected<'d>(db: &'d Database, elements: &[Decl]) -> Vec<&'d str> {
    let mut affected: Vec<&str> = Vec::new();
    for decl in elements {
        let (source, target) = if decl.kind(db) == Kind::Flow {
            ends(db, *decl)
        } else {
            (Some(*decl), None)
        };
        let services = source
            .into_iter()
            .chain(target)
            .filter(|end| end.kind(db) != Kind::Boundary);
        for service in services.map(|end| full_name(db, end).as_str()) {
            if !affected.contains(&service) {
                affected.push(service);
            }
        }
    }
    affected
}

fn facts_of_finding(db: &Database, assessed: &Assessed, elements: &[Decl]) -> Vec<Value> {
    let finding = &assessed.finding;
    let mut properties: Vec<Value> = elements
        .iter()
        .map(|decl| property("threatline:on", full_name(db, *decl).as_str()))
        .collect();
    properties.push(property("threatline:state", assessed.standing().key()));
    properties.extend(
        finding
            .categories
            .words()
            .map(|word| property("threatline:category", word)),
    );
    properties.push(property("threatline:likelihood", finding.likelihood.word()));
    properties.push(property("threatline:impact", finding.impact.word()));
    properties.extend(
        finding
            .missing
            .map(|missing| property("threatline:not_stated", missing.property)),
    );
    if let FindingId::Threat(threat) = finding.id {
        let elsewhere = ["category", "likelihood", "impact", "references", "targets"];
        stated(db, threat, "threatline", &elsewhere, &mut properties);
    }
    properties
}

/// What has been done about a finding, in the words of VEX.
fn analysis(db: &Database, assessed: &Assessed) -> Value {
    match assessed.state {
        FindingState::Open if assessed.finding.missing.is_some() => json!({ "state": "in_triage" }),
        FindingState::Open => json!({ "state": "exploitable" }),
        FindingState::Planned(by) => json!({
            "state": "exploitable",
            "response": ["update"],
            "detail": format!("Planned mitigation: {} ({})", called(db, by), full_name(db, by)),
        }),
        FindingState::Mitigated(by) => json!({
            "state": "not_affected",
            "justification": "protected_by_mitigating_control",
            "detail": format!("Mitigated by {} ({})", called(db, by), full_name(db, by)),
        }),
        FindingState::Dismissed(dismiss) => {
            let because = typed(db, dismiss).text("because");
            let because = because.map_or("", |why| why.as_str());
            json!({
                "state": "not_affected",
                "detail": format!("Does not apply ({}): {because}", full_name(db, dismiss)),
            })
        }
        FindingState::OutOfScope => json!({
            "state": "in_triage",
            "detail": "The element is out of scope",
        }),
        FindingState::Accepted(accept) => {
            let properties = json::properties(db, accept);
            let text = |name: &str| {
                properties
                    .get(name)
                    .map(texts)
                    .unwrap_or_default()
                    .join(", ")
            };
            json!({
                "state": "exploitable",
                "response": ["will_not_fix"],
                "detail": format!(
                    "Accepted by {} until {}: {}",
                    text("by"),
                    text("until"),
                    text("because")
                ),
            })
        }
    }
}

/// The mitigations that are in place, as evidence for what is claimed of each element.
fn declarations(db: &Database, elements: &[Decl]) -> Option<Value> {
    let mut evidence = BTreeMap::new();
    let mut claims = Vec::new();
    // What protects a component protects what is ours of it, and not who it talks with.
    for element in elements
        .iter()
        .filter(|element| element.kind(db) != Kind::External)
    {
        for effective in effective_mitigations(db, *element)
            .iter()
            .filter(|effective| is_done(db, effective.mitigation))
        {
            let mitigation = effective.mitigation;
            let name = full_name(db, mitigation).as_str();
            let description = mitigation
                .facts(db)
                .description
                .as_deref()
                .unwrap_or_default();
            let title = called(db, mitigation);
            let text = format!("{title}\n{description}");
            evidence
                .entry(name)
                .or_insert_with(|| json!({ "bom-ref": name, "description": text.trim() }));
            claims.push(json!({
                "target": full_name(db, *element).as_str(),
                "predicate": format!("{} is protected by: {title}", called(db, *element)),
                "mitigationStrategies": [name],
            }));
        }
    }
    let evidence: Vec<Value> = evidence.into_values().collect();
    (!claims.is_empty()).then(|| json!({ "claims": claims, "evidence": evidence }))
}

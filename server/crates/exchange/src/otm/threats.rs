//! Threats and mitigations, which say little themselves: what they are against, and how far it has
//! come, is said where they are on elements. It must not know elements, except for their keys.

use super::attributes::{Index, finish};
use super::ids::{KeysById, begun};
use crate::draft::{Draft, Fact, Item};
use crate::tree::Fields;
use crate::words::plain_word;
use crate::{reading, stand_ins, vocabulary};
use rustc_hash::FxHashMap;
use threatline_model::{Kind, schema};

/// A threat on an element.
pub struct Instance {
    /// The key of the element.
    element: String,
    /// The id of the threat.
    threat: String,
    state: Option<String>,
    /// The ids of mitigations with their states.
    mitigations: Vec<(String, Option<String>)>,
}

/// The threats on an element.
pub fn instances_on(fields: &Fields<'_>, element: &str) -> Vec<Instance> {
    fields
        .groups("threats")
        .into_iter()
        .map(|instance| Instance {
            element: element.to_owned(),
            threat: instance.required("threat"),
            state: instance.text("state"),
            mitigations: instance
                .groups("mitigations")
                .into_iter()
                .filter_map(|mitigation| {
                    Some((mitigation.text("mitigation")?, mitigation.text("state")))
                })
                .collect(),
        })
        .collect()
}

/// Reads the mitigations, and the threats against elements.
pub fn read(top: &Fields<'_>, index: &Index, instances: &[Instance], draft: &mut Draft) {
    let mitigations = read_mitigations(top, index, instances, draft);
    let mut by_threat: FxHashMap<&str, Vec<&Instance>> = FxHashMap::default();
    for instance in instances {
        by_threat
            .entry(&instance.threat)
            .or_default()
            .push(instance);
    }
    let mut threats = FxHashMap::default();
    for fields in top.groups("threats") {
        let mut item = begun(&fields, Kind::Threat, "threat", &mut threats);
        read_threat(&fields, &mut item);
        let id = fields.required("id");
        let instances = by_threat.get(id.as_str()).map(Vec::as_slice);
        let instances = instances.unwrap_or_default();
        for instance in instances {
            read_instance(top, instance, &mitigations, &mut item);
        }
        reading::keep_tags(&fields, &mut item);
        if instances.iter().any(|instance| instance.is_accepted()) {
            let accept = stand_ins::acceptance_of(&item, stand_ins::ACCEPTED);
            draft.items.push(accept);
        }
        stand_ins::complete_threat(draft, &mut item);
        finish(&fields, index, item, draft);
    }
    for Instance { threat, .. } in instances {
        if !threats.contains_key(threat) && !threat.is_empty() {
            top.problem("threats", format!("unknown ID `{threat}`"));
        }
    }
}

impl Instance {
    fn is_accepted(&self) -> bool {
        let state = self.state.as_deref().unwrap_or_default();
        plain_word(state).starts_with("accept")
    }
}

/// What a threat says itself.
fn read_threat(fields: &Fields<'_>, item: &mut Item) {
    for category in fields.texts("categories") {
        match vocabulary::stride(&category) {
            Some(category) => item.word("category", Some(category)),
            None => fields.keep(
                &mut item.comments,
                "categories",
                "kept in a comment: not a STRIDE category",
                format!("category: {category}"),
            ),
        }
    }
    for cwe in fields.texts("cwes") {
        reading::reference(item, &cwe);
    }
    if let Some(risk) = fields.group("risk") {
        for property in ["likelihood", "impact"] {
            item.word(property, risk.number(property).map(vocabulary::level));
        }
        item.comments.extend(risk.joined_rest());
    }
}

/// What a threat says on an element.
fn read_instance(top: &Fields<'_>, instance: &Instance, mitigations: &KeysById, threat: &mut Item) {
    threat.state("targets", Fact::Item(instance.element.clone()));
    for (id, _) in &instance.mitigations {
        match mitigations.get(id) {
            Some(key) => threat.state("mitigations", Fact::Item(key.clone())),
            None => top.problem("mitigations", format!("unknown ID `{id}`")),
        }
    }
}

/// Reads the mitigations, and gives their keys by their ids.
fn read_mitigations(
    top: &Fields<'_>,
    index: &Index,
    instances: &[Instance],
    draft: &mut Draft,
) -> KeysById {
    let mut states: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (id, state) in instances.iter().flat_map(|instance| &instance.mitigations) {
        states
            .entry(id)
            .or_default()
            .extend(status(state.as_deref()));
    }
    let mut mitigations = FxHashMap::default();
    for fields in top.groups("mitigations") {
        let mut item = begun(&fields, Kind::Mitigation, "mitigation", &mut mitigations);
        let id = fields.required("id");
        let mut states = states.remove(id.as_str()).unwrap_or_default();
        states.sort_by_key(|word| schema::STATUS.position(word));
        states.dedup();
        if states.len() > 1 {
            item.comment(format!(
                "Its state differs between elements: {}",
                states.join(", ")
            ));
        }
        let status = states.first().copied().unwrap_or("proposed");
        item.word("status", Some(status));
        let reduction = fields.number("riskReduction");
        if let Some(reduction) = reduction.filter(|reduction| *reduction < 100.0) {
            fields.keep(
                &mut item.comments,
                "riskReduction",
                crate::tree::KEPT,
                format!("risk reduction: {reduction}"),
            );
        }
        finish(&fields, index, item, draft);
    }
    mitigations
}

/// How far a mitigation has come, for its state on an element.
fn status(state: Option<&str>) -> Option<&'static str> {
    match plain_word(state.unwrap_or_default()).as_str() {
        "implemented" | "done" | "mitigated" => Some("implemented"),
        "tested" | "verified" => Some("verified"),
        "required" | "planned" => Some("planned"),
        "recommended" | "proposed" | "" => Some("proposed"),
        _ => None,
    }
}

//! The Open Threat Model, 0.1 and 0.2, as JSON or YAML
//! (<https://github.com/iriusrisk/OpenThreatModel>, `otm_schema.json`). What it has no property for
//! stands in `attributes`, under the names of the language.

use crate::draft::{Draft, Fact, Item};
use crate::ids::Ids;
use crate::losses::{Export, Losses};
use crate::tree::{Fields, Node, Notes, Value};
use crate::{guesses, ids, library, names, places, pretty, reading, stand_ins, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value as Json, json};
use threatline_model::{Kind, schema};

/// The attribute that says which kind of element a component is.
const ELEMENT: &str = "element";

/// The attribute that says which component of the model something belongs to.
const PART: &str = "component";

/// The attribute of a zone that we made up, since a component has to be in one.
const OUTSIDE: &str = "outside";

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    top.skip_texts(&["otmVersion"]);
    let mut draft = Draft::default();
    match top.group("project") {
        Some(project) => {
            draft.title = project.required("name");
            draft.description = project.text("description").unwrap_or_default();
            draft.owner.extend(project.text("owner"));
            project.skip_texts(&["id"]);
            draft.comments.extend(project.joined_rest());
        }
        None => top.problem("project", "`project` is missing"),
    }
    for representation in top.groups("representations") {
        representation.leave_out_drawing(&["size"]);
        let _ = (representation.text("id"), representation.text("name"));
        if representation.text("type").as_deref() != Some("diagram") {
            draft.comments.extend(representation.joined_rest());
        }
    }
    let index = Index::of(&top);
    let mut assets = FxHashMap::default();
    for fields in top.groups("assets") {
        let mut item = started(&fields, Kind::Asset, "asset", &mut assets);
        if let Some(risk) = fields.group("risk") {
            let level = |name: &str| risk.number(name);
            item.word(
                "classification",
                Some(classification(level("confidentiality").unwrap_or(50.0))),
            );
            let usual = vocabulary::integrity_of(item.stated("classification").unwrap_or_default());
            item.word(
                "integrity",
                level("integrity")
                    .map(vocabulary::level)
                    .filter(|level| *level != usual),
            );
            item.word(
                "availability",
                level("availability")
                    .map(vocabulary::level)
                    .filter(|level| *level != "medium"),
            );
            item.comments.extend(risk.text("comment"));
            item.comments.extend(risk.joined_rest());
        } else {
            item.word("classification", Some("internal"));
        }
        // What we wrote ourselves says it where it is known.
        if fields
            .group("attributes")
            .is_none_or(|attributes| attributes.node(PART).is_none())
        {
            guesses::state_kind_of_asset(&mut item);
        }
        finish(&fields, &index, item, &mut draft);
    }
    let is_outside = |zone: &Fields<'_>| {
        zone.group("attributes")
            .is_some_and(|attributes| attributes.node(OUTSIDE).is_some())
    };
    let (outside, zones): (Vec<_>, Vec<_>) =
        top.groups("trustZones").into_iter().partition(is_outside);
    let outside: Vec<String> = outside.iter().filter_map(|zone| zone.text("id")).collect();
    let mut places = FxHashMap::default();
    let mut boundaries: Vec<Item> = zones
        .iter()
        .map(|fields| started(fields, Kind::Boundary, "zone", &mut places))
        .collect();
    let components = top.groups("components");
    let mut elements = FxHashMap::default();
    let mut started_components = Vec::new();
    for fields in &components {
        let (kind, technology) = kind_of(fields);
        let mut item = started(fields, kind, "component", &mut elements);
        if let Some(technology) = technology {
            item.library("technology", &[technology]);
        }
        started_components.push(item);
    }
    let mut rated = Vec::new();
    for (fields, mut item) in zones.iter().zip(boundaries.drain(..)) {
        let rating = fields
            .group("risk")
            .and_then(|risk| risk.number("trustRating"));
        item.word("trust", rating.map(trust));
        if fields
            .group("attributes")
            .is_none_or(|attributes| attributes.node("trust").is_none())
        {
            rated.push(item.key.clone());
        }
        if let Some(said) = fields.text("type") {
            match schema::BOUNDARY_KIND.position(&said.to_lowercase()) {
                Some(at) => item.word("kind", Some(schema::BOUNDARY_KIND.word(at))),
                None if said.eq_ignore_ascii_case(&item.title) => {}
                None => item.comments.push(format!("type: {said}")),
            }
        }
        if let Some(parent) = fields.group("parent") {
            item.place = parent
                .text("trustZone")
                .and_then(|id| known(&parent, "trustZone", &id, &places));
        }
        finish(fields, &index, item, &mut draft);
    }
    places::unstate_inherited_trust(&mut draft, &rated);
    let mut instances = Vec::new();
    let within: FxHashMap<String, (Option<String>, Option<String>)> = components
        .iter()
        .zip(&started_components)
        .map(|(fields, item)| {
            let parent = fields.group("parent");
            let zone = |parent: &Fields<'_>| {
                parent
                    .text("trustZone")
                    .filter(|zone| !outside.contains(zone))
            };
            let place = parent
                .as_ref()
                .and_then(|parent| known(parent, "trustZone", &zone(parent)?, &places));
            let above = parent.as_ref().and_then(|parent| {
                known(parent, "component", &parent.text("component")?, &elements)
            });
            (item.key.clone(), (place, above))
        })
        .collect();
    for (fields, mut item) in components.iter().zip(started_components) {
        // A component in a component is in the zone of that one.
        let mut at = item.key.clone();
        let mut seen: Vec<String> = Vec::new();
        while let Some((place, above)) = within.get(&at) {
            match above {
                Some(above) if place.is_none() && !seen.contains(above) => {
                    seen.push(above.clone());
                    at = above.clone();
                }
                _ => {
                    item.place = place.clone();
                    break;
                }
            }
        }
        if let Some(above) = seen.first() {
            item.comments.push(format!(
                "part of: {}",
                above.trim_start_matches("component ")
            ));
        }
        if let Some(held) = fields.group("assets") {
            let (handles, stores) = match item.kind {
                Kind::Store => (None, Some("stores")),
                Kind::Process => (Some("handles"), Some("handles")),
                _ => (None, None),
            };
            for (name, property) in [("processed", handles), ("stored", stores)] {
                for id in held.texts(name) {
                    let Some(key) = known(&held, name, &id, &assets) else {
                        continue;
                    };
                    match property.or((item.kind == Kind::Store).then_some("stores")) {
                        Some(property) => item.state(property, Fact::Item(key)),
                        None => {
                            held.loss(
                                name,
                                "kept in a comment: an external holds what its flows carry",
                            );
                            item.comments.push(format!("{name}: {id}"));
                        }
                    }
                }
            }
        }
        for representation in fields.groups("representations") {
            if let (Some(file), Kind::Process) = (representation.text("file"), item.kind) {
                item.text("source", Some(file));
            }
            representation.leave_out_drawing(&["position", "size"]);
            for name in ["representation", "id", "name"] {
                let _ = representation.text(name);
            }
            item.comments.extend(representation.joined_rest());
        }
        instances.extend(threat_instances(fields, &item.key));
        reading::tags(fields, &mut item);
        finish(fields, &index, item, &mut draft);
    }
    let mut flows = FxHashMap::default();
    for fields in top.groups("dataflows") {
        let mut item = started(&fields, Kind::Flow, "flow", &mut flows);
        let source = fields.required("source");
        let target = fields.required("destination");
        let ends = (
            known(&fields, "source", &source, &elements),
            known(&fields, "destination", &target, &elements),
        );
        let (Some(source), Some(target)) = ends else {
            continue;
        };
        item.ends = Some((source, target));
        let both = fields.yes_no("bidirectional").unwrap_or_default();
        for id in fields.texts("assets") {
            if let Some(key) = known(&fields, "assets", &id, &assets) {
                item.state("sends", Fact::Item(key.clone()));
                if both {
                    item.state("receives", Fact::Item(key));
                }
            }
        }
        if both && fields.texts("assets").is_empty() {
            fields.loss("bidirectional", "kept in a comment: no asset is stated");
            item.comments.push("bidirectional: yes".to_owned());
        }
        instances.extend(threat_instances(&fields, &item.key));
        for representation in fields.groups("representations") {
            representation.leave_out_drawing(&["position", "size", "id", "representation", "name"]);
        }
        reading::tags(&fields, &mut item);
        finish(&fields, &index, item, &mut draft);
    }
    threats(&top, &index, &instances, &mut draft);
    places::break_circles(&mut draft);
    // The attributes name assets and mitigations by their ids.
    draft.comments.extend(top.rest());
    draft
}

fn started(
    fields: &Fields<'_>,
    kind: Kind,
    what: &str,
    ids: &mut FxHashMap<String, String>,
) -> Item {
    let id = fields.required("id");
    let mut item = Item::new(kind, format!("{what} {id}"), fields.required("name"));
    item.name = names::of_id(&id);
    item.describe(fields.text("description"));
    if ids.insert(id.clone(), item.key.clone()).is_some() && !id.is_empty() {
        fields.problem("id", format!("`{id}` is here a second time"));
    }
    item
}

/// The keys of everything that has an id, with the kinds that it may be of.
struct Index(FxHashMap<String, Vec<(&'static [Kind], String)>>);

impl Index {
    const LISTS: [(&str, &str, &[Kind]); 6] = [
        ("assets", "asset", &[Kind::Asset]),
        ("trustZones", "zone", &[Kind::Boundary]),
        (
            "components",
            "component",
            &[Kind::External, Kind::Process, Kind::Store],
        ),
        ("dataflows", "flow", &[Kind::Flow]),
        ("threats", "threat", &[Kind::Threat]),
        ("mitigations", "mitigation", &[Kind::Mitigation]),
    ];

    fn of(top: &Fields<'_>) -> Index {
        let mut index: FxHashMap<String, Vec<(&[Kind], String)>> = FxHashMap::default();
        for (list, what, kinds) in Index::LISTS {
            for id in top
                .groups(list)
                .into_iter()
                .filter_map(|fields| fields.text("id"))
            {
                let key = format!("{what} {id}");
                index.entry(id).or_default().push((kinds, key));
            }
        }
        Index(index)
    }

    fn key(&self, kinds: &[Kind], id: &str) -> Option<String> {
        let fits = |(of, _): &&(&[Kind], String)| of.iter().any(|kind| kinds.contains(kind));
        self.0
            .get(id)?
            .iter()
            .find(fits)
            .map(|(_, key)| key.clone())
    }
}

/// Reads what stands in attributes, keeps the rest, and adds the item.
fn finish(fields: &Fields<'_>, index: &Index, mut item: Item, draft: &mut Draft) {
    if let Some(attributes) = fields.group("attributes") {
        let _ = attributes.text(ELEMENT);
        item.part = attributes.node(PART).map(Node::in_one_line);
        for property in schema::of(item.kind).properties {
            if !attributes
                .node(property.name)
                .is_some_and(|node| !matches!(node.value(), Value::Map(_)))
            {
                continue;
            }
            item.facts.retain(|(name, _)| *name != property.name);
            for said in attributes.texts(property.name) {
                match ids::fact_of(property.takes, &said, &|kinds, id| index.key(kinds, id)) {
                    Some(fact) => item.state(property.name, fact),
                    None => {
                        attributes.loss(property.name, "kept in a comment");
                        item.comments.push(format!("{}: {said}", property.name));
                    }
                }
            }
        }
        item.comments.extend(attributes.joined_rest());
    }
    fields.leave_out_drawing(&["representations"]);
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

fn known(
    fields: &Fields<'_>,
    name: &str,
    id: &str,
    ids: &FxHashMap<String, String>,
) -> Option<String> {
    let found = ids.get(id).cloned();
    if found.is_none() {
        fields.problem(name, format!("nothing has the id `{id}`"));
    }
    found
}

/// The kind of a component, and what it is made with, as far as its type tells.
fn kind_of(fields: &Fields<'_>) -> (Kind, Option<&'static str>) {
    let said = fields.required("type");
    let plain = crate::words::plain_word(&said);
    let technology = vocabulary::technology(&said);
    let attribute = fields
        .group("attributes")
        .and_then(|attributes| attributes.text(ELEMENT));
    let is_tagged = fields
        .texts("tags")
        .iter()
        .any(|tag| tag.eq_ignore_ascii_case("external"));
    let kind = match attribute.as_deref() {
        Some("external") => Kind::External,
        Some("process") => Kind::Process,
        Some("store") => Kind::Store,
        _ => {
            let is = |word: &str| {
                technology.is_some_and(|name| library::is_one_of(Kind::Technology, name, &[word]))
            };
            let is_person = [
                "client",
                "user",
                "actor",
                "external",
                "person",
                "human",
                "thirdparty",
            ];
            if is("datastore") || is("messaging") {
                Kind::Store
            } else if is_tagged || is("client") || is_person.iter().any(|word| plain.contains(word))
            {
                Kind::External
            } else {
                Kind::Process
            }
        }
    };
    if technology.is_none() && !["external", "process", "store"].contains(&plain.as_str()) {
        // Told in a comment by `rest`, unless it is read again.
        fields.loss(
            "type",
            "kept in a comment: the library has no such technology",
        );
    }
    (kind, technology)
}

fn classification(number: f64) -> &'static str {
    match number {
        number if number < 20.0 => "public",
        number if number < 60.0 => "internal",
        number if number < 90.0 => "confidential",
        _ => "restricted",
    }
}

fn trust(rating: f64) -> &'static str {
    match rating {
        rating if rating <= 20.0 => "untrusted",
        rating if rating < 50.0 => "low",
        rating if rating < 80.0 => "medium",
        _ => "high",
    }
}

/// A threat on an element: its id, its state, its mitigations with their states.
struct Instance {
    on: String,
    threat: String,
    state: Option<String>,
    mitigations: Vec<(String, Option<String>)>,
}

fn threat_instances(fields: &Fields<'_>, on: &str) -> Vec<Instance> {
    let each = |instance: Fields<'_>| {
        let mitigations = instance
            .groups("mitigations")
            .into_iter()
            .filter_map(|mitigation| {
                Some((mitigation.text("mitigation")?, mitigation.text("state")))
            });
        Instance {
            on: on.to_owned(),
            threat: instance.required("threat"),
            state: instance.text("state"),
            mitigations: mitigations.collect(),
        }
    };
    fields.groups("threats").into_iter().map(each).collect()
}

fn status(state: Option<&str>) -> Option<&'static str> {
    match crate::words::plain_word(state.unwrap_or_default()).as_str() {
        "implemented" | "done" | "mitigated" => Some("implemented"),
        "tested" | "verified" => Some("verified"),
        "required" | "planned" => Some("planned"),
        "recommended" | "proposed" | "" => Some("proposed"),
        _ => None,
    }
}

fn threats(top: &Fields<'_>, index: &Index, instances: &[Instance], draft: &mut Draft) {
    let mut on: FxHashMap<&str, Vec<&Instance>> = FxHashMap::default();
    let mut used: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for instance in instances {
        on.entry(&instance.threat).or_default().push(instance);
        for (mitigation, state) in &instance.mitigations {
            used.entry(mitigation)
                .or_default()
                .extend(status(state.as_deref()));
        }
    }
    let mut mitigations = FxHashMap::default();
    for fields in top.groups("mitigations") {
        let mut item = started(&fields, Kind::Mitigation, "mitigation", &mut mitigations);
        let id = fields.required("id");
        let mut states = used.remove(id.as_str()).unwrap_or_default();
        let rank = |word: &str| schema::STATUS.position(word);
        states.sort_by_key(|word| rank(word));
        states.dedup();
        if states.len() > 1 {
            item.comments.push(format!(
                "It is in these states on different elements: {}",
                states.join(", ")
            ));
        }
        item.word(
            "status",
            Some(states.first().copied().unwrap_or("proposed")),
        );
        if let Some(reduction) = fields
            .number("riskReduction")
            .filter(|reduction| *reduction < 100.0)
        {
            item.comments.push(format!("risk reduction: {reduction}"));
            fields.loss("riskReduction", "kept in a comment");
        }
        finish(&fields, index, item, draft);
    }
    let mut threats = FxHashMap::default();
    for fields in top.groups("threats") {
        let mut item = started(&fields, Kind::Threat, "threat", &mut threats);
        let id = fields.required("id");
        for said in fields.texts("categories") {
            match vocabulary::stride(&said) {
                Some(category) => item.word("category", Some(category)),
                None => {
                    fields.loss("categories", "kept in a comment: it is none of STRIDE");
                    item.comments.push(format!("category: {said}"));
                }
            }
        }
        for cwe in fields.texts("cwes") {
            reading::reference(&mut item, &cwe);
        }
        if let Some(risk) = fields.group("risk") {
            item.word(
                "likelihood",
                risk.number("likelihood").map(vocabulary::level),
            );
            item.word("impact", risk.number("impact").map(vocabulary::level));
            item.comments.extend(risk.joined_rest());
        }
        let mut accepted = false;
        for instance in on.get(id.as_str()).into_iter().flatten() {
            item.state("targets", Fact::Item(instance.on.clone()));
            for (mitigation, _) in &instance.mitigations {
                match mitigations.get(mitigation) {
                    Some(key) => item.state("mitigations", Fact::Item(key.clone())),
                    None => {
                        top.problem("mitigations", format!("nothing has the id `{mitigation}`"))
                    }
                }
            }
            let state = crate::words::plain_word(instance.state.as_deref().unwrap_or_default());
            accepted |= state.starts_with("accept");
        }
        reading::keep_tags(&fields, &mut item);
        if accepted {
            draft
                .items
                .push(stand_ins::acceptance_of(&item, stand_ins::ACCEPTED));
        }
        stand_ins::complete_threat(draft, &mut item);
        finish(&fields, index, item, draft);
    }
    for instance in instances {
        if !threats.contains_key(&instance.threat) && !instance.threat.is_empty() {
            top.problem(
                "threats",
                format!("nothing has the id `{}`", instance.threat),
            );
        }
    }
}

// ---- writing
// ---------------------------------------------------------------------------------------------------

/// What the format has no property for, under the names of the language.
fn attributes(item: &Item, ids: &Ids, but: &[&str]) -> Json {
    let mut attributes = Map::new();
    if matches!(item.kind, Kind::External | Kind::Process | Kind::Store) {
        attributes.insert(ELEMENT.to_owned(), item.kind.word().into());
    }
    attributes.insert(
        PART.to_owned(),
        item.part.as_deref().unwrap_or_default().into(),
    );
    for (name, facts) in item.facts.iter().filter(|(name, _)| !but.contains(name)) {
        let said: Vec<String> = facts.iter().map(|fact| ids::text_of(fact, ids)).collect();
        let value = if let [one] = said.as_slice() {
            one.as_str().into()
        } else {
            json!(said)
        };
        attributes.insert((*name).to_owned(), value);
    }
    Json::Object(attributes)
}

/// Writes a draft as OTM 0.2.
pub fn write(draft: &Draft) -> Export {
    let losses = Losses::default();
    losses.of_components(draft);
    let kinds: Vec<Kind> = Index::LISTS
        .iter()
        .flat_map(|(_, _, kinds)| kinds.iter().copied())
        .collect();
    let ids = Ids::new(draft, &kinds, '-', "");
    let id = |key: &str| ids.of_key(key);
    let description = |item: &Item| match item.description.is_empty() {
        true => Json::Null,
        false => item.description.as_str().into(),
    };
    let assets = draft.of_kind(&[Kind::Asset]).map(|asset| {
        let classification = asset.stated("classification").unwrap_or("internal");
        let confidentiality = match classification {
            "public" => 0,
            "internal" => 50,
            "confidential" => 75,
            _ => 100,
        };
        let integrity = vocabulary::integrity_of(classification);
        json!({
            "name": asset.title, "id": id(&asset.key), "description": description(asset),
            "risk": {
                "confidentiality": confidentiality,
                "integrity": vocabulary::number(asset.stated("integrity").unwrap_or(integrity)),
                "availability": vocabulary::number(asset.stated("availability").unwrap_or("medium")),
            },
            "attributes": attributes(asset, &ids, &["classification", "integrity", "availability"]),
        })
    });
    let mut zones: Vec<Json> = Vec::new();
    for boundary in draft.of_kind(&[Kind::Boundary]) {
        let rating = match places::trust_of(draft, Some(&boundary.key), false) {
            "untrusted" => 10,
            "low" => 35,
            "medium" => 65,
            _ => 100,
        };
        let mut zone = json!({
            "id": id(&boundary.key), "name": boundary.title, "description": description(boundary),
            "risk": { "trustRating": rating }, "attributes": attributes(boundary, &ids, &[]),
        });
        if let Some(place) = &boundary.place {
            zone["parent"] = json!({ "trustZone": id(place) });
        }
        zones.push(zone);
    }
    let threats: Vec<&Item> = draft.of_kind(&[Kind::Threat]).collect();
    let against = draft.grouped(&[Kind::Threat], |threat| threat.keys("targets"));
    let accepted = draft.grouped(&[Kind::Accept], |accept| accept.keys("findings"));
    let on = |key: &str| -> Vec<Json> {
        let each = against.get(key).into_iter().flatten().map(|threat| {
            let is_accepted = accepted.contains_key(threat.key.as_str());
            let mitigations = threat.keys("mitigations").map(|key| {
                let status = draft.items.get(key).and_then(|item| item.stated("status")).unwrap_or("implemented");
                let state = match status {
                    "proposed" => "recommended",
                    "planned" => "required",
                    "verified" => "tested",
                    _ => "implemented",
                };
                json!({ "mitigation": id(key), "state": state })
            });
            json!({
                "threat": id(&threat.key), "state": if is_accepted { "accepted" } else { "exposed" },
                "mitigations": mitigations.collect::<Vec<_>>(),
            })
        });
        each.collect()
    };
    // A component has to be somewhere.
    let outside: [(&str, &str, u8); 2] = [("outside", "Outside", 10), ("inside", "Inside", 100)];
    let mut used = [false; 2];
    let components: Vec<Json> = draft
        .of_kind(&[Kind::External, Kind::Process, Kind::Store])
        .map(|element| {
            let zone = element.place.as_deref().map(id).unwrap_or_else(|| {
                let at = usize::from(element.kind != Kind::External);
                used[at] = true;
                outside[at].0.to_owned()
            });
            let held = |property: &str| element.keys(property).map(id).collect::<Vec<_>>();
            json!({
                "id": id(&element.key), "name": element.title, "description": description(element),
                "type": element.words("technology").next().unwrap_or(element.kind.word()).replace('_', "-"),
                "parent": { "trustZone": zone },
                "tags": element.words("tags").collect::<Vec<_>>(),
                "assets": { "processed": held("handles"), "stored": held("stores") },
                "threats": on(&element.key),
                "attributes": attributes(element, &ids, &["tags", "handles", "stores"]),
            })
        })
        .collect();
    for (at, (zone, name, rating)) in outside.iter().enumerate() {
        if used[at] {
            zones.push(json!({
                "id": zone, "name": name, "risk": { "trustRating": rating }, "attributes": { (OUTSIDE): "yes" },
            }));
        }
    }
    let flows = draft.of_kind(&[Kind::Flow]).filter_map(|flow| {
        let (source, target) = flow.ends.as_ref()?;
        let mut seen = FxHashSet::default();
        let carried = flow.keys("sends").chain(flow.keys("receives")).filter(|key| seen.insert(*key));
        let carried: Vec<String> = carried.map(id).collect();
        let comes_back = flow.keys("receives").next().is_some();
        // In which direction an asset goes can be said in attributes alone.
        let mut attributes = attributes(flow, &ids, if comes_back { &["tags"] } else { &["tags", "sends"] });
        if comes_back && flow.get("sends").is_empty() {
            attributes["sends"] = json!([]);
        }
        Some(json!({
            "id": id(&flow.key), "name": flow.title, "description": description(flow), "bidirectional": comes_back,
            "source": id(source), "destination": id(target), "assets": carried,
            "tags": flow.words("tags").collect::<Vec<_>>(), "threats": on(&flow.key),
            "attributes": attributes,
        }))
    });
    let flows: Vec<Json> = flows.collect();
    let written = threats.iter().map(|threat| {
        let number = |property: &str| vocabulary::number(threat.stated(property).unwrap_or("medium"));
        let references: Vec<&str> = threat.words("references").collect();
        json!({
            "id": id(&threat.key), "name": threat.title, "description": description(threat),
            "categories": threat.words("category").map(|word| word.replace('_', " ")).collect::<Vec<_>>(),
            "cwes": references.iter().filter(|id| id.starts_with("CWE-")).collect::<Vec<_>>(),
            "risk": { "likelihood": number("likelihood"), "impact": number("impact") },
            "attributes": attributes(threat, &ids, &["category", "targets", "likelihood", "impact", "mitigations"]),
        })
    });
    let mitigations = draft.of_kind(&[Kind::Mitigation]).map(|mitigation| {
        let mut attributes = attributes(mitigation, &ids, &[]);
        attributes["status"] = mitigation.stated("status").unwrap_or("implemented").into();
        json!({
            "id": id(&mitigation.key), "name": mitigation.title, "description": description(mitigation),
            "riskReduction": 100, "attributes": attributes,
        })
    });
    for item in draft.of_kind(&[Kind::Accept, Kind::Assumption]) {
        losses.add(item, "", "the format has no place for it");
    }
    let document = json!({
        "otmVersion": "0.2.0",
        "project": {
            "name": titles::or(&draft.title, "Threat model"),
            "id": names::of_title(titles::or(&draft.title, "threat model")),
            "description": draft.description, "owner": draft.owner.join(", "),
        },
        "assets": assets.collect::<Vec<_>>(),
        "trustZones": zones,
        "components": components,
        "dataflows": flows,
        "threats": written.collect::<Vec<_>>(),
        "mitigations": mitigations.collect::<Vec<_>>(),
    });
    Export {
        text: pretty::pretty_json(&document),
        losses: losses.into_lines(),
    }
}

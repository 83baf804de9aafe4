//! Writes a draft as Threagile reads it. It must not know how one is read.

use super::keys::id_of_title;
use super::terms::{
    AUTHENTICATION, AUTHORIZATION, BOUNDARY, CONFIDENTIALITY, CRITICALITY, ENCRYPTION, FORMAT,
    IMPACT, LIKELIHOOD, PROTOCOL, STRIDE, TECHNOLOGY, TRUST,
};
use crate::draft::{Draft, Item};
use crate::ids::{Ids, UniqueTitles};
use crate::losses::{Export, Losses};
use crate::words::theirs;
use crate::{library, places, pretty, titles, vocabulary};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use threatline_model::schema::LEVEL;
use threatline_model::{ENDPOINT_KINDS, Kind};

/// What has an id.
const KINDS: [Kind; 6] = [
    Kind::Asset,
    Kind::Boundary,
    Kind::External,
    Kind::Process,
    Kind::Store,
    Kind::Threat,
];

/// Writes a draft as Threagile reads it.
pub fn write(draft: &Draft) -> Export {
    let losses = Losses::default();
    losses.of_components(draft);
    let writer = Writer {
        draft,
        ids: Ids::new(draft, &KINDS, '-', ""),
        losses: &losses,
        carried: places::carried(draft),
    };
    let data_assets = writer.data_assets();
    let technical_assets = writer.technical_assets();
    let boundaries = writer.boundaries();
    let risks = writer.risks();
    for item in draft.of_kind(&[Kind::Mitigation, Kind::Accept, Kind::Assumption]) {
        losses.add(item, "", "Threagile only tracks risks of its own rules");
    }
    let tags: BTreeSet<&str> = draft.items.iter().flat_map(tags_of).collect();
    let document = json!({
        "threagile_version": "1.0.0",
        "title": draft.title,
        "author": { "name": draft.owner.join(", ") },
        "business_overview": { "description": titles::or(&draft.description, &draft.title) },
        "technical_overview": { "description": "" },
        "business_criticality": "important",
        "tags_available": tags,
        "data_assets": data_assets,
        "technical_assets": technical_assets,
        "trust_boundaries": boundaries,
        "shared_runtimes": {},
        "individual_risk_categories": risks,
        "risk_tracking": {},
    });
    Export {
        text: pretty::pretty_yaml(&document),
        losses: losses.into_lines(),
    }
}

struct Writer<'d> {
    draft: &'d Draft,
    ids: Ids,
    losses: &'d Losses,
    /// The assets that the flows of each element carry, by its key.
    carried: FxHashMap<&'d str, Vec<&'d str>>,
}

impl Writer<'_> {
    /// The ids of what a property of an item names.
    fn ids_in(&self, item: &Item, property: &str) -> Vec<String> {
        item.keys(property)
            .map(|key| self.ids.of_key(key))
            .collect()
    }

    fn data_assets(&self) -> Map<String, Json> {
        let mut titles = UniqueTitles::default();
        self.draft
            .of_kind(&[Kind::Asset])
            .map(|asset| (titles.take(&asset.title), self.data_asset(asset)))
            .collect()
    }

    fn data_asset(&self, asset: &Item) -> Json {
        let criticality = |property: &str| theirs(asset.stated(property)?, CRITICALITY);
        let classification = asset.stated("classification").unwrap_or("internal");
        let integrity = criticality("integrity")
            .or_else(|| theirs(vocabulary::integrity_of(classification), CRITICALITY));
        self.losses.of(asset, &["kind", "personal", "regulations"]);
        json!({
            "id": self.ids.of_key(&asset.key),
            "description": description(asset),
            "usage": "business",
            "tags": tags_of(asset),
            "origin": "",
            "quantity": "many",
            "owner": asset.first_text("owner").unwrap_or_default(),
            "confidentiality": theirs(classification, CONFIDENTIALITY),
            "integrity": integrity.unwrap_or("important"),
            "availability": criticality("availability").unwrap_or("important"),
            "justification_cia_rating": "",
        })
    }

    fn technical_assets(&self) -> Map<String, Json> {
        let leaving = self.draft.grouped(&[Kind::Flow], |flow| {
            flow.ends.iter().map(|(source, _)| source.as_str())
        });
        let mut titles = UniqueTitles::default();
        self.draft
            .of_kind(ENDPOINT_KINDS)
            .map(|element| {
                let flows = leaving.get(element.key.as_str());
                let links = self.links(flows.map(Vec::as_slice).unwrap_or_default());
                let asset = self.technical_asset(element, links);
                (titles.take(&element.title), asset)
            })
            .collect()
    }

    fn technical_asset(&self, element: &Item, links: Map<String, Json>) -> Json {
        let kind = match element.kind {
            Kind::External => "external-entity",
            Kind::Store => "datastore",
            _ => "process",
        };
        let technologies = self.technologies(element);
        let formats: Vec<&str> = element
            .words("accepts")
            .filter_map(|word| theirs(word, FORMAT))
            .collect();
        let encryption = element
            .stated("encryption")
            .and_then(|word| theirs(word, ENCRYPTION));
        let states = |property: &str, word: &str| element.stated(property) == Some(word);
        self.losses
            .of(element, &["mitigations", "privileges", "backup", "source"]);
        json!({
            "id": self.ids.of_key(&element.key),
            "description": description(element),
            "type": kind,
            "usage": "business",
            "used_as_client_by_human": states("kind", "person"),
            "out_of_scope": element.first_text("out_of_scope").is_some(),
            "justification_out_of_scope": element.first_text("out_of_scope").unwrap_or_default(),
            "size": "component",
            "technologies": technologies,
            "tags": tags_of(element),
            "internet": places::is_in_the_open(self.draft, element),
            "machine": "virtual",
            "encryption": encryption.unwrap_or("none"),
            "owner": element.first_text("owner").unwrap_or_default(),
            "confidentiality": "internal",
            "integrity": "operational",
            "availability": "operational",
            "justification_cia_rating": "",
            "multi_tenant": states("tenancy", "multi"),
            "redundant": states("redundancy", "yes"),
            "custom_developed_parts": states("custom_code", "yes"),
            "data_assets_processed": self.processed_assets(element),
            "data_assets_stored": self.ids_in(element, "stores"),
            "data_formats_accepted": formats,
            "communication_links": links,
        })
    }

    fn technologies(&self, element: &Item) -> Vec<&'static str> {
        let mut technologies: Vec<&str> = element
            .words("technology")
            .map(|ours| {
                let theirs = library::broader_technology(ours, TECHNOLOGY);
                if theirs.is_none() {
                    self.losses
                        .add(element, "technology", "Threagile has no such technology");
                }
                theirs.unwrap_or("unknown-technology")
            })
            .collect();
        if technologies.is_empty() {
            technologies.push("unknown-technology");
        }
        technologies
    }

    /// The ids of all that an element holds, or that its flows bring, each once.
    fn processed_assets(&self, element: &Item) -> Vec<String> {
        let carried = self.carried.get(element.key.as_str()).into_iter().flatten();
        let mut ids = self.ids_in(element, "handles");
        ids.extend(self.ids_in(element, "stores"));
        ids.extend(carried.map(|key| self.ids.of_key(key)));
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        ids
    }

    fn links(&self, flows: &[&Item]) -> Map<String, Json> {
        let mut titles = UniqueTitles::default();
        flows
            .iter()
            .map(|flow| (titles.take(&flow.title), self.link(flow)))
            .collect()
    }

    fn link(&self, flow: &Item) -> Json {
        let target = flow.ends.as_ref().map_or("", |(_, target)| target);
        let protocol = self.protocol(flow);
        for property in ["authentication", "authorization"] {
            if flow.stated(property).is_none() {
                let why = "it is unspecified, which Threagile reads as `none`";
                self.losses.add(flow, property, why);
            }
        }
        self.losses.of(flow, &["mitigations", "out_of_scope"]);
        let authorization = flow
            .stated("authorization")
            .and_then(|word| theirs(word, AUTHORIZATION));
        let is_for_operations = flow.stated("usage") == Some("operations");
        json!({
            "target": self.ids.of_key(target),
            "description": description(flow),
            "protocol": protocol,
            "authentication": authentication(flow),
            "authorization": authorization.unwrap_or("none"),
            "tags": tags_of(flow),
            "vpn": flow.stated("tunnel").is_some_and(|tunnel| tunnel != "none"),
            "ip_filtered": flow.stated("authentication") == Some("network_address"),
            "readonly": flow.stated("access") == Some("read"),
            "usage": if is_for_operations { "devops" } else { "business" },
            "data_assets_sent": self.ids_in(flow, "sends"),
            "data_assets_received": self.ids_in(flow, "receives"),
        })
    }

    fn protocol(&self, flow: &Item) -> &'static str {
        let Some(ours) = flow.words("protocol").next() else {
            return "unknown-protocol";
        };
        let theirs = library::broader_protocol(ours, PROTOCOL);
        if theirs.is_none() {
            self.losses
                .add(flow, "protocol", "Threagile has no such protocol");
        }
        theirs.unwrap_or("unknown-protocol")
    }

    fn boundaries(&self) -> Map<String, Json> {
        let [elements, nested] = [ENDPOINT_KINDS, &[Kind::Boundary]].map(|kinds| {
            self.draft
                .grouped(kinds, |item| item.place.as_deref().into_iter())
        });
        let ids_of = |items: Option<&Vec<&Item>>| -> Vec<String> {
            let items = items.into_iter().flatten();
            items.map(|item| self.ids.of_key(&item.key)).collect()
        };
        let mut boundaries = Map::new();
        let mut titles = UniqueTitles::default();
        for boundary in self.draft.of_kind(&[Kind::Boundary]) {
            self.losses.of(boundary, &["mitigations"]);
            let key = boundary.key.as_str();
            let kind = boundary
                .stated("kind")
                .and_then(|kind| theirs(kind, BOUNDARY));
            let written = json!({
                "id": self.ids.of_key(key),
                "description": description(boundary),
                "type": kind.unwrap_or("network-on-prem"),
                "tags": tags_of(boundary),
                "technical_assets_inside": ids_of(elements.get(key)),
                "trust_boundaries_nested": ids_of(nested.get(key)),
            });
            boundaries.insert(titles.take(&boundary.title), written);
        }
        boundaries
    }

    /// Threats as risks of one's own, each in a category of its own.
    fn risks(&self) -> Map<String, Json> {
        let mut risks = Map::new();
        let mut titles = UniqueTitles::default();
        for threat in self.draft.of_kind(&[Kind::Threat]) {
            self.losses
                .more_than_one(threat, &["category", "targets", "affects"]);
            self.losses.of(threat, &["mitigations", "ticket", "owner"]);
            let title = titles.take(&threat.title);
            risks.insert(title.clone(), self.risk_category(threat, title));
        }
        risks
    }

    fn risk_category(&self, threat: &Item, title: String) -> Json {
        let category = threat.words("category").next().unwrap_or("tampering");
        let cwe = threat
            .words("references")
            .find_map(|id| id.strip_prefix("CWE-")?.parse::<u32>().ok());
        json!({
            "id": self.ids.of_key(&threat.key),
            "description": description(threat),
            "impact": "",
            "asvs": "",
            "cheat_sheet": "",
            "action": "",
            "mitigation": "",
            "check": "",
            "function": "architecture",
            "stride": theirs(category, STRIDE).unwrap_or("tampering"),
            "detection_logic": "",
            "risk_assessment": "",
            "false_positives": "",
            "model_failure_possible_reason": false,
            "cwe": cwe.unwrap_or_default(),
            "risks_identified": { (title): self.risk(threat) },
        })
    }

    fn risk(&self, threat: &Item) -> Json {
        let likelihood = threat
            .stated("likelihood")
            .and_then(|word| theirs(word, LIKELIHOOD));
        let impact = threat
            .stated("impact")
            .and_then(|word| theirs(word, IMPACT));
        let mut risk = json!({
            "severity": severity(threat),
            "exploitation_likelihood": likelihood.unwrap_or("likely"),
            "exploitation_impact": impact.unwrap_or("medium"),
            "data_breach_probability": "possible",
            "data_breach_technical_assets": [],
        });
        let target = threat.keys("targets").next();
        match target.and_then(|key| self.draft.items.get(key)) {
            Some(flow) if flow.kind == Kind::Flow => {
                let source = flow.ends.as_ref().map_or("", |(source, _)| source);
                let id = format!("{}>{}", self.ids.of_key(source), id_of_title(&flow.title));
                risk["most_relevant_communication_link"] = id.into();
            }
            Some(element) => {
                risk["most_relevant_technical_asset"] = self.ids.of_key(&element.key).into();
            }
            None => {}
        }
        if let Some(asset) = threat.keys("affects").next() {
            risk["most_relevant_data_asset"] = self.ids.of_key(asset).into();
        }
        risk
    }
}

/// What an item is; Threagile wants a text.
fn description(item: &Item) -> &str {
    titles::or(&item.description, &item.title)
}

fn tags_of(item: &Item) -> Vec<&str> {
    let trust = item.stated("trust").and_then(|trust| theirs(trust, TRUST));
    item.words("tags").chain(trust).collect()
}

fn authentication(flow: &Item) -> &'static str {
    match (flow.stated("authentication"), flow.stated("multi_factor")) {
        (_, Some("yes")) => "two-factor",
        (Some("key" | "signature"), _) => "token",
        (Some("mutual_tls"), _) => "client-certificate",
        (Some("network_address") | None, _) => "none",
        (Some(word), _) => theirs(word, AUTHENTICATION).unwrap_or("none"),
    }
}

/// How severe a threat is, in Threagile's words.
fn severity(threat: &Item) -> &'static str {
    let rank = |property| {
        let word = threat.stated(property).unwrap_or("medium");
        LEVEL.position(word).unwrap_or_default()
    };
    match rank("likelihood") + rank("impact") {
        0 | 1 => "low",
        2 => "medium",
        3 => "elevated",
        4 => "high",
        _ => "critical",
    }
}

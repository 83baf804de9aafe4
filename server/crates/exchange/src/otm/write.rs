//! Writes a draft as OTM 0.2. It must not know how one is read.

use super::attributes::{self, LISTS, OUTSIDE};
use crate::draft::{Draft, Item};
use crate::ids::Ids;
use crate::losses::{Export, Losses, NO_PLACE};
use crate::{names, places, pretty, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value as Json, json};
use threatline_model::{ENDPOINT_KINDS, Kind};

/// A zone for components that are in none: the format wants one for each.
struct MadeUpZone {
    id: &'static str,
    name: &'static str,
    trust_rating: u8,
}

/// The zone of externals that are in none.
const OUTER_ZONE: MadeUpZone = MadeUpZone {
    id: "outside",
    name: "Outside",
    trust_rating: 10,
};

/// The zone of what is ours and is in none.
const INNER_ZONE: MadeUpZone = MadeUpZone {
    id: "inside",
    name: "Inside",
    trust_rating: 100,
};

/// Writes a draft as OTM 0.2.
pub fn write(draft: &Draft) -> Export {
    let losses = Losses::default();
    losses.of_components(draft);
    let kinds: Vec<Kind> = LISTS
        .iter()
        .flat_map(|(_, _, kinds)| kinds.iter().copied())
        .collect();
    let writer = Writer {
        draft,
        ids: Ids::new(draft, &kinds, '-', ""),
        threats: draft.grouped(&[Kind::Threat], |threat| threat.keys("targets")),
        accepted: draft.grouped(&[Kind::Accept], |accept| accept.keys("findings")),
    };
    for item in draft.of_kind(&[Kind::Accept, Kind::Assumption]) {
        losses.add(item, "", NO_PLACE);
    }
    let document = json!({
        "otmVersion": "0.2.0",
        "project": {
            "name": titles::or(&draft.title, "Threat model"),
            "id": names::of_title(titles::or(&draft.title, "threat model")),
            "description": draft.description,
            "owner": draft.owner.join(", "),
        },
        "assets": writer.all(&[Kind::Asset], Writer::asset),
        "trustZones": writer.zones(),
        "components": writer.all(ENDPOINT_KINDS, Writer::component),
        "dataflows": writer.flows(),
        "threats": writer.all(&[Kind::Threat], Writer::threat),
        "mitigations": writer.all(&[Kind::Mitigation], Writer::mitigation),
    });
    Export {
        text: pretty::pretty_json(&document),
        losses: losses.into_lines(),
    }
}

struct Writer<'d> {
    draft: &'d Draft,
    ids: Ids,
    /// The threats against each element, by its key.
    threats: FxHashMap<&'d str, Vec<&'d Item>>,
    /// The acceptances of each threat, by its key.
    accepted: FxHashMap<&'d str, Vec<&'d Item>>,
}

impl Writer<'_> {
    fn all(&self, kinds: &[Kind], write: impl Fn(&Self, &Item) -> Json) -> Vec<Json> {
        self.draft
            .of_kind(kinds)
            .map(|item| write(self, item))
            .collect()
    }

    fn ids_in(&self, item: &Item, property: &str) -> Vec<String> {
        item.keys(property)
            .map(|key| self.ids.of_key(key))
            .collect()
    }

    fn attributes(&self, item: &Item, but: &[&str]) -> Json {
        attributes::of_item(item, &self.ids, but)
    }

    fn asset(&self, asset: &Item) -> Json {
        let classification = asset.stated("classification").unwrap_or("internal");
        let confidentiality = match classification {
            "public" => 0,
            "internal" => 50,
            "confidential" => 75,
            _ => 100,
        };
        let usual = vocabulary::integrity_of(classification);
        let integrity = asset.stated("integrity").unwrap_or(usual);
        let availability = asset.stated("availability").unwrap_or("medium");
        let in_properties = ["classification", "integrity", "availability"];
        json!({
            "name": asset.title,
            "id": self.ids.of_key(&asset.key),
            "description": description(asset),
            "risk": {
                "confidentiality": confidentiality,
                "integrity": vocabulary::number(integrity),
                "availability": vocabulary::number(availability),
            },
            "attributes": self.attributes(asset, &in_properties),
        })
    }

    fn zones(&self) -> Vec<Json> {
        let mut zones = self.all(&[Kind::Boundary], Writer::zone);
        for made_up in [OUTER_ZONE, INNER_ZONE] {
            let is_used = self
                .draft
                .of_kind(ENDPOINT_KINDS)
                .any(|element| element.place.is_none() && made_up_zone(element).id == made_up.id);
            if is_used {
                zones.push(json!({
                    "id": made_up.id,
                    "name": made_up.name,
                    "risk": { "trustRating": made_up.trust_rating },
                    "attributes": { (OUTSIDE): "yes" },
                }));
            }
        }
        zones
    }

    fn zone(&self, boundary: &Item) -> Json {
        let rating = match places::trust_of(self.draft, Some(&boundary.key), false) {
            "untrusted" => 10,
            "low" => 35,
            "medium" => 65,
            _ => 100,
        };
        let mut zone = json!({
            "id": self.ids.of_key(&boundary.key),
            "name": boundary.title,
            "description": description(boundary),
            "risk": { "trustRating": rating },
            "attributes": self.attributes(boundary, &[]),
        });
        if let Some(place) = &boundary.place {
            zone["parent"] = json!({ "trustZone": self.ids.of_key(place) });
        }
        zone
    }

    fn component(&self, element: &Item) -> Json {
        let zone = match &element.place {
            Some(place) => self.ids.of_key(place),
            None => made_up_zone(element).id.to_owned(),
        };
        let technology = element.words("technology").next();
        let in_properties = ["tags", "handles", "stores"];
        json!({
            "id": self.ids.of_key(&element.key),
            "name": element.title,
            "description": description(element),
            "type": technology.unwrap_or(element.kind.word()).replace('_', "-"),
            "parent": { "trustZone": zone },
            "tags": element.words("tags").collect::<Vec<_>>(),
            "assets": {
                "processed": self.ids_in(element, "handles"),
                "stored": self.ids_in(element, "stores"),
            },
            "threats": self.threats_on(element),
            "attributes": self.attributes(element, &in_properties),
        })
    }

    fn flows(&self) -> Vec<Json> {
        self.draft
            .of_kind(&[Kind::Flow])
            .filter_map(|flow| self.flow(flow))
            .collect()
    }

    fn flow(&self, flow: &Item) -> Option<Json> {
        let (source, target) = flow.ends.as_ref()?;
        let mut seen = FxHashSet::default();
        let carried: Vec<String> = flow
            .keys("sends")
            .chain(flow.keys("receives"))
            .filter(|key| seen.insert(*key))
            .map(|key| self.ids.of_key(key))
            .collect();
        let comes_back = flow.keys("receives").next().is_some();
        // Only attributes can state the direction in which an asset goes.
        let in_properties: &[&str] = if comes_back {
            &["tags"]
        } else {
            &["tags", "sends"]
        };
        let mut attributes = self.attributes(flow, in_properties);
        if comes_back && !flow.has("sends") {
            attributes["sends"] = json!([]);
        }
        Some(json!({
            "id": self.ids.of_key(&flow.key),
            "name": flow.title,
            "description": description(flow),
            "bidirectional": comes_back,
            "source": self.ids.of_key(source),
            "destination": self.ids.of_key(target),
            "assets": carried,
            "tags": flow.words("tags").collect::<Vec<_>>(),
            "threats": self.threats_on(flow),
            "attributes": attributes,
        }))
    }

    fn threats_on(&self, element: &Item) -> Vec<Json> {
        let threats = self.threats.get(element.key.as_str());
        threats
            .into_iter()
            .flatten()
            .map(|threat| {
                let is_accepted = self.accepted.contains_key(threat.key.as_str());
                let mitigations = threat.keys("mitigations");
                json!({
                    "threat": self.ids.of_key(&threat.key),
                    "state": if is_accepted { "accepted" } else { "exposed" },
                    "mitigations": mitigations
                        .map(|key| self.mitigation_of_threat(key))
                        .collect::<Vec<_>>(),
                })
            })
            .collect()
    }

    fn mitigation_of_threat(&self, key: &str) -> Json {
        let mitigation = self.draft.items.get(key);
        let status = mitigation.and_then(|item| item.stated("status"));
        let state = match status.unwrap_or("implemented") {
            "proposed" => "recommended",
            "planned" => "required",
            "verified" => "tested",
            _ => "implemented",
        };
        json!({ "mitigation": self.ids.of_key(key), "state": state })
    }

    fn threat(&self, threat: &Item) -> Json {
        let number = |property: &str| {
            let level = threat.stated(property).unwrap_or("medium");
            vocabulary::number(level)
        };
        let categories = threat.words("category");
        let references = threat.words("references");
        let in_properties = ["category", "targets", "likelihood", "impact", "mitigations"];
        json!({
            "id": self.ids.of_key(&threat.key),
            "name": threat.title,
            "description": description(threat),
            "categories": categories.map(|word| word.replace('_', " ")).collect::<Vec<_>>(),
            "cwes": references.filter(|id| id.starts_with("CWE-")).collect::<Vec<_>>(),
            "risk": { "likelihood": number("likelihood"), "impact": number("impact") },
            "attributes": self.attributes(threat, &in_properties),
        })
    }

    fn mitigation(&self, mitigation: &Item) -> Json {
        let mut attributes = self.attributes(mitigation, &[]);
        attributes["status"] = mitigation.stated("status").unwrap_or("implemented").into();
        json!({
            "id": self.ids.of_key(&mitigation.key),
            "name": mitigation.title,
            "description": description(mitigation),
            "riskReduction": 100,
            "attributes": attributes,
        })
    }
}

/// The zone of an element that is in none.
fn made_up_zone(element: &Item) -> MadeUpZone {
    if element.kind == Kind::External {
        OUTER_ZONE
    } else {
        INNER_ZONE
    }
}

fn description(item: &Item) -> Json {
    if item.description.is_empty() {
        Json::Null
    } else {
        item.description.as_str().into()
    }
}

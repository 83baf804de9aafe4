//! Writes a draft as one diagram of Threat Dragon 2. It must not know how one is read.

use super::cells::UNNAMED;
use super::layout::{bends, in_rows};
use crate::area::Area;
use crate::draft::{Draft, Fact, Item};
use crate::ids::Ids;
use crate::losses::{Export, Losses, NO_PLACE};
use crate::{library, places, pretty, titles};
use rustc_hash::FxHashMap;
use serde_json::{Value as Json, json};
use threatline_model::{ENDPOINT_KINDS, Kind};

/// The version of Threat Dragon whose models these are.
const VERSION: &str = "2.6.2";

/// What only the analysis and the layout know of a model.
#[derive(Debug, Default)]
pub struct Drawn {
    /// Where boundaries and elements are, by their keys. If one is missing, all are laid out in
    /// rows.
    pub areas: FxHashMap<String, Area>,
    /// What the analysis knows of threats, by their keys.
    pub threats: FxHashMap<String, Rated>,
}

/// What the analysis knows of a threat.
#[derive(Clone, Copy, Debug)]
pub struct Rated {
    /// What was done about it.
    pub outcome: Outcome,
    /// How severe it is; nothing, if that is not known.
    pub severity: Option<&'static str>,
}

/// What was done about a threat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    Open,
    /// Someone takes it on.
    Accepted,
    /// It is mitigated.
    Mitigated,
}

/// Writes a draft as one diagram of Threat Dragon 2.
pub fn write(draft: &Draft, drawn: &Drawn) -> Export {
    let losses = Losses::default();
    let kinds: Vec<Kind> = draft.items.iter().map(|item| item.kind).collect();
    let mut writer = Writer {
        draft,
        // The schema wants two characters at least.
        ids: Ids::new(draft, &kinds, '-', UNNAMED),
        areas: areas_of(draft, drawn),
        threats: draft.grouped(&[Kind::Threat], |threat| threat.keys("targets")),
        accepted: draft.grouped(&[Kind::Accept], |accept| accept.keys("findings")),
        drawn,
        losses: &losses,
        threat_count: 0,
    };
    let mut cells = writer.boundaries();
    cells.extend(writer.elements());
    cells.extend(writer.flows());
    let threat_count = writer.threat_count;
    let title = titles::or(&draft.title, "Threat model");
    let (description, owner) = writer.summary();
    writer.lose_the_rest();
    let document = json!({
        "version": VERSION,
        "summary": { "title": title, "owner": owner, "description": description, "id": 0 },
        "detail": {
            "contributors": [],
            "reviewer": "",
            "diagramTop": 1,
            "threatTop": threat_count,
            "diagrams": [{
                "id": 0,
                "title": title,
                "diagramType": "STRIDE",
                "version": VERSION,
                "placeholder": "",
                "thumbnail": "./public/content/images/thumbnail.stride.jpg",
                "cells": cells,
            }],
        },
    });
    Export {
        text: pretty::pretty_json(&document),
        losses: losses.into_lines(),
    }
}

/// Where boundaries and elements are: as they are laid out, or in rows.
fn areas_of(draft: &Draft, drawn: &Drawn) -> FxHashMap<String, Area> {
    let is_drawn = |item: &Item| item.kind == Kind::Boundary || ENDPOINT_KINDS.contains(&item.kind);
    let mut items = draft.items.iter().filter(|item| is_drawn(item));
    if items.all(|item| drawn.areas.contains_key(&item.key)) {
        drawn.areas.clone()
    } else {
        in_rows(draft)
    }
}

struct Writer<'d> {
    draft: &'d Draft,
    ids: Ids,
    areas: FxHashMap<String, Area>,
    /// The threats against each element, by its key.
    threats: FxHashMap<&'d str, Vec<&'d Item>>,
    /// The acceptances of each threat, by its key.
    accepted: FxHashMap<&'d str, Vec<&'d Item>>,
    drawn: &'d Drawn,
    losses: &'d Losses,
    threat_count: usize,
}

impl<'d> Writer<'d> {
    fn boundaries(&self) -> Vec<Json> {
        let mut boundaries: Vec<&Item> = self.draft.of_kind(&[Kind::Boundary]).collect();
        // A box that is in another is drawn over it.
        let size = |item: &Item| self.areas[&item.key].size();
        boundaries.sort_by(|one, other| size(other).total_cmp(&size(one)));
        boundaries
            .into_iter()
            .map(|item| {
                self.losses
                    .of(item, &["kind", "trust", "mitigations", "tags"]);
                let area = self.areas[&item.key];
                json!({
                    "id": self.ids.of_key(&item.key),
                    "shape": "trust-boundary-box",
                    "zIndex": -1,
                    "visible": true,
                    "position": position(area),
                    "size": size_of(area),
                    "attrs": { "label": { "text": item.title } },
                    "data": {
                        "type": "tm.BoundaryBox",
                        "name": item.title,
                        "description": item.description,
                        "isTrustBoundary": true,
                        "hasOpenThreats": false,
                    },
                })
            })
            .collect()
    }

    fn elements(&mut self) -> Vec<Json> {
        let draft = self.draft;
        draft
            .of_kind(ENDPOINT_KINDS)
            .enumerate()
            .map(|(index, item)| self.element(item, index + 1))
            .collect()
    }

    fn element(&mut self, item: &Item, z_index: usize) -> Json {
        let data = self.element_data(item);
        let (shape, lines) = match item.kind {
            Kind::External => ("actor", &["body"][..]),
            Kind::Process => ("process", &["body"][..]),
            _ => ("store", &["topLine", "bottomLine"][..]),
        };
        let mut attributes = json!({ "text": { "text": item.title } });
        for line in lines {
            attributes[*line] = stroke(&data);
        }
        let area = self.areas[&item.key];
        json!({
            "id": self.ids.of_key(&item.key),
            "shape": shape,
            "zIndex": z_index,
            "visible": true,
            "position": position(area),
            "size": size_of(area),
            "attrs": attributes,
            "data": data,
        })
    }

    fn element_data(&mut self, item: &Item) -> Json {
        let mut data = self.data(item);
        match item.kind {
            Kind::External => {
                data["type"] = "tm.Actor".into();
                data["providesAuthentication"] = false.into();
            }
            Kind::Process => {
                let holds_cards = self.holds(item, "handles", ("regulations", "pci_dss"));
                data["type"] = "tm.Process".into();
                data["privilegeLevel"] = item.stated("privileges").unwrap_or_default().into();
                data["isWebApplication"] = is_made_with(item, "web_application").into();
                data["handlesCardPayment"] = holds_cards.into();
                data["handlesGoodsOrServices"] = false.into();
            }
            _ => {
                let is_encrypted =
                    matches!(item.stated("encryption"), Some("at_rest" | "client_side"));
                let holds_credentials = self.holds(item, "stores", ("kind", "credential"));
                data["type"] = "tm.Store".into();
                data["isALog"] = is_made_with(item, "log_store").into();
                data["isEncrypted"] = is_encrypted.into();
                data["storesCredentials"] = holds_credentials.into();
                data["isSigned"] = false.into();
                data["storesInventory"] = false.into();
            }
        }
        self.lose_of_element(item);
        data
    }

    /// Whether an element holds an asset that states a word.
    fn holds(&self, item: &Item, property: &str, (of_asset, word): (&str, &str)) -> bool {
        item.keys(property)
            .filter_map(|key| self.draft.items.get(key))
            .any(|asset| asset.words(of_asset).any(|stated| stated == word))
    }

    fn lose_of_element(&self, item: &Item) {
        let expressible = match item.kind {
            Kind::External => "",
            Kind::Process => "web_application",
            _ => "log_store",
        };
        if item.words("technology").any(|name| name != expressible)
            || item.keys("technology").next().is_some()
        {
            self.losses.add(item, "technology", NO_PLACE);
        }
        let why = match item.stated("encryption") {
            Some("none") => Some("the format cannot tell unencrypted from unspecified"),
            Some("client_side") => Some("the format does not record where it is encrypted"),
            _ => None,
        };
        if let Some(why) = why {
            self.losses.add(item, "encryption", why);
        }
        let properties = [
            "kind",
            "handles",
            "accepts",
            "tenancy",
            "redundancy",
            "custom_code",
            "owner",
            "source",
            "stores",
            "backup",
            "mitigations",
            "tags",
        ];
        self.losses.of(item, &properties);
    }

    fn flows(&mut self) -> Vec<Json> {
        let draft = self.draft;
        // How many flows there are between two elements.
        let mut between: FxHashMap<[&str; 2], usize> = FxHashMap::default();
        let mut cells = Vec::new();
        for item in draft.of_kind(&[Kind::Flow]) {
            let Some((source, target)) = &item.ends else {
                continue;
            };
            let data = self.flow_data(item);
            let is_marked_back = data["isBidirectional"] == true;
            let mut line = stroke(&data);
            line["targetMarker"] = json!({ "name": "block" });
            line["sourceMarker"] = json!({ "name": if is_marked_back { "block" } else { "" } });
            let mut pair = [source.as_str(), target.as_str()];
            pair.sort_unstable();
            let nth = between.entry(pair).or_default();
            let bends = bends(self.areas[pair[0]], self.areas[pair[1]], *nth);
            *nth += 1;
            let vertices = bends.into_iter().map(rounded);
            cells.push(json!({
                "id": self.ids.of_key(&item.key),
                "shape": "flow",
                "zIndex": 10,
                "width": 200,
                "height": 100,
                "connector": "smooth",
                "attrs": { "line": line },
                "labels": [label_of(&data["name"])],
                "source": { "cell": self.ids.of_key(source) },
                "target": { "cell": self.ids.of_key(target) },
                "vertices": vertices.collect::<Vec<_>>(),
                "data": data,
            }));
        }
        cells
    }

    fn flow_data(&mut self, item: &Item) -> Json {
        let protocol = item.words("protocol").next();
        let own_protocol = item.keys("protocol").next();
        let is_public = item.ends.as_ref().is_some_and(|(source, target)| {
            [source, target]
                .into_iter()
                .filter_map(|key| self.draft.items.get(key))
                .any(|end| places::is_in_the_open(self.draft, end))
        });
        let mut data = self.data(item);
        data["type"] = "tm.Flow".into();
        if item.name.is_none() {
            data["name"] = "".into();
        }
        data["isBidirectional"] = item.keys("receives").next().is_some().into();
        data["isEncrypted"] = is_encrypted(item).into();
        data["isPublicNetwork"] = is_public.into();
        data["protocol"] = protocol
            .or(own_protocol)
            .unwrap_or_default()
            .replace('_', " ")
            .to_uppercase()
            .into();
        if item.words("mitigations").any(|name| name != "tls")
            || item.keys("mitigations").next().is_some()
        {
            self.losses.add(item, "mitigations", NO_PLACE);
        }
        let properties = [
            "authentication",
            "multi_factor",
            "authorization",
            "access",
            "tunnel",
            "usage",
            "sends",
            "receives",
            "tags",
        ];
        self.losses.of(item, &properties);
        data
    }

    /// What all that can have threats says.
    fn data(&mut self, item: &Item) -> Json {
        let threats = self.threats.get(item.key.as_str());
        let threats: Vec<Json> = threats
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .map(|threat| self.threat(threat))
            .collect();
        json!({
            "name": item.title,
            "description": item.description,
            "isTrustBoundary": false,
            "outOfScope": item.first_text("out_of_scope").is_some(),
            "reasonOutOfScope": item.first_text("out_of_scope").unwrap_or_default(),
            "hasOpenThreats": threats.iter().any(|threat| threat["status"] == "Open"),
            "threats": threats,
        })
    }

    fn threat(&mut self, threat: &Item) -> Json {
        self.threat_count += 1;
        let number = self.threat_count;
        let rated = self.drawn.threats.get(&threat.key).copied();
        let rated = rated.unwrap_or(Rated {
            outcome: Outcome::Open,
            severity: None,
        });
        let accept = self.accepted.get(threat.key.as_str());
        let accept = accept.and_then(|accepts| accepts.first());
        let mitigations = self.mitigation_texts(threat);
        let (status, mitigation) = match (rated.outcome, accept) {
            (Outcome::Accepted, Some(accept)) => {
                self.losses.of(threat, &["mitigations"]);
                let because = accept.first_text("because").unwrap_or_default();
                ("Accepted", because.to_owned())
            }
            (Outcome::Mitigated, _) => ("Mitigated", mitigations.join("\n\n")),
            _ => ("Open", mitigations.join("\n\n")),
        };
        if mitigations.len() > 1 && status != "Accepted" {
            let why = "the format has one text for all values";
            self.losses.add(threat, "mitigations", why);
        }
        self.lose_of_threat(threat);
        let name = threat.name.as_deref().unwrap_or("threat");
        let category = threat.words("category").next().unwrap_or("tampering");
        json!({
            "id": format!("{}-{number}", name.replace('_', "-")),
            "title": threat.title,
            "status": status,
            "severity": rated.severity.map_or("TBD".to_owned(), capitalized),
            "type": capitalized(&category.replace('_', " ")),
            "description": threat.description,
            "mitigation": mitigation,
            "modelType": "STRIDE",
            "new": false,
            "number": number,
            "score": "",
        })
    }

    fn mitigation_texts(&self, threat: &Item) -> Vec<String> {
        threat
            .get("mitigations")
            .iter()
            .filter_map(|fact| match fact {
                Fact::Library(name) => Some(name.replace('_', " ")),
                Fact::Item(key) => self.draft.items.get(key).map(mitigation_text),
                _ => None,
            })
            .collect()
    }

    fn lose_of_threat(&self, threat: &Item) {
        if threat.get("category").len() > 1 {
            let why = "the format allows one; the others were dropped";
            self.losses.add(threat, "category", why);
        }
        let (likelihood, impact) = (threat.stated("likelihood"), threat.stated("impact"));
        let is_severity = likelihood == Some("high") && impact == Some("critical");
        let why = "the format only has the severity";
        if !is_severity && !matches!(likelihood, None | Some("medium")) {
            self.losses.add(threat, "likelihood", why);
        }
        if !is_severity && impact == Some("critical") {
            self.losses.add(threat, "impact", why);
        }
        self.losses
            .of(threat, &["affects", "references", "ticket", "owner"]);
    }

    /// What the model is, and who answers for it: what its only component says, if it has one.
    fn summary(&self) -> (String, String) {
        let components: Vec<&Item> = self.draft.of_kind(&[Kind::Component]).collect();
        if let [component] = components.as_slice() {
            let properties = ["source", "criticality", "mitigations", "links", "tags"];
            self.losses.of(component, &properties);
            let owners: Vec<&str> = component.words("owner").collect();
            return (component.description.clone(), owners.join(", "));
        }
        for component in components {
            let why = "all components are in one diagram";
            self.losses.add(component, "", why);
        }
        (self.draft.description.clone(), self.draft.owner.join(", "))
    }

    /// Notes what is lost of declarations that are not drawn.
    fn lose_the_rest(&self) {
        for item in self.draft.of_kind(&[Kind::Asset, Kind::Assumption]) {
            self.losses.add(item, "", NO_PLACE);
        }
        let used = self
            .draft
            .grouped(&[Kind::Threat], |threat| threat.keys("mitigations"));
        for item in self.draft.of_kind(&[Kind::Mitigation]) {
            if used.contains_key(item.key.as_str()) {
                let properties = [
                    "based_on",
                    "counters",
                    "evidence",
                    "due",
                    "owner",
                    "references",
                    "ticket",
                ];
                self.losses.of(item, &properties);
            } else {
                let why = "the format only has mitigations of listed threats";
                self.losses.add(item, "", why);
            }
            if matches!(item.stated("status"), Some("planned" | "verified")) {
                let why = "the format only records whether a threat is mitigated";
                self.losses.add(item, "status", why);
            }
        }
        for item in self.draft.of_kind(&[Kind::Accept]) {
            match item.keys("findings").next() {
                Some(_) => self.losses.of(item, &["by", "until", "ticket"]),
                None => self
                    .losses
                    .add(item, "", "the format has no findings from rules"),
            }
        }
    }
}

/// Whether an element is made with a technology, or a narrower one.
fn is_made_with(item: &Item, technology: &str) -> bool {
    item.words("technology")
        .any(|name| library::is_one_of(Kind::Technology, name, &[technology]))
}

/// Whether what a flow carries is encrypted on its way.
fn is_encrypted(flow: &Item) -> bool {
    let protocol = flow.words("protocol").next();
    protocol.is_some_and(library::encrypts)
        || flow
            .words("mitigations")
            .any(|name| ["tls", "mutual_tls", "vpn", "payload_encryption"].contains(&name))
        || flow.stated("tunnel").is_some_and(|tunnel| tunnel != "none")
}

/// A mitigation as a text: its title, and what it is.
fn mitigation_text(mitigation: &Item) -> String {
    let Item {
        title, description, ..
    } = mitigation;
    if description.starts_with(title.trim_end_matches('…')) {
        description.clone()
    } else {
        format!("{title}\n\n{description}").trim().to_owned()
    }
}

/// A word with a capital letter.
fn capitalized(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn rounded((x, y): (f64, f64)) -> Json {
    json!({ "x": x.round(), "y": y.round() })
}

fn position(area: Area) -> Json {
    rounded((area.left, area.top))
}

fn size_of(area: Area) -> Json {
    json!({ "width": area.width.max(10.0).round(), "height": area.height.max(10.0).round() })
}

/// How the line of something is drawn.
fn stroke(data: &Json) -> Json {
    let (color, width) = if data["hasOpenThreats"] == true {
        ("red", 2.5)
    } else {
        ("#333333", 1.5)
    };
    let dashes = (data["outOfScope"] == true).then_some("4 3");
    json!({ "stroke": color, "strokeWidth": width, "strokeDasharray": dashes })
}

/// The label of a flow, as Threat Dragon draws it.
fn label_of(title: &Json) -> Json {
    json!({
        "markup": [
            { "tagName": "ellipse", "selector": "labelBody" },
            { "tagName": "text", "selector": "labelText" },
        ],
        "attrs": {
            "labelText": {
                "text": title,
                "textAnchor": "middle",
                "textVerticalAnchor": "middle",
            },
            "labelBody": {
                "ref": "labelText",
                "refRx": "50%",
                "refRy": "60%",
                "fill": "#fff",
                "strokeWidth": 0,
            },
        },
        "position": {
            "distance": 0.5,
            "args": { "keepGradient": true, "ensureLegibility": true },
        },
    })
}

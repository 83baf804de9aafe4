//! Documents of every format made of what is hard to read: what comes out parses, is canonical and
//! has no errors, and what was said is kept. Always the same documents, so that a failure can be
//! examined.

mod common;

use common::{check, read, texts};
use serde_json::{Map, Value, json};
use threatline_exchange::pretty::pretty_yaml;

/// What people and programs write for titles, names and descriptions.
const SAID: &[&str] = &[
    "",
    " ",
    "???",
    "-",
    "_",
    "--",
    "Shop",
    "shop",
    "SHOP",
    "é",
    "e\u{301}",
    "\u{301}x",
    "日本語のサーバー",
    "خادم الويب",
    "हिन्दी सर्वर",
    "🦀🔥",
    "👩\u{200d}💻 ops",
    "\u{202e}evil",
    "a\tb",
    "a\u{0}b\u{1b}[31m",
    "a\r\nb",
    "one\n\n/// two\n// three",
    "\"quoted\" \\ back",
    "*/ // /// { }",
    "process",
    "flow",
    "boundary",
    "asset",
    "threat",
    "mitigation",
    "component",
    "in",
    "In",
    "and",
    "not",
    "yes",
    "none",
    "when",
    "Std",
    "std.tls",
    "Model",
    "spoofing",
    "Tampering",
    "tls",
    "TLS",
    "web server",
    "Database",
    "untrusted",
    "critical",
    "12345",
    "1st",
    "<b>x</b>",
    "a.b.c",
    "shop.test",
    "\u{feff}mark",
    "ＡＢＣ",
    "ǅ",
    "İstanbul",
    "ß",
    "𝔘𝔫𝔦",
    "٣ثلاثة",
    "²",
    "Ⓐ circled",
    "Ⅳ",
    "ก\u{e31}น",
    "\u{e31}",
    "a—b",
    "a-b",
    "a--b",
    "injection",
    "unencrypted_flow@x",
    "https",
    "var.x",
    "(in brackets)",
    "client_side",
    "2026-02-30",
    "NaN",
    "-1e999",
    "CWE-79",
];

/// Values where something else is expected.
fn wrong(chance: &mut Chance) -> Value {
    match chance.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1e300),
        4 => json!(99_999_999_999_999_u64),
        5 => json!([]),
        6 => json!({}),
        7 => json!([[["deep"]]]),
        8 => json!({ "id": "x", "name": 1 }),
        9 => json!("NaN"),
        _ => json!(chance.words()),
    }
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn words(&mut self) -> String {
        match self.below(20) {
            0 => "x".repeat(400),
            1 => "中".repeat(400),
            2 => "many words ".repeat(60),
            _ => SAID[self.below(SAID.len())].to_owned(),
        }
    }

    /// A title that is there, as some formats have to have one.
    fn title(&mut self) -> String {
        Some(self.words())
            .filter(|text| !text.trim().is_empty())
            .unwrap_or_else(|| "…".to_owned())
    }

    /// A word of a list, or something else.
    fn word(&mut self, words: &[&str]) -> String {
        words[self.below(words.len())].to_owned()
    }
}

/// A document that is being made, with the marks that have to come out of it.
struct Made {
    chance: Chance,
    marks: Vec<String>,
}

impl Made {
    /// A text with a mark that nothing else has.
    fn marked(&mut self) -> String {
        let mark = format!("mark{}q", self.marks.len());
        let text = self.chance.words();
        self.marks.push(mark.clone());
        format!("{mark} {text}")
    }

    /// The numbers of a list, each with a different id.
    fn each(&mut self, mut make: impl FnMut(&mut Made, usize) -> Value) -> Vec<Value> {
        (0..4).map(|index| make(self, index)).collect()
    }

    /// The number of something of another list.
    fn any(&mut self) -> usize {
        self.chance.below(4)
    }
}

/// Different ids that are alike.
const IDS: [&str; 4] = ["shop", "Shop", "sh-op", "日本"];

fn otm(made: &mut Made) -> Value {
    let assets = made.each(|made, index| {
        json!({ "id": format!("a{}", IDS[index]), "name": made.chance.title(), "description": made.marked(),
        "odd": made.marked(),
                "risk": { "confidentiality": made.chance.below(101), "integrity": 50, "availability": 1e300 } })
    });
    let zones = made.each(|made, index| {
        json!({ "id": format!("z{}", IDS[index]), "name": made.chance.title(), "description": made.marked(),
        "type": made.chance.words(),
                "risk": { "trustRating": made.chance.below(101) },
                "parent": { "trustZone": format!("z{}", IDS[made.any()]) } })
    });
    let components = made.each(|made, index| {
        let threat = json!({ "threat": format!("t{}", IDS[made.any()]), "state": made.chance.word(&["exposed",
        "accepted", "?"]),
                             "mitigations": [{ "mitigation": format!("m{}", IDS[made.any()]),
                             "state": "required" }] });
        json!({ "id": IDS[index], "name": made.chance.title(), "description": made.marked(), "tags": [made.marked()],
                "type": made.chance.word(&["web-service", "redis", "client", "???"]), "threats": [threat],
                "parent": { "trustZone": format!("z{}", IDS[made.any()]) },
                "assets": { "processed": [format!("a{}", IDS[made.any()])],
                "stored": [format!("a{}", IDS[made.any()])] },
                "attributes": { "component": made.chance.words(), "strange": made.marked(),
                "privileges": made.marked() } })
    });
    let flows = made.each(|made, index| {
        json!({ "id": format!("f{}", IDS[index]), "name": made.chance.title(), "description": made.marked(),
                "source": IDS[made.any()], "destination": IDS[made.any()], "bidirectional": true,
                "assets": [format!("a{}", IDS[made.any()])] })
    });
    let threats = made.each(|made, index| {
        json!({ "id": format!("t{}", IDS[index]), "name": made.chance.title(), "description": made.marked(),
                "categories": [made.chance.word(&["Spoofing", "odd", "Availability"])],
                "cwes": ["CWE-79", made.marked()],
                "risk": { "likelihood": 50, "impact": 100, "likelihoodComment": made.marked() } })
    });
    let mitigations = made.each(|made, index| {
        json!({ "id": format!("m{}", IDS[index]), "name": made.chance.title(), "description": made.marked(),
        "riskReduction": 50 })
    });
    json!({ "otmVersion": "0.2.0", "project": { "name": made.chance.title(), "id": "p",
    "description": made.marked(), "owner": made.marked() },
            "assets": assets, "trustZones": zones, "components": components, "dataflows": flows, "threats": threats,
            "mitigations": mitigations, "more": made.marked() })
}

/// A group of values by titles, which are made to differ.
fn named(all: Vec<(String, Value)>) -> Value {
    let mut entries = Map::new();
    for (mut title, value) in all {
        while entries.contains_key(&title) {
            title.push(' ');
        }
        entries.insert(title, value);
    }
    Value::Object(entries)
}

fn threagile(made: &mut Made) -> Value {
    let titled = |made: &mut Made, make: &mut dyn FnMut(&mut Made, usize) -> Value| {
        let values = made.each(make);
        named(
            values
                .into_iter()
                .map(|value| (made.chance.title(), value))
                .collect(),
        )
    };
    let mut ids = 0;
    let mut next = move || {
        ids += 1;
        format!("i{ids}")
    };
    let assets = named(
        (0..4)
            .map(|index| {
                let asset = json!({ "id": format!("d{}", IDS[index]), "description": made.marked(), "usage": "business",
                    "quantity": "many", "tags": [made.marked()], "owner": made.marked(), "origin": made.marked(),
                    "confidentiality": made.chance.word(&["public", "restricted", "strictly-confidential"]),
                    "integrity": "operational", "availability": "archive",
                    "justification_cia_rating": made.marked() });
                (format!("{} {index}", made.chance.words()), asset)
            })
            .collect(),
    );
    let technical = named(
        (0..4)
            .map(|index| {
                let links = titled(made, &mut |made, _| {
                    json!({ "target": format!("t{}", IDS[made.any()]), "description": made.marked(),
                    "protocol": "jdbc-encrypted",
                        "authentication": "two-factor", "authorization": "none", "vpn": true, "ip_filtered": true,
                        "readonly": false, "usage": "devops", "tags": [made.marked()],
                        "data_assets_sent": [format!("d{}", IDS[made.any()])] })
                });
                let asset = json!({ "id": format!("t{}", IDS[index]), "description": made.marked(), "usage": "business",
                    "type": made.chance.word(&["external-entity", "process", "datastore"]), "size": "system",
                    "technologies": [made.chance.word(&["browser", "tool", "database", "our own"])],
                    "internet": made.chance.below(2) == 0, "machine": made.marked(),
                    "encryption": "data-with-enduser-individual-key", "owner": made.chance.words(),
                    "out_of_scope": made.chance.below(2) == 0, "justification_out_of_scope": made.marked(),
                    "multi_tenant": true, "redundant": true, "custom_developed_parts": true,
                    "data_assets_processed": [format!("d{}", IDS[made.any()])],
                    "data_formats_accepted": ["json", "xml"], "communication_links": links });
                (format!("{} {index}", made.chance.words()), asset)
            })
            .collect(),
    );
    let boundaries = titled(made, &mut |made, _| {
        json!({ "id": next(), "description": made.marked(), "type": "execution-environment",
        "tags": [made.chance.words()] })
    });
    let risks = titled(made, &mut |made, _| {
        json!({ "id": made.chance.words(), "description": made.marked(), "action": made.marked(), "stride": "spoofing",
                "cwe": ([0, 79, 1999, 89][made.any()]), "impact": made.marked(),
                "risks_identified": { (made.chance.title()): { "severity": "high",
                "exploitation_likelihood": "frequent",
                    "exploitation_impact": "low",
                    "most_relevant_technical_asset": format!("t{}", IDS[made.any()]) } } })
    });
    let tracking = json!({ "missing-authentication@tshop": { "status": "accepted", "justification": made.marked(),
        "ticket": made.marked(), "date": "2024-13-45", "checked_by": made.marked() } });
    json!({ "threagile_version": "1.0.0", "title": made.chance.title(), "date": made.marked(),
        "author": { "name": made.marked(), "homepage": made.marked() },
        "business_overview": { "description": made.marked() },
        "questions": { (made.marked()): made.marked() }, "data_assets": assets, "technical_assets": technical,
        "trust_boundaries": boundaries, "individual_risk_categories": risks, "risk_tracking": tracking,
        "odd": made.marked() })
}

fn threat_dragon(made: &mut Made) -> Value {
    let number = |made: &mut Made| [0.0, -5.0, 1e300, 10.5, 100.0][made.chance.below(5)];
    let diagrams = made.each(|made, diagram| {
        let mut cells: Vec<Value> = Vec::new();
        for (index, id) in IDS.into_iter().enumerate() {
            let threat = json!({ "id": made.chance.words(), "title": made.chance.words(),
            "type": made.chance.word(&["Spoofing", "Odd", ""]),
                "status": made.chance.word(&["Open", "Mitigated", "NotApplicable", "Accepted", "?"]),
                "severity": made.chance.word(&["High", "TBD", "Odd"]),
                "description": made.marked(), "mitigation": made.marked(), "score": made.marked() });
            let shape = made.chance.word(&["actor", "process", "store", "process"]);
            cells.push(json!({ "id": format!("{diagram}{id}"), "shape": shape,
                "position": { "x": number(made), "y": number(made) }, "size": { "width": number(made),
                "height": number(made) },
                "data": { "name": made.chance.words(), "description": made.marked(), "outOfScope": true,
                "reasonOutOfScope": made.marked(),
                          "storesCredentials": true, "handlesCardPayment": true, "threats": [threat],
                          "odd": made.marked() } }));
            cells.push(json!({ "id": format!("b{diagram}{index}"), "shape": "trust-boundary-box",
                "position": { "x": number(made), "y": number(made) }, "size": { "width": number(made),
                "height": number(made) },
                "data": { "name": made.chance.words(), "description": made.marked() } }));
            cells.push(json!({ "id": format!("f{diagram}{index}"), "shape": "flow",
                "source": { "cell": format!("{diagram}{}", IDS[made.any()]) },
                "target": { "cell": format!("{}{diagram}{}", if index == 3 { "gone" } else { "" }, IDS[made.any()]) },
                "labels": [made.marked()],
                "data": { "name": made.chance.words(), "description": made.marked(), "protocol": made.marked(),
                "isEncrypted": true } }));
        }
        json!({ "title": made.chance.words(), "description": made.marked(),
        "diagramType": made.chance.word(&["STRIDE", "CIA"]), "cells": cells })
    });
    let diagrams = if made.chance.below(2) == 0 {
        vec![diagrams[0].clone()]
    } else {
        diagrams
    };
    let all = json!(diagrams).to_string();
    made.marks.retain(|mark| all.contains(&format!("{mark} ")));
    json!({ "version": "2.0", "summary": { "title": made.chance.words(), "owner": made.marked(),
    "description": made.marked() },
            "detail": { "contributors": [{ "name": made.marked() }], "reviewer": made.marked(),
            "diagrams": diagrams } })
}

fn tm_bom(made: &mut Made) -> Value {
    let zones = made.each(
        |made, index| json!({ "symbolic_name": IDS[index], "title": made.chance.words(), "description": made.marked() }),
    );
    let components = made.each(|made, index| {
        json!({ "symbolic_name": IDS[index], "title": made.chance.words(), "description": made.marked(),
        "trust_zone": IDS[made.any()],
                "parent_component": made.marked(), "repo_link": made.marked() })
    });
    let stores = made.each(|made, index| {
        json!({ "symbolic_name": IDS[index], "title": made.chance.words(), "description": made.marked(),
        "type": made.marked(),
                "product": made.marked(), "vendor": made.marked(), "trust_zone": made.marked() })
    });
    let sets = made.each(|made, index| {
        json!({ "symbolic_name": IDS[index], "title": made.chance.words(), "description": made.marked(),
        "data_sensitivity": ["pii", made.marked()],
                "placements": [{ "data_store": IDS[made.any()], "encrypted": true }, { "data_store": made.marked(),
                "encrypted": false }] })
    });
    let flows = made.each(|made, index| {
        json!({ "symbolic_name": IDS[index], "title": made.chance.words(), "description": made.marked(),
        "has_sensitive_data": true, "encrypted": false,
                "source": { "type": "component", "object": IDS[made.any()] },
                "destination": { "type": "actor", "object": made.marked() } })
    });
    let threats = made.each(|made, index| {
        json!({ "symbolic_name": IDS[index], "title": made.chance.words(), "description": made.marked(),
        "event": made.marked(),
                "components_affected": [IDS[made.any()], made.marked()], "weaknesses": [{ "cwe_id": 99999,
                "cwe_title": made.marked() }],
                "threat_persona": made.marked() })
    });
    let risks = made.each(|made, _| {
        json!({ "title": made.marked(), "description": made.marked(), "threats": [IDS[made.any()]],
        "likelihood": "high", "impact": made.marked() })
    });
    let controls = made.each(|made, index| {
        json!({ "symbolic_name": IDS[index], "title": made.marked(), "description": made.marked(),
        "threats": [IDS[made.any()]],
                "status": made.chance.word(&["active", "retired", "odd"]) })
    });
    json!({ "version": "1.2", "scope": { "title": made.chance.words(), "description": made.marked() },
    "description": made.marked(),
            "repo_link": made.marked(), "trust_zones": zones, "components": components, "data_stores": stores,
            "data_sets": sets,
            "data_flows": flows, "threats": threats, "risks": risks, "controls": controls,
            "assumptions": [{ "description": made.marked(), "topics": [IDS[0]], "validity": made.marked() }] })
}

fn pytm(made: &mut Made) -> Value {
    let boundaries = made.each(|made, index| {
        json!({ "name": format!("{}b{index}", made.chance.words()), "description": made.marked(),
        "controls": { "odd": made.marked() } })
    });
    let data = made.each(|made, _| {
        json!({ "name": made.chance.title(), "description": made.marked(), "isPII": true, "isStored": true,
        "format": made.marked() })
    });
    let names = data
        .iter()
        .map(|data| data["name"].clone())
        .collect::<Vec<_>>();
    let elements = made.each(|made, index| {
        json!({ "name": IDS[index], "description": made.marked(), "__class__": made.chance.word(&["Actor",
        "Datastore", "LLM", "Odd", "Server"]),
                "inBoundary": made.marked(), "OS": made.marked(), "storesPII": true, "storesLogData": true,
                "assumptions": [made.marked()], "sourceFiles": [made.marked()] })
    });
    let flows = made.each(|made, index| {
        json!({ "name": made.chance.title(), "description": made.marked(), "note": made.marked(),
        "source": IDS[index], "sink": IDS[made.any()],
                "protocol": made.marked(), "data": [names[made.any()], made.marked()] })
    });
    json!({ "name": made.chance.title(), "description": made.marked(), "boundaries": boundaries, "data": data,
    "elements": elements,
            "flows": flows, "findings": [{ "threat_id": "INP05", "target": "shop", "response": made.marked(),
            "description": made.chance.words() },
                                         { "threat_id": "INP05", "target": "Shop",
                                         "response": format!("accepted {}", made.marked()) }] })
}

/// A string of HCL.
fn hcl_text(text: &str) -> String {
    Value::from(text)
        .to_string()
        .replace("${", "$${")
        .replace("%{", "%%{")
}

/// A value as attributes and blocks of HCL: a list of groups is a block each, with the label that
/// is under `#`.
fn hcl(value: &Value, text: &mut String) {
    for (name, value) in value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "#")
    {
        match value {
            Value::Array(all) if all.iter().any(Value::is_object) => {
                for block in all {
                    let labels: Vec<String> = block["#"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .map(hcl_text)
                        .collect();
                    text.push_str(&format!("{name} {} {{\n", labels.join(" ")));
                    hcl(block, text);
                    text.push_str("}\n");
                }
            }
            Value::Array(all) => {
                let all: Vec<String> = all.iter().filter_map(Value::as_str).map(hcl_text).collect();
                text.push_str(&format!("{name} = [{}]\n", all.join(", ")));
            }
            Value::String(string) => text.push_str(&format!("{name} = {}\n", hcl_text(string))),
            value => text.push_str(&format!("{name} = {value}\n")),
        }
    }
}

fn threatcl(made: &mut Made) -> Value {
    let model = |made: &mut Made| {
        let assets = made.each(|made, _| {
            json!({ "#": [made.chance.title()], "description": made.marked(),
            "information_classification": made.chance.word(&["Restricted", "Odd"]) })
        });
        let threats = made.each(|made, _| {
            json!({ "#": [made.chance.title()], "description": made.marked(),
            "stride": ["Spoofing", made.marked()], "impacts": [made.marked()],
                    "information_asset_refs": [made.marked()], "odd": made.marked(),
                    "control": [{ "#": [made.chance.title()], "description": made.marked(), "implemented": true,
                                  "attribute": [{ "#": [made.chance.title()], "value": made.marked() }] }],
                    "proposed_control": [{ "description": made.marked() }] })
        });
        let processes =
            made.each(|made, index| json!({ "#": [IDS[index]], "trust_zone": made.chance.title(), "odd": made.marked() }));
        let flows = made.each(|made, index| {
            json!({ "#": [made.chance.title()], "from": IDS[index], "to": IDS[made.any()], "protocol": made.marked() })
        });
        json!({ "#": [made.chance.title()], "author": made.marked(), "description": made.marked(),
        "link": made.marked(),
                "information_asset": assets, "threat": threats,
                "usecase": [{ "description": made.marked() }],
                "third_party_dependency": [{ "#": [made.chance.title()], "description": made.marked() }],
                "data_flow_diagram_v2": [{ "#": ["d"], "process": processes, "flow": flows,
                    "trust_zone": [{ "#": [made.chance.title()], "data_store": [{ "#": ["store"],
                    "information_asset": made.marked() }] }] }] })
    };
    let models: Vec<Value> = (0..=made.chance.below(2)).map(|_| model(made)).collect();
    json!({ "spec_version": "0.7.0", "threatmodel": models })
}

/// A group of values as XML of .NET.
fn xml(name: &str, value: &Value, text: &mut String) {
    let escaped = |text: &str| threatline_view::sanitize::xml(&text.replace('\u{feff}', ""));
    match value {
        Value::Object(entries) => {
            let kind = entries.get("#").and_then(Value::as_str);
            text.push_str(&format!(
                "<{name}{}>",
                kind.map(|kind| format!(" i:type=\"{kind}\""))
                    .unwrap_or_default()
            ));
            entries
                .iter()
                .filter(|(name, _)| *name != "#")
                .for_each(|(name, value)| xml(name, value, text));
            text.push_str(&format!("</{name}>"));
        }
        Value::Array(all) => {
            text.push_str(&format!("<{name}>"));
            all.iter().for_each(|value| {
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .for_each(|(name, value)| xml(name, value, text))
            });
            text.push_str(&format!("</{name}>"));
        }
        Value::String(string) => text.push_str(&format!("<{name}>{}</{name}>", escaped(string))),
        value => text.push_str(&format!("<{name}>{}</{name}>", escaped(&value.to_string()))),
    }
}

fn mtmt(made: &mut Made) -> Value {
    let properties = |made: &mut Made, title: String, header: &str| {
        json!([{ "anyType": { "#": "b:HeaderDisplayAttribute", "DisplayName": header } },
               { "anyType": { "#": "b:StringDisplayAttribute", "DisplayName": "Name", "Value": title } },
               { "anyType": { "#": "b:StringDisplayAttribute", "DisplayName": made.chance.title(),
               "Value": made.marked() } },
               { "anyType": { "#": "b:BooleanDisplayAttribute", "DisplayName": "Stores Log Data",
               "Value": "true" } }])
    };
    let number = |made: &mut Made| made.chance.word(&["0", "-5", "1e300", "10", "900", "100"]);
    let surfaces: Vec<Value> = (0..2)
        .map(|surface| {
            let mut borders = Vec::new();
            for id in IDS {
                let shape =
                    made.chance.word(&["StencilEllipse", "StencilParallelLines", "StencilRectangle", "BorderBoundary"]);
                let title = made.chance.words();
                borders.push(json!({ "KeyValueOfguidanyType": { "Key": id, "Value": { "#": shape, "GenericTypeId": "",
                    "Guid": format!("{surface}{id}"), "Properties": properties(made, title, "Thing"),
                    "TypeId": made.chance.words(),
                    "Left": number(made), "Top": number(made), "Width": number(made), "Height": number(made) } } }));
            }
            let lines: Vec<Value> = made.each(|made, index| {
                let title = made.chance.words();
                json!({ "KeyValueOfguidanyType": { "Key": index, "Value": { "#": "Connector",
                "GenericTypeId": "GE.DF", "Guid": format!("f{surface}{index}"),
                    "Properties": properties(made, title, "Request"), "TypeId": made.chance.word(&["x.Request",
                    "x.Response"]),
                    "SourceGuid": format!("{surface}{}", IDS[made.any()]),
                    "TargetGuid": format!("{surface}{}", IDS[made.any()]) } } })
            });
            json!({ "DrawingSurfaceModel": { "Properties": [{ "anyType": { "#": "b:StringDisplayAttribute",
            "DisplayName": "Name",
                "Value": made.chance.words() } }], "Borders": borders, "Lines": lines } })
        })
        .collect();
    let threats = made.each(|made, index| {
        json!({ "KeyValueOfstringThreat": { "Key": index, "Value": { "FlowGuid": format!("f0{}", made.any()),
        "ModifiedAt": "0001-01-01",
            "State": made.chance.word(&["Mitigated", "NeedsInvestigation", "NotApplicable", "Odd"]),
            "StateInformation": made.marked(),
            "Title": made.chance.title(), "TypeId": "T" } } })
    });
    json!({ "DrawingSurfaceList": surfaces, "MetaInformation": { "ThreatModelName": made.chance.words(),
        "HighLevelSystemDescription": made.marked(), "Assumptions": made.marked(), "Owner": made.marked() },
        "Notes": [{ "Note": { "Message": made.marked() } }], "ThreatInstances": threats })
}

type Make = fn(&mut Made) -> Value;
type Write = fn(&Value) -> String;

/// Each format: its name, how a document is made, and how it is written.
const FORMATS: &[(&str, Make, Write)] = &[
    ("otm.json", otm, |value| value.to_string()),
    ("otm.yaml", otm, pretty_yaml),
    ("threagile.yaml", threagile, pretty_yaml),
    ("dragon.json", threat_dragon, |value| value.to_string()),
    ("library.json", tm_bom, |value| value.to_string()),
    ("pytm.json", pytm, |value| value.to_string()),
    ("model.hcl", threatcl, |value| {
        let mut text = String::new();
        hcl(value, &mut text);
        text
    }),
    ("model.tm7", mtmt, |value| {
        let mut text = String::new();
        xml("ThreatModel", value, &mut text);
        text.replacen("<ThreatModel", "<ThreatModel xmlns:i=\"i\"", 1)
    }),
];

#[test]
fn what_is_hard_to_read_is_read_and_kept() {
    for (name, make, write) in FORMATS {
        for seed in 0..4 {
            let mut made = Made {
                chance: Chance(seed),
                marks: Vec::new(),
            };
            let text = write(&make(&mut made));
            let imported = read(name, &text, &[])
                .unwrap_or_else(|problems| panic!("{name} {seed}: {problems:#?}\n{text}"));
            let all = texts(&imported);
            let notes: String = imported
                .files
                .files
                .iter()
                .map(|(_, text)| text.as_str())
                .collect();
            for mark in &made.marks {
                assert!(
                    notes.contains(mark.as_str()),
                    "{name} {seed}: {mark} is lost\n{text}\n{all}"
                );
            }
            check(&imported);
        }
    }
}

/// Puts something else in the place of a value, or takes it away, or puts it there twice.
fn mutilate(value: &mut Value, chance: &mut Chance) {
    if chance.below(12) == 0 {
        *value = wrong(chance);
        return;
    }
    match value {
        Value::Object(entries) => {
            let names: Vec<String> = entries.keys().cloned().collect();
            for name in names {
                if chance.below(20) == 0 {
                    entries.remove(&name);
                } else if let Some(value) = entries.get_mut(&name) {
                    mutilate(value, chance);
                }
            }
        }
        Value::Array(all) => {
            all.iter_mut().for_each(|value| mutilate(value, chance));
            if chance.below(4) == 0
                && let Some(first) = all.first().cloned()
            {
                all.push(first);
            }
        }
        _ => {}
    }
}

#[test]
fn everything_is_either_reported_or_read() {
    for (name, make, write) in FORMATS {
        let mut read_well = 0;
        for seed in 0..12 {
            let mut made = Made {
                chance: Chance(seed),
                marks: Vec::new(),
            };
            let mut document = make(&mut made);
            // Most of them in one part alone, so that some are read.
            match document.as_object_mut() {
                Some(entries) if seed % 3 > 0 => {
                    let index = made.chance.below(entries.len());
                    if let Some((_, value)) = entries.iter_mut().nth(index) {
                        mutilate(value, &mut made.chance);
                    }
                }
                _ => mutilate(&mut document, &mut made.chance),
            }
            match read(name, &write(&document), &[]) {
                Ok(imported) => {
                    check(&imported);
                    read_well += 1;
                }
                Err(problems) => {
                    assert!(problems.iter().all(|problem| !problem.message.is_empty()))
                }
            }
        }
        assert!(read_well > 0, "nothing of {name} is read");
    }
}

#[test]
fn several_documents_of_the_same_names_become_one_model() {
    for seed in 0..2 {
        let documents = FORMATS.iter().map(|(name, make, write)| {
            let mut made = Made {
                chance: Chance(seed),
                marks: Vec::new(),
            };
            ((*name).to_owned(), write(&make(&mut made)))
        });
        let imported = threatline_exchange::import::import(documents.collect(), &|_, _| {
            Err("is not there".to_owned())
        });
        check(&imported.unwrap_or_else(|problems| panic!("{problems:#?}")));
    }
}

//! Threat Dragon's models become text as a person would have written it, and come back from our own
//! documents.

mod common;

use common::{imported, losses, problems, texts};
use expect_test::expect;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use threatline_exchange::export::{Target, export};
use threatline_exchange::import;
use threatline_model::{Date, Decl, FileText, Kind, Workspace, placed_in};
use threatline_view::names::shown_name;

fn document(diagrams: &[(&str, Vec<Value>)]) -> Value {
    let diagrams: Vec<Value> = diagrams
        .iter()
        .enumerate()
        .map(|(id, (title, cells))| {
            json!({
                "id": id, "title": title, "diagramType": "STRIDE", "version": "2.6.2", "thumbnail": "./stride.jpg",
                "cells": cells,
            })
        })
        .collect();
    json!({
        "version": "2.6.2",
        "summary": { "title": "Book shop", "owner": "Shop team", "description": "Sells books.", "id": 0 },
        "detail": {
            "contributors": [{ "name": "Ada" }, { "name": "Grace" }], "reviewer": "Edsger",
            "diagramTop": 1, "threatTop": 3, "diagrams": diagrams,
        },
    })
}

/// A shape with a place, an id that is made up as Threat Dragon does it, and data.
fn shape(shape: &str, kind: &str, id: u32, name: &str, area: [i32; 4], data: &Value) -> Value {
    let mut all = json!({ "type": kind, "name": name, "description": "", "hasOpenThreats": false });
    all.as_object_mut()
        .unwrap()
        .extend(data.as_object().unwrap().clone());
    json!({
        "shape": shape, "id": cell_id(id), "zIndex": 1, "visible": true,
        "position": { "x": area[0], "y": area[1] }, "size": { "width": area[2], "height": area[3] },
        "attrs": { "text": { "text": name } }, "data": all,
    })
}

fn cell_id(id: u32) -> String {
    format!("{id:08}-4f7b-4f0e-9a6c-1d2e3f405162")
}

fn flow(id: u32, name: &str, source: &Value, target: &Value, data: &Value) -> Value {
    let mut all = json!({ "type": "tm.Flow", "name": name, "description": "", "isBidirectional": false, "threats": [] });
    all.as_object_mut()
        .unwrap()
        .extend(data.as_object().unwrap().clone());
    json!({ "shape": "flow", "id": cell_id(id), "zIndex": 10, "source": source, "target": target, "data": all })
}

fn at(id: u32) -> Value {
    json!({ "cell": cell_id(id), "port": "1" })
}

fn threat(title: &str, kind: &str, status: &str, severity: &str, mitigation: &str) -> Value {
    json!({
        "id": "0d5e", "title": title, "status": status, "severity": severity, "type": kind,
        "description": "How it goes.",
        "mitigation": mitigation, "modelType": "STRIDE",
    })
}

fn shop() -> Value {
    let mut cloud = shape(
        "trust-boundary-box",
        "tm.BoundaryBox",
        1,
        "",
        [300, 0, 600, 400],
        &json!({ "isTrustBoundary": true }),
    );
    // As Threat Dragon does it: the name of a box is in its label alone.
    cloud["data"].as_object_mut().unwrap().remove("name");
    cloud["attrs"] = json!({ "label": { "text": "Cloud account" } });
    document(&[(
        "Main",
        vec![
            cloud,
            shape(
                "trust-boundary-box",
                "tm.BoundaryBox",
                2,
                "Data network",
                [600, 50, 250, 300],
                &json!({}),
            ),
            shape(
                "actor",
                "tm.Actor",
                3,
                "Customer",
                [20, 100, 150, 80],
                &json!({ "providesAuthentication": true }),
            ),
            shape(
                "process",
                "tm.Process",
                4,
                "Shop\nAPI",
                [350, 100, 100, 100],
                &json!({
                    "description": "Takes orders.", "isWebApplication": true, "handlesCardPayment": true,
                    "privilegeLevel": "Service",
                    "threats": [
                        threat("Stolen session", "Spoofing", "Mitigated", "High", "Sessions end.\n\nAfter an hour."),
                        threat("Orders are denied", "Repudiation", "Open", "Critical", "Log every order"),
                        threat("Linked orders", "Linkability", "NotApplicable", "TBD", "Orders are no secret"),
                        threat("Flood", "Denial of service", "Open", "Medium", ""),
                    ],
                }),
            ),
            shape(
                "store",
                "tm.Store",
                5,
                "Orders database",
                [620, 100, 150, 75],
                &json!({
                    "isEncrypted": true, "storesCredentials": true, "isSigned": true,
                    "threats": [threat("Flood", "Denial of service", "Open", "Medium", "")],
                }),
            ),
            shape(
                "store",
                "tm.Store",
                6,
                "Old orders",
                [2000, 100, 150, 75],
                &json!({ "outOfScope": true, "reasonOutOfScope": "Goes in May" }),
            ),
            flow(
                7,
                "Order",
                &at(3),
                &at(4),
                &json!({ "protocol": "HTTP", "isEncrypted": true, "isPublicNetwork": true }),
            ),
            flow(
                8,
                "",
                &at(4),
                &at(5),
                &json!({ "isEncrypted": true, "isBidirectional": true }),
            ),
            flow(
                9,
                "Mail",
                &at(4),
                &json!({ "x": 10, "y": 20 }),
                &json!({ "protocol": "SMTP" }),
            ),
            json!({
                "shape": "trust-boundary-curve", "id": cell_id(10), "zIndex": 10,
                "source": { "x": 250, "y": 0 }, "target": { "x": 250, "y": 500 }, "vertices": [],
                "data": { "type": "tm.Boundary", "name": "Edge", "isTrustBoundary": true },
            }),
            shape(
                "td-text-block",
                "tm.Text",
                11,
                "Drawn in\na workshop",
                [0, 0, 10, 10],
                &json!({}),
            ),
        ],
    )])
}

#[test]
fn a_drawing_becomes_text() {
    expect![[r#"
        //- book_shop.threat
        // contributors: Ada, Grace
        // reviewer: Edsger
        // trust boundary drawn as a line: Edge; it crosses Order (Customer -> Shop API)
        // Drawn in
        // a workshop
        // unattached flow: Mail, from "Shop API" to nothing
        // protocol: smtp

        /// Sells books.
        component book_shop "Book shop" { owner: "Shop team" }

        asset payment_card_data "Payment card data" {
          classification: restricted
          regulations: pci_dss
          // Assumed from a flag of an element; the model did not name it.
        }

        asset credentials "Credentials" {
          classification: restricted
          kind: credential
          // Assumed from a flag of an element; the model did not name it.
        }

        boundary cloud_account "Cloud account" { kind: cloud }

        boundary data_network "Data network" in cloud_account { kind: network }

        external customer "Customer" {
          kind: person
          // providesAuthentication: yes
        }

        /// Takes orders.
        process shop_api "Shop API" in cloud_account {
          technology: web_application
          handles: payment_card_data
          privileges: service
        }

        store orders_database "Orders database" in data_network {
          technology: database
          stores: credentials
          encryption: at_rest
          // isSigned: yes
        }

        store old_orders "Old orders" { out_of_scope: "Goes in May" }

        flow order "Order": customer -> shop_api {
          protocol: https
          // isPublicNetwork: yes
        }

        flow shop_api_to_orders_database: shop_api -> orders_database {
          mitigations: tls
          // bidirectional: yes
        }

        /// How it goes.
        threat stolen_session "Stolen session" {
          category: spoofing
          targets: shop_api
          impact: high
          mitigations: sessions_end
        }

        /// How it goes.
        threat orders_are_denied "Orders are denied" {
          category: repudiation
          targets: shop_api
          likelihood: high
          impact: critical
          mitigations: log_every_order
        }

        /// How it goes.
        threat linked_orders "Linked orders" {
          category: information_disclosure
          targets: shop_api
          // type: Linkability
          // status: NotApplicable
        }

        /// How it goes.
        threat flood "Flood" {
          category: denial_of_service
          targets: shop_api, orders_database
          impact: medium
        }

        /// After an hour.
        mitigation sessions_end "Sessions end" { status: implemented }

        mitigation log_every_order "Log every order" { status: proposed }

        accept accepted_linked_orders "Linked orders" {
          findings: linked_orders
          by: "unknown"
          until: 2027-01-01
          because: "Orders are no secret"
          // TODO: set who accepts it, and until when
        }
    "#]]
    .assert_eq(&texts(&imported("model.json", &shop().to_string(), &[])));
}

#[test]
fn what_the_model_cannot_represent_is_reported() {
    expect![[r#"
        model.json:1:133: detail.contributors: kept in a comment
        model.json:1:178: detail.reviewer: kept in a comment
        model.json:1:327: detail.diagrams[0].cells: dropped: diagrams have an automatic layout
        model.json:1:1222: detail.diagrams[0].cells[2].data.providesAuthentication: kept in a comment
        model.json:1:2068: detail.diagrams[0].cells[3].data.threats[2].type: kept in a comment: not a STRIDE category
        model.json:1:2670: detail.diagrams[0].cells[4].data.isSigned: kept in a comment
        model.json:1:4144: detail.diagrams[0].cells[9].shape: kept in a comment: a line encloses nothing; draw a box instead
        model.json:1:4565: detail.diagrams[0].cells[10].data: kept in a comment: text next to the diagram
        model.json:1:3533: detail.diagrams[0].cells[6].data.isPublicNetwork: kept in a comment: it follows from the boundaries of its ends
        model.json:1:4006: detail.diagrams[0].cells[8].target: kept in a comment: a flow must connect two elements
    "#]]
    .assert_eq(&losses(&imported("model.json", &shop().to_string(), &[])));
}

#[test]
fn elements_of_the_same_title_in_two_diagrams_stay_apart() {
    let cells = |first: u32| {
        vec![
            shape(
                "actor",
                "tm.Actor",
                first,
                "Browser",
                [0, 0, 10, 10],
                &json!({}),
            ),
            shape(
                "process",
                "tm.Process",
                first + 1,
                "Login",
                [0, 0, 10, 10],
                &json!({}),
            ),
            flow(first + 2, "Log in", &at(first), &at(first + 1), &json!({})),
        ]
    };
    // The ids are the same in both diagrams, as in a copy of one.
    let document = document(&[("Shop", cells(1)), ("Help desk", cells(1))]);
    expect![[r#"
        //- help_desk.threat
        component help_desk "Help desk"

        external browser "Browser" {
          technology: std.browser
          // TODO: "Shop" has an element of the same title; if they are the same, keep one
        }

        process login "Login" {
          // TODO: "Shop" has an element of the same title; if they are the same, keep one
        }

        flow log_in "Log in": browser -> login
        //- model.threat
        // Book shop
        // Sells books.
        // Owner: Shop team

        // contributors: Ada, Grace
        // reviewer: Edsger
        //- shop.threat
        component shop "Shop"

        external browser "Browser" {
          technology: std.browser
          // TODO: "Help desk" has an element of the same title; if they are the same, keep one
        }

        process login "Login" {
          // TODO: "Help desk" has an element of the same title; if they are the same, keep one
        }

        flow log_in "Log in": browser -> login
    "#]]
    .assert_eq(&texts(&imported("model.json", &document.to_string(), &[])));
}

#[test]
fn the_middle_of_an_element_says_where_it_is() {
    let document = document(&[(
        "Main",
        vec![
            shape(
                "trust-boundary-box",
                "tm.BoundaryBox",
                1,
                "Inner",
                [100, 100, 100, 100],
                &json!({}),
            ),
            shape(
                "trust-boundary-box",
                "tm.BoundaryBox",
                2,
                "Outer",
                [0, 0, 300, 300],
                &json!({}),
            ),
            shape(
                "trust-boundary-box",
                "tm.BoundaryBox",
                3,
                "Aside",
                [180, 110, 400, 400],
                &json!({}),
            ),
            shape(
                "process",
                "tm.Process",
                4,
                "Sticks out",
                [110, 40, 60, 100],
                &json!({}),
            ),
            shape(
                "process",
                "tm.Process",
                5,
                "Deep",
                [110, 110, 20, 20],
                &json!({}),
            ),
            shape(
                "process",
                "tm.Process",
                6,
                "Twice",
                [185, 150, 10, 10],
                &json!({}),
            ),
            json!({ "shape": "process", "id": "7", "data": { "type": "tm.Process", "name": "Nowhere" } }),
        ],
    )]);
    expect![[r#"
        //- book_shop.threat
        // contributors: Ada, Grace
        // reviewer: Edsger

        /// Sells books.
        component book_shop "Book shop" { owner: "Shop team" }

        boundary inner "Inner" in outer
        boundary outer "Outer"
        boundary aside "Aside"

        process sticks_out "Sticks out" in outer
        process deep "Deep" in inner

        process twice "Twice" in inner {
          // It was also drawn in "Aside".
        }

        process nowhere "Nowhere" {
          // It had no position or size, so it is outside all boundaries.
        }
    "#]]
    .assert_eq(&texts(&imported("model.json", &document.to_string(), &[])));
}

#[test]
fn boxes_that_are_too_deep_are_no_error() {
    let nested = |at: i32| {
        let area = [at, at, 1000 - 2 * at, 1000 - 2 * at];
        shape(
            "trust-boundary-box",
            "tm.BoundaryBox",
            at as u32,
            &format!("Box {at}"),
            area,
            &json!({}),
        )
    };
    let document = document(&[("Main", (0..100).map(nested).collect())]);
    let imported = imported("model.json", &document.to_string(), &[]);
    let outermost = imported
        .draft
        .items
        .iter()
        .filter(|item| item.place.is_none());
    assert_eq!(
        outermost
            .map(|item| item.title.as_str())
            .collect::<Vec<_>>(),
        ["Box 0", "Box 64"]
    );
}

#[test]
fn boxes_beyond_what_is_compared_are_noted() {
    for (count, is_noted) in [(200, false), (300, true)] {
        let boxes = (1..=count).map(|id| {
            let size = 2 * i32::try_from(id).expect("it is small");
            let area = [-size, -size, 2 * size, 2 * size];
            shape(
                "trust-boundary-box",
                "tm.BoundaryBox",
                id,
                "Box",
                area,
                &json!({}),
            )
        });
        let process = shape(
            "process",
            "tm.Process",
            0,
            "Web",
            [-1, -1, 2, 2],
            &json!({}),
        );
        let cells = boxes.chain([process]).collect();
        let text = document(&[("Front", cells)]).to_string();
        let read = common::read("dragon.json", &text, &[]).expect("it is read");
        let noted = losses(&read).contains("only the 256 smallest of the boundaries around it");
        assert_eq!(noted, is_noted, "{count}");
        assert!(!losses(&read).contains("overlap"));
    }
}

#[test]
fn what_is_missing_or_strange_is_no_error() {
    let document = json!({
        "summary": {},
        "detail": {
            "diagrams": [{
                "cells": [
                    null,
                    { "shape": "process" },
                    { "shape": "actor", "id": "guest", "data": null },
                    { "shape": "cloud", "data": { "name": "A cloud" } },
                    { "shape": "flow", "source": { "cell": "guest" }, "target": { "cell": "nobody" },
                      "data": { "threats": [{
                          "title": "New STRIDE threat", "type": "Made up", "status": "Odd", "severity": "Huge",
                          "description": "Provide a description for this threat",
                      }] } },
                ],
            }],
        },
    });
    expect![[r#"
        //- imported_model.threat
        // cloud {name: A cloud}
        // unattached flow: without a name, from an element without a name to nothing

        component imported_model "Imported model"

        external guest

        process process

        threat made_up_a_flow "Made up: a flow" {
          category: tampering
          targets: guest
          // It was on the unattached flow `without a name`.
          // type: Made up
          // severity: Huge
          // status: Odd
          // TODO: review the category: none was specified, `tampering` is assumed
        }
    "#]]
    .assert_eq(&texts(&imported("model.json", &document.to_string(), &[])));
}

#[test]
fn errors_have_places() {
    let text = r#"{
  "summary": { "title": ["Shop"] },
  "detail": {
    "diagrams": [
      { "title": "Old", "diagramJson": {} },
      {
        "title": "New",
        "cells": [
          { "shape": "process", "id": "a", "position": { "x": "left", "y": 0 }, "size": { "width": 1, "height": 1 } },
          { "shape": "store", "id": "a", "data": { "type": "tm.Store", "isEncrypted": "perhaps", "threats": {} } }
        ]
      }
    ]
  }
}"#;
    expect![[r#"
        model.json:2:25: summary.title: expected a string, but this is an array
        model.json:5:40: detail.diagrams[0].diagramJson: this is a Threat Dragon 1 model; open it in Threat Dragon 2 and save it
        model.json:9:63: detail.diagrams[1].cells[0].position.x: expected a number, but this is a string
        model.json:10:37: detail.diagrams[1].cells[1].id: duplicate ID `a`
        model.json:10:87: detail.diagrams[1].cells[1].data.isEncrypted: this must be `true` or `false`
        model.json:10:109: detail.diagrams[1].cells[1].data.threats: expected an array, but this is an object
    "#]]
    .assert_eq(&problems("model.json", text, &[]));
    expect![[r#"
        model.json:5:30: invalid JSON: EOF while parsing a string
    "#]]
    .assert_eq(&problems("model.json", &text[..100], &[]));
}

/// A model of which the format can say all but what is told as lost.
const SAID: &str = r#"/// Sells books.
component book_shop "Book shop" { owner: "Shop team" }

boundary cloud "Cloud account" { kind: cloud }
boundary data "Data network" in cloud { kind: network }

external customer "Customer" { kind: person }

/// Takes orders.
process shop "Shop API" in cloud {
  technology: web_application
  privileges: service
}

process help "Help" { out_of_scope: "Someone else's" }

store orders "Orders" in data { encryption: at_rest }

store trail "Trail" in data { technology: log_store }

flow order "Order": customer -> shop { protocol: https }

/// With a pooled connection.
flow keep "Keep": shop -> orders { mitigations: tls }
flow shop_to_trail: shop -> trail

threat denied "Orders are denied" {
  category: repudiation
  targets: shop, orders
  likelihood: high
  impact: critical
  mitigations: log_all
}

/// A card is tried again and again.
threat tried "Cards are tried" {
  category: spoofing
  targets: order
  impact: high
  mitigations: rate_limiting
}

threat fire "The data centre burns" {
  category: denial_of_service
  targets: orders
  impact: medium
}

/// With the time and who it was.
mitigation log_all "Log every order" { status: proposed }

accept fire_for_now "The data centre burns" {
  findings: fire
  by: "CISO"
  until: 2027-01-01
  because: "It has never happened."
}
"#;

#[test]
fn our_own_documents_come_back() {
    let mut workspace = Workspace::new(Date::constant(2026, 6, 1));
    let model = workspace.set_model("model", None);
    workspace.load(vec![("model/book_shop.threat".into(), FileText::new(SAID))]);
    let export =
        export(workspace.db(), model, "Book shop", Target::ThreatDragon).expect("it is not drawn");
    expect![[r#"
        `kind` of `book_shop.cloud`, `book_shop.data`, `book_shop.customer`: no equivalent in the format
        `by` of `book_shop.fire_for_now`: no equivalent in the format
        `until` of `book_shop.fire_for_now`: no equivalent in the format
        15 findings from rules: the format only has threats that people record"#]]
    .assert_eq(&export.losses.join("\n"));
    expect![[r#"
        //- book_shop.threat
        /// Sells books.
        component book_shop "Book shop" { owner: "Shop team" }

        boundary cloud "Cloud account" { kind: cloud }

        boundary data "Data network" in cloud { kind: network }

        external customer "Customer" { kind: person }

        /// Takes orders.
        process shop "Shop API" in cloud {
          technology: web_application
          privileges: service
        }

        process help "Help" { out_of_scope: "Someone else's" }

        store orders "Orders" in data { encryption: at_rest }

        store trail "Trail" in data { technology: log_store }

        flow order "Order": customer -> shop {
          protocol: https
          // isPublicNetwork: yes
        }

        /// With a pooled connection.
        flow keep "Keep": shop -> orders { mitigations: tls }
        flow shop_to_trail: shop -> trail

        threat orders_are_denied "Orders are denied" {
          category: repudiation
          targets: shop, orders
          likelihood: high
          impact: critical
          mitigations: log_every_order
          // number: 1
          // number: 2
        }

        threat the_data_centre_burns "The data centre burns" {
          category: denial_of_service
          targets: orders
          impact: medium
          // number: 3
        }

        /// A card is tried again and again.
        threat cards_are_tried "Cards are tried" {
          category: spoofing
          targets: order
          impact: high
          mitigations: rate_limiting
          // number: 4
        }

        /// With the time and who it was.
        mitigation log_every_order "Log every order" { status: proposed }

        accept accepted_the_data_centre_burns "The data centre burns" {
          findings: the_data_centre_burns
          by: "unknown"
          until: 2027-01-01
          because: "It has never happened."
          // TODO: set who accepts it, and until when
        }
    "#]]
    .assert_eq(&texts(&imported("model.json", &export.text, &[])));
}

#[test]
fn boxes_hold_what_is_in_them() {
    // More than a layout is made of: they stand in rows.
    let many: String = (0..250)
        .map(|at| {
            format!(
                "process p{at} in b{}\nstore s{at} in b{}\n",
                at % 20,
                at % 7
            )
        })
        .collect();
    let boundaries: String = (1..20)
        .map(|at| format!("boundary b{at} in b{}\n", at / 3))
        .collect();
    for model_text in [SAID.to_owned(), format!("boundary b0\n{boundaries}{many}")] {
        let mut workspace = Workspace::new(Date::constant(2026, 6, 1));
        let model = workspace.set_model("model", None);
        workspace.load(vec![(
            "model/model.threat".into(),
            FileText::new(model_text.as_str()),
        )]);
        let export =
            export(workspace.db(), model, "Boxes", Target::ThreatDragon).expect("it is not drawn");
        let before = places(&workspace);
        let after = imported("model.json", &export.text, &[]);
        let after = places(&import::workspace(&after.files, Date::constant(2026, 6, 1)));
        for (decl, place) in &before {
            assert_eq!(after.get(decl), Some(place), "{decl:?}");
        }
        assert!(before.len() > 3);
    }
}

/// The titles of the boundaries that declarations are in, by their kinds and titles.
fn places(workspace: &Workspace) -> BTreeMap<(Kind, String), String> {
    let db = workspace.db();
    let title = |decl: Decl| {
        let title = decl.title(db).map(ToString::to_string);
        title.unwrap_or_else(|| shown_name(db, decl).to_string())
    };
    let files = workspace.models().flat_map(|model| model.files(db).iter());
    files
        .flat_map(|file| file.declarations(db).iter())
        .filter_map(|decl| {
            let boundary = placed_in(db, *decl)?;
            Some(((decl.kind(db), title(*decl)), title(boundary)))
        })
        .collect()
}

//! Models of the Open Threat Model as someone gets them, and what is said of a wrong one.

mod common;

use common::{imported, losses, problems, texts};
use expect_test::expect;

const SHOP: &str = r#"
{
  "otmVersion": "0.2.0",
  "project": { "name": "Shop", "id": "shop", "owner": "Ada", "ownerContact": "ada@example.com" },
  "representations": [{ "name": "Diagram", "id": "d", "type": "diagram", "size": { "width": 1, "height": 1 } }],
  "assets": [
    { "name": "API key", "id": "key", "risk": { "confidentiality": 100, "integrity": 100, "availability": 20 } }
  ],
  "trustZones": [
    { "id": "b61d6911-338d-46a8-9f39-8dcd24abfe91", "name": "Internet", "risk": { "trustRating": 0 } },
    { "id": "cloud", "name": "Cloud", "risk": { "trustRating": 70 } },
    { "id": "vpc", "name": "VPC", "risk": { "trustRating": 70 }, "parent": { "trustZone": "cloud" } }
  ],
  "components": [
    {
      "id": "user", "name": "Customer", "type": "web-client",
      "parent": { "trustZone": "b61d6911-338d-46a8-9f39-8dcd24abfe91" }
    },
    {
      "id": "shop", "name": "Shop", "type": "web-application", "tags": ["pci"],
      "parent": { "trustZone": "vpc" },
      "assets": { "processed": ["key"], "stored": [] },
      "threats": [
        {
          "threat": "injection", "state": "exposed",
          "mitigations": [{ "mitigation": "validation", "state": "required" }]
        }
      ],
      "attributes": { "cost centre": 12 }
    },
    { "id": "cart", "name": "Cart", "type": "redis", "parent": { "component": "shop" } }
  ],
  "dataflows": [
    { "id": "buy", "name": "Buy", "source": "user", "destination": "shop", "bidirectional": true },
    { "id": "keep", "name": "Keep", "source": "shop", "destination": "cart", "assets": ["key"] }
  ],
  "threats": [
    {
      "id": "injection", "name": "Queries are changed", "categories": ["Tampering", "Availability", "Odd"], "cwes": ["CWE-89"],
      "risk": { "likelihood": 50, "impact": 100 }
    }
  ],
  "mitigations": [{ "id": "validation", "name": "Validate all input", "riskReduction": 80 }]
}
"#;

#[test]
fn a_model_as_a_person_would_have_written_it() {
    expect![[r#"
        //- shop_system.threat
        // ownerContact: ada@example.com

        component shop_system "Shop" { owner: "Ada" }

        asset key "API key" {
          classification: restricted
          kind: credential
          availability: low
        }

        boundary internet "Internet" { trust: untrusted }

        boundary cloud "Cloud" { trust: medium }
        boundary vpc "VPC" in cloud

        external user "Customer" in internet { technology: browser }

        process shop "Shop" in vpc {
          technology: web_application
          handles: key
          tags: "pci"
          // cost centre: 12
        }

        store cart "Cart" in vpc {
          technology: cache
          // part of: shop
        }

        flow buy "Buy": user -> shop {
          // bidirectional: yes
        }

        flow keep "Keep": shop -> cart { sends: key }

        threat injection "Queries are changed" {
          category: tampering, denial_of_service
          targets: shop
          likelihood: medium
          impact: critical
          mitigations: validation
          references: CWE-89
          // category: Odd
        }

        mitigation validation "Validate all input" {
          status: planned
          // risk reduction: 80
        }
    "#]]
    .assert_eq(&texts(&imported("shop.json", SHOP, &[])));
}

#[test]
fn what_the_model_cannot_represent_is_reported() {
    expect![[r#"
        shop.json:4:78: project.ownerContact: kept in a comment
        shop.json:5:82: representations[0].size: dropped: diagrams have an automatic layout
        shop.json:29:38: components[1].attributes."cost centre": kept in a comment
        shop.json:34:93: dataflows[0].bidirectional: kept in a comment: no asset is specified
        shop.json:43:88: mitigations[0].riskReduction: kept in a comment
        shop.json:39:71: threats[0].categories: kept in a comment: not a STRIDE category
    "#]]
    .assert_eq(&losses(&imported("shop.json", SHOP, &[])));
}

#[test]
fn all_errors_are_reported_with_their_places() {
    let broken = r#"{
  "otmVersion": "0.2.0",
  "project": [],
  "trustZones": [{ "id": "a", "risk": { "trustRating": "much" } }, { "id": "a", "name": "A" }],
  "components": [{ "id": "c", "name": "C", "type": "db", "parent": { "trustZone": "b" } }],
  "dataflows": [{ "id": "f", "name": "F", "source": "c", "destination": "d" }]
}"#;
    expect![[r#"
        shop.json:3:14: project: expected an object, but this is an array
        shop.json:4:18: trustZones[0].name: `name` is missing
        shop.json:4:56: trustZones[0].risk.trustRating: expected a number, but this is a string
        shop.json:4:76: trustZones[1].id: duplicate ID `a`
        shop.json:5:83: components[0].parent.trustZone: unknown ID `b`
        shop.json:6:73: dataflows[0].destination: unknown ID `d`
    "#]]
    .assert_eq(&problems("shop.json", broken, &[]));
    expect![[r#"
        shop.json:2:13: invalid JSON: expected value
    "#]]
    .assert_eq(&problems(
        "shop.json",
        "{ \"otmVersion\": \"0.2.0\",\n \"project\": }",
        &[],
    ));
}

//! Models of the OWASP threat model library become text as a person would have written it.

mod common;

use common::{imported, losses, problems, texts};
use expect_test::expect;

const SHOP: &str = r##"{
  "$schema": "https://github.com/OWASP/www-project-threat-model-library/blob/v1.0.2/threat-model.schema.json",
  "version": "1.2",
  "scope": {
    "title": "Book shop", "description": "Sells books.", "business_criticality": "high",
    "data_sensitivity": ["pii"], "exposure": "external", "tier": "important"
  },
  "repo_link": "https://git.example.com/shop",
  "diagrams": [{ "title": "Overview", "type": "mermaid", "source": "flowchart LR" }],
  "trust_zones": [
    { "symbolic_name": "internet", "title": "Internet", "description": "Anyone" },
    { "symbolic_name": "tz-vpc", "title": "Production VPC", "description": "Production VPC" }
  ],
  "trust_boundaries": [
    { "trust_zone_a": "internet", "trust_zone_b": "tz-vpc", "authentication_methods": ["sso"],
      "access_control_methods": ["rbac"], "access_token_ttl": 3600 },
    { "trust_zone_a": "internet", "trust_zone_b": "moon", "authentication_methods": ["password", "biometrics"] }
  ],
  "actors": [
    { "symbolic_name": "customer", "title": "Customer", "description": "Buys books.", "type": "user",
      "permissions": "Order", "trust_zone": "internet" },
    { "symbolic_name": "post", "title": "Parcel service", "description": "", "type": "third_party",
      "trust_zone": "partners" }
  ],
  "components": [
    { "symbolic_name": "comp-api", "title": "Shop REST API", "description": "Takes orders.", "trust_zone": "tz-vpc",
      "repo_link": "https://git.example.com/shop" },
    { "symbolic_name": "worker", "title": "Mailer", "description": "", "trust_zone": "tz-vpc",
      "parent_component": "comp-api",
      "repo_link": "https://git.example.com/mailer" }
  ],
  "data_stores": [
    { "symbolic_name": "orders", "title": "Orders", "description": "", "type": "sql", "vendor": "AWS", "product": "RDS",
      "trust_zone": "tz-vpc" },
    { "symbolic_name": "sessions", "title": "Sessions", "description": "", "type": "key_value", "product": "Redis",
      "trust_zone": "tz-vpc" }
  ],
  "data_sets": [
    { "symbolic_name": "order-data", "title": "Order data", "description": "Who bought what.",
      "placements": [{ "data_store": "orders", "encrypted": true }, { "data_store": "attic", "encrypted": false }],
      "data_sensitivity": ["pii", "fin"], "record_count": 1000, "access_control_methods": ["rbac"] },
    { "symbolic_name": "keys", "title": "Session keys", "description": "", "data_sensitivity": ["cred"],
      "placements": [{ "data_store": "sessions", "encrypted": false }] }
  ],
  "data_flows": [
    { "symbolic_name": "order", "title": "Order", "description": "An order over HTTPS.",
      "source": { "type": "actor", "object": "customer" }, "destination": { "type": "component", "object": "comp-api" },
      "has_sensitive_data": true, "encrypted": true },
    { "symbolic_name": "keep", "title": "Keep", "description": "",
      "source": { "type": "component", "object": "comp-api" },
      "destination": { "type": "#/$defs/component", "object": "orders" },
      "has_sensitive_data": true, "encrypted": true },
    { "symbolic_name": "notify", "title": "Notify", "description": "",
      "source": { "type": "component", "object": "worker" }, "destination": { "type": "actor", "object": "mail-relay" },
      "has_sensitive_data": false, "encrypted": false }
  ],
  "assumptions": [
    { "description": "The network is closed. Nobody opens it.", "topics": ["tz-vpc", "weather"],
      "validity": "unconfirmed" }
  ],
  "threat_personas": [
    { "symbolic_name": "mallory", "title": "Mallory", "description": "Wants books for nothing.", "is_person": true,
      "skill_level": "engineer", "access_level": "user", "malicious_intent": true, "applicability_to_org": "high" }
  ],
  "threats": [
    { "symbolic_name": "order-tampering", "title": "Prices are tampered with",
      "description": "A price is changed on its way.",
      "components_affected": ["comp-api", "till"], "threat_persona": "mallory", "event": "order",
        "sources": ["adversary"],
      "attack_mechanisms": [{ "capec_id": 162, "capec_title": "Manipulating Hidden Fields" }],
      "weaknesses": [{ "cwe_id": 472, "cwe_title": "External Control" }, { "cwe_id": 999999, "cwe_title": "Rain" }] },
    { "symbolic_name": "rain", "title": "It rains", "description": "", "threat_persona": "nobody", "event": "rain",
      "sources": ["events_beyond_org_control"] }
  ],
  "controls": [
    { "symbolic_name": "check-prices", "title": "Check prices", "description": "Take them from the catalogue.",
      "threats": ["order-tampering"], "status": "active", "priority": "high",
      "trust_boundary": { "trust_zone_a": "internet", "trust_zone_b": "tz-vpc" } },
    { "symbolic_name": "umbrella", "title": "Umbrella", "description": "", "threats": ["rain"],
      "status": "scheduled", "priority": "low" },
    { "symbolic_name": "tent", "title": "Tent", "description": "Over all of it.", "threats": ["rain", "snow"],
      "status": "wont_do",
      "priority": "none" }
  ],
  "risks": [
    { "symbolic_name": "loss", "title": "Loss of money", "description": "Books are sold for nothing.",
      "threats": ["order-tampering"], "likelihood": "likely", "impact": "major", "impact_description": "Less money.",
      "score": 16, "level": "high" }
  ],
  "extensions": { "example.com/x": { "colour": "blue" } }
}"##;

#[test]
fn a_model_becomes_text() {
    expect![[r#"
        //- book_shop.threat
        // business_criticality: high; data_sensitivity: pii; exposure: external; tier: important
        // diagram: Overview
        // Between Internet and Production VPC: access_control_methods: rbac; access_token_ttl: 3600
        // Between Internet and moon (unknown): authentication_methods: password, biometrics
        // threat persona Mallory: Wants books for nothing.
        // is_person: yes; skill_level: engineer; access_level: user; malicious_intent: yes
        // applicability_to_org: high
        // repo_link: https://git.example.com/shop
        // version: 1.2; extensions: {example.com/x: {colour: blue}}

        /// Sells books.
        component book_shop "Book shop"

        /// Who bought what.
        asset order_data "Order data" {
          classification: confidential
          personal: yes
          tags: "fin"
          // data_store: attic (unknown)
          // encrypted there: no
          // record_count: 1000; access_control_methods: rbac
        }

        asset keys "Session keys" {
          classification: restricted
          kind: credential
        }

        /// Anyone
        boundary internet "Internet" {
          kind: network
          trust: untrusted
          // TODO: review `trust`: none was specified, `untrusted` is assumed
        }

        boundary vpc "Production VPC" { kind: network }

        boundary partners "Partners" {
          // TODO: describe it; the imported model only names it
        }

        /// Buys books.
        external customer "Customer" in internet {
          kind: person
          // permissions: Order
        }

        external post "Parcel service" in partners { kind: system }

        external mail_relay "Mail relay" {
          // TODO: describe it; the imported model only names it
        }

        /// Takes orders.
        process api "Shop REST API" in vpc { technology: rest_api }

        process worker "Mailer" in vpc {
          // part of: comp-api
          // repo_link: https://git.example.com/mailer
        }

        store orders "Orders" in vpc {
          technology: relational_database
          stores: order_data
          encryption: at_rest
          // product: AWS RDS
        }

        store sessions "Sessions" in vpc {
          technology: cache
          stores: keys
          encryption: none
          // product: Redis
        }

        /// An order over HTTPS.
        flow order "Order": customer -> api {
          protocol: https
          authentication: federated
          // TODO: set `sends`: it carries sensitive data
        }

        flow keep "Keep": api -> orders {
          sends: order_data
          mitigations: tls
        }

        flow notify "Notify": worker -> mail_relay {
          // TODO: set `protocol`: it is not encrypted
        }

        /// A price is changed on its way.
        threat order_tampering "Prices are tampered with" {
          category: tampering
          targets: api
          likelihood: high
          impact: high
          mitigations: check_prices
          references: CAPEC-162, CWE-472
          // components_affected: till (unknown)
          // reference: CWE-999999
          // Rain
          // TODO: review the category: none was specified, it was guessed from the text
          // event: order; threat persona: Mallory; sources: adversary
          // risk: Loss of money
          // Books are sold for nothing.
          // impact: Less money.
        }

        threat rain "It rains" {
          category: tampering
          targets: api, worker
          mitigations: umbrella
          // threat persona: nobody; sources: events_beyond_org_control
          // control not in place (wont_do): Tent
          // Over all of it.
          // threats: snow (unknown); priority: none
          // TODO: review the category: none was specified, `tampering` is assumed
          // No element was named, so all are listed.
        }

        /// Take them from the catalogue.
        mitigation check_prices "Check prices" {
          status: implemented
          // between Internet and Production VPC; priority: high
        }

        mitigation umbrella "Umbrella" {
          status: planned
          // priority: low
        }

        /// The network is closed. Nobody opens it.
        assumption the_network_is_closed "The network is closed" {
          about: vpc
          // topics: weather (unknown)
          // validity: unconfirmed
        }
    "#]]
    .assert_eq(&texts(&imported("model.json", SHOP, &[])));
}

#[test]
fn what_the_model_cannot_represent_is_reported() {
    expect![[r#"
        model.json:5:82: scope.business_criticality: kept in a comment
        model.json:6:25: scope.data_sensitivity: kept in a comment
        model.json:6:46: scope.exposure: kept in a comment
        model.json:6:66: scope.tier: kept in a comment
        model.json:9:68: diagrams[0].source: dropped: diagrams have an automatic layout
        model.json:21:22: actors[0].permissions: kept in a comment
        model.json:23:21: actors[1].trust_zone: unknown name `partners`: declared as a boundary
        model.json:29:27: components[1].parent_component: kept in a comment
        model.json:30:20: components[1].repo_link: kept in a comment
        model.json:33:115: data_stores[0].product: kept in a comment
        model.json:35:108: data_stores[1].product: kept in a comment
        model.json:40:85: data_sets[0].placements[1].data_store: kept in a comment: unknown name `attic`
        model.json:41:59: data_sets[0].record_count: kept in a comment
        model.json:41:91: data_sets[0].access_control_methods: kept in a comment
        model.json:48:29: data_flows[0].has_sensitive_data: kept in a comment: the data it carries is not specified
        model.json:51:32: data_flows[1].destination.type: `orders` is not a `#/$defs/component`; its declaration is used
        model.json:54:106: data_flows[2].destination.object: unknown name `mail-relay`: declared as an external
        model.json:55:49: data_flows[2].encrypted: kept in a comment: the encryption of a flow follows from its protocol
        model.json:16:33: trust_boundaries[0].access_control_methods: kept in a comment
        model.json:16:63: trust_boundaries[0].access_token_ttl: kept in a comment
        model.json:17:51: trust_boundaries[1].trust_zone_b: kept in a comment: there is no such trust zone
        model.json:17:85: trust_boundaries[1].authentication_methods: kept in a comment: which flow uses which is not specified
        model.json:58:75: assumptions[0].topics: kept in a comment: unknown name `weather`
        model.json:59:19: assumptions[0].validity: kept in a comment
        model.json:62:44: threat_personas[0].title: kept in a comment: the language has no personas
        model.json:62:111: threat_personas[0].is_person: kept in a comment
        model.json:63:22: threat_personas[0].skill_level: kept in a comment
        model.json:63:50: threat_personas[0].access_level: kept in a comment
        model.json:63:78: threat_personas[0].malicious_intent: kept in a comment
        model.json:63:108: threat_personas[0].applicability_to_org: kept in a comment
        model.json:68:30: threats[0].components_affected: kept in a comment: unknown name `till`
        model.json:71:86: threats[0].weaknesses[1].cwe_id: kept in a comment: not in the published list
        model.json:68:90: threats[0].event: kept in a comment
        model.json:69:20: threats[0].sources: kept in a comment
        model.json:72:90: threats[1].threat_persona: kept in a comment: unknown name `nobody`
        model.json:73:18: threats[1].sources: kept in a comment
        model.json:86:41: risks[0].title: kept in a comment: likelihood and impact belong to its threats
        model.json:78:25: controls[0].trust_boundary: kept in a comment
        model.json:77:71: controls[0].priority: kept in a comment
        model.json:80:42: controls[1].priority: kept in a comment
        model.json:81:94: controls[2].threats: kept in a comment: unknown name `snow`
        model.json:83:19: controls[2].priority: kept in a comment
        model.json:82:17: controls[2].status: kept in a comment: neither implemented nor planned
        model.json:8:16: repo_link: kept in a comment
        model.json:3:14: version: kept in a comment
        model.json:90:17: extensions: kept in a comment
    "#]]
    .assert_eq(&losses(&imported("model.json", SHOP, &[])));
}

#[test]
fn what_is_missing_or_strange_is_no_error() {
    let document = r#"{
      "scope": { "title": null }, "trust_zones": [null, {}],
      "actors": [{ "symbolic_name": "power-user", "type": "wizard" }],
      "components": [{}], "data_stores": [{ "type": "punched cards" }],
        "data_sets": [{ "data_sensitivity": ["odd"], "placements": [{}] }],
      "data_flows": [{ "title": "Nowhere", "source": { "type": "actor", "object": "power-user" } }],
      "trust_boundaries": [{}], "assumptions": [{}], "threats": [{}], "controls": [{ "status": "lost" }],
        "risks": [{ "impact": "odd" }]
    }"#;
    expect![[r#"
        //- imported_model.threat
        // unattached flow: Nowhere, from {type: actor, object: power-user} to nothing
        // risk:
        // impact: odd

        component imported_model "Imported model"

        asset asset {
          classification: internal
          // data_sensitivity: odd
        }

        boundary boundary

        external power_user "Power user" {
          // type: wizard
        }

        process process

        store store {
          // type: punched cards
        }

        threat threat {
          category: tampering
          targets: process
          // TODO: review the category: none was specified, `tampering` is assumed
          // No element was named, so all are listed.
        }

        mitigation mitigation {
          status: proposed
          // status: lost
        }
    "#]]
    .assert_eq(&texts(&imported("model.json", document, &[])));
}

#[test]
fn errors_have_places() {
    let document = r#"{
  "scope": { "title": ["Shop"] },
  "trust_zones": "none",
  "components": [
    { "symbolic_name": "api", "title": {} },
    { "symbolic_name": "api" },
    "worker"
  ],
  "data_flows": [{ "source": "api", "encrypted": "perhaps" }]
}"#;
    expect![[r#"
        model.json:2:23: scope.title: expected a string, but this is an array
        model.json:3:18: trust_zones: expected an array, but this is a string
        model.json:5:40: components[0].title: expected a string, but this is an object
        model.json:6:24: components[1].symbolic_name: duplicate name `api`
        model.json:7:5: components[2]: expected an object, but this is a string
        model.json:9:30: data_flows[0].source: expected an object, but this is a string
        model.json:9:50: data_flows[0].encrypted: this must be `true` or `false`
    "#]]
    .assert_eq(&problems("model.json", document, &[]));
    expect![[r#"
        model.json:5:41: invalid JSON: EOF while parsing an object
    "#]]
    .assert_eq(&problems("model.json", &document[..120], &[]));
}

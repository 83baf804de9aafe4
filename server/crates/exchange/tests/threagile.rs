//! Models of Threagile as someone gets them: the text that comes of a document, and what is said of
//! a wrong one.

mod common;

use common::{imported, losses, problems, texts};
use expect_test::expect;

const SHOP: &str = r#"
threagile_version: 1.0.0
title: Shop
date: 2026-03-01
author: { name: Ada }
business_criticality: important
application_description: { description: A shop on the web. }
tags_available: [pci]
data_assets:
  Orders: &order
    id: orders
    description: What customers bought.
    usage: business
    tags: [pci]
    confidentiality: confidential
    integrity: critical
    availability: important
    quantity: many
    justification_cia_rating: Prices are in it.
  Order Logs:
    <<: *order
    id: order-logs
    confidentiality: restricted
technical_assets:
  Customer:
    id: customer
    type: external-entity
    used_as_client_by_human: true
    internet: true
    technology: browser
    data_assets_processed: [orders]
    communication_links:
      Buy:
        target: shop
        description: Browse and buy
        protocol: https
        authentication: session-id
        authorization: enduser-identity-propagation
        usage: business
        data_assets_sent: [orders]
  Shop:
    id: shop
    type: process
    technologies: [web-application, our-own-thing]
    custom_developed_parts: true
    data_formats_accepted: [json]
    data_assets_processed: [orders, order-logs]
    communication_links:
      Keep:
        target: database
        protocol: jdbc
        authentication: credentials
        authorization: technical-user
        readonly: false
        data_assets_sent: [orders]
  Database:
    id: database
    type: datastore
    technology: database
    encryption: none
    data_assets_stored: [orders]
trust_boundaries:
  Cloud:
    id: cloud
    type: network-cloud-provider
    technical_assets_inside: [shop]
    trust_boundaries_nested: [private]
  Private:
    id: private
    type: network-virtual-lan
    technical_assets_inside: [database]
individual_risk_categories:
  Fraud:
    id: fraud
    description: Orders that nobody pays.
    stride: spoofing
    action: Score each order
    cwe: 287
    risks_identified:
      <b>Unpaid orders</b> at <b>Shop</b>:
        severity: high
        exploitation_likelihood: likely
        exploitation_impact: high
        most_relevant_technical_asset: shop
risk_tracking:
  unencrypted-asset@*:
    status: accepted
    justification: The disks are in our own cellar. Nobody gets there.
    ticket: SHOP-1
    date: 2026-02-01
    checked_by: Ada
  fraud@shop:
    status: in-progress
    justification: Scoring is being built
  missing-hardening@shop:
    status: mitigated
"#;

#[test]
fn a_model_as_a_person_would_have_written_it() {
    expect![[r#"
        //- shop_system.threat
        // date: 2026-03-01
        // risk tracking missing-hardening@shop: mitigated
        // business criticality: important

        /// A shop on the web.
        component shop_system "Shop" { owner: "Ada" }

        /// What customers bought.
        asset orders "Orders" {
          classification: confidential
          integrity: high
          availability: medium
          tags: "pci"
          // usage: business; quantity: many; justification_cia_rating: Prices are in it.
        }

        /// What customers bought.
        asset order_logs "Order Logs" {
          classification: internal
          kind: log
          integrity: high
          availability: medium
          tags: "pci"
          // confidentiality: restricted
          // usage: business; quantity: many; justification_cia_rating: Prices are in it.
        }

        boundary cloud "Cloud" { kind: cloud }

        boundary private "Private" in cloud {
          kind: network
          // type: network-virtual-lan
        }

        external customer "Customer" {
          kind: person
          technology: browser
        }

        process shop "Shop" in cloud {
          technology: web_application
          handles: order_logs
          accepts: json
          custom_code: yes
          // technology: our-own-thing
        }

        store database "Database" in private {
          technology: std.database
          stores: orders
          encryption: none
        }

        /// Browse and buy
        flow buy "Buy": customer -> shop {
          protocol: https
          authentication: session
          authorization: end_user
          sends: orders
        }

        flow keep "Keep": shop -> database {
          protocol: sql
          authentication: password
          authorization: service
          access: read_write
          sends: orders
        }

        /// Fraud. Orders that nobody pays.
        threat fraud "Unpaid orders at Shop" {
          category: spoofing
          targets: shop
          likelihood: medium
          impact: high
          mitigations: score_each_order
          references: CWE-287
          // severity: high
        }

        mitigation score_each_order "Score each order" {
          status: planned
          // risk tracking fraud@shop: in-progress: Scoring is being built
        }

        accept accepted_unencrypted_asset "The disks are in our own cellar" {
          findings: unencrypted_store@database
          by: "Ada"
          until: 2027-02-01
          because: "The disks are in our own cellar. Nobody gets there."
          ticket: "SHOP-1"
          // TODO: set the end date; none was specified
        }
    "#]]
    .assert_eq(&texts(&imported("shop.yaml", SHOP, &[])));
}

#[test]
fn what_the_model_cannot_represent_is_reported() {
    expect![[r#"
        shop.yaml:13:12: data_assets.Orders.usage: kept in a comment
        shop.yaml:18:15: data_assets.Orders.quantity: kept in a comment
        shop.yaml:19:31: data_assets.Orders.justification_cia_rating: kept in a comment
        shop.yaml:23:22: data_assets."Order Logs".confidentiality: converted to `internal`; the original is kept in a comment
        shop.yaml:13:12: data_assets."Order Logs".usage: kept in a comment
        shop.yaml:18:15: data_assets."Order Logs".quantity: kept in a comment
        shop.yaml:19:31: data_assets."Order Logs".justification_cia_rating: kept in a comment
        shop.yaml:70:11: trust_boundaries.Private.type: converted to `network`; the original is kept in a comment
        shop.yaml:44:19: technical_assets.Shop.technologies: kept in a comment: the library has no such technology
        shop.yaml:81:19: individual_risk_categories.Fraud.risks_identified."<b>Unpaid orders</b> at <b>Shop</b>".severity: kept in a comment
        shop.yaml:96:13: risk_tracking."missing-hardening@shop".status: kept in a comment: the library has no such rule
    "#]].assert_eq(&losses(&imported("shop.yaml", SHOP, &[])));
}

#[test]
fn all_errors_are_reported_with_their_places() {
    let broken = r#"
title: Broken
data_assets:
  Orders: { id: orders, confidentiality: secret }
technical_assets:
  Shop:
    id: shop
    type: proces
    redundant: perhaps
    data_assets_stored: [ordres]
    communication_links:
      Keep: { target: databse, protocol: htps }
trust_boundaries:
  Cloud: { id: cloud, type: network, technical_assets_inside: [shop, bank] }
"#;
    expect![[r#"
        shop.yaml:4:42: data_assets.Orders.confidentiality: unknown value `secret`; expected one of public, internal, restricted, confidential, strictly-confidential
        shop.yaml:8:11: technical_assets.Shop.type: unknown value `proces`; did you mean `process`?
        shop.yaml:9:16: technical_assets.Shop.redundant: this must be `true` or `false`
        shop.yaml:10:25: technical_assets.Shop.data_assets_stored: unknown data asset ID `ordres`; did you mean `orders`?
        shop.yaml:12:23: technical_assets.Shop.communication_links.Keep.target: unknown technical asset ID `databse`
        shop.yaml:14:10: trust_boundaries.Cloud.technical_assets_inside: unknown technical asset ID `bank`
        shop.yaml:14:29: trust_boundaries.Cloud.type: unknown value `network`; expected one of network-on-prem, network-dedicated-hoster, network-virtual-lan, network-cloud-provider, network-cloud-security-group, network-policy-namespace-isolation, execution-environment
    "#]].assert_eq(&problems("shop.yaml", broken, &[]));
}

#[test]
fn invalid_yaml_is_reported_once() {
    expect![[r#"
        shop.yaml:3:12: invalid YAML: illegal placement of ':' indicator
    "#]]
    .assert_eq(&problems(
        "shop.yaml",
        "threagile_version: 1\ntitle: [a\ndata_assets: {}\n",
        &[],
    ));
    expect![[r#"
        shop.yaml:3:1: duplicate key `title`
    "#]]
    .assert_eq(&problems(
        "shop.yaml",
        "threagile_version: 1\ntitle: a\ntitle: b\n",
        &[],
    ));
    expect![[r#"
        shop.yaml:1:20: invalid YAML: while parsing node, found unknown anchor
    "#]]
    .assert_eq(&problems("shop.yaml", "threagile_version: *nothing\n", &[]));
}

#[test]
fn a_document_that_repeats_itself_without_end_is_given_back() {
    let mut bomb = "threagile_version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for index in 1..12 {
        let all = vec![format!("*a{}", index - 1); 10].join(", ");
        bomb += &format!("a{index}: &a{index} [{all}]\n");
    }
    expect![[r#"
        shop.yaml:8:9: the file has more than 4000000 values and was not read
    "#]]
    .assert_eq(&problems("shop.yaml", &bomb, &[]));
    let deep = format!(
        "threagile_version: 1\ntitle: {}x{}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    expect![[r#"
        shop.yaml:2:263: invalid YAML: recursion limit exceeded
    "#]]
    .assert_eq(&problems("shop.yaml", &deep, &[]));
}

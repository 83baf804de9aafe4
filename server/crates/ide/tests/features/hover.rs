//! What there is to know of a word.

use crate::cursor_before;
use crate::shown::explained;
use expect_test::{Expect, expect};
use threatline_ide::hover::hover;
use threatline_testkit::{Cursor, written};

fn check(model: &str, expected: Expect) {
    let cursor = Cursor::new(model);
    let db = cursor.db();
    let reported = match hover(db, cursor.file, cursor.offset) {
        Some(hover) => {
            format!(
                "{}\n{}",
                written(db, cursor.file, hover.span),
                explained(db, &hover.explanation)
            )
        }
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&reported);
}

const SHOP: &str = "\
//- edge.threat
/// Where the world comes in.
component edge \"Edge\" { owner: \"team-edge\" source: \"edge/**\" mitigations: audit_log }
boundary internet \"Internet\" { trust: untrusted }
boundary cloud \"Cloud account\" { kind: cloud mitigations: network_segmentation }
boundary vpc in cloud { kind: network mitigations: shop.limits }
external buyer \"Buyer\" in internet { kind: person }
process gateway \"Gateway\" in vpc { technology: api_gateway }
flow enter \"Enter\": buyer -> gateway { protocol: http authentication: session sends: shop.card }
//- shop.threat
component shop
/// Number and expiry date.
asset card \"Cardholder data\" { classification: restricted regulations: pci_dss }
asset news { classification: public kind: log }
process api \"Shop API\" in edge.vpc { technology: rest_api accepts: json handles: news privileges: root source: \"x/**\" }
store orders in edge.vpc { technology: shop_db stores: card encryption: none mitigations: tls }
store old { out_of_scope: \"It is switched off\" }
flow pass: edge.gateway -> api { protocol: https sends: card }
flow api -> orders { protocol: shop_protocol access: write sends: card }
technology shop_db \"Our database\" { is: relational_database }
protocol shop_protocol { is: https, postgres }
mitigation limits \"Limits\" { based_on: rate_limiting status: planned due: 2026-01-31 owner: \"Ops\" references: CWE-770 }
threat fraud \"Fraud\" { category: spoofing, tampering targets: api affects: card likelihood: high references: CAPEC-151 }
accept risk \"For now\" { findings: unencrypted_flow@edge.enter, fraud by: \"CISO\" until: 2026-01-31 because: \"It is new\" }
accept gone { findings: tampering@api, unencrypted_store@api by: \"CISO\" until: 2025-12-31 because: \"It was new\" }
assumption \"All is well\" { about: api validate_by: 2026-06-30 }
/// Ours.
rule odd \"An odd rule\" {
  on: flow
  category: tampering, spoofing
  when: exposed and source.kind = person and carries.integrity >= high and any(target.incoming where not encrypted)
  likelihood: low
  references: CWE-79, T1190
  advice: \"Do less.\"
}
//- shop/part.threat
component shop.part \"Part\"
";

#[track_caller]
fn at(before: &str) -> String {
    cursor_before(SHOP, before)
}

#[test]
fn elements() {
    check(
        &at("gateway \"Gateway\""),
        expect![[r#"
            edge.threat:7:9 gateway
            # process edge.gateway: Gateway
            - `technology`: `api_gateway`, API gateway <edge.threat:7>
            Unspecified: `privileges`, `tenancy`, `redundancy`, `custom_code`.
            == Location and trust
            - In `vpc`; in `cloud`, Cloud account <edge.threat:7>
            - Trust: `high` (default: `vpc` contains your own processes or stores)
            - `edge.enter` crosses from trust level `untrusted` to `high` <edge.threat:3>
            == Holds
            - `shop.card`, Cardholder data (restricted); carried by `enter` <edge.threat:8>
            == Mitigations
            - `audit_log`, Protected audit log: implemented, from component `edge` <edge.threat:2>
            - `shop.limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `cloud` <edge.threat:4>
            == Findings
            - critical: Internet-facing process runs with administrator privileges (`excessive_privileges@gateway`), undecided: `privileges` is unspecified <edge.threat:7>
            - critical: Execution of untrusted code (`foreign_code@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - critical: Deserialization of untrusted data (`untrusted_deserialization@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - critical: Server-side request forgery (SSRF) (`server_side_request_forgery@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - high: XML external entity (XXE) injection (`xml_external_entities@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - high: Unrestricted file upload (`unchecked_upload@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - high: Decompression bomb (`decompression_bomb@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            7 undecided, 1 planned.
        "#]],
    );
    check(
        &at("api {"),
        expect![[r#"
            shop.threat:8:28 api
            # process shop.api: Shop API
            - `technology`: `rest_api`, REST API <shop.threat:5>
            - `accepts`: `json` <shop.threat:5>
            - `privileges`: `root` <shop.threat:5>
            Unspecified: `tenancy`, `redundancy`, `custom_code`.
            == Location and trust
            - In `edge.vpc`; in `edge.cloud`, Cloud account <shop.threat:5>
            - Trust: `high` (default: `edge.vpc` contains your own processes or stores)
            - `edge.enter` crosses from trust level `untrusted` to `high`, forwarded by `edge.gateway` <edge.threat:3>
            == Holds
            - `card`, Cardholder data (restricted); carried by `pass` <shop.threat:8>
            - `news` (public); listed in `handles` <shop.threat:5>
            == Mitigations
            - `limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `edge.vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `edge.cloud` <edge.threat:4>
            == Findings
            - critical: Internet-facing process runs with administrator privileges (`excessive_privileges@api`) <shop.threat:5>
            - high: SQL or NoSQL injection (`injection@api`) <shop.threat:5>
            2 open.
        "#]],
    );
    check(
        &at("orders in"),
        expect![[r#"
            shop.threat:6:7 orders
            # store shop.orders
            - `technology`: `shop_db`, Our database <shop.threat:6>
            - `encryption`: `none` <shop.threat:6>
            Unspecified: `tenancy`, `redundancy`, `backup`.
            == Location and trust
            - In `edge.vpc`; in `edge.cloud`, Cloud account <shop.threat:6>
            - Trust: `high` (default: `edge.vpc` contains your own processes or stores)
            - It has trust level `high` and is not reached from a lower one <shop.threat:6>
            == Holds
            - `card`, Cardholder data (restricted); listed in `stores` <shop.threat:6>
            == Mitigations
            - `tls`, TLS: implemented <shop.threat:6>
            - `limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `edge.vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `edge.cloud` <edge.threat:4>
            == Findings
            - high: Missing encryption of sensitive data at rest (`unencrypted_store@orders`) <shop.threat:6>
            - high: Missing secrets management (`secrets_without_vault@orders`), undecided: `kind` of `card` is unspecified <shop.threat:6>
            - high: Cross-tenant data access (`shared_tenant_store@orders`), undecided: `tenancy` is unspecified <shop.threat:6>
            - medium: Missing audit trail (`missing_audit_trail@orders`) <shop.threat:6>
            2 open, 2 undecided, 1 mitigated.
        "#]],
    );
    check(
        &at("old {"),
        expect![[r#"
            shop.threat:7:7 old
            # store shop.old
            - Out of scope: It is switched off <shop.threat:7>
            Unspecified: `encryption`, `tenancy`, `redundancy`, `backup`.
            == Location and trust
            - Trust: `high` (default outside all boundaries)
            - It has trust level `high` and is not reached from a lower one <shop.threat:7>
        "#]],
    );
    check(
        &at("buyer ->"),
        expect![[r#"
            edge.threat:8:21 buyer
            # external edge.buyer: Buyer
            - `kind`: `person` <edge.threat:6>
            == Location and trust
            - In `internet`, Internet <edge.threat:6>
            - Trust: `untrusted` (from `internet`) <edge.threat:3>
            - It has trust level `untrusted` and is not reached from a lower one <edge.threat:6>
            == Holds
            - `shop.card`, Cardholder data (restricted); carried by `enter` <edge.threat:8>
            == Mitigations
            - `audit_log`, Protected audit log: implemented, from component `edge` <edge.threat:2>
        "#]],
    );
}

#[test]
fn flows() {
    check(
        &at("enter \"Enter\""),
        expect![[r#"
            edge.threat:8:6 enter
            # flow edge.enter: Enter
            - From `buyer`, Buyer <edge.threat:6>
            - To `gateway`, Gateway <edge.threat:7>
            - `protocol`: `http`, HTTP <edge.threat:8>
            - `authentication`: `session` <edge.threat:8>
            Unspecified: `multi_factor`, `authorization`, `access`, `publishable`.
            == Boundaries and trust
            - It leaves `edge.internet` and enters `edge.vpc` and `edge.cloud` <edge.threat:4>
            - It crosses from trust level `untrusted` to `high` <edge.threat:3>
            - It uses `http`, which is not encrypted <edge.threat:8>
            - It is authenticated <edge.threat:8>
            == Carries
            - `shop.card`, Cardholder data (restricted); listed in `sends` <edge.threat:8>
            == Mitigations
            - `audit_log`, Protected audit log: implemented, from component `edge` <edge.threat:2>
            - `shop.limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `cloud` <edge.threat:4>
            == Findings
            - critical: Missing authorization (`missing_authorization@enter`), undecided: `authorization` is unspecified <edge.threat:8>
            - high: Single-factor login to sensitive data (`single_factor_login@enter`), undecided: `multi_factor` is unspecified <edge.threat:8>
            - high: An odd rule (`shop.odd@enter`) <edge.threat:8>
            1 open, 2 undecided, 1 accepted.
        "#]],
    );
    check(
        &at("pass:"),
        expect![[r#"
            shop.threat:8:6 pass
            # flow shop.pass
            - From `edge.gateway`, Gateway <edge.threat:7>
            - To `api`, Shop API <shop.threat:5>
            - `protocol`: `https`, HTTPS <shop.threat:8>
            Unspecified: `authentication`, `multi_factor`, `authorization`, `access`, `publishable`.
            == Boundaries and trust
            - It crosses no boundary <shop.threat:8>
            - It uses `https`, which is encrypted <shop.threat:8>
            - It does not specify `authentication` <shop.threat:8>
            == Carries
            - `card`, Cardholder data (restricted); listed in `sends` <shop.threat:8>
            == Mitigations
            - `limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `edge.vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `edge.cloud` <edge.threat:4>
            == Findings
            - high: Missing authentication within a trust boundary (`unauthenticated_inside@pass`), undecided: `authentication` is unspecified <shop.threat:8>
            1 undecided.
        "#]],
    );
    // A flow without a name shows at the word that begins it, and any flow at its arrow.
    check(
        &at("flow api -> orders"),
        expect![[r#"
            shop.threat:9:1 flow
            # flow api -> orders
            - From `api`, Shop API <shop.threat:5>
            - To `orders` <shop.threat:6>
            - `protocol`: `shop_protocol` <shop.threat:9>
            - `access`: `write` <shop.threat:9>
            Unspecified: `authentication`, `multi_factor`, `authorization`, `publishable`.
            == Boundaries and trust
            - It crosses no boundary <shop.threat:9>
            - It uses `shop.shop_protocol`, which is encrypted <shop.threat:9>
            - It does not specify `authentication` <shop.threat:9>
            == Carries
            - `card`, Cardholder data (restricted); listed in `sends` <shop.threat:9>
            == Mitigations
            - `limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `edge.vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `edge.cloud` <edge.threat:4>
            == Findings
            - high: Missing authentication within a trust boundary (`unauthenticated_inside@(shop.api -> shop.orders)`), undecided: `authentication` is unspecified <shop.threat:9>
            1 undecided.
        "#]],
    );
    check(
        &at("-> orders"),
        expect![[r#"
            shop.threat:9:10 ->
            # flow api -> orders
            - From `api`, Shop API <shop.threat:5>
            - To `orders` <shop.threat:6>
            - `protocol`: `shop_protocol` <shop.threat:9>
            - `access`: `write` <shop.threat:9>
            Unspecified: `authentication`, `multi_factor`, `authorization`, `publishable`.
            == Boundaries and trust
            - It crosses no boundary <shop.threat:9>
            - It uses `shop.shop_protocol`, which is encrypted <shop.threat:9>
            - It does not specify `authentication` <shop.threat:9>
            == Carries
            - `card`, Cardholder data (restricted); listed in `sends` <shop.threat:9>
            == Mitigations
            - `limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `edge.vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `edge.cloud` <edge.threat:4>
            == Findings
            - high: Missing authentication within a trust boundary (`unauthenticated_inside@(shop.api -> shop.orders)`), undecided: `authentication` is unspecified <shop.threat:9>
            1 undecided.
        "#]],
    );
}

#[test]
fn components_and_boundaries() {
    check(
        &at("edge \"Edge\""),
        expect![[r#"
            edge.threat:2:11 edge
            # component edge: Edge
            Where the world comes in.
            - `owner`: team-edge <edge.threat:2>
            - `source`: edge/** <edge.threat:2>
            It declares 3 boundaries, 1 external, 1 process, 1 flow.
            == Mitigations for everything in it
            - `audit_log`, Protected audit log: implemented <edge.threat:2>
            == Findings
            - critical: Internet-facing process runs with administrator privileges (`excessive_privileges@gateway`), undecided: `privileges` is unspecified <edge.threat:7>
            - critical: Execution of untrusted code (`foreign_code@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - critical: Deserialization of untrusted data (`untrusted_deserialization@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - critical: Server-side request forgery (SSRF) (`server_side_request_forgery@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - critical: Missing authorization (`missing_authorization@enter`), undecided: `authorization` is unspecified <edge.threat:8>
            - high: XML external entity (XXE) injection (`xml_external_entities@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - high: Unrestricted file upload (`unchecked_upload@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - high: Decompression bomb (`decompression_bomb@gateway`), undecided: `accepts` is unspecified <edge.threat:7>
            - high: Single-factor login to sensitive data (`single_factor_login@enter`), undecided: `multi_factor` is unspecified <edge.threat:8>
            - high: An odd rule (`shop.odd@enter`) <edge.threat:8>
            1 open, 9 undecided, 1 planned, 1 accepted.
        "#]],
    );
    check(
        &at("shop\n"),
        expect![[r#"
            shop.threat:1:11 shop
            # component shop
            It declares 2 assets, 1 process, 2 stores, 2 flows, 1 threat, 1 mitigation, 2 accepts, 1 assumption, 1 technology, 1 protocol, 1 rule.
            == Subcomponents
            - `part`, Part <shop/part.threat:1>
            == Findings
            - critical: Internet-facing process runs with administrator privileges (`excessive_privileges@api`) <shop.threat:5>
            - high: SQL or NoSQL injection (`injection@api`) <shop.threat:5>
            - high: Missing encryption of sensitive data at rest (`unencrypted_store@orders`) <shop.threat:6>
            - high: Missing secrets management (`secrets_without_vault@orders`), undecided: `kind` of `card` is unspecified <shop.threat:6>
            - high: Cross-tenant data access (`shared_tenant_store@orders`), undecided: `tenancy` is unspecified <shop.threat:6>
            - high: Missing authentication within a trust boundary (`unauthenticated_inside@pass`), undecided: `authentication` is unspecified <shop.threat:8>
            - high: Missing authentication within a trust boundary (`unauthenticated_inside@(shop.api -> shop.orders)`), undecided: `authentication` is unspecified <shop.threat:9>
            - medium: Missing audit trail (`missing_audit_trail@orders`) <shop.threat:6>
            4 open, 4 undecided, 1 accepted, 1 mitigated.
        "#]],
    );
    check(
        &at("vpc in"),
        expect![[r#"
            edge.threat:5:10 vpc
            # boundary edge.vpc
            - `kind`: `network` <edge.threat:5>
            - Trust: `high` (default: `vpc` contains your own processes or stores)
            - In `cloud`, Cloud account <edge.threat:5>
            Incoming flows: 1, 1 of them from a lower trust level. Outgoing flows: 0.
            == Mitigations for everything in it
            - `shop.limits`, Limits: planned, due 2026-01-31, in 30 days <edge.threat:5>
            == Contents
            - process `gateway`, Gateway <edge.threat:7>
            - process `shop.api`, Shop API <shop.threat:5>
            - store `shop.orders` <shop.threat:6>
        "#]],
    );
    check(
        &at("cloud \"Cloud"),
        expect![[r#"
            edge.threat:4:10 cloud
            # boundary edge.cloud: Cloud account
            - `kind`: `cloud` <edge.threat:4>
            - Trust: `high` (default: `cloud` contains your own processes or stores)
            Incoming flows: 1, 1 of them from a lower trust level. Outgoing flows: 0.
            == Mitigations for everything in it
            - `network_segmentation`, Network segmentation: implemented <edge.threat:4>
            == Contents
            - boundary `vpc`, containing 3 <edge.threat:5>
        "#]],
    );
    check(
        &at("internet \"Inter"),
        expect![[r#"
            edge.threat:3:10 internet
            # boundary edge.internet: Internet
            - Trust: `untrusted` <edge.threat:3>
            Incoming flows: 0. Outgoing flows: 1.
            == Contents
            - external `buyer`, Buyer <edge.threat:6>
        "#]],
    );
}

#[test]
fn assets() {
    check(
        &at("card \"Card"),
        expect![[r#"
            shop.threat:3:7 card
            # asset shop.card: Cardholder data
            Number and expiry date.
            - `classification`: `restricted` <shop.threat:3>
            - `kind`: `data` (default)
            - `integrity`: `critical` (from its classification)
            - `availability`: `medium` (default)
            - `regulations`: `pci_dss` <shop.threat:3>
            == Held by
            - external `edge.buyer`, Buyer; carried by `edge.enter` <edge.threat:6>
            - process `edge.gateway`, Gateway; carried by `edge.enter` <edge.threat:7>
            - process `api`, Shop API; carried by `pass` <shop.threat:5>
            - store `orders`; listed in `stores` <shop.threat:6>
            == Carried by
            - `edge.enter`, Enter; listed in `sends` <edge.threat:8>
            - `pass`; listed in `sends` <shop.threat:8>
            - `(shop.api -> shop.orders)`; listed in `sends` <shop.threat:9>
        "#]],
    );
    check(
        &at("news privileges"),
        expect![[r#"
            shop.threat:5:82 news
            # asset shop.news
            - `classification`: `public` <shop.threat:4>
            - `kind`: `log` <shop.threat:4>
            - `integrity`: `medium` (from its classification)
            - `availability`: `medium` (default)
            == Held by
            - process `api`, Shop API; listed in `handles` <shop.threat:5>
        "#]],
    );
}

#[test]
fn decisions() {
    check(
        &at("limits \"Limits\""),
        expect![[r#"
            shop.threat:12:12 limits
            # mitigation shop.limits: Limits
            - Status: planned, due 2026-01-31, in 30 days <shop.threat:12>
            - `based_on`: `rate_limiting`, Rate limiting <shop.threat:12>
            - `owner`: Ops <shop.threat:12>
            == Mitigates
            - `missing_rate_limit`, Missing rate limiting <std/rules/availability.threat>
            - `unbounded_model_use`, Unbounded consumption of a language model <std/rules/language_models.threat>
            == Listed by
            - boundary `edge.vpc` and everything in it <edge.threat:5>
            == References
            - CWE-770: Allocation of Resources Without Limits or Throttling
            https://cwe.mitre.org/data/definitions/770.html
        "#]],
    );
    check(
        &at("rate_limiting"),
        expect![[r#"
            shop.threat:12:40 rate_limiting
            # mitigation std.rate_limiting: Rate limiting
            - Status: implemented
            - `on`: `process` <std/mitigations.threat>
            == Mitigates
            - `missing_rate_limit`, Missing rate limiting <std/rules/availability.threat>
            - `unbounded_model_use`, Unbounded consumption of a language model <std/rules/language_models.threat>
            == Mitigations based on it
            - `limits`, Limits <shop.threat:12>
            == References
            - ASVS-2.4.1: Validation and Business Logic
            https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/0x11-V2-Validation-and-Business-Logic.md
        "#]],
    );
    check(
        &at("fraud \"Fraud\""),
        expect![[r#"
            shop.threat:13:8 fraud
            # threat shop.fraud: Fraud
            Accepted in `shop.risk` by CISO until 2026-01-31: "It is new". Severity: critical.
            - `category`: `spoofing`, `tampering` <shop.threat:13>
            == Reasons
            - it is against `shop.api` <shop.threat:13>
            == Severity
            - likelihood high: `high` (stated)
            - impact critical: from the most sensitive asset that it harms
            - severity critical: likelihood high with impact critical
            == References
            - CAPEC-151: Identity Spoofing
            https://capec.mitre.org/data/definitions/151.html
        "#]],
    );
    check(
        &at("risk \"For now\""),
        expect![[r#"
        shop.threat:14:8 risk
        # accept shop.risk: For now
        - `by`: CISO <shop.threat:14>
        - `until`: 2026-01-31, in 30 days <shop.threat:14>
        - `because`: It is new <shop.threat:14>
        == Findings
        2 accepted.
    "#]],
    );
    check(
        &at("gone {"),
        expect![[r#"
            shop.threat:15:8 gone
            # accept shop.gone
            It expired after 2025-12-31, so the findings that it accepted are open again.
            - `by`: CISO <shop.threat:15>
            - `until`: 2025-12-31, yesterday <shop.threat:15>
            - `because`: It was new <shop.threat:15>
            == Findings
            - high: SQL or NoSQL injection (`injection@api`) <shop.threat:5>
            1 open.
        "#]],
    );
    check(
        &at("assumption"),
        expect![[r#"
        shop.threat:16:1 assumption
        # assumption All is well
        - `about`: `api`, Shop API <shop.threat:16>
        - `validate_by`: 2026-06-30, in 180 days <shop.threat:16>
    "#]],
    );
}

#[test]
fn tickets_lead_where_the_settings_say() {
    check(
        "//- threatline.toml\n[links]\nticket = \"https://tickets.example.com/{}\"\n\
         //- m.threat\nmitigation $0m { ticket: \"PAY-1\" counters: spoofing }\n",
        expect![[r#"
            m.threat:1:12 m
            # mitigation m
            - Status: implemented
            - `ticket`: PAY-1
            https://tickets.example.com/PAY-1 <m.threat:1>
            == Mitigates
            - All threats of spoofing <m.threat:1>
        "#]],
    );
}

#[test]
fn definitions() {
    check(
        &at("shop_db \"Our"),
        expect![[r#"
            shop.threat:10:12 shop_db
            # technology shop.shop_db: Our database
            - A kind of `relational_database`, `database`, `datastore` <shop.threat:10>
            - `forwards`: `no` (default)
            - `queried`: `yes` (from `database`) <std/technologies.threat>
            - `echoes`: `no` (default)
            - `client_side`: `no` (default)
            == Used by
            - store `orders` <shop.threat:6>
            == Rules that use it
            - `injection`, SQL or NoSQL injection <std/rules/input.threat>
        "#]],
    );
    check(
        &at("relational_database"),
        expect![[r#"
            shop.threat:10:41 relational_database
            # technology std.relational_database: Relational database
            - A kind of `database`, `datastore` <std/technologies.threat>
            - `forwards`: `no` (default)
            - `queried`: `yes` (from `database`) <std/technologies.threat>
            - `echoes`: `no` (default)
            - `client_side`: `no` (default)
            Narrower: `shop_db`.
            == Used by
            - store `orders` <shop.threat:6>
            == Rules that use it
            - `injection`, SQL or NoSQL injection <std/rules/input.threat>
        "#]],
    );
    check(
        &at("shop_protocol {"),
        expect![[r#"
            shop.threat:11:10 shop_protocol
            # protocol shop.shop_protocol
            - A kind of `https`, `http` <shop.threat:11>
            - `encrypted`: `yes` (from `https`) <std/protocols.threat>
            - `interactive`: `no` (default)
            - `authenticated`: `no` (default)
            == Used by
            - flow `(shop.api -> shop.orders)` <shop.threat:9>
        "#]],
    );
    check(
        &at("odd \"An odd"),
        expect![[r#"
            shop.threat:18:6 odd
            # rule shop.odd: An odd rule
            Ours.
            Applies to `flow`. STRIDE: spoofing, tampering.
                when: exposed and source.kind = person and carries.integrity >= high and any(target.incoming where not encrypted)
            Likelihood low; impact high where confidential data is held.
            == What to do
            Do less.
            == Findings
            - high: An odd rule (`odd@edge.enter`) <edge.threat:8>
            1 open.
            == References
            - CWE-79: Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')
            https://cwe.mitre.org/data/definitions/79.html
            - T1190: Exploit Public-Facing Application
            https://attack.mitre.org/techniques/T1190/
        "#]],
    );
}

#[test]
fn findings() {
    check(
        &at("unencrypted_flow@edge"),
        expect![[r#"
            shop.threat:14:35 unencrypted_flow@edge.enter
            # std.unencrypted_flow@edge.enter: Cleartext transmission of sensitive data
            Accepted in `shop.risk` by CISO until 2026-01-31: "It is new". Severity: critical.
            Confidential data crosses a trust boundary without encryption. An attacker on the path can read
            and change it.
            == Reasons
            - it carries `shop.card`, which is restricted <edge.threat:8>
            - it uses `http`, which is not encrypted <edge.threat:8>
            == Severity
            - likelihood high: `medium` (stated), one level higher because it starts at a lower trust level
            - impact critical: `high` for confidential data; the data here is rated critical
            - severity critical: likelihood high with impact critical
            == What to do
            Use an encrypted protocol such as TLS, or send the flow through a tunnel.
            - `std.tls: TLS` mitigates it <std/mitigations.threat>
            - `std.mutual_tls: Mutual TLS` mitigates it <std/mitigations.threat>
            - `std.vpn: VPN` mitigates it <std/mitigations.threat>
            - `std.payload_encryption: Payload encryption` mitigates it <std/mitigations.threat>
            == References
            - CWE-319: Cleartext Transmission of Sensitive Information
            https://cwe.mitre.org/data/definitions/319.html
            - CAPEC-157: Sniffing Attacks
            https://capec.mitre.org/data/definitions/157.html
            - ASVS-12.2.1: Secure Communication
            https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/0x21-V12-Secure-Communication.md
        "#]],
    );
    check(
        &at("enter, fraud"),
        expect![[r#"
            shop.threat:14:57 enter
            # flow edge.enter: Enter
            - From `edge.buyer`, Buyer <edge.threat:6>
            - To `edge.gateway`, Gateway <edge.threat:7>
            - `protocol`: `http`, HTTP <edge.threat:8>
            - `authentication`: `session` <edge.threat:8>
            Unspecified: `multi_factor`, `authorization`, `access`, `publishable`.
            == Boundaries and trust
            - It leaves `edge.internet` and enters `edge.vpc` and `edge.cloud` <edge.threat:4>
            - It crosses from trust level `untrusted` to `high` <edge.threat:3>
            - It uses `http`, which is not encrypted <edge.threat:8>
            - It is authenticated <edge.threat:8>
            == Carries
            - `card`, Cardholder data (restricted); listed in `sends` <edge.threat:8>
            == Mitigations
            - `audit_log`, Protected audit log: implemented, from component `edge` <edge.threat:2>
            - `limits`, Limits: planned, due 2026-01-31, in 30 days, from boundary `edge.vpc` <edge.threat:5>
            - `network_segmentation`, Network segmentation: implemented, from boundary `edge.cloud` <edge.threat:4>
            == Findings
            - critical: Missing authorization (`missing_authorization@edge.enter`), undecided: `authorization` is unspecified <edge.threat:8>
            - high: Single-factor login to sensitive data (`single_factor_login@edge.enter`), undecided: `multi_factor` is unspecified <edge.threat:8>
            - high: An odd rule (`odd@edge.enter`) <edge.threat:8>
            1 open, 2 undecided, 1 accepted.
        "#]],
    );
    check(
        &at("tampering@api"),
        expect![[r#"
            shop.threat:15:25 tampering@api
            # tampering, a STRIDE category, on shop.api
            Unauthorized modification of data or code. Violates integrity.
            - high: SQL or NoSQL injection (`injection@api`) <shop.threat:5>
            1 open.
        "#]],
    );
    check(
        &at("unencrypted_store@api"),
        expect![[r#"
            shop.threat:15:40 unencrypted_store@api
            # rule std.unencrypted_store: Missing encryption of sensitive data at rest
            This rule does not match `shop.api`.
            Anyone who gets hold of the disk, a snapshot or a backup can read the data in clear text.
            Applies to `store`. STRIDE: information disclosure.
                when: holds >= confidential and not technology is development and not encrypted
            Likelihood low; impact high where confidential data is held.
            == What to do
            Encrypt at rest, or before the data reaches the store if the store itself is not trusted.
            == Mitigated by
            - `encryption_at_rest`, Encryption at rest <std/mitigations.threat>
            - `client_side_encryption`, Client-side encryption <std/mitigations.threat>
            == Findings
            - high: Missing encryption of sensitive data at rest (`unencrypted_store@orders`) <shop.threat:6>
            1 open.
            == References
            - CWE-311: Missing Encryption of Sensitive Data
            https://cwe.mitre.org/data/definitions/311.html
            - CAPEC-37: Retrieve Embedded Sensitive Data
            https://capec.mitre.org/data/definitions/37.html
            - ASVS-14.2.4: Data Protection
            https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/0x23-V14-Data-Protection.md
        "#]],
    );
}

#[test]
fn words_and_properties() {
    check(
        &at("restricted"),
        expect![[r#"
            shop.threat:3:48 restricted
            # restricted, a classification
            For named individuals only. A leak causes serious harm or violates the law.
            From lowest to highest: `public`, `internal`, `confidential`, `restricted`.
        "#]],
    );
    check(
        &at("pci_dss"),
        expect![[r#"
        shop.threat:3:72 pci_dss
        # pci_dss, a regulation
        Payment Card Industry Data Security Standard.
    "#]],
    );
    check(
        &at("tampering, spoofing\n"),
        expect![[r#"
            shop.threat:20:13 tampering
            # tampering, a STRIDE category
            Unauthorized modification of data or code. Violates integrity.
        "#]],
    );
    check(
        &at("encryption:"),
        expect![[r#"
            shop.threat:6:61 encryption
            # encryption of a store
            How its data is encrypted.
            Possible values:
            - `none`: Not encrypted.
            - `at_rest`: Encrypted by the store or its disk. The store sees clear text.
            - `client_side`: Encrypted before it reaches the store, which never sees clear text.
            If unspecified, rules that need it ask for it.
        "#]],
    );
    check(
        &at("classification:"),
        expect![[r#"
            shop.threat:3:32 classification
            # classification of an asset
            How confidential it is.
            Possible values:
            - `public`: Anyone may read it.
            - `internal`: For members of the organization.
            - `confidential`: On a need-to-know basis. A leak causes harm.
            - `restricted`: For named individuals only. A leak causes serious harm or violates the law.
            It is required.
        "#]],
    );
    check(
        &at("mitigations: tls"),
        expect![[r#"
            shop.threat:6:78 mitigations
            # mitigations of a store
            The mitigations that protect it.
            It takes the name of a mitigation, one or several.
        "#]],
    );
    check(
        &at("when:"),
        expect![[r#"
            shop.threat:21:3 when
            # when of a rule
            The condition under which an element has the threat.
            It takes a condition over facts.
            It is required.
        "#]],
    );
    check(
        &at("asset card"),
        expect![[r#"
        shop.threat:3:1 asset
        # asset
        Something worth protecting.
        Its properties: `classification`, `kind`, `integrity`, `availability`, `personal`, `regulations`, `owner`, `tags`.
    "#]],
    );
    check(
        "process p { redundancy: $0yes }",
        expect![[r#"
            model.threat:1:25 yes
            # redundancy of a process
            Whether another instance takes over when it fails.
            It takes `yes` or `no`.
            If unspecified, rules that need it ask for it.
        "#]],
    );
    check(
        &at("026-06-30"),
        expect![[r#"
            shop.threat:16:52 2026-06-30
            # 2026-06-30, in 180 days
            `validate_by`: The day by which it is due for review.
        "#]],
    );
}

#[test]
fn references() {
    check(
        &at("CWE-79"),
        expect![[r#"
        shop.threat:23:15 CWE-79
        # CWE-79: Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')
        A weakness or category. Common Weakness Enumeration 4.20, by MITRE.
        https://cwe.mitre.org/data/definitions/79.html
    "#]],
    );
    check(
        &at("T1190"),
        expect![[r#"
        shop.threat:23:23 T1190
        # T1190: Exploit Public-Facing Application
        A technique. MITRE ATT&CK 19, by MITRE.
        https://attack.mitre.org/techniques/T1190/
    "#]],
    );
    check(
        "rule r { references: $0ASVS-12.2.1 }",
        expect![[r#"
        model.threat:1:22 ASVS-12.2.1
        # ASVS-12.2.1: Secure Communication
        A requirement; the title is that of its chapter. OWASP Application Security Verification Standard 5.0.0, by OWASP.
        https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/0x21-V12-Secure-Communication.md
    "#]],
    );
    check(
        "rule r { references: $0CWE-99999 }",
        expect![[r#"
            model.threat:1:22 CWE-99999
            # CWE-99999
            A weakness or category. Common Weakness Enumeration 4.20, by MITRE.
            It is not in the published lists.
        "#]],
    );
}

#[test]
fn conditions() {
    check(
        &at("exposed and"),
        expect![[r#"
            shop.threat:21:9 exposed
            # exposed, a derived fact
            The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level.
            It is `yes` or `no`.
            Every element has it.
        "#]],
    );
    check(
        &at("source.kind"),
        expect![[r#"
            shop.threat:21:21 source
            # source, a derived fact
            The element that starts the flow.
            It is an element: its facts follow after a dot.
            Elements that have it: flow.
        "#]],
    );
    check(
        &at("kind = person"),
        expect![[r#"
            shop.threat:21:28 kind
            # kind, a stated fact
            The kind of external entity.
            It is a kind of external entity: `person`, `system`, `device`.
            Elements that have it: external. If unspecified, rules that need it ask for it.
        "#]],
    );
    check(
        &at("person and"),
        expect![[r#"
            shop.threat:21:35 person
            # person, a kind of external entity
            A human user.
        "#]],
    );
    check(
        &at("carries.integrity"),
        expect![[r#"
            shop.threat:21:46 carries
            # carries, a derived fact
            The assets that the flow sends and receives.
            It is a list of assets, compared by their classification: `>= confidential`. To compare another property, add it after a dot: `.classification`, `.integrity`, `.availability`, `.personal`, `.kind`.
            Elements that have it: flow.
        "#]],
    );
    check(
        &at("integrity >="),
        expect![[r#"
            shop.threat:21:54 integrity
            # integrity of an asset
            How much harm an unauthorized or wrong change causes.
            Possible values:
            - `low`: Unlikely, or little harm.
            - `medium`: Possible, or repairable harm. Also the choice if nothing suggests another level.
            - `high`: Likely, or serious harm.
            - `critical`: Almost certain, or harm that threatens the organization's existence.
            Default: set by the classification: `public` and `internal` medium, `confidential` high, `restricted` critical; of `code` at least high.
        "#]],
    );
    check(
        &at("any(target"),
        expect![[r#"
            shop.threat:21:76 any
            # any, a function of conditions
            True if at least one element matches.
                any(incoming where exposed)
        "#]],
    );
    check(
        &at("incoming where"),
        expect![[r#"
            shop.threat:21:87 incoming
            # incoming, a derived fact
            The flows that end at it.
            It is a list of elements, for `any`, `all`, `no`, `count` and `components`.
            Elements that have it: external, process, store.
        "#]],
    );
}

#[test]
fn tests_of_rules() {
    check(
        "//- m.threat\nrule odd { on: process category: spoofing when: stated(owner) }\n\
         //- odd.test.threat\nprocess a { owner: \"x\" }\nprocess b\n$0expect { found: odd@a, odd@b absent: odd@b }\n",
        expect![[r#"
            odd.test.threat:3:1 expect
            # expect
            - `odd@a` is found, as expected <odd.test.threat:3>
            - `odd@b` should be found: it is not found <odd.test.threat:3>
            - `odd@b` is absent, as expected <odd.test.threat:3>
        "#]],
    );
    check(
        "//- m.threat\nrule odd { on: process category: spoofing when: stated(owner) }\n\
         //- odd.test.threat\nprocess a { owner: \"x\" }\nprocess b\nexpect { found: odd@a, $0odd@b }\n",
        expect![[r#"
            odd.test.threat:3:24 odd@b
            # rule odd
            This rule does not match `b`.
            == Why not
            - it does not specify `owner` <odd.test.threat:2>
            Applies to `process`. STRIDE: spoofing.
                when: stated(owner)
            Likelihood medium; impact high where confidential data is held.
            == Findings
            - medium: odd (`odd@a`) <odd.test.threat:1>
            1 open.
        "#]],
    );
}

#[test]
fn nothing_to_say() {
    check(
        "$0// text\nprocess p",
        expect![[r#"
        nothing
    "#]],
    );
    check(
        "process p$0 in q",
        expect![[r#"
        nothing
    "#]],
    );
    check(
        "process p \"$0Title\"",
        expect![[r#"
        nothing
    "#]],
    );
    check(
        "/// Te$0xt\nprocess p",
        expect![[r#"
        nothing
    "#]],
    );
    check(
        "process p in $0nowhere",
        expect![[r#"
        nothing
    "#]],
    );
    check(
        "process a\nflow a // -$0> b\n -> a",
        expect![[r#"
        nothing
    "#]],
    );
    check(
        "$0",
        expect![[r#"
        nothing
    "#]],
    );
}

#[test]
fn broken_text() {
    check(
        "process $0p in vpc {\n owner: \nboundary vpc {",
        expect![[r#"
            model.threat:1:9 p
            # process p
            Unspecified: `privileges`, `tenancy`, `redundancy`, `custom_code`.
            == Location and trust
            - In `vpc` <model.threat:1>
            - Trust: `high` (default: `vpc` contains your own processes or stores)
            - It has trust level `high` and is not reached from a lower one <model.threat:1>
        "#]],
    );
    check(
        "flow $0f: a -> \nprocess a",
        expect![[r#"
            model.threat:1:6 f
            # flow f
            - From `a` <model.threat:2>
            Unspecified: `authentication`, `multi_factor`, `authorization`, `access`, `publishable`.
            == Boundaries and trust
            - It crosses no boundary <model.threat:1>
            - It does not specify `protocol` <model.threat:1>
            - It does not specify `authentication` <model.threat:1>
        "#]],
    );
    check(
        "store $0s { stores: x, , encryption: nonsense",
        expect![[r#"
            model.threat:1:7 s
            # store s
            Unspecified: `encryption`, `tenancy`, `redundancy`, `backup`.
            == Location and trust
            - Trust: `high` (default outside all boundaries)
            - It has trust level `high` and is not reached from a lower one <model.threat:1>
        "#]],
    );
}

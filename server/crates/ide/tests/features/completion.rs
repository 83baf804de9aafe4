//! What is offered while a model is written: the text is the documentation.

use expect_test::{Expect, expect};
use threatline_ide::completion::{Completion, completion, explanation};
use threatline_model::FileText;
use threatline_testkit::{Cursor, example_models, is_thorough, stride, workspace};

fn offered(model: &str) -> Option<Completion> {
    let cursor = Cursor::new(model);
    let found = completion(cursor.db(), cursor.file, cursor.offset);
    for item in found.iter().flat_map(|found| &found.items) {
        explanation(cursor.db(), cursor.file, &item.about);
    }
    found
}

/// The first items that are offered, each with what is shown beside it.
#[track_caller]
fn check(model: &str, expected: Expect) {
    let shown = match offered(model) {
        None => "nothing\n".to_owned(),
        Some(found) => {
            let lines = found.items.iter().take(8).map(|item| match &item.detail {
                Some(detail) => format!("{}: {detail}\n", item.label),
                None => format!("{}\n", item.label),
            });
            let more = found.items.len().saturating_sub(8);
            lines.collect::<String>()
                + &if more > 0 {
                    format!("and {more} more\n")
                } else {
                    String::new()
                }
        }
    };
    expected.assert_eq(&shown);
}

/// The labels alone.
#[track_caller]
fn labels(model: &str) -> Vec<String> {
    offered(model)
        .into_iter()
        .flat_map(|found| found.items)
        .map(|item| item.label)
        .collect()
}

const SHOP: &str = "
asset card \"Card\" { classification: restricted }
asset name { classification: internal }
boundary internet { trust: untrusted }
boundary vpc
external shopper in internet { kind: person }
process shop in vpc { technology: web_application accepts: html }
flow pay: shopper -> shop { protocol: http authentication: token sends: card }
";

fn shop(rest: &str) -> String {
    format!("{SHOP}{rest}")
}

/// What is found by another word for it: the item, that word, and what a client compares.
#[track_caller]
fn found_by(model: &str, expected: &[(&str, &str, &str)]) {
    let items = offered(model).into_iter().flat_map(|found| found.items);
    let found: Vec<(String, &str, String)> = items
        .filter_map(|item| Some((item.label, item.alias?, item.filter?)))
        .collect();
    let found: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|(label, alias, filter)| (label.as_str(), *alias, filter.as_str()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_known_by_another_word_is_found() {
    let postgres = "store db { technology: postgres$0 }";
    assert_eq!(labels(postgres), ["relational_database"]);
    let alias = (
        "relational_database",
        "postgres",
        "postgres relational_database",
    );
    found_by(postgres, &[alias]);
    assert_eq!(
        labels("store db { technology: postg$0 }")[0],
        "relational_database"
    );
    assert_eq!(labels("store db { technology: s3$0 }"), ["object_store"]);
    assert_eq!(labels("flow a -> b { protocol: grpcs$0 }")[0], "grpc_tls");
    found_by(
        "flow a -> b { authentication: oid$0 }",
        &[("federated", "oidc", "oidc federated")],
    );
    found_by("flow a -> b { auth$0 }", &[]);
    found_by(
        "mitigation a { mitig$0 }",
        &[("counters", "mitigates", "mitigates counters")],
    );
    found_by(
        "dat$0",
        &[
            ("asset", "data", "data asset"),
            ("store", "database", "database store"),
            ("flow", "data_flow", "data_flow flow"),
        ],
    );
    // A client continues with the first list.
    let all = offered("store db { technology: $0 }").expect("there are technologies");
    let database = all
        .items
        .iter()
        .find(|item| item.label == "relational_database");
    let filter = database
        .and_then(|item| item.filter.as_deref())
        .unwrap_or_default();
    assert!(filter.starts_with("relational_database ") && filter.contains(" postgres "));
}

#[test]
fn declarations_begin_with_their_kind() {
    check(
        "$0",
        expect![[r#"
            component: A part of the system, in one file. Other files refer to its declarations as `NAME.x`
            boundary: A trust boundary: the elements in it share one trust level. `in` nests it in another boundary
            asset: Something worth protecting
            external: An external entity: a person, a system or a device outside your control
            process: Running code, such as a service or an application
            store: A data store
            flow: A data flow, from the initiator to the responder
            threat: A threat that was identified by hand
            and 7 more
        "#]],
    );
    check(
        &shop("pro$0"),
        expect![[r#"
            boundary: A trust boundary: the elements in it share one trust level. `in` nests it in another boundary
            asset: Something worth protecting
            external: An external entity: a person, a system or a device outside your control
            process: Running code, such as a service or an application
            store: A data store
            flow: A data flow, from the initiator to the responder
            threat: A threat that was identified by hand
            mitigation: A security control and its status
            and 6 more
        "#]],
    );
    check(
        &shop("process other {}\n$0"),
        expect![[r#"
            boundary: A trust boundary: the elements in it share one trust level. `in` nests it in another boundary
            asset: Something worth protecting
            external: An external entity: a person, a system or a device outside your control
            process: Running code, such as a service or an application
            store: A data store
            flow: A data flow, from the initiator to the responder
            threat: A threat that was identified by hand
            mitigation: A security control and its status
            and 6 more
        "#]],
    );
    assert!(labels("process a { } st$0").contains(&"store".to_owned()));
    assert!(!labels("component a\n\n$0").contains(&"component".to_owned()));
    let found = offered(&shop("$0")).unwrap();
    let process = found
        .items
        .iter()
        .find(|item| item.label == "process")
        .unwrap();
    expect![[r#"
        process ${1:name} "${2:Title}" in ${3:internet} {
          technology: $0
        }"#]]
    .assert_eq(process.snippet.as_ref().unwrap());
}

#[test]
fn nothing_is_offered_in_comments_strings_and_for_new_names() {
    for text in [
        "// pro$0",
        "/// pro$0",
        "process a \"Tit$0le\"",
        "process a \"Tit$0",
        "process $0",
        "process na$0me",
    ] {
        assert_eq!(labels(text), [""; 0], "{text}");
    }
}

#[test]
fn what_follows_a_name() {
    check(
        "process a $0",
        expect![[r#"
        in
        {
    "#]],
    );
    check(
        "process a \"A\" i$0",
        expect![[r#"
        in
        {
    "#]],
    );
    check(
        "flow f $0",
        expect![[r#"
        :
        ->
    "#]],
    );
    check(
        &shop("process other in $0"),
        expect![[r#"
        internet
        vpc
    "#]],
    );
    check(
        &shop("process other in v$0\nstore x"),
        expect![[r#"
        vpc
    "#]],
    );
}

#[test]
fn the_ends_of_flows_are_elements() {
    check(
        &shop("flow back: $0"),
        expect![[r#"
        shop
        shopper
    "#]],
    );
    check(
        &shop("flow back: shop -> $0"),
        expect![[r#"
        shopper
    "#]],
    );
    check(
        &shop("flow back: shop -> sh$0 {}"),
        expect![[r#"
        shopper
    "#]],
    );
    check(
        &shop("flow shop $0"),
        expect![[r#"
        :
        ->
    "#]],
    );
}

#[test]
fn properties_are_those_that_are_lacking_with_the_required_first() {
    check(
        &shop("accept a { $0 }"),
        expect![[r#"
            findings: required. The accepted findings: `rule@element`, `category@element`, or a threat
            by: required. Who accepts the risk
            until: required. The last day on which it is valid
            because: required. Why the risk is accepted
            severity: The highest severity that it accepts. A more severe finding is open
            ticket: The ticket that tracks the work on it
        "#]],
    );
    check(
        &shop("process p {\n  technology: web_service\n  $0\n}"),
        expect![[r#"
            handles: The assets that it processes. Assets that its flows carry need not be repeated
            accepts: The formats of the input that it accepts
            privileges: Its privileges on its machine; of a component, those of each process in it that does not specify its own
            tenancy: Whether several tenants share it; of a component, of everything in it that does not specify its own
            redundancy: Whether another instance takes over when it fails
            custom_code: Whether it is custom code, developed in-house
            owner: The team or person responsible for it
            source: The code that implements it, as globs relative to the model's root
            and 3 more
        "#]],
    );
    check(
        &shop("process p {\n  acc$0: json\n}"),
        expect![[r#"
            technology: The technologies it is built with, and the roles it serves
            handles: The assets that it processes. Assets that its flows carry need not be repeated
            accepts: The formats of the input that it accepts
            privileges: Its privileges on its machine; of a component, those of each process in it that does not specify its own
            tenancy: Whether several tenants share it; of a component, of everything in it that does not specify its own
            redundancy: Whether another instance takes over when it fails
            custom_code: Whether it is custom code, developed in-house
            owner: The team or person responsible for it
            and 4 more
        "#]],
    );
    // Without an end.
    check(
        &shop("process p {\n  technology: web_service\n  acc$0\nflow x: p -> shop"),
        expect![[r#"
            handles: The assets that it processes. Assets that its flows carry need not be repeated
            accepts: The formats of the input that it accepts
            privileges: Its privileges on its machine; of a component, those of each process in it that does not specify its own
            tenancy: Whether several tenants share it; of a component, of everything in it that does not specify its own
            redundancy: Whether another instance takes over when it fails
            custom_code: Whether it is custom code, developed in-house
            owner: The team or person responsible for it
            source: The code that implements it, as globs relative to the model's root
            and 3 more
        "#]],
    );
}

#[test]
fn values_fit_the_property() {
    check(
        &shop("asset a { classification: $0 }"),
        expect![[r#"
            public: Anyone may read it
            internal: For members of the organization
            confidential: On a need-to-know basis. A leak causes harm
            restricted: For named individuals only. A leak causes serious harm or violates the law
        "#]],
    );
    check(
        &shop("process p { custom_code: $0 }"),
        expect![[r#"
        yes
        no
    "#]],
    );
    check(
        &shop("flow f: shop -> shopper { sends: $0 }"),
        expect![[r#"
            card: Card
            name
            nothing: It sends no asset
        "#]],
    );
    check(
        &shop("flow f: shop -> shopper { sends: card, $0 }"),
        expect![[r#"
        name
    "#]],
    );
    check(
        &shop("threat t { category: $0 }"),
        expect![[r#"
            spoofing: Pretending to be someone or something else. Violates authentication
            tampering: Unauthorized modification of data or code. Violates integrity
            repudiation: Denying an action that nothing can prove. Violates accountability
            information_disclosure: Unauthorized access to information. Violates confidentiality
            denial_of_service: Making a service slow or unusable. Violates availability
            elevation_of_privilege: Gaining rights that were not granted. Violates authorization
        "#]],
    );
    check(
        &shop("accept t { until: $0 }"),
        expect![[r#"
        2026-04-01: in 90 days
        2026-01-31: in 30 days
        2026-06-30: in 180 days
        2027-01-01: in a year
        2026-01-01: today
    "#]],
    );
    check(
        &shop("flow f: shop -> shopper { protocol: graph$0 }"),
        expect![[r#"
            graphql: GraphQL without TLS
            graphql_tls: GraphQL over TLS
        "#]],
    );
    check(
        &shop("process p { technology: kube$0 }"),
        expect![[r#"
            kubernetes: Kubernetes
        "#]],
    );
    // By a word of the title.
    check(
        &shop("process p { technology: spreadsheet$0 }"),
        expect![[r#"
            nothing
        "#]],
    );
}

#[test]
fn mitigations_that_counter_what_is_open_come_first() {
    check(
        &SHOP.replace("sends: card }", "sends: card mitigations: $0 }"),
        expect![[r#"
            vpn: mitigates `unencrypted_flow` (critical)
            payload_encryption: mitigates `unencrypted_flow` (critical)
            authorization_checks: mitigates `missing_authorization` (critical)
            multi_factor_authentication: mitigates `single_factor_login` (high)
            administration_proxy: Access proxy for administration
            approval: Approval by a second person
            artifact_signing: Artifact signing and verification
            audit_log: Protected audit log
            and 68 more
        "#]],
    );
    check(
        &SHOP.replace(
            "accepts: html }",
            "accepts: html\n  mitigations: output_encoding, $0\n}",
        ),
        expect![[r#"
            rate_limiting: mitigates `missing_rate_limit` (low)
            web_application_firewall: mitigates `missing_rate_limit` (low)
            least_privilege: mitigates `excessive_privileges` (critical)
            sandboxing: mitigates `excessive_privileges` (critical)
            administration_proxy: Access proxy for administration
            app_attestation: App attestation
            approval: Approval by a second person
            artifact_signing: Artifact signing and verification
            and 67 more
        "#]],
    );
}

#[test]
fn references_are_found_by_number_and_by_words() {
    check(
        &shop("threat t { references: CWE-7$0 }"),
        expect![[r#"
        CWE-7: J2EE Misconfiguration: Missing Custom Error Page
        CWE-72: Improper Handling of Apple HFS+ Alternate Data Stream Path
        CWE-73: External Control of File Name or Path
        CWE-74: Improper Neutralization of Special Elements in Output Used by a Downstream Component ('Injection')
        CWE-75: Failure to Sanitize Special Elements into a Different Plane (Special Element Injection)
        CWE-76: Improper Neutralization of Equivalent Special Elements
        CWE-77: Improper Neutralization of Special Elements used in a Command ('Command Injection')
        CWE-78: Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')
        and 42 more
    "#]],
    );
    check(
        &shop("threat t { references: CWE-79, sql injec$0 }"),
        expect![[r#"
            CAPEC-66: SQL Injection
            CAPEC-7: Blind SQL Injection
            CWE-564: SQL Injection: Hibernate
            CAPEC-108: Command Line Execution through SQL Injection
            CAPEC-110: SQL Injection through SOAP Parameter Tampering
            CWE-89: Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')
            CAPEC-676: NoSQL Injection
        "#]],
    );
    check(
        &shop("threat t { references: T1190$0"),
        expect![[r#"
        T1190: Exploit Public-Facing Application
    "#]],
    );
}

#[test]
fn findings_are_accepted_as_rule_and_element() {
    check(
        &shop("accept a { findings: $0 }"),
        expect![[r#"
            unencrypted_flow@pay: critical: Cleartext transmission of sensitive data
            cross_site_scripting@shop: high: Cross-site scripting (XSS)
            missing_rate_limit@shop: low: Missing rate limiting
            excessive_privileges@shop: critical: Internet-facing process runs with administrator privileges
            missing_authorization@pay: critical: Missing authorization
            single_factor_login@pay: high: Single-factor login to sensitive data
        "#]],
    );
    check(
        &shop("accept a { findings: unencrypted_flow@$0 }"),
        expect![[r#"
            pay: critical
        "#]],
    );
    check(
        &shop("accept a { findings: unencrypted_flow@pa$0, x@y }"),
        expect![[r#"
            pay: critical
        "#]],
    );
}

#[test]
fn names_of_other_components_are_qualified() {
    let model = "
//- a.threat
component payments
store ledger
store shared
//- b.threat
component edge
store shared
process api
flow save: api -> $0
";
    check(
        model,
        expect![[r#"
        shared
        payments.ledger
        payments.shared
    "#]],
    );
}

#[test]
fn conditions_are_written_with_facts_and_words() {
    let rule = |condition: &str| shop(&format!("rule r {{\n  on: flow\n  when: {condition}\n}}"));
    check(
        &rule("$0"),
        expect![[r#"
            holds: The assets that it stores, handles or carries, including those that its flows carry
            carries: The assets that the flow sends and receives
            exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            outbound: The flow starts at a higher trust level than it ends at
            in_scope: It does not have `out_of_scope`
            crosses_boundary: Some boundary contains exactly one end of the flow
            crosses: The kinds of the boundaries that the flow crosses, where specified
            and 22 more
        "#]],
    );
    check(
        &rule("cro$0"),
        expect![[r#"
            holds: The assets that it stores, handles or carries, including those that its flows carry
            carries: The assets that the flow sends and receives
            exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            outbound: The flow starts at a higher trust level than it ends at
            in_scope: It does not have `out_of_scope`
            crosses_boundary: Some boundary contains exactly one end of the flow
            crosses: The kinds of the boundaries that the flow crosses, where specified
            and 22 more
        "#]],
    );
    check(
        &rule("source.tr$0"),
        expect![[r#"
            source.holds: The assets that it stores, handles or carries, including those that its flows carry
            source.exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            source.tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            source.reached_from: The lowest trust level from which flows reach it, directly or through technologies that forward requests
            source.trust: The trust level of the boundary that it is in. Outside all boundaries, an external is `untrusted`, and a process or store is `high`
            source.placed: The kinds of the boundaries around it, where specified
            source.in_scope: It does not have `out_of_scope`
            source.encrypted: The protocol or tunnel of the flow is encrypted. For a store: its data is encrypted, at rest or by its clients
            and 15 more
        "#]],
    );
    check(
        &rule("source.trust $0"),
        expect![[r#"
            =: Equal to this word.
            !=: Not equal to this word.
            >=: This word or a higher one.
            >: Higher than this word.
            <=: This word or a lower one.
            <: Lower than this word.
            in: One of several words.
            and: Both conditions are true.
            and 1 more
        "#]],
    );
    check(
        &rule("source.trust >= $0"),
        expect![[r#"
            untrusted: Anyone can be there, for example the internet
            low: Known, but not under your control: a partner, a guest network
            medium: Under your control, but reachable by many
            high: Under your control, and closed to everyone who does not need access
        "#]],
    );
    check(
        &rule("crosses_boundary and carries >= $0"),
        expect![[r#"
            public: Anyone may read it
            internal: For members of the organization
            confidential: On a need-to-know basis. A leak causes harm
            restricted: For named individuals only. A leak causes serious harm or violates the law
        "#]],
    );
    check(
        &rule("authentication in (none, $0)"),
        expect![[r#"
            none: No authentication
            network_address: By the network address of the caller
            password: With a password
            session: With a session from an earlier login
            token: With a token from a trusted issuer, such as a JWT
            key: With a key, such as an API key or an SSH key
            signature: With a signature over each request, as for webhooks
            certificate: With a client certificate
            and 2 more
        "#]],
    );
    check(
        &rule("protocol is $0"),
        expect![[r#"
            amqp: AMQP
            amqps: AMQP over TLS
            binary: Custom binary protocol
            binary_tls: Custom binary protocol over TLS
            bluetooth: Bluetooth
            bluetooth_secured: Bluetooth with authenticated pairing
            coap: CoAP
            coaps: CoAP over DTLS
            and 74 more
        "#]],
    );
    check(
        &rule("stated($0)"),
        expect![[r#"
            protocol: The protocol that it uses
            authentication: How the initiator authenticates
            multi_factor: Whether multi-factor authentication (MFA) is required
            authorization: Whose permissions decide whether a request is allowed
            access: Whether its source can read or write the target's data
            publishable: Whether the key that authenticates it is made to be public: it names the application and proves nothing
            tunnel: The tunnel that it runs through
            usage: The purpose of the flow
            and 5 more
        "#]],
    );
    check(
        &rule("count($0"),
        expect![[r#"
        nothing
    "#]],
    );
    check(
        &rule("any(target.incoming where $0)"),
        expect![[r#"
            holds: The assets that it stores, handles or carries, including those that its flows carry
            carries: The assets that the flow sends and receives
            exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            outbound: The flow starts at a higher trust level than it ends at
            in_scope: It does not have `out_of_scope`
            crosses_boundary: Some boundary contains exactly one end of the flow
            crosses: The kinds of the boundaries that the flow crosses, where specified
            and 22 more
        "#]],
    );
    check(
        &rule("encrypted\n  $0"),
        expect![[r#"
            category: required. The STRIDE categories of the threat
            likelihood: How likely it is
            exposure: What makes the threat more likely
            impact: How much harm it causes where confidential data is held. Less sensitive data lowers it, restricted data raises it
            references: Entries that describe it, in CWE, CAPEC, ATT&CK or ASVS
            advice: How to fix it, in one or two sentences
        "#]],
    );
}

#[test]
fn the_middle_of_a_word_is_a_word() {
    let model = shop("asset a { classification: inter$0nal }");
    let cursor = Cursor::new(&model);
    let found = completion(cursor.db(), cursor.file, cursor.offset).unwrap();
    assert_eq!(
        &cursor.file.source(cursor.db()).text[found.word.range()],
        "internal"
    );
}

#[test]
fn anything_anywhere_is_answered() {
    for (name, files) in example_models() {
        let mut workspace = workspace(&files);
        for (path, text) in files
            .iter()
            .filter(|(path, _)| path.ends_with(".threat"))
            .take(3)
        {
            let file = workspace.file(path).unwrap();
            let places = || {
                (0..text.len())
                    .step_by(7 * stride(15))
                    .filter(|index| text.is_char_boundary(*index))
            };
            for index in places() {
                if let Some(found) = completion(workspace.db(), file, index as u32) {
                    assert!(
                        found.word.start as usize <= index && index <= found.word.end as usize,
                        "{name} {path} {index}"
                    );
                }
            }
            // Only what is before the cursor.
            for index in places().step_by(if is_thorough() { 11 } else { 5 }) {
                let file = workspace.set_file(path, FileText::new(&text[..index]));
                completion(workspace.db(), file, index as u32);
            }
            workspace.set_file(path, FileText::new(text.as_str()));
        }
    }
}

#[track_caller]
fn settings(text: &str) -> Vec<String> {
    let index = text.find("$0").expect("it has the cursor");
    let files = [
        ("threatline.toml", text.replace("$0", "")),
        ("a.threat", "rule house { }\n".to_owned()),
    ];
    let files: Vec<(String, String)> = files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text))
        .collect();
    let workspace = workspace(&files);
    let model = workspace.model("").unwrap();
    let found =
        threatline_ide::completion::settings_completion(workspace.db(), model, index as u32);
    found
        .into_iter()
        .flat_map(|found| found.items)
        .map(|item| item.label)
        .collect()
}

#[test]
fn settings_are_completed_too() {
    let sections = settings("[$0");
    assert!(
        sections.contains(&"check".to_owned())
            && sections.contains(&"rules.unencrypted_flow".to_owned())
    );
    assert!(sections.contains(&"rules.house".to_owned()));
    assert_eq!(
        settings("[check]\n$0"),
        ["fail_on", "unjudged", "release", "planned_days"]
    );
    assert_eq!(
        settings("[check]\nunjudged = $0"),
        ["\"fail\"", "\"allow\""]
    );
    assert_eq!(settings("[check]\nrelease = $0"), ["true", "false"]);
    assert_eq!(
        settings("[check]\nplanned_days = $0"),
        ["{ critical = 30, high = 90, medium = 365 }"]
    );
    assert_eq!(settings("[evidence]\n$0"), ["from"]);
    assert_eq!(
        settings("[evidence]\nfrom = $0"),
        ["\"low\"", "\"medium\"", "\"high\"", "\"critical\""]
    );
    assert_eq!(
        settings("[check]\nfail_on = $0"),
        [
            "\"low\"",
            "\"medium\"",
            "\"high\"",
            "\"critical\"",
            "\"never\""
        ]
    );
    assert_eq!(
        settings("[rules.unencrypted_flow]\nreason = \"x\"\n$0"),
        ["enabled", "likelihood"]
    );
    assert!(settings("[diagnostics]\nmiss$0").contains(&"missing-mitigation".to_owned()));
    assert_eq!(settings("# [$0"), [""; 0]);
    assert_eq!(settings("$0"), [""; 0]);
}

#[test]
fn functions_show_what_they_take() {
    let shown = |condition: &str| {
        let cursor = Cursor::new(&shop(&format!(
            "rule r {{\n  on: flow\n  when: {condition}\n}}"
        )));
        let found =
            threatline_ide::signature_help::signature_help(cursor.db(), cursor.file, cursor.offset);
        found.map(|found| format!("{} [{}]", found.label, found.parameters[found.active]))
    };
    assert_eq!(
        shown("count($0").as_deref(),
        Some("count(elements where condition) [elements]")
    );
    assert_eq!(
        shown("any(incoming where (a and $0)").as_deref(),
        Some("any(elements where condition) [condition]")
    );
    assert_eq!(
        shown("any(incoming where exposed $0)").as_deref(),
        Some("any(elements where condition) [condition]")
    );
    assert_eq!(
        shown("stated($0)").as_deref(),
        Some("stated(property) [property]")
    );
    assert_eq!(shown("any(incoming) and $0"), None);
    assert_eq!(shown("kind in ($0)"), None);
}

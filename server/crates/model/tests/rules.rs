//! What rules find: each rule of the library on a smallest model, the three values of conditions,
//! severities, states and the way findings are told.

use expect_test::{Expect, expect};
use threatline_model::{Level, SEVERITY_MATRIX};
use threatline_testkit::{fixture, render, render_findings, workspace};

/// The findings of a model, a line each: severity, state and name.
fn findings(model: &str) -> String {
    render_findings(&workspace(&fixture(model)))
}

/// The findings of one rule.
fn findings_of(rule: &str, model: &str) -> String {
    let rule = format!("{rule}@");
    findings(model)
        .lines()
        .filter(|line| line.contains(&rule))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// All diagnostics of a model but lint on what small models leave out.
fn reported(model: &str) -> String {
    let quiet = [
        "empty-flow",
        "isolated-element",
        "unused-asset",
        "unused-mitigation",
        "empty-boundary",
    ];
    let settings: String = quiet
        .iter()
        .map(|code| format!("{code} = \"off\"\n"))
        .collect();
    let reported = render(&workspace(&fixture(&format!(
        "//- threatline.toml\n[diagnostics]\n{settings}//- m.threat\n{model}"
    ))));
    if model.contains("rule ") {
        without_library(&reported)
    } else {
        reported
    }
}

/// Diagnostics but those that are of rules of the library alone.
fn without_library(reported: &str) -> String {
    let mut entries: Vec<String> = Vec::new();
    for line in reported.split_inclusive('\n') {
        match entries.last_mut() {
            Some(entry) if line.starts_with(' ') => entry.push_str(line),
            _ => entries.push(line.to_owned()),
        }
    }
    let is_of_library = |entry: &String| {
        let mut findings = entry
            .lines()
            .filter(|line| line.contains("finding: "))
            .peekable();
        findings.peek().is_some() && findings.all(|line| line.contains("finding: std."))
    };
    entries.retain(|entry| !is_of_library(entry));
    entries.concat()
}

fn check(actual: String, expected: Expect) {
    expected.assert_eq(&actual);
}

/// The model of a case without the indentation.
fn model(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}

#[test]
fn an_element_that_states_nothing_is_asked_about_where_the_outside_reaches_it() {
    let model = "
        boundary internet { trust: untrusted }
        external user in internet
        process a
        store b
        flow user -> b
        flow a -> b";
    check(
        findings(model),
        expect![[r#"
        high open poisoned_index@b, not stated: technology of b
        high open exposed_administration@(user -> b), not stated: technology of b
        high open clear_text_credentials@(user -> b), not stated: protocol of (user -> b)
        high open industrial_protocol_crossing@(user -> b), not stated: protocol of (user -> b)
        medium open excessive_privileges@a, not stated: receives of (a -> b)
        medium open unverified_messages@b, not stated: technology of b
        medium open exposed_development@b, not stated: technology of b
        medium open cross_site_websocket@(user -> b), not stated: protocol of (user -> b)
        low open unbounded_queue@b, not stated: technology of b
    "#]],
    );
}

/// What becomes of a rule on a process that states `redundancy: yes` and nothing else, with three
/// flows that end at it and state little.
fn outcome(condition: &str) -> String {
    let text = format!(
        "rule odd {{ on: process category: tampering when: {condition} }}
         process p {{ redundancy: yes }}
         external first
         external second
         flow one: first -> p {{ authentication: none access: read }}
         flow two: second -> p {{ access: read_write }}
         flow three: second -> p {{ authentication: key }}"
    );
    let diagnostics = reported(&text);
    assert!(
        !diagnostics.contains("invalid-condition"),
        "{condition}: {diagnostics}"
    );
    assert!(
        !diagnostics.contains("syntax-error"),
        "{condition}: {diagnostics}"
    );
    match findings_of("odd", &text).trim_end() {
        "" => "silent".to_owned(),
        found => match found.split_once("not stated: ") {
            Some((_, missing)) => format!("not stated: {missing}"),
            None => "fires".to_owned(),
        },
    }
}

#[test]
fn three_values() {
    let conditions = [
        // What is stated.
        "redundancy",
        "not redundancy",
        "redundancy = no",
        "redundancy != no",
        // What is not.
        "custom_code",
        "not custom_code",
        "not not custom_code",
        "custom_code = no",
        "privileges >= admin",
        "privileges in (admin, root)",
        "not privileges in (admin, root)",
        // `stated` is never unknown.
        "stated(custom_code)",
        "not stated(custom_code)",
        "stated(redundancy)",
        // `and`: one missing fact decides, two do not, and what is false decides alone.
        "redundancy and custom_code",
        "not redundancy and custom_code",
        "custom_code and custom_code",
        "custom_code and privileges = root",
        "custom_code and privileges = root and not redundancy",
        // `or`: what is true decides alone; else the operand that misses the fewest.
        "redundancy or custom_code",
        "not redundancy or custom_code",
        "(custom_code and privileges = root) or privileges >= admin",
        // `not` turns `and` into `or` and back.
        "not (redundancy and custom_code)",
        "not (custom_code and privileges = root)",
        "not (custom_code or privileges = root)",
        "not (not redundancy or custom_code)",
        "not (custom_code or (privileges = root and not redundancy))",
        "not not (custom_code and privileges = root)",
        // An empty list of words is known.
        "accepts = json",
        "not accepts = json",
        "technology is database",
        "not technology is database",
    ];
    let table: String = conditions
        .iter()
        .map(|condition| format!("{condition}: {}\n", outcome(condition)))
        .collect();
    check(
        table,
        expect![[r#"
            redundancy: fires
            not redundancy: silent
            redundancy = no: silent
            redundancy != no: fires
            custom_code: not stated: custom_code of p
            not custom_code: not stated: custom_code of p
            not not custom_code: not stated: custom_code of p
            custom_code = no: not stated: custom_code of p
            privileges >= admin: not stated: privileges of p
            privileges in (admin, root): not stated: privileges of p
            not privileges in (admin, root): not stated: privileges of p
            stated(custom_code): silent
            not stated(custom_code): fires
            stated(redundancy): fires
            redundancy and custom_code: not stated: custom_code of p
            not redundancy and custom_code: silent
            custom_code and custom_code: not stated: custom_code of p
            custom_code and privileges = root: silent
            custom_code and privileges = root and not redundancy: silent
            redundancy or custom_code: fires
            not redundancy or custom_code: not stated: custom_code of p
            (custom_code and privileges = root) or privileges >= admin: not stated: privileges of p
            not (redundancy and custom_code): not stated: custom_code of p
            not (custom_code and privileges = root): not stated: custom_code of p
            not (custom_code or privileges = root): silent
            not (not redundancy or custom_code): not stated: custom_code of p
            not (custom_code or (privileges = root and not redundancy)): not stated: custom_code of p
            not not (custom_code and privileges = root): silent
            accepts = json: silent
            not accepts = json: fires
            technology is database: silent
            not technology is database: fires
        "#]],
    );
}

#[test]
fn quantifiers() {
    let conditions = [
        "any(incoming)",
        "no(outgoing)",
        "any(outgoing)",
        "any(incoming where authentication = none)",
        "any(incoming where authentication = password)",
        "no(incoming where authentication = password)",
        "no(incoming where authentication = none)",
        "not any(incoming where authentication = password)",
        "not no(incoming where authentication = password)",
        "all(incoming where authentication = none)",
        "all(incoming where authentication != password)",
        "not all(incoming where authentication != password)",
        // One of the three does not meet it.
        "not all(incoming where access = read)",
        "all(outgoing where authentication = none)",
        "all(incoming where source.in_scope)",
        "count(incoming) = 3",
        "count(incoming) > 3",
        "count(incoming where access >= read) >= 2",
        "count(incoming where access >= read) > 2",
        "count(incoming where access >= read) >= 3",
        "count(incoming where access >= read) < 3",
        "count(incoming where access >= read) <= 2",
        "count(incoming where access >= read) != 3",
        "count(incoming where access >= write) < 1",
        // Of three flows none states `multi_factor`.
        "any(incoming where multi_factor)",
        "no(incoming where multi_factor)",
        "all(incoming where multi_factor)",
        "not any(incoming where multi_factor)",
        "not no(incoming where multi_factor)",
        "not all(incoming where multi_factor)",
        "not all(incoming where not multi_factor)",
        "count(incoming where multi_factor) >= 1",
        "count(incoming where multi_factor) = 1",
        "count(incoming where multi_factor) != 1",
        "count(incoming where multi_factor) < 3",
        "count(incoming where multi_factor) <= 1",
        "count(incoming where multi_factor) < 9",
        "count(incoming where multi_factor) = 9",
        "any(incoming where not (multi_factor or authorization = none))",
        "any(incoming where not (multi_factor and authorization = none))",
        "no(incoming where multi_factor and authentication = none)",
        "components(incoming) = 2",
        "components(incoming where authentication = none) = 1",
    ];
    let table: String = conditions
        .iter()
        .map(|condition| format!("{condition}: {}\n", outcome(condition)))
        .collect();
    check(
        table,
        expect![[r#"
            any(incoming): fires
            no(outgoing): fires
            any(outgoing): silent
            any(incoming where authentication = none): fires
            any(incoming where authentication = password): not stated: authentication of two
            no(incoming where authentication = password): not stated: authentication of two
            no(incoming where authentication = none): silent
            not any(incoming where authentication = password): not stated: authentication of two
            not no(incoming where authentication = password): not stated: authentication of two
            all(incoming where authentication = none): silent
            all(incoming where authentication != password): not stated: authentication of two
            not all(incoming where authentication != password): not stated: authentication of two
            not all(incoming where access = read): fires
            all(outgoing where authentication = none): silent
            all(incoming where source.in_scope): fires
            count(incoming) = 3: fires
            count(incoming) > 3: silent
            count(incoming where access >= read) >= 2: fires
            count(incoming where access >= read) > 2: not stated: access of three
            count(incoming where access >= read) >= 3: not stated: access of three
            count(incoming where access >= read) < 3: not stated: access of three
            count(incoming where access >= read) <= 2: not stated: access of three
            count(incoming where access >= read) != 3: not stated: access of three
            count(incoming where access >= write) < 1: silent
            any(incoming where multi_factor): not stated: multi_factor of one
            no(incoming where multi_factor): silent
            all(incoming where multi_factor): silent
            not any(incoming where multi_factor): silent
            not no(incoming where multi_factor): not stated: multi_factor of one
            not all(incoming where multi_factor): not stated: multi_factor of one
            not all(incoming where not multi_factor): not stated: multi_factor of one
            count(incoming where multi_factor) >= 1: not stated: multi_factor of one
            count(incoming where multi_factor) = 1: not stated: multi_factor of one
            count(incoming where multi_factor) != 1: not stated: multi_factor of one
            count(incoming where multi_factor) < 3: not stated: multi_factor of one
            count(incoming where multi_factor) <= 1: silent
            count(incoming where multi_factor) < 9: fires
            count(incoming where multi_factor) = 9: silent
            any(incoming where not (multi_factor or authorization = none)): silent
            any(incoming where not (multi_factor and authorization = none)): not stated: multi_factor of one
            no(incoming where multi_factor and authentication = none): silent
            components(incoming) = 2: fires
            components(incoming where authentication = none) = 1: not stated: authentication of two
        "#]],
    );
}

#[test]
fn a_finding_with_a_missing_fact_counts_at_its_full_severity() {
    let model = "
        asset card { classification: confidential }
        boundary vpc
        process client
        process shop in vpc
        flow buy: client -> shop { protocol: http sends: card authentication: key }";
    check(
        findings_of("unencrypted_flow", model),
        expect![[r#"
        high open unencrypted_flow@buy
    "#]],
    );
    check(
        findings_of("unencrypted_flow", &model.replace("protocol: http", "")),
        expect![[r#"
            high open unencrypted_flow@buy, not stated: protocol of buy
        "#]],
    );
}

#[test]
fn a_missing_fact_is_asked_for_once() {
    let model = "
        asset card { classification: restricted }
        rule first \"First\" { on: store category: tampering when: not backup }
        rule second \"Second\" { on: store category: repudiation when: backup = no and holds >= internal }
        store ledger { stores: card encryption: at_rest mitigations: audit_log }";
    check(
        reported(model),
        expect![[r#"
            m.threat:5:15 warning[unstated-fact] `backup` is unspecified for `ledger`; 2 threats depend on it (up to high, tampering, repudiation)
                m.threat:5:15 First (`first`)
                m.threat:5:15 Second (`second`)
                m.threat:5:32 it holds `card`, which is restricted
                help: state `backup: yes | no`
                finding: first@ledger
                finding: second@ledger
        "#]],
    );
}

#[test]
fn a_missing_fact_of_another_element_is_reported_there() {
    let model = "
        asset card { classification: restricted }
        rule odd { on: flow category: tampering when: source.redundancy = no }
        process a
        process b
        flow a -> b { sends: card }";
    check(
        reported(model),
        expect![[r#"
            m.threat:4:17 warning[unstated-fact] `redundancy` is unspecified for `a`; 1 threat depends on it (up to high, tampering)
                m.threat:4:17 odd: `(a -> b)` (`odd`)
                help: state `redundancy: yes | no`
                finding: odd@(a -> b)
        "#]],
    );
}

#[test]
fn a_missing_fact_of_a_distant_element_is_reported_there() {
    let model = "
        asset card { classification: restricted }
        rule odd { on: process category: tampering when: any(incoming where source.redundancy = no) }
        process a
        process b { redundancy: yes }
        flow a -> b { sends: card }";
    check(
        reported(model),
        expect![[r#"
            m.threat:4:17 warning[unstated-fact] `redundancy` is unspecified for `a`; 1 threat depends on it (up to high, tampering)
                m.threat:4:17 odd: `b` (`odd`)
                help: state `redundancy: yes | no`
                finding: odd@b
        "#]],
    );
}

#[test]
fn what_would_be_low_at_most_is_not_asked_for() {
    let model = "
        asset card { classification: CLASS }
        rule odd { on: process category: information_disclosure when: not redundancy }
        process a { handles: card }";
    let restricted = reported(&model.replace("CLASS", "restricted"));
    assert!(
        restricted.contains("`redundancy` is unspecified for `a`"),
        "{restricted}"
    );
    let public = reported(&model.replace("CLASS", "public"));
    assert!(!public.contains("redundancy"), "{public}");
    assert!(
        findings(&model.replace("CLASS", "public")).contains("odd@a, not stated: redundancy"),
        "it is counted"
    );
}

#[test]
fn findings_of_one_rule_in_one_file_are_one_diagnostic_with_the_severity_of_each() {
    let model = "
        asset card { classification: restricted }
        boundary vpc
        boundary other
        rule odd { on: process category: tampering when: not redundancy }
        process a in vpc { redundancy: no }
        process b in vpc {
          redundancy: no
          handles: card
        }
        process c in other { redundancy: no }
        store d in vpc { redundancy: no }";
    let reported = reported(model);
    let lines: Vec<&str> = reported
        .lines()
        .filter(|line| line.contains("missing-mitigation"))
        .collect();
    assert_eq!(lines.len(), 1, "{reported}");
    // At the most severe, which is not the first.
    assert!(
        lines[0].starts_with("m.threat:7:") && lines[0].contains("odd: `b`, `a` and `c` (high"),
        "{reported}"
    );
    assert!(
        reported.contains("also `a` (medium)") && reported.contains("also `c` (medium)"),
        "{reported}"
    );
}

#[test]
fn a_finding_is_reported_in_the_file_of_its_element() {
    let model = "
        //- top.threat
        boundary vpc
        rule odd { on: process category: tampering when: not redundancy }
        //- a.threat
        process a in vpc { redundancy: no }
        //- b.threat
        process b in vpc { redundancy: no }";
    let text = render(&workspace(&fixture(&self::model(model))));
    let reported = |file: &str| {
        text.lines()
            .any(|line| line.starts_with(file) && line.contains("missing-mitigation"))
    };
    assert!(reported("a.threat") && reported("b.threat"), "{text}");
}

#[test]
fn a_missing_fact_is_asked_for_once_in_the_file_that_would_state_it() {
    let model = "
        //- base.threat
        asset card { classification: restricted }
        rule odd { on: flow category: tampering when: source.kind = system }
        external partner
        //- a.threat
        component a
        process it
        flow partner -> it { sends: card }
        //- b.threat
        component b
        process it
        flow partner -> it { sends: card }";
    let text = render(&workspace(&fixture(&self::model(model))));
    let reported: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("`kind` is unspecified for `partner`"))
        .collect();
    assert_eq!(reported.len(), 1, "{text}");
    assert!(reported[0].starts_with("base.threat:3:10 "), "{text}");
}

#[test]
fn flows_of_one_file_are_one_diagnostic() {
    let model = "
        asset card { classification: confidential }
        boundary vpc
        external shopper { kind: person technology: worker }
        process shop in vpc FACTS
        flow shopper -> shop { protocol: http authentication: key authorization: end_user sends: card }
        flow pay: shopper -> shop { protocol: http authentication: key authorization: end_user sends: card }
        flow leave: shopper -> shop { protocol: http authentication: key authorization: end_user sends: card }
        mitigation limits { based_on: rate_limiting }
        boundary second
        process shop2 in second FACTS
        flow elsewhere: shopper -> shop2 { protocol: http authentication: key authorization: end_user sends: card }"
        .replace("FACTS", "{ technology: worker accepts: json privileges: user mitigations: limits }");
    check(
        reported(&model),
        expect![[r#"
            m.threat:6:14 error[missing-mitigation] Cleartext transmission of sensitive data: `(shopper -> shop)`, `pay`, `leave` and 1 more (high, information disclosure)
                m.threat:6:98 it carries `card`, which is confidential
                m.threat:6:32 it uses `http`, which is not encrypted
                m.threat:7:14 also `pay` (high)
                m.threat:8:14 also `leave` (high)
                m.threat:12:14 also `elsewhere` (high)
                help: Use an encrypted protocol such as TLS, or send the flow through a tunnel.
                help: possible mitigations: `vpn`, `payload_encryption`
                finding: std.unencrypted_flow@(shopper -> shop)
                finding: std.unencrypted_flow@pay
                finding: std.unencrypted_flow@leave
                finding: std.unencrypted_flow@elsewhere
        "#]],
    );
}

#[test]
fn names_of_findings() {
    let model = "
        //- payments.threat
        component payments
        asset card { classification: restricted }
        store ledger { stores: card encryption: none }
        process api { accepts: serialized_objects }
        flow api -> ledger { protocol: sql sends: card }
        rule own { on: flow category: tampering when: carries >= restricted }
        threat fraud { category: spoofing targets: api }
        //- top.threat
        process batch
        flow batch -> payments.ledger { sends: payments.card }
        flow batch -> nowhere { sends: payments.card }
        flow { sends: payments.card }";
    check(
        findings(&self::model(model)),
        expect![[r#"
            high open unencrypted_store@payments.ledger
            high open public_object_store@payments.ledger, not stated: technology of payments.ledger
            high open secrets_without_vault@payments.ledger, not stated: kind of payments.card
            high open shared_tenant_store@payments.ledger, not stated: tenancy of payments.ledger
            high open unauthenticated_inside@(payments.api -> payments.ledger), not stated: authentication of (payments.api -> payments.ledger)
            high open payments.own@(payments.api -> payments.ledger)
            high open payments.fraud
            high open unauthenticated_inside@(batch -> payments.ledger), not stated: authentication of (batch -> payments.ledger)
            high open payments.own@(batch -> payments.ledger)
            high open unauthenticated_inside@(batch -> nowhere), not stated: authentication of (batch -> nowhere)
            high open payments.own@(batch -> nowhere)
            high open unauthenticated_inside@(? -> ?), not stated: authentication of (? -> ?)
            high open payments.own@(? -> ?)
            medium open missing_audit_trail@payments.ledger
            medium open secrets_in_source@payments.ledger, not stated: technology of payments.ledger
            medium open private_pages_in_cache@payments.api, not stated: technology of payments.api
            medium open secrets_in_source@payments.api, not stated: technology of payments.api
            medium open unencrypted_flow@(payments.api -> payments.ledger)
            medium open private_pages_in_cache@batch, not stated: technology of batch
            medium open secrets_in_source@batch, not stated: technology of batch
            medium open unencrypted_flow@(batch -> payments.ledger), not stated: protocol of (batch -> payments.ledger)
            medium open unencrypted_flow@(batch -> nowhere), not stated: protocol of (batch -> nowhere)
            medium open unencrypted_flow@(? -> ?), not stated: protocol of (? -> ?)
        "#]],
    );
}

/// A store in clear text, and what is said about it.
fn state(more: &str, of_store: &str) -> String {
    let model = format!(
        "//- m.threat
         component m {{ MITIGATIONS }}
         asset card {{ classification: confidential }}
         boundary outer {{ OUTER }}
         boundary inner in outer {{ INNER }}
         store ledger in inner {{ stores: card encryption: none {of_store} }}
         mitigation sealed {{ counters: unencrypted_store }}
         {more}"
    );
    let model = self::model(&model)
        .replace("MITIGATIONS", "")
        .replace("OUTER", "")
        .replace("INNER", "");
    findings_of("unencrypted_store", &model)
}

#[test]
fn states_of_a_finding() {
    let accept = |finding: &str, until: &str| {
        state(
            &format!(
                "accept risk {{ findings: {finding} by: \"x\" until: {until} because: \"y\" }}"
            ),
            "",
        )
    };
    let mitigation = |facts: &str| {
        state(
            &format!("mitigation vault {{ {facts} }}"),
            "mitigations: vault",
        )
    };
    check(
        state("", ""),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
    check(
        state("", "mitigations: sealed"),
        expect![[r#"
        medium mitigated unencrypted_store@m.ledger by m.sealed
    "#]],
    );
    check(
        state("", "mitigations: rate_limiting"),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
    check(
        state("", "out_of_scope: \"theirs\""),
        expect![[r#"
        medium out of scope unencrypted_store@m.ledger
    "#]],
    );
    // By what the mitigation is based on, by the category, by the rule; done or not.
    check(
        mitigation("based_on: sealed status: verified"),
        expect![[r#"
        medium mitigated unencrypted_store@m.ledger by m.vault
    "#]],
    );
    check(
        mitigation("based_on: sealed status: planned due: 2026-02-01 owner: \"team\""),
        expect![[r#"
        medium planned unencrypted_store@m.ledger by m.vault
    "#]],
    );
    check(
        mitigation("counters: unencrypted_store status: planned due: 2026-02-01 owner: \"team\""),
        expect![[r#"
        medium planned unencrypted_store@m.ledger by m.vault
    "#]],
    );
    // Nobody has decided on what is proposed.
    check(
        mitigation("counters: unencrypted_store status: proposed"),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
    check(
        mitigation("counters: information_disclosure"),
        expect![[r#"
        medium mitigated unencrypted_store@m.ledger by m.vault
    "#]],
    );
    check(
        mitigation("counters: tampering"),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
    // Of two, the one that is done counts.
    let two =
        "mitigation late { based_on: sealed status: planned due: 2026-02-01 owner: \"team\" }";
    check(
        state(two, "mitigations: late, sealed"),
        expect![[r#"
        medium mitigated unencrypted_store@m.ledger by m.sealed
    "#]],
    );
    // Accepted up to its last day.
    check(
        accept("unencrypted_store@ledger", "2026-01-01"),
        expect![[r#"
        medium accepted unencrypted_store@m.ledger by m.risk
    "#]],
    );
    check(
        accept("unencrypted_store@ledger", "2025-12-31"),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
    check(
        accept("information_disclosure@ledger", "2026-06-01"),
        expect![[r#"
        medium accepted unencrypted_store@m.ledger by m.risk
    "#]],
    );
    check(
        accept("tampering@ledger", "2026-06-01"),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
    check(
        accept("missing_backup@ledger", "2026-06-01"),
        expect![[r#"
        medium open unencrypted_store@m.ledger
    "#]],
    );
}

#[test]
fn states_of_a_threat() {
    let state = |of_threat: &str, of_target: &str, more: &str| {
        let text = format!(
            "process api {{ {of_target} }}
             threat fraud {{ category: spoofing targets: api {of_threat} }}
             mitigation checks {{ counters: fraud status: planned due: 2026-02-01 owner: \"team\" }}
             {more}"
        );
        findings(&text)
    };
    check(
        state("", "", ""),
        expect![[r#"
        low open fraud
    "#]],
    );
    check(
        state("mitigations: checks", "", ""),
        expect![[r#"
        low planned fraud by checks
    "#]],
    );
    check(
        state("mitigations: checks, rate_limiting", "", ""),
        expect![[r#"
            low planned fraud by checks
        "#]],
    );
    check(
        state("", "mitigations: checks", ""),
        expect![[r#"
        low planned fraud by checks
    "#]],
    );
    check(
        state("", "mitigations: rate_limiting", ""),
        expect![[r#"
        low open fraud
    "#]],
    );
    let accept = "accept it { findings: fraud by: \"x\" until: 2026-02-01 because: \"y\" }";
    check(
        state("", "", accept),
        expect![[r#"
        low accepted fraud by it
    "#]],
    );
    check(
        state("", "", &accept.replace("fraud", "spoofing@api")),
        expect![[r#"
        low open fraud
    "#]],
    );
}

#[test]
fn mitigations_of_components_and_boundaries_protect_what_is_in_them() {
    let base = "
        //- shop.threat
        component shop {}
        //- part.threat
        component shop.part {}
        asset card { classification: confidential }
        boundary outer {}
        boundary inner in outer {}
        boundary aside {}
        store ledger in inner { stores: card encryption: none }
        mitigation sealed { counters: unencrypted_store }";
    let put = |at: &str| {
        let model = model(base);
        let line = format!("{} {{ mitigations: shop.part.sealed", at);
        assert!(model.contains(&format!("{at} {{")), "there is no {at}");
        findings_of(
            "unencrypted_store",
            &model.replacen(&format!("{at} {{"), &line, 1),
        )
    };
    let places = [
        "component shop",
        "component shop.part",
        "boundary outer",
        "boundary inner in outer",
        "boundary aside",
    ];
    let table: String = places
        .iter()
        .map(|at| format!("{at}: {}", put(at)))
        .collect();
    check(
        table,
        expect![[r#"
        component shop: medium mitigated unencrypted_store@shop.part.ledger by shop.part.sealed
        component shop.part: medium mitigated unencrypted_store@shop.part.ledger by shop.part.sealed
        boundary outer: medium mitigated unencrypted_store@shop.part.ledger by shop.part.sealed
        boundary inner in outer: medium mitigated unencrypted_store@shop.part.ledger by shop.part.sealed
        boundary aside: medium open unencrypted_store@shop.part.ledger
    "#]],
    );
}

#[test]
fn a_flow_is_protected_by_what_it_runs_within_or_enters() {
    let base = "
        asset card { classification: confidential }
        boundary left {}
        boundary around {}
        boundary entered in around {}
        boundary home in around {}
        process a in left
        process b in home
        process c in entered
        flow one: a -> c { protocol: http sends: card }
        flow two: c -> a { protocol: http sends: card }
        flow three: b -> c { protocol: http sends: card }
        mitigation wrapped { counters: unencrypted_flow }";
    let put = |at: &str| {
        let model = base.replacen(
            &format!("{at} {{"),
            &format!("{at} {{ mitigations: wrapped"),
            1,
        );
        assert_ne!(model, base, "there is no {at}");
        let states = findings_of("unencrypted_flow", &model);
        let states = states
            .lines()
            .filter(|line| line.contains("mitigated"))
            .map(|line| {
                let name = line.split('@').nth(1).unwrap_or_default();
                name.split(' ').next().unwrap_or_default()
            });
        states.collect::<Vec<_>>().join(", ")
    };
    let places = [
        "boundary left",
        "boundary around",
        "boundary entered in around",
        "boundary home in around",
    ];
    let table: String = places
        .iter()
        .map(|at| format!("{at}: {}\n", put(at)))
        .collect();
    check(
        table,
        expect![[r#"
        boundary left: two
        boundary around: one, three
        boundary entered in around: one, three
        boundary home in around: 
    "#]],
    );
}

#[test]
fn severity_is_by_likelihood_and_impact() {
    let words = Level::ALL.map(Level::word);
    let mut table = String::new();
    for (likelihood, row) in words.iter().zip(SEVERITY_MATRIX) {
        for (impact, severity) in words.iter().zip(row) {
            let model = format!(
                "process api
                 threat t {{ category: spoofing targets: api likelihood: {likelihood} impact: {impact} }}"
            );
            assert_eq!(findings(&model), format!("{} open t\n", severity.word()));
        }
        let row: Vec<&str> = row.iter().map(|severity| severity.word()).collect();
        table += &format!("{likelihood}: {}\n", row.join(" "));
    }
    check(
        table,
        expect![[r#"
            low: low low medium high
            medium: low medium high high
            high: medium high high critical
            critical: high high critical critical
        "#]],
    );
}

#[test]
fn severity_of_a_rule_follows_what_is_held_and_exposure() {
    let severity = |classification: &str, likelihood: &str, start: &str| {
        let model = format!(
            "asset data {{ classification: {classification} }}
             rule odd {{ on: process category: tampering when: any(incoming) likelihood: {likelihood} }}
             external outside
             process inside
             process api {{ handles: data }}
             flow {start} -> api"
        );
        findings_of("odd", &model)
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut table = String::new();
    for classification in ["public", "internal", "confidential", "restricted"] {
        let row: Vec<_> = [
            ("low", "inside"),
            ("low", "outside"),
            ("medium", "inside"),
            ("medium", "outside"),
        ]
        .into_iter()
        .map(|(likelihood, start)| severity(classification, likelihood, start))
        .collect();
        table += &format!("{classification}: {}\n", row.join(" "));
    }
    check(
        table,
        expect![[r#"
            public: low medium medium high
            internal: low medium medium high
            confidential: medium high high high
            restricted: high high high critical
        "#]],
    );
}

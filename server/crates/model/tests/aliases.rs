//! Words that people know from elsewhere: what is said of them.

use expect_test::{Expect, expect};
use std::collections::HashSet;
use threatline_model::{Kind, World, aliases, lower, short_name, visible_declarations};
use threatline_testkit::{fixture, render, workspace};

/// The errors of a model, with their help.
#[track_caller]
fn check(model: &str, expected: Expect) {
    let rendered = render(&workspace(&fixture(model)));
    let mut shown = String::new();
    let mut is_error = false;
    for line in rendered.lines() {
        if !line.starts_with(' ') {
            is_error = line.contains(" error[");
        }
        if is_error {
            shown += line;
            shown.push('\n');
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn an_alias_means_something_of_the_library() {
    let workspace = workspace(&[]);
    let db = workspace.db();
    let library = World::get(db).library(db);
    for kind in [Kind::Technology, Kind::Protocol, Kind::Mitigation] {
        let known: HashSet<&str> = visible_declarations(db, library, &[kind])
            .into_iter()
            .map(|decl| short_name(db, decl))
            .collect();
        let mut seen = HashSet::new();
        for alias in aliases::of_definitions(kind) {
            if let Some(meant) = alias.meant {
                assert!(
                    known.contains(meant),
                    "{kind:?}: nothing is called `{meant}`"
                );
            }
            for word in alias.words() {
                assert!(!known.contains(word), "{kind:?}: `{word}` is a name itself");
                assert!(seen.insert(word), "{kind:?}: `{word}` is there twice");
            }
        }
    }
}

#[test]
fn products_are_technologies() {
    check(
        "
store orders { technology: postgres }
store redis { technology: redis }
process web { technology: nginx }
process api { technology: K8S, relational_databse }
",
        expect![[r#"
            model.threat:1:28 error[unresolved-reference] no technology `postgres` is declared
                help: did you mean `relational_database`?
                instead: relational_database
            model.threat:2:27 error[wrong-kind] `redis` is a store, but a technology is required here
                model.threat:2:7 `redis` is declared here
                help: did you mean `cache`?
                instead: cache
            model.threat:3:27 error[unresolved-reference] no technology `nginx` is declared
                help: did you mean `web_server`?
                help: `reverse_proxy` if it forwards requests
                instead: web_server
            model.threat:4:27 error[unresolved-reference] no technology `K8S` is declared
                help: did you mean `kubernetes`?
                instead: kubernetes
            model.threat:4:32 error[unresolved-reference] no technology `relational_databse` is declared
                help: did you mean `relational_database`?
                instead: relational_database
        "#]],
    );
}

#[test]
fn protocols_have_other_names() {
    check(
        "
process a
process b
flow f1: a -> b { protocol: tls }
flow f2: a -> b { protocol: grpcs }
flow f3: a -> b { protocol: soap }
flow f4: a -> b { protocol: websocket authentication: oidc }
flow f5: a -> b { protocol: vpn authentication: api-key }
flow f6: a -> b { protocol: tcp authentication: jwt }
",
        expect![[r#"
            model.threat:3:29 error[wrong-kind] `tls` is a mitigation, but a protocol is required here
                std/mitigations.threat:6:12 `tls` is declared here
                help: did you mean `tcp_tls`?
                instead: tcp_tls
            model.threat:4:29 error[unresolved-reference] no protocol `grpcs` is declared
                help: did you mean `grpc_tls`?
                instead: grpc_tls
            model.threat:5:29 error[unresolved-reference] no protocol `soap` is declared
                help: did you mean `https`?
                help: `http` without TLS; what it serves is the `technology` of its target
                instead: https
            model.threat:6:29 error[unresolved-reference] no protocol `websocket` is declared
                help: did you mean `ws`?
                help: `wss` over TLS
                instead: ws
            model.threat:6:55 error[unknown-word] `oidc` is not an authentication: one of none, network_address, password, session, token, key, signature, certificate, mutual_tls, federated
                help: did you mean `federated`?
                instead: federated
            model.threat:7:29 error[wrong-kind] `vpn` is a mitigation, but a protocol is required here
                std/mitigations.threat:28:12 `vpn` is declared here
                help: write `tunnel: vpn` or `tunnel: ssh` next to the `protocol` that runs through it
            model.threat:7:49 error[unknown-word] `api-key` is not an authentication: one of none, network_address, password, session, token, key, signature, certificate, mutual_tls, federated
                help: did you mean `key`?
                instead: key
            model.threat:8:49 error[unknown-word] `jwt` is not an authentication: one of none, network_address, password, session, token, key, signature, certificate, mutual_tls, federated
                help: did you mean `token`?
                instead: token
        "#]],
    );
}

#[test]
fn words_have_other_names() {
    check(
        "
boundary vpc { trust: trusted }
external human in vpc { kind: human }
store db { encryption: yes backup: true }
threat t { category: dos targets: db }
",
        expect![[r#"
            model.threat:1:23 error[unknown-word] `trusted` is not a trust level: one of untrusted, low, medium, high
                help: did you mean `high`?
                help: the levels are `untrusted`, `low`, `medium` and `high`
                instead: high
            model.threat:2:31 error[unknown-word] `human` is not a kind of external entity: one of person, system, device
                help: did you mean `person`?
                instead: person
            model.threat:3:24 error[unknown-word] `yes` is not an encryption: one of none, at_rest, client_side
                help: did you mean `at_rest`?
                instead: at_rest
            model.threat:3:36 error[invalid-value] `backup` takes `yes` or `no`, not `true`
                help: did you mean `yes`?
                instead: yes
            model.threat:4:22 error[unknown-word] `dos` is not a STRIDE category: one of spoofing, tampering, repudiation, information_disclosure, denial_of_service, elevation_of_privilege
                help: did you mean `denial_of_service`?
                instead: denial_of_service
        "#]],
    );
}

#[test]
fn properties_have_other_names() {
    check(
        "
process api {
  title: \"API\"
  description: \"What it is\"
  mitigation: tls
  asset: card
  boundary: vpc
}
flow f: api -> api { auth: none encryption: yes data: card }
mitigation m { mitigates: spoofing }
",
        expect![[r#"
            model.threat:2:3 error[unknown-property] a process has no property `title`
                help: the title is a string in the heading, behind the name: `process shop "Shop"`
            model.threat:3:3 error[unknown-property] a process has no property `description`
                help: a description is written above the declaration, as `/// text`
            model.threat:4:3 error[unknown-property] a process has no property `mitigation`
                help: did you mean `mitigations`?
                instead: mitigations
            model.threat:5:3 error[unknown-property] a process has no property `asset`
                help: did you mean `handles`?
                instead: handles
            model.threat:6:3 error[unknown-property] a process has no property `boundary`
                help: write it in the heading: `in` and the name of the boundary, before the `{`
            model.threat:8:22 error[unknown-property] a flow has no property `auth`
                help: did you mean `authentication`?
                instead: authentication
            model.threat:8:33 error[unknown-property] a flow has no property `encryption`
                help: encryption follows from the `protocol`, such as `https`, or from the `tunnel`
            model.threat:8:49 error[unknown-property] a flow has no property `data`
                help: did you mean `sends`?
                help: `receives` is what the source gets back
                instead: sends
            model.threat:9:16 error[unknown-property] a mitigation has no property `mitigates`
                help: did you mean `counters`?
                instead: counters
        "#]],
    );
}

#[test]
fn a_wrong_keyword_costs_only_itself() {
    check(
        "
process p \"P\"
actor user \"User\" {
  kind: person
}
database orders \"Orders\" { stores: card }
flow use: user -> p { sends: card }
asset card { classification: public }
",
        expect![[r#"
            model.threat:2:1 error[syntax-error] nothing is declared with `actor`; did you mean `external`?
                instead: external
            model.threat:5:1 error[syntax-error] nothing is declared with `database`; did you mean `store`?
                instead: store
        "#]],
    );
}

/// Whatever is broken where, each place is one of the text.
#[test]
fn slips_are_reported_at_whole_characters() {
    let text = "component é \u{201c}É\u{201d} {\n  process a\u{301} 'Ä' { tags = «ü», [x]\n owner:\n\
                - “é”\n - 'b' # ä\n }\nactör ü \u{201e}x\u{201c}\nflow é → ü\nflow ü <- é; }\n";
    let signs = [
        "",
        "{",
        "}",
        "#",
        "'",
        "\u{201c}",
        "=",
        "→",
        "<-",
        "-",
        "[",
        "actör é\n",
        "\"",
    ];
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    for (number, place) in places.iter().enumerate() {
        for sign in signs {
            let end = places.get(number + 1).copied().unwrap_or(text.len());
            let broken = [&text[..*place], sign, &text[end..]].concat();
            for error in lower(&broken).errors.listed {
                assert!(
                    broken.get(error.span.range()).is_some(),
                    "{error:?} of {broken}"
                );
            }
            if sign == "#" && number.is_multiple_of(7) {
                render(&workspace(&[("m.threat".to_owned(), broken)]));
            }
        }
    }
}

#[test]
fn slips_are_one_error_each() {
    check(
        "
# What we sell.
process shop 'Shop' {
  technology = postgres
  accepts:
    - json
    - html
  mitigation: mfa
}
flow pay: shop => shop { sends: card }
asset card { classification: public }
",
        expect![[r#"
            model.threat:1:1 error[syntax-error] unexpected `#`: a comment is written `// text`
            model.threat:2:14 error[syntax-error] unexpected `'`: a string is written `"text"`
            model.threat:3:14 error[syntax-error] unexpected `=`: a property is written `name: value`
            model.threat:3:16 error[unresolved-reference] no technology `postgres` is declared
                help: did you mean `relational_database`?
                instead: relational_database
            model.threat:5:5 error[syntax-error] unexpected `-`: a list is written `a, b`
            model.threat:7:3 error[unknown-property] a process has no property `mitigation`
                help: did you mean `mitigations`?
                instead: mitigations
            model.threat:9:16 error[syntax-error] unexpected `=>`: a flow is written `source -> target`
        "#]],
    );
    check(
        "
import \"common\"
component shop \"Shop\" {
  store orders \"Orders\"
  process api \"API\"
}
",
        expect![[r#"
            model.threat:1:1 error[syntax-error] unexpected `import`: a model is all `.threat` files of its folder, without imports
            model.threat:2:23 error[syntax-error] unexpected `{`: a component is its whole file, and what it declares follows without braces
        "#]],
    );
}

/// A former name means what the name of today means, and is reported.
#[test]
fn former_names_still_work() {
    let files = fixture(
        "
boundary partner { kind: organisation }
external carrier in partner { kind: system }
process shop { technology: worker tenancy: multi }
flow book: shop -> carrier { protocol: https }
accept shared { findings: noisy_neighbour@shop by: \"CISO\" until: 2099-01-31 because: \"Few.\" }
mitigation shares { counters: std.noisy_neighbour }
rule near { on: process category: tampering when: any(neighbours where placed = organisation) }
",
    );
    let rendered = render(&workspace(&files));
    let lines = rendered
        .lines()
        .filter(|line| line.contains("error[") || line.contains("outdated-name"));
    let lines: Vec<String> = lines.map(|line| format!("{line}\n")).collect();
    expect![[r#"
        model.threat:1:26 warning[outdated-name] `organisation` is now called `organization`
        model.threat:5:27 warning[outdated-name] `noisy_neighbour` is now called `noisy_neighbor`
        model.threat:6:31 warning[outdated-name] `noisy_neighbour` is now called `noisy_neighbor`
        model.threat:7:51 warning[outdated-name] `neighbours` is now called `neighbors`
        model.threat:7:81 warning[outdated-name] `organisation` is now called `organization`
    "#]]
    .assert_eq(&lines.concat());
}

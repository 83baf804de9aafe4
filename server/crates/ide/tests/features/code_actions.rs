//! What is offered to be done, and what it makes of a text: the text is the documentation.

use crate::cursor_before;
use expect_test::{Expect, expect};
use threatline_format::format;
use threatline_ide::change::applied;
use threatline_ide::code_actions::{
    CodeAction, code_actions, fix_all, settings_code_actions, span_of,
};
use threatline_ide::snippet::plain_text;
use threatline_model::{File, FileText, Model, Span, Workspace, codes, diagnostics};
use threatline_syntax::{parse, syntax_errors};
use threatline_testkit::{Cursor, cases, example_models, fixture, stride, workspace};

pub fn models(workspace: &Workspace) -> Vec<Model> {
    workspace.models().chain(workspace.tests()).collect()
}

fn offered(cursor: &Cursor) -> Vec<CodeAction> {
    let at = Span {
        start: cursor.offset,
        end: cursor.offset,
    };
    code_actions(
        cursor.db(),
        &models(&cursor.workspace),
        cursor.file,
        at,
        false,
    )
}

/// The titles of what is offered at the cursor.
#[track_caller]
pub fn titles(model: &str, expected: Expect) {
    let cursor = Cursor::new(model);
    let all = offered(&cursor);
    let shown = all.iter().map(|action| {
        format!(
            "{}{}\n",
            if action.is_preferred { "* " } else { "- " },
            action.title
        )
    });
    expected.assert_eq(&shown.collect::<String>());
}

/// The files that an action changes, as it leaves them.
pub fn after(workspace: &Workspace, action: &CodeAction) -> Vec<(String, String)> {
    let db = workspace.db();
    let plain = |text: String| {
        if action.change.is_snippet {
            plain_text(&text)
        } else {
            text
        }
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for (path, edits) in &action.change.edits {
        let text: &str = match workspace.file(path) {
            Some(file) => &file.source(db).text,
            None => &workspace.models().next().unwrap().settings(db).text,
        };
        let mut edits = edits.clone();
        edits.sort_by_key(|edit| edit.span.start);
        assert!(
            edits
                .windows(2)
                .all(|two| two[0].span.end <= two[1].span.start),
            "{}: {edits:?}",
            action.title
        );
        edits
            .iter_mut()
            .for_each(|edit| edit.text = plain(edit.text.clone()));
        files.push((path.to_string(), applied(text, &edits)));
    }
    files.extend(
        action
            .change
            .created
            .iter()
            .map(|(path, text)| (path.to_string(), plain(text.clone()))),
    );
    files
}

/// What the action with this beginning of its title makes of the model.
#[track_caller]
pub fn done(model: &str, title: &str, expected: Expect) {
    let cursor = Cursor::new(model);
    let all = offered(&cursor);
    let Some(action) = all.iter().find(|action| action.title.starts_with(title)) else {
        panic!(
            "`{title}` is none of {:#?}",
            all.iter().map(|action| &action.title).collect::<Vec<_>>()
        );
    };
    let files = after(&cursor.workspace, action);
    let shown = files.iter().map(|(path, text)| {
        if files.len() > 1 {
            format!("//- {path}\n{text}")
        } else {
            text.clone()
        }
    });
    expected.assert_eq(&shown.collect::<String>());
}

const SHOP: &str = "asset card \"Card\" { classification: restricted }

boundary internet { trust: untrusted }
boundary vpc

external shopper in internet { kind: person }

process shop in vpc { mitigations: rate_limiting }

flow pay: shopper -> shop {
  protocol: http
  authentication: token
  authorization: end_user
  sends: card
}
";

#[track_caller]
fn at(word: &str) -> String {
    cursor_before(SHOP, word)
}

#[test]
fn an_open_threat_can_be_countered_written_down_or_accepted() {
    titles(
        &at("pay:"),
        expect![[r#"
            * Change `protocol` to `https` (closes 1 finding)
            - Plan a mitigation based on `tls` for `pay` by 2026-01-31
            - State that `vpn` is in place on `pay` (asserted)
            - State that `payload_encryption` is in place on `pay` (asserted)
            - Record as a threat
            - Accept `unencrypted_flow@pay` with a person, an end date and a reason
            - Dismiss `unencrypted_flow@pay`: it does not apply
            - Set `multi_factor` on `pay`
            - Set `multi_factor: yes` on `pay`
            - Set `multi_factor: no` on `pay`
        "#]],
    );
    done(
        &at("pay:"),
        "State that `vpn`",
        expect![[r#"
        asset card "Card" { classification: restricted }

        boundary internet { trust: untrusted }
        boundary vpc

        external shopper in internet { kind: person }

        process shop in vpc { mitigations: rate_limiting }

        flow pay: shopper -> shop {
          protocol: http
          authentication: token
          authorization: end_user
          sends: card
          mitigations: vpn
        }
    "#]],
    );
    done(
        &at("pay:"),
        "Change `protocol`",
        expect![[r#"
        asset card "Card" { classification: restricted }

        boundary internet { trust: untrusted }
        boundary vpc

        external shopper in internet { kind: person }

        process shop in vpc { mitigations: rate_limiting }

        flow pay: shopper -> shop {
          protocol: https
          authentication: token
          authorization: end_user
          sends: card
        }
    "#]],
    );
    done(
        &at("pay:"),
        "Dismiss",
        expect![[r#"
            asset card "Card" { classification: restricted }

            boundary internet { trust: untrusted }
            boundary vpc

            external shopper in internet { kind: person }

            process shop in vpc { mitigations: rate_limiting }

            flow pay: shopper -> shop {
              protocol: http
              authentication: token
              authorization: end_user
              sends: card
            }

            dismiss unencrypted_flow_on_pay {
              finding: unencrypted_flow@pay
              by: "who decided it", "who confirmed it"
              because: "why it does not apply"
              while: protocol is http
            }
        "#]],
    );
    done(
        &at("pay:"),
        "Plan a mitigation",
        expect![[r#"
            asset card "Card" { classification: restricted }

            boundary internet { trust: untrusted }
            boundary vpc

            external shopper in internet { kind: person }

            process shop in vpc { mitigations: rate_limiting }

            flow pay: shopper -> shop {
              protocol: http
              authentication: token
              authorization: end_user
              sends: card
              mitigations: our_tls
            }

            mitigation our_tls "TLS" {
              based_on: tls
              status: planned
              due: 2026-01-31
              owner: "TODO"
            }
        "#]],
    );
    done(
        &at("pay:"),
        "Record as a threat",
        expect![[r#"
        asset card "Card" { classification: restricted }

        boundary internet { trust: untrusted }
        boundary vpc

        external shopper in internet { kind: person }

        process shop in vpc { mitigations: rate_limiting }

        flow pay: shopper -> shop {
          protocol: http
          authentication: token
          authorization: end_user
          sends: card
        }

        threat unencrypted_flow "Cleartext transmission of sensitive data" {
          category: information_disclosure
          targets: pay
          references: CWE-319
        }
    "#]],
    );
    done(
        &at("pay:"),
        "Accept",
        expect![[r#"
            asset card "Card" { classification: restricted }

            boundary internet { trust: untrusted }
            boundary vpc

            external shopper in internet { kind: person }

            process shop in vpc { mitigations: rate_limiting }

            flow pay: shopper -> shop {
              protocol: http
              authentication: token
              authorization: end_user
              sends: card
            }

            accept pay_risk {
              findings: unencrypted_flow@pay
              severity: critical
              by: "who accepts it"
              until: 2026-04-01
              because: "why"
            }
        "#]],
    );
}

#[test]
fn a_missing_fact_is_stated_where_the_reference_lists_it() {
    let model =
        SHOP.replace("  authorization: end_user\n", "")
            .replacen("flow pay", "flow $0pay", 1);
    titles(
        &model,
        expect![[r#"
            * Change `protocol` to `https` (closes 1 finding)
            - Plan a mitigation based on `tls` for `pay` by 2026-01-31
            - State that `vpn` is in place on `pay` (asserted)
            - State that `payload_encryption` is in place on `pay` (asserted)
            - Record as a threat
            - Accept `unencrypted_flow@pay` with a person, an end date and a reason
            - Dismiss `unencrypted_flow@pay`: it does not apply
            - Set `authorization` on `pay`
            - Set `authorization: service` on `pay`
            - Set `authorization: end_user` on `pay`
            - Set `authorization: none` on `pay`
            - Set `multi_factor` on `pay`
            - Set `multi_factor: yes` on `pay`
            - Set `multi_factor: no` on `pay`
        "#]],
    );
    done(
        &model,
        "Set `authorization: service`",
        expect![[r#"
        asset card "Card" { classification: restricted }

        boundary internet { trust: untrusted }
        boundary vpc

        external shopper in internet { kind: person }

        process shop in vpc { mitigations: rate_limiting }

        flow pay: shopper -> shop {
          protocol: http
          authentication: token
          authorization: service
          sends: card
        }
    "#]],
    );
}

#[test]
fn what_is_not_declared_is_declared_where_it_belongs() {
    titles(
        "process a in v$0pc",
        expect![[r#"
            - Declare a boundary `vpc`
        "#]],
    );
    done(
        "process a in v$0pc",
        "Declare a boundary",
        expect![[r#"
        process a in vpc

        boundary vpc
    "#]],
    );
    done(
        "
//- a.threat
component payments
//- b.threat
process a
flow f: a -> payments.led$0ger { sends: card }
",
        "Declare a store",
        expect![[r#"
            component payments

            store ledger
        "#]],
    );
    done(
        "process a\nstore b\nflow f: a -> b { sends: ca$0rd }",
        "Declare an asset",
        expect![[r#"
        process a
        store b
        flow f: a -> b { sends: card }

        asset card { classification: confidential }
    "#]],
    );
}

#[test]
fn small_mistakes_are_fixed() {
    done(
        "process a { tecnolog$0y: web_service }",
        "Change to",
        expect!["process a { technology: web_service }"],
    );
    done(
        "boundary a { kind: organisation$0 }",
        "Change to",
        expect!["boundary a { kind: organization }"],
    );
    done(
        "rule near { on: process category: tampering when: any(neigh$0bours) }",
        "Change to",
        expect!["rule near { on: process category: tampering when: any(neighbors) }"],
    );
    done(
        "asset a { classification: intrenal$0 }",
        "Change to",
        expect!["asset a { classification: internal }"],
    );
    done(
        "process a { accepts: json, xml, js$0on }",
        "Remove from the list",
        expect!["process a { accepts: json, xml }"],
    );
    done(
        "/// Some$0thing.\n/// More.\n\n",
        "Convert to a comment",
        expect![[r#"
        // Something.
        // More.

    "#]],
    );
    done(
        "asset $0a",
        "Set `classification: internal`",
        expect!["asset a { classification: internal }"],
    );
    done(
        "process a\n\n// about it\ntechnology $0mine\n\nprocess b\n",
        "Remove `mine`",
        expect![[r#"
        process a

        process b
    "#]],
    );
}

#[test]
fn days_are_moved() {
    let model = "process a\nprocess b\nflow f: a -> b { protocol: http }\nmitigation m {\n  based_on: tls\n  status: planned\n  due: 2025-$012-01\n}\n";
    titles(
        model,
        expect![[r#"
            - Change the due date to 2026-04-01
            - Change the due date to 2027-01-01
            - Mark as implemented
        "#]],
    );
    done(
        model,
        "Mark as implemented",
        expect![[r#"
        process a
        process b
        flow f: a -> b { protocol: http }
        mitigation m {
          based_on: tls
          status: implemented
        }
    "#]],
    );
    done(
        model,
        "Change the due date to",
        expect![[r#"
        process a
        process b
        flow f: a -> b { protocol: http }
        mitigation m {
          based_on: tls
          status: planned
          due: 2026-04-01
        }
    "#]],
    );
}

#[test]
fn flows_get_names() {
    done(
        "process a\nstore b\nflow a -> $0b { protocol: http }\naccept x { findings: unencrypted_flow@(a -> b) }\n",
        "Name this flow",
        expect![[r#"
            process a
            store b
            flow a_to_b: a -> b { protocol: http }
            accept x { findings: unencrypted_flow@a_to_b }
        "#]],
    );
    done(
        "process a\nstore b\nflow \"Title\": a -> $0b\n",
        "Name this flow",
        expect![[r#"
        process a
        store b
        flow a_to_b "Title": a -> b
    "#]],
    );
}

#[test]
fn lists_and_properties_are_ordered() {
    done(
        "process a {\n  accepts: xml, js$0on, csv\n}\n",
        "Sort",
        expect![[r#"
        process a {
          accepts: csv, json, xml
        }
    "#]],
    );
    done(
        "process $0a {\n  accepts: xml\n  technology: web_service\n}\n",
        "Sort the properties",
        expect![[r#"
        process a {
          technology: web_service
          accepts: xml
        }
    "#]],
    );
}

#[test]
fn what_grew_gets_a_file_of_its_own() {
    done(
        "
//- shop.threat
component shop
process web
/// What was ordered.
store$0 orders { technology: database }
flow save: web -> orders { protocol: sql }
accept x { findings: unencrypted_flow@save }
//- b.threat
process other
flow read: other -> shop.orders
",
        "Move `orders`",
        expect![[r#"
            //- b.threat
            process other
            flow read: other -> shop.orders.orders
            //- shop.threat
            component shop
            process web
            flow save: web -> shop.orders.orders { protocol: sql }
            accept x { findings: unencrypted_flow@save }
            //- orders.threat
            component shop.orders

            /// What was ordered.
            store orders { technology: database }
        "#]],
    );
}

#[test]
fn everything_without_a_decision_is_fixed_at_once() {
    let cursor = Cursor::new(
        "$0process a {\n  tecnology: web_service\n  accepts: json, xml, json\n}\n\n/// Loose.\n",
    );
    let action = fix_all(cursor.db(), cursor.file).expect("there is something");
    expect![[r#"
        process a {
          technology: web_service
          accepts: json, xml
        }

        // Loose.
    "#]]
    .assert_eq(&after(&cursor.workspace, &action)[0].1);
    assert_eq!(
        fix_all(
            Cursor::new("$0process a").db(),
            Cursor::new("$0process a").file
        ),
        None
    );
}

/// A text after everything in it is mended that needs no decision.
#[track_caller]
fn fixed(model: &str, expected: Expect) {
    let cursor = Cursor::new(&format!("$0{model}"));
    let text = match fix_all(cursor.db(), cursor.file) {
        Some(action) => after(&cursor.workspace, &action)[0].1.clone(),
        None => model.to_owned(),
    };
    expected.assert_eq(&text);
}

#[test]
fn words_from_elsewhere_are_replaced() {
    fixed(
        "actor user \"User\" {\n  kind: human\n}\nstore redis { technology: redis, postgres }\n\
         flow a: user => redis { protocol: grpcs auth: oidc }\n# Why.\n",
        expect![[r#"
            external user "User" {
              kind: person
            }
            store redis { technology: cache, relational_database }
            flow a: user -> redis { protocol: grpc_tls authentication: oidc }
            // Why.
        "#]],
    );
}

#[test]
fn a_title_and_a_description_have_their_place() {
    done(
        "process api {\n  $0title: \"The API\"\n  technology: rest_api\n}\n",
        "Make it the title",
        expect![[r#"
            process api "The API" { technology: rest_api }
        "#]],
    );
    done(
        "store a\nprocess api \"API\" {\n  $0description: \"What\\nit is\"\n}\n",
        "Make it the description",
        expect![[r#"
            store a
            /// What
            /// it is
            process api "API" {
            }
        "#]],
    );
}

/// A word that may mean something else is left to who wrote it.
#[test]
fn ambiguous_words_are_not_replaced() {
    let model = "boundary vpc { trust: trusted }\nboundary lan { trust: unlow }\n\
                 asset card { classification: restrictd }\n\
                 process carts { handles: cart technology: web_servise }\n\
                 flow a: carts -> carts { protocol: tcq sends: cards }\n\
                 flow b: carts -> carts { protocol: soap }\n\
                 flow c: carts -> carts { protocol: smpp authentication: oauth2 }\n";
    fixed(
        model,
        expect![[r#"
        boundary vpc { trust: trusted }
        boundary lan { trust: unlow }
        asset card { classification: restrictd }
        process carts { handles: cart technology: web_servise }
        flow a: carts -> carts { protocol: tcq sends: cards }
        flow b: carts -> carts { protocol: soap }
        flow c: carts -> carts { protocol: smpp authentication: oauth2 }
    "#]],
    );
}

#[test]
fn slips_are_fixed() {
    let model = "import 'x'\ncomponent shop {\n  process api \u{201c}API\u{201d} {\n    \
                 technology = rest\n    accepts: [json, xml]\n    mitigation: mfa\n  }\n}\n";
    fixed(
        model,
        expect![[r#"
        component shop
          process api "API" {
            technology: rest_api
            accepts: json, xml
            mitigations: mfa
          }

    "#]],
    );
}

#[test]
fn settings_are_fixed() {
    let files =
        fixture("//- threatline.toml\n[chek]\nfail_on = \"high\"\n//- a.threat\nprocess a\n");
    let workspace = workspace(&files);
    let model = workspace.models().next().unwrap();
    let found = settings_code_actions(workspace.db(), model, Span { start: 2, end: 2 });
    assert_eq!(
        found
            .iter()
            .map(|action| action.title.as_str())
            .collect::<Vec<_>>(),
        ["Change to `check`"]
    );
    assert_eq!(
        after(&workspace, &found[0])[0].1,
        "[check]\nfail_on = \"high\"\n"
    );
}

/// For each code, how often its example is mended; what is offered has to help.
#[test]
fn fixes_fix_their_diagnostics() {
    let mut reported = String::new();
    for code in codes::ALL {
        let files = fixture(code.example);
        let before = workspace(&files);
        let db = before.db();
        let all: Vec<File> = models(&before)
            .iter()
            .flat_map(|model| model.files(db).to_vec())
            .collect();
        let mut count = 0;
        for &file in &all {
            for (at, diagnostic) in diagnostics(db, file)
                .iter()
                .enumerate()
                .filter(|(_, found)| found.code == *code)
            {
                let within = span_of(db, diagnostic);
                let fixes = code_actions(db, &models(&before), file, within, false);
                for fix in fixes.iter().filter(|fix| fix.mends.contains(&at)) {
                    count += 1;
                    let changed = after(&before, fix);
                    let texts = files.iter().map(|(path, text)| {
                        let new = changed
                            .iter()
                            .find(|(other, _)| other == path)
                            .map(|(_, text)| text.clone());
                        (path.clone(), new.unwrap_or_else(|| text.clone()))
                    });
                    let after = workspace(&texts.collect::<Vec<_>>());
                    let other = after.file(file.path(db)).unwrap();
                    for (_, text) in &changed {
                        let wrong = syntax_errors(&parse(text), text);
                        let was = file.source(db).errors.len();
                        assert!(wrong.len() <= was, "{}: {}\n{text}", code.id, fix.title);
                    }
                    // What still has to be filled in cannot help yet.
                    let is_whole = !fix.change.is_snippet;
                    let same = |found: &&threatline_model::Diagnostic| {
                        found.code == *code && found.message == diagnostic.message
                    };
                    let left = diagnostics(after.db(), other).iter().filter(same).count();
                    let were = diagnostics(db, file).iter().filter(same).count();
                    assert!(
                        !is_whole || left < were,
                        "{}: `{}` does not help:\n{changed:?}",
                        code.id,
                        fix.title
                    );
                }
            }
        }
        reported += &format!("{}: {count}\n", code.id);
    }
    expect![[r#"
        syntax-error: 1
        unreadable-file: 0
        loose-description: 1
        invalid-setting: 0
        unresolved-reference: 2
        wrong-kind: 1
        duplicate-declaration: 1
        misplaced-declaration: 0
        missing-part: 1
        unknown-property: 2
        duplicate-property: 1
        missing-property: 4
        invalid-value: 2
        unknown-word: 4
        duplicate-value: 1
        unknown-reference: 1
        boundary-cycle: 2
        deep-nesting: 0
        definition-cycle: 2
        invalid-condition: 0
        missing-mitigation: 12
        unknown-trust: 5
        unstated-fact: 25
        unmet-expectation: 0
        expired-acceptance: 3
        expiring-acceptance: 3
        overdue-mitigation: 3
        mitigation-due: 3
        overdue-assumption: 2
        assumption-due: 2
        unused-asset: 1
        unused-mitigation: 1
        unused-definition: 1
        hidden-definition: 0
        outdated-name: 1
        isolated-element: 1
        empty-boundary: 1
        nothing-to-protect: 1
        external-inside: 1
        empty-flow: 2
        self-flow: 1
        contradiction: 1
        idle-acceptance: 1
        idle-dismissal: 1
        unproven-mitigation: 1
        misplaced-mitigation: 1
        broad-mitigation: 0
        ineffective-mitigation: 2
    "#]]
    .assert_eq(&reported);
}

/// Whatever is done anywhere in a sound model leaves it without syntax errors, and in canonical
/// form.
#[test]
fn what_is_done_leaves_texts_in_form() {
    let mut count = 0;
    for (nth, (name, files)) in example_models().into_iter().enumerate() {
        let mut workspace = workspace(&files);
        // Each model is examined in other places, so that every kind of declaration is.
        let skipped = nth % stride(25);
        let paths: Vec<String> = files
            .iter()
            .map(|(path, _)| path.clone())
            .filter(|path| path.ends_with(".threat"))
            .collect();
        for path in paths.iter().take(2) {
            let file = workspace.file(path).unwrap();
            let db = workspace.db();
            let text = file.source(db).text.clone();
            let starts: Vec<u32> = file
                .source(db)
                .spans
                .iter()
                .map(|spans| spans.start + spans.kind.end)
                .collect();
            for start in starts.into_iter().skip(skipped).step_by(stride(25)) {
                let within = Span { start, end: start };
                for action in code_actions(db, &models(&workspace), file, within, false) {
                    count += 1;
                    for (_, text) in after(&workspace, &action) {
                        let formatted = format(&text);
                        assert!(formatted.is_ok(), "{name}: {}\n{text}", action.title);
                        if !action.change.is_snippet {
                            assert_eq!(
                                formatted.as_deref(),
                                Ok(text.as_str()),
                                "{name}: {}",
                                action.title
                            );
                        }
                    }
                }
            }
            // Broken texts are offered something as well, and nothing breaks.
            for at in (0..text.len())
                .step_by(97 * stride(12))
                .filter(|at| text.is_char_boundary(*at))
            {
                let file = workspace.set_file(path, FileText::new(&text[..at]));
                let all = Span {
                    start: 0,
                    end: at as u32,
                };
                code_actions(workspace.db(), &models(&workspace), file, all, true);
            }
            workspace.set_file(path, FileText::new(text));
        }
    }
    assert!(count > cases(20, 500), "{count}");
}

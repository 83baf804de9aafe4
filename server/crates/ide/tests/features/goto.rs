//! Where one can go from a name.

use crate::cursor_before;
use crate::shown::target;
use expect_test::{Expect, expect};
use threatline_ide::document_highlight::document_highlights;
use threatline_ide::goto_definition::goto_definition;
use threatline_ide::goto_implementation::goto_implementation;
use threatline_ide::goto_type_definition::goto_type_definition;
use threatline_ide::references::{Role, references, references_to};
use threatline_ide::target::Goto;
use threatline_model::{Database, File};
use threatline_testkit::{Cursor, written};

const SHOP: &str = "\
//- edge.threat
component shop.edge
boundary vpc { kind: network mitigations: limits }
process gateway in vpc { technology: api_gateway }
//- shop.threat
component shop
asset card { classification: restricted }
store cache in edge.vpc { technology: redis stores: card mitigations: std.rate_limiting, limits }
flow edge.gateway -> cache { protocol: https access: write sends: card }
flow again: shop.edge.gateway -> shop.cache { protocol: http receives: card }
flow back: cache -> edge.gateway { protocol: http }
technology redis { is: key_value_store }
mitigation limits { based_on: rate_limiting status: planned }
external buyer
flow open: buyer -> cache { protocol: http sends: card }
accept risk { findings: unencrypted_flow@again by: \"x\" until: 2027-01-01 because: \"y\" }
";

/// The model with the cursor before the first place of some text.
#[track_caller]
fn at(before: &str) -> String {
    cursor_before(SHOP, before)
}

fn check(model: &str, go: impl Fn(&Database, File, u32) -> Option<Goto>, expected: Expect) {
    let cursor = Cursor::new(model);
    let db = cursor.db();
    let reported = match go(db, cursor.file, cursor.offset) {
        Some(goto) => {
            let targets = goto
                .targets
                .iter()
                .map(|found| target(db, found) + "\n")
                .collect::<String>();
            format!("from {}\n{targets}", written(db, cursor.file, goto.origin))
        }
        None => "nowhere\n".to_owned(),
    };
    expected.assert_eq(&reported);
}

#[test]
fn definitions() {
    check(
        &at("edge.vpc"),
        goto_definition,
        expect![[r#"
        from shop.threat:3:16 edge
        edge.threat:1:11 shop.edge
    "#]],
    );
    check(
        &at("vpc { technology: redis"),
        goto_definition,
        expect![[r#"
        from shop.threat:3:21 vpc
        edge.threat:2:10 vpc
    "#]],
    );
    check(
        &at("cache in"),
        goto_definition,
        expect![[r#"
        from shop.threat:3:7 cache
        shop.threat:3:7 cache
    "#]],
    );
    check(
        &at("key_value_store"),
        goto_definition,
        expect![[r#"
            from shop.threat:7:24 key_value_store
            std/technologies.threat:136:12 key_value_store
        "#]],
    );
    check(
        &at("rate_limiting, limits"),
        goto_definition,
        expect![[r#"
            from shop.threat:3:75 rate_limiting
            std/mitigations.threat:376:12 rate_limiting
        "#]],
    );
    check(
        &at("unencrypted_flow@"),
        goto_definition,
        expect![[r#"
            from shop.threat:11:25 unencrypted_flow
            std/rules/transport.threat:5:6 unencrypted_flow
        "#]],
    );
    check(
        &at("again by"),
        goto_definition,
        expect![[r#"
            from shop.threat:11:42 again
            shop.threat:5:6 again
        "#]],
    );
    check(
        &at("classification"),
        goto_definition,
        expect![[r#"
        nowhere
    "#]],
    );
    check(
        &at("network mitigations"),
        goto_definition,
        expect![[r#"
        nowhere
    "#]],
    );
}

#[test]
fn at_the_end_of_a_word() {
    check(
        &SHOP.replace("sends: card }", "sends: card$0 }"),
        goto_definition,
        expect![[r#"
        from shop.threat:4:67 card
        shop.threat:2:7 card
    "#]],
    );
}

#[test]
fn type_definitions() {
    check(
        &at("cache {"),
        goto_type_definition,
        expect![[r#"
        from shop.threat:4:22 cache
        shop.threat:7:12 redis
    "#]],
    );
    check(
        &at("again:"),
        goto_type_definition,
        expect![[r#"
        from shop.threat:5:6 again
        std/protocols.threat:5:10 http
    "#]],
    );
    check(
        &at("redis { is"),
        goto_type_definition,
        expect![[r#"
            from shop.threat:7:12 redis
            std/technologies.threat:136:12 key_value_store
        "#]],
    );
    check(
        &at("limits { based_on"),
        goto_type_definition,
        expect![[r#"
            from shop.threat:8:12 limits
            std/mitigations.threat:376:12 rate_limiting
        "#]],
    );
    check(
        &at("card {"),
        goto_type_definition,
        expect![[r#"
        nowhere
    "#]],
    );
}

#[test]
fn implementations() {
    check(
        &at("vpc { kind"),
        goto_implementation,
        expect![[r#"
        from edge.threat:2:10 vpc
        edge.threat:3:9 gateway
        shop.threat:3:7 cache
    "#]],
    );
    check(
        &at("limits { based_on"),
        goto_implementation,
        expect![[r#"
        from shop.threat:8:12 limits
        edge.threat:2:43 limits
        shop.threat:3:90 limits
    "#]],
    );
    check(
        &at("rate_limiting status"),
        goto_implementation,
        expect![[r#"
        from shop.threat:8:31 rate_limiting
        shop.threat:3:71 std.rate_limiting
        shop.threat:8:12 limits
    "#]],
    );
    check(
        &at("key_value_store"),
        goto_implementation,
        expect![[r#"
        from shop.threat:7:24 key_value_store
        shop.threat:3:7 cache
    "#]],
    );
    check(
        &at("https"),
        goto_implementation,
        expect![[r#"
        from shop.threat:4:40 https
        shop.threat:4:6 edge.gateway -> cache
    "#]],
    );
    check(
        &at("edge\nboundary"),
        goto_implementation,
        expect![[r#"
        from edge.threat:1:16 edge
        edge.threat:2:10 vpc
        edge.threat:3:9 gateway
    "#]],
    );
    check(
        &at("shop\nasset"),
        goto_implementation,
        expect![[r#"
            from shop.threat:1:11 shop
            shop.threat:2:7 card
            shop.threat:3:7 cache
            shop.threat:4:6 edge.gateway -> cache
            shop.threat:5:6 again
            shop.threat:6:6 back
            shop.threat:7:12 redis
            shop.threat:8:12 limits
            shop.threat:9:10 buyer
            shop.threat:10:6 open
            shop.threat:11:8 risk
            edge.threat:1:11 shop.edge
        "#]],
    );
    check(
        &at("unencrypted_flow"),
        goto_implementation,
        expect![[r#"
            from shop.threat:11:25 unencrypted_flow
            shop.threat:5:6 again
            shop.threat:6:6 back
            shop.threat:10:6 open
        "#]],
    );
    check(
        &at("card {"),
        goto_implementation,
        expect![[r#"
            from shop.threat:2:7 card
            edge.threat:3:9 gateway
            shop.threat:3:7 cache
            shop.threat:4:6 edge.gateway -> cache
            shop.threat:5:6 again
            shop.threat:9:10 buyer
            shop.threat:10:6 open
        "#]],
    );
    check(
        &at("cache in"),
        goto_implementation,
        expect![[r#"
        nowhere
    "#]],
    );
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Declaration => "declares",
        Role::Write => "writes",
        Role::Read => "reads",
    }
}

fn check_references(model: &str, include_declaration: bool, expected: Expect) {
    let cursor = Cursor::new(model);
    let db = cursor.db();
    let found = references(db, cursor.file, cursor.offset, include_declaration).into_iter();
    let reported = found.map(|found| {
        format!(
            "{} {}\n",
            role(found.role),
            written(db, found.file, found.span)
        )
    });
    expected.assert_eq(&reported.collect::<String>());
}

#[test]
fn references_across_files() {
    check_references(
        &at("gateway in"),
        true,
        expect![[r#"
        declares edge.threat:3:9 gateway
        reads shop.threat:4:11 gateway
        reads shop.threat:5:23 gateway
        reads shop.threat:6:26 gateway
    "#]],
    );
    check_references(
        &at("gateway -> shop"),
        false,
        expect![[r#"
        reads shop.threat:4:11 gateway
        reads shop.threat:5:23 gateway
        reads shop.threat:6:26 gateway
    "#]],
    );
    check_references(
        &at("card }\nflow again"),
        true,
        expect![[r#"
            declares shop.threat:2:7 card
            writes shop.threat:3:53 card
            writes shop.threat:4:67 card
            reads shop.threat:5:72 card
            writes shop.threat:10:51 card
        "#]],
    );
    check_references(
        &at("rate_limiting status"),
        false,
        expect![[r#"
        reads shop.threat:3:75 rate_limiting
        reads shop.threat:8:31 rate_limiting
    "#]],
    );
    check_references(&at("restricted"), true, expect![[r#""#]]);
}

#[test]
fn references_of_tests() {
    let cursor = Cursor::new(
        "//- m.threat\nrule $0odd { on: process category: spoofing when: stated(owner) }\n\
         mitigation m { counters: odd }\n//- odd.test.threat\nprocess a\nexpect { absent: odd@a }\n",
    );
    let db = cursor.db();
    let models: Vec<_> = cursor
        .workspace
        .models()
        .chain(cursor.workspace.tests())
        .collect();
    let rule = cursor.file.declarations(db)[0];
    let found = references_to(db, &models, rule, true).into_iter();
    let reported = found.map(|found| {
        format!(
            "{} {}\n",
            role(found.role),
            written(db, found.file, found.span)
        )
    });
    expect![[r#"
        declares m.threat:1:6 odd
        reads m.threat:2:26 odd
        reads odd.test.threat:2:18 odd
    "#]]
    .assert_eq(&reported.collect::<String>());
}

fn check_highlight(model: &str, expected: Expect) {
    let cursor = Cursor::new(model);
    let db = cursor.db();
    let found = document_highlights(db, cursor.file, cursor.offset).into_iter();
    let reported = found.map(|found| {
        format!(
            "{} {}\n",
            role(found.role),
            written(db, cursor.file, found.span)
        )
    });
    expected.assert_eq(&reported.collect::<String>());
}

#[test]
fn highlights_within_the_file() {
    check_highlight(
        &at("gateway -> cache"),
        expect![[r#"
        reads shop.threat:4:11 gateway
        reads shop.threat:5:23 gateway
        reads shop.threat:6:26 gateway
    "#]],
    );
    check_highlight(
        &at("cache in"),
        expect![[r#"
            declares shop.threat:3:7 cache
            writes shop.threat:4:22 cache
            reads shop.threat:5:39 cache
            reads shop.threat:6:12 cache
            reads shop.threat:10:21 cache
        "#]],
    );
    check_highlight(
        &at("card mitigations"),
        expect![[r#"
            declares shop.threat:2:7 card
            writes shop.threat:3:53 card
            writes shop.threat:4:67 card
            reads shop.threat:5:72 card
            writes shop.threat:10:51 card
        "#]],
    );
    check_highlight(
        &at("http receives"),
        expect![[r#"
            reads shop.threat:5:57 http
            reads shop.threat:6:46 http
            reads shop.threat:10:39 http
        "#]],
    );
    check_highlight(
        "asset a { classification: $0public }\nasset b { classification: public }",
        expect![[r#"
        reads model.threat:1:27 public
        reads model.threat:2:27 public
    "#]],
    );
    check_highlight(
        "rule a { references: $0CWE-79 }\nrule b { references: CWE-79, CWE-80 }",
        expect![[r#"
        reads model.threat:1:22 CWE-79
        reads model.threat:2:22 CWE-79
    "#]],
    );
}

#[test]
fn broken_text() {
    check(
        "process shop in $0vpc {\nboundary vpc",
        goto_definition,
        expect![[r#"
        from model.threat:1:17 vpc
        model.threat:2:10 vpc
    "#]],
    );
    check(
        "flow a -> $0b\nprocess b {",
        goto_definition,
        expect![[r#"
        from model.threat:1:11 b
        model.threat:2:9 b
    "#]],
    );
}

//! Outlines, and names found by a few letters.

use crate::shown::target;
use expect_test::{Expect, expect};
use threatline_ide::document_symbols::{Symbol, document_symbols};
use threatline_ide::workspace_symbols::workspace_symbols;
use threatline_model::{Database, File};
use threatline_testkit::{fixture, workspace, written};

fn outline(db: &Database, file: File, symbols: &[Symbol], indent: usize) -> String {
    let mut reported = String::new();
    for symbol in symbols {
        assert!(!symbol.name.is_empty());
        assert!(
            symbol.whole.start <= symbol.selection.start
                && symbol.selection.end <= symbol.whole.end
        );
        for child in &symbol.children {
            assert!(symbol.whole.start <= child.whole.start && child.whole.end <= symbol.whole.end);
        }
        let title = symbol
            .title
            .as_ref()
            .map(|title| format!(" ({title})"))
            .unwrap_or_default();
        let index = written(db, file, symbol.selection);
        reported += &format!(
            "{:indent$}{} {}{title} <{index}>\n",
            "",
            symbol.kind.word(),
            symbol.name
        );
        reported += &outline(db, file, &symbol.children, indent + 2);
    }
    reported
}

fn check_document(model: &str, expected: Expect) {
    let workspace = workspace(&[("model.threat".to_owned(), model.to_owned())]);
    let db = workspace.db();
    let file = workspace.file("model.threat").unwrap();
    expected.assert_eq(&outline(db, file, &document_symbols(db, file), 0));
}

#[test]
fn a_component_contains_all() {
    check_document(
        "/// Sells.\ncomponent shop \"Shop\"\nboundary vpc\nprocess api \"API\" in vpc { privileges: user }\nflow api -> db\nassumption \"All is well\"\n",
        expect![[r#"
            component shop (Shop) <model.threat:2:11 shop>
              boundary vpc <model.threat:3:10 vpc>
              process api (API) <model.threat:4:9 api>
              flow api -> db <model.threat:5:6 api -> db>
              assumption All is well (All is well) <model.threat:6:1 assumption>
        "#]],
    );
}

#[test]
fn without_a_component_all_are_side_by_side() {
    check_document(
        "boundary vpc\nprocess api in vpc\ncomponent late\n",
        expect![[r#"
        boundary vpc <model.threat:1:10 vpc>
        process api <model.threat:2:9 api>
        component late <model.threat:3:11 late>
    "#]],
    );
    check_document("", expect![[r#""#]]);
}

#[test]
fn outlines_of_broken_text() {
    check_document(
        "component\nprocess\nflow -> b\nflow a ->\nflow\nprocess \"\" {\nstore s {",
        expect![[r#"
            component component <model.threat:1:1 component>
            process process <model.threat:3:1 flow -> b>
            flow a -> ? <model.threat:4:6 a>
            flow process () <model.threat:6:1 process>
            store s <model.threat:7:7 s>
        "#]],
    );
}

const MODEL: &str = "\
//- a.threat
component payments
process payment_ledger \"Where money is counted\"
process ledger
store old_ledger
process pay-later
flow ledger -> old_ledger
//- b.threat
external lead
process Ledger_sync
";

fn check_workspace(query: &str, expected: Expect) {
    let workspace = workspace(&fixture(MODEL));
    let db = workspace.db();
    let models: Vec<_> = workspace.models().collect();
    let found = workspace_symbols(db, &models, query, 5)
        .into_iter()
        .map(|symbol| {
            let container = symbol
                .container
                .map(|container| format!(" in {container}"))
                .unwrap_or_default();
            format!(
                "{} {}{container} <{}>\n",
                symbol.kind.word(),
                symbol.name,
                target(db, &symbol.target)
            )
        });
    expected.assert_eq(&found.collect::<String>());
}

#[test]
fn best_first() {
    check_workspace(
        "ledger",
        expect![[r#"
        process ledger in payments <a.threat:3:9 ledger>
        process Ledger_sync <b.threat:2:9 Ledger_sync>
        flow ledger -> old_ledger in payments <a.threat:6:6 ledger -> old_ledger>
        store old_ledger in payments <a.threat:4:7 old_ledger>
        process payment_ledger in payments <a.threat:2:9 payment_ledger>
    "#]],
    );
    check_workspace(
        "PL",
        expect![[r#"
        process pay-later in payments <a.threat:5:9 pay-later>
        process payment_ledger in payments <a.threat:2:9 payment_ledger>
    "#]],
    );
    check_workspace(
        "pal",
        expect![[r#"
        process pay-later in payments <a.threat:5:9 pay-later>
        process payment_ledger in payments <a.threat:2:9 payment_ledger>
    "#]],
    );
    check_workspace(
        "ld",
        expect![[r#"
        store old_ledger in payments <a.threat:4:7 old_ledger>
        flow ledger -> old_ledger in payments <a.threat:6:6 ledger -> old_ledger>
        external lead <b.threat:1:10 lead>
        process ledger in payments <a.threat:3:9 ledger>
        process Ledger_sync <b.threat:2:9 Ledger_sync>
    "#]],
    );
    check_workspace(
        "payments.l",
        expect![[r#"
        process ledger in payments <a.threat:3:9 ledger>
        process pay-later in payments <a.threat:5:9 pay-later>
        store old_ledger in payments <a.threat:4:7 old_ledger>
        process payment_ledger in payments <a.threat:2:9 payment_ledger>
        flow ledger -> old_ledger in payments <a.threat:6:6 ledger -> old_ledger>
    "#]],
    );
    check_workspace(
        "money",
        expect![[r#"
        process payment_ledger in payments <a.threat:2:9 payment_ledger>
    "#]],
    );
    check_workspace("zzz", expect![[r#""#]]);
    check_workspace(
        "",
        expect![[r#"
        component payments <a.threat:1:11 payments>
        process payment_ledger in payments <a.threat:2:9 payment_ledger>
        process ledger in payments <a.threat:3:9 ledger>
        store old_ledger in payments <a.threat:4:7 old_ledger>
        process pay-later in payments <a.threat:5:9 pay-later>
    "#]],
    );
}

#[test]
fn the_library_is_found_where_it_is_asked_for() {
    let workspace = workspace(&fixture("process p"));
    let db = workspace.db();
    let library = threatline_model::World::get(db).library(db);
    let found = workspace_symbols(db, &[library], "ratelim", 3);
    assert_eq!(
        (found[0].name.as_str(), found[0].container.as_deref()),
        ("rate_limiting", Some("std"))
    );
}

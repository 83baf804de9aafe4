//! Hierarchies of flows, boundaries and definitions.

use crate::cursor_before;
use crate::shown::target;
use expect_test::{Expect, expect};
use threatline_ide::call_hierarchy::{
    Call, incoming_calls, outgoing_calls, prepare_call_hierarchy,
};
use threatline_ide::hierarchy_item::{HierarchyItem, find, item};
use threatline_ide::type_hierarchy::{prepare_type_hierarchy, subtypes, supertypes};
use threatline_model::Database;
use threatline_testkit::Cursor;

const SHOP: &str = "\
//- edge.threat
component edge
boundary cloud
boundary vpc in cloud
process gateway in vpc { technology: api_gateway }
//- shop.threat
component shop
external buyer
store cache in edge.vpc { technology: redis }
flow look: buyer -> edge.gateway { protocol: https }
flow edge.gateway -> cache { protocol: https }
flow again: edge.gateway -> cache { protocol: http }
technology redis { is: key_value_store }
mitigation limits { based_on: rate_limiting }
//- part.threat
component shop.part
";

#[track_caller]
fn at(before: &str) -> Cursor {
    Cursor::new(&cursor_before(SHOP, before))
}

fn line(db: &Database, item: &HierarchyItem) -> String {
    format!(
        "{} {} <{}>",
        item.kind.word(),
        item.name,
        target(db, &item.target)
    )
}

fn check_calls(cursor: &Cursor, expected: Expect) {
    let db = cursor.db();
    let mut reported = String::new();
    for prepared in prepare_call_hierarchy(db, cursor.file, cursor.offset) {
        // As it comes back from a client.
        let file = cursor.workspace.file(&prepared.path).unwrap();
        let element = find(db, file, &prepared.name).unwrap();
        assert_eq!(element, prepared.decl);
        reported += &format!("{}\n", line(db, &prepared));
        let call = |direction: &str, call: &Call| {
            let flows: Vec<String> = call
                .flows
                .iter()
                .map(|(_, flow)| target(db, flow))
                .collect();
            format!(
                "  {direction} {}: {}\n",
                line(db, &call.item),
                flows.join(", ")
            )
        };
        let asked_from = cursor.file.path(db);
        reported += &incoming_calls(db, element, asked_from)
            .iter()
            .map(|found| call("from", found))
            .collect::<String>();
        reported += &outgoing_calls(db, element, asked_from)
            .iter()
            .map(|found| call("to", found))
            .collect::<String>();
    }
    expected.assert_eq(&reported);
}

#[test]
fn flows_are_calls() {
    check_calls(
        &at("gateway in"),
        expect![[r#"
        process edge.gateway <edge.threat:4:9 gateway>
          from external shop.buyer <shop.threat:2:10 buyer>: shop.threat:4:6 look
          to store shop.cache <shop.threat:3:7 cache>: shop.threat:5:6 edge.gateway -> cache, shop.threat:6:6 again
    "#]],
    );
    check_calls(
        &at("cache { protocol: http }"),
        expect![[r#"
        store shop.cache <shop.threat:3:7 cache>
          from process edge.gateway <edge.threat:4:9 gateway>: shop.threat:5:6 edge.gateway -> cache, shop.threat:6:6 again
    "#]],
    );
    check_calls(
        &at("look"),
        expect![[r#"
        external shop.buyer <shop.threat:2:10 buyer>
          to process edge.gateway <edge.threat:4:9 gateway>: shop.threat:4:6 look
        process edge.gateway <edge.threat:4:9 gateway>
          from external shop.buyer <shop.threat:2:10 buyer>: shop.threat:4:6 look
          to store shop.cache <shop.threat:3:7 cache>: shop.threat:5:6 edge.gateway -> cache, shop.threat:6:6 again
    "#]],
    );
    check_calls(&at("vpc in"), expect![[r#""#]]);
}

#[test]
fn flows_of_other_files_are_no_places_of_the_caller() {
    let cursor = at("gateway in");
    let db = cursor.db();
    let gateway = prepare_call_hierarchy(db, cursor.file, cursor.offset).remove(0);
    let calls = outgoing_calls(db, gateway.decl, &gateway.asked_from);
    assert_eq!(calls[0].flows_in(cursor.file), []);
    assert_eq!(
        calls[0]
            .flows_in(cursor.workspace.file("shop.threat").unwrap())
            .len(),
        2
    );
}

fn check_types(cursor: &Cursor, expected: Expect) {
    let db = cursor.db();
    let mut reported = String::new();
    if let Some(prepared) = prepare_type_hierarchy(db, cursor.file, cursor.offset) {
        reported += &format!("{}\n", line(db, &prepared));
        for above in supertypes(db, prepared.decl, &prepared.asked_from) {
            reported += &format!("  above: {}\n", line(db, &above));
        }
        for below in subtypes(
            db,
            cursor.file.model(db),
            prepared.decl,
            &prepared.asked_from,
        ) {
            reported += &format!("  below: {}\n", line(db, &below));
        }
    }
    expected.assert_eq(&reported);
}

#[test]
fn boundaries_definitions_and_components() {
    check_types(
        &at("vpc in"),
        expect![[r#"
        boundary edge.vpc <edge.threat:3:10 vpc>
          above: boundary edge.cloud <edge.threat:2:10 cloud>
          below: process edge.gateway <edge.threat:4:9 gateway>
          below: store shop.cache <shop.threat:3:7 cache>
    "#]],
    );
    check_types(
        &at("cloud\nboundary"),
        expect![[r#"
        boundary edge.cloud <edge.threat:2:10 cloud>
          below: boundary edge.vpc <edge.threat:3:10 vpc>
    "#]],
    );
    check_types(
        &at("cache in"),
        expect![[r#"
        store shop.cache <shop.threat:3:7 cache>
          above: boundary edge.vpc <edge.threat:3:10 vpc>
    "#]],
    );
    check_types(
        &at("redis {"),
        expect![[r#"
            technology shop.redis <shop.threat:7:12 redis>
              above: technology std.key_value_store <std/technologies.threat:136:12 key_value_store>
        "#]],
    );
    check_types(
        &at("key_value_store"),
        expect![[r#"
            technology std.key_value_store <std/technologies.threat:136:12 key_value_store>
              above: technology std.database <std/technologies.threat:129:12 database>
              below: technology shop.redis <shop.threat:7:12 redis>
              below: technology std.cache <std/technologies.threat:137:12 cache>
        "#]],
    );
    check_types(
        &at("rate_limiting"),
        expect![[r#"
            mitigation std.rate_limiting <std/mitigations.threat:376:12 rate_limiting>
              below: mitigation shop.limits <shop.threat:8:12 limits>
        "#]],
    );
    check_types(
        &at("shop\nexternal"),
        expect![[r#"
        component shop <shop.threat:1:11 shop>
          below: component shop.part <part.threat:1:11 shop.part>
    "#]],
    );
    check_types(
        &at("part\n"),
        expect![[r#"
        component shop.part <part.threat:1:11 shop.part>
          above: component shop <shop.threat:1:11 shop>
    "#]],
    );
    check_types(&at("look"), expect![[r#""#]]);
}

#[test]
fn entries_know_their_declaration_again() {
    let cursor = at("look");
    let db = cursor.db();
    for file in cursor.file.model(db).files(db).iter() {
        for decl in file.declarations(db).iter() {
            let item = item(db, *decl, cursor.file.path(db));
            assert_eq!(
                find(db, cursor.workspace.file(&item.path).unwrap(), &item.name),
                Some(*decl)
            );
        }
    }
}

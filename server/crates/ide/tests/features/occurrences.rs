//! What each word of a model means, and where a declaration is named.

use expect_test::{Expect, expect};
use threatline_ide::occurrences::{Meaning, occurrences, occurrences_of};
use threatline_model::{Database, Workspace, full_name};
use threatline_testkit::{fixture, workspace};

fn meaning(db: &Database, meaning: Meaning) -> String {
    match meaning {
        Meaning::Declares(decl) => format!("declares {}", full_name(db, decl)),
        Meaning::Names(decl) => format!("names {}", full_name(db, decl)),
        Meaning::Kind(kind) => format!("kind {}", kind.word()),
        Meaning::Property(kind, property) => {
            format!("property {} of {}", property.name, kind.word())
        }
        Meaning::Word(words, at) => format!("{}, {}", words.word(at), words.called),
        Meaning::YesNo(yes) => format!("{yes}"),
        Meaning::Reference => "reference".to_owned(),
        Meaning::Fact(fact) => format!("fact {}", fact.name),
        Meaning::Function => "function".to_owned(),
    }
}

fn all(workspace: &Workspace, path: &str) -> String {
    let db = workspace.db();
    let file = workspace.file(path).unwrap();
    let text = &file.source(db).text;
    let mut reported = String::new();
    for decl in file.declarations(db).iter() {
        for found in occurrences(db, *decl) {
            reported += &format!(
                "{}: {}\n",
                &text[found.span.range()],
                meaning(db, found.meaning)
            );
        }
    }
    reported
}

fn check(model: &str, path: &str, expected: Expect) {
    expected.assert_eq(&all(&workspace(&fixture(model)), path));
}

const SHOP: &str = "\
//- edge.threat
component shop.edge
boundary vpc { kind: network }
process gateway in vpc { technology: api_gateway }
//- shop.threat
component shop
asset card { classification: restricted }
store cache { technology: cache }
flow edge.gateway -> cache { sends: card }
flow again: shop.edge.gateway -> shop.cache { protocol: https }
accept risk { findings: unencrypted_flow@again, spoofing@(edge.gateway -> cache), std.injection@edge.gateway by: \"x\" until: 2027-01-01 because: \"y\" }
//- rules.threat
rule odd \"Odd\" {
  on: flow
  category: tampering
  when: crosses_boundary and carries >= confidential and source.technology is cache
    and any(target.incoming where authentication in (none, token) and not exposed) and carries.integrity = high
    and not used(vault) and protocol is https
  references: CWE-79
}
";

#[test]
fn words_of_declarations() {
    check(
        SHOP,
        "shop.threat",
        expect![[r#"
            component: kind component
            shop: declares shop
            asset: kind asset
            card: declares shop.card
            classification: property classification of asset
            restricted: restricted, a classification
            store: kind store
            cache: declares shop.cache
            technology: property technology of store
            cache: names std.cache
            flow: kind flow
            edge: names shop.edge
            gateway: names shop.edge.gateway
            cache: names shop.cache
            sends: property sends of flow
            card: names shop.card
            flow: kind flow
            again: declares shop.again
            shop: names shop
            edge: names shop.edge
            gateway: names shop.edge.gateway
            shop: names shop
            cache: names shop.cache
            protocol: property protocol of flow
            https: names std.https
            accept: kind accept
            risk: declares shop.risk
            findings: property findings of accept
            unencrypted_flow: names std.unencrypted_flow
            again: names shop.again
            spoofing: spoofing, a STRIDE category
            edge: names shop.edge
            gateway: names shop.edge.gateway
            cache: names shop.cache
            injection: names std.injection
            edge: names shop.edge
            gateway: names shop.edge.gateway
            by: property by of accept
            until: property until of accept
            because: property because of accept
        "#]],
    );
}

#[test]
fn words_of_conditions() {
    check(
        SHOP,
        "rules.threat",
        expect![[r#"
        rule: kind rule
        odd: declares odd
        on: property on of rule
        flow: flow, a kind of element
        category: property category of rule
        tampering: tampering, a STRIDE category
        when: property when of rule
        crosses_boundary: fact crosses_boundary
        carries: fact carries
        confidential: confidential, a classification
        source: fact source
        technology: fact technology
        cache: names std.cache
        any: function
        target: fact target
        incoming: fact incoming
        authentication: fact authentication
        none: none, an authentication
        token: token, an authentication
        exposed: fact exposed
        carries: fact carries
        integrity: property integrity of asset
        high: high, a level
        used: function
        vault: names std.vault
        protocol: fact protocol
        https: names std.https
        references: property references of rule
        CWE-79: reference
    "#]],
    );
}

#[test]
fn names_with_dots_name_the_components_too() {
    let workspace = workspace(&fixture(SHOP));
    let db = workspace.db();
    let declared = |name: &str| {
        let files = workspace
            .models()
            .flat_map(|model| model.files(db).iter().copied());
        let mut all = files.flat_map(|file| file.declarations(db).iter().copied());
        all.find(|decl| full_name(db, *decl) == name).unwrap()
    };
    let reported = |name: &str| {
        let found = occurrences_of(db, declared(name).model(db), declared(name))
            .into_iter()
            .map(|found| {
                let file = found.within.file(db);
                let text = &file.source(db).text;
                let line = text[..found.span.start as usize].matches('\n').count() + 1;
                format!("{}:{line} {}\n", file.path(db), &text[found.span.range()])
            });
        found.collect::<String>()
    };
    expect![[r#"
        edge.threat:1 edge
        shop.threat:4 edge
        shop.threat:5 edge
        shop.threat:6 edge
        shop.threat:6 edge
    "#]]
    .assert_eq(&reported("shop.edge"));
    expect![[r#"
        edge.threat:3 gateway
        shop.threat:4 gateway
        shop.threat:5 gateway
        shop.threat:6 gateway
        shop.threat:6 gateway
    "#]]
    .assert_eq(&reported("shop.edge.gateway"));
    expect![[r#"
        shop.threat:3 cache
        shop.threat:4 cache
        shop.threat:5 cache
        shop.threat:6 cache
    "#]]
    .assert_eq(&reported("shop.cache"));
    expect![[r#"
        shop.threat:5 again
        shop.threat:6 again
    "#]]
    .assert_eq(&reported("shop.again"));
}

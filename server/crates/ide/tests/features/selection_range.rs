//! Selections that grow.

use expect_test::{Expect, expect};
use threatline_ide::selection_range::selection_ranges;
use threatline_testkit::Cursor;

fn check(model: &str, expected: Expect) {
    let cursor = Cursor::new(model);
    let db = cursor.db();
    let text = &cursor.file.source(db).text;
    let found = selection_ranges(db, cursor.file, cursor.offset);
    for (inner, outer) in found.iter().zip(&found[1..]) {
        assert!(outer.start <= inner.start && inner.end <= outer.end && inner != outer);
    }
    let reported = found.iter().map(|span| {
        let written = text[span.range()].replace('\n', "⏎");
        if written.trim().is_empty() {
            "(blank)\n".to_owned()
        } else {
            format!("{written}\n")
        }
    });
    expected.assert_eq(&reported.collect::<String>());
}

#[test]
fn from_a_word_to_the_file() {
    check(
        "asset a { classification: public }\n/// What it is.\nprocess shop \"Shop\" in edge.vpc {\n  handles: a, ed$0ge.card\n  owner: \"me\"\n}\n",
        expect![[r#"
            edge
            edge.card
            a, edge.card
            handles: a, edge.card
            handles: a, edge.card⏎  owner: "me"
            {⏎  handles: a, edge.card⏎  owner: "me"⏎}
            process shop "Shop" in edge.vpc {⏎  handles: a, edge.card⏎  owner: "me"⏎}
            /// What it is.⏎process shop "Shop" in edge.vpc {⏎  handles: a, edge.card⏎  owner: "me"⏎}
            asset a { classification: public }⏎/// What it is.⏎process shop "Shop" in edge.vpc {⏎  handles: a, edge.card⏎  owner: "me"⏎}
            asset a { classification: public }⏎/// What it is.⏎process shop "Shop" in edge.vpc {⏎  handles: a, edge.card⏎  owner: "me"⏎}⏎
        "#]],
    );
}

#[test]
fn strings_comments_and_descriptions() {
    check(
        "process a \"A wo$0rd or two\"",
        expect![[r#"
            word
            A word or two
            "A word or two"
            process a "A word or two"
        "#]],
    );
    check(
        "process a {\n  // one\n  // tw$0o words\n  owner: \"x\"\n}",
        expect![[r#"
        two
        // two words
        // one⏎  // two words
        // one⏎  // two words⏎  owner: "x"
        {⏎  // one⏎  // two words⏎  owner: "x"⏎}
        process a {⏎  // one⏎  // two words⏎  owner: "x"⏎}
    "#]],
    );
    check(
        "/// One line\n/// and ano$0ther.\nprocess a",
        expect![[r#"
            another
            and another.
            /// and another.
            /// One line⏎/// and another.
            /// One line⏎/// and another.⏎process a
        "#]],
    );
    check(
        "process a { out_of_scope: \"\"\"Some te$0xt.\"\"\" }",
        expect![[r#"
        text
        Some text.
        """Some text."""
        out_of_scope: """Some text."""
        { out_of_scope: """Some text.""" }
        process a { out_of_scope: """Some text.""" }
    "#]],
    );
}

#[test]
fn conditions_grow_by_their_operators() {
    check(
        "rule r { when: not a and b.c in (d$0, e) and any(incoming where x) }",
        expect![[r#"
        d
        b.c in (d, e)
        not a and b.c in (d, e)
        not a and b.c in (d, e) and any(incoming where x)
        when: not a and b.c in (d, e) and any(incoming where x)
        { when: not a and b.c in (d, e) and any(incoming where x) }
        rule r { when: not a and b.c in (d, e) and any(incoming where x) }
    "#]],
    );
}

#[test]
fn at_the_end_of_a_word_the_word() {
    check(
        "process shop$0 in vpc",
        expect![[r#"
        shop
        process shop in vpc
    "#]],
    );
    check(
        "process shop in vpc$0",
        expect![[r#"
        vpc
        process shop in vpc
    "#]],
    );
}

#[test]
fn flows_and_findings() {
    check(
        "flow pay: shop.a$0pi -> db { protocol: https }",
        expect![[r#"
            api
            shop.api
            shop.api -> db
            flow pay: shop.api -> db { protocol: https }
        "#]],
    );
    check(
        "accept a { findings: x@(a -> $0b), y@c }",
        expect![[r#"
        b
        (a -> b)
        x@(a -> b)
        x@(a -> b), y@c
        findings: x@(a -> b), y@c
        { findings: x@(a -> b), y@c }
        accept a { findings: x@(a -> b), y@c }
    "#]],
    );
}

#[test]
fn broken_text() {
    check(
        "process a {\n owner: \"x$0\nprocess b",
        expect![[r#"
        x
        {⏎ owner: "x⏎process b
        process a {⏎ owner: "x⏎process b
    "#]],
    );
    check(
        "$0",
        expect![[r#"
            (blank)
        "#]],
    );
    check(
        "  $0  ",
        expect![[r#"
            (blank)
        "#]],
    );
}

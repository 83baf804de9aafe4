//! What an editor shows in and around a text: colors, hints, lenses and the STRIDE matrix.

use expect_test::{Expect, expect};
use threatline_ide::code_lens::{CodeLensConfig, code_lenses, title};
use threatline_ide::inlay_hints::{InlayHintsConfig, inlay_hints};
use threatline_ide::semantic_tokens::semantic_tokens;
use threatline_model::Span;
use threatline_testkit::Cursor;
use threatline_view::matrix::{letters, matrix};

const MODEL: &str = "
$0component shop
asset card { classification: restricted }
asset name { classification: internal }
boundary internet { trust: untrusted }
boundary vpc
external shopper in internet { kind: person }
process web in vpc { mitigations: guard, late }
flow pay: shopper -> web { protocol: http authentication: token authorization: end_user sends: name, card }
flow look: shopper -> web { protocol: https authentication: none }
mitigation guard { based_on: rate_limiting }
mitigation late { based_on: waf status: planned due: 2026-02-01 }
threat copied { category: tampering targets: web likelihood: high impact: high }
accept known { findings: unencrypted_flow@pay by: \"CISO\" until: 2026-01-31 because: \"tried\" }
";

fn all(cursor: &Cursor) -> Span {
    Span {
        start: 0,
        end: cursor.file.source(cursor.db()).text.len() as u32,
    }
}

#[test]
fn hints_show_what_the_text_does_not() {
    let cursor = Cursor::new(MODEL);
    let text = &cursor.file.source(cursor.db()).text;
    let wanted = InlayHintsConfig {
        sensitivity: true,
        severity: true,
        state: true,
    };
    let shown: String = inlay_hints(cursor.db(), cursor.file, all(&cursor), wanted)
        .iter()
        .map(|hint| {
            let line = text[..hint.offset as usize].rsplit('\n').next().unwrap();
            format!("{line}[{}] {}\n", hint.label, hint.why.join(" / "))
        })
        .collect();
    expect![[r#"
        flow pay: shopper -> web[restricted] It carries `card`, which is restricted.
        mitigation guard[implemented] No `status` is specified; the default is `implemented`.
        mitigation late { based_on: waf status: planned due: 2026-02-01[in 31 days] 
        threat copied[high] likelihood high: `high` (stated) / impact high: stated / severity high: likelihood high with impact high
        accept known { findings: unencrypted_flow@pay[critical] likelihood high: `medium` (stated), one level higher because it starts at a lower trust level / impact critical: `high` for confidential data; the data here is rated critical / severity critical: likelihood high with impact critical
        accept known { findings: unencrypted_flow@pay by: "CISO" until: 2026-01-31[in 30 days] 
    "#]].assert_eq(&shown);
    let none = InlayHintsConfig {
        sensitivity: false,
        severity: false,
        state: false,
    };
    assert_eq!(
        inlay_hints(cursor.db(), cursor.file, all(&cursor), none),
        []
    );
    // Only what is asked for is examined.
    let line = text.find("flow pay").unwrap();
    let part = inlay_hints(cursor.db(), cursor.file, Span::new(line, line + 40), wanted);
    assert_eq!(
        part.iter()
            .map(|hint| hint.label.as_str())
            .collect::<Vec<_>>(),
        ["restricted"]
    );
}

#[test]
fn lenses_show_what_is_open_considered_and_named() {
    let cursor = Cursor::new(MODEL);
    let text = &cursor.file.source(cursor.db()).text;
    let wanted = CodeLensConfig {
        findings: true,
        coverage: true,
        references: true,
    };
    let shown: String = code_lenses(cursor.db(), cursor.file, wanted)
        .iter()
        .map(|lens| {
            format!(
                "{}: {}\n",
                &text[lens.span.range()],
                title(cursor.db(), lens.decl, lens.kind)
            )
        })
        .collect();
    expect![[r#"
        shop: 1 open: 1 high · 23 undecided · 1 accepted · 2 mitigated
        shop: S? T! R? I? D? E?
        shop: 0 references
        card: 1 reference
        name: 1 reference
        internet: 1 reference
        vpc: 1 reference
        shopper: 2 references
        web: 1 open: 1 high · 16 undecided · 2 mitigated
        web: S T! R I? D? E?
        web: 3 references
        pay: nothing open · 3 undecided · 1 accepted
        pay: S? T R? I~ D E?
        look: nothing open · 4 undecided
        look: S? T? R? I D E?
        guard: 1 reference
        late: 1 reference
    "#]]
    .assert_eq(&shown);
    let none = CodeLensConfig {
        findings: false,
        coverage: false,
        references: false,
    };
    assert_eq!(code_lenses(cursor.db(), cursor.file, none), []);
}

#[test]
fn the_matrix_has_the_worst_first() {
    let cursor = Cursor::new(MODEL);
    let rows = matrix(cursor.db(), &[cursor.file]);
    let shown: String = rows
        .iter()
        .map(|row| {
            let words: Vec<&str> = row.cells.iter().map(|cell| cell.word()).collect();
            format!(
                "{} | {} | {}\n",
                row.name,
                letters(row.cells),
                words.join(" | ")
            )
        })
        .collect();
    expect![[r#"
        web | S T! R I? D? E? |  | high |  | undecided | undecided | undecided
        pay | S? T R? I~ D E? | undecided |  | undecided | accepted |  | undecided
        look | S? T? R? I D E? | undecided | undecided | undecided |  |  | undecided
    "#]]
    .assert_eq(&shown);
}

#[track_caller]
fn colored(model: &str, expected: Expect) {
    let cursor = Cursor::new(model);
    let text = &cursor.file.source(cursor.db()).text;
    let found = semantic_tokens(cursor.db(), cursor.file, all(&cursor));
    assert!(
        found.windows(2).all(|two| two[0].0.end <= two[1].0.start),
        "they overlap"
    );
    let shown = found
        .iter()
        .map(|(span, token)| format!("{} {token:?}\n", &text[span.range()]));
    expected.assert_eq(&shown.collect::<String>());
}

#[test]
fn words_have_colors_by_what_they_mean() {
    colored(
        "$0/// The shop.\nprocess shop \"Shop\" in cloud.vpc { technology: web_service custom_code: yes } // x\n",
        expect![[r#"
            /// The shop. Description
            process Keyword
            shop Name { kind: Process, declares: true, in_library: false }
            "Shop" Text
            in Keyword
            technology Property
            web_service Name { kind: Technology, declares: false, in_library: true }
            custom_code Property
            yes Word
            // x Comment
        "#]],
    );
    colored(
        "$0rule r { on: flow category: spoofing when: any(source.incoming where carries >= internal) and not encrypted references: CWE-79 }",
        expect![[r#"
            rule Keyword
            r Name { kind: Rule, declares: true, in_library: false }
            on Property
            flow Word
            category Property
            spoofing Word
            when Property
            any Function
            source Fact
            incoming Fact
            where Keyword
            carries Fact
            >= Operator
            internal Word
            and Keyword
            not Keyword
            encrypted Fact
            references Property
            CWE-79 Reference
        "#]],
    );
    colored(
        "$0accept a { findings: unencrypted_flow@(shop -> x), tampering@shop until: 2026-01-01 }\nprocess shop",
        expect![[r#"
            accept Keyword
            a Name { kind: Accept, declares: true, in_library: false }
            findings Property
            @ Operator
            -> Operator
            tampering Word
            @ Operator
            shop Name { kind: Process, declares: false, in_library: false }
            until Property
            2026-01-01 Number
            process Keyword
            shop Name { kind: Process, declares: true, in_library: false }
        "#]],
    );
}

#[test]
fn broken_texts_keep_their_colors() {
    colored(
        "$0process shop {\n  technology: web_service,\nflow f: shop ->\nstore \"unclosed",
        expect![[r#"
            process Keyword
            shop Name { kind: Process, declares: true, in_library: false }
            technology Property
            web_service Name { kind: Technology, declares: false, in_library: true }
            flow Keyword
            f Name { kind: Flow, declares: true, in_library: false }
            shop Name { kind: Process, declares: false, in_library: false }
            -> Operator
            store Keyword
            "unclosed Text
        "#]],
    );
}

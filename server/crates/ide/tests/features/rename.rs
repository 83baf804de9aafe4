//! Other names for what a model declares: the text is the documentation.

use expect_test::{Expect, expect};
use threatline_ide::change::applied;
use threatline_ide::file_rename::rename_file;
use threatline_ide::occurrences::{Meaning, occurrences};
use threatline_ide::rename::{prepare, rename};
use threatline_model::{Model, Workspace};
use threatline_testkit::{Cursor, Random, cases, example_models, render, workspace};

fn models(workspace: &Workspace) -> Vec<Model> {
    workspace.models().chain(workspace.tests()).collect()
}

/// What the files look like afterwards, those that change; or why nothing does.
fn renamed(model: &str, new: &str) -> String {
    let cursor = Cursor::new(model);
    let outcome = prepare(cursor.db(), cursor.file, cursor.offset).and_then(|_| {
        rename(
            cursor.db(),
            &models(&cursor.workspace),
            cursor.file,
            cursor.offset,
            new,
        )
    });
    match outcome {
        Err(why) => format!("refused: {why}\n"),
        Ok(change) => {
            let mut shown = String::new();
            for (path, edits) in &change.edits {
                let model = || cursor.workspace.models().next().unwrap();
                let text: &str = match cursor.workspace.file(path) {
                    Some(file) => &file.source(cursor.db()).text,
                    None => &model().settings(cursor.db()).text,
                };
                shown += &format!("//- {path}\n{}", applied(text, edits));
            }
            shown
        }
    }
}

#[track_caller]
fn check(model: &str, new: &str, expected: Expect) {
    expected.assert_eq(&renamed(model, new));
}

#[test]
fn a_name_is_changed_wherever_it_occurs() {
    check(
        "
//- threatline.toml
[rules.house]
reason = \"ours\"
//- payments.threat
component payments
asset card { classification: restricted }
boundary vpc
store led$0ger in vpc { technology: database stores: card } // the ledger
process api in vpc
flow save: api -> ledger { sends: card }
flow api -> ledger
accept open { findings: house@ledger, unencrypted_flow@(api -> payments.ledger) }
threat copied { category: tampering targets: ledger }
//- edge.threat
process edge
flow read: edge -> payments.ledger { receives: payments.card }
//- rules.threat
rule house { on: store category: tampering when: technology is database }
//- house.test.threat
store ledger { technology: database }
expect { found: house@ledger }
",
        "book",
        expect![[r#"
            //- edge.threat
            process edge
            flow read: edge -> payments.book { receives: payments.card }
            //- payments.threat
            component payments
            asset card { classification: restricted }
            boundary vpc
            store book in vpc { technology: database stores: card } // the ledger
            process api in vpc
            flow save: api -> book { sends: card }
            flow api -> book
            accept open { findings: house@book, unencrypted_flow@(api -> payments.book) }
            threat copied { category: tampering targets: book }
        "#]],
    );
}

#[test]
fn rules_are_renamed_in_the_settings_and_in_tests() {
    check(
        "
//- threatline.toml
[rules.house]
reason = \"ours\"
likelihood = \"low\"
//- a.threat
rule ho$0use { on: store category: tampering when: technology is database }
store s { technology: database }
accept a { findings: house@s }
//- house.test.threat
store s { technology: database }
expect { found: house@s }
",
        "home",
        expect![[r#"
            //- a.threat
            rule home { on: store category: tampering when: technology is database }
            store s { technology: database }
            accept a { findings: home@s }
            //- house.test.threat
            store s { technology: database }
            expect { found: home@s }
            //- threatline.toml
            [rules.home]
            reason = "ours"
            likelihood = "low"
        "#]],
    );
}

#[test]
fn components_are_renamed_before_the_dots() {
    check(
        "
//- threatline.toml
[rules.\"shop.pay.house\"]
reason = \"ours\"
//- a.threat
component shop.pay
store s
rule house { on: store category: tampering when: technology is database }
//- b.threat
component shop.pay.inner
//- c.threat
flow f: x -> shop.p$0ay.s
process x
",
        "billing",
        expect![[r#"
            //- a.threat
            component shop.billing
            store s
            rule house { on: store category: tampering when: technology is database }
            //- b.threat
            component shop.billing.inner
            //- c.threat
            flow f: x -> shop.billing.s
            process x
            //- threatline.toml
            [rules."shop.billing.house"]
            reason = "ours"
        "#]],
    );
}

#[test]
fn what_would_mean_something_else_is_refused() {
    check(
        "store a$0 store b",
        "b",
        expect![[r#"
            refused: `b` is already declared as a store on line 1
        "#]],
    );
    check(
        "store a$0\n//- b.threat\nprocess b",
        "b",
        expect![[r#"
            refused: `b` is already declared in another file
        "#]],
    );
    check(
        "component a$0\n//- b.threat\ncomponent b",
        "b",
        expect![[r#"
            refused: `b` is already declared in another file
        "#]],
    );
    check(
        "store a$0",
        "9lives",
        expect![[r#"
            refused: `9lives` is not a valid name: use letters, digits, `_` and single `-`, beginning with a letter
        "#]],
    );
    check(
        "store a$0",
        "two words",
        expect![[r#"
            refused: `two words` is not a valid name: use letters, digits, `_` and single `-`, beginning with a letter
        "#]],
    );
    check(
        "store a { technology: data$0base }",
        "x",
        expect![[r#"
            refused: `database` is defined in the library and cannot be renamed
        "#]],
    );
    check(
        "sto$0re a",
        "x",
        expect![[r#"
            refused: this word is part of the language and cannot be renamed
        "#]],
    );
    check(
        "// no$0te",
        "x",
        expect![[r#"
            refused: nothing here can be renamed
        "#]],
    );
    // Captured: the inner one would be meant.
    check(
        "
//- a.threat
store outer$0
//- b.threat
component inner
store own
process p
flow f: p -> outer
",
        "own",
        expect![[r#"
            refused: a name in the declaration on line 4 of `b.threat`, `outer`, would then refer to something else
        "#]],
    );
    // Captures: what is meant outside would be this one.
    check(
        "
//- a.threat
store outer
//- b.threat
component inner
store own$0
process p
flow f: p -> outer
",
        "outer",
        expect![[r#"
            refused: a name in the declaration on line 4 of `b.threat`, `outer`, would then refer to something else
        "#]],
    );
    // A technology of one's own in the place of the library's.
    check(
        "technology mine$0 process p { technology: web_service }",
        "web_service",
        expect![[r#"
            refused: a name in the declaration on line 1 of `model.threat`, `web_service`, would then refer to something else
        "#]],
    );
}

#[test]
fn a_broken_file_does_not_keep_from_renaming() {
    check(
        "store a$0\nflow f: x ->\nflow g: a -> {\nprocess",
        "b",
        expect![[r#"
        //- model.threat
        store b
        flow f: x ->
        flow g: b -> {
        process"#]],
    );
}

#[test]
fn what_is_called_so_elsewhere_is_left_alone() {
    check(
        "store card$0 { }\nasset x \"card\" { classification: public } // card\n",
        "b",
        expect![[r#"
        //- model.threat
        store b { }
        asset x "card" { classification: public } // card
    "#]],
    );
}

#[test]
fn files_and_folders_that_move_take_names_and_globs_along() {
    let files = [
        (
            "pay.threat",
            "component pay { source: \"services/pay/**\", \"services/payments/**\" }\nstore s\n",
        ),
        (
            "b.threat",
            "flow f: x -> pay.s\nprocess x { source: \"services/pay\" }\n",
        ),
    ];
    let files: Vec<(String, String)> = files
        .iter()
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect();
    let workspace = workspace(&files);
    let moved = |old: &str, new: &str| {
        let change = rename_file(workspace.db(), &models(&workspace), old, new);
        let texts = change.edits.iter().map(|(path, edits)| {
            applied(
                &workspace.file(path).unwrap().source(workspace.db()).text,
                edits,
            )
        });
        texts.collect::<String>()
    };
    expect![[r#"
        flow f: x -> billing.s
        process x { source: "services/pay" }
        component billing { source: "services/pay/**", "services/payments/**" }
        store s
    "#]]
    .assert_eq(&moved("pay.threat", "billing.threat"));
    expect![[r#"
        flow f: x -> pay.s
        process x { source: "apps/pay" }
        component pay { source: "apps/pay/**", "services/payments/**" }
        store s
    "#]]
    .assert_eq(&moved("services/pay", "apps/pay"));
    assert_eq!(moved("services/other", "apps/other"), "");
}

/// Whatever is renamed to whatever: either every name means what it meant, or it is refused.
#[test]
fn meaning_is_kept_or_the_name_is_refused() {
    let mut chance = Random::new(3);
    let (mut done, mut refused) = (0, 0);
    for (name, files) in example_models() {
        let before = workspace(&files);
        let db = before.db();
        let all: Vec<_> = models(&before)
            .iter()
            .flat_map(|model| model.files(db).to_vec())
            .collect();
        let names: Vec<_> = all
            .iter()
            .flat_map(|file| file.declarations(db).iter())
            .filter_map(|decl| {
                decl.shape(db)
                    .name
                    .as_ref()
                    .map(|name| name.rsplit('.').next().unwrap().to_owned())
            })
            .collect();
        for _ in 0..cases(2, 6) {
            let file = *chance.pick(&all);
            let named: Vec<_> = file
                .declarations(db)
                .iter()
                .flat_map(|decl| occurrences(db, *decl))
                .filter(|found| matches!(found.meaning, Meaning::Declares(_) | Meaning::Names(_)))
                .collect();
            if named.is_empty() {
                continue;
            }
            let found = chance.pick(&named);
            let new = if chance.one_in(2) {
                "quite_new".to_owned()
            } else {
                chance.pick(&names).clone()
            };
            let old = file.source(db).text[found.span.range()].to_owned();
            let Ok(change) = rename(db, &models(&before), file, found.span.start, &new) else {
                refused += 1;
                continue;
            };
            done += 1;
            let texts = files.iter().map(|(path, text)| {
                let text = change
                    .edits
                    .get(path.as_str())
                    .map_or_else(|| text.clone(), |edits| applied(text, edits));
                (path.clone(), text)
            });
            let after = workspace(&texts.collect::<Vec<_>>());
            let count = |workspace: &Workspace| {
                render(workspace)
                    .lines()
                    .filter(|line| !line.starts_with(' '))
                    .count()
            };
            assert_eq!(
                count(&before),
                count(&after),
                "{name}: {old} to {new}\n{}",
                render(&after)
            );
        }
    }
    assert!(done > 10 && refused > 10, "{done} done, {refused} refused");
}

#[test]
fn what_is_dismissed_is_renamed() {
    let model = "process shop\nstore no$0tes { backup: no }\nflow shop -> notes\n\
                 dismiss copy {\n  finding: missing_backup@notes\n  by: \"Head\"\n  \
                 because: \"A copy.\"\n  while: backup = no\n}\n\
                 dismiss plain { finding: unencrypted_flow@(shop -> notes) }\n\
                 threat lost { targets: notes mitigations: copies enough: copies }\n\
                 mitigation copies { on: store }\n";
    check(
        model,
        "records",
        expect![[r#"
        //- model.threat
        process shop
        store records { backup: no }
        flow shop -> records
        dismiss copy {
          finding: missing_backup@records
          by: "Head"
          because: "A copy."
          while: backup = no
        }
        dismiss plain { finding: unencrypted_flow@(shop -> records) }
        threat lost { targets: records mitigations: copies enough: copies }
        mitigation copies { on: store }
    "#]],
    );
    let model = model
        .replace("no$0tes", "notes")
        .replace("mitigation cop", "mitigation cop$0");
    check(
        &model,
        "mirrors",
        expect![[r#"
        //- model.threat
        process shop
        store notes { backup: no }
        flow shop -> notes
        dismiss copy {
          finding: missing_backup@notes
          by: "Head"
          because: "A copy."
          while: backup = no
        }
        dismiss plain { finding: unencrypted_flow@(shop -> notes) }
        threat lost { targets: notes mitigations: mirrors enough: mirrors }
        mitigation mirrors { on: store }
    "#]],
    );
}

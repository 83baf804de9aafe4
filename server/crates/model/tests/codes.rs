//! The table of diagnostics holds: every code is a good name, and every example triggers its code.
//! The built-in library has nothing wrong with it.

use std::collections::BTreeSet;
use threatline_model::{
    FileText, Workspace, World,
    codes::{self, Class},
    diagnostics, full_name, mitigations_against_rule, rules, settings_diagnostics,
};
use threatline_testkit::{TODAY, fixture, render, workspace};

/// The codes of all diagnostics of a model of one file, given as bytes.
fn codes_of(text: &[u8]) -> BTreeSet<&'static str> {
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    // What is expected of rules is in tests alone.
    let is_test = text.windows(7).any(|word| word == b"expect ");
    let path = if is_test {
        "model.test.threat"
    } else {
        "model.threat"
    };
    let file = workspace.set_file(path, FileText::decode(text.to_vec()));
    diagnostics(workspace.db(), file)
        .iter()
        .map(|diagnostic| diagnostic.code.id)
        .collect()
}

#[test]
fn every_code_is_in_kebab_case_and_there_once() {
    let mut seen = BTreeSet::new();
    for code in codes::ALL {
        let words = code.id.split('-');
        assert!(
            words
                .clone()
                .all(|word| !word.is_empty()
                    && word.chars().all(|letter| letter.is_ascii_lowercase())),
            "{} is not in kebab-case",
            code.id
        );
        assert!(seen.insert(code.id), "{} is there twice", code.id);
        assert_eq!(codes::find(code.id), Some(*code));
        assert!(
            code.summary.ends_with('.') && code.doc.ends_with('.'),
            "{} is not told in sentences",
            code.id
        );
    }
}

#[test]
fn every_example_triggers_its_code() {
    // What `threatline.toml` sets does not count in tests.
    let is_of_tests = |code: &codes::Code| *code == codes::UNMET_EXPECTATION;
    for code in codes::ALL
        .iter()
        .filter(|code| !code.example.is_empty() && !is_of_tests(code))
    {
        // What cannot be decoded cannot stand in a Rust string either.
        let mut bytes = Vec::new();
        for (index, part) in code.example.split('\u{fffd}').enumerate() {
            bytes.extend((index > 0).then_some(0xff));
            bytes.extend(part.as_bytes());
        }
        let problems = codes_of(&bytes);
        assert!(
            problems.contains(code.id),
            "the example of {} gives {problems:?}",
            code.id
        );
    }
}

#[test]
fn examples_of_names_and_properties_are_in_the_language() {
    for code in codes::ALL.iter().filter(|code| code.class != Class::Text) {
        let problems = codes_of(code.example.as_bytes());
        assert!(
            !problems.contains("syntax-error"),
            "the example of {} is not in the language",
            code.id
        );
    }
}

/// Settings have no example in a model, and a deep nesting would be a long one.
#[test]
fn what_has_no_example_is_triggered_too() {
    let without = codes::ALL.iter().filter(|code| code.example.is_empty());
    assert_eq!(
        without.map(|code| code.id).collect::<Vec<_>>(),
        ["invalid-setting", "deep-nesting"]
    );
    let nested: String = (0..70)
        .map(|index| format!("boundary b{index} in b{}\n", index + 1))
        .collect();
    assert!(codes_of((nested + "boundary b70").as_bytes()).contains("deep-nesting"));
    let workspace = workspace(&fixture(
        "//- threatline.toml\n[check]\nfail_on = \"hihg\"\n",
    ));
    let model = workspace.model("").unwrap();
    let problems = settings_diagnostics(workspace.db(), model);
    assert_eq!(
        problems
            .iter()
            .map(|diagnostic| diagnostic.code.id)
            .collect::<Vec<_>>(),
        ["invalid-setting"]
    );
}

#[test]
fn every_code_can_be_turned_off_and_made_an_error() {
    // What `threatline.toml` sets does not count in tests.
    let can_be = |code: &&&codes::Code| {
        !code.example.contains('\u{fffd}') && **code != &codes::UNMET_EXPECTATION
    };
    for code in codes::ALL
        .iter()
        .filter(|code| !code.example.is_empty())
        .filter(can_be)
    {
        let with = |severity: &str| {
            let settings = format!(
                "//- threatline.toml\n[diagnostics]\n{} = \"{severity}\"\n",
                code.id
            );
            render(&workspace(&fixture(&format!(
                "{settings}//- model.threat\n{}\n",
                code.example
            ))))
        };
        assert!(
            !with("off").contains(&format!("[{}]", code.id)),
            "{} is off, and there",
            code.id
        );
        let messages = with("error");
        let lines = messages
            .lines()
            .filter(|line| line.contains(&format!("[{}]", code.id)));
        assert!(
            lines.clone().count() > 0 && lines.clone().all(|line| line.contains(" error[")),
            "{messages}"
        );
    }
}

#[test]
fn nothing_is_wrong_with_the_library() {
    let workspace = Workspace::new(TODAY);
    let db = workspace.db();
    let library = World::get(db).library(db);
    for &file in library.files(db).iter() {
        let problems = diagnostics(db, file);
        let messages: Vec<_> = problems
            .iter()
            .map(|diagnostic| (diagnostic.code.id, &diagnostic.message))
            .collect();
        assert!(messages.is_empty(), "{}: {messages:#?}", file.path(db));
    }
}

#[test]
fn every_rule_of_the_library_is_countered_by_a_mitigation_of_it() {
    let workspace = Workspace::new(TODAY);
    let db = workspace.db();
    let library = World::get(db).library(db);
    assert!(!rules(db, library).is_empty());
    for &rule in rules(db, library) {
        let name = full_name(db, rule);
        assert!(
            !mitigations_against_rule(db, library, rule).is_empty(),
            "nothing in the library counters {name}"
        );
    }
}

//! `threatline test`: the tests of a model's own rules.

use crate::Folder;

const RULE: &str = "\
rule no_keys \"A key opens data\" {
  on: flow
  category: spoofing
  when: authentication = key
}
";

const TEST: &str = "\
asset data { classification: internal }
process a
process b
flow by_key: a -> b {
  authentication: key
  sends: data
}
flow by_token: a -> b {
  authentication: token
  sends: data
}
flow open: a -> b { sends: data }
expect {
  found: no_keys@by_key
  absent: no_keys@by_token
  unstated: no_keys@open
}
";

#[test]
fn what_is_as_expected_passes() {
    let folder = Folder::new(&[("rules.threat", RULE), ("rules.test.threat", TEST)]);
    let run = folder
        .run(&["test"])
        .exits(0)
        .says("ok")
        .says("rules.test.threat: 3 expectations");
    run.says("3 expectations in 1 test, 0 not met")
        .never_says("no test covers");
}

#[test]
fn what_is_not_as_expected_fails_and_says_why() {
    let wrong = TEST
        .replace("found: no_keys@by_key", "found: no_keys@by_token")
        .replace("absent: no_keys@by_token", "absent: no_keys@by_key");
    let folder = Folder::new(&[("rules.threat", RULE), ("rules.test.threat", &wrong)]);
    let run = folder
        .run(&["test"])
        .exits(1)
        .says("failed  rules.test.threat: 2 of 3 expectations");
    let run = run.says("`no_keys@by_token` is expected to be found, but it is not found");
    let run = run.says("it has `authentication: token`");
    run.says("`no_keys@by_key` is expected to be absent, but it is found")
        .says("rules.test.threat:15:");
}

#[test]
fn rules_without_a_test_are_named() {
    let half = TEST.replace("  absent: no_keys@by_token\n", "");
    let folder = Folder::new(&[("rules.threat", RULE), ("rules.test.threat", &half)]);
    folder
        .run(&["test"])
        .exits(0)
        .says("no test covers both a match and a non-match of `no_keys`");
}

#[test]
fn a_test_with_an_error_is_broken() {
    let broken = TEST.replace("no_keys@open", "no_kyes@open");
    let folder = Folder::new(&[("rules.threat", RULE), ("rules.test.threat", &broken)]);
    folder
        .run(&["test"])
        .exits(2)
        .says("broken  rules.test.threat")
        .says("did you mean `no_keys`?");
}

#[test]
fn without_a_test_there_is_nothing_to_run() {
    Folder::new(&[("rules.threat", RULE)])
        .run(&["test"])
        .exits(2)
        .says(".test.threat");
}

#[test]
fn tests_are_no_part_of_the_model_around_them() {
    let folder = Folder::new(&[("rules.threat", RULE), ("rules.test.threat", TEST)]);
    let run = folder.check(&["--format", "json"]).exits(0);
    let model = &run.json()["models"][0];
    assert_eq!(model["files"], 1);
    assert_eq!(model["declared"]["flow"], 0);
    // And an `expect` is no part of a model.
    let folder = Folder::new(&[("model.threat", "expect { found: unencrypted_flow@x }\n")]);
    folder
        .check(&[])
        .exits(2)
        .says("`expect` is only allowed in a test");
}

#[test]
fn elements_of_the_model_are_not_seen_by_its_tests() {
    let folder = Folder::new(&[
        ("rules.threat", RULE),
        ("shop.threat", "process shop\n"),
        ("a.test.threat", "process a\nflow a -> shop\n"),
    ]);
    folder
        .run(&["test"])
        .exits(2)
        .says("no external, process or store `shop` is declared");
}

#[test]
fn policy_does_not_count_in_tests() {
    let settings = "[rules.no_keys]\nenabled = false\nreason = \"Not here.\"\n";
    let folder = Folder::new(&[
        ("threatline.toml", settings),
        ("rules.threat", RULE),
        ("rules.test.threat", TEST),
    ]);
    folder.run(&["test"]).exits(0).says("0 not met");
}

#[test]
fn the_outcome_as_json() {
    let wrong = TEST.replace("absent: no_keys@by_token", "absent: no_keys@by_key");
    let folder = Folder::new(&[("rules.threat", RULE), ("rules.test.threat", &wrong)]);
    let run = folder.run(&["test", "--format", "json"]).exits(1);
    let document = run.json();
    let expectations = document["tests"][0]["expectations"].as_array().unwrap();
    assert_eq!(expectations.len(), 3);
    assert_eq!(expectations[0]["met"], true);
    assert_eq!(expectations[1]["finding"], "no_keys@by_key");
    assert_eq!(expectations[1]["met"], false);
    assert_eq!(expectations[1]["instead"], "it is found");
    assert_eq!(document["untested"].as_array().map(Vec::len), Some(0));
}

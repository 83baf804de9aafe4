//! `threatline explain`: rules, codes and findings in words.

use crate::{Folder, TODAY};

#[test]
fn a_rule_a_code_and_a_finding_are_explained() {
    let folder = Folder::of_model("webshop");
    folder
        .run(&["explain", "unencrypted_flow"])
        .exits(0)
        .says("Cleartext transmission of sensitive data");
    folder
        .run(&["explain", "unused-asset"])
        .exits(0)
        .says("An asset that nothing stores");
    let finding = [
        "explain",
        "unencrypted_flow@partners.feed",
        "--today",
        TODAY,
    ];
    folder
        .run(&finding)
        .exits(0)
        .says("plaintext_feed")
        .says("partners/partners.threat:");
}

#[test]
fn a_rule_is_explained_with_its_condition_facts_references_and_test() {
    let run = Folder::new(&[])
        .run(&["explain", "unencrypted_flow"])
        .exits(0);
    let run = run.says("when: crosses_boundary and carries >= confidential and not encrypted");
    let run = run.says("- `crosses_boundary`: Some boundary contains exactly one end of the flow.");
    let run = run.says("CWE-319: Cleartext Transmission of Sensitive Information");
    let run = run
        .says("https://cwe.mitre.org/data/definitions/319.html")
        .says("`std.tls: TLS` mitigates it");
    run.says("found: unencrypted_flow@plain")
        .says("absent: unencrypted_flow@safe");
}

#[test]
fn a_rule_of_a_model_is_explained_with_the_tests_that_name_it() {
    let rule = "rule odd { on: process category: tampering when: not redundancy }\n";
    let test = "process a { redundancy: no }\nprocess b { redundancy: yes }\nexpect { found: odd@a absent: odd@b }\n";
    let other =
        "process other_test { redundancy: yes }\nexpect { absent: unencrypted_store@other_test }\n";
    let folder = Folder::new(&[
        ("r.threat", rule),
        ("r.test.threat", test),
        ("o.test.threat", other),
    ]);
    folder
        .run(&["explain", "odd"])
        .exits(0)
        .says("process b { redundancy: yes }")
        .never_says("other_test");
}

#[test]
fn what_nothing_is_called_is_an_error() {
    Folder::of_model("starter")
        .run(&["explain", "nonsense"])
        .exits(2)
        .says("`nonsense`");
}

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
    let run = run.says("when: carries >= confidential and not encrypted");
    let run = run.says("- `carries`: The assets that the flow sends and receives.");
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

/// What has a name is explained, whatever it is, with a model or without.
#[test]
fn whatever_has_a_name_is_explained() {
    let asked = [
        ("relational_database", "technology std.relational_database"),
        ("std.https", "protocol std.https: HTTPS"),
        ("rate_limiting", "- `missing_rate_limit`"),
        (
            "authentication",
            "- `federated`: Through an identity provider",
        ),
        ("flow.authentication", "How the initiator authenticates."),
        ("authentication: federated", "federated, an authentication"),
        ("federated", "It is a value of `authentication` of a flow."),
        ("reached_from", "reached_from, a derived fact"),
        ("count", "count, a function of conditions"),
        ("process", "Running code, such as a service"),
        ("spoofing", "`threatline rules --category spoofing` lists"),
        ("CWE-79", "Cross-site Scripting"),
        (
            "postgres",
            "postgres: write `relational_database` (technology)",
        ),
        (
            "authentication: oidc",
            "oidc: write `federated` (authentication)",
        ),
        (
            "mitigates",
            "mitigates: write `counters` (property of a mitigation)",
        ),
        ("actor", "actor: write `external` (kind of declaration)"),
    ];
    let nowhere = Folder::new(&[]);
    let webshop = Folder::of_model("webshop");
    for (name, said) in asked {
        nowhere.run(&["explain", name]).exits(0).says(said);
        webshop.run(&["explain", name]).exits(0).says(said);
    }
    // As it stands in a model, without quotes.
    nowhere
        .run(&["explain", "authentication:", "federated"])
        .exits(0)
        .says("federated, an authentication");
    for (name, said) in [
        ("orders.orders_db", "store orders.orders_db: Order database"),
        ("orders_db", "store orders.orders_db: Order database"),
        ("payments", "component payments"),
        ("plaintext_feed", "accept plaintext_feed"),
    ] {
        webshop.run(&["explain", name]).exits(0).says(said);
    }
    webshop
        .run(&["explain", "relational_databse"])
        .exits(2)
        .says("did you mean `relational_database`?");
}

/// What is printed to be copied is in the language.
#[test]
fn an_acceptance_can_be_copied() {
    let model = "boundary net { trust: untrusted }\nboundary vpc { trust: high }\n\
                 external shopper in net { kind: person }\nprocess shop in vpc\n\
                 asset card { classification: restricted }\n\
                 flow pay: shopper -> shop { protocol: http authentication: session sends: card }\n";
    let folder = Folder::new(&[("shop.threat", model)]);
    let run = folder.run(&["explain", "unencrypted_flow@pay", "--today", TODAY]);
    let run = run.exits(0).says("until: 2027-02-21");
    let acceptance: String = run
        .out
        .lines()
        .skip_while(|line| !line.starts_with("    accept "))
        .take_while(|line| line.starts_with("    "))
        .map(|line| format!("{}\n", &line[4..]))
        .collect();
    let folder = Folder::new(&[("shop.threat", &format!("{model}{acceptance}"))]);
    let run = folder.run(&["check", "--today", TODAY, "--format", "json"]);
    let document = run.json();
    let is_error = |diagnostic: &&serde_json::Value| diagnostic["severity"] == "error";
    let diagnostics = document["diagnostics"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(diagnostics.iter().find(is_error), None, "{acceptance}");
    folder
        .run(&["explain", "unencrypted_flow@pay", "--today", TODAY])
        .says("Accepted in `accepted_risk`");
}

/// An undecided finding needs a fact, and no acceptance.
#[test]
fn an_undecided_finding_is_explained_with_the_fact_that_decides() {
    let model = "asset card { classification: restricted }\n\
                 process shop\nprocess stock\n\
                 flow ask: shop -> stock { sends: card }\n";
    Folder::new(&[("shop.threat", model)])
        .run(&["explain", "unencrypted_flow@ask", "--today", TODAY])
        .exits(0)
        .says("Undecided")
        .says("How to decide it")
        .says("on `ask`, state `protocol`: the name of a protocol")
        .never_says("accept ");
}

#[test]
fn a_misspelt_name_keeps_its_component_and_its_rule() {
    let folder = Folder::of_model("webshop");
    for (written, meant) in [
        (
            "unencrypted_flow@partners.fed",
            "`unencrypted_flow@partners.feed`",
        ),
        (
            "unencrypted_flw@partners.feed",
            "`unencrypted_flow@partners.feed`",
        ),
        ("orders.gest_lookup", "`orders.guest_lookup`"),
        ("flow.authentcation", "`flow.authentication`"),
    ] {
        let run = folder.run(&["explain", written, "--today", TODAY]).exits(2);
        run.says(&format!("did you mean {meant}?"));
    }
}

#[test]
fn a_former_name_is_explained_by_the_name_of_today() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["explain", "noisy_neighbour"]).exits(0);
    run.says("std.noisy_neighbor: ");
    let run = folder.run(&["explain", "neighbours"]).exits(0);
    run.says("The other elements directly in the same boundary");
}

#[test]
fn what_nothing_is_called_is_an_error() {
    Folder::of_model("starter")
        .run(&["explain", "nonsense"])
        .exits(2)
        .says("`nonsense`");
}

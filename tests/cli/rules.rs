//! `threatline rules`: which rules look at a model, and the page of the library.

use crate::Folder;

const OWN: &str = "\
/// A key alone is not enough.
rule key_for_secrets \"A key alone opens confidential data\" {
  on: flow
  category: spoofing
  when: exposed and authentication = key and target.technology is kafka
  references: CWE-308
  advice: \"Ask for more.\"
}
";

fn names(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let run = folder
        .run(&[&["rules", "--format", "json"], arguments].concat())
        .exits(0);
    let rules = run.json();
    let rules = rules["rules"].as_array().unwrap();
    rules
        .iter()
        .map(|rule| rule["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_librarys_rules_and_the_models_own_are_listed() {
    let folder = Folder::new(&[("own/keys.threat", OWN)]);
    let all = names(&folder, &[]);
    assert!(all.len() > 60, "{}", all.len());
    assert_eq!(all.last().unwrap(), "key_for_secrets");
    folder
        .run(&["rules"])
        .exits(0)
        .says("own/keys.threat\n  key_for_secrets")
        .says("unencrypted_flow");
    assert_eq!(names(&Folder::new(&[]), &[]).len(), all.len() - 1);
}

#[test]
fn rules_are_found_by_category_technology_and_reference() {
    let folder = Folder::new(&[("keys.threat", OWN)]);
    let repudiation = names(&folder, &["--category", "repudiation"]);
    assert!(repudiation.contains(&"std.missing_audit_trail".to_owned()));
    assert!(!repudiation.contains(&"std.unencrypted_flow".to_owned()));
    assert_eq!(
        names(&folder, &["--category", "Elevation of privilege"]).len(),
        names(&folder, &["--category", "elevation_of_privilege"]).len()
    );

    // What asks for a queue asks for Kafka; what only rules it out does not.
    let kafka = names(&folder, &["--technology", "kafka"]);
    assert!(
        kafka.contains(&"std.unbounded_queue".to_owned())
            && kafka.contains(&"key_for_secrets".to_owned())
    );
    assert!(!kafka.contains(&"std.missing_backup".to_owned()));
    assert!(
        !names(&folder, &["--technology", "message_queue"]).contains(&"key_for_secrets".to_owned())
    );

    assert_eq!(
        names(&folder, &["--reference", "cwe-319"]),
        ["std.unencrypted_flow"]
    );
    assert!(
        names(&folder, &["--reference", "ASVS-1"]).len()
            < names(&folder, &["--reference", "ASVS"]).len()
    );
    assert_eq!(
        names(&folder, &["--reference", "CWE-31"]),
        Vec::<String>::new()
    );
}

#[test]
fn a_filter_that_nothing_is_called_by_is_an_error_with_the_nearest() {
    let folder = Folder::new(&[]);
    folder
        .run(&["rules", "--technology", "kafak"])
        .exits(2)
        .says("did you mean `kafka`?");
    folder
        .run(&["rules", "--category", "spofing"])
        .exits(2)
        .says("did you mean `spoofing`?");
}

#[test]
fn references_have_titles() {
    let run = Folder::new(&[])
        .run(&["rules", "--reference", "CWE-319", "--format", "json"])
        .exits(0);
    let rule = &run.json()["rules"][0];
    assert_eq!(
        rule["references"][0]["title"],
        "Cleartext Transmission of Sensitive Information"
    );
    assert!(
        rule["countered_by"]
            .as_array()
            .unwrap()
            .iter()
            .any(|name| name == "std.tls")
    );
}

#[test]
fn markdown_of_a_model_cannot_break_out() {
    let rule = OWN.replace(
        "A key alone opens",
        "<script>alert(1)</script> | [x](http://e) `",
    );
    let folder = Folder::new(&[("keys.threat", &rule)]);
    let run = folder
        .run(&["rules", "--reference", "CWE-308", "--format", "markdown"])
        .exits(0);
    assert!(!run.out.contains("<script>"), "{}", run.out);
    run.says("&lt;script&gt;alert(1)&lt;/script&gt; \\| \\[x\\](http\\://e) \\`");
    let rule = OWN.replace(
        "rule ",
        "/// <img src=x> ![p](https://e) [x](javascript:alert)\n/// ::error::a\n/// ~~~~\nrule ",
    );
    let folder = Folder::new(&[("::error::<img src=x>.threat", &rule)]);
    let page = folder
        .run(&["rules", "--reference", "CWE-308", "--format", "markdown"])
        .exits(0)
        .out;
    for broken_out in ["<img", "![p]", "](javascript:", "\n::error"] {
        assert!(!page.contains(broken_out), "{broken_out} in {page}");
    }
    assert_eq!(page.matches("~~~~").count(), 2, "{page}");
}

#[test]
fn what_a_model_can_name_is_listed() {
    let folder = Folder::new(&[("m.threat", "technology ours \"Ours\" { is: cache }\n")]);
    folder
        .run(&["technologies"])
        .exits(0)
        .says("relational_database")
        .says("postgres, postgresql")
        .says("Ours (is cache)")
        .says("`threatline explain NAME` explains one");
    folder
        .run(&["protocols"])
        .exits(0)
        .says("HTTPS (encrypted; is http;")
        .never_says("rate_limiting");
    let listed = folder
        .run(&["mitigations", "--format", "json"])
        .exits(0)
        .json();
    let mitigations = listed["mitigations"].as_array().expect("a list");
    let waf = mitigations
        .iter()
        .find(|listed| listed["name"] == "std.web_application_firewall");
    assert_eq!(
        waf.map(|waf| &waf["aliases"][0]),
        Some(&serde_json::json!("waf"))
    );
}

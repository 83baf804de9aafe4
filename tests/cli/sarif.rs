//! `--format sarif`: places, identities that last, and risks that someone took on.

use crate::{Folder, each, models, run_in, with_threat};
use serde_json::Value;
use std::collections::BTreeSet;

/// Two flows to one target, a rule that finds both, an unused asset, and characters of every
/// length.
const MODEL: &str = "\
/// Wörds: 😀
component shop \"Sh😀p\"

asset card { classification: restricted }
process web \"😀\"
process app   process api
flow one: web -> api { sends: card authentication: none tags: \"é\" }
flow app -> api { sends: card authentication: none }
asset unused { classification: public }
rule leak \"It leaks\" {
  on: flow
  category: information_disclosure
  when: carries >= restricted and authentication = none
  likelihood: high
  references: CWE-79, CAPEC-1, T1190, ASVS-1.2.4
  advice: \"Ask who it is.\"
}
";

fn results(folder: &Folder) -> Vec<Value> {
    each(&folder.check(&["--format", "sarif"]).sarif()["results"])
        .cloned()
        .collect()
}

fn fingerprints(folder: &Folder) -> BTreeSet<String> {
    let print = |result: &Value| {
        result["partialFingerprints"]["threatline/v1"]
            .as_str()
            .map(str::to_owned)
    };
    results(folder)
        .iter()
        .map(|result| print(result).expect("each has one"))
        .collect()
}

/// The text at a place, found as a page would: lines, and in them characters.
fn text_at(folder: &Folder, location: &Value) -> String {
    let physical = &location["physicalLocation"];
    let text = folder.read(
        physical["artifactLocation"]["uri"]
            .as_str()
            .expect("it has an address"),
    );
    let number = |key| physical["region"][key].as_u64().expect("it is a number") as usize;
    assert_eq!(number("startLine"), number("endLine"));
    let line = text
        .lines()
        .nth(number("startLine") - 1)
        .expect("the line is there");
    line.chars()
        .skip(number("startColumn") - 1)
        .take(number("endColumn") - number("startColumn"))
        .collect()
}

#[test]
fn regions_are_the_very_text() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let run = folder.check(&["--format", "sarif"]).sarif();
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let index = |rule: &str| {
        let result = each(&run["results"])
            .find(|result| result["ruleId"] == rule)
            .expect("it is told");
        text_at(&folder, &result["locations"][0])
    };
    assert_eq!(index("shop.leak"), "one");
    assert_eq!(index("unused-asset"), "unused");
    let folder = Folder::new(&[(
        "a.threat",
        "process x { tags: \"😀é\" technolgy: web_service }\n",
    )]);
    let results = results(&folder);
    let wrong = results
        .iter()
        .find(|result| result["ruleId"] == "unknown-property")
        .expect("it is told");
    assert_eq!(text_at(&folder, &wrong["locations"][0]), "technolgy");
}

#[test]
fn each_finding_of_a_group_is_a_result() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let results = results(&folder);
    let leaks: Vec<_> = results
        .iter()
        .filter(|result| result["ruleId"] == "shop.leak")
        .collect();
    let names: Vec<&Value> = leaks
        .iter()
        .map(|leak| &leak["partialFingerprints"]["threatline/v1"])
        .collect();
    assert_eq!(
        names,
        ["shop.leak@shop.one", "shop.leak@(shop.app -> shop.api)"]
    );
    assert_eq!(text_at(&folder, &leaks[0]["locations"][0]), "one");
    assert_eq!(text_at(&folder, &leaks[1]["locations"][0]), "app -> api");
    for leak in leaks {
        assert_eq!(
            leak["properties"]["findings"][0],
            leak["partialFingerprints"]["threatline/v1"]
        );
        let message = leak["message"]["text"].as_str().expect("it has a text");
        let related: Vec<&Value> = each(&leak["relatedLocations"]).collect();
        assert!(!related.is_empty());
        for (index, related) in related.iter().enumerate() {
            assert_eq!(related["id"], index + 1);
            let said = related["message"]["text"].as_str().expect("it has a text");
            assert!(
                message.contains(&format!("[{said}]({})", index + 1)),
                "{message}"
            );
        }
    }
}

#[test]
fn rules_are_described() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let run = folder.check(&["--format", "sarif"]).sarif();
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "Threatline");
    assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    for result in each(&run["results"]) {
        let index = result["ruleIndex"].as_u64().expect("it has a rule") as usize;
        assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
    }
    let rule = each(&driver["rules"])
        .find(|rule| rule["id"] == "shop.leak")
        .expect("it occurs");
    assert_eq!(rule["shortDescription"]["text"], "It leaks");
    assert_eq!(
        rule["helpUri"],
        "https://cwe.mitre.org/data/definitions/79.html"
    );
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    let tags: Vec<&str> = each(&rule["properties"]["tags"])
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(
        tags,
        [
            "security",
            "threat-model",
            "information-disclosure",
            "external/cwe/cwe-079"
        ]
    );
    let markdown = rule["help"]["markdown"].as_str().expect("it has help");
    assert!(
        markdown.contains("Ask who it is.")
            && markdown.contains("[CAPEC-1](https://capec.mitre.org/")
    );
    let code = each(&driver["rules"])
        .find(|rule| rule["id"] == "unused-asset")
        .expect("it occurs");
    assert_eq!(code["defaultConfiguration"]["level"], "warning");
    let page = concat!(
        env!("CARGO_PKG_HOMEPAGE"),
        "reference/diagnostics/unused-asset.html"
    );
    assert_eq!(code["helpUri"], page);
    assert_eq!(code["properties"]["security-severity"], Value::Null);
}

#[test]
fn severity_is_the_number_that_github_ranks_by() {
    for (severity, low, high) in [
        ("low", 0.1, 3.9),
        ("medium", 4.0, 6.9),
        ("high", 7.0, 8.9),
        ("critical", 9.0, 10.0),
    ] {
        let run = with_threat(severity).check(&["--format", "sarif"]).sarif();
        let rule = each(&run["tool"]["driver"]["rules"])
            .find(|rule| rule["id"] == "theft")
            .expect("it occurs");
        let score = rule["properties"]["security-severity"]
            .as_str()
            .expect("it is text");
        let score: f64 = score.parse().expect("it is a number");
        assert!((low..=high).contains(&score), "{severity}: {score}");
    }
}

#[test]
fn fingerprints_outlive_moved_lines_and_edits_elsewhere() {
    let broken = format!("{MODEL}process {{\n  process {{\n");
    for text in [MODEL, &broken] {
        let folder = Folder::new(&[("a.threat", text), ("threatline.toml", "[modle]\n")]);
        let before = fingerprints(&folder);
        assert!(before.len() > 2, "{before:?}");
        folder.write(
            "a.threat",
            format!(
                "// A comment.\n\n\n{}",
                text.replace("asset", "\n  // Another.\n\n asset")
            ),
        );
        folder.write("threatline.toml", "# A comment.\n\n[modle]\n");
        assert_eq!(fingerprints(&folder), before);
    }
    let folder = Folder::of_model("webshop");
    let before = fingerprints(&folder);
    let moved = format!("\n\n// Moved.\n{}", folder.read("orders/orders.threat"));
    folder.write("orders/orders.threat", moved);
    assert_eq!(fingerprints(&folder), before);
}

#[test]
fn a_finding_of_a_group_stays_itself_when_another_comes() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let before = fingerprints(&folder);
    folder.write(
        "a.threat",
        MODEL.replace(
            "flow one: web -> api",
            "flow zero: web -> api\nflow one: web -> api",
        ),
    );
    assert!(fingerprints(&folder).is_superset(&before));
}

#[test]
fn fingerprints_distinguish_results_of_a_file() {
    let text = "process a { technolgy: x }\nprocess b { technolgy: x tenency: y }\n}\n}\n";
    let folder = Folder::new(&[("a.threat", text)]);
    let results = results(&folder);
    assert_eq!(fingerprints(&folder).len(), results.len(), "{results:#?}");
}

#[test]
fn accepted_findings_are_suppressed_and_no_others() {
    let folder = with_threat("high");
    folder.write(
        "accept.threat",
        "accept later { findings: theft by: \"CISO\" until: 2027-03-31 because: \"New locks come.\" }\n",
    );
    let accepted = results(&folder);
    let theft: Vec<_> = accepted
        .iter()
        .filter(|result| result["ruleId"] == "theft")
        .collect();
    assert_eq!(theft.len(), 1);
    let suppression = &theft[0]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(suppression["justification"], "New locks come.");
    assert_eq!(suppression["properties"]["by"], "CISO");
    assert_eq!(suppression["properties"]["until"], "2027-03-31");
    let print = theft[0]["partialFingerprints"].clone();

    std::fs::remove_file(folder.path("accept.threat")).expect("it is there");
    let open = results(&folder);
    let theft = open
        .iter()
        .find(|result| result["ruleId"] == "theft")
        .expect("it is open");
    assert_eq!(theft["suppressions"], Value::Null);
    assert_eq!(theft["partialFingerprints"], print, "it is the same alert");
}

#[test]
fn planned_findings_stay_until_the_mitigation_is_in_place() {
    let with = |status: &str| {
        let folder = with_threat("high");
        let text = folder
            .read("shop.threat")
            .replace("impact: high }", "impact: high mitigations: locks }");
        let due = if status == "planned" {
            "due: 2026-12-10 owner: \"team-shop\""
        } else {
            ""
        };
        folder.write(
            "shop.threat",
            format!("{text}mitigation locks {{ counters: theft status: {status} {due} }}\n"),
        );
        results(&folder)
            .into_iter()
            .find(|result| result["ruleId"] == "theft")
    };
    let planned = with("planned").expect("nothing is done yet");
    assert_eq!(planned["level"], "note");
    assert_eq!(planned["suppressions"][0]["status"], "underReview");
    assert!(
        planned["suppressions"][0]["justification"]
            .as_str()
            .is_some_and(|text| text.contains("2026-12-10"))
    );
    assert_eq!(with("implemented"), None);
}

#[test]
fn a_broken_model_is_reported_for_the_run() {
    let folder = Folder::new(&[("a.threat", "process {\n")]);
    let run = folder.check(&["--format", "sarif"]).exits(2).sarif();
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolConfigurationNotifications"][0];
    assert!(
        notification["message"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("in the model;"))
    );
    let run = Folder::of_model("starter")
        .check(&["--format", "sarif"])
        .exits(0)
        .sarif();
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["results"], serde_json::json!([]));
}

#[test]
fn the_same_models_give_the_same_bytes_wherever_they_are() {
    let arguments = ["check", "--format", "sarif", "--today", crate::TODAY];
    let first = run_in(&models().join("webshop"), &arguments, &[]);
    assert_eq!(
        first.out,
        run_in(&models().join("webshop"), &arguments, &[]).out
    );
    let elsewhere = Folder::of_model("webshop");
    assert_eq!(first.out, elsewhere.run(&arguments).out);
    assert!(
        !elsewhere
            .run(&arguments)
            .out
            .contains(&*elsewhere.path("").to_string_lossy())
    );
}

#[test]
fn addresses_are_relative_unless_the_file_is_elsewhere() {
    let folder = Folder::new(&[("a b/é.threat", "process lonely\n")]);
    let result = results(&folder).remove(0);
    let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "a%20b/%C3%A9.threat");
    assert_eq!(artifact["uriBaseId"], "SRCROOT");
    let outside = Folder::new(&[]);
    let path = folder.path("a b");
    let run = outside
        .check(&["--format", "sarif", &path.to_string_lossy()])
        .sarif();
    let artifact = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert!(
        artifact["uri"]
            .as_str()
            .is_some_and(|uri| uri.starts_with("file:///") && uri.ends_with("/a%20b/%C3%A9.threat"))
    );
    assert_eq!(artifact["uriBaseId"], Value::Null);
}

//! `threatline diff`: what changed in a design between two revisions or folders.

use crate::{Folder, Run, TODAY, each, models, run_in};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use threatline_testkit::is_thorough;

const MODEL: &str = r#"asset card "Card" { classification: restricted kind: data personal: no }
asset price "Price" { classification: internal }

boundary internet "Internet" { trust: untrusted }
boundary vpc "VPC" { mitigations: network_segmentation }

external shopper "Shopper" in internet { kind: person }

process web "Web" in vpc {
  technology: web_service accepts: json privileges: service tenancy: single
  mitigations: rate_limiting, input_validation
}

store ledger "Ledger" in vpc {
  technology: relational_database tenancy: single
  stores: card
  encryption: at_rest
}

flow pay "Pay": shopper -> web {
  protocol: https multi_factor: yes
  authentication: token
  authorization: end_user
  sends: price
}

flow web -> ledger {
  protocol: sql_tls
  authentication: password
  authorization: service
  access: read_write
  sends: card
}

threat theft "Goods leave unpaid" {
  category: tampering
  targets: web
  likelihood: low
  impact: low
  mitigations: checks
}

mitigation checks "Checks" { counters: theft status: verified evidence: "https://ci.example.com/1" }

accept late "No log yet" {
  findings: missing_audit_trail@web
  by: "CISO"
  until: 2026-12-31
  because: "a pilot"
}
"#;

/// A repository with a model, committed once, whose branch is `main`.
fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    git(&folder, &["init", "--quiet", "--initial-branch", "main"]);
    commit(&folder);
    folder
}

fn git(folder: &Folder, arguments: &[&str]) {
    git_in(&folder.path("."), arguments);
}

fn git_in(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder);
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null());
    let output = command.output().expect("git starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn commit(folder: &Folder) {
    git(folder, &["add", "--all"]);
    git(
        folder,
        &["commit", "--quiet", "--allow-empty", "--message", "x"],
    );
}

fn diff(folder: &Folder, arguments: &[&str]) -> Run {
    folder.run(&[&["diff", "--today", TODAY], arguments].concat())
}

/// What a changed text makes of the model, as JSON.
#[track_caller]
fn changed(from: &str, to: &str) -> Value {
    assert!(MODEL.contains(from), "the model has no {from:?}");
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write("a.threat", MODEL.replace(from, to));
    diff(&folder, &["main", "--format", "json", "--fail-on", "never"])
        .exits(0)
        .json()["models"][0]
        .take()
}

/// The messages of a topic.
fn messages(model: &Value, topic: &str) -> String {
    each(&model[topic])
        .map(|change| change["message"].as_str().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn opened(model: &Value) -> Vec<&str> {
    each(&model["opened"])
        .filter_map(|finding| finding["id"].as_str())
        .collect()
}

#[track_caller]
fn assert_reported(model: &Value, topic: &str, message: &str) {
    assert!(
        messages(model, topic).contains(message),
        "no {message:?} in {model:#}"
    );
}

/// All that is told of a model is nothing.
#[track_caller]
fn is_empty(model: &Value) {
    for (key, value) in model.as_object().expect("it is an object") {
        assert!(
            value.as_array().is_none_or(Vec::is_empty),
            "{key} is {value:#}"
        );
    }
}

#[test]
fn moving_and_formatting_text_changes_nothing() {
    let folder = repository(&[("a.threat", MODEL)]);
    let model = MODEL.replace(
        "rate_limiting, input_validation",
        "input_validation,\n rate_limiting",
    );
    let mut parts: Vec<&str> = model.split("\n\n").collect();
    parts.reverse();
    let (one, two) = parts.split_at(parts.len() / 2);
    fs::remove_file(folder.path("a.threat")).unwrap();
    folder.write("one/b.threat", format!("// moved\n{}", one.join("\n\n\n")));
    folder.write("c.threat", two.join("\n// a comment\n"));
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json();
    is_empty(&json["models"][0]);
    diff(&folder, &["main"])
        .exits(0)
        .says("the design is unchanged");
    diff(&folder, &["main", "--format", "markdown"])
        .exits(0)
        .says("the design is unchanged");
    let sarif = diff(&folder, &["main", "--format", "sarif"])
        .exits(0)
        .sarif();
    assert_eq!(sarif["results"], Value::Array(Vec::new()));
}

#[test]
fn titles_and_descriptions_are_named_and_no_more() {
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write(
        "a.threat",
        MODEL.replace(
            "store ledger \"Ledger\"",
            "/// The books.\nstore ledger \"Books\"",
        ),
    );
    let mut model =
        diff(&folder, &["main", "--format", "json"]).exits(0).json()["models"][0].take();
    assert_eq!(
        model["texts"],
        json!([{ "kind": "store", "subject": "ledger", "changed": ["description", "title"] }])
    );
    model["texts"] = json!([]);
    is_empty(&model);
    let run = diff(&folder, &["main"])
        .exits(0)
        .says("`description`, `title` of store `ledger`");
    run.says("passed: the design is unchanged");
    // What implements something is a fact.
    let model = changed(
        "process web \"Web\" in vpc {",
        "process web \"Web\" in vpc {\n  source: \"web/**\"",
    );
    assert_reported(&model, "changed", "process `web`: `source` gained `web/**`");
}

#[test]
fn a_new_finding_at_the_threshold_fails_with_its_facts() {
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write(
        "a.threat",
        MODEL
            .replace("sql_tls", "sql")
            .replace("tenancy: single\n  stores", "tenancy: multi\n  stores"),
    );
    let json = diff(&folder, &["main", "--format", "json"]).json()["models"][0].take();
    assert!(!opened(&json).is_empty(), "{json:#}");
    assert_reported(
        &json,
        "weakened",
        "`protocol` is now `sql`, previously `sql_tls`",
    );
    assert_reported(&json, "weakened", "`tenancy` is now `multi`");

    let pay = |protocol: &str| {
        MODEL
            .replace("sends: price", "sends: price, card")
            .replace("protocol: https", protocol)
    };
    folder.write("a.threat", pay("protocol: http"));
    let run = diff(&folder, &["main"]).exits(1);
    let run = run
        .says("Cleartext transmission of sensitive data")
        .says("a.threat:")
        .says("which is not encrypted");
    run.says("`pay` carries `card` (restricted; new to `shopper`)")
        .says("failed: 1 new finding of severity high or above");
    let run = diff(&folder, &["main", "--fail-on", "never"])
        .exits(0)
        .says("1 newly open finding");
    run.says("passed: findings do not fail this comparison");
    // What was open at the same severity before is not new.
    commit(&folder);
    diff(&folder, &["main"])
        .exits(0)
        .never_says("Cleartext transmission");
    // What is open and gets worse is.
    folder.write(
        "a.threat",
        pay("protocol: http").replace("classification: restricted", "classification: public"),
    );
    let json = diff(&folder, &["main", "--format", "json", "--fail-on", "never"])
        .exits(0)
        .json();
    assert_reported(
        &json["models"][0],
        "weakened",
        "asset `card`: `classification` is now `public`, previously `restricted`",
    );
    commit(&folder);
    folder.write("a.threat", pay("protocol: http"));
    let json = diff(&folder, &["main", "--format", "json"]).exits(1).json();
    let was: Vec<&Value> = each(&json["models"][0]["opened"])
        .map(|finding| &finding["before"])
        .collect();
    assert!(
        was.iter()
            .any(|before| before.is_null() || before["severity"] != "critical"),
        "{was:?}"
    );
}

#[test]
fn a_worsened_finding_at_the_threshold_fails_and_is_not_called_new() {
    let open = MODEL
        .replace("protocol: https", "protocol: http")
        .replace("sends: price", "sends: card");
    let before = open.replace("classification: restricted", "classification: confidential");
    let folder = repository(&[("a.threat", &before)]);
    folder
        .check(&[])
        .says("`pay` (high, information disclosure)");
    folder.write("a.threat", &open);
    let run = diff(&folder, &["main"])
        .exits(1)
        .says("1 newly open finding, 1 worsened finding");
    let run = run
        .says("`pay` (critical, information disclosure)")
        .says("note: it was previously high");
    run.says("failed: 1 worsened finding of severity high or above");
    let model = diff(&folder, &["main", "--format", "json"]).exits(1).json()["models"][0].take();
    assert_eq!(opened(&model), ["std.missing_audit_trail@ledger"]);
    assert_eq!(model["worse"][0]["id"], "std.unencrypted_flow@pay");
    assert_eq!(
        model["worse"][0]["before"],
        json!({ "state": "open", "severity": "high" })
    );
    assert_eq!(model["at_threshold"], 1);
    diff(&folder, &["main", "--format", "markdown"])
        .exits(1)
        .says("| critical, was high |");
    let results = diff(&folder, &["main", "--format", "sarif"])
        .exits(1)
        .sarif()["results"]
        .take();
    assert_eq!(results[0]["baselineState"], "updated");
    // The same of one that was below the threshold; above neither the list nor the verdict speaks of
    // failing.
    folder.write(
        "a.threat",
        before.replace("classification: confidential", "classification: internal"),
    );
    commit(&folder);
    folder.write("a.threat", &before);
    diff(&folder, &["main"]).exits(1);
    diff(&folder, &["main", "--fail-on", "critical"])
        .exits(0)
        .says("passed: no new or worsened finding of severity critical or above");
}

#[test]
fn new_findings_among_several_are_named() {
    let more = |number: usize| {
        let says = "protocol: http authentication: token authorization: end_user sends: card";
        let flows = (0..number).map(|at| format!("flow again_{at}: shopper -> web {{ {says} }}\n"));
        format!("{MODEL}{}", flows.collect::<String>())
    };
    let folder = repository(&[("a.threat", &more(1))]);
    folder.write("a.threat", more(2));
    diff(&folder, &["main"])
        .exits(1)
        .says("`again_0` and `again_1` (critical")
        .says("note: new among these: `unencrypted_flow@again_1`")
        .says("failed: 1 new finding of");
}

#[test]
fn a_new_question_is_not_judged_and_fails_unless_the_base_allows_it() {
    let silent = MODEL
        .replace("  authentication: token\n", "")
        .replace("sends: price", "sends: card");
    let folder = repository(&[("threatline.toml", ""), ("a.threat", MODEL)]);
    folder.write("a.threat", &silent);
    let why =
        "not judged: 1 new possible threat of severity high or above depends on 1 missing fact";
    diff(&folder, &["main"]).exits(1).says(why);
    // The head cannot allow it to itself.
    let allow = "[check]\nunjudged = \"allow\"\n";
    folder.write("threatline.toml", allow);
    diff(&folder, &["main"]).exits(1).says(why);

    let folder = repository(&[("threatline.toml", allow), ("a.threat", MODEL)]);
    folder.write("a.threat", &silent);
    diff(&folder, &["main"])
        .exits(0)
        .says(&format!("{why}, which threatline.toml allows"));
    diff(&folder, &["main", "--format", "markdown"])
        .exits(0)
        .says("Threat model not judged: 1 new possible threat");
}

#[test]
fn weakened_controls_are_reported() {
    let reported = |from, to, message| assert_reported(&changed(from, to), "weakened", message);
    reported(
        "rate_limiting, input_validation",
        "input_validation",
        "`rate_limiting` no longer protects `web`",
    );
    reported(
        " { mitigations: network_segmentation }",
        "",
        "`network_segmentation` no longer protects `web`, `ledger`, `pay`",
    );
    reported(
        "status: verified",
        "status: planned",
        "mitigation `checks`: `status` is now `planned`, previously `verified`",
    );
    reported(
        " evidence: \"https://ci.example.com/1\"",
        "",
        "`evidence` lost `https://ci.example.com/1`",
    );
    reported(
        "until: 2026-12-31",
        "until: 2027-12-31",
        "accept `late`: `until` is now `2027-12-31`, previously `2026-12-31`",
    );
    reported(
        "by: \"CISO\"",
        "by: \"me\"",
        "accept `late`: `by` is now `me`, previously `CISO`",
    );
    reported(
        "missing_audit_trail@web",
        "missing_audit_trail@web, tampering@web",
        "accept `late` also accepts `injection@web` (high)",
    );
    reported(
        "trust: untrusted",
        "trust: high",
        "boundary `internet`: `trust` is now `high`, previously `untrusted`",
    );
    reported(
        "classification: restricted",
        "classification: internal",
        "asset `card`: `classification` is now `internal`",
    );
    reported(
        "stores: card\n",
        "stores: card\n  out_of_scope: \"old\"\n",
        "store `ledger` is now out of scope: old",
    );
    reported(
        "authentication: token",
        "authentication: none",
        "flow `pay`: `authentication` is now `none`, previously `token`",
    );
    reported(
        "  authentication: token\n",
        "",
        "flow `pay`: `authentication` is now unspecified, previously `token`",
    );
    reported(
        "encryption: at_rest",
        "encryption: none",
        "store `ledger`: `encryption` is now `none`, previously `at_rest`",
    );
    reported(
        "\"Shopper\" in internet",
        "\"Shopper\" in vpc",
        "`shopper` is now in `vpc`, previously in `internet`; its trust is now high",
    );
    let threat = &MODEL[MODEL.find("threat theft").unwrap()..MODEL.find("accept late").unwrap()];
    reported(threat, "", "threat `theft` was removed");
    let more = "accept more { findings: theft by: \"me\" until: 2027-01-01 because: \"so\" }\n";
    reported(
        "threat theft",
        &format!("{more}threat theft"),
        "accept `more` is new: me accepts `theft` (low) until 2027-01-01",
    );
}

#[test]
fn a_later_due_date_is_reported() {
    let planned = MODEL.replace("status: verified", "status: planned due: 2027-01-01");
    let folder = repository(&[("a.threat", &planned)]);
    folder.write("a.threat", planned.replace("2027-01-01", "2027-06-01"));
    diff(&folder, &["main"])
        .exits(0)
        .says("`due` is now `2027-06-01`, previously `2027-01-01`")
        .says("Weaker than before");
}

#[test]
fn what_is_listed_elsewhere_and_protects_the_same_is_no_weakening() {
    let model = changed(
        "mitigations: network_segmentation",
        "mitigations: network_segmentation, rate_limiting",
    );
    assert_eq!(messages(&model, "weakened"), "");
    let folder = repository(&[("a.threat", MODEL)]);
    let moved = MODEL.replace("rate_limiting, input_validation", "input_validation");
    folder.write(
        "a.threat",
        moved.replace(
            "network_segmentation }",
            "network_segmentation, rate_limiting }",
        ),
    );
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json();
    assert_eq!(messages(&json["models"][0], "weakened"), "");
}

#[test]
fn additions_and_removals_are_reported() {
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write(
        "b.threat",
        "boundary partner { trust: low }\nexternal bank in partner { kind: system }\nasset report { classification: \
         confidential }\nflow settle: web -> bank { protocol: https sends: report authentication: mutual_tls }\n",
    );
    let json = diff(&folder, &["main", "--format", "json"]).json()["models"][0].take();
    assert_reported(&json, "added", "boundary `partner`, trust low");
    assert_reported(&json, "added", "external `bank`, in `partner`");
    assert_reported(&json, "added", "asset `report`, confidential");
    assert_reported(&json, "added", "flow `settle`, `web -> bank`");
    assert_reported(
        &json,
        "crossings",
        "`settle` (`web -> bank`) leaves `vpc` and enters `partner`, from trust level `high` to `low`",
    );
    assert_reported(
        &json,
        "sensitive",
        "`settle` carries `report` (confidential; new to `web`)",
    );
    // The untracked file counts; an ignored one is not the repository's.
    folder.write(".gitignore", "b.threat\n");
    diff(&folder, &["main"])
        .exits(0)
        .says("the design is unchanged");
    fs::remove_file(folder.path(".gitignore")).unwrap();
    commit(&folder);
    fs::remove_file(folder.path("b.threat")).unwrap();
    let json = diff(&folder, &["main", "--format", "json"]).json()["models"][0].take();
    assert_reported(&json, "removed", "external `bank`");
    assert_eq!(json["removed"][0]["place"]["in"], "base");
    assert_eq!(json["removed"][0]["place"]["location"]["path"], "b.threat");
}

#[test]
fn more_sensitive_data_is_reported_once() {
    let reported = |to: &str, message: &str| {
        let model = changed("classification: internal", to);
        let (of_data, changed) = (messages(&model, "sensitive"), messages(&model, "changed"));
        assert_eq!(
            of_data,
            format!("asset `price` is {message}; it is in 2 elements and 1 flow")
        );
        assert_eq!(changed, "");
    };
    reported(
        "classification: confidential",
        "now confidential, previously internal",
    );
    reported("classification: internal personal: yes", "now personal");
    reported(
        "classification: restricted personal: yes",
        "now restricted and personal, previously internal",
    );
}

#[test]
fn a_rerouted_flow_is_reported_with_its_data() {
    let more = "process edge in vpc { technology: web_service }\n";
    let folder = repository(&[("a.threat", &format!("{MODEL}{more}"))]);
    folder.write(
        "a.threat",
        format!("{MODEL}{more}").replace("flow web -> ledger", "flow keep: web -> ledger"),
    );
    commit(&folder);
    folder.write(
        "a.threat",
        format!("{MODEL}{more}").replace("flow web -> ledger", "flow keep: web -> edge"),
    );
    let model = diff(&folder, &["main", "--format", "json"]).json()["models"][0].take();
    assert_eq!(
        messages(&model, "sensitive"),
        "`keep` now runs from `web` to `edge`, previously from `web` to `ledger`; it carries `card` (restricted; new to `edge`)"
    );
    assert_eq!(messages(&model, "changed"), "");
    // One that carries nothing of that kind is another change.
    let open = MODEL.replace("shopper -> web", "shopper -> ledger");
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write("a.threat", open);
    let model = diff(&folder, &["main", "--format", "json"]).json()["models"][0].take();
    assert_reported(
        &model,
        "changed",
        "`pay` now runs from `shopper` to `ledger`, previously from `shopper` to `web`",
    );
    assert_eq!(messages(&model, "sensitive"), "");
}

#[test]
fn accepted_findings_are_reported_with_who_accepts_them_and_not_as_closed() {
    let open = MODEL
        .replace("protocol: https", "protocol: http")
        .replace("sends: price", "sends: card");
    let folder = repository(&[("a.threat", &open), ("decisions.threat", "process other\n")]);
    let accept = "accept it { findings: unencrypted_flow@pay by: \"CISO\" until: 2027-01-01 because: \"so\" }\n";
    folder.write("decisions.threat", format!("process other\n{accept}"));
    let reported =
        "accept `it` is new: CISO accepts `unencrypted_flow@pay` (critical) until 2027-01-01";
    diff(&folder, &["main"])
        .exits(0)
        .says(reported)
        .never_says("closed");
    // Where the acceptance itself is not asked for, the finding says so.
    let run = diff(&folder, &["main", "a.threat"])
        .exits(0)
        .says("1 finding deferred")
        .never_says("closed");
    run.says("accepted by CISO until 2027-01-01 (`it`)")
        .says("elsewhere in this model: 1 other change");
    // A hole that is accepted where it is made is no open finding, and told all the same.
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write("a.threat", format!("{open}{accept}"));
    diff(&folder, &["main"]).exits(0).says(reported);
    // An older one that would accept it, too, was made before the finding was there.
    let wide = accept.replace("unencrypted_flow@pay", "information_disclosure@pay");
    let folder = repository(&[("a.threat", &format!("{MODEL}{wide}"))]);
    folder.write("a.threat", format!("{open}{wide}"));
    diff(&folder, &["main"])
        .exits(1)
        .never_says("also accepts `unencrypted_flow@pay` (critical)")
        .says("(critical, accepted before it was found)");
    // What is planned is not closed either.
    let folder = repository(&[("a.threat", &open)]);
    let planned = open.replace(
        "  sends: card\n}\n\nflow web",
        "  sends: card\n  mitigations: sealed\n}\n\nflow web",
    );
    folder.write(
        "a.threat",
        format!(
            "{planned}mitigation sealed {{ counters: unencrypted_flow status: planned \
             due: 2026-12-10 owner: \"team-shop\" }}\n"
        ),
    );
    let run = diff(&folder, &["main"])
        .exits(0)
        .says("Findings deferred")
        .says("`sealed` is planned to mitigate it");
    run.never_says("closed");
}

#[test]
fn changes_outside_a_part_are_mentioned() {
    let folder = repository(&[
        ("threatline.toml", ""),
        ("a.threat", MODEL),
        ("part/b.threat", "process part\n"),
    ]);
    folder.write(
        "a.threat",
        MODEL
            .replace("protocol: https", "protocol: http")
            .replace("sends: price", "sends: card"),
    );
    let verdict = "passed: no change in `part` (elsewhere in this model: 1 new or worsened finding, 4 other changes)";
    diff(&folder, &["main", "part"]).exits(0).says(verdict);
    run_in(
        &folder.path("part"),
        &["diff", "main", "--today", TODAY],
        &[],
    )
    .exits(0)
    .says(verdict);
    diff(&folder, &["main"]).exits(1).never_says("elsewhere");
    let model = diff(&folder, &["main", "part", "--format", "json"]).json()["models"][0].take();
    assert_eq!(model["elsewhere"], json!({ "findings": 1, "others": 4 }));
}

#[test]
fn findings_of_new_rules_are_reported_apart_from_those_of_the_design() {
    let rule = "rule own { on: flow category: tampering when: carries >= restricted likelihood: high impact: high }\n";
    let carried = MODEL.replace("sends: price", "sends: card");
    let folder = repository(&[("a.threat", &carried)]);
    folder.write("a.threat", format!("{carried}{rule}"));
    diff(&folder, &["main"])
        .says("2 newly open findings (2 by new or changed rules)")
        .says("= note: opened by a change of the policy: rule `own` is new");
    diff(&folder, &["main", "--format", "markdown"]).says("rule `own` is new; ");
    let opened = diff(&folder, &["main", "--format", "json"]).json()["models"][0]["opened"].take();
    assert_eq!(opened[0]["rule_change"], "rule `own` is new");
    folder.write(
        "a.threat",
        carried.replace("protocol: https", "protocol: http"),
    );
    diff(&folder, &["main"]).never_says("new or changed rule");
}

#[test]
fn a_finding_that_closes_says_why() {
    let open = MODEL
        .replace("protocol: https", "protocol: http")
        .replace("sends: price", "sends: card");
    let why = |to: &str| {
        let folder = repository(&[("a.threat", &open)]);
        folder.write("a.threat", to);
        let json = diff(&folder, &["main", "--format", "json"]).json();
        let closed = each(&json["models"][0]["closed"])
            .find(|closed| closed["finding"]["id"] == "std.unencrypted_flow@pay");
        closed.unwrap_or_else(|| panic!("{json:#}"))["why"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        why(&open.replace("protocol: http ", "protocol: https ")),
        "it uses `https`, which is encrypted"
    );
    assert_eq!(
        why(&open.replace("restricted", "public")),
        "it carries `card`, which is public"
    );
    let with = |mitigation: &str| {
        open.replace(
            "sends: card\n}\n\nflow web",
            &format!("sends: card\n  {mitigation}\n}}\n\nflow web"),
        )
    };
    // What was countered may not be called for any more, because less is said to be at stake.
    let folder = repository(&[("a.threat", &with("mitigations: payload_encryption"))]);
    folder.write(
        "a.threat",
        with("mitigations: payload_encryption").replace("restricted", "public"),
    );
    let reported = "No longer found; planned, accepted or mitigated before: `unencrypted_flow@pay` (critical, mitigated)";
    diff(&folder, &["main"]).says(reported);
    diff(&folder, &["main", "--format", "markdown"]).says("No longer found");
    assert_eq!(
        why(&with("mitigations: payload_encryption")),
        "`payload_encryption` mitigates it"
    );
    assert_eq!(
        why(&with("out_of_scope: \"x\"")),
        "flow `pay` is out of scope"
    );
    let accept =
        "accept it { findings: unencrypted_flow@pay by: \"me\" until: 2027-01-01 because: \"so\" }";
    assert_eq!(
        why(&format!("{open}{accept}")),
        "accepted by me until 2027-01-01 (`it`)"
    );
    let flow = &open[open.find("flow pay").unwrap()..open.find("flow web").unwrap()];
    assert_eq!(why(&open.replace(flow, "")), "flow `pay` was removed");
}

#[test]
fn the_head_is_judged_by_the_policy_of_the_base() {
    let folder = repository(&[
        ("threatline.toml", "[check]\nfail_on = \"high\"\n"),
        ("a.threat", MODEL),
    ]);
    let hole = MODEL
        .replace("protocol: https", "protocol: http")
        .replace("sends: price", "sends: card");
    folder.write("a.threat", &hole);
    folder.write(
        "threatline.toml",
        "[check]\nfail_on = \"never\"\n[diagnostics]\nmissing-mitigation = \"off\"\n[rules.unencrypted_flow]\nenabled = \
         false\nreason = \"It is in the way.\"\n",
    );
    folder.check(&[]).exits(0);
    let run = diff(&folder, &["main"])
        .exits(1)
        .says("Cleartext transmission")
        .says("Policy and rules");
    // Each with its line, and with what would come of it.
    let run = run.says(
        "the rule `unencrypted_flow` is now turned off (\"It is in the way.\"), previously on; `unencry",
    );
    let run = run
        .says("`unencrypted_flow@pay` (critical) would no longer be found")
        .says("threatline.toml:5:8");
    let run =
        run.says("`fail_on` is now never, previously high; `unencrypted_flow@pay` (critical), `injection@web` (high) would");
    run.says("threatline.toml:2:1")
        .says("`missing-mitigation` is now off, previously not set")
        .says("threatline.toml:4:1");
    folder.write(
        "threatline.toml",
        "[rules.unencrypted_flow]\nlikelihood = \"low\"\nreason = \"x\"\n",
    );
    let reported = "is now set to likelihood low (\"x\"), previously on; `unencrypted_flow@pay` (critical) would be less severe";
    diff(&folder, &["main"]).exits(1).says(reported);
    // Nor does a model of its own around the same files help.
    folder.write("threatline.toml", "[check]\nfail_on = \"high\"\n");
    fs::create_dir(folder.path("sub")).unwrap();
    fs::rename(folder.path("a.threat"), folder.path("sub/a.threat")).unwrap();
    folder.write(
        "sub/threatline.toml",
        "[check]\nfail_on = \"never\"\n[rules.unencrypted_flow]\nenabled = false\nreason = \"x\"\n",
    );
    diff(&folder, &["main"])
        .exits(1)
        .says("Cleartext transmission");
    folder.write("other.threat", "process other\n");
    diff(&folder, &["main"])
        .exits(1)
        .says("Cleartext transmission");
    // The policy of the base may also be more than the head's.
    fs::remove_file(folder.path("sub/threatline.toml")).unwrap();
    fs::remove_file(folder.path("threatline.toml")).unwrap();
    diff(&folder, &["main"])
        .exits(1)
        .says("`fail_on` is now not set, previously high");
}

#[test]
fn rules_of_ones_own_are_policy() {
    let rule = "rule house \"House\" { on: process category: tampering when: technology is web_service }\n";
    let folder = repository(&[("a.threat", MODEL), ("rules.threat", rule)]);
    folder.write(
        "rules.threat",
        rule.replace("is web_service", "is database"),
    );
    diff(&folder, &["main"])
        .says("rule `house` has a different condition")
        .says("`house@web`");
    fs::remove_file(folder.path("rules.threat")).unwrap();
    diff(&folder, &["main"])
        .exits(0)
        .says("rule `house` was removed")
        .says("rule `house` was removed")
        .says("Policy and rules");
}

#[test]
fn what_was_renamed_is_the_same_element() {
    let open = MODEL
        .replace("protocol: https", "protocol: http")
        .replace("sends: price", "sends: card");
    let folder = repository(&[("a.threat", &open)]);
    let renamed = open
        .replace("process web \"Web\"", "process shop \"Shop\"")
        .replace("shopper -> web", "shopper -> shop");
    let renamed = renamed
        .replace("flow web ->", "flow shop ->")
        .replace("targets: web", "targets: shop");
    let renamed = renamed
        .replace("@web", "@shop")
        .replace("flow pay", "flow checkout");
    folder.write("a.threat", &renamed);
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json()["models"][0].take();
    let names: Vec<(&str, &str)> = each(&json["renamed"])
        .map(|renamed| {
            (
                renamed["from"].as_str().unwrap(),
                renamed["to"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(names, [("web", "shop"), ("pay", "checkout")]);
    for topic in [
        "opened",
        "closed",
        "weakened",
        "added",
        "removed",
        "crossings",
        "sensitive",
        "changed",
    ] {
        assert_eq!(json[topic], Value::Array(Vec::new()), "{topic}");
    }
    // Two that say the same cannot be told apart.
    folder.write(
        "a.threat",
        format!("{MODEL}process x in vpc\nprocess y in vpc\n"),
    );
    commit(&folder);
    folder.write(
        "a.threat",
        format!("{MODEL}process u in vpc\nprocess v in vpc\n"),
    );
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json()["models"][0].take();
    assert_eq!(json["renamed"], Value::Array(Vec::new()));
    assert_reported(&json, "added", "process `u`");
    assert_reported(&json, "removed", "process `x`");
}

#[test]
fn a_renamed_component_and_a_renamed_folder_change_nothing_else() {
    let folder = repository(&[
        ("old/threatline.toml", "[check]\nfail_on = \"low\"\n"),
        ("old/a.threat", &format!("component shop \"Shop\"\n{MODEL}")),
    ]);
    fs::rename(folder.path("old"), folder.path("new")).unwrap();
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json();
    assert_eq!(json["models"].as_array().map(Vec::len), Some(1));
    is_empty(&json["models"][0]);
    assert_eq!(
        (&json["models"][0]["base"], &json["models"][0]["head"]),
        (&"old".into(), &"new".into())
    );
    folder.write("new/a.threat", format!("component store \"Shop\"\n{MODEL}"));
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json()["models"][0].take();
    assert_eq!(
        json["renamed"].as_array().map(Vec::len),
        Some(1),
        "{json:#}"
    );
    assert_eq!(json["opened"], Value::Array(Vec::new()));
    assert_eq!(json["closed"], Value::Array(Vec::new()));
}

#[test]
fn models_come_and_go() {
    let folder = repository(&[("threatline.toml", ""), ("a.threat", MODEL)]);
    folder.write("parts/threatline.toml", "[model]\nname = \"Parts\"\n");
    folder.write(
        "parts/b.threat",
        "process part\nprocess other\nflow ask: part -> other { protocol: https }\n",
    );
    let json = diff(&folder, &["main", "--format", "json"]).exits(0).json();
    let parts = each(&json["models"])
        .find(|model| model["name"] == "Parts")
        .unwrap();
    assert!(parts["base"].is_null());
    assert_reported(parts, "added", "process `part`");
    diff(&folder, &["main"])
        .exits(0)
        .says("Parts (new model)")
        .says("process `part`");
    commit(&folder);
    fs::remove_dir_all(folder.path("parts")).unwrap();
    diff(&folder, &["main"])
        .exits(0)
        .says("Parts (model removed)")
        .says("process `part`");
    // From a subfolder, of what is in it; and of a path that is gone.
    folder.write("parts/b.threat", "process part\n");
    run_in(
        &folder.path("parts"),
        &["diff", "main", "--today", TODAY],
        &[],
    )
    .exits(0)
    .says("process `other`")
    .never_says("web");
    fs::remove_dir_all(folder.path("parts")).unwrap();
    diff(&folder, &["main", "parts"])
        .exits(0)
        .says("process `part`");
    diff(&folder, &["main", "main", "parts"])
        .exits(0)
        .says("the design is unchanged");
}

#[test]
fn a_file_is_compared_with_what_moved_into_it() {
    let (one, two) = MODEL.split_at(MODEL.find("threat theft").unwrap());
    let folder = repository(&[("one.threat", one), ("two.threat", two)]);
    fs::remove_file(folder.path("two.threat")).unwrap();
    folder.write("one.threat", MODEL);
    folder.write("three.threat", "process extra\n");
    diff(&folder, &["main", "two.threat"])
        .exits(0)
        .says("no change in `two.threat`");
    diff(&folder, &["main", "three.threat"])
        .exits(0)
        .says("process `extra`")
        .never_says("new model")
        .never_says("`web`");
    diff(&folder, &["main", "one.threat"])
        .exits(0)
        .says("no change in `one.threat`");
}

#[test]
fn two_folders_are_compared_without_a_repository() {
    let folder = Folder::new(&[
        ("one/a.threat", MODEL),
        ("two/a.threat", &MODEL.replace("at_rest", "none")),
    ]);
    diff(&folder, &["one", "two"])
        .exits(1)
        .says("`encryption` is now `none`, previously `at_rest`")
        .says("two/a.threat:");
    diff(&folder, &["two", "one"])
        .exits(0)
        .says("`encryption` is now `at_rest`, previously `none`");
    diff(&folder, &["one", "one"])
        .exits(0)
        .says("the design is unchanged");
    let run = run_in(
        &models().join("payment-api"),
        &["diff", "before", "after", "--today", TODAY],
        &[],
    )
    .exits(1);
    run.says("`authentication` is unspecified for `identity.open_link`")
        .says(
            "not judged: 2 new possible threats of severity high or above depend on 1 missing fact",
        );
}

#[test]
fn what_cannot_be_compared_is_reported() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    diff(&folder, &["main"])
        .exits(2)
        .says("`main` is neither a folder nor a revision: `.` is not in a git repository");
    let folder = repository(&[("a.threat", MODEL)]);
    diff(&folder, &["nowhere"])
        .exits(2)
        .says("`nowhere` is neither a revision of this repository nor a folder");
    diff(&folder, &["main", "nowhere"])
        .exits(2)
        .says("`nowhere` is neither a revision of this repository nor a folder");
    diff(&folder, &["main..other"]).exits(2).says("is a range");
    for hostile in [
        "--output=x",
        "-x",
        "--exec=touch x",
        "^main",
        "",
        "main^{tree}",
    ] {
        diff(&folder, &["--", hostile]).exits(2);
    }
    assert!(!folder.path("x").exists());
    folder.write("a.threat", format!("{MODEL}process tardy in nowhere\n"));
    diff(&folder, &["main"])
        .exits(2)
        .says("no boundary `nowhere` is declared")
        .says("1 new error");
    folder.write("a.threat", format!("{MODEL}flow unfinished\n"));
    diff(&folder, &["main"])
        .exits(2)
        .says("this flow has no source and target")
        .never_says("Added")
        .never_says("?");
    folder.write("a.threat", format!("{MODEL}process tardy in nowhere\n"));
    diff(&folder, &[]).exits(2).says("threatline diff main");
    // An error that was there is no news.
    commit(&folder);
    diff(&folder, &["main"]).exits(0);
    folder.write("threatline.toml", "[chekc]\n");
    diff(&folder, &["main"])
        .exits(2)
        .says("there is no section `chekc`")
        .says("[chekc]");
}

/// What the settings of either side say may be what fails the pull request.
#[test]
fn settings_that_cannot_be_read_in_a_commit_are_an_error() {
    let unreadable: [(&str, &[u8], &str); 2] = [
        ("threatline.toml", b"# caf\xe9\n", "the file is not UTF-8"),
        ("threatline.toml/notes", b"", "the path is a folder"),
    ];
    for (path, text, reason) in unreadable {
        let folder = repository(&[("a.threat", MODEL)]);
        folder.write(path, text);
        diff(&folder, &["main"]).exits(2).says(reason);
        commit(&folder);
        git(&folder, &["rm", "--quiet", "-r", "threatline.toml"]);
        diff(&folder, &["main"])
            .exits(2)
            .says("threatline.toml: ")
            .says(reason);
        commit(&folder);
        diff(&folder, &["main"]).exits(0);
    }
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write("a.threat", MODEL.replace("at_rest", "none"));
    commit(&folder);
    let clone = Folder::new(&[]);
    let from = format!("file://{}", folder.path(".").display());
    git(
        &clone,
        &["clone", "--quiet", "--depth", "1", &from, "shallow"],
    );
    let run = |base: &str| {
        run_in(
            &clone.path("shallow"),
            &["diff", base, "--today", TODAY],
            &[],
        )
    };
    run("HEAD~1")
        .exits(2)
        .says("if the name is right")
        .says("is shallow")
        .says("`fetch-depth: 0`");
    run("nosuch")
        .exits(2)
        .says("`nosuch` is neither a revision of this repository nor a folder");
    run("HEAD").exits(0);
}

#[test]
fn a_name_of_both_a_revision_and_a_folder_is_the_revision() {
    let folder = repository(&[("a.threat", MODEL), ("main/b.threat", "process part\n")]);
    diff(&folder, &["main"]).exits(0).says(
        "`main` is both a revision and a folder; the revision is used (`./main` is the folder)",
    );
    diff(&folder, &["./main", "main"])
        .says("`main` is both")
        .says("process `web`");
}

#[cfg(unix)]
#[test]
fn links_are_read_as_on_a_disk() {
    let folder = Folder::new(&[
        ("model/a.threat", MODEL),
        ("shared/b.threat", "process shared_part\n"),
    ]);
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, folder.path(at)).unwrap();
    link("a.threat", "model/again.threat");
    link("../shared/b.threat", "model/b.threat");
    link("../shared", "model/c.threat");
    git(&folder, &["init", "--quiet", "--initial-branch", "main"]);
    commit(&folder);
    diff(&folder, &["main", "model"])
        .exits(0)
        .says("the design is unchanged")
        .says("a symbolic link to a folder");
    folder.write("shared/b.threat", "process other_part\nprocess one_more\n");
    diff(&folder, &["main", "model"])
        .exits(0)
        .says("process `one_more`");
    // What lies outside of the repository is no part of it.
    let outside = Folder::new(&[("c.threat", "process outside\n")]);
    link(
        &outside.path("c.threat").to_string_lossy(),
        "model/out.threat",
    );
    diff(&folder, &["main", "model"])
        .exits(0)
        .never_says("outside");
}

#[cfg(unix)]
#[test]
fn nothing_that_a_repository_names_is_run_and_nothing_is_written() {
    let folder = repository(&[
        ("a.threat", MODEL),
        (".gitattributes", "*.threat diff=evil filter=evil\n"),
    ]);
    let script = "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n";
    folder.write("evil.sh", script);
    let path = folder.path("evil.sh");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let evil = path.to_string_lossy().into_owned();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "core.sshCommand",
    ] {
        git(&folder, &["config", key, &evil]);
    }
    git(&folder, &["config", "filter.evil.smudge", &evil]);
    git(&folder, &["config", "alias.rev-parse", &format!("!{evil}")]);
    for hook in [
        "post-checkout",
        "post-index-change",
        "reference-transaction",
    ] {
        folder.write(&format!(".git/hooks/{hook}"), script);
        let hook = folder.path(&format!(".git/hooks/{hook}"));
        fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    folder.write("a.threat", MODEL.replace("at_rest", "none"));
    let all = || {
        let files = walkdir::WalkDir::new(folder.path("."))
            .into_iter()
            .map(|entry| entry.unwrap());
        files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
            .collect::<Vec<_>>()
    };
    let mut before = all();
    diff(&folder, &["main"])
        .exits(1)
        .says("`encryption` is now `none`");
    let mut after = all();
    before.sort();
    after.sort();
    assert!(before == after, "something was written");
}

#[test]
fn sarif_has_what_is_new_with_the_fingerprints_of_check() {
    let hole = MODEL
        .replace("protocol: https", "protocol: http")
        .replace("sends: price", "sends: card");
    let folder = repository(&[("a.threat", MODEL)]);
    folder.write("a.threat", hole);
    let new = diff(&folder, &["main", "--format", "sarif"])
        .exits(1)
        .sarif();
    let all = folder.check(&["--format", "sarif"]).sarif();
    let prints = |run: &Value| -> Vec<String> {
        each(&run["results"])
            .map(|result| result["partialFingerprints"].to_string())
            .collect()
    };
    assert!(
        prints(&new)
            .iter()
            .any(|print| print.contains("std.unencrypted_flow@pay"))
    );
    assert!(prints(&new).len() < prints(&all).len());
    assert!(
        prints(&new)
            .iter()
            .all(|print| prints(&all).contains(print))
    );
    assert!(each(&new["results"]).all(|result| result["baselineState"] == "new"));
    // What is gone is told by where it was.
    let gone = MODEL.replace(
        &MODEL[MODEL.find("threat theft").unwrap()..MODEL.find("accept late").unwrap()],
        "",
    );
    folder.write("a.threat", gone);
    diff(&folder, &["main", "--format", "markdown"]).says("| was at `a.threat:");
}

#[test]
fn texts_of_a_model_stay_texts() {
    let hostile = "</summary></details><script>x</script> ![p](http://a.b/c) @team *b* \\u{1b}[31m \\u{202e} | `x` \\n::error::";
    let folder = repository(&[("a.threat", MODEL)]);
    let model = MODEL.replace("by: \"CISO\"", &format!("by: \"{hostile}\""));
    let model = model
        .replace("\"Goods leave unpaid\"", &format!("\"{hostile}\""))
        .replace("mitigations: checks", "owner: \"x\"");
    let more = format!(
        "assumption \"{hostile}\"\naccept it \"{hostile}\" {{ findings: theft by: \"{hostile}\" until: 2027-01-01 because: \"x\" }}\n\
         process gone {{ out_of_scope: \"{hostile}\" }}\n"
    );
    folder.write(
        "a.threat",
        model.replace("counters: theft", "counters: spoofing") + &more,
    );
    folder.write(
        "threatline.toml",
        format!("[model]\nname = \"{}\"\n", "</details>@team `x`"),
    );
    for format in ["human", "markdown", "json", "sarif"] {
        let run = diff(&folder, &["main", "--format", format]);
        let run = run
            .never_says("\u{1b}")
            .never_says("\u{202e}")
            .never_says("\n::error::");
        if format == "markdown" {
            // What stands between backticks is code, and no more.
            let outside = |line: &str| line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            let text = run.out.lines().map(outside).collect::<Vec<_>>().join("\n");
            for never in [
                "<script",
                "</summary></details>",
                "http://",
                "@team",
                "![p]",
                " *b*",
            ] {
                assert!(!text.contains(never), "{never} in {text}");
            }
            assert!(text.contains("script"), "{text}");
            assert_eq!(
                text.matches("<details>").count(),
                text.matches("</details>").count()
            );
        }
    }
}

#[test]
fn a_comment_gives_no_orders_and_refers_to_nothing() {
    let folder = repository(&[("a.threat", MODEL)]);
    let hostile = "/approve #1 GH-12 evil/repo#3 !4 ~bug `a\\|![p](x)`";
    folder.write(
        "a.threat",
        MODEL.replace(
            "by: \"CISO\"",
            &format!("by: \"{}\"", hostile.replace('\\', "\\\\")),
        ),
    );
    folder.write("threatline.toml", "[model]\nname = \"/merge now\"\n");
    let text = diff(&folder, &["main", "--format", "markdown"]).out;
    // GitLab takes a line that begins with `/` for an order.
    assert!(
        !text.lines().any(|line| line.trim_start().starts_with('/')),
        "{text}"
    );
    assert!(text.contains("&#47;merge now"), "{text}");
    for never in ["#1", "GH-1", "repo#3", "!4", "~bug", "![p]"] {
        assert!(!text.contains(never), "{never} in {text}");
    }
}

#[test]
fn a_comment_is_short_enough_and_found_again() {
    let folder = repository(&[("a.threat", MODEL)]);
    let many: String = (0..3000)
        .map(|at| {
            format!(
                "process a_process_with_a_long_name_{at} \"{}\" in vpc\n",
                "&".repeat(300)
            )
        })
        .collect();
    folder.write("many.threat", many);
    let run = diff(&folder, &["main", "--format", "markdown"])
        .exits(0)
        .says("Added (3000)")
        .says("more; `threatline diff` lists them all");
    assert!(run.out.starts_with("<!-- threatline diff -->\n"));
    assert!(run.out.chars().count() < 65_536, "{}", run.out.len());
}

/// What `git` prints for an input.
fn git_says(folder: &Folder, arguments: &[&str], input: &str) -> String {
    use std::io::Write;
    let mut git = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(folder.path("."))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("git is there");
    let mut pipe = git.stdin.take().expect("it has an input");
    pipe.write_all(input.as_bytes()).expect("it reads");
    drop(pipe);
    let output = git.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout)
        .expect("ids are text")
        .trim()
        .to_owned()
}

/// A folder fetched from a fork is enough: few objects that list more files than a disk holds, or
/// one text under many names. To list a million files takes long, so that a sample of this test
/// ends at the number of models.
#[test]
fn a_commit_that_unfolds_is_not_read() {
    let (depth, refusal) = if is_thorough() {
        (7, "has more than 1000000 files")
    } else {
        println!("only of thorough tests: a commit that has more than 1000000 files");
        (5, "more than 20000 model files")
    };
    let folder = Folder::new(&[("a.threat", "process a \"A\"\n")]);
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    commit(&folder);
    let commit_of = |tree: &str| git_says(&folder, &["commit-tree", "-m", "x", tree], "");
    let blob = git_says(&folder, &["hash-object", "-w", "--stdin"], "process a\n");
    let mut object = ("100644 blob", blob);
    for _ in 0..depth {
        let (kind, id) = &object;
        let list: String = (0..10)
            .map(|n| format!("{kind} {id}\t{n}.threat\n"))
            .collect();
        object = ("040000 tree", git_says(&folder, &["mktree"], &list));
    }
    diff(&folder, &["main", &commit_of(&object.1)])
        .exits(2)
        .says(refusal);
    let long = "# a line that says nothing\n".repeat(100_000);
    let blob = git_says(&folder, &["hash-object", "-w", "--stdin"], &long);
    let list: String = (0..40)
        .map(|n| format!("100644 blob {blob}\t{n}.threat\n"))
        .collect();
    let tree = git_says(&folder, &["mktree"], &list);
    diff(&folder, &["main", &commit_of(&tree)])
        .exits(2)
        .says("exceed 16 MB in total");
}

#[test]
fn a_name_that_means_a_branch_and_a_tag_is_an_error() {
    let folder = Folder::new(&[("a.threat", "process a \"A\"\n")]);
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    commit(&folder);
    git(&folder, &["tag", "main"]);
    git(&folder, &["config", "core.warnAmbiguousRefs", "false"]);
    for revision in ["main", "main~0"] {
        diff(&folder, &[revision])
            .exits(2)
            .says("is both a branch and a tag; begin it with `refs/heads/` or `refs/tags/`");
    }
    diff(&folder, &["refs/heads/main"]).exits(0);
}

#[test]
fn names_that_are_no_text_hide_nothing_in_a_commit() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new(&[("a.threat", "process a \"A\"\n")]);
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    commit(&folder);
    for name in [&b"b\xfcro.threat"[..], b"b\xffro.threat"] {
        std::fs::write(folder.path("").join(OsStr::from_bytes(name)), "process b\n")
            .expect("the file system takes any name");
    }
    git(&folder, &["checkout", "--quiet", "-b", "topic"]);
    commit(&folder);
    diff(&folder, &["main", "topic"])
        .exits(2)
        .says("not valid UTF-8");
}

/// What is not listed is compared with nothing, and so fails.
#[test]
fn too_many_findings_on_an_element_fail() {
    let rule = |at: usize| {
        format!("rule r{at} {{ on: process category: tampering when: technology is rest_api }}\n")
    };
    let rules: String = (0..400).map(rule).collect();
    let model = rules + "process p { technology: rest_api }\n";
    let folder = Folder::new(&[("base/m.threat", &model), ("head/m.threat", &model)]);
    folder
        .run(&["diff", "base", "head", "--fail-on", "low"])
        .exits(1)
        .says("not compared: one element has more than 256");
    let json = folder
        .run(&["diff", "base", "head", "--format", "json"])
        .json();
    assert!(json["models"][0]["findings_not_compared"].as_u64() >= Some(144));
}

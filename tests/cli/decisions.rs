//! What was accepted or planned holds for a finding as it was decided on, and what was defined for a
//! name holds for what is judged by it: `diff` and `check` when either changes.

use crate::{Folder, Run, TODAY, each};
use serde_json::Value;

const SHOP: &str = r#"asset card "Cardholder data" { classification: restricted kind: data personal: no }
asset memo "Memo" { classification: confidential kind: data personal: no }
boundary internet "Internet" { trust: untrusted }
boundary vpc "VPC" { kind: network }
external shopper "Shopper" in internet { kind: person }
process web "Web" in vpc { technology: rest_api accepts: json privileges: service tenancy: single }
flow memos "Memos": shopper -> web {
  protocol: http
  authentication: token
  authorization: end_user
  sends: memo
}
"#;

const FINDING: &str = "std.unencrypted_flow@memos";

fn accepted(findings: &str, severity: &str) -> String {
    format!(
        "accept old \"Old\" {{\n  findings: {findings}\n  {severity}\n  by: \"boss\"\n  \
         until: 2099-01-01\n  because: \"memos only\"\n}}\n"
    )
}

/// The model with more in it, in which cards are sent.
fn with_cards(more: &str) -> String {
    format!("{SHOP}{more}").replace("sends: memo", "sends: memo, card")
}

fn states(base: &str, head: &str) -> Folder {
    Folder::new(&[("base/shop.threat", base), ("head/shop.threat", head)])
}

fn diff(folder: &Folder, format: &str) -> Run {
    folder.run(&["diff", "--today", TODAY, "--format", format, "base", "head"])
}

/// What a list of the difference tells of the finding on the memos.
fn reported(folder: &Folder, list: &str) -> Option<Value> {
    let mut document = diff(folder, "json").json();
    let list = document["models"][0][list].take();
    each(&list).find(|one| one["id"] == FINDING).cloned()
}

#[track_caller]
fn fails_with(folder: &Folder, list: &str, why: &str) {
    let finding = reported(folder, list).expect("the finding is told");
    assert_eq!(finding["overruled"], why);
    diff(folder, "human")
        .exits(1)
        .says("unencrypted_flow@memos")
        .says(why);
    diff(folder, "markdown")
        .exits(1)
        .says("unencrypted_flow@memos")
        .says(why);
    let sarif = diff(folder, "sarif").exits(1).sarif();
    let text = sarif["results"].to_string();
    assert!(text.contains(FINDING) && text.contains(why), "{text}");
    assert!(!text.contains("suppressions"), "{text}");
}

#[track_caller]
fn holds(folder: &Folder) {
    assert_eq!(reported(folder, "opened"), None);
    assert_eq!(reported(folder, "worse"), None);
}

#[test]
fn what_is_accepted_and_gets_worse_is_open() {
    for named in ["unencrypted_flow@memos", "information_disclosure@memos"] {
        let accept = accepted(named, "");
        let folder = states(&format!("{SHOP}{accept}"), &with_cards(&accept));
        fails_with(&folder, "worse", "accepted at high, now critical");
    }
}

#[test]
fn another_acceptance_does_not_cover_what_got_worse_unless_it_states_how_severe_it_is() {
    let old = accepted("unencrypted_flow@memos", "");
    let base = format!("{SHOP}{old}");
    let renamed = old.replace("accept old", "accept other");
    let folder = states(&base, &with_cards(&renamed));
    fails_with(&folder, "worse", "accepted at high, now critical");
    let raised = accepted("unencrypted_flow@memos", "severity: critical");
    let folder = states(&base, &with_cards(&raised));
    holds(&folder);
    diff(&folder, "human").says(
        "accept `old` accepts `unencrypted_flow@memos` at critical, which was accepted at high",
    );
}

#[test]
fn an_acceptance_says_up_to_which_severity_it_holds() {
    let accept = accepted("unencrypted_flow@memos", "severity: high");
    let folder = states(&format!("{SHOP}{accept}"), &with_cards(&accept));
    fails_with(&folder, "worse", "accepted at high, now critical");
    let run = folder.check(&["head"]).exits(1);
    run.says("`old` accepts it on `memos` only up to severity high; it is now critical");
    folder
        .check(&["base"])
        .never_says("failed")
        .never_says("unencrypted_flow@memos");
}

#[test]
fn an_acceptance_waits_for_nothing() {
    let encrypted = SHOP.replace("protocol: http\n", "protocol: https\n");
    for named in ["unencrypted_flow@memos", "information_disclosure@memos"] {
        for severity in ["", "severity: critical"] {
            let accept = accepted(named, severity);
            let base = format!("{encrypted}{accept}");
            let folder = states(&base, &format!("{SHOP}{accept}"));
            fails_with(&folder, "opened", "accepted before it was found");
        }
    }
    // What it names is declared later.
    let accept = accepted("unencrypted_flow@memos", "");
    let (without_flow, _) = SHOP.split_once("flow memos").expect("there is a flow");
    let folder = states(
        &format!("{without_flow}{accept}"),
        &format!("{SHOP}{accept}"),
    );
    fails_with(&folder, "opened", "accepted before it was found");
}

#[test]
fn an_acceptance_together_with_its_finding_is_reported() {
    let encrypted = SHOP.replace("protocol: http\n", "protocol: https\n");
    let accept = accepted("unencrypted_flow@memos", "");
    let folder = states(&encrypted, &format!("{SHOP}{accept}"));
    holds(&folder);
    diff(&folder, "human").says("accept `old` is new: boss accepts `unencrypted_flow@memos`");
    let idle = accepted("unencrypted_flow@memos, missing_audit_trail@web", "");
    let other = accepted("missing_audit_trail@web", "");
    let folder = states(&format!("{encrypted}{other}"), &format!("{SHOP}{idle}"));
    holds(&folder);
}

const PLAN: &str = "mitigation tunnel \"Tunnel\" { counters: unencrypted_flow status: planned due: \
                    2026-12-10 owner: \"team-shop\" }\n";

#[test]
fn a_plan_holds_up_to_the_severity_it_was_made_at() {
    let planned = |text: &str| text.replace("sends: memo", "mitigations: tunnel\n  sends: memo");
    let base = planned(&format!("{SHOP}{PLAN}"));
    let folder = states(&base, &planned(&with_cards(PLAN)));
    fails_with(&folder, "worse", "planned at high, now critical");
    let encrypted = base.replace("protocol: http\n", "protocol: https\n");
    let folder = states(&encrypted, &base);
    fails_with(&folder, "opened", "planned before it was found");
    // Planned for what is found.
    let encrypted = SHOP.replace("protocol: http\n", "protocol: https\n");
    holds(&states(&encrypted, &base));
    holds(&states(SHOP, &base));
}

const OWN_HTTP: &str = "protocol http \"HTTP\" { encrypted: yes authenticated: yes }\n";

#[test]
fn a_definition_that_hides_one_of_the_library_closes_nothing() {
    let why = "open by the base's definitions";
    let head = format!("{SHOP}{OWN_HTTP}");
    fails_with(&states(SHOP, &head), "opened", why);
    // What is new with it is judged by the library, too.
    let encrypted = SHOP.replace("protocol: http\n", "protocol: https\n");
    let folder = states(&encrypted, &head);
    fails_with(&folder, "opened", why);
    diff(&folder, "human")
        .says("Weaker than before")
        .says("protocol `http` hides the library's definition of the same name; by the base's definitions")
        .never_says("Findings closed");
    folder
        .check(&["head"])
        .says("`http` hides the library's protocol `std.http`")
        .says("give it another name, such as `our_http`");
    folder.check(&["base"]).never_says("hides");
    // It is what the base says from then on.
    holds(&states(&head, &head));
}

#[test]
fn each_kind_of_definition_can_hide_one_of_the_library() {
    let text = "technology rest_api\nprotocol https\nmitigation rate_limiting { counters: tampering }\n\
                rule unencrypted_flow { on: flow category: tampering when: encrypted = no }\n\
                process http\ntechnology rest_apis\n";
    let folder = Folder::new(&[
        ("a.threat", text),
        ("part.threat", "component p\nprotocol http\n"),
    ]);
    let run = folder.check(&[]);
    for hidden in ["technology `std.rest_api`", "protocol `std.https`"] {
        assert!(
            run.out.contains(&format!("hides the library's {hidden}")),
            "{}",
            run.out
        );
    }
    let run = run.says("hides the library's mitigation `std.rate_limiting`");
    let run = run.says("hides the library's rule `std.unencrypted_flow`");
    let run = run.says("`p.http` hides the library's protocol `std.http`");
    assert_eq!(
        run.out.matches("hides the library's").count(),
        5,
        "{}",
        run.out
    );
}

#[test]
fn a_definition_that_changes_closes_nothing() {
    let of_own = |text: &str| text.replace("protocol: http\n", "protocol: ours\n");
    let base = of_own(&format!("{SHOP}protocol ours {{ encrypted: no }}\n"));
    let head = base.replace("encrypted: no", "encrypted: yes");
    let why = "open by the base's definitions";
    fails_with(&states(&base, &head), "opened", why);
    diff(&states(&base, &head), "human").says("protocol `ours` is defined differently");
    // A mitigation that comes to counter more, and one that is done.
    let done = "mitigation own { counters: spoofing }\n";
    let with = |own: &str| SHOP.replace("sends: memo", "mitigations: own\n  sends: memo") + own;
    let wider = done.replace("spoofing", "spoofing, unencrypted_flow");
    fails_with(&states(&with(done), &with(&wider)), "opened", why);
    let proposed = wider.replace(" }", " status: proposed }");
    let folder = states(&with(&proposed), &with(&wider));
    holds(&folder);
    diff(&folder, "human").exits(0).says("Findings closed");
}

#[test]
fn a_definition_that_is_gone_and_hid_one_of_the_library_closes_nothing() {
    let why = "open by the base's definitions";
    let strict = "protocol https \"HTTPS\" { encrypted: no }\n";
    let head = SHOP.replace("protocol: http\n", "protocol: https\n");
    let base = format!("{head}{strict}");
    let folder = states(&base, &head);
    fails_with(&folder, "opened", why);
    diff(&folder, "human").never_says("Findings closed");
    let message = "protocol `https`, which hid the library's definition of the same name, is gone";
    diff(&folder, "human")
        .says("Weaker than before")
        .says(message);
    // What is new with it is judged by it.
    let before = base.replace(
        "protocol: https\n",
        "protocol: https\n  mitigations: tunnel\n",
    );
    let done = "mitigation tunnel { counters: unencrypted_flow }\n";
    let folder = states(&format!("{before}{done}"), &format!("{head}{done}"));
    fails_with(&folder, "opened", why);
    // In a component, it is that one's alone.
    let part = "component part\nprotocol https { encrypted: no }\n";
    let folder = states(&head, &head);
    folder.write("base/part.threat", part);
    holds(&folder);
    diff(&folder, "human").exits(0).never_says(message);
    // A rule that was stricter than the library's of its name.
    let rule = "rule unencrypted_flow \"Own\" { on: flow category: tampering \
                when: protocol is https }\n";
    let folder = states(&format!("{before}{done}{rule}"), &format!("{head}{rule}"));
    diff(&folder, "human").never_says("which hid");
    let folder = states(&format!("{head}{rule}"), &head);
    diff(&folder, "human")
        .says("rule `unencrypted_flow`, which hid the library's definition of the same name");
}

#[test]
fn a_rule_that_changes_closes_nothing() {
    let why = "open by the base's definitions";
    let rule = "rule own \"Own\" { on: flow category: tampering when: encrypted = no }\n";
    let narrow = rule.replace("encrypted = no", "encrypted = no and protocol is https");
    let folder = states(&format!("{SHOP}{rule}"), &format!("{SHOP}{narrow}"));
    diff(&folder, "human")
        .says("rule `own` is defined differently; by the base's definitions these are open")
        .says(why)
        .says("own@memos")
        .never_says("Findings closed");
    // One that becomes stricter is judged by what it says now.
    let folder = states(&format!("{SHOP}{narrow}"), &format!("{SHOP}{rule}"));
    diff(&folder, "human")
        .says("own@memos")
        .never_says("is defined differently")
        .never_says(why);
}

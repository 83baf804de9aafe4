//! Closing is honest: what silences a finding has to be able to, all of it.

use threatline_testkit::{fixture, render, render_findings, workspace};

/// What is found in a model, a line each, and its diagnostics.
fn outcome(model: &str) -> String {
    let workspace = workspace(&fixture(model));
    format!("{}{}", render_findings(&workspace), render(&workspace))
}

#[track_caller]
fn assert_shows(model: &str, expected: &[&str]) {
    let outcome = outcome(model);
    for expected in expected {
        assert!(outcome.contains(expected), "no {expected:?} in\n{outcome}");
    }
}

#[track_caller]
fn assert_hides(model: &str, unexpected: &[&str]) {
    let outcome = outcome(model);
    for unexpected in unexpected {
        assert!(
            !outcome.contains(unexpected),
            "{unexpected:?} in\n{outcome}"
        );
    }
}

/// A shop on the internet, with something in its process and in its flow.
fn shop(process: &str, flow: &str, rest: &str) -> String {
    format!(
        "asset card {{ classification: restricted kind: data }}\n\
         asset note {{ classification: internal kind: data }}\n\
         boundary net {{ trust: untrusted }}\n\
         boundary vpc {{ kind: network }}\n\
         external buyer in net {{ kind: person }}\n\
         process app in vpc {{ technology: rest_api {process} }}\n\
         flow pay: buyer -> app {{ authorization: end_user {flow} }}\n{rest}\n"
    )
}

/// A threat against a process, with mitigations.
fn threat(stated: &str, mitigations: &str) -> String {
    format!(
        "process app\nprocess other\nflow ask: app -> other {{ protocol: https }}\n\
         threat outage {{ category: denial_of_service targets: app likelihood: high \
         impact: critical {stated} }}\n{mitigations}\n"
    )
}

/// A finding of each severity that a planned mitigation counters, by what the mitigation states.
fn planned(impact: &str, mitigation: &str) -> String {
    format!(
        "process app\nprocess other\nflow ask: app -> other {{ protocol: https }}\n\
         threat fraud {{ category: spoofing targets: app likelihood: high impact: {impact} \
         mitigations: plan }}\n\
         mitigation plan {{ status: planned {mitigation} }}\n"
    )
}

#[test]
fn a_category_closes_nothing_severe() {
    let dlp = "mitigation dlp { counters: information_disclosure, tampering }";
    let model = shop(
        "",
        "protocol: http authentication: token sends: card mitigations: dlp",
        dlp,
    );
    assert_shows(
        &model,
        &[
            "critical open unencrypted_flow@pay",
            "`dlp` mitigates a whole category, which closes no finding of severity high or above",
        ],
    );
}

#[test]
fn a_finding_of_two_categories_needs_both() {
    let model = |counters: &str, more: &str| {
        format!(
            "asset note {{ classification: internal kind: data }}\n\
             boundary vpc {{ kind: network }}\n\
             process a in vpc\nprocess b in vpc {{ mitigations: first{more} }}\n\
             flow ask: a -> b {{ protocol: https sends: note authentication: none }}\n\
             mitigation first {{ counters: {counters} }}\n\
             mitigation second {{ counters: tampering }}\n\
             rule pair {{ on: process category: spoofing, tampering likelihood: low impact: low \
             when: in_scope }}\n"
        )
    };
    assert_shows(
        &model("spoofing", ""),
        &["open pair@b", "`first` does not mitigate tampering"],
    );
    assert_shows(
        &model("spoofing", ", second"),
        &["mitigated pair@b by first"],
    );
    assert_shows(
        &model("spoofing, tampering", ""),
        &["mitigated pair@b by first"],
    );
}

#[test]
fn a_mitigation_that_contradicts_a_fact_closes_nothing() {
    let model = shop(
        "",
        "protocol: http authentication: token sends: card mitigations: tls",
        "",
    );
    assert_shows(
        &model,
        &[
            "critical open unencrypted_flow@pay",
            "`tls` contradicts what `pay` states: it uses `http`, which is not encrypted",
        ],
    );
    let model = shop("", "authentication: token sends: card mitigations: tls", "");
    assert_shows(&model, &["mitigated unencrypted_flow@pay by std.tls"]);
    let model = shop(
        "",
        "protocol: https authentication: none sends: card mitigations: service_identity",
        "",
    );
    assert_shows(&model, &["open unauthenticated_flow@pay", "contradiction"]);
}

/// What the design shows is believed, whatever mitigation is listed next to it.
#[test]
fn a_mitigation_that_the_design_contradicts_closes_nothing() {
    let model = shop(
        "privileges: root mitigations: least_privilege",
        "sends: card",
        "",
    );
    assert_shows(&model, &["open excessive_privileges@app"]);
    let call = |flow: &str| {
        let more = format!(
            "process core in vpc {{ technology: rest_api }}\n\
             flow next: app -> core {{ {flow} }}\n"
        );
        shop("", "sends: card", &more)
    };
    let model = call("authorization: service sends: card mitigations: identity_propagation");
    assert_shows(&model, &["open lost_identity@next"]);
    let model = shop(
        "",
        "sends: card",
        "process phone in net { technology: mobile_app }\n\
         flow look: phone -> app { authentication: key publishable: no \
         mitigations: short_lived_tokens }\n\
         flow look_again: phone -> app { authentication: key publishable: no \
         mitigations: backend_for_frontend }\n",
    );
    assert_shows(
        &model,
        &["open key_in_client@look", "open key_in_client@look_again"],
    );
    let model = shop(
        "",
        "sends: card",
        "boundary ci { kind: network }\nasset image { classification: internal kind: code }\n\
         process pipe in ci { technology: build_pipeline }\n\
         flow push: pipe -> app { sends: image mitigations: pull_deployment }\n",
    );
    assert_shows(&model, &["open push_deployment@push"]);
}

#[test]
fn a_plan_may_contradict_the_facts_of_today() {
    let plan = "mitigation our_tls { based_on: tls status: planned due: 2026-01-10 owner: \"a\" }";
    let model = shop(
        "",
        "protocol: http authentication: token sends: card mitigations: our_tls",
        plan,
    );
    assert_shows(
        &model,
        &["critical planned unencrypted_flow@pay by our_tls"],
    );
    assert_hides(&model, &["contradiction", "misplaced"]);
}

#[test]
fn a_mitigation_in_the_wrong_place_says_so() {
    let model = shop(
        "mitigations: tls",
        "protocol: https authentication: token sends: card mitigations: parameterized_queries",
        "",
    );
    assert_shows(
        &model,
        &[
            "misplaced-mitigation",
            "`tls` cannot act on `app`: it acts on flows only, and this is a process",
            "`parameterized_queries` cannot act on `pay`: it acts on processes only",
        ],
    );
}

#[test]
fn a_mitigation_of_a_boundary_acts_where_it_can() {
    let model = |boundary: &str| {
        format!(
            "asset card {{ classification: restricted kind: data }}\n\
             boundary vpc {{ kind: network mitigations: {boundary} }}\n\
             process app in vpc\n\
             store db in vpc {{ stores: card encryption: none tenancy: single }}\n\
             store other in vpc {{ stores: card tenancy: single }}\n\
             flow q: app -> db {{ protocol: sql_tls sends: card }}\n\
             flow r: app -> other {{ protocol: sql_tls sends: card }}\n"
        )
    };
    let at_rest = model("encryption_at_rest");
    assert_shows(
        &at_rest,
        &[
            "open unencrypted_store@db",
            "mitigated unencrypted_store@other by std.encryption_at_rest",
        ],
    );
    assert_hides(&at_rest, &["misplaced-mitigation", "contradiction"]);
    assert_shows(
        &model("tamper_protection").replace("process app", "store app"),
        &["`tamper_protection` cannot act on anything in `vpc`"],
    );
}

#[test]
fn an_own_mitigation_says_where_it_acts() {
    let model = |technology: &str| {
        format!(
            "process app {{ technology: {technology} mitigations: orm }}\nprocess other\n\
             flow ask: app -> other {{ protocol: https }}\n\
             rule odd {{ on: process category: tampering when: in_scope and privileges = root }}\n\
             mitigation orm {{ counters: odd on: process when: technology is web_service }}\n"
        )
        .replace("{ technology", "{ privileges: root technology")
    };
    assert_shows(&model("rest_api"), &["mitigated odd@app by orm"]);
    assert_shows(
        &model("batch_job"),
        &[
            "open odd@app",
            "misplaced-mitigation",
            "`orm` cannot act on `app`: it has",
        ],
    );
    assert_shows(
        "mitigation orm { counters: spoofing when: color = red }",
        &["invalid-condition"],
    );
}

#[test]
fn the_word_for_client_side_encryption_is_the_mitigation() {
    let model = "asset card { classification: restricted kind: data }\n\
                 boundary vpc { kind: network }\nprocess app in vpc\n\
                 store files in vpc { technology: object_storage stores: card \
                 encryption: client_side }\n\
                 flow q: app -> files { protocol: https sends: card }";
    assert_hides(model, &["open public_object_store"]);
}

#[test]
fn credentials_in_a_store_are_not_in_a_vault() {
    let model = "asset keys { classification: restricted kind: credential }\n\
                 process app\n\
                 store db { technology: relational_database stores: keys \
                 mitigations: secrets_vault }\n\
                 flow q: app -> db { protocol: sql_tls authentication: password sends: keys }";
    assert_shows(
        model,
        &[
            "open secrets_without_vault@db",
            "`secrets_vault` contradicts what `db` states",
        ],
    );
}

#[test]
fn a_threat_needs_all_that_it_lists() {
    let mitigations = "mitigation a { status: implemented }\nmitigation b { status: proposed }";
    assert_shows(
        &threat("mitigations: a, b", mitigations),
        &[
            "critical open outage",
            "1 of 2 mitigations is in place (critical, denial of service)",
            "`b` is only proposed",
        ],
    );
    let done = mitigations.replace("proposed", "implemented");
    assert_shows(
        &threat("mitigations: a, b", &done),
        &["mitigated outage by a"],
    );
}

#[test]
fn a_threat_says_what_is_enough_and_what_is_left() {
    let mitigations = "mitigation a { status: implemented }\nmitigation b { status: proposed }";
    assert_shows(
        &threat("mitigations: a, b enough: a", mitigations),
        &["critical mitigated outage by a"],
    );
    assert_shows(
        &threat("mitigations: b enough: a", mitigations),
        &["`a` is not one of the `mitigations` of this threat"],
    );
    assert_shows(
        &threat(
            "mitigations: a, b residual: low owner: \"team\"",
            mitigations,
        ),
        &["low open outage"],
    );
    assert_shows(
        &threat("mitigations: a, b residual: low", mitigations),
        &["critical open outage", "`residual` needs an `owner`"],
    );
}

#[test]
fn a_plan_needs_a_day_and_someone() {
    assert_shows(
        &planned("medium", "owner: \"a\""),
        &["high open fraud", "`plan` is planned without a due date"],
    );
    assert_shows(
        &planned("medium", "due: 2026-02-01"),
        &[
            "high open fraud",
            "`plan` is planned without an owner or ticket",
        ],
    );
    assert_shows(
        &planned("medium", "due: 2026-02-01 ticket: \"T-1\""),
        &["high planned fraud by plan"],
    );
    assert_shows(
        &planned("medium", "due: 2025-02-01 owner: \"a\""),
        &[
            "high open fraud",
            "`plan` was due on 2025-02-01 and is not in place",
        ],
    );
}

#[test]
fn a_plan_has_a_horizon_by_severity() {
    let late = "due: 2026-02-20 owner: \"a\"";
    assert_shows(&planned("medium", late), &["high planned fraud by plan"]);
    assert_shows(
        &planned("critical", late),
        &[
            "critical open fraud",
            "`plan` is due on 2026-02-20, more than 30 days from now",
        ],
    );
    let settings = "//- threatline.toml\n[check]\nplanned_days = { critical = 90 }\n//- m.threat\n";
    assert_shows(
        &format!("{settings}{}", planned("critical", late)),
        &["critical planned fraud by plan"],
    );
    let settings = "//- threatline.toml\n[check]\nrelease = true\n//- m.threat\n";
    assert_shows(
        &format!("{settings}{}", planned("medium", late)),
        &["high open fraud", "a release counts only what is in place"],
    );
}

#[test]
fn settings_demand_evidence() {
    let settings = "//- threatline.toml\n[evidence]\nfrom = \"critical\"\n//- m.threat\n";
    let model = |status: &str| {
        let mitigation = format!("mitigation a {{ {status} }}");
        format!("{settings}{}", threat("mitigations: a", &mitigation))
    };
    assert_shows(
        &model("status: implemented"),
        &["critical open outage", "`a` is not verified with evidence"],
    );
    assert_shows(
        &model("status: verified evidence: \"tests/outage.rs\""),
        &["critical mitigated outage by a"],
    );
}

#[test]
fn nobody_is_behind_a_system() {
    let model = |kind: &str, more: &str| {
        shop("", "protocol: https", more)
            + &format!(
                "external job in net {{ kind: {kind} }}\n\
                 flow pull: job -> app {{ protocol: https authorization: end_user }}\n"
            )
    };
    assert_shows(
        &model("system", ""),
        &["`authorization: end_user` contradicts `job`: it is a system, and no person uses it"],
    );
    assert_hides(
        &model("device", "flow use: buyer -> job { protocol: https }"),
        &["contradicts `job`"],
    );
}

#[test]
fn what_is_out_of_scope_keeps_its_findings() {
    let model = shop(
        "",
        "protocol: http authentication: none sends: card out_of_scope: \"later\"",
        "accept risk { findings: unencrypted_flow@pay by: \"a\" until: 2026-03-01 because: \"b\" }",
    );
    assert_shows(
        &model,
        &[
            "critical out of scope unencrypted_flow@pay",
            "`pay` is out of scope, so nothing is accepted",
        ],
    );
}

#[test]
fn one_statement_that_closes_much_is_broad() {
    let stores: String = (0..8)
        .map(|number| {
            format!(
                "store s{number} in vpc {{ stores: card tenancy: single }}\n\
                 flow q{number}: app -> s{number} {{ protocol: sql_tls sends: card }}\n"
            )
        })
        .collect();
    let model = format!(
        "asset card {{ classification: restricted kind: data }}\n\
         boundary vpc {{ kind: network mitigations: encryption_at_rest }}\n\
         process app in vpc\n{stores}"
    );
    assert_shows(
        &model,
        &["one statement of `vpc` closes 8 findings of severity high or above, of 1 rule"],
    );
}

/// A store without a backup, and a dismissal of that.
fn dismissal(backup: &str, dismiss: &str) -> String {
    format!(
        "asset orders {{ classification: internal kind: data availability: high }}\n\
         process app\n\
         store mirror {{ technology: relational_database stores: orders backup: {backup} }}\n\
         flow q: app -> mirror {{ protocol: sql_tls sends: orders }}\n\
         dismiss copy \"The mirror is a copy\" {{ because: \"It is filled again.\" {dismiss} }}\n"
    )
}

#[test]
fn a_finding_that_does_not_apply_is_dismissed() {
    let dismiss = "finding: missing_backup@mirror by: \"Head\" while: backup = no";
    let model = dismissal("no", dismiss);
    assert_shows(&model, &["dismissed missing_backup@mirror by copy"]);
    assert_hides(&model, &["idle-dismissal"]);
    assert_shows(
        &dismissal("yes", dismiss),
        &["idle-dismissal", "there is no such finding on `mirror`"],
    );
}

#[test]
fn a_dismissal_holds_while_its_condition_is_true() {
    let dismiss = "finding: missing_backup@mirror by: \"Head\" while: encryption = none";
    assert_shows(
        &dismissal("no", dismiss),
        &[
            "open missing_backup@mirror",
            "`while` is not true for `mirror`, so the finding is not dismissed",
        ],
    );
    let dismiss = "finding: missing_backup@mirror by: \"Head\" while: protocol = https";
    assert_shows(
        &dismissal("no", dismiss),
        &[
            "open missing_backup@mirror",
            "`protocol` is not a fact of a store",
        ],
    );
}

#[test]
fn a_dismissal_is_of_one_finding_of_a_rule() {
    let dismiss = "finding: tampering@mirror by: \"Head\" while: backup = no";
    assert_shows(
        &dismissal("no", dismiss),
        &[
            "open missing_backup@mirror",
            "a whole category cannot be dismissed",
        ],
    );
}

#[test]
fn two_people_dismiss_what_is_critical() {
    let model = |by: &str| {
        shop(
            "",
            "protocol: http authentication: token sends: card",
            &format!(
                "dismiss lab {{ finding: unencrypted_flow@pay by: {by} because: \"b\" \
                 while: not encrypted }}"
            ),
        )
    };
    assert_shows(
        &model("\"a\""),
        &[
            "critical open unencrypted_flow@pay",
            "add a second name to `by`",
        ],
    );
    assert_shows(
        &model("\"a\", \"c\""),
        &["critical dismissed unencrypted_flow@pay by lab"],
    );
}

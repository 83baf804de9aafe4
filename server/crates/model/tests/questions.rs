//! What a model leaves out is asked for where something depends on it, all at once.

use threatline_testkit::{fixture, render, render_findings, workspace};

/// What is found in a model, a line each, and its diagnostics.
fn outcome(model: &str) -> String {
    let workspace = workspace(&fixture(model));
    format!("{}{}", render_findings(&workspace), render(&workspace))
}

#[test]
fn one_question_is_about_all_assets_of_unspecified_kind() {
    let outcome = outcome(
        "asset first { classification: restricted }\n\
         asset second { classification: restricted }\n\
         asset third { classification: restricted }\n\
         asset known { classification: restricted kind: data }\n\
         process app { handles: first, second, third, known }\n\
         process other { handles: second }\n",
    );
    let asked = "`kind` is unspecified for `second`, `first` and `third`";
    assert!(outcome.contains(asked), "no {asked:?} in\n{outcome}");
}

/// A boundary of the team's own counts as trusted, which decides what the people in it expose.
#[test]
fn people_in_an_own_boundary_ask_for_its_trust() {
    let model = |trust: &str, target: &str| {
        outcome(&format!(
            "asset card {{ classification: restricted }}\n\
             boundary office {{ kind: network {trust} }}\n\
             boundary vpc {{ kind: network }}\n\
             external clerk in office {{ kind: person }}\n\
             process printer in office\n\
             process app in vpc\n\
             flow use: clerk -> {target} {{ protocol: https receives: card }}\n"
        ))
    };
    let asked = "`clerk` reaches `app` from `office`, which states no `trust`";
    assert!(model("", "app").contains(asked));
    assert!(!model("trust: medium", "app").contains(asked));
    assert!(!model("", "printer").contains("external-inside"));
}

/// What a flow from a lower trust level does not state may be what its target passes on.
#[test]
fn a_flow_that_states_half_of_what_it_carries_is_asked_for_the_rest() {
    let model = |flow: &str| {
        outcome(&format!(
            "asset note {{ classification: confidential kind: data }}\n\
             boundary net {{ trust: untrusted }}\n\
             boundary vpc {{ trust: high }}\n\
             external user in net {{ kind: person }}\n\
             process web in vpc {{ technology: web_service }}\n\
             process app in vpc {{ technology: rest_api }}\n\
             store db in vpc {{ technology: relational_database stores: note }}\n\
             flow look: user -> web {{ receives: note {flow} }}\n\
             flow next: web -> app {{ sends: note }}\n\
             flow query: app -> db {{ sends: note }}\n"
        ))
    };
    let asked = "injection@app, not stated: sends of look";
    assert!(model("").contains(asked), "{}", model(""));
    assert!(!model("sends: nothing").contains("injection@app"));
    assert!(!model("access: read").contains("injection@app"));
}

//! What people read about the example models, to the letter: a change of a word or of a line is
//! seen in the change of a file. `UPDATE_EXPECT=1 cargo test -p threatline --test cli pinned` writes
//! these files again.

use crate::{TODAY, models, root, run_in};
use expect_test::expect_file;

/// The models, by their folders, and a finding or a threat of each that is explained.
const MODELS: &[(&str, &str)] = &[
    ("starter", "injection@service"),
    ("webshop", "identity.account_takeover"),
    ("leasing-portal", "unchecked_upload@apache_webserver"),
    (
        "payment-api/before",
        "missing_audit_trail@identity.accounts",
    ),
    (
        "payment-api/after",
        "unauthenticated_flow@identity.open_link",
    ),
    ("shared-database", "shared_database@platform.main_db"),
    ("marketplace", "unsigned_webhook@ordering.tracking"),
    ("iot-fleet/draft", "unsigned_firmware@cloud.download"),
    ("iot-fleet/finished", "field.stolen_gateway"),
    ("llm-agent/draft", "shared_tenant_store@business.books"),
    ("llm-agent/finished", "product.hidden_text"),
    ("mobile-bank/draft", "guessable_credentials@app.credentials"),
    ("mobile-bank/finished", "core.talked_into"),
    ("supply-chain/draft", "keys_in_build@delivery.pipeline"),
    ("supply-chain/finished", "delivery.hijacked_package"),
    (
        "three-tier-shop/draft",
        "cross_site_request_forgery@shop.api",
    ),
    ("three-tier-shop/finished", "shop.mixed_bucket"),
];

/// The states that are compared.
const COMPARED: &[(&str, &str)] = &[
    ("payment-api/before", "payment-api/after"),
    ("payment-api/after", "payment-api/before"),
    ("iot-fleet/draft", "iot-fleet/finished"),
    ("llm-agent/draft", "llm-agent/finished"),
    ("mobile-bank/draft", "mobile-bank/finished"),
    ("supply-chain/draft", "supply-chain/finished"),
    ("three-tier-shop/draft", "three-tier-shop/finished"),
];

/// Compares what a call prints with a file of `tests/cli/snapshots`.
#[track_caller]
fn pin(name: &str, arguments: &[&str]) {
    pin_with(name, arguments, &[]);
}

#[track_caller]
fn pin_with(name: &str, arguments: &[&str], environment: &[(&str, &str)]) {
    let arguments = [arguments, &["--today", TODAY]].concat();
    let run = run_in(&models(), &arguments, environment);
    let mut text = run.out;
    if !run.err.is_empty() {
        text += &format!("\n== standard error\n{}", run.err);
    }
    text += &format!("\n== exit code {}\n", run.code);
    // A terminal would act on it where the file is shown.
    let text = text.replace('\u{1b}', "␛");
    let file = root().join("tests/cli/snapshots").join(name);
    expect_file![file].assert_eq(&text);
}

/// The path of a model as a part of the name of a file.
fn flat(path: &str) -> String {
    path.replace('/', "-")
}

#[test]
fn what_check_prints() {
    for (model, _) in MODELS {
        pin(&format!("check/{}.txt", flat(model)), &["check", model]);
    }
}

#[test]
fn what_check_prints_in_color() {
    pin_with(
        "check/in-color.txt",
        &["check", "payment-api/after"],
        &[("CLICOLOR_FORCE", "1")],
    );
}

#[test]
fn what_explain_prints() {
    for (model, finding) in MODELS {
        let name = format!("explain/{}.txt", flat(model));
        pin(&name, &["explain", finding, model]);
        if let Some((rule, _)) = finding.split_once('@') {
            pin(&format!("explain/{rule}.txt"), &["explain", rule, model]);
        }
    }
    for code in ["missing-mitigation", "unstated-fact", "syntax-error"] {
        pin(&format!("explain/{code}.txt"), &["explain", code]);
    }
}

#[test]
fn what_diff_prints() {
    for (base, head) in COMPARED {
        let name = format!("{}-to-{}", flat(base), flat(head));
        pin(&format!("diff/{name}.txt"), &["diff", base, head]);
        pin(
            &format!("diff/{name}.md"),
            &["diff", base, head, "--format", "markdown"],
        );
    }
}

#[test]
fn what_report_writes() {
    for (model, _) in MODELS {
        let name = format!("report/{}.md", flat(model));
        pin(&name, &["report", model, "--to", "markdown"]);
    }
    for model in ["starter", "payment-api/after"] {
        let name = format!("report/{}.html", flat(model));
        pin(&name, &["report", model, "--to", "html"]);
    }
}

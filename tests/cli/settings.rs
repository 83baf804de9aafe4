//! `threatline.toml`: what is wrong in it is told with its place, and the rest holds.

use crate::Folder;

const MODEL: &str = "asset card { classification: internal }\n";

#[track_caller]
fn broken(settings: &str, message: &str, place: &str) {
    let folder = Folder::new(&[("threatline.toml", settings), ("a.threat", MODEL)]);
    folder
        .check(&[])
        .exits(2)
        .says("error[invalid-setting]")
        .says(message)
        .says(&format!("threatline.toml:{place}\n"));
}

#[test]
fn unknown_keys_have_a_place_and_the_nearest_known_one() {
    broken(
        "[modle]\nname = \"x\"\n",
        "there is no section `modle`",
        "1:2",
    );
    broken("[modle]\n", "did you mean `model`?", "1:2");
    broken("[model]\nnmae = \"x\"\n", "there is no key `nmae`", "2:1");
    broken(
        "\n[check]\nfail_at = \"low\"\n",
        "there is no key `fail_at`",
        "3:1",
    );
    broken(
        "[diagnostics]\nunused-aset = \"off\"\n",
        "did you mean `unused-asset`?",
        "2:1",
    );
}

#[test]
fn bad_values_have_a_place() {
    broken(
        "[check]\nfail_on = \"hihg\"\n",
        "did you mean `\"high\"`?",
        "2:11",
    );
    broken(
        "[check]\nfail_on = 3\n",
        "this takes a string in quotes",
        "2:11",
    );
    broken(
        "[diagnostics]\nunused-asset = \"loud\"\n",
        "`loud` is none of",
        "2:16",
    );
    broken(
        "[links]\nticket = \"https://t.example\"\n",
        "no `{}` for the ticket",
        "2:10",
    );
    broken("model = \"x\"\n", "`model` is a section", "1:1");
}

#[test]
fn a_syntax_error_has_a_place_and_the_rest_holds() {
    broken("[model]\nname = \"Shop\"\n[check\n", "expected `]`", "3:7");
    let settings = "[diagnostics]\nunused-asset = \"off\"\n[model]\nname = \"Shop\"\nwhat\n";
    let folder = Folder::new(&[("threatline.toml", settings), ("a.threat", MODEL)]);
    folder
        .check(&[])
        .exits(2)
        .says("threatline.toml:5:")
        .says("Shop: ")
        .never_says("unused-asset");
}

#[test]
fn a_diagnostic_can_be_turned_off_or_weighed() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    folder.check(&[]).exits(0).says("warning[unused-asset]");
    folder.write("threatline.toml", "[diagnostics]\nunused-asset = \"off\"\n");
    folder.check(&[]).exits(0).never_says("unused-asset");
    folder.write(
        "threatline.toml",
        "[diagnostics]\nunused-asset = \"information\"\n",
    );
    folder.check(&[]).exits(0).says("info[unused-asset]");
    folder
        .check(&["--format", "github"])
        .exits(0)
        .says("::notice file=a.threat,");
}

#[test]
fn errors_in_settings_are_reported_without_a_model_file() {
    let folder = Folder::new(&[("threatline.toml", "[modle]\n"), ("a.threat", MODEL)]);
    folder
        .check(&["threatline.toml"])
        .exits(2)
        .says("threatline.toml:1:2")
        .never_says("unused-asset");
    folder
        .check(&["a.threat"])
        .exits(0)
        .never_says("invalid-setting");
}

const SHOP: &str = "\
asset card { classification: confidential kind: data personal: no }
boundary net { trust: untrusted }
boundary vpc
external buyer in net { kind: system technology: worker }
process shop in vpc { technology: worker accepts: json privileges: service tenancy: single }
flow pay: buyer -> shop {
  protocol: http
  authentication: token
  authorization: end_user
  sends: card
}
";

#[test]
fn a_rule_can_be_turned_off_with_a_reason_that_every_report_shows() {
    let folder = Folder::new(&[("shop.threat", SHOP)]);
    folder
        .check(&[])
        .exits(1)
        .says("Cleartext transmission of sensitive data")
        .says("rate limiting");
    folder.write(
        "threatline.toml",
        "[rules.unencrypted_flow]\nenabled = false\nreason = \"A demo.\"\n",
    );
    let shown = "`unencrypted_flow` is turned off in threatline.toml: A demo.";
    folder
        .check(&[])
        .exits(0)
        .says(shown)
        .says("rate limiting")
        .never_says("Cleartext transmission");
    let json = folder.check(&["--format", "json"]).exits(0).json();
    assert_eq!(json["models"][0]["policy"][0]["rule"], "unencrypted_flow");
    assert_eq!(json["models"][0]["policy"][0]["reason"], "A demo.");
    let notes = folder.check(&["--format", "sarif"]).exits(0).sarif();
    let notes = &notes["invocations"][0]["toolConfigurationNotifications"];
    assert_eq!(notes[0]["message"]["text"], shown);
    assert_eq!(notes[0]["level"], "note");
    folder
        .run(&["explain", "unencrypted_flow"])
        .exits(0)
        .says("turned off in this model by threatline.toml: A demo.");
    folder.run(&["rules"]).exits(0).says("(turned off)");
}

#[test]
fn the_likelihood_of_a_rule_can_be_changed() {
    let folder = Folder::new(&[("shop.threat", SHOP)]);
    folder.check(&[]).says("rate limiting: `shop` (low,");
    folder.write(
        "threatline.toml",
        "[rules.missing_rate_limit]\nlikelihood = \"critical\"\nreason = \"Every week.\"\n",
    );
    folder
        .check(&[])
        .exits(1)
        .says("rate limiting: `shop` (high,")
        .says("has likelihood critical in threatline.toml: Every week.");
    let finding = ["explain", "missing_rate_limit@shop"];
    folder
        .run(&finding)
        .exits(0)
        .says("`critical` (set in threatline.toml: Every week.)");
}

#[test]
fn own_rules_are_named_with_their_component() {
    let rule =
        "component house\nrule odd { on: process category: tampering when: not redundancy }\n";
    let shop = SHOP.replace(
        "process shop in vpc",
        "process shop in vpc { redundancy: no }",
    );
    for name in ["house.odd", "\"house.odd\""] {
        let settings = format!("[rules.{name}]\nenabled = false\nreason = \"Odd.\"\n");
        let folder = Folder::new(&[
            ("house.threat", rule),
            ("shop.threat", &shop),
            ("threatline.toml", &settings),
        ]);
        folder
            .check(&[])
            .says("`house.odd` is turned off")
            .never_says("explain house.odd@shop");
    }
}

#[test]
fn what_is_wrong_with_a_rules_setting_has_a_place() {
    let off = "enabled = false\nreason = \"x\"\n";
    broken(
        &format!("[rules.unencrypted_flw]\n{off}"),
        "did you mean `unencrypted_flow`?",
        "1:8",
    );
    broken(
        "[rules.unencrypted_flow]\nenabled = false\n",
        "changed without a `reason`",
        "1:8",
    );
    broken(
        "[rules.unencrypted_flow]\nenabled = \"no\"\nreason = \"x\"\n",
        "takes `true` or `false`",
        "2:11",
    );
    broken(
        "[rules.unencrypted_flow]\nlikelihood = \"hihg\"\nreason = \"x\"\n",
        "did you mean `\"high\"`?",
        "2:14",
    );
    broken(
        "[rules.unencrypted_flow]\nenbled = false\nreason = \"x\"\n",
        "there is no key `enbled`",
        "2:1",
    );
    broken(
        "[rules]\nunencrypted_flow = false\n",
        "write `[rules.unencrypted_flow]`",
        "2:1",
    );
}

#[test]
fn accepting_what_a_setting_turns_off_is_idle() {
    let accept = "accept a { findings: unencrypted_flow@pay by: \"CISO\" until: 2099-01-01 because: \"x\" }\n";
    let settings = "[rules.unencrypted_flow]\nenabled = false\nreason = \"A demo.\"\n";
    let folder = Folder::new(&[
        ("shop.threat", &format!("{SHOP}{accept}")),
        ("threatline.toml", settings),
    ]);
    folder
        .check(&[])
        .says("threatline.toml turns `std.unencrypted_flow` off, so nothing is accepted");
}

/// What cannot be read may be the setting that fails a check: none of it counts as absent.
#[test]
fn settings_that_cannot_be_read_are_an_error_with_path_and_reason() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    folder.write("threatline.toml", b"[model]\nname = \"caf\xe9\"\n");
    for command in ["check", "report", "rules", "test"] {
        folder
            .run(&[command, "."])
            .exits(2)
            .says("threatline.toml: the file is not UTF-8: byte 19 is 0xe9");
    }
    let folder = Folder::new(&[("m/a.threat", MODEL), ("m/threatline.toml/notes", "")]);
    for path in [".", "m", "m/a.threat"] {
        folder
            .check(&[path])
            .exits(2)
            .says("m/threatline.toml: the path is a folder, not a file");
    }
}

#[cfg(unix)]
#[test]
fn settings_without_permission_or_behind_a_broken_link_are_an_error() {
    use std::fs::{File, Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new(&[("a.threat", MODEL)]);
    let settings = folder.path("threatline.toml");
    symlink("nowhere.toml", &settings).unwrap();
    folder
        .check(&[])
        .exits(2)
        .says("threatline.toml: cannot read the file");
    std::fs::remove_file(&settings).unwrap();
    folder.write("threatline.toml", "");
    set_permissions(&settings, Permissions::from_mode(0o000)).unwrap();
    // Root reads it nevertheless.
    if File::open(&settings).is_err() {
        folder
            .check(&[])
            .exits(2)
            .says("threatline.toml: cannot read the file");
    }
}

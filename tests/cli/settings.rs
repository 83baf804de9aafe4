//! `threatline.toml`: what is wrong in it is told with its place, and the rest holds.

use crate::Folder;

const MODEL: &str = "asset card { classification: restricted }\n";

#[track_caller]
fn broken(settings: &str, message: &str, place: &str) {
    let folder = Folder::new(&[("threatline.toml", settings), ("a.threat", MODEL)]);
    folder.check(&[]).exits(2).says("error[invalid-setting]").says(message).says(&format!("threatline.toml:{place}\n"));
}

#[test]
fn unknown_keys_have_a_place_and_the_nearest_known_one() {
    broken("[modle]\nname = \"x\"\n", "there is no section `modle`", "1:2");
    broken("[modle]\n", "did you mean `model`?", "1:2");
    broken("[model]\nnmae = \"x\"\n", "there is no key `nmae`", "2:1");
    broken("\n[check]\nfail_at = \"low\"\n", "there is no key `fail_at`", "3:1");
    broken("[diagnostics]\nunused-aset = \"off\"\n", "did you mean `unused-asset`?", "2:1");
}

#[test]
fn bad_values_have_a_place() {
    broken("[check]\nfail_on = \"hihg\"\n", "did you mean `\"high\"`?", "2:11");
    broken("[check]\nfail_on = 3\n", "this takes a string in quotes", "2:11");
    broken("[diagnostics]\nunused-asset = \"loud\"\n", "`loud` is none of", "2:16");
    broken("[links]\nticket = \"https://t.example\"\n", "no `{}` for the ticket", "2:10");
    broken("model = \"x\"\n", "`model` is a section", "1:1");
}

#[test]
fn a_syntax_error_has_a_place_and_the_rest_holds() {
    broken("[model]\nname = \"Shop\"\n[check\n", "expected `]`", "3:7");
    let settings = "[diagnostics]\nunused-asset = \"off\"\n[model]\nname = \"Shop\"\nwhat\n";
    let folder = Folder::new(&[("threatline.toml", settings), ("a.threat", MODEL)]);
    folder.check(&[]).exits(2).says("threatline.toml:5:").says("Shop: ").never_says("unused-asset");
}

#[test]
fn a_diagnostic_can_be_turned_off_or_weighed() {
    let folder = Folder::new(&[("a.threat", MODEL)]);
    folder.check(&[]).exits(0).says("warning[unused-asset]");
    folder.write("threatline.toml", "[diagnostics]\nunused-asset = \"off\"\n");
    folder.check(&[]).exits(0).never_says("unused-asset");
    folder.write("threatline.toml", "[diagnostics]\nunused-asset = \"information\"\n");
    folder.check(&[]).exits(0).says("info[unused-asset]");
    folder.check(&["--format", "github"]).exits(0).says("::notice file=a.threat,");
}

#[test]
fn what_is_wrong_there_is_told_when_a_model_file_is_not_asked_for() {
    let folder = Folder::new(&[("threatline.toml", "[modle]\n"), ("a.threat", MODEL)]);
    folder.check(&["threatline.toml"]).exits(2).says("threatline.toml:1:2").never_says("unused-asset");
    folder.check(&["a.threat"]).exits(0).never_says("invalid-setting");
}

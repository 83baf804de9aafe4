//! `threatline explain`: rules, codes and findings in words.

use crate::{Folder, TODAY};

#[test]
fn a_rule_a_code_and_a_finding_are_explained() {
    let folder = Folder::of_model("webshop");
    folder.run(&["explain", "unencrypted_flow"]).exits(0).says("Sensitive data crosses a trust boundary in clear text");
    folder.run(&["explain", "unused-asset"]).exits(0).says("An asset that nothing stores");
    let finding = ["explain", "unencrypted_flow@partners.feed", "--today", TODAY];
    folder.run(&finding).exits(0).says("plaintext_feed").says("partners/partners.threat:");
}

#[test]
fn what_nothing_is_called_is_an_error() {
    Folder::of_model("starter").run(&["explain", "nonsense"]).exits(2).says("`nonsense`");
}

//! What is told of the ids that `references` name: which are in no list, and which their publishers
//! gave up.

use threatline_model::{Diagnostic, FileText, Workspace, diagnostics};
use threatline_testkit::TODAY;

/// What is told of the references of a threat.
fn reported(references: &str) -> Vec<Diagnostic> {
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    let text = format!(
        "process shop\nthreat fraud {{ category: spoofing targets: shop references: {references} }}\n"
    );
    let file = workspace.set_file("model.threat", FileText::new(text));
    let mut problems = diagnostics(workspace.db(), file);
    problems.retain(|diagnostic| diagnostic.code.id == "unknown-reference");
    problems
}

fn messages(references: &str) -> Vec<String> {
    reported(references)
        .into_iter()
        .map(|diagnostic| diagnostic.message)
        .collect()
}

#[test]
fn ids_in_their_list_are_not_reported() {
    assert_eq!(
        messages("CWE-319, CWE-1020, CAPEC-157, T1190, T1550.001, T0886, ASVS-12.2.1"),
        [""; 0]
    );
}

#[test]
fn ids_in_no_list_are_reported_once_each() {
    assert_eq!(
        messages("CWE-9999, CWE-319, CAPEC-9999, T1999, ASVS-18.1.1"),
        [
            "CWE has no weakness or category `CWE-9999`",
            "CAPEC has no attack pattern `CAPEC-9999`",
            "ATT&CK has no technique `T1999`",
            "ASVS has no requirement `ASVS-18.1.1`",
        ]
    );
}

#[test]
fn deprecated_ids_are_reported_with_title_and_page() {
    let problems = reported("CWE-1, T1174");
    let reported: Vec<&str> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        reported,
        [
            "`CWE-1` is deprecated: Location",
            "`T1174` is deprecated: Password Filter DLL"
        ]
    );
    assert!(
        problems[0].help[0].contains(" https://cwe.mitre.org/data/definitions/1.html "),
        "{:?}",
        problems[0].help
    );
}

#[test]
fn of_a_sub_technique_that_is_not_there_its_technique_is_named() {
    let problems = reported("T1550.009");
    assert_eq!(problems[0].message, "ATT&CK has no technique `T1550.009`");
    assert!(
        problems[0].help[0].contains("`T1550: Use Alternate Authentication Material`"),
        "{:?}",
        problems[0].help
    );
    assert!(
        problems[0].help[0].contains("`T1550.001` to `T1550.004`"),
        "{:?}",
        problems[0].help
    );
}

#[test]
fn zeros_before_a_number_are_taken_off() {
    let problems = reported("CWE-079");
    assert_eq!(problems[0].replacement.as_deref(), Some("CWE-79"));
}

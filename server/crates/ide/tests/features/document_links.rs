//! What leads somewhere, and what is edited together.

use expect_test::expect;
use threatline_ide::document_links::{LinkTarget, document_links};
use threatline_ide::linked_editing_range::linked_editing_ranges;
use threatline_testkit::Cursor;

#[test]
fn references_tickets_evidence_and_code_lead_somewhere() {
    let cursor = Cursor::new(
        "
//- threatline.toml
[links]
ticket = \"https://tickets.example.com/{}\"
//- a.threat
$0component a { source: \"services/a/**\", \"x/{a,b}/y\", \"/etc\", \"../up\" links: \"https://wiki.example.com/a\", \"javascript:alert(1)\" }
threat t { category: spoofing targets: p references: CWE-79, CWE-999999 ticket: \"SEC-12\" owner: \"https://people.example.com/x\" }
mitigation m { evidence: \"tests/m.py\", \"HTTPS://ci.example.com\" }
process p { owner: \"someone\" }
",
    );
    let text = &cursor.file.source(cursor.db()).text;
    let shown: String = document_links(cursor.db(), cursor.file)
        .iter()
        .map(|link| {
            let target = match &link.target {
                LinkTarget::Address(address) => address.clone(),
                LinkTarget::Path(path) => format!("file {path}"),
            };
            format!(
                "{} -> {target} ({})\n",
                &text[link.span.range()],
                link.tooltip
            )
        })
        .collect();
    expect![[r#"
        services/a/** -> file /services/a (services/a)
        x/{a,b}/y -> file /x (x)
        https://wiki.example.com/a -> https://wiki.example.com/a (Links to further information.)
        CWE-79 -> https://cwe.mitre.org/data/definitions/79.html (Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting'))
        SEC-12 -> https://tickets.example.com/SEC-12 (ticket SEC-12)
        https://people.example.com/x -> https://people.example.com/x (The team or person responsible for it.)
        tests/m.py -> file /tests/m.py (tests/m.py)
        HTTPS://ci.example.com -> HTTPS://ci.example.com (Evidence that it works, such as a link to a test or a report.)
    "#]].assert_eq(&shown);
}

#[test]
fn a_name_is_edited_with_its_uses_in_the_file() {
    let spans = |model: &str| {
        let cursor = Cursor::new(model);
        let text = &cursor.file.source(cursor.db()).text;
        linked_editing_ranges(cursor.db(), cursor.file, cursor.offset)
            .iter()
            .map(|span| text[span.range()].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        spans("process sh$0op\nstore s\nflow f: shop -> s"),
        ["shop", "shop"]
    );
    assert_eq!(
        spans("process shop\nstore s\nflow f: sh$0op -> s"),
        [""; 0],
        "only where it is declared"
    );
    assert_eq!(
        spans("process sh$0op\n//- b.threat\nstore s\nflow f: shop -> s"),
        [""; 0],
        "another file names it"
    );
    assert_eq!(spans("process sh$0op"), [""; 0]);
}

//! What folds.

use expect_test::{Expect, expect};
use threatline_ide::folding_range::folding_ranges;
use threatline_model::FileText;
use threatline_testkit::{workspace, written};

fn check(model: &str, expected: Expect) {
    let mut workspace = workspace(&[("model.threat".to_owned(), model.to_owned())]);
    let closed = {
        let db = workspace.db();
        folding_ranges(db, workspace.file("model.threat").unwrap())
    };
    // A file that is open has its tree.
    let file = workspace.set_file("model.threat", FileText::new(model));
    let db = workspace.db();
    assert_eq!(folding_ranges(db, file), closed);
    let lines = |index: u32| model[..index as usize].matches('\n').count() + 1;
    let reported = closed.iter().map(|fold| {
        let start: String = written(db, file, fold.span).chars().take(40).collect();
        format!("{:?} to {}: {start}\n", fold.kind, lines(fold.span.end))
    });
    expected.assert_eq(&reported.collect::<String>());
}

#[test]
fn blocks_lists_descriptions_and_comments() {
    check(
        "\
// One
// and two.

// Three, alone.

/// What it is
/// and why.
process shop \"Shop\" { // behind
  // within
  // a block
  accepts:
    json,
    xml
  owner: \"me\" // behind
  // below
  out_of_scope: \"\"\"
    Some
    text.
  \"\"\"
}

/// One line.
process b { owner: \"x\" }
rule r {
  when: a
    and b
}
// last
// lines
",
        expect![[r#"
            Comments to 2: model.threat:1:1 // One // and two.
            Description to 7: model.threat:6:1 /// What it is /// and 
            Block to 20: model.threat:8:21 { // behind // within 
            Comments to 10: model.threat:9:3 // within // a block
            Property to 13: model.threat:11:3 accepts: json, xml
            Property to 19: model.threat:16:3 out_of_scope: """ Some
            Block to 27: model.threat:24:8 { when: a and b }
            Property to 26: model.threat:25:3 when: a and b
            Comments to 29: model.threat:28:1 // last // lines
        "#]],
    );
}

#[test]
fn broken_text() {
    check(
        "process a {\n  owner: \"x\"\nprocess b\n  tags: \"y\"\n}\n///\n///\n",
        expect![[r#"
        Block to 2: model.threat:1:11 { owner: "x"
        Description to 7: model.threat:6:1 /// ///
    "#]],
    );
    check("", expect![[r#""#]]);
}

#[test]
fn line_ends_of_all_kinds() {
    check(
        "// a\r\n// b\r\n\r\nprocess a {\r\n  owner: \"x\"\r\n}\r\n",
        expect![[r#"
        Comments to 2: model.threat:1:1 // a // b
        Block to 6: model.threat:4:11 { owner: "x" }
    "#]],
    );
}

//! The corpus in `test/corpus`: each case parses as it says there, and together the cases show
//! every node that the grammar can make.

use std::collections::BTreeSet;
use std::path::Path;
use tree_sitter::{Language, Parser};

struct Case {
    title: String,
    text: String,
    tree: String,
}

/// All cases, in tree-sitter's own format: a title between two lines of `=`, a text, a line `---`,
/// and the tree.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("the corpus is there")
        .flatten()
    {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let file = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        let content = std::fs::read_to_string(&path).expect("the corpus is text");
        let rule = "=".repeat(80) + "\n";
        let parts: Vec<&str> = content.split(&rule).skip(1).collect();
        for pair in parts.chunks(2) {
            let [title, case] = pair else {
                panic!("{file}: a title without a case")
            };
            let title = format!("{file}: {}", title.trim());
            let (text, tree) = case
                .split_once("\n\n---\n\n")
                .unwrap_or_else(|| panic!("{title}: no tree"));
            found.push(Case {
                title,
                text: text[1..].to_owned(),
                tree: one_line(tree),
            });
        }
    }
    assert!(found.len() >= 150, "only {} cases were found", found.len());
    found
}

/// A tree on one line, as `Node::to_sexp` writes it.
fn one_line(tree: &str) -> String {
    tree.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_case_parses_as_it_says() {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_threat::LANGUAGE.into())
        .expect("the grammar fits the library");
    let mut failures = Vec::new();
    for case in cases() {
        let tree = parser
            .parse(&case.text, None)
            .expect("parsing has no time limit");
        let found = one_line(&tree.root_node().to_sexp());
        if found != case.tree {
            failures.push(format!(
                "{}\n  expected {}\n  found    {found}",
                case.title, case.tree
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_node_and_field_occurs() {
    let language: Language = tree_sitter_threat::LANGUAGE.into();
    let mut shown = BTreeSet::new();
    for case in cases() {
        shown.extend(case.tree.split([' ', '(', ')']).map(str::to_owned));
    }
    let kinds = (0..language.node_kind_count() as u16)
        .filter(|&id| language.node_kind_is_named(id) && language.node_kind_is_visible(id))
        .filter(|&id| !language.node_kind_is_supertype(id))
        .filter_map(|id| language.node_kind_for_id(id));
    // An operator is no named node, so a tree does not show its field.
    let fields = (1..=language.field_count() as u16)
        .filter_map(|id| language.field_name_for_id(id))
        .filter(|&field| field != "operator")
        .map(|field| format!("{field}:"));
    let expected: BTreeSet<String> = kinds.map(str::to_owned).chain(fields).collect();
    let missing: Vec<&String> = expected.difference(&shown).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");

    // The same kinds as `NODE_TYPES` has, so that neither list can lose one unseen.
    for kind in expected.iter().filter(|name| !name.ends_with(':')) {
        assert!(
            tree_sitter_threat::NODE_TYPES
                .contains(&format!("\"type\": \"{kind}\",\n    \"named\": true")),
            "NODE_TYPES lacks `{kind}`"
        );
    }
}

/// Words and signs are no named nodes, so no tree shows them: the texts have to.
#[test]
fn every_word_and_sign_occurs() {
    let language: Language = tree_sitter_threat::LANGUAGE.into();
    let texts: Vec<String> = cases().into_iter().map(|case| case.text).collect();
    let missing: Vec<&str> = (0..language.node_kind_count() as u16)
        .filter(|&id| language.node_kind_is_visible(id) && !language.node_kind_is_named(id))
        .filter_map(|id| language.node_kind_for_id(id))
        .filter(|token| *token != "end" && !texts.iter().any(|text| text.contains(token)))
        .collect();
    assert!(missing.is_empty(), "no case has {missing:?}");
}

//! Broken text costs at most the declaration that it stands in, or its neighbor.

use threatline_testkit::stride;
use tree_sitter::{Node, Parser, Tree};

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_threat::LANGUAGE.into())
        .expect("the grammar fits the library");
    parser.parse(text, None).expect("parsing has no time limit")
}

/// Each declaration by its heading and the properties that it states.
fn declarations(text: &str) -> Vec<String> {
    let tree = parse(text);
    let mut cursor = tree.walk();
    tree.root_node()
        .children(&mut cursor)
        .filter(|node| node.kind() == "declaration")
        .map(|node| heading(node, text))
        .collect()
}

fn heading(declaration: Node, text: &str) -> String {
    let parts = ["kind", "name", "within", "source", "target"];
    let mut words: Vec<&str> = parts
        .iter()
        .filter_map(|field| declaration.child_by_field_name(field))
        .map(|node| &text[node.byte_range()])
        .collect();
    if let Some(body) = declaration.child_by_field_name("body") {
        let mut cursor = body.walk();
        words.extend(
            body.children(&mut cursor)
                .filter(|node| node.kind() == "property")
                .map(|node| &text[node.byte_range()]),
        );
    }
    words.join(" ")
}

/// The tokens of a sound text, in order.
fn tokens(tree: &Tree) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut pending = vec![tree.root_node()];
    while let Some(node) = pending.pop() {
        if node.child_count() == 0 || node.kind() == "name" {
            if !node.byte_range().is_empty() {
                found.push(node.byte_range());
            }
        } else {
            let mut cursor = node.walk();
            pending.extend(node.children(&mut cursor));
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/models"
    ))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("the example models are there")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "threat")
            {
                let text = std::fs::read_to_string(&path).expect("an example is text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    assert!(found.len() >= 3, "the example models were not found");
    found
}

#[test]
fn a_missing_token_costs_its_declaration_or_a_neighbor() {
    let mut failures = Vec::new();
    let mut tried = 0;
    let stride = stride(41);
    for (number, (path, text)) in examples().into_iter().enumerate() {
        let whole = declarations(&text);
        let tokens = tokens(&parse(&text)).into_iter();
        // Not the first tokens of each text, which are all alike.
        for token in tokens.skip(number % stride).step_by(stride) {
            tried += 1;
            let broken = [&text[..token.start], &text[token.end..]].concat();
            let left = declarations(&broken);
            let lost: Vec<usize> = (0..whole.len())
                .filter(|&index| !left.contains(&whole[index]))
                .collect();
            // Without its `}` a declaration keeps all of its properties, so that nothing at all is
            // lost; but behind a comma, the next word may be one more value.
            let goes_on = text[..token.start].trim_end().ends_with(',');
            let most = if text[token.clone()] == *"}" && !goes_on {
                0
            } else {
                2
            };
            let neighbors =
                lost.iter().all(|&index| index.abs_diff(lost[0]) <= 1) && lost.len() <= most;
            if !neighbors {
                let line = text[..token.start].matches('\n').count() + 1;
                failures.push(format!(
                    "{path}:{line}: without `{}`: lost {} of {}",
                    &text[token],
                    lost.len(),
                    whole.len()
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures of {tried} tokens:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(tried > 400, "only {tried} tokens were tried");
}

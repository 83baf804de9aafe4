//! `threatline init`: a start that checks clean.

use crate::Folder;

#[test]
fn what_is_started_checks_clean_and_is_in_the_canonical_format() {
    let folder = Folder::new(&[]);
    folder.run(&["init"]).exits(0).says("threatline check\n");
    folder
        .check(&[])
        .exits(0)
        .says("passed")
        .never_says("warning")
        .never_says("error");
    folder
        .run(&["fmt", "--check"])
        .exits(0)
        .says("0 of 1 file would change");
}

#[test]
fn the_change_that_it_proposes_shows_a_finding() {
    let folder = Folder::new(&[]);
    folder.run(&["init"]).exits(0);
    let model = folder.read("model.threat");
    assert!(model.contains("To see a finding, change the protocol of the flow `use` to `http`."));
    folder.write(
        "model.threat",
        model.replacen("protocol: https", "protocol: http", 1),
    );
    folder
        .check(&[])
        .exits(1)
        .says("error[missing-mitigation]")
        .says("Cleartext transmission of sensitive data: `use`");
}

#[test]
fn a_second_time_nothing_is_written() {
    let folder = Folder::new(&[]);
    folder.run(&["init"]).exits(0);
    folder.write("model.threat", "process mine\n");
    folder
        .run(&["init"])
        .exits(2)
        .says("already exists; nothing was written");
    assert_eq!(folder.read("model.threat"), "process mine\n");
}

#[test]
fn half_a_model_is_not_completed() {
    let folder = Folder::new(&[("model.threat", "process mine\n")]);
    folder
        .run(&["init"])
        .exits(2)
        .says("`./model.threat` already exists");
    assert!(!folder.path("threatline.toml").exists());
}

#[test]
fn a_folder_is_made_if_it_is_not_there() {
    let folder = Folder::new(&[]);
    folder
        .run(&["init", "docs/threats"])
        .exits(0)
        .says("threatline check docs/threats");
    folder.check(&["docs/threats"]).exits(0).says("passed");
}

#[test]
fn a_file_is_no_folder_to_start_in() {
    let folder = Folder::new(&[("notes", "text")]);
    folder.run(&["init", "notes"]).exits(2).says("`notes`");
    assert_eq!(folder.read("notes"), "text");
}

/// A snippet of VS Code as it is after nothing but Tab was pressed.
fn expanded(snippet: &str) -> String {
    let mut text = snippet.replace("$0", "").replace("$CURRENT_YEAR", "2027");
    // From the innermost on.
    while let Some(start) = text.rfind("${") {
        let end = start + text[start..].find('}').expect("a place ends");
        let place = &text[start + 2..end];
        let chosen = match (place.split_once(':'), place.split_once('|')) {
            (Some((_, text)), _) => text,
            (_, Some((_, choices))) => choices.split([',', '|']).next().unwrap_or_default(),
            _ => "",
        };
        let chosen = chosen.to_owned();
        text.replace_range(start..=end, &chosen);
    }
    text
}

#[test]
fn the_snippets_of_vs_code_are_models() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../editors/vscode/snippets/threat.json"
    );
    let snippets = std::fs::read_to_string(path).expect("they are there");
    let snippets: serde_json::Value = serde_json::from_str(&snippets).expect("they are JSON");
    for (name, snippet) in snippets.as_object().expect("they have names") {
        let lines = snippet["body"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| line.as_str().expect("text"));
        let text = expanded(&lines.collect::<Vec<_>>().join("\n"));
        let folder = Folder::new(&[("a.threat", &text)]);
        let run = folder.check(&["--fail-on", "never"]);
        let run = run
            .never_says("syntax-error")
            .never_says("unknown-property")
            .never_says("invalid-value")
            .never_says("unknown-word");
        if name.starts_with("Model") {
            run.never_says("unresolved-reference")
                .never_says("wrong-kind")
                .exits(0);
        }
    }
}

//! Titles, names of files and settings that would act on a terminal, a log or a page: they are
//! shown, and do nothing.
#![cfg(unix)]

use crate::{Folder, TODAY, each};
use serde_json::Value;

const FILE: &str = "a\u{1b}[2J\u{202e}::,%\n::error::.threat";
const SETTINGS: &str = "[model]\nname = \"Ev\\u001b[2Jil \\u202e\"\n";
const MODEL: &str = "\
boundary net \"Net \u{9b}2J \u{1b}]0;title\u{7}\" { trust: untrusted }
boundary vpc
external buyer \"B \\u{1b}[2J \\u{202e} \\u{61c}\" in net
process shop \"\u{1b}[2J\u{202e}\u{200f}\" in vpc
flow buyer -> shop { protocol: http }
threat theft \"Ti\\ntle \\u{1b}[2J \\u{202e}\\n::error::no %0A [x](https://evil.example) {0}\" {
  category: tampering  targets: shop  likelihood: high  impact: high
}
accept it \"\\u{9b}2J\" { findings: theft@nothing by: \"\\u{1b}[2J\" until: 2026-12-01 because: \"\\u{202e}\" }
process \u{9b}2J
";

fn folder() -> Folder {
    Folder::new(&[("threatline.toml", SETTINGS), (FILE, MODEL)])
}

/// What a terminal would act on, the escape that starts a color of ours aside.
fn acts(text: &str) -> Option<char> {
    let bare = text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    let bare = [
        "94m", "91m", "92m", "93m", "96m", "31m", "32m", "33m", "36m",
    ]
    .iter()
    .fold(bare, |bare, color| {
        bare.replace(&format!("\u{1b}[{color}"), "")
    });
    bare.chars().find(|character| {
        (character.is_control() && *character != '\n')
            || "\u{61c}\u{200e}\u{200f}".contains(*character)
            || ('\u{202a}'..='\u{202e}').contains(character)
            || ('\u{2066}'..='\u{2069}').contains(character)
    })
}

#[test]
fn no_format_acts_on_a_terminal() {
    let folder = folder();
    for format in ["human", "json", "sarif", "github"] {
        for environment in [&[][..], &[("CLICOLOR_FORCE", "1")]] {
            let run = folder
                .run_with(
                    &["check", "--today", TODAY, "--format", format],
                    environment,
                )
                .exits(2);
            assert_eq!(acts(&run.out), None, "{format}: {:?}", run.out);
            assert_eq!(acts(&run.err), None, "{format}: {:?}", run.err);
        }
    }
    let run = folder
        .run_with(&["fmt"], &[("CLICOLOR_FORCE", "1")])
        .exits(2);
    assert_eq!(acts(&run.out).or(acts(&run.err)), None, "{:?}", run.err);
    let run = folder
        .run_with(
            &["check", "\u{1b}[2J\n::error::"],
            &[("CLICOLOR_FORCE", "1")],
        )
        .exits(2);
    assert_eq!(acts(&run.err), None, "{:?}", run.err);
}

#[test]
fn no_line_of_a_log_is_an_order_to_github() {
    let folder = folder();
    for format in ["human", "json", "sarif"] {
        let run = folder.check(&["--format", format]);
        for line in run.out.lines().chain(run.err.lines()) {
            assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
        }
    }
}

const ORDERS: &str = "\
/// ::error::a ##[error]b
/// ##vso[task.complete]c
/// ##teamcity[buildStatus text='o']
/// ##other-service[p]
rule mine \"T ##vso[task.x y=z]d \\n::error::e ##[add-mask]f\" {
  on: process  when: technology is web_service
  category: tampering  likelihood: high  impact: high
  advice: \"\"\"
::error::g
##teamcity[q]
##[error]h\"\"\"
}
/// ##teamcity[r]
asset data \"##teamcity[s]\" { classification: public }
process shop \"##[debug]i\" { technology: web_service  owner: \"##vso[a]j }
";

#[test]
fn nothing_in_a_log_is_an_order_to_a_ci_service() {
    let settings = "[model]\nname = \"##vso[task.x]k\"\n[rules.mine]\nlikelihood = \"low\"\nreason = \"\"\"\n::error::l ##[error]m\"\"\"\n";
    let file = "::error::##[n.threat";
    let model = &ORDERS.replace("[a]j }", "[a]j\" }");
    // As it is, and with a string that is not closed.
    for text in [model, ORDERS] {
        let folder = Folder::new(&[("threatline.toml", settings), (file, text)]);
        for arguments in [
            &["check", "--format", "human", "--fail-on", "never"][..],
            &["check", "--format", "json", "--fail-on", "never"],
            &["check", "--format", "sarif", "--fail-on", "never"],
            &["check", "--format", "github", "--fail-on", "never"],
            &["rules", "."],
            &["rules", ".", "--format", "json"],
            &["rules", ".", "--format", "markdown"],
            &["explain", "mine"],
            &["explain", "mine@shop"],
            &["test"],
            &["fmt", "--check"],
            &["report", "--to", "markdown"],
            &["report", "--to", "html"],
            &["export", "--to", "dot"],
            &["export", "--to", "csv"],
            &["export", "--to", "drawio"],
            &["export", "--to", "mermaid"],
            &["export", "--to", "otm"],
            &["export", "--to", "threagile"],
            &["export", "--to", "threat-dragon"],
            &["export", "--to", "cyclonedx"],
            &["export", "--to", "json"],
        ] {
            let run = folder.run(arguments);
            for line in run.out.lines().chain(run.err.lines()) {
                let names = ["", "vso", "teamcity", "other-service"];
                let mut orders = names.iter().map(|name| format!("##{name}["));
                assert!(
                    !orders.any(|order| line.contains(&order)),
                    "{arguments:?}: {line}"
                );
                let is_ours = arguments.contains(&"github")
                    && ["::error file=", "::warning file=", "::notice file="]
                        .iter()
                        .any(|ours| line.starts_with(ours));
                assert!(
                    is_ours || !line.trim_start().starts_with("::"),
                    "{arguments:?}: {line}"
                );
            }
        }
    }
    let reported = Folder::new(&[("threatline.toml", settings), (file, model)])
        .run(&["explain", "mine@shop"])
        .exits(0)
        .out;
    assert!(
        reported.contains("# #[add-mask]f"),
        "what it says is still shown: {reported}"
    );
}

#[test]
fn a_name_holds_nothing_that_cannot_be_seen() {
    let folder = Folder::new(&[("a.threat", "process api\nprocess api\u{34f}\n")]);
    folder
        .check(&[])
        .exits(2)
        .says("this name holds U+034F, which cannot be seen");
}

#[test]
fn the_annotations_of_github_are_a_line_each_with_nothing_left_open() {
    let run = folder().check(&["--format", "github"]);
    for line in run.out.lines() {
        let (properties, message) = line[2..].split_once("::").expect("it is a command");
        let (command, properties) = properties.split_once(' ').expect("it has properties");
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        let keys: Vec<&str> = properties
            .split(',')
            .filter_map(|pair| Some(pair.split_once('=')?.0))
            .collect();
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(keys.iter().all(|key| known.contains(key)), "{line}");
        let escapes = message
            .match_indices('%')
            .map(|(index, _)| &message[index..index + 3]);
        assert!(
            escapes
                .into_iter()
                .all(|escape| ["%25", "%0A", "%0D"].contains(&escape)),
            "{line}"
        );
    }
    assert!(
        run.out.contains("%3A%3A%2C%25%0A"),
        "the name of the file is escaped: {}",
        run.out
    );
    assert!(run.out.contains("no %250A"), "{}", run.out);
}

#[test]
fn json_keeps_the_text_as_it_is() {
    let json = folder().check(&["--format", "json"]).json();
    let model = &json["models"][0];
    let theft = each(&model["findings"])
        .find(|finding| finding["id"] == "theft")
        .expect("it is found");
    let title = theft["title"].as_str().expect("it has a title");
    assert!(title.contains("Ti\ntle \u{1b}[2J \u{202e}"), "{title:?}");
    assert_eq!(theft["location"]["path"], FILE);
}

#[test]
fn sarif_links_to_nothing_that_a_title_says() {
    let run = folder().check(&["--format", "sarif"]).sarif();
    let theft = each(&run["results"])
        .find(|result| result["ruleId"] == "theft")
        .expect("it is found");
    let text = theft["message"]["text"].as_str().expect("it has a message");
    assert!(text.contains("[x] (https://evil.example)"), "{text}");
    let uri = &theft["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(
        uri,
        "a%1B%5B2J%E2%80%AE%3A%3A%2C%25%0A%3A%3Aerror%3A%3A.threat"
    );
}

#[test]
fn sarif_has_no_placeholders() {
    let model = "\
/// # It was {0}
///
/// ---
/// ```
rule mine \"{0} [x](1)\" {
  on: process  when: technology is web_service
  category: tampering  likelihood: high  impact: high
  advice: \"{2}\"
}
process shop \"{1} [y](2)\" { technology: web_service }
";
    let settings = "[rules.mine]\nlikelihood = \"low\"\nreason = \"{3} [z](3)\"\n";
    let folder = Folder::new(&[("a.threat", model), ("threatline.toml", settings)]);
    let run = folder.check(&["--format", "sarif"]).sarif();
    let mut texts = Vec::new();
    collect_texts(&run, &mut texts);
    for text in &texts {
        for number in 0..4 {
            let placeholder = format!("{{{number}}}");
            let literal = text.replace("{{", "").replace("}}", "");
            assert!(!literal.contains(&placeholder), "{text}");
            assert!(!literal.contains(['{', '}']), "{text}");
        }
        assert!(
            !text.contains("[x](1)") && !text.contains("[z](3)"),
            "{text}"
        );
    }
    let rule = each(&run["tool"]["driver"]["rules"])
        .find(|rule| rule["id"] == "mine")
        .expect("it is described");
    assert_eq!(rule["shortDescription"]["text"], "{{0}} [x] (1)");
    let help = rule["help"]["markdown"].as_str().expect("it has help");
    assert!(
        help.starts_with("\\# It was {{0}}\n\n\\---\n```\n```\n\n{{2}}\n\n"),
        "{help}"
    );
}

/// The texts of all messages in a document.
fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(text) if key == "text" || key == "markdown" => {
                        texts.push(text.clone());
                    }
                    _ => collect_texts(value, texts),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_texts(value, texts)),
        _ => {}
    }
}

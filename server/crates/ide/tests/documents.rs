//! The examples in the documents hold: those of the README and of every page of the book are in the
//! language and in canonical form, and `check` reports what a page claims. It must not know what a
//! page explains.
//!
//! The words after a fence state what holds for its block:
//!
//! - `threat`: an excerpt. Names in it may be declared elsewhere; nothing else may be wrong in it.
//! - `threat model CODE…`: a complete model. Its diagnostics have these codes and no others. A line
//!   `// path.threat` begins the next file of it, and is part of it.
//! - `text check`: what `check` prints for the model before, without excerpts and the summary.
//! - `toml`: a `threatline.toml` without problems.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use threatline_format::format;
use threatline_model::{
    Database, Date, Diagnostic, File, FileText, Location, Settings, Severity, Span, Workspace,
    codes::{self, Class},
    diagnostics,
    schema::KINDS,
};
use threatline_syntax::{Encoding, LineIndex, parse, syntax_errors};

/// The day on which the models of the documents are checked.
const TODAY: Date = Date::constant(2026, 1, 1);

/// The documents with examples: their paths from the root of the repository, and their texts.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut paths = vec![root.join("README.md")];
    collect(&root.join("server/book/src"), &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(&root).expect("it is below the root");
        let text = std::fs::read_to_string(path).expect("a document is readable");
        (name.to_string_lossy().into_owned(), text)
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("an entry is readable").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            paths.push(path);
        }
    }
}

/// A block of code.
struct Block {
    /// The words behind the fence.
    info: String,
    text: String,
    /// The document, and the line of the fence, counted from 1.
    place: String,
}

impl Block {
    fn is(&self, info: &str) -> bool {
        self.info == info
            || self
                .info
                .strip_prefix(info)
                .is_some_and(|rest| rest.starts_with(' '))
    }
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for (name, text) in documents() {
        blocks.extend(blocks_of(&name, &text));
    }
    blocks
}

fn blocks_of(name: &str, text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                blocks.push(Block {
                    info: info.to_owned(),
                    text: String::new(),
                    place: format!("{name}:{}", number + 1),
                });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => {
                let text = &mut blocks.last_mut().expect("a block is open").text;
                text.push_str(line);
                text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!open, "the last block of {name} has no end");
    blocks
}

/// The files of a block: what is before the first line `// path.threat` is `model.threat`, or a
/// test if something is expected in it.
fn files(block: &Block) -> Vec<(String, String)> {
    let name = |line: &str| {
        let path = line.strip_prefix("// ")?.trim_end();
        (path.ends_with(".threat") && !path.contains(' ')).then(|| path.to_owned())
    };
    let first = if block.text.contains("\nexpect") || block.text.starts_with("expect") {
        "model.test.threat"
    } else {
        "model.threat"
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for line in block.text.split_inclusive('\n') {
        match (name(line), files.last_mut()) {
            (Some(path), _) => files.push((path, line.to_owned())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => files.push((first.to_owned(), line.to_owned())),
        }
    }
    files
}

fn check(block: &Block) -> (Workspace, Vec<Diagnostic>) {
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    let files: Vec<File> = files(block)
        .into_iter()
        .map(|(path, text)| workspace.set_file(&path, FileText::new(text)))
        .collect();
    let found = files
        .iter()
        .flat_map(|file| diagnostics(workspace.db(), *file))
        .collect();
    (workspace, found)
}

#[test]
fn every_example_is_in_the_language_and_in_canonical_form() {
    for block in blocks().iter().filter(|block| block.is("threat")) {
        let errors = syntax_errors(&parse(&block.text), &block.text);
        assert!(errors.is_empty(), "{}: {errors:#?}", block.place);
        let formatted = format(&block.text).expect("it has no errors");
        assert_eq!(
            block.text, formatted,
            "{}: the example is not in canonical form",
            block.place
        );
    }
}

#[test]
fn excerpts_have_no_errors() {
    let is_excerpt = |block: &&Block| {
        block.is("threat") && !block.is("threat model") && !block.is("threat example")
    };
    for block in blocks().iter().filter(is_excerpt) {
        let (_, found) = check(block);
        let wrong: Vec<_> = found
            .iter()
            .filter(|diagnostic| matches!(diagnostic.code.class, Class::Text | Class::Model))
            // What an excerpt names may be declared elsewhere.
            .filter(|diagnostic| *diagnostic.code != codes::UNRESOLVED_REFERENCE)
            .map(|diagnostic| (diagnostic.code.id, &diagnostic.message))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", block.place);
    }
}

#[test]
fn models_have_the_diagnostics_that_are_claimed() {
    let blocks = blocks();
    let models = blocks.iter().filter(|block| block.is("threat model"));
    assert!(models.clone().count() > 3);
    for block in models {
        let claimed: BTreeSet<&str> = block.info.split_whitespace().skip(2).collect();
        let (_, found) = check(block);
        let codes: BTreeSet<&str> = found.iter().map(|diagnostic| diagnostic.code.id).collect();
        let messages: Vec<_> = found.iter().map(|diagnostic| &diagnostic.message).collect();
        assert_eq!(claimed, codes, "{}: {messages:#?}", block.place);
    }
}

#[test]
fn what_check_prints_is_what_it_prints() {
    let blocks = blocks();
    let mut compared = 0;
    for pair in blocks.windows(2).filter(|pair| pair[1].is("text check")) {
        let [model, printed] = pair else {
            unreachable!("windows of two")
        };
        assert!(
            model.is("threat model"),
            "{}: there is no model before it",
            printed.place
        );
        let (workspace, found) = check(model);
        let mut actual: Vec<String> = found
            .iter()
            .flat_map(|diagnostic| in_lines(workspace.db(), diagnostic))
            .collect();
        let is_compared = |line: &&str| {
            [
                "error[", "warning[", "info[", "hint[", "= note:", "= help:", "--> ", "(",
            ]
            .iter()
            .any(|start| line.starts_with(start))
        };
        // The command that says more is added by `check`, and is pinned there.
        let is_of_analysis = |line: &&str| !line.starts_with("= help: for details, run `");
        let mut claimed: Vec<String> = printed
            .text
            .lines()
            .map(str::trim)
            .filter(is_compared)
            .filter(is_of_analysis)
            .map(str::to_owned)
            .collect();
        actual.sort();
        claimed.sort();
        assert_eq!(claimed, actual, "{}", printed.place);
        compared += 1;
    }
    assert!(compared > 0);
}

/// The lines of a diagnostic that `check` prints, without the excerpt and without indent.
fn in_lines(db: &Database, diagnostic: &Diagnostic) -> Vec<String> {
    let spot = |location: Location| {
        let (file, span): (File, Span) = match location {
            Location::Place(place) => place.resolve(db),
            Location::Text(file, span) => (file, span),
            Location::Settings(..) => unreachable!("the model has no settings"),
        };
        let text = &file.source(db).text;
        let index = LineIndex::new(text).line_column(text, span.start, Encoding::Utf32);
        format!("{}:{}:{}", file.path(db), index.line + 1, index.column + 1)
    };
    let weight = match diagnostic.severity {
        Severity::Information => "info",
        severity => severity.word(),
    };
    let mut lines = vec![
        format!("{weight}[{}]: {}", diagnostic.code.id, diagnostic.message),
        format!("--> {}", spot(diagnostic.location)),
    ];
    for related in &diagnostic.related {
        lines.extend([
            format!("= note: {}", related.message),
            format!("({})", spot(related.location)),
        ]);
    }
    lines.extend(diagnostic.help.iter().map(|help| format!("= help: {help}")));
    lines
}

#[test]
fn settings_have_nothing_wrong() {
    let blocks = blocks();
    let settings = blocks.iter().filter(|block| block.is("toml"));
    assert!(settings.clone().count() > 0);
    for block in settings {
        let problems =
            Settings::read("threatline.toml".into(), block.text.as_str().into()).problems;
        assert!(problems.is_empty(), "{}: {problems:#?}", block.place);
    }
}

#[test]
fn every_kind_and_every_quantifier_is_explained() {
    let documents = documents();
    let page = |name: &str| {
        let path = format!("server/book/src/reference/{name}.md");
        let page = documents.iter().find(|(name, _)| *name == path);
        &page.unwrap_or_else(|| panic!("{path} is missing")).1
    };
    for schema in KINDS {
        let kind = schema.kind.word();
        let heading = format!("\n### {kind}\n");
        assert!(
            page("declarations").contains(&heading),
            "`{kind}` is missing"
        );
        let properties = format!("{{{{#include ../generated/properties-of-{kind}.md}}}}");
        assert!(
            page("declarations").contains(&properties),
            "{properties} is missing"
        );
    }
    for quantifier in ["any", "all", "no", "count", "components", "stated", "used"] {
        assert!(
            page("conditions").contains(&format!("`{quantifier}(")),
            "`{quantifier}(…)` is missing"
        );
    }
}

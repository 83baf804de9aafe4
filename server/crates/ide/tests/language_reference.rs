//! The language reference holds: what is generated in it is current, every example in it is in the
//! language and in canonical form, what it says that `check` finds is found, and everything that
//! can be written is named in it.
//!
//! In `grammar/README.md`, what stands behind a fence tells what is held of its block:
//!
//! - `threat`: an excerpt. Names in it may be declared elsewhere; nothing else may be wrong with
//!   it.
//! - `threat model CODE…`: a complete model. Its diagnostics have these codes and no other. A line
//!   `// path.threat` begins the next file of it, and is part of it.
//! - `text check`: what `check` says of the model before, but for excerpts and the summary.
//! - `toml`: a `threatline.toml` with nothing wrong in it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use threatline_format::format;
use threatline_model::{
    DERIVED_FACTS, Database, Date, Diagnostic, File, FileText, FindingId, Gives, Kind, Level,
    Location, Many, SEVERITY_MATRIX, Settings, Severity, Span, Workspace, all_findings,
    codes::{self, Class, Code},
    diagnostics, fact_named,
    schema::{self, KINDS, Property, Takes, Words},
};
use threatline_syntax::{Encoding, LineIndex, parse, syntax_errors};

/// The day on which the models of the reference are checked.
const TODAY: Date = Date::constant(2026, 1, 1);
/// Rewrites the generated parts instead of comparing them.
const UPDATE: &str = "UPDATE_REFERENCE";
const ELEMENTS: [Kind; 4] = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../grammar/README.md")
}

fn reference() -> String {
    std::fs::read_to_string(path()).expect("the reference is there")
}

// ---- what is generated -------------------------------------------------------------------------

#[test]
fn the_generated_parts_are_current() {
    let text = reference();
    let (mut current, mut stale) = (text.clone(), Vec::new());
    for (name, part) in parts() {
        let (begin, end) = (
            format!("<!-- generated: {name} -->\n"),
            format!("<!-- end: {name} -->"),
        );
        assert_eq!(
            current.matches(&begin).count(),
            1,
            "grammar/README.md has not one line {begin}"
        );
        let start = current.find(&begin).expect("it was just counted") + begin.len();
        let length = current[start..]
            .find(&end)
            .unwrap_or_else(|| panic!("grammar/README.md has no {end} after {begin}"));
        let part = format!("\n{}\n\n", part.trim());
        if current[start..start + length] != part {
            current.replace_range(start..start + length, &part);
            stale.push(name);
        }
    }
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        if !stale.is_empty() {
            std::fs::write(path(), current).expect("the reference can be written");
        }
        return;
    }
    let different = current
        .lines()
        .zip(text.lines())
        .find(|(current, text)| current != text);
    assert!(
        stale.is_empty(),
        "{stale:?} in grammar/README.md are not what the code says.\nit should say: {}\nit does say:    {}\n\
         Run `{UPDATE}=1 cargo test -p threatline-ide --test reference` and read what has changed.",
        different.map_or("", |(current, _)| current),
        different.map_or("", |(_, text)| text),
    );
}

#[test]
fn every_marker_is_of_a_generated_part() {
    let known: Vec<String> = parts().into_iter().map(|(name, _)| name).collect();
    for line in reference().lines() {
        let name = line
            .strip_prefix("<!-- generated: ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        assert!(
            name.is_none_or(|name| known.iter().any(|known| known == name)),
            "nothing generates {line}"
        );
    }
}

/// The generated parts by name.
fn parts() -> Vec<(String, String)> {
    let mut parts: Vec<(String, String)> = KINDS
        .iter()
        .map(|schema| {
            (
                format!("properties of {}", schema.kind.word()),
                properties(schema),
            )
        })
        .collect();
    let others = [
        ("words", word_lists()),
        ("derived facts", derived_facts()),
        ("stated facts", stated_facts()),
        ("severity", severity()),
        ("impact", impact()),
        ("diagnostics", diagnostic_codes()),
    ];
    parts.extend(others.map(|(name, part)| (name.to_owned(), part)));
    parts
}

/// A table in Markdown.
fn table<const COLUMNS: usize>(
    heading: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let mut text = format!("| {} |\n|{}\n", heading.join(" | "), "---|".repeat(COLUMNS));
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|"));
        writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes everything");
    }
    text
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

fn properties(schema: &schema::KindSchema) -> String {
    table(
        ["property", "takes", "unless stated", "meaning"],
        schema.properties.iter().map(|property| {
            [
                code(property.name),
                takes(property),
                unless_stated(schema.kind, property),
                property.doc.to_owned(),
            ]
        }),
    )
}

fn takes(property: &Property) -> String {
    let (one, several) = match property.takes {
        Takes::Text => ("a string".to_owned(), "strings".to_owned()),
        Takes::Glob => ("a glob".to_owned(), "globs".to_owned()),
        Takes::Words(words) => {
            let list = format!("[{}](#{})", called(words), anchor(called(words)));
            (list.clone(), list)
        }
        Takes::YesNo => ("`yes` or `no`".to_owned(), String::new()),
        Takes::Date => ("a date".to_owned(), "dates".to_owned()),
        Takes::Reference => ("a reference".to_owned(), "references".to_owned()),
        Takes::Name(kinds) if kinds == ELEMENTS => ("an element".to_owned(), "elements".to_owned()),
        Takes::Name(kinds) => (
            format!("a {}", linked(kinds[0], kinds[0].word())),
            several_of(kinds),
        ),
        Takes::Countered => (
            String::new(),
            "[threats](#threat), [rules](#rule), [STRIDE categories](#stride-category)".to_owned(),
        ),
        Takes::Finding => (String::new(), "[findings](#names-of-findings)".to_owned()),
        Takes::Condition => ("a [condition](#conditions)".to_owned(), String::new()),
    };
    if property.many {
        format!("list of {several}")
    } else {
        one
    }
}

/// The kinds of what a list names, elements as one.
fn several_of(kinds: &[Kind]) -> String {
    let has_elements = ELEMENTS.iter().all(|kind| kinds.contains(kind));
    let alone = kinds
        .iter()
        .filter(|kind| !has_elements || !kind.is_element());
    let plural = |kind: &Kind| match kind.word().strip_suffix('y') {
        Some(stem) => linked(*kind, &format!("{stem}ies")),
        None => linked(*kind, &format!("{}s", kind.word())),
    };
    alone
        .map(plural)
        .chain(has_elements.then(|| "elements".to_owned()))
        .collect::<Vec<_>>()
        .join(", ")
}

fn linked(kind: Kind, text: &str) -> String {
    format!("[{text}](#{})", kind.word())
}

fn unless_stated(kind: Kind, property: &Property) -> String {
    let is_fact = || fact_named(&[kind], property.name).map(|fact| fact.gives);
    match (property.default, property.takes) {
        _ if property.required => "**required**".to_owned(),
        (Some(default), Takes::Words(words)) if words.position(default).is_some() => code(default),
        (Some(default), _) => default.to_owned(),
        (None, _)
            if kind.is_element() && matches!(is_fact(), Some(Gives::Word(_) | Gives::YesNo)) =>
        {
            "unknown".to_owned()
        }
        _ => String::new(),
    }
}

/// What a list of words is called, without the article.
fn called(words: &Words) -> &'static str {
    words
        .called
        .split_once(' ')
        .map_or(words.called, |(_, rest)| rest)
}

fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase().replace(' ', "-");
    letters
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
        .collect()
}

fn word_lists() -> String {
    let mut lists: Vec<&'static Words> = Vec::new();
    for property in KINDS.iter().flat_map(|schema| schema.properties) {
        match property.takes {
            Takes::Words(words) if !lists.contains(&words) => lists.push(words),
            _ => {}
        }
    }
    let mut text = String::new();
    for words in lists {
        let name = called(words);
        let heading = name[..1].to_uppercase() + &name[1..];
        let order = if words.ordered {
            "Ordered, from the least to the most."
        } else {
            "Without an order."
        };
        let rows = words
            .words
            .iter()
            .map(|(word, meaning)| [code(word), (*meaning).to_owned()]);
        write!(
            text,
            "### {heading}\n{order}\n\n{}\n",
            table(["word", "meaning"], rows)
        )
        .expect("a string takes everything");
    }
    text
}

fn kinds_in_words(kinds: &[Kind]) -> String {
    if kinds == ELEMENTS {
        "every element".to_owned()
    } else {
        kinds
            .iter()
            .map(|kind| kind.word())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn gives(gives: Gives) -> String {
    let link = |words: &Words| format!("[{}](#{})", called(words), anchor(called(words)));
    match gives {
        Gives::YesNo => "`yes` or `no`".to_owned(),
        Gives::Word(words) => link(words),
        Gives::Words(words) => format!("list of {}", link(words)),
        Gives::Assets => "assets".to_owned(),
        Gives::Named(kind) => format!("a {}", kind.word()),
        Gives::Elements(_, Many::One) => "an element".to_owned(),
        Gives::Elements(kinds, Many::Several) if kinds == [Kind::Flow] => "flows".to_owned(),
        Gives::Elements(..) => "elements".to_owned(),
        Gives::Opaque => "only `stated(…)`".to_owned(),
    }
}

fn derived_facts() -> String {
    table(
        ["fact", "of", "gives", "meaning"],
        DERIVED_FACTS.iter().map(|fact| {
            [
                code(fact.name),
                kinds_in_words(fact.kinds),
                gives(fact.gives),
                fact.doc.to_owned(),
            ]
        }),
    )
}

/// The properties of elements as facts, each once.
fn stated_facts() -> String {
    let mut names: Vec<&str> = Vec::new();
    for property in ELEMENTS
        .iter()
        .flat_map(|kind| schema::of(*kind).properties)
    {
        if !names.contains(&property.name) {
            names.push(property.name);
        }
    }
    let row = |name: &str| {
        let stated_by = |kind: &Kind| schema::of(*kind).property(name).is_some();
        let kinds: Vec<Kind> = ELEMENTS
            .into_iter()
            .filter(|kind| stated_by(kind) && fact_named(&[*kind], name).is_some())
            .collect();
        let fact = fact_named(&kinds, name)?;
        let property = schema::of(kinds[0]).property(name)?;
        let unstated = match (property.default, fact.gives) {
            (Some(default), _) => code(default),
            (None, Gives::Word(_) | Gives::YesNo) => "unknown".to_owned(),
            (None, Gives::Words(_) | Gives::Assets) => "nothing".to_owned(),
            (None, Gives::Named(_)) => "`is` is false".to_owned(),
            _ => "not stated".to_owned(),
        };
        Some([
            code(name),
            kinds_in_words(&kinds),
            gives(fact.gives),
            unstated,
        ])
    };
    table(
        ["fact", "of", "gives", "when it is not stated"],
        names.into_iter().filter_map(row),
    )
}

fn severity() -> String {
    let rows = Level::ALL.map(|likelihood| {
        let of = |impact: Level| {
            SEVERITY_MATRIX[likelihood as usize][impact as usize]
                .word()
                .to_owned()
        };
        let [low, medium, high, critical] = Level::ALL.map(of);
        [
            format!("likelihood **{}**", likelihood.word()),
            low,
            medium,
            high,
            critical,
        ]
    });
    table(
        [
            "",
            "impact **low**",
            "impact **medium**",
            "impact **high**",
            "impact **critical**",
        ],
        rows,
    )
}

/// What becomes of a rule's impact, as the analysis has it: each on flows that carry more and more.
fn impact() -> String {
    let mut text = "process a\nprocess b\nflow of_nothing: a -> b\n".to_owned();
    for class in schema::CLASSIFICATION.names() {
        writeln!(text, "asset {class} {{ classification: {class} }}\nflow of_{class}: a -> b {{ sends: {class} }}")
            .expect("a string takes everything");
    }
    for level in Level::ALL.map(Level::word) {
        writeln!(text, "rule {level} {{ on: flow category: information_disclosure impact: {level} when: in_scope }}")
            .expect("a string takes everything");
    }
    let mut workspace = Workspace::new(TODAY);
    let model = workspace.set_model("", None);
    workspace.set_file("model.threat", FileText::new(text));
    let db = workspace.db();
    let found = all_findings(db, model);
    let impact = |rule: Level, held: &str| {
        let is = |id: FindingId| id.name(db) == format!("{}@of_{held}", rule.word());
        let finding = found
            .iter()
            .find(|assessed| is(assessed.finding.id))
            .expect("the rule looks at the flow");
        finding.finding.impact.word().to_owned()
    };
    let rows = Level::ALL.map(|rule| {
        let held = [
            "nothing",
            "public",
            "internal",
            "confidential",
            "restricted",
        ]
        .map(|held| impact(rule, held));
        let [nothing, public, internal, confidential, restricted] = held;
        assert_eq!(nothing, public);
        [
            format!("`impact: {}`", rule.word()),
            public,
            internal,
            confidential,
            restricted,
        ]
    });
    let heading = [
        "the rule states",
        "nothing or `public`, `low`",
        "`internal`, `medium`",
        "`confidential`, `high`",
        "`restricted`, `critical`",
    ];
    table(heading, rows)
}

fn diagnostic_codes() -> String {
    let mut text = String::new();
    for class in Class::ALL {
        write!(
            text,
            "### Diagnostics: {}\n\n",
            class.heading().to_lowercase()
        )
        .expect("a string takes everything");
        for code in codes::ALL.iter().filter(|code| code.class == class) {
            text.push_str(&diagnostic_code(code));
        }
    }
    text
}

fn diagnostic_code(code: &Code) -> String {
    let weight = match code.class {
        Class::Finding => "by severity".to_owned(),
        _ => code.severity.word().to_owned(),
    };
    let mut text = format!(
        "#### {}\n*{weight}* · {}\n\n{}\n\n",
        code.id, code.summary, code.doc
    );
    if !code.example.is_empty() {
        // What is no text cannot be shown as one, and what cannot be read is shown as it is.
        let (language, example) = match format(code.example) {
            Ok(formatted) => ("threat example", formatted),
            Err(_) => ("text", code.example.to_owned()),
        };
        write!(text, "```{language}\n{}\n```\n\n", example.trim_end())
            .expect("a string takes everything");
    }
    text
}

// ---- what is written by hand -------------------------------------------------------------------

/// A block of code.
struct Block {
    /// The words behind the fence.
    info: String,
    text: String,
    /// The line of the fence, counted from 1.
    line: usize,
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
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in reference().lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                blocks.push(Block {
                    info: info.to_owned(),
                    text: String::new(),
                    line: at + 1,
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
    assert!(!open, "the last block has no end");
    blocks
}

/// The files of a block: what stands before the first line `// path.threat` is `model.threat`, or a
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
        assert!(
            errors.is_empty(),
            "grammar/README.md:{}: {errors:#?}",
            block.line
        );
        let formatted = format(&block.text).expect("it has no errors");
        assert_eq!(
            block.text, formatted,
            "grammar/README.md:{}: the example is not in canonical form",
            block.line
        );
    }
}

#[test]
fn excerpts_say_nothing_wrong() {
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
        assert!(
            wrong.is_empty(),
            "grammar/README.md:{}: {wrong:#?}",
            block.line
        );
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
        let told: Vec<_> = found.iter().map(|diagnostic| &diagnostic.message).collect();
        assert_eq!(
            claimed, codes,
            "grammar/README.md:{}: {told:#?}",
            block.line
        );
    }
}

#[test]
fn what_check_says_is_what_it_says() {
    let blocks = blocks();
    let mut told = 0;
    for pair in blocks.windows(2).filter(|pair| pair[1].is("text check")) {
        let [model, said] = pair else {
            unreachable!("windows of two")
        };
        assert!(
            model.is("threat model"),
            "grammar/README.md:{}: no model stands before it",
            said.line
        );
        let (workspace, found) = check(model);
        let mut actual: Vec<String> = found
            .iter()
            .flat_map(|diagnostic| in_lines(workspace.db(), diagnostic))
            .collect();
        let is_told = |line: &&str| {
            [
                "error[", "warning[", "info[", "hint[", "= note:", "= help:", "--> ", "(",
            ]
            .iter()
            .any(|start| line.starts_with(start))
        };
        let mut claimed: Vec<String> = said
            .text
            .lines()
            .map(str::trim)
            .filter(is_told)
            .map(str::to_owned)
            .collect();
        actual.sort();
        claimed.sort();
        assert_eq!(claimed, actual, "grammar/README.md:{}", said.line);
        told += 1;
    }
    assert!(told > 0);
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
        let at = LineIndex::new(text).line_column(text, span.start, Encoding::Utf32);
        format!("{}:{}:{}", file.path(db), at.line + 1, at.column + 1)
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
        assert!(
            problems.is_empty(),
            "grammar/README.md:{}: {problems:#?}",
            block.line
        );
    }
}

#[test]
fn everything_that_can_be_written_is_named() {
    let text = reference();
    let mut names: BTreeSet<&str> = DERIVED_FACTS.iter().map(|fact| fact.name).collect();
    for schema in KINDS {
        assert!(
            text.contains(&format!("\n### {}\n", schema.kind.word())),
            "no section tells of `{}`",
            schema.kind.word()
        );
        names.extend(schema.properties.iter().map(|property| property.name));
        for property in schema.properties {
            if let Takes::Words(words) = property.takes {
                names.extend(words.names());
            }
        }
    }
    for name in names {
        assert!(text.contains(&code(name)), "`{name}` is not named");
    }
    for code in codes::ALL {
        assert!(
            text.contains(&format!("\n#### {}\n", code.id)),
            "no section tells of `{}`",
            code.id
        );
    }
    for function in ["any", "all", "no", "count", "components", "stated", "used"] {
        assert!(
            text.contains(&format!("`{function}(")),
            "`{function}(…)` is not told"
        );
    }
}

#[test]
fn links_lead_somewhere() {
    let text = reference();
    let mut fenced = false;
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if !fenced && heading.len() < line.len() && heading.starts_with(' ') {
            let anchor = anchor(heading.trim());
            assert!(anchors.insert(anchor.clone()), "two headings are #{anchor}");
        }
    }
    for link in text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(anchors.contains(anchor), "no heading is {link}"),
            None => {
                let link = link.split('#').next().unwrap_or(link);
                assert!(
                    path().with_file_name(link).exists() || link.starts_with("https://"),
                    "nothing is at {link}"
                )
            }
        }
    }
}

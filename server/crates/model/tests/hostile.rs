//! Texts that nobody writes: none of them may bring the analysis down or keep it busy.

use salsa::EventKind;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use threatline_model::{
    Database, Date, Diagnostic, FileText, MAX_FINDINGS_OF_AN_ELEMENT, MAX_OF_A_CODE,
    MAX_SUGGESTIONS, Severity, Span, Workspace, all_findings, assessed, diagnostics, full_name,
    unlisted, unlisted_in,
};
use threatline_syntax::MAX_ERRORS;
use threatline_syntax::lexer::Lexer;
use threatline_testkit::{Random, TODAY, cases, render};

/// How much more an optimized build is asked to take.
const SCALE: usize = if cfg!(debug_assertions) { 1 } else { 5 };

/// Asks for everything there is to say of some files, and gives the codes that are told, with how
/// often; what is counted and not listed counts.
#[track_caller]
fn codes(files: Vec<(String, Vec<u8>)>) -> Vec<(&'static str, usize)> {
    let mut workspace = Workspace::new(TODAY);
    let model = workspace.set_model("", None);
    let files = files
        .into_iter()
        .map(|(path, bytes)| (path.into(), FileText::decode(bytes)))
        .collect();
    workspace.load(files);
    let db = workspace.db();
    let mut codes_found: Vec<&'static str> = Vec::new();
    for &file in model.files(db).iter() {
        let reported = diagnostics(db, file);
        for diagnostic in &reported {
            codes_found.extend(iter::repeat_n(diagnostic.code.id, diagnostic.stands_for));
        }
        // Whatever the text is, not more is said of it than it says.
        let (reported, tokens) = (reported.len(), Lexer::new(&file.source(db).text).count());
        assert!(
            reported <= tokens + 1,
            "{reported} diagnostics of {tokens} words and signs"
        );
    }
    all_findings(db, model);
    codes_found.sort_unstable();
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for code in codes_found {
        match counts.last_mut() {
            Some((last, count)) if *last == code => *count += 1,
            _ => counts.push((code, 1)),
        }
    }
    counts
}

#[track_caller]
fn codes_of(text: impl Into<String>) -> Vec<(&'static str, usize)> {
    codes(vec![("m.threat".to_owned(), text.into().into_bytes())])
}

/// Which codes are told, and not how often: that depends on [`SCALE`].
/// The codes, but those that ask for what such texts leave out.
fn names(counts: &[(&'static str, usize)]) -> String {
    let is_question = |code: &&str| ["nothing-to-protect", "unstated-fact"].contains(code);
    let codes = counts.iter().map(|(code, _)| *code);
    let codes: Vec<&str> = codes.filter(|code| !is_question(code)).collect();
    codes.join(" ")
}

#[track_caller]
fn check(text: impl Into<String>, expected: &str) {
    assert_eq!(names(&codes_of(text)), expected);
}

fn count(counts: &[(&str, usize)], code: &str) -> usize {
    counts
        .iter()
        .find(|(of, _)| *of == code)
        .map_or(0, |(_, count)| *count)
}

#[test]
fn nothing() {
    for (text, expected) in [
        (" ", ""),
        ("\n", ""),
        ("\r", ""),
        ("\t\u{a0}\u{2028}", "syntax-error"),
        ("//", ""),
        ("///", "loose-description"),
        ("\u{feff}", ""),
        ("\0", "syntax-error"),
    ] {
        check(text, expected);
    }
    assert_eq!(codes_of(""), []);
    assert_eq!(
        codes_of("\u{feff}asset a { classification: public }\n"),
        [("unused-asset", 1)]
    );
}

#[test]
fn noise() {
    let mut random = Random::new(7);
    for length in [1, 10, 1_000, 100_000 * SCALE] {
        let bytes = (0..length).map(|_| random.below(256) as u8).collect();
        let reported = codes(vec![("m.threat".to_owned(), bytes)]);
        assert!(
            names(&reported).contains("syntax-error"),
            "{length}: {reported:?}"
        );
    }
    // Noise of the language's own signs and words.
    let words = [
        "{",
        "}",
        "\"",
        "\"\"\"",
        "->",
        ":",
        ",",
        "@",
        "(",
        ")",
        "in",
        "flow",
        "process a",
        "rule r",
        "when",
        "not",
    ];
    let text: Vec<&str> = (0..5_000 * SCALE).map(|_| *random.pick(&words)).collect();
    let reported = codes_of(text.join(" "));
    for code in ["syntax-error", "misplaced-declaration", "unknown-property"] {
        assert!(count(&reported, code) > 0, "{code} of {reported:?}");
    }
}

#[test]
fn one_long_line() {
    let long = cases(400_000, 2_000_000) * SCALE;
    let line = "process a { technology: web_service } ".repeat(2_500 * SCALE);
    check(line, "duplicate-declaration isolated-element");
    check("x".repeat(long), "syntax-error");
    check(
        format!("process a \"{}\"", "x".repeat(long)),
        "isolated-element",
    );
    check(
        format!(
            "process a {{ accepts: {} }}",
            "json, ".repeat(cases(5_000, 20_000))
        ),
        "duplicate-value isolated-element",
    );
    check(
        format!(
            "process a {{ tags: {} }}",
            "\"t\", ".repeat(cases(5_000, 20_000))
        ),
        "duplicate-value isolated-element",
    );
    check(
        format!(
            "process a {{ handles: {} }}",
            (0..3_000)
                .map(|index| format!("n{index}, "))
                .collect::<String>()
        ),
        "isolated-element unresolved-reference",
    );
    check(
        format!(
            "process p\naccept a {{ findings: {} }}",
            "nothing@p, ".repeat(cases(10_000, 40_000))
        ),
        "isolated-element missing-property unresolved-reference",
    );
    check("{".repeat(50_000), "syntax-error");
    check("\"".repeat(50_000), "syntax-error");
    check(
        "process ".repeat(5_000 * SCALE),
        "duplicate-declaration isolated-element",
    );
    check(
        "process p { ".repeat(5_000 * SCALE),
        "duplicate-declaration isolated-element syntax-error",
    );
    check("proces a { b: c } ".repeat(2_000), "syntax-error");
}

#[track_caller]
fn rule(condition: &str) -> Vec<(&'static str, usize)> {
    let head = "process p { redundancy: yes }\nexternal e\nflow e -> p\n";
    codes_of(format!(
        "{head}rule r {{ on: process category: tampering when: {condition} }}"
    ))
}

#[test]
fn deep_conditions() {
    const DEEP: usize = 10_000;
    let reported = |condition: String| count(&rule(&condition), "invalid-condition");
    assert!(
        reported(format!(
            "{}redundancy{}",
            "(".repeat(DEEP),
            ")".repeat(DEEP)
        )) > 0
    );
    assert!(reported(format!("{}redundancy", "not ".repeat(DEEP))) > 0);
    assert!(
        reported(format!(
            "{}authorization = none{}",
            "any(incoming where ".repeat(DEEP),
            ")".repeat(DEEP)
        )) > 0
    );
    // Chains are as long as they like.
    assert_eq!(
        reported(format!("redundancy{}", " and redundancy".repeat(DEEP))),
        0
    );
    assert_eq!(
        reported(format!("redundancy{}", " or redundancy".repeat(DEEP))),
        0
    );
    assert!(reported(format!("redundancy{}", " and redundancy".repeat(4 * DEEP))) > 0);
    for (condition, expected) in [
        (
            format!("privileges in ({})", "admin, ".repeat(DEEP)),
            "empty-flow missing-mitigation",
        ),
        (
            "(".repeat(DEEP),
            "empty-flow missing-mitigation syntax-error",
        ),
        (
            "not ".repeat(DEEP),
            "empty-flow invalid-condition missing-mitigation syntax-error",
        ),
        (
            format!("redundancy{}", " and".repeat(DEEP)),
            "empty-flow invalid-condition missing-mitigation",
        ),
        (
            format!("source{}", ".source".repeat(DEEP)),
            "empty-flow invalid-condition missing-mitigation",
        ),
        (
            "any(incoming where any(".repeat(DEEP / 2),
            "empty-flow missing-mitigation syntax-error",
        ),
    ] {
        assert_eq!(names(&rule(&condition)), expected);
    }
}

/// Quantifiers in quantifiers multiply: each level looks at all members again.
#[test]
fn quantifiers_within_quantifiers() {
    let nest = |levels: usize| {
        let open = "any(incoming where any(source.outgoing where ".repeat(levels);
        format!(
            "rule r {{ on: process category: tampering when: {open}usage = operations{} }}\n",
            "))".repeat(levels)
        )
    };
    let flows: String = (0..12)
        .map(|index| format!("flow f{index}: e -> p\n"))
        .collect();
    for (levels, expected) in [
        (1, "empty-flow missing-mitigation"),
        (2, "empty-flow invalid-condition missing-mitigation"),
        (30, "empty-flow invalid-condition missing-mitigation"),
    ] {
        check(
            format!("process p\nexternal e\n{flows}{}", nest(levels)),
            expected,
        );
    }
}

#[test]
fn deep_boundaries() {
    let chain = |length: usize| {
        let mut text = "boundary b0\n".to_owned();
        for index in 1..length {
            text += &format!("boundary b{index} in b{}\n", index - 1);
        }
        text + &format!(
            "process p in b{}\nprocess q in b0\nflow p -> q\nflow q -> p\n",
            length - 1
        )
    };
    check(chain(60), "empty-flow");
    check(chain(2_000 * SCALE), "deep-nesting empty-flow");
    // The same, but each in a file of its own, the innermost first.
    let files = (0..500).map(|index| {
        let text = format!(
            "boundary b{index} in b{}\nprocess p{index} in b{index}\n",
            index + 1
        );
        (format!("{index:04}.threat"), text.into_bytes())
    });
    assert_eq!(
        names(&codes(files.collect())),
        "deep-nesting isolated-element unresolved-reference"
    );
}

#[test]
fn circles() {
    let circle = |kind: &str, of: &dyn Fn(usize, usize) -> String, length: usize| {
        let text: String = (0..length)
            .map(|index| format!("{kind} n{index} {}\n", of(index, (index + 1) % length)))
            .collect();
        // Entered from every member, in either order of the files.
        for turn in 0..length.min(3) {
            let users: String = (0..length)
                .map(|index| {
                    format!(
                        "process p{index}\nflow f{index}: p{index} -> p{}\n",
                        (index + 1) % length
                    )
                })
                .collect();
            let mut lines: Vec<&str> = text.lines().collect();
            lines.rotate_left(turn);
            let codes_found = codes_of(format!("{}\n{users}", lines.join("\n")));
            let cycles =
                count(&codes_found, "boundary-cycle") + count(&codes_found, "definition-cycle");
            assert_eq!(
                cycles,
                length.min(cycles.max(length)),
                "{kind} of {length}: {codes_found:?}"
            );
        }
    };
    for length in [1, 2, 3, 50] {
        circle("boundary", &|_, next| format!("in n{next}"), length);
        circle(
            "technology",
            &|_, next| format!("{{ is: n{next} }}"),
            length,
        );
        circle("protocol", &|_, next| format!("{{ is: n{next} }}"), length);
        circle(
            "mitigation",
            &|_, next| format!("{{ based_on: n{next} }}"),
            length,
        );
    }
    // Something leads into a circle that it is not in.
    check(
        "boundary a in b\nboundary b in c\nboundary c in b\n\
         process p in a\nflow p -> q\nprocess q in c",
        "boundary-cycle empty-flow",
    );
    check(
        "technology a { is: b, c }\ntechnology b { is: c, a }\n\
         technology c { is: a, b }\nprocess p { technology: a }",
        "definition-cycle isolated-element",
    );
    check(
        "threat t { category: spoofing targets: t }\nmitigation m { counters: t based_on: m }",
        "definition-cycle missing-mitigation unused-mitigation wrong-kind",
    );
    check(
        "component a.b\nprocess a\nflow a.b -> a { sends: a }",
        "unresolved-reference wrong-kind",
    );
}

/// A circle too long to be looked for ends.
#[test]
fn long_circles() {
    for (kind, expected) in [
        ("boundary", "deep-nesting"),
        ("technology", "definition-cycle"),
        ("mitigation", "definition-cycle"),
    ] {
        let text = |index: usize, next: usize| match kind {
            "boundary" => format!("boundary n{index} in n{next}\n"),
            "technology" => format!("technology n{index} {{ is: n{next} }}\n"),
            _ => format!("mitigation n{index} {{ based_on: n{next} }}\n"),
        };
        let length = 500 * SCALE;
        let circle = (0..length).map(|index| text(index, (index + 1) % length));
        check(circle.collect::<String>(), expected);
    }
}

#[test]
fn line_ends() {
    let text = "component a\nasset x\n\nprocess p {\n  tecnology: web\n}\n/// Loose.\n";
    let with = |end: &str| {
        let mut workspace = Workspace::new(TODAY);
        workspace.set_model("", None);
        workspace.set_file("m.threat", FileText::new(text.replace('\n', end)));
        render(&workspace)
    };
    assert_eq!(with("\n"), with("\r\n"));
    assert_eq!(with("\n"), with("\r"));
}

#[test]
fn strings() {
    let string = |text: &str| codes_of(format!("process p \"{text}\""));
    for wrong in [
        "\\u{d800}",
        "\\u{110000}",
        "\\u{}",
        "\\u{ffffffffff}",
        "\\u{zz}",
        "\\x",
        "\\u",
        "\\",
    ] {
        assert!(count(&string(wrong), "syntax-error") > 0, "{wrong}");
    }
    for right in [
        "\\u{0}",
        "\\u{10ffff}",
        "\u{202e}",
        "\\\"",
        "e\u{301}",
        "👩‍👩‍👧",
    ] {
        assert_eq!(count(&string(right), "syntax-error"), 0, "{right}");
    }
}

/// What an analysis of a text takes, at best of two.
fn time_for(text: &str) -> Duration {
    let run = |_| {
        let started = Instant::now();
        codes_of(text);
        started.elapsed()
    };
    (0..2).map(run).min().expect("there are two")
}

/// Whatever there is more of in a text, the work grows as the text does, and not as its square: that
/// would be sixteen times as much, and take seconds.
#[test]
fn work_grows_as_the_text_does() {
    type Make = fn(usize) -> String;
    let texts: [(&str, usize, Make); 11] = [
        ("assets in a list", 5_000, |count| {
            let assets = lines(count, |index| format!("asset a{index}"));
            let names = joined(count, |index| format!("a{index}"));
            format!("{assets}process p {{ handles: {names} }}")
        }),
        ("mitigations of an element", 4_000, |count| {
            let mitigations = lines(count, |index| format!("mitigation m{index}"));
            let names = joined(count, |index| format!("m{index}"));
            format!("{mitigations}process p {{ mitigations: {names} }}")
        }),
        ("strings in a list", 8_000, |count| {
            let tags = joined(count, |index| format!("\"t{index}\""));
            format!("process p {{ tags: {tags} }}")
        }),
        ("references", 8_000, |count| {
            let references = joined(count, |index| format!("CWE-{index}"));
            format!("threat t {{ references: {references} }}")
        }),
        ("unnamed flows of an element", 3_000, |count| {
            let ends = lines(count, |index| {
                format!("process p{index}\nflow p -> p{index}")
            });
            format!("process p\n{ends}")
        }),
        ("flows to an element", 4_000, |count| {
            let flows = lines(count, |index| {
                format!("flow f{index}: e -> p {{ protocol: http }}")
            });
            format!("external e\nprocess p\n{flows}")
        }),
        ("signs in a line", 10_000, |count| {
            format!("process p {}", "! ".repeat(count))
        }),
        ("arrows in a line", 5_000, |count| {
            format!("flow a {}", "=> b ".repeat(count))
        }),
        ("misspelt words in a line", 4_000, |count| {
            "proces a { x } ".repeat(count)
        }),
        ("blocks in blocks", 4_000, |count| {
            "component c { ".repeat(count)
        }),
        ("long names", 5_000, |count| {
            format!(
                "process {}\nprocess p in {}",
                "ab".repeat(count),
                "ba".repeat(count)
            )
        }),
    ];
    for (what, count, make) in texts {
        let (few, many) = (make(count), make(4 * count));
        // Other work on the machine slows one measurement down, and not three.
        let grows_too_much = || {
            let (few, many) = (time_for(&few), time_for(&many));
            many > Duration::from_secs(1) && many > few * 10
        };
        assert!(
            !(0..3).all(|_| grows_too_much()),
            "{what}: more than ten times the work for four times as many"
        );
    }
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|index| line(index) + "\n").collect()
}

fn joined(count: usize, value: impl Fn(usize) -> String) -> String {
    (0..count).map(value).collect::<Vec<_>>().join(",")
}

/// Of the problems of a list that is as long as a text, some are kept and all are counted.
#[test]
fn problems_of_one_list_are_kept_up_to_a_number() {
    let unknown = 20 * MAX_OF_A_CODE;
    let text = format!(
        "process p {{ technology: {} }}",
        joined(unknown, |_| "x".to_owned())
    );
    let all = listed(&text, "unresolved-reference");
    assert_eq!(all.len(), MAX_OF_A_CODE + 1);
    let counted: usize = all.iter().map(|one| one.stands_for).sum();
    assert_eq!(counted, unknown);
}

#[test]
fn the_same_name_over_and_over() {
    let codes_found = codes_of("process same\n".repeat(5_000));
    assert_eq!(count(&codes_found, "duplicate-declaration"), 4_999);
    let codes_found =
        codes_of("process a\nprocess b\n".to_owned() + &"flow a -> b\n".repeat(3_000));
    assert_eq!(count(&codes_found, "duplicate-declaration"), 2_999);
    let codes_found = codes(
        (0..500)
            .map(|index| {
                (
                    format!("{index}.threat"),
                    b"component same\nasset x".to_vec(),
                )
            })
            .collect(),
    );
    assert_eq!(count(&codes_found, "duplicate-declaration"), 499);
    check(
        format!("process p {{ {} }}", "redundancy: yes ".repeat(5_000)),
        "duplicate-property isolated-element",
    );
    check(
        "component c\n".repeat(3_000),
        "duplicate-declaration misplaced-declaration",
    );
    check(
        "accept a { findings: spoofing@p by: \"x\" until: 2027-01-01 because: \"y\" }\n"
            .repeat(1_000)
            + "process p",
        "duplicate-declaration idle-acceptance isolated-element",
    );
}

#[test]
fn nothing_resolves() {
    let mut text = String::new();
    for index in 0..150 * SCALE {
        text += &format!(
            "process p{index} in nowhere{index} {{ technology: what{index} \
             handles: which{index} mitigations: how{index} }}
             flow who{index} -> whom{index} {{ protocol: so{index} sends: a.b.c{index} }}
             threat t{index} {{ category: any{index} targets: x{index} affects: y{index} }}
             accept a{index} {{ findings: r{index}@s{index}, spoofing@(u{index} -> v{index}) \
             by: \"x\" until: 2026-99-99 because: \"y\" }}\n"
        );
    }
    assert!(count(&codes_of(text), "unresolved-reference") > 150);
}

#[test]
fn long_names() {
    let name = "n".repeat(100_000);
    check(
        format!("process {name} in {name}x\nflow {name} -> {name} {{ sends: {name}y, {name}z }}"),
        "self-flow unresolved-reference",
    );
    check(
        format!("component {}", "a.".repeat(3_000) + "b"),
        "unresolved-reference",
    );
    check(
        format!("process p {{ technology: {} }}", "a.".repeat(20_000) + "b"),
        "isolated-element unresolved-reference",
    );
    check(
        format!("component {}\nprocess p in x", vec!["c"; 2_000].join(".")),
        "isolated-element unresolved-reference",
    );
    check(
        format!("process p {{ {name}: {name} }}"),
        "isolated-element unknown-property",
    );
    check(
        format!("rule r {{ on: flow category: tampering when: {name} = {name} }}"),
        "invalid-condition",
    );
}

/// Everything flows to one element, which holds everything.
#[test]
fn one_hub() {
    let mut text = "process hub\nboundary all { trust: low }\n".to_owned();
    for index in 0..300 * SCALE {
        text += &format!(
            "asset a{index} {{ classification: restricted }}
             process p{index} in all {{ accepts: serialized_objects }}
             flow p{index} -> hub {{ sends: a{index} }}\n"
        );
    }
    text +=
        "rule near { on: process category: tampering when: any(neighbors where accepts = xml) }\n";
    let codes = codes_of(text);
    assert!(count(&codes, "unstated-fact") > 0, "{codes:?}");
}

#[test]
fn one_large_file() {
    let mut text = String::new();
    let size = 2_000 * SCALE;
    for index in 0..size / 2 {
        text += &format!(
            "process p{index} {{ technology: web_service }}\n\
             flow p{index} -> p{} {{ protocol: https }}\n",
            (index * 7 + 1) % (size / 2)
        );
    }
    let codes_found = codes_of(text.clone());
    assert_eq!(count(&codes_found, "empty-flow"), size / 2);
    // And an edit in it.
    let mut workspace = Workspace::new(Date::constant(2026, 1, 1));
    workspace.set_model("", None);
    let file = workspace.set_file("m.threat", FileText::new(text));
    diagnostics(workspace.db(), file);
    let before = render(&workspace).lines().count();
    workspace.edit(file, Span::new(0, 0), "// More.\n");
    assert_eq!(render(&workspace).lines().count(), before);
}

/// Spans that do not fit the text are passed over.
#[test]
fn edits_outside_of_the_text() {
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    let file = workspace.set_file("m.threat", FileText::new("asset é"));
    for (start, end) in [(0, 99), (99, 99), (7, 7), (5, 2), (6, 7)] {
        workspace.edit(file, Span::new(start, end), "x");
        assert_eq!(&*file.source(workspace.db()).text, "asset é");
    }
}

#[test]
fn syntax_errors_are_reported_up_to_a_limit() {
    let reported = |lines: usize| listed(&"process a \"x\n".repeat(lines), "syntax-error");
    assert_eq!(reported(90).len(), 90);
    assert_eq!(reported(2000).len(), 101);
    assert_eq!(reported(4000).len(), 101);
    assert_eq!(
        count(&codes_of("process a \"x\n".repeat(2000)), "syntax-error"),
        2000
    );
}

/// However many errors a text has, a number of them is kept and the rest is counted, also after
/// edits that add some or remove them.
#[test]
fn syntax_errors_are_kept_up_to_a_number() {
    let line = "process a \"x\n";
    let fresh = |text: &str| {
        let mut workspace = Workspace::new(TODAY);
        workspace.set_model("", None);
        let file = workspace.set_file("m.threat", FileText::new(text));
        file.source(workspace.db()).errors.clone()
    };
    // One piece, and many.
    let block = format!("process a {{\n{}", "  owner: \"x\n".repeat(5_000));
    for text in [line.repeat(5_000), block] {
        let errors = fresh(&text);
        assert_eq!(errors.listed.len(), MAX_ERRORS);
        assert!(errors.len() >= 5_000, "{}", errors.len());
    }
    let mut text = line.repeat(MAX_ERRORS - 1);
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    let file = workspace.set_file("m.threat", FileText::new(&*text));
    let end = (line.len() * 500) as u32;
    for (start, end, new) in [
        (0, 0, line.repeat(3)),
        (0, 0, line.to_owned()),
        (0, end, String::new()),
        (0, 0, line.repeat(600)),
    ] {
        workspace.edit(file, Span { start, end }, &new);
        text.replace_range(start as usize..end as usize, &new);
        let errors = &file.source(workspace.db()).errors;
        assert_eq!(*errors, fresh(&text));
        assert_eq!(errors.len(), text.lines().count());
    }
}

/// However many names nothing declares, a near one is looked for only for the first of them.
#[test]
fn similar_names_are_searched_up_to_a_limit() {
    for unknown in [MAX_SUGGESTIONS - 1, MAX_SUGGESTIONS + 1, 3 * MAX_OF_A_CODE] {
        let mut text = String::new();
        for number in 0..unknown {
            text +=
                &format!("boundary place_{number:04}\nprocess p{number} in plaze_{number:04}\n");
        }
        let searches = Arc::new(AtomicUsize::new(0));
        let counted = searches.clone();
        let database = Database::observed(move |event| {
            if let EventKind::WillExecute { database_key } = event.kind
                && format!("{database_key:?}").contains("nearest_declarations")
            {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut workspace = Workspace::with(database, TODAY);
        workspace.set_model("", None);
        let file = workspace.set_file("m.threat", FileText::new(text));
        let count = || {
            let mut listed = diagnostics(workspace.db(), file);
            listed.retain(|diagnostic| diagnostic.code.id == "unresolved-reference");
            let suggested = listed
                .iter()
                .map(|diagnostic| diagnostic.replacement.is_some());
            let suggested: Vec<bool> = suggested.collect();
            assert!(
                suggested.is_sorted_by(|before, after| before >= after),
                "the first have one"
            );
            suggested.into_iter().filter(|is_there| *is_there).count()
        };
        let expected = unknown.min(MAX_SUGGESTIONS);
        assert_eq!((count(), count()), (expected, expected));
        assert_eq!(searches.load(Ordering::Relaxed), expected);
    }
}

/// The diagnostics of a code in a file, those that stand for others among them.
fn listed(text: &str, code: &str) -> Vec<Diagnostic> {
    let mut workspace = Workspace::new(TODAY);
    workspace.set_model("", None);
    let file = workspace.set_file("m.threat", FileText::new(text));
    let mut listed = diagnostics(workspace.db(), file);
    listed.retain(|diagnostic| diagnostic.code.id == code);
    listed
}

#[test]
fn diagnostics_of_one_code_are_listed_up_to_a_number() {
    let text = "process same\n".repeat(MAX_OF_A_CODE + 1);
    let all = listed(&text, "duplicate-declaration");
    assert_eq!(all.len(), MAX_OF_A_CODE);
    assert!(all.iter().all(|diagnostic| diagnostic.stands_for == 1));

    let text = "process same\n".repeat(MAX_OF_A_CODE + 8);
    let all = listed(&text, "duplicate-declaration");
    let (more, each) = all.split_last().expect("there are some");
    assert_eq!(each.len(), MAX_OF_A_CODE);
    assert_eq!(more.stands_for, 7);
    assert_eq!(more.severity, Severity::Error);
    assert_eq!(
        more.message,
        "7 more `duplicate-declaration` in this file, the first of them here"
    );
}

/// What weighs most is listed, wherever it is.
#[test]
fn the_heaviest_of_one_code_are_listed() {
    let threats = |severity: &str, name: &str, number: usize| -> String {
        let threat = |index| {
            format!(
                "threat {name}{index} {{ targets: p category: spoofing likelihood: {severity} \
                 impact: {severity} }}\n"
            )
        };
        (0..number).map(threat).collect()
    };
    let text = "process p\n".to_owned()
        + &threats("low", "minor", MAX_OF_A_CODE)
        + &threats("high", "severe", 3);
    let all = listed(&text, "missing-mitigation");
    let errors = all.iter().filter(|one| one.severity == Severity::Error);
    assert_eq!(errors.count(), 3);
    let more = all.iter().find(|one| one.stands_for > 1);
    let more = more.expect("some are not listed");
    assert_eq!((more.stands_for, more.more_findings), (3, 3));
    assert_eq!(more.severity, Severity::Information);
}

/// A finding of a rule on many elements is one diagnostic, whose length has an end.
#[test]
fn findings_of_one_rule_are_listed_up_to_a_number() {
    let rule = "rule odd { on: process category: tampering when: technology is rest_api }\n";
    let processes = (0..350).map(|index| format!("process p{index} {{ technology: rest_api }}\n"));
    let text = rule.to_owned() + &processes.collect::<String>();
    let all = listed(&text, "missing-mitigation");
    let odd = all.iter().find(|one| one.number_of_findings() == 350);
    let odd = odd.expect("all elements are counted");
    assert_eq!(odd.findings.len(), 100);
    assert!(odd.related.len() < 110, "{}", odd.related.len());
    assert!(
        odd.message.contains("`p0`, `p1`, `p2` and 347 more"),
        "{}",
        odd.message
    );
    let last = odd.related.last().expect("there are some");
    assert_eq!(
        last.message,
        "and 250 more findings, the first of them here"
    );
}

/// A model in which each of some rules finds something on each of some processes.
fn rules_and_processes(rules: usize, processes: usize) -> String {
    let rule = |index| {
        let impact = if index + 1 == rules {
            "critical"
        } else {
            "low"
        };
        format!(
            "rule r{index} {{ on: process category: tampering likelihood: high impact: {impact} \
             when: technology is rest_api }}\n"
        )
    };
    let process = |index| format!("process p{index} {{ technology: rest_api }}\n");
    let rules: String = (0..rules).map(rule).collect();
    rules + &(0..processes).map(process).collect::<String>()
}

#[test]
fn findings_on_one_element_are_listed_up_to_a_number() {
    let rules = MAX_FINDINGS_OF_AN_ELEMENT + 50;
    let text = rules_and_processes(rules, 4)
        + "accept last { findings: r0@p0, r0@p1 by: \"CISO\" until: 2099-01-31 because: \"x\" }\n\
           accept none { findings: r0@idle by: \"CISO\" until: 2099-01-31 because: \"x\" }\n\
           process idle\n";
    let mut workspace = Workspace::new(TODAY);
    let model = workspace.set_model("", None);
    let file = workspace.set_file("m.threat", FileText::new(text));
    let db = workspace.db();
    let processes = file.declarations(db).iter().copied();
    let mut processes = processes.filter(|decl| decl.shape(db).name.as_deref() == Some("p0"));
    let process = processes.next().expect("it is declared");

    let listed = assessed(db, process);
    assert_eq!(listed.len(), MAX_FINDINGS_OF_AN_ELEMENT);
    // The last rule of all is listed, since it is the most severe; what is left is not worse.
    let severities = listed.iter().map(|one| one.finding.severity);
    let least = severities.clone().min().expect("there are some");
    let of_last = listed
        .iter()
        .filter(|one| *full_name(db, one.finding.id.definition()) == format!("r{}", rules - 1));
    assert_eq!(of_last.count(), 1);
    let left = unlisted(db, process);
    assert!(left.worst() <= Some(least));
    let library = listed.len() + left.all() - rules;
    assert!(library < 40, "{library} findings of the library's rules");

    // All are counted, and what is accepted is known to be there.
    let counted = unlisted_in(db, model.files(db)).all() + all_findings(db, model).len();
    assert!(counted >= 4 * rules, "{counted}");
    let problems = diagnostics(db, file);
    let reported: usize = problems.iter().map(Diagnostic::number_of_findings).sum();
    assert!(reported + 2 >= 4 * rules, "{reported}");
    let idle = problems
        .iter()
        .filter(|one| one.code.id == "idle-acceptance");
    assert_eq!(idle.count(), 1);
    let more = problems
        .iter()
        .find(|one| one.message.contains("counted and not listed"));
    let more = more.expect("there are more than are listed");
    assert_ne!(more.severity, Severity::Error);
}

/// An element asks for the rules that look at it all at once, however many there are.
#[test]
fn what_is_kept_grows_with_the_elements_and_not_with_the_rules() {
    let kept = |rules: usize| {
        let mut workspace = Workspace::new(TODAY);
        let model = workspace.set_model("", None);
        workspace.set_file("m.threat", FileText::new(rules_and_processes(rules, 10)));
        all_findings(workspace.db(), model).len()
    };
    assert_eq!(
        kept(2 * MAX_FINDINGS_OF_AN_ELEMENT),
        kept(4 * MAX_FINDINGS_OF_AN_ELEMENT)
    );
}

//! The queries that editors use: each fits the grammar, and finds in one small model exactly what
//! is listed here.

use tree_sitter::{Language, Parser, Query, QueryCursor, StreamingIterator};

const MODEL: &str = r#"/// Where it *starts*.
///
/// And ends.
component shop.front "Front" in edge.vpc {
  owner: "a\n", """b
    c""" // who
  backup: yes, 12, 2027-02-01,
    CWE-79
}

// One.
// Two.
process api
/// Once.
flow buy "Buy": user -> api
accept risk {
  findings: spoofing@api, late.rule@(user -> api)
}
rule late {
  when: not (a or b) and count(incoming where x >= yes) > 2
    and kind in (person, device) and technology is kafka
}
"#;

/// Each match of a query in the order of the text: its line, and what each capture holds.
fn matches(query: &str, text: &str) -> String {
    let language: Language = tree_sitter_threat::LANGUAGE.into();
    let query = Query::new(&language, query).unwrap_or_else(|error| panic!("{error}"));
    let mut parser = Parser::new();
    parser
        .set_language(&language)
        .expect("the grammar fits the library");
    let tree = parser.parse(text, None).expect("parsing has no time limit");
    let mut cursor = QueryCursor::new();
    let mut found = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut lines = Vec::new();
    while let Some(found) = found.next() {
        let start = found.captures[0].node.start_position();
        let mut line = (start.row + 1).to_string();
        for capture in found.captures {
            let name = query.capture_names()[capture.index as usize];
            line += &format!(" @{name} {}", short(&text[capture.node.byte_range()]));
        }
        lines.push((start, found.pattern_index, line + "\n"));
    }
    lines.sort_by_key(|(start, pattern, _)| (*start, *pattern));
    lines.into_iter().map(|(_, _, line)| line).collect()
}

/// The first line of a text and, if there are more, its last.
fn short(text: &str) -> String {
    let mut lines = text.trim_end().lines();
    let first = lines.next().unwrap_or_default();
    lines.next_back().map_or(first.to_owned(), |last| {
        format!("{first} … {}", last.trim_start())
    })
}

fn check(query: &str, expected: &str) {
    let found = matches(query, MODEL);
    assert!(found == expected.trim_start(), "found\n{found}");
}

#[test]
fn highlights() {
    check(
        tree_sitter_threat::HIGHLIGHTS_QUERY,
        r#"
1 @comment.documentation /// Where it *starts*. … /// And ends.
4 @keyword component
4 @variable shop.front
4 @type shop.front
4 @punctuation.delimiter .
4 @string "Front"
4 @keyword in
4 @variable edge.vpc
4 @type edge.vpc
4 @punctuation.delimiter .
4 @punctuation.bracket {
5 @property owner
5 @punctuation.delimiter :
5 @string "a\n"
5 @string.escape \n
5 @punctuation.delimiter ,
5 @string """b … c"""
6 @comment // who
7 @property backup
7 @punctuation.delimiter :
7 @variable yes
7 @constant.builtin yes
7 @punctuation.delimiter ,
7 @number 12
7 @punctuation.delimiter ,
7 @string.special 2027-02-01
7 @punctuation.delimiter ,
8 @constant CWE-79
9 @punctuation.bracket }
11 @comment // One.
12 @comment // Two.
13 @keyword process
13 @variable api
14 @comment.documentation /// Once.
15 @keyword flow
15 @variable buy
15 @function buy
15 @string "Buy"
15 @punctuation.delimiter :
15 @variable user
15 @operator ->
15 @variable api
16 @keyword accept
16 @variable risk
16 @function risk
16 @punctuation.bracket {
17 @property findings
17 @punctuation.delimiter :
17 @variable spoofing
17 @function spoofing
17 @constant.builtin spoofing
17 @operator @
17 @variable api
17 @punctuation.delimiter ,
17 @variable late.rule
17 @function late.rule
17 @punctuation.delimiter .
17 @operator @
17 @punctuation.bracket (
17 @variable user
17 @operator ->
17 @variable api
17 @punctuation.bracket )
18 @punctuation.bracket }
19 @keyword rule
19 @variable late
19 @function late
19 @punctuation.bracket {
20 @property when
20 @punctuation.delimiter :
20 @keyword.operator not
20 @punctuation.bracket (
20 @variable a
20 @keyword.operator or
20 @variable b
20 @punctuation.bracket )
20 @keyword.operator and
20 @variable count
20 @function.builtin count
20 @punctuation.bracket (
20 @variable incoming
20 @keyword.operator where
20 @variable x
20 @operator >=
20 @variable yes
20 @constant.builtin yes
20 @punctuation.bracket )
20 @operator >
20 @number 2
21 @keyword.operator and
21 @variable kind
21 @keyword.operator in
21 @punctuation.bracket (
21 @variable person
21 @punctuation.delimiter ,
21 @variable device
21 @punctuation.bracket )
21 @keyword.operator and
21 @variable technology
21 @keyword.operator is
21 @variable kafka
22 @punctuation.bracket }
"#,
    );
}

#[test]
fn locals() {
    check(
        tree_sitter_threat::LOCALS_QUERY,
        r#"
1 @local.scope /// Where it *starts*. … }
4 @local.definition shop.front
4 @local.reference edge.vpc
7 @local.reference yes
13 @local.definition api
15 @local.definition buy
15 @local.reference user
15 @local.reference api
16 @local.definition risk
17 @local.reference spoofing
17 @local.reference api
17 @local.reference late.rule
17 @local.reference user
17 @local.reference api
19 @local.definition late
21 @local.reference kafka
"#,
    );
}

#[test]
fn folds() {
    check(
        tree_sitter_threat::FOLDS_QUERY,
        r#"
1 @fold /// Where it *starts*. … /// And ends.
4 @fold { … }
5 @fold owner: "a\n", """b … c"""
5 @fold """b … c"""
6 @fold // who
7 @fold backup: yes, 12, 2027-02-01, … CWE-79
11 @fold // One. @fold // Two.
14 @fold /// Once.
16 @fold { … }
17 @fold findings: spoofing@api, late.rule@(user -> api)
19 @fold { … }
20 @fold when: not (a or b) and count(incoming where x >= yes) > 2 … and kind in (person, device) and technology is kafka
"#,
    );
}

#[test]
fn indents() {
    check(
        tree_sitter_threat::INDENTS_QUERY,
        r#"
4 @indent.begin { … }
5 @indent.begin owner: "a\n", """b … c"""
5 @indent.ignore """b … c"""
7 @indent.begin backup: yes, 12, 2027-02-01, … CWE-79
9 @indent.branch }
9 @indent.end }
16 @indent.begin { … }
17 @indent.begin findings: spoofing@api, late.rule@(user -> api)
17 @indent.begin (user -> api)
17 @indent.branch )
18 @indent.branch }
18 @indent.end }
19 @indent.begin { … }
20 @indent.begin when: not (a or b) and count(incoming where x >= yes) > 2 … and kind in (person, device) and technology is kafka
20 @indent.begin (a or b)
20 @indent.branch )
20 @indent.begin count(incoming where x >= yes)
20 @indent.branch )
21 @indent.begin kind in (person, device)
21 @indent.branch )
22 @indent.branch }
22 @indent.end }
"#,
    );
}

#[test]
fn injections() {
    check(
        tree_sitter_threat::INJECTIONS_QUERY,
        r#"
1 @injection.content  Where it *starts*. @injection.content  And ends.
14 @injection.content  Once.
"#,
    );
}

#[test]
fn tags() {
    check(
        tree_sitter_threat::TAGS_QUERY,
        r#"
1 @doc /// Where it *starts*. … /// And ends. @definition.module component shop.front "Front" in edge.vpc { … } @name shop.front
4 @name edge.vpc @reference.class edge.vpc
13 @definition.class process api @name api
14 @doc /// Once. @definition.function flow buy "Buy": user -> api @name buy
15 @name user @reference.class user
15 @name api @reference.class api
16 @definition.constant accept risk { … } @name risk
17 @name spoofing @reference.call spoofing
17 @name api @reference.class api
17 @name late.rule @reference.call late.rule
17 @name user @reference.class user
17 @name api @reference.class api
19 @definition.function rule late { … } @name late
"#,
    );
}

#[test]
fn textobjects() {
    check(
        tree_sitter_threat::TEXTOBJECTS_QUERY,
        r#"
1 @comment.outer /// Where it *starts*. … /// And ends.
1 @comment.inner  Where it *starts*.
3 @comment.inner  And ends.
4 @class.outer component shop.front "Front" in edge.vpc { … }
5 @class.inner owner: "a\n", """b … c""" @class.inner // who @class.inner backup: yes, 12, 2027-02-01, … CWE-79
5 @parameter.outer owner: "a\n", """b … c"""
5 @parameter.inner "a\n"
5 @parameter.inner """b … c"""
6 @comment.outer // who
7 @parameter.outer backup: yes, 12, 2027-02-01, … CWE-79
7 @parameter.inner yes
7 @parameter.inner 12
7 @parameter.inner 2027-02-01
8 @parameter.inner CWE-79
11 @comment.outer // One.
12 @comment.outer // Two.
13 @class.outer process api
14 @comment.outer /// Once.
14 @comment.inner  Once.
15 @class.outer flow buy "Buy": user -> api
16 @class.outer accept risk { … }
17 @class.inner findings: spoofing@api, late.rule@(user -> api)
17 @parameter.outer findings: spoofing@api, late.rule@(user -> api)
17 @parameter.inner spoofing@api
17 @parameter.inner late.rule@(user -> api)
19 @class.outer rule late { … }
20 @class.inner when: not (a or b) and count(incoming where x >= yes) > 2 … and kind in (person, device) and technology is kafka
20 @parameter.outer when: not (a or b) and count(incoming where x >= yes) > 2 … and kind in (person, device) and technology is kafka
20 @parameter.inner not (a or b) and count(incoming where x >= yes) > 2 … and kind in (person, device) and technology is kafka
"#,
    );
}

#[test]
fn a_block_that_is_still_open_indents() {
    let found = matches(tree_sitter_threat::INDENTS_QUERY, "process api {\n");
    assert_eq!(found, "1 @indent.begin {\n");
    let found = matches(
        tree_sitter_threat::INDENTS_QUERY,
        "process api {\n  owner: \"x\"\n\nstore db\n",
    );
    assert_eq!(
        found,
        "1 @indent.begin { … owner: \"x\"\n2 @indent.begin owner: \"x\"\n"
    );
}

#[test]
fn a_remark_inside_a_description_leaves_it_one_text() {
    let found = matches(
        tree_sitter_threat::INJECTIONS_QUERY,
        "/// One\n// remark\n/// Two\nstore db\n",
    );
    assert_eq!(found, "1 @injection.content  One @injection.content  Two\n");
}

/// Helix has names of its own for captures, and so queries of its own.
#[test]
fn the_queries_of_helix_fit_the_grammar_and_color_the_same_words() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/helix/queries/threat");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("they are there")
        .map(|entry| entry.expect("it is").path())
        .collect();
    names.sort();
    assert_eq!(names.len(), 6, "{names:?}");
    for path in names {
        let query = std::fs::read_to_string(&path).expect("it can be read");
        assert!(!matches(&query, MODEL).is_empty(), "{path:?} finds nothing");
    }
    let highlights = std::fs::read_to_string(folder.join("highlights.scm")).expect("it is there");
    let words = |query: &str| {
        let found = matches(query, MODEL);
        let words = found.lines().map(|line| {
            let (index, captured) = line.split_once(" @").expect("a line has a capture");
            format!(
                "{index} {}",
                captured.split_once(' ').map_or("", |(_, text)| text)
            )
        });
        words.collect::<Vec<_>>()
    };
    assert_eq!(
        words(&highlights),
        words(tree_sitter_threat::HIGHLIGHTS_QUERY)
    );
}

//! The lexer against the grammar: of sound text both have the same tokens. And against any text,
//! sound or broken, it has all of it in order.

use std::path::{Path, PathBuf};
use threatline_syntax::lexer::{Lexer, TokenKind};
use threatline_syntax::{Node, is_space, parse, syntax_errors};
use threatline_testkit::{Random, cases};

/// A token, and what is written in it.
type Written = (TokenKind, String);

const CLOSED: TokenKind = TokenKind::Text { is_closed: true };

/// A text in which each construct of the grammar occurs.
const EVERYTHING: &str = r#"
/// Where requests
///   from the outside arrive.
component edge.front "Edge" { owner: "team-edge" source: "services/edge/**" }
boundary internet "Internet" { trust: untrusted }
process gateway "API \"gateway\" \u{41}\\" in edge.vpc { // behind
  technology: api_gateway
  notes: """several " "" lines
    // of text""", review, yes, 3, 2.5
  tags: "https://example.com", "", "// none", ""
  protocol:
}
flow checkout "Checkout": edge.gateway -> api-2 { sends: card, }
flow étage->наклад_1
threat t { references: CAPEC-151, CWE-79, T1190.001, T1190, ASVS-9.1.1 }
accept feed {
  findings: std.unencrypted@partners.feed, rule@(payments.api -> payments.ledger) until: 2027-03-31
}
rule r "Rule" {
  on: flow
  when: crosses and carries >= confidential and not encrypted
    or count(in where access >= write and x) > 2 or kind in (person, device,)
    and not (technology is database or stated(authentication) != x) and a<=b and a<b
}
//// process last {}
process last {}
"#;

fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut pending = vec![root.join("tests/models"), root.join("server/library")];
    let mut texts = vec![EVERYTHING.to_owned()];
    while let Some(folder) = pending.pop() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .expect("the models can be listed")
            .map(|entry| entry.expect("an entry can be read").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|ending| ending == "threat") {
                texts.push(std::fs::read_to_string(&path).expect("a model is text"));
            }
        }
    }
    assert!(texts.len() > 50, "the models are gone");
    texts
}

/// The tokens that the tree of a sound text has.
fn of_tree(text: &str) -> Vec<Written> {
    let tree = parse(text);
    let mut tokens: Vec<(usize, TokenKind, String)> = Vec::new();
    let mut pending = vec![tree.root_node()];
    while let Some(node) = pending.pop() {
        let start = node.start_byte();
        let mut push = |kind, written: &str| tokens.push((start, kind, written.to_owned()));
        let written = &text[node.byte_range()];
        let children: Vec<Node> = node.children(&mut node.walk()).collect();
        match node.kind() {
            "string" | "block_string" => push(CLOSED, written),
            "comment" => push(TokenKind::Comment, written),
            "number" | "date" => push(TokenKind::Number, written),
            "kind" | "property_name" | "reference" => push(TokenKind::Word, written),
            "name" => {
                let mut name = String::new();
                let mut from = start;
                for child in children.iter().filter(|child| child.kind() == "comment") {
                    name += &text[from..child.start_byte()];
                    from = child.end_byte();
                    pending.push(*child);
                }
                name += &text[from..node.end_byte()];
                push(TokenKind::Word, &name.replace(is_space, ""));
            }
            "description_text" => {}
            "///" => {
                let line = text[start..].lines().next().unwrap_or_default();
                let line = line.split('\r').next().unwrap_or_default();
                push(TokenKind::Description, line);
            }
            word if children.is_empty() && word.starts_with(char::is_alphabetic) => {
                push(TokenKind::Word, written);
            }
            _ if children.is_empty() && !written.is_empty() => push(TokenKind::Sign, written),
            _ => pending.extend(children),
        }
    }
    tokens.sort_by_key(|(start, ..)| *start);
    tokens
        .into_iter()
        .map(|(_, kind, written)| (kind, written))
        .collect()
}

/// The tokens of the lexer, with those of a name as one: what is around a dot, and the dot. Its
/// comments follow it.
fn of_lexer(text: &str) -> Vec<Written> {
    let mut tokens: Vec<Written> = Vec::new();
    let mut comments: Vec<Written> = Vec::new();
    for token in Lexer::new(text) {
        let written = token.written(text).to_owned();
        let goes_on = tokens
            .last()
            .is_some_and(|(kind, name)| *kind == TokenKind::Word && name.ends_with('.'));
        match (token.kind, tokens.last_mut()) {
            (TokenKind::Comment, _) => comments.push((token.kind, written)),
            (TokenKind::Sign, Some((TokenKind::Word, name))) if written == "." => name.push('.'),
            (TokenKind::Word, Some((_, name))) if goes_on => name.push_str(&written),
            _ => {
                tokens.append(&mut comments);
                tokens.push((token.kind, written));
            }
        }
    }
    tokens.append(&mut comments);
    tokens
}

fn is_sound(text: &str) -> bool {
    // A string that continues below a comment is wrong, which only lowering tells.
    let is_in_line = |(kind, written): &Written| {
        *kind != CLOSED || written.starts_with("\"\"\"") || !written.contains(['\n', '\r'])
    };
    syntax_errors(&parse(text), text).is_empty() && of_tree(text).iter().all(is_in_line)
}

#[test]
fn sound_texts_have_the_tokens_of_the_grammar() {
    for text in texts().iter().filter(|text| is_sound(text)) {
        assert_eq!(of_lexer(text), of_tree(text), "{text}");
    }
    assert!(is_sound(EVERYTHING));
}

#[test]
fn sound_texts_have_the_same_tokens_however_they_are_spaced() {
    let mut random = Random::new(0x2026_0731);
    let mut sound = 0;
    for _ in 0..cases(60, 4_000) {
        let text = respaced(EVERYTHING, &mut random);
        if is_sound(&text) {
            sound += 1;
            assert_eq!(of_lexer(&text), of_tree(&text), "{text}");
        }
    }
    assert!(sound > 30, "hardly a text was sound: {sound}");
}

#[test]
fn any_text_is_in_tokens() {
    let signs = [
        "\"",
        "\"\"\"",
        "\\",
        "/",
        "//",
        "///",
        "////",
        "-",
        "->",
        ".",
        "..",
        ":",
        "{",
        "}",
        "(",
        ")",
        "@",
        ",",
        "a",
        "process",
        "CWE-79",
        "2026-01-01",
        "\n",
        "\r",
        "\r\n",
        " ",
        "\t",
        "\u{feff}",
        "\u{a0}",
        "\u{2028}",
        "😀",
        "é",
        "\u{301}",
        "“",
        "\0",
        "<=",
        "!",
        "T1190.001",
        "1.",
        "_",
        "#",
    ];
    let mut random = Random::new(0x2026_0801);
    for _ in 0..cases(5_000, 200_000) {
        let length = random.below(24);
        let text: String = (0..length).map(|_| *random.pick(&signs)).collect();
        check(&text);
    }
    for text in texts() {
        for _ in 0..8 {
            let index = |random: &mut Random| {
                let index = random.below(text.len());
                (index..text.len())
                    .find(|index| text.is_char_boundary(*index))
                    .unwrap_or(text.len())
            };
            let (a, b) = (index(&mut random), index(&mut random));
            check(&[&text[..a.min(b)], *random.pick(&signs), &text[a.max(b)..]].concat());
        }
    }
}

/// Whatever is not closed is one token, and reading does not begin again behind it.
#[test]
fn a_long_text_is_read_once() {
    for (part, expected) in [
        ("\"", 66_667),
        ("\"\"\"\n", 50_000),
        ("\"\"\"\"\n", 80_000),
        ("a.", 1),
        ("-", 400_000),
        ("/", 1),
        ("\\\"", 2),
        ("é", 1),
        ("// x", 1),
        ("1.", 1),
        ("a\"", 200_000),
    ] {
        let text = part.repeat(400_000 / part.len());
        let (mut tokens, mut in_tokens, mut in_gaps, mut end) = (0, 0, 0, 0);
        for token in Lexer::new(&text) {
            tokens += 1;
            in_gaps += token.span.start - end;
            in_tokens += token.span.end - token.span.start;
            end = token.span.end;
        }
        assert_eq!(tokens, expected, "tokens of many {part:?}");
        assert_eq!(in_tokens + in_gaps, end, "each byte of many {part:?} once");
        let rest = &text[end as usize..];
        assert!(rest.chars().all(is_space), "{rest:?} is in no token");
    }
}

fn check(text: &str) {
    let mut end = 0;
    for token in Lexer::new(text) {
        let gap = &text[end..token.span.start as usize];
        assert!(
            gap.chars().all(is_space),
            "{gap:?} is in no token of {text:?}"
        );
        assert!(
            token.span.start < token.span.end,
            "an empty token in {text:?}"
        );
        let line = text[..token.span.start as usize]
            .rsplit(['\n', '\r'])
            .next()
            .unwrap_or_default();
        assert_eq!(
            token.begins_line,
            line.len() <= gap.len() && line.chars().all(is_space),
            "{token:?} of {text:?}"
        );
        end = token.span.end as usize;
    }
    assert!(
        text[end..].chars().all(is_space),
        "the end of {text:?} is in no token"
    );
}

/// The same tokens with other spaces and with comments between them.
fn respaced(text: &str, random: &mut Random) -> String {
    let line_end = *random.pick(&["\n", "\r\n", "\r"]);
    let mut result = String::new();
    let mut last = String::new();
    for token in Lexer::new(text) {
        let written = token.written(text);
        let touch = |text: &str| text.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        if touch(&last) && written.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            result.push(' ');
        }
        // The parenthesis of a call touches its word.
        let is_call = written == "(" && matches!(&*last, "count" | "stated");
        let gap = *random.pick(&[
            "",
            "",
            " ",
            "\t",
            "\n",
            "\n\n",
            " // x\n",
            " //\n //// \"y\n",
            "\u{feff}",
        ]);
        if !is_call {
            result += &gap.replace('\n', line_end);
        }
        if token.is_comment() {
            result += written;
            result += line_end;
        } else if token.kind == TokenKind::Word
            && !written.starts_with("T1")
            && !written.starts_with("ASVS")
        {
            let dot = *random.pick(&[".", " .", ". ", " // z\n. //\n"]);
            result += &written.replace('.', &dot.replace('\n', line_end));
        } else {
            result += written;
        }
        last = written.to_owned();
    }
    result
}

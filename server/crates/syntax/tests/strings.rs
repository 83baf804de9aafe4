//! Strings against the grammar: any text can be written as one, and is read again as it was.

use threatline_syntax::lexer::{Lexer, TokenKind};
use threatline_syntax::strings::{quoted, unescaped};
use threatline_syntax::{Declaration, Item, children, items, parse, syntax_errors};
use threatline_testkit::{Random, cases};

/// What is in a string of the language, read by the grammar.
fn read(string: &str) -> String {
    let text = format!("process a {string}");
    let tree = parse(&text);
    let errors = syntax_errors(&tree, &text);
    assert!(errors.is_empty(), "{errors:?} in {text}");
    let items = items(&tree);
    let [Item::Declaration(Declaration(declaration))] = &items[..] else {
        panic!("not one declaration: {text}");
    };
    let title = Declaration(*declaration).title().expect("there is a title");
    assert_eq!(&text[title.byte_range()], string);
    let mut content = String::new();
    for part in children(title) {
        let written = &text[part.byte_range()];
        match part.kind() {
            "string_content" => content.push_str(written),
            "escape_sequence" => content.push(unescaped(written).expect("it is an escape")),
            _ => assert_eq!(written, "\""),
        }
    }
    content
}

#[test]
fn a_string_says_the_text_that_it_was_made_of() {
    let mut random = Random::new(0x2026_1130);
    let parts = [
        "\"",
        "\"\"\"",
        "\\",
        "\\n",
        "\\u{41}",
        "{",
        "}",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "\u{1b}[2J",
        "//",
        "/// x",
        " ",
        "\u{a0}",
        "\u{feff}",
        "\u{2028}",
        "\u{202e}",
        "\u{200d}",
        "e\u{301}",
        "é",
        "\u{1f600}",
        "\u{e0041}",
        "\u{10ffff}",
        "word",
        "$1",
        "`",
    ];
    for _ in 0..cases(2_000, 50_000) {
        let text: String = (0..random.below(12))
            .map(|_| *random.pick(&parts))
            .collect();
        let string = quoted(&text);
        assert_eq!(read(&string), text, "{string}");
        assert!(!string.contains(char::is_control), "{string:?}");
        let tokens: Vec<_> = Lexer::new(&string).collect();
        assert_eq!(tokens.len(), 1, "{string}");
        assert_eq!(tokens[0].kind, TokenKind::Text { is_closed: true });
        assert_eq!(tokens[0].written(&string), string);
    }
}

#[test]
fn other_backslashes_are_no_escapes() {
    for escape in [
        "",
        "\\",
        "n",
        "\\x",
        "\\r",
        "\\u",
        "\\u{}",
        "\\u{d800}",
        "\\u{110000}",
        "\\u{41",
        "\\u{g}",
    ] {
        assert_eq!(unescaped(escape), None, "{escape:?}");
    }
    assert_eq!(unescaped("\\u{1F600}"), Some('\u{1f600}'));
}

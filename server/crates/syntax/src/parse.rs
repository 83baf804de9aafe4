//! Parsing: any text has a tree, in a time that has a limit. It must not know what a tree says.

use crate::lexer::{Lexer, TokenKind};
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tree_sitter::Tree;

/// The longest text that is analyzed, in bytes. Longer ones get a diagnostic and no analysis.
pub const MAX_TEXT: usize = 16 << 20;

thread_local! {
    static PARSER: RefCell<tree_sitter::Parser> = RefCell::new({
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&tree_sitter_threat::LANGUAGE.into())
            .expect("the grammar is generated for this version of tree-sitter");
        parser
    });
}

/// How long is waited for texts with many readings, in all. Sound text and text that people break
/// takes milliseconds; some texts made for it have so many readings that they would take hours.
#[derive(Debug)]
pub struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Patience(Duration::from_secs(5))
    }
}

/// How often the parser reports at least, for each byte and for a text, before it is given up: far
/// more often than it does for any sound text, which is so never given up, however little time a
/// busy machine has for it.
const REPORTS: (f64, f64) = (0.1, 10.0);

/// Parses a text. Any text has a tree; its errors are returned by
/// [`syntax_errors`](crate::syntax_errors). A text with many readings that takes longer than five
/// seconds is given up: its tree is empty, and that is its one error.
pub fn parse(text: &str) -> Tree {
    parse_with(text, &mut Patience::default())
}

/// Parses one of several texts, which share the patience with those that have many readings.
pub fn parse_with(text: &str, patience: &mut Patience) -> Tree {
    PARSER.with_borrow_mut(|parser| {
        parser.reset();
        let begun = Instant::now();
        let mut reports = 0.0;
        let are_many = |reports: f64| reports > REPORTS.0 * text.len() as f64 + REPORTS.1;
        let mut give_up = |_: &tree_sitter::ParseState| {
            reports += 1.0;
            if are_many(reports) && begun.elapsed() > patience.0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut give_up);
        let mut rest = |offset: usize, _| &text.as_bytes()[offset.min(text.len())..];
        let tree = parser.parse_with_options(&mut rest, None, Some(options));
        if are_many(reports) {
            patience.0 = patience.0.saturating_sub(begun.elapsed());
        }
        tree.unwrap_or_else(|| {
            parser.reset();
            parser.parse("", None).expect("nothing is parsed at once")
        })
    })
}

/// Whether [`parse`] gave a text up.
pub fn is_given_up(tree: &Tree, text: &str) -> bool {
    tree.root_node().end_byte() == 0 && !text.trim().is_empty()
}

/// Whether a text is one word of the language. Letters beyond ASCII are asked of the grammar: what
/// it takes for a letter is not all that is alphabetic.
pub fn is_name(text: &str) -> bool {
    let mut tokens = Lexer::new(text);
    let is_word = tokens
        .next()
        .is_some_and(|token| token.kind == TokenKind::Word && token.written(text) == text);
    is_word
        && !text.contains('.')
        && (text.is_ascii() || !parse(&format!("boundary {text}")).root_node().has_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_of_the_grammar() {
        for name in [
            "a",
            "_",
            "process",
            "a-b",
            "a_1",
            "\u{e9}te\u{301}",
            "\u{431}",
        ] {
            assert!(is_name(name), "{name}");
        }
        for text in [
            "", "1a", "a.b", "a-", "a--b", "-a", "a b", " a", "a//", "\u{24d0}", "\u{301}a",
        ] {
            assert!(!is_name(text), "{text}");
        }
    }

    #[test]
    fn a_sound_text_is_never_given_up() {
        let text = "process a {x:y}\nrule r{when:a=b or c<d and e and not(f or(g))}\n".repeat(200);
        assert!(!is_given_up(
            &parse_with(&text, &mut Patience(Duration::ZERO)),
            &text
        ));
    }

    #[test]
    fn sound_texts_take_few_steps_for_each_byte() {
        let dense = [
            "process a{x:y,z v:w}\n",
            "flow a->b in c\n",
            "rule r{when:a=b or c<d and e and not(f or(g))}\n",
            "///a\nstore b\n//c\n",
            "accept a{f:x@(a->b),c@d.e \"f\"}\n",
        ];
        for text in dense.map(|line| line.repeat(500)) {
            let mut reports = 0.0;
            let mut count = |_: &tree_sitter::ParseState| {
                reports += 1.0;
                ControlFlow::Continue(())
            };
            let options = tree_sitter::ParseOptions::new().progress_callback(&mut count);
            let mut rest = |offset: usize, _| &text.as_bytes()[offset.min(text.len())..];
            PARSER.with_borrow_mut(|parser| {
                parser.parse_with_options(&mut rest, None, Some(options))
            });
            let share = reports / text.len() as f64;
            assert!(
                share < REPORTS.0 / 2.0,
                "{share} for each byte of {:?}",
                &text[..30]
            );
        }
    }
}

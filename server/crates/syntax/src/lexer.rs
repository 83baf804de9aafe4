//! The words, strings, comments and signs of a text with their places, whether the text is sound or
//! broken. It must not know what a word means, nor where one may stand.
//!
//! Of sound text these are the tokens of the grammar, except for names: one with its dots is a
//! single token, unless spaces or comments are around the dots. Of any other text they are what a
//! reader would take them for, and each character that is not a space is in one of them. Reading
//! takes one pass.

use crate::characters::{is_space, is_word_part, is_word_start};
use crate::span::Span;

/// A word, as a regular expression: what the grammar has for it.
pub const WORD_PATTERN: &str = r"[\p{L}_](-?[\p{L}\p{M}\p{N}_])*";

/// What a string of several lines begins and ends with.
pub(crate) const BLOCK_QUOTE: &str = "\"\"\"";

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `// text`.
    Comment,
    /// `/// text`.
    Description,
    /// `"text"` or `"""text"""`. One that is not closed ends with its line or with the text.
    Text {
        /// Whether it has its end.
        is_closed: bool,
    },
    /// A date, a number, or what begins like one.
    Number,
    /// A name with its dots, a property, a kind of declaration, or an id such as `CWE-79`.
    Word,
    /// `{`, `->`, `<=` and the like.
    Sign,
}

/// A token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
    /// Whether only spaces are before it in its line.
    pub begins_line: bool,
}

impl Token {
    /// The token as written.
    pub fn written(self, text: &str) -> &str {
        &text[self.span.range()]
    }

    /// Whether it is `// text` or `/// text`.
    pub fn is_comment(self) -> bool {
        matches!(self.kind, TokenKind::Comment | TokenKind::Description)
    }
}

/// The tokens of a text, in order and without the spaces between them.
#[derive(Clone, Debug)]
pub struct Lexer<'text> {
    text: &'text str,
    offset: usize,
    begins_line: bool,
    is_line_by_line: bool,
    open_block: Option<u32>,
}

impl<'text> Lexer<'text> {
    /// The tokens of a whole text. A `"""` that is not closed begins a string to its end.
    pub fn new(text: &'text str) -> Lexer<'text> {
        Lexer {
            text,
            offset: 0,
            begins_line: true,
            is_line_by_line: false,
            open_block: None,
        }
    }

    /// The tokens of a text from a place on that is in no other token, read so that what is not
    /// closed costs no more than its line: a `"""` without its end is `""`, and what follows it.
    pub(crate) fn line_by_line(text: &'text str, offset: usize) -> Lexer<'text> {
        Lexer {
            offset,
            is_line_by_line: true,
            ..Lexer::new(text)
        }
    }

    /// Where the last `"""` is that was found not to be closed.
    pub(crate) fn open_block(&self) -> Option<u32> {
        self.open_block
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let unread = &self.text[self.offset..];
        let token = unread.trim_start_matches(is_space);
        let first = token.chars().next()?;
        let spaces = &unread[..unread.len() - token.len()];
        let (mut kind, mut length) = token_at(token, first);
        let start = self.offset + spaces.len();
        let is_open = kind == TokenKind::Text { is_closed: false };
        if is_open && self.is_line_by_line && token.starts_with(BLOCK_QUOTE) {
            self.open_block = Some(start as u32);
            (kind, length) = (TokenKind::Text { is_closed: true }, 2);
        }
        self.offset = start + length;
        Some(Token {
            kind,
            span: Span::new(start, self.offset),
            begins_line: std::mem::take(&mut self.begins_line) || spaces.contains(['\n', '\r']),
        })
    }
}

/// The token that a text begins with, and how long it is.
fn token_at(text: &str, first: char) -> (TokenKind, usize) {
    let is_described = text.starts_with("///") && !text.starts_with("////");
    if let Some(inner) = text.strip_prefix(BLOCK_QUOTE) {
        let inner_length = inner.find(BLOCK_QUOTE);
        let kind = TokenKind::Text {
            is_closed: inner_length.is_some(),
        };
        let length = inner_length.map_or(text.len(), |inner| inner + 2 * BLOCK_QUOTE.len());
        (kind, length)
    } else if first == '"' {
        let (is_closed, length) = string(text);
        (TokenKind::Text { is_closed }, length)
    } else if is_described {
        (TokenKind::Description, line_length(text))
    } else if text.starts_with("//") {
        (TokenKind::Comment, line_length(text))
    } else if is_word_start(first) {
        (TokenKind::Word, word_length(text))
    } else if first.is_ascii_digit() {
        (TokenKind::Number, number_length(text))
    } else {
        let is_double = ["->", "<=", ">=", "!="]
            .iter()
            .any(|sign| text.starts_with(sign));
        let length = if is_double { 2 } else { first.len_utf8() };
        (TokenKind::Sign, length)
    }
}

fn line_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// Whether the string that a text begins with is closed in its line, and how long it is.
fn string(text: &str) -> (bool, usize) {
    let mut is_escaped = false;
    for (offset, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' | b'\r' => return (false, offset),
            b'"' if !is_escaped => return (true, offset + 1),
            _ => is_escaped = byte == b'\\' && !is_escaped,
        }
    }
    (false, text.len())
}

/// How long the words are that a text begins with, with the dots that join them; also one behind
/// which the next word is still to be written.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    let mut last = ' ';
    for (offset, character) in text.char_indices() {
        let goes_on = match character {
            '-' => text[offset + 1..].starts_with(is_word_part),
            '.' => last != '.',
            character => is_word_part(character),
        };
        if !goes_on {
            break;
        }
        last = character;
        end = offset + character.len_utf8();
    }
    end
}

/// How long the number, date or part of one is that a text begins with.
fn number_length(text: &str) -> usize {
    let is_part = |character: char| character.is_alphanumeric() || "_-.".contains(character);
    text.find(|character| !is_part(character))
        .unwrap_or(text.len())
}

/// The letters, digits and `_` that a text begins with.
pub fn first_word(text: &str) -> &str {
    let end = text.find(|character| !is_word_part(character));
    &text[..end.unwrap_or(text.len())]
}

/// The places of the words that a name consists of: what is between its dots, and the spaces and
/// comments around them.
pub fn name_words(text: &str, name: Span) -> Vec<Span> {
    let is_word = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Number);
    let written = &text[name.range()];
    let words = Lexer::new(written).filter(is_word).flat_map(|token| {
        let mut start = token.span.start + name.start;
        token.written(written).split('.').map(move |word| {
            let span = Span {
                start,
                end: start + word.len() as u32,
            };
            start = span.end + 1;
            span
        })
    });
    words.filter(|word| word.start < word.end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_texts_have_tokens() {
        let text = "/// What it is.\nflow pay \"Pay \\\" now\": shop.api -> bank. { // note\n \
                    references: CWE-79, CWE-, 2026-11, \"not closed\n a >= b\n\"\"\"block";
        let text_is = |is_closed| TokenKind::Text { is_closed };
        let expected = [
            (TokenKind::Description, "/// What it is."),
            (TokenKind::Word, "flow"),
            (TokenKind::Word, "pay"),
            (text_is(true), "\"Pay \\\" now\""),
            (TokenKind::Sign, ":"),
            (TokenKind::Word, "shop.api"),
            (TokenKind::Sign, "->"),
            (TokenKind::Word, "bank."),
            (TokenKind::Sign, "{"),
            (TokenKind::Comment, "// note"),
            (TokenKind::Word, "references"),
            (TokenKind::Sign, ":"),
            (TokenKind::Word, "CWE-79"),
            (TokenKind::Sign, ","),
            (TokenKind::Word, "CWE"),
            (TokenKind::Sign, "-"),
            (TokenKind::Sign, ","),
            (TokenKind::Number, "2026-11"),
            (TokenKind::Sign, ","),
            (text_is(false), "\"not closed"),
            (TokenKind::Word, "a"),
            (TokenKind::Sign, ">="),
            (TokenKind::Word, "b"),
            (text_is(false), "\"\"\"block"),
        ];
        let tokens: Vec<_> = Lexer::new(text)
            .map(|token| (token.kind, token.written(text)))
            .collect();
        assert_eq!(tokens, expected);
    }

    #[test]
    fn a_word_is_what_the_grammar_has_for_it() {
        let grammar = include_str!("../../../../grammar/grammar.js");
        assert!(grammar.contains(&format!("_word: _ => /{WORD_PATTERN}/")));
    }

    #[test]
    fn every_text_has_tokens() {
        for text in [
            "",
            "\"",
            "\"\"\"",
            "/",
            "-",
            "a-",
            "a.",
            "..",
            "😀",
            "ü\u{301}x",
            "\\",
            "\"\\",
        ] {
            let written: String = Lexer::new(text).map(|token| token.written(text)).collect();
            assert_eq!(written, text.replace(char::is_whitespace, ""));
        }
    }

    #[test]
    fn a_name_has_words() {
        let text = "x: a . b-c.// d\n é.e";
        let name = Span::new(3, text.len());
        let words: Vec<&str> = name_words(text, name)
            .into_iter()
            .map(|word| &text[word.range()])
            .collect();
        assert_eq!(words, ["a", "b-c", "é", "e"]);
    }
}

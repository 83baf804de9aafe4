//! What is true of every result. It must not know the rules of the canonical form.

use expect_test::Expect;
use threatline_format::{format, format_edits};
use threatline_model::Span;
use threatline_syntax::lexer::{Lexer, TokenKind};

/// Formats, and holds the result to what is true of all results.
pub fn formatted(text: &str) -> String {
    let result = format(text).unwrap_or_else(|errors| panic!("{errors:?} in:\n{text}"));
    let again =
        format(&result).unwrap_or_else(|errors| panic!("{errors:?} in the result:\n{result}"));
    assert_eq!(
        again, result,
        "formatting twice changes the result of:\n{text}"
    );
    assert_eq!(tokens(&result), tokens(text), "tokens of:\n{text}");
    assert_eq!(comments(&result), comments(text), "comments of:\n{text}");
    let edits = format_edits(text).expect("the text is sound");
    assert_eq!(edited(text, &edits), result, "edits of:\n{text}");
    result
}

/// Formats, and compares with what is expected as well.
pub fn check(text: &str, expected: Expect) {
    expected.assert_eq(&formatted(text));
}

fn edited(text: &str, edits: &[(Span, String)]) -> String {
    let mut result = text.to_owned();
    for (span, replacement) in edits.iter().rev() {
        result.replace_range(span.range(), replacement);
    }
    result
}

/// Read without the parser, so that the formatter is not tested by what it relies on.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A word of a name, a dot, a string and so on.
    Token(String),
    /// A line of a description.
    Description(String),
    /// A comment.
    Comment(String),
}

impl Piece {
    /// The piece as written.
    pub fn text(&self) -> &str {
        let (Piece::Token(text) | Piece::Description(text) | Piece::Comment(text)) = self;
        text
    }
}

/// The pieces of a text, in order.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for token in Lexer::new(text) {
        let written = token.written(text);
        match token.kind {
            TokenKind::Description => pieces.push(Piece::Description(written.to_owned())),
            TokenKind::Comment => pieces.push(Piece::Comment(written.trim_end().to_owned())),
            // Around the dots of a name there may be spaces and comments.
            TokenKind::Word => pieces.extend(words_and_dots(written)),
            TokenKind::Text { .. } | TokenKind::Number | TokenKind::Sign => {
                pieces.push(Piece::Token(written.to_owned()));
            }
        }
    }
    pieces
}

/// The parts of a name; a reference such as `T1190.001` is one.
fn words_and_dots(name: &str) -> Vec<Piece> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (dot, _) in name.match_indices('.') {
        let behind = &name[dot + 1..];
        if !behind.starts_with(|next: char| next.is_ascii_digit()) {
            parts.extend([&name[start..dot], "."]);
            start = dot + 1;
        }
    }
    parts.push(&name[start..]);
    parts.retain(|part| !part.is_empty());
    parts
        .into_iter()
        .map(|part| Piece::Token(part.to_owned()))
        .collect()
}

fn comments(text: &str) -> Vec<Piece> {
    pieces(text)
        .into_iter()
        .filter(|piece| matches!(piece, Piece::Comment(_)))
        .collect()
}

/// The tokens and descriptions except for commas that end a list and the braces of empty blocks.
fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<Piece> = pieces(text);
    all.retain(|piece| !matches!(piece, Piece::Comment(_)));
    let is = |index: usize, token: &str| all.get(index).is_some_and(|piece| piece.text() == token);
    let is_description = |index: usize| matches!(all.get(index), Some(Piece::Description(_)));
    let is_left_out = |index: usize| {
        let ends_list = is(index + 1, "}")
            || is(index + 1, ")")
            || is(index + 2, ":")
            || is_description(index + 1);
        (is(index, ",") && ends_list)
            || (is(index, "{") && is(index + 1, "}"))
            || (is(index, "}") && index.checked_sub(1).is_some_and(|before| is(before, "{")))
    };
    let normal = |piece: &Piece| match piece {
        Piece::Description(text) => text[3..]
            .strip_prefix(' ')
            .unwrap_or(&text[3..])
            .trim_end()
            .to_owned(),
        _ => piece.text().to_owned(),
    };
    (0..all.len())
        .filter(|index| !is_left_out(*index))
        .map(|index| normal(&all[index]))
        .collect()
}

//! Semantic tokens: colors each word by what it means, and where that is not known by how it is
//! written. It must not know the numbers of a protocol.

use crate::occurrences::{Meaning, occurrences};
use threatline_model::{Database, Db, Decl, File, Kind, Part, Span};
use threatline_syntax::lexer::{self, Lexer, TokenKind};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A comment.
    Comment,
    /// A comment that describes a declaration.
    Description,
    /// A string.
    Text,
    /// A number or a date.
    Number,
    /// `->`, `>=`, `@`.
    Operator,
    /// A word of the language.
    Keyword,
    /// The name of a property.
    Property,
    /// One of some words.
    Word,
    /// The id of a published entry.
    Reference,
    /// A fact in a condition.
    Fact,
    /// A function in a condition.
    Function,
    /// The name of a declaration.
    Name {
        /// Its kind.
        kind: Kind,
        /// Whether it is declared here.
        declares: bool,
        /// Whether it is the library's.
        in_library: bool,
    },
}

/// The words of a part of a file, in order; they do not overlap.
pub fn semantic_tokens(db: &Database, file: File, within: Span) -> Vec<(Span, Token)> {
    let end = file.source(db).text.len() as u32;
    if within == (Span { start: 0, end }) {
        tokens_of_file(db, file).clone()
    } else {
        tokens_within(db, file, within)
    }
}

/// The words of a whole file. A query, since an editor asks again and again; kept for the few files
/// that are worked at.
#[salsa::tracked(lru = 8)]
fn tokens_of_file(db: &dyn Db, file: File) -> Vec<(Span, Token)> {
    let end = file.source(db).text.len() as u32;
    tokens_within(db, file, Span { start: 0, end })
}

fn tokens_within(db: &dyn Db, file: File, within: Span) -> Vec<(Span, Token)> {
    let source = file.source(db);
    let text = &source.text;
    let is_within = |span: Span| span.start < within.end && within.start < span.end;
    let declarations = file.declarations(db).iter().zip(&source.spans);
    let near = declarations.filter(|(_, spans)| is_within(spans.of(Part::Whole)));
    let meant = near.flat_map(|(decl, _)| occurrences(db, *decl));
    let mut meant: Vec<(Span, Token)> = meant
        .map(|occurrence| (occurrence.span, meaning(db, occurrence.meaning)))
        .collect();
    meant.sort_by_key(|(span, _)| span.start);
    let mut meant = meant.into_iter().peekable();
    let mut highlighted: Vec<(Span, Token)> = Vec::new();
    let tokens: Vec<lexer::Token> = Lexer::new(text).collect();
    for (number, written) in tokens.iter().enumerate() {
        if !is_within(written.span) {
            continue;
        }
        if written.kind == TokenKind::Word {
            while meant
                .next_if(|(span, _)| span.end <= written.span.start)
                .is_some()
            {}
            let mut is_known = false;
            while let Some(part) = meant.next_if(|(span, _)| span.end <= written.span.end) {
                is_known = true;
                let last = highlighted.last();
                if last.is_none_or(|(last, _)| last.end <= part.0.start) {
                    highlighted.push(part);
                }
            }
            if is_known {
                continue;
            }
        }
        let next = tokens.get(number + 1).map(|next| next.written(text));
        let token = by_writing(*written, text, next);
        highlighted.extend(token.map(|token| (written.span, token)));
    }
    highlighted
}

/// What a token is by how it and the next one are written, as it has to do in a broken text.
fn by_writing(token: lexer::Token, text: &str, next: Option<&str>) -> Option<Token> {
    let written = token.written(text);
    let is_kind = || Kind::ALL.iter().any(|kind| kind.word() == written);
    Some(match (token.kind, written) {
        (TokenKind::Comment, _) => Token::Comment,
        (TokenKind::Description, _) => Token::Description,
        (TokenKind::Text { .. }, _) => Token::Text,
        (TokenKind::Number, _) => Token::Number,
        (TokenKind::Sign, "->" | "<" | ">" | "<=" | ">=" | "=" | "!=" | "@") => Token::Operator,
        (TokenKind::Word, "in" | "and" | "or" | "not" | "is" | "where") => Token::Keyword,
        (TokenKind::Word, _) if token.begins_line && next == Some(":") => Token::Property,
        (TokenKind::Word, _) if token.begins_line && is_kind() => Token::Keyword,
        _ => return None,
    })
}

fn meaning(db: &dyn Db, meaning: Meaning) -> Token {
    let name = |decl: Decl, declares| Token::Name {
        kind: decl.kind(db),
        declares,
        in_library: decl.in_library(db),
    };
    match meaning {
        Meaning::Declares(decl) => name(decl, true),
        Meaning::Names(decl) => name(decl, false),
        Meaning::Kind(_) => Token::Keyword,
        Meaning::Property(..) => Token::Property,
        Meaning::Word(..) | Meaning::YesNo(_) => Token::Word,
        Meaning::Reference => Token::Reference,
        Meaning::Fact(_) => Token::Fact,
        Meaning::Function => Token::Function,
    }
}

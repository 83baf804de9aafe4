//! Semantic tokens: colors each word by what it means, and where that is not known by how it is
//! written. It must not know the numbers of a protocol.

use crate::occurrences::{Meaning, occurrences};
use threatline_model::{Database, Decl, File, Kind, Part, Span};
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
    let source = file.source(db);
    let text = &source.text;
    let is_within = |span: Span| span.start < within.end && within.start < span.end;
    let declarations = file.declarations(db).iter().zip(&source.spans);
    let near = declarations
        .filter(|(_, spans)| is_within(spans.of(Part::Whole)))
        .map(|(decl, _)| *decl);
    let mut meant: Vec<(Span, Token)> = near
        .flat_map(|decl| occurrences(db, decl))
        .map(|found| (found.span, meaning(db, found.meaning)))
        .collect();
    meant.sort_by_key(|(span, _)| span.start);
    let mut meant = meant.into_iter().peekable();
    let mut found = Vec::new();
    let tokens: Vec<lexer::Token> = Lexer::new(text).collect();
    for (at, written) in tokens
        .iter()
        .enumerate()
        .filter(|(_, written)| is_within(written.span))
    {
        let token = match written.kind {
            TokenKind::Comment => Token::Comment,
            TokenKind::Description => Token::Description,
            TokenKind::Text { .. } => Token::Text,
            TokenKind::Number => Token::Number,
            TokenKind::Sign => match written.written(text) {
                "->" | "<" | ">" | "<=" | ">=" | "=" | "!=" | "@" => Token::Operator,
                _ => continue,
            },
            TokenKind::Word => {
                while meant
                    .next_if(|(span, _)| span.end <= written.span.start)
                    .is_some()
                {}
                let mut is_known = false;
                while let Some(part) = meant.next_if(|(span, _)| span.end <= written.span.end) {
                    is_known = true;
                    if found
                        .last()
                        .is_none_or(|(before, _): &(Span, Token)| before.end <= part.0.start)
                    {
                        found.push(part);
                    }
                }
                let word = written.written(text);
                let is_kind =
                    written.begins_line && Kind::ALL.iter().any(|kind| kind.word() == word);
                match word {
                    _ if is_known => continue,
                    "in" | "and" | "or" | "not" | "is" | "where" => Token::Keyword,
                    // In a broken text it is known by how it is written.
                    _ if tokens
                        .get(at + 1)
                        .is_some_and(|next| next.written(text) == ":")
                        && written.begins_line =>
                    {
                        Token::Property
                    }
                    _ if is_kind => Token::Keyword,
                    _ => continue,
                }
            }
        };
        found.push((written.span, token));
    }
    found
}

fn meaning(db: &Database, meaning: Meaning) -> Token {
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

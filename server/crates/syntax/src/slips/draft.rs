//! A text while its slips are looked for: what is found, and what is read in its place. It must not
//! know which slips there are.

use crate::errors::{SyntaxError, SyntaxErrorKind};
use crate::lexer::{Token, TokenKind};
use crate::span::Span;

/// The most slips of a text that are distinguished. With more, the text is in another language.
const MAX_SLIPS: usize = 1000;

/// A text while its slips are looked for.
pub struct Draft<'text> {
    /// The text as it is written.
    pub text: &'text str,
    /// The text as it is read.
    pub mended: Vec<u8>,
    /// What was found.
    pub errors: Vec<SyntaxError>,
    /// Words that are parsed at places where others are written.
    pub words: Vec<(Span, &'static str)>,
    /// Whether it is another than what is written.
    pub is_mended: bool,
}

impl<'text> Draft<'text> {
    /// Nothing found so far.
    pub fn new(text: &'text str) -> Draft<'text> {
        Draft {
            text,
            mended: text.as_bytes().to_vec(),
            errors: Vec::new(),
            words: Vec::new(),
            is_mended: false,
        }
    }

    /// Tells of a slip; nothing if there are too many. `fix` says what is to be done, and how.
    pub fn report(
        &mut self,
        span: Span,
        message: String,
        fix: Option<(String, Vec<(Span, String)>)>,
    ) -> Option<()> {
        let kind = match fix {
            Some((title, edits)) => SyntaxErrorKind::Slip { title, edits },
            None => SyntaxErrorKind::Unexpected,
        };
        self.report_as(span, message, kind)
    }

    /// Tells of a slip of some kind; nothing if there are too many.
    pub fn report_as(&mut self, span: Span, message: String, kind: SyntaxErrorKind) -> Option<()> {
        self.errors.push(SyntaxError {
            span,
            message,
            kind,
        });
        (self.errors.len() <= MAX_SLIPS).then_some(())
    }

    /// Puts something into the text, with spaces before it where there is more room.
    pub fn put(&mut self, span: Span, meant: &str) {
        self.blank(span);
        let end = span.end as usize;
        if let Some(start) = end.checked_sub(meant.len())
            && start >= span.start as usize
        {
            self.mended[start..end].copy_from_slice(meant.as_bytes());
        }
    }

    /// Has a word parsed at the place of another, which is still read there.
    pub fn parse_as(&mut self, span: Span, word: &'static str) {
        self.is_mended = true;
        self.words.push((span, word));
    }

    /// Takes a part out of the text, save its line ends.
    pub fn blank(&mut self, span: Span) {
        self.is_mended = true;
        for byte in &mut self.mended[span.range()] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
}

/// Whether a token is a word or several with dots.
pub fn is_word(token: &Token) -> bool {
    token.kind == TokenKind::Word
}

/// Whether a token is a string.
pub fn is_text(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Text { .. })
}

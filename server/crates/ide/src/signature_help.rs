//! Signature help: shows what the function of a condition takes while it is written. It must not
//! know LSP types.

use threatline_model::{Database, File};
use threatline_syntax::lexer::{Lexer, TokenKind};
use threatline_view::describe::FUNCTIONS;

/// A function, and where in it the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// How it is called: `count(elements where condition)`.
    pub label: String,
    /// What it is.
    pub doc: &'static str,
    /// An example.
    pub example: &'static str,
    /// Its parameters, as they stand in the label.
    pub parameters: Vec<&'static str>,
    /// Which of them the cursor is at.
    pub active: usize,
}

/// The function whose parentheses a byte of a file is in.
pub fn signature_help(db: &Database, file: File, offset: u32) -> Option<Signature> {
    let text = &file.source(db).text;
    let before: Vec<(&str, u32, u32)> = Lexer::new(text)
        .filter(|token| !token.is_comment() && !matches!(token.kind, TokenKind::Text { .. }))
        .take_while(|token| token.span.end <= offset)
        .map(|token| (token.written(text), token.span.start, token.span.end))
        .collect();
    let mut closed = 0;
    let mut is_filtered = false;
    for (number, (word, start, _)) in before.iter().enumerate().rev() {
        match *word {
            ")" => closed += 1,
            "(" if closed > 0 => closed -= 1,
            "(" => {
                let called = number
                    .checked_sub(1)
                    .map(|number| before[number])
                    .filter(|(_, _, end)| end == start);
                let called = called
                    .and_then(|(name, ..)| FUNCTIONS.iter().find(|(known, ..)| *known == name));
                // A group within the condition.
                let Some((name, example, doc)) = called else {
                    continue;
                };
                let parameters = match *name {
                    "stated" => vec!["property"],
                    "used" => vec!["technology"],
                    _ => vec!["elements", "condition"],
                };
                let label = format!("{name}({})", parameters.join(" where "));
                return Some(Signature {
                    label,
                    doc,
                    example,
                    active: usize::from(is_filtered),
                    parameters,
                });
            }
            "where" if closed == 0 => is_filtered = true,
            "{" | "}" | ":" => return None,
            _ => {}
        }
    }
    None
}

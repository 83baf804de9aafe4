//! Formatting: what is sound has a canonical form, which is its own canonical form, says the same,
//! and has the same comments and descriptions.
//!
//! An input is a text.

use crate::budget::{Budget, NOT_COUNTED};
use threatline_format::{format, format_edits};
use threatline_model::{Facts, Shape, lower};
use threatline_syntax::lexer::Lexer;
use threatline_syntax::{parse, syntax_errors};

/// What an input may cost.
pub const BUDGET: Budget = Budget {
    at_once: (100_000, 200),
    in_all: (500_000, 1_000),
    steps: NOT_COUNTED,
};

/// Formats a text.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let once = match format(&text) {
        Ok(once) => once,
        Err(errors) => return assert!(!errors.is_empty(), "refused without a reason: {text:?}"),
    };
    assert!(
        syntax_errors(&parse(&text), &text).is_empty(),
        "broken text was laid out: {text:?}"
    );
    let twice = format(&once);
    assert_eq!(
        twice.as_ref(),
        Ok(&once),
        "the second time it is laid out otherwise: {text:?}"
    );
    assert_eq!(comments(&once), comments(&text), "the comments of {text:?}");
    assert_eq!(meaning(&once), meaning(&text), "what is said by {text:?}");
    let edits = format_edits(&text).expect("it has just been laid out");
    let mut edited = text.clone().into_owned();
    for (span, replacement) in edits.into_iter().rev() {
        edited.replace_range(span.range(), &replacement);
    }
    assert_eq!(edited, once, "the edits of {text:?}");
}

/// What a text declares, and how many of its descriptions and strings are wrong.
fn meaning(text: &str) -> (Vec<(Shape, Facts)>, usize, usize) {
    let lowered = lower(text);
    let declared = lowered
        .declarations
        .into_iter()
        .map(|declared| (declared.shape, declared.facts))
        .collect();
    (
        declared,
        lowered.loose_descriptions.len(),
        lowered.errors.len(),
    )
}

/// The comments and the lines of descriptions of a sound text, in the order of their texts: one
/// from inside of a header goes above it.
fn comments(text: &str) -> Vec<String> {
    let comments = Lexer::new(text).filter(|token| token.is_comment());
    let mut found: Vec<String> = comments
        .map(|comment| {
            let written = comment.written(text).trim_end();
            match written.strip_prefix("///") {
                Some(described) if !described.is_empty() && !described.starts_with([' ', '/']) => {
                    format!("/// {described}")
                }
                _ => written.to_owned(),
            }
        })
        .collect();
    found.sort();
    found
}

//! Formatting: what is sound has a canonical form, which is its own canonical form, says the same,
//! and has the same comments and descriptions.
//!
//! An input is a text.

use threatline_format::{format, format_edits};
use threatline_model::{Facts, Shape, lower};
use threatline_syntax::{parse, syntax_errors};

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
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(within) = rest.strip_prefix("\"\"\"") {
            within.find("\"\"\"").map_or(rest.len(), |end| end + 6)
        } else if first == '"' {
            string_length(rest)
        } else if rest.starts_with("//") {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let comment = rest[..end].trim_end();
            let described = comment
                .strip_prefix("///")
                .filter(|text| !text.starts_with([' ', '/']) && !text.is_empty());
            found.push(described.map_or(comment.to_owned(), |text| format!("/// {text}")));
            end
        } else {
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found.sort();
    found
}

/// The length of the string that a text begins with.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, character)| {
        let closes = *character == '"' && !is_escaped;
        is_escaped = *character == '\\' && !is_escaped;
        closes
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

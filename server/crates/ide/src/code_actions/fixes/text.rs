//! Mends a text that is not in the language. It must not know a model.

use super::collector::Fixes;
use crate::change::Change;
use threatline_model::Span;
use threatline_syntax::{SyntaxError, SyntaxErrorKind};

/// A description of nothing becomes a comment.
pub fn make_comment(fixes: &mut Fixes, span: Span) {
    let text = &fixes.file.source(fixes.db).text;
    let Some(written) = text.get(span.range()) else {
        return;
    };
    let path = fixes.file.path(fixes.db);
    let mut change = Change::default();
    for (offset, _) in written.match_indices("///") {
        let start = span.start + offset as u32;
        let mut lines = text[..start as usize].rsplit('\n');
        if lines.next().is_some_and(|line| line.trim().is_empty()) {
            let end = start + 3;
            change.edit(path, Span { start, end }, "//");
        }
    }
    fixes.add("Convert to a comment", true, change);
}

/// The error of the text that is to be mended.
fn reported<'db>(fixes: &Fixes<'db>, span: Span) -> Option<&'db SyntaxErrorKind> {
    let source = fixes.file.source(fixes.db);
    let message = &fixes.diagnostic.message;
    let is_reported = |error: &&SyntaxError| error.span == span && error.message == *message;
    let error = source.errors.listed.iter().find(is_reported);
    error.map(|error| &error.kind)
}

/// What is written as in another language is written as in this one.
pub fn correct_slip(fixes: &mut Fixes, span: Span) {
    let Some(SyntaxErrorKind::Slip { title, edits }) = reported(fixes, span) else {
        return;
    };
    let path = fixes.file.path(fixes.db);
    let mut change = Change::default();
    for (span, text) in edits {
        change.edit(path, *span, text.as_str());
    }
    fixes.add(title.as_str(), true, change);
}

/// A sign that is not there is added.
pub fn add_missing_sign(fixes: &mut Fixes, span: Span) {
    let Some(SyntaxErrorKind::Missing(missing)) = reported(fixes, span) else {
        return;
    };
    let text = match missing.as_str() {
        "}" => "\n}".to_owned(),
        "\"\"\"" | "\"" | ")" | ":" | "," => missing.clone(),
        word => format!(" {word}"),
    };
    let end = Span {
        start: span.end,
        end: span.end,
    };
    let change = Change::one(fixes.file.path(fixes.db), end, text);
    fixes.add(format!("Add `{missing}`"), true, change);
}

//! Formatting: a text in the one canonical form, so that a diff shows nothing but what changed in
//! the model. It must not know what a property or a name means: it moves tokens and comments, and
//! loses none.
//!
//! The tree is laid out as lines, each with the comment behind it. Whether a piece takes one line
//! or several depends on its width and its comments, never on the lines it came in: so formatting
//! twice changes nothing.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// Lines of any text.
mod edits;
mod lines;

// What the text has.
mod source;
mod tokens;

// What is laid out.
mod conditions;
mod declarations;
mod layout;
mod properties;

use edits::line_edits;
use layout::Layout;
use threatline_model::{LoweredDeclaration, LoweredFile, Part, lower};
use threatline_syntax::{Span, SyntaxError, SyntaxErrorKind, SyntaxErrors, parse};

const READ_IN_TWO_WAYS: &str = "this is ambiguous and would parse differently once formatted; \
     a name is missing here or in the declaration above";

/// A text in canonical form; or what is wrong with it, since broken text is left as it is.
///
/// # Errors
/// What is wrong with the text.
pub fn format(text: &str) -> Result<String, SyntaxErrors> {
    let (lowered, result) = laid_out(text)?;
    let again = laid_out(&result);
    let read_again = again
        .as_ref()
        .ok()
        .map(|(lowered, _)| &*lowered.declarations)
        .unwrap_or_default();
    let span = match read_otherwise(&lowered.declarations, read_again) {
        Some(span) => span,
        None if again.is_ok_and(|(_, again)| again == result) => return Ok(result),
        // The next time it would be.
        None => nameless(&lowered.declarations),
    };
    let mut errors = SyntaxErrors::default();
    errors.push(SyntaxError {
        span,
        message: READ_IN_TWO_WAYS.to_owned(),
        kind: SyntaxErrorKind::Unexpected,
    });
    Err(errors)
}

/// What to replace in a text to have it in canonical form: whole lines, and only those that differ,
/// since an editor keeps its cursors, marks and folds in the lines that are left alone.
///
/// # Errors
/// What is wrong with the text.
pub fn format_edits(text: &str) -> Result<Vec<(Span, String)>, SyntaxErrors> {
    Ok(line_edits(text, &format(text)?))
}

/// What a sound text says, and the text laid out.
fn laid_out(text: &str) -> Result<(LoweredFile, String), SyntaxErrors> {
    let lowered = lower(text);
    if !lowered.errors.is_empty() {
        return Err(lowered.errors);
    }
    let mut layout = Layout::new(text);
    declarations::file(&mut layout, parse(text).root_node());
    Ok((lowered, layout.finish()))
}

/// The first declaration without a name.
fn nameless(declarations: &[LoweredDeclaration]) -> Span {
    let first = declarations
        .iter()
        .find(|declaration| declaration.shape.name.is_none());
    first
        .map(|declaration| declaration.spans.of(Part::Kind))
        .unwrap_or_default()
}

/// The first declaration that is read otherwise in the result. Where names are missing, a word may
/// be one or may begin the next declaration, and which of them it is may hang on what is around
/// it.
fn read_otherwise(before: &[LoweredDeclaration], after: &[LoweredDeclaration]) -> Option<Span> {
    let is_same = |position: &usize| {
        let [before, after] = [before.get(*position), after.get(*position)].map(|declaration| {
            declaration.map(|declaration| (&declaration.shape, &declaration.facts))
        });
        before == after
    };
    let differs = (0..before.len().max(after.len())).find(|position| !is_same(position))?;
    let span = before
        .get(differs)
        .or(before.last())
        .map(|declaration| declaration.spans.of(Part::Kind));
    Some(span.unwrap_or_default())
}

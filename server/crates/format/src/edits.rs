//! What to replace in a text to have it in canonical form. It must not know the language, except
//! for what formatting adds to a text and takes away: space, commas and braces.

use crate::lines::first_line_end;
use std::ops::Range;
use threatline_syntax::{Span, is_space};

/// A line with its end, for comparing the text with the result.
struct SourceLine<'text> {
    text: &'text str,
    start: usize,
    /// How many characters before it and in it formatting cannot add or take away.
    before: usize,
    lasting: usize,
}

fn source_lines(text: &str) -> Vec<SourceLine<'_>> {
    let mut lines = Vec::new();
    let (mut start, mut before) = (0, 0);
    while start < text.len() {
        let rest = &text[start..];
        let end = rest
            .find(['\n', '\r'])
            .map_or(rest.len(), |line| line + first_line_end(rest).len());
        let line = &rest[..end];
        let lasting = line.chars().filter(|character| is_lasting(*character));
        let lasting = lasting.count();
        lines.push(SourceLine {
            text: line,
            start,
            before,
            lasting,
        });
        start += end;
        before += lasting;
    }
    lines
}

/// Whether formatting neither adds a character nor takes it away.
fn is_lasting(character: char) -> bool {
    !is_space(character) && !matches!(character, ',' | '{' | '}')
}

/// The edits from one text to another that has the same characters except for space, commas and
/// braces. Lines are the same if they are equal and have as many of these characters before them;
/// so, unlike in a general diff, one pass over both finds them.
pub fn line_edits(old: &str, new: &str) -> Vec<(Span, String)> {
    let (old_lines, new_lines) = (source_lines(old), source_lines(new));
    let (mut at_old, mut at_new) = (0, 0);
    let (mut done_old, mut done_new) = (0, 0);
    let mut edits = Vec::new();
    let mut replace = |from: Range<usize>, to: &str| {
        if old[from.clone()] != *to {
            edits.push((Span::new(from.start, from.end), to.to_owned()));
        }
    };
    while let (Some(a), Some(b)) = (old_lines.get(at_old), new_lines.get(at_new)) {
        if a.before == b.before && a.text == b.text {
            replace(done_old..a.start, &new[done_new..b.start]);
            (done_old, done_new) = (a.start + a.text.len(), b.start + b.text.len());
            (at_old, at_new) = (at_old + 1, at_new + 1);
        } else if (a.before, a.lasting) <= (b.before, 0) {
            at_old += 1;
        } else if (b.before, b.lasting) <= (a.before, 0) {
            at_new += 1;
        } else {
            // Both lines begin at the same place, so that each is an edit of its own.
            if a.before == b.before {
                replace(done_old..a.start, &new[done_new..b.start]);
                (done_old, done_new) = (a.start, b.start);
            }
            at_old += 1;
            at_new += 1;
        }
    }
    replace(done_old..old.len(), &new[done_new..]);
    edits
}

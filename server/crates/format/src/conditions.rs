//! Where the condition of a rule breaks into lines: before the operators that are evaluated last,
//! and within parentheses. It must not know how long a line may be.

use crate::tokens::Token;
use std::ops::Range;

/// What is in the parentheses that an operand ends with, of a call what is behind its
/// `where`.
pub fn inner(tokens: &[Token]) -> Option<Range<usize>> {
    let end = tokens
        .len()
        .checked_sub(1)
        .filter(|end| tokens[*end].kind == ")")?;
    let open = open_of_last(tokens)?;
    let start = if tokens[open].kind == "call (" {
        let filter = tokens[open..end]
            .iter()
            .position(|token| token.kind == "where")?;
        open + filter + 1
    } else {
        open + 1
    };
    // Without the comma that a list may end with.
    let end = if tokens[end - 1].kind == "," {
        end - 1
    } else {
        end
    };
    let is_list = start < end && tokens[start..end].iter().any(|token| token.kind == ",");
    (start < end && !is_list).then_some(start..end)
}

/// The first parenthesis of an operand, if it is closed by the last token.
fn open_of_last(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0usize;
    let mut open = None;
    for (position, token) in tokens.iter().enumerate() {
        match token.kind {
            "(" | "call (" => {
                depth += 1;
                open = open.or(Some(position));
            }
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        // It ends before the operand does.
        if depth == 0 && open.is_some() && position + 1 < tokens.len() {
            return None;
        }
    }
    open
}

/// The places of the operators of a condition that are evaluated last.
pub fn last_operators(tokens: &[Token]) -> Vec<usize> {
    let mut depth = 0usize;
    let (mut ands, mut ors) = (Vec::new(), Vec::new());
    for (position, token) in tokens.iter().enumerate() {
        match token.kind {
            "(" | "call (" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "and" if depth == 0 => ands.push(position),
            "or" if depth == 0 => ors.push(position),
            _ => {}
        }
    }
    if ors.is_empty() { ands } else { ors }
}

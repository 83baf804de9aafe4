//! Lists as YAML and JSON have them. It must not know which property has one.

use super::draft::{Draft, is_text, is_word};
use crate::lexer::Token;
use crate::span::Span;

/// Mends a list whose values begin with `-`, from its first one on. What comes out is how many
/// tokens it has; none if it is not a list, or there are too many slips.
pub fn dashed(draft: &mut Draft, readable: &str, tokens: &[Token], first: usize) -> Option<usize> {
    let is_dash = |number: usize| {
        let token = &tokens[number];
        (token.begins_line || number == first) && token.written(readable) == "-"
    };
    let is_value = |token: Option<&Token>| {
        token.is_some_and(|token| !token.begins_line && (is_word(token) || is_text(token)))
    };
    let colon = tokens.get(first.checked_sub(1)?)?;
    if colon.written(readable) != ":" || !is_dash(first) {
        return None;
    }
    let mut values: Vec<Span> = Vec::new();
    let mut next = first;
    while next < tokens.len() && is_dash(next) {
        let dash = &tokens[next];
        if !is_value(tokens.get(next + 1)) {
            break;
        }
        if values.is_empty() {
            draft.blank(dash.span);
        } else {
            draft.put(dash.span, ",");
        }
        let start = next + 1;
        next = start + 1;
        while tokens.get(next).is_some_and(|token| !token.begins_line)
            && tokens[next].written(readable) != "}"
        {
            next += 1;
        }
        values.push(Span {
            start: tokens[start].span.start,
            end: tokens[next - 1].span.end,
        });
    }
    let last = values.last()?;
    let whole = Span {
        start: colon.span.end,
        end: last.end,
    };
    let written: Vec<&str> = values
        .iter()
        .map(|value| &draft.text[value.range()])
        .collect();
    let list = format!(" {}", written.join(", "));
    // A comment between the values is not thrown away.
    let has_comment = draft.text[whole.range()].contains("//");
    let fix = (!has_comment).then(|| ("Write it as a list".to_owned(), vec![(whole, list)]));
    let message = "unexpected `-`: a list is written `a, b`".to_owned();
    draft.report(tokens[first].span, message, fix)?;
    Some(next - first)
}

/// Mends a list in brackets, at the first of these.
pub fn bracketed(
    draft: &mut Draft,
    readable: &str,
    tokens: &[Token],
    opening: usize,
) -> Option<()> {
    let behind = tokens[opening + 1..].iter();
    let closing = behind
        .take_while(|token| !matches!(token.written(readable), "{" | "}" | "[" | ":"))
        .find(|token| token.written(readable) == "]")?;
    let opening = tokens[opening].span;
    draft.blank(opening);
    draft.blank(closing.span);
    let fix = (
        "Remove the brackets".to_owned(),
        vec![(opening, String::new()), (closing.span, String::new())],
    );
    let message = "unexpected `[`: a list is written `a, b`, without brackets".to_owned();
    draft.report(opening, message, Some(fix))
}

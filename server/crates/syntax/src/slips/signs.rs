//! Slips that single characters show: comments with `#` or `/*`, and strings in other quotes. They
//! come first, since what is in a comment or a string is not another slip. It must not know what a
//! token is part of.

use super::draft::Draft;
use crate::lexer::{Lexer, TokenKind};
use crate::span::Span;
use crate::strings::escaped;

/// The quotes of other languages and of word processors: what opens a string, and what closes it.
const QUOTES: [(&str, &[&str]); 6] = [
    ("'", &["'"]),
    ("`", &["`"]),
    ("\u{2018}", &["\u{2019}"]),
    ("\u{201c}", &["\u{201d}"]),
    ("\u{201e}", &["\u{201c}", "\u{201d}"]),
    ("\u{ab}", &["\u{bb}"]),
];

/// Mends them; nothing if there are too many.
pub fn mend(draft: &mut Draft) -> Option<()> {
    let text = draft.text;
    let mut offset = 0;
    // Where the line ends that was looked at last: a line may have as many signs as the text.
    let mut line_end = 0;
    // No quote is looked for twice in a line that does not have it.
    let mut unquoted_line = None;
    'text: loop {
        for token in Lexer::line_by_line(text, offset) {
            if token.kind != TokenKind::Sign {
                continue;
            }
            let start = token.span.start as usize;
            let rest = &text[start..];
            if line_end <= start {
                line_end = start + rest.find(['\n', '\r']).unwrap_or(rest.len());
            }
            let sign = token.written(text);
            if sign == "#" && is_comment(&text[..start], rest) {
                comment(draft, Span::new(start, line_end))?;
                offset = line_end;
                continue 'text;
            }
            if let Some(inner) = rest.strip_prefix("/*")
                && let Some(length) = inner.find("*/")
            {
                offset = start + length + 4;
                block_comment(draft, Span::new(start, offset), line_end)?;
                continue 'text;
            }
            let Some((_, closing)) = QUOTES.iter().find(|(opening, _)| *opening == sign) else {
                continue;
            };
            if unquoted_line == Some(line_end) {
                continue;
            }
            let inner = start + sign.len();
            let line = &text[inner..line_end];
            let ends = closing.iter().filter_map(|end| {
                let length = line.find(end)?;
                Some((length, end.len()))
            });
            let Some((length, closing)) = ends.min() else {
                unquoted_line = Some(line_end);
                continue;
            };
            let whole = Span::new(start, inner + length + closing);
            string(draft, whole, Span::new(inner, inner + length))?;
            offset = whole.end as usize;
            continue 'text;
        }
        return Some(());
    }
}

/// Whether a `#` begins a comment; `#12` is the number of a ticket.
fn is_comment(before: &str, rest: &str) -> bool {
    let is_apart = before.is_empty() || before.ends_with(char::is_whitespace);
    let next = rest[1..].chars().next();
    is_apart && !next.is_some_and(|next| next.is_ascii_digit())
}

fn comment(draft: &mut Draft, line: Span) -> Option<()> {
    let hashes = draft.text[line.range()].trim_start_matches('#').len();
    let sign = Span {
        end: line.end - hashes as u32,
        ..line
    };
    draft.blank(line);
    let fix = ("Change to `//`".to_owned(), vec![(sign, "//".to_owned())]);
    let message = "unexpected `#`: a comment is written `// text`".to_owned();
    draft.report(sign, message, Some(fix))
}

/// A comment between `/*` and `*/`. What follows it in its last line goes to a line of its own.
fn block_comment(draft: &mut Draft, whole: Span, line_end: usize) -> Option<()> {
    let (text, (start, end)) = (draft.text, (whole.start as usize, whole.end as usize));
    let line_start = text[..start].rfind('\n').map_or(0, |before| before + 1);
    let before = &text[line_start..start];
    let indent: String = before.chars().take_while(|sign| *sign == ' ').collect();
    let inner = text[start + 2..end - 2].trim_matches(['*', ' ', '\t', '\r', '\n']);
    let lines = inner.lines().map(|line| {
        let line = line.trim().trim_start_matches(['*', ' ']);
        format!("// {line}").trim_end().to_owned()
    });
    let mut comment = lines.collect::<Vec<_>>().join(&format!("\n{indent}"));
    let last_line = text[end..].lines().next().unwrap_or_default();
    if !last_line.trim().is_empty() {
        comment += &format!("\n{indent}");
    }
    draft.blank(whole);
    let sign = Span::new(start, (start + 2).min(line_end));
    let fix = ("Change to `//`".to_owned(), vec![(whole, comment)]);
    let message = "unexpected `/*`: a comment is written `// text`".to_owned();
    draft.report(sign, message, Some(fix))
}

fn string(draft: &mut Draft, whole: Span, inner: Span) -> Option<()> {
    let written = &draft.text[inner.range()];
    let sign = &draft.text[whole.start as usize..inner.start as usize];
    let message = format!("unexpected `{sign}`: a string is written `\"text\"`");
    // What is escaped already stays so.
    let quoted = if written.contains('\\') {
        format!("\"{written}\"")
    } else {
        format!("\"{}\"", escaped(written))
    };
    // The marks are the outermost bytes, so that the string is where it is written.
    let opening = Span {
        end: whole.start + 1,
        ..whole
    };
    draft.blank(Span {
        end: inner.start,
        ..whole
    });
    draft.put(opening, "\"");
    draft.put(
        Span {
            start: inner.end,
            ..whole
        },
        "\"",
    );
    for byte in &mut draft.mended[inner.range()] {
        if *byte == b'"' {
            *byte = b'\'';
        }
    }
    let fix = (
        "Put it into double quotes".to_owned(),
        vec![(whole, quoted)],
    );
    draft.report(whole, message, Some(fix))
}

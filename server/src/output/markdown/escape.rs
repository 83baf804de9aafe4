//! Texts that mean nothing to Markdown. It must not know a document.

use crate::printable::printable;

/// A text that means nothing to Markdown, to HTML, or to a page that makes links of addresses and
/// names. One line.
pub fn escape(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let digits = digits_at_start(&text);
    let mut escaped = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            // Otherwise GitHub notifies the account with that name.
            '@' => escaped += "&#64;&#8203;",
            '#' => escaped += "&#35;",
            // At the start of a comment, an order to GitLab and to bots.
            '/' if place == 0 => escaped += "&#47;",
            character => {
                if has_meaning(&text, digits, place, character) {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
        if begins_reference(&text, place, character) {
            escaped += "&#8203;";
        }
    }
    escaped
}

/// Whether a character of a line, which begins with so many digits, is markup where it is.
fn has_meaning(line: &str, digits: usize, place: usize, character: char) -> bool {
    match character {
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' | '{' | '}' => true,
        // What begins a list or an underline does so at the start of a line alone.
        '-' | '+' | '=' => place == 0,
        '.' | ')' if place > 0 && place == digits => true,
        // `https://`, `:smile:` and `www.` become something where Markdown is shown with more than
        // Markdown has.
        ':' => next(line, place, character).is_some_and(|next| !next.is_whitespace()),
        '.' => follows(line, place, "www"),
        _ => false,
    }
}

/// Whether what begins with a character refers to something: `#1`, `GH-1`, and what GitLab has
/// besides, whether Markdown knows of it or not.
fn begins_reference(line: &str, place: usize, character: char) -> bool {
    let next = next(line, place, character);
    match character {
        '#' | '!' | '%' | '~' | '$' | '&' => {
            next.is_some_and(|next| next.is_alphanumeric() || next == '"')
        }
        '-' => next.is_some_and(|next| next.is_ascii_digit()) && follows(line, place, "GH"),
        _ => false,
    }
}

fn next(line: &str, place: usize, character: char) -> Option<char> {
    line[place + character.len_utf8()..].chars().next()
}

/// Whether a word is directly before a place.
fn follows(line: &str, place: usize, word: &str) -> bool {
    line.as_bytes()[place.saturating_sub(word.len())..place].eq_ignore_ascii_case(word.as_bytes())
}

fn digits_at_start(line: &str) -> usize {
    line.find(|character: char| !character.is_ascii_digit())
        .unwrap_or(line.len())
}

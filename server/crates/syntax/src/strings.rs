//! Strings of the language: how any text is written as one, and what an escape in one stands for.
//! It must not know where strings stand.

use crate::characters::is_invisible;
use std::fmt::Write;

/// A text as a string of the language, in one line and with its quotes.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text as it is written between the quotes of a string. What cannot be seen, and what acts where
/// it is shown, is written as the number of its character.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            _ if character.is_control() || is_invisible(character) => {
                write!(escaped, "\\u{{{:x}}}", character as u32)
                    .expect("a string takes all that is written to it");
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The character that an escape stands for, `\n` or `\u{e9}`; none if there is no such escape.
pub fn unescaped(escape: &str) -> Option<char> {
    match escape {
        "\\\"" => Some('"'),
        "\\\\" => Some('\\'),
        "\\n" => Some('\n'),
        "\\t" => Some('\t'),
        _ => {
            let digits = escape.strip_prefix("\\u{")?.strip_suffix('}')?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        }
    }
}

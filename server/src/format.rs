//! The formats in which a check is printed, and what they share. They must not decide what is said.

pub mod difference;
pub mod document;
pub mod github;
pub mod human;
pub mod json;
pub mod markdown;
pub mod sarif;

use serde_json::Value;
use std::io::Write;
use threatline_ide::safe::acts;

/// A text that does nothing to a terminal: control characters and those that turn the direction of text are
/// shown as pictures or replaced.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' => '\n',
            '\t' => ' ',
            '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            _ if acts(character) => '\u{fffd}',
            _ => character,
        })
        .collect()
}

/// The same in one line, for names and titles: a line that begins with `::` is an order to GitHub Actions.
pub fn in_one_line(text: &str) -> String {
    printable(text).replace('\n', "\u{240a}")
}

/// Writes a JSON document. What would act on a terminal is escaped, so that the text stays what it is.
pub fn write_json(output: &mut impl Write, document: &Value) -> std::io::Result<()> {
    let text = format!("{document:#}");
    let mut rest = text.as_str();
    let is_escaped = |character: char| character != '\n' && acts(character);
    while let Some(at) = rest.find(is_escaped) {
        let character = rest[at..].chars().next().unwrap_or_default();
        write!(output, "{}\\u{:04x}", &rest[..at], character as u32)?;
        rest = &rest[at + character.len_utf8()..];
    }
    writeln!(output, "{rest}")
}

/// "1 flow", "2 flows".
pub fn count(number: usize, one: &str) -> String {
    match (number, one) {
        (1, one) => format!("1 {one}"),
        (_, "boundary") => format!("{number} boundaries"),
        (_, "entity") => format!("{number} entities"),
        _ => format!("{number} {one}s"),
    }
}

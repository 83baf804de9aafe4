//! The formats in which a check is printed, and what they share. They must not decide what is said.

pub mod difference;
pub mod document;
pub mod github;
pub mod human;
pub mod json;
pub mod markdown;
pub mod sarif;

use serde::Serialize;
use std::io::Write;
use threatline_exchange::pretty::pretty_json;
use threatline_ide::safe::acts;

pub use threatline_exchange::titles::count;

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

/// Tells a person something beside the output, in one line. That nobody hears it, as on a full disk, is no failure.
pub fn note(what: &str, text: &str) {
    let _ = writeln!(anstream::stderr(), "\x1b[1m{what}\x1b[0m: {}", in_one_line(text));
}

/// The same of what is wrong.
pub fn error(what: &str, text: &str) {
    let _ = writeln!(anstream::stderr(), "\x1b[1;31m{what}\x1b[0m: {}", in_one_line(text));
}

/// Writes a JSON document.
pub fn write_json(output: &mut impl Write, document: &impl Serialize) -> std::io::Result<()> {
    output.write_all(pretty_json(document).as_bytes())
}

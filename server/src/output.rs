//! The formats in which a check is printed, and what they share. They must not decide what is said.

pub mod difference;
pub mod document;
pub mod file;
pub mod github;
pub mod human;
pub mod json;
pub mod markdown;
pub mod sarif;

use serde::Serialize;
use std::io::Write;
use threatline_exchange::pretty::pretty_json;
use threatline_view::sanitize::{acts, without_orders};

pub use threatline_exchange::titles::count;

/// A text that does nothing to a terminal or a CI service: control characters, those that turn the
/// direction of text and those that cannot be seen are shown as pictures or replaced, and what is
/// an order in a log is taken apart.
pub fn printable(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|character| match character {
            '\n' => '\n',
            '\t' => ' ',
            '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            _ if acts(character) => '\u{fffd}',
            _ => character,
        })
        .collect();
    if !shown.contains("##") && !shown.contains("::") {
        return shown;
    }
    let shown = without_orders(shown);
    // GitHub takes these at the beginning of a line, spaces or not.
    let lines = shown
        .split('\n')
        .map(|line| match line.trim_start().strip_prefix("::") {
            Some(rest) => format!("{}: :{rest}", &line[..line.len() - line.trim_start().len()]),
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// The same in one line, for names and titles.
pub fn in_one_line(text: &str) -> String {
    printable(text).replace('\n', "\u{240a}")
}

/// Tells a person something beside the output, in one line. That nobody hears it, as on a full
/// disk, is no failure.
pub fn note(what: &str, text: &str) {
    let _ = writeln!(
        anstream::stderr(),
        "\x1b[1m{what}\x1b[0m: {}",
        in_one_line(text)
    );
}

/// The same of what is wrong.
pub fn error(what: &str, text: &str) {
    let _ = writeln!(
        anstream::stderr(),
        "\x1b[1;31m{what}\x1b[0m: {}",
        in_one_line(text)
    );
}

/// Writes a JSON document.
pub fn write_json(output: &mut impl Write, document: &impl Serialize) -> std::io::Result<()> {
    output.write_all(pretty_json(document).as_bytes())
}

//! Texts of models, files and other tools made harmless to who shows them: terminals and the logs
//! of CI services. It must not know where a text comes from.

use threatline_view::sanitize::{acts, without_orders};

/// A text that does nothing to a terminal or a CI service: control characters, those that turn the
/// direction of text and those that cannot be seen are shown as pictures or replaced, and what is
/// an order in a log is taken apart.
pub fn printable(text: &str) -> String {
    let shown: String = text.chars().map(picture).collect();
    if !shown.contains("##") && !shown.contains("::") {
        return shown;
    }
    let shown = without_orders(&shown);
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

fn picture(character: char) -> char {
    match character {
        '\n' => '\n',
        '\t' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ if acts(character) => '\u{fffd}',
        _ => character,
    }
}

//! The formats in which a check is printed, and what they share. They must not decide what is said.

pub mod github;
pub mod human;
pub mod json;
pub mod sarif;

/// A text that does nothing to a terminal: control characters and those that turn the direction of text are
/// shown as pictures or replaced.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' => '\n',
            '\t' => ' ',
            '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                '\u{fffd}'
            }
            _ => character,
        })
        .collect()
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

//! How much room text takes in a drawing, and how it is cut to fit. It must not know its meaning.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of a column of text, in the sizes that style sheets have to keep: 12 pixels for
/// elements, 11 for flows, 10 for what is below a name.
pub const COLUMN: f64 = 7.0;
/// The width of a column of a flow's name.
pub const FLOW_COLUMN: f64 = 6.2;
const BELOW_COLUMN: f64 = 5.8;
/// The height of a line.
pub const LINE: f64 = 16.0;

/// The width and height of the lines of a name, in columns of a width, and of what is below.
pub fn size(name: &[String], below: &str, column: f64) -> (f64, f64) {
    let widest = widest(name) * column;
    let lines = name.len() + usize::from(!below.is_empty());
    (
        widest.max(below.width() as f64 * BELOW_COLUMN),
        lines as f64 * LINE,
    )
}

/// The columns of the widest line.
pub fn widest(lines: &[String]) -> f64 {
    let widths = lines.iter().map(|line| line.width());
    widths.max().unwrap_or_default() as f64
}

/// A text in at most two lines of so many columns.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_last = lines.len() == 2;
        match lines.last_mut() {
            // What is behind is cut off, however much it is.
            Some(line) if is_last && line.width() > columns => break,
            Some(line) if line.width() + 1 + word.width() <= columns || is_last => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, columns)).collect()
}

/// A text, with a sign of what is cut off if it has more columns.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |character: &char| {
        let width = character.width().unwrap_or_default();
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_in_its_second_line() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three fo…"]);
        assert_eq!(wrapped("one two three f", 9), ["one two", "three f"]);
        let long = "one two ".repeat(100_000);
        assert_eq!(wrapped(&long, 9), ["one two", "one two…"]);
    }
}

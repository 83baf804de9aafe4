//! The lines of a result, and how long they may be. It must not know what is on them.

use std::borrow::Cow;
use std::iter::repeat_n;

/// The longest line that a list, a condition or a declaration is joined to, in characters.
pub const MAX_WIDTH: usize = 100;
/// The indent of what is in a block.
pub const IN_BLOCK: usize = 2;
/// The indent of what is in a list or a condition of several lines.
pub const IN_PROPERTY: usize = 4;

/// One line of the result. A block string in it brings line ends of its own.
pub struct Line<'text> {
    /// Whether an empty line goes before.
    pub blank: bool,
    /// How many spaces it begins with.
    pub indent: usize,
    /// What is on the line except for the comment: nothing, if the comment stands alone.
    pub code: Cow<'text, str>,
    /// What it ends with.
    pub comment: Option<&'text str>,
    /// Whether it is one of the lines of a description.
    pub is_description: bool,
}

impl<'text> Line<'text> {
    /// A line without a comment.
    pub fn code(indent: usize, code: impl Into<Cow<'text, str>>) -> Self {
        Line {
            blank: false,
            indent,
            code: code.into(),
            comment: None,
            is_description: false,
        }
    }

    /// A line with nothing but a comment.
    pub fn comment(indent: usize, comment: &'text str) -> Self {
        Line {
            comment: Some(comment),
            ..Line::code(indent, "")
        }
    }

    /// Adds the line, and the empty one before it, to a result.
    pub fn write(&self, line_end: &str, result: &mut String) {
        if self.blank {
            result.push_str(line_end);
        }
        result.extend(repeat_n(' ', self.indent));
        result.push_str(&self.code);
        if let Some(comment) = self.comment {
            result.push_str(if self.code.is_empty() { "" } else { " " });
            result.push_str(comment);
        }
        result.push_str(line_end);
    }
}

/// How much of a line something takes, in characters.
pub fn width(code: &str) -> usize {
    code.chars().count()
}

/// How the first line of a text ends.
pub fn first_line_end(text: &str) -> &'static str {
    match text.find(['\n', '\r']).map(|end| &text[end..]) {
        Some(end) if end.starts_with("\r\n") => "\r\n",
        Some(end) if end.starts_with('\r') => "\r",
        _ => "\n",
    }
}

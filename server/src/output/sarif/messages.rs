//! Texts as SARIF has them in messages, where braces stand for arguments and brackets for links. It
//! must not know what a text is about.

use crate::printable::printable;
use serde_json::{Value, json};

/// A message of a text that links to nothing.
pub fn message_of(text: &str) -> Value {
    json!({ "text": literal_braces(&unlinked(&printable(text))) })
}

/// A text in which no page sees a link.
pub fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// A text as what a link is read as.
pub fn link_text(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

/// A text, or Markdown, of which nothing is replaced: a single brace is written as two (SARIF
/// 2.1.0, 3.11.5).
pub fn literal_braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_and_nothing_is_a_link() {
        assert_eq!(
            message_of("{0} [a](1) {{1}}"),
            json!({ "text": "{{0}} [a] (1) {{{{1}}}}" })
        );
    }
}

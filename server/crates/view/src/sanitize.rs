//! Text of a model where it is shown: without what a terminal or a page takes for an instruction.
//! It must not know what the text says.

use std::ops::Range;
use threatline_syntax::is_invisible;

/// Whether a character does something where it is shown or cannot be seen: controls, those that
/// turn the direction of what follows, those that hide a text from people but not from programs,
/// and those that no format takes for characters.
pub fn acts(character: char) -> bool {
    character.is_control() || is_invisible(character) || is_noncharacter(character)
}

/// Whether Unicode keeps a code point from ever being a character. Readers of XML and YAML refuse
/// some of them.
pub fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

/// What CI services take for an order, some of them wherever it is in a line of a log: `##`,
/// the name of the service or nothing, and `[`, as in `##[`, `##vso[` and `##teamcity[`. The ranges
/// of bytes, each from the first `#` to the `[`.
pub fn orders(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    let bytes = text.as_bytes();
    (0..bytes.len()).filter_map(move |start| {
        let name = bytes[start..].strip_prefix(b"##")?;
        let length = name.iter().take_while(|byte| is_of_name(byte)).count();
        (name.get(length) == Some(&b'[')).then_some(start..start + length + 3)
    })
}

/// A text in which such orders are taken apart.
pub fn without_orders(text: &str) -> String {
    let mut apart = String::with_capacity(text.len());
    let mut written = 0;
    for order in orders(text) {
        apart += &text[written..=order.start];
        apart.push(' ');
        written = order.start + 1;
    }
    apart + &text[written..]
}

/// A text without characters that act.
pub fn text(text: &str) -> String {
    text.chars()
        .filter(|character| matches!(character, '\n' | '\t') || !acts(*character))
        .collect()
}

/// A text on one line, without characters that act.
pub fn line(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|character| !acts(*character) || character.is_whitespace())
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text for HTML or XML, between tags or in quotes.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            // Of an order to a CI service, where a page is written to a log.
            '#' if escaped.ends_with('#') => escaped += "&#35;",
            // Some are not characters of XML.
            character if is_noncharacter(character) => {}
            character if character.is_control() && character != '\n' => {}
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_to_whatever_service_are_taken_apart() {
        for (text, apart) in [
            ("##[a] ##vso[b]", "# #[a] # #vso[b]"),
            ("##teamcity[a]", "# #teamcity[a]"),
            ("##Any-other.service[a]", "# #Any-other.service[a]"),
            ("####[a]", "### #[a]"),
            ("é##é[a] ## [b] #c[d] ##", "é##é[a] ## [b] #c[d] ##"),
        ] {
            assert_eq!(without_orders(text), apart);
        }
    }

    #[test]
    fn noncharacters_are_in_no_text() {
        assert_eq!(
            line("a\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}b\u{fffd}"),
            "ab\u{fffd}"
        );
        assert_eq!(xml("a\u{fffe}\u{fdef}\u{fffff}b"), "ab");
    }
}

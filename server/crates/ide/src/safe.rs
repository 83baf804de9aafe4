//! Text of a model where it is shown: without what a terminal or a page takes for an instruction. It must not know what
//! the text says.

/// Whether a character does something where it is shown: controls, and those that turn the direction of what follows.
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text on one line, without characters that act.
pub fn line(text: &str) -> String {
    let kept: String = text.chars().filter(|character| !acts(*character) || character.is_whitespace()).collect();
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
            // No character of XML.
            '\u{fffe}' | '\u{ffff}' => {}
            character if character.is_control() && character != '\n' => {}
            character => escaped.push(character),
        }
    }
    escaped
}

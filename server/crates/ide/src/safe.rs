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

/// Markdown of a model, without what would fetch, run or hide something where it is shown: pictures, HTML, links to anything
/// but pages of the web, and characters that act.
pub fn markdown(text: &str) -> String {
    let text: String = text.chars().filter(|character| matches!(character, '\n' | '\t') || !acts(*character)).collect();
    let text = text.replace('<', "&lt;").replace("![", "!\\[").replace("]:", "]\\:");
    let mut parts = text.split("](");
    let mut harmless = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.trim_start().as_bytes();
        let begins_with = |scheme: &str| {
            target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        harmless += if begins_with("https://") || begins_with("http://") { "](" } else { "]\\(" };
        harmless += part;
    }
    harmless
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_leads_to_pages_and_does_nothing_else() {
        for kept in ["*a* `b` [c](https://d.example) [e]( HTTP://f.example \"g\")", "a[0] (b)", "- item\n- item"] {
            assert_eq!(markdown(kept), kept);
        }
        for (text, harmless) in [
            ("![a](https://b.example)", "!\\[a](https://b.example)"),
            ("![a][b]\n\n[b]: https://b.example", "!\\[a][b]\n\n[b]\\: https://b.example"),
            ("[a](command:b) [c](\n file:///d)", "[a]\\(command:b) [c]\\(\n file:///d)"),
            ("[a](<javascript:b>) <img src=c>", "[a]\\(&lt;javascript:b>) &lt;img src=c>"),
            ("a\u{202e}b\u{1b}[2Jc", "ab[2Jc"),
        ] {
            assert_eq!(markdown(text), harmless);
        }
    }
}

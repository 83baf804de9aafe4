//! Text of a model where it is shown: without what a terminal or a page takes for an instruction.
//! It must not know what the text says.

use threatline_syntax::is_invisible;

/// Whether a character does something where it is shown or cannot be seen: controls, those that
/// turn the direction of what follows, and those that hide a text from people but not from
/// programs.
pub fn acts(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// What CI services take for an order wherever it stands in a line of a log: Azure Pipelines and
/// GitHub Actions.
pub const ORDERS: [&str; 2] = ["##[", "##vso["];

/// A text in which such orders are taken apart.
pub fn without_orders(text: String) -> String {
    ORDERS.iter().fold(text, |text, order| {
        text.replace(order, &order.replacen("##", "# #", 1))
    })
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

/// Markdown of a model, without what would fetch, run or hide something where it is shown:
/// pictures, HTML, links to anything but pages of the web, and characters that act.
pub fn markdown(text: &str) -> String {
    let text = self::text(text)
        .replace('<', "&lt;")
        .replace("![", "!\\[")
        .replace("]:", "]\\:");
    let mut parts = text.split("](");
    let mut harmless = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.trim_start().as_bytes();
        let begins_with = |scheme: &str| {
            target
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        harmless += if begins_with("https://") || begins_with("http://") {
            "]("
        } else {
            "]\\("
        };
        harmless += part;
    }
    match open_fence(&harmless) {
        Some(fence) => format!("{harmless}\n{fence}"),
        None => harmless,
    }
}

/// The fence of a block of code that is not closed, and would take in what stands behind the text.
fn open_fence(text: &str) -> Option<&str> {
    text.lines().fold(None, |open: Option<&str>, line| {
        // In a quote or a list, too.
        let line = line.trim_start_matches([' ', '\t', '>', '-', '*', '+']);
        let sign = if line.starts_with('~') { '~' } else { '`' };
        let fence = &line[..line.len() - line.trim_start_matches(sign).len()];
        match open {
            Some(open) if fence.starts_with(open) => None,
            None if fence.len() >= 3 => Some(fence),
            open => open,
        }
    })
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
        for kept in [
            "*a* `b` [c](https://d.example) [e]( HTTP://f.example \"g\")",
            "a[0] (b)",
            "- item\n- item",
        ] {
            assert_eq!(markdown(kept), kept);
        }
        for (text, harmless) in [
            ("![a](https://b.example)", "!\\[a](https://b.example)"),
            (
                "![a][b]\n\n[b]: https://b.example",
                "!\\[a][b]\n\n[b]\\: https://b.example",
            ),
            (
                "[a](command:b) [c](\n file:///d)",
                "[a]\\(command:b) [c]\\(\n file:///d)",
            ),
            (
                "[a](<javascript:b>) <img src=c>",
                "[a]\\(&lt;javascript:b>) &lt;img src=c>",
            ),
            ("a\u{202e}b\u{1b}[2J\u{e0041}c", "ab[2Jc"),
            ("a\n~~~~ b\n~~~", "a\n~~~~ b\n~~~\n~~~~"),
            ("```\na\n```\n- ```b", "```\na\n```\n- ```b\n```"),
        ] {
            assert_eq!(markdown(text), harmless);
        }
    }
}

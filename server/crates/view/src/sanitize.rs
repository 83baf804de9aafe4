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

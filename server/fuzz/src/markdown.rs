//! Markdown of a model: whatever a text says, another CommonMark reader than the one that examined
//! it finds no picture, HTML or link to anything but a page in it, and what follows the text is not
//! taken in.

use crate::budget::{Budget, NOT_COUNTED};
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use threatline_view::markdown::{harmless, harmless_item, literal};

/// What an input may cost.
pub const BUDGET: Budget = Budget {
    at_once: (100_000, 1_000),
    in_all: (500_000, 5_000),
    steps: NOT_COUNTED,
};

const NEXT: &str = "what follows";

/// Shows a text in the places in which an editor does.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let shown = harmless(&text);
    assert_eq!(harmless(&shown), shown, "{text:?} is harmless once more");
    let item = harmless_item(&text);
    for page in [
        format!("{shown}\n\n{NEXT}\n"),
        format!("- entry\n\n{shown}\n\n{NEXT}\n"),
        format!("- {item}\n- {item}  \n  <https://page.example>\n\n{NEXT}\n"),
        format!("| {} | b |\n|---|---|\n\n{NEXT}\n", literal(&text)),
        format!("**{}**\n\n{NEXT}\n", literal(&text)),
    ] {
        check_page(&page, &text);
    }
    let cells = format!("| {} | b |\n|---|---|\n", literal(&text));
    let rows = count(&cells, |value| matches!(value, NodeValue::TableCell));
    assert_eq!(rows, 2, "{text:?} is one cell of {cells:?}");
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options
}

fn count(page: &str, is_counted: impl Fn(&NodeValue) -> bool) -> usize {
    let arena = Arena::new();
    let root = parse_document(&arena, page, &options());
    root.descendants()
        .filter(|node| is_counted(&node.data.borrow().value))
        .count()
}

fn check_page(page: &str, text: &str) {
    let arena = Arena::new();
    let root = parse_document(&arena, page, &options());
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Image(_) | NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_) => {
                panic!("{text:?} acts in {page:?}")
            }
            NodeValue::Link(link) => {
                let target = link.url.to_ascii_lowercase();
                assert!(
                    target.starts_with("https://") || target.starts_with("http://"),
                    "{text:?} leads to {target:?} in {page:?}"
                );
            }
            _ => {}
        }
    }
    let last = root.last_child().expect("a page has a last part");
    assert!(
        matches!(last.data.borrow().value, NodeValue::Paragraph),
        "{text:?} takes in what follows it: {page:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::check;

    /// Parts of which the ways to write what acts are made.
    const PARTS: [&str; 44] = [
        "a",
        " ",
        "\n",
        "\n\n",
        "    ",
        "\t",
        "- ",
        "1. ",
        "> ",
        "# ",
        "| ",
        "|---|",
        "`",
        "```",
        "~~~",
        "*",
        "_",
        "**",
        "[",
        "]",
        "(",
        ")",
        "](",
        "]: ",
        "![",
        "<",
        ">",
        "</",
        "<!--",
        "<img src=x>",
        "<div",
        "\\",
        "&lt;",
        "&#58;",
        "http://",
        "https://",
        "javascript:",
        "x:y",
        "\"",
        "'",
        ":",
        "\r",
        "\u{202e}",
        "\u{0}",
    ];

    #[test]
    fn texts_of_signs() {
        let _alone = crate::budget::alone();
        let mut state: u64 = 1;
        let mut below = |end: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % end
        };
        for _ in 0..4_000 {
            let length = 1 + below(24);
            let text: String = (0..length).map(|_| PARTS[below(PARTS.len())]).collect();
            check(text.as_bytes());
        }
    }
}

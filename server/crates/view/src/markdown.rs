//! Markdown of a model where it is shown: its prose as it was written, and nothing in it that
//! fetches, runs, hides or swallows something. It must not know what the text says, or who shows
//! it.
//!
//! What is harmless is decided by a parser and not by patterns: a text is shown when all that a
//! CommonMark reader makes of it is allowed, and the sign that begins anything else is escaped.

use crate::sanitize;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::collections::BTreeSet;
use std::ops::Range;

/// How often a text is examined again, since what follows an escape may be read another way.
const MAX_ROUNDS: usize = 8;

/// How many `#` a heading begins with at most.
const MAX_LEVEL: usize = 6;

/// Markdown without what acts where it is shown: pictures, HTML, links to anything but pages of the
/// web, definitions that change what is elsewhere, a block of code that is not closed, and
/// characters that act; and without headings and rules, by which a text would pass for a part of
/// the page around it.
pub fn harmless(text: &str) -> String {
    let plain = sanitize::text(text);
    // Space before the first line would make it a part of a list that is above.
    let mut text = plain.trim_start().to_owned();
    for _ in 0..MAX_ROUNDS {
        let escapes = Escapes::needed(&text);
        if escapes.is_empty() {
            return closed(text);
        }
        text = escapes.apply(&text);
    }
    literal(&plain)
}

/// Markdown for an entry of a list: none of its lines is more than a line, such as a heading.
pub fn harmless_item(text: &str) -> String {
    let text = sanitize::text(text);
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("{}{line}", if begins_block(line) { "\\" } else { "" }));
    harmless(&lines.collect::<Vec<_>>().join("  \n  "))
}

/// Whether a line begins a heading, a quote, a list, a table or a block of code.
fn begins_block(line: &str) -> bool {
    line.starts_with(['#', '>', '-', '+', '=', '|'])
        || ["* ", "***", "___", "~~~", "```"]
            .iter()
            .any(|start| line.starts_with(start))
}

/// Text on one line that says itself, for a title or the cell of a table.
pub fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in sanitize::line(text).chars() {
        match character {
            '<' => escaped += "&lt;",
            '&' => escaped += "&amp;",
            '\\' | '`' | '*' | '[' | ']' | '!' | '|' | '~' => escaped.extend(['\\', character]),
            '_' | '#' | '>' | '-' | '+' | '=' if escaped.is_empty() => {
                escaped.extend(['\\', character]);
            }
            '_' if !escaped.ends_with(char::is_alphanumeric) => escaped += "\\_",
            character => escaped.push(character),
        }
    }
    escaped
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// Where a text has to be escaped.
#[derive(Default)]
struct Escapes {
    /// Signs that get a backslash before them.
    signs: BTreeSet<usize>,
    /// `<` that become entities.
    tags: BTreeSet<usize>,
}

impl Escapes {
    /// What a reader makes of a text and must not.
    fn needed(text: &str) -> Escapes {
        let mut escapes = Escapes::default();
        let mut code: Vec<Range<usize>> = Vec::new();
        let mut events = Parser::new_ext(text, options()).into_offset_iter();
        for (event, range) in events.by_ref() {
            match event {
                Event::Code(_) | Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                    code.push(range);
                }
                Event::Start(Tag::Image { .. }) => {
                    escapes.signs.insert(range.start + 1);
                }
                Event::Start(Tag::Heading { .. }) => {
                    escapes.signs.insert(sign_of_heading(text, range));
                }
                Event::Rule => {
                    let signs = &text[range.clone()];
                    let space = signs.len() - signs.trim_start().len();
                    escapes.signs.insert(range.start + space);
                }
                Event::Start(Tag::Link { dest_url, .. }) if !is_page(&dest_url) => {
                    let target = text[range.clone()].rfind("](");
                    let sign = target.map_or(range.start, |target| range.start + target + 1);
                    escapes.signs.insert(sign);
                }
                _ => {}
            }
        }
        // They lead elsewhere what the same name in another text is.
        for (_, definition) in events.reference_definitions().iter() {
            escapes.signs.insert(definition.span.start);
        }
        // Also where it begins no HTML here: readers differ.
        for (position, _) in text.match_indices('<') {
            if !code.iter().any(|range| range.contains(&position)) {
                escapes.signs.remove(&position);
                escapes.tags.insert(position);
            }
        }
        escapes
    }

    fn is_empty(&self) -> bool {
        self.signs.is_empty() && self.tags.is_empty()
    }

    fn apply(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len() + self.signs.len());
        for (position, character) in text.char_indices() {
            if self.tags.contains(&position) {
                escaped += "&lt;";
                continue;
            }
            if self.signs.contains(&position) {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped
    }
}

/// Where the sign is that makes a heading of some lines: `#` before them, or the first of the line
/// of `=` or `-` below.
fn sign_of_heading(text: &str, heading: Range<usize>) -> usize {
    let lines = &text[heading.clone()];
    let begins = lines.trim_start();
    let after_signs = begins.trim_start_matches('#');
    let is_begun = begins.starts_with('#')
        && begins.len() - after_signs.len() <= MAX_LEVEL
        && (after_signs.is_empty() || after_signs.starts_with(char::is_whitespace));
    if is_begun {
        return heading.end - begins.len();
    }
    let ends = lines.trim_end();
    let underline = ends.chars().next_back().unwrap_or_default();
    heading.start + ends.trim_end_matches(underline).len()
}

/// Whether a link leads to a page of the web.
fn is_page(target: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        target
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// A text whose last block of code ends with it, and takes in nothing that follows.
fn closed(text: String) -> String {
    const NEXT: &str = "\n\nnext";
    let followed = format!("{text}{NEXT}");
    let open = Parser::new_ext(&followed, options())
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => Some(range),
            _ => None,
        })
        .find(|range| range.end > text.len() + NEXT.len() - 1);
    let Some(open) = open else {
        return text;
    };
    let sign = text[open.start..].chars().next().unwrap_or('`');
    let fence: String = text[open.start..]
        .chars()
        .take_while(|character| *character == sign)
        .collect();
    format!("{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_stays_as_it_is() {
        for kept in [
            "*a* `b` [c](https://d.example) [e]( HTTP://f.example \"g\")",
            "a[0] (b)",
            "- item\n- item",
            "| a | b |\n|---|---|\n| c | d |",
            "`Vec<T>` and\n\n```\n<img src=a>\n```",
            "[a] is no link, and [b](#c is none",
        ] {
            assert_eq!(harmless(kept), kept);
        }
    }

    #[test]
    fn what_acts_is_escaped() {
        for (text, expected) in [
            ("![a](https://b.example)", "!\\[a](https://b.example)"),
            ("![a](b:c)", "!\\[a](b:c)"),
            (
                "![a][b]\n\n[b]: https://b.example",
                "!\\[a][b]\n\n\\[b]: https://b.example",
            ),
            (
                "[a](command:b) [c](\n file:///d)",
                "[a]\\(command:b) [c]\\(\n file:///d)",
            ),
            (
                "[a](<javascript:b>) <img src=c>",
                "[a]\\(&lt;javascript:b>) &lt;img src=c>",
            ),
            ("[a](java&#115;cript:b)", "[a]\\(java&#115;cript:b)"),
            ("[[a](b:c)](d:e)", "[[a]\\(b:c)]\\(d:e)"),
            ("a < b\n<!-- c", "a &lt; b\n&lt;!-- c"),
            ("\\\\[a](b:c)", "\\\\[a]\\(b:c)"),
            ("a\u{202e}b\u{1b}[2J\u{e0041}c", "ab[2Jc"),
            ("    <b>", "&lt;b>"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn no_line_is_a_heading_or_a_rule() {
        for (text, expected) in [
            ("# a", "\\# a"),
            ("   ## a ##\nb\n###### c", "\\## a ##\nb\n\\###### c"),
            ("a\n#\nb", "a\n\\#\nb"),
            ("a\n===\nb", "a\n\\===\nb"),
            ("a\n  -  \nb", "a\n  \\-  \nb"),
            ("#a\n---", "#a\n\\---"),
            ("####### a\n=", "####### a\n\\="),
            ("- a\n\n  b\n  ---\n- # c", "- a\n\n  b\n  \\---\n- \\# c"),
            ("> a\n> ===\n>\n> # b", "> a\n> \\===\n>\n> \\# b"),
            ("a\n\n---\n* * *\n___", "a\n\n\\---\n\\* * *\n\\___"),
            (
                "```\n# a\n---\n```\n\n    # b",
                "```\n# a\n---\n```\n\n    # b",
            ),
        ] {
            let shown = harmless(text);
            assert_eq!(shown, expected);
            assert_eq!(harmless(&shown), shown);
        }
        let shown = harmless(&"a\n===\n".repeat(20));
        assert!(!shown.contains("\n="), "{shown}");
    }

    #[test]
    fn a_block_of_code_ends_with_its_text() {
        for (text, expected) in [
            ("a\n~~~~ b\n~~~", "a\n~~~~ b\n~~~\n~~~~"),
            ("```\na\n```", "```\na\n```"),
            ("a\n```", "a\n```\n```"),
            // What is in a quote or in a list ends with it.
            ("> ```\n> a", "> ```\n> a"),
            ("- ```b", "- ```b"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn a_text_that_does_not_come_to_rest_is_shown_as_text() {
        let nested = format!("{}a{}", "[".repeat(40), "](b:c)".repeat(40));
        let shown = harmless(&nested);
        assert!(Escapes::needed(&shown).is_empty(), "{shown}");
        assert!(shown.contains("a\\](b:c)"), "{shown}");
    }

    #[test]
    fn an_entry_of_a_list_is_lines() {
        assert_eq!(
            harmless_item("a\n\n# b\n  - c\n```\nd"),
            "a  \n  \\# b  \n  \\- c  \n  \\```  \n  d"
        );
        assert_eq!(harmless_item("a\n    <b>"), "a  \n  &lt;b>");
        assert_eq!(harmless_item("```\na"), "\\```  \n  a");
    }

    #[test]
    fn literal_text_is_not_read() {
        assert_eq!(
            literal("- *a*|b\n[c](d:e) `f` g_h _i_ <j>&k;"),
            "\\- \\*a\\*\\|b \\[c\\](d:e) \\`f\\` g_h \\_i_ &lt;j>&amp;k;"
        );
    }
}

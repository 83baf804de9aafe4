//! Documents of JSON and YAML as text. It must not know what they say.

use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fmt::Write;
use threatline_view::sanitize::{acts, orders};

/// A document of JSON, with a line for each value.
///
/// # Panics
/// When a key of it is not text.
pub fn pretty_json(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).expect("keys are texts");
    harmless(text + "\n", surrogates)
}

/// JSON, or YAML whose texts are JSON, with what would act on a terminal or a CI service escaped,
/// so that the text stays what it is. `escape` writes a character beyond U+FFFF.
fn harmless(text: String, escape: fn(char) -> String) -> String {
    let is_harmful = |character| character != '\n' && acts(character);
    let orders: BTreeSet<usize> = orders(&text).map(|order| order.start).collect();
    if orders.is_empty() && !text.contains(is_harmful) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for (offset, character) in text.char_indices() {
        if orders.contains(&offset) {
            escaped.push_str("\\u0023");
        } else if !is_harmful(character) {
            escaped.push(character);
        } else if u32::from(character) > 0xffff {
            escaped.push_str(&escape(character));
        } else {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        }
    }
    escaped
}

fn surrogates(character: char) -> String {
    character
        .encode_utf16(&mut [0; 2])
        .iter()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

fn code_point(character: char) -> String {
    format!("\\U{:08x}", u32::from(character))
}

/// The longest key that YAML reads without a `?` before it, in characters (YAML 1.2, 7.4.2).
const LONGEST_KEY: usize = 1024 - 2;

/// Words of small letters that YAML 1.1 or 1.2 reads as something else than a text.
const NO_TEXTS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A document of YAML. Texts are written as JSON does, which YAML reads the same.
pub fn pretty_yaml(document: &Json) -> String {
    let mut text = String::new();
    yaml_value(&mut text, document, 0);
    harmless(text, code_point)
}

fn yaml_value(text: &mut String, value: &Json, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let key = if is_plain_key(key) {
                    key.clone()
                } else {
                    Json::from(key.as_str()).to_string()
                };
                let explicit = if harmless(key.clone(), code_point).chars().count() > LONGEST_KEY {
                    format!("? {key}\n{indent}")
                } else {
                    key
                };
                let _ = write!(text, "{indent}{explicit}:");
                yaml_after(text, value, depth);
            }
        }
        Json::Array(values) if !values.is_empty() => {
            for value in values {
                let _ = write!(text, "{indent}-");
                yaml_after(text, value, depth);
            }
        }
        value => {
            let _ = writeln!(text, "{indent}{value}");
        }
    }
}

/// Whether a key needs no quotes: YAML, old or new, reads it as a text and as nothing else.
fn is_plain_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key
            .chars()
            .all(|character| character.is_ascii_lowercase() || character == '_')
        && !NO_TEXTS.contains(&key)
}

fn yaml_after(text: &mut String, value: &Json, depth: usize) {
    let is_block = match value {
        Json::Object(entries) => !entries.is_empty(),
        Json::Array(values) => !values.is_empty(),
        _ => false,
    };
    if is_block {
        text.push('\n');
        yaml_value(text, value, depth + 1);
    } else {
        let _ = writeln!(text, " {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_key_has_a_question_mark() {
        let key = "a ".repeat(600);
        let text = pretty_yaml(&serde_json::json!({ (key.as_str()): { "b": 1 } }));
        assert_eq!(text, format!("? \"{key}\"\n:\n  b: 1\n"));
    }

    #[test]
    fn a_key_is_a_text() {
        for key in [
            "null",
            "true",
            "yes",
            "off",
            "n",
            "~",
            "",
            "1",
            "1e3",
            ".inf",
            "2026-01-01",
            "<<",
            "=",
            "Null",
            "YES",
            "0x1f",
            "1_000",
            "12:30:45",
            "- a",
            "# b",
            "? c",
            "!d",
            "*e",
            "&f",
        ] {
            let text = pretty_yaml(&serde_json::json!({ (key): 1 }));
            assert_eq!(text, format!("\"{key}\": 1\n"));
        }
        assert_eq!(
            pretty_yaml(&serde_json::json!({ "nullify": 1 })),
            "nullify: 1\n"
        );
    }

    #[test]
    fn what_no_reader_takes_is_escaped() {
        let text = pretty_yaml(&serde_json::json!({ "a\u{fffe}": "\u{1ffff}##teamcity[b]" }));
        assert_eq!(text, "\"a\\ufffe\": \"\\U0001ffff\\u0023#teamcity[b]\"\n");
    }
}

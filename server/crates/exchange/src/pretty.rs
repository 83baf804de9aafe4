//! Documents of JSON and YAML as text. It must not know what they say.

use serde::Serialize;
use serde_json::Value as Json;
use std::fmt::Write;
use threatline_ide::safe::acts;

/// A document of JSON, with a line for each value.
///
/// # Panics
/// When a key of it is no text.
pub fn pretty_json(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).expect("keys are texts");
    harmless(text + "\n")
}

/// JSON, or YAML whose texts are JSON, with what would act on a terminal escaped, so that the text stays what it is.
fn harmless(text: String) -> String {
    let is_harmful = |character| character != '\n' && acts(character);
    if !text.contains(is_harmful) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// The longest key that YAML reads without a `?` before it, in characters (YAML 1.2, 7.4.2).
const LONGEST_KEY: usize = 1024 - 2;

/// A document of YAML. Texts are written as JSON does, which YAML reads the same.
pub fn pretty_yaml(document: &Json) -> String {
    let mut text = String::new();
    yaml_value(&mut text, document, 0);
    harmless(text)
}

fn yaml_value(text: &mut String, value: &Json, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let is_plain = key.starts_with(|first: char| first.is_ascii_lowercase())
                    && key.chars().all(|character| character.is_ascii_lowercase() || character == '_');
                let key = if is_plain { key.clone() } else { Json::from(key.as_str()).to_string() };
                let explicit = if harmless(key.clone()).chars().count() > LONGEST_KEY {
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
}

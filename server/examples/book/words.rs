//! The fixed lists of words that properties accept. It must not know which property accepts which.

use crate::markdown::{anchor, capitalized, code, table};
use crate::pages::Pages;
use std::fmt::Write;
use std::io::Result;
use threatline_model::schema::{KINDS, Takes, Words};

/// Writes all lists as the part `words`.
pub fn write(pages: &Pages) -> Result<()> {
    let mut lists: Vec<&'static Words> = Vec::new();
    for property in KINDS.iter().flat_map(|schema| schema.properties) {
        match property.takes {
            Takes::Words(words) if !lists.contains(&words) => lists.push(words),
            _ => {}
        }
    }
    let mut text = String::new();
    for words in lists {
        let order = if words.ordered {
            "Ordered, from lowest to highest."
        } else {
            "Not ordered."
        };
        let rows = words
            .words
            .iter()
            .map(|(word, meaning)| [code(word), (*meaning).to_owned()]);
        let (heading, table) = (capitalized(name(words)), table(["word", "meaning"], rows));
        write!(text, "## {heading}\n{order}\n\n{table}\n").expect("a string accepts everything");
    }
    pages.write_part("words", &text)
}

/// A link to a list, with its name as text.
pub fn linked(words: &Words) -> String {
    format!("[{}](words.md#{})", name(words), anchor(name(words)))
}

/// The name of a list, without the article.
fn name(words: &Words) -> &'static str {
    let split = words.called.split_once(' ');
    split.map_or(words.called, |(_, name)| name)
}

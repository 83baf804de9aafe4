//! What can be written in a `threatline.toml`, line by line. It must not parse it.

use super::{About, Completion, Item, Sort};
use threatline_model::{
    Database, Model, SETTINGS_SECTIONS, Span, full_name, name_from, rules, settings_keys,
    settings_words,
};
use threatline_syntax::characters::is_name_part;

/// What can be written at a byte of a model's `threatline.toml`.
pub fn settings_completion(db: &Database, model: Model, offset: u32) -> Option<Completion> {
    let text = &model.settings(db).text;
    let offset = (0..=(offset as usize).min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))?;
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..offset];
    if line.contains('#') {
        return None;
    }
    let is_in = |character| is_name_part(character) || character == '"';
    let word_start = start + line.trim_end_matches(is_in).len();
    let behind = text[offset..]
        .find(|c| !is_in(c))
        .unwrap_or(text.len() - offset);
    let word = Span::new(word_start, offset + behind);
    let header = |line: &str| {
        Some(
            line.trim()
                .strip_prefix('[')?
                .strip_suffix(']')?
                .trim()
                .to_owned(),
        )
    };
    let section = text[..start]
        .lines()
        .rev()
        .find_map(header)
        .unwrap_or_default();
    let kind = if section.starts_with("rules.") {
        "rules"
    } else {
        section.as_str()
    };
    let item = |label: String, sort, detail: Option<String>, about| Item {
        label,
        sort,
        detail,
        insert: None,
        snippet: None,
        filter: None,
        about,
    };
    let items: Vec<Item> = if line.trim_start().starts_with('[') {
        let sections = SETTINGS_SECTIONS
            .iter()
            .filter(|section| **section != "rules");
        let sections = sections
            .map(|section| item((*section).to_owned(), Sort::Keyword, None, About::Nothing));
        let rules = rules(db, model).iter().filter_map(|rule| {
            let file = model.files(db).first()?;
            let name = name_from(db, *rule, *file);
            // A dot in a name is part of it.
            let quoted = if name.contains('.') {
                format!("rules.\"{name}\"")
            } else {
                format!("rules.{name}")
            };
            let about = About::Declaration(full_name(db, *rule).to_string());
            Some(item(
                quoted,
                Sort::Keyword,
                rule.title(db).map(|title| title.to_string()),
                about,
            ))
        });
        sections.chain(rules).collect()
    } else if let Some((key, _)) = line.split_once('=') {
        let quote = |word: &str| {
            if matches!(word, "true" | "false") {
                word.to_owned()
            } else {
                format!("\"{word}\"")
            }
        };
        settings_words(kind, key.trim())
            .iter()
            .map(|word| item(quote(word), Sort::Word, None, About::Nothing))
            .collect()
    } else {
        let own = text[start + line.len()..]
            .lines()
            .skip(1)
            .take_while(|line| header(line).is_none());
        let before = text[..start]
            .lines()
            .rev()
            .take_while(|line| header(line).is_none());
        let present: Vec<&str> = own
            .chain(before)
            .filter_map(|line| Some(line.split_once('=')?.0.trim()))
            .collect();
        let lacking = settings_keys(kind)
            .into_iter()
            .filter(|(key, _)| !present.contains(key));
        let lacking = lacking.map(|(key, doc)| {
            let detail = Some(doc.trim_end_matches('.').to_owned());
            Item {
                insert: Some(format!("{key} = ")),
                ..item(key.to_owned(), Sort::Property, detail, About::Nothing)
            }
        });
        lacking.collect()
    };
    Some(Completion {
        word,
        items,
        is_incomplete: false,
    })
    .filter(|completion| !completion.items.is_empty())
}

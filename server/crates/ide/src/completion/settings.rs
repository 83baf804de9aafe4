//! What can be written in a `threatline.toml`, line by line. It must not parse it.

use super::item::{About, Completion, Item, Sort};
use threatline_model::{
    Database, Model, SETTINGS_SECTIONS, Span, full_name, name_from, rules, settings_keys,
    settings_words,
};
use threatline_syntax::characters::is_name_part;

/// The days within which a mitigation is to be in place, as they are without a setting.
const PLANNED_DAYS: &str = "{ critical = 30, high = 90, medium = 365 }";

/// What can be written at a byte of a model's `threatline.toml`.
pub fn settings_completion(db: &Database, model: Model, offset: u32) -> Option<Completion> {
    let text = &model.settings(db).text;
    let mut offsets = (0..=(offset as usize).min(text.len())).rev();
    let offset = offsets.find(|offset| text.is_char_boundary(*offset))?;
    let (before, behind) = text.split_at(offset);
    let (above, line) = before.split_at(before.rfind('\n').map_or(0, |end| end + 1));
    if line.contains('#') {
        return None;
    }
    let section = above.lines().rev().find_map(heading).unwrap_or_default();
    let section = if section.starts_with("rules.") {
        "rules"
    } else {
        section
    };
    let items: Vec<Item> = if line.trim_start().starts_with('[') {
        sections(db, model)
    } else if let Some((key, _)) = line.split_once('=') {
        values(section, key.trim())
    } else {
        let present = keys_above(above).chain(keys_below(behind));
        let present: Vec<&str> = present.collect();
        lacking_keys(section, &present)
    };
    let is_in_word = |character| is_name_part(character) || character == '"';
    let start = before.trim_end_matches(is_in_word).len().max(above.len());
    let end = text.len() - behind.trim_start_matches(is_in_word).len();
    (!items.is_empty()).then(|| Completion {
        word: Span::new(start, end),
        items,
        is_incomplete: false,
    })
}

/// The section that a line begins.
fn heading(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    Some(name.trim())
}

/// The keys of the section that continues to a line, above that line.
fn keys_above(text: &str) -> impl Iterator<Item = &str> {
    keys(text.lines().rev())
}

/// The keys of the section below a line, of which the text begins with the rest.
fn keys_below(text: &str) -> impl Iterator<Item = &str> {
    keys(text.lines().skip(1))
}

fn keys<'text>(lines: impl Iterator<Item = &'text str>) -> impl Iterator<Item = &'text str> {
    let own = lines.take_while(|line| heading(line).is_none());
    own.filter_map(|line| Some(line.split_once('=')?.0.trim()))
}

fn sections(db: &Database, model: Model) -> Vec<Item> {
    let sections = SETTINGS_SECTIONS.iter();
    let sections = sections.filter(|section| **section != "rules");
    let sections = sections.map(|section| Item::new(*section, Sort::Keyword, None, About::Nothing));
    let rules = rules(db, model).iter().filter_map(|rule| {
        let file = model.files(db).first()?;
        let name = name_from(db, *rule, *file);
        // A dot in a name is part of it.
        let label = if name.contains('.') {
            format!("rules.\"{name}\"")
        } else {
            format!("rules.{name}")
        };
        let title = rule.title(db).map(|title| title.to_string());
        let about = About::Declaration(full_name(db, *rule).to_string());
        Some(Item::new(label, Sort::Keyword, title, about))
    });
    sections.chain(rules).collect()
}

fn values(section: &str, key: &str) -> Vec<Item> {
    if (section, key) == ("check", "planned_days") {
        let detail = Some("by severity".to_owned());
        return vec![Item::new(PLANNED_DAYS, Sort::Value, detail, About::Nothing)];
    }
    let words = settings_words(section, key).iter();
    let values = words.map(|word| match *word {
        "true" | "false" => (*word).to_owned(),
        word => format!("\"{word}\""),
    });
    values
        .map(|value| Item::new(value, Sort::Word, None, About::Nothing))
        .collect()
}

fn lacking_keys(section: &str, present: &[&str]) -> Vec<Item> {
    let keys = settings_keys(section).into_iter();
    let lacking = keys.filter(|(key, _)| !present.contains(key));
    let items = lacking.map(|(key, doc)| {
        let detail = doc.trim_end_matches('.').to_owned();
        Item {
            insert: Some(format!("{key} = ")),
            ..Item::new(key, Sort::Property, Some(detail), About::Nothing)
        }
    });
    items.collect()
}

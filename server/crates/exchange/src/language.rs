//! A draft as files of the language, in the canonical format. It must not know where the draft
//! comes from.

mod naming;
mod parts;

use crate::draft::{Draft, Fact, Item};
use naming::Names;
use parts::{Component, Parts};
use rustc_hash::FxHashMap;
use std::fmt::Write;
use threatline_format::format;
use threatline_model::{Kind, schema};
use threatline_syntax::strings::quoted;
use threatline_view::sanitize::{acts, line};

/// The longest line of a comment, in characters.
const MAX_COMMENT_LINE: usize = 100;

/// The files of a model.
#[derive(Debug)]
pub struct Files {
    /// Names of files with their texts, in the order of the names.
    pub files: Vec<(String, String)>,
    /// The full name of each declaration by its key.
    pub names: FxHashMap<String, String>,
}

/// Writes a draft in the canonical format.
pub fn write(draft: &Draft) -> Files {
    let parts = Parts::of_draft(draft);
    let names = Names::of(draft, &parts);
    let mut files = Vec::new();
    let mut members: Vec<Vec<&Item>> = vec![Vec::new(); parts.components.len()];
    for item in draft.items.iter() {
        members[parts.of(item)].push(item);
    }
    for (part, (component, items)) in parts.components.iter().zip(members).enumerate() {
        let mut text = String::new();
        if part == 0 {
            if component.name.is_none() {
                write_about(&mut text, draft);
            }
            for comment in &draft.comments {
                write_comment(&mut text, comment, "");
            }
            text.push('\n');
        }
        let is_whole = parts.components.len() == 1;
        write_component(&mut text, component, draft, is_whole);
        write_items(&mut text, items, part, &names);
        if !text.trim().is_empty() {
            let name = component.name.as_deref().unwrap_or("model");
            files.push((format!("{name}.threat"), format(&text).unwrap_or(text)));
        }
    }
    // A string of JSON is one of TOML.
    let title = serde_json::Value::from(line(&draft.title));
    files.push((
        "threatline.toml".to_owned(),
        format!("[model]\nname = {title}\n"),
    ));
    files.sort();
    Files {
        files,
        names: names.into_full_names(),
    }
}

/// Writes what the model is about, where no component says it.
fn write_about(text: &mut String, draft: &Draft) {
    write_comment(text, &line(&draft.title), "");
    write_comment(text, &draft.description, "");
    if !draft.owner.is_empty() {
        write_comment(text, &format!("Owner: {}", draft.owner.join(", ")), "");
    }
    text.push('\n');
}

/// Writes the declaration of a component; one that is the whole model says what the draft does.
fn write_component(text: &mut String, component: &Component, draft: &Draft, is_whole: bool) {
    let Some(name) = &component.name else {
        return;
    };
    write_description(text, if is_whole { &draft.description } else { "" });
    let _ = write!(text, "component {name} {}", text_literal(&component.title));
    let owners: Vec<String> = draft
        .owner
        .iter()
        .map(|owner| text_literal(owner))
        .collect();
    if is_whole && !owners.is_empty() {
        let _ = write!(text, " {{ owner: {} }}", owners.join(", "));
    }
    text.push('\n');
}

fn write_items(text: &mut String, mut items: Vec<&Item>, part: usize, names: &Names) {
    items.sort_by_key(|item| rank(item.kind));
    let mut last = None;
    for item in items {
        if last != Some(item.kind) || !item.description.is_empty() || has_body(item) {
            text.push('\n');
        }
        last = Some(item.kind);
        write_item(text, item, part, names);
    }
}

fn has_body(item: &Item) -> bool {
    !item.facts.is_empty() || !item.comments.is_empty()
}

/// The order of declarations in a file.
fn rank(kind: Kind) -> usize {
    const ORDER: [Kind; 12] = [
        Kind::Component,
        Kind::Asset,
        Kind::Boundary,
        Kind::External,
        Kind::Process,
        Kind::Store,
        Kind::Flow,
        Kind::Threat,
        Kind::Mitigation,
        Kind::Accept,
        Kind::Dismiss,
        Kind::Assumption,
    ];
    ORDER
        .iter()
        .position(|listed| *listed == kind)
        .unwrap_or(ORDER.len())
}

fn write_item(text: &mut String, item: &Item, part: usize, names: &Names) {
    write_description(text, &item.description);
    let name = names.of_item(&item.key, part).unwrap_or_default();
    let _ = write!(text, "{} {name}", item.kind.word());
    // Without a title people read the name.
    if !item.title.trim().is_empty() && item.title != name {
        let _ = write!(text, " {}", quoted(&line(&item.title)));
    }
    if let Some(place) = &item.place
        && let Some(place) = names.of_item(place, part)
    {
        let _ = write!(text, " in {place}");
    }
    if let Some((source, target)) = &item.ends {
        let end = |key: &str| names.of_item(key, part).unwrap_or_default();
        let _ = write!(text, ": {} -> {}", end(source), end(target));
    }
    if has_body(item) {
        text.push_str(" {\n");
        write_body(text, item, part, names);
        text.push('}');
    }
    text.push('\n');
}

fn write_body(text: &mut String, item: &Item, part: usize, names: &Names) {
    let order = |name: &str| {
        schema::of(item.kind)
            .properties
            .iter()
            .position(|property| property.name == name)
    };
    let mut facts: Vec<_> = item.facts.iter().collect();
    facts.sort_by_key(|(name, _)| order(name));
    for (name, values) in facts {
        let values: Vec<String> = values
            .iter()
            .filter_map(|fact| fact_text(fact, part, names))
            .collect();
        if !values.is_empty() {
            let _ = writeln!(text, "  {name}: {}", values.join(", "));
        }
    }
    for comment in &item.comments {
        write_comment(text, comment, "  ");
    }
}

/// A value as it is written in a part; nothing, if what it names is not there.
fn fact_text(fact: &Fact, part: usize, names: &Names) -> Option<String> {
    match fact {
        Fact::Word(word) => Some(word.clone()),
        Fact::Text(text) => Some(text_literal(text)),
        Fact::Item(key) => names.of_item(key, part),
        Fact::Library(name) => Some(names.of_library(name, part)),
        Fact::Date(date) => Some(date.to_string()),
        Fact::Reference(id) => Some(id.clone()),
        Fact::Finding(rule, element) => {
            let is_category = schema::STRIDE.position(rule).is_some();
            let rule = if is_category {
                rule.clone()
            } else {
                names.of_library(rule, part)
            };
            let element = names.of_item(element, part)?;
            Some(format!("{rule}@{element}"))
        }
    }
}

fn write_description(text: &mut String, description: &str) {
    for line in description.trim().lines() {
        let _ = writeln!(text, "/// {}", harmless(line));
    }
}

fn write_comment(text: &mut String, comment: &str, indent: &str) {
    for line in comment.lines() {
        let mut length = 0;
        let mut wrapped = String::new();
        for word in harmless(line).split_inclusive(' ') {
            if length > 0 && length + word.chars().count() > MAX_COMMENT_LINE {
                let _ = writeln!(text, "{indent}// {}", wrapped.trim_end());
                wrapped.clear();
                length = 0;
            }
            wrapped.push_str(word);
            length += word.chars().count();
        }
        let _ = writeln!(text, "{indent}// {wrapped}");
    }
}

/// A line without what ends lines or acts where it is shown.
fn harmless(line: &str) -> String {
    let kept: String = line
        .chars()
        .map(|character| if character == '\t' { ' ' } else { character })
        .filter(|character| !acts(*character))
        .collect();
    kept.trim_end().to_owned()
}

/// A text of people as a string of the language.
fn text_literal(text: &str) -> String {
    quoted(&text.replace("\r\n", "\n"))
}

//! Titles, names and other texts, as a person would write them for what a document says. It must
//! not know what they mean.

use crate::draft::{Draft, Fact, Item};
use crate::text::{is_word, name_of};
use crate::tree::{Fields, Place, plain_word};

/// A text, or another one if it is empty.
pub fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.trim().is_empty() {
        otherwise
    } else {
        text
    }
}

/// A name of an id, if people can read it.
pub fn id(id: &str) -> Option<String> {
    let digits = id.chars().filter(char::is_ascii_digit).count();
    let letters = id
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    let is_made_up = id.len() > 64
        || digits * 3 > letters
        || id
            .split('-')
            .any(|part| part.len() >= 8 && digits_in(part) > 1);
    let whole = id.to_lowercase().replace(['-', '.', ' '], "_");
    let name = if is_word(&whole) { whole } else { name_of(id) };
    Some(name).filter(|name| !is_made_up && !name.is_empty())
}

fn digits_in(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Gives an item its description, unless that only repeats the title.
pub fn describe(item: &mut Item, text: Option<String>) {
    if let Some(text) =
        text.filter(|text| !text.is_empty() && plain_word(text) != plain_word(&item.title))
    {
        item.description = text;
    }
}

/// Reads the tags of an item.
pub fn tags(fields: &Fields<'_>, item: &mut Item) {
    for tag in fields.texts("tags") {
        item.state("tags", Fact::Text(tag));
    }
}

/// A line that says what a text is about.
pub fn labelled(label: &str, text: &str) -> String {
    if text.trim().is_empty() {
        label.to_owned()
    } else {
        format!("{label}: {text}")
    }
}

/// Lines of which the short ones stand together.
pub fn lines(all: Vec<String>) -> Vec<String> {
    const TOGETHER: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    for line in all {
        match lines.last_mut() {
            Some(last) if last.len() + line.len() < TOGETHER => {
                last.push_str("; ");
                last.push_str(&line);
            }
            _ => lines.push(line),
        }
    }
    lines
}

/// A title without the tags of HTML that some tools write.
pub fn without_markup(title: &str) -> String {
    let mut plain = title.to_owned();
    for tag in [
        "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<br>", "<p>", "</p>",
    ] {
        plain = plain.replace(tag, "");
    }
    plain
}

/// Whether a pattern with `*` fits a text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = &rest[at + str::len(before)..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// The first sentence of a text, if it is short enough for a title.
pub fn first_sentence(text: &str) -> Option<String> {
    let line = text.trim().lines().next().unwrap_or_default();
    let is_end = |at: &usize| {
        !["e.g", "i.e", "etc", "vs"]
            .iter()
            .any(|short| line[..*at].ends_with(short))
    };
    let end = line
        .match_indices(". ")
        .map(|(at, _)| at)
        .find(is_end)
        .unwrap_or(line.len());
    Some(line[..end].trim_end_matches('.').to_owned())
        .filter(|sentence| !sentence.is_empty() && sentence.len() <= 90)
}

/// A title of a text: its first sentence, cut off at a word if it is long.
pub fn title_of(text: &str) -> String {
    if let Some(sentence) = first_sentence(text) {
        return sentence;
    }
    let mut title = String::new();
    for word in text.split_whitespace() {
        if title.len() + word.len() > 80 {
            title.push('…');
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
}

/// A title of a name whose words are joined by `_` or `-`.
pub fn readable(name: &str) -> String {
    let name = name.trim();
    if name.contains(char::is_whitespace) || !name.contains(['_', '-']) {
        return name.to_owned();
    }
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.trim().chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A title for a model that has none, of the name of its file.
pub fn file_title(place: &Place) -> String {
    let name = place.file.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split('.')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or("Imported model")
        .to_owned()
}

/// Gives a flow without a name of its own a title, of its ends.
pub fn title_by_ends(draft: &Draft, flow: &mut Item) {
    let Some((source, target)) = &flow.ends else {
        return;
    };
    let title = |key: &str| {
        draft
            .items
            .get(key)
            .map(|item| item.title.clone())
            .unwrap_or_default()
    };
    flow.title = format!("{} to {}", title(source), title(target));
}

/// Values as people write them, for comments.
pub fn facts_in_words(facts: &[Fact]) -> String {
    let said = facts.iter().map(|fact| match fact {
        Fact::Word(said)
        | Fact::Text(said)
        | Fact::Item(said)
        | Fact::Library(said)
        | Fact::Reference(said) => said.clone(),
        Fact::Date(date) => date.to_string(),
        Fact::Finding(what, on) => format!("{what}@{on}"),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// The words of a text, in lower case; they also end where a small letter meets a capital one.
pub fn words_of(said: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for character in said.chars() {
        if !character.is_alphanumeric() || (last.is_lowercase() && character.is_uppercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
        last = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// "1 flow", "2 flows".
pub fn count(number: usize, one: &str) -> String {
    match (number, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        // "boundaries", but "days".
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o']) => format!("{number} {stem}ies"),
        _ => format!("{number} {one}s"),
    }
}

/// Keeps the tags of something that has none.
pub fn tags_in_comment(fields: &Fields<'_>, item: &mut Item) {
    let tags = fields.texts("tags");
    if !tags.is_empty() {
        fields.loss("tags", "kept in a comment");
        item.comments.push(format!("tags: {}", tags.join(", ")));
    }
}

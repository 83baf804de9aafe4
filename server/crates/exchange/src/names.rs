//! Names of the language for titles and ids. It must not know what is called so.

use threatline_syntax::is_name;
use threatline_view::sanitize::acts;
use unicode_width::UnicodeWidthChar;

/// The longest name that is made of a title, in characters.
pub const MAX_NAME: usize = 32;

/// The longest id that people may have written, in bytes.
const MAX_ID: usize = 64;

/// Words with which a name that was cut off does not end.
const NO_LAST_WORD: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "before", "being", "but", "by",
    "can", "for", "from", "has", "in", "into", "is", "may", "no", "not", "of", "on", "or", "that",
    "the", "their", "to", "under", "via", "was", "were", "which", "with", "without",
];

/// A name of an id, if people can read it.
pub fn of_id(id: &str) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let letters = id
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    let is_generated = id.len() > MAX_ID
        || digits(id) * 3 > letters
        || id
            .split('-')
            .any(|part| part.len() >= 8 && digits(part) > 1);
    let whole = id.to_lowercase().replace(['-', '.', ' '], "_");
    let name = if is_name(&whole) { whole } else { of_title(id) };
    Some(name).filter(|name| !is_generated && !name.is_empty())
}

/// A name of a title: its words in lower case, the first of them if they are many.
pub fn of_title(title: &str) -> String {
    of_title_within(title, MAX_NAME)
}

/// A name of a title that is not longer than so many characters.
pub fn of_title_within(title: &str, max_length: usize) -> String {
    let explained = without_brackets(title).replace(['\'', '’'], "");
    let mut name = joined_words(&explained, max_length);
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    // Some letters, and a mark without a letter before it, are none of the language.
    if !name.is_empty() && !is_name(&name) {
        name.retain(|character| character.is_ascii_alphanumeric() || character == '_');
        name = name.trim_matches('_').to_owned();
        if !is_name(&name) {
            return String::new();
        }
    }
    name
}

/// A title without what is in brackets, which explains; all of it, if there is little before.
fn without_brackets(title: &str) -> &str {
    let is_enough = |text: &str| {
        text.chars()
            .filter(|character| character.is_alphabetic())
            .nth(2)
            .is_some()
    };
    match title.split_once(['(', '[']) {
        Some((before, _)) if is_enough(before) => before,
        _ => title,
    }
}

/// As many of the first words of a text as there is room for, joined by `_`.
fn joined_words(text: &str, max_length: usize) -> String {
    let mut name = String::new();
    for word in text
        .split(|character: char| !is_letter(character))
        .filter(|word| !word.is_empty())
    {
        let word = word.to_lowercase();
        if !name.is_empty() {
            if name.chars().count() + word.chars().count() >= max_length {
                trim_last_words(&mut name);
                break;
            }
            name.push('_');
        }
        name.extend(
            word.chars()
                .filter(|character| is_letter(*character))
                .take(max_length),
        );
    }
    name
}

/// Whether a character may be in a name.
fn is_letter(character: char) -> bool {
    // Marks belong to the letter before them, and take no room of their own.
    let is_mark = !character.is_ascii() && !acts(character) && character.width() == Some(0);
    character.is_alphabetic() || character.is_ascii_digit() || is_mark
}

/// Takes words off a name that was cut off there.
fn trim_last_words(name: &mut String) {
    while let Some((before, last)) = name.rsplit_once('_')
        && NO_LAST_WORD.contains(&last)
    {
        name.truncate(before.len());
    }
}

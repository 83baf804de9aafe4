//! Words of a text, and tables that have something for a word. It must not know what a word means.

use threatline_syntax::spelling::nearest;

/// A word without what sets its parts off: in lower case, without spaces, `-` or `_`.
pub fn plain_word(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a table has for a word, whatever its case and whether its parts are joined by spaces, `-`
/// or `_`.
pub fn looked_up<T: Copy>(word: &str, table: &[(&str, T)]) -> Option<T> {
    let word = plain_word(word);
    table
        .iter()
        .find(|(listed, _)| plain_word(listed) == word)
        .map(|(_, meaning)| *meaning)
}

/// The first word of another tool that a table translates to one of ours.
pub fn theirs(ours: &str, table: &[(&'static str, &str)]) -> Option<&'static str> {
    table
        .iter()
        .find(|(_, listed)| *listed == ours)
        .map(|(theirs, _)| *theirs)
}

/// The words of a text, in lower case.
pub fn lower_words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The words of a text, in lower case; they also end where a small letter meets a capital one.
pub fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for character in text.chars() {
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

/// A text with a space wherever it has white space.
pub fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a pattern with `*` fits a text.
pub fn fits_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(start) => rest = &rest[start + str::len(before)..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// How many words are looked through for one that is meant.
const MAX_COMPARED: usize = 1000;

/// How many words are listed where one of them has to be chosen.
const MAX_LISTED: usize = 60;

/// The word that is meant, if one is written almost so; nothing where there are too many to look
/// at. Constants in capitals are few: they are listed.
fn near<'w>(word: &str, words: impl Iterator<Item = &'w str> + Clone) -> Option<&'w str> {
    if words.clone().nth(MAX_COMPARED).is_some() {
        return None;
    }
    nearest(
        word,
        words.filter(|listed| listed.contains(char::is_lowercase)),
    )
}

/// That a word is unknown, with the one that may be meant.
pub fn unknown<'w>(word: &str, words: impl Iterator<Item = &'w str> + Clone) -> String {
    match near(word, words.clone()) {
        Some(near) => format!("`{word}` is unknown; is `{near}` meant?"),
        None if words.clone().next().is_none() || words.clone().nth(MAX_LISTED).is_some() => {
            format!("`{word}` is unknown")
        }
        None => format!(
            "`{word}` is unknown; it has to be one of {}",
            words.collect::<Vec<_>>().join(", ")
        ),
    }
}

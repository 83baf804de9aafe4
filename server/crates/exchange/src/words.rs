//! Words of a text, and tables that have something for a word. It must not know what a word means.

use std::cell::OnceCell;
use threatline_syntax::spelling::Vocabulary;

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

/// How many words are searched for one that is meant.
const MAX_COMPARED: usize = 1000;

/// How many words are listed where one of them has to be chosen.
const MAX_LISTED: usize = 60;

/// Words of which one has to be written.
pub struct KnownWords<'w> {
    words: Vec<&'w str>,
    /// Those that may be meant, from the first on that is misspelt.
    vocabulary: OnceCell<Vocabulary<&'w str>>,
}

impl<'w> KnownWords<'w> {
    /// Gathers the words.
    pub fn new(words: impl Iterator<Item = &'w str>) -> KnownWords<'w> {
        KnownWords {
            words: words.collect(),
            vocabulary: OnceCell::new(),
        }
    }

    /// That a word is unknown, with the one that may be meant.
    pub fn unknown(&self, word: &str) -> String {
        match self.near(word) {
            Some(near) => format!("unknown value `{word}`; did you mean `{near}`?"),
            None if self.words.is_empty() || self.words.len() > MAX_LISTED => {
                format!("unknown value `{word}`")
            }
            None => format!(
                "unknown value `{word}`; expected one of {}",
                self.words.join(", ")
            ),
        }
    }

    /// The word that is meant, if one is written almost so; nothing where there are too many to
    /// look at. Constants in capitals are few: they are listed.
    fn near(&self, word: &str) -> Option<&'w str> {
        if self.words.len() > MAX_COMPARED {
            return None;
        }
        let vocabulary = self.vocabulary.get_or_init(|| {
            let words = self.words.iter().copied();
            Vocabulary::new(words.filter(|listed| listed.contains(char::is_lowercase)))
        });
        vocabulary.nearest(word).copied()
    }
}

/// That a word is unknown which a table has to have.
pub fn unknown<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> String {
    KnownWords::new(words).unknown(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_are_compared_in_one_order() {
        let known = KnownWords::new(["orders", "payments"].into_iter());
        assert_eq!(
            known.unknown("ordres"),
            "unknown value `ordres`; did you mean `orders`?"
        );
        let vocabulary = known.vocabulary.get().map(std::ptr::from_ref);
        assert_eq!(
            known.unknown("?"),
            "unknown value `?`; expected one of orders, payments"
        );
        assert_eq!(known.vocabulary.get().map(std::ptr::from_ref), vocabulary);
    }
}

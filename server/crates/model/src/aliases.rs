//! The one table of words that people know from elsewhere, and what is written here for them:
//! `postgres`, `oidc`, `title:`. Diagnostics, completion, explanations and imports read it. It must
//! not know a model. (The words for kinds of declarations are `threatline_syntax::keywords`, which
//! the parser reads.)

// What a row is.
mod alias;

// The rows.
mod definitions;
mod properties;
mod words;

pub use alias::Alias;

use crate::schema::Words;
use threatline_syntax::Kind;
use threatline_syntax::keywords::{plain, plain_letters};

/// A word that may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The word; nothing where no single word is meant.
    pub word: Option<&'static str>,
    /// Whether it cannot be another one.
    pub is_certain: bool,
    /// What else is to be known, as a sentence.
    pub note: &'static str,
}

/// The longest word that is looked up: whatever is written may be as long as a file.
const MAX_WORD: usize = 60;

fn find<'table>(
    written: &str,
    mut aliases: impl Iterator<Item = &'table Alias>,
) -> Option<&'table Alias> {
    if written.len() > MAX_WORD || written.contains('.') {
        return None;
    }
    let plain_word = plain(written);
    aliases.find(|alias| alias.has(&plain_word))
}

fn meant(alias: &Alias) -> Meant {
    Meant {
        word: alias.meant,
        is_certain: alias.is_certain,
        note: alias.note,
    }
}

/// The aliases of technologies, protocols or mitigations.
pub fn of_definitions(kind: Kind) -> &'static [Alias] {
    match kind {
        Kind::Technology => definitions::TECHNOLOGIES,
        Kind::Protocol => definitions::PROTOCOLS,
        Kind::Mitigation => definitions::MITIGATIONS,
        _ => &[],
    }
}

/// What is meant with the name of a technology, a protocol or a mitigation.
pub fn definition(kind: Kind, written: &str) -> Option<Meant> {
    find(written, of_definitions(kind).iter()).map(meant)
}

/// The aliases of the words of a list.
pub fn of_words(words: &'static Words) -> &'static [Alias] {
    let row = words::WORDS.iter().find(|(listed, _)| *listed == words);
    row.map_or(&[], |(_, aliases)| aliases)
}

/// What is meant with a word that a list does not have. One that is written otherwise,
/// `Read-Write`, is the same.
pub fn word(words: &'static Words, written: &str) -> Option<Meant> {
    same_letters(written, words.names())
        .or_else(|| find(written, of_words(words).iter()).map(meant))
}

/// What is meant with `true` and the like.
pub fn yes_no(written: &str) -> Option<Meant> {
    find(written, words::YES_NO.iter()).map(meant)
}

/// The aliases of the properties of a kind; the first of a word counts.
pub fn of_properties(kind: Kind) -> impl Iterator<Item = &'static Alias> {
    let rows = properties::PROPERTIES.iter();
    let rows = rows.filter(move |(kinds, _)| kinds.is_empty() || kinds.contains(&kind));
    rows.flat_map(|(_, aliases)| *aliases)
        .filter(move |alias| alias.meant.is_none_or(|name| has_property(kind, name)))
}

/// Where the text of a property is written that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPlace {
    /// In quotes, behind the name.
    Title,
    /// Above the declaration, behind `///`.
    Description,
}

/// Where the text of a property is written that a kind does not have.
pub fn text_place(kind: Kind, written: &str) -> Option<TextPlace> {
    match property(kind, written)?.note {
        properties::TITLE => Some(TextPlace::Title),
        properties::DESCRIPTION => Some(TextPlace::Description),
        _ => None,
    }
}

/// What is meant with a property that a kind does not have.
pub fn property(kind: Kind, written: &str) -> Option<Meant> {
    let properties = crate::schema::of(kind).properties.iter();
    same_letters(written, properties.map(|property| property.name))
        .or_else(|| find(written, of_properties(kind)).map(meant))
}

fn has_property(kind: Kind, name: &str) -> bool {
    crate::schema::of(kind).property(name).is_some()
}

/// The word with the same letters, whatever their case and what joins them.
fn same_letters(written: &str, words: impl Iterator<Item = &'static str>) -> Option<Meant> {
    if written.len() > MAX_WORD {
        return None;
    }
    let plain_word = plain(written);
    let mut words = words;
    words
        .find(|word| plain_letters(word).eq(plain_word.chars()))
        .map(|word| Meant {
            word: Some(word),
            is_certain: true,
            note: "",
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    fn assert_sound<'table>(
        called: &str,
        aliases: impl Iterator<Item = &'table Alias>,
        is_known: impl Fn(&str) -> bool,
    ) {
        let mut words = Vec::new();
        for alias in aliases {
            if let Some(meant) = alias.meant {
                assert!(is_known(meant), "{called}: nothing is called `{meant}`");
            } else {
                assert!(!alias.note.is_empty(), "{called}: {:?}", alias.meant);
            }
            for word in alias.words() {
                assert!(!is_known(word), "{called}: `{word}` is a word itself");
                let plain = plain(word);
                assert!(!words.contains(&plain), "{called}: `{word}` is there twice");
                words.push(plain);
            }
        }
    }

    #[test]
    fn words_mean_words_of_their_list() {
        for (list, aliases) in words::WORDS {
            assert_sound(list.called, aliases.iter(), |word| {
                list.position(word).is_some()
            });
        }
    }

    #[test]
    fn properties_mean_properties() {
        for (kinds, aliases) in properties::PROPERTIES {
            for meant in aliases.iter().filter_map(|alias| alias.meant) {
                let kinds: &[Kind] = if kinds.is_empty() { &Kind::ALL } else { kinds };
                let is_known = kinds.iter().any(|kind| has_property(*kind, meant));
                assert!(is_known, "`{meant}` is no property");
            }
        }
        assert_eq!(
            property(Kind::Process, "mitigation").and_then(|meant| meant.word),
            Some("mitigations")
        );
    }

    #[test]
    fn what_is_written_otherwise_is_the_same() {
        let written = word(&schema::ACCESS, "Read-Write").expect("it is known");
        assert_eq!(
            (written.word, written.is_certain),
            (Some("read_write"), true)
        );
        assert_eq!(
            word(&schema::TRUST, "trusted").map(|meant| meant.is_certain),
            Some(false)
        );
    }
}

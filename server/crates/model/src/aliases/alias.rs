//! A row of the table of aliases. It must not know which rows there are.

use threatline_syntax::keywords::plain_letters;

/// What is written for some words.
#[derive(Debug, PartialEq, Eq)]
pub struct Alias {
    /// The words, as people write them, with spaces between.
    words: &'static str,
    /// What is written here; nothing where no single word is meant.
    pub meant: Option<&'static str>,
    /// Whether the words cannot mean anything else.
    pub is_certain: bool,
    /// What else is to be known, as a sentence.
    pub note: &'static str,
}

impl Alias {
    /// The words, as people write them.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split(' ')
    }

    /// Whether a word, as [`plain`] has it, is one of them.
    pub fn has(&self, plain_word: &str) -> bool {
        self.words()
            .any(|word| plain_letters(word).eq(plain_word.chars()))
    }
}

/// Words that mean the same.
pub const fn same(meant: &'static str, words: &'static str) -> Alias {
    Alias {
        words,
        meant: Some(meant),
        is_certain: true,
        note: "",
    }
}

/// Words that mostly mean something, and can mean something else.
pub const fn likely(meant: &'static str, words: &'static str, note: &'static str) -> Alias {
    Alias {
        words,
        meant: Some(meant),
        is_certain: false,
        note,
    }
}

/// Words for which something else than a word is written.
pub const fn no_word(words: &'static str, note: &'static str) -> Alias {
    Alias {
        words,
        meant: None,
        is_certain: false,
        note,
    }
}

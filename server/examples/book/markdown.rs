//! Small pieces of Markdown. It must not know what they are about.

pub use threatline::markdown_tables::table;

/// A word of the language.
pub fn code(word: &str) -> String {
    format!("`{word}`")
}

/// A text with a capital letter at its start.
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// The anchor of a heading, as mdBook makes it.
pub fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase().replace(' ', "-");
    letters
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
        .collect()
}

//! What single characters are to the language. It must not know what they make up.

/// Whether a character is a space to the language: a byte order mark is one, too.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{FEFF}'
}

/// Whether a word may begin with a character.
pub fn is_word_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

/// Whether a character may be in a word, without the `-` between its parts. Outside of strings and
/// comments, whatever is beyond ASCII in a sound text is of a word, such as a mark on a letter.
pub fn is_word_part(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character == '_'
        || !character.is_ascii() && !is_space(character)
}

/// Whether a character may be in a name, with its dots.
pub fn is_name_part(character: char) -> bool {
    is_word_part(character) || matches!(character, '-' | '.')
}

/// Whether a character is not seen although it is not a space, or turns the direction of those
/// behind it (most of Unicode's `Default_Ignorable_Code_Point`, without what joins letters and
/// chooses between shapes of one, as in emoji).
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

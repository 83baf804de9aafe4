//! Texts with places to fill in, as editors insert them. It must not know what is written
//! with them.

/// A snippet as a text: what is at its places, and nothing where nothing does.
pub fn plain_text(snippet: &str) -> String {
    let mut text = String::new();
    let mut characters = snippet.chars().peekable();
    let mut is_in_place = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.extend(characters.next()),
            '}' if is_in_place => is_in_place = false,
            '$' => {
                let opens = characters.next_if_eq(&'{').is_some();
                while characters.next_if(char::is_ascii_digit).is_some() {}
                is_in_place = opens && characters.next_if_eq(&':').is_some();
                if opens && !is_in_place {
                    characters.next_if_eq(&'}');
                }
            }
            c => text.push(c),
        }
    }
    text
}

/// A text as it is written in a place of a snippet.
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_can_stand_in_a_place() {
        for text in ["", "plain", "$1 ${2:x}", "a } b", "\\", "\\$", "\"\\\"}"] {
            let snippet = format!("\"${{1:{}}}\"$0", escaped(text));
            assert_eq!(plain_text(&snippet), format!("\"{text}\""));
        }
    }

    #[test]
    fn places_contain_their_text() {
        assert_eq!(
            plain_text("a {\n  by: \"${1:who}\" $2${3}\\$\\}\n}$0"),
            "a {\n  by: \"who\" $}\n}"
        );
    }
}

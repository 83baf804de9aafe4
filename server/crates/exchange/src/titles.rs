//! Titles and lines of text, as a person would write them for what a document says. It must not
//! know what they mean.

use std::borrow::Cow;

/// The longest first sentence that is a title, in bytes.
const MAX_SENTENCE: usize = 90;

/// The longest title that is cut out of a text, in bytes.
const MAX_TITLE: usize = 80;

/// The longest line that several short ones are joined to, in bytes.
const MAX_JOINED_LINE: usize = 100;

/// The longest title that is repeated where something else names it, in bytes.
const MAX_REPEATED: usize = 200;

/// A title as it is repeated where something else names it: many may name one that is long.
pub fn shortened(title: &str) -> Cow<'_, str> {
    if title.len() <= MAX_REPEATED {
        return title.into();
    }
    let ends = title.char_indices().map(|(end, _)| end);
    let end = ends.take_while(|end| *end <= MAX_REPEATED).last();
    format!("{}…", &title[..end.unwrap_or_default()]).into()
}

/// The title of a part, which all that is in the part repeats. One that is too long for that is
/// kept in a comment.
pub fn of_part(title: String, comments: &mut Vec<String>) -> String {
    let shortened = shortened(&title).into_owned();
    if shortened != title {
        comments.push(format!("The whole name of a part: {title}"));
    }
    shortened
}

/// A text, or another one if it is empty.
pub fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.trim().is_empty() {
        otherwise
    } else {
        text
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

/// Lines of which the short ones are joined.
pub fn joined_lines(lines: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for line in lines {
        match joined.last_mut() {
            Some(last) if last.len() + line.len() < MAX_JOINED_LINE => {
                last.push_str("; ");
                last.push_str(&line);
            }
            _ => joined.push(line),
        }
    }
    joined
}

/// A title without the tags of HTML that some tools write.
pub fn without_markup(title: &str) -> String {
    const TAGS: [&str; 9] = [
        "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<br>", "<p>", "</p>",
    ];
    TAGS.iter()
        .fold(title.to_owned(), |plain, tag| plain.replace(tag, ""))
}

/// The first sentence of a text, if it is short enough for a title.
pub fn first_sentence(text: &str) -> Option<String> {
    let line = text.trim().lines().next().unwrap_or_default();
    let is_abbreviation = |end: usize| {
        ["e.g", "i.e", "etc", "vs"]
            .iter()
            .any(|short| line[..end].ends_with(short))
    };
    let end = line
        .match_indices(". ")
        .map(|(end, _)| end)
        .find(|end| !is_abbreviation(*end))
        .unwrap_or(line.len());
    Some(line[..end].trim_end_matches('.').to_owned())
        .filter(|sentence| !sentence.is_empty() && sentence.len() <= MAX_SENTENCE)
}

/// A title of a text: its first sentence, cut off at a word if it is long.
pub fn title_of(text: &str) -> String {
    if let Some(sentence) = first_sentence(text) {
        return sentence;
    }
    let mut title = String::new();
    for word in text.split_whitespace() {
        if title.len() + word.len() > MAX_TITLE {
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

/// A title of a name whose words are joined by `_` or `-`; of any other, the name.
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

/// A title of a name that is always symbolic: words that may be joined by `_` or `-`.
pub fn of_symbolic_name(name: &str) -> String {
    let mut title = name.replace(['-', '_'], " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

/// A title for a model that has none, of the name of its file.
pub fn of_file(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split('.')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or("Imported model")
        .to_owned()
}

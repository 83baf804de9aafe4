//! What sentences are put together from: numbers of things, articles, and lists. It must not know
//! what the words are about.

use std::fmt::Display;

/// "1 flow", "2 flows".
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {}", plural(noun)),
    }
}

/// "flows", "processes", "boundaries".
pub fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        // But "days".
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        None if noun.ends_with(['s', 'x']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// "a process", "an asset".
pub fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// "a", "a and b", "a, b and c".
pub fn all_of(items: &[String]) -> String {
    list(items, "and")
}

/// "a", "a or b", "a, b or c".
pub fn one_of(items: &[String]) -> String {
    list(items, "or")
}

fn list(items: &[String], conjunction: &str) -> String {
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {conjunction} {last}", others.join(", ")),
    }
}

/// The first of some items, and of the others how many: "a", "b", "2 more".
pub fn first_of(items: impl IntoIterator<Item = String>, most: usize) -> Vec<String> {
    let mut items = items.into_iter();
    let mut first: Vec<String> = items.by_ref().take(most).collect();
    let left = items.count();
    if left > 0 {
        first.push(format!("{left} more"));
    }
    first
}

/// "`a`, `b`".
pub fn quoted_list(names: impl IntoIterator<Item: Display>) -> String {
    let quoted = names.into_iter().map(|name| format!("`{name}`"));
    quoted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_plurals_and_articles() {
        assert_eq!(count(1, "boundary"), "1 boundary");
        let words = [
            "open finding",
            "boundary",
            "day",
            "key",
            "process",
            "prefix",
        ];
        assert_eq!(
            words.map(|word| count(2, word)),
            [
                "2 open findings",
                "2 boundaries",
                "2 days",
                "2 keys",
                "2 processes",
                "2 prefixes"
            ]
        );
        assert_eq!(
            ["asset", "process"].map(with_article),
            ["an asset", "a process"]
        );
    }

    #[test]
    fn lists_end_with_a_conjunction() {
        let items = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(all_of(&items[..0]), "");
        assert_eq!(all_of(&items[..1]), "a");
        assert_eq!(one_of(&items[..2]), "a or b");
        assert_eq!(all_of(&first_of(items.clone(), 2)), "a, b and 2 more");
        assert_eq!(first_of(items.clone(), 4), items);
        assert_eq!(quoted_list(&items[..2]), "`a`, `b`");
    }
}

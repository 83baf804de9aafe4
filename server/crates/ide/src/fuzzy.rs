//! How well a few letters fit a name, as they are typed to find it. It must not know what is named.

/// How well a query fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // as they are called
pub enum Match {
    Exact,
    Prefix,
    WordStarts,
    Inside,
    Subsequence,
    Title,
}

/// A text as it is compared.
pub fn lowered(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// How well a query fits a name, and how long that name is; `None` if it does not.
pub fn rank(query: &[char], name: &str) -> Option<(Match, usize)> {
    // Whatever fits has the letters in their order, and most names have not.
    let holds_letters = match name.is_ascii() {
        true => holds(
            query,
            name.bytes()
                .map(|letter| char::from(letter.to_ascii_lowercase())),
        ),
        false => holds(query, name.chars().flat_map(char::to_lowercase)),
    };
    if !holds_letters {
        return None;
    }
    let name = lowered(name);
    let length = name.len();
    let fit = if name == query {
        Match::Exact
    } else if name.starts_with(query) {
        Match::Prefix
    } else if starts_words(query, &name) {
        Match::WordStarts
    } else if name.windows(query.len()).any(|window| window == query) {
        Match::Inside
    } else {
        Match::Subsequence
    };
    Some((fit, length))
}

/// Whether the letters of a query are among others, in their order.
fn holds(query: &[char], mut letters: impl Iterator<Item = char>) -> bool {
    query
        .iter()
        .all(|wanted| letters.any(|letter| letter == *wanted))
}

/// Whether the query is made of the beginnings of words of the name, in their order: `pl` and
/// `payled` of `payment_ledger`.
fn starts_words(query: &[char], name: &[char]) -> bool {
    let is_start = |index: usize| {
        index == 0 || !name[index - 1].is_alphanumeric() && name[index].is_alphanumeric()
    };
    // For each number of letters that are found, whether the last of them is at the place
    // examined: a letter either continues with the word or begins a later one.
    let mut reached = vec![false; query.len() + 1];
    let mut behind = vec![false; query.len() + 1];
    behind[0] = true;
    for (index, letter) in name.iter().enumerate() {
        let mut next = vec![false; query.len() + 1];
        for (letters, wanted) in query.iter().enumerate() {
            next[letters + 1] =
                wanted == letter && (reached[letters] || behind[letters] && is_start(index));
        }
        for (letters, is_reached) in next.iter().enumerate() {
            behind[letters] |= *is_reached;
        }
        reached = next;
    }
    behind[query.len()]
}

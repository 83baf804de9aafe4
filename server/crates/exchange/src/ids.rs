//! Ids and titles in documents for other tools, and values that refer to them. It must not know any
//! format.

use crate::draft::{Draft, Fact, Item};
use crate::library::in_library;
use crate::once::Once;
use crate::{titles, vocabulary};
use rustc_hash::FxHashMap;
use threatline_model::Kind;
use threatline_model::schema::{STRIDE, Takes, Words};

/// The ids of declarations in a document: made of their names, each once.
pub struct Ids(FxHashMap<String, String>);

impl Ids {
    /// The ids of the declarations of some kinds, their parts joined by a sign: what each is called
    /// in its component, if no other is called so. Of others, and of names of one letter, they
    /// begin with `unnamed`.
    pub fn new(draft: &Draft, kinds: &[Kind], join: char, unnamed: &str) -> Ids {
        let mut uses: FxHashMap<&str, usize> = FxHashMap::default();
        for name in draft.of_kind(kinds).filter_map(|item| item.name.as_deref()) {
            *uses.entry(name).or_default() += 1;
        }
        let mut once = Once::default();
        let mut ids = FxHashMap::default();
        for item in draft.of_kind(kinds) {
            let own = item.name.as_deref().filter(|name| uses[name] == 1);
            let is_long = own.is_some_and(|name| name.chars().nth(1).is_some());
            let prefix = if is_long { "" } else { unnamed };
            let name = own.map_or_else(|| name_of_unnamed(draft, item), str::to_owned);
            let id = titles::or(&joined(&name, join), item.kind.word()).to_owned();
            let id = once.take(&format!("{prefix}{id}"), |id, number| {
                format!("{id}{join}{number}")
            });
            ids.insert(item.key.clone(), id);
        }
        Ids(ids)
    }

    /// The id of a declaration by its key.
    pub fn of_key(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_default()
    }
}

/// A name for a declaration that has none, or not for itself: a flow without one is called after
/// its ends.
fn name_of_unnamed(draft: &Draft, item: &Item) -> String {
    match &item.ends {
        Some((source, target)) if item.name.is_none() => {
            let short = |key: &str| {
                let name = draft.items.get(key).and_then(|end| end.name.clone());
                name.unwrap_or_else(|| key.to_owned())
            };
            format!("{} to {}", short(source), short(target))
        }
        _ => item.key.clone(),
    }
}

/// The parts of a name in lower case, joined by a sign.
fn joined(name: &str, join: char) -> String {
    let parts: Vec<&str> = name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(&join.to_string()).to_lowercase()
}

/// A value as a word or a text that [`fact_of`] reads again.
pub fn text_of(fact: &Fact, ids: &Ids) -> String {
    fact.in_words(|key| ids.of_key(key))
}

/// The value that a property takes from a text: what the document declares counts before the
/// library.
pub fn fact_of(
    takes: Takes,
    text: &str,
    key_of: &dyn Fn(&[Kind], &str) -> Option<String>,
) -> Option<Fact> {
    let declared = |kinds: &[Kind]| key_of(kinds, text).map(Fact::Item);
    let in_library = |kinds: &[Kind]| {
        let name = kinds.iter().find_map(|kind| in_library(*kind, text))?;
        Some(Fact::Library(name.to_owned()))
    };
    let word_of = |words: &Words| {
        let position = words.position(text)?;
        Some(Fact::Word(words.word(position).to_owned()))
    };
    match takes {
        Takes::Words(words) => word_of(words),
        Takes::YesNo => matches!(text, "yes" | "no").then(|| Fact::Word(text.to_owned())),
        Takes::Date => text.parse().ok().map(Fact::Date),
        Takes::Reference => vocabulary::is_listed(text).then(|| Fact::Reference(text.to_owned())),
        Takes::Name(kinds) => declared(kinds).or_else(|| in_library(kinds)),
        Takes::Countered => declared(&[Kind::Threat])
            .or_else(|| word_of(&STRIDE))
            .or_else(|| in_library(&[Kind::Rule])),
        Takes::Finding => {
            let (rule, element) = text.split_once('@')?;
            let kinds = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];
            Some(Fact::Finding(rule.to_owned(), key_of(&kinds, element)?))
        }
        Takes::Text | Takes::Glob => Some(Fact::Text(text.to_owned())),
        Takes::Condition => None,
    }
}

/// Titles of a list that have to differ.
#[derive(Default)]
pub struct UniqueTitles(Once);

impl UniqueTitles {
    /// A title, with a number if the list has it already.
    pub fn take(&mut self, title: &str) -> String {
        self.0
            .take(title, |title, number| format!("{title} ({number})"))
    }
}

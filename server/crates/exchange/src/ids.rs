//! Ids and titles in documents for other tools, and values that refer to them. It must not know any
//! format.

use crate::draft::{Draft, Fact};
use crate::library::in_library;
use crate::once::Once;
use rustc_hash::FxHashMap;
use threatline_model::{
    Kind, references,
    schema::{STRIDE, Takes},
};

/// The ids of declarations in a document: made of their names, each once.
pub struct Ids(FxHashMap<String, String>);

impl Ids {
    /// The ids of the declarations of some kinds, their parts joined by a sign: what each is called
    /// in its component, if no other is called so. Of others, and of names of one letter, they
    /// begin with `unnamed`.
    pub fn of(draft: &Draft, kinds: &[Kind], join: char, unnamed: &str) -> Ids {
        let mut called: FxHashMap<&str, usize> = FxHashMap::default();
        let items = || draft.items.iter().filter(|item| kinds.contains(&item.kind));
        for name in items().filter_map(|item| item.name.as_deref()) {
            *called.entry(name).or_default() += 1;
        }
        let mut once = Once::default();
        let mut ids = FxHashMap::default();
        for item in items() {
            let own = item
                .name
                .as_deref()
                .filter(|name| called[name] == 1)
                .map(str::to_owned);
            let is_long = |name: &String| name.chars().nth(1).is_some();
            let before = if own.as_ref().is_some_and(is_long) {
                ""
            } else {
                unnamed
            };
            let short = |key: &str| {
                draft
                    .items
                    .get(key)
                    .and_then(|end| end.name.clone())
                    .unwrap_or_else(|| key.to_owned())
            };
            let between = || {
                item.ends
                    .as_ref()
                    .map(|(source, target)| format!("{} to {}", short(source), short(target)))
            };
            let name = own
                .or_else(|| between().filter(|_| item.name.is_none()))
                .unwrap_or_else(|| item.key.clone());
            let parts = name
                .split(|character: char| !character.is_alphanumeric())
                .filter(|part| !part.is_empty());
            let id = parts
                .collect::<Vec<_>>()
                .join(&join.to_string())
                .to_lowercase();
            let id = if id.is_empty() {
                item.kind.word().to_owned()
            } else {
                id
            };
            ids.insert(
                item.key.clone(),
                once.take(&format!("{before}{id}"), |id, number| {
                    format!("{id}{join}{number}")
                }),
            );
        }
        Ids(ids)
    }

    /// The id of a declaration by its key.
    pub fn of_key(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_default()
    }
}

/// A value as a word or a text that [`fact`] reads again.
pub fn said(fact: &Fact, ids: &Ids) -> String {
    match fact {
        Fact::Word(said) | Fact::Text(said) | Fact::Library(said) | Fact::Reference(said) => {
            said.clone()
        }
        Fact::Item(key) => ids.of_key(key),
        Fact::Date(date) => date.to_string(),
        Fact::Finding(what, key) => format!("{what}@{}", ids.of_key(key)),
    }
}

/// The value that a property takes from a text: what the document declares counts before the
/// library.
pub fn fact(
    takes: Takes,
    said: &str,
    key: &dyn Fn(&[Kind], &str) -> Option<String>,
) -> Option<Fact> {
    let declared = |kinds: &[Kind]| key(kinds, said).map(Fact::Item);
    let known = |kinds: &[Kind]| {
        kinds
            .iter()
            .find_map(|kind| in_library(*kind, said))
            .map(|name| Fact::Library(name.to_owned()))
    };
    match takes {
        Takes::Words(words) => words
            .position(said)
            .map(|at| Fact::Word(words.word(at).to_owned())),
        Takes::YesNo => matches!(said, "yes" | "no").then(|| Fact::Word(said.to_owned())),
        Takes::Date => said.parse().ok().map(Fact::Date),
        Takes::Reference => {
            let is_known = references::List::of(said).is_some() && !references::is_unknown(said);
            is_known.then(|| Fact::Reference(said.to_owned()))
        }
        Takes::Name(kinds) => declared(kinds).or_else(|| known(kinds)),
        Takes::Countered => declared(&[Kind::Threat])
            .or_else(|| {
                STRIDE
                    .position(said)
                    .map(|at| Fact::Word(STRIDE.word(at).to_owned()))
            })
            .or_else(|| known(&[Kind::Rule])),
        Takes::Finding => {
            let (what, on) = said.split_once('@')?;
            Some(Fact::Finding(
                what.to_owned(),
                key(
                    &[Kind::External, Kind::Process, Kind::Store, Kind::Flow],
                    on,
                )?,
            ))
        }
        Takes::Text | Takes::Glob => Some(Fact::Text(said.to_owned())),
        Takes::Condition => None,
    }
}

/// Titles that have to differ, by the lists that they stand in.
#[derive(Default)]
pub struct Titles(FxHashMap<String, Once>);

impl Titles {
    /// A title, with a number if it is there in a list already.
    pub fn free(&mut self, list: &str, title: &str) -> String {
        self.0
            .entry(list.to_owned())
            .or_default()
            .take(title, |title, number| format!("{title} ({number})"))
    }
}

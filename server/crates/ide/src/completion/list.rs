//! A list of what can be written while it is filled, and the names of declarations in it. It must
//! not know what may stand at which place.

use super::context::Context;
use super::item::{About, Item, Sort};
use crate::fuzzy::{Match, lowered, rank};
use std::collections::{HashMap, HashSet};
use threatline_model::{
    Database, Decl, File, Kind, aliases, full_name, name_from, names_in, resolve, short_name,
    visible_declarations,
};
use threatline_syntax::keywords::plain;

/// How many items a list has at most.
pub const MAX_ITEMS: usize = 200;

/// A list of what can be written at a place, so far.
pub struct List<'db> {
    /// The database.
    pub db: &'db Database,
    /// The file that is written.
    pub file: File,
    /// What is around the place.
    pub context: Context,
    /// What is typed, as names are compared with it.
    pub typed: Vec<char>,
    /// What can be written, the best first.
    pub items: Vec<Item>,
    /// Whether there is more.
    pub is_incomplete: bool,
    /// The values that the property has already: there may be many, and many are compared.
    stated: HashSet<String>,
    /// What they mean, where they are names.
    stated_decls: HashSet<Decl>,
}

/// What of a declaration fits what is typed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fitting {
    /// Its name, or how it begins.
    Name,
    /// A word that people have for it.
    Alias(&'static str),
    /// Letters of its name.
    PartOfName,
    /// Its title.
    Title,
}

/// What a declaration fits by, and how well; `None` where nothing is typed.
type Fit = Option<(Fitting, Match)>;

impl<'db> List<'db> {
    /// Nothing so far.
    pub fn new(db: &'db Database, file: File, context: Context) -> List<'db> {
        let stated: HashSet<String> = context.values.iter().cloned().collect();
        let names = stated.iter();
        List {
            db,
            file,
            typed: lowered(&context.typed),
            context,
            items: Vec::new(),
            is_incomplete: false,
            stated_decls: names
                .filter_map(|name| resolve(db, file, name).ok())
                .collect(),
            stated,
        }
    }

    /// Adds an item, which may be changed.
    pub fn item(
        &mut self,
        label: impl Into<String>,
        sort: Sort,
        detail: Option<String>,
        about: About,
    ) -> &mut Item {
        self.items.push(Item::new(label, sort, detail, about));
        self.items.last_mut().expect("it was just added")
    }

    /// Adds an item that a sentence says all about.
    pub fn explained(&mut self, label: impl Into<String>, sort: Sort, doc: &str) -> &mut Item {
        let detail = doc.trim_end_matches('.').to_owned();
        self.item(label, sort, Some(detail), About::Text(doc.to_owned()))
    }

    /// Whether an item is in the list already.
    pub fn has(&self, label: &str) -> bool {
        self.items.iter().any(|item| item.label == label)
    }

    /// Whether the property has a value already.
    pub fn is_stated(&self, value: &str) -> bool {
        self.stated.contains(value)
    }

    /// What a name means in the file.
    pub fn resolved(&self, name: &str) -> Option<Decl> {
        resolve(self.db, self.file, name).ok()
    }

    /// The declaration that is written, if it can be known by its name.
    pub fn own(&self) -> Option<Decl> {
        let name = self.context.name.as_ref()?;
        let own = if self.context.kind == Some(Kind::Component) {
            self.file.declarations(self.db).first()
        } else {
            names_in(self.db, self.file).get(name.as_str())
        };
        own.copied()
            .filter(|own| Some(own.kind(self.db)) == self.context.kind)
    }

    /// Adds the declarations of some kinds, those of this file first, then the model's, then the
    /// library's.
    pub fn names(&mut self, kinds: &[Kind], but: &[Decl]) {
        let own = self.own();
        let visible = visible_declarations(self.db, self.file.model(self.db), kinds).into_iter();
        let names = visible.filter(|decl| Some(*decl) != own && !but.contains(decl));
        self.declarations(names.collect(), |_| None);
    }

    /// Adds these declarations, as far as they fit what is typed and are not stated yet, each with
    /// why it is offered.
    pub fn declarations(&mut self, decls: Vec<Decl>, why: impl Fn(Decl) -> Option<String>) {
        let db = self.db;
        // Thousands of elements share a few names.
        let mut known = HashMap::new();
        let decls = decls.into_iter().enumerate();
        let mut ranked: Vec<_> = decls
            .filter(|(_, decl)| !self.stated_decls.contains(decl))
            .filter_map(|(index, decl)| {
                let name = decl.shape(db).name.as_deref().unwrap_or_default();
                let fit = self.fit(decl, name, &mut known)?;
                Some((fit, self.distance(decl), name, index, decl))
            })
            .collect();
        self.is_incomplete |= ranked.len() > MAX_ITEMS;
        if ranked.len() > MAX_ITEMS {
            ranked.select_nth_unstable(MAX_ITEMS);
            ranked.truncate(MAX_ITEMS);
        }
        ranked.sort_unstable();
        for (fit, .., decl) in ranked {
            let name = name_from(db, decl, self.file).to_string();
            let detail = why(decl).or_else(|| decl.title(db).map(|title| title.to_string()));
            let about = About::Declaration(full_name(db, decl).to_string());
            let typed = self.context.typed.clone();
            let filter = match fit {
                // A client compares the name alone.
                Some((Fitting::Title, _)) => Some(format!("{typed} {name}")),
                Some((Fitting::Alias(alias), _)) => Some(format!("{alias} {name}")),
                Some(_) => None,
                // It does so with the same list while somebody types.
                None => {
                    let aliases: Vec<&str> = aliases_of(db, decl).collect();
                    (!aliases.is_empty()).then(|| format!("{name} {}", aliases.join(" ")))
                }
            };
            let item = self.item(&name, Sort::Declaration(decl.kind(db)), detail, about);
            item.filter = filter;
            if let Some((Fitting::Alias(alias), _)) = fit {
                item.alias = Some(alias);
            }
        }
    }

    /// The first of some words that begins as what is typed.
    pub fn begun(&self, words: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
        let typed = plain(&self.context.typed);
        let mut words = words.into_iter();
        words.find(|word| !typed.is_empty() && plain(word).starts_with(&typed))
    }

    /// Has the last item found by a word that people have for it, if what is typed begins so.
    pub fn found_by(&mut self, aliases: impl IntoIterator<Item = &'static str>) {
        let alias = self.begun(aliases);
        let typed = plain(&self.context.typed);
        if let (Some(alias), Some(item)) = (alias, self.items.last_mut())
            && !plain(&item.label).starts_with(&typed)
        {
            item.filter = Some(format!("{alias} {}", item.label));
            item.alias = Some(alias);
        }
    }

    /// How far a declaration is: in this file, in the model or in the library.
    fn distance(&self, decl: Decl) -> u8 {
        let file = decl.file(self.db);
        if file == self.file {
            0
        } else if decl.in_library(self.db) {
            3
        } else {
            1 + u8::from(file.component(self.db).is_some())
        }
    }

    /// How well a declaration fits what is typed; nothing of one that does not. The title is
    /// searched, too, for who does not know the name.
    fn fit<'name>(
        &self,
        decl: Decl,
        name: &'name str,
        known: &mut HashMap<&'name str, Option<(Match, usize)>>,
    ) -> Option<Fit> {
        if self.typed.is_empty() {
            return Some(None);
        }
        let by_name = *known.entry(name).or_insert_with(|| rank(&self.typed, name));
        let by_name = by_name.or_else(|| rank(&self.typed, full_name(self.db, decl)));
        let begins = |fit: Match| matches!(fit, Match::Exact | Match::Prefix);
        if let Some((fit, _)) = by_name.filter(|(fit, _)| begins(*fit)) {
            return Some(Some((Fitting::Name, fit)));
        }
        if let Some(alias) = self.begun(aliases_of(self.db, decl)) {
            return Some(Some((Fitting::Alias(alias), Match::Prefix)));
        }
        if let Some((fit, _)) = by_name {
            return Some(Some((Fitting::PartOfName, fit)));
        }
        let (fit, _) = rank(&self.typed, decl.title(self.db)?)?;
        Some(Some((Fitting::Title, fit)))
    }
}

/// The words that people have for a definition of the library.
fn aliases_of(db: &Database, decl: Decl) -> impl Iterator<Item = &'static str> {
    let name = decl.in_library(db).then(|| short_name(db, decl));
    let aliases = aliases::of_definitions(decl.kind(db)).iter();
    let own = aliases.filter(move |alias| alias.meant.is_some() && alias.meant == name);
    own.flat_map(|alias| alias.words())
}

//! The values of a property. It must not know conditions.

use super::item::{About, Sort};
use super::keywords::days_long;
use super::list::List;
use crate::fuzzy::rank;
use threatline_model::{
    Kind, World, aliases, references,
    schema::{NOTHING, Property, STRIDE, Takes, Words},
};

/// How many published entries are offered.
const MAX_REFERENCES: usize = 50;

/// The days that are offered, by how far they are.
const DAYS: [(u64, &str); 5] = [
    (90, "in 90 days"),
    (30, "in 30 days"),
    (180, "in 180 days"),
    (365, "in a year"),
    (0, "today"),
];

impl List<'_> {
    /// Adds what a property can say.
    pub fn values(&mut self, property: &'static Property) {
        self.values_of(property);
        if let Some(meaning) = property.nothing
            && self.context.values.is_empty()
            && (self.typed.is_empty() || rank(&self.typed, NOTHING).is_some())
        {
            self.explained(NOTHING, Sort::Word, meaning);
        }
    }

    fn values_of(&mut self, property: &'static Property) {
        match property.takes {
            Takes::Text | Takes::Glob => {
                let detail = Some("a string".to_owned());
                let item = self.item("\"\"", Sort::Value, detail, About::Nothing);
                item.snippet = Some("\"$0\"".to_owned());
            }
            Takes::Words(words) => self.words(words),
            Takes::YesNo => {
                for word in ["yes", "no"] {
                    self.item(word, Sort::Word, None, About::Text(property.doc.to_owned()));
                }
            }
            Takes::Date => self.dates(),
            Takes::Reference => self.references(),
            Takes::Name([Kind::Mitigation]) if property.name == "enough" => {
                self.listed_mitigations()
            }
            Takes::Name([Kind::Mitigation]) => self.mitigations(property.name),
            Takes::Name(kinds) => self.names(kinds, &[]),
            Takes::Countered => {
                self.words(&STRIDE);
                self.names(&[Kind::Threat, Kind::Rule], &[]);
            }
            Takes::Finding if self.context.kind == Some(Kind::Expect) => {
                self.names(&[Kind::Rule], &[]);
            }
            Takes::Finding => self.findings(),
            Takes::Condition => {}
        }
    }

    /// Adds the words of a list that are not stated yet.
    pub fn words(&mut self, words: &'static Words) {
        for (word, meaning) in words.words {
            if !self.is_stated(word) {
                self.explained(*word, Sort::Word, meaning);
                let own = aliases::of_words(words).iter();
                let own = own.filter(|alias| alias.meant == Some(word));
                self.found_by(own.flat_map(|alias| alias.words()));
            }
        }
    }

    fn dates(&mut self) {
        let today = World::get(self.db).today(self.db);
        for (days, called) in DAYS {
            let Ok(date) = today.checked_add(days_long(days)) else {
                continue;
            };
            let detail = Some(called.to_owned());
            let item = self.item(date.to_string(), Sort::Value, detail, About::Nothing);
            // Found by what it is called as well.
            item.filter = Some(format!("{date} {called}"));
        }
    }

    fn references(&mut self) {
        let text = &self.file.source(self.db).text;
        let word = self.context.word;
        let end = (word.end as usize).min(text.len());
        let written = text.get(word.start as usize..end);
        let wanted = written.unwrap_or_default().trim().to_owned();
        self.is_incomplete = true;
        for entry in references::search(&wanted, MAX_REFERENCES) {
            if self.is_stated(entry.id) {
                continue;
            }
            let detail = Some(entry.title.to_owned());
            let about = About::Reference(entry.id);
            let item = self.item(entry.id, Sort::Reference, detail, about);
            // It was searched for already.
            item.filter = (!wanted.is_empty()).then(|| wanted.clone());
        }
    }
}

//! The occurrences of one declaration while they are collected. It must not know where words are
//! looked for.

use super::meaning::{Meaning, Occurrence};
use threatline_model::{Db, Decl, File, Kind, Part, Span, components_around};
use threatline_syntax::lexer::name_words;

/// What was collected of a declaration so far.
pub struct Collector<'db> {
    /// The database.
    pub db: &'db dyn Db,
    /// The declaration.
    pub decl: Decl,
    /// Its file.
    pub file: File,
    /// The text of that.
    pub text: &'db str,
    /// What was collected.
    pub occurrences: Vec<Occurrence>,
}

impl<'db> Collector<'db> {
    /// Nothing of a declaration yet.
    pub fn new(db: &'db dyn Db, decl: Decl) -> Collector<'db> {
        let file = decl.file(db);
        Collector {
            db,
            decl,
            file,
            text: &file.source(db).text,
            occurrences: Vec::new(),
        }
    }

    /// Where a part of the declaration is written.
    pub fn span(&self, part: Part) -> Span {
        self.decl.part(part).resolve(self.db).1
    }

    /// Adds a word, unless it is empty.
    pub fn add(&mut self, part: Part, span: Span, meaning: Meaning) {
        if span.start < span.end {
            self.occurrences.push(Occurrence {
                within: self.decl,
                part,
                span,
                meaning,
            });
        }
    }

    /// Adds a name with dots: its last word is the declaration, those before it the components
    /// around that.
    pub fn add_name(&mut self, part: Part, span: Span, named: Decl) {
        let words = name_words(self.text, span);
        let Some((last, before)) = words.split_last() else {
            return;
        };
        let mut around = components_around(self.db, named.file(self.db)).into_iter();
        if named.kind(self.db) == Kind::Component {
            around.next();
        }
        for span in before.iter().rev() {
            let Some(component) = around.next() else {
                break;
            };
            self.add(part, *span, Meaning::Names(component));
        }
        self.add(part, *last, Meaning::Names(named));
    }
}

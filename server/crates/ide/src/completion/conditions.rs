//! The condition of a rule: facts, functions, and what they are compared with. It must not know
//! other properties.

use super::item::{About, Sort};
use super::list::List;
use threatline_model::{
    Fact, Gives, Kind, Many, fact_named, fact_names,
    schema::{self, CLASSIFICATION},
};
use threatline_view::describe::FUNCTIONS;

impl List<'_> {
    /// Adds the facts that elements of some kinds have, behind the steps of a path; at its
    /// beginning functions, too.
    pub fn facts(&mut self, kinds: &[Kind], path: &[Fact]) {
        let steps: String = path.iter().map(|fact| format!("{}.", fact.name)).collect();
        for fact in facts_of(kinds) {
            // What can only be asked for whether it is stated is offered there.
            if fact.gives != Gives::Opaque {
                self.explained(format!("{steps}{}", fact.name), Sort::Fact, fact.meaning());
            }
        }
        if path.is_empty() {
            self.functions();
        }
    }

    fn functions(&mut self) {
        for (name, example, doc) in FUNCTIONS {
            let detail = Some(doc.trim_end_matches('.').to_owned());
            let item = self.item(*name, Sort::Function, detail, About::Function(name));
            item.insert = Some(format!("{name}("));
            item.snippet = Some(if example.contains(" where ") {
                format!("{name}(${{1:incoming}} where $0)")
            } else {
                format!("{name}($0)")
            });
        }
        let about = About::Text("True if the condition that follows is false.".to_owned());
        let item = self.item("not", Sort::Keyword, None, about);
        item.insert = Some("not ".to_owned());
    }

    /// Adds what a fact can be compared with.
    pub fn fact_words(&mut self, fact: Fact) {
        match fact.gives {
            Gives::Word(words) | Gives::Words(words) => self.words(words),
            Gives::Assets => self.words(&CLASSIFICATION),
            Gives::Named(kind) => self.names(&[kind], &[]),
            Gives::YesNo | Gives::Elements(..) | Gives::Opaque => {}
        }
    }

    /// Adds what can follow a fact.
    pub fn operators(&mut self, fact: Option<Fact>) {
        for (word, doc) in comparisons(fact) {
            let detail = Some((*doc).to_owned());
            let item = self.item(*word, Sort::Keyword, detail, About::Nothing);
            if *word == "in" {
                item.insert = Some("in (".to_owned());
                item.snippet = Some("in ($0)".to_owned());
            } else {
                item.insert = Some(format!("{word} "));
            }
        }
        for (word, doc) in [
            ("and", "Both conditions are true."),
            ("or", "At least one of the conditions is true."),
        ] {
            let item = self.item(word, Sort::Keyword, Some(doc.to_owned()), About::Nothing);
            item.insert = Some(format!("{word} "));
        }
    }

    /// Adds what a function takes.
    pub fn arguments(&mut self, function: &str, kinds: &[Kind]) {
        match function {
            "used" => self.names(&[Kind::Technology], &[]),
            "stated" => {
                for property in kinds.iter().flat_map(|kind| schema::of(*kind).properties) {
                    if !self.has(property.name) {
                        self.explained(property.name, Sort::Property, property.doc);
                    }
                }
            }
            _ => {
                for fact in facts_of(kinds) {
                    if matches!(fact.gives, Gives::Elements(_, Many::Several)) {
                        self.explained(fact.name, Sort::Fact, fact.meaning());
                    }
                }
            }
        }
    }
}

fn facts_of(kinds: &[Kind]) -> impl Iterator<Item = Fact> {
    let names = fact_names(kinds).into_iter();
    names.filter_map(move |name| fact_named(kinds, name))
}

/// How a fact can be compared, each way with what it means.
fn comparisons(fact: Option<Fact>) -> &'static [(&'static str, &'static str)] {
    match fact.map(|fact| fact.gives) {
        Some(Gives::Word(words)) if words.ordered => &[
            ("=", "Equal to this word."),
            ("!=", "Not equal to this word."),
            (">=", "This word or a higher one."),
            (">", "Higher than this word."),
            ("<=", "This word or a lower one."),
            ("<", "Lower than this word."),
            ("in", "One of several words."),
        ],
        Some(Gives::Word(_) | Gives::Words(_)) => &[
            ("=", "Equal to this word."),
            ("!=", "Not equal to this word."),
            ("in", "One of several words."),
        ],
        Some(Gives::Assets) => &[
            (">=", "The most sensitive asset is at this level or above."),
            (">", "The most sensitive asset is above this level."),
            ("=", "The most sensitive asset is at this level."),
            ("<=", "The most sensitive asset is at this level or below."),
            ("<", "The most sensitive asset is below this level."),
            ("!=", "The most sensitive asset is not at this level."),
        ],
        Some(Gives::Named(_)) => &[("is", "It is this one or a kind of it.")],
        Some(Gives::Elements(_, Many::Several)) => {
            &[("where", "Only elements for which this condition is true.")]
        }
        _ => &[],
    }
}

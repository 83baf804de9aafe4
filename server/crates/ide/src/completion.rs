//! Completion: what can be written at a place, the best first: words of the language, names of the
//! model and of the library, and what the analysis asks for. It must not know how an editor shows a
//! list.

mod context;
mod settings;

use crate::occurrences::declaration_at;
pub use settings::settings_completion;

use crate::fuzzy::{lowered, rank};
use context::{Context, Expected, context};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use threatline_model::{
    Assessed, Database, Decl, ENDPOINT_KINDS, Fact, File, FindingId, FindingState, Gives, Kind,
    Many, Span, World, assessed, fact_named, fact_names, full_name, mitigations_against_rule,
    name_from, names_in, references, resolve, rule_named, rule_subjects,
    schema::{self, CLASSIFICATION, Property, STRIDE, Takes, Words},
    visible_declarations,
};
use threatline_view::describe;
use threatline_view::explain::{self, Explanation};
use threatline_view::related;

/// What can be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What it takes the place of: the word at the cursor, before and behind it.
    pub word: Span,
    /// The best first.
    pub items: Vec<Item>,
    /// Whether there are more, so that it is to be asked again when more is typed.
    pub is_incomplete: bool,
}

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub sort: Sort,
    /// What is shown beside it, on one line.
    pub detail: Option<String>,
    /// What is written: the label, unless it is said.
    pub insert: Option<String>,
    /// Likewise with places to fill in, for an editor that can: `$0`, `${1:name}`.
    pub snippet: Option<String>,
    /// What is compared with what is typed: the label, unless it is said.
    pub filter: Option<String>,
    /// What explains it.
    pub about: About,
}

/// What an item is, for its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A word of the language.
    Keyword,
    /// The name of a property.
    Property,
    /// One of some words.
    Word,
    /// A declaration.
    Declaration(Kind),
    /// The id of a published entry.
    Reference,
    /// A day, a text.
    Value,
    /// A finding.
    Finding,
    /// A fact of a condition.
    Fact,
    /// A function of a condition.
    Function,
}

/// What explains an item. It is kept as names, so that it can be looked up when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing more than what is said.
    Nothing,
    /// A kind of declarations.
    Kind(Kind),
    /// A property of a kind.
    Property(Kind, &'static str),
    /// A sentence.
    Text(String),
    /// A declaration, by its full name.
    Declaration(String),
    /// A published entry.
    Reference(&'static str),
    /// A finding, by its name.
    Finding(String),
    /// A function.
    Function(&'static str),
}

/// How many items a list has at most.
const MOST: usize = 200;

/// How many elements are looked at for what is open.
const MOST_ELEMENTS: usize = 2_000;

/// What can be written at a byte of a file.
pub fn completion(db: &Database, file: File, offset: u32) -> Option<Completion> {
    let text = &file.source(db).text;
    let offset = (0..=offset.min(text.len() as u32))
        .rev()
        .find(|at| text.is_char_boundary(*at as usize))?;
    let context = context(text, offset)?;
    let mut list = List {
        db,
        file,
        typed: lowered(&context.typed),
        context,
        items: Vec::new(),
        is_incomplete: false,
    };
    list.fill();
    Some(Completion {
        word: list.context.word,
        items: list.items,
        is_incomplete: list.is_incomplete,
    })
    .filter(|completion| !completion.items.is_empty())
}

/// What explains an item that was offered in a file.
pub fn explanation(db: &Database, file: File, about: &About) -> Option<Explanation> {
    Some(match about {
        About::Nothing => return None,
        About::Kind(kind) => describe::kind_of_declaration(*kind),
        About::Property(kind, name) => describe::property(*kind, schema::of(*kind).property(name)?),
        About::Text(text) => Explanation {
            title: text.clone(),
            parts: Vec::new(),
        },
        About::Declaration(name) => {
            let decl = resolve(db, file, name).ok()?;
            describe::declaration(db, file, decl)
        }
        About::Reference(id) => describe::reference(id),
        About::Finding(name) => {
            let (rule, element) = name.split_once('@')?;
            let rule = rule_named(db, file.model(db), rule)?;
            let element = resolve(db, file, element).ok()?;
            let is_it = |found: &&Assessed| found.finding.id == FindingId::Rule { rule, element };
            explain::finding(db, assessed(db, element).iter().find(is_it)?)
        }
        About::Function(name) => describe::function(name)?,
    })
}

struct List<'db> {
    db: &'db Database,
    file: File,
    context: Context,
    typed: Vec<char>,
    items: Vec<Item>,
    is_incomplete: bool,
}

impl List<'_> {
    fn item(
        &mut self,
        label: impl Into<String>,
        sort: Sort,
        detail: Option<String>,
        about: About,
    ) -> &mut Item {
        let item = Item {
            label: label.into(),
            sort,
            detail,
            insert: None,
            snippet: None,
            filter: None,
            about,
        };
        self.items.push(item);
        self.items.last_mut().expect("it was just added")
    }

    fn fill(&mut self) {
        match self.context.expected.clone() {
            Expected::Declaration { alone } => self.declarations(alone),
            Expected::Next(words) => {
                for word in words {
                    let about = match word {
                        "in" => "What it is placed in follows: a boundary.",
                        "->" => "Who answers the flow follows.",
                        ":" => "The ends of the flow follow: who starts it, `->`, who answers.",
                        _ => "The properties follow.",
                    };
                    let item = self.item(word, Sort::Keyword, None, About::Text(about.to_owned()));
                    match word {
                        "{" => item.snippet = Some("{\n  $0\n}".to_owned()),
                        "in" => item.insert = Some("in ".to_owned()),
                        _ => {}
                    }
                }
            }
            Expected::Boundary => self.names(&[Kind::Boundary], &[]),
            Expected::End { source } => {
                let own: Vec<Decl> = source
                    .iter()
                    .filter_map(|name| self.resolved(name))
                    .collect();
                self.names(ENDPOINT_KINDS, &own);
            }
            Expected::Property { followed } => self.properties(followed),
            Expected::Value(property) => self.values(property),
            Expected::FindingElement { rule } => self.elements_of(&rule),
            Expected::Fact { kinds, path } => self.facts(&kinds, &path),
            Expected::FactWord(fact) => self.fact_words(fact),
            Expected::Operator(fact) => self.operators(fact),
            Expected::Argument { function, kinds } => self.arguments(&function, &kinds),
        }
    }

    fn resolved(&self, name: &str) -> Option<Decl> {
        resolve(self.db, self.file, name).ok()
    }

    /// The declaration that is written, if it can be known by its name.
    fn own(&self) -> Option<Decl> {
        let name = self.context.name.as_ref()?;
        let found = names_in(self.db, self.file).get(name.as_str()).copied();
        let component = || self.file.declarations(self.db).first().copied();
        let own = if self.context.kind == Some(Kind::Component) {
            component()
        } else {
            found
        };
        own.filter(|own| Some(own.kind(self.db)) == self.context.kind)
    }

    // ---- words of the language -----------------------------------------------------------------

    fn declarations(&mut self, alone: bool) {
        let boundary = visible_declarations(self.db, self.file.model(self.db), &[Kind::Boundary])
            .first()
            .copied();
        let boundary = boundary.map(|boundary| name_from(self.db, boundary, self.file).to_string());
        let today = World::get(self.db).today(self.db);
        let until = today.saturating_add(days_long(90)).to_string();
        let has_component = self.file.component(self.db).is_some();
        let is_test = self.file.model(self.db).is_test(self.db);
        for kind in Kind::ALL {
            let hidden = kind == Kind::Component
                && (has_component || self.context.word.start > 0 && !self.is_at_start())
                || kind == Kind::Expect && !is_test;
            if hidden {
                continue;
            }
            let detail = schema::of(kind).doc.trim_end_matches('.').to_owned();
            let item = self.item(kind.word(), Sort::Keyword, Some(detail), About::Kind(kind));
            item.insert = Some(format!("{} ", kind.word()));
            if alone {
                item.snippet = Some(snippet(kind, boundary.as_deref(), &until));
            }
        }
    }

    /// Whether nothing but comments is before the word.
    fn is_at_start(&self) -> bool {
        self.file
            .source(self.db)
            .spans
            .first()
            .is_none_or(|first| self.context.word.start <= first.start)
    }

    fn properties(&mut self, followed: bool) {
        let Some(kind) = self.context.kind else {
            return;
        };
        let schema = schema::of(kind);
        let lacking = schema.properties.iter().filter(|property| {
            !self
                .context
                .present
                .iter()
                .any(|name| name == property.name)
        });
        let mut lacking: Vec<&'static Property> = lacking.collect();
        lacking.sort_by_key(|property| !property.required);
        for property in lacking {
            let required = if property.required { "required. " } else { "" };
            let detail = Some(format!("{required}{}", property.doc.trim_end_matches('.')));
            let item = self.item(
                property.name,
                Sort::Property,
                detail,
                About::Property(kind, property.name),
            );
            if !followed {
                item.insert = Some(format!("{}: ", property.name));
                if matches!(property.takes, Takes::Text | Takes::Glob) {
                    item.snippet = Some(format!("{}: \"$0\"", property.name));
                }
            }
        }
    }

    // ---- values --------------------------------------------------------------------------------

    fn values(&mut self, property: &'static Property) {
        match property.takes {
            Takes::Text | Takes::Glob => {
                let item = self.item(
                    "\"\"",
                    Sort::Value,
                    Some("a text".to_owned()),
                    About::Nothing,
                );
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
            Takes::Name([Kind::Mitigation]) => self.mitigations(property.name),
            Takes::Name(kinds) => self.names(kinds, &[]),
            Takes::Countered => {
                self.words(&STRIDE);
                self.names(&[Kind::Threat, Kind::Rule], &[]);
            }
            Takes::Finding if self.context.kind == Some(Kind::Expect) => {
                self.names(&[Kind::Rule], &[])
            }
            Takes::Finding => self.findings(),
            Takes::Condition => {}
        }
    }

    fn is_listed(&self, word: &str) -> bool {
        self.context.values.iter().any(|value| value == word)
    }

    fn words(&mut self, words: &'static Words) {
        for (word, meaning) in words.words {
            if !self.is_listed(word) {
                let detail = Some(meaning.trim_end_matches('.').to_owned());
                self.item(
                    *word,
                    Sort::Word,
                    detail,
                    About::Text((*meaning).to_owned()),
                );
            }
        }
    }

    fn dates(&mut self) {
        let today = World::get(self.db).today(self.db);
        for (days, called) in [
            (90, "in 90 days"),
            (30, "in 30 days"),
            (180, "in 180 days"),
            (365, "in a year"),
            (0, "today"),
        ] {
            let Ok(date) = today.checked_add(days_long(days)) else {
                continue;
            };
            let item = self.item(
                date.to_string(),
                Sort::Value,
                Some(called.to_owned()),
                About::Nothing,
            );
            // Found by what it is called as well.
            item.filter = Some(format!("{date} {called}"));
        }
    }

    fn references(&mut self) {
        let text = &self.file.source(self.db).text;
        let word = self.context.word;
        let cursor = (word.end as usize).min(text.len());
        let wanted = text
            .get(word.start as usize..cursor)
            .unwrap_or_default()
            .trim()
            .to_owned();
        self.is_incomplete = true;
        for entry in references::search(&wanted, 50) {
            if self.is_listed(entry.id) {
                continue;
            }
            let item = self.item(
                entry.id,
                Sort::Reference,
                Some(entry.title.to_owned()),
                About::Reference(entry.id),
            );
            // It was searched for already.
            item.filter = (!wanted.is_empty()).then(|| wanted.clone());
        }
    }

    /// The declarations of some kinds, those of this file first, then the model's, then the
    /// library's.
    fn names(&mut self, kinds: &[Kind], but: &[Decl]) {
        let own = self.own();
        let all = visible_declarations(self.db, self.file.model(self.db), kinds);
        let found = all
            .into_iter()
            .filter(|decl| Some(*decl) != own && !but.contains(decl))
            .collect();
        self.declared(found, &HashSet::new(), |_| None);
    }

    /// These declarations, as far as they fit what is typed and are not listed or taken.
    fn declared(
        &mut self,
        found: Vec<Decl>,
        taken: &HashSet<Decl>,
        why: impl Fn(Decl) -> Option<String>,
    ) {
        let db = self.db;
        let listed: HashSet<Decl> = self
            .context
            .values
            .iter()
            .filter_map(|name| self.resolved(name))
            .collect();
        // Thousands of elements share a few names.
        let mut known: HashMap<&str, Option<_>> = HashMap::new();
        let mut ranked: Vec<_> = found
            .into_iter()
            .enumerate()
            .filter(|(_, decl)| !listed.contains(decl) && !taken.contains(decl))
            .filter_map(|(at, decl)| {
                let distance = match decl.file(db) {
                    own if own == self.file => 0,
                    _ if decl.in_library(db) => 3,
                    other => 1 + u8::from(other.component(db).is_some()),
                };
                let name = decl.shape(db).name.as_deref().unwrap_or_default();
                let fit = match self.typed.is_empty() {
                    true => None,
                    // The title is searched, too, for who does not know the name.
                    false => Some(
                        (*known.entry(name).or_insert_with(|| rank(&self.typed, name)))
                            .or_else(|| rank(&self.typed, full_name(db, decl)))
                            .map(|fit| (0, fit))
                            .or_else(|| rank(&self.typed, decl.title(db)?).map(|fit| (1, fit)))?,
                    ),
                };
                Some((
                    fit.map(|(by, (fit, _))| (by, fit)),
                    distance,
                    name,
                    at,
                    decl,
                ))
            })
            .collect();
        self.is_incomplete |= ranked.len() > MOST;
        if ranked.len() > MOST {
            ranked.select_nth_unstable(MOST);
            ranked.truncate(MOST);
        }
        ranked.sort_unstable();
        for (fit, .., decl) in ranked {
            let name = name_from(db, decl, self.file).to_string();
            let detail = why(decl).or_else(|| decl.title(db).map(|title| title.to_string()));
            let about = About::Declaration(full_name(db, decl).to_string());
            let typed = self.context.typed.clone();
            let item = self.item(&name, Sort::Declaration(decl.kind(db)), detail, about);
            // A client compares the name alone.
            if fit.is_some_and(|(by, _)| by > 0) {
                item.filter = Some(format!("{typed} {name}"));
            }
        }
    }

    /// The mitigations: first those that counter what is open here, each with what it counters.
    fn mitigations(&mut self, property: &str) {
        let db = self.db;
        let model = self.file.model(db);
        let mut countering: Vec<(Decl, String)> = Vec::new();
        for found in self.open_here(property) {
            let FindingId::Rule { rule, element } = found.finding.id else {
                continue;
            };
            let which = if Some(element) == self.own() {
                String::new()
            } else {
                format!("@{}", name_from(db, element, self.file))
            };
            let why = format!(
                "counters `{}{which}` ({})",
                name_from(db, rule, self.file),
                found.finding.severity.word()
            );
            for &mitigation in mitigations_against_rule(db, model, rule) {
                if !countering.iter().any(|(known, _)| *known == mitigation) {
                    countering.push((mitigation, why.clone()));
                }
            }
        }
        let taken: HashSet<Decl> = countering.iter().map(|(decl, _)| *decl).collect();
        // One at a time: their order is that of what they counter.
        for (mitigation, why) in countering {
            self.declared(vec![mitigation], &HashSet::new(), |_| Some(why.clone()));
        }
        let own = self.own();
        let rest = visible_declarations(db, model, &[Kind::Mitigation])
            .into_iter()
            .filter(|decl| Some(*decl) != own)
            .collect();
        self.declared(rest, &taken, |_| None);
    }

    /// What is open where mitigations are listed, the worst first.
    fn open_here(&self, property: &str) -> Vec<Assessed> {
        let db = self.db;
        let Some(own) = self.own().filter(|_| property == "mitigations") else {
            return self.open_in_unnamed(property);
        };
        let subjects = match own.kind(db) {
            kind if kind.is_element() => vec![own],
            Kind::Boundary => related::everything_in(db, own),
            Kind::Component => self.file.declarations(db).to_vec(),
            _ => Vec::new(),
        };
        self.open_of(subjects)
    }

    /// The same for a flow without a name: it is known by where it stands.
    fn open_in_unnamed(&self, property: &str) -> Vec<Assessed> {
        let at = declaration_at(self.db, self.file, self.context.word.start);
        let own = at.filter(|decl| property == "mitigations" && decl.kind(self.db) == Kind::Flow);
        self.open_of(own.into_iter().collect())
    }

    fn open_of(&self, subjects: Vec<Decl>) -> Vec<Assessed> {
        let db = self.db;
        let elements = subjects
            .into_iter()
            .filter(|decl| decl.kind(db).is_element() || decl.kind(db) == Kind::Threat);
        let mut open: Vec<Assessed> = elements
            .take(MOST_ELEMENTS)
            .flat_map(|element| {
                assessed(db, element)
                    .iter()
                    .filter(|found| found.state == FindingState::Open)
            })
            .cloned()
            .collect();
        open.sort_by_key(|found| {
            (
                found.finding.missing.is_some(),
                std::cmp::Reverse(found.finding.severity),
            )
        });
        open
    }

    /// The elements and threats of the model, those of this file first.
    fn near(&self) -> Vec<Decl> {
        let db = self.db;
        let own = self.file.declarations(db).iter().copied();
        let others = self
            .file
            .model(db)
            .files(db)
            .iter()
            .filter(|file| **file != self.file);
        own.chain(others.flat_map(|file| file.declarations(db).iter().copied()))
            .collect()
    }

    /// What is open, as it is accepted.
    fn findings(&mut self) {
        let db = self.db;
        for found in self.open_of(self.near()) {
            let name = match found.finding.id {
                FindingId::Rule { rule, element } => {
                    format!(
                        "{}@{}",
                        name_from(db, rule, self.file),
                        name_from(db, element, self.file)
                    )
                }
                FindingId::Threat(threat) => name_from(db, threat, self.file).to_string(),
            };
            if self.is_listed(&name) || self.items.iter().any(|item| item.label == name) {
                continue;
            }
            if !self.typed.is_empty() && rank(&self.typed, &name).is_none() {
                continue;
            }
            if self.items.len() == MOST {
                self.is_incomplete = true;
                break;
            }
            let detail = format!(
                "{}: {}",
                found.finding.severity.word(),
                found.finding.id.title(db)
            );
            let about = About::Finding(found.finding.id.name(db).to_string());
            self.item(name, Sort::Finding, Some(detail), about);
        }
        if self.items.is_empty() {
            self.names(&[Kind::Rule, Kind::Threat], &[]);
        }
    }

    /// The elements on which a rule finds something; in a test, all that it looks at.
    fn elements_of(&mut self, rule: &str) {
        let db = self.db;
        let Some(rule) = self.resolved(rule) else {
            return self.names(
                &[Kind::External, Kind::Process, Kind::Store, Kind::Flow],
                &[],
            );
        };
        if rule.kind(db) != Kind::Rule || self.context.kind == Some(Kind::Expect) {
            let kinds = if rule.kind(db) == Kind::Rule {
                rule_subjects(db, rule)
            } else {
                Vec::new()
            };
            return self.names(&kinds, &[]);
        }
        let open = self.open_of(self.near());
        let of_rule = open.iter().filter_map(|found| match found.finding.id {
            FindingId::Rule { rule: of, element } if of == rule => {
                Some((element, found.finding.severity))
            }
            _ => None,
        });
        let found: Vec<_> = of_rule.collect();
        let why = |decl: Decl| {
            let severity = found.iter().find(|(element, _)| *element == decl)?.1;
            let title = decl.title(db).map(|title| format!(": {title}"));
            Some(format!("{}{}", severity.word(), title.unwrap_or_default()))
        };
        self.declared(
            found.iter().map(|(element, _)| *element).collect(),
            &HashSet::new(),
            why,
        );
    }

    // ---- conditions ----------------------------------------------------------------------------

    fn facts(&mut self, kinds: &[Kind], path: &[Fact]) {
        let before: String = path.iter().map(|fact| format!("{}.", fact.name)).collect();
        for name in fact_names(kinds) {
            let Some(found) = fact_named(kinds, name) else {
                continue;
            };
            // What can only be asked for whether it is stated is offered there.
            if found.gives == Gives::Opaque {
                continue;
            }
            let detail = Some(found.meaning().trim_end_matches('.').to_owned());
            self.item(
                format!("{before}{name}"),
                Sort::Fact,
                detail,
                About::Text(found.meaning().to_owned()),
            );
        }
        if !path.is_empty() {
            return;
        }
        for (name, example, doc) in describe::FUNCTIONS {
            let detail = Some(doc.trim_end_matches('.').to_owned());
            let item = self.item(*name, Sort::Function, detail, About::Function(name));
            item.insert = Some(format!("{name}("));
            item.snippet = Some(match example.contains(" where ") {
                true => format!("{name}(${{1:incoming}} where $0)"),
                false => format!("{name}($0)"),
            });
        }
        let item = self.item(
            "not",
            Sort::Keyword,
            None,
            About::Text("True if what follows is not.".to_owned()),
        );
        item.insert = Some("not ".to_owned());
    }

    fn fact_words(&mut self, fact: Fact) {
        match fact.gives {
            Gives::Word(words) | Gives::Words(words) => self.words(words),
            Gives::Assets => self.words(&CLASSIFICATION),
            Gives::Named(kind) => self.names(&[kind], &[]),
            Gives::YesNo | Gives::Elements(..) | Gives::Opaque => {}
        }
    }

    fn operators(&mut self, fact: Option<Fact>) {
        let compares: &[(&str, &str)] = match fact.map(|fact| fact.gives) {
            Some(Gives::Word(words)) if words.ordered => &[
                ("=", "It is this word."),
                ("!=", "It is another word."),
                (">=", "It is this word or a higher one."),
                (">", "It is a higher one."),
                ("<=", "It is this word or a lower one."),
                ("<", "It is a lower one."),
                ("in", "It is one of some words."),
            ],
            Some(Gives::Word(_) | Gives::Words(_)) => &[
                ("=", "It is this word."),
                ("!=", "It is another word."),
                ("in", "It is one of some words."),
            ],
            Some(Gives::Assets) => &[
                (">=", "The most sensitive of them is so or more."),
                (">", "It is more."),
                ("=", "It is so."),
                ("<=", "It is so or less."),
                ("<", "It is less."),
                ("!=", "It is not so."),
            ],
            Some(Gives::Named(_)) => &[("is", "It is that, or one of that.")],
            Some(Gives::Elements(_, Many::Several)) => {
                &[("where", "Those of them of which this is true.")]
            }
            _ => &[],
        };
        for (word, doc) in compares {
            let item = self.item(
                *word,
                Sort::Keyword,
                Some((*doc).to_owned()),
                About::Nothing,
            );
            item.insert = Some(if *word == "in" {
                "in (".to_owned()
            } else {
                format!("{word} ")
            });
            item.snippet = (*word == "in").then(|| "in ($0)".to_owned());
        }
        for (word, doc) in [("and", "Both are true."), ("or", "One of them is true.")] {
            let item = self.item(word, Sort::Keyword, Some(doc.to_owned()), About::Nothing);
            item.insert = Some(format!("{word} "));
        }
    }

    fn arguments(&mut self, function: &str, kinds: &[Kind]) {
        match function {
            "used" => self.names(&[Kind::Technology], &[]),
            "stated" => {
                for property in kinds.iter().flat_map(|kind| schema::of(*kind).properties) {
                    if !self.items.iter().any(|item| item.label == property.name) {
                        let detail = Some(property.doc.trim_end_matches('.').to_owned());
                        self.item(
                            property.name,
                            Sort::Property,
                            detail,
                            About::Text(property.doc.to_owned()),
                        );
                    }
                }
            }
            _ => {
                for name in fact_names(kinds) {
                    let Some(found) = fact_named(kinds, name) else {
                        continue;
                    };
                    if matches!(found.gives, Gives::Elements(_, Many::Several)) {
                        let detail = Some(found.meaning().trim_end_matches('.').to_owned());
                        self.item(
                            name,
                            Sort::Fact,
                            detail,
                            About::Text(found.meaning().to_owned()),
                        );
                    }
                }
            }
        }
    }
}

fn days_long(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// A declaration with what it is best written with, and places to fill in.
fn snippet(kind: Kind, boundary: Option<&str>, until: &str) -> String {
    let word = kind.word();
    let place = boundary
        .map(|boundary| format!(" in ${{3:{boundary}}}"))
        .unwrap_or_default();
    match kind {
        Kind::Component => "component ${1:name} \"${2:Title}\" {\n  owner: \"$0\"\n}".to_owned(),
        Kind::Boundary => "boundary ${1:name} \"${2:Title}\" { kind: $0 }".to_owned(),
        Kind::Asset => "asset ${1:name} \"${2:Title}\" { classification: $0 }".to_owned(),
        Kind::External => format!("external ${{1:name}} \"${{2:Title}}\"{place} {{ kind: $0 }}"),
        Kind::Process | Kind::Store => format!("{word} ${{1:name}} \"${{2:Title}}\"{place} {{\n  technology: $0\n}}"),
        Kind::Flow => "flow ${1:name} \"${2:Title}\": ${3:source} -> ${4:target} {\n  protocol: $0\n}".to_owned(),
        Kind::Threat => {
            "threat ${1:name} \"${2:Title}\" {\n  category: ${3:spoofing}\n  targets: $0\n}".to_owned()
        }
        Kind::Mitigation => "mitigation ${1:name} \"${2:Title}\" {\n  based_on: $0\n}".to_owned(),
        Kind::Accept => {
            format!(
                "accept ${{1:name}} {{\n  findings: $0\n  by: \"${{2:who}}\"\n  until: ${{3:{until}}}\n  because: \"${{4:why}}\"\n}}"
            )
        }
        Kind::Assumption => "assumption ${1:name} \"${2:What is taken for granted}\" {\n  about: $0\n}".to_owned(),
        Kind::Technology | Kind::Protocol => format!("{word} ${{1:name}} \"${{2:Title}}\" {{ is: $0 }}"),
        Kind::Rule => {
            "rule ${1:name} \"${2:Title}\" {\n  on: ${3:process}\n  category: ${4:tampering}\n  when: $0\n  advice: \"${5:What to do.}\"\n}".to_owned()
        }
        Kind::Expect => "expect {\n  found: $0\n}".to_owned(),
    }
}

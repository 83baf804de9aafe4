//! The properties of a declaration, checked against the schema and with their names resolved. It
//! must not know what follows from them.

use crate::codes;
use crate::condition;
use crate::db::{Db, Decl, File, Model, World, put_in_order};
use crate::diagnostics::{Diagnostic, nearest};
use crate::lower::{Part, PropertyFacts, Subject, Value};
use crate::names::{
    DEFINITIONS, Unresolved, definition_behind, full_name, is_component, name_from, resolve,
    top_level,
};
use crate::references;
use crate::relations;
use crate::schema::{self, Property, STRIDE, Takes, Words};
use jiff::civil::Date;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use threatline_syntax::Kind;

/// A set of STRIDE categories, a bit each, in the order of [`STRIDE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Categories(pub u8);

impl Categories {
    /// The set with one category, by its position in [`STRIDE`].
    pub fn one(position: u8) -> Categories {
        Categories(1 << position)
    }

    /// Whether the two sets share a category.
    pub fn overlaps(self, other: Categories) -> bool {
        self.0 & other.0 != 0
    }

    /// The words of the categories.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        (0..STRIDE.words.len() as u8)
            .filter(move |at| self.0 & (1 << at) != 0)
            .map(|at| STRIDE.word(at))
    }
}

/// A value that fits its property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedValue {
    /// A word, by its position in the property's list.
    Word(u8),
    /// `yes` or `no`.
    YesNo(bool),
    /// A declaration.
    Decl(Decl),
    /// A STRIDE category where a rule or a threat may stand too, by its position.
    Category(u8),
    /// A string.
    Text(SmolStr),
    /// A date.
    Date(Date),
    /// A reference.
    Reference(SmolStr),
    /// A finding: a rule, or a category, on an element.
    Finding(FindingSelector),
}

/// What an `accept` names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FindingSelector {
    /// The finding of a rule on an element.
    Rule(Decl, Decl),
    /// All findings of a category on an element.
    Category(u8, Decl),
    /// A threat.
    Threat(Decl),
}

impl FindingSelector {
    /// The declaration whose risk is accepted: an element or a threat.
    pub fn subject(&self) -> Decl {
        match self {
            FindingSelector::Rule(_, subject)
            | FindingSelector::Category(_, subject)
            | FindingSelector::Threat(subject) => *subject,
        }
    }
}

/// A property that the kind has, with the values that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedProperty {
    /// Which property.
    pub property: &'static Property,
    /// Its place among the properties of the declaration.
    pub position: u16,
    /// The values, each with its place.
    pub values: Box<[(u16, TypedValue)]>,
}

/// What a declaration states, and what is wrong with it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The properties, as stated.
    pub stated: Vec<StatedProperty>,
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
}

impl Typed {
    /// A property that is stated with at least one value that fits.
    pub fn get(&self, name: &str) -> Option<&StatedProperty> {
        self.stated
            .iter()
            .find(|stated| stated.property.name == name && !stated.values.is_empty())
    }

    /// The values of a property that fit, each with its place.
    pub fn values(&self, name: &str) -> &[(u16, TypedValue)] {
        self.get(name)
            .map(|stated| &*stated.values)
            .unwrap_or_default()
    }

    /// The word of a property.
    pub fn word(&self, name: &str) -> Option<u8> {
        match self.values(name).first()?.1 {
            TypedValue::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The words of a property, as they stand in their list.
    pub fn words(&self, name: &str) -> Vec<u8> {
        self.values(name)
            .iter()
            .filter_map(|(_, value)| {
                if let TypedValue::Word(word) = value {
                    Some(*word)
                } else {
                    None
                }
            })
            .collect()
    }

    /// The categories that `category` states.
    pub fn categories(&self) -> Categories {
        Categories(
            self.words("category")
                .into_iter()
                .fold(0, |set, word| set | 1 << word),
        )
    }

    /// The yes or no of a property.
    pub fn yes_no(&self, name: &str) -> Option<bool> {
        match self.values(name).first()?.1 {
            TypedValue::YesNo(answer) => Some(answer),
            _ => None,
        }
    }

    /// The date of a property.
    pub fn date(&self, name: &str) -> Option<Date> {
        match self.values(name).first()?.1 {
            TypedValue::Date(date) => Some(date),
            _ => None,
        }
    }

    /// The string of a property.
    pub fn text(&self, name: &str) -> Option<&SmolStr> {
        match &self.values(name).first()?.1 {
            TypedValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The references of a property.
    pub fn references(&self) -> impl Iterator<Item = &SmolStr> {
        self.values("references").iter().filter_map(|(_, value)| {
            if let TypedValue::Reference(id) = value {
                Some(id)
            } else {
                None
            }
        })
    }

    /// The declarations that a property names, each with the part at which it does.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (Decl, Part)> {
        let stated = self.get(name);
        stated.into_iter().flat_map(|stated| {
            stated.values.iter().filter_map(|(at, value)| match value {
                TypedValue::Decl(decl) => Some((*decl, Part::Value(stated.position, *at))),
                _ => None,
            })
        })
    }

    /// The declarations that a property names.
    pub fn decls(&self, name: &str) -> impl Iterator<Item = Decl> {
        self.named(name).map(|(decl, _)| decl)
    }

    /// The part at which a property stands.
    pub fn part(&self, name: &str) -> Option<Part> {
        Some(Part::Property(self.get(name)?.position))
    }
}

/// Checks what a declaration states.
#[salsa::tracked]
pub fn typed(db: &dyn Db, decl: Decl) -> Typed {
    let schema = schema::of(decl.kind(db));
    let mut typed = Typed::default();
    for (position, written) in decl.facts(db).properties.iter().enumerate() {
        let position = position as u16;
        let name_place = decl.part(Part::PropertyName(position));
        let Some(property) = schema.property(&written.name) else {
            let known = schema
                .properties
                .iter()
                .map(|property| SmolStr::from(property.name));
            let message = format!(
                "{} has no property `{}`",
                with_article(schema.kind.word()),
                written.name
            );
            typed.problems.push(
                Diagnostic::new(&codes::UNKNOWN_PROPERTY, name_place, message)
                    .suggest(&written.name, known),
            );
            continue;
        };
        if let Some(first) = typed
            .stated
            .iter()
            .find(|stated| stated.property == property)
        {
            let first = decl.part(Part::PropertyName(first.position));
            typed.problems.push(
                Diagnostic::new(
                    &codes::DUPLICATE_PROPERTY,
                    name_place,
                    format!("`{}` is stated twice", property.name),
                )
                .relate(first, "it is stated here first")
                .help(if property.many {
                    "put the values into one list"
                } else {
                    "keep one of them"
                }),
            );
            continue;
        }
        let mut checker = Checker {
            db,
            decl,
            property,
            position,
            problems: Vec::new(),
        };
        let values = checker.values(written);
        typed.problems.extend(checker.problems);
        typed.stated.push(StatedProperty {
            property,
            position,
            values: values.into(),
        });
    }
    missing_properties(db, decl, &mut typed);
    typed
}

fn missing_properties(db: &dyn Db, decl: Decl, typed: &mut Typed) {
    let schema = schema::of(decl.kind(db));
    let missing: Vec<&str> = schema
        .properties
        .iter()
        .filter(|property| {
            property.required
                && !typed
                    .stated
                    .iter()
                    .any(|stated| stated.property == *property)
        })
        .map(|property| property.name)
        .collect();
    if missing.is_empty() {
        return;
    }
    let list = missing
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let mut problem = Diagnostic::new(
        &codes::MISSING_PROPERTY,
        decl.part(Part::Name),
        format!("{} needs {list}", with_article(schema.kind.word())),
    );
    for name in missing {
        let property = schema.property(name).expect("it is of the schema");
        problem = problem.help(format!(
            "add `{name}: {}`. {}",
            takes(property.takes),
            property.doc
        ));
    }
    typed.problems.push(problem);
}

/// A kind's word with its article.
pub fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {word}")
}

/// What is taken, in a word or two, for messages and the reference.
pub fn takes(takes: Takes) -> String {
    match takes {
        Takes::Text => "\"text\"".to_owned(),
        Takes::Glob => "\"glob\"".to_owned(),
        Takes::Words(words) => words.names().collect::<Vec<_>>().join(" | "),
        Takes::YesNo => "yes | no".to_owned(),
        Takes::Date => "2027-01-31".to_owned(),
        Takes::Reference => "CWE-79".to_owned(),
        Takes::Name(kinds) if kinds.len() > 3 => "name".to_owned(),
        Takes::Name(kinds) => kinds
            .iter()
            .map(|kind| kind.word())
            .collect::<Vec<_>>()
            .join(" | "),
        Takes::Countered => "threat | rule | STRIDE word".to_owned(),
        Takes::Finding => "rule@element".to_owned(),
        Takes::Condition => "condition".to_owned(),
    }
}

struct Checker<'db> {
    db: &'db dyn Db,
    decl: Decl,
    property: &'static Property,
    position: u16,
    problems: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn values(&mut self, written: &PropertyFacts) -> Vec<(u16, TypedValue)> {
        if self.property.takes == Takes::Condition {
            self.problems
                .extend(condition::problems(self.db, self.decl, self.position));
            return Vec::new();
        }
        if written.condition.is_some() {
            self.wrong(Part::Property(self.position), "this is a condition");
            return Vec::new();
        }
        if written.values.is_empty() {
            let message = format!("`{}` has no value", self.property.name);
            let problem = Diagnostic::new(
                &codes::INVALID_VALUE,
                self.decl.part(Part::PropertyName(self.position)),
                message,
            );
            self.problems
                .push(problem.help(format!("it takes `{}`", takes(self.property.takes))));
        }
        let mut values: Vec<(u16, TypedValue)> = Vec::new();
        for (at, value) in written.values.iter().enumerate() {
            let part = Part::Value(self.position, at as u16);
            if at > 0 && !self.property.many {
                self.problems.push(Diagnostic::new(
                    &codes::INVALID_VALUE,
                    self.decl.part(part),
                    format!(
                        "`{}` takes one value, and this is another",
                        self.property.name
                    ),
                ));
                break;
            }
            let Some(value) = self.value(value, part, at as u16) else {
                continue;
            };
            if values.iter().any(|(_, earlier)| *earlier == value) {
                self.problems.push(Diagnostic::new(
                    &codes::DUPLICATE_VALUE,
                    self.decl.part(part),
                    format!("this stands in `{}` already", self.property.name),
                ));
                continue;
            }
            values.push((at as u16, value));
        }
        values
    }

    fn value(&mut self, value: &Value, part: Part, at: u16) -> Option<TypedValue> {
        match (self.property.takes, value) {
            (Takes::Text | Takes::Glob, Value::Text(text)) => Some(TypedValue::Text(text.clone())),
            (Takes::Words(words), Value::Name(name)) => self.word(words, name, part),
            (Takes::YesNo, Value::Name(name)) if name == "yes" => Some(TypedValue::YesNo(true)),
            (Takes::YesNo, Value::Name(name)) if name == "no" => Some(TypedValue::YesNo(false)),
            (Takes::Date, Value::Date(date)) => match date.parse::<Date>() {
                Ok(date) => Some(TypedValue::Date(date)),
                Err(_) => {
                    self.wrong(part, &format!("`{date}` is no day of the calendar"));
                    None
                }
            },
            (Takes::Reference, Value::Reference(id)) => {
                self.reference(id, part);
                Some(TypedValue::Reference(id.clone()))
            }
            (Takes::Name(kinds), Value::Name(name) | Value::Reference(name)) => {
                self.name(name, kinds, part).map(TypedValue::Decl)
            }
            (Takes::Countered, Value::Name(name) | Value::Reference(name)) => {
                match STRIDE.position(name) {
                    Some(category) => Some(TypedValue::Category(category)),
                    None => self
                        .name(name, &[Kind::Threat, Kind::Rule], part)
                        .map(TypedValue::Decl),
                }
            }
            (Takes::Finding, Value::Finding(finding)) => {
                self.finding(&finding.rule, &finding.subject, at)
            }
            (Takes::Finding, Value::Name(name)) => {
                let threat = self.name(name, &[Kind::Threat], part)?;
                Some(TypedValue::Finding(FindingSelector::Threat(threat)))
            }
            (expected, value) => {
                self.wrong(part, &mistake(expected, value));
                None
            }
        }
    }

    fn word(&mut self, words: &'static Words, name: &SmolStr, part: Part) -> Option<TypedValue> {
        let position = words.position(name);
        if position.is_none() {
            let list = words.names().collect::<Vec<_>>().join(", ");
            let message = format!("`{name}` is not {}: one of {list}", words.called);
            self.problems.push(
                Diagnostic::new(&codes::UNKNOWN_WORD, self.decl.part(part), message)
                    .suggest(name, words.names().map(SmolStr::from)),
            );
        }
        position.map(TypedValue::Word)
    }

    /// Tells of an id that its list does not have, or has no more.
    fn reference(&mut self, id: &SmolStr, part: Part) {
        let tell =
            |message| Diagnostic::new(&codes::UNKNOWN_REFERENCE, self.decl.part(part), message);
        let problem = if let Some(found) = references::find(id) {
            if !found.deprecated {
                return;
            }
            let title = if found.title.is_empty() {
                String::new()
            } else {
                format!(": {}", found.title)
            };
            let problem = tell(format!("`{id}` is deprecated{title}"));
            match references::link(id) {
                Some(link) => problem.help(format!("{link} tells what to use instead")),
                None => problem,
            }
        } else if references::is_unknown(id) {
            let Some(list) = references::List::of(id) else {
                return;
            };
            let problem = tell(format!("{} has no {} `{id}`", list.name(), list.entry()));
            match references::without_zeros(id) {
                Some(meant) => problem.suggest(id, [SmolStr::from(meant)]),
                None => references::help(id)
                    .into_iter()
                    .fold(problem, Diagnostic::help),
            }
        } else {
            return;
        };
        self.problems.push(problem);
    }

    fn finding(&mut self, rule: &SmolStr, subject: &Subject, at: u16) -> Option<TypedValue> {
        const ELEMENTS: [Kind; 4] = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];
        let rule_part = Part::FindingRule(self.position, at);
        let subject_part = Part::FindingSubject(self.position, at);
        let category = STRIDE.position(rule);
        let rule = match category {
            Some(_) => None,
            None => self.name(rule, &[Kind::Rule], rule_part),
        };
        let subject = match subject {
            Subject::Name(name) => self.name(name, &ELEMENTS, subject_part),
            Subject::Ends(source, target) => self.unnamed_flow(source, target, subject_part),
        }?;
        let accepted = match category {
            Some(category) => FindingSelector::Category(category, subject),
            None => FindingSelector::Rule(rule?, subject),
        };
        Some(TypedValue::Finding(accepted))
    }

    fn unnamed_flow(&mut self, source: &SmolStr, target: &SmolStr, part: Part) -> Option<Decl> {
        let source = self.name(source, relations::ENDPOINT_KINDS, part)?;
        let target = self.name(target, relations::ENDPOINT_KINDS, part)?;
        let flow = relations::outgoing(self.db, source)
            .iter()
            .copied()
            .find(|flow| {
                flow.shape(self.db).name.is_none()
                    && relations::ends(self.db, *flow).1 == Some(target)
            });
        if flow.is_none() {
            let message = format!(
                "no flow without a name goes from `{}` to `{}`",
                full_name(self.db, source),
                full_name(self.db, target)
            );
            self.problems.push(Diagnostic::new(
                &codes::UNRESOLVED_REFERENCE,
                self.decl.part(part),
                message,
            ));
        }
        flow
    }

    fn name(&mut self, name: &SmolStr, kinds: &'static [Kind], part: Part) -> Option<Decl> {
        match resolve_kind(self.db, self.decl, name, kinds, part) {
            Ok(found) => Some(found),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn wrong(&mut self, part: Part, mistake: &str) {
        let message = format!(
            "{mistake}; `{}` takes `{}`",
            self.property.name,
            takes(self.property.takes)
        );
        self.problems.push(Diagnostic::new(
            &codes::INVALID_VALUE,
            self.decl.part(part),
            message,
        ));
    }
}

/// What a written value is, for one that does not fit.
fn mistake(expected: Takes, value: &Value) -> String {
    match (expected, value) {
        (Takes::Text | Takes::Glob, Value::Name(name)) => {
            format!("`{name}` needs quotes: `\"{name}\"`")
        }
        (Takes::Date, Value::Number(written) | Value::Name(written)) => {
            format!(
                "`{written}` is no date: dates are written as year, month and day, `2027-01-31`"
            )
        }
        (Takes::YesNo, Value::Name(word)) => format!("`{word}` is neither `yes` nor `no`"),
        (_, Value::Name(name)) => format!("`{name}` is a name or a word"),
        (_, Value::Reference(id)) => format!("`{id}` is a reference"),
        (_, Value::Text(_)) => "this is a string".to_owned(),
        (_, Value::Date(date)) => format!("`{date}` is a date"),
        (_, Value::Number(number)) => format!("`{number}` is a number"),
        (_, Value::Finding(..)) => "this is a finding".to_owned(),
    }
}

/// What a name means at a part of a declaration, if it is of one of the kinds; else what is wrong
/// with it.
pub fn resolve_kind(
    db: &dyn Db,
    decl: Decl,
    name: &SmolStr,
    kinds: &[Kind],
    part: Part,
) -> Result<Decl, Box<Diagnostic>> {
    let file = decl.file(db);
    let kinds_in_words = || {
        kinds
            .iter()
            .map(|kind| kind.word())
            .collect::<Vec<_>>()
            .join(" or ")
    };
    match resolve(db, file, name) {
        Ok(found) if kinds.contains(&found.kind(db)) => Ok(found),
        Ok(found) => {
            // An element called `cache` does not hide what it is made with.
            if let Some(definition) = definition_behind(db, file, name, kinds) {
                return Ok(definition);
            }
            let is = with_article(found.kind(db).word());
            let message = format!(
                "`{name}` is {is}, and {} is needed here",
                with_article(&kinds_in_words())
            );
            Err(Box::new(
                Diagnostic::new(&codes::WRONG_KIND, decl.part(part), message)
                    .relate(found.part(Part::Name), format!("`{name}` is declared here"))
                    .suggest(name, nearest_name(db, decl, name, kinds)),
            ))
        }
        Err(unresolved) => {
            let message = match &unresolved.component {
                Some(component) => format!("`{component}` declares no `{}`", unresolved.part),
                None if name.contains('.') => {
                    format!("no component `{}` is declared", unresolved.part)
                }
                None => format!("no {} `{name}` is declared", kinds_in_words()),
            };
            let mut problem =
                Diagnostic::new(&codes::UNRESOLVED_REFERENCE, decl.part(part), message);
            match hidden_component(db, file, name, &unresolved) {
                Some((hiding, component)) => {
                    let message = format!(
                        "`{}` hides the component `{component}` here",
                        full_name(db, hiding)
                    );
                    problem = problem
                        .relate(hiding.part(Part::Name), message)
                        .help("give one of the two another name");
                }
                None => problem = problem.suggest(name, nearest_name(db, decl, name, kinds)),
            }
            Err(Box::new(problem))
        }
    }
}

/// The component at the top level that a name begins with, and what hides it: a nearer declaration
/// of that name.
fn hidden_component(
    db: &dyn Db,
    file: File,
    name: &SmolStr,
    unresolved: &Unresolved,
) -> Option<(Decl, SmolStr)> {
    let (head, _) = name.split_once('.')?;
    let head = SmolStr::from(head);
    let hiding = resolve(db, file, &head).ok()?;
    let hides = unresolved.component.as_ref() == Some(full_name(db, hiding))
        && *full_name(db, hiding) != head;
    (hides && is_component(db, file.model(db), &head)).then_some((hiding, head))
}

/// The name, as it is written from here, of the declaration whose own name is nearest.
fn nearest_name(db: &dyn Db, decl: Decl, written: &str, kinds: &[Kind]) -> Option<SmolStr> {
    let file = decl.file(db);
    let word = SmolStr::from(written.rsplit('.').next().unwrap_or(written));
    let kinds = kinds.iter().fold(0, |set, kind| set | 1 << *kind as u16);
    let near = nearest_declarations(db, file.model(db), word, kinds);
    let first = || {
        near.iter()
            .map(|near| near.file(db))
            .min_by(|a, b| a.path(db).cmp(b.path(db)))
    };
    let nearest = if near.iter().any(|near| near.file(db) == file) {
        file
    } else {
        first()?
    };
    let mut best: Vec<Decl> = near
        .iter()
        .copied()
        .filter(|near| near.file(db) == nearest)
        .collect();
    put_in_order(db, &mut best);
    Some(name_from(db, *best.first()?, file))
}

/// The declarations of some kinds, a bit each, whose own name is nearest to a word, in no order. A
/// query, since all who misspell a name in the same way ask for the same.
#[salsa::tracked]
fn nearest_declarations(db: &dyn Db, model: Model, word: SmolStr, kinds: u16) -> Vec<Decl> {
    let is_of = |kinds: u16, kind: Kind| kinds & 1 << kind as u16 != 0;
    let mut found: Vec<(&str, Decl)> = Vec::new();
    let library = World::get(db).library(db);
    for base in model.with_bases(db) {
        let kinds = if base == model {
            kinds
        } else {
            kinds
                & DEFINITIONS
                    .iter()
                    .fold(0, |set, kind| set | 1 << *kind as u16)
        };
        if base == library {
            let names = top_level(db, base)
                .iter()
                .filter(|(_, decl)| is_of(kinds, decl.kind(db)));
            found.extend(names.map(|(name, decl)| (name.as_str(), *decl)));
            continue;
        }
        for part in base.names(db).iter() {
            for (name, declared) in part.declared(db) {
                let members = declared
                    .members
                    .iter()
                    .filter(|(.., kind)| is_of(kinds, *kind));
                let own = name.rsplit('.').next().unwrap_or_default();
                found.extend(members.map(|(_, decl, _)| (own, *decl)));
            }
        }
    }
    let length = word.chars().count();
    let alike = |name: &&str| name.chars().count().abs_diff(length) <= 1 + length / 4;
    let names: FxHashSet<&str> = found.iter().map(|(name, _)| *name).collect();
    let near = match names.get(word.as_str()) {
        Some(_) => Some(word.clone()),
        None => nearest(&word, names.into_iter().filter(alike).map(SmolStr::from)),
    };
    found.retain(|(name, _)| Some(*name) == near.as_deref());
    let mut found: Vec<Decl> = found.into_iter().map(|(_, decl)| decl).collect();
    found.sort_unstable();
    found
}

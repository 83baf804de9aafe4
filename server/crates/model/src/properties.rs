//! The properties of a declaration, checked against the schema and with their names resolved. It
//! must not know what follows from them.

use crate::checker::problems;
use crate::db::{Db, Decl, Place};
use crate::diagnostic::Diagnostic;
use crate::flows::outgoing;
use crate::headings::{ENDPOINT_KINDS, ends};
use crate::identity::FindingSelector;
use crate::limit::{MAX_OF_A_CODE, limited};
use crate::lookup::resolve_kind;
use crate::lower::{Part, PropertyFacts, Subject, Value};
use crate::names::full_name;
use crate::outdated::report_outdated;
use crate::schema::{KindSchema, NOTHING, Property, STRIDE, Takes, Words};
use crate::values::{StatedProperty, Typed, TypedValue};
use crate::{aliases, codes, references, schema};
use jiff::civil::Date;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use threatline_syntax::Kind;
use threatline_syntax::characters::is_name_part;
use threatline_syntax::prose::{one_of, quoted_list, with_article};
use threatline_syntax::spelling::is_one_edit_from;

/// How many letters a property has at least of which a misspelling cannot be another word.
const MIN_CERTAIN: usize = 4;

/// Checks what a declaration states.
#[salsa::tracked]
pub fn typed(db: &dyn Db, decl: Decl) -> Typed {
    let schema = schema::of(decl.kind(db));
    let mut typed = Typed::default();
    let mut meant: Vec<SmolStr> = Vec::new();
    for (position, written) in decl.facts(db).properties.iter().enumerate() {
        let position = position as u16;
        let name_place = decl.part(Part::PropertyName(position));
        let Some(property) = schema.property(&written.name) else {
            let problem = unknown_property(schema, &written.name, name_place);
            meant.extend(problem.replacement.clone());
            typed.problems.push(problem);
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
    missing_properties(db, decl, &meant, &mut typed);
    report_outdated(db, decl, &mut typed.problems);
    typed
}

/// Reports that a kind has no property of a name, and which one is meant: by an alias, or by
/// similar spelling. One wrong letter cannot be another property.
fn unknown_property(schema: &KindSchema, written: &SmolStr, place: Place) -> Diagnostic {
    let kind = with_article(schema.kind.word());
    let message = format!("{kind} has no property `{written}`");
    let problem = Diagnostic::new(&codes::UNKNOWN_PROPERTY, place, message);
    if let Some(meant) = aliases::property(schema.kind, written) {
        return problem.meant(meant);
    }
    let known = schema.properties.iter();
    let mut problem = problem.suggest(written, known.map(|known| SmolStr::from(known.name)));
    let is_certain = |near: &SmolStr| near.len() >= MIN_CERTAIN && is_one_edit_from(written, near);
    problem.is_certain = problem.replacement.as_ref().is_some_and(is_certain);
    problem
}

/// Reports the required properties that are missing, other than those that a misspelled one means.
fn missing_properties(db: &dyn Db, decl: Decl, meant: &[SmolStr], typed: &mut Typed) {
    let schema = schema::of(decl.kind(db));
    let missing: Vec<&str> = schema
        .properties
        .iter()
        .filter(|property| {
            property.required
                && !meant.iter().any(|meant| meant == property.name)
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
    let mut problem = Diagnostic::new(
        &codes::MISSING_PROPERTY,
        decl.part(Part::Name),
        format!(
            "{} needs {}",
            with_article(schema.kind.word()),
            quoted_list(&missing)
        ),
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

/// What a property takes, as code.
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

/// What a property takes, in words.
pub fn takes_in_words(takes: Takes) -> String {
    let words = |words: &Words| {
        let words: Vec<String> = words.names().map(str::to_owned).collect();
        one_of(&words)
    };
    match takes {
        Takes::Text => "a string in quotes".to_owned(),
        Takes::Glob => "a glob in quotes, relative to the root of the model".to_owned(),
        Takes::Words(list) => words(list),
        Takes::YesNo => "`yes` or `no`".to_owned(),
        Takes::Date => "a date, such as `2027-01-31`".to_owned(),
        Takes::Reference => {
            "an ID, such as `CWE-79`, `CAPEC-151`, `T1190` or `ASVS-9.1.1`".to_owned()
        }
        Takes::Name(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.word().to_owned()).collect();
            format!("the name of {}", with_article(&one_of(&kinds)))
        }
        Takes::Countered => "a threat, a rule or a STRIDE category".to_owned(),
        Takes::Finding => {
            "a finding, `rule@element` or `category@element`, or the name of a threat".to_owned()
        }
        Takes::Condition => "a condition over facts".to_owned(),
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
                .extend(problems(self.db, self.decl, self.position));
            return Vec::new();
        }
        if written.condition.is_some() {
            let message = format!(
                "this is a condition; `{}` takes {}",
                self.property.name,
                takes_in_words(self.property.takes)
            );
            self.wrong(Part::Property(self.position), message);
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
        let mut seen: FxHashSet<TypedValue> = FxHashSet::default();
        for (number, value) in written.values.iter().enumerate() {
            let part = Part::Value(self.position, number as u16);
            self.keep_few_problems();
            if number > 0 && !self.property.many {
                self.problems.push(Diagnostic::new(
                    &codes::INVALID_VALUE,
                    self.decl.part(part),
                    format!("`{}` takes only one value", self.property.name),
                ));
                break;
            }
            let Some(value) = self.value(value, part, number as u16) else {
                continue;
            };
            if !seen.insert(value.clone()) {
                self.problems.push(Diagnostic::new(
                    &codes::DUPLICATE_VALUE,
                    self.decl.part(part),
                    format!("this is already in `{}`", self.property.name),
                ));
                continue;
            }
            values.push((number as u16, value));
        }
        self.nothing_else(&mut values);
        values
    }

    /// Keeps a number of problems of each code and counts the others: a list may be as long as the
    /// text, and each of them takes far more room than a value.
    fn keep_few_problems(&mut self) {
        if self.problems.len() > 4 * MAX_OF_A_CODE {
            self.problems = limited(self.problems.iter());
        }
    }

    /// Takes `nothing` out of a list with something else in it, which it contradicts.
    fn nothing_else(&mut self, values: &mut Vec<(u16, TypedValue)>) {
        let nothing = values
            .iter()
            .find(|(_, value)| *value == TypedValue::Nothing);
        if let Some((number, _)) = nothing.filter(|_| values.len() > 1) {
            self.problems.push(
                Diagnostic::new(
                    &codes::INVALID_VALUE,
                    self.decl.part(Part::Value(self.position, *number)),
                    format!("`{NOTHING}` is in a list with other values"),
                )
                .help("keep either `nothing` or the other values"),
            );
            values.retain(|(_, value)| *value != TypedValue::Nothing);
        }
    }

    fn value(&mut self, value: &Value, part: Part, number: u16) -> Option<TypedValue> {
        match (self.property.takes, value) {
            (_, Value::Name(name)) if self.is_nothing(name) => Some(TypedValue::Nothing),
            (Takes::Text | Takes::Glob, Value::Text(text)) => Some(TypedValue::Text(text.clone())),
            (Takes::Words(words), Value::Name(name)) => self.word(words, name, part),
            (Takes::YesNo, Value::Name(name)) if name == "yes" => Some(TypedValue::YesNo(true)),
            (Takes::YesNo, Value::Name(name)) if name == "no" => Some(TypedValue::YesNo(false)),
            (Takes::YesNo, Value::Name(word)) => {
                self.yes_no(word, part);
                None
            }
            (Takes::Date, Value::Date(date)) => match date.parse::<Date>() {
                Ok(date) => Some(TypedValue::Date(date)),
                Err(_) => {
                    self.wrong(part, format!("`{date}` is not a valid date"));
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
                self.finding(&finding.rule, &finding.subject, number)
            }
            (Takes::Finding, Value::Name(name)) => {
                let threat = self.name(name, &[Kind::Threat], part)?;
                Some(TypedValue::Finding(FindingSelector::Threat(threat)))
            }
            (_, value) => {
                self.unfit(value, part);
                None
            }
        }
    }

    /// Whether a name is the word for an empty list, where the property takes it.
    fn is_nothing(&self, name: &str) -> bool {
        name == NOTHING && self.property.nothing.is_some()
    }

    fn word(&mut self, words: &'static Words, name: &SmolStr, part: Part) -> Option<TypedValue> {
        let position = words.position(name);
        if position.is_none() {
            let list = words.names().collect::<Vec<_>>().join(", ");
            let message = format!("`{name}` is not {}: one of {list}", words.called);
            let problem = Diagnostic::new(&codes::UNKNOWN_WORD, self.decl.part(part), message);
            self.problems.push(match aliases::word(words, name) {
                Some(meant) => problem.meant(meant),
                None => problem.suggest(name, words.names().map(SmolStr::from)),
            });
        }
        position.map(TypedValue::Word)
    }

    /// `true` for `yes` and the like.
    fn yes_no(&mut self, word: &str, part: Part) {
        let first = self.problems.len();
        let name = self.property.name;
        self.wrong(part, format!("`{name}` takes `yes` or `no`, not `{word}`"));
        if let Some(meant) = aliases::yes_no(word) {
            let problems = self.problems.drain(first..);
            let problems: Vec<Diagnostic> = problems.map(|problem| problem.meant(meant)).collect();
            self.problems.extend(problems);
        }
    }

    /// Reports an ID that its list does not have, or has deprecated.
    fn reference(&mut self, id: &SmolStr, part: Part) {
        let report =
            |message| Diagnostic::new(&codes::UNKNOWN_REFERENCE, self.decl.part(part), message);
        let problem = if let Some(entry) = references::find(id) {
            if !entry.deprecated {
                return;
            }
            let title = if entry.title.is_empty() {
                String::new()
            } else {
                format!(": {}", entry.title)
            };
            let problem = report(format!("`{id}` is deprecated{title}"));
            match references::link(id) {
                Some(link) => problem.help(format!("see {link} for a replacement")),
                None => problem,
            }
        } else if references::is_unknown(id) {
            let Some(list) = references::List::of(id) else {
                return;
            };
            let problem = report(format!("{} has no {} `{id}`", list.name(), list.entry()));
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

    fn finding(&mut self, rule: &SmolStr, subject: &Subject, number: u16) -> Option<TypedValue> {
        const ELEMENTS: [Kind; 4] = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];
        let rule_part = Part::FindingRule(self.position, number);
        let subject_part = Part::FindingSubject(self.position, number);
        let category = STRIDE.position(rule);
        let rule = match category {
            Some(_) => None,
            None => self.name(rule, &[Kind::Rule], rule_part),
        };
        let subject = match subject {
            Subject::Name(name) => self.name(name, &ELEMENTS, subject_part),
            Subject::Ends(source, target) => self.unnamed_flow(source, target, subject_part),
        }?;
        let selector = match category {
            Some(category) => FindingSelector::Category(category, subject),
            None => FindingSelector::Rule(rule?, subject),
        };
        Some(TypedValue::Finding(selector))
    }

    fn unnamed_flow(&mut self, source: &SmolStr, target: &SmolStr, part: Part) -> Option<Decl> {
        let source = self.name(source, ENDPOINT_KINDS, part)?;
        let target = self.name(target, ENDPOINT_KINDS, part)?;
        let flow = outgoing(self.db, source).iter().copied().find(|flow| {
            flow.shape(self.db).name.is_none() && ends(self.db, *flow).1 == Some(target)
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
            Ok(decl) => Some(decl),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn wrong(&mut self, part: Part, message: String) {
        let place = self.decl.part(part);
        self.problems
            .push(Diagnostic::new(&codes::INVALID_VALUE, place, message));
    }

    /// Reports a value of another type than the property takes. Quotes that are missing, or that
    /// are too many, are the whole mistake.
    fn unfit(&mut self, value: &Value, part: Part) {
        let (name, takes) = (self.property.name, self.property.takes);
        let expected = takes_in_words(takes);
        let (message, meant) = match (takes, value) {
            (Takes::Text | Takes::Glob, Value::Name(word)) => (
                format!("`{name}` takes a string: write `\"{word}\"`"),
                Some(format!("\"{word}\"")),
            ),
            (Takes::Date, Value::Number(written) | Value::Name(written)) => (
                format!(
                    "`{written}` is not a date: write year, month and day, such as `2027-01-31`"
                ),
                None,
            ),
            (Takes::Words(_) | Takes::Name(_) | Takes::YesNo | Takes::Date, Value::Text(text))
                if !text.is_empty() && text.chars().all(is_name_part) =>
            {
                let message = format!("`{name}` takes {expected}: write `{text}` without quotes");
                (message, Some(text.to_string()))
            }
            (_, value) => (
                format!("{}; `{name}` takes {expected}", in_words(value)),
                None,
            ),
        };
        self.wrong(part, message);
        if let (Some(problem), Some(meant)) = (self.problems.last_mut(), meant) {
            problem.replacement = Some(meant.into());
            problem.is_certain = true;
        }
    }
}

/// What a written value is.
fn in_words(value: &Value) -> String {
    match value {
        Value::Name(name) => format!("`{name}` is a name or a word"),
        Value::Reference(id) => format!("`{id}` is a reference"),
        Value::Text(_) => "this is a string".to_owned(),
        Value::Date(date) => format!("`{date}` is a date"),
        Value::Number(number) => format!("`{number}` is a number"),
        Value::Finding(..) => "this is a finding".to_owned(),
    }
}

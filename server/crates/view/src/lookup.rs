//! What a name means, whatever it is a name of: something of the language, of the library or of a
//! model. It must not know who asks.

use crate::describe;
use crate::explain::{self, Explanation, Section};
use threatline_model::{
    DERIVED_FACTS, Database, Decl, Kind, Model, aliases, codes, full_name, library, references,
    renamed::current_name,
    rules,
    schema::{self, NOTHING, Property, STRIDE, Takes, Words},
    short_name, visible_declarations,
};
use threatline_syntax::keywords;
use threatline_syntax::prose::{one_of, with_article};

/// What a name means in a model: a diagnostic code, rules, findings, declarations, and what of the
/// language is called so. `tests` are the tests that may name a rule.
pub fn explanations(db: &Database, model: Model, name: &str, tests: &[Model]) -> Vec<Explanation> {
    let mut answers: Vec<Explanation> = codes::find(name).map(explain::code).into_iter().collect();
    let rule = explain::find_rule(db, Some(model), name);
    answers.extend(rule.map(|rule| explain::rule(db, model, rule, tests)));
    let findings = explain::find_findings(db, model, name);
    answers.extend(
        findings
            .iter()
            .map(|assessed| explain::finding(db, assessed)),
    );
    let is_threat = !findings.is_empty();
    let named = declared(db, model, name).into_iter();
    let named = named.filter(|decl| !(is_threat && decl.kind(db) == Kind::Threat));
    answers.extend(named.map(|decl| {
        let own = model.files(db).first().copied();
        let file = own.filter(|_| decl.model(db) != model);
        describe::declaration(db, file.unwrap_or(decl.file(db)), decl)
    }));
    answers.extend(of_language(name));
    if let Some((property, value)) = name.split_once(':') {
        let (property, value) = (property.trim(), value.trim());
        let named = declared(db, model, value).into_iter();
        let named = named.filter(|decl| takes_name_of(property, decl.kind(db)));
        answers.extend(named.map(|decl| describe::declaration(db, decl.file(db), decl)));
    }
    if answers.is_empty() {
        answers.extend(by_alias(db, model, name));
    }
    match by_current_name(name) {
        Some(current) if answers.is_empty() => explanations(db, model, &current, tests),
        _ => answers,
    }
}

/// A name, or the name of a finding, with the name of today in place of the former one.
fn by_current_name(name: &str) -> Option<String> {
    let (definition, element) = match name.find('@') {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let current = current_name(library::short_name(definition))?;
    Some(format!("{current}{element}"))
}

/// Every name that a question may mean, for one that is misspelt.
pub fn known_names(db: &Database, model: Model) -> Vec<String> {
    let mut names: Vec<String> = codes::ALL.iter().map(|code| code.id.to_owned()).collect();
    names.extend(
        rules(db, model)
            .iter()
            .map(|rule| short_name(db, *rule).to_owned()),
    );
    let declared = visible_declarations(db, model, &Kind::ALL).into_iter();
    names.extend(declared.map(|decl| library::short_name(full_name(db, decl)).to_owned()));
    names.extend(Kind::ALL.map(|kind| kind.word().to_owned()));
    names.extend(DERIVED_FACTS.iter().map(|fact| fact.name.to_owned()));
    for (kind, property) in properties() {
        names.push(property.name.to_owned());
        names.push(format!("{}.{}", kind.word(), property.name));
        if let Takes::Words(words) = property.takes {
            names.extend(words.names().map(str::to_owned));
        }
    }
    names
}

/// The declarations of a name, in full or without their component; rules are explained otherwise.
fn declared(db: &Database, model: Model, name: &str) -> Vec<Decl> {
    let visible = visible_declarations(db, model, &Kind::ALL);
    let is_called = |decl: &&Decl, wanted: &str| {
        decl.kind(db) != Kind::Rule && library::short_name(full_name(db, **decl)) == wanted
    };
    let wanted = library::short_name(name);
    let exact: Vec<Decl> = visible
        .iter()
        .filter(|decl| is_called(decl, wanted))
        .copied()
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let last = |decl: &&Decl| {
        let own = full_name(db, **decl).rsplit('.').next();
        decl.kind(db) != Kind::Rule && own == Some(wanted)
    };
    visible.iter().filter(last).copied().collect()
}

/// The properties of all kinds.
fn properties() -> impl Iterator<Item = (Kind, &'static Property)> {
    Kind::ALL.into_iter().flat_map(|kind| {
        let properties = schema::of(kind).properties.iter();
        properties.map(move |property| (kind, property))
    })
}

/// What of the language is called so: `process`, `authentication`, `flow.authentication`,
/// `authentication: federated`, `federated`, `reached_from`, `count`, `CWE-79`.
fn of_language(name: &str) -> Vec<Explanation> {
    if let Some((property, word)) = name.split_once(':') {
        let (property, word) = (property.trim(), word.trim());
        return words_called(word, |_, listed| listed.name == property);
    }
    if name == NOTHING {
        return vec![describe::nothing()];
    }
    let mut explanations = Vec::new();
    explanations.extend(Kind::from_word(name).map(describe::kind_of_declaration));
    explanations.extend(properties_called(name));
    explanations.extend(words_called(name, |_, _| true));
    let facts = DERIVED_FACTS.iter().filter(|fact| fact.name == name);
    explanations.extend(facts.map(|fact| describe::fact(fact.fact())));
    explanations.extend(describe::function(name));
    explanations.extend(references::find(name).map(|entry| describe::reference(entry.id)));
    explanations
}

/// The properties of a name, or of one behind a kind. Where several kinds have the same, it is
/// explained once.
fn properties_called(name: &str) -> Vec<Explanation> {
    let (kind, name) = match name.split_once('.') {
        Some((kind, name)) => (Kind::from_word(kind), name),
        None => (None, name),
    };
    let called = properties().filter(|(described, property)| {
        property.name == name && kind.is_none_or(|kind| kind == *described)
    });
    let mut groups: Vec<(Vec<Kind>, &Property, Explanation)> = Vec::new();
    for (kind, property) in called {
        let explanation = describe::property(kind, property);
        let same = groups
            .iter_mut()
            .find(|(_, _, known)| known.parts == explanation.parts);
        match same {
            Some((kinds, ..)) => kinds.push(kind),
            None => groups.push((vec![kind], property, explanation)),
        }
    }
    let groups = groups.into_iter().map(|(kinds, property, explanation)| {
        let kinds: Vec<String> = kinds.iter().map(|kind| kind.word().to_owned()).collect();
        Explanation {
            title: format!("{} of {}", property.name, with_article(&one_of(&kinds))),
            ..explanation
        }
    });
    groups.collect()
}

/// The words of lists that are called so, each with the properties that take it.
fn words_called(name: &str, is_wanted: impl Fn(Kind, &Property) -> bool) -> Vec<Explanation> {
    let mut lists: Vec<(&'static Words, Vec<String>)> = Vec::new();
    for (kind, property) in properties().filter(|(kind, property)| is_wanted(*kind, property)) {
        let Takes::Words(words) = property.takes else {
            continue;
        };
        let statement = format!("`{}` of {}", property.name, with_article(kind.word()));
        match lists.iter_mut().find(|(listed, _)| *listed == words) {
            Some((_, statements)) => statements.push(statement),
            None => lists.push((words, vec![statement])),
        }
    }
    let mut explanations = Vec::new();
    for (words, statements) in lists {
        let Some(position) = words.position(name) else {
            continue;
        };
        let mut explanation = describe::word(words, position);
        let stated = format!("It is a value of {}.", one_of(&statements));
        explanation.parts.push(Section::Text(stated));
        if *words == STRIDE {
            explanation.parts.push(Section::Text(format!(
                "`threatline rules --category {name}` lists the rules that find it."
            )));
        }
        explanations.push(explanation);
    }
    explanations
}

/// What is written for a word that people know from elsewhere, `postgres`, and what that is.
fn by_alias(db: &Database, model: Model, name: &str) -> Vec<Explanation> {
    let (property, word) = match name.split_once(':') {
        Some((property, word)) => (Some(property.trim()), word.trim()),
        None => (None, name),
    };
    let definitions = [Kind::Technology, Kind::Protocol, Kind::Mitigation];
    let mut meanings: Vec<(String, aliases::Meant)> = Vec::new();
    for kind in definitions {
        let is_asked = property.is_none_or(|property| takes_name_of(property, kind));
        let meant = is_asked.then(|| aliases::definition(kind, word)).flatten();
        meanings.extend(meant.map(|meant| (kind.word().to_owned(), meant)));
    }
    for (kind, listed) in properties() {
        let is_asked = property.is_none_or(|property| listed.name == property);
        if let (true, Takes::Words(words)) = (is_asked, listed.takes) {
            let meant = aliases::word(words, word);
            meanings.extend(meant.map(|meant| (listed.name.to_owned(), meant)));
        }
        if property.is_none()
            && aliases::property(kind, word).is_some_and(|meant| meant.word == Some(listed.name))
        {
            let meant = aliases::property(kind, word);
            let described = format!("property of {}", with_article(kind.word()));
            meanings.extend(meant.map(|meant| (described, meant)));
        }
    }
    if property.is_none()
        && let Some(kind) = keywords::meant(word)
    {
        let meant = aliases::Meant {
            word: Some(kind.word()),
            is_certain: true,
            note: "",
        };
        meanings.push(("kind of declaration".to_owned(), meant));
    }
    meanings.dedup();
    let mut explanations: Vec<Explanation> = Vec::new();
    for (called, meant) in meanings {
        explanations.push(alias(db, model, word, &called, meant));
    }
    explanations.dedup();
    explanations
}

/// Whether some kind has a property of a name that takes names of a kind.
fn takes_name_of(name: &str, kind: Kind) -> bool {
    properties().any(|(_, property)| {
        property.name == name
            && matches!(property.takes, Takes::Name(kinds) if kinds.contains(&kind))
    })
}

fn alias(
    db: &Database,
    model: Model,
    word: &str,
    called: &str,
    meant: aliases::Meant,
) -> Explanation {
    let mut explanation = Explanation::default();
    if let Some(name) = meant.word {
        let declared = declared(db, model, name).into_iter();
        let meaning = declared.map(|decl| describe::declaration(db, decl.file(db), decl));
        let mut meaning = meaning.filter(|meaning| meaning.title.starts_with(called));
        let of_list = || words_called(name, |_, property| property.name == called);
        let meaning = meaning
            .next()
            .or_else(|| of_list().into_iter().next())
            .or_else(|| of_language(name).into_iter().next());
        explanation
            .parts
            .extend(meaning.into_iter().flat_map(|meaning| meaning.parts));
        explanation.title = format!("{word}: write `{name}` ({called})");
    } else {
        explanation.title = format!("{word}: no word of its own ({called})");
    }
    if !meant.note.is_empty() {
        explanation
            .parts
            .insert(0, Section::Text(sentence(meant.note)));
    }
    explanation
}

/// A note as a sentence.
fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str())
}

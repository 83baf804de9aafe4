//! Hover: describes the word under the cursor, whatever it is. It must not know what there is to
//! say of a declaration or a word; `view::describe` does.

use crate::occurrences::{Meaning, Occurrence, declaration_at, occurrence_at};
use threatline_model::{Database, File, FindingSelector, Part, Span, TypedValue, schema, typed};
use threatline_view::describe;
use threatline_view::explain::{Explanation, Section};

/// What there is to know of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub span: Span,
    /// What there is to know of it.
    pub explanation: Explanation,
}

/// What there is to know of the word at a byte. Comments and spaces are not words.
pub fn hover(db: &Database, file: File, offset: u32) -> Option<Hover> {
    let is_at = |span: Span| span.start <= offset && offset < span.end;
    let Some(occurrence) =
        occurrence_at(db, file, offset).filter(|occurrence| is_at(occurrence.span))
    else {
        return between_words(db, file, offset);
    };
    if let Some(hover) = named_finding(db, file, &occurrence) {
        return Some(hover);
    }
    let explanation = match occurrence.meaning {
        Meaning::Declares(decl) | Meaning::Names(decl) => describe::declaration(db, file, decl),
        // What has no name of its own shows at the word that begins it.
        Meaning::Kind(_) if occurrence.within.shape(db).name.is_none() => {
            describe::declaration(db, file, occurrence.within)
        }
        Meaning::Kind(kind) => describe::kind_of_declaration(kind),
        Meaning::Property(kind, property) => describe::property(kind, property),
        Meaning::Word(words, position) => describe::word(words, position),
        Meaning::YesNo(_) => {
            let Part::Value(position, _) = occurrence.part else {
                return None;
            };
            let kind = occurrence.within.kind(db);
            let written = occurrence
                .within
                .facts(db)
                .properties
                .get(position as usize)?;
            describe::property(kind, schema::of(kind).property(&written.name)?)
        }
        Meaning::Reference => {
            describe::reference(file.source(db).text.get(occurrence.span.range())?)
        }
        Meaning::Fact(fact) => describe::fact(fact),
        Meaning::Function => {
            describe::function(file.source(db).text.get(occurrence.span.range())?)?
        }
    };
    Some(Hover {
        span: occurrence.span,
        explanation,
    })
}

/// What is not a word of its own and still means something: the arrow of a flow, and a day.
fn between_words(db: &Database, file: File, offset: u32) -> Option<Hover> {
    let decl = declaration_at(db, file, offset)?;
    let text = &file.source(db).text;
    let is_at = |span: &Span| span.start <= offset && offset < span.end;
    let shape = decl.shape(db);
    if shape.source.is_some() && shape.target.is_some() {
        let (source, target) = (
            decl.part(Part::Source).resolve(db).1,
            decl.part(Part::Target).resolve(db).1,
        );
        let between = text
            .get(source.end as usize..target.start as usize)
            .unwrap_or_default();
        let is_comment = between.contains("//");
        let arrow = between
            .find("->")
            .filter(|_| !is_comment)
            .map(|offset| source.end + offset as u32);
        if let Some(span) = arrow
            .map(|start| Span {
                start,
                end: start + 2,
            })
            .filter(is_at)
        {
            return Some(Hover {
                span,
                explanation: describe::declaration(db, file, decl),
            });
        }
    }
    typed(db, decl).stated.iter().find_map(|stated| {
        stated.values.iter().find_map(|(number, value)| {
            let TypedValue::Date(date) = value else {
                return None;
            };
            let (_, span) = decl.part(Part::Value(stated.position, *number)).resolve(db);
            let meaning = Section::Text(format!(
                "`{}`: {}",
                stated.property.name, stated.property.doc
            ));
            let explanation = Explanation {
                title: format!("{date}, {}", describe::distance(db, *date)),
                parts: vec![meaning],
            };
            is_at(&span).then_some(Hover { span, explanation })
        })
    })
}

/// The finding that a word names, `unencrypted_flow@pay` or a category at an element: at the word
/// before the `@`.
fn named_finding(db: &Database, file: File, occurrence: &Occurrence) -> Option<Hover> {
    let Part::FindingRule(property, number) = occurrence.part else {
        return None;
    };
    let name = &occurrence
        .within
        .facts(db)
        .properties
        .get(property as usize)?
        .name;
    let values = &typed(db, occurrence.within).get(name)?.values;
    let selector = values.iter().find_map(|(value, typed)| match typed {
        TypedValue::Finding(selector) if *value == number => Some(selector),
        _ => None,
    })?;
    let is_last = match selector {
        FindingSelector::Rule(rule, _) => occurrence.decl() == Some(*rule),
        _ => true,
    };
    if !is_last {
        return None;
    }
    let (_, span) = occurrence
        .within
        .part(Part::Value(property, number))
        .resolve(db);
    Some(Hover {
        span,
        explanation: describe::finding_named(db, file, selector),
    })
}

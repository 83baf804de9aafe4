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

/// What there is to know of the word at a byte. Comments and spaces are no words.
pub fn hover(db: &Database, file: File, offset: u32) -> Option<Hover> {
    let is_at = |span: Span| span.start <= offset && offset < span.end;
    let Some(found) = occurrence_at(db, file, offset).filter(|found| is_at(found.span)) else {
        return between_words(db, file, offset);
    };
    if let Some(hover) = named_finding(db, file, &found) {
        return Some(hover);
    }
    let explanation = match found.meaning {
        Meaning::Declares(decl) | Meaning::Names(decl) => describe::declaration(db, file, decl),
        // What has no name of its own shows at the word that begins it.
        Meaning::Kind(_) if found.within.shape(db).name.is_none() => {
            describe::declaration(db, file, found.within)
        }
        Meaning::Kind(kind) => describe::kind_of_declaration(kind),
        Meaning::Property(kind, property) => describe::property(kind, property),
        Meaning::Word(words, at) => describe::word(words, at),
        Meaning::YesNo(_) => {
            let Part::Value(at, _) = found.part else {
                return None;
            };
            let kind = found.within.kind(db);
            let written = found.within.facts(db).properties.get(at as usize)?;
            describe::property(kind, schema::of(kind).property(&written.name)?)
        }
        Meaning::Reference => describe::reference(file.source(db).text.get(found.span.range())?),
        Meaning::Fact(fact) => describe::fact(fact),
        Meaning::Function => describe::function(file.source(db).text.get(found.span.range())?)?,
    };
    Some(Hover {
        span: found.span,
        explanation,
    })
}

/// What is no word of its own and still means something: the arrow of a flow, and a day.
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
            .map(|at| source.end + at as u32);
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
        stated.values.iter().find_map(|(at, value)| {
            let TypedValue::Date(date) = value else {
                return None;
            };
            let (_, span) = decl.part(Part::Value(stated.position, *at)).resolve(db);
            let told = Section::Text(format!(
                "`{}`: {}",
                stated.property.name, stated.property.doc
            ));
            let explanation = Explanation {
                title: format!("{date}, {}", describe::distance(db, *date)),
                parts: vec![told],
            };
            is_at(&span).then_some(Hover { span, explanation })
        })
    })
}

/// The finding that a word names, `unencrypted_flow@pay` or a category at an element: at the word
/// before the `@`.
fn named_finding(db: &Database, file: File, found: &Occurrence) -> Option<Hover> {
    let Part::FindingRule(property, at) = found.part else {
        return None;
    };
    let name = &found
        .within
        .facts(db)
        .properties
        .get(property as usize)?
        .name;
    let values = &typed(db, found.within).get(name)?.values;
    let accepted = values.iter().find_map(|(value, typed)| match typed {
        TypedValue::Finding(accepted) if *value == at => Some(accepted),
        _ => None,
    })?;
    let is_last = match accepted {
        FindingSelector::Rule(rule, _) => found.decl() == Some(*rule),
        _ => true,
    };
    if !is_last {
        return None;
    }
    let (_, span) = found.within.part(Part::Value(property, at)).resolve(db);
    Some(Hover {
        span,
        explanation: describe::finding_named(db, file, accepted),
    })
}

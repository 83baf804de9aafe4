//! Values and properties in order. It must not know what they mean.

use super::action::action;
use crate::change::Change;
use crate::code_actions::action::{ActionKind, CodeAction};
use threatline_model::{Database, Decl, Part, Span, schema};
use threatline_syntax::lexer::{Lexer, Token};

/// The values of the list at the cursor, in the order of the alphabet.
pub fn sort_values(db: &Database, decl: Decl, within: Span) -> Option<CodeAction> {
    let file = decl.file(db);
    let text = &file.source(db).text;
    let facts = &decl.facts(db).properties;
    let property = (0..facts.len() as u16).find(|property| {
        let span = decl.part(Part::Property(*property)).resolve(db).1;
        span.start <= within.start && within.end <= span.end
    })?;
    let facts = &facts[usize::from(property)];
    let values = 0..facts.values.len() as u16;
    let spans: Vec<Span> = values
        .map(|value| decl.part(Part::Value(property, value)).resolve(db).1)
        .collect();
    let written = spans.iter().filter_map(|span| text.get(span.range()));
    let written: Vec<&str> = written.collect();
    let mut sorted = written.clone();
    sorted.sort();
    if sorted == written || written.len() != spans.len() {
        return None;
    }
    let mut change = Change::default();
    for ((span, old), new) in spans.iter().zip(&written).zip(&sorted) {
        if old != new {
            change.edit(file.path(db), *span, *new);
        }
    }
    let title = format!("Sort the values of `{}`", facts.name);
    action(title, ActionKind::Rewrite, change)
}

/// The properties of a declaration, in the order of the reference.
pub fn order_properties(db: &Database, decl: Decl) -> Option<CodeAction> {
    let file = decl.file(db);
    let text = &file.source(db).text;
    let known = schema::of(decl.kind(db)).properties;
    let facts = &decl.facts(db).properties;
    let rank = |name: &str| {
        let mut known = known.iter();
        known.position(|property| property.name == name)
    };
    let mut order: Vec<usize> = (0..facts.len()).collect();
    // What is unknown comes last.
    order.sort_by_key(|property| {
        let rank = rank(&facts[*property].name);
        (rank.unwrap_or(known.len()), *property)
    });
    // A comment would stay behind.
    let (_, body) = decl.part(Part::Body).resolve(db);
    if order.is_sorted() || Lexer::new(text.get(body.range())?).any(Token::is_comment) {
        return None;
    }
    let spans: Vec<Span> = (0..facts.len())
        .map(|property| decl.part(Part::Property(property as u16)).resolve(db).1)
        .collect();
    let written = |property: usize| {
        let written = text.get(spans[property].range())?;
        Some(written.trim_end().trim_end_matches(','))
    };
    let mut change = Change::default();
    for (place, property) in order.into_iter().enumerate() {
        if place != property {
            let start = spans[place].start;
            let end = start + written(place)?.len() as u32;
            change.edit(file.path(db), Span { start, end }, written(property)?);
        }
    }
    let title = "Sort the properties in the order of the reference".to_owned();
    action(title, ActionKind::Rewrite, change)
}

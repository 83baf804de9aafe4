//! What a property says, as text that compares. It must not know in which state it is.

use threatline_model::{
    Database, Decl, FindingSelector, StatedProperty, TypedValue, assessed,
    schema::{NOTHING, Property, STRIDE, Takes},
    unlisted,
};
use threatline_syntax::prose::count;

/// Whether a property is only for people, and not part of the design.
pub fn is_text(property: &Property) -> bool {
    let is_text = matches!(property.takes, Takes::Text | Takes::Reference);
    is_text && !["out_of_scope", "by", "evidence"].contains(&property.name)
}

/// The values of a property as text, in an order of their own. `name` names declarations.
pub fn values(stated: &StatedProperty, name: &dyn Fn(Decl) -> String) -> Vec<String> {
    let Takes::Words(words) = stated.property.takes else {
        let mut values: Vec<String> = stated
            .values
            .iter()
            .map(|(_, value)| in_text(value, name))
            .collect();
        values.sort();
        return values;
    };
    let positions = stated.values.iter().filter_map(|(_, value)| match value {
        TypedValue::Word(position) => Some(*position),
        _ => None,
    });
    let mut positions: Vec<u8> = positions.collect();
    positions.sort_unstable();
    let words = positions.into_iter().map(|position| words.word(position));
    words.map(str::to_owned).collect()
}

/// One value of a property as text.
pub fn in_text(value: &TypedValue, name: &dyn Fn(Decl) -> String) -> String {
    match value {
        TypedValue::Word(position) => position.to_string(),
        TypedValue::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        TypedValue::Decl(decl) => name(*decl),
        TypedValue::Nothing => NOTHING.to_owned(),
        TypedValue::Category(category) => STRIDE.word(*category).to_owned(),
        TypedValue::Text(text) | TypedValue::Reference(text) => text.to_string(),
        TypedValue::Date(date) => date.to_string(),
        TypedValue::Finding(FindingSelector::Rule(rule, subject)) => {
            format!("{}@{}", name(*rule), name(*subject))
        }
        TypedValue::Finding(FindingSelector::Category(category, subject)) => {
            format!("{}@{}", STRIDE.word(*category), name(*subject))
        }
        TypedValue::Finding(FindingSelector::Threat(threat)) => name(*threat),
    }
}

/// The findings that an element which is out of scope hides, in words.
pub fn hidden_in_words(db: &Database, element: Decl) -> String {
    let hidden = assessed(db, element);
    let worst = hidden
        .iter()
        .map(|assessed| assessed.finding.severity)
        .max();
    match worst {
        Some(worst) => {
            let findings = count(hidden.len() + unlisted(db, element).all(), "finding");
            format!(" (hides {findings}, up to {})", worst.word())
        }
        None => String::new(),
    }
}

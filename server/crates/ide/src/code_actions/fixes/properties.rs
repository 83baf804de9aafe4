//! Mends what declarations state: properties that are missing, unknown or contradictory, and values
//! that do not fit. It must not know findings.

use super::collector::{Fixes, MAX_FIXES};
use crate::change::Change;
use crate::write::{add_property, remove_property, remove_value};
use threatline_model::{
    Decl, Part, Place, Span, Value,
    aliases::{self, TextPlace},
    codes, ends, holds, name_from,
    schema::{self, Property, Takes},
};
use threatline_syntax::strings::quoted;

/// How many words of a list are offered.
pub const MAX_WORDS: usize = 6;

/// Removes a property that there cannot be, or that is there twice.
pub fn remove_stated(fixes: &mut Fixes, place: Place) {
    if let Part::PropertyName(property) | Part::Property(property) = place.part {
        remove(fixes, place.decl, property, "Remove this");
    }
}

/// Writes the text of `title: "…"` or `description: "…"` where it belongs; else it is removed.
pub fn move_or_remove(fixes: &mut Fixes, place: Place) {
    if let Part::PropertyName(property) = place.part {
        move_text(fixes, place.decl, property);
    }
    remove_stated(fixes, place);
}

fn move_text(fixes: &mut Fixes, decl: Decl, property: u16) -> Option<()> {
    let db = fixes.db;
    let written = decl.facts(db).properties.get(usize::from(property))?;
    let [Value::Text(text)] = &*written.values else {
        return None;
    };
    let path = fixes.file.path(db);
    let mut change = Change::default();
    let title = match aliases::text_place(decl.kind(db), &written.name)? {
        TextPlace::Title => {
            decl.shape(db)
                .name
                .as_ref()
                .filter(|_| decl.title(db).is_none())?;
            let (_, name) = decl.part(Part::Name).resolve(db);
            let behind = Span {
                start: name.end,
                ..name
            };
            change.edit(path, behind, format!(" {}", quoted(text)));
            "Make it the title"
        }
        TextPlace::Description => {
            let (_, kind) = decl.part(Part::Kind).resolve(db);
            let above = Span {
                end: kind.start,
                ..kind
            };
            let lines = text.lines().map(|line| format!("/// {}\n", line.trim()));
            change.edit(path, above, lines.collect::<String>());
            "Make it the description"
        }
    };
    remove_property(db, decl, property.into(), &mut change);
    fixes.add(title, true, change);
    Some(())
}

/// Removes a property that contradicts another one, or leads back to its declaration; of several
/// values the one that does.
pub fn remove_contradicting(fixes: &mut Fixes, place: Place) {
    if let Part::Value(property, _) = place.part {
        let properties = &place.decl.facts(fixes.db).properties;
        let written = properties.get(usize::from(property));
        if written.is_some_and(|written| written.values.len() > 1) {
            return remove_from_list(fixes, place);
        }
    }
    if let Part::Property(property) | Part::PropertyName(property) | Part::Value(property, _) =
        place.part
    {
        remove(fixes, place.decl, property, "Remove");
    }
}

fn remove(fixes: &mut Fixes, decl: Decl, property: u16, verb: &str) {
    let properties = &decl.facts(fixes.db).properties;
    let Some(written) = properties.get(usize::from(property)) else {
        return;
    };
    let mut change = Change::default();
    remove_property(fixes.db, decl, property.into(), &mut change);
    fixes.add(format!("{verb} `{}`", written.name), false, change);
}

/// Removes a value from a list in which it has no place.
pub fn remove_from_list(fixes: &mut Fixes, place: Place) {
    let Part::Value(property, value) = place.part else {
        return;
    };
    let mut change = Change::default();
    remove_value(
        fixes.db,
        place.decl,
        property.into(),
        value.into(),
        &mut change,
    );
    let is_preferred = fixes.diagnostic.code.id == codes::DUPLICATE_VALUE.id;
    fixes.add("Remove from the list", is_preferred, change);
}

/// Writes another value for one that its property does not take.
pub fn change_value(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    let Part::Value(position, value) = place.part else {
        return;
    };
    let properties = &decl.facts(db).properties;
    let Some(written) = properties.get(usize::from(position)) else {
        return;
    };
    let Some(property) = schema::of(decl.kind(db)).property(&written.name) else {
        return;
    };
    if value > 0 && !property.many {
        let mut change = Change::default();
        remove_value(db, decl, position.into(), value.into(), &mut change);
        return fixes.add("Remove this value", false, change);
    }
    let (_, span) = place.resolve(db);
    let path = fixes.file.path(db);
    let words: Vec<String> = match (property.takes, written.values.get(usize::from(value))) {
        (Takes::Text | Takes::Glob, Some(Value::Name(name))) => {
            let change = Change::one(path, span, format!("\"{name}\""));
            return fixes.add(format!("Put `{name}` in quotes"), true, change);
        }
        (Takes::Date, _) => [0, 90].map(|days| fixes.in_days(days)).to_vec(),
        (Takes::YesNo, _) => ["yes", "no"].map(str::to_owned).to_vec(),
        (Takes::Words(words), _) => {
            let words = weakest_last(words.names().take(MAX_WORDS).collect());
            words.into_iter().map(str::to_owned).collect()
        }
        _ => return,
    };
    let replacement = fixes.diagnostic.replacement.as_deref();
    for word in words
        .iter()
        .filter(|word| replacement != Some(word.as_str()))
    {
        let change = Change::one(path, span, word.as_str());
        fixes.add(format!("Change to `{word}`"), false, change);
    }
}

/// Words in the order in which they are offered: nobody states by haste that there is nothing.
pub fn weakest_last(mut words: Vec<&str>) -> Vec<&str> {
    words.sort_by_key(|word| *word == "none");
    words
}

/// States what a declaration needs, each with the words that it takes.
pub fn state_required(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    let stated = &decl.facts(db).properties;
    let is_reported = |property: &&Property| {
        let is_stated = stated.iter().any(|stated| stated.name == property.name);
        let name = format!("`{}`", property.name);
        property.required && !is_stated && fixes.diagnostic.message.contains(&name)
    };
    let properties = schema::of(decl.kind(db)).properties.iter();
    let missing: Vec<&Property> = properties.filter(is_reported).collect();
    for property in missing {
        let name = property.name;
        let value = match property.takes {
            Takes::Words(words) => {
                for word in words.names().take(MAX_WORDS) {
                    let change = statement(fixes, decl, name, word);
                    fixes.add(format!("Set `{name}: {word}`"), false, change);
                }
                continue;
            }
            Takes::Text | Takes::Glob => "\"$1\"".to_owned(),
            Takes::Date => format!("${{1:{}}}", fixes.in_days(90)),
            _ => "$1".to_owned(),
        };
        let change = statement(fixes, decl, name, &value);
        fixes.add_snippet(format!("Set `{name}`"), change);
    }
}

/// States what a flow carries. What its source holds, it can send.
pub fn state_carried(fixes: &mut Fixes, place: Place) {
    let (db, flow) = (fixes.db, place.decl);
    let (source, _) = ends(db, flow);
    let held = source.into_iter().flat_map(|source| holds(db, source));
    for asset in held.take(MAX_FIXES) {
        let name = name_from(db, *asset, fixes.file);
        let change = statement(fixes, flow, "sends", &name);
        fixes.add(format!("Set `sends: {name}`"), false, change);
    }
    for property in ["sends", "receives"] {
        let change = statement(fixes, flow, property, "${1:asset}");
        fixes.add_snippet(format!("Set `{property}`"), change);
    }
}

/// Names the evidence for a mitigation that is verified.
pub fn name_evidence(fixes: &mut Fixes, place: Place) {
    let change = statement(fixes, place.decl, "evidence", "\"${1:https://}\"");
    fixes.add_snippet("Set `evidence`", change);
}

/// States what a mitigation counters.
pub fn state_countered(fixes: &mut Fixes, place: Place) {
    for property in ["based_on", "counters"] {
        let change = statement(fixes, place.decl, property, "${1:what}");
        fixes.add_snippet(format!("Set `{property}`"), change);
    }
}

/// A change that states a property.
pub fn statement(fixes: &Fixes, decl: Decl, property: &str, value: &str) -> Change {
    let mut change = Change::default();
    add_property(fixes.db, decl, property, value, &mut change);
    change
}

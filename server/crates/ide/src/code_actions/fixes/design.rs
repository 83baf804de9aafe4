//! Changes of the design that end a finding: another word for a stated fact that it rests on. It
//! must not know mitigations, and not what a person decides.

use super::collector::Fixes;
use crate::change::Change;
use threatline_model::{
    Decl, Kind, Location, Part, TypedValue, facts_in_condition, name_from, schema::Takes, typed,
    visible_declarations,
};

/// Facts that protect nothing, each with those that do.
const CHANGES: &[(&str, &str, &[&str])] = &[
    ("encryption", "none", &["at_rest", "client_side"]),
    (
        "authentication",
        "none",
        &["session", "token", "certificate"],
    ),
    (
        "authentication",
        "network_address",
        &["token", "certificate"],
    ),
    ("multi_factor", "no", &["yes"]),
    ("authorization", "none", &["service", "end_user"]),
    ("privileges", "root", &["service", "user"]),
    ("privileges", "admin", &["service", "user"]),
    ("redundancy", "no", &["yes"]),
    ("backup", "no", &["yes"]),
];

/// Offers to change the facts that a rule finds something by, on all elements that state the same.
pub fn change_facts(fixes: &mut Fixes, rule: Decl, elements: &[Decl]) {
    let db = fixes.db;
    let on = match elements {
        [element] => format!("`{}`", name_from(db, *element, fixes.file)),
        _ => format!("{} elements", elements.len()),
    };
    for (element, position) in facts_found(fixes, elements) {
        let Some(written) = element.facts(db).properties.get(usize::from(position)) else {
            continue;
        };
        let property = written.name.as_str();
        for new in better(fixes, rule, element, property) {
            let Some(change) = replacement(fixes, elements, element, property, &new) else {
                continue;
            };
            let title = format!("Change the design: `{property}: {new}` on {on}");
            let is_preferred = fixes.actions.is_empty();
            fixes.add(title, is_preferred, change);
        }
    }
}

/// The stated facts of some elements that the diagnostic names as reasons.
pub fn facts_found(fixes: &Fixes, elements: &[Decl]) -> Vec<(Decl, u16)> {
    let mut facts = Vec::new();
    for related in &fixes.diagnostic.related {
        if let Location::Place(place) = related.location
            && elements.contains(&place.decl)
            && let Part::Property(position) | Part::Value(position, _) = place.part
            && !facts.contains(&(place.decl, position))
        {
            facts.push((place.decl, position));
        }
    }
    facts
}

/// What a property of an element can state instead, so that it protects.
fn better(fixes: &Fixes, rule: Decl, element: Decl, property: &str) -> Vec<String> {
    let db = fixes.db;
    if property == "protocol" {
        let mut facts = facts_in_condition(db, rule).into_iter();
        let is_asked = facts.any(|fact| fact.name == "encrypted");
        return if is_asked {
            encrypted_protocol(fixes, element).into_iter().collect()
        } else {
            Vec::new()
        };
    }
    let changes = CHANGES.iter();
    let mut changes = changes
        .filter(|(known, word, _)| *known == property && states(fixes, element, known, word));
    let words = changes.next().map_or(&[][..], |(_, _, words)| words);
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Whether the only value of a property is this word.
fn states(fixes: &Fixes, element: Decl, property: &str, word: &str) -> bool {
    let stated = typed(fixes.db, element);
    match stated.values(property) {
        [(_, TypedValue::YesNo(yes))] => (if *yes { "yes" } else { "no" }) == word,
        [_] => stated.states(property, word),
        _ => false,
    }
}

/// The protocol of a flow over an encrypted connection.
fn encrypted_protocol(fixes: &Fixes, flow: Decl) -> Option<String> {
    let (db, file) = (fixes.db, fixes.file);
    let plain = typed(db, flow).decls("protocol").next()?;
    let protocols = visible_declarations(db, file.model(db), &[Kind::Protocol]).into_iter();
    let mut encrypted = protocols.filter(|protocol| {
        let stated = typed(db, *protocol);
        stated.decls("is").any(|base| base == plain) && stated.yes_no("encrypted") == Some(true)
    });
    let encrypted = encrypted.next()?;
    Some(name_from(db, encrypted, flow.file(db)).to_string())
}

/// A change that has all elements state something else, if they all state the same now.
fn replacement(
    fixes: &Fixes,
    elements: &[Decl],
    like: Decl,
    property: &str,
    new: &str,
) -> Option<Change> {
    let db = fixes.db;
    let old = typed(db, like).get(property)?;
    let mut change = Change::default();
    for element in elements {
        let stated = typed(db, *element).get(property)?;
        let ([(index, value)], [(_, wanted)]) = (&*stated.values, &*old.values) else {
            return None;
        };
        if value != wanted {
            return None;
        }
        let (file, span) = element
            .part(Part::Value(stated.position, *index))
            .resolve(db);
        change.edit(file.path(db), span, new);
    }
    Some(change)
}

/// A condition that is true for an element because of a fact that it states, for what holds only as
/// long as that is so.
pub fn condition_that_holds(fixes: &Fixes, element: Decl) -> String {
    let db = fixes.db;
    let facts = facts_found(fixes, &[element]);
    let positions = facts.into_iter().map(|(_, position)| position);
    let stated = typed(db, element).stated.iter();
    let positions: Vec<u16> = positions
        .chain(stated.map(|stated| stated.position))
        .collect();
    let mut conditions = positions.into_iter().filter_map(|position| {
        let mut stated = typed(db, element).stated.iter();
        let stated = stated.find(|stated| stated.position == position)?;
        let name = stated.property.name;
        let [(_, value)] = &*stated.values else {
            return None;
        };
        match (value, stated.property.takes) {
            (TypedValue::Word(position), Takes::Words(words)) if !stated.property.many => {
                Some(format!("{name} = {}", words.word(*position)))
            }
            (TypedValue::YesNo(yes), _) => {
                Some(format!("{name} = {}", if *yes { "yes" } else { "no" }))
            }
            (TypedValue::Decl(decl), Takes::Name([Kind::Technology | Kind::Protocol])) => {
                Some(format!("{name} is {}", name_from(db, *decl, fixes.file)))
            }
            _ => None,
        }
    });
    let condition = conditions.next();
    condition.unwrap_or_else(|| "in_scope".to_owned())
}

//! Mends days that have passed or are near: what was to be done is done, or is to be done later. It
//! must not know who decides that.

use super::collector::Fixes;
use super::names::removal;
use crate::change::Change;
use crate::write::{add_value, remove_property, remove_value};
use threatline_model::{Decl, Part, Place, typed};

/// An acceptance holds for longer, or is gone.
pub fn accept_longer(fixes: &mut Fixes, place: Place) {
    postpone(fixes, place.decl, "until", "Extend the acceptance until");
    remove_acceptance(fixes, place.decl, false);
}

/// What was assumed is examined again later.
pub fn look_again(fixes: &mut Fixes, place: Place) {
    let title = "Mark as reviewed; review again by";
    postpone(fixes, place.decl, "validate_by", title);
}

/// A mitigation that was to be done is to be done later, or, as someone says, is done.
pub fn implement(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    postpone(fixes, decl, "due", "Change the due date to");
    let mut change = Change::default();
    let stated = typed(db, decl);
    if let Some(due) = stated.get("due") {
        remove_property(db, decl, due.position.into(), &mut change);
    }
    if let Some(status) = stated.get("status")
        && let Some((value, _)) = status.values.first()
    {
        let (file, span) = decl.part(Part::Value(status.position, *value)).resolve(db);
        change.edit(file.path(db), span, "implemented");
    }
    fixes.add("Mark as implemented", false, change);
}

/// Takes away what an `accept` names and nothing is; the whole of it, if it names nothing else.
pub fn remove_idle(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    let Part::Value(property, value) = place.part else {
        return;
    };
    let written = decl.facts(db).properties.get(usize::from(property));
    if written.is_some_and(|written| written.values.len() == 1) {
        return remove_acceptance(fixes, decl, true);
    }
    let mut change = Change::default();
    remove_value(db, decl, property.into(), value.into(), &mut change);
    fixes.add("Remove from the list", false, change);
}

/// Takes away a `dismiss` that does not hold, or adds the second name that it needs.
pub fn fix_dismissal(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    if typed(db, decl).part("by") == Some(place.part) {
        let mut change = Change::default();
        add_value(db, decl, "by", "\"${1:who confirmed it}\"", &mut change);
        fixes.add_snippet("Add a second name", change);
    }
    let change = removal(fixes, decl);
    fixes.add("Remove this dismissal", false, change);
}

fn remove_acceptance(fixes: &mut Fixes, accept: Decl, is_preferred: bool) {
    let change = removal(fixes, accept);
    fixes.add("Remove this acceptance", is_preferred, change);
}

/// Sets a day to one that is ahead.
fn postpone(fixes: &mut Fixes, decl: Decl, property: &str, title: &str) {
    let db = fixes.db;
    let Some(stated) = typed(db, decl).get(property) else {
        return;
    };
    let Some((value, _)) = stated.values.first() else {
        return;
    };
    let (file, span) = decl.part(Part::Value(stated.position, *value)).resolve(db);
    for days in [90, 365] {
        let day = fixes.in_days(days);
        let change = Change::one(file.path(db), span, day.as_str());
        fixes.add(format!("{title} {day}"), false, change);
    }
}

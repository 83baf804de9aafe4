//! What mends a diagnostic. What decides about a risk is offered, and never the only thing to do.
//! It must not know how actions are listed.

mod trials;

mod collector;

// What is mended.
mod names;
mod properties;
mod text;

mod days;
mod design;
mod findings;

pub use design::change_fact_at;
pub use trials::Trials;

use crate::change::Change;
use crate::code_actions::action::{CodeAction, span_of};
use collector::Fixes;
use std::cell::RefCell;
use threatline_model::{
    Database, Diagnostic, File, Location, Place,
    codes::{self, Code},
};

/// Adds the fixes of a diagnostic at a place of a declaration.
type Fix = fn(&mut Fixes, Place);

/// What mends diagnostics of declarations.
static FIXES: &[(&Code, Fix)] = &[
    (&codes::UNRESOLVED_REFERENCE, names::declare),
    (&codes::MISSING_PART, names::name_it),
    (&codes::DUPLICATE_DECLARATION, names::rename),
    (&codes::BOUNDARY_CYCLE, names::take_out),
    (&codes::WRONG_KIND, names::take_out),
    (&codes::MISPLACED_DECLARATION, names::take_out),
    (&codes::UNUSED_ASSET, names::remove),
    (&codes::UNUSED_MITIGATION, names::remove),
    (&codes::UNUSED_DEFINITION, names::remove),
    (&codes::EMPTY_BOUNDARY, names::remove),
    (&codes::SELF_FLOW, names::remove),
    (&codes::ISOLATED_ELEMENT, names::remove),
    (&codes::UNKNOWN_PROPERTY, properties::move_or_remove),
    (&codes::DUPLICATE_PROPERTY, properties::remove_stated),
    (&codes::MISSING_PROPERTY, properties::state_required),
    (&codes::INVALID_VALUE, properties::change_value),
    (&codes::UNKNOWN_WORD, properties::change_value),
    (&codes::DEFINITION_CYCLE, properties::remove_contradicting),
    (&codes::CONTRADICTION, properties::remove_contradicting),
    (&codes::DUPLICATE_VALUE, properties::remove_from_list),
    (&codes::UNMET_EXPECTATION, properties::remove_from_list),
    (&codes::UNKNOWN_REFERENCE, properties::remove_from_list),
    (&codes::EMPTY_FLOW, properties::state_carried),
    (&codes::UNPROVEN_MITIGATION, properties::name_evidence),
    (&codes::INEFFECTIVE_MITIGATION, properties::state_countered),
    (&codes::MISPLACED_MITIGATION, properties::remove_from_list),
    (&codes::OUTDATED_NAME, names::use_current_name),
    (&codes::EXTERNAL_INSIDE, names::take_outside),
    (&codes::NOTHING_TO_PROTECT, names::declare_asset),
    (&codes::IDLE_ACCEPTANCE, days::remove_idle),
    (&codes::IDLE_DISMISSAL, days::fix_dismissal),
    (&codes::EXPIRED_ACCEPTANCE, days::accept_longer),
    (&codes::EXPIRING_ACCEPTANCE, days::accept_longer),
    (&codes::OVERDUE_ASSUMPTION, days::look_again),
    (&codes::ASSUMPTION_DUE, days::look_again),
    (&codes::OVERDUE_MITIGATION, days::implement),
    (&codes::MITIGATION_DUE, days::implement),
    (&codes::MISSING_MITIGATION, findings::treat),
    (&codes::UNSTATED_FACT, findings::state_fact),
    (&codes::UNKNOWN_TRUST, findings::state_fact),
];

/// Whether the preferred fix of a diagnostic needs no decision of a person.
pub fn is_safe(diagnostic: &Diagnostic) -> bool {
    let id = diagnostic.code.id;
    [codes::LOOSE_DESCRIPTION.id, codes::DUPLICATE_VALUE.id].contains(&id) || diagnostic.is_certain
}

/// The fixes of a diagnostic of a file, the best first.
pub fn fixes(
    db: &Database,
    file: File,
    diagnostic: &Diagnostic,
    trials: &RefCell<Trials>,
) -> Vec<CodeAction> {
    let mut fixes = Fixes::new(db, file, diagnostic, trials);
    let span = span_of(db, diagnostic);
    if let Some(new) = &diagnostic.replacement {
        let change = Change::one(file.path(db), span, new.as_str());
        fixes.add(format!("Change to `{new}`"), true, change);
    }
    let id = diagnostic.code.id;
    if id == codes::LOOSE_DESCRIPTION.id {
        text::make_comment(&mut fixes, span);
    } else if id == codes::SYNTAX_ERROR.id {
        text::add_missing_sign(&mut fixes, span);
        text::correct_slip(&mut fixes, span);
    } else if let Location::Place(place) = diagnostic.location
        && let Some((_, fix)) = FIXES.iter().find(|(code, _)| code.id == id)
    {
        fix(&mut fixes, place);
    }
    fixes.actions
}

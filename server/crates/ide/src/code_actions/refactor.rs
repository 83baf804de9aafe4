//! Changes that keep the meaning: names for flows, an order, and a file of its own for what grew.
//! It must not know what is wrong with a text.

mod action;

mod extract;
mod flow_name;
mod order;

use crate::code_actions::action::CodeAction;
use crate::occurrences::declaration_at;
use threatline_model::{Database, File, Model, Span};

/// What can be done in a part of a file.
pub fn refactorings(
    db: &Database,
    models: &[Model],
    file: File,
    within: Span,
    is_draft: bool,
) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    if let Some(decl) = declaration_at(db, file, within.start) {
        actions.extend(flow_name::name_flow(db, models, decl));
        actions.extend(order::sort_values(db, decl, within));
        actions.extend(order::order_properties(db, decl));
    }
    actions.extend(extract::extract(db, models, file, within, is_draft));
    actions
}

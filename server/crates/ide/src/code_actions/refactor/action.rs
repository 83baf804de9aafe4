//! An action that keeps the meaning. It must not know what it changes.

use crate::change::Change;
use crate::code_actions::action::{ActionKind, CodeAction};

/// An action, if it changes something.
pub fn action(title: String, sort: ActionKind, mut change: Change) -> Option<CodeAction> {
    for edits in change.edits.values_mut() {
        edits.sort_by_key(|edit| edit.span.start);
    }
    let is_change = !change.edits.is_empty() || !change.created.is_empty();
    is_change.then_some(CodeAction {
        title,
        sort,
        is_preferred: false,
        mends: Vec::new(),
        change,
    })
}

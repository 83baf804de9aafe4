//! What an editor asks, feature by feature, and all features everywhere: one program, since linking
//! one for each file takes longer than running them.

mod closing;
mod code_actions;
mod completion;
mod design_fixes;
mod document_links;
mod everywhere;
mod folding_range;
mod goto;
mod hierarchies;
mod hover;
mod occurrences;
mod rename;
mod selection_range;
mod shown;
mod symbols;
mod views;

/// A model with the cursor before the first occurrence of a text.
#[track_caller]
fn cursor_before(model: &str, text: &str) -> String {
    assert!(model.contains(text), "{text}");
    model.replacen(text, &format!("$0{text}"), 1)
}

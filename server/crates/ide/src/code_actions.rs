//! Code actions: fixes of what is wrong at a place, and changes that keep the meaning. It must not
//! know how a list of them is shown.

// What an action is.
mod action;

// Which ones there are.
mod fixes;
mod refactor;

pub use action::{ActionKind, CodeAction, span_of};

use crate::change::Change;
use crate::occurrences::declaration_at;
use crate::write::laid_out;
use fixes::{Trials, change_fact_at, fixes, is_safe};
use refactor::refactorings;
use std::cell::RefCell;
use threatline_model::{Database, File, Model, Span, diagnostics, settings_diagnostics};

/// What can be done in a part of a file. `models` are those that may name what is in it. In a draft
/// the changes are not laid out, and what is costly is left empty: enough for a list.
pub fn code_actions(
    db: &Database,
    models: &[Model],
    file: File,
    within: Span,
    is_draft: bool,
) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    let trials = RefCell::new(Trials::default());
    for (number, diagnostic) in diagnostics(db, file).iter().enumerate() {
        if touches(span_of(db, diagnostic), within) {
            for mut fix in fixes(db, file, diagnostic, &trials) {
                // One change may mend several diagnostics.
                let mut known = actions.iter_mut();
                let known =
                    known.find(|known| known.title == fix.title && known.change == fix.change);
                if let Some(known) = known {
                    known.mends.push(number);
                } else {
                    fix.mends.push(number);
                    actions.push(fix);
                }
            }
        }
    }
    if let Some(decl) = declaration_at(db, file, within.start) {
        for fix in change_fact_at(db, file, decl, within, &mut trials.borrow_mut()) {
            if !actions.iter().any(|known| known.change == fix.change) {
                actions.push(fix);
            }
        }
    }
    actions.extend(refactorings(db, models, file, within, is_draft));
    if !is_draft {
        for action in &mut actions {
            let change = std::mem::take(&mut action.change);
            action.change = laid_out(db, |path| file_in(db, file.model(db), path), change);
        }
    }
    actions
}

/// Everything in a file that can be mended without a decision, at once.
pub fn fix_all(db: &Database, file: File) -> Option<CodeAction> {
    let mut mended = Change::default();
    let trials = RefCell::new(Trials::default());
    for diagnostic in diagnostics(db, file).iter().filter(|known| is_safe(known)) {
        let mut fixes = fixes(db, file, diagnostic, &trials).into_iter();
        let Some(fix) = fixes.find(|fix| fix.is_preferred) else {
            continue;
        };
        for (path, edits) in fix.change.edits {
            let known = mended.edits.entry(path).or_default();
            let is_free = |span: Span| {
                known
                    .iter()
                    .all(|known| span.end < known.span.start || known.span.end < span.start)
            };
            if edits.iter().all(|edit| is_free(edit.span)) {
                known.extend(edits);
            }
        }
    }
    mended.edits.retain(|_, edits| !edits.is_empty());
    let change = laid_out(db, |path| file_in(db, file.model(db), path), mended);
    (!change.edits.is_empty()).then_some(CodeAction {
        title: "Apply all safe fixes".to_owned(),
        sort: ActionKind::FixAll,
        is_preferred: false,
        mends: Vec::new(),
        change,
    })
}

/// What can be done in a part of a model's `threatline.toml`.
pub fn settings_code_actions(db: &Database, model: Model, within: Span) -> Vec<CodeAction> {
    let settings = model.settings(db);
    let Some(path) = &settings.path else {
        return Vec::new();
    };
    let diagnostics = settings_diagnostics(db, model).into_iter().enumerate();
    let actions = diagnostics.filter_map(|(number, diagnostic)| {
        let span = span_of(db, &diagnostic);
        let new = diagnostic.replacement.filter(|_| touches(span, within))?;
        Some(CodeAction {
            title: format!("Change to `{new}`"),
            sort: ActionKind::Fix,
            is_preferred: true,
            mends: vec![number],
            change: Change::one(path, span, new.as_str()),
        })
    });
    actions.collect()
}

fn file_in(db: &Database, model: Model, path: &str) -> Option<File> {
    let mut files = model.files(db).iter().copied();
    files.find(|file| file.path(db).as_ref() == path)
}

fn touches(span: Span, within: Span) -> bool {
    span.start <= within.end && within.start <= span.end
}

//! Code actions: fixes of what is wrong at a place, and changes that keep the meaning. It must not
//! know how a list of them is shown.

mod fixes;
mod refactor;

use crate::change::Change;
use threatline_model::{
    Database, Diagnostic, File, Location, Model, Span, diagnostics, settings_diagnostics,
};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, in a few words.
    pub title: String,
    /// What kind it is.
    pub sort: ActionKind,
    /// Whether it is the one to take.
    pub is_preferred: bool,
    /// The diagnostic that it mends, by its number in [`diagnostics`] of the file.
    pub mends: Option<usize>,
    /// What it changes.
    pub change: Change,
}

/// What kind of action it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// It mends a diagnostic.
    Fix,
    /// It moves something into a place of its own.
    Extract,
    /// It writes the same in another way.
    Rewrite,
    /// It mends all that can be mended safely.
    FixAll,
}

/// What can be done in a part of a file. `models` are those that may name what is in it. In a draft
/// the changes are not laid out, and what is costly is left empty: enough for a list.
pub fn code_actions(
    db: &Database,
    models: &[Model],
    file: File,
    within: Span,
    is_draft: bool,
) -> Vec<CodeAction> {
    let mut found = Vec::new();
    for (at, diagnostic) in diagnostics(db, file).iter().enumerate() {
        if touches(span_of(db, diagnostic), within) {
            let fixes = fixes::of(db, file, diagnostic).into_iter();
            found.extend(fixes.map(|fix| CodeAction {
                mends: Some(at),
                ..fix
            }));
        }
    }
    found.extend(refactor::at(db, models, file, within, is_draft));
    if is_draft {
        return found;
    }
    for action in &mut found {
        let change = std::mem::take(&mut action.change);
        action.change =
            crate::write::laid_out(db, |path| in_model(db, file.model(db), path), change);
    }
    found
}

/// Everything in a file that can be mended without a decision, at once.
pub fn fix_all(db: &Database, file: File) -> Option<CodeAction> {
    let mut all = Change::default();
    for diagnostic in diagnostics(db, file)
        .iter()
        .filter(|diagnostic| fixes::is_safe(diagnostic))
    {
        let Some(fix) = fixes::of(db, file, diagnostic)
            .into_iter()
            .find(|fix| fix.is_preferred)
        else {
            continue;
        };
        for (path, edits) in fix.change.edits {
            let known = all.edits.entry(path).or_default();
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
    all.edits.retain(|_, edits| !edits.is_empty());
    let change = crate::write::laid_out(db, |path| in_model(db, file.model(db), path), all);
    let title = "Mend what needs no decision".to_owned();
    (!change.edits.is_empty()).then_some(CodeAction {
        title,
        sort: ActionKind::FixAll,
        is_preferred: false,
        mends: None,
        change,
    })
}

/// What can be done in a part of a model's `threatline.toml`.
pub fn settings_code_actions(db: &Database, model: Model, within: Span) -> Vec<CodeAction> {
    let settings = model.settings(db);
    let Some(path) = &settings.path else {
        return Vec::new();
    };
    let all = settings_diagnostics(db, model);
    let near = all
        .iter()
        .enumerate()
        .filter(|(_, diagnostic)| touches(span_of(db, diagnostic), within));
    near.filter_map(|(at, diagnostic)| {
        let new = diagnostic.replacement.as_ref()?;
        Some(CodeAction {
            title: format!("Change to `{new}`"),
            sort: ActionKind::Fix,
            is_preferred: true,
            mends: Some(at),
            change: Change::one(path, span_of(db, diagnostic), new.as_str()),
        })
    })
    .collect()
}

fn in_model(db: &Database, model: Model, path: &str) -> Option<File> {
    model
        .files(db)
        .iter()
        .copied()
        .find(|file| file.path(db).as_ref() == path)
}

/// Where a diagnostic stands in its text.
pub fn span_of(db: &Database, diagnostic: &Diagnostic) -> Span {
    match diagnostic.location {
        Location::Place(place) => place.resolve(db).1,
        Location::Text(_, span) | Location::Settings(_, span) => span,
    }
}

fn touches(span: Span, within: Span) -> bool {
    span.start <= within.end && within.start <= span.end
}

//! Moves the selected declarations to a new component file. It must not know why they are moved.

use super::action::action;
use crate::change::Change;
use crate::code_actions::action::{ActionKind, CodeAction};
use crate::occurrences::{Meaning, occurrences_of};
use crate::trial::tried;
use crate::write::{remove_declaration, whole};
use std::sync::Arc;
use threatline_model::{
    Database, Decl, File, Kind, Model, Part, Severity, Span, codes, diagnostics,
};
use threatline_syntax::characters::is_name_part;
use threatline_syntax::prose::count;
use threatline_syntax::strings::quoted;

/// Moves the selected declarations. In a draft, the change is left empty.
pub fn extract(
    db: &Database,
    models: &[Model],
    file: File,
    within: Span,
    is_draft: bool,
) -> Option<CodeAction> {
    let source = file.source(db);
    if file.model(db).is_test(db) || !source.errors.is_empty() {
        return None;
    }
    let chosen = chosen(db, file, within);
    let first = chosen
        .iter()
        .find_map(|decl| decl.shape(db).name.as_ref())?;
    let path = path_next_to(db, file, first);
    let mut files = models.iter().flat_map(|model| model.files(db).iter());
    let exists = files.any(|file| *file.path(db) == path);
    if exists || chosen.len() == file.declarations(db).len() {
        return None;
    }
    let component = match file.component(db) {
        Some(component) => format!("{component}.{first}"),
        None => first.to_string(),
    };
    let moved = match chosen.len() {
        1 => format!("`{first}`"),
        number => count(number, "declaration"),
    };
    let title = format!("Move {moved} to a new component `{component}`");
    if is_draft {
        return Some(CodeAction {
            title,
            sort: ActionKind::Extract,
            is_preferred: false,
            mends: Vec::new(),
            change: Change::default(),
        });
    }
    let mut change = Change::default();
    rename_outside(db, models, &chosen, &component, &mut change)?;
    let heading = chosen.iter().find_map(|decl| decl.title(db));
    let heading = heading.map(|title| format!(" {}", quoted(title)));
    let mut text = format!("component {component}{}\n", heading.unwrap_or_default());
    for &decl in &chosen {
        text += &format!("\n{}\n", source.text[whole(db, decl)?].trim_end());
        remove_declaration(db, decl, &mut change);
    }
    let text = threatline_format::format(&text).ok()?;
    change.created.push((path, text));
    let extract = action(title, ActionKind::Extract, change)?;
    is_sound(db, models, file.model(db), &extract.change).then_some(extract)
}

/// The selected declarations. Without a selection, the one whose kind is at the cursor.
fn chosen(db: &Database, file: File, within: Span) -> Vec<Decl> {
    let declarations = file.declarations(db).iter().zip(&file.source(db).spans);
    let chosen = declarations.filter(|(decl, spans)| {
        let whole = spans.of(Part::Whole);
        let is_selected = within.start <= whole.start && whole.end <= within.end;
        let is_at = within.start == within.end
            && whole.start <= within.start
            && within.start <= spans.of(Part::Kind).end;
        let can_move = !matches!(decl.kind(db), Kind::Component | Kind::Expect);
        can_move && (is_selected || is_at)
    });
    chosen.map(|(decl, _)| *decl).collect()
}

/// The path of a component's file next to another one.
fn path_next_to(db: &Database, file: File, name: &str) -> Arc<str> {
    let path: &str = file.path(db);
    let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
    format!("{folder}{name}.threat").into()
}

/// Changes references from other declarations to the moved ones, which now need the component.
fn rename_outside(
    db: &Database,
    models: &[Model],
    chosen: &[Decl],
    component: &str,
    change: &mut Change,
) -> Option<()> {
    let mut renamed: Vec<(File, Span)> = Vec::new();
    for &decl in chosen {
        let occurrences = models
            .iter()
            .flat_map(|model| occurrences_of(db, *model, decl));
        for occurrence in occurrences.filter(|occurrence| {
            occurrence.meaning == Meaning::Names(decl) && !chosen.contains(&occurrence.within)
        }) {
            let place = (occurrence.within.file(db), occurrence.span);
            if !renamed.contains(&place) {
                renamed.push(place);
            }
        }
    }
    for (file, span) in renamed {
        // The component before the name is replaced as well.
        let text = &file.source(db).text;
        let before = &text[..span.start as usize];
        let start = before.trim_end_matches(is_name_part).len();
        let name = text.get(span.range())?;
        let span = Span::new(start, span.end as usize);
        change.edit(file.path(db), span, format!("{component}.{name}"));
    }
    Some(())
}

/// Whether a change adds no errors.
fn is_sound(db: &Database, models: &[Model], model: Model, change: &Change) -> bool {
    let after = tried(db, models, change);
    let model_after = after.model(model.root(db));
    model_after.is_some_and(|model_after| errors(after.db(), model_after) <= errors(db, model))
}

/// How many errors a model has, not counting open findings.
fn errors(db: &Database, model: Model) -> usize {
    let open = [codes::MISSING_MITIGATION.id, codes::UNSTATED_FACT.id];
    let files = model.files(db).iter();
    let errors = files
        .flat_map(|file| diagnostics(db, *file))
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .filter(|diagnostic| !open.contains(&diagnostic.code.id));
    errors.count()
}

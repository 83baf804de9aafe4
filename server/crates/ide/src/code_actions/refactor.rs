//! Changes that keep the meaning: names for flows, an order, and a file of its own for what grew.

use super::{ActionKind, CodeAction};
use crate::change::Change;
use crate::occurrences::{Meaning, declaration_at, occurrences_of};
use crate::trial::tried;
use crate::write::{remove_declaration, whole};
use std::sync::Arc;
use threatline_model::{
    Database, Decl, File, Kind, Model, Part, Severity, Span, TypedValue, diagnostics, ends,
    names_in, schema, top_level, typed,
};
use threatline_syntax::characters::is_name_part;
use threatline_syntax::lexer::{Lexer, Token};
use threatline_syntax::prose::count;
use threatline_syntax::strings::quoted;

/// What can be done in a part of a file.
pub fn at(
    db: &Database,
    models: &[Model],
    file: File,
    within: Span,
    is_draft: bool,
) -> Vec<CodeAction> {
    let mut found = Vec::new();
    if let Some(decl) = declaration_at(db, file, within.start) {
        found.extend(named_flow(db, models, decl));
        found.extend(sorted_values(db, decl, within));
        found.extend(ordered_properties(db, decl));
    }
    found.extend(extracted(db, models, file, within, is_draft));
    found
}

fn action(title: String, sort: ActionKind, change: Change) -> Option<CodeAction> {
    let is_change = !change.edits.is_empty() || !change.created.is_empty();
    is_change.then_some(CodeAction {
        title,
        sort,
        is_preferred: false,
        mends: None,
        change,
    })
}

/// A name for a flow without one, which then stands for its ends in what is accepted and expected.
fn named_flow(db: &Database, models: &[Model], flow: Decl) -> Option<CodeAction> {
    let shape = flow.shape(db);
    if flow.kind(db) != Kind::Flow || shape.name.is_some() {
        return None;
    }
    let (source, target) = ends(db, flow);
    let word = |decl: Option<Decl>| decl.and_then(|decl| decl.shape(db).name.clone());
    let wanted = format!("{}_to_{}", word(source)?, word(target)?);
    let is_taken = |name: &str| {
        names_in(db, flow.file(db)).contains_key(name)
            || flow.file(db).component(db).is_none()
                && top_level(db, flow.model(db)).contains_key(name)
    };
    let name = (1..100)
        .map(|at| {
            if at == 1 {
                wanted.clone()
            } else {
                format!("{wanted}_{at}")
            }
        })
        .find(|name| !is_taken(name))?;
    let file = flow.file(db);
    let text = &file.source(db).text;
    let (_, kind) = flow.part(Part::Kind).resolve(db);
    let (_, source_at) = flow.part(Part::Source).resolve(db);
    let mut change = Change::default();
    let between = text.get(kind.end as usize..source_at.start as usize)?;
    let has_colon = Lexer::new(between).any(|token| token.written(between) == ":");
    let (place, new) = if has_colon {
        // `flow "Title": a -> b`
        (kind.end, format!(" {name}"))
    } else {
        (source_at.start, format!("{name}: "))
    };
    let (start, end) = (place, place);
    change.edit(file.path(db), Span { start, end }, new);
    let full = match file.component(db) {
        Some(component) => format!("{component}.{name}"),
        None => name.clone(),
    };
    for &other in models
        .iter()
        .filter(|model| model.with_bases(db).any(|base| base == flow.model(db)))
    {
        let declarations = other
            .files(db)
            .iter()
            .flat_map(|file| file.declarations(db).iter());
        for &decl in
            declarations.filter(|decl| matches!(decl.kind(db), Kind::Accept | Kind::Expect))
        {
            for stated in &typed(db, decl).stated {
                for (at, value) in &stated.values {
                    let TypedValue::Finding(accepted) = value else {
                        continue;
                    };
                    let written = &decl.facts(db).properties[usize::from(stated.position)].values
                        [usize::from(*at)];
                    if accepted.subject() == flow && written.ends().is_some() {
                        let (of, span) = decl
                            .part(Part::FindingSubject(stated.position, *at))
                            .resolve(db);
                        let is_near = of.component(db) == file.component(db);
                        change.edit(
                            of.path(db),
                            span,
                            if is_near { name.clone() } else { full.clone() },
                        );
                    }
                }
            }
        }
    }
    change
        .edits
        .values_mut()
        .for_each(|edits| edits.sort_by_key(|edit| edit.span.start));
    action(
        format!("Name this flow `{name}`"),
        ActionKind::Rewrite,
        change,
    )
}

/// The values of the list at the cursor, in the order of the alphabet or of their severity.
fn sorted_values(db: &Database, decl: Decl, within: Span) -> Option<CodeAction> {
    let file = decl.file(db);
    let text = &file.source(db).text;
    let facts = &decl.facts(db).properties;
    let at = (0..facts.len() as u16).find(|at| {
        let span = decl.part(Part::Property(*at)).resolve(db).1;
        span.start <= within.start && within.end <= span.end
    })?;
    let count = facts[usize::from(at)].values.len() as u16;
    let spans: Vec<Span> = (0..count)
        .map(|value| decl.part(Part::Value(at, value)).resolve(db).1)
        .collect();
    let written: Vec<&str> = spans
        .iter()
        .filter_map(|span| text.get(span.range()))
        .collect();
    let mut sorted = written.clone();
    sorted.sort();
    if sorted == written || written.len() != spans.len() {
        return None;
    }
    let mut change = Change::default();
    for ((span, _), new) in spans
        .iter()
        .zip(&written)
        .zip(&sorted)
        .filter(|((_, old), new)| old != new)
    {
        change.edit(file.path(db), *span, *new);
    }
    action(
        format!("Sort the values of `{}`", facts[usize::from(at)].name),
        ActionKind::Rewrite,
        change,
    )
}

/// The properties of a declaration, in the order of the reference.
fn ordered_properties(db: &Database, decl: Decl) -> Option<CodeAction> {
    let file = decl.file(db);
    let text = &file.source(db).text;
    let known = schema::of(decl.kind(db)).properties;
    let facts = &decl.facts(db).properties;
    let rank = |name: &str| {
        known
            .iter()
            .position(|property| property.name == name)
            .unwrap_or(known.len())
    };
    let mut order: Vec<usize> = (0..facts.len()).collect();
    order.sort_by_key(|at| (rank(&facts[*at].name), *at));
    let spans: Vec<Span> = (0..facts.len())
        .map(|at| decl.part(Part::Property(at as u16)).resolve(db).1)
        .collect();
    let is_in_order = order.iter().enumerate().all(|(place, at)| place == *at);
    // A comment would stay behind.
    let (_, body) = decl.part(Part::Body).resolve(db);
    if is_in_order || Lexer::new(text.get(body.range())?).any(Token::is_comment) {
        return None;
    }
    let mut change = Change::default();
    for (place, at) in order
        .into_iter()
        .enumerate()
        .filter(|(place, at)| place != at)
    {
        let new = text
            .get(spans[at].range())?
            .trim_end()
            .trim_end_matches(',');
        let old = text
            .get(spans[place].range())?
            .trim_end()
            .trim_end_matches(',');
        let span = Span {
            start: spans[place].start,
            end: spans[place].start + old.len() as u32,
        };
        change.edit(file.path(db), span, new);
    }
    action(
        "Order the properties as in the reference".to_owned(),
        ActionKind::Rewrite,
        change,
    )
}

/// The declarations that are selected, in a component file of their own.
fn extracted(
    db: &Database,
    models: &[Model],
    file: File,
    within: Span,
    is_draft: bool,
) -> Option<CodeAction> {
    if file.model(db).is_test(db) || !file.source(db).errors.is_empty() {
        return None;
    }
    let source = file.source(db);
    let declarations = file.declarations(db).iter().zip(&source.spans);
    let chosen: Vec<Decl> = declarations
        .filter(|(decl, _)| decl.kind(db) != Kind::Component && decl.shape(db).kind != Kind::Expect)
        .filter(|(_, spans)| {
            let whole = spans.of(Part::Whole);
            let is_selected = within.start <= whole.start && whole.end <= within.end;
            // Without a selection, what a word stands for that begins a declaration.
            let is_at = within.start == within.end
                && whole.start <= within.start
                && within.start <= spans.of(Part::Kind).end;
            is_selected || is_at
        })
        .map(|(decl, _)| *decl)
        .collect();
    let first = chosen.iter().find_map(|decl| decl.shape(db).name.clone())?;
    let path: &str = file.path(db);
    let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
    let new_path: Arc<str> = format!("{folder}{first}.threat").into();
    let is_there = models
        .iter()
        .flat_map(|model| model.files(db).iter())
        .any(|file| *file.path(db) == new_path);
    let component = match file.component(db) {
        Some(component) => format!("{component}.{first}"),
        None => first.to_string(),
    };
    if is_there || chosen.len() == file.declarations(db).len() {
        return None;
    }
    let what = match chosen.len() {
        1 => format!("`{first}`"),
        number => count(number, "declaration"),
    };
    let called = format!("Move {what} to the component `{component}`, a file of its own");
    let mut change = Change::default();
    if is_draft {
        return Some(CodeAction {
            title: called,
            sort: ActionKind::Extract,
            is_preferred: false,
            mends: None,
            change,
        });
    }
    let title = chosen
        .iter()
        .find_map(|decl| decl.title(db))
        .map(|title| format!(" {}", quoted(title)))
        .unwrap_or_default();
    let mut text = format!("component {component}{title}\n");
    // Outside, they are named by their component from now on.
    let mut named: Vec<(File, Span, bool)> = Vec::new();
    for &decl in &chosen {
        for &model in models {
            for found in occurrences_of(db, model, decl)
                .into_iter()
                .filter(|found| found.meaning == Meaning::Names(decl))
            {
                let of = found.within.file(db);
                let is_moved = chosen.contains(&found.within);
                if !named.contains(&(of, found.span, is_moved)) {
                    named.push((of, found.span, is_moved));
                }
            }
        }
    }
    for (of, span, is_moved) in named {
        if is_moved {
            continue;
        }
        // The words before its dots go with it.
        let written = &of.source(db).text;
        let before = written[..span.start as usize]
            .trim_end_matches(is_name_part)
            .len();
        let name = written.get(span.range())?;
        change.edit(
            of.path(db),
            Span::new(before, span.end as usize),
            format!("{component}.{name}"),
        );
    }
    for &decl in &chosen {
        text += &format!("\n{}\n", source.text[whole(db, decl)?].trim_end());
        remove_declaration(db, decl, &mut change);
    }
    let text = threatline_format::format(&text).ok()?;
    change.created.push((new_path, text));
    change
        .edits
        .values_mut()
        .for_each(|edits| edits.sort_by_key(|edit| edit.span.start));
    is_sound(db, models, file.model(db), &change)?;
    action(called, ActionKind::Extract, change)
}

/// Whether a change leaves no more errors than there were.
fn is_sound(db: &Database, models: &[Model], model: Model, change: &Change) -> Option<()> {
    let errors = |db: &Database, model: Model| {
        let all = model
            .files(db)
            .iter()
            .flat_map(|file| diagnostics(db, *file));
        let structure = |code: &str| code != "missing-mitigation" && code != "unstated-fact";
        all.filter(|found| found.severity == Severity::Error && structure(found.code.id))
            .count()
    };
    let after = tried(db, models, change);
    let model_after = after.model(model.root(db))?;
    (errors(after.db(), model_after) <= errors(db, model)).then_some(())
}

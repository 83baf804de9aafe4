//! A name for a flow without one, which then stands for its ends in what is accepted and expected.
//! It must not know other ways to write a flow.

use super::action::action;
use crate::change::Change;
use crate::code_actions::action::{ActionKind, CodeAction};
use threatline_model::{
    Database, Decl, File, Kind, Model, Part, Span, TypedValue, ends, names_in, top_level, typed,
};
use threatline_syntax::lexer::Lexer;

/// How many names of the same beginning are tried.
const MAX_NAMES: usize = 99;

/// Names a flow by its ends.
pub fn name_flow(db: &Database, models: &[Model], flow: Decl) -> Option<CodeAction> {
    if flow.kind(db) != Kind::Flow || flow.shape(db).name.is_some() {
        return None;
    }
    let name = free_name(db, flow)?;
    let mut change = Change::default();
    write_name(db, flow, &name, &mut change)?;
    let model = flow.model(db);
    let sees_flow = |other: &&Model| other.with_bases(db).any(|base| base == model);
    for other in models.iter().filter(sees_flow) {
        for file in other.files(db).iter() {
            for &decl in file.declarations(db).iter() {
                if matches!(decl.kind(db), Kind::Accept | Kind::Dismiss | Kind::Expect) {
                    replace_ends(db, decl, flow, &name, &mut change);
                }
            }
        }
    }
    let title = format!("Name this flow `{name}`");
    action(title, ActionKind::Rewrite, change)
}

/// A name made of those of its ends that nothing else has.
fn free_name(db: &Database, flow: Decl) -> Option<String> {
    let (source, target) = ends(db, flow);
    let word = |end: Option<Decl>| end.and_then(|end| end.shape(db).name.clone());
    let wanted = format!("{}_to_{}", word(source)?, word(target)?);
    let file = flow.file(db);
    let is_taken = |name: &str| {
        let is_at_top = || top_level(db, flow.model(db)).contains_key(name);
        names_in(db, file).contains_key(name) || file.component(db).is_none() && is_at_top()
    };
    let numbered = (2..=MAX_NAMES).map(|number| format!("{wanted}_{number}"));
    let mut names = [wanted.clone()].into_iter().chain(numbered);
    names.find(|name| !is_taken(name))
}

/// Writes the name into the heading of the flow.
fn write_name(db: &Database, flow: Decl, name: &str, change: &mut Change) -> Option<()> {
    let file = flow.file(db);
    let text = &file.source(db).text;
    let (_, kind) = flow.part(Part::Kind).resolve(db);
    let (_, source) = flow.part(Part::Source).resolve(db);
    let between = text.get(kind.end as usize..source.start as usize)?;
    let has_colon = Lexer::new(between).any(|token| token.written(between) == ":");
    let (offset, written) = if has_colon {
        // `flow "Title": a -> b`
        (kind.end, format!(" {name}"))
    } else {
        (source.start, format!("{name}: "))
    };
    let span = Span {
        start: offset,
        end: offset,
    };
    change.edit(file.path(db), span, written);
    Some(())
}

/// Writes the name where an `accept` or an `expect` writes the ends.
fn replace_ends(db: &Database, decl: Decl, flow: Decl, name: &str, change: &mut Change) {
    for stated in &typed(db, decl).stated {
        let written = &decl.facts(db).properties[usize::from(stated.position)].values;
        for (value, meant) in &stated.values {
            let TypedValue::Finding(selector) = meant else {
                continue;
            };
            if selector.subject() == flow && written[usize::from(*value)].ends().is_some() {
                let subject = decl.part(Part::FindingSubject(stated.position, *value));
                let (file, span) = subject.resolve(db);
                change.edit(file.path(db), span, name_in(db, file, flow, name));
            }
        }
    }
}

/// The name as another file has to write it.
fn name_in(db: &Database, file: File, flow: Decl, name: &str) -> String {
    let component = flow.file(db).component(db);
    match component {
        Some(own) if file.component(db) != component => format!("{own}.{name}"),
        _ => name.to_owned(),
    }
}

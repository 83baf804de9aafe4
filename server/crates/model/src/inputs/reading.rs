//! What a text says, ready to be compared with what the inputs of its file say: of a whole text, or
//! after an edit, when most of it is unchanged. It must not set an input.

use super::file_text::FileText;
use crate::db::{Db, File};
use crate::lower::{
    Facts, LoweredDeclaration, LoweredEdit, LoweredFile, Shape, Source, Spans, Value, lower,
    lower_again,
};
use crate::mentions::mentions;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::ops::Range;
use std::sync::Arc;
use threatline_syntax::{Edit, Kind, LineIndex};

/// What a file states, in addition to its source.
pub struct FileReading {
    /// The component that it is.
    pub component: Option<SmolStr>,
    /// What it declares, in order.
    pub declarations: Vec<DeclarationReading>,
    /// The names that its declarations write, each once, in their order.
    pub mentions: Arc<[SmolStr]>,
    /// The technologies that its elements are made with, each once, in their order.
    pub technologies: Arc<[SmolStr]>,
}

/// What a declaration is and says.
pub enum DeclarationReading {
    /// The declaration at this place before the edit.
    Kept(usize),
    /// What was read now.
    Read(Shape, Facts),
}

/// Reads a text.
pub fn read(text: FileText) -> (Source, FileReading) {
    let LoweredFile {
        pieces,
        declarations,
        errors,
        loose_descriptions,
    } = lower(&text.text);
    let mut spans = Vec::with_capacity(declarations.len());
    let mut readings = Vec::with_capacity(declarations.len());
    for declaration in declarations {
        spans.push(declaration.spans);
        readings.push(DeclarationReading::Read(
            declaration.shape,
            declaration.facts,
        ));
    }
    let source = Source {
        lines: LineIndex::new(&text.text),
        text: text.text,
        pieces,
        spans,
        errors,
        loose_descriptions,
        unreadable: text.unreadable,
    };
    let reading = FileReading::new(readings, |_| unreachable!("nothing was before"));
    (source, reading)
}

/// Reads a text that an edit made of that of a file: of it the pieces alone that the edit touches.
pub fn read_edited(db: &dyn Db, file: File, text: String, edit: Edit) -> (Source, FileReading) {
    let (before, declarations) = (file.source(db), file.declarations(db));
    let stated = |index: usize| -> (&Shape, &Facts) {
        let decl = declarations[index];
        (decl.shape(db), decl.facts(db))
    };
    let description = |index: usize| stated(index).1.description.clone();
    let LoweredEdit {
        file: again,
        replaced,
    } = lower_again(&text, before, edit, description);

    // Most of what was read again is unchanged.
    let is_same =
        |index: usize, now: &LoweredDeclaration| stated(index) == (&now.shape, &now.facts);
    let anew = changed_part(replaced.clone(), &again.declarations, is_same);
    let is_unchanged = anew.is_empty() && replaced.len() == again.declarations.len();

    let behind = replaced.end..declarations.len();
    let count = again.declarations.len();
    let mut spans = before.spans[..replaced.start].to_vec();
    let mut readings: Vec<_> = (0..replaced.start).map(DeclarationReading::Kept).collect();
    for (index, declaration) in again.declarations.into_iter().enumerate() {
        spans.push(declaration.spans);
        readings.push(if index < anew.start {
            DeclarationReading::Kept(replaced.start + index)
        } else if index >= anew.end {
            DeclarationReading::Kept(replaced.end - (count - index))
        } else {
            DeclarationReading::Read(declaration.shape, declaration.facts)
        });
    }
    spans.extend(before.spans[behind.clone()].iter().map(|spans| Spans {
        start: edit.moved(spans.start),
        parts: spans.parts.clone(),
    }));
    readings.extend(behind.map(DeclarationReading::Kept));

    let source = Source {
        lines: before.lines.edited(&before.text, &text, edit),
        text,
        pieces: again.pieces,
        spans,
        errors: again.errors,
        loose_descriptions: again.loose_descriptions,
        unreadable: None,
    };
    let reading = if is_unchanged {
        FileReading {
            component: file.component(db).clone(),
            declarations: readings,
            mentions: file.mentions(db).clone(),
            technologies: file.technologies(db).clone(),
        }
    } else {
        FileReading::new(readings, stated)
    };
    (source, reading)
}

/// Which of some declarations that were read again say something else than those at their place
/// before: those between the first and the last that do.
fn changed_part(
    before: Range<usize>,
    now: &[LoweredDeclaration],
    is_same: impl Fn(usize, &LoweredDeclaration) -> bool,
) -> Range<usize> {
    let pairs = before.clone().zip(now);
    let start = pairs
        .take_while(|(index, now)| is_same(*index, now))
        .count();
    let rest = (before.len() - start).min(now.len() - start);
    let pairs_from_end = before.rev().zip(now.iter().rev()).take(rest);
    let kept = pairs_from_end.take_while(|(index, now)| is_same(*index, now));
    start..now.len() - kept.count()
}

impl FileReading {
    /// What a file says by its declarations; `stated` gives those that it keeps.
    fn new<'before>(
        declarations: Vec<DeclarationReading>,
        stated: impl Fn(usize) -> (&'before Shape, &'before Facts),
    ) -> FileReading {
        let parts: Vec<(&Shape, &Facts)> = declarations
            .iter()
            .map(|reading| match reading {
                DeclarationReading::Kept(index) => stated(*index),
                DeclarationReading::Read(shape, facts) => (shape, facts),
            })
            .collect();
        let component = parts
            .first()
            .filter(|(shape, _)| shape.kind == Kind::Component)
            .and_then(|(shape, _)| shape.name.clone());
        let written = parts
            .iter()
            .flat_map(|(shape, facts)| mentions(shape, facts));
        let (mentions, technologies) = (each_once(written), each_once(technologies(&parts)));
        FileReading {
            component,
            declarations,
            mentions,
            technologies,
        }
    }
}

/// The names behind `technology` of elements.
fn technologies<'parts>(
    parts: &[(&Shape, &'parts Facts)],
) -> impl Iterator<Item = &'parts SmolStr> {
    let elements = parts.iter().filter(|(shape, _)| shape.kind.is_element());
    let stated = elements
        .flat_map(|(_, facts)| &facts.properties)
        .filter(|property| property.name == "technology");
    stated
        .flat_map(|property| &property.values)
        .filter_map(|value| match value {
            Value::Name(name) => Some(name),
            _ => None,
        })
}

fn each_once<'names>(names: impl Iterator<Item = &'names SmolStr>) -> Arc<[SmolStr]> {
    let mut seen = FxHashSet::default();
    let mut names: Vec<&SmolStr> = names.collect();
    names.retain(|name| seen.insert(*name));
    names.into_iter().cloned().collect()
}

//! Renaming a file or a folder (`workspace/willRenameFiles`): takes along the component that is
//! called as its file, and the globs of `source` that begin with its path. It must not touch a
//! disk.

use crate::change::Change;
use crate::rename::rename_declaration;
use threatline_model::{Database, File, Model, Part, Span, Value, component_of};

/// What has to change with files or folders that get another path: the component that is called as
/// its file, and the globs of `source` that begin with the path.
pub fn rename_file(db: &Database, models: &[Model], old: &str, new: &str) -> Change {
    let mut change = Change::default();
    for &model in models {
        let root = model.root(db);
        let inside = |path: &str| match root.is_empty() {
            true => Some(path.to_owned()),
            false => path
                .strip_prefix(root.as_ref())?
                .strip_prefix('/')
                .map(str::to_owned),
        };
        if let (Some(old), Some(new)) = (inside(old), inside(new)) {
            for &file in model.files(db).iter() {
                globs(db, file, &old, &new, &mut change);
            }
        }
        let stem = |path: &str| Some(path.rsplit('/').next()?.strip_suffix(".threat")?.to_owned());
        let (Some(from), Some(to)) = (stem(old), stem(new)) else {
            continue;
        };
        let file = model
            .files(db)
            .iter()
            .find(|file| file.path(db).as_ref() == old);
        let component = file.and_then(|file| component_of(db, *file));
        let called = component.and_then(|component| component.shape(db).name.clone());
        if let (Some(component), Some(called)) = (component, called)
            && from != to
            && called.rsplit('.').next() == Some(from.as_str())
            && let Ok(renamed) = rename_declaration(db, models, component, &to)
        {
            for (path, edits) in renamed.edits {
                change.edits.entry(path).or_default().extend(edits);
            }
        }
    }
    change
}

fn globs(db: &Database, file: File, old: &str, new: &str, change: &mut Change) {
    for &decl in file.declarations(db).iter() {
        for (position, property) in decl.facts(db).properties.iter().enumerate() {
            for (number, value) in property
                .values
                .iter()
                .enumerate()
                .filter(|_| property.name == "source")
            {
                let Value::Text(glob) = value else { continue };
                let is_in = glob
                    .strip_prefix(old)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                let (_, span) = decl
                    .part(Part::Value(position as u16, number as u16))
                    .resolve(db);
                let written = file.source(db).text.get(span.range());
                // What is written with escapes is left alone.
                if is_in
                    && written.is_some_and(|written| {
                        written.get(1..).is_some_and(|rest| rest.starts_with(old))
                    })
                {
                    let span = Span {
                        start: span.start + 1,
                        end: span.start + 1 + old.len() as u32,
                    };
                    change.edit(file.path(db), span, new);
                }
            }
        }
    }
}

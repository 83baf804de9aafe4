//! The models as a change would leave them, to try it before it is offered. It must not judge what
//! comes out.

use crate::change::{Change, applied};
use std::collections::HashSet;
use threatline_model::{Database, FileText, Model, Settings, Workspace, World};

/// Models as a change leaves them, read again.
pub fn tried(db: &Database, models: &[Model], change: &Change) -> Workspace {
    let mut tried = Workspace::new(World::get(db).today(db));
    let changed = |path: &str, text: &str| match change.edits.get(path) {
        Some(edits) => applied(text, edits),
        None => text.to_owned(),
    };
    let seen = models.iter().flat_map(|model| model.with_bases(db));
    let roots: HashSet<Model> = seen
        .filter(|model| model.base(db).is_some() && !model.is_test(db))
        .collect();
    for root in roots {
        let own = root.files(db).iter();
        let tests = models
            .iter()
            .filter(|test| test.is_test(db) && test.base(db) == Some(root));
        let files = own.chain(tests.flat_map(|test| test.files(db).iter()));
        let texts = files.map(|file| {
            let path = file.path(db);
            let text = changed(path, &file.source(db).text);
            (path.clone(), FileText::new(text))
        });
        let before: &Settings = root.settings(db);
        let text = before.path.as_ref().map(|path| changed(path, &before.text));
        tried.set_model(root.root(db), before.path.as_deref().zip(text.as_deref()));
        tried.load(texts.collect());
    }
    let created = change.created.iter();
    let texts = created.map(|(path, text)| (path.clone(), FileText::new(text.as_str())));
    tried.load(texts.collect());
    tried
}

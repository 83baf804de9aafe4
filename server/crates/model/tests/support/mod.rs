//! A workspace whose queries are counted, and edits by what a text says.

#![allow(dead_code)] // not every test needs everything

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use threatline_model::diagnostics::{diagnostics, settings_diagnostics};
use threatline_model::names::full_name;
use threatline_model::{Database, Span, Workspace};
use threatline_testkit::workspace_with;

/// A workspace that remembers the queries which ran since the last edit.
pub struct Observed {
    pub workspace: Workspace,
    log: Arc<Mutex<Vec<String>>>,
    before: HashMap<String, String>,
}

impl Observed {
    /// The workspace of some files, all of them diagnosed.
    pub fn new(files: &[(String, String)]) -> Observed {
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = log.clone();
        let db = Database::observed(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                writer.lock().unwrap().push(format!("{database_key:?}"));
            }
        });
        let mut observed = Observed { workspace: workspace_with(db, files), log, before: HashMap::new() };
        observed.diagnose();
        observed.before = observed.names();
        observed
    }

    /// Asks for the diagnostics of all files, and remembers what ran.
    pub fn diagnose(&self) {
        self.log.lock().unwrap().clear();
        let db = self.workspace.db();
        for model in self.workspace.models() {
            settings_diagnostics(db, model);
            for &file in model.files(db).iter() {
                diagnostics(db, file);
            }
        }
    }

    /// The queries that ran, each with the id of what it was asked of.
    pub fn executed(&self) -> Vec<(String, String)> {
        let split = |key: &String| {
            let (query, of) = key.split_once('(').unwrap_or((key, ""));
            (query.to_owned(), of.trim_end_matches(')').to_owned() + ")")
        };
        self.log.lock().unwrap().iter().map(split).collect()
    }

    /// What the declaration of an id is called.
    pub fn called(&self, id: &str) -> String {
        let log = self.log.lock().unwrap().clone();
        let names = self.names();
        *self.log.lock().unwrap() = log;
        names.get(id).or(self.before.get(id)).cloned().unwrap_or_else(|| format!("what was {id}"))
    }

    fn names(&self) -> HashMap<String, String> {
        use salsa::plumbing::AsId;
        let db = self.workspace.db();
        let files = self.workspace.models().flat_map(|model| model.files(db).iter());
        files
            .flat_map(|file| file.declarations(db).iter())
            .map(|decl| (format!("{:?}", decl.as_id()), full_name(db, *decl).to_string()))
            .collect()
    }
}

/// Replaces the first place at which a file says something.
pub fn edit(workspace: &mut Workspace, path: &str, from: &str, to: &str) {
    let file = workspace.file(path).unwrap_or_else(|| panic!("there is no {path}"));
    let at = file.source(workspace.db()).text.find(from).unwrap_or_else(|| panic!("{path} does not say {from:?}"));
    workspace.edit(file, Span::new(at, at + from.len()), to);
}

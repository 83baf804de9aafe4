//! What the tests of the analyzer share: verdicts, a workspace whose queries are counted, and edits
//! that search for their text.

#![allow(dead_code)] // not every test needs everything

pub mod verdict;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use threatline_model::{Database, Span, Workspace, diagnostics, full_name, settings_diagnostics};
use threatline_testkit::workspace_with;

/// A workspace that records which queries ran since the last edit.
pub struct Observed {
    pub workspace: Workspace,
    log: Arc<Mutex<Vec<String>>>,
    examined: Arc<AtomicUsize>,
    before: HashMap<String, String>,
}

impl Observed {
    /// A workspace of some files, with their diagnostics computed once.
    pub fn new(files: &[(String, String)]) -> Observed {
        let log = Arc::new(Mutex::new(Vec::new()));
        let examined = Arc::new(AtomicUsize::new(0));
        let (writer, counter) = (log.clone(), examined.clone());
        let db = Database::observed(move |event| match event.kind {
            salsa::EventKind::WillExecute { database_key } => {
                counter.fetch_add(1, Ordering::Relaxed);
                writer.lock().unwrap().push(format!("{database_key:?}"));
            }
            salsa::EventKind::DidValidateMemoizedValue { .. } => {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        });
        let mut observed = Observed {
            workspace: workspace_with(db, files),
            log,
            examined,
            before: HashMap::new(),
        };
        observed.diagnose();
        observed.before = observed.names();
        observed
    }

    /// Computes the diagnostics of all files, and records the queries that ran.
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

    /// How many queries are executed or validated to compute the diagnostics of one file.
    pub fn queries_for(&self, path: &str) -> usize {
        self.examined.store(0, Ordering::Relaxed);
        diagnostics(
            self.workspace.db(),
            self.workspace.file(path).expect("the file is there"),
        );
        self.examined.load(Ordering::Relaxed)
    }

    /// The queries that ran, each with the ID of its argument.
    pub fn executed(&self) -> Vec<(String, String)> {
        let split = |key: &String| {
            let (query, of) = key.split_once('(').unwrap_or((key, ""));
            (query.to_owned(), of.trim_end_matches(')').to_owned() + ")")
        };
        self.log.lock().unwrap().iter().map(split).collect()
    }

    /// The name of the declaration with an ID.
    pub fn called(&self, id: &str) -> String {
        let log = self.log.lock().unwrap().clone();
        let names = self.names();
        *self.log.lock().unwrap() = log;
        names
            .get(id)
            .or(self.before.get(id))
            .cloned()
            .unwrap_or_else(|| format!("what was {id}"))
    }

    fn names(&self) -> HashMap<String, String> {
        use salsa::plumbing::AsId;
        let db = self.workspace.db();
        let files = self
            .workspace
            .models()
            .flat_map(|model| model.files(db).iter());
        files
            .flat_map(|file| file.declarations(db).iter())
            .map(|decl| {
                (
                    format!("{:?}", decl.as_id()),
                    full_name(db, *decl).to_string(),
                )
            })
            .collect()
    }
}

/// Replaces the first occurrence of a text in a file.
pub fn edit(workspace: &mut Workspace, path: &str, from: &str, to: &str) {
    let file = workspace
        .file(path)
        .unwrap_or_else(|| panic!("no file {path}"));
    let index = file
        .source(workspace.db())
        .text
        .find(from)
        .unwrap_or_else(|| panic!("{path} does not contain {from:?}"));
    workspace.edit(file, Span::new(index, index + from.len()), to);
}

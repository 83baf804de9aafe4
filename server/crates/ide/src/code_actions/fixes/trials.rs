//! What a change closes and opens, tried on a copy of the model. It must not know what is offered.

use crate::change::{Change, applied};
use crate::trial::tried;
use std::collections::BTreeSet;
use threatline_model::{Database, File, FileText, Model, Workspace, all_findings};

/// How long the texts of a model may be for changes of it to be tried: reading it again takes no
/// longer than a person waits for a list.
const MAX_TRIED_BYTES: usize = 200_000;

/// How many changes are tried for one list.
const MAX_TRIALS: usize = 24;

/// What a change does to the open findings of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// The names of those that it closes.
    pub closed: BTreeSet<String>,
    /// How many it opens.
    pub opened: usize,
}

/// A copy of a model on which changes are tried, made when the first one is.
#[derive(Default)]
pub struct Trials {
    copy: Option<Copy>,
    tried: Vec<(Change, Effect)>,
}

struct Copy {
    workspace: Workspace,
    open: BTreeSet<String>,
}

impl Trials {
    /// What a change of files does to the findings of a model; none, if trying it takes too long.
    /// All trials are on the model of one file.
    pub fn effect(&mut self, db: &Database, file: File, change: &Change) -> Option<Effect> {
        let mut tried = self.tried.iter();
        if let Some((_, effect)) = tried.find(|(known, _)| known == change) {
            return Some(effect.clone());
        }
        if self.tried.len() >= MAX_TRIALS {
            return None;
        }
        if self.copy.is_none() {
            self.copy = Some(Copy::of(db, file.model(db))?);
        }
        let effect = self.copy.as_mut()?.effect(change)?;
        self.tried.push((change.clone(), effect.clone()));
        Some(effect)
    }
}

impl Copy {
    fn of(db: &Database, model: Model) -> Option<Copy> {
        let sizes = model
            .files(db)
            .iter()
            .map(|file| file.source(db).text.len());
        if model.is_test(db) || sizes.sum::<usize>() > MAX_TRIED_BYTES {
            return None;
        }
        let workspace = tried(db, &[model], &Change::default());
        let open = open_findings(&workspace);
        Some(Copy { workspace, open })
    }

    /// Makes a change, looks at the findings, and takes it back.
    fn effect(&mut self, change: &Change) -> Option<Effect> {
        let mut before = Vec::new();
        for (path, edits) in &change.edits {
            let file = self.workspace.file(path)?;
            let text = file.source(self.workspace.db()).text.clone();
            let mut edits = edits.clone();
            edits.sort_by_key(|edit| edit.span.start);
            before.push((path, text.clone(), applied(&text, &edits)));
        }
        for (path, _, changed) in &before {
            let changed = FileText::new(changed.as_str());
            self.workspace.set_file(path, changed);
        }
        let open = open_findings(&self.workspace);
        for (path, text, _) in before {
            self.workspace.set_file(path, FileText::new(text));
        }
        Some(Effect {
            closed: self.open.difference(&open).cloned().collect(),
            opened: open.difference(&self.open).count(),
        })
    }
}

/// The names of the open findings, those that wait for a fact included.
fn open_findings(workspace: &Workspace) -> BTreeSet<String> {
    let db = workspace.db();
    let findings = workspace.models().flat_map(|model| all_findings(db, model));
    let open = findings.filter(|assessed| assessed.standing().is_open());
    open.map(|assessed| assessed.finding.id.name(db).to_string())
        .collect()
}

//! The fixes of one diagnostic while they are collected. It must not know what any of them mends.

use super::trials::Trials;
use crate::change::Change;
use crate::code_actions::action::{ActionKind, CodeAction};
use std::cell::RefCell;
use std::time::Duration;
use threatline_model::{
    Assessed, Database, Date, Diagnostic, File, FindingId, World, assessed, names_in, resolve,
};

/// How many ways of the same kind are offered.
pub const MAX_FIXES: usize = 5;

/// The fixes of a diagnostic so far, the best first.
pub struct Fixes<'db> {
    /// The database.
    pub db: &'db Database,
    /// The file in which the diagnostic is shown.
    pub file: File,
    /// What is to be mended.
    pub diagnostic: &'db Diagnostic,
    /// Where changes are tried before they are offered.
    pub trials: &'db RefCell<Trials>,
    /// What mends it.
    pub actions: Vec<CodeAction>,
}

impl<'db> Fixes<'db> {
    /// None so far.
    pub fn new(
        db: &'db Database,
        file: File,
        diagnostic: &'db Diagnostic,
        trials: &'db RefCell<Trials>,
    ) -> Fixes<'db> {
        Fixes {
            db,
            file,
            diagnostic,
            trials,
            actions: Vec::new(),
        }
    }

    /// Adds a fix, if it changes something.
    pub fn add(&mut self, title: impl Into<String>, is_preferred: bool, change: Change) {
        if !change.edits.is_empty() {
            self.actions.push(CodeAction {
                title: title.into(),
                sort: ActionKind::Fix,
                is_preferred,
                mends: Vec::new(),
                change,
            });
        }
    }

    /// Adds a fix with places to fill in.
    pub fn add_snippet(&mut self, title: impl Into<String>, change: Change) {
        let change = Change {
            is_snippet: true,
            ..change
        };
        self.add(title, false, change);
    }

    /// The findings that the diagnostic reports.
    pub fn findings(&self) -> Vec<&'db Assessed> {
        let db = self.db;
        let finding = |id: &FindingId| {
            let mut on_subject = assessed(db, id.subject()).iter();
            on_subject.find(|assessed| assessed.finding.id == *id)
        };
        let findings = self.diagnostic.findings.iter();
        findings.filter_map(finding).collect()
    }

    /// A day that is ahead.
    pub fn in_days(&self, days: u64) -> String {
        let today = World::get(self.db).today(self.db);
        let days = Duration::from_secs(days * 24 * 60 * 60);
        today.saturating_add(days).to_string()
    }

    /// Whether a day is neither past nor further ahead than some days.
    pub fn is_within(&self, day: Date, days: u64) -> bool {
        let today = World::get(self.db).today(self.db);
        let days = Duration::from_secs(days * 24 * 60 * 60);
        (today..=today.saturating_add(days)).contains(&day)
    }

    /// A name that nothing in the file has, and that means nothing of the model there.
    pub fn free_name(&self, wanted: &str) -> String {
        let db = self.db;
        let model = self.file.model(db);
        let wanted = wanted.rsplit('.').next().unwrap_or(wanted);
        let is_taken = |name: &str| {
            let meant = resolve(db, self.file, name);
            names_in(db, self.file).contains_key(name)
                || meant.is_ok_and(|decl| decl.model(db) == model)
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let mut names = [wanted.to_owned()].into_iter().chain(numbered);
        names
            .find(|name| !is_taken(name))
            .unwrap_or_else(|| wanted.to_owned())
    }
}

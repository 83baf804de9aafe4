//! A round of diagnostics: computes those of some files, and publishes what is new to the client.
//! It must not decide when.

use super::diagnostics::{converted, mark_of, of_lost};
use super::documents::Documents;
use super::faults::{Faults, message_of};
use super::publish::Round;
use super::sent::Sent;
use super::snapshot::Snapshot;
use super::transport::Outgoing;
use super::uris::uri_of;
use rayon::prelude::*;
use salsa::Cancelled;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use threatline_model::{Diagnostic, File, diagnostics, settings_diagnostics};
use tower_lsp::ls_types::{PublishDiagnosticsParams, Uri};

/// The notification with the diagnostics of a file.
const PUBLISH_DIAGNOSTICS: &str = "textDocument/publishDiagnostics";

/// How a round ended.
pub enum Outcome {
    /// Everything is published; this many files had anything new.
    Complete(usize),
    /// A change interrupted it.
    Interrupted,
    /// It panicked, with this message.
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Outcome::Complete(count) => write!(formatter, "published for {count} files"),
            Outcome::Interrupted => formatter.write_str("interrupted by a change"),
            Outcome::Failed(reason) => write!(formatter, "failed: {reason}"),
        }
    }
}

/// Publishes the diagnostics of a round.
pub fn run(round: Round, snapshot: Snapshot, faults: &Faults) -> Outcome {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        faults.strike(PUBLISH_DIAGNOSTICS);
        Cancelled::catch(AssertUnwindSafe(|| publish(round, &snapshot)))
    }));
    match outcome {
        Ok(Ok(count)) => Outcome::Complete(count),
        Ok(Err(_)) => Outcome::Interrupted,
        Err(panic) => Outcome::Failed(message_of(&*panic)),
    }
}

/// Withdraws the diagnostics of some files.
pub fn withdraw_where(
    is_withdrawn: impl Fn(&str) -> bool,
    sent: &Sent,
    documents: &Documents,
    outgoing: &Outgoing,
) {
    let published = sent.diagnostics.iter().map(|entry| entry.key().clone());
    let paths: Vec<Arc<str>> = published.filter(|path| is_withdrawn(path)).collect();
    for path in paths {
        withdraw(&path, sent, documents, outgoing);
    }
}

/// Withdraws the diagnostics of a file.
pub fn withdraw(path: &Arc<str>, sent: &Sent, documents: &Documents, outgoing: &Outgoing) {
    if sent.diagnostics.remove(path).is_none() {
        return;
    }
    let open = documents.uri(path);
    if let Some(uri) = open.map(|uri| Uri::clone(uri)).or_else(|| uri_of(path)) {
        let params = PublishDiagnosticsParams {
            uri,
            diagnostics: Vec::new(),
            version: None,
        };
        outgoing.notify(PUBLISH_DIAGNOSTICS, params);
    }
}

/// Publishes the diagnostics of a round, and counts the files with anything new.
fn publish(round: Round, snapshot: &Snapshot) -> usize {
    let files = snapshot.files();
    let (open, others): (Vec<File>, Vec<File>) = files.into_iter().partition(|file| {
        let path = file.path(&snapshot.db);
        snapshot.documents.is_open(path)
    });
    match round {
        Round::Open => open
            .into_iter()
            .filter(|file| publish_file(snapshot, *file))
            .count(),
        Round::Others => {
            let count = others
                .into_par_iter()
                .map_with(snapshot.clone(), |snapshot, file| {
                    publish_file(snapshot, file)
                })
                .filter(|is_published| *is_published)
                .count();
            count + publish_settings(snapshot)
        }
    }
}

fn publish_file(snapshot: &Snapshot, file: File) -> bool {
    let diagnostics = diagnostics(&snapshot.db, file);
    publish_path(snapshot, file.path(&snapshot.db), &diagnostics)
}

/// Publishes the diagnostics of settings, except those that the client has open and asks for.
fn publish_settings(snapshot: &Snapshot) -> usize {
    let models = snapshot.models.iter();
    let published = models.filter(|model| {
        let Some(path) = model.settings(&snapshot.db).path.clone() else {
            return false;
        };
        if snapshot.client.pulls() && snapshot.documents.is_open(&path) {
            return false;
        }
        publish_path(
            snapshot,
            &path,
            &settings_diagnostics(&snapshot.db, **model),
        )
    });
    published.count()
}

/// Publishes that the text of settings is not known, to a client that does not ask.
pub fn publish_lost_settings(path: &Arc<str>, snapshot: &Snapshot) {
    let (Some(lost), Some(uri)) = (snapshot.documents.lost(path), snapshot.uri(path)) else {
        return;
    };
    if !snapshot.client.pulls() {
        snapshot.sent.diagnostics.insert(path.clone(), 0);
        let params = PublishDiagnosticsParams {
            uri,
            diagnostics: vec![of_lost(lost)],
            version: None,
        };
        snapshot.outgoing.notify(PUBLISH_DIAGNOSTICS, params);
    }
}

/// Publishes the diagnostics of a path, if they are new to the client or have a version.
fn publish_path(snapshot: &Snapshot, path: &Arc<str>, diagnostics: &[Diagnostic]) -> bool {
    let mark = mark_of(snapshot, diagnostics);
    let before = snapshot.sent.diagnostics.get(path).map(|mark| *mark);
    let version = snapshot.version(path);
    let is_nothing_new = before == Some(mark) || before.is_none() && diagnostics.is_empty();
    if version.is_none() && is_nothing_new {
        return false;
    }
    let Some(uri) = snapshot.uri(path) else {
        return false;
    };
    snapshot.sent.diagnostics.insert(path.clone(), mark);
    let params = PublishDiagnosticsParams {
        uri,
        diagnostics: converted(snapshot, diagnostics),
        version,
    };
    snapshot.outgoing.notify(PUBLISH_DIAGNOSTICS, params);
    true
}

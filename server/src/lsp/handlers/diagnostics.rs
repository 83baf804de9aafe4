//! Requests for what is wrong with a document, or with all of them.

use crate::lsp::diagnostics::{of_file, of_lost, of_settings, result_id};
use crate::lsp::snapshot::{MAX_PART, Snapshot};
use crate::lsp::uris::path_of;
use std::collections::HashMap;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

pub fn document(
    snapshot: &Snapshot,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReportResult> {
    let uri = &params.text_document.uri;
    let model = snapshot.settings_at(uri);
    let settings = || model.and_then(|model| of_settings(snapshot, model));
    let items = if let Some(lost) = snapshot.documents.lost(&path_of(uri)) {
        vec![of_lost(lost)]
    } else if let Some((_, items)) = settings() {
        items
    } else {
        of_file(snapshot, snapshot.file(uri)?)
    };
    let result_id = result_id(&items);
    let report = if params.previous_result_id.as_ref() == Some(&result_id) {
        lsp::DocumentDiagnosticReport::Unchanged(lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport {
                result_id,
            },
        })
    } else {
        lsp::DocumentDiagnosticReport::Full(lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
                result_id: Some(result_id),
                items,
            },
        })
    };
    Ok(lsp::DocumentDiagnosticReportResult::Report(report))
}

pub fn workspace(
    snapshot: &Snapshot,
    params: lsp::WorkspaceDiagnosticParams,
) -> Result<lsp::WorkspaceDiagnosticReportResult> {
    let mut report = Report {
        snapshot,
        token: params.partial_result_params.partial_result_token.as_ref(),
        items: Vec::new(),
    };
    let known = params.previous_result_ids.into_iter();
    let mut known: HashMap<lsp::Uri, String> =
        known.map(|known| (known.uri, known.value)).collect();
    for file in snapshot.files() {
        let path = file.path(&snapshot.db);
        if let Some(uri) = snapshot.uri(path) {
            let previous = known.remove(&uri);
            report.add(uri, path, of_file(snapshot, file), previous);
        }
    }
    for &model in snapshot.models.iter() {
        if let Some((path, items)) = of_settings(snapshot, model)
            && let Some(uri) = snapshot.uri(&path)
        {
            let previous = known.remove(&uri);
            report.add(uri, &path, items, previous);
        }
    }
    // Documents that the client has diagnostics of and that are gone.
    for uri in known.into_keys() {
        report.add_gone(uri);
    }
    Ok(lsp::WorkspaceDiagnosticReportResult::Report(
        report.finish(),
    ))
}

/// The answer for all documents, which a client that gave a token gets in parts.
struct Report<'request> {
    snapshot: &'request Snapshot,
    token: Option<&'request lsp::ProgressToken>,
    items: Vec<lsp::WorkspaceDocumentDiagnosticReport>,
}

impl Report<'_> {
    /// Adds the diagnostics of a document, or that they are as the client has them.
    fn add(
        &mut self,
        uri: lsp::Uri,
        path: &str,
        items: Vec<lsp::Diagnostic>,
        previous: Option<String>,
    ) {
        let version = self.snapshot.version(path).map(i64::from);
        let result_id = result_id(&items);
        self.push(if previous.as_ref() == Some(&result_id) {
            lsp::WorkspaceDocumentDiagnosticReport::Unchanged(
                lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport {
                        result_id,
                    },
                },
            )
        } else {
            full(uri, version, Some(result_id), items)
        });
    }

    /// Adds that a document has no diagnostics any more.
    fn add_gone(&mut self, uri: lsp::Uri) {
        self.push(full(uri, None, None, Vec::new()));
    }

    fn push(&mut self, item: lsp::WorkspaceDocumentDiagnosticReport) {
        self.items.push(item);
        if self.items.len() == MAX_PART {
            self.send_part();
        }
    }

    fn send_part(&mut self) {
        if let Some(token) = self.token {
            let items = std::mem::take(&mut self.items);
            let part = lsp::WorkspaceDiagnosticReportPartialResult { items };
            self.snapshot.send_part(token, part);
        }
    }

    fn finish(mut self) -> lsp::WorkspaceDiagnosticReport {
        self.send_part();
        lsp::WorkspaceDiagnosticReport { items: self.items }
    }
}

fn full(
    uri: lsp::Uri,
    version: Option<i64>,
    result_id: Option<String>,
    items: Vec<lsp::Diagnostic>,
) -> lsp::WorkspaceDocumentDiagnosticReport {
    lsp::WorkspaceDocumentDiagnosticReport::Full(lsp::WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id, items },
    })
}

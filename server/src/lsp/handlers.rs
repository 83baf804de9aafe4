//! What each request is answered with: thin functions from a snapshot and the parameters to the types of the protocol.
//! They must not decide what is true of a model.

mod navigation;

use super::client::Client;
use super::problems;
use super::snapshot::Snapshot;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use threatline_ide::formatting;
use threatline_model::{File, Part, Span};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{self as lsp, request};

/// A function that answers a request.
pub type Handler = fn(&Snapshot, Value) -> Result<Value>;

macro_rules! handlers {
    ($($request:ty => $function:path;)*) => {
        /// The function that answers a method.
        pub fn find(method: &str) -> Option<Handler> {
            $(if method == <$request as request::Request>::METHOD {
                return Some(|snapshot, params| answer::<$request>(snapshot, params, $function));
            })*
            None
        }
    };
}

handlers! {
    request::Formatting => format;
    request::RangeFormatting => format_range;
    request::OnTypeFormatting => format_on_type;
    request::DocumentDiagnosticRequest => document_diagnostic;
    request::WorkspaceDiagnosticRequest => workspace_diagnostic;
    request::HoverRequest => navigation::hover;
    request::GotoDefinition => navigation::definition;
    request::GotoDeclaration => navigation::declaration;
    request::GotoTypeDefinition => navigation::type_definition;
    request::GotoImplementation => navigation::implementation;
    request::References => navigation::references;
    request::DocumentHighlightRequest => navigation::highlight;
    request::DocumentSymbolRequest => navigation::symbols;
    request::WorkspaceSymbolRequest => navigation::workspace;
    request::FoldingRangeRequest => navigation::folding;
    request::SelectionRangeRequest => navigation::selections;
    request::CallHierarchyPrepare => navigation::prepare_calls;
    request::CallHierarchyIncomingCalls => navigation::incoming_calls;
    request::CallHierarchyOutgoingCalls => navigation::outgoing_calls;
    request::TypeHierarchyPrepare => navigation::prepare_types;
    request::TypeHierarchySupertypes => navigation::supertypes;
    request::TypeHierarchySubtypes => navigation::subtypes;
}

fn answer<R: request::Request>(
    snapshot: &Snapshot,
    params: Value,
    function: impl FnOnce(&Snapshot, R::Params) -> Result<R::Result>,
) -> Result<Value>
where
    R::Params: DeserializeOwned,
    R::Result: Serialize,
{
    let params = serde_json::from_value(params).map_err(|error| Error::invalid_params(error.to_string()))?;
    serde_json::to_value(function(snapshot, params)?).map_err(|_| Error::internal_error())
}

/// What the server offers to a client.
pub fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding_kind()),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        document_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_range_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: None,
        }),
        hover_provider: Some(lsp::HoverProviderCapability::Simple(true)),
        definition_provider: Some(lsp::OneOf::Left(true)),
        declaration_provider: Some(lsp::DeclarationCapability::Simple(true)),
        type_definition_provider: Some(lsp::TypeDefinitionProviderCapability::Simple(true)),
        implementation_provider: Some(lsp::ImplementationProviderCapability::Simple(true)),
        references_provider: Some(lsp::OneOf::Left(true)),
        document_highlight_provider: Some(lsp::OneOf::Left(true)),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        workspace_symbol_provider: Some(lsp::OneOf::Left(true)),
        folding_range_provider: Some(lsp::FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(lsp::SelectionRangeProviderCapability::Simple(true)),
        call_hierarchy_provider: Some(lsp::CallHierarchyServerCapability::Simple(true)),
        diagnostic_provider: client.pulls().then(|| {
            lsp::DiagnosticServerCapabilities::Options(lsp::DiagnosticOptions {
                identifier: Some("threatline".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..lsp::DiagnosticOptions::default()
            })
        }),
        workspace: Some(lsp::WorkspaceServerCapabilities {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::OneOf::Left(true)),
            }),
            ..lsp::WorkspaceServerCapabilities::default()
        }),
        ..lsp::ServerCapabilities::default()
    }
}

type Edits = Option<Vec<lsp::TextEdit>>;

fn format(snapshot: &Snapshot, params: lsp::DocumentFormattingParams) -> Result<Edits> {
    Ok(edits(snapshot, snapshot.file(&params.text_document.uri)?, |_| true))
}

fn format_range(snapshot: &Snapshot, params: lsp::DocumentRangeFormattingParams) -> Result<Edits> {
    let file = snapshot.file(&params.text_document.uri)?;
    let wanted = snapshot.span(file, params.range);
    Ok(edits(snapshot, file, |span| span.start <= wanted.end && wanted.start <= span.end))
}

/// What was just closed with a brace is laid out.
fn format_on_type(snapshot: &Snapshot, params: lsp::DocumentOnTypeFormattingParams) -> Result<Edits> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let Some(decl) = threatline_ide::uses::declaration_at(&snapshot.db, file, offset) else { return Ok(None) };
    let whole = decl.part(Part::Whole).resolve(&snapshot.db).1;
    Ok(edits(snapshot, file, |span| whole.start <= span.start && span.end <= whole.end))
}

/// The edits that lay a file out, of those that are wanted; none if it has syntax errors.
fn edits(snapshot: &Snapshot, file: File, is_wanted: impl Fn(&Span) -> bool) -> Edits {
    let edits = formatting::format_edits(&file.source(&snapshot.db).text).ok()?;
    let wanted = edits.into_iter().filter(|(span, _)| is_wanted(span));
    Some(wanted.map(|(span, text)| lsp::TextEdit { range: snapshot.range(file, span), new_text: text }).collect())
}

fn document_diagnostic(
    snapshot: &Snapshot,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReportResult> {
    let file = snapshot.file(&params.text_document.uri)?;
    let items = problems::of_file(snapshot, file);
    let mark = format!("{:016x}", problems::mark(&items));
    let report = if params.previous_result_id.as_ref() == Some(&mark) {
        lsp::DocumentDiagnosticReport::Unchanged(lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id: mark },
        })
    } else {
        lsp::DocumentDiagnosticReport::Full(lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id: Some(mark), items },
        })
    };
    Ok(lsp::DocumentDiagnosticReportResult::Report(report))
}

fn workspace_diagnostic(
    snapshot: &Snapshot,
    params: lsp::WorkspaceDiagnosticParams,
) -> Result<lsp::WorkspaceDiagnosticReportResult> {
    let before = |uri: &lsp::Uri| params.previous_result_ids.iter().find(|known| known.uri == *uri);
    let mut items = Vec::new();
    let mut report = |path: &str, found: Vec<lsp::Diagnostic>| {
        let Some(uri) = snapshot.uri(path) else { return };
        let version = snapshot.table.open.get(path).map(|open| i64::from(open.version));
        let mark = format!("{:016x}", problems::mark(&found));
        let is_known = before(&uri).is_some_and(|known| known.value == mark);
        items.push(if is_known {
            lsp::WorkspaceDocumentDiagnosticReport::Unchanged(lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id: mark },
            })
        } else {
            lsp::WorkspaceDocumentDiagnosticReport::Full(lsp::WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
                    result_id: Some(mark),
                    items: found,
                },
            })
        });
    };
    for file in snapshot.files() {
        report(file.path(&snapshot.db), problems::of_file(snapshot, file));
    }
    for &model in snapshot.models.iter() {
        if let Some((path, found)) = problems::of_settings(snapshot, model) {
            report(&path, found);
        }
    }
    Ok(lsp::WorkspaceDiagnosticReportResult::Report(lsp::WorkspaceDiagnosticReport { items }))
}

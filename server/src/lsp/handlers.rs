//! What each request is answered with: thin functions from a snapshot and the parameters to the
//! types of the protocol. They must not decide what is true of a model.

mod actions;
mod commands;
mod completion;
mod hints;
mod links;
mod navigation;
mod rename;
mod tokens;

use super::client::Client;
use super::problems;
use super::snapshot::Snapshot;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use threatline_format as formatting;
use threatline_model::{File, Part, Span};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{self as lsp, request};

/// A function that answers a request.
pub type Handler = fn(Snapshot, Value) -> Result<Value>;

/// What can be asked about a `threatline.toml`; for all else there is nothing.
pub const SETTINGS: [&str; 3] = [
    "textDocument/diagnostic",
    "textDocument/completion",
    "textDocument/codeAction",
];

/// How many entries a part of a result has, for clients that take results in parts.
pub const PART: usize = 100;

macro_rules! handlers {
    ($($request:ty => $function:path;)*) => {
        /// The function that answers a method.
        pub fn find(method: &str) -> Option<Handler> {
            $(if method == <$request as request::Request>::METHOD {
                return Some(|snapshot, params| answer::<$request>(params, |params| $function(&snapshot, params)));
            })*
            if method == <request::ExecuteCommand as request::Request>::METHOD {
                // Some do without the snapshot at the end, so that no change waits for them.
                return Some(|snapshot, params| {
                    answer::<request::ExecuteCommand>(params, |params| commands::execute(snapshot, params))
                });
            }
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
    TextDocumentContent => content;
    request::Completion => completion::complete;
    request::ResolveCompletionItem => completion::resolve;
    request::SignatureHelpRequest => completion::signature;
    request::PrepareRenameRequest => rename::prepare;
    rename::Rename => rename::rename;
    rename::WillRenameFiles => rename::files;
    request::LinkedEditingRange => rename::linked;
    request::DocumentLinkRequest => links::document;
    request::SemanticTokensFullRequest => tokens::full;
    request::SemanticTokensRangeRequest => tokens::range;
    request::SemanticTokensFullDeltaRequest => tokens::delta;
    request::InlayHintRequest => hints::inlay;
    request::CodeLensRequest => hints::lens;
    request::CodeLensResolve => hints::resolve_lens;
    actions::CodeActions => actions::list;
    actions::ResolveCodeAction => actions::resolve;
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
    params: Value,
    function: impl FnOnce(R::Params) -> Result<R::Result>,
) -> Result<Value>
where
    R::Params: DeserializeOwned,
    R::Result: Serialize,
{
    let params =
        serde_json::from_value(params).map_err(|error| Error::invalid_params(error.to_string()))?;
    serde_json::to_value(function(params)?).map_err(|_| Error::internal_error())
}

/// What the server offers to a client.
pub fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding_kind()),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(
            lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
                ..lsp::TextDocumentSyncOptions::default()
            },
        )),
        document_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_range_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: None,
        }),
        completion_provider: Some(lsp::CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some([" ", ":", ",", "@", ".", "("].map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned()]),
            retrigger_characters: Some(vec![" ".to_owned()]),
            ..lsp::SignatureHelpOptions::default()
        }),
        rename_provider: Some(match client.has("textDocument.rename.prepareSupport") {
            true => lsp::OneOf::Right(lsp::RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
            }),
            false => lsp::OneOf::Left(true),
        }),
        linked_editing_range_provider: Some(lsp::LinkedEditingRangeServerCapabilities::Simple(
            true,
        )),
        document_link_provider: Some(lsp::DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
        }),
        semantic_tokens_provider: Some(tokens::options()),
        inlay_hint_provider: Some(lsp::OneOf::Left(true)),
        code_lens_provider: Some(lsp::CodeLensOptions {
            resolve_provider: Some(true),
        }),
        execute_command_provider: Some(commands::options()),
        code_action_provider: Some(actions::options()),
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
            file_operations: Some(file_operations()),
        }),
        ..lsp::ServerCapabilities::default()
    }
}

/// Which files and folders the server is told of when the editor renames, makes or deletes them:
/// models, and, for what models say of code, any that gets another path.
fn file_operations() -> lsp::WorkspaceFileOperationsServerCapabilities {
    let of = |glob: &str, matches| lsp::FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: lsp::FileOperationPattern {
            glob: glob.to_owned(),
            matches,
            options: None,
        },
    };
    let all = lsp::FileOperationRegistrationOptions {
        filters: vec![of("**/*", None)],
    };
    let models = lsp::FileOperationRegistrationOptions {
        filters: vec![
            of("**/*.threat", Some(lsp::FileOperationPatternKind::File)),
            of("**/*", Some(lsp::FileOperationPatternKind::Folder)),
        ],
    };
    lsp::WorkspaceFileOperationsServerCapabilities {
        did_create: Some(models.clone()),
        did_rename: Some(models.clone()),
        did_delete: Some(models),
        will_rename: Some(all),
        ..lsp::WorkspaceFileOperationsServerCapabilities::default()
    }
}

type Edits = Option<Vec<lsp::TextEdit>>;

fn format(snapshot: &Snapshot, params: lsp::DocumentFormattingParams) -> Result<Edits> {
    Ok(edits(
        snapshot,
        snapshot.file(&params.text_document.uri)?,
        |_| true,
    ))
}

fn format_range(snapshot: &Snapshot, params: lsp::DocumentRangeFormattingParams) -> Result<Edits> {
    let file = snapshot.file(&params.text_document.uri)?;
    let wanted = snapshot.span(file, params.range);
    Ok(edits(snapshot, file, |span| {
        span.start <= wanted.end && wanted.start <= span.end
    }))
}

/// What was just closed with a brace is laid out.
fn format_on_type(
    snapshot: &Snapshot,
    params: lsp::DocumentOnTypeFormattingParams,
) -> Result<Edits> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let Some(decl) = threatline_ide::occurrences::declaration_at(&snapshot.db, file, offset) else {
        return Ok(None);
    };
    let whole = decl.part(Part::Whole).resolve(&snapshot.db).1;
    Ok(edits(snapshot, file, |span| {
        span.start < whole.end && whole.start <= span.end
    }))
}

/// The edits that lay a file out, of those that are wanted; none if it has syntax errors.
fn edits(snapshot: &Snapshot, file: File, is_wanted: impl Fn(&Span) -> bool) -> Edits {
    let edits = formatting::format_edits(&file.source(&snapshot.db).text).ok()?;
    let wanted = edits.into_iter().filter(|(span, _)| is_wanted(span));
    Some(
        wanted
            .map(|(span, text)| lsp::TextEdit {
                range: snapshot.range(file, span),
                new_text: text,
            })
            .collect(),
    )
}

fn document_diagnostic(
    snapshot: &Snapshot,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReportResult> {
    let uri = &params.text_document.uri;
    let of_settings = snapshot
        .settings_at(uri)
        .and_then(|model| problems::of_settings(snapshot, model));
    let items = match of_settings {
        Some((_, items)) => items,
        None => problems::of_file(snapshot, snapshot.file(uri)?),
    };
    let mark = format!("{:016x}", problems::mark(&items));
    let report = if params.previous_result_id.as_ref() == Some(&mark) {
        lsp::DocumentDiagnosticReport::Unchanged(lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport {
                result_id: mark,
            },
        })
    } else {
        lsp::DocumentDiagnosticReport::Full(lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
                result_id: Some(mark),
                items,
            },
        })
    };
    Ok(lsp::DocumentDiagnosticReportResult::Report(report))
}

fn workspace_diagnostic(
    snapshot: &Snapshot,
    params: lsp::WorkspaceDiagnosticParams,
) -> Result<lsp::WorkspaceDiagnosticReportResult> {
    let mut known: HashMap<lsp::Uri, String> = params
        .previous_result_ids
        .into_iter()
        .map(|known| (known.uri, known.value))
        .collect();
    let mut items = Vec::new();
    let token = params.partial_result_params.partial_result_token;
    let mut report =
        |uri: lsp::Uri, path: &str, found: Option<Vec<lsp::Diagnostic>>, before: Option<String>| {
            let version = snapshot
                .table
                .open
                .get(path)
                .map(|open| i64::from(open.version));
            let mark = found
                .as_ref()
                .map(|found| format!("{:016x}", problems::mark(found)));
            let is_known = before.is_some() && before == mark;
            items.push(match mark {
                Some(result_id) if is_known => lsp::WorkspaceDocumentDiagnosticReport::Unchanged(
                    lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                        uri,
                        version,
                        unchanged_document_diagnostic_report:
                            lsp::UnchangedDocumentDiagnosticReport { result_id },
                    },
                ),
                result_id => lsp::WorkspaceDocumentDiagnosticReport::Full(
                    lsp::WorkspaceFullDocumentDiagnosticReport {
                        uri,
                        version,
                        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
                            result_id,
                            items: found.unwrap_or_default(),
                        },
                    },
                ),
            });
            if let Some(token) = token.as_ref().filter(|_| items.len() == PART) {
                let value = lsp::WorkspaceDiagnosticReportPartialResult {
                    items: std::mem::take(&mut items),
                };
                snapshot.tell_part(token, value);
            }
        };
    for file in snapshot.files() {
        let path = file.path(&snapshot.db);
        if let Some(uri) = snapshot.uri(path) {
            let before = known.remove(&uri);
            report(uri, path, Some(problems::of_file(snapshot, file)), before);
        }
    }
    for &model in snapshot.models.iter() {
        if let Some((path, found)) = problems::of_settings(snapshot, model)
            && let Some(uri) = snapshot.uri(&path)
        {
            let before = known.remove(&uri);
            report(uri, &path, Some(found), before);
        }
    }
    // What was reported before and is gone has no problems any more.
    known
        .into_iter()
        .for_each(|(uri, before)| report(uri, "", None, Some(before)));
    if let Some(token) = &token {
        snapshot.tell_part(
            token,
            lsp::WorkspaceDiagnosticReportPartialResult {
                items: std::mem::take(&mut items),
            },
        );
    }
    Ok(lsp::WorkspaceDiagnosticReportResult::Report(
        lsp::WorkspaceDiagnosticReport { items },
    ))
}

/// The text of a file of the library, which is on no disk.
fn content(snapshot: &Snapshot, params: ContentParams) -> Result<ContentResult> {
    let file = snapshot.file(&params.uri)?;
    Ok(ContentResult {
        text: file.source(&snapshot.db).text.to_string(),
    })
}

/// `workspace/textDocumentContent` of LSP 3.18, which the types of the protocol library do not
/// have.
enum TextDocumentContent {}

impl request::Request for TextDocumentContent {
    type Params = ContentParams;
    type Result = ContentResult;
    const METHOD: &'static str = "workspace/textDocumentContent";
}

#[derive(Serialize, Deserialize)]
struct ContentParams {
    uri: lsp::Uri,
}

#[derive(Serialize, Deserialize)]
struct ContentResult {
    text: String,
}

//! What each request is answered with: thin functions from a snapshot and the parameters to the
//! types of the protocol. They must not decide what is true of a model.

mod actions;
mod capabilities;
mod commands;
mod completion;
mod diagnostics;
mod formatting;
mod hints;
mod links;
mod navigation;
mod rename;
mod tokens;

pub use capabilities::initialized;

use super::snapshot::Snapshot;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{Uri, request};

/// A function that answers a request.
pub type Handler = fn(Snapshot, &Value) -> Result<Value>;

/// What can be asked about a `threatline.toml`; for all else there is nothing.
pub const SETTINGS: [&str; 3] = [
    "textDocument/diagnostic",
    "textDocument/completion",
    "textDocument/codeAction",
];

macro_rules! handlers {
    ($($request:ty => $function:path;)*) => {
        /// The function that answers a method.
        pub fn find(method: &str) -> Option<Handler> {
            $(if method == <$request as request::Request>::METHOD {
                return Some(|snapshot, params| {
                    answer::<$request>(params, |params| $function(&snapshot, params))
                });
            })*
            if method == <request::ExecuteCommand as request::Request>::METHOD {
                // Some do without the snapshot at the end, so that no change waits for them.
                return Some(|snapshot, params| {
                    answer::<request::ExecuteCommand>(params, |params| {
                        commands::execute(snapshot, params)
                    })
                });
            }
            None
        }
    };
}

handlers! {
    request::Formatting => formatting::document;
    request::RangeFormatting => formatting::range;
    request::OnTypeFormatting => formatting::on_type;
    request::DocumentDiagnosticRequest => diagnostics::document;
    request::WorkspaceDiagnosticRequest => diagnostics::workspace;
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
    params: &Value,
    function: impl FnOnce(R::Params) -> Result<R::Result>,
) -> Result<Value>
where
    R::Params: DeserializeOwned,
    R::Result: Serialize,
{
    let params =
        R::Params::deserialize(params).map_err(|error| Error::invalid_params(error.to_string()))?;
    serde_json::to_value(function(params)?).map_err(|_| Error::internal_error())
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
    uri: Uri,
}

#[derive(Serialize, Deserialize)]
struct ContentResult {
    text: String,
}

//! Changes of texts as the client applies them. It must not decide what is changed.

use super::snapshot::Snapshot;
use serde_json::{Value, json};
use threatline_ide::change::Change;
use threatline_ide::snippet::plain_text;
use threatline_model::Span;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types as lsp;

/// A refusal with a sentence that the client shows.
pub fn refused(why: impl Into<String>) -> Error {
    let mut error = Error::new(ErrorCode::ServerError(-32803));
    error.message = why.into().into();
    error
}

/// Whether the client takes edits with the versions of their documents. One that can do something
/// with files does, since nothing else has room for it, even if it does not say so.
fn is_versioned(snapshot: &Snapshot) -> bool {
    let operations = snapshot
        .client
        .look("workspace.workspaceEdit.resourceOperations");
    snapshot
        .client
        .has("workspace.workspaceEdit.documentChanges")
        || operations.is_some()
}

/// Whether the client can make files.
pub fn creates(snapshot: &Snapshot) -> bool {
    let operations = snapshot
        .client
        .look("workspace.workspaceEdit.resourceOperations")
        .and_then(Value::as_array);
    operations.is_some_and(|can| can.iter().any(|can| can == "create"))
}

/// A change as a `WorkspaceEdit`. It is JSON, since the types of the protocol library have no edits
/// with places to fill in (`SnippetTextEdit` of LSP 3.18).
///
/// # Errors
/// When the client cannot make files and the change needs it.
pub fn workspace_edit(snapshot: &Snapshot, change: &Change) -> Result<Value> {
    let client = &snapshot.client;
    let is_versioned = is_versioned(snapshot);
    let fills_in = is_versioned && client.has("workspace.workspaceEdit.snippetEditSupport");
    let can_create = creates(snapshot);
    if !change.created.is_empty() && !can_create {
        return Err(refused("this editor does not support creating files"));
    }
    let edit = |range: lsp::Range, text: &str| match (change.is_snippet, fills_in) {
        (true, true) => {
            json!({ "range": range, "snippet": { "kind": "snippet", "value": text } })
        }
        (true, false) => json!({ "range": range, "newText": plain_text(text) }),
        (false, _) => json!({ "range": range, "newText": text }),
    };
    let mut documents: Vec<(lsp::Uri, Option<i32>, Vec<Value>)> = Vec::new();
    for (path, edits) in &change.edits {
        let range = |span: Span| match snapshot.file_at(path) {
            Some(file) => Some(snapshot.range(file, span)),
            None => Some(snapshot.range_of(&snapshot.settings_text(path)?, span)),
        };
        let edits: Option<Vec<Value>> = edits
            .iter()
            .map(|one| Some(edit(range(one.span)?, &one.text)))
            .collect();
        let (Some(uri), Some(edits)) = (snapshot.uri(path), edits) else {
            continue;
        };
        let version = snapshot.version(path);
        documents.push((uri, version, edits));
    }
    if !is_versioned {
        let changes: serde_json::Map<String, Value> = documents
            .into_iter()
            .map(|(uri, _, edits)| (uri.as_str().to_owned(), json!(edits)))
            .collect();
        return Ok(json!({ "changes": changes }));
    }
    let mut operations: Vec<Value> = Vec::new();
    for (path, text) in &change.created {
        let Some(uri) = snapshot.uri(path) else {
            continue;
        };
        operations.push(json!({ "kind": "create", "uri": uri, "options": { "overwrite": false } }));
        let start = lsp::Position::new(0, 0);
        let edits = [edit(lsp::Range::new(start, start), text)];
        operations.push(json!({ "textDocument": { "uri": uri, "version": null }, "edits": edits }));
    }
    for (uri, version, edits) in documents {
        let document = json!({ "uri": uri, "version": version });
        operations.push(json!({ "textDocument": document, "edits": edits }));
    }
    Ok(json!({ "documentChanges": operations }))
}

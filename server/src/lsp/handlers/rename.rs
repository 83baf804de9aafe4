//! Requests about other names, and about files that get them.

use crate::lsp::edits::{refused, workspace_edit};
use crate::lsp::snapshot::Snapshot;
use crate::lsp::uris::path_of;
use serde_json::Value;
use threatline_ide::file_rename::rename_file;
use threatline_ide::linked_editing_range::linked_editing_ranges;
use threatline_ide::rename as ide;
use threatline_model::Model;
use threatline_syntax::lexer::WORD_PATTERN;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{self as lsp, request};

/// `textDocument/rename`, with its edits as JSON.
pub enum Rename {}

impl request::Request for Rename {
    type Params = lsp::RenameParams;
    type Result = Value;
    const METHOD: &'static str = "textDocument/rename";
}

/// `workspace/willRenameFiles`, likewise.
pub enum WillRenameFiles {}

impl request::Request for WillRenameFiles {
    type Params = lsp::RenameFilesParams;
    type Result = Option<Value>;
    const METHOD: &'static str = "workspace/willRenameFiles";
}

fn models(snapshot: &Snapshot) -> Vec<Model> {
    snapshot
        .models
        .iter()
        .chain(snapshot.tests.iter())
        .copied()
        .collect()
}

pub fn prepare(
    snapshot: &Snapshot,
    params: lsp::TextDocumentPositionParams,
) -> Result<Option<lsp::PrepareRenameResponse>> {
    let (file, offset) = snapshot.place(&params)?;
    let span = ide::prepare(&snapshot.db, file, offset).map_err(refused)?;
    let placeholder = file.source(&snapshot.db).text[span.range()].to_owned();
    Ok(Some(lsp::PrepareRenameResponse::RangeWithPlaceholder {
        range: snapshot.range(file, span),
        placeholder,
    }))
}

pub fn rename(snapshot: &Snapshot, params: lsp::RenameParams) -> Result<Value> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let change = ide::rename(
        &snapshot.db,
        &models(snapshot),
        file,
        offset,
        &params.new_name,
    )
    .map_err(refused)?;
    workspace_edit(snapshot, &change)
}

pub fn files(snapshot: &Snapshot, params: lsp::RenameFilesParams) -> Result<Option<Value>> {
    let path = |uri: &str| {
        uri.parse()
            .map(|uri| path_of(&uri))
            .map_err(|_| Error::invalid_params("no address"))
    };
    let mut change = threatline_ide::change::Change::default();
    for file in &params.files {
        let moved = rename_file(
            &snapshot.db,
            &models(snapshot),
            &path(&file.old_uri)?,
            &path(&file.new_uri)?,
        );
        for (path, edits) in moved.edits {
            let known = change.edits.entry(path).or_default();
            known.extend(
                edits
                    .into_iter()
                    .filter(|edit| !known.contains(edit))
                    .collect::<Vec<_>>(),
            );
        }
    }
    if change.edits.is_empty() {
        return Ok(None);
    }
    workspace_edit(snapshot, &change).map(Some)
}

pub fn linked(
    snapshot: &Snapshot,
    params: lsp::LinkedEditingRangeParams,
) -> Result<Option<lsp::LinkedEditingRanges>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let spans = linked_editing_ranges(&snapshot.db, file, offset);
    Ok((!spans.is_empty()).then(|| lsp::LinkedEditingRanges {
        ranges: spans
            .into_iter()
            .map(|span| snapshot.range(file, span))
            .collect(),
        word_pattern: Some(WORD_PATTERN.to_owned()),
    }))
}

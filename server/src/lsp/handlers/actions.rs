//! Requests for what can be done at a place.

use crate::lsp::edits::{creates, refused, workspace_edit};
use crate::lsp::snapshot::Snapshot;
use serde_json::{Value, json};
use threatline_ide::code_actions::{
    ActionKind, CodeAction, code_actions, fix_all, settings_code_actions, span_of,
};
use threatline_model::{File, Model, diagnostics, settings_diagnostics};
use threatline_view::sanitize;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{self as lsp, request};

/// `textDocument/codeAction`, with its edits as JSON.
pub enum CodeActions {}

impl request::Request for CodeActions {
    type Params = lsp::CodeActionParams;
    type Result = Vec<Value>;
    const METHOD: &'static str = "textDocument/codeAction";
}

/// `codeAction/resolve`, likewise.
pub enum ResolveCodeAction {}

impl request::Request for ResolveCodeAction {
    type Params = Value;
    type Result = Value;
    const METHOD: &'static str = "codeAction/resolve";
}

const FIX_ALL: &str = "source.fixAll.threatline";

pub fn options() -> lsp::CodeActionProviderCapability {
    let kinds = ["quickfix", "refactor.extract", "refactor.rewrite", FIX_ALL];
    lsp::CodeActionProviderCapability::Options(lsp::CodeActionOptions {
        code_action_kinds: Some(
            kinds
                .iter()
                .map(|kind| lsp::CodeActionKind::from((*kind).to_owned()))
                .collect(),
        ),
        resolve_provider: Some(true),
        ..lsp::CodeActionOptions::default()
    })
}

fn kind(sort: ActionKind) -> &'static str {
    match sort {
        ActionKind::Fix => "quickfix",
        ActionKind::Extract => "refactor.extract",
        ActionKind::Rewrite => "refactor.rewrite",
        ActionKind::FixAll => FIX_ALL,
    }
}

/// Where actions are asked for.
enum Asked {
    File(File),
    Settings(Model),
}

fn asked(snapshot: &Snapshot, uri: &lsp::Uri) -> Result<Asked> {
    match snapshot.settings_at(uri) {
        Some(model) => Ok(Asked::Settings(model)),
        None => snapshot.file(uri).map(Asked::File),
    }
}

fn offered(
    snapshot: &Snapshot,
    asked: &Asked,
    range: lsp::Range,
    is_draft: bool,
) -> Vec<CodeAction> {
    match asked {
        Asked::Settings(model) => {
            let text = &model.settings(&snapshot.db).text;
            let start = snapshot.offset_in(text, range.start);
            let end = snapshot.offset_in(text, range.end).max(start);
            settings_code_actions(&snapshot.db, *model, threatline_model::Span { start, end })
        }
        Asked::File(file) => {
            let models: Vec<Model> = snapshot
                .models
                .iter()
                .chain(snapshot.tests.iter())
                .copied()
                .collect();
            let within = snapshot.span(*file, range);
            let mut actions = code_actions(&snapshot.db, &models, *file, within, is_draft);
            actions.extend(fix_all(&snapshot.db, *file));
            actions
        }
    }
}

/// The code and range of what an action fixes, as the client knows it.
fn fixed(snapshot: &Snapshot, asked: &Asked, index: usize) -> Option<(&'static str, lsp::Range)> {
    Some(match asked {
        Asked::File(file) => {
            let diagnostics = diagnostics(&snapshot.db, *file);
            let diagnostic = diagnostics.get(index)?;
            (
                diagnostic.code.id,
                snapshot.range(*file, span_of(&snapshot.db, diagnostic)),
            )
        }
        Asked::Settings(model) => {
            let diagnostics = settings_diagnostics(&snapshot.db, *model);
            let diagnostic = diagnostics.get(index)?;
            let text = &model.settings(&snapshot.db).text;
            (
                diagnostic.code.id,
                snapshot.range_of(text, span_of(&snapshot.db, diagnostic)),
            )
        }
    })
}

pub fn list(snapshot: &Snapshot, params: lsp::CodeActionParams) -> Result<Vec<Value>> {
    let client = &snapshot.client;
    // A client from before LSP 3.8 takes commands alone, and there are none for this.
    if client
        .look("textDocument.codeAction.codeActionLiteralSupport")
        .is_none()
    {
        return Ok(Vec::new());
    }
    let resolves = client
        .look("textDocument.codeAction.resolveSupport.properties")
        .and_then(Value::as_array);
    let is_lazy = client.has("textDocument.codeAction.dataSupport")
        && resolves.is_some_and(|properties| properties.iter().any(|property| property == "edit"));
    let uri = &params.text_document.uri;
    let asked = asked(snapshot, uri)?;
    let creates = creates(snapshot);
    let wanted = |action: &CodeAction| match &params.context.only {
        _ if action.sort == ActionKind::Extract && !creates => false,
        None => true,
        Some(only) => only.iter().any(|only| {
            let rest = kind(action.sort).strip_prefix(only.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }),
    };
    let mut list = Vec::new();
    for action in offered(snapshot, &asked, params.range, is_lazy)
        .into_iter()
        .filter(wanted)
    {
        let mut shown =
            json!({ "title": sanitize::line(&action.title), "kind": kind(action.sort) });
        let mended = action.mends.iter();
        let mended: Vec<_> = mended
            .filter_map(|index| fixed(snapshot, &asked, *index))
            .collect();
        let known = params.context.diagnostics.iter();
        let known: Vec<_> = known
            .filter(|known| {
                let Some(lsp::NumberOrString::String(code)) = &known.code else {
                    return false;
                };
                mended.contains(&(code.as_str(), known.range))
            })
            .collect();
        if !known.is_empty() {
            shown["diagnostics"] = json!(known);
        }
        if action.is_preferred && client.has("textDocument.codeAction.isPreferredSupport") {
            shown["isPreferred"] = json!(true);
        }
        if is_lazy {
            shown["data"] = json!({ "uri": uri, "range": params.range });
        } else {
            // What this client cannot apply is not offered.
            let Ok(edit) = workspace_edit(snapshot, &action.change) else {
                continue;
            };
            shown["edit"] = edit;
        }
        list.push(shown);
    }
    Ok(list)
}

pub fn resolve(snapshot: &Snapshot, mut action: Value) -> Result<Value> {
    let lost = || Error::invalid_params("this action is no longer available");
    let data = action.get("data").ok_or_else(lost)?;
    let uri: lsp::Uri = data
        .get("uri")
        .and_then(Value::as_str)
        .and_then(|uri| uri.parse().ok())
        .ok_or_else(lost)?;
    let range: lsp::Range = serde_json::from_value(data.get("range").cloned().unwrap_or_default())
        .map_err(|_| lost())?;
    let title = action
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let chosen = offered(snapshot, &asked(snapshot, &uri)?, range, false)
        .into_iter()
        .find(|offered| sanitize::line(&offered.title) == title);
    let chosen = chosen.ok_or_else(|| {
        refused("the text has changed, or this action would break something else")
    })?;
    action["edit"] = workspace_edit(snapshot, &chosen.change)?;
    Ok(action)
}

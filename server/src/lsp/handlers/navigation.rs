//! Requests about what a word means and where else it is meant.

use crate::lsp::markup;
use crate::lsp::snapshot::{MAX_PART, Snapshot};
use crate::lsp::uris::path_of;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use threatline_ide::call_hierarchy::{self, Call, prepare_call_hierarchy};
use threatline_ide::document_highlight::{DocumentHighlight, document_highlights};
use threatline_ide::document_symbols::{Symbol, document_symbols};
use threatline_ide::folding_range::{Fold, FoldKind, folding_ranges};
use threatline_ide::goto_definition::goto_definition;
use threatline_ide::goto_implementation::goto_implementation;
use threatline_ide::goto_type_definition::goto_type_definition;
use threatline_ide::hierarchy_item::{self, HierarchyItem};
use threatline_ide::hover;
use threatline_ide::references::{Reference, Role, references as references_at};
use threatline_ide::selection_range::selection_ranges;
use threatline_ide::target::{Goto, Target};
use threatline_ide::type_hierarchy;
use threatline_ide::workspace_symbols::{WorkspaceSymbol, workspace_symbols};
use threatline_model::{Decl, File, Kind};
use threatline_view::sanitize;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types as lsp;

pub fn hover(snapshot: &Snapshot, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    Ok(
        hover::hover(&snapshot.db, file, offset).map(|hover| lsp::Hover {
            contents: lsp::HoverContents::Markup(markup::content(
                snapshot,
                &hover.explanation,
                snapshot
                    .client
                    .shows_markdown("textDocument.hover.contentFormat"),
            )),
            range: Some(snapshot.range(file, hover.span)),
        }),
    )
}

type GotoResult = Option<lsp::GotoDefinitionResponse>;

pub fn definition(snapshot: &Snapshot, params: lsp::GotoDefinitionParams) -> Result<GotoResult> {
    go(snapshot, &params, "definition", goto_definition)
}

pub fn declaration(snapshot: &Snapshot, params: lsp::GotoDefinitionParams) -> Result<GotoResult> {
    go(snapshot, &params, "declaration", goto_definition)
}

pub fn type_definition(
    snapshot: &Snapshot,
    params: lsp::GotoDefinitionParams,
) -> Result<GotoResult> {
    go(snapshot, &params, "typeDefinition", goto_type_definition)
}

pub fn implementation(
    snapshot: &Snapshot,
    params: lsp::GotoDefinitionParams,
) -> Result<GotoResult> {
    go(snapshot, &params, "implementation", goto_implementation)
}

fn go(
    snapshot: &Snapshot,
    params: &lsp::GotoDefinitionParams,
    request: &str,
    find: impl Fn(&threatline_model::Database, File, u32) -> Option<Goto>,
) -> Result<GotoResult> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let Some(goto) = find(&snapshot.db, file, offset) else {
        return Ok(None);
    };
    let links = snapshot
        .client
        .has(&format!("textDocument.{request}.linkSupport"));
    let uri = |target: &Target| snapshot.uri(target.file.path(&snapshot.db));
    Ok(Some(if links {
        let link = |target: &Target| {
            Some(lsp::LocationLink {
                origin_selection_range: Some(snapshot.range(file, goto.origin)),
                target_uri: uri(target)?,
                target_range: snapshot.range(target.file, target.whole),
                target_selection_range: snapshot.range(target.file, target.name),
            })
        };
        lsp::GotoDefinitionResponse::Link(goto.targets.iter().filter_map(link).collect())
    } else {
        let location = |target: &Target| {
            Some(lsp::Location::new(
                uri(target)?,
                snapshot.range(target.file, target.name),
            ))
        };
        lsp::GotoDefinitionResponse::Array(goto.targets.iter().filter_map(location).collect())
    }))
}

pub fn references(
    snapshot: &Snapshot,
    params: lsp::ReferenceParams,
) -> Result<Option<Vec<lsp::Location>>> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let references = references_at(
        &snapshot.db,
        file,
        offset,
        params.context.include_declaration,
    );
    let mut addresses: HashMap<File, Option<lsp::Uri>> = HashMap::new();
    let location = |reference: Reference| {
        let file = reference.file;
        let uri = addresses
            .entry(file)
            .or_insert_with(|| snapshot.uri(file.path(&snapshot.db)))
            .clone()?;
        Some(lsp::Location::new(
            uri,
            snapshot.range(file, reference.span),
        ))
    };
    let locations: Vec<lsp::Location> = references.into_iter().filter_map(location).collect();
    if let Some(token) = &params.partial_result_params.partial_result_token {
        locations
            .chunks(MAX_PART)
            .for_each(|part| snapshot.send_part(token, part));
        return Ok(Some(Vec::new()));
    }
    Ok(Some(locations))
}

pub fn highlight(
    snapshot: &Snapshot,
    params: lsp::DocumentHighlightParams,
) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let highlights = document_highlights(&snapshot.db, file, offset);
    let convert = |highlight: DocumentHighlight| lsp::DocumentHighlight {
        range: snapshot.range(file, highlight.span),
        kind: Some(match highlight.role {
            Role::Declaration | Role::Write => lsp::DocumentHighlightKind::WRITE,
            Role::Read => lsp::DocumentHighlightKind::READ,
        }),
    };
    Ok(Some(highlights.into_iter().map(convert).collect()))
}

/// The kind that editors have a picture for.
pub fn symbol_kind(kind: Kind) -> lsp::SymbolKind {
    match kind {
        Kind::Component => lsp::SymbolKind::MODULE,
        Kind::Boundary => lsp::SymbolKind::NAMESPACE,
        Kind::Asset => lsp::SymbolKind::KEY,
        Kind::External => lsp::SymbolKind::INTERFACE,
        Kind::Process => lsp::SymbolKind::CLASS,
        Kind::Store => lsp::SymbolKind::STRUCT,
        Kind::Flow => lsp::SymbolKind::METHOD,
        Kind::Threat => lsp::SymbolKind::EVENT,
        Kind::Mitigation => lsp::SymbolKind::CONSTANT,
        Kind::Accept | Kind::Dismiss => lsp::SymbolKind::BOOLEAN,
        Kind::Assumption => lsp::SymbolKind::STRING,
        Kind::Technology | Kind::Protocol => lsp::SymbolKind::TYPE_PARAMETER,
        Kind::Rule => lsp::SymbolKind::FUNCTION,
        Kind::Expect => lsp::SymbolKind::OPERATOR,
    }
}

pub fn symbols(
    snapshot: &Snapshot,
    params: lsp::DocumentSymbolParams,
) -> Result<Option<lsp::DocumentSymbolResponse>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let symbols = document_symbols(&snapshot.db, file);
    if snapshot
        .client
        .has("textDocument.documentSymbol.hierarchicalDocumentSymbolSupport")
    {
        let nested = symbols
            .iter()
            .map(|symbol| nested(snapshot, file, symbol))
            .collect();
        return Ok(Some(lsp::DocumentSymbolResponse::Nested(nested)));
    }
    let mut flat = Vec::new();
    flatten(
        snapshot,
        file,
        &params.text_document.uri,
        &symbols,
        None,
        &mut flat,
    );
    Ok(Some(lsp::DocumentSymbolResponse::Flat(flat)))
}

#[allow(deprecated)] // the type has a field that is
fn nested(snapshot: &Snapshot, file: File, symbol: &Symbol) -> lsp::DocumentSymbol {
    let children: Vec<_> = symbol
        .children
        .iter()
        .map(|child| nested(snapshot, file, child))
        .collect();
    lsp::DocumentSymbol {
        name: symbol.name.clone(),
        detail: symbol.title.as_deref().map(sanitize::line),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: snapshot.range(file, symbol.whole),
        selection_range: snapshot.range(file, symbol.selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

#[allow(deprecated)] // the type has a field that is
fn flatten(
    snapshot: &Snapshot,
    file: File,
    uri: &lsp::Uri,
    symbols: &[Symbol],
    container: Option<&str>,
    flat: &mut Vec<lsp::SymbolInformation>,
) {
    for symbol in symbols {
        flat.push(lsp::SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            location: lsp::Location::new(uri.clone(), snapshot.range(file, symbol.whole)),
            container_name: container.map(str::to_owned),
        });
        flatten(
            snapshot,
            file,
            uri,
            &symbol.children,
            Some(&symbol.name),
            flat,
        );
    }
}

/// How many symbols of the workspace are listed.
const MAX_SYMBOLS: usize = 512;

pub fn workspace(
    snapshot: &Snapshot,
    params: lsp::WorkspaceSymbolParams,
) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
    let symbols = workspace_symbols(&snapshot.db, &snapshot.models, &params.query, MAX_SYMBOLS);
    #[allow(deprecated)] // the type has a field that is
    let convert = |symbol: WorkspaceSymbol| {
        let uri = snapshot.uri(symbol.target.file.path(&snapshot.db))?;
        Some(lsp::SymbolInformation {
            name: symbol.name,
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            location: lsp::Location::new(
                uri,
                snapshot.range(symbol.target.file, symbol.target.name),
            ),
            container_name: symbol.container,
        })
    };
    Ok(Some(lsp::WorkspaceSymbolResponse::Flat(
        symbols.into_iter().filter_map(convert).collect(),
    )))
}

pub fn folding(
    snapshot: &Snapshot,
    params: lsp::FoldingRangeParams,
) -> Result<Option<Vec<lsp::FoldingRange>>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let lines_alone = snapshot
        .client
        .has("textDocument.foldingRange.lineFoldingOnly");
    let convert = |fold: Fold| {
        let range = snapshot.range(file, fold.span);
        let is_comment = matches!(fold.kind, FoldKind::Comments | FoldKind::Description);
        let mut end_line = range.end.line;
        // The line with the closing brace stays to be seen.
        if lines_alone && fold.kind == FoldKind::Block && end_line > range.start.line {
            end_line -= 1;
        }
        (end_line > range.start.line).then(|| lsp::FoldingRange {
            start_line: range.start.line,
            start_character: (!lines_alone).then_some(range.start.character),
            end_line,
            end_character: (!lines_alone).then_some(range.end.character),
            kind: is_comment.then_some(lsp::FoldingRangeKind::Comment),
            collapsed_text: None,
        })
    };
    Ok(Some(
        folding_ranges(&snapshot.db, file)
            .into_iter()
            .filter_map(convert)
            .collect(),
    ))
}

pub fn selections(
    snapshot: &Snapshot,
    params: lsp::SelectionRangeParams,
) -> Result<Option<Vec<lsp::SelectionRange>>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let selection = |position: &lsp::Position| {
        let offset = snapshot.offset(file, *position);
        let spans = selection_ranges(&snapshot.db, file, offset);
        // From the outermost inwards.
        let growing = spans.iter().rev().fold(None, |parent, span| {
            Some(lsp::SelectionRange {
                range: snapshot.range(file, *span),
                parent: parent.map(Box::new),
            })
        });
        let here = lsp::Range::new(*position, *position);
        growing.unwrap_or(lsp::SelectionRange {
            range: here,
            parent: None,
        })
    };
    Ok(Some(params.positions.iter().map(selection).collect()))
}

// ---- hierarchies -------------------------------------------------------------------------------

fn data(item: &HierarchyItem) -> serde_json::Value {
    json!({ "name": item.name, "path": item.path.as_ref(), "from": item.asked_from.as_ref() })
}

/// The declaration of an entry that came back, and the path that the question came from first.
fn again(
    snapshot: &Snapshot,
    uri: &lsp::Uri,
    data: Option<&serde_json::Value>,
) -> Result<(Decl, Arc<str>)> {
    let lost = || Error::invalid_params("this entry no longer exists");
    let text = |key: &str| {
        data.and_then(|data| data.get(key))
            .and_then(serde_json::Value::as_str)
    };
    let path: Arc<str> = text("path").map_or_else(|| path_of(uri), Arc::from);
    let from: Arc<str> = text("from").map_or_else(|| path.clone(), Arc::from);
    let file = snapshot.file_at(&path).ok_or_else(lost)?;
    let decl = hierarchy_item::find(&snapshot.db, file, text("name").ok_or_else(lost)?)
        .ok_or_else(lost)?;
    Ok((decl, from))
}

fn call_item(snapshot: &Snapshot, item: &HierarchyItem) -> Option<lsp::CallHierarchyItem> {
    Some(lsp::CallHierarchyItem {
        name: item.name.clone(),
        kind: symbol_kind(item.kind),
        tags: None,
        detail: item.title.as_deref().map(sanitize::line),
        uri: snapshot.uri(&item.path)?,
        range: snapshot.range(item.target.file, item.target.whole),
        selection_range: snapshot.range(item.target.file, item.target.name),
        data: Some(data(item)),
    })
}

pub fn prepare_calls(
    snapshot: &Snapshot,
    params: lsp::CallHierarchyPrepareParams,
) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let items = prepare_call_hierarchy(&snapshot.db, file, offset);
    Ok(Some(
        items
            .iter()
            .filter_map(|item| call_item(snapshot, item))
            .collect(),
    )
    .filter(|items: &Vec<_>| !items.is_empty()))
}

pub fn incoming_calls(
    snapshot: &Snapshot,
    params: lsp::CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
    let (decl, from) = again(snapshot, &params.item.uri, params.item.data.as_ref())?;
    let convert = |call: Call| {
        let file = call.item.target.file;
        Some(lsp::CallHierarchyIncomingCall {
            from_ranges: call
                .flows_in(file)
                .into_iter()
                .map(|span| snapshot.range(file, span))
                .collect(),
            from: call_item(snapshot, &call.item)?,
        })
    };
    Ok(Some(
        call_hierarchy::incoming_calls(&snapshot.db, decl, &from)
            .into_iter()
            .filter_map(convert)
            .collect(),
    ))
}

pub fn outgoing_calls(
    snapshot: &Snapshot,
    params: lsp::CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
    let (decl, from) = again(snapshot, &params.item.uri, params.item.data.as_ref())?;
    let file = decl.file(&snapshot.db);
    let convert = |call: Call| {
        Some(lsp::CallHierarchyOutgoingCall {
            from_ranges: call
                .flows_in(file)
                .into_iter()
                .map(|span| snapshot.range(file, span))
                .collect(),
            to: call_item(snapshot, &call.item)?,
        })
    };
    Ok(Some(
        call_hierarchy::outgoing_calls(&snapshot.db, decl, &from)
            .into_iter()
            .filter_map(convert)
            .collect(),
    ))
}

fn type_item(snapshot: &Snapshot, item: &HierarchyItem) -> Option<lsp::TypeHierarchyItem> {
    Some(lsp::TypeHierarchyItem {
        name: item.name.clone(),
        kind: symbol_kind(item.kind),
        tags: None,
        detail: item.title.as_deref().map(sanitize::line),
        uri: snapshot.uri(&item.path)?,
        range: snapshot.range(item.target.file, item.target.whole),
        selection_range: snapshot.range(item.target.file, item.target.name),
        data: Some(data(item)),
    })
}

pub fn prepare_types(
    snapshot: &Snapshot,
    params: lsp::TypeHierarchyPrepareParams,
) -> Result<Option<Vec<lsp::TypeHierarchyItem>>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let item = type_hierarchy::prepare_type_hierarchy(&snapshot.db, file, offset);
    Ok(item
        .and_then(|item| type_item(snapshot, &item))
        .map(|item| vec![item]))
}

pub fn supertypes(
    snapshot: &Snapshot,
    params: lsp::TypeHierarchySupertypesParams,
) -> Result<Option<Vec<lsp::TypeHierarchyItem>>> {
    let (decl, from) = again(snapshot, &params.item.uri, params.item.data.as_ref())?;
    let items = type_hierarchy::supertypes(&snapshot.db, decl, &from);
    Ok(Some(
        items
            .iter()
            .filter_map(|item| type_item(snapshot, item))
            .collect(),
    ))
}

pub fn subtypes(
    snapshot: &Snapshot,
    params: lsp::TypeHierarchySubtypesParams,
) -> Result<Option<Vec<lsp::TypeHierarchyItem>>> {
    let (decl, from) = again(snapshot, &params.item.uri, params.item.data.as_ref())?;
    let model = snapshot
        .file_at(&from)
        .map_or_else(|| decl.model(&snapshot.db), |file| file.model(&snapshot.db));
    let items = type_hierarchy::subtypes(&snapshot.db, model, decl, &from);
    Ok(Some(
        items
            .iter()
            .filter_map(|item| type_item(snapshot, item))
            .collect(),
    ))
}

//! Requests about what can be written at a place.

use crate::lsp::markup;
use crate::lsp::snapshot::Snapshot;
use serde_json::{Value, json};
use threatline_ide::completion::{
    About, Completion, Item, Sort, completion, explanation, settings_completion,
};
use threatline_ide::signature_help::{Signature, signature_help};
use threatline_model::{File, Kind, Span, references, schema};
use threatline_view::sanitize;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

pub fn complete(
    snapshot: &Snapshot,
    params: lsp::CompletionParams,
) -> Result<Option<lsp::CompletionResponse>> {
    let place = &params.text_document_position;
    let uri = &place.text_document.uri;
    let is_typed = |character: &str| {
        let context = params.context.as_ref();
        context.and_then(|context| context.trigger_character.as_deref()) == Some(character)
    };
    let convert = |completion: Completion, range: &dyn Fn(Span) -> lsp::Range, cursor: u32| {
        let whole = range(completion.word);
        let typed = range(Span {
            start: completion.word.start,
            end: cursor.max(completion.word.start),
        });
        let items = completion.items.iter().enumerate();
        let items = items
            .map(|(rank, item)| convert(snapshot, uri, item, rank, typed, whole))
            .collect();
        Some(lsp::CompletionResponse::List(lsp::CompletionList {
            is_incomplete: completion.is_incomplete,
            items,
        }))
    };
    if let Some(model) = snapshot.settings_at(uri) {
        let text = &model.settings(&snapshot.db).text;
        let cursor = snapshot.offset_in(text, place.position);
        let range = |span| snapshot.range_of(text, span);
        let completion = settings_completion(&snapshot.db, model, cursor);
        return Ok(completion.and_then(|completion| convert(completion, &range, cursor)));
    }
    let (file, cursor) = snapshot.place(place)?;
    let completion = completion(&snapshot.db, file, cursor).filter(|completion| {
        // A space opens a list of what has to come, and not one of what may.
        let is_begun = completion
            .items
            .iter()
            .all(|item| matches!(item.sort, Sort::Keyword | Sort::Property));
        !(is_typed(" ") && is_begun)
    });
    let range = |span| snapshot.range(file, span);
    Ok(completion.and_then(|completion| convert(completion, &range, cursor)))
}

fn convert(
    snapshot: &Snapshot,
    uri: &lsp::Uri,
    item: &Item,
    rank: usize,
    typed: lsp::Range,
    whole: lsp::Range,
) -> lsp::CompletionItem {
    let client = &snapshot.client;
    let can =
        |feature: &str| client.has(&format!("textDocument.completion.completionItem.{feature}"));
    let snippet = item.snippet.as_ref().filter(|_| can("snippetSupport"));
    let new_text = snippet
        .or(item.insert.as_ref())
        .unwrap_or(&item.label)
        .clone();
    let edit = if can("insertReplaceSupport") {
        lsp::CompletionTextEdit::InsertAndReplace(lsp::InsertReplaceEdit {
            new_text,
            insert: typed,
            replace: whole,
        })
    } else {
        lsp::CompletionTextEdit::Edit(lsp::TextEdit {
            range: whole,
            new_text,
        })
    };
    let documentation = match &item.about {
        About::Text(text) => Some(lsp::Documentation::String(text.clone())),
        _ => None,
    };
    lsp::CompletionItem {
        label: item.label.clone(),
        label_details: item
            .alias
            .map(|alias| lsp::CompletionItemLabelDetails {
                detail: None,
                description: Some(alias.to_owned()),
            })
            .filter(|_| can("labelDetailsSupport")),
        kind: Some(kind(item.sort)),
        detail: item.detail.as_deref().map(sanitize::text),
        documentation,
        sort_text: Some(format!("{rank:04}")),
        filter_text: item.filter.clone(),
        insert_text_format: snippet.map(|_| lsp::InsertTextFormat::SNIPPET),
        text_edit: Some(edit),
        data: named(&item.about)
            .map(|(about, name)| json!({ "uri": uri, "about": about, "name": name })),
        ..lsp::CompletionItem::default()
    }
}

fn kind(sort: Sort) -> lsp::CompletionItemKind {
    match sort {
        Sort::Keyword => lsp::CompletionItemKind::KEYWORD,
        Sort::Property => lsp::CompletionItemKind::PROPERTY,
        Sort::Word => lsp::CompletionItemKind::ENUM_MEMBER,
        Sort::Reference => lsp::CompletionItemKind::REFERENCE,
        Sort::Value => lsp::CompletionItemKind::VALUE,
        Sort::Finding => lsp::CompletionItemKind::EVENT,
        Sort::Fact => lsp::CompletionItemKind::FIELD,
        Sort::Function => lsp::CompletionItemKind::FUNCTION,
        Sort::Declaration(kind) => match kind {
            Kind::Component | Kind::Boundary => lsp::CompletionItemKind::MODULE,
            Kind::External => lsp::CompletionItemKind::INTERFACE,
            Kind::Process => lsp::CompletionItemKind::CLASS,
            Kind::Store => lsp::CompletionItemKind::STRUCT,
            Kind::Flow => lsp::CompletionItemKind::METHOD,
            Kind::Threat => lsp::CompletionItemKind::EVENT,
            Kind::Technology | Kind::Protocol => lsp::CompletionItemKind::TYPE_PARAMETER,
            Kind::Rule => lsp::CompletionItemKind::FUNCTION,
            Kind::Asset
            | Kind::Mitigation
            | Kind::Accept
            | Kind::Dismiss
            | Kind::Assumption
            | Kind::Expect => lsp::CompletionItemKind::CONSTANT,
        },
    }
}

/// What explains an item, as two words that come back when it is asked for.
fn named(about: &About) -> Option<(&'static str, String)> {
    Some(match about {
        About::Nothing | About::Text(_) => return None,
        About::Kind(kind) => ("kind", kind.word().to_owned()),
        About::Property(kind, name) => ("property", format!("{}.{name}", kind.word())),
        About::Declaration(name) => ("declaration", name.clone()),
        About::Reference(id) => ("reference", (*id).to_owned()),
        About::Finding(name) => ("finding", name.clone()),
        About::Function(name) => ("function", (*name).to_owned()),
    })
}

fn about(about: &str, name: &str) -> Option<About> {
    let kind = |word: &str| Kind::ALL.into_iter().find(|kind| kind.word() == word);
    Some(match about {
        "kind" => About::Kind(kind(name)?),
        "property" => {
            let (word, name) = name.split_once('.')?;
            let kind = kind(word)?;
            About::Property(kind, schema::of(kind).property(name)?.name)
        }
        "declaration" => About::Declaration(name.to_owned()),
        "reference" => About::Reference(references::find(name)?.id),
        "finding" => About::Finding(name.to_owned()),
        "function" => About::Function(
            threatline_view::describe::FUNCTIONS
                .iter()
                .find(|(known, ..)| *known == name)?
                .0,
        ),
        _ => return None,
    })
}

pub fn resolve(snapshot: &Snapshot, mut item: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
    let asked = item.data.as_ref().and_then(|data| {
        let text = |key: &str| data.get(key).and_then(Value::as_str);
        let uri: lsp::Uri = text("uri")?.parse().ok()?;
        let file = snapshot
            .file(&uri)
            .ok()
            .or_else(|| first_file(snapshot, &uri))?;
        explanation(&snapshot.db, file, &about(text("about")?, text("name")?)?)
    });
    if let Some(explanation) = asked {
        let markdown = snapshot
            .client
            .shows_markdown("textDocument.completion.completionItem.documentationFormat");
        item.documentation = Some(lsp::Documentation::MarkupContent(markup::content(
            snapshot,
            &explanation,
            markdown,
        )));
    }
    Ok(item)
}

/// A file of the model whose settings a document is.
fn first_file(snapshot: &Snapshot, uri: &lsp::Uri) -> Option<File> {
    snapshot
        .settings_at(uri)?
        .files(&snapshot.db)
        .first()
        .copied()
}

pub fn signature(
    snapshot: &Snapshot,
    params: lsp::SignatureHelpParams,
) -> Result<Option<lsp::SignatureHelp>> {
    let (file, offset) = snapshot.place(&params.text_document_position_params)?;
    let convert = |signature: Signature| {
        let parameter = |parameter: &&str| lsp::ParameterInformation {
            label: lsp::ParameterLabel::Simple((*parameter).to_owned()),
            documentation: None,
        };
        let active = Some(signature.active as u32);
        let information = lsp::SignatureInformation {
            documentation: Some(lsp::Documentation::String(format!(
                "{}\nFor example: {}",
                signature.doc, signature.example
            ))),
            parameters: Some(signature.parameters.iter().map(parameter).collect()),
            label: signature.label,
            active_parameter: snapshot
                .client
                .has("textDocument.signatureHelp.signatureInformation.activeParameterSupport")
                .then_some(active)
                .flatten(),
        };
        lsp::SignatureHelp {
            signatures: vec![information],
            active_signature: Some(0),
            active_parameter: active,
        }
    };
    Ok(signature_help(&snapshot.db, file, offset).map(convert))
}

//! Requests for the colors of words.

use crate::lsp::snapshot::Snapshot;
use crate::lsp::uris::path_of;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use threatline_ide::semantic_tokens::{Token, semantic_tokens};
use threatline_model::{File, Kind, Span};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

/// The types, in the order of their numbers: those of the protocol, so that every theme has colors
/// for them.
const TYPES: [&str; 19] = [
    "comment",
    "string",
    "number",
    "operator",
    "keyword",
    "property",
    "enumMember",
    "macro",
    "parameter",
    "function",
    "namespace",
    "enum",
    "variable",
    "interface",
    "class",
    "struct",
    "method",
    "event",
    "type",
];

/// The modifiers, in the order of their bits.
const MODIFIERS: [&str; 3] = ["declaration", "defaultLibrary", "documentation"];

pub fn options() -> lsp::SemanticTokensServerCapabilities {
    lsp::SemanticTokensServerCapabilities::SemanticTokensOptions(lsp::SemanticTokensOptions {
        legend: lsp::SemanticTokensLegend {
            token_types: TYPES
                .iter()
                .map(|name| lsp::SemanticTokenType::from((*name).to_owned()))
                .collect(),
            token_modifiers: MODIFIERS
                .iter()
                .map(|name| lsp::SemanticTokenModifier::from((*name).to_owned()))
                .collect(),
        },
        range: Some(true),
        full: Some(lsp::SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..lsp::SemanticTokensOptions::default()
    })
}

/// The name of a type, and the bits of the modifiers.
fn named(token: Token) -> (&'static str, u32) {
    match token {
        Token::Comment => ("comment", 0),
        Token::Description => ("comment", 0b100),
        Token::Text => ("string", 0),
        Token::Number => ("number", 0),
        Token::Operator => ("operator", 0),
        Token::Keyword => ("keyword", 0),
        Token::Property => ("property", 0),
        Token::Word => ("enumMember", 0),
        Token::Reference => ("macro", 0),
        Token::Fact => ("parameter", 0),
        Token::Function => ("function", 0b010),
        Token::Name {
            kind,
            declares,
            in_library,
        } => {
            let name = match kind {
                Kind::Component => "namespace",
                Kind::Boundary => "enum",
                Kind::Asset => "variable",
                Kind::External => "interface",
                Kind::Process => "class",
                Kind::Store => "struct",
                Kind::Flow => "method",
                Kind::Technology | Kind::Protocol => "type",
                Kind::Rule => "function",
                Kind::Mitigation => "macro",
                Kind::Threat | Kind::Accept | Kind::Dismiss | Kind::Assumption | Kind::Expect => {
                    "event"
                }
            };
            (name, u32::from(declares) | u32::from(in_library) << 1)
        }
    }
}

fn encoded(snapshot: &Snapshot, file: File, within: Span) -> Vec<lsp::SemanticToken> {
    let whole_lines = !snapshot
        .client
        .has("textDocument.semanticTokens.multilineTokenSupport");
    let text = &file.source(&snapshot.db).text;
    let mut tokens = Vec::new();
    let mut before = lsp::Position::new(0, 0);
    for (span, token) in semantic_tokens(&snapshot.db, file, within) {
        let (name, modifiers) = named(token);
        let Some(kind) = TYPES.iter().position(|known| *known == name) else {
            continue;
        };
        let mut start = span.start;
        for line in text[span.range()].split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\n', '\r']).len() as u32;
            let end = if whole_lines { end } else { span.end };
            if end > start {
                let range = snapshot.range(file, Span { start, end });
                let is_same = range.start.line == before.line;
                let length = if whole_lines {
                    range.end.character - range.start.character
                } else {
                    length(snapshot, &text[start as usize..end as usize])
                };
                tokens.push(lsp::SemanticToken {
                    delta_line: range.start.line - before.line,
                    delta_start: range.start.character - if is_same { before.character } else { 0 },
                    length,
                    token_type: kind as u32,
                    token_modifiers_bitset: modifiers,
                });
                before = range.start;
            }
            if !whole_lines {
                break;
            }
            start += line.len() as u32;
        }
    }
    tokens
}

/// How long a text is in the units of the client.
fn length(snapshot: &Snapshot, text: &str) -> u32 {
    use threatline_syntax::Encoding;
    match snapshot.client.encoding {
        Encoding::Utf8 => text.len() as u32,
        Encoding::Utf16 => text.encode_utf16().count() as u32,
        Encoding::Utf32 => text.chars().count() as u32,
    }
}

/// All tokens of a document and their mark, kept for the next difference.
fn all(snapshot: &Snapshot, uri: &lsp::Uri) -> Result<(String, Arc<[lsp::SemanticToken]>)> {
    let file = snapshot.file(uri)?;
    let end = file.source(&snapshot.db).text.len() as u32;
    let data: Arc<[lsp::SemanticToken]> = encoded(snapshot, file, Span { start: 0, end }).into();
    let mut hasher = DefaultHasher::new();
    flat(&data).hash(&mut hasher);
    let mark = format!("{:016x}", hasher.finish());
    let path = path_of(uri);
    if snapshot.documents.is_open(&path) {
        snapshot
            .sent
            .tokens
            .insert(path, (mark.clone(), data.clone()));
    }
    Ok((mark, data))
}

fn flat(data: &[lsp::SemanticToken]) -> Vec<[u32; 5]> {
    let flat = |token: &lsp::SemanticToken| {
        [
            token.delta_line,
            token.delta_start,
            token.length,
            token.token_type,
            token.token_modifiers_bitset,
        ]
    };
    data.iter().map(flat).collect()
}

pub fn full(
    snapshot: &Snapshot,
    params: lsp::SemanticTokensParams,
) -> Result<Option<lsp::SemanticTokensResult>> {
    let (mark, data) = all(snapshot, &params.text_document.uri)?;
    let tokens = lsp::SemanticTokens {
        result_id: Some(mark),
        data: data.to_vec(),
    };
    Ok(Some(lsp::SemanticTokensResult::Tokens(tokens)))
}

pub fn range(
    snapshot: &Snapshot,
    params: lsp::SemanticTokensRangeParams,
) -> Result<Option<lsp::SemanticTokensRangeResult>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let data = encoded(snapshot, file, snapshot.span(file, params.range));
    Ok(Some(lsp::SemanticTokensRangeResult::Tokens(
        lsp::SemanticTokens {
            result_id: None,
            data,
        },
    )))
}

pub fn delta(
    snapshot: &Snapshot,
    params: lsp::SemanticTokensDeltaParams,
) -> Result<Option<lsp::SemanticTokensFullDeltaResult>> {
    let uri = &params.text_document.uri;
    let known = snapshot
        .sent
        .tokens
        .get(&path_of(uri))
        .map(|known| known.clone());
    let (mark, data) = all(snapshot, uri)?;
    let Some((_, before)) = known.filter(|(known, _)| *known == params.previous_result_id) else {
        let tokens = lsp::SemanticTokens {
            result_id: Some(mark),
            data: data.to_vec(),
        };
        return Ok(Some(lsp::SemanticTokensFullDeltaResult::Tokens(tokens)));
    };
    // What is the same at both ends stays.
    let same = before
        .iter()
        .zip(data.iter())
        .take_while(|(old, new)| old == new)
        .count();
    let (old, new) = (&before[same..], &data[same..]);
    let behind = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(old, new)| old == new)
        .count();
    let (old, new) = (&old[..old.len() - behind], &new[..new.len() - behind]);
    let edit = lsp::SemanticTokensEdit {
        start: 5 * same as u32,
        delete_count: 5 * old.len() as u32,
        data: Some(new.to_vec()),
    };
    let edits = if old.is_empty() && new.is_empty() {
        Vec::new()
    } else {
        vec![edit]
    };
    Ok(Some(lsp::SemanticTokensFullDeltaResult::TokensDelta(
        lsp::SemanticTokensDelta {
            result_id: Some(mark),
            edits,
        },
    )))
}

//! Requests for what is shown within the text and above declarations.

use super::commands::{EXPLAIN, MATRIX};
use crate::lsp::snapshot::Snapshot;
use serde_json::{Value, json};
use threatline_ide::code_lens::{CodeLens, LensKind, code_lenses, title};
use threatline_ide::inlay_hints::{InlayHint, inlay_hints};
use threatline_ide::occurrences::{Meaning, declaration_at, occurrences_of};
use threatline_model::{Decl, File};
use threatline_view::sanitize;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types as lsp;

pub fn inlay(
    snapshot: &Snapshot,
    params: lsp::InlayHintParams,
) -> Result<Option<Vec<lsp::InlayHint>>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let hints = inlay_hints(
        &snapshot.db,
        file,
        snapshot.span(file, params.range),
        snapshot.settings.hints,
    );
    Ok(Some(
        hints
            .into_iter()
            .map(|hint| convert(snapshot, file, hint))
            .collect(),
    ))
}

fn convert(snapshot: &Snapshot, file: File, hint: InlayHint) -> lsp::InlayHint {
    let span = threatline_model::Span {
        start: hint.offset,
        end: hint.offset,
    };
    let tooltip = (!hint.why.is_empty()).then(|| hint.why.join("\n"));
    let location = hint
        .place
        .and_then(|place| snapshot.location(threatline_model::Location::Place(place)));
    let label = match location {
        Some(location) => lsp::InlayHintLabel::LabelParts(vec![lsp::InlayHintLabelPart {
            value: hint.label,
            tooltip: tooltip.clone().map(lsp::InlayHintLabelPartTooltip::String),
            location: Some(location),
            command: None,
        }]),
        None => lsp::InlayHintLabel::String(hint.label),
    };
    lsp::InlayHint {
        position: snapshot.range(file, span).start,
        label,
        kind: None,
        text_edits: None,
        tooltip: tooltip.map(lsp::InlayHintTooltip::String),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

/// The command of an editor that shows places next to a text, if it has one.
const SHOW_REFERENCES: &str = "threatline.showReferences";

pub fn lens(
    snapshot: &Snapshot,
    params: lsp::CodeLensParams,
) -> Result<Option<Vec<lsp::CodeLens>>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let uri = &params.text_document.uri;
    let convert = |lens: CodeLens| {
        let range = snapshot.range(file, lens.span);
        // How often something is named is counted when it is seen.
        let command = (lens.kind != LensKind::References)
            .then(|| command(snapshot, uri, lens.decl, lens.kind, range));
        let data = command
            .is_none()
            .then(|| json!({ "uri": uri, "position": range.start }));
        lsp::CodeLens {
            range,
            command,
            data,
        }
    };
    Ok(Some(
        code_lenses(&snapshot.db, file, snapshot.settings.lenses)
            .into_iter()
            .map(convert)
            .collect(),
    ))
}

fn command(
    snapshot: &Snapshot,
    uri: &lsp::Uri,
    decl: Decl,
    shows: LensKind,
    range: lsp::Range,
) -> lsp::Command {
    let title = sanitize::line(&title(&snapshot.db, decl, shows));
    let place = json!({ "uri": uri, "position": range.start });
    match shows {
        LensKind::Findings => lsp::Command {
            title,
            command: EXPLAIN.to_owned(),
            arguments: Some(vec![place]),
        },
        LensKind::Coverage => lsp::Command {
            title,
            command: MATRIX.to_owned(),
            arguments: Some(vec![place]),
        },
        LensKind::References => {
            // An editor that cannot show them still shows how many there are.
            let known = snapshot.client.runs(SHOW_REFERENCES);
            let places = occurrences_of(&snapshot.db, decl.model(&snapshot.db), decl);
            let places = places
                .into_iter()
                .filter(|occurrence| occurrence.meaning != Meaning::Declares(decl));
            let places = places.filter_map(|occurrence| {
                let file = occurrence.within.file(&snapshot.db);
                Some(lsp::Location::new(
                    snapshot.uri(file.path(&snapshot.db))?,
                    snapshot.range(file, occurrence.span),
                ))
            });
            let arguments = known.then(|| {
                vec![
                    json!(uri),
                    json!(range.start),
                    json!(places.collect::<Vec<_>>()),
                ]
            });
            let command = if known {
                SHOW_REFERENCES.to_owned()
            } else {
                String::new()
            };
            lsp::Command {
                title,
                command,
                arguments,
            }
        }
    }
}

pub fn resolve_lens(snapshot: &Snapshot, mut lens: lsp::CodeLens) -> Result<lsp::CodeLens> {
    let lost = || Error::invalid_params("this declaration no longer exists");
    let data = lens.data.as_ref().ok_or_else(lost)?;
    let uri: lsp::Uri = data
        .get("uri")
        .and_then(Value::as_str)
        .and_then(|uri| uri.parse().ok())
        .ok_or_else(lost)?;
    let file = snapshot.file(&uri)?;
    let offset = snapshot.offset(file, lens.range.start);
    let decl = declaration_at(&snapshot.db, file, offset).ok_or_else(lost)?;
    lens.command = Some(command(
        snapshot,
        &uri,
        decl,
        LensKind::References,
        lens.range,
    ));
    Ok(lens)
}

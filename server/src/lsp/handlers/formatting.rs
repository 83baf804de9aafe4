//! Requests to lay a document out, or a part of it.

use crate::lsp::snapshot::Snapshot;
use threatline_format::format_edits;
use threatline_ide::occurrences::declaration_at;
use threatline_model::{File, Part, Span};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

type Edits = Option<Vec<lsp::TextEdit>>;

pub fn document(snapshot: &Snapshot, params: lsp::DocumentFormattingParams) -> Result<Edits> {
    Ok(edits(
        snapshot,
        snapshot.file(&params.text_document.uri)?,
        |_| true,
    ))
}

pub fn range(snapshot: &Snapshot, params: lsp::DocumentRangeFormattingParams) -> Result<Edits> {
    let file = snapshot.file(&params.text_document.uri)?;
    let wanted = snapshot.span(file, params.range);
    Ok(edits(snapshot, file, |span| {
        span.start <= wanted.end && wanted.start <= span.end
    }))
}

/// What was just closed with a brace is laid out.
pub fn on_type(snapshot: &Snapshot, params: lsp::DocumentOnTypeFormattingParams) -> Result<Edits> {
    let (file, offset) = snapshot.place(&params.text_document_position)?;
    let Some(decl) = declaration_at(&snapshot.db, file, offset) else {
        return Ok(None);
    };
    let whole = decl.part(Part::Whole).resolve(&snapshot.db).1;
    Ok(edits(snapshot, file, |span| {
        span.start < whole.end && whole.start <= span.end
    }))
}

/// The edits that lay a file out, of those that are wanted; none if it has syntax errors.
fn edits(snapshot: &Snapshot, file: File, is_wanted: impl Fn(&Span) -> bool) -> Edits {
    let edits = format_edits(&file.source(&snapshot.db).text).ok()?;
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

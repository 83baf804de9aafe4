//! The request for what leads somewhere.

use crate::lsp::snapshot::Snapshot;
use std::path::Path;
use threatline_ide::document_links::{DocumentLink, LinkTarget, document_links};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

/// Whether there is such a file, and it is in a folder: a link of the disk may lead out of it.
fn is_within(path: &str, folder: &str) -> bool {
    let (path, folder) = (
        Path::new(path).canonicalize(),
        Path::new(folder).canonicalize(),
    );
    matches!((path, folder), (Ok(path), Ok(folder)) if path.starts_with(&folder))
}

pub fn document(
    snapshot: &Snapshot,
    params: lsp::DocumentLinkParams,
) -> Result<Option<Vec<lsp::DocumentLink>>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let has_tooltips = snapshot
        .client
        .has("textDocument.documentLink.tooltipSupport");
    let convert = |link: DocumentLink| {
        let target = match &link.target {
            LinkTarget::Address(address) => address.parse().ok()?,
            LinkTarget::Path(path) => snapshot
                .uri(path)
                .filter(|_| is_within(path, file.model(&snapshot.db).root(&snapshot.db)))?,
        };
        Some(lsp::DocumentLink {
            range: snapshot.range(file, link.span),
            target: Some(target),
            tooltip: has_tooltips.then_some(link.tooltip),
            data: None,
        })
    };
    Ok(Some(
        document_links(&snapshot.db, file)
            .into_iter()
            .filter_map(convert)
            .collect(),
    ))
}

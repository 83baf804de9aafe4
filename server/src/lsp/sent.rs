//! What the client was sent last, by path. All threads that send share it, and it has no versions:
//! what is here is compared with what is to be sent, and nothing is answered from it.

use dashmap::DashMap;
use std::sync::Arc;
use tower_lsp::ls_types::SemanticToken;

/// What the client was sent last.
#[derive(Default)]
pub struct Sent {
    /// A mark of the diagnostics that it has of each file.
    pub diagnostics: DashMap<Arc<str>, u64>,
    /// The colors of words of each open document, with their mark.
    pub tokens: DashMap<Arc<str>, (String, Arc<[SemanticToken]>)>,
}

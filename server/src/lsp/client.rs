//! What the client can do and wants, read once from its first request. It must not know the
//! session.

use serde_json::Value;
use threatline_syntax::Encoding;
use tower_lsp::ls_types::{ClientCapabilities, InitializeParams, PositionEncodingKind};

/// What the client can do.
#[derive(Clone, Debug)]
pub struct Client {
    /// How columns are counted.
    pub encoding: Encoding,
    /// Its capabilities, as far as the protocol's types know them.
    pub capabilities: ClientCapabilities,
    /// All of its capabilities, as they came.
    raw_capabilities: Value,
}

impl Client {
    /// Takes the parameters of `initialize`, read and as they came.
    pub fn new(params: &InitializeParams, raw_params: &Value) -> Client {
        let capabilities = params.capabilities.clone();
        let general = capabilities.general.as_ref();
        let offered = general
            .and_then(|general| general.position_encodings.clone())
            .unwrap_or_default();
        // Bytes are what the analysis counts; else as the client prefers.
        let encoding = if offered.contains(&PositionEncodingKind::UTF8) {
            Encoding::Utf8
        } else if offered.first() == Some(&PositionEncodingKind::UTF32) {
            Encoding::Utf32
        } else {
            Encoding::Utf16
        };
        Client {
            encoding,
            capabilities,
            raw_capabilities: raw_params.get("capabilities").cloned().unwrap_or_default(),
        }
    }

    /// The name of the encoding.
    pub fn encoding_kind(&self) -> PositionEncodingKind {
        match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// Looks something up in the capabilities: `textDocument.hover.contentFormat`.
    pub fn has(&self, path: &str) -> bool {
        self.look(path) == Some(&Value::Bool(true))
    }

    /// The value at a path of the capabilities.
    pub fn look(&self, path: &str) -> Option<&Value> {
        path.split('.')
            .try_fold(&self.raw_capabilities, |value, key| value.get(key))
    }

    /// Whether it asks for diagnostics, so that they need not be sent.
    pub fn pulls(&self) -> bool {
        let document = self.capabilities.text_document.as_ref();
        document.is_some_and(|document| document.diagnostic.is_some())
    }

    /// Whether texts that are on no disk can be shown: it asks for them by
    /// `workspace/textDocumentContent`, as LSP 3.18 has it or, before that, in its experimental
    /// capabilities.
    pub fn shows_library(&self) -> bool {
        self.look("workspace.textDocumentContent").is_some()
            || self.has("experimental.textDocumentContent")
    }

    /// Whether it has a command of its own, by its experimental capabilities.
    pub fn runs(&self, command: &str) -> bool {
        let commands = self
            .look("experimental.commands.commands")
            .and_then(Value::as_array);
        commands.is_some_and(|commands| commands.iter().any(|known| known == command))
    }

    /// Whether texts may be Markdown, by the list of formats at a path of the capabilities.
    pub fn shows_markdown(&self, path: &str) -> bool {
        let formats = self.look(path).and_then(Value::as_array);
        formats.is_some_and(|formats| formats.iter().any(|format| format == "markdown"))
    }
}

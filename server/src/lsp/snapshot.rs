//! What a request sees: the database, the documents and the settings as they were in its turn. It
//! must not change anything.

use super::client::Client;
use super::documents::Documents;
use super::sent::Sent;
use super::settings::Settings;
use super::transport::Outgoing;
use super::uris::{LIBRARY, path_of, uri_of};
use serde::Serialize;
use std::sync::Arc;
use threatline_model::{Database, File, Location, Model, Span, World};
use threatline_syntax::{LineColumn, LineIndex};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{self as lsp, Uri};

/// What a request sees. All of it is as it was in the turn of the request, except for what the
/// client was sent last.
#[derive(Clone)]
pub struct Snapshot {
    /// The database.
    pub db: Database,
    /// The models.
    pub models: Arc<[Model]>,
    /// The tests of rules.
    pub tests: Arc<[Model]>,
    /// The documents that are open, with the versions that the database has their texts of.
    pub documents: Arc<Documents>,
    /// What the client was sent last.
    pub sent: Arc<Sent>,
    /// Who asks.
    pub client: Arc<Client>,
    /// What the user wants to see.
    pub settings: Arc<Settings>,
    /// The way to the client.
    pub outgoing: Outgoing,
}

/// How many entries a part of a result has, for clients that take results in parts.
pub const MAX_PART: usize = 100;

impl Snapshot {
    /// Sends the client a notification.
    pub fn notify(&self, method: &'static str, params: impl Serialize) {
        self.outgoing.notify(method, params);
    }

    /// Sends the client a part of a result that it asked for in parts.
    pub fn send_part(&self, token: &lsp::ProgressToken, value: impl Serialize) {
        #[derive(Serialize)]
        struct Part<'a, T> {
            token: &'a lsp::ProgressToken,
            value: T,
        }
        self.notify("$/progress", Part { token, value });
    }

    /// The file of a document.
    ///
    /// # Errors
    /// When the document is none of the model files.
    pub fn file(&self, uri: &Uri) -> Result<File> {
        let file = self.file_at(&path_of(uri));
        file.ok_or_else(|| {
            Error::invalid_params(format!("{} is not open and not a model file", uri.as_str()))
        })
    }

    /// The file of a path, in the models or in the library.
    pub fn file_at(&self, path: &str) -> Option<File> {
        let db = &self.db;
        let library = World::get(db).library(db);
        let models = self.models.iter().chain(self.tests.iter());
        models.chain([&library]).find_map(|model| {
            let files = model.files(db);
            let index = files.binary_search_by(|file| file.path(db).as_ref().cmp(path));
            index.ok().map(|index| files[index])
        })
    }

    /// The version of a document, if it is open.
    pub fn version(&self, path: &str) -> Option<i32> {
        self.documents.get(path).map(|document| document.version)
    }

    /// The model whose `threatline.toml` a document is.
    pub fn settings_at(&self, uri: &Uri) -> Option<Model> {
        let path = path_of(uri);
        self.models
            .iter()
            .copied()
            .find(|model| model.settings(&self.db).path.as_deref() == Some(&*path))
    }

    /// The text of a `threatline.toml`, by its path.
    pub fn settings_text(&self, path: &str) -> Option<Arc<str>> {
        let settings = self.models.iter().map(|model| model.settings(&self.db));
        settings
            .filter(|settings| settings.path.as_deref() == Some(path))
            .map(|settings| settings.text.clone())
            .next()
    }

    /// The file and the byte of a position.
    ///
    /// # Errors
    /// When the document is none of the model files.
    pub fn place(&self, params: &lsp::TextDocumentPositionParams) -> Result<(File, u32)> {
        let file = self.file(&params.text_document.uri)?;
        Ok((file, self.offset(file, params.position)))
    }

    /// The byte of a position.
    pub fn offset(&self, file: File, position: lsp::Position) -> u32 {
        let source = file.source(&self.db);
        let encoding = self.client.encoding;
        source
            .lines
            .offset(&source.text, line_column(position), encoding)
    }

    /// The bytes of a range.
    pub fn span(&self, file: File, range: lsp::Range) -> Span {
        let (start, end) = (self.offset(file, range.start), self.offset(file, range.end));
        Span {
            start,
            end: end.max(start),
        }
    }

    /// The range of some bytes of a file.
    pub fn range(&self, file: File, span: Span) -> lsp::Range {
        let source = file.source(&self.db);
        self.range_in(&source.text, &source.lines, span)
    }

    /// The byte of a position in a text.
    pub fn offset_in(&self, text: &str, position: lsp::Position) -> u32 {
        LineIndex::new(text).offset(text, line_column(position), self.client.encoding)
    }

    /// The range of some bytes of a text.
    pub fn range_of(&self, text: &str, span: Span) -> lsp::Range {
        self.range_in(text, &LineIndex::new(text), span)
    }

    fn range_in(&self, text: &str, lines: &LineIndex, span: Span) -> lsp::Range {
        let position = |offset| {
            let LineColumn { line, column } = lines.line_column(text, offset, self.client.encoding);
            lsp::Position::new(line, column)
        };
        lsp::Range::new(position(span.start), position(span.end))
    }

    /// The address of a file, as the client writes it if it has it open. A file of the library has
    /// none for a client that cannot show what is on no disk.
    pub fn uri(&self, path: &str) -> Option<Uri> {
        let open = self.documents.uri(path);
        let uri = open.map(|uri| Uri::clone(uri)).or_else(|| uri_of(path))?;
        (self.client.shows_library() || !uri.as_str().starts_with(LIBRARY)).then_some(uri)
    }

    /// The lines and columns of a location in its file.
    pub fn range_at(&self, location: Location) -> [(u32, u32); 2] {
        let (file, span) = match location {
            Location::Place(place) => place.resolve(&self.db),
            Location::Text(file, span) => (file, span),
            Location::Settings(_, span) => return [(span.start, 0), (span.end, 0)],
        };
        let lsp::Range { start, end } = self.range(file, span);
        [(start.line, start.character), (end.line, end.character)]
    }

    /// The document and range of a location.
    pub fn location(&self, location: Location) -> Option<lsp::Location> {
        let (path, range) = match location {
            Location::Place(place) => {
                let (file, span) = place.resolve(&self.db);
                (file.path(&self.db).clone(), self.range(file, span))
            }
            Location::Text(file, span) => (file.path(&self.db).clone(), self.range(file, span)),
            Location::Settings(model, span) => {
                let settings = model.settings(&self.db);
                (settings.path.clone()?, self.range_of(&settings.text, span))
            }
        };
        Some(lsp::Location::new(self.uri(&path)?, range))
    }

    /// Every model file and test, in the order of their paths.
    pub fn files(&self) -> Vec<File> {
        let models = self.models.iter().chain(self.tests.iter());
        models
            .flat_map(|model| model.files(&self.db).iter().copied())
            .collect()
    }
}

fn line_column(position: lsp::Position) -> LineColumn {
    LineColumn {
        line: position.line,
        column: position.character,
    }
}

//! The documents that are open in the editor: addresses, versions, and texts as ropes, which take
//! a change for what it touches. One whose text is not known any more, since a change of it could
//! not be read, is kept apart: nothing is computed from it. It must not know what a text means.

use ropey::Rope;
use std::collections::HashMap;
use std::sync::Arc;
use threatline_syntax::{Edit, Encoding};
use tower_lsp::ls_types::{Position, TextDocumentContentChangeEvent, Uri};

/// Why a document cannot be changed that is not open.
const NOT_OPEN: &str = "the document is not open";

/// The open documents, by path. A clone shares their texts.
#[derive(Clone, Default)]
pub struct Documents {
    by_path: HashMap<Arc<str>, Document>,
    /// The documents that are open, and whose texts are not known.
    lost: HashMap<Arc<str>, Lost>,
}

/// A document that is open in the editor with a text that the server does not have.
#[derive(Clone)]
pub struct Lost {
    /// Its address, as the client writes it.
    pub uri: Arc<Uri>,
    /// Why the text is not known, and what helps.
    pub reason: Arc<str>,
}

/// A document that is open in the editor.
#[derive(Clone)]
pub struct Document {
    /// Its address, as the client writes it.
    pub uri: Arc<Uri>,
    /// Its version.
    pub version: i32,
    /// Its text.
    pub text: Rope,
}

/// How much of a text changed.
#[derive(Clone, Copy, Debug)]
pub enum Touched {
    /// A part of it changed.
    Part(Edit),
    /// All of it may have changed.
    Whole,
}

impl Documents {
    /// Opens a document.
    pub fn open(&mut self, path: Arc<str>, uri: Uri, version: i32, text: &str) {
        let document = Document {
            uri: Arc::new(uri),
            version,
            text: Rope::from_str(text),
        };
        self.lost.remove(&path);
        self.by_path.insert(path, document);
    }

    /// Changes a document. One whose text was lost is known again by a whole text. What changed is
    /// nothing if no text was sent.
    ///
    /// # Errors
    /// When the changes do not fit the document, with the reason: its text is half changed, and to
    /// be given up with [`Documents::lose`].
    pub fn change(
        &mut self,
        path: &Arc<str>,
        version: i32,
        mut changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Result<Option<Touched>, &'static str> {
        let mut touched = None;
        // What comes before a whole text does not matter.
        if let Some(last) = changes.iter().rposition(|change| change.range.is_none()) {
            let later = changes.split_off(last + 1);
            let uri = self.uri(path).ok_or(NOT_OPEN)?.clone();
            let text = changes.pop().map_or_else(String::new, |change| change.text);
            self.open(path.clone(), Uri::clone(&uri), version, &text);
            (changes, touched) = (later, Some(Touched::Whole));
        }
        let document = self.by_path.get_mut(path).ok_or(NOT_OPEN)?;
        if version < document.version {
            return Err("the version is lower than the previous one");
        }
        document.version = version;
        for change in changes {
            let part = change_text(&mut document.text, change, encoding)
                .ok_or("the range is outside the text")?;
            touched = Some(touched.map_or(part, |touched: Touched| touched.then(part)));
        }
        Ok(touched)
    }

    /// Gives up the text of a document that the editor has open. Whether it was known before.
    pub fn lose(&mut self, path: Arc<str>, uri: Uri, reason: &str) -> bool {
        let known = self.by_path.remove(&path);
        let lost = Lost {
            uri: known.map_or_else(|| Arc::new(uri), |document| document.uri),
            reason: reason.into(),
        };
        self.lost.insert(path, lost).is_none()
    }

    /// Closes a document.
    pub fn close(&mut self, path: &str) {
        self.by_path.remove(path);
        self.lost.remove(path);
    }

    /// The document of a path, if its text is not known.
    pub fn lost(&self, path: &str) -> Option<&Lost> {
        self.lost.get(path)
    }

    /// The address of an open document, as the client writes it.
    pub fn uri(&self, path: &str) -> Option<&Arc<Uri>> {
        let known = self.by_path.get(path).map(|document| &document.uri);
        known.or_else(|| self.lost.get(path).map(|lost| &lost.uri))
    }

    /// The document of a path, if its text is known.
    pub fn get(&self, path: &str) -> Option<&Document> {
        self.by_path.get(path)
    }

    /// Whether the document of a path is open, so that what the disk has of it does not count.
    pub fn is_open(&self, path: &str) -> bool {
        self.by_path.contains_key(path) || self.lost.contains_key(path)
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.by_path.is_empty() && self.lost.is_empty()
    }

    /// The paths of all.
    pub fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_path.keys().chain(self.lost.keys())
    }
}

impl Touched {
    /// How much two changes, one after the other, changed.
    pub fn then(self, next: Touched) -> Touched {
        match (self, next) {
            (Touched::Part(first), Touched::Part(second)) => Touched::Part(first.then(second)),
            _ => Touched::Whole,
        }
    }
}

/// Changes a text; nothing if the range is none of its.
fn change_text(
    text: &mut Rope,
    change: TextDocumentContentChangeEvent,
    encoding: Encoding,
) -> Option<Touched> {
    let Some(range) = change.range else {
        *text = Rope::from_str(&change.text);
        return Some(Touched::Whole);
    };
    // Behind a last line without an end, a change can begin on the line after it and no further.
    if range.end < range.start || range.start.line as usize > text.len_lines() {
        return None;
    }
    let start = char_at(text, range.start, encoding)?;
    let end = char_at(text, range.end, encoding)?;
    let first_byte = text.char_to_byte(start) as u32;
    let edit = Edit {
        start: first_byte,
        old_end: text.char_to_byte(end) as u32,
        new_end: first_byte + change.text.len() as u32,
    };
    text.remove(start..end);
    text.insert(start, &change.text);
    Some(Touched::Part(edit))
}

/// The character at a position. What is past the end of a line or of the text counts as that end.
/// There is none within a character.
fn char_at(text: &Rope, position: Position, encoding: Encoding) -> Option<usize> {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return Some(text.len_chars());
    }
    let start = text.line_to_char(line);
    let line = text.line(line);
    let mut length = line.len_chars();
    while length > 0 && matches!(line.char(length - 1), '\n' | '\r') {
        length -= 1;
    }
    let column = position.character as usize;
    let (within_line, is_between) = match encoding {
        Encoding::Utf32 => (column.min(length), true),
        Encoding::Utf8 => {
            let column = column.min(line.char_to_byte(length));
            let character = line.byte_to_char(column);
            (character, line.char_to_byte(character) == column)
        }
        Encoding::Utf16 => {
            let column = column.min(line.char_to_utf16_cu(length));
            let character = line.utf16_cu_to_char(column);
            (character, line.char_to_utf16_cu(character) == column)
        }
    };
    is_between.then_some(start + within_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::ls_types::Range;

    const PATH: &str = "/a.threat";

    fn opened(text: &str) -> Documents {
        let mut documents = Documents::default();
        let uri = "file:///a.threat".parse().unwrap();
        documents.open(PATH.into(), uri, 1, text);
        documents
    }

    /// A change from a line and column to another.
    fn change(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range: Some(Range::new(
                Position::new(from.0, from.1),
                Position::new(to.0, to.1),
            )),
            range_length: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn lines_end_as_lsp_has_it() {
        let text = Rope::from_str("a\rb\u{2028}c\u{85}d\u{b}e\u{c}f\ng\r\nh");
        assert_eq!(text.len_lines(), 4);
    }

    #[test]
    fn columns_count_in_the_units_of_the_client() {
        for (encoding, behind_the_face) in [
            (Encoding::Utf8, 4),
            (Encoding::Utf16, 2),
            (Encoding::Utf32, 1),
        ] {
            let mut documents = opened("x\n😀y\r\n");
            let insertion = change((1, behind_the_face), (1, behind_the_face), "-");
            documents
                .change(&PATH.into(), 2, vec![insertion], encoding)
                .unwrap();
            assert_eq!(documents.get(PATH).unwrap().text, "x\n😀-y\r\n");
        }
    }

    #[test]
    fn places_outside_of_the_text_are_drawn_to_it() {
        let mut documents = opened("ab\r\nc");
        let changes = vec![change((0, 99), (0, 99), "!"), change((2, 0), (9, 9), "?")];
        documents
            .change(&PATH.into(), 2, changes, Encoding::Utf16)
            .unwrap();
        assert_eq!(documents.get(PATH).unwrap().text, "ab!\r\nc?");
    }

    #[test]
    fn several_changes_are_one_edit_of_the_text_before() {
        let before = "one two three four";
        let mut documents = opened(before);
        let changes = vec![
            change((0, 8), (0, 13), "3"),
            change((0, 4), (0, 4), "and "),
            change((0, 12), (0, 14), "..."),
        ];
        let touched = documents
            .change(&PATH.into(), 2, changes, Encoding::Utf16)
            .unwrap();
        let after = documents.get(PATH).unwrap().text.to_string();
        assert_eq!(after, "one and two ...four");
        let Some(Touched::Part(edit)) = touched else {
            panic!("{touched:?}");
        };
        let put = &after[edit.start as usize..edit.new_end as usize];
        let (head, tail) = (
            &before[..edit.start as usize],
            &before[edit.old_end as usize..],
        );
        assert_eq!([head, put, tail].concat(), after);
        assert_eq!(put, "and two ...");
    }

    #[test]
    fn a_whole_text_among_changes_makes_all_of_it_another() {
        let mut documents = opened("a");
        let whole = TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: "b\n".to_owned(),
        };
        let changes = vec![whole, change((0, 0), (0, 0), "x")];
        let touched = documents
            .change(&PATH.into(), 2, changes, Encoding::Utf16)
            .unwrap();
        assert!(matches!(touched, Some(Touched::Whole)));
        assert_eq!(documents.get(PATH).unwrap().text, "xb\n");
    }

    #[test]
    fn what_a_snapshot_shares_stays_as_it_was() {
        let mut documents = opened("a");
        let snapshot = documents.clone();
        documents
            .change(
                &PATH.into(),
                2,
                vec![change((0, 0), (0, 0), "x")],
                Encoding::Utf8,
            )
            .unwrap();
        let document = snapshot.get(PATH).unwrap();
        assert_eq!(
            (document.version, document.text.to_string()),
            (1, "a".to_owned())
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_and_a_whole_text_is_known_again() {
        let path: Arc<str> = PATH.into();
        for (version, wrong) in [
            (1, change((9, 0), (9, 9), "?")),
            (1, change((0, 2), (0, 1), "?")),
            // Within a character of two units.
            (1, change((0, 4), (0, 4), "?")),
            (0, change((0, 0), (0, 0), "?")),
        ] {
            let mut documents = opened("abc\u{1f600}\nd");
            let changed = documents.change(&path, version, vec![wrong], Encoding::Utf16);
            assert!(changed.is_err());
            let uri: Uri = "file:///a.threat".parse().unwrap();
            assert!(documents.lose(path.clone(), uri.clone(), "why"));
            assert!(!documents.lose(path.clone(), uri, "why"));
            assert!(documents.is_open(PATH) && documents.get(PATH).is_none());
            let part = vec![change((0, 0), (0, 0), "x")];
            assert!(
                documents
                    .change(&path, 5, part.clone(), Encoding::Utf16)
                    .is_err()
            );
            let whole = TextDocumentContentChangeEvent {
                range: None,
                range_length: None,
                text: "e".to_owned(),
            };
            let changes = [vec![whole], part].concat();
            assert!(documents.change(&path, 6, changes, Encoding::Utf16).is_ok());
            assert_eq!(documents.get(PATH).unwrap().text, "xe");
            assert!(documents.lost(PATH).is_none());
        }
    }
}

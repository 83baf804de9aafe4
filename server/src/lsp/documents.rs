//! The documents that are open in the editor: addresses, versions, and texts as ropes, which take
//! a change for what it touches. It must not know what a text means.

use ropey::Rope;
use std::collections::HashMap;
use std::sync::Arc;
use threatline_syntax::{Edit, Encoding};
use tower_lsp::ls_types::{Position, TextDocumentContentChangeEvent, Uri};

/// The open documents, by path. A clone shares their texts.
#[derive(Clone, Default)]
pub struct Documents {
    by_path: HashMap<Arc<str>, Document>,
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
        self.by_path.insert(path, document);
    }

    /// Changes a document, if it is open.
    pub fn change(
        &mut self,
        path: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<Touched> {
        let document = self.by_path.get_mut(path)?;
        document.version = version;
        let touched = changes
            .into_iter()
            .map(|change| change_text(&mut document.text, change, encoding));
        touched.reduce(Touched::then)
    }

    /// Closes a document.
    pub fn close(&mut self, path: &str) {
        self.by_path.remove(path);
    }

    /// The document of a path.
    pub fn get(&self, path: &str) -> Option<&Document> {
        self.by_path.get(path)
    }

    /// Whether the document of a path is open.
    pub fn is_open(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// The paths of all.
    pub fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_path.keys()
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

fn change_text(
    text: &mut Rope,
    change: TextDocumentContentChangeEvent,
    encoding: Encoding,
) -> Touched {
    let Some(range) = change.range else {
        *text = Rope::from_str(&change.text);
        return Touched::Whole;
    };
    let start = char_at(text, range.start, encoding);
    let end = char_at(text, range.end, encoding).max(start);
    let first_byte = text.char_to_byte(start) as u32;
    let edit = Edit {
        start: first_byte,
        old_end: text.char_to_byte(end) as u32,
        new_end: first_byte + change.text.len() as u32,
    };
    text.remove(start..end);
    text.insert(start, &change.text);
    Touched::Part(edit)
}

/// The character at a position. What is past the end of a line or of the text counts as that end.
fn char_at(text: &Rope, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return text.len_chars();
    }
    let start = text.line_to_char(line);
    let line = text.line(line);
    let mut length = line.len_chars();
    while length > 0 && matches!(line.char(length - 1), '\n' | '\r') {
        length -= 1;
    }
    let column = position.character as usize;
    let within_line = match encoding {
        Encoding::Utf32 => column,
        Encoding::Utf8 => line.byte_to_char(column.min(line.char_to_byte(length))),
        Encoding::Utf16 => line.utf16_cu_to_char(column.min(line.char_to_utf16_cu(length))),
    };
    start + within_line.min(length)
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
            documents.change(PATH, 2, vec![insertion], encoding);
            assert_eq!(documents.get(PATH).unwrap().text, "x\n😀-y\r\n");
        }
    }

    #[test]
    fn places_outside_of_the_text_are_drawn_to_it() {
        let mut documents = opened("ab\r\nc");
        let changes = vec![change((0, 99), (0, 99), "!"), change((9, 0), (9, 9), "?")];
        documents.change(PATH, 2, changes, Encoding::Utf16);
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
        let touched = documents.change(PATH, 2, changes, Encoding::Utf16);
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
        let touched = documents.change(PATH, 2, changes, Encoding::Utf16);
        assert!(matches!(touched, Some(Touched::Whole)));
        assert_eq!(documents.get(PATH).unwrap().text, "xb\n");
    }

    #[test]
    fn what_a_snapshot_shares_stays_as_it_was() {
        let mut documents = opened("a");
        let snapshot = documents.clone();
        documents.change(PATH, 2, vec![change((0, 0), (0, 0), "x")], Encoding::Utf8);
        let document = snapshot.get(PATH).unwrap();
        assert_eq!(
            (document.version, document.text.to_string()),
            (1, "a".to_owned())
        );
    }
}

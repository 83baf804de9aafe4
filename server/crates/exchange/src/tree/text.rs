//! The text of a document, and places in it. It must not know a syntax.

use std::fmt;
use std::sync::Arc;

/// Where something is in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// The line, from 1; 0 where a document has no lines.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A text of a document, with what is needed to find places in it.
#[derive(Debug)]
pub struct Text {
    file: Arc<str>,
    text: String,
    /// Where each line starts.
    lines: Vec<usize>,
    /// How many characters start before each [`CHUNK`]th byte: some documents are one line of
    /// megabytes.
    characters: Vec<usize>,
}

/// The most bytes that are counted to find a column.
const CHUNK: usize = 1024;

impl Text {
    /// The text of a file.
    pub fn new(file: &str, text: String) -> Text {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(end, _)| end + 1))
            .collect();
        let mut characters = vec![0];
        for chunk in text.as_bytes().chunks(CHUNK) {
            characters.push(characters[characters.len() - 1] + characters_in(chunk));
        }
        Text {
            file: file.into(),
            text,
            lines,
            characters,
        }
    }

    /// What it says.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The place of a byte.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines[line - 1];
        let column = self
            .characters_before(offset)
            .saturating_sub(self.characters_before(start));
        self.place_at(line, column + 1)
    }

    /// The place at a line and a column, both from 1.
    pub fn place_at(&self, line: usize, column: usize) -> Place {
        Place {
            file: self.file.clone(),
            line,
            column,
        }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let chunk = offset / CHUNK;
        self.characters[chunk] + characters_in(&self.text.as_bytes()[chunk * CHUNK..offset])
    }
}

/// How many characters start in some bytes of UTF-8.
fn characters_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The text of a document, decoded as its byte order mark states.
///
/// # Errors
/// That it is not text, with the place of the first byte that is none.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => decode_wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode_wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => match std::str::from_utf8(rest) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                let readable = &rest[..error.valid_up_to()];
                let line = readable.iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(format!("it is not valid UTF-8, beginning at line {line}"))
            }
        },
    }
}

fn decode_wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let pairs = bytes.chunks_exact(2);
    let is_whole = pairs.remainder().is_empty();
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units)
        .ok()
        .filter(|_| is_whole)
        .ok_or_else(|| "it is not valid UTF-16, although its first bytes say so".to_owned())
}

//! Lines and columns of a text, in the encodings that LSP knows. It must not know what the text
//! says.
//!
//! A line ends at `\n`, `\r\n` or a lone `\r`, as LSP has it.

use crate::span::Edit;
use std::ops::Range;

/// How columns are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// In bytes.
    Utf8,
    /// In code units of UTF-16, LSP's default.
    Utf16,
    /// In Unicode scalar values.
    Utf32,
}

/// A place in a text; both numbers count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column, in the units of the encoding asked for.
    pub column: u32,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// How many bytes are not ASCII: without any, columns are bytes in every encoding.
    wide: usize,
}

impl LineIndex {
    /// Reads the line ends of a text.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        push_starts(&mut starts, text.as_bytes(), 0..text.len());
        LineIndex {
            starts,
            wide: wide_bytes(text.as_bytes()),
        }
    }

    /// The line ends after an edit, from those before it. Only what the edit touches is read.
    pub fn edited(&self, before: &str, after: &str, edit: Edit) -> LineIndex {
        let (before, after) = (before.as_bytes(), after.as_bytes());
        let (start, new_end) = (edit.start as usize, edit.new_end as usize);
        // A `\r` in front of the edit may have got a `\n` behind it, or lost it.
        let first = start.saturating_sub(1);
        let kept = self
            .starts
            .partition_point(|start| *start as usize <= first);
        let behind = self.starts.partition_point(|start| *start <= edit.old_end);
        let mut starts = self.starts[..kept].to_vec();
        push_starts(&mut starts, after, first..new_end);
        let moved = self.starts[behind..].iter().map(|start| edit.moved(*start));
        starts.extend(moved);
        let gone = wide_bytes(&before[start..edit.old_end as usize]);
        LineIndex {
            starts,
            wide: self.wide - gone + wide_bytes(&after[start..new_end]),
        }
    }

    /// How many lines there are; a text without a line end has one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The line and column of a byte. A byte inside a character counts as the character's first,
    /// one past the end as the end.
    pub fn line_column(&self, text: &str, offset: u32, encoding: Encoding) -> LineColumn {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset)
            - 1;
        let start = self.starts[line] as usize;
        let column = if self.wide == 0 {
            (offset - start) as u32
        } else {
            width(&text[start..offset], encoding)
        };
        LineColumn {
            line: line as u32,
            column,
        }
    }

    /// The byte at a line and column. A column past the end of its line counts as the end, a line
    /// past the last as the end of the text, and a column inside a character as the character's
    /// first byte.
    pub fn offset(&self, text: &str, place: LineColumn, encoding: Encoding) -> u32 {
        let Some(&start) = self.starts.get(place.line as usize) else {
            return text.len() as u32;
        };
        let line = text[start as usize..self.end_of_line(text, place.line)].char_indices();
        let mut column = 0;
        let mut offset = start;
        for (index, character) in line {
            offset = start + index as u32;
            let next = column + units(character, encoding);
            if next > place.column {
                return offset;
            }
            column = next;
            offset += character.len_utf8() as u32;
        }
        offset
    }

    fn end_of_line(&self, text: &str, line: u32) -> usize {
        let end = self
            .starts
            .get(line as usize + 1)
            .map_or(text.len(), |&next| next as usize);
        let start = self.starts[line as usize] as usize;
        start + text[start..end].trim_end_matches(['\r', '\n']).len()
    }
}

/// Adds where lines begin behind the line ends in a part of a text.
fn push_starts(starts: &mut Vec<u32>, bytes: &[u8], part: Range<usize>) {
    for offset in part {
        let ends_line = match bytes[offset] {
            b'\n' => true,
            b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends_line {
            starts.push(offset as u32 + 1);
        }
    }
}

fn wide_bytes(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !byte.is_ascii()).count()
}

fn units(character: char, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Utf8 => character.len_utf8() as u32,
        Encoding::Utf16 => character.len_utf16() as u32,
        Encoding::Utf32 => 1,
    }
}

fn width(text: &str, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Utf8 => text.len() as u32,
        // All bytes but those that continue a character; the compiler makes this fast.
        Encoding::Utf32 => text.bytes().filter(|byte| (*byte as i8) >= -0x40).count() as u32,
        Encoding::Utf16 => text
            .chars()
            .map(|character| units(character, encoding))
            .sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_lsp_has_it() {
        let text = "a\rb\u{2028}c\u{85}d\u{b}e\u{c}f\ng\r\nh";
        assert_eq!(LineIndex::new(text).lines(), 4);
    }

    #[test]
    fn every_place_reads_back_in_every_encoding() {
        let text = "flow 😀 é\r\n\r𝛼x\nlast";
        let index = LineIndex::new(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, character) in text.char_indices() {
                if matches!(character, '\r' | '\n') {
                    continue;
                }
                let position = index.line_column(text, offset as u32, encoding);
                assert_eq!(
                    index.offset(text, position, encoding),
                    offset as u32,
                    "{position:?} {encoding:?}"
                );
            }
        }
    }

    #[test]
    fn lines_of_an_edited_text_are_those_of_the_new_text() {
        let text = "ab\r\n\r\né\n\r😀";
        let bounds = || (0..=text.len()).filter(|position| text.is_char_boundary(*position));
        for (start, end) in bounds().flat_map(|start| bounds().map(move |end| (start, end))) {
            for new in ["", "\n", "\r", "\r\n", "x", "ü\nx"] {
                if start > end {
                    continue;
                }
                let after = [&text[..start], new, &text[end..]].concat();
                let edit = Edit {
                    start: start as u32,
                    old_end: end as u32,
                    new_end: (start + new.len()) as u32,
                };
                let edited = LineIndex::new(text).edited(text, &after, edit);
                assert_eq!(edited, LineIndex::new(&after), "{start}..{end} as {new:?}");
            }
        }
    }

    #[test]
    fn places_outside_the_text_are_drawn_to_it() {
        let text = "ab\n😀";
        let index = LineIndex::new(text);
        let position =
            |line, column| index.offset(text, LineColumn { line, column }, Encoding::Utf16);
        assert_eq!(position(0, 99), 2);
        assert_eq!(position(99, 0), 7);
        assert_eq!(position(1, 1), 3, "inside a surrogate pair");
        assert_eq!(
            index.line_column(text, 5, Encoding::Utf16),
            LineColumn { line: 1, column: 0 }
        );
    }
}

//! Where a text is cut into pieces that are parsed one by one: before each line that begins a
//! declaration, whatever stands around it. So what is half-written costs the meaning of its own
//! piece only, and an edit the reading of the pieces that it touches. It must not know what a
//! declaration says.

use crate::{Kind, is_space};
use std::ops::Range;

/// What a string of several lines begins and ends with.
const BLOCK_QUOTE: &str = "\"\"\"";

/// An edit of a text: where it starts, where what is gone ended, and where what came ends.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The first byte that is another.
    pub start: u32,
    /// The end of what is gone, in the text before.
    pub old_end: u32,
    /// The end of what came, in the text after.
    pub new_end: u32,
}

impl Edit {
    /// Where a byte behind what is gone stands in the text after.
    pub fn moved(self, offset: u32) -> u32 {
        offset - self.old_end + self.new_end
    }

    /// Where a byte behind what came stood in the text before.
    fn moved_from(self, offset: u32) -> u32 {
        offset - self.new_end + self.old_end
    }
}

/// The pieces of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// The bytes at which they begin: the first at the beginning of the text, the others with a
    /// declaration.
    starts: Vec<u32>,
    /// Where a block string begins that is never closed: what is below decides what this is.
    not_closed: Option<u32>,
}

/// What an edit changed of the pieces of a text.
#[derive(Debug)]
pub struct EditedPieces {
    /// The pieces after it.
    pub pieces: Pieces,
    /// Those among them that may be read otherwise now.
    pub changed: Range<usize>,
    /// The first of the pieces before that are as they were, but moved.
    pub behind: usize,
}

impl Pieces {
    /// Cuts a text.
    pub fn of(text: &str) -> Pieces {
        let mut pieces = Pieces {
            starts: vec![0],
            not_closed: None,
        };
        pieces.not_closed = scan(text, 0, |at| {
            pieces.starts.push(at);
            false
        });
        pieces
    }

    /// How many there are: at least one.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The byte at which a piece begins; the end of the text behind the last.
    pub fn start(&self, piece: usize, text: &str) -> u32 {
        self.starts.get(piece).copied().unwrap_or(text.len() as u32)
    }

    /// The bytes of a piece.
    pub fn range(&self, piece: usize, text: &str) -> Range<usize> {
        self.start(piece, text) as usize..self.start(piece + 1, text) as usize
    }

    /// The pieces of the text after an edit. Only what is around the edit is looked at.
    pub fn edited(&self, text: &str, edit: Edit) -> EditedPieces {
        let within = |offset: u32| self.starts.partition_point(|start| *start <= offset) - 1;
        let mut first = within(edit.start);
        let is_closed_now = |start: &u32| {
            text.get(*start as usize + 3..)
                .is_some_and(|rest| rest.contains(BLOCK_QUOTE))
        };
        if let Some(closed) = self
            .not_closed
            .filter(|start| *start < edit.start)
            .filter(is_closed_now)
        {
            first = first.min(within(closed));
        }
        let is_told_before = |piece: usize| {
            let start = self.starts[piece] as usize;
            begins_declaration(&text[start..])
                .is_some_and(|length| start + length <= edit.start as usize)
        };
        while first > 0 && !is_told_before(first) {
            first -= 1;
        }
        let mut starts = self.starts[..=first].to_vec();
        let mut behind = self.len();
        let mut not_closed = scan(text, self.starts[first], |at| {
            if at >= edit.new_end
                && let Ok(same) = self.starts[first + 1..].binary_search(&edit.moved_from(at))
            {
                behind = first + 1 + same;
                return true;
            }
            starts.push(at);
            false
        });
        let changed = first..starts.len();
        not_closed = not_closed.or(self.not_closed.filter(|at| *at < self.starts[first]));
        if let Some(same) = self.starts.get(behind) {
            not_closed = not_closed.or(self
                .not_closed
                .filter(|at| at >= same)
                .map(|at| edit.moved(at)));
            starts.extend(self.starts[behind..].iter().map(|start| edit.moved(*start)));
        }
        EditedPieces {
            pieces: Pieces { starts, not_closed },
            changed,
            behind,
        }
    }
}

/// Where a piece ends that has a block which is not closed: behind the last of it that is neither a
/// comment nor a description, which may be of what stands below. `None` for a piece without.
pub fn open_block(piece: &str) -> Option<usize> {
    let bytes = piece.as_bytes();
    let (mut at, mut end, mut depth) = (0, 0, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..]
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' => at = string_end(piece, at, &mut None),
            byte => {
                depth = match byte {
                    b'{' => depth + 1,
                    b'}' => depth.saturating_sub(1),
                    _ => depth,
                };
                at += 1;
                if byte.is_ascii_whitespace() {
                    continue;
                }
            }
        }
        end = at;
    }
    (depth > 0).then_some(end)
}

/// Goes over the lines of a text from one that begins a piece. `begins` is told of the beginnings
/// of further pieces, and whether that is enough. Tells where a block string begins that is not
/// closed.
fn scan(text: &str, from: u32, mut begins: impl FnMut(u32) -> bool) -> Option<u32> {
    let mut not_closed = None;
    let mut at = from as usize;
    while at < text.len() {
        if at > from as usize && begins_declaration(&text[at..]).is_some() && begins(at as u32) {
            break;
        }
        at = next_line(text, at, &mut not_closed);
    }
    not_closed
}

/// Where the next line starts that is not within a string.
fn next_line(text: &str, mut at: usize, not_closed: &mut Option<u32>) -> usize {
    let bytes = text.as_bytes();
    let line_end = |at: usize| {
        bytes[at..]
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
    };
    loop {
        let sign = bytes[at..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'/' | b'\n' | b'\r'));
        let Some(found) = sign else { return text.len() };
        at += found;
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'/')) => at += line_end(at).unwrap_or(text.len() - at),
            (b'/', _) => at += 1,
            (b'"', _) => at = string_end(text, at, not_closed),
            (b'\r', Some(b'\n')) => return at + 2,
            _ => return at + 1,
        }
    }
}

/// Where a string ends; at the end of its line, if it is not closed.
fn string_end(text: &str, start: usize, not_closed: &mut Option<u32>) -> usize {
    let bytes = text.as_bytes();
    if text[start..].starts_with(BLOCK_QUOTE) {
        match text[start + 3..].find(BLOCK_QUOTE) {
            Some(length) => return start + 3 + length + 3,
            None => *not_closed = Some(start as u32),
        }
    }
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            b'\\' if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// How much of a text tells that its first line begins a declaration, and that no sound text could
/// go on so; `None` if it does not. Behind the word that begins a declaration stands a name, which
/// neither begins one itself nor is a word of conditions nor a property, as in
/// `owner:⏎store tags: x`.
fn begins_declaration(text: &str) -> Option<usize> {
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    let is_of_name = |character: char| is_of_word(character) || matches!(character, '-' | '.');
    let (kind, behind) = split(text, is_of_word);
    Kind::from_word(kind)?;
    let name = behind.trim_start_matches([' ', '\t']);
    let word = split(name, is_of_word).0;
    let is_name = name.len() < behind.len()
        && word.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && Kind::from_word(word).is_none()
        && !matches!(word, "and" | "or" | "is" | "in" | "where");
    let mut behind = split(name, is_of_name).1.trim_start_matches(is_space);
    while let Some(comment) = behind
        .strip_prefix("//")
        .filter(|text| !text.starts_with('/') || text.starts_with("//"))
    {
        behind = split(comment, |character| !matches!(character, '\n' | '\r'))
            .1
            .trim_start_matches(is_space);
    }
    let is_property = behind.strip_prefix(':').is_some_and(|ends| {
        let ends = ends.trim_start_matches([' ', '\t']);
        let source = ends
            .char_indices()
            .find(|(at, character)| !is_of_name(*character) || ends[*at..].starts_with("->"));
        let length = source.map_or(ends.len(), |(at, _)| at);
        length == 0
            || !ends[length..]
                .trim_start_matches([' ', '\t'])
                .starts_with("->")
    });
    (is_name && !is_property).then(|| text.len() - behind.len() + 1)
}

/// What of a text is of some characters, and the rest.
fn split(text: &str, is_in: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(
        text.find(|character| !is_in(character))
            .unwrap_or(text.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        let pieces = Pieces::of(text);
        (0..pieces.len())
            .map(|piece| &text[pieces.range(piece, text)])
            .collect()
    }

    #[test]
    fn a_piece_begins_with_a_declaration_at_the_beginning_of_a_line() {
        assert_eq!(
            pieces(
                "// Shop\n\ncomponent shop\nprocess api {\n  owner\nstore db {}\r\nflow use: a.b -> db\rflow a->b\n"
            ),
            [
                "// Shop\n\n",
                "component shop\n",
                "process api {\n  owner\n",
                "store db {}\r\n",
                "flow use: a.b -> db\r",
                "flow a->b\n"
            ]
        );
    }

    #[test]
    fn what_may_be_something_else_begins_no_piece() {
        for text in [
            "process a {\nowner:\nstore tags: b\n}",
            "process a {\nowner:\nflow findings: a@(b -> c)\n}",
            "rule r {\nwhen: x =\nstore and y\n}",
            "rule r {\non:\nflow when // x\n\n: y\n}",
            "flow a ->\nstore\n",
            "process a {\nx:\nflow findings: a-b.c@(d->e)\n}",
            "process a in\nstore store\n",
            " process a\n  process b\n",
            "processes a\nprocess_b c\nprocess-b c\nprocess \"a\"\nprocess {\nprocess 1a",
            "process a {\n  why: \"\"\"\nprocess b\n\"\"\" }",
            "// \"\"\"\n// process b",
        ] {
            assert_eq!(pieces(text), [text]);
        }
    }

    #[test]
    fn a_string_that_is_not_closed_ends_with_its_line() {
        for open in ["\"b // \\\"", "\"\"\"", "\"\\", "\"b // \"\"\""] {
            let text = format!("process a {{ owner: {open}\nprocess b\n");
            assert_eq!(pieces(&text).len(), 2, "{text:?}");
        }
    }

    #[test]
    fn an_open_block_ends_before_what_stands_below() {
        for (open, below) in [
            ("process a {", ""),
            ("process a {", "\n\n"),
            (
                "process a {\n  x: \"}\" // }\n  ow",
                " // }\n\n/// b }\n// c\n",
            ),
            ("process a {} }\nprocess b { é", "\r\n"),
            ("process a { x: \"y", "\n"),
        ] {
            assert_eq!(
                open_block(&[open, below].concat()),
                Some(open.len()),
                "{open:?}"
            );
        }
        for closed in [
            "",
            "process a {}",
            "process a { x: \"\"\"\n{\"\"\" } // {",
            "process \"a {",
        ] {
            assert_eq!(open_block(closed), None, "{closed:?}");
        }
    }

    /// Every edit of a few characters leads to the pieces of the text after.
    #[test]
    fn pieces_of_an_edited_text_are_those_of_the_text_anew() {
        let closed = "/// x\nprocess a {\r\n owner: \"\"\"\nstore b\n\"\"\"\r}\rstore c \"\"\n\nflow f: a -> c\nprocess d\n";
        let not_closed = "process a { x: \"\"\"\nstore b\nflow f: a -> b\nprocess d\n";
        for text in [closed, not_closed] {
            every_edit(text);
        }
    }

    fn every_edit(text: &str) {
        let inserted = [
            "",
            "\n",
            "\r",
            "\"",
            "\"\"\"",
            "s",
            " ",
            ":",
            "//",
            "\n:",
            "\nstore x\n",
            "\"\"\"\nprocess y",
        ];
        let mut count = 0;
        for start in 0..=text.len() {
            for end in (start..=text.len()).filter(|end| end - start < 4 || *end == text.len()) {
                for new in inserted {
                    let after = [&text[..start], new, &text[end..]].concat();
                    let edit = Edit {
                        start: start as u32,
                        old_end: end as u32,
                        new_end: (start + new.len()) as u32,
                    };
                    let edited = Pieces::of(text).edited(&after, edit);
                    assert_eq!(
                        edited.pieces,
                        Pieces::of(&after),
                        "{text:?} with {start}..{end} as {new:?}"
                    );
                    let behind = edited.behind..Pieces::of(text).len();
                    assert_eq!(edited.changed.end + behind.len(), edited.pieces.len());
                    for (old, new) in behind.zip(edited.changed.end..) {
                        assert_eq!(
                            text[Pieces::of(text).range(old, text)],
                            after[edited.pieces.range(new, &after)],
                            "{text:?} with {start}..{end} as {new:?}"
                        );
                    }
                    count += 1;
                }
            }
        }
        assert!(count > 1000);
    }
}

//! Where a text is cut into pieces that are parsed one by one: before each line that begins a
//! declaration, whatever is around it. So what is half-written costs the meaning of its own
//! piece only, and an edit the reading of the pieces that it touches. It must not know what a
//! declaration says.

use crate::lexer::{BLOCK_QUOTE, Lexer, Token, TokenKind, first_word};
use crate::span::Edit;
use crate::tree::Kind;
use std::ops::Range;

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
        pieces.not_closed = scan(text, 0, |start| {
            pieces.starts.push(start);
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

    /// The pieces of the text after an edit. Only what is around the edit is examined.
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
        while first > 0 && !is_beginning(text, self.starts[first]) {
            first -= 1;
        }
        let mut starts = self.starts[..=first].to_vec();
        let mut behind = self.len();
        let mut not_closed = scan(text, self.starts[first], |start| {
            if start >= edit.new_end
                && let Ok(same) = self.starts[first + 1..].binary_search(&edit.moved_from(start))
            {
                behind = first + 1 + same;
                return true;
            }
            starts.push(start);
            false
        });
        let changed = first..starts.len();
        not_closed = not_closed.or(self.not_closed.filter(|start| *start < self.starts[first]));
        if let Some(same) = self.starts.get(behind) {
            not_closed = not_closed.or(self
                .not_closed
                .filter(|start| start >= same)
                .map(|start| edit.moved(start)));
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
/// comment nor a description, which may be of what is below. `None` for a piece without.
pub fn open_block(piece: &str) -> Option<usize> {
    let (mut end, mut depth) = (0, 0usize);
    for token in Lexer::line_by_line(piece, 0).filter(|token| !token.is_comment()) {
        depth = match token.written(piece) {
            "{" => depth + 1,
            "}" => depth.saturating_sub(1),
            _ => depth,
        };
        end = token.span.end as usize;
    }
    (depth > 0).then_some(end)
}

/// Whether a declaration begins at a place that begins a line.
fn is_beginning(text: &str, start: u32) -> bool {
    let mut lexer = Lexer::line_by_line(text, start as usize);
    let first = lexer.next().filter(|token| token.span.start == start);
    first.is_some_and(|first| begins_declaration(text, first, lexer))
}

/// Goes over the lines of a text from one that begins a piece. `begins` is called for the
/// beginnings of further pieces and returns whether that is enough. Returns where an unclosed block
/// string begins.
fn scan(text: &str, from: u32, mut begins: impl FnMut(u32) -> bool) -> Option<u32> {
    let mut lexer = Lexer::line_by_line(text, from as usize);
    while let Some(token) = lexer.next() {
        let start = token.span.start;
        let is_flush = token.begins_line && text[..start as usize].ends_with(['\n', '\r']);
        if is_flush
            && start > from
            && begins_declaration(text, token, lexer.clone())
            && begins(start)
        {
            break;
        }
    }
    lexer.open_block()
}

/// Whether a token that begins a line begins a declaration, and no sound text could go on so. What
/// is behind it tells. Behind the word that begins a declaration is a name, which neither
/// begins one itself nor is a word of conditions nor a property, as in `owner:⏎store tags: x`.
fn begins_declaration(text: &str, kind: Token, behind: Lexer) -> bool {
    if Kind::from_word(kind.written(text)).is_none() {
        return false;
    }
    let mut behind = behind.filter(|token| token.kind != TokenKind::Comment);
    let Some(name) = behind.next() else {
        return false;
    };
    let gap = &text[kind.span.end as usize..name.span.start as usize];
    let first = first_word(name.written(text));
    let is_name = name.kind == TokenKind::Word
        && gap.chars().all(|character| matches!(character, ' ' | '\t'))
        && Kind::from_word(first).is_none()
        && !matches!(first, "and" | "or" | "is" | "in" | "where");
    is_name && !is_property(text, behind)
}

/// Whether what is behind a name makes a property of it: a `:`, but not with the ends of a flow
/// behind it in its line.
fn is_property(text: &str, mut behind: impl Iterator<Item = Token>) -> bool {
    if behind.next().is_none_or(|token| token.written(text) != ":") {
        return false;
    }
    let source = behind.next().filter(|token| {
        !token.begins_line && matches!(token.kind, TokenKind::Word | TokenKind::Number)
    });
    let arrow = source.and_then(|_| behind.next());
    arrow.is_none_or(|token| token.begins_line || token.written(text) != "->")
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
                "// Shop\n\ncomponent shop\nprocess api {\n  owner\nstore db {}\r\n\
                 flow use: a.b -> db\rflow a->b\n"
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
    fn an_open_block_ends_before_the_next_declaration() {
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
    fn pieces_of_an_edited_text_are_those_of_the_new_text() {
        let closed = "/// x\nprocess a {\r\n owner: \"\"\"\nstore b\n\"\"\"\r}\r\
                      store c \"\"\n\nflow f: a -> c\nprocess d\n";
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

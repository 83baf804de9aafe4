//! Texts, read in pieces: a whole one, or of one that was edited the pieces that the edit touches.
//! It must not know what is in a declaration.

use super::declarations::{DeclarationReader, LoweredDeclaration, description};
use super::spans::Spans;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use threatline_syntax::{
    Edit, EditedPieces, Item, LineIndex, Node, Patience, Pieces, Slips, Span, SyntaxError,
    SyntaxErrorKind, SyntaxErrors, is_given_up, is_within, items, last_character, misread_blocks,
    open_block, parse_with, span, syntax_errors_above,
};

/// The text of a file as it is, and where its declarations are in it.
#[derive(Debug)]
pub struct Source {
    /// The text.
    pub text: String,
    /// Where its lines begin.
    pub lines: LineIndex,
    /// The pieces that it is read in.
    pub pieces: Pieces,
    /// The spans of each declaration, in order.
    pub spans: Vec<Spans>,
    /// What is wrong with the text.
    pub errors: SyntaxErrors,
    /// Descriptions with no declaration after them.
    pub loose_descriptions: Vec<Span>,
    /// Why the file could not be read as it is, if it could not.
    pub unreadable: Option<Unreadable>,
}

/// What kept a file from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Why, as a sentence without its full stop.
    pub why: String,
    /// Where in the text, if it could be read around it.
    pub at: u32,
}

/// A file, lowered.
#[derive(Debug)]
pub struct LoweredFile {
    /// The pieces that it was read in.
    pub pieces: Pieces,
    /// What it declares, in order.
    pub declarations: Vec<LoweredDeclaration>,
    /// What is wrong with its text.
    pub errors: SyntaxErrors,
    /// Descriptions with no declaration after them.
    pub loose_descriptions: Vec<Span>,
}

/// What an edit changed in what a text says.
#[derive(Debug)]
pub struct LoweredEdit {
    /// The text after it, of its declarations only those that were read again.
    pub file: LoweredFile,
    /// The declarations before it that they take the place of. What is behind those starts
    /// elsewhere now.
    pub replaced: Range<usize>,
}

/// Reads a text.
pub fn lower(text: &str) -> LoweredFile {
    let mut reader = Reader::new(text, Pieces::of(text));
    let mut above = None;
    for piece in 0..reader.lowered.pieces.len() {
        above = reader.piece(piece, above);
    }
    reader.end(above);
    reader.lowered
}

/// Reads the pieces of a text that an edit changed. `described` returns the description that a
/// declaration had.
pub fn lower_again(
    text: &str,
    before: &Source,
    edit: Edit,
    described: impl Fn(usize) -> Option<SmolStr>,
) -> LoweredEdit {
    if before.errors.more > 0 {
        // What is wrong with it is not all known, so that the whole text is read.
        return LoweredEdit {
            replaced: 0..before.spans.len(),
            file: lower(text),
        };
    }
    let before = Before {
        source: before,
        described,
    };
    let EditedPieces {
        pieces,
        changed,
        mut behind,
    } = before.source.pieces.edited(text, edit);
    let (first, mut above) = before.first_to_read(changed.start);
    let mut reader = Reader::new(text, pieces);
    for piece in first..changed.end {
        above = reader.piece(piece, above);
    }
    let pieces_before = before.source.pieces.len();
    if behind < pieces_before && before.is_described_otherwise(behind, above.as_ref()) {
        above = reader.piece(changed.end, above);
        behind += 1;
    }
    let read_again = before.start_of_piece(first)..if behind < pieces_before {
        before.start_of_piece(behind)
    } else {
        reader.end(above);
        u32::MAX
    };
    let mut file = reader.lowered;
    before.put_around(&mut file, &read_again, edit);
    LoweredEdit {
        file,
        replaced: before.declarations_above(read_again.start)
            ..before.declarations_above(read_again.end),
    }
}

/// A text before an edit. `described` tells what the description of a declaration was.
struct Before<'source, Described> {
    source: &'source Source,
    described: Described,
}

impl<Described: Fn(usize) -> Option<SmolStr>> Before<'_, Described> {
    fn start_of_piece(&self, piece: usize) -> u32 {
        self.source.pieces.start(piece, &self.source.text)
    }

    /// How many declarations start above a byte.
    fn declarations_above(&self, byte: u32) -> usize {
        let spans = &self.source.spans;
        spans.partition_point(|spans| spans.start < byte)
    }

    /// The description of the declaration that a piece begins with, if it begins with one.
    fn description_of_first(&self, piece: usize) -> Option<Option<SmolStr>> {
        let start = self.start_of_piece(piece);
        let first = self.declarations_above(start);
        let begins = self
            .source
            .spans
            .get(first)
            .is_some_and(|spans| spans.start == start);
        begins.then(|| (self.described)(first))
    }

    /// The piece from which on the text is to be read again when one was changed, and the
    /// description above it: that is known of a piece which begins with a declaration.
    fn first_to_read(&self, changed: usize) -> (usize, Option<Above>) {
        let known = (1..=changed).rev().find_map(|piece| {
            let text = self.description_of_first(piece)?;
            Some((piece, text))
        });
        let (first, text) = known.unwrap_or((0, None));
        let above = text.map(|text| Above {
            text,
            span: Span::default(),
        });
        (first, above)
    }

    /// Whether the declaration that a piece begins with has another description now.
    fn is_described_otherwise(&self, piece: usize, above: Option<&Above>) -> bool {
        let now = above.map(|description| &description.text);
        self.description_of_first(piece)
            .is_some_and(|before| before.as_ref() != now)
    }

    /// Puts the results for the pieces that were not read again around the results for those that
    /// were.
    fn put_around(&self, file: &mut LoweredFile, read_again: &Range<u32>, edit: Edit) {
        let moved = |span: Span| Span {
            start: edit.moved(span.start),
            end: edit.moved(span.end),
        };
        let is_above = |span: Span| span.start < read_again.start;
        let is_behind = |span: Span| span.start >= read_again.end;

        let errors = self.source.errors.listed.iter();
        let errors_above = errors.clone().filter(|error| is_above(error.span));
        let errors_behind = errors.filter(|error| is_behind(error.span));
        let errors_behind = errors_behind.map(|error| error.clone().moved(moved));
        let read_again = std::mem::take(&mut file.errors);
        let mut all_errors = errors_above.cloned().chain(read_again.listed);
        all_errors
            .by_ref()
            .for_each(|error| file.errors.push(error));
        file.errors.more += read_again.more;
        errors_behind.for_each(|error| file.errors.push(error));

        let loose = self.source.loose_descriptions.iter().copied();
        let loose_behind = loose.clone().filter(|span| is_behind(*span)).map(moved);
        let mut all_loose: Vec<Span> = loose.filter(|span| is_above(*span)).collect();
        all_loose.append(&mut file.loose_descriptions);
        all_loose.extend(loose_behind);
        file.loose_descriptions = all_loose;
    }
}

/// A description that waits for its declaration.
struct Above {
    text: SmolStr,
    span: Span,
}

/// A part of a piece, as it is parsed.
struct Part<'text> {
    /// Where it begins in the text of the file.
    offset: u32,
    /// What is parsed.
    text: &'text str,
    /// How much of that is written in the file.
    written: usize,
}

/// Reads the pieces of a text.
struct Reader<'text> {
    text: &'text str,
    lowered: LoweredFile,
    patience: Patience,
}

impl<'text> Reader<'text> {
    fn new(text: &'text str, pieces: Pieces) -> Self {
        let lowered = LoweredFile {
            pieces,
            declarations: Vec::new(),
            errors: SyntaxErrors::default(),
            loose_descriptions: Vec::new(),
        };
        Reader {
            text,
            lowered,
            patience: Patience::default(),
        }
    }

    /// Reads a piece. `above` is the description above it, and what comes out is the one that it
    /// ends with.
    fn piece(&mut self, piece: usize, above: Option<Above>) -> Option<Above> {
        let range = self.lowered.pieces.range(piece, self.text);
        let (offset, text) = (range.start as u32, &self.text[range]);
        let Some(open) = open_block(text) else {
            let written = text.len();
            return self.part(
                Part {
                    offset,
                    text,
                    written,
                },
                above,
            );
        };
        // What was begun in an open block stays in it, and what is below is none of it.
        let closed = [&text[..open], "\n}"].concat();
        let above = self.part(
            Part {
                offset,
                text: &closed,
                written: open,
            },
            above,
        );
        self.lowered.errors.push(SyntaxError {
            span: last_character(text, open).shifted(offset),
            message: "`}` is missing here".to_owned(),
            kind: SyntaxErrorKind::Missing("}".to_owned()),
        });
        let below = Part {
            offset: offset + open as u32,
            text: &text[open..],
            written: text.len() - open,
        };
        self.part(below, above)
    }

    /// Reads a part of the text, which may go on behind what is written.
    fn part(&mut self, part: Part, above: Option<Above>) -> Option<Above> {
        let mut tree = parse_with(part.text, &mut self.patience);
        let is_broken = tree.root_node().has_error() && !is_given_up(&tree, part.text);
        let slips = is_broken.then(|| Slips::of(part.text)).flatten();
        let mut text = Cow::Borrowed(part.text);
        let mut parsed = Cow::Borrowed(part.text);
        let mut known = Vec::new();
        if let Some(slips) = slips {
            tree = parse_with(&slips.mended, &mut self.patience);
            (text, parsed) = (Cow::Owned(slips.readable), Cow::Owned(slips.mended));
            known = slips.errors;
        }
        let is_whole = part.written == part.text.len();
        let end = if is_whole { usize::MAX } else { part.written };
        let errors = syntax_errors_above(&tree, &parsed, end);
        known.extend(errors.listed);
        let misread = misread_blocks(&tree, &parsed);
        let mut reader = DeclarationReader::new(&text, matches!(text, Cow::Owned(_)), known);
        let items = items(&tree);
        let begins_with_declaration = items.first().is_some_and(
            |item| matches!(item, Item::Declaration(first) if first.0.start_byte() == 0),
        );
        // What is broken at its beginning is not described, nor is what is further below.
        let mut waiting = above.filter(|_| begins_with_declaration);
        for item in items {
            match item {
                Item::Declaration(declaration) if is_within(&misread, start_of(declaration.0)) => {}
                Item::Description(node) => {
                    let next = Above {
                        text: description(node, &text),
                        span: span(node),
                    };
                    let loose = waiting.replace(next).map(|description| description.span);
                    reader.loose_descriptions.extend(loose);
                }
                Item::Declaration(declaration) => {
                    let description = waiting.take().map(|description| description.text);
                    if let Some(lowered) = reader.declaration(declaration, description) {
                        self.push(lowered, &part);
                    }
                }
            }
        }
        self.push_errors(reader.errors, &part);
        self.lowered.errors.more += errors.more;
        let loose = reader.loose_descriptions.into_iter();
        let loose = loose.map(|span| span.shifted(part.offset));
        self.lowered.loose_descriptions.extend(loose);
        waiting.map(|description| Above {
            span: description.span.shifted(part.offset),
            ..description
        })
    }

    fn push(&mut self, mut declaration: LoweredDeclaration, part: &Part) {
        let spans = &mut declaration.spans;
        if part.written < part.text.len() {
            let parts = Arc::get_mut(&mut spans.parts).expect("nobody else has them yet");
            parts.cut((part.written as u32).saturating_sub(spans.start));
        }
        spans.start += part.offset;
        self.lowered.declarations.push(declaration);
    }

    fn push_errors(&mut self, mut errors: Vec<SyntaxError>, part: &Part) {
        errors.sort_by_key(|error| error.span);
        let is_whole = part.written == part.text.len();
        errors.retain(|error| is_whole || (error.span.start as usize) < part.written);
        // What is missing at the end of a piece is missing in it.
        let last = last_character(part.text, part.written);
        for error in errors {
            let mut error = error.moved(|span| {
                let within = Span {
                    start: span.start.min(last.end),
                    end: span.end.min(last.end),
                };
                within.shifted(part.offset)
            });
            error.span.start = error.span.start.min(last.start + part.offset);
            error.span = whole_characters(self.text, error.span);
            self.lowered.errors.push(error);
        }
    }

    /// Ends the text: a description that still waits describes nothing.
    fn end(&mut self, above: Option<Above>) {
        let loose = above.map(|description| description.span);
        self.lowered.loose_descriptions.extend(loose);
    }
}

/// A span without parts of characters: what was parsed in place of one may be shorter.
fn whole_characters(text: &str, span: Span) -> Span {
    let (mut start, mut end) = (span.start as usize, span.end as usize);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end)
}

/// The place at which a node starts.
fn start_of(node: Node) -> Span {
    Span::new(node.start_byte(), node.start_byte())
}

#[cfg(test)]
mod tests {
    use super::super::written::Facts;
    use super::*;
    use threatline_syntax::NOT_CLOSED;

    fn facts(text: &str) -> Vec<Facts> {
        let lowered = lower(text);
        assert_eq!(lowered.errors.listed, [], "{text}");
        lowered
            .declarations
            .into_iter()
            .map(|declared| declared.facts)
            .collect()
    }

    #[test]
    fn a_comment_in_parentheses_leaves_the_condition_as_it_is() {
        let without = facts("rule r { when: not (exposed or encrypted) }");
        assert_eq!(
            facts("rule r { when: not ( // Why.\n exposed or encrypted // That is why.\n) }"),
            without
        );
    }

    #[test]
    fn a_string_ends_with_its_line() {
        let text = "process a { owner: \"b\n// c\n/// d\" }";
        let errors = lower(text).errors.listed;
        let messages: Vec<&str> = errors.iter().map(|error| &*error.message).collect();
        assert_eq!(messages, [NOT_CLOSED, "`}` is missing here"]);
        assert!(
            errors.iter().all(|error| error.span == Span::new(20, 21)),
            "{errors:?}"
        );
    }

    #[test]
    fn an_open_block_keeps_what_is_in_it_and_takes_nothing_from_below() {
        for (text, missing) in [
            (
                "process a {\n  owner: \"x\"\n  ow\n\n/// D.\nprocess b",
                "w",
            ),
            (
                "process a {\n  owner: \"x\" // {\n\n// Why.\n/// D.\nprocess b {}",
                "\"",
            ),
        ] {
            let lowered = lower(text);
            let last = lowered.errors.listed.last().expect("`}` is missing");
            assert_eq!(
                (&*last.message, &text[last.span.range()]),
                ("`}` is missing here", missing)
            );
            let [a, b] = &lowered.declarations[..] else {
                panic!("{lowered:?}")
            };
            assert_eq!(a.facts.properties[0].name, "owner");
            assert_eq!(b.facts.description.as_deref(), Some("D."));
            assert_eq!(a.spans.whole.end, last.span.end);
        }
    }

    #[test]
    fn a_description_is_the_text_after_its_slashes() {
        let text = "process a\n\n/// store";
        let last = lower(text);
        assert_eq!(
            (last.declarations.len(), &*last.loose_descriptions),
            (1, &[Span::new(11, 20)][..])
        );
        for (text, expected) in [
            ("/// store\nprocess a", "store"),
            (
                "/// One.\n\n// Not this.\n   ///Two.\nprocess a",
                "One.\nTwo.",
            ),
            (
                "/// One.\r///\r///  Two. \r// Not this.\rprocess a",
                "One.\n\n Two.",
            ),
            ("/// // A comment.\nprocess a", "// A comment."),
            ("/// ///\nprocess a", "///"),
            ("/// }\nprocess a { ///}\n}", "}"),
        ] {
            assert_eq!(
                facts(text)[0].description.as_deref(),
                Some(expected),
                "{text:?}"
            );
        }
    }
}

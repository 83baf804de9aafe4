//! The result as far as it is laid out: lines, with the comments and descriptions among them and
//! the empty lines that the author left. It must not know what a declaration is.

use crate::lines::{Line, first_line_end};
use crate::source::{Distance, Source};
use threatline_syntax::{Node, children, description_lines};

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The result, as far as it is laid out.
pub struct Layout<'text> {
    /// The text.
    pub source: Source<'text>,
    /// The lines so far.
    pub lines: Vec<Line<'text>>,
    /// Whether a description waits for its declaration, which is to stand directly below.
    is_described: bool,
    /// Whether a block has just been opened, so that no empty line may follow.
    is_opened: bool,
}

impl<'text> Layout<'text> {
    /// Nothing of a text yet.
    pub fn new(text: &'text str) -> Self {
        Layout {
            source: Source::new(text),
            lines: Vec::new(),
            is_described: false,
            is_opened: false,
        }
    }

    /// Adds a line of a declaration, which is what a description above it waits for; with an empty
    /// one before it if the author left one where one may be.
    pub fn push(&mut self, distance: Distance, line: Line<'text>) {
        self.push_line(distance, line);
        self.is_described = false;
    }

    /// Adds a line that begins with what opens a block, so that no empty one follows.
    pub fn open_block(&mut self) {
        self.is_opened = true;
    }

    fn push_line(&mut self, distance: Distance, line: Line<'text>) {
        let is_allowed = !self.is_described && !self.is_opened && !self.lines.is_empty();
        let blank = is_allowed && distance == Distance::Apart;
        self.is_opened = false;
        self.lines.push(Line { blank, ..line });
    }

    /// Adds a comment: behind the last line if it is there, else as a line.
    pub fn comment(&mut self, node: Node, indent: usize) {
        let comment = self.source.comment(node);
        let last = self.lines.last_mut().filter(|line| line.comment.is_none());
        match last {
            Some(line) if comment.distance == Distance::Behind => line.comment = Some(comment.text),
            _ => self.push_line(comment.distance, Line::comment(indent, comment.text)),
        }
    }

    /// Adds the lines of a description and the comments between them.
    pub fn description(&mut self, node: Node, indent: usize) {
        let mut texts = description_lines(node, self.source.text).into_iter();
        for part in children(node) {
            if part.kind() == "comment" {
                self.comment(part, indent);
            } else if part.kind() == "///" {
                let text = texts.next().unwrap_or_default().trim_end();
                let space = if text.is_empty() || text.starts_with(' ') {
                    ""
                } else {
                    " "
                };
                let line = Line {
                    is_description: true,
                    ..Line::code(indent, format!("///{space}{text}"))
                };
                self.push_line(self.source.distance(part), line);
                self.is_described = true;
            }
        }
    }

    /// The first line of the description that has just been laid out; the next line, if none has.
    pub fn description_start(&self, after_last: usize) -> usize {
        let lines = self.lines[after_last..].iter().rev();
        let described = lines.take_while(|line| line.is_description);
        self.lines.len() - described.count()
    }

    /// Gives comments lines of their own above a line. Tells how many.
    pub fn insert(&mut self, place: usize, comments: Vec<&'text str>) -> usize {
        let count = comments.len();
        if count > 0 {
            let blank = std::mem::take(&mut self.lines[place].blank);
            let comments = comments
                .into_iter()
                .map(|comment| Line::comment(0, comment));
            self.lines.splice(place..place, comments);
            self.lines[place].blank = blank;
        }
        count
    }

    /// The result as a text, with the line ends of the text that it is made of.
    pub fn finish(self) -> String {
        let text = self.source.text;
        let line_end = first_line_end(text);
        let mut result = String::with_capacity(text.len() + text.len() / 8);
        if text.starts_with(BYTE_ORDER_MARK) {
            result.push(BYTE_ORDER_MARK);
        }
        for line in &self.lines {
            line.write(line_end, &mut result);
        }
        result
    }
}

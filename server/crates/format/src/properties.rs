//! Properties: on one line, or a value or an operand a line. It must not know what is around
//! them.

use crate::conditions::{inner, last_operators};
use crate::lines::{IN_BLOCK, IN_PROPERTY, Line, MAX_WIDTH, width};
use crate::source::{Comment, Distance, Source};
use crate::tokens::{Token, comments_of, joined, tokens};
use std::iter::{Peekable, once};
use std::vec::IntoIter;
use threatline_syntax::{Node, Property, children};

/// How far conditions in parentheses are indented at most; what is nested deeper stays on one line.
const MAX_INDENT: usize = 24;

/// The lines of a property in a block, the comments of its list included, which are taken out of
/// what follows in the block.
pub fn lines<'text>(
    source: &Source<'text>,
    property: Node,
    behind: &mut Peekable<IntoIter<Node>>,
) -> Vec<Line<'text>> {
    let mut rows = Rows::read(source, property);
    if rows.ends_with_comma {
        let column = source.column(property);
        while let Some(comment) = behind.next_if(|next| is_in_list(source, column, *next)) {
            rows.comment(source.comment(comment));
        }
    }
    rows.into_lines()
}

/// A property that can be on one line with what is around it: one without comments and lines of its
/// own.
pub fn inline(source: &Source, property: Node) -> Option<String> {
    let rows = (property.kind() == "property").then(|| Rows::read(source, property))?;
    (!rows.has_comments() && !rows.has_block_string).then(|| rows.inline())
}

/// Whether a comment behind the last comma of a list belongs to the list: if it is on the same
/// line, or below and deeper than the property, as a value is that somebody took out.
fn is_in_list(source: &Source, property_column: u32, node: Node) -> bool {
    node.kind() == "comment"
        && match source.distance(node) {
            Distance::Behind => true,
            Distance::Below => source.column(node) > property_column,
            Distance::Apart => false,
        }
}

/// A property in the lines that it takes if it does not fit on one: its name, then one value or
/// operand a row.
#[derive(Default)]
struct Rows<'text> {
    /// The name with its colon.
    head: String,
    head_comment: Option<&'text str>,
    rows: Vec<Row<'text>>,
    /// Comments that go above the next row; in the end, those below the last.
    above: Vec<&'text str>,
    /// Whether the rows are values, which commas separate, or the operands of a condition.
    is_list: bool,
    /// The condition on one line.
    in_one: Option<String>,
    ends_with_comma: bool,
    has_block_string: bool,
}

struct Row<'text> {
    above: Vec<&'text str>,
    indent: usize,
    code: String,
    comment: Option<&'text str>,
}

impl<'text> Rows<'text> {
    fn read(source: &Source<'text>, property: Node) -> Self {
        let mut rows = Rows {
            is_list: Property(property).condition().is_none(),
            ..Rows::default()
        };
        for part in children(property) {
            let kind = part.kind();
            rows.ends_with_comma = kind == ",";
            match kind {
                "comment" => rows.comment(source.comment(part)),
                "property_name" => rows.head = format!("{}:", &source.text[part.byte_range()]),
                ":" | "," => {}
                _ if rows.is_list => {
                    rows.has_block_string |= kind == "block_string";
                    rows.value(&tokens(source, vec![part]).0);
                }
                _ => {
                    let tokens = tokens(source, vec![part]).0;
                    rows.in_one = Some(joined(&tokens));
                    rows.condition(&tokens, IN_PROPERTY);
                }
            }
        }
        rows
    }

    /// Puts a comment behind the last row if it is there, and above the next one otherwise.
    fn comment(&mut self, comment: Comment<'text>) {
        let behind = self
            .rows
            .last_mut()
            .map_or(&mut self.head_comment, |row| &mut row.comment);
        if comment.distance == Distance::Behind && behind.is_none() && self.above.is_empty() {
            *behind = Some(comment.text);
        } else {
            self.above.push(comment.text);
        }
    }

    fn value(&mut self, tokens: &[Token<'text>]) {
        self.above.extend(comments_of(tokens));
        self.row(tokens, IN_PROPERTY);
    }

    fn condition(&mut self, tokens: &[Token<'text>], indent: usize) {
        let mut start = 0;
        for end in last_operators(tokens).into_iter().chain(once(tokens.len())) {
            self.operand(&tokens[start..end], indent);
            start = end;
        }
    }

    /// One operand in a row. If it is too long and ends with parentheses, what is in them gets rows
    /// of its own.
    fn operand(&mut self, tokens: &[Token<'text>], indent: usize) {
        let Some((first, others)) = tokens.split_first() else {
            return;
        };
        for comment in &first.comments {
            self.comment(*comment);
        }
        let is_long = || indent + width(&joined(tokens)) > MAX_WIDTH;
        match inner(tokens).filter(|_| indent < MAX_INDENT && is_long()) {
            Some(inner) => {
                self.above.extend(comments_of(&tokens[1..inner.start]));
                self.row(&tokens[..inner.start], indent);
                let end = inner.end;
                self.condition(&tokens[inner], indent + IN_BLOCK);
                self.above.extend(comments_of(&tokens[end..]));
                self.row(&tokens[end..], indent);
            }
            None => {
                self.above.extend(comments_of(others));
                self.row(tokens, indent);
            }
        }
    }

    fn row(&mut self, tokens: &[Token], indent: usize) {
        let above = std::mem::take(&mut self.above);
        self.rows.push(Row {
            above,
            indent,
            code: joined(tokens),
            comment: None,
        });
    }

    fn has_comments(&self) -> bool {
        self.has_inner_comments() || self.rows.last().is_some_and(|row| row.comment.is_some())
    }

    /// Whether there are comments that would not be behind the property if it were one line.
    fn has_inner_comments(&self) -> bool {
        let followed = self.rows.len().saturating_sub(1);
        self.head_comment.is_some()
            || !self.above.is_empty()
            || self.rows.iter().any(|row| !row.above.is_empty())
            || self.rows[..followed]
                .iter()
                .any(|row| row.comment.is_some())
    }

    fn inline(&self) -> String {
        if let Some(in_one) = &self.in_one {
            return format!("{} {in_one}", self.head);
        }
        let rows: Vec<&str> = self.rows.iter().map(|row| row.code.as_str()).collect();
        let space = if rows.is_empty() { "" } else { " " };
        let separator = if self.is_list { ", " } else { " " };
        [&self.head, space, &rows.join(separator)].concat()
    }

    /// Whether the property is one line. A single value that is too long stays behind its name: it
    /// would not fit on the next line either.
    fn is_one_line(&self, inline: &str) -> bool {
        let fits = || IN_BLOCK + width(inline) <= MAX_WIDTH && !inline.contains(['\n', '\r']);
        !self.has_inner_comments() && (self.rows.len() < 2 || fits())
    }

    fn into_lines(self) -> Vec<Line<'text>> {
        let inline = self.inline();
        if self.is_one_line(&inline) {
            let comment = self.rows.last().and_then(|row| row.comment);
            return vec![Line {
                comment,
                ..Line::code(IN_BLOCK, inline)
            }];
        }
        let last_indent = if self.rows.is_empty() {
            IN_BLOCK
        } else {
            IN_PROPERTY
        };
        let separator = if self.is_list { "," } else { "" };
        let mut lines = vec![Line {
            comment: self.head_comment,
            ..Line::code(IN_BLOCK, self.head)
        }];
        for row in self.rows {
            let above = row.above.into_iter();
            lines.extend(above.map(|comment| Line::comment(row.indent, comment)));
            lines.push(Line {
                comment: row.comment,
                ..Line::code(row.indent, row.code + separator)
            });
        }
        let below = self.above.into_iter();
        lines.extend(below.map(|comment| Line::comment(last_indent, comment)));
        lines
    }
}

//! Formatting: a text in the one canonical form, so that a diff shows nothing but what changed in
//! the model. It must not know what a property or a name means: it moves tokens and comments, and
//! loses none.
//!
//! The tree is laid out as lines, each with the comment behind it. Whether a piece takes one line
//! or several depends on its width and its comments, never on the lines it came in: so formatting
//! twice changes nothing.

use std::borrow::Cow;
use std::iter::{Peekable, once, repeat_n};
use std::ops::Range;
use std::vec::IntoIter;
use threatline_model::{LoweredDeclaration, LoweredFile, Part, lower};
use threatline_syntax::{
    Encoding, Kind, LineIndex, Node, Property, Span, SyntaxError, SyntaxErrorKind, children,
    description_lines, is_space, name_text, parse,
};

/// The longest line that a list, a condition or a declaration is joined to, in characters.
const WIDTH: usize = 100;
/// The indent of what stands in a block.
const IN_BLOCK: usize = 2;
/// The indent of what stands in a list or a condition of several lines.
const IN_PROPERTY: usize = 4;
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A text in canonical form; or what is wrong with it, since broken text is left as it is.
pub fn format(text: &str) -> Result<String, Vec<SyntaxError>> {
    let (lowered, result) = laid_out(text)?;
    let again = laid_out(&result);
    let read_again = again
        .as_ref()
        .ok()
        .map(|(lowered, _)| &*lowered.declarations)
        .unwrap_or_default();
    let span = match read_otherwise(&lowered.declarations, read_again) {
        Some(span) => span,
        None if again.is_ok_and(|(_, again)| again == result) => return Ok(result),
        // The next time it would be.
        None => nameless(&lowered.declarations),
    };
    let message = "this can be read in two ways, and would be read otherwise once it is laid out; a name is missing here or in \
                   the declaration above";
    Err(vec![SyntaxError {
        span,
        message: message.to_owned(),
        kind: SyntaxErrorKind::Unexpected,
    }])
}

/// What a sound text says, and the text laid out.
fn laid_out(text: &str) -> Result<(LoweredFile, String), Vec<SyntaxError>> {
    let lowered = lower(text);
    if !lowered.errors.is_empty() {
        return Err(lowered.errors);
    }
    let mut layout = Layout::new(text);
    layout.file(parse(text).root_node());
    let result = layout.finish();
    Ok((lowered, result))
}

/// The first declaration without a name.
fn nameless(declarations: &[LoweredDeclaration]) -> Span {
    let first = declarations
        .iter()
        .find(|declaration| declaration.shape.name.is_none());
    first
        .map(|declaration| declaration.spans.of(Part::Kind))
        .unwrap_or_default()
}

/// The first declaration that is read otherwise in the result. Where names are missing, a word may
/// be one or may begin the next declaration, and which of them it is may hang on what stands around
/// it.
fn read_otherwise(before: &[LoweredDeclaration], after: &[LoweredDeclaration]) -> Option<Span> {
    let is_same = |at: &usize| {
        let [before, after] = [before.get(*at), after.get(*at)].map(|declaration| {
            declaration.map(|declaration| (&declaration.shape, &declaration.facts))
        });
        before == after
    };
    let differs = (0..before.len().max(after.len())).find(|at| !is_same(at))?;
    let told = before
        .get(differs)
        .or(before.last())
        .map(|declaration| declaration.spans.of(Part::Kind));
    Some(told.unwrap_or_default())
}

/// What to replace in a text to have it in canonical form: whole lines, and only those that differ,
/// since an editor keeps its cursors, marks and folds in the lines that are left alone.
pub fn format_edits(text: &str) -> Result<Vec<(Span, String)>, Vec<SyntaxError>> {
    Ok(line_edits(text, &format(text)?))
}

// ---- lines -------------------------------------------------------------------------------------

/// One line of the result. A block string in it brings line ends of its own.
struct Line<'text> {
    /// Whether an empty line goes before.
    blank: bool,
    indent: usize,
    /// What stands on the line but for the comment: nothing, if the comment stands alone.
    code: Cow<'text, str>,
    comment: Option<&'text str>,
    is_description: bool,
}

impl<'text> Line<'text> {
    fn code(indent: usize, code: impl Into<Cow<'text, str>>) -> Self {
        Line {
            blank: false,
            indent,
            code: code.into(),
            comment: None,
            is_description: false,
        }
    }

    fn comment(indent: usize, comment: &'text str) -> Self {
        Line {
            comment: Some(comment),
            ..Line::code(indent, "")
        }
    }
}

/// A comment, and how far it is from what is before it.
#[derive(Clone, Copy)]
struct Comment<'text> {
    text: &'text str,
    distance: Distance,
}

/// How far two neighbours are from each other: on one line, on the next, or beyond an empty one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Distance {
    Behind,
    Below,
    Apart,
}

/// The result, as far as it is laid out.
struct Layout<'text> {
    text: &'text str,
    index: LineIndex,
    lines: Vec<Line<'text>>,
    /// Whether a description waits for its declaration, which is to stand directly below.
    described: bool,
    /// Whether a block has just been opened, so that no empty line may follow.
    opened: bool,
}

impl<'text> Layout<'text> {
    fn new(text: &'text str) -> Self {
        let index = LineIndex::new(text);
        Layout {
            text,
            index,
            lines: Vec::new(),
            described: false,
            opened: false,
        }
    }

    /// Adds a line, with an empty one before it if the author left one where one may be.
    fn push(&mut self, distance: Distance, line: Line<'text>) {
        let allowed = !self.described && !self.opened && !self.lines.is_empty();
        let blank = allowed && distance == Distance::Apart;
        self.opened = false;
        self.lines.push(Line { blank, ..line });
    }

    fn finish(self) -> String {
        let line_end = first_line_end(self.text);
        let mut out = String::with_capacity(self.text.len() + self.text.len() / 8);
        if self.text.starts_with(BYTE_ORDER_MARK) {
            out.push(BYTE_ORDER_MARK);
        }
        for line in &self.lines {
            if line.blank {
                out.push_str(line_end);
            }
            out.extend(repeat_n(' ', line.indent));
            out.push_str(&line.code);
            if let Some(comment) = line.comment {
                out.push_str(if line.code.is_empty() { "" } else { " " });
                out.push_str(comment);
            }
            out.push_str(line_end);
        }
        out
    }

    // ---- declarations --------------------------------------------------------------------------

    fn file(&mut self, root: Node) {
        // The first line after the last declaration, and whether that one is a single line.
        let mut last: Option<(usize, bool)> = None;
        for node in children(root) {
            match node.kind() {
                "comment" => self.comment(node, 0),
                "description" => self.description(node, 0),
                _ => {
                    let after_last = last.map_or(0, |(line, _)| line);
                    let start = self.declaration(node, after_last);
                    let is_line = self.lines.len() - start == 1;
                    if let Some((_, last_is_line)) = last {
                        self.separate(after_last..start + 1, last_is_line && is_line);
                    }
                    last = Some((self.lines.len(), is_line));
                }
            }
        }
    }

    /// Sets a declaration off from the one before. `between` are the lines from the end of that one
    /// to the first of this one. If the author put an empty line before none of them, it goes
    /// before the first, so that what stands directly above a declaration stays there. Declarations
    /// of one line may do without.
    fn separate(&mut self, between: Range<usize>, are_lines: bool) {
        let between = &mut self.lines[between];
        let together = are_lines && !between.iter().any(|line| line.is_description);
        if !together && !between.iter().any(|line| line.blank) {
            between[0].blank = true;
        }
    }

    /// Lays out a declaration and tells which line it starts on. `after_last` is the first line
    /// after the declaration before.
    fn declaration(&mut self, node: Node, after_last: usize) -> usize {
        let body = node.child_by_field_name("body");
        let mut header = children(node);
        header.retain(|part| body.is_none_or(|body| body.id() != part.id()));
        let (tokens, comments_before_body) = self.tokens(header);
        let comments = comments_of(&tokens)
            .chain(comments_before_body.iter().map(|comment| comment.text))
            .collect();

        let description = self.description_start(after_last);
        self.push(
            self.distance(node.start_byte()),
            Line::code(0, joined(&tokens)),
        );
        self.described = false;
        let start = self.lines.len() - 1 + self.insert(description, comments);
        if let Some(body) = body {
            self.body(body, start, is_unfinished(&tokens));
        }
        start
    }

    /// The first line of the description that has just been laid out; the next line, if none has.
    fn description_start(&self, after_last: usize) -> usize {
        let lines = self.lines[after_last..]
            .iter()
            .rev()
            .take_while(|line| line.is_description);
        self.lines.len() - lines.count()
    }

    /// Gives comments from inside of a header lines of their own above it. Tells how many.
    fn insert(&mut self, at: usize, comments: Vec<&'text str>) -> usize {
        let count = comments.len();
        if count > 0 {
            let blank = std::mem::take(&mut self.lines[at].blank);
            let comments = comments
                .into_iter()
                .map(|comment| Line::comment(0, comment));
            self.lines.splice(at..at, comments);
            self.lines[at].blank = blank;
        }
        count
    }

    /// Lays out a block behind its header, which is the last line.
    fn body(&mut self, body: Node, header: usize, is_header_unfinished: bool) {
        let mut parts = children(body);
        parts.retain(|part| !matches!(part.kind(), "{" | "}"));
        let line = &self.lines[header].code;
        let code = match &parts[..] {
            // Without the braces, the next declaration would be read on into this one.
            [] if is_header_unfinished => format!("{line} {{}}"),
            [] => return,
            [property] => self
                .one_line(header, *property)
                .unwrap_or_else(|| format!("{line} {{")),
            _ => format!("{line} {{"),
        };
        let is_block = code.ends_with('{');
        self.lines[header].code = code.into();
        if is_block {
            self.block(parts);
        }
    }

    /// A declaration with a single property as one line, if that fits.
    fn one_line(&self, header: usize, property: Node) -> Option<String> {
        let rows = (property.kind() == "property").then(|| self.rows(property))?;
        if rows.has_comments() || rows.has_block_string {
            return None;
        }
        let code = format!("{} {{ {} }}", self.lines[header].code, rows.inline());
        (width(&code) <= WIDTH).then_some(code)
    }

    fn block(&mut self, parts: Vec<Node>) {
        self.opened = true;
        let mut parts = parts.into_iter().peekable();
        while let Some(part) = parts.next() {
            match part.kind() {
                "comment" => self.comment(part, IN_BLOCK),
                "description" => self.description(part, IN_BLOCK),
                _ => self.property(part, &mut parts),
            }
        }
        self.described = false;
        self.push(Distance::Below, Line::code(0, "}"));
    }

    // ---- comments and descriptions -------------------------------------------------------------

    fn comment(&mut self, node: Node, indent: usize) {
        let comment = self.read_comment(node);
        let last = self.lines.last_mut().filter(|line| line.comment.is_none());
        match last {
            Some(line) if comment.distance == Distance::Behind => line.comment = Some(comment.text),
            _ => self.push(comment.distance, Line::comment(indent, comment.text)),
        }
    }

    /// Lays out the lines of a description and the comments between them.
    fn description(&mut self, node: Node, indent: usize) {
        let mut lines = description_lines(node, self.text).into_iter();
        for part in children(node) {
            if part.kind() == "comment" {
                self.comment(part, indent);
            } else if part.kind() == "///" {
                let text = lines.next().unwrap_or_default().trim_end();
                let space = if text.is_empty() || text.starts_with(' ') {
                    ""
                } else {
                    " "
                };
                let line = Line::code(indent, format!("///{space}{text}"));
                self.push(
                    self.distance(part.start_byte()),
                    Line {
                        is_description: true,
                        ..line
                    },
                );
                self.described = true;
            }
        }
    }

    fn read_comment(&self, node: Node) -> Comment<'text> {
        let text = self.text[node.byte_range()].trim_end();
        Comment {
            text,
            distance: self.distance(node.start_byte()),
        }
    }

    /// How far what starts at a byte is from what is before it.
    fn distance(&self, start: usize) -> Distance {
        let before = &self.text[..start];
        let gap = before.as_bytes()[before.trim_end_matches(is_space).len()..].iter();
        let mut last = b' ';
        let is_line_end = |&&byte: &&u8| {
            let previous = std::mem::replace(&mut last, byte);
            byte == b'\r' || (byte == b'\n' && previous != b'\r')
        };
        match gap.filter(is_line_end).take(2).count() {
            0 => Distance::Behind,
            1 => Distance::Below,
            _ => Distance::Apart,
        }
    }

    // ---- properties ----------------------------------------------------------------------------

    /// Lays out a property. `after` is what follows in the block.
    fn property(&mut self, node: Node, after: &mut Peekable<IntoIter<Node>>) {
        let mut rows = self.rows(node);
        if rows.ends_with_comma {
            let column = self.column(node);
            while let Some(comment) = after.next_if(|next| self.is_in_list(column, *next)) {
                rows.comment(self.read_comment(comment));
            }
        }
        let mut distance = self.distance(node.start_byte());
        for line in rows.into_lines() {
            self.push(distance, line);
            self.described = false;
            distance = Distance::Below;
        }
    }

    /// Whether a comment behind the last comma of a list belongs to the list: if it is on the same
    /// line, or below and deeper than the property, as a value is that somebody took out.
    fn is_in_list(&self, property_column: u32, node: Node) -> bool {
        node.kind() == "comment"
            && match self.distance(node.start_byte()) {
                Distance::Behind => true,
                Distance::Below => self.column(node) > property_column,
                Distance::Apart => false,
            }
    }

    fn column(&self, node: Node) -> u32 {
        self.index
            .line_column(self.text, node.start_byte() as u32, Encoding::Utf8)
            .column
    }

    fn rows(&self, property: Node) -> Rows<'text> {
        let is_list = Property(property).condition().is_none();
        let mut rows = Rows {
            is_list,
            ..Rows::default()
        };
        for part in children(property) {
            let kind = part.kind();
            rows.ends_with_comma = kind == ",";
            match kind {
                "comment" => rows.comment(self.read_comment(part)),
                "property_name" => rows.head = format!("{}:", &self.text[part.byte_range()]),
                ":" | "," => {}
                _ if is_list => {
                    rows.has_block_string |= kind == "block_string";
                    rows.value(&self.tokens(vec![part]).0);
                }
                _ => {
                    let tokens = self.tokens(vec![part]).0;
                    rows.in_one = Some(joined(&tokens));
                    rows.condition(&tokens, IN_PROPERTY);
                }
            }
        }
        rows
    }

    // ---- tokens --------------------------------------------------------------------------------

    /// The tokens of some nodes, and the comments after the last one.
    fn tokens(&self, nodes: Vec<Node>) -> (Vec<Token<'text>>, Vec<Comment<'text>>) {
        let mut found = Vec::new();
        let mut comments = Vec::new();
        // Not by recursion: conditions are nested as deep as their author likes.
        let mut pending: Vec<(Node, &str)> =
            nodes.into_iter().rev().map(|node| (node, "")).collect();
        while let Some((node, parent)) = pending.pop() {
            let kind = node.kind();
            if kind == "comment" {
                comments.push(self.read_comment(node));
                continue;
            }
            if node.child_count() > 0 && !matches!(kind, "name" | "kind" | "string") {
                pending.extend(children(node).into_iter().rev().map(|child| (child, kind)));
                continue;
            }
            let text = match kind {
                "name" => {
                    let within = children(node)
                        .into_iter()
                        .filter(|child| child.kind() == "comment");
                    comments.extend(within.map(|comment| self.read_comment(comment)));
                    name_text(node, self.text)
                }
                _ => Cow::from(&self.text[node.byte_range()]),
            };
            let kind = if parent == "call" && kind == "(" {
                "call ("
            } else {
                kind
            };
            found.push(Token {
                kind,
                text,
                comments: std::mem::take(&mut comments),
            });
        }
        (found, comments)
    }
}

/// A token, and the comments before it.
struct Token<'text> {
    /// The kind of its node; `call (` for a parenthesis that belongs to the word before it.
    kind: &'static str,
    text: Cow<'text, str>,
    comments: Vec<Comment<'text>>,
}

/// Tokens on one line, without the comma that a list in parentheses may end with.
fn joined(tokens: &[Token]) -> String {
    let mut code = String::new();
    let mut last = "(";
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == "," && tokens.get(at + 1).is_some_and(|next| next.kind == ")") {
            continue;
        }
        let touches_last = matches!(last, "(" | "call (" | "@");
        let touches = touches_last || matches!(token.kind, "," | ")" | ":" | "@" | "call (");
        code.push_str(if touches { "" } else { " " });
        code.push_str(&token.text);
        last = token.kind;
    }
    code
}

fn comments_of<'text>(tokens: &[Token<'text>]) -> impl Iterator<Item = &'text str> {
    tokens
        .iter()
        .flat_map(|token| &token.comments)
        .map(|comment| comment.text)
}

/// Whether a header ends where a name may still follow, or with a name that may also begin a
/// declaration.
fn is_unfinished(header: &[Token]) -> bool {
    header.last().is_some_and(|last| {
        matches!(last.kind, "kind" | ":") || Kind::from_word(&last.text).is_some()
    })
}

/// How far conditions in parentheses are indented at most; what is nested deeper stays on one line.
const DEEPEST_INDENT: usize = 24;

/// What stands in the parentheses that an operand ends with, of a call what stands behind its
/// `where`.
fn inner(tokens: &[Token]) -> Option<Range<usize>> {
    let end = tokens
        .len()
        .checked_sub(1)
        .filter(|end| tokens[*end].kind == ")")?;
    let mut depth = 0usize;
    let mut open = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            "(" | "call (" => {
                depth += 1;
                open = open.or(Some(at));
            }
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        // It ends before the operand does.
        if depth == 0 && open.is_some() && at < end {
            return None;
        }
    }
    let open = open?;
    let start = match tokens[open].kind {
        "call (" => {
            open + tokens[open..end]
                .iter()
                .position(|token| token.kind == "where")?
                + 1
        }
        _ => open + 1,
    };
    // Without the comma that a list may end with.
    let end = if tokens[end - 1].kind == "," {
        end - 1
    } else {
        end
    };
    let is_list = start < end && tokens[start..end].iter().any(|token| token.kind == ",");
    (start < end && !is_list).then_some(start..end)
}

/// The places of the operators of a condition that are evaluated last.
fn last_operators(tokens: &[Token]) -> Vec<usize> {
    let mut depth = 0usize;
    let (mut ands, mut ors) = (Vec::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            "(" | "call (" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "and" if depth == 0 => ands.push(at),
            "or" if depth == 0 => ors.push(at),
            _ => {}
        }
    }
    if ors.is_empty() { ands } else { ors }
}

// ---- properties in rows ------------------------------------------------------------------------

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
    /// Puts a comment behind the last row if it stands there, and above the next one otherwise.
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
        first
            .comments
            .iter()
            .for_each(|comment| self.comment(*comment));
        let is_long = || indent + width(&joined(tokens)) > WIDTH;
        match inner(tokens).filter(|_| indent < DEEPEST_INDENT && is_long()) {
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
        let fits = || IN_BLOCK + width(inline) <= WIDTH && !inline.contains(['\n', '\r']);
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
        let tail_indent = if self.rows.is_empty() {
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
            lines.extend(
                row.above
                    .into_iter()
                    .map(|comment| Line::comment(row.indent, comment)),
            );
            lines.push(Line {
                comment: row.comment,
                ..Line::code(row.indent, row.code + separator)
            });
        }
        lines.extend(
            self.above
                .into_iter()
                .map(|comment| Line::comment(tail_indent, comment)),
        );
        lines
    }
}

// ---- text --------------------------------------------------------------------------------------

fn width(code: &str) -> usize {
    code.chars().count()
}

fn first_line_end(text: &str) -> &'static str {
    match text.find(['\n', '\r']).map(|at| &text[at..]) {
        Some(end) if end.starts_with("\r\n") => "\r\n",
        Some(end) if end.starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// A line with its end, for comparing the text with the result.
struct SourceLine<'text> {
    text: &'text str,
    start: usize,
    /// How many characters before it and in it formatting cannot add or take away.
    before: usize,
    lasting: usize,
}

fn source_lines(text: &str) -> Vec<SourceLine<'_>> {
    let mut found = Vec::new();
    let (mut start, mut before) = (0, 0);
    while start < text.len() {
        let rest = &text[start..];
        let end = rest
            .find(['\n', '\r'])
            .map_or(rest.len(), |at| at + first_line_end(rest).len());
        let line = &rest[..end];
        let lasting = line
            .chars()
            .filter(|c| !is_space(*c) && !matches!(c, ',' | '{' | '}'))
            .count();
        found.push(SourceLine {
            text: line,
            start,
            before,
            lasting,
        });
        start += end;
        before += lasting;
    }
    found
}

/// The edits from one text to another that has the same characters but for space, commas and
/// braces. Lines are the same if they are equal and have as many of these characters before them;
/// so, unlike in a general diff, one pass over both finds them.
fn line_edits(old: &str, new: &str) -> Vec<(Span, String)> {
    let (old_lines, new_lines) = (source_lines(old), source_lines(new));
    let (mut at_old, mut at_new) = (0, 0);
    let (mut done_old, mut done_new) = (0, 0);
    let mut edits = Vec::new();
    let mut replace = |from: Range<usize>, to: &str| {
        if old[from.clone()] != *to {
            edits.push((Span::new(from.start, from.end), to.to_owned()));
        }
    };
    while let (Some(a), Some(b)) = (old_lines.get(at_old), new_lines.get(at_new)) {
        if a.before == b.before && a.text == b.text {
            replace(done_old..a.start, &new[done_new..b.start]);
            (done_old, done_new) = (a.start + a.text.len(), b.start + b.text.len());
            (at_old, at_new) = (at_old + 1, at_new + 1);
        } else if (a.before, a.lasting) <= (b.before, 0) {
            at_old += 1;
        } else if (b.before, b.lasting) <= (a.before, 0) {
            at_new += 1;
        } else {
            // Both lines begin at the same place, so that each is an edit of its own.
            if a.before == b.before {
                replace(done_old..a.start, &new[done_new..b.start]);
                (done_old, done_new) = (a.start, b.start);
            }
            at_old += 1;
            at_new += 1;
        }
    }
    replace(done_old..old.len(), &new[done_new..]);
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// Formats, and holds the result to what is true of all results.
    fn formatted(text: &str) -> String {
        let result = format(text).unwrap_or_else(|errors| panic!("{errors:?} in:\n{text}"));
        let again =
            format(&result).unwrap_or_else(|errors| panic!("{errors:?} in the result:\n{result}"));
        assert_eq!(
            again, result,
            "formatting twice changes the result of:\n{text}"
        );
        assert_eq!(tokens(&result), tokens(text), "tokens of:\n{text}");
        assert_eq!(comments(&result), comments(text), "comments of:\n{text}");
        let edits = format_edits(text).expect("the text is sound");
        assert_eq!(edited(text, &edits), result, "edits of:\n{text}");
        result
    }

    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&formatted(text));
    }

    fn edited(text: &str, edits: &[(Span, String)]) -> String {
        let mut result = text.to_owned();
        for (span, replacement) in edits.iter().rev() {
            result.replace_range(span.range(), replacement);
        }
        result
    }

    #[test]
    fn what_would_be_read_otherwise_is_left_as_it_is() {
        let text = "external st \"St:ore\"store \n\n// remark\nasset process {}";
        let errors =
            format(text).expect_err("`store asset` and `asset process` are both declarations");
        assert!(
            errors[0]
                .message
                .starts_with("this can be read in two ways"),
            "{errors:?}"
        );
        assert_eq!(&text[errors[0].span.range()], "store");
        // So that the comments go above it, and the name is another one.
        assert!(format("process////\nasset //\nasset //four\n { x: y }\n").is_err());
    }

    // ---- the rules -----------------------------------------------------------------------------

    #[test]
    fn one_space_is_between_the_parts_of_a_header() {
        check(
            "component  payments . ledger\"Payments\"

flow checkout\"Checkout\":edge . gateway->api{protocol:https
access : read}

             flow
 api   ->\tledger

flow \"Title\" :a->b

process gateway   \"API gateway\"   in
 vpc{
 technology:x
 owner:\"y\"}",
            expect![[r#"
                component payments.ledger "Payments"

                flow checkout "Checkout": edge.gateway -> api {
                  protocol: https
                  access: read
                }

                flow api -> ledger

                flow "Title": a -> b

                process gateway "API gateway" in vpc {
                  technology: x
                  owner: "y"
                }
            "#]],
        );
    }

    #[test]
    fn a_single_property_is_on_the_line_of_its_declaration_if_that_fits() {
        check(
            r#"
boundary internet "Internet" {
  trust: untrusted
}

asset card "Cardholder data, as it is known to the card schemes" { regulations: pci_dss, gdpr, hipaa }
asset cvv "Card verification value, never stored by anyone" { regulations: pci_dss, gdpr, hipaa, sox }

process notes { out_of_scope: """why""" }
process comment { trust: low // or not
}
process description {
  /// Odd.
  trust: low
}
process no_value { technology:}
"#,
            expect![[r#"
                boundary internet "Internet" { trust: untrusted }

                asset card "Cardholder data, as it is known to the card schemes" {
                  regulations: pci_dss, gdpr, hipaa
                }

                asset cvv "Card verification value, never stored by anyone" {
                  regulations: pci_dss, gdpr, hipaa, sox
                }

                process notes {
                  out_of_scope: """why"""
                }

                process comment {
                  trust: low // or not
                }

                process description {
                  /// Odd.
                  trust: low
                }

                process no_value { technology: }
            "#]],
        );
    }

    #[test]
    fn an_empty_block_goes_unless_it_holds_a_comment_or_keeps_declarations_apart() {
        check(
            "process a {}
process b { // Nothing is known.
}
process c {

// Nothing.

}
process {}
process d { } // behind",
            expect![[r#"
                process a

                process b { // Nothing is known.
                }

                process c {
                  // Nothing.
                }

                process {}
                process d // behind
            "#]],
        );
    }

    #[test]
    fn an_empty_block_stays_behind_a_name_that_may_begin_a_declaration() {
        check(
            "process api in store {}\nprocess b {}\nprocess rule { }\nflow a -> asset {\n}",
            expect![[r#"
                process api in store {}
                process b
                process rule {}
                flow a -> asset {}
            "#]],
        );
    }

    #[test]
    fn a_list_is_on_one_line_if_it_fits() {
        check(
            "threat a {
  category: spoofing,
    tampering,
  references: CWE-79, CAPEC-151, T1190, ASVS-9.1.1, CWE-80, CWE-81, CWE-82, CWE-83, CWE-84, CWE-1285,
  targets: CWE-79, CAPEC-151, T1190, ASVS-9.1.1, CWE-80, CWE-81, CWE-82, CWE-83, CWE-84, CWE-12850000
  findings: std . rule @ partners.feed, rule@( payments.api->ledger )
  ticket:
  affects: \"one long value stays behind its name, because the next line would not hold it either, or would it?\"
}",
            expect![[r#"
                threat a {
                  category: spoofing, tampering
                  references: CWE-79, CAPEC-151, T1190, ASVS-9.1.1, CWE-80, CWE-81, CWE-82, CWE-83, CWE-84, CWE-1285
                  targets:
                    CWE-79,
                    CAPEC-151,
                    T1190,
                    ASVS-9.1.1,
                    CWE-80,
                    CWE-81,
                    CWE-82,
                    CWE-83,
                    CWE-84,
                    CWE-12850000,
                  findings: std.rule@partners.feed, rule@(payments.api -> ledger)
                  ticket:
                  affects: "one long value stays behind its name, because the next line would not hold it either, or would it?"
                }
            "#]],
        );
    }

    #[test]
    fn a_comment_in_a_list_gives_each_value_its_line() {
        check(
            "threat a {
  category: // STRIDE
    spoofing, // by bots
    // and on disk:
    tampering
  targets:
    checkout,

    feed,
    // browse,

  // The next property is this one's.
  affects: card, // behind
  // below
  ticket: edge . // odd
    gateway
}",
            expect![[r#"
                threat a {
                  category: // STRIDE
                    spoofing, // by bots
                    // and on disk:
                    tampering,
                  targets:
                    checkout,
                    feed,
                    // browse,

                  // The next property is this one's.
                  affects: card // behind
                  // below
                  ticket:
                    // odd
                    edge.gateway,
                }
            "#]],
        );
    }

    #[test]
    fn a_condition_is_on_one_line_if_it_fits_and_breaks_before_its_last_operators_if_not() {
        check(
            "rule a {
  when:crosses_boundary   and carries>=confidential
    and not( encrypted or kind in( a,b, ) )or count(incoming   where exposed)>2
}
rule b {
  on: flow
  when: crosses_boundary and carries >= confidential and not encrypted and not (tunnel = vpn or tunnel = ssh)
}
rule c {
  when: crosses_boundary and carries >= confidential and not encrypted or technology is database and tunnel != ssh
}
rule d {
  when: not (crosses_boundary and carries >= confidential and not encrypted or technology is database and x < 1)
}",
            expect![[r#"
                rule a {
                  when:
                    crosses_boundary and carries >= confidential and not (encrypted or kind in (a, b))
                    or count(incoming where exposed) > 2
                }

                rule b {
                  on: flow
                  when:
                    crosses_boundary
                    and carries >= confidential
                    and not encrypted
                    and not (tunnel = vpn or tunnel = ssh)
                }

                rule c {
                  when:
                    crosses_boundary and carries >= confidential and not encrypted
                    or technology is database and tunnel != ssh
                }

                rule d {
                  when:
                    not (
                      crosses_boundary and carries >= confidential and not encrypted
                      or technology is database and x < 1
                    )
                }
            "#]],
        );
    }

    #[test]
    fn a_comment_in_a_condition_stays_with_its_operand() {
        check(
            "rule a {
  when: // always
    crosses_boundary // by any flow
    // and:
    and carries // sends or receives
      >= confidential
    and
    // not yet
    not encrypted // behind
}",
            expect![[r#"
                rule a {
                  when: // always
                    crosses_boundary // by any flow
                    // and:
                    // sends or receives
                    and carries >= confidential
                    // not yet
                    and not encrypted // behind
                }
            "#]],
        );
    }

    #[test]
    fn a_description_stands_directly_above_its_declaration() {
        check(
            "///Where requests arrive.  \x20
///
///   - indented

/// // not a comment

process a /// Behind.
process b {

/// Inside.

x: y
}
/// Of nothing.",
            expect![[r#"
                /// Where requests arrive.
                ///
                ///   - indented
                /// // not a comment
                process a

                /// Behind.
                process b {
                  /// Inside.
                  x: y
                }
                /// Of nothing.
            "#]],
        );
    }

    #[test]
    fn comments_stay_on_their_line() {
        check(
            "//first  \x20


////  second
process a { // behind the brace

    // above
  x: y   // behind
// below

   // last

} // after
// directly above
process b { x: y z: w }

// end",
            expect![[r#"
                //first

                ////  second
                process a { // behind the brace
                  // above
                  x: y // behind
                  // below

                  // last
                } // after

                // directly above
                process b {
                  x: y
                  z: w
                }

                // end
            "#]],
        );
    }

    #[test]
    fn a_comment_inside_a_header_moves_above_the_declaration() {
        check(
            "process before

/// Described.
process // one
 gateway // two
 in edge. // three
 vpc // four
 { x: y }

process // five
 last",
            expect![[r#"
                process before

                // one
                // two
                // three
                // four
                /// Described.
                process gateway in edge.vpc { x: y }

                // five
                process last
            "#]],
        );
    }

    #[test]
    fn one_empty_line_is_between_declarations_but_for_lines_that_stood_together() {
        check(
            "

boundary a { trust: low }
boundary b

// The cloud
boundary c { kind: cloud }
// and its network
boundary d in c
/// Described.
boundary e
process f {
  x: y
  z: w
}
// directly above
process g


process h
process i { x: y z: w }
// about the last

// about the next
process j


",
            expect![[r#"
                boundary a { trust: low }
                boundary b

                // The cloud
                boundary c { kind: cloud }
                // and its network
                boundary d in c

                /// Described.
                boundary e

                process f {
                  x: y
                  z: w
                }

                // directly above
                process g

                process h

                process i {
                  x: y
                  z: w
                }
                // about the last

                // about the next
                process j
            "#]],
        );
    }

    #[test]
    fn one_empty_line_of_the_author_is_kept_inside_a_block() {
        check(
            "process a {

  // about x


  x: y
  z: w



  u: v

}",
            expect![[r#"
                process a {
                  // about x

                  x: y
                  z: w

                  u: v
                }
            "#]],
        );
    }

    #[test]
    fn strings_are_kept_as_they_are() {
        let one = "process a {\n  x: \"a  // \\\"b\\\"  c\"\n  y: \"\"\"\n one  \r\n\n\n   two\"\"\"\n}\n";
        assert_eq!(formatted(one), one);
        let list = "process a {\n  x:\n    \"\"\"one\n two\"\"\",\n    three,\n}\n";
        assert_eq!(formatted(list), list);
    }

    #[test]
    fn width_is_counted_in_characters() {
        let declaration =
            |title: usize| format!("process a \"{}\" {{ x: y }}\n", "ü".repeat(title));
        assert_eq!(
            formatted(&declaration(79)),
            declaration(79),
            "100 characters"
        );
        assert_ne!(
            formatted(&declaration(80)),
            declaration(80),
            "101 characters"
        );
    }

    #[test]
    fn line_ends_and_byte_order_mark_are_those_of_the_file() {
        assert_eq!(
            formatted("\u{FEFF}process  a\r\n\nprocess b"),
            "\u{FEFF}process a\r\n\r\nprocess b\r\n"
        );
        assert_eq!(
            formatted("process a // x\r\r\r\nprocess b"),
            "process a // x\r\rprocess b\r"
        );
        assert_eq!(
            formatted("process a\n\r\nprocess b\r\n"),
            "process a\n\nprocess b\n"
        );
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(formatted(""), "");
        assert_eq!(formatted(" \r\n\t\n"), "");
        assert_eq!(formatted("\u{FEFF}\n"), "\u{FEFF}");
    }

    #[test]
    fn broken_text_is_not_formatted() {
        let errors = format("process  a { x y }").expect_err("a colon is missing");
        assert_eq!(
            errors,
            format_edits("process  a { x y }").expect_err("a colon is missing")
        );
    }

    #[test]
    fn edits_leave_alone_the_lines_that_do_not_change() {
        let text = "process a\n\n\n\nprocess  b\nprocess c {\n  x: y\n    z: w,\n\n  u: v\n\n}\nprocess d\n";
        let edits = format_edits(text).expect("the text is sound");
        let shown: Vec<String> = edits
            .iter()
            .map(|(span, new)| format!("{:?} -> {new:?}\n", &text[span.range()]))
            .collect();
        expect![[r#"
            "\n\n" -> ""
            "process  b\n" -> "process b\n\n"
            "    z: w,\n" -> "  z: w\n"
            "\n" -> ""
            "" -> "\n"
        "#]]
        .assert_eq(&shown.concat());
        assert_eq!(format_edits(&formatted(text)), Ok(Vec::new()));
    }

    // ---- any text ------------------------------------------------------------------------------

    /// A model in which each construct occurs.
    const EVERYTHING: &str = r#"
/// Where requests
///   from the outside arrive.
component edge.front "Edge" { owner: "team-edge" source: "services/edge/**" }
boundary internet "Internet" { trust: untrusted }
boundary vpc in cloud
// about the gateway
process gateway "API \"gateway\"" in edge.vpc {
  technology: api_gateway
  /// odd
  mitigations: rate_limiting, std.waf
  notes: """several
    lines""", review, yes, 3, 2.5
  protocol:
}
flow checkout "Checkout": edge.gateway -> api { sends: card, }
flow api -> ledger { access: read_write }
flow "Title": a -> b
threat t { references: CAPEC-151, CWE-79, T1190.001, ASVS-9.1.1 }
accept feed { findings: std.unencrypted@partners.feed, rule@(payments.api -> payments.ledger) until: 2027-03-31 }
rule r "Rule" {
  on: flow
  when: crosses and carries >= confidential and not encrypted or count(in where access >= write and x) > 2
    or kind in (person, device,) and not (technology is database or not stated(authentication)) and none()
  advice: "Do."
}
process last {}
"#;

    fn examples() -> Vec<String> {
        let mut folders = vec![std::path::PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/models"
        ))];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)
                .expect("the example models are there")
                .flatten()
            {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path
                    .extension()
                    .is_some_and(|extension| extension == "threat")
                {
                    found.push(std::fs::read_to_string(&path).expect("an example is text"));
                }
            }
        }
        assert!(found.len() >= 3, "the example models were not found");
        // Some examples show what is wrong with them.
        found.retain(|text| format(text).is_ok());
        assert!(found.len() >= 3, "hardly an example is sound");
        found.push(EVERYTHING.to_owned());
        found
    }

    #[test]
    fn the_examples_keep_all_they_say() {
        for text in examples() {
            formatted(&text);
        }
    }

    #[test]
    fn any_spacing_and_any_comments_keep_all_they_say() {
        let mut random = Random(0x2026_1123);
        for text in examples() {
            let pieces = pieces(&text);
            for round in 0..24 {
                formatted(&respaced(&pieces, round % 6, &mut random));
            }
        }
    }

    #[test]
    fn long_lists_and_deep_conditions_keep_all_they_say() {
        let count = 3_000;
        let list = "value, // comment\n".repeat(count);
        let condition = "not (a and b) or ".repeat(count);
        let nested = format!("{}a{}", "(".repeat(count), ")".repeat(count));
        let block = "/// text\n\n// comment\n".repeat(count);
        let head = "in // comment\n".to_owned() + &"x . ".repeat(count);
        formatted(&format!(
            "process a {head} b {{ x: {list} {block} }} {block} rule b {{ when: {condition} {nested} }}"
        ));
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 16) as usize % limit
        }

        fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
            from[self.below(from.len())]
        }
    }

    /// The same tokens with other space between them, and with comments where `comments` of six
    /// times the dice say so.
    fn respaced(pieces: &[Piece], comments: usize, random: &mut Random) -> String {
        let line_end = random.pick(&["\n", "\r\n", "\r"]);
        let mut text = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            text.push_str(piece.text());
            if !matches!(piece, Piece::Token(_)) {
                text.push_str(line_end);
            }
            let next = pieces.get(at + 1).map_or("", |next| next.text());
            // The parenthesis of a call touches its word.
            if next == "(" && is_call(piece.text()) {
                continue;
            }
            let words = piece.text().ends_with(is_word) && next.starts_with(is_word);
            text.push_str(if words { " " } else { "" });
            text.push_str(
                &random
                    .pick(&["", "", " ", "   ", "\t", "\n", "\n  ", "\n\n", "\n \n\n"])
                    .replace('\n', line_end),
            );
            while random.below(36) < comments {
                let comment = random.pick(&[
                    "//",
                    "// one",
                    "//two  ",
                    "//// three",
                    "// a: b, { \"",
                    "//\t///",
                ]);
                text.push_str(comment);
                text.push_str(line_end);
                text.push_str(
                    &random
                        .pick(&["", "  ", "      ", "\n", "\n    "])
                        .replace('\n', line_end),
                );
            }
        }
        text
    }

    /// Read without the parser, so that the formatter is not tested by what it relies on.
    #[derive(Clone, Debug, PartialEq)]
    enum Piece {
        Token(String),
        Description(String),
        Comment(String),
    }

    impl Piece {
        fn text(&self) -> &str {
            let (Piece::Token(text) | Piece::Description(text) | Piece::Comment(text)) = self;
            text
        }
    }

    fn is_word(character: char) -> bool {
        character.is_alphanumeric() || character == '_'
    }

    fn is_call(word: &str) -> bool {
        word.ends_with(is_word) && !matches!(word, "and" | "or" | "not" | "in" | "where")
    }

    fn pieces(text: &str) -> Vec<Piece> {
        let mut found = Vec::new();
        let mut rest = text.trim_start_matches(is_space);
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' if rest.starts_with("\"\"\"") => {
                    rest[3..].find("\"\"\"").expect("it is closed") + 6
                }
                '"' => string_length(rest),
                '/' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
                _ if is_word(first) => word_length(rest),
                _ => ["->", ">=", "<=", "!="]
                    .iter()
                    .find(|two| rest.starts_with(**two))
                    .map_or(1, |two| two.len()),
            };
            let piece = rest[..length].to_owned();
            found.push(match first {
                '/' if piece.starts_with("///") && !piece.starts_with("////") => {
                    Piece::Description(piece)
                }
                '/' => Piece::Comment(piece.trim_end().to_owned()),
                _ => Piece::Token(piece),
            });
            rest = rest[length..].trim_start_matches(is_space);
        }
        found
    }

    fn string_length(text: &str) -> usize {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|&(_, character)| {
            let closes = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            closes
        });
        end.expect("it is closed").0 + 1
    }

    /// Words with the hyphens in them, and numbers and references with their dots.
    fn word_length(text: &str) -> usize {
        let mut last = ' ';
        let end = text.char_indices().find(|&(at, character)| {
            let next = text[at + character.len_utf8()..]
                .chars()
                .next()
                .unwrap_or(' ');
            let joins =
                (character == '-' && is_word(next)) || (character == '.' && next.is_ascii_digit());
            let is_inside = is_word(character) || (is_word(last) && joins);
            last = character;
            !is_inside
        });
        end.map_or(text.len(), |(at, _)| at)
    }

    fn comments(text: &str) -> Vec<Piece> {
        pieces(text)
            .into_iter()
            .filter(|piece| matches!(piece, Piece::Comment(_)))
            .collect()
    }

    /// The tokens and descriptions but for commas that end a list and the braces of empty blocks.
    fn tokens(text: &str) -> Vec<String> {
        let mut all: Vec<Piece> = pieces(text);
        all.retain(|piece| !matches!(piece, Piece::Comment(_)));
        let is = |at: usize, token: &str| all.get(at).is_some_and(|piece| piece.text() == token);
        let is_description = |at: usize| matches!(all.get(at), Some(Piece::Description(_)));
        let left_out = |at: usize| {
            let ends_list =
                is(at + 1, "}") || is(at + 1, ")") || is(at + 2, ":") || is_description(at + 1);
            (is(at, ",") && ends_list)
                || (is(at, "{") && is(at + 1, "}"))
                || (is(at, "}") && at.checked_sub(1).is_some_and(|before| is(before, "{")))
        };
        let normal = |piece: &Piece| match piece {
            Piece::Description(text) => text[3..]
                .strip_prefix(' ')
                .unwrap_or(&text[3..])
                .trim_end()
                .to_owned(),
            _ => piece.text().to_owned(),
        };
        (0..all.len())
            .filter(|at| !left_out(*at))
            .map(|at| normal(&all[at]))
            .collect()
    }
}

//! Slips in declarations: words that declare nothing, arrows, blocks around declarations, and the
//! signs of properties. It must not know which properties there are.

use super::draft::{Draft, is_text, is_word};
use super::lists;
use crate::errors::SyntaxErrorKind;
use crate::keywords::meant;
use crate::lexer::{Token, TokenKind};
use crate::span::Span;
use crate::spelling::did_you_mean;
use crate::tree::Kind;

/// Mends them; nothing if there are too many. `tokens` are those of `readable`, without comments.
pub fn mend(draft: &mut Draft, readable: &str, tokens: &[Token]) -> Option<()> {
    let mut reader = Reader {
        draft,
        readable,
        tokens,
        ends: block_ends(readable, tokens),
        header: None,
        blocks: Vec::new(),
        kept_blocks: 0,
        is_condition: false,
    };
    let mut next = 0;
    while next < tokens.len() {
        next += reader.token(next)?;
    }
    Some(())
}

/// A block that is open.
struct Block<'draft> {
    /// The kind that it is of, and the token of its `{`.
    kind: Option<Kind>,
    opening: usize,
    /// What reports declarations in it.
    around: Option<Around<'draft>>,
}

/// What reports the declarations in a block.
#[derive(Clone, Copy)]
struct Around<'draft> {
    /// The error.
    error: usize,
    /// The name of what has the block.
    name: Option<&'draft str>,
}

/// Where the block ends that each token opens, behind its last token; 0 for others. All are found
/// at once, since blocks may stand in each other as deep as a text is long.
fn block_ends(readable: &str, tokens: &[Token]) -> Vec<usize> {
    let mut ends = vec![0; tokens.len()];
    let mut open = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        match token.written(readable) {
            "{" => open.push(number),
            "}" => {
                if let Some(opening) = open.pop() {
                    ends[opening] = number + 1;
                }
            }
            _ => {}
        }
    }
    for opening in open {
        ends[opening] = tokens.len();
    }
    ends
}

/// A heading.
#[derive(Clone, Copy)]
struct Header {
    kind: Kind,
    /// The token of the word that begins it.
    first: usize,
}

struct Reader<'draft, 'text> {
    draft: &'draft mut Draft<'text>,
    readable: &'draft str,
    tokens: &'draft [Token],
    /// Where the block ends that a token opens.
    ends: Vec<usize>,
    header: Option<Header>,
    blocks: Vec<Block<'draft>>,
    /// How many of them are not taken for none.
    kept_blocks: usize,
    /// Whether the property is a condition, in which `=` has a meaning.
    is_condition: bool,
}

impl<'draft> Reader<'draft, '_> {
    fn written(&self, number: usize) -> &'draft str {
        let token = self.tokens.get(number);
        token.map_or("", |token| token.written(self.readable))
    }

    fn before(&self, number: usize) -> &'draft str {
        number
            .checked_sub(1)
            .map_or("", |number| self.written(number))
    }

    /// Whether a token continues with the line of the one before it.
    fn is_in_line(&self, number: usize) -> bool {
        let token = self.tokens.get(number);
        token.is_some_and(|token| !token.begins_line)
    }

    fn is_word(&self, number: usize) -> bool {
        self.tokens.get(number).is_some_and(is_word)
    }

    /// Whether declarations are expected: in no block, or in one that is taken for none.
    fn is_at_top(&self) -> bool {
        self.kept_blocks == 0
    }

    /// Examines a token. Returns how many were examined.
    fn token(&mut self, number: usize) -> Option<usize> {
        match self.written(number) {
            "{" => {
                self.blocks.push(Block {
                    kind: self.header.take().map(|header| header.kind),
                    opening: number,
                    around: None,
                });
                self.kept_blocks += 1;
                self.is_condition = false;
                return Some(1);
            }
            "}" => {
                self.close(number);
                return Some(1);
            }
            ";" => {
                let span = self.tokens[number].span;
                self.draft.blank(span);
                let fix = ("Remove `;`".to_owned(), vec![(span, String::new())]);
                let message = "unexpected `;`: a space or a new line is enough".to_owned();
                self.draft.report(span, message, Some(fix))?;
                return Some(1);
            }
            _ => {}
        }
        if self.is_at_top() {
            self.at_top(number)
        } else {
            self.in_block(number)
        }
    }

    fn close(&mut self, number: usize) {
        let Some(block) = self.blocks.pop() else {
            return;
        };
        let Some(Around { error, .. }) = block.around else {
            self.kept_blocks -= 1;
            return;
        };
        let span = self.tokens[number].span;
        self.draft.blank(span);
        if let SyntaxErrorKind::Slip { edits, .. } = &mut self.draft.errors[error].kind {
            edits.push((span, String::new()));
        }
    }

    fn at_top(&mut self, number: usize) -> Option<usize> {
        let token = self.tokens[number];
        if is_word(&token) && (token.begins_line || self.before(number) == "{") {
            let word = self.written(number);
            if let Some(kind) = Kind::from_word(word) {
                if !self.expects_more(number) {
                    self.begin(kind, number)?;
                }
            } else if matches!(word, "import" | "include" | "require" | "using")
                && self.is_in_line(number + 1)
                && !matches!(self.written(number + 1), ":" | "in" | "{" | "->")
                && !self.expects_more(number)
            {
                return self.import(number);
            } else if self.is_keyword(number) {
                return self.keyword(number);
            }
        }
        if token.kind == TokenKind::Sign {
            return self.arrow(number);
        }
        Some(1)
    }

    /// A declaration begins. In a block that is taken for none it may have to be placed.
    fn begin(&mut self, kind: Kind, number: usize) -> Option<()> {
        self.header = Some(Header {
            kind,
            first: number,
        });
        let block = self.blocks.last();
        let boundary = block.filter(|block| block.kind == Some(Kind::Boundary));
        let Some(Around { error, name }) = boundary.and_then(|boundary| boundary.around) else {
            return Some(());
        };
        let Some(boundary) = name else {
            return Some(());
        };
        let is_placed = matches!(
            kind,
            Kind::External | Kind::Process | Kind::Store | Kind::Boundary
        );
        let heading = self.heading_end(number);
        let has_place = (number..heading).any(|index| self.written(index) == "in");
        if is_placed && !has_place {
            let end = self.tokens[heading - 1].span.end;
            let place = Span { start: end, end };
            if let SyntaxErrorKind::Slip { edits, .. } = &mut self.draft.errors[error].kind {
                edits.push((place, format!(" in {boundary}")));
            }
        }
        Some(())
    }

    /// The name of what has a block.
    fn name_of_block(&self, opening: usize) -> Option<&'draft str> {
        let kinds = (0..opening).rev().find(|number| {
            self.tokens[*number].begins_line && Kind::from_word(self.written(*number)).is_some()
        })?;
        let name = kinds + 1;
        (self.is_word(name) && name < opening).then(|| self.written(name))
    }

    /// Where the heading ends that begins with a word: behind its last token.
    fn heading_end(&self, first: usize) -> usize {
        let ends = |number: &usize| {
            let goes_on = matches!(self.written(*number), "in" | ":" | "->")
                || matches!(self.before(*number), "in" | ":" | "->");
            matches!(self.written(*number), "{" | "}") || !self.is_in_line(*number) && !goes_on
        };
        (first + 1..self.tokens.len())
            .find(ends)
            .unwrap_or(self.tokens.len())
    }

    /// Whether what is before a word lacks it.
    fn expects_more(&self, number: usize) -> bool {
        let before = self.before(number);
        let is_sign = matches!(before, ":" | "->" | "in" | "." | "@" | "(" | "," | "-");
        is_sign || number > 0 && Kind::from_word(before).is_some()
    }

    /// Whether a word at the beginning of a line is where the kind of a declaration would be.
    fn is_keyword(&self, number: usize) -> bool {
        let word = self.written(number);
        if self.expects_more(number) || word == "in" || word.contains('.') {
            return false;
        }
        let is_end = |number: usize| {
            let ends = matches!(
                self.written(number),
                "{" | "in" | ":" | "->" | "<" | "=" | "-"
            );
            ends || !self.is_in_line(number) || self.tokens.get(number).is_some_and(is_text)
        };
        let next = self.written(number + 1);
        if !self.is_in_line(number + 1) {
            return false;
        }
        if self.is_word(number + 1) {
            let is_operator = matches!(next, "in" | "is" | "and" | "or" | "where");
            let is_two_words = Kind::from_word(next).is_some() && self.is_word(number + 2);
            return !is_operator && (is_end(number + 2) || is_two_words);
        }
        self.tokens.get(number + 1).is_some_and(is_text) && is_end(number + 2)
            || next == "{" && meant(word).is_some()
    }

    /// A word that declares nothing. What is declared is read as what is most likely meant.
    fn keyword(&mut self, number: usize) -> Option<usize> {
        let (word, next) = (self.written(number), self.written(number + 1));
        let span = self.tokens[number].span;
        if let Some(kind) = Kind::from_word(next).filter(|_| self.is_word(number + 2)) {
            self.draft.blank(span);
            let both = Span {
                end: self.tokens[number + 1].span.end,
                ..span
            };
            let written = format!("{word} {next}");
            self.misspelt(both, &written, kind)?;
            self.begin(kind, number + 1)?;
            return Some(2);
        }
        let meant = meant(word);
        match meant {
            Some(kind) => self.misspelt(span, word, kind)?,
            None => {
                let message = format!(
                    "nothing is declared with `{}`: a declaration begins with its kind, such as \
                     `process`, `store` or `flow`",
                    shortened(word)
                );
                self.draft.report(span, message, None)?;
            }
        }
        let end = self.declaration_end(number);
        // Where the line continues, what is in it is not known to be one declaration.
        let placeholder = placeholder(word.len()).filter(|_| !self.is_in_line(end));
        if let (Some(kind), Some(placeholder)) = (meant, placeholder) {
            self.draft.parse_as(span, placeholder);
            self.begin(kind, number)?;
            return Some(1);
        }
        self.blank_tokens(number, end);
        Some(end - number)
    }

    fn misspelt(&mut self, span: Span, written: &str, kind: Kind) -> Option<()> {
        let word = kind.word();
        let message = format!(
            "nothing is declared with `{written}`; {}",
            did_you_mean(word)
        );
        self.draft
            .report_as(span, message, SyntaxErrorKind::Misspelt(word))
    }

    /// Where the declaration ends that begins with a word: behind its last token.
    fn declaration_end(&self, first: usize) -> usize {
        let heading = self.heading_end(first);
        if self.written(heading) != "{" {
            return heading;
        }
        self.ends[heading]
    }

    fn blank_tokens(&mut self, first: usize, end: usize) {
        for token in &self.tokens[first..end] {
            self.draft.blank(token.span);
        }
    }

    /// What other languages import.
    fn import(&mut self, number: usize) -> Option<usize> {
        let mut end = number + 1;
        while self.is_in_line(end) {
            end += 1;
        }
        self.blank_tokens(number, end);
        let span = self.tokens[number].span;
        let word = self.written(number);
        let text = self.draft.text;
        let last = self.tokens[end - 1].span.end as usize;
        let line_end = match text.as_bytes().get(last..) {
            Some([b'\r', b'\n', ..]) => last + 2,
            Some([b'\n' | b'\r', ..]) => last + 1,
            _ => last,
        };
        let line = Span::new(span.start as usize, line_end);
        let fix = ("Remove it".to_owned(), vec![(line, String::new())]);
        let message = format!(
            "unexpected `{word}`: a model is all `.threat` files of its folder, without imports"
        );
        self.draft.report(span, message, Some(fix))?;
        Some(end - number)
    }

    /// What may be another arrow than `->`.
    fn arrow(&mut self, number: usize) -> Option<usize> {
        let is_part = |token: &Token| {
            let mut signs = token.written(self.readable).chars();
            token.kind == TokenKind::Sign
                && signs.all(|sign| "-=<>~\u{2192}\u{2190}\u{2013}\u{2014}".contains(sign))
        };
        let mut end = number + 1;
        if !is_part(&self.tokens[number]) {
            return Some(1);
        }
        let is_adjacent = |end: usize| self.tokens[end - 1].span.end == self.tokens[end].span.start;
        while end < self.tokens.len() && is_adjacent(end) && is_part(&self.tokens[end]) {
            end += 1;
        }
        let span = Span {
            start: self.tokens[number].span.start,
            end: self.tokens[end - 1].span.end,
        };
        let arrow = &self.readable[span.range()];
        let count = end - number;
        let is_between = number > 0 && self.is_word(number - 1) && self.is_word(end);
        if arrow == "->" || !is_between || !self.is_in_line(end) || arrow.len() < 2 {
            return Some(count);
        }
        let goes = arrow.ends_with(['>', '\u{2192}']);
        let comes = arrow.starts_with(['<', '\u{2190}']);
        let one = |title: &str| (title.to_owned(), vec![(span, "->".to_owned())]);
        if goes {
            let more = if comes {
                ", from its initiator; the answer is what it `receives`"
            } else {
                ""
            };
            let message =
                format!("unexpected `{arrow}`: a flow is written `source -> target`{more}");
            self.draft.put(span, "->");
            let fix = one("Change to `->`");
            self.draft.report(span, message, Some(fix))?;
        } else if comes {
            return self.backwards(number, end, span);
        }
        Some(count)
    }

    /// `b <- a`. What is written the other way round is not read: it would be another flow.
    fn backwards(&mut self, number: usize, end: usize, span: Span) -> Option<usize> {
        let (left, right) = (self.tokens[number - 1], self.tokens[end]);
        let (target, source) = (self.written(number - 1), self.written(end));
        let arrow = &self.readable[span.range()];
        let message = format!(
            "unexpected `{arrow}`: a flow is written from its source to its target, \
             `{source} -> {target}`"
        );
        let edits = vec![
            (left.span, source.to_owned()),
            (span, "->".to_owned()),
            (right.span, target.to_owned()),
        ];
        self.draft.report(
            span,
            message,
            Some((format!("Write `{source} -> {target}`"), edits)),
        )?;
        let Some(header) = self.header.take() else {
            return Some(end - number);
        };
        let last = self.declaration_end(header.first);
        self.blank_tokens(header.first, last);
        Some(last.max(end) - number)
    }

    fn in_block(&mut self, number: usize) -> Option<usize> {
        let token = self.tokens[number];
        let before = self.before(number);
        match self.written(number) {
            "-" => {
                if let Some(count) = lists::dashed(self.draft, self.readable, self.tokens, number) {
                    return Some(count);
                }
            }
            "/" => {
                if let Some(count) = self.date(number)? {
                    return Some(count);
                }
            }
            "[" if before == ":" => {
                lists::bracketed(self.draft, self.readable, self.tokens, number);
            }
            word if is_word(&token) => {
                let is_value = matches!(
                    before,
                    ":" | "," | "=" | "!=" | "<" | "<=" | ">" | ">=" | "(" | "@" | "->"
                ) || matches!(before, "and" | "or" | "not" | "where" | "is" | "in");
                let kind = Kind::from_word(word);
                match self.written(number + 1) {
                    _ if is_value => {}
                    ":" => self.property(number, kind),
                    "=" if (token.begins_line || before == "{") && !self.is_condition => {
                        self.property(number, kind);
                        self.equals(number + 1)?;
                    }
                    _ if kind.is_some_and(|kind| self.is_nested(number, kind)) => {
                        self.open_up(number)?;
                        self.begin(kind?, number)?;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Some(1)
    }

    /// The name of a property. The words of declarations are none to the grammar; which property is
    /// meant, the analysis tells.
    fn property(&mut self, number: usize, kind: Option<Kind>) {
        let token = self.tokens[number];
        self.is_condition = matches!(self.written(number), "when" | "while");
        let is_unnamed_flow = self.is_word(number + 2) && self.written(number + 3) == "->";
        let is_reserved =
            kind.is_some_and(|kind| !matches!(kind, Kind::Technology | Kind::Protocol));
        if is_reserved && !is_unnamed_flow {
            let last = Span {
                start: token.span.end - 1,
                ..token.span
            };
            self.draft.parse_as(last, "_");
        }
    }

    /// A date with slashes, `2027/01/31`, at the first of these. Returns how many tokens it goes on
    /// for.
    fn date(&mut self, slash: usize) -> Option<Option<usize>> {
        let first = slash.wrapping_sub(1);
        let Some(tokens) = self.tokens.get(first..first.wrapping_add(5)) else {
            return Some(None);
        };
        let whole = Span {
            start: tokens[0].span.start,
            end: tokens[4].span.end,
        };
        let written = &self.readable[whole.range()];
        let parts: Vec<&str> = written.split('/').collect();
        let is_digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        if lengths != [4, 2, 2] || !parts.iter().all(is_digits) {
            return Some(None);
        }
        let date = written.replace('/', "-");
        self.draft.put(whole, &date);
        let message = format!("unexpected `/`: a date is written `{date}`");
        let fix = (format!("Change to `{date}`"), vec![(whole, date)]);
        self.draft.report(whole, message, Some(fix))?;
        Some(Some(4))
    }

    /// `name = value`.
    fn equals(&mut self, number: usize) -> Option<()> {
        let span = self.tokens[number].span;
        self.draft.put(span, ":");
        let name = self.tokens[number - 1].span;
        let whole = Span {
            start: name.end,
            ..span
        };
        let fix = ("Change to `:`".to_owned(), vec![(whole, ":".to_owned())]);
        let message = "unexpected `=`: a property is written `name: value`".to_owned();
        self.draft.report(span, message, Some(fix))
    }

    /// Whether a declaration begins in the block of a component or a boundary.
    fn is_nested(&self, number: usize, kind: Kind) -> bool {
        let is_around = |block: &Block| {
            matches!(block.kind, Some(Kind::Component | Kind::Boundary)) && block.around.is_none()
        };
        let begins = self.tokens[number].begins_line || self.before(number) == "{";
        let names = self.is_word(number + 1) && self.is_in_line(number + 1);
        let is_declared = kind != Kind::Component && names && self.written(number + 2) != "=";
        begins && is_declared && self.blocks.last().is_some_and(is_around)
    }

    /// Takes a block that has declarations for none, from the first of these on.
    fn open_up(&mut self, number: usize) -> Option<()> {
        let Some(block) = self.blocks.last() else {
            return Some(());
        };
        let (opening, kind) = (block.opening, block.kind);
        let span = self.tokens[opening].span;
        let name = self.name_of_block(opening);
        let message = if kind == Some(Kind::Boundary) {
            let name = name.unwrap_or("NAME");
            format!(
                "unexpected `{{`: what is in a boundary is declared outside of its braces, with \
                 `in {name}`"
            )
        } else {
            "unexpected `{`: a component is its whole file, and what it declares follows without \
             braces"
                .to_owned()
        };
        let text = self.draft.text;
        let mut edits = Vec::new();
        if opening + 1 == number {
            self.draft.blank(span);
            let before = text[..span.start as usize].trim_end().len();
            edits.push((Span::new(before, span.end as usize), String::new()));
        } else {
            // What it states stays in a block of its own.
            let start = self.tokens[number].span.start;
            let last = self.tokens[number - 1].span.end;
            let gap = &text.as_bytes()[last as usize..start as usize];
            if gap.last().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
                self.draft.put(
                    Span {
                        start: start - 1,
                        end: start,
                    },
                    "}",
                );
                let end = Span {
                    start: last,
                    end: last,
                };
                edits.push((end, "\n}".to_owned()));
            }
        }
        let fix = ("Take the declarations out of the braces".to_owned(), edits);
        self.draft.report(span, message, Some(fix))?;
        let error = self.draft.errors.len() - 1;
        if let Some(block) = self.blocks.last_mut() {
            block.around = Some(Around { error, name });
            self.kept_blocks -= 1;
        }
        Some(())
    }
}

/// A word that declares something, of some length.
fn placeholder(length: usize) -> Option<&'static str> {
    let words = Kind::ALL.into_iter().map(Kind::word);
    let mut words = words.filter(|word| !matches!(*word, "technology" | "protocol"));
    words.find(|word| word.len() == length)
}

/// As much of a word as is shown.
fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

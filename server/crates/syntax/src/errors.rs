//! What is wrong with a text as text: where the parser had to skip or to make something up.
//! It must not know what a model means.

use crate::lexer::{Lexer, Token, first_word};
use crate::parse::is_given_up;
use crate::span::Span;
use crate::spelling::{did_you_mean, is_one_edit_from};
use crate::tree::{Kind, children, span};
use std::collections::BTreeMap;
use tree_sitter::{Node, Tree};

/// How many syntax errors of a text are kept. Each takes much more room than what is wrong in the
/// text, and nobody reads so many; the others are counted.
pub const MAX_ERRORS: usize = 1_000;

/// The message for a string that continues after its line.
pub const NOT_CLOSED: &str = "this string is not closed: `\"` is missing at the end of the line";

/// The message for a text that was too ambiguous to parse.
const GIVEN_UP: &str = "this file is too ambiguous to parse in time and was not analyzed";

/// One place where the text is not in the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// Which sort of mistake it is.
    pub kind: SyntaxErrorKind,
}

/// The sorts of mistakes, for quick fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// This text is missing at the end of the span.
    Missing(String),
    /// The span's text cannot stand there.
    Unexpected,
    /// The span's text would be right if it were this word.
    Misspelt(&'static str),
    /// The text would be right with these edits.
    Slip {
        /// What they do, in a few words.
        title: String,
        /// The edits, none of which overlap.
        edits: Vec<(Span, String)>,
    },
}

impl SyntaxError {
    /// The same error where its places are others.
    pub fn moved(mut self, place: impl Fn(Span) -> Span) -> SyntaxError {
        self.span = place(self.span);
        if let SyntaxErrorKind::Slip { edits, .. } = &mut self.kind {
            edits.iter_mut().for_each(|(span, _)| *span = place(*span));
        }
        self
    }
}

/// The syntax errors of a text, in order: the first of them, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyntaxErrors {
    /// The first, at most [`MAX_ERRORS`].
    pub listed: Vec<SyntaxError>,
    /// How many follow.
    pub more: usize,
}

impl SyntaxErrors {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// How many there are, listed or not.
    pub fn len(&self) -> usize {
        self.listed.len() + self.more
    }

    /// Adds one behind all others.
    pub fn push(&mut self, error: SyntaxError) {
        if self.listed.len() < MAX_ERRORS {
            self.listed.push(error);
        } else {
            self.more += 1;
        }
    }
}

/// The syntax errors of a text.
pub fn syntax_errors(tree: &Tree, text: &str) -> SyntaxErrors {
    syntax_errors_above(tree, text, usize::MAX)
}

/// Those syntax errors of a text that start above a byte.
pub fn syntax_errors_above(tree: &Tree, text: &str, end: usize) -> SyntaxErrors {
    let mut first = FirstErrors::default();
    if is_given_up(tree, text) {
        first.add(SyntaxError {
            span: Span::new(0, 0),
            message: GIVEN_UP.to_owned(),
            kind: SyntaxErrorKind::Unexpected,
        });
        return first.finish();
    }
    let misread = misread_blocks(tree, text);
    each_error(tree.root_node(), text, |error| {
        let is_misspelt = matches!(error.kind, SyntaxErrorKind::Misspelt(_));
        let counts = is_misspelt || !is_within(&misread, error.span);
        if counts && (error.span.start as usize) < end {
            first.add(error);
        }
    });
    first.finish()
}

/// The first errors of a text, which come in any order. Of several in one place one counts.
#[derive(Default)]
struct FirstErrors {
    listed: BTreeMap<(u32, u32), SyntaxError>,
    /// The places of the others, each at least once.
    others: Vec<(u32, u32)>,
}

impl FirstErrors {
    fn add(&mut self, error: SyntaxError) {
        let place = (error.span.start, error.span.end);
        let is_full = self.listed.len() >= MAX_ERRORS;
        if is_full && self.listed.keys().next_back() < Some(&place) {
            return self.others.push(place);
        }
        self.listed.entry(place).or_insert(error);
        if self.listed.len() > MAX_ERRORS {
            let last = self.listed.pop_last();
            self.others.extend(last.map(|(place, _)| place));
        }
    }

    fn finish(mut self) -> SyntaxErrors {
        self.others.sort_unstable();
        self.others.dedup();
        SyntaxErrors {
            listed: self.listed.into_values().collect(),
            more: self.others.len(),
        }
    }
}

/// Reports the syntax errors of a part of a tree.
fn each_error(part: Node, text: &str, mut report: impl FnMut(SyntaxError)) {
    let mut cursor = part.walk();
    // The kinds of the nodes around: to ask a node for its parent takes as long as the tree is
    // deep.
    let mut around: Vec<&'static str> = Vec::new();
    // Pre-order, without recursion: broken text may be nested as deep as it likes.
    'walk: loop {
        let node = cursor.node();
        let mut descend = node.has_error() || node.kind() == "source_file";
        if node.is_missing() {
            report(missing(node, text));
            descend = false;
        } else if lacks_word(node) {
            report(missing(node, text));
        } else if node.is_error() {
            report(unexpected(
                node,
                around.last().copied().unwrap_or("source_file"),
                text,
            ));
            // One error for what was skipped; but a declaration inside of it is looked into.
            descend = true;
        } else if node.kind() == "declaration" {
            unopened(node, text).into_iter().for_each(&mut report);
            unfinished(node, text).into_iter().for_each(&mut report);
            // Of the parts only a finding may be unfinished, and those are few.
            descend |= node.has_error() || text[node.byte_range()].contains('@');
        } else if node.kind() == "flow_ends" {
            unfinished(node, text).into_iter().for_each(&mut report);
        } else if matches!(node.kind(), "block" | "property" | "finding") {
            descend = true;
        }
        if descend && cursor.goto_first_child() {
            around.push(node.kind());
            continue;
        }
        loop {
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                break 'walk;
            }
            around.pop();
        }
    }
}

/// The declarations whose kind is misspelt, `proces gateway { … }`: one error, and nothing in them
/// is read as something else.
pub fn misread_blocks(tree: &Tree, text: &str) -> Vec<Span> {
    let mut cursor = tree.walk();
    let errors = tree
        .root_node()
        .children(&mut cursor)
        .filter(|node| node.is_error())
        .collect::<Vec<_>>();
    let is_closing = |token: &Token| token.written(text) == "}";
    let mut closing = Lexer::line_by_line(text, 0).filter(is_closing).peekable();
    let mut misread = Vec::new();
    for error in errors {
        let written = &text[error.byte_range()];
        if misspelt_kind(written).is_some() && written.trim_end().ends_with('{') {
            let start = error.start_byte();
            while closing
                .next_if(|token| (token.span.start as usize) < error.end_byte())
                .is_some()
            {}
            let end = closing
                .peek()
                .map_or(text.len(), |token| token.span.end as usize);
            misread.push(Span::new(start, end));
        }
    }
    misread
}

/// Whether a span is in one of some, which are in order, and of which none ends before an earlier
/// one.
pub fn is_within(spans: &[Span], span: Span) -> bool {
    let behind = spans.partition_point(|outer| outer.start <= span.start);
    let last = behind.checked_sub(1).map(|last| spans[last]);
    last.is_some_and(|outer| span.end <= outer.end)
}

/// The word that a text begins with and the kind that it most likely means.
fn misspelt_kind(written: &str) -> Option<(&str, &'static str)> {
    let word = first_word(written);
    let near = Kind::ALL
        .into_iter()
        .map(Kind::word)
        .find(|kind| is_one_edit_from(word, kind))?;
    (near != word).then_some((word, near))
}

/// Whether the parser made up a word in a name. Words are not nodes of their own, so nothing below
/// the name tells.
fn lacks_word(node: Node) -> bool {
    matches!(node.kind(), "name" | "property_name")
        && node.has_error()
        && !children(node).iter().any(|child| child.has_error())
}

fn missing(node: Node, text: &str) -> SyntaxError {
    let missing = match node.kind() {
        "_word" | "name" | "property_name" => "a name".to_owned(),
        kind => format!("`{kind}`"),
    };
    // The parser puts the missing token before the next one; a reader misses it after the last.
    let end = text[..node.end_byte()].trim_end().len();
    let kind = match node.kind() {
        "_word" | "name" | "property_name" => SyntaxErrorKind::Unexpected,
        kind => SyntaxErrorKind::Missing(kind.to_owned()),
    };
    let message = if node.kind() == "\"" {
        NOT_CLOSED.to_owned()
    } else {
        format!("{missing} is missing here")
    };
    SyntaxError {
        span: last_character(text, end),
        message,
        kind,
    }
}

/// `in` without a boundary, `->` without a target: the grammar lets them pass, so that what is
/// below is not taken for it.
fn unfinished(node: Node, text: &str) -> Option<SyntaxError> {
    let mut cursor = node.walk();
    let (word, needed) = node
        .children(&mut cursor)
        .filter(|child| !child.is_missing())
        .find_map(|child| match child.kind() {
            "in" if node.child_by_field_name("within").is_none() => Some((child, "a boundary")),
            "->" if node.child_by_field_name("target").is_none() => Some((child, "a target")),
            _ => None,
        })?;
    let message = format!("{needed} is missing after `{}`", &text[word.byte_range()]);
    Some(SyntaxError {
        span: span(word),
        message,
        kind: SyntaxErrorKind::Unexpected,
    })
}

fn unopened(declaration: Node, text: &str) -> Option<SyntaxError> {
    let body = declaration.child_by_field_name("body")?;
    if body.child(0)?.kind() == "{" {
        return None;
    }
    let before = declaration.child(declaration.child_count().checked_sub(2)? as u32)?;
    Some(SyntaxError {
        span: last_character(text, before.end_byte()),
        message: "`{` is missing before the properties".to_owned(),
        kind: SyntaxErrorKind::Missing("{".to_owned()),
    })
}

/// The character before a place.
pub fn last_character(text: &str, end: usize) -> Span {
    let start = text[..end]
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start);
    Span::new(start, end)
}

fn unexpected(node: Node, parent: &str, text: &str) -> SyntaxError {
    let whole = &text[node.byte_range()];
    let first = whole.split_whitespace().next().unwrap_or_default();
    let mut shown: String = first.chars().take(40).collect();
    if shown.is_empty() {
        // A space that is none to us, such as U+00A0.
        shown = whole
            .chars()
            .next()
            .map_or_else(String::new, |space| format!("U+{:04X}", space as u32));
    }
    let place = span(node);
    if let Some((word, kind)) = misspelt_kind(whole).filter(|_| parent == "source_file") {
        return SyntaxError {
            span: Span {
                start: place.start,
                end: place.start + word.len() as u32,
            },
            message: format!("nothing is declared with `{word}`; {}", did_you_mean(kind)),
            kind: SyntaxErrorKind::Misspelt(kind),
        };
    }
    // One line is enough to see it.
    let end = whole
        .find(['\n', '\r'])
        .map_or(place.end, |line| place.start + line as u32)
        .max(place.start + 1);
    let expected = match parent {
        "source_file" => "expected a declaration, such as `process name \"Title\" { … }`",
        "block" => "expected a property, `name: value`, or `}`",
        "property" => "expected a value; values are separated by commas",
        "declaration" => "expected a title, `in` and a boundary, or `{` and properties",
        _ => "it is not allowed here",
    };
    SyntaxError {
        span: Span {
            start: place.start,
            end: end.min(place.end.max(place.start)),
        },
        message: format!("unexpected `{shown}`: {expected}"),
        kind: SyntaxErrorKind::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn messages(text: &str) -> Vec<String> {
        let errors = syntax_errors(&parse(text), text);
        errors
            .listed
            .into_iter()
            .map(|error| format!("{:?} {}", &text[error.span.range()], error.message))
            .collect()
    }

    #[test]
    fn a_misspelt_kind_is_one_error() {
        assert_eq!(
            messages(
                "proces shop \"Shop\" {\n  technology: web_service\n  handles: card\n}\n\
                 store orders"
            ),
            ["\"proces\" nothing is declared with `proces`; did you mean `process`?"]
        );
    }

    #[test]
    fn unfinished_text_is_reported_at_its_place() {
        assert_eq!(
            messages("process shop in\nstore orders"),
            ["\"in\" a boundary is missing after `in`"]
        );
        assert_eq!(
            messages("flow f: shop ->\nstore orders"),
            ["\"->\" a target is missing after `->`"]
        );
        assert_eq!(
            messages("store é \"\u{2014}\" tags: \"x\" }"),
            ["\"\\\"\" `{` is missing before the properties"]
        );
    }

    #[test]
    fn a_name_without_a_kind_is_reported() {
        let text = "process api {\n  mitigations:\n    waf,\n    edge.cdn: \"team\"\n}\n";
        assert_eq!(messages(text), ["\"n\" a name is missing here"]);
    }

    /// Whatever order the parser reports them in, the first are kept and all are counted.
    #[test]
    fn of_many_errors_the_first_are_kept_and_all_are_counted() {
        let line = "  owner: \"x\n";
        let errors = |lines: usize| {
            let text = format!("process a {{\n{}}}\n", line.repeat(lines));
            syntax_errors(&parse(&text), &text)
        };
        let few = errors(MAX_ERRORS / 2);
        assert_eq!((few.len(), few.more), (few.listed.len(), 0));
        let per_line = few.len() / (MAX_ERRORS / 2);
        assert!(per_line > 0);
        let many = errors(5 * MAX_ERRORS);
        assert_eq!(many.listed.len(), MAX_ERRORS);
        assert_eq!(many.len(), 5 * MAX_ERRORS * per_line);
        let half = few.len().min(MAX_ERRORS) - 1;
        assert_eq!(many.listed[..half], few.listed[..half]);
    }

    #[test]
    fn errors_that_come_in_any_order_are_those_that_come_first() {
        let error = |start: usize, message: &str| SyntaxError {
            span: Span::new(start, start + 1),
            message: message.to_owned(),
            kind: SyntaxErrorKind::Unexpected,
        };
        let count = 3 * MAX_ERRORS;
        let mut first = FirstErrors::default();
        for number in 0..count {
            first.add(error(number * 7919 % count, "one"));
            first.add(error(number * 7919 % count, "another in the same place"));
        }
        let errors = first.finish();
        let expected: Vec<_> = (0..MAX_ERRORS).map(|start| error(start, "one")).collect();
        assert_eq!((errors.listed, errors.more), (expected, 2 * MAX_ERRORS));
    }

    /// Spans are of whole characters, whatever is broken.
    #[test]
    fn places_are_between_characters() {
        let text = "// \u{1f600}\nprocess \u{e9}t\u{e9} \"\u{2014}\" in \u{431} {\n  \
                    tags: \"\u{1f600}\", \u{431}\u{2014}\n}\nflow \u{e9} -> \u{431}\n";
        let characters: Vec<(usize, char)> = text.char_indices().collect();
        let mut broken = 0;
        for (number, (start, removed)) in characters.iter().enumerate() {
            for (end, last) in &characters[number..(number + 6).min(characters.len())] {
                let text = [&text[..*start], &text[end + last.len_utf8()..]].concat();
                let messages = messages(&text);
                assert!(
                    messages.len() <= 6,
                    "without {removed:?} and so on: {messages:#?} of {text:?}"
                );
                broken += usize::from(!messages.is_empty());
            }
        }
        assert!(broken > 50, "only {broken} texts were broken");
    }
}

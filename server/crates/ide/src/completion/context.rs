//! What may stand at a place of a text, broken or not, by the words before it. It must not know a
//! model.
//!
//! The words before the cursor tell it, and no tree: while someone types, the text behind the
//! cursor is what the tree is wrong about.

use threatline_model::{
    Fact, Gives, Kind, Span, fact_named,
    schema::{self, Property, Takes},
};
use threatline_syntax::lexer::{Lexer, Token, TokenKind};

/// What may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A declaration begins. `alone`: nothing follows in the line.
    Declaration { alone: bool },
    /// The next part of what begins a declaration: one of these words or signs.
    Next(Vec<&'static str>),
    /// The boundary that something is placed in.
    Boundary,
    /// An end of a flow; the other one, if it is written.
    End { source: Option<String> },
    /// The name of a property. `followed`: its colon is there.
    Property { followed: bool },
    /// A value of a property.
    Value(&'static Property),
    /// The element of a finding, behind `rule@`.
    FindingElement { rule: String },
    /// A fact or a function of a condition about these kinds of elements.
    Fact { kinds: Vec<Kind>, path: Vec<Fact> },
    /// A word that a fact is compared with.
    FactWord(Fact),
    /// What comes behind a fact.
    Operator(Option<Fact>),
    /// What a function takes: elements that are counted, a property, a technology.
    Argument { function: String, kinds: Vec<Kind> },
}

/// A place, and what may stand there.
#[derive(Clone, Debug)]
pub struct Context {
    /// What may stand there.
    pub expected: Expected,
    /// What is written of it already, before and behind the cursor.
    pub word: Span,
    /// The same up to the cursor.
    pub typed: String,
    /// The kind of the declaration, and its name, as far as they are written.
    pub kind: Option<Kind>,
    /// See `kind`.
    pub name: Option<String>,
    /// The properties that the block has, without the one at the cursor.
    pub present: Vec<String>,
    /// The values that the property has, without the one at the cursor.
    pub values: Vec<String>,
    /// The kinds of elements that a rule looks at, as written.
    pub on: Vec<String>,
}

/// A word of a text.
type Word<'text> = (Token, &'text str);

/// What may stand at a byte of a text; nothing in comments and strings.
pub fn context(text: &str, offset: u32) -> Option<Context> {
    let tokens: Vec<Token> = Lexer::new(text).collect();
    if tokens.iter().any(|token| is_inside(token, offset)) {
        return None;
    }
    let words: Vec<Word> = tokens
        .into_iter()
        .filter(|token| !token.is_comment())
        .map(|token| (token, token.written(text)))
        .collect();
    let here = words.iter().position(|(token, _)| {
        matches!(token.kind, TokenKind::Word | TokenKind::Number)
            && token.span.start <= offset
            && offset <= token.span.end
    });
    let before = here.unwrap_or_else(|| {
        words
            .iter()
            .take_while(|(token, _)| token.span.end <= offset)
            .count()
    });
    let behind = here.map_or(before, |at| at + 1);
    let word = here.map_or(
        Span {
            start: offset,
            end: offset,
        },
        |at| words[at].0.span,
    );
    let line_before = &text[..word.start as usize];
    let begins_line = line_before[line_before.rfind('\n').map_or(0, |at| at + 1)..]
        .trim()
        .is_empty();
    let line_behind = text[word.end as usize..].lines().next().unwrap_or_default();
    let mut context = Context {
        expected: Expected::Declaration {
            alone: line_behind.trim().is_empty(),
        },
        word,
        typed: text[word.start as usize..offset as usize].to_owned(),
        kind: None,
        name: None,
        present: Vec::new(),
        values: Vec::new(),
        on: Vec::new(),
    };
    let (start, block) = enclosing(&words[..before], begins_line);
    let Some(start) = start else {
        return Some(context);
    };
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.word() == words[start].1)?;
    context.kind = Some(kind);
    context.name = words
        .get(start + 1)
        .filter(|(token, _)| token.kind == TokenKind::Word && start + 1 < before)
        .map(|word| word.1.to_owned());
    let Some(block) = block else {
        context.expected = header(kind, &words[start + 1..before])?;
        return Some(context);
    };
    let end = block_end(&words, behind);
    let is_colon = |at: usize| words.get(at).is_some_and(|(_, word)| *word == ":");
    let names: Vec<usize> = (block + 1..end)
        .filter(|&at| words[at].0.kind == TokenKind::Word && is_colon(at + 1))
        .collect();
    context.present = names
        .iter()
        .filter(|at| Some(**at) != here)
        .map(|&at| words[at].1.to_owned())
        .collect();
    let on = names.iter().find(|at| words[**at].1 == "on");
    context.on = on
        .map(|&at| values(&words[at + 2..end]))
        .unwrap_or_default();
    let followed = here.is_some() && is_colon(behind);
    let property = names
        .iter()
        .rev()
        .find(|at| **at + 1 < before && Some(**at) != here);
    let Some(&property) = property.filter(|_| !followed) else {
        context.expected = Expected::Property { followed };
        return Some(context);
    };
    let said = &words[property + 2..before];
    let known = schema::of(kind).property(words[property].1);
    if known.is_some_and(|property| property.takes == Takes::Condition) {
        context.expected = condition(said, &context, text)?;
        return Some(context);
    }
    // Several words can be those of a title.
    let is_title = known.is_some_and(|known| known.takes == Takes::Reference) && !begins_line;
    let is_over = said
        .last()
        .is_some_and(|(token, word)| token.kind != TokenKind::Sign || *word == ")");
    if is_over && !is_title {
        context.expected = Expected::Property { followed };
        return Some(context);
    }
    let known = known?;
    let mut all = values(said);
    all.extend(values(&words[behind..end]));
    context.values = all;
    context.expected = match said {
        [.., (_, rule), (_, "@")] => Expected::FindingElement {
            rule: (*rule).to_owned(),
        },
        [.., (_, "("), (_, source), (_, "->")] => Expected::End {
            source: Some((*source).to_owned()),
        },
        [.., (_, "@"), (_, "(")] => Expected::End { source: None },
        _ => Expected::Value(known),
    };
    if known.takes == Takes::Reference {
        // An id or the words of a title: all that is written since the comma.
        let sign = said
            .iter()
            .rev()
            .find(|(_, word)| *word == ",")
            .map_or(words[property + 1].0, |(token, _)| *token);
        let from = sign.span.end as usize;
        let gap = text[from..].find(|c: char| !c.is_whitespace()).unwrap_or(0);
        context.word.start = word.start.min((from + gap) as u32);
    }
    Some(context)
}

/// Whether what is typed at a byte goes into a comment or a string. One that has no end goes on.
fn is_inside(token: &Token, offset: u32) -> bool {
    let goes_on = match token.kind {
        TokenKind::Comment | TokenKind::Description => true,
        TokenKind::Text { is_closed } => !is_closed,
        TokenKind::Number | TokenKind::Word | TokenKind::Sign => return false,
    };
    let Span { start, end } = token.span;
    start < offset && (offset < end || goes_on && offset == end)
}

/// Where the declaration begins in which the last of some words is, and its block, if it is in it.
fn enclosing(words: &[Word], begins_line: bool) -> (Option<usize>, Option<usize>) {
    let (mut start, mut block) = (None, None);
    for (at, (token, word)) in words.iter().enumerate() {
        let is_kind =
            token.kind == TokenKind::Word && Kind::ALL.iter().any(|kind| kind.word() == *word);
        let is_property = words.get(at + 1).is_some_and(|(_, next)| *next == ":");
        match *word {
            "{" if start.is_some() && block.is_none() => block = Some(at),
            "}" => (start, block) = (None, None),
            // At the beginning of a line that is not moved in, a declaration begins, even if the
            // one before has no end.
            _ if is_kind && block.is_some() && !is_property && is_flush(token, words, at) => {
                (start, block) = (Some(at), None);
            }
            _ if is_kind && block.is_none() && (start.is_none() || token.begins_line) => {
                start = Some(at)
            }
            _ => {}
        }
    }
    // A line below what begins a declaration can begin the next one.
    let is_complete = block.is_none()
        && start.is_some_and(|start| words.len() > start + 1)
        && words
            .last()
            .is_some_and(|(token, word)| token.kind != TokenKind::Sign && *word != "in");
    if begins_line && is_complete {
        (None, None)
    } else {
        (start, block)
    }
}

/// Whether a word that begins its line cannot be a value of the line before.
fn is_flush(token: &Token, words: &[Word], at: usize) -> bool {
    token.begins_line
        && at > 0
        && !matches!(words[at - 1].1, ":" | "," | "(" | "and" | "or" | "not")
}

/// Where the block ends in which a word is.
fn block_end(words: &[Word], from: usize) -> usize {
    let is_end = |at: &usize| {
        let (token, word) = words[*at];
        let is_kind = Kind::ALL.iter().any(|kind| kind.word() == word);
        word == "}"
            || is_kind
                && token.begins_line
                && words.get(at + 1).is_none_or(|(_, next)| *next != ":")
    };
    (from..words.len()).find(is_end).unwrap_or(words.len())
}

/// The values at the beginning of some words, before the next property.
fn values(words: &[Word]) -> Vec<String> {
    let is_property = |at: usize| words.get(at + 1).is_some_and(|(_, next)| *next == ":");
    let own = words
        .iter()
        .enumerate()
        .take_while(|(at, _)| !is_property(*at))
        .map(|(_, word)| word);
    own.filter(|(token, _)| token.kind != TokenKind::Sign)
        .map(|(_, word)| (*word).to_owned())
        .collect()
}

/// What may come next of what begins a declaration.
fn header(kind: Kind, words: &[Word]) -> Option<Expected> {
    let is_flow = kind == Kind::Flow;
    let last = words.last();
    Some(match (last.map(|(_, word)| *word), words.len()) {
        (None, _) if is_flow => Expected::End { source: None },
        (None, _) if kind == Kind::Expect => Expected::Next(vec!["{"]),
        (None, _) => return None,
        (Some("in"), length) if length > 1 => Expected::Boundary,
        (Some(":"), _) if is_flow => Expected::End { source: None },
        (Some("->"), _) => Expected::End {
            source: words
                .iter()
                .rev()
                .nth(1)
                .map(|(_, word)| (*word).to_owned()),
        },
        (Some(_), _) => {
            let said = |wanted: &str| words.iter().any(|(_, word)| *word == wanted);
            let is_text =
                last.is_some_and(|(token, _)| matches!(token.kind, TokenKind::Text { .. }));
            match is_flow {
                true if said("->") => Expected::Next(vec!["{"]),
                true if said(":") => Expected::Next(vec!["->"]),
                true if is_text => Expected::Next(vec![":"]),
                true => Expected::Next(vec![":", "->"]),
                false if schema::of(kind).placed && !said("in") => Expected::Next(vec!["in", "{"]),
                false => Expected::Next(vec!["{"]),
            }
        }
    })
}

/// What may come next in a condition.
fn condition(words: &[Word], context: &Context, text: &str) -> Option<Expected> {
    let all = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];
    let on: Vec<Kind> = all
        .into_iter()
        .filter(|kind| context.on.iter().any(|word| word == kind.word()))
        .collect();
    let mut about = vec![if on.is_empty() { all.to_vec() } else { on }];
    // What each parenthesis that is open is of: a function, a list of words, or neither.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut counted: Vec<Vec<Kind>> = Vec::new();
    for (at, (_, word)) in words.iter().enumerate() {
        match *word {
            "(" => {
                let before = at.checked_sub(1).map(|at| words[at]);
                let adjacent = before.filter(|(token, _)| {
                    token.span.end == words[at].0.span.start && token.kind == TokenKind::Word
                });
                open.push(
                    adjacent
                        .or(before.filter(|(_, word)| *word == "in"))
                        .map(|(_, word)| word.to_owned()),
                );
                about.push(about.last().cloned().unwrap_or_default());
                counted.push(Vec::new());
            }
            ")" => {
                open.pop();
                counted.pop();
                if about.len() > 1 {
                    about.pop();
                }
            }
            "where" => {
                if let (Some(kinds), Some(inner)) = (
                    counted.last().filter(|kinds| !kinds.is_empty()),
                    about.last_mut(),
                ) {
                    inner.clone_from(kinds);
                }
            }
            word => {
                if let (Some(inner), Some((Gives::Elements(kinds, _), _))) = (
                    counted.last_mut(),
                    about
                        .last()
                        .and_then(|kinds| path(kinds, word))
                        .map(|(fact, steps)| (fact.gives, steps)),
                ) {
                    *inner = kinds.to_vec();
                }
            }
        }
    }
    let kinds = about.last().cloned().unwrap_or_default();
    // The fact before an operator, or before the list behind `in`.
    let fact_before = |at: usize| {
        let (_, word) = at.checked_sub(1).and_then(|at| words.get(at))?;
        path(&kinds, word).map(|(fact, _)| fact)
    };
    let last = words.len().checked_sub(1);
    let in_list = open.last().is_some_and(|of| of.as_deref() == Some("in"));
    Some(match last.map(|at| words[at].1) {
        Some("(" | ",") if in_list => {
            let list = words.iter().rposition(|(_, word)| *word == "in")?;
            Expected::FactWord(fact_before(list)?)
        }
        Some("(") if open.last().is_some_and(Option::is_some) => Expected::Argument {
            function: open.last().cloned().flatten()?,
            kinds,
        },
        None | Some("(" | "and" | "or" | "not" | "where") => {
            // The steps before the last dot of what is typed.
            let steps: Vec<Fact> = match context.typed.rfind('.') {
                Some(dot) => {
                    let (fact, mut steps) = path(&kinds, &context.typed[..dot])?;
                    steps.push(fact);
                    steps
                }
                None => Vec::new(),
            };
            let kinds = match steps.last().map(|fact| fact.gives) {
                Some(Gives::Elements(kinds, _)) => kinds.to_vec(),
                Some(_) => return None,
                None => kinds,
            };
            Expected::Fact { kinds, path: steps }
        }
        Some("=" | "!=" | "<" | "<=" | ">" | ">=" | "is") => {
            Expected::FactWord(fact_before(last?)?)
        }
        Some("in") => Expected::Next(vec!["("]),
        Some(word) => {
            let token = words[last?].0;
            let is_done = last.and_then(|at| at.checked_sub(1)).is_some_and(|at| {
                matches!(words[at].1, "=" | "!=" | "<" | "<=" | ">" | ">=" | "is")
            });
            let ends_line =
                text[token.span.end as usize..context.word.start as usize].contains('\n');
            if ends_line && word != ")" && !is_done && context.typed.is_empty() {
                return Some(Expected::Property { followed: false });
            }
            Expected::Operator(
                (!is_done)
                    .then(|| path(&kinds, word).map(|(fact, _)| fact))
                    .flatten(),
            )
        }
    })
}

/// The fact that a path such as `source.trust` ends at, and the steps before it.
fn path(kinds: &[Kind], written: &str) -> Option<(Fact, Vec<Fact>)> {
    let mut kinds = kinds.to_vec();
    let mut steps = Vec::new();
    let mut parts = written.split('.').peekable();
    while let Some(part) = parts.next() {
        let found = fact_named(&kinds, part)?;
        if parts.peek().is_none() {
            return Some((found, steps));
        }
        match found.gives {
            Gives::Elements(of, _) => kinds = of.to_vec(),
            // How sensitive assets are, by an aspect.
            _ => return Some((found, steps)),
        }
        steps.push(found);
    }
    None
}

//! What can be written at a position of a text, which may have syntax errors. It must not know a
//! model.
//!
//! It is derived from the words before the cursor, not from the tree: while someone types, the tree
//! is wrong at the cursor.

use threatline_model::{
    Fact, Gives, Kind, Span, fact_named,
    schema::{self, Property, Takes},
};
use threatline_syntax::lexer::{Lexer, Token, TokenKind};

/// What can be written at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A new declaration. `alone`: nothing follows in the line.
    Declaration { alone: bool },
    /// The next part of a heading: one of these words or signs.
    Next(Vec<&'static str>),
    /// The boundary that something is placed in.
    Boundary,
    /// An end of a flow, with the source if that is already written.
    End { source: Option<String> },
    /// The name of a property. `followed`: its colon is already written.
    Property { followed: bool },
    /// A value of a property.
    Value(&'static Property),
    /// The element of a finding, after `rule@`.
    FindingElement { rule: String },
    /// A fact or a function of a condition about these kinds of elements.
    Fact { kinds: Vec<Kind>, path: Vec<Fact> },
    /// A word that a fact is compared with.
    FactWord(Fact),
    /// What follows a fact.
    Operator(Option<Fact>),
    /// What a function takes: elements that are counted, a property, a technology.
    Argument { function: String, kinds: Vec<Kind> },
}

/// A position, and what can be written there.
#[derive(Clone, Debug)]
pub struct Context {
    /// What can be written there.
    pub expected: Expected,
    /// The word at the cursor, before and after it.
    pub word: Span,
    /// The part of the word before the cursor.
    pub typed: String,
    /// The kind of the declaration, if it is already written.
    pub kind: Option<Kind>,
    /// The name of the declaration, if it is already written.
    pub name: Option<String>,
    /// The properties in the block, except for the one at the cursor.
    pub present: Vec<String>,
    /// The values of the property, except for the one at the cursor.
    pub values: Vec<String>,
    /// The kinds of elements that a condition is about, as written; empty for all kinds.
    pub on: Vec<String>,
}

/// A word of a text.
type Word<'text> = (Token, &'text str);

/// The words of a text around the cursor.
struct Around<'text> {
    text: &'text str,
    words: Vec<Word<'text>>,
    /// The word at the cursor, if there is one.
    here: Option<usize>,
    /// How many words are before the cursor.
    before: usize,
    /// The first word after the cursor.
    behind: usize,
    /// The word at the cursor, or the empty position of the cursor.
    span: Span,
}

impl<'text> Around<'text> {
    fn new(text: &'text str, tokens: &[Token], offset: u32) -> Around<'text> {
        let words = tokens.iter().filter(|token| !token.is_comment());
        let words: Vec<Word> = words.map(|token| (*token, token.written(text))).collect();
        let here = words.iter().position(|(token, _)| {
            matches!(token.kind, TokenKind::Word | TokenKind::Number)
                && token.span.start <= offset
                && offset <= token.span.end
        });
        let is_before = |word: &&Word| word.0.span.end <= offset;
        let before = here.unwrap_or_else(|| words.iter().take_while(is_before).count());
        let nothing = Span {
            start: offset,
            end: offset,
        };
        Around {
            text,
            here,
            before,
            behind: here.map_or(before, |here| here + 1),
            span: here.map_or(nothing, |here| words[here].0.span),
            words,
        }
    }

    fn begins_line(&self) -> bool {
        let before = &self.text[..self.span.start as usize];
        let mut lines = before.rsplit('\n');
        lines.next().is_none_or(|line| line.trim().is_empty())
    }

    /// Whether nothing follows in the line.
    fn is_alone(&self) -> bool {
        let mut lines = self.text[self.span.end as usize..].lines();
        lines.next().is_none_or(|line| line.trim().is_empty())
    }

    fn is_colon(&self, word: usize) -> bool {
        self.words.get(word).is_some_and(|(_, word)| *word == ":")
    }

    /// The names of the properties in a block, as words.
    fn property_names(&self, block: usize, end: usize) -> Vec<usize> {
        let words = block + 1..end;
        words
            .filter(|&word| self.words[word].0.kind == TokenKind::Word && self.is_colon(word + 1))
            .collect()
    }
}

/// What can be written at a byte of a text; nothing in comments and strings. `kind_of` resolves
/// names to kinds.
pub fn context(text: &str, offset: u32, kind_of: &dyn Fn(&str) -> Option<Kind>) -> Option<Context> {
    let tokens: Vec<Token> = Lexer::new(text).collect();
    if tokens.iter().any(|token| is_inside(token, offset)) {
        return None;
    }
    let around = Around::new(text, &tokens, offset);
    let (words, before) = (&around.words, around.before);
    let mut context = Context {
        expected: Expected::Declaration {
            alone: around.is_alone(),
        },
        word: around.span,
        typed: text[around.span.start as usize..offset as usize].to_owned(),
        kind: None,
        name: None,
        present: Vec::new(),
        values: Vec::new(),
        on: Vec::new(),
    };
    let (Some(start), block) = enclosing(&words[..before], around.begins_line()) else {
        return Some(context);
    };
    let mut kinds = Kind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.word() == words[start].1)?;
    context.kind = Some(kind);
    context.name = words
        .get(start + 1)
        .filter(|(token, _)| token.kind == TokenKind::Word && start + 1 < before)
        .map(|word| word.1.to_owned());
    context.expected = match block {
        Some(block) => {
            context.on = about(&around, block, kind, kind_of);
            in_block(&around, block, kind, &mut context)?
        }
        None => header(kind, &words[start + 1..before])?,
    };
    Some(context)
}

/// Whether a byte is inside a comment or a string, which may not be closed.
fn is_inside(token: &Token, offset: u32) -> bool {
    let goes_on = match token.kind {
        TokenKind::Comment | TokenKind::Description => true,
        TokenKind::Text { is_closed } => !is_closed,
        TokenKind::Number | TokenKind::Word | TokenKind::Sign => return false,
    };
    let Span { start, end } = token.span;
    start < offset && (offset < end || goes_on && offset == end)
}

/// What can be written in the block of a declaration.
fn in_block(around: &Around, block: usize, kind: Kind, context: &mut Context) -> Option<Expected> {
    let (words, here) = (&around.words, around.here);
    let end = block_end(words, around.behind);
    let names = around.property_names(block, end);
    let others = names.iter().copied().filter(|name| Some(*name) != here);
    context.present = others.map(|name| words[name].1.to_owned()).collect();
    let followed = here.is_some() && around.is_colon(around.behind);
    let mut names = names.into_iter().rev();
    let property = names.find(|name| name + 1 < around.before && Some(*name) != here);
    let Some(property) = property.filter(|_| !followed) else {
        return Some(Expected::Property { followed });
    };
    let written = &words[property + 2..around.before];
    let known = schema::of(kind).property(words[property].1);
    if known.is_some_and(|property| property.takes == Takes::Condition) {
        return condition(written, context, around.text);
    }
    let is_reference = known.is_some_and(|known| known.takes == Takes::Reference);
    // The title of a reference can have several words.
    let is_title = is_reference && !around.begins_line();
    let last = written.last();
    let is_over = last.is_some_and(|(token, word)| token.kind != TokenKind::Sign || *word == ")");
    if is_over && !is_title {
        return Some(Expected::Property { followed });
    }
    let known = known?;
    context.values = values(written);
    context.values.extend(values(&words[around.behind..end]));
    if is_reference {
        context.word.start = start_of_title(around, property, written);
    }
    Some(match written {
        [.., (_, rule), (_, "@")] => Expected::FindingElement {
            rule: (*rule).to_owned(),
        },
        [.., (_, "("), (_, source), (_, "->")] => Expected::End {
            source: Some((*source).to_owned()),
        },
        [.., (_, "@"), (_, "(")] => Expected::End { source: None },
        _ => Expected::Value(known),
    })
}

/// The kinds of elements that a condition in a block is about: those in `on`, or the kind of the
/// element whose finding is dismissed.
fn about(
    around: &Around,
    block: usize,
    kind: Kind,
    kind_of: &dyn Fn(&str) -> Option<Kind>,
) -> Vec<String> {
    let end = block_end(&around.words, around.behind);
    let names = around.property_names(block, end).into_iter();
    let values_of = |wanted: &str| {
        let mut names = names.filter(|name| around.words[*name].1 == wanted);
        let name = names.next();
        name.map_or_else(Vec::new, |name| values(&around.words[name + 2..end]))
    };
    if kind != Kind::Dismiss {
        return values_of("on");
    }
    let subject = match values_of("finding").as_slice() {
        [_, element] => kind_of(element),
        [_, _source, _target] => Some(Kind::Flow),
        _ => None,
    };
    subject
        .map(|kind| kind.word().to_owned())
        .into_iter()
        .collect()
}

/// Where an ID or the words of a title begin: after the last comma.
fn start_of_title(around: &Around, property: usize, written: &[Word]) -> u32 {
    let mut backwards = written.iter().rev();
    let comma = backwards.find(|(_, word)| *word == ",");
    let (sign, _) = comma.unwrap_or(&around.words[property + 1]);
    let behind = &around.text[sign.span.end as usize..];
    let gap = behind.find(|letter: char| !letter.is_whitespace());
    around
        .span
        .start
        .min(sign.span.end + gap.unwrap_or(0) as u32)
}

/// Where the declaration that contains the last of some words begins, and where its block does, if
/// the word is in it.
fn enclosing(words: &[Word], begins_line: bool) -> (Option<usize>, Option<usize>) {
    let (mut start, mut block) = (None, None);
    for (number, (token, word)) in words.iter().enumerate() {
        let is_kind =
            token.kind == TokenKind::Word && Kind::ALL.iter().any(|kind| kind.word() == *word);
        let next = words.get(number + 1);
        let is_property = next.is_some_and(|(_, next)| *next == ":");
        match *word {
            "{" if start.is_some() && block.is_none() => block = Some(number),
            "}" => (start, block) = (None, None),
            // A kind at the start of a line begins a declaration, even if the block before it is
            // not closed.
            _ if is_kind && block.is_some() && !is_property && is_flush(token, words, number) => {
                (start, block) = (Some(number), None);
            }
            _ if is_kind && block.is_none() && (start.is_none() || token.begins_line) => {
                start = Some(number)
            }
            _ => {}
        }
    }
    // The line below a complete heading can begin the next declaration.
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

/// Whether a word that begins its line cannot be a value of the property before it.
fn is_flush(token: &Token, words: &[Word], number: usize) -> bool {
    token.begins_line
        && number > 0
        && !matches!(words[number - 1].1, ":" | "," | "(" | "and" | "or" | "not")
}

/// Where the block that contains a word ends.
fn block_end(words: &[Word], from: usize) -> usize {
    let is_end = |number: &usize| {
        let (token, word) = words[*number];
        let is_kind = Kind::ALL.iter().any(|kind| kind.word() == word);
        word == "}"
            || is_kind
                && token.begins_line
                && words.get(number + 1).is_none_or(|(_, next)| *next != ":")
    };
    (from..words.len()).find(is_end).unwrap_or(words.len())
}

/// The values at the start of some words, up to the next property.
fn values(words: &[Word]) -> Vec<String> {
    let is_property = |number: usize| words.get(number + 1).is_some_and(|(_, next)| *next == ":");
    let own = words
        .iter()
        .enumerate()
        .take_while(|(number, _)| !is_property(*number))
        .map(|(_, word)| word);
    own.filter(|(token, _)| token.kind != TokenKind::Sign)
        .map(|(_, word)| (*word).to_owned())
        .collect()
}

/// What can come next in a heading.
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
            let has = |wanted: &str| words.iter().any(|(_, word)| *word == wanted);
            let is_text =
                last.is_some_and(|(token, _)| matches!(token.kind, TokenKind::Text { .. }));
            Expected::Next(if !is_flow {
                let can_be_placed = schema::of(kind).placed && !has("in");
                if can_be_placed {
                    vec!["in", "{"]
                } else {
                    vec!["{"]
                }
            } else if has("->") {
                vec!["{"]
            } else if has(":") {
                vec!["->"]
            } else if is_text {
                vec![":"]
            } else {
                vec![":", "->"]
            })
        }
    })
}

/// The open parentheses of a condition at the cursor.
struct Nesting {
    /// The kinds of elements that each level is about, outermost first.
    about: Vec<Vec<Kind>>,
    /// What each parenthesis belongs to: a function, a list of words after `in`, or neither.
    openers: Vec<Option<String>>,
    /// The kinds of elements that each one counts.
    counted: Vec<Vec<Kind>>,
}

impl Nesting {
    /// Reads the words of a condition about elements of some kinds.
    fn read(words: &[Word], kinds: Vec<Kind>) -> Nesting {
        let mut nesting = Nesting {
            about: vec![kinds],
            openers: Vec::new(),
            counted: Vec::new(),
        };
        for (number, (_, word)) in words.iter().enumerate() {
            match *word {
                "(" => nesting.open(opener(words, number)),
                ")" => nesting.close(),
                "where" => nesting.ask_about_counted(),
                word => nesting.count(word),
            }
        }
        nesting
    }

    fn open(&mut self, opener: Option<String>) {
        self.openers.push(opener);
        self.about.push(self.kinds());
        self.counted.push(Vec::new());
    }

    fn close(&mut self) {
        self.openers.pop();
        self.counted.pop();
        if self.about.len() > 1 {
            self.about.pop();
        }
    }

    fn ask_about_counted(&mut self) {
        if let (Some(kinds), Some(inner)) = (self.counted.last(), self.about.last_mut())
            && !kinds.is_empty()
        {
            inner.clone_from(kinds);
        }
    }

    fn count(&mut self, word: &str) {
        let fact = path(&self.kinds(), word).map(|(fact, _)| fact.gives);
        if let (Some(inner), Some(Gives::Elements(kinds, _))) = (self.counted.last_mut(), fact) {
            *inner = kinds.to_vec();
        }
    }

    /// The kinds of elements at the cursor.
    fn kinds(&self) -> Vec<Kind> {
        self.about.last().cloned().unwrap_or_default()
    }

    /// What the innermost parenthesis belongs to.
    fn opener(&self) -> Option<&str> {
        self.openers.last()?.as_deref()
    }
}

/// What a parenthesis belongs to: the function directly before it, or `in`.
fn opener(words: &[Word], parenthesis: usize) -> Option<String> {
    let (token, word) = words[parenthesis.checked_sub(1)?];
    let is_adjacent = token.span.end == words[parenthesis].0.span.start;
    let is_function = is_adjacent && token.kind == TokenKind::Word;
    (is_function || word == "in").then(|| word.to_owned())
}

const COMPARISONS: [&str; 7] = ["=", "!=", "<", "<=", ">", ">=", "is"];

/// What can come next in a condition.
fn condition(words: &[Word], context: &Context, text: &str) -> Option<Expected> {
    let elements = vec![Kind::External, Kind::Process, Kind::Store, Kind::Flow];
    let is_on = |kind: &Kind| context.on.iter().any(|word| word == kind.word());
    let on: Vec<Kind> = elements.iter().copied().filter(is_on).collect();
    let nesting = Nesting::read(words, if on.is_empty() { elements } else { on });
    let kinds = nesting.kinds();
    // The fact before an operator, or before the list after `in`.
    let fact_before = |number: usize| {
        let (_, word) = words.get(number.checked_sub(1)?)?;
        path(&kinds, word).map(|(fact, _)| fact)
    };
    let Some(last) = words.len().checked_sub(1) else {
        return fact_expected(kinds, context);
    };
    Some(match words[last].1 {
        "(" | "," if nesting.opener() == Some("in") => {
            let list = words.iter().rposition(|(_, word)| *word == "in")?;
            Expected::FactWord(fact_before(list)?)
        }
        "(" if nesting.opener().is_some() => Expected::Argument {
            function: nesting.opener()?.to_owned(),
            kinds,
        },
        "(" | "and" | "or" | "not" | "where" => return fact_expected(kinds, context),
        "in" => Expected::Next(vec!["("]),
        word if COMPARISONS.contains(&word) => Expected::FactWord(fact_before(last)?),
        word => {
            let end = words[last].0.span.end as usize;
            let before = last.checked_sub(1).map(|before| words[before].1);
            let is_compared = before.is_some_and(|before| COMPARISONS.contains(&before));
            let ends_line = text[end..context.word.start as usize].contains('\n');
            if ends_line && word != ")" && !is_compared && context.typed.is_empty() {
                return Some(Expected::Property { followed: false });
            }
            let fact = path(&kinds, word).map(|(fact, _)| fact);
            Expected::Operator(fact.filter(|_| !is_compared))
        }
    })
}

/// A fact of these kinds of elements, or of those at the end of the typed steps.
fn fact_expected(kinds: Vec<Kind>, context: &Context) -> Option<Expected> {
    let Some(dot) = context.typed.rfind('.') else {
        return Some(Expected::Fact {
            kinds,
            path: Vec::new(),
        });
    };
    let (fact, mut steps) = path(&kinds, &context.typed[..dot])?;
    steps.push(fact);
    let Gives::Elements(kinds, _) = fact.gives else {
        return None;
    };
    Some(Expected::Fact {
        kinds: kinds.to_vec(),
        path: steps,
    })
}

/// The fact that a path such as `source.trust` ends at, and the steps before it.
fn path(kinds: &[Kind], written: &str) -> Option<(Fact, Vec<Fact>)> {
    let mut kinds = kinds.to_vec();
    let mut steps = Vec::new();
    let mut parts = written.split('.').peekable();
    while let Some(part) = parts.next() {
        let fact = fact_named(&kinds, part)?;
        if parts.peek().is_none() {
            return Some((fact, steps));
        }
        match fact.gives {
            Gives::Elements(next, _) => kinds = next.to_vec(),
            // How sensitive assets are, by an aspect.
            _ => return Some((fact, steps)),
        }
        steps.push(fact);
    }
    None
}

//! From syntax to what is declared: the one place where the tree is read for its meaning. It must
//! not know what a name refers to, nor which properties there are.
//!
//! What comes out is in three parts, by how often it changes: the *shape* of a declaration (names
//! and places, which other declarations find it by), its *facts* (properties), and the *spans*,
//! which change with every key. The first two hold no positions, so that an edit which changes no
//! meaning changes neither.

use smol_str::{SmolStr, SmolStrBuilder};
use std::ops::Range;
use std::sync::Arc;
use threatline_syntax::{
    Declaration, Edit, EditedPieces, Item, Kind, NOT_CLOSED, Node, Patience, Pieces,
    Property as PropertyNode, Span, SyntaxError, SyntaxErrorKind, children, description_lines,
    field, is_invisible, is_within, items, last_character, misread_blocks, name_text, open_block,
    parse_with, span, syntax_errors,
};

/// How deep a condition may be nested.
pub const DEEPEST_CONDITION: usize = 64;

/// What other declarations can see of a declaration: it changes when the design's structure does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// What is declared.
    pub kind: Kind,
    /// Its name, as written.
    pub name: Option<SmolStr>,
    /// The boundary after `in`, as written.
    pub within: Option<SmolStr>,
    /// Where a flow starts, as written.
    pub source: Option<SmolStr>,
    /// Who answers a flow, as written.
    pub target: Option<SmolStr>,
}

/// What a declaration says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The title.
    pub title: Option<SmolStr>,
    /// The `///` text above it, in Markdown.
    pub description: Option<SmolStr>,
    /// The properties in order, wrong ones included.
    pub properties: Box<[PropertyFacts]>,
}

/// One property, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyFacts {
    /// Its name.
    pub name: SmolStr,
    /// Its values.
    pub values: Box<[Value]>,
    /// Its condition.
    pub condition: Option<Box<Condition>>,
}

/// A value, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word or a name.
    Name(SmolStr),
    /// CWE-79 and the like.
    Reference(SmolStr),
    /// A string, decoded.
    Text(SmolStr),
    /// A date.
    Date(SmolStr),
    /// A number, or what begins like one.
    Number(SmolStr),
    /// `rule@element`.
    Finding(Box<FindingFacts>),
}

impl Value {
    /// The two ends of the flow that a finding is about, if it is written with them.
    pub fn ends(&self) -> Option<(&SmolStr, &SmolStr)> {
        let Value::Finding(finding) = self else {
            return None;
        };
        match &finding.subject {
            Subject::Ends(source, target) => Some((source, target)),
            Subject::Name(_) => None,
        }
    }
}

/// A finding, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingFacts {
    /// What stands before `@`.
    pub rule: SmolStr,
    /// What stands behind it.
    pub subject: Subject,
}

/// What stands behind `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A name.
    Name(SmolStr),
    /// The two ends of a flow without a name.
    Ends(SmolStr, SmolStr),
}

impl Subject {
    /// The names in it.
    pub fn names(&self) -> [Option<&SmolStr>; 2] {
        match self {
            Subject::Name(name) => [Some(name), None],
            Subject::Ends(source, target) => [Some(source), Some(target)],
        }
    }
}

/// A condition as a list of nodes, each of which refers to others by their place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The nodes; their order is that of [`PropertySpans::nodes`].
    pub nodes: Vec<Expression>,
    /// The outermost node.
    pub root: NodeId,
    /// Whether it is nested deeper than [`DEEPEST_CONDITION`], and was cut off there.
    pub too_deep: bool,
}

/// A node's place in its condition.
pub type NodeId = u16;

/// A node of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the forms are those of the language reference
pub enum Expression {
    Or(Vec<NodeId>),
    And(Vec<NodeId>),
    Not(NodeId),
    Compare {
        left: NodeId,
        operator: SmolStr,
        right: NodeId,
    },
    In {
        left: NodeId,
        values: Vec<NodeId>,
    },
    Is {
        left: NodeId,
        right: NodeId,
    },
    Call {
        function: SmolStr,
        argument: Option<SmolStr>,
        filter: Option<NodeId>,
    },
    Name(SmolStr),
    Number(SmolStr),
    /// Nothing, where something is still to be written.
    Missing,
}

/// Where a declaration and its parts stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// The declaration's first byte in the text.
    pub start: u32,
    /// Where its parts stand, which stays as it is while text before it changes.
    pub parts: Arc<PartSpans>,
}

impl std::ops::Deref for Spans {
    type Target = PartSpans;

    fn deref(&self) -> &PartSpans {
        &self.parts
    }
}

/// Where the parts of a declaration stand, counted from its first byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartSpans {
    /// The whole of it.
    pub whole: Span,
    /// The word that says what is declared.
    pub kind: Span,
    /// The name; the two ends of a flow without one.
    pub name: Option<Span>,
    /// The title with its quotes.
    pub title: Option<Span>,
    /// The boundary after `in`.
    pub within: Option<Span>,
    /// Where a flow starts.
    pub source: Option<Span>,
    /// Who answers a flow.
    pub target: Option<Span>,
    /// The block of properties.
    pub body: Option<Span>,
    /// The properties in order.
    pub properties: Box<[PropertySpans]>,
}

/// Where the parts of a property stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertySpans {
    /// The whole of it.
    pub whole: Span,
    /// Its name.
    pub name: Span,
    /// Its values.
    pub values: Box<[Span]>,
    /// The nodes of its condition; for findings, the two sides of each.
    pub nodes: Box<[Span]>,
}

/// A part of a declaration, which the spans of the current text give a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the parts are those of the grammar
pub enum Part {
    Whole,
    Kind,
    Name,
    Title,
    Within,
    Source,
    Target,
    Body,
    Property(u16),
    PropertyName(u16),
    Value(u16, u16),
    /// The rule of a finding.
    FindingRule(u16, u16),
    /// The element of a finding.
    FindingSubject(u16, u16),
    /// A node of a condition.
    Node(u16, NodeId),
}

impl Spans {
    /// Where a part stands in the text. A part that is not there is looked for at the name.
    pub fn of(&self, part: Part) -> Span {
        let found = match part {
            Part::Whole => Some(self.whole),
            Part::Kind => Some(self.kind),
            Part::Name => self.name,
            Part::Title => self.title,
            Part::Within => self.within,
            Part::Source => self.source,
            Part::Target => self.target,
            Part::Body => self.body,
            Part::Property(at) => self
                .properties
                .get(at as usize)
                .map(|property| property.whole),
            Part::PropertyName(at) => self
                .properties
                .get(at as usize)
                .map(|property| property.name),
            Part::Value(at, value) => self.value(at, value),
            Part::FindingRule(at, value) => {
                self.node(at, value as usize * 2).or(self.value(at, value))
            }
            Part::FindingSubject(at, value) => self
                .node(at, value as usize * 2 + 1)
                .or(self.value(at, value)),
            Part::Node(at, node) => self.node(at, node as usize),
        };
        found.or(self.name).unwrap_or(self.kind).shifted(self.start)
    }
}

impl PartSpans {
    /// The same within a text that ends before them.
    fn cut(&mut self, end: u32) {
        let cut = |span: &mut Span| {
            *span = Span {
                start: span.start.min(end),
                end: span.end.min(end),
            }
        };
        cut(&mut self.whole);
        self.body.iter_mut().for_each(cut);
        for property in &mut self.properties {
            cut(&mut property.whole);
            property
                .values
                .iter_mut()
                .chain(&mut property.nodes)
                .for_each(cut);
        }
    }

    fn value(&self, property: u16, value: u16) -> Option<Span> {
        let property = self.properties.get(property as usize)?;
        property
            .values
            .get(value as usize)
            .copied()
            .or(Some(property.name))
    }

    fn node(&self, property: u16, node: usize) -> Option<Span> {
        let property = self.properties.get(property as usize)?;
        property.nodes.get(node).copied().or(Some(property.name))
    }
}

/// One declaration, lowered.
#[derive(Clone, Debug)]
pub struct LoweredDeclaration {
    /// What others see of it.
    pub shape: Shape,
    /// What it says.
    pub facts: Facts,
    /// Where its parts stand.
    pub spans: Spans,
}

/// A file, lowered.
#[derive(Debug)]
pub struct LoweredFile {
    /// The pieces that it was read in.
    pub pieces: Pieces,
    /// What it declares, in order.
    pub declarations: Vec<LoweredDeclaration>,
    /// What is wrong with its text.
    pub errors: Vec<SyntaxError>,
    /// Descriptions with no declaration after them.
    pub loose_descriptions: Vec<Span>,
}

/// Reads a text.
pub fn lower(text: &str) -> LoweredFile {
    let mut reader = Reader::new(text, Pieces::of(text));
    let mut above = None;
    for piece in 0..reader.lowered.pieces.len() {
        above = reader.piece(piece, above);
    }
    reader
        .lowered
        .loose_descriptions
        .extend(above.map(|description| description.span));
    reader.lowered
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

/// Reads the pieces of a text that an edit changed. `described` tells what the description of a
/// declaration was.
pub fn lower_again(
    text: &str,
    before: &Source,
    edit: Edit,
    described: impl Fn(usize) -> Option<SmolStr>,
) -> LoweredEdit {
    let EditedPieces {
        pieces,
        mut changed,
        mut behind,
    } = before.pieces.edited(text, edit);
    let start_before = |piece: usize| before.pieces.start(piece, &before.text);
    let declarations_before =
        |start: u32| before.spans.partition_point(|spans| spans.start < start);
    // The description of what a piece begins with stands above it.
    let described = |piece: usize| {
        let start = start_before(piece);
        let first = declarations_before(start);
        before
            .spans
            .get(first)
            .is_some_and(|spans| spans.start == start)
            .then(|| described(first))
    };
    let mut above = None;
    while changed.start > 0 {
        if let Some(text) = described(changed.start) {
            above = text.map(|text| Above {
                text,
                span: Span::default(),
            });
            break;
        }
        changed.start -= 1;
    }

    let mut reader = Reader::new(text, pieces);
    for piece in changed.clone() {
        above = reader.piece(piece, above);
    }
    let is_last = |behind: usize| behind == before.pieces.len();
    let is_described_otherwise = |was: Option<SmolStr>| {
        was.as_deref() != above.as_ref().map(|description| &*description.text)
    };
    if !is_last(behind) && described(behind).is_some_and(is_described_otherwise) {
        above = reader.piece(changed.end, above);
        behind += 1;
    }
    if is_last(behind) {
        reader
            .lowered
            .loose_descriptions
            .extend(above.map(|description| description.span));
    }

    let mut file = reader.lowered;
    let (start, end) = (start_before(changed.start), start_before(behind));
    // What is told of the other pieces, around what is told of those that were read.
    let is_before = |span: &Span| span.start < start;
    let is_behind = |span: &Span| !is_last(behind) && span.start >= end;
    let moved = |span: Span| Span {
        start: edit.moved(span.start),
        end: edit.moved(span.end),
    };
    let errors_before = before
        .errors
        .iter()
        .filter(|error| is_before(&error.span))
        .cloned();
    let errors_behind = before.errors.iter().filter(|error| is_behind(&error.span));
    let errors_behind = errors_behind.map(|error| SyntaxError {
        span: moved(error.span),
        ..error.clone()
    });
    file.errors = errors_before
        .chain(file.errors)
        .chain(errors_behind)
        .collect();
    let loose = before.loose_descriptions.iter().copied();
    let loose_behind = loose.clone().filter(is_behind).map(moved);
    file.loose_descriptions = loose
        .filter(is_before)
        .chain(file.loose_descriptions)
        .chain(loose_behind)
        .collect();
    let last = if is_last(behind) {
        before.spans.len()
    } else {
        declarations_before(end)
    };
    LoweredEdit {
        file,
        replaced: declarations_before(start)..last,
    }
}

/// A description that waits for its declaration.
struct Above {
    text: SmolStr,
    span: Span,
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
            errors: Vec::new(),
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
        let (offset, text) = (range.start, &self.text[range]);
        let Some(open) = open_block(text) else {
            return self.part(offset as u32, text, text.len(), above);
        };
        // What was begun in an open block stays in it, and what stands below is none of it.
        let closed = [&text[..open], "\n}"].concat();
        let above = self.part(offset as u32, &closed, open, above);
        let span = last_character(text, open).shifted(offset as u32);
        let kind = SyntaxErrorKind::Missing("}".to_owned());
        self.lowered.errors.push(SyntaxError {
            span,
            message: "`}` is missing here".to_owned(),
            kind,
        });
        self.part(
            (offset + open) as u32,
            &text[open..],
            text.len() - open,
            above,
        )
    }

    /// Reads a part of the text, which may go on behind what is written.
    fn part(
        &mut self,
        offset: u32,
        text: &str,
        written: usize,
        above: Option<Above>,
    ) -> Option<Above> {
        let tree = parse_with(text, &mut self.patience);
        let mut lowerer = Lowerer {
            text,
            errors: syntax_errors(&tree, text),
            loose: Vec::new(),
        };
        let misread = misread_blocks(&tree, text);
        let items = items(&tree);
        let begins_with = items.first().map(|item| match item {
            Item::Description(_) => None,
            Item::Declaration(declaration) => Some(declaration.0.start_byte()),
        });
        // What is broken at its beginning is not described, nor is what stands further below.
        let mut description = above.filter(|_| begins_with == Some(Some(0)));
        for item in items {
            match item {
                Item::Declaration(declaration) if is_within(&misread, start_of(declaration.0)) => {}
                Item::Description(node) => {
                    let next = Above {
                        text: lowerer.description(node),
                        span: span(node),
                    };
                    lowerer.loose.extend(
                        description
                            .replace(next)
                            .map(|description| description.span),
                    );
                }
                Item::Declaration(declaration) => {
                    let description = description.take().map(|description| description.text);
                    if let Some(mut lowered) = lowerer.declaration(declaration, description) {
                        if written < text.len() {
                            let parts = Arc::get_mut(&mut lowered.spans.parts)
                                .expect("nobody else has them yet");
                            parts.cut((written as u32).saturating_sub(lowered.spans.start));
                        }
                        lowered.spans.start += offset;
                        self.lowered.declarations.push(lowered);
                    }
                }
            }
        }
        let mut errors = lowerer.errors;
        errors.sort_by_key(|error| error.span);
        errors.retain(|error| written == text.len() || (error.span.start as usize) < written);
        // What is missing at the end of a piece is missing in it.
        let last = last_character(text, written);
        self.lowered.errors.extend(errors.into_iter().map(|error| {
            let within = Span {
                start: error.span.start.min(last.start),
                end: error.span.end.min(last.end),
            };
            SyntaxError {
                span: within.shifted(offset),
                ..error
            }
        }));
        self.lowered
            .loose_descriptions
            .extend(lowerer.loose.into_iter().map(|span| span.shifted(offset)));
        description.map(|description| Above {
            span: description.span.shifted(offset),
            ..description
        })
    }
}

struct Lowerer<'text> {
    text: &'text str,
    errors: Vec<SyntaxError>,
    loose: Vec<Span>,
}

impl<'text> Lowerer<'text> {
    fn declaration(
        &mut self,
        node: Declaration,
        description: Option<SmolStr>,
    ) -> Option<LoweredDeclaration> {
        let kind = node.kind(self.text)?;
        let start = node.0.start_byte() as u32;
        let here = |node: Node| relative(node, start);
        let name = node.name();
        let ends = node.source().map(|source| Span {
            start: here(source).start,
            end: node
                .target()
                .map_or(here(source).end, |target| here(target).end),
        });
        if let Some(name) = name {
            self.seen(name);
        }
        let title = node.title().map(|title| self.string(title));
        let (stated, properties): (Vec<_>, Vec<_>) = node
            .properties()
            .into_iter()
            .filter_map(|property| self.property(property, start))
            .unzip();
        let facts = Facts {
            title,
            description,
            properties: stated.into(),
        };
        if let Some(body) = node.body() {
            let mut cursor = body.walk();
            self.loose.extend(
                body.children(&mut cursor)
                    .filter(|child| child.kind() == "description")
                    .map(span),
            );
        }
        Some(LoweredDeclaration {
            shape: Shape {
                kind,
                name: name.map(|name| self.name(name)),
                within: node.within().map(|within| self.name(within)),
                source: node.source().map(|source| self.name(source)),
                target: node.target().map(|target| self.name(target)),
            },
            facts,
            spans: Spans {
                start,
                parts: Arc::new(PartSpans {
                    whole: here(node.0),
                    kind: node.kind_node().map(here).unwrap_or_default(),
                    name: name.map(here).or(ends),
                    title: node.title().map(here),
                    within: node.within().map(here),
                    source: node.source().map(here),
                    target: node.target().map(here),
                    body: node.body().map(here),
                    properties: properties.into(),
                }),
            },
        })
    }

    fn property(
        &mut self,
        property: PropertyNode,
        start: u32,
    ) -> Option<(PropertyFacts, PropertySpans)> {
        let name = property.name()?;
        let written = property.values();
        let mut values = Vec::with_capacity(written.len());
        let mut places = Vec::with_capacity(written.len());
        let mut nodes = Vec::new();
        for node in written {
            places.push(relative(node, start));
            let mut sides = [relative(node, start); 2];
            values.push(self.value(node, start, &mut sides));
            nodes.extend(sides);
        }
        if !values
            .iter()
            .any(|value| matches!(value, Value::Finding(_)))
        {
            nodes = Vec::new();
        }
        let condition = property.condition().map(|node| {
            let mut lowering = ConditionLowering {
                lowerer: self,
                start,
                nodes: Vec::new(),
                spans: Vec::new(),
                deep: false,
            };
            let root = lowering.node(node, 0);
            nodes = lowering.spans;
            Box::new(Condition {
                nodes: lowering.nodes,
                root,
                too_deep: lowering.deep,
            })
        });
        let facts = PropertyFacts {
            name: self.text[name.byte_range()].into(),
            values: values.into(),
            condition,
        };
        let (whole, name) = (relative(property.0, start), relative(name, start));
        Some((
            facts,
            PropertySpans {
                whole,
                name,
                values: places.into(),
                nodes: nodes.into(),
            },
        ))
    }

    fn value(&mut self, node: Node, start: u32, sides: &mut [Span; 2]) -> Value {
        let written = &self.text[node.byte_range()];
        match node.kind() {
            "reference" => Value::Reference(written.into()),
            "string" => Value::Text(self.string(node)),
            "block_string" => {
                let inner = written
                    .strip_prefix("\"\"\"")
                    .and_then(|rest| rest.strip_suffix("\"\"\""));
                Value::Text(inner.unwrap_or(written).trim().into())
            }
            "date" => Value::Date(written.into()),
            "number" => Value::Number(written.into()),
            "finding" => {
                let (rule, subject) = (field(node, "rule"), field(node, "subject"));
                if let Some(rule) = rule {
                    sides[0] = relative(rule, start);
                }
                if let Some(subject) = subject {
                    sides[1] = relative(subject, start);
                }
                let rule = rule.map(|rule| self.name(rule)).unwrap_or_default();
                let subject = match subject {
                    Some(ends) if ends.kind() == "flow_ends" => {
                        let end = |name| {
                            field(ends, name)
                                .map(|end| self.name(end))
                                .unwrap_or_default()
                        };
                        Subject::Ends(end("source"), end("target"))
                    }
                    Some(name) => Subject::Name(self.name(name)),
                    None => Subject::Name(SmolStr::default()),
                };
                Value::Finding(Box::new(FindingFacts { rule, subject }))
            }
            _ => Value::Name(self.name(node)),
        }
    }

    /// Tells of what cannot be seen in a name that is declared: two names could look the same.
    fn seen(&mut self, name: Node) {
        // Marks that choose between shapes of a letter are not seen either where it has but one.
        let is_unseen = |character: &char| {
            is_invisible(*character) || matches!(character, '\u{fe00}'..='\u{fe0f}')
        };
        if let Some(unseen) = name_text(name, self.text).chars().find(is_unseen) {
            self.errors.push(SyntaxError {
                span: span(name),
                message: format!(
                    "this name holds U+{:04X}, which cannot be seen",
                    unseen as u32
                ),
                kind: SyntaxErrorKind::Unexpected,
            });
        }
    }

    /// A name without the spaces and comments that may stand around its dots.
    fn name(&self, node: Node) -> SmolStr {
        name_text(node, self.text).into()
    }

    /// The text of a string without its quotes and with its escapes resolved.
    fn string(&mut self, node: Node) -> SmolStr {
        if let Some(line) = self.text[node.byte_range()].find(['\n', '\r']) {
            // The grammar takes comments between the parts of a string, which so may go on below.
            self.errors.push(SyntaxError {
                span: Span::new(node.start_byte(), node.start_byte() + line),
                message: NOT_CLOSED.to_owned(),
                kind: SyntaxErrorKind::Unexpected,
            });
        }
        let mut text = SmolStrBuilder::new();
        let mut cursor = node.walk();
        for part in node.children(&mut cursor) {
            let written = &self.text[part.byte_range()];
            match part.kind() {
                "string_content" => text.push_str(written),
                "escape_sequence" => match escaped(written) {
                    Some(character) => text.push(character),
                    None => {
                        text.push('\u{fffd}');
                        self.errors.push(SyntaxError {
                            span: span(part),
                            message: format!(
                                "`{written}` is not an escape; there are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{{…}}` \
                                 with the number of a character"
                            ),
                            kind: SyntaxErrorKind::Unexpected,
                        });
                    }
                },
                _ => {}
            }
        }
        text.finish()
    }

    fn description(&self, node: Node) -> SmolStr {
        let lines = description_lines(node, self.text).into_iter();
        let lines: Vec<&str> = lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
            .collect();
        lines.join("\n").trim_end().into()
    }
}

/// The place at which a node starts.
fn start_of(node: Node) -> Span {
    Span::new(node.start_byte(), node.start_byte())
}

fn relative(node: Node, start: u32) -> Span {
    let span = span(node);
    Span {
        start: span.start.saturating_sub(start),
        end: span.end.saturating_sub(start),
    }
}

fn escaped(written: &str) -> Option<char> {
    match written {
        "\\\"" => Some('"'),
        "\\\\" => Some('\\'),
        "\\n" => Some('\n'),
        "\\t" => Some('\t'),
        _ => {
            let digits = written.strip_prefix("\\u{")?.strip_suffix('}')?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        }
    }
}

struct ConditionLowering<'lowerer, 'text> {
    lowerer: &'lowerer Lowerer<'text>,
    start: u32,
    nodes: Vec<Expression>,
    spans: Vec<Span>,
    deep: bool,
}

impl ConditionLowering<'_, '_> {
    fn node(&mut self, node: Node, depth: usize) -> NodeId {
        let lowered = if depth >= DEEPEST_CONDITION || self.nodes.len() > NodeId::MAX as usize / 2 {
            self.deep = true;
            Expression::Missing
        } else {
            match node.kind() {
                "or" => Expression::Or(self.operands(node, depth)),
                "and" => Expression::And(self.operands(node, depth)),
                "not" => Expression::Not(self.field(node, "operand", depth)),
                "comparison" => Expression::Compare {
                    left: self.field(node, "left", depth),
                    operator: field(node, "operator")
                        .map(|operator| self.written(operator))
                        .unwrap_or_default(),
                    right: self.field(node, "right", depth),
                },
                "membership" => {
                    let left = self.field(node, "left", depth);
                    let mut cursor = node.walk();
                    let values: Vec<Node> = node
                        .children_by_field_name("value", &mut cursor)
                        .filter(Node::is_named)
                        .collect();
                    Expression::In {
                        left,
                        values: values
                            .into_iter()
                            .map(|value| self.node(value, depth + 1))
                            .collect(),
                    }
                }
                "kinship" => Expression::Is {
                    left: self.field(node, "left", depth),
                    right: self.field(node, "right", depth),
                },
                "group" => match children(node)
                    .into_iter()
                    .find(|child| child.is_named() && !child.is_extra())
                {
                    Some(inner) => return self.node(inner, depth + 1),
                    None => Expression::Missing,
                },
                "call" => Expression::Call {
                    function: field(node, "function")
                        .map(|name| self.written(name))
                        .unwrap_or_default(),
                    argument: field(node, "argument").map(|name| self.lowerer.name(name)),
                    filter: field(node, "where").map(|filter| self.node(filter, depth + 1)),
                },
                "name" => Expression::Name(self.lowerer.name(node)),
                "number" => Expression::Number(self.written(node)),
                _ => Expression::Missing,
            }
        };
        self.push(lowered, relative(node, self.start))
    }

    fn push(&mut self, expression: Expression, span: Span) -> NodeId {
        self.nodes.push(expression);
        self.spans.push(span);
        (self.nodes.len() - 1) as NodeId
    }

    fn field(&mut self, node: Node, name: &str, depth: usize) -> NodeId {
        match field(node, name) {
            Some(child) => self.node(child, depth + 1),
            None => self.push(Expression::Missing, relative(node, self.start)),
        }
    }

    /// The operands of `a and b and c`, which the parser nests to the left, as one list.
    fn operands(&mut self, node: Node, depth: usize) -> Vec<NodeId> {
        let mut operands = Vec::new();
        let mut left = node;
        loop {
            operands.extend(field(left, "right"));
            match field(left, "left") {
                Some(next) if next.kind() == node.kind() => left = next,
                first => {
                    operands.extend(first);
                    break;
                }
            }
        }
        operands.reverse();
        operands
            .into_iter()
            .map(|operand| self.node(operand, depth + 1))
            .collect()
    }

    fn written(&self, node: Node) -> SmolStr {
        self.lowerer.text[node.byte_range()].into()
    }
}

/// The text of a file as it stands, and where its declarations are in it.
#[derive(Debug)]
pub struct Source {
    /// The text.
    pub text: String,
    /// Where its lines begin.
    pub lines: threatline_syntax::LineIndex,
    /// The pieces that it is read in.
    pub pieces: Pieces,
    /// The spans of each declaration, in order.
    pub spans: Vec<Spans>,
    /// What is wrong with the text.
    pub errors: Vec<SyntaxError>,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Vec<Facts> {
        let lowered = lower(text);
        assert_eq!(lowered.errors, [], "{text}");
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
        let errors = lower(text).errors;
        let told: Vec<&str> = errors.iter().map(|error| &*error.message).collect();
        assert_eq!(told, [NOT_CLOSED, "`}` is missing here"]);
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
            let last = lowered.errors.last().expect("`}` is missing");
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
    fn a_description_is_what_stands_behind_its_slashes() {
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

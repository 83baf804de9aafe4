//! From the syntax of one declaration to its shape, facts and spans. It must not know what is
//! around it.

use super::conditions::lower_condition;
use super::nodes::{name, relative_span, written};
use super::spans::{PartSpans, PropertySpans, Spans};
use super::written::{Facts, FindingFacts, PropertyFacts, Shape, Subject, Value};
use smol_str::{SmolStr, SmolStrBuilder};
use std::sync::Arc;
use threatline_syntax::keywords::meant;
use threatline_syntax::strings::unescaped;
use threatline_syntax::{
    Declaration, NOT_CLOSED, Node, Property as PropertyNode, Span, SyntaxError, SyntaxErrorKind,
    description_lines, field, is_invisible, name_text, span,
};

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

/// Reads the declarations of a text.
pub struct DeclarationReader<'text> {
    text: &'text str,
    /// Whether it is not what is written.
    is_mended: bool,
    /// What is wrong in them.
    pub errors: Vec<SyntaxError>,
    /// Descriptions in their bodies, which describe nothing.
    pub loose_descriptions: Vec<Span>,
}

impl<'text> DeclarationReader<'text> {
    /// Reads those of a text in which some errors are known.
    pub fn new(text: &'text str, is_mended: bool, errors: Vec<SyntaxError>) -> Self {
        DeclarationReader {
            text,
            is_mended,
            errors,
            loose_descriptions: Vec::new(),
        }
    }

    /// Reads a declaration.
    pub fn declaration(
        &mut self,
        node: Declaration,
        description: Option<SmolStr>,
    ) -> Option<LoweredDeclaration> {
        let shape = self.shape(node)?;
        let start = node.0.start_byte() as u32;
        if let Some(name) = node.name() {
            self.check_visible(name);
        }
        let title = node.title().map(|title| self.string(title));
        let (stated, property_spans): (Vec<_>, Vec<_>) = node
            .properties()
            .into_iter()
            .filter_map(|property| self.property(property, start))
            .unzip();
        if let Some(body) = node.body() {
            let mut cursor = body.walk();
            let children = body.children(&mut cursor);
            let descriptions = children.filter(|child| child.kind() == "description");
            self.loose_descriptions.extend(descriptions.map(span));
        }
        Some(LoweredDeclaration {
            shape,
            facts: Facts {
                title,
                description,
                properties: stated.into(),
            },
            spans: Spans {
                start,
                parts: Arc::new(part_spans(node, start, property_spans.into())),
            },
        })
    }

    fn shape(&self, node: Declaration) -> Option<Shape> {
        let name = |node| name(node, self.text);
        Some(Shape {
            // Where it is not a word of the language, the text was read as what is meant.
            kind: node
                .kind(self.text)
                .or_else(|| meant(node.kind_word(self.text)?))?,
            name: node.name().map(name),
            within: node.within().map(name),
            source: node.source().map(name),
            target: node.target().map(name),
        })
    }

    fn property(
        &mut self,
        property: PropertyNode,
        start: u32,
    ) -> Option<(PropertyFacts, PropertySpans)> {
        let name = property.name()?;
        let written_values = property.values();
        let mut values = Vec::with_capacity(written_values.len());
        let mut value_spans = Vec::with_capacity(written_values.len());
        let mut nodes = Vec::new();
        for node in written_values {
            let whole = relative_span(node, start);
            let mut sides = [whole; 2];
            values.push(self.value(node, start, &mut sides));
            value_spans.push(whole);
            nodes.extend(sides);
        }
        let is_finding = |value: &Value| matches!(value, Value::Finding(_));
        if !values.iter().any(is_finding) {
            nodes = Vec::new();
        }
        let condition = property.condition().map(|node| {
            let (condition, spans) = lower_condition(node, self.text, start);
            nodes = spans;
            Box::new(condition)
        });
        let facts = PropertyFacts {
            name: written(name, self.text),
            values: values.into(),
            condition,
        };
        let spans = PropertySpans {
            whole: relative_span(property.0, start),
            name: relative_span(name, start),
            values: value_spans.into(),
            nodes: nodes.into(),
        };
        Some((facts, spans))
    }

    /// Reads a value; of a finding, `sides` is set to where its two sides stand.
    fn value(&mut self, node: Node, start: u32, sides: &mut [Span; 2]) -> Value {
        let text = &self.text[node.byte_range()];
        match node.kind() {
            "reference" => Value::Reference(text.into()),
            "string" => Value::Text(self.string(node)),
            "block_string" => {
                let inner = text
                    .strip_prefix("\"\"\"")
                    .and_then(|rest| rest.strip_suffix("\"\"\""));
                Value::Text(inner.unwrap_or(text).trim().into())
            }
            "date" => Value::Date(text.into()),
            "number" => Value::Number(text.into()),
            "finding" => {
                for (side, field_name) in sides.iter_mut().zip(["rule", "subject"]) {
                    if let Some(node) = field(node, field_name) {
                        *side = relative_span(node, start);
                    }
                }
                Value::Finding(Box::new(self.finding(node)))
            }
            _ => Value::Name(name(node, self.text)),
        }
    }

    fn finding(&self, node: Node) -> FindingFacts {
        let name_in = |node, field_name| {
            field(node, field_name)
                .map(|node| name(node, self.text))
                .unwrap_or_default()
        };
        let subject = match field(node, "subject") {
            Some(ends) if ends.kind() == "flow_ends" => {
                Subject::Ends(name_in(ends, "source"), name_in(ends, "target"))
            }
            _ => Subject::Name(name_in(node, "subject")),
        };
        FindingFacts {
            rule: name_in(node, "rule"),
            subject,
        }
    }

    /// Tells of what cannot be seen in a name that is declared: two names could look the same.
    fn check_visible(&mut self, name: Node) {
        // Marks that choose between shapes of a letter are not seen either where it has but one.
        let is_unseen = |character: &char| {
            is_invisible(*character) || matches!(character, '\u{fe00}'..='\u{fe0f}')
        };
        if let Some(unseen) = name_text(name, self.text).chars().find(is_unseen) {
            let number = unseen as u32;
            self.push_error(
                span(name),
                format!("this name holds U+{number:04X}, which cannot be seen"),
            );
        }
    }

    /// The text of a string without its quotes and with its escapes resolved.
    fn string(&mut self, node: Node) -> SmolStr {
        if let Some(line) = self.text[node.byte_range()].find(['\n', '\r']) {
            // The grammar takes comments between the parts of a string, which so may go on below.
            let start = node.start_byte();
            self.push_error(Span::new(start, start + line), NOT_CLOSED.to_owned());
        }
        let mut text = SmolStrBuilder::new();
        let mut cursor = node.walk();
        for part in node.children(&mut cursor) {
            let written = &self.text[part.byte_range()];
            match part.kind() {
                "string_content" => text.push_str(written),
                "escape_sequence" => match unescaped(written) {
                    Some(character) => text.push(character),
                    None => {
                        text.push('\u{fffd}');
                        self.push_error(span(part), not_an_escape(written));
                    }
                },
                _ => {}
            }
        }
        // Other quotes may be wider than ours: spaces are in their place.
        if self.is_mended {
            return text.finish().trim().into();
        }
        text.finish()
    }

    fn push_error(&mut self, span: Span, message: String) {
        self.errors.push(SyntaxError {
            span,
            message,
            kind: SyntaxErrorKind::Unexpected,
        });
    }
}

/// The text of a description without its slashes.
pub fn description(node: Node, text: &str) -> SmolStr {
    let lines: Vec<&str> = description_lines(node, text)
        .into_iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    lines.join("\n").trim_end().into()
}

fn part_spans(node: Declaration, start: u32, properties: Box<[PropertySpans]>) -> PartSpans {
    let here = |node: Node| relative_span(node, start);
    let (source, target) = (node.source().map(here), node.target().map(here));
    let ends = source.map(|source| Span {
        start: source.start,
        end: target.unwrap_or(source).end,
    });
    PartSpans {
        whole: here(node.0),
        kind: node.kind_node().map(here).unwrap_or_default(),
        name: node.name().map(here).or(ends),
        title: node.title().map(here),
        within: node.within().map(here),
        source,
        target,
        body: node.body().map(here),
        properties,
    }
}

fn not_an_escape(written: &str) -> String {
    format!(
        "`{written}` is not an escape; there are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{{…}}` \
         with the number of a character"
    )
}

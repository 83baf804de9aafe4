//! Where a declaration and its parts stand in a text. It must not know what they say.

use super::written::NodeId;
use std::sync::Arc;
use threatline_syntax::Span;

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
    /// Where a part is in the text. A part that is not written is looked for at the name.
    pub fn of(&self, part: Part) -> Span {
        let span = match part {
            Part::Whole => Some(self.whole),
            Part::Kind => Some(self.kind),
            Part::Name => self.name,
            Part::Title => self.title,
            Part::Within => self.within,
            Part::Source => self.source,
            Part::Target => self.target,
            Part::Body => self.body,
            Part::Property(property) => self.property(property).map(|property| property.whole),
            Part::PropertyName(property) => self.property(property).map(|property| property.name),
            Part::Value(property, value) => self.value(property, value),
            Part::FindingRule(property, value) => self.side_of_finding(property, value, 0),
            Part::FindingSubject(property, value) => self.side_of_finding(property, value, 1),
            Part::Node(property, node) => self.node(property, node as usize),
        };
        span.or(self.name).unwrap_or(self.kind).shifted(self.start)
    }
}

impl PartSpans {
    /// The same within a text that ends before them.
    pub fn cut(&mut self, end: u32) {
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
            let inner = property.values.iter_mut().chain(&mut property.nodes);
            inner.for_each(cut);
        }
    }

    fn property(&self, property: u16) -> Option<&PropertySpans> {
        self.properties.get(property as usize)
    }

    fn value(&self, property: u16, value: u16) -> Option<Span> {
        let property = self.property(property)?;
        let value = property.values.get(value as usize).copied();
        value.or(Some(property.name))
    }

    fn node(&self, property: u16, node: usize) -> Option<Span> {
        let property = self.property(property)?;
        let node = property.nodes.get(node).copied();
        node.or(Some(property.name))
    }

    fn side_of_finding(&self, property: u16, value: u16, side: usize) -> Option<Span> {
        self.node(property, value as usize * 2 + side)
            .or(self.value(property, value))
    }
}

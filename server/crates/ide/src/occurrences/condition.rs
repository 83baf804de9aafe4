//! The words of a rule's condition: facts, functions, and what they are compared with. It must not
//! know where the condition is.

use super::collector::Collector;
use super::meaning::Meaning;
use threatline_model::{
    Condition, Expression, Gives, Kind, Many, NodeId, Part, Span, fact_named, resolve_as,
    schema::{self, CLASSIFICATION, Takes},
};
use threatline_syntax::lexer::{Lexer, name_words};

/// Collects the words of a condition about some kinds of elements, in the property at a position.
pub fn collect(collector: &mut Collector, position: u16, condition: &Condition, kinds: &[Kind]) {
    let mut walk = Walk {
        collector,
        position,
        condition,
    };
    walk.condition(condition.root, kinds);
}

struct Walk<'walk, 'db> {
    collector: &'walk mut Collector<'db>,
    position: u16,
    condition: &'walk Condition,
}

impl Walk<'_, '_> {
    fn expression(&self, node: NodeId) -> &Expression {
        &self.condition.nodes[node as usize]
    }

    fn part(&self, node: NodeId) -> Part {
        Part::Node(self.position, node)
    }

    fn condition(&mut self, node: NodeId, kinds: &[Kind]) {
        match self.expression(node).clone() {
            Expression::And(operands) | Expression::Or(operands) => {
                for operand in operands {
                    self.condition(operand, kinds);
                }
            }
            Expression::Not(operand) => self.condition(operand, kinds),
            Expression::Compare { left, right, .. } => self.compared(left, &[right], kinds),
            Expression::In { left, values } => self.compared(left, &values, kinds),
            Expression::Is { left, right } => self.named(left, right, kinds),
            Expression::Call {
                function,
                argument,
                filter,
            } => self.call(node, &function, argument.as_deref(), filter, kinds),
            Expression::Name(_) => {
                self.operand(node, kinds);
            }
            Expression::Number(_) | Expression::Missing => {}
        }
    }

    /// A fact, and the name that it is compared with by `is`.
    fn named(&mut self, left: NodeId, right: NodeId, kinds: &[Kind]) {
        let kind = match self.operand(left, kinds) {
            Some(Gives::Named(kind)) => kind,
            _ => Kind::Technology,
        };
        if let Expression::Name(name) = self.expression(right).clone() {
            let part = self.part(right);
            let span = self.collector.span(part);
            self.add_declaration(part, span, &name, kind);
        }
    }

    fn add_declaration(&mut self, part: Part, span: Span, name: &str, kind: Kind) {
        let collector = &mut self.collector;
        if let Some(named) = resolve_as(collector.db, collector.file, name, &[kind]) {
            collector.add_name(part, span, named);
        }
    }

    /// A fact, and the words that it is compared with.
    fn compared(&mut self, left: NodeId, right: &[NodeId], kinds: &[Kind]) {
        let gives = match self.expression(left) {
            Expression::Call { .. } => {
                self.condition(left, kinds);
                None
            }
            _ => self.operand(left, kinds),
        };
        for &node in right {
            let Expression::Name(name) = self.expression(node).clone() else {
                continue;
            };
            let meaning = match gives {
                Some(Gives::Word(words) | Gives::Words(words)) => {
                    words.position(&name).map(|word| Meaning::Word(words, word))
                }
                Some(Gives::Assets) => CLASSIFICATION
                    .position(&name)
                    .map(|word| Meaning::Word(&CLASSIFICATION, word)),
                Some(Gives::YesNo) if name == "yes" || name == "no" => {
                    Some(Meaning::YesNo(name == "yes"))
                }
                _ => None,
            };
            let part = self.part(node);
            if let Some(meaning) = meaning {
                self.collector.add(part, self.collector.span(part), meaning);
            }
        }
    }

    /// A fact, perhaps of an end of the flow, and what it gives.
    fn operand(&mut self, node: NodeId, kinds: &[Kind]) -> Option<Gives> {
        let Expression::Name(name) = self.expression(node).clone() else {
            return None;
        };
        let part = self.part(node);
        let span = self.collector.span(part);
        self.path(part, span, &name, kinds)
    }

    /// A fact behind dots, `target.incoming`, and what its last step gives.
    fn path(&mut self, part: Part, span: Span, name: &str, kinds: &[Kind]) -> Option<Gives> {
        let spans = name_words(self.collector.text, span);
        let mut kinds = kinds;
        let mut gives = None;
        for (word, span) in name.split('.').zip(spans) {
            if let Some(Gives::Assets) = gives {
                let property = schema::of(Kind::Asset).property(word)?;
                self.collector
                    .add(part, span, Meaning::Property(Kind::Asset, property));
                return match property.takes {
                    Takes::Words(words) => Some(Gives::Word(words)),
                    _ => Some(Gives::YesNo),
                };
            }
            let fact = fact_named(kinds, word)?;
            self.collector.add(part, span, Meaning::Fact(fact));
            if let Gives::Elements(next, Many::One) = fact.gives {
                kinds = next;
            }
            gives = Some(fact.gives);
        }
        gives
    }

    /// A function, and what is between its parentheses.
    fn call(
        &mut self,
        node: NodeId,
        function: &str,
        argument: Option<&str>,
        filter: Option<NodeId>,
        kinds: &[Kind],
    ) {
        let part = self.part(node);
        let span = self.collector.span(part);
        let end = span.start + function.len() as u32;
        let called = Span::new(span.start as usize, end as usize);
        self.collector.add(part, called, Meaning::Function);
        let Some(argument) = argument else { return };
        let behind = &self.collector.text[end as usize..span.end as usize];
        let mut written = Lexer::new(behind)
            .filter(|token| !token.is_comment())
            .skip_while(|token| token.written(behind) == "(")
            .take_while(|token| !matches!(token.written(behind), "where" | ")"));
        let Some(first) = written.next() else { return };
        let of_argument = Span {
            start: first.span.start,
            end: written.last().unwrap_or(first).span.end,
        };
        let of_argument = of_argument.shifted(end);
        if function == "used" {
            return self.add_declaration(part, of_argument, argument, Kind::Technology);
        }
        let gives = self.path(part, of_argument, argument, kinds);
        if let (Some(Gives::Elements(members, _)), Some(filter)) = (gives, filter) {
            self.condition(filter, members);
        }
    }
}

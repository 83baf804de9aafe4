//! From the syntax of a condition to its nodes. It must not know what a fact is.

use super::nodes::{name, relative_span, written};
use super::written::{Condition, Expression, MAX_CONDITION_DEPTH, NodeId};
use threatline_syntax::{Node, Span, children, field};

/// How many nodes of a condition are read, so that each has an id.
const MAX_NODES: usize = NodeId::MAX as usize / 2;

/// Reads a condition, and returns where each of its nodes is, counted from the start of the
/// declaration.
pub fn lower_condition(node: Node, text: &str, start: u32) -> (Condition, Vec<Span>) {
    let mut reader = ConditionReader {
        text,
        start,
        nodes: Vec::new(),
        spans: Vec::new(),
        too_deep: false,
    };
    let root = reader.node(node, 0);
    let condition = Condition {
        nodes: reader.nodes,
        root,
        too_deep: reader.too_deep,
    };
    (condition, reader.spans)
}

struct ConditionReader<'text> {
    text: &'text str,
    /// Where the declaration starts.
    start: u32,
    nodes: Vec<Expression>,
    spans: Vec<Span>,
    too_deep: bool,
}

impl ConditionReader<'_> {
    fn node(&mut self, node: Node, depth: usize) -> NodeId {
        if depth >= MAX_CONDITION_DEPTH || self.nodes.len() > MAX_NODES {
            self.too_deep = true;
            return self.push(Expression::Missing, node);
        }
        if node.kind() == "group"
            && let Some(inner) = children(node)
                .into_iter()
                .find(|child| child.is_named() && !child.is_extra())
        {
            return self.node(inner, depth + 1);
        }
        let expression = self.expression(node, depth);
        self.push(expression, node)
    }

    fn expression(&mut self, node: Node, depth: usize) -> Expression {
        match node.kind() {
            "or" => Expression::Or(self.operands(node, depth)),
            "and" => Expression::And(self.operands(node, depth)),
            "not" => Expression::Not(self.field(node, "operand", depth)),
            "comparison" => Expression::Compare {
                left: self.field(node, "left", depth),
                operator: field(node, "operator")
                    .map(|operator| written(operator, self.text))
                    .unwrap_or_default(),
                right: self.field(node, "right", depth),
            },
            "membership" => self.membership(node, depth),
            "kinship" => Expression::Is {
                left: self.field(node, "left", depth),
                right: self.field(node, "right", depth),
            },
            "call" => Expression::Call {
                function: field(node, "function")
                    .map(|function| written(function, self.text))
                    .unwrap_or_default(),
                argument: field(node, "argument").map(|argument| name(argument, self.text)),
                filter: field(node, "where").map(|filter| self.node(filter, depth + 1)),
            },
            "name" => Expression::Name(name(node, self.text)),
            "number" => Expression::Number(written(node, self.text)),
            _ => Expression::Missing,
        }
    }

    fn membership(&mut self, node: Node, depth: usize) -> Expression {
        let left = self.field(node, "left", depth);
        let mut cursor = node.walk();
        let values = node
            .children_by_field_name("value", &mut cursor)
            .filter(Node::is_named)
            .map(|value| self.node(value, depth + 1));
        Expression::In {
            left,
            values: values.collect(),
        }
    }

    fn push(&mut self, expression: Expression, node: Node) -> NodeId {
        self.nodes.push(expression);
        self.spans.push(relative_span(node, self.start));
        (self.nodes.len() - 1) as NodeId
    }

    fn field(&mut self, node: Node, name: &str, depth: usize) -> NodeId {
        match field(node, name) {
            Some(child) => self.node(child, depth + 1),
            None => self.push(Expression::Missing, node),
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
}

//! A typed view of the syntax tree. It must not know which properties there are.

use crate::characters::is_space;
use crate::lexer::Lexer;
use crate::span::Span;
use std::borrow::Cow;
use tree_sitter::{Node, Tree};

/// The kinds of declarations, by the words that start them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each is the word itself; the schema documents what it declares"
)]
pub enum Kind {
    Component,
    Boundary,
    Asset,
    External,
    Process,
    Store,
    Flow,
    Threat,
    Mitigation,
    Accept,
    /// A finding that does not apply.
    Dismiss,
    Assumption,
    Technology,
    Protocol,
    Rule,
    Expect,
}

impl Kind {
    /// All kinds, in the order of the reference.
    pub const ALL: [Kind; 16] = [
        Kind::Component,
        Kind::Boundary,
        Kind::Asset,
        Kind::External,
        Kind::Process,
        Kind::Store,
        Kind::Flow,
        Kind::Threat,
        Kind::Mitigation,
        Kind::Accept,
        Kind::Dismiss,
        Kind::Assumption,
        Kind::Technology,
        Kind::Protocol,
        Kind::Rule,
        Kind::Expect,
    ];

    /// The word that starts a declaration of this kind.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Component => "component",
            Kind::Boundary => "boundary",
            Kind::Asset => "asset",
            Kind::External => "external",
            Kind::Process => "process",
            Kind::Store => "store",
            Kind::Flow => "flow",
            Kind::Threat => "threat",
            Kind::Mitigation => "mitigation",
            Kind::Accept => "accept",
            Kind::Dismiss => "dismiss",
            Kind::Assumption => "assumption",
            Kind::Technology => "technology",
            Kind::Protocol => "protocol",
            Kind::Rule => "rule",
            Kind::Expect => "expect",
        }
    }

    /// The kind that a word starts.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether declarations of this kind are elements: externals, processes, stores and flows.
    pub fn is_element(self) -> bool {
        matches!(
            self,
            Kind::External | Kind::Process | Kind::Store | Kind::Flow
        )
    }
}

/// What is at the top level of a file.
pub enum Item<'tree> {
    /// `/// text` lines.
    Description(Node<'tree>),
    /// A declaration.
    Declaration(Declaration<'tree>),
}

/// A declaration in the tree.
#[derive(Clone, Copy)]
pub struct Declaration<'tree>(pub Node<'tree>);

/// A property in the tree.
#[derive(Clone, Copy)]
pub struct Property<'tree>(pub Node<'tree>);

/// The bytes of a node.
pub fn span(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// The children of a node, in order.
pub fn children<'tree>(node: Node<'tree>) -> Vec<Node<'tree>> {
    node.children(&mut node.walk()).collect()
}

/// What is behind the slashes on each line of a description.
pub fn description_lines<'text>(node: Node, text: &'text str) -> Vec<&'text str> {
    let mut lines = Vec::new();
    for part in children(node) {
        match (part.kind(), lines.last_mut()) {
            ("///", _) => lines.push(""),
            ("description_text", Some(line)) => *line = &text[part.byte_range()],
            _ => {}
        }
    }
    lines
}

/// A name without the spaces and the comments around its dots. Its words are not nodes of their
/// own.
pub fn name_text<'text>(node: Node, text: &'text str) -> Cow<'text, str> {
    let written = &text[node.byte_range()];
    if node.child_count() == 0 && !written.contains(is_space) {
        return written.into();
    }
    let tokens = Lexer::new(written).filter(|token| !token.is_comment());
    tokens
        .map(|token| token.written(written))
        .collect::<String>()
        .into()
}

/// A child of a node by its role, unless the parser made it up to mend the text.
pub fn field<'tree>(node: Node<'tree>, name: &str) -> Option<Node<'tree>> {
    node.child_by_field_name(name)
        .filter(|child| !child.is_missing() && !child.byte_range().is_empty())
}

/// The declarations and descriptions of a file in order, those inside of broken text included.
pub fn items(tree: &Tree) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    collect(tree.root_node(), 0, &mut items);
    items
}

fn collect<'tree>(node: Node<'tree>, depth: usize, items: &mut Vec<Item<'tree>>) {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "description" => items.push(Item::Description(child)),
            "declaration" => items.push(Item::Declaration(Declaration(child))),
            // Declarations inside of what the parser gave up on keep their meaning.
            "ERROR" if depth < 8 => collect(child, depth + 1, items),
            _ => {}
        }
    }
}

impl<'tree> Declaration<'tree> {
    /// What is declared.
    pub fn kind(self, text: &str) -> Option<Kind> {
        Kind::from_word(self.kind_word(text)?)
    }

    /// The word that begins it, as written.
    pub fn kind_word(self, text: &str) -> Option<&str> {
        Some(&text[self.0.child_by_field_name("kind")?.byte_range()])
    }

    /// The word that says what is declared.
    pub fn kind_node(self) -> Option<Node<'tree>> {
        field(self.0, "kind")
    }

    /// The declared name.
    pub fn name(self) -> Option<Node<'tree>> {
        field(self.0, "name")
    }

    /// The title, a string.
    pub fn title(self) -> Option<Node<'tree>> {
        field(self.0, "title")
    }

    /// The boundary after `in`.
    pub fn within(self) -> Option<Node<'tree>> {
        field(self.0, "within")
    }

    /// Where a flow starts.
    pub fn source(self) -> Option<Node<'tree>> {
        field(self.0, "source")
    }

    /// Who answers a flow.
    pub fn target(self) -> Option<Node<'tree>> {
        field(self.0, "target")
    }

    /// The block of properties.
    pub fn body(self) -> Option<Node<'tree>> {
        field(self.0, "body")
    }

    /// The properties in order.
    pub fn properties(self) -> Vec<Property<'tree>> {
        let Some(body) = self.body() else {
            return Vec::new();
        };
        let mut cursor = body.walk();
        body.children(&mut cursor)
            .filter(|node| node.kind() == "property")
            .map(Property)
            .collect()
    }
}

impl<'tree> Property<'tree> {
    /// The name of the property.
    pub fn name(self) -> Option<Node<'tree>> {
        field(self.0, "name")
    }

    /// The values in order.
    pub fn values(self) -> Vec<Node<'tree>> {
        let mut cursor = self.0.walk();
        self.0
            .children_by_field_name("value", &mut cursor)
            .filter(|node| node.is_named() && !node.is_missing())
            .collect()
    }

    /// The condition, in the property `when` or `while`.
    pub fn condition(self) -> Option<Node<'tree>> {
        field(self.0, "condition")
    }
}

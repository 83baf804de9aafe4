//! What a declaration says, as it is written and without where: its shape and its facts. It must
//! not know how a text is read.

use smol_str::SmolStr;
use threatline_syntax::Kind;

/// How deep a condition may be nested.
pub const MAX_CONDITION_DEPTH: usize = 64;

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

/// The description of a declaration.
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
    /// What is before `@`.
    pub rule: SmolStr,
    /// What is behind it.
    pub subject: Subject,
}

/// What is behind `@`.
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
    /// The nodes; their order is that of [`super::PropertySpans::nodes`].
    pub nodes: Vec<Expression>,
    /// The outermost node.
    pub root: NodeId,
    /// Whether it is nested deeper than [`MAX_CONDITION_DEPTH`], and was cut off there.
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

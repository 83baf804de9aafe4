//! A condition that has been checked, as data. It must not know how it is evaluated.

use crate::db::Decl;
use crate::lower::NodeId;
use crate::vocabulary::{Aspect, Fact};

/// A condition, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of them.
    And(Vec<Condition>),
    /// One of them at least.
    Or(Vec<Condition>),
    /// Not it.
    Not(Box<Condition>),
    /// A fact that is yes or no.
    YesNo(Path),
    /// A fact compared with a word.
    Word(Path, Operator, u8),
    /// A fact that is one of some words.
    OneOf(Path, Vec<u8>),
    /// How sensitive assets are, by an aspect, compared with a level from 0 to 3.
    Sensitivity(Path, Aspect, Operator, u8),
    /// A technology or protocol that is one of a broader kind.
    Kin(Path, Decl),
    /// Whether a property is stated.
    Stated(Path),
    /// Whether some element of the model is made with a technology.
    Used(Decl),
    /// How many elements there are, or components they come from.
    Count(Count),
    /// All elements, and at least one.
    Every(Path, Filter),
}

impl Condition {
    /// The technologies and protocols of which it wants elements to be made; those that it rules
    /// out are not among them.
    pub fn technologies_wanted(&self) -> Vec<Decl> {
        let mut wanted = Vec::new();
        self.collect_wanted(true, &mut wanted);
        wanted
    }

    fn collect_wanted(&self, is_wanted: bool, wanted: &mut Vec<Decl>) {
        match self {
            Condition::And(operands) | Condition::Or(operands) => {
                for operand in operands {
                    operand.collect_wanted(is_wanted, wanted);
                }
            }
            Condition::Not(operand) => operand.collect_wanted(!is_wanted, wanted),
            Condition::Count(count) => {
                if let Some(filter) = &count.filter {
                    let condition = &filter.condition;
                    condition.collect_wanted(is_wanted != count.wants_none(), wanted);
                }
            }
            Condition::Every(_, filter) => filter.condition.collect_wanted(is_wanted, wanted),
            Condition::Kin(_, decl) | Condition::Used(decl)
                if is_wanted && !wanted.contains(decl) =>
            {
                wanted.push(*decl);
            }
            _ => {}
        }
    }

    /// The facts that it asks for, each once, in their order.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.collect_facts(&mut facts);
        facts
    }

    fn collect_facts(&self, facts: &mut Vec<Fact>) {
        match self {
            Condition::And(operands) | Condition::Or(operands) => {
                operands
                    .iter()
                    .for_each(|operand| operand.collect_facts(facts));
            }
            Condition::Not(operand) => operand.collect_facts(facts),
            Condition::Count(count) => {
                count.path.collect_facts(facts);
                if let Some(filter) = &count.filter {
                    filter.condition.collect_facts(facts);
                }
            }
            Condition::Every(path, filter) => {
                path.collect_facts(facts);
                filter.condition.collect_facts(facts);
            }
            Condition::Used(_) => {}
            Condition::YesNo(path)
            | Condition::Word(path, ..)
            | Condition::OneOf(path, _)
            | Condition::Sensitivity(path, ..)
            | Condition::Kin(path, _)
            | Condition::Stated(path) => path.collect_facts(facts),
        }
    }
}

impl Count {
    /// Whether it holds when there are few or no elements.
    fn wants_none(&self) -> bool {
        match self.operator {
            Operator::Less | Operator::LessOrEqual => true,
            Operator::Equal => self.number == 0,
            _ => false,
        }
    }
}

impl Path {
    fn collect_facts(&self, facts: &mut Vec<Fact>) {
        for fact in self.steps.iter().chain([&self.fact]) {
            if !facts.contains(fact) {
                facts.push(*fact);
            }
        }
    }
}

/// A comparison of how many elements there are, as `components(incoming where exposed) > 2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// What counts as one.
    pub how: How,
    /// Which elements.
    pub path: Path,
    /// What they have to meet, if anything.
    pub filter: Option<Filter>,
    /// How their number is compared.
    pub operator: Operator,
    /// The number that it is compared with.
    pub number: u32,
}

/// What counted elements have to meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The condition.
    pub condition: Box<Condition>,
    /// The rule that it is of, and its place there.
    pub place: (Decl, NodeId),
}

/// A fact, of the element itself or of one at the ends of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// `source` or `target`, as facts.
    pub steps: Vec<Fact>,
    /// The fact.
    pub fact: Fact,
}

/// How elements are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Each.
    Elements,
    /// By the component of the other end of each flow, or of each element.
    Components,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // as written
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// The comparison that an operator stands for.
    pub fn read(written: &str) -> Operator {
        match written {
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            _ => Operator::GreaterOrEqual,
        }
    }

    /// Whether two values compare so.
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Operator::Equal => left == right,
            Operator::NotEqual => left != right,
            Operator::Less => left < right,
            Operator::LessOrEqual => left <= right,
            Operator::Greater => left > right,
            Operator::GreaterOrEqual => left >= right,
        }
    }

    /// The comparison that holds when this one does not.
    pub fn inverse(self) -> Operator {
        match self {
            Operator::Equal => Operator::NotEqual,
            Operator::NotEqual => Operator::Equal,
            Operator::Less => Operator::GreaterOrEqual,
            Operator::LessOrEqual => Operator::Greater,
            Operator::Greater => Operator::LessOrEqual,
            Operator::GreaterOrEqual => Operator::Less,
        }
    }

    /// Whether it compares by an order.
    pub fn needs_order(self) -> bool {
        !matches!(self, Operator::Equal | Operator::NotEqual)
    }
}

//! The conditions of rules: checked against the facts there are, and evaluated with three values.
//! It must not know what follows when a condition is true.
//!
//! A fact that is not stated is unknown. `not` of unknown is unknown; `and` is unknown when no
//! operand is false and one is unknown; `or`, when none is true and one is. An unknown answer names
//! the facts that are missing: of an `and` those of all its unknown operands, of an `or` those of
//! the operand that misses the fewest; under `not` the two change places. A rule then fires as *not
//! stated* when a single missing fact would decide it.

use crate::codes;
use crate::db::{Db, Decl};
use crate::diagnostics::Diagnostic;
use crate::facts::{
    Aspect, Fact, FactCache, FactValue, Gives, Many, MissingFact, Reason, aspect_of, describe_fact,
    elements_in, fact_named, fact_names, held,
};
use crate::lower::{Condition as Written, Expression, NodeId, Part, Value};
use crate::names::full_name;
use crate::properties::{resolve_kind, typed};
use crate::relations::{ends, is_used, placed_in};
use crate::schema::{ASSET_KIND, CLASSIFICATION, LEVEL, SUBJECT, Words};
use smol_str::SmolStr;
use threatline_syntax::Kind;

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
    #[allow(missing_docs)] // as in `components(incoming where exposed) > 2`
    Count {
        how: How,
        path: Path,
        filter: Option<Filter>,
        operator: Operator,
        number: u32,
    },
    /// All elements, and at least one.
    Every(Path, Filter),
}

/// What counted elements have to meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The condition.
    pub condition: Box<Condition>,
    /// The rule that it is of, and its place there.
    place: (Decl, NodeId),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    fn read(written: &str) -> Operator {
        match written {
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            _ => Operator::GreaterOrEqual,
        }
    }

    fn holds<T: Ord>(self, left: T, right: T) -> bool {
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
    fn inverse(self) -> Operator {
        match self {
            Operator::Equal => Operator::NotEqual,
            Operator::NotEqual => Operator::Equal,
            Operator::Less => Operator::GreaterOrEqual,
            Operator::LessOrEqual => Operator::Greater,
            Operator::Greater => Operator::LessOrEqual,
            Operator::GreaterOrEqual => Operator::Less,
        }
    }

    fn needs_order(self) -> bool {
        !matches!(self, Operator::Equal | Operator::NotEqual)
    }
}

/// The outcome of checking a rule's conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The condition, if nothing is wrong with it.
    pub condition: Option<Condition>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
}

/// The kinds that a rule looks at.
pub fn rule_subjects(db: &dyn Db, rule: Decl) -> Vec<Kind> {
    let facts = rule.facts(db);
    let on = facts
        .properties
        .iter()
        .find(|property| property.name == "on");
    let values = on.map(|on| &*on.values).unwrap_or_default();
    let word = |value: &Value| match value {
        Value::Name(name) => SUBJECT
            .position(name)
            .and_then(|at| Kind::from_word(SUBJECT.word(at))),
        _ => None,
    };
    values.iter().filter_map(word).collect()
}

/// Checks the condition of a rule.
#[salsa::tracked]
pub fn checked_condition(db: &dyn Db, rule: Decl) -> Checked {
    let written = rule
        .facts(db)
        .properties
        .iter()
        .enumerate()
        .find_map(|(at, property)| {
            (property.name == "when")
                .then(|| Some((at as u16, property.condition.as_ref()?)))
                .flatten()
        });
    let Some((position, written)) = written else {
        return Checked::default();
    };
    let mut kinds = rule_subjects(db, rule);
    if kinds.is_empty() {
        kinds = vec![Kind::External, Kind::Process, Kind::Store, Kind::Flow];
    }
    let mut checker = Checker {
        db,
        rule,
        position,
        written,
        problems: Vec::new(),
    };
    if written.too_deep {
        checker.wrong(
            written.root,
            format!(
                "the condition is nested deeper than {}",
                crate::lower::DEEPEST_CONDITION
            ),
        );
    }
    let condition = checker.condition(written.root, &kinds);
    let condition = condition.filter(|_| checker.problems.is_empty());
    Checked {
        condition,
        problems: checker.problems,
    }
}

/// What is wrong with the condition of a declaration's property.
pub fn problems(db: &dyn Db, decl: Decl, property: u16) -> Vec<Diagnostic> {
    let mut problems = checked_condition(db, decl).problems.clone();
    let facts = &decl.facts(db).properties[property as usize];
    if facts.condition.is_none() {
        let place = decl.part(Part::PropertyName(property));
        let message = format!("`{}` takes a condition", facts.name);
        problems.push(
            Diagnostic::new(&codes::INVALID_CONDITION, place, message)
                .help("such as `crosses_boundary and not encrypted`"),
        );
    }
    problems
}

/// The technologies and protocols of which a rule's condition wants elements to be made; those that
/// it rules out are not among them.
pub fn technologies_wanted(db: &dyn Db, rule: Decl) -> Vec<Decl> {
    fn collect(condition: &Condition, wanted: bool, found: &mut Vec<Decl>) {
        match condition {
            Condition::And(operands) | Condition::Or(operands) => {
                operands
                    .iter()
                    .for_each(|operand| collect(operand, wanted, found));
            }
            Condition::Not(operand) => collect(operand, !wanted, found),
            Condition::Count {
                filter: Some(filter),
                operator,
                number,
                ..
            } => {
                let few = matches!(operator, Operator::Less | Operator::LessOrEqual);
                let none = few || (*operator == Operator::Equal && *number == 0);
                collect(&filter.condition, wanted != none, found);
            }
            Condition::Every(_, filter) => collect(&filter.condition, wanted, found),
            Condition::Kin(_, decl) | Condition::Used(decl) if wanted && !found.contains(decl) => {
                found.push(*decl)
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(condition) = &checked_condition(db, rule).condition {
        collect(condition, true, &mut found);
    }
    found
}

/// The facts that a rule's condition asks for, each once, in their order.
pub fn facts_in_condition(db: &dyn Db, rule: Decl) -> Vec<Fact> {
    fn collect(condition: &Condition, found: &mut Vec<Fact>) {
        let mut add = |path: &Path| {
            for fact in path.steps.iter().chain([&path.fact]) {
                if !found.contains(fact) {
                    found.push(*fact);
                }
            }
        };
        match condition {
            Condition::And(operands) | Condition::Or(operands) => {
                operands.iter().for_each(|operand| collect(operand, found));
            }
            Condition::Not(operand) => collect(operand, found),
            Condition::Count { path, filter, .. } => {
                add(path);
                filter
                    .iter()
                    .for_each(|filter| collect(&filter.condition, found));
            }
            Condition::Every(path, filter) => {
                add(path);
                collect(&filter.condition, found);
            }
            Condition::Used(_) => {}
            Condition::YesNo(path)
            | Condition::Word(path, ..)
            | Condition::OneOf(path, _)
            | Condition::Sensitivity(path, ..)
            | Condition::Kin(path, _)
            | Condition::Stated(path) => add(path),
        }
    }
    let mut found = Vec::new();
    if let Some(condition) = &checked_condition(db, rule).condition {
        collect(condition, &mut found);
    }
    found
}

struct Checker<'db> {
    db: &'db dyn Db,
    rule: Decl,
    position: u16,
    written: &'db Written,
    problems: Vec<Diagnostic>,
}

/// What a name in a condition leads to.
enum Operand {
    Path(Path),
    Aspect(Path, Aspect),
}

impl<'db> Checker<'db> {
    fn wrong(&mut self, node: NodeId, message: impl Into<String>) -> Option<Condition> {
        self.report(node, message, std::iter::empty());
        None
    }

    fn report(
        &mut self,
        node: NodeId,
        message: impl Into<String>,
        near: impl Iterator<Item = &'static str>,
    ) {
        let place = self.rule.part(Part::Node(self.position, node));
        let mut problem = Diagnostic::new(&codes::INVALID_CONDITION, place, message);
        if let Expression::Name(written) = self.expression(node) {
            problem = problem.suggest(written, near.map(SmolStr::from));
        }
        self.problems.push(problem);
    }

    fn expression(&self, node: NodeId) -> &'db Expression {
        &self.written.nodes[node as usize]
    }

    fn condition(&mut self, node: NodeId, kinds: &[Kind]) -> Option<Condition> {
        match self.expression(node) {
            Expression::And(operands) => self.conditions(operands, kinds).map(Condition::And),
            Expression::Or(operands) => self.conditions(operands, kinds).map(Condition::Or),
            Expression::Not(operand) => {
                Some(Condition::Not(Box::new(self.condition(*operand, kinds)?)))
            }
            Expression::Compare {
                left,
                operator,
                right,
            } => self.comparison(*left, Operator::read(operator), *right, kinds),
            Expression::In { left, values } => self.membership(*left, values, kinds),
            Expression::Is { left, right } => self.kinship(*left, *right, kinds),
            Expression::Call {
                function,
                argument,
                filter,
            } => self.call(node, function, argument.as_ref(), *filter, kinds),
            Expression::Name(name) => match self.operand(node, name, kinds)? {
                Operand::Path(path) if path.fact.gives == Gives::YesNo => {
                    Some(Condition::YesNo(path))
                }
                Operand::Aspect(path, Aspect::Personal) => Some(Condition::Sensitivity(
                    path,
                    Aspect::Personal,
                    Operator::Equal,
                    1,
                )),
                _ => self.wrong(
                    node,
                    format!("`{name}` is not a yes or no by itself: compare it with something"),
                ),
            },
            Expression::Number(number) => {
                self.wrong(node, format!("`{number}` alone is no condition"))
            }
            Expression::Missing => self.wrong(node, "something is missing here"),
        }
    }

    fn conditions(&mut self, operands: &[NodeId], kinds: &[Kind]) -> Option<Vec<Condition>> {
        // Each is checked, so that all errors are told at once.
        let checked: Vec<_> = operands
            .iter()
            .map(|operand| self.condition(*operand, kinds))
            .collect();
        checked.into_iter().collect()
    }

    fn operand(&mut self, node: NodeId, name: &SmolStr, kinds: &[Kind]) -> Option<Operand> {
        let mut kinds: &[Kind] = kinds;
        let mut steps = Vec::new();
        let mut segments = name.split('.').peekable();
        while let Some(segment) = segments.next() {
            let Some(found) = fact_named(kinds, segment) else {
                let of = kinds
                    .iter()
                    .map(|kind| crate::properties::with_article(kind.word()))
                    .collect::<Vec<_>>()
                    .join(" or ");
                self.report(
                    node,
                    format!("`{segment}` is no fact of {of}"),
                    fact_names(kinds).into_iter(),
                );
                return None;
            };
            if segments.peek().is_none() {
                return Some(Operand::Path(Path { steps, fact: found }));
            }
            match found.gives {
                Gives::Elements(next, Many::One) => {
                    steps.push(found);
                    kinds = next;
                }
                Gives::Assets => {
                    let aspect = segments.next().expect("one more segment was seen");
                    let path = Path { steps, fact: found };
                    let aspect = match aspect {
                        "classification" => Aspect::Classification,
                        "integrity" => Aspect::Integrity,
                        "availability" => Aspect::Availability,
                        "personal" => Aspect::Personal,
                        "kind" => Aspect::Kind,
                        _ => {
                            let message = format!(
                                "of assets there are `classification`, `integrity`, `availability`, `personal` and \
                                 `kind`, not `{aspect}`"
                            );
                            self.wrong(node, message);
                            return None;
                        }
                    };
                    return Some(Operand::Aspect(path, aspect));
                }
                _ => {
                    self.wrong(node, format!("nothing comes after `{segment}.`"));
                    return None;
                }
            }
        }
        None
    }

    fn named_operand(&mut self, node: NodeId, kinds: &[Kind]) -> Option<Operand> {
        match self.expression(node) {
            Expression::Name(name) => self.operand(node, name, kinds),
            Expression::Missing => {
                self.wrong(node, "a fact is missing here");
                None
            }
            _ => {
                self.wrong(node, "a fact is needed on this side");
                None
            }
        }
    }

    fn comparison(
        &mut self,
        left: NodeId,
        operator: Operator,
        right: NodeId,
        kinds: &[Kind],
    ) -> Option<Condition> {
        if let Expression::Call {
            function,
            argument,
            filter,
        } = self.expression(left)
        {
            let how = match function.as_str() {
                "count" => How::Elements,
                "components" => How::Components,
                _ => return self.wrong(left, format!("`{function}` does not give a number")),
            };
            let (path, members) = self.collection(left, argument.as_ref(), kinds)?;
            let filter = self.filter(*filter, members);
            let Expression::Number(number) = self.expression(right) else {
                return self.wrong(right, "a number is needed here");
            };
            let Ok(number) = number.parse() else {
                return self.wrong(right, format!("`{number}` is no whole number"));
            };
            return Some(Condition::Count {
                how,
                path,
                filter: filter?,
                operator,
                number,
            });
        }
        match self.named_operand(left, kinds)? {
            Operand::Aspect(path, aspect) => {
                let words = match aspect {
                    Aspect::Classification => &CLASSIFICATION,
                    Aspect::Integrity | Aspect::Availability => &LEVEL,
                    Aspect::Kind if operator.needs_order() => {
                        return self.wrong(left, "`kind` has no order: use `=`");
                    }
                    Aspect::Kind => &ASSET_KIND,
                    Aspect::Personal => {
                        return self.wrong(left, "`personal` is yes or no: write it alone");
                    }
                };
                let level = self.word(right, words)?;
                Some(Condition::Sensitivity(path, aspect, operator, level))
            }
            Operand::Path(path) => {
                match path.fact.gives {
                    Gives::Assets => {
                        let level = self.word(right, &CLASSIFICATION)?;
                        Some(Condition::Sensitivity(
                            path,
                            Aspect::Classification,
                            operator,
                            level,
                        ))
                    }
                    Gives::Word(words) | Gives::Words(words) => {
                        if operator.needs_order() && !words.ordered {
                            return self.wrong(
                                left,
                                format!("`{}` has no order: use `=` or `in`", path.fact.name),
                            );
                        }
                        let word = self.word(right, words)?;
                        Some(Condition::Word(path, operator, word))
                    }
                    Gives::YesNo => self.yes_no(path, operator, right),
                    Gives::Named(_) => self.wrong(
                        left,
                        format!("compare with `is`: `{} is …`", path.fact.name),
                    ),
                    Gives::Elements(..) => self.wrong(
                        left,
                        format!("`{}` are elements: count them", path.fact.name),
                    ),
                    Gives::Opaque => {
                        let name = path.fact.name;
                        self.wrong(left, format!("of `{name}` one can only ask whether it is stated: `stated({name})`"))
                    }
                }
            }
        }
    }

    fn yes_no(&mut self, path: Path, operator: Operator, right: NodeId) -> Option<Condition> {
        let answer = match self.expression(right) {
            Expression::Name(name) if name == "yes" => true,
            Expression::Name(name) if name == "no" => false,
            _ => return self.wrong(right, format!("`{}` is `yes` or `no`", path.fact.name)),
        };
        let yes = match operator {
            Operator::Equal => answer,
            Operator::NotEqual => !answer,
            _ => return self.wrong(right, "`yes` and `no` have no order"),
        };
        let condition = Condition::YesNo(path);
        Some(if yes {
            condition
        } else {
            Condition::Not(Box::new(condition))
        })
    }

    fn word(&mut self, node: NodeId, words: &'static Words) -> Option<u8> {
        let Expression::Name(name) = self.expression(node) else {
            self.wrong(node, format!("a word is needed here: {}", list(words)));
            return None;
        };
        let found = words.position(name);
        if found.is_none() {
            let message = format!("`{name}` is not {}: one of {}", words.called, list(words));
            self.report(node, message, words.names());
        }
        found
    }

    fn membership(&mut self, left: NodeId, values: &[NodeId], kinds: &[Kind]) -> Option<Condition> {
        let Operand::Path(path) = self.named_operand(left, kinds)? else {
            return self.wrong(
                left,
                "compare an aspect of assets with `=`, `<` and the like",
            );
        };
        let (Gives::Word(words) | Gives::Words(words)) = path.fact.gives else {
            return self.wrong(
                left,
                format!("`{}` is no word, so it is not one of some", path.fact.name),
            );
        };
        let listed: Vec<_> = values
            .iter()
            .map(|value| self.word(*value, words))
            .collect();
        if values.is_empty() {
            return self.wrong(left, "nothing stands between the parentheses");
        }
        Some(Condition::OneOf(
            path,
            listed.into_iter().collect::<Option<_>>()?,
        ))
    }

    fn kinship(&mut self, left: NodeId, right: NodeId, kinds: &[Kind]) -> Option<Condition> {
        let Operand::Path(path) = self.named_operand(left, kinds)? else {
            return self.wrong(left, "`is` asks for a technology or a protocol");
        };
        let Gives::Named(kind) = path.fact.gives else {
            return self.wrong(
                left,
                format!(
                    "`is` asks for a technology or a protocol, not for `{}`",
                    path.fact.name
                ),
            );
        };
        let Expression::Name(name) = self.expression(right) else {
            return self.wrong(right, format!("a {} is missing here", kind.word()));
        };
        match resolve_kind(
            self.db,
            self.rule,
            name,
            &[kind],
            Part::Node(self.position, right),
        ) {
            Ok(decl) => Some(Condition::Kin(path, decl)),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn call(
        &mut self,
        node: NodeId,
        function: &SmolStr,
        argument: Option<&SmolStr>,
        filter: Option<NodeId>,
        kinds: &[Kind],
    ) -> Option<Condition> {
        let count = |path, filter, operator, number| {
            Some(Condition::Count {
                how: How::Elements,
                path,
                filter,
                operator,
                number,
            })
        };
        match function.as_str() {
            "any" => {
                let (path, members) = self.collection(node, argument, kinds)?;
                count(path, self.filter(filter, members)?, Operator::Greater, 0)
            }
            "no" => {
                let (path, members) = self.collection(node, argument, kinds)?;
                count(path, self.filter(filter, members)?, Operator::Equal, 0)
            }
            "all" => {
                let (path, members) = self.collection(node, argument, kinds)?;
                match self.filter(filter, members)? {
                    Some(filter) => Some(Condition::Every(path, filter)),
                    None => {
                        self.wrong(node, "`all` needs `where`: `all(incoming where encrypted)`")
                    }
                }
            }
            "stated" => {
                let Some(argument) = argument else {
                    return self.wrong(
                        node,
                        "`stated` asks for a property: `stated(authentication)`",
                    );
                };
                match self.operand(node, argument, kinds)? {
                    Operand::Path(path) if !crate::facts::is_derived_fact(path.fact) => {
                        Some(Condition::Stated(path))
                    }
                    _ => self.wrong(node, format!("`{argument}` is derived, and never stated")),
                }
            }
            "used" => {
                let Some(argument) = argument else {
                    return self.wrong(node, "`used` asks for a technology: `used(vault)`");
                };
                let part = Part::Node(self.position, node);
                match resolve_kind(self.db, self.rule, argument, &[Kind::Technology], part) {
                    Ok(decl) => Some(Condition::Used(decl)),
                    Err(problem) => {
                        self.problems.push(*problem);
                        None
                    }
                }
            }
            "count" | "components" => self.wrong(
                node,
                format!("`{function}(…)` is a number: compare it, `{function}(…) > 2`"),
            ),
            _ => {
                let known = ["any", "all", "no", "count", "components", "stated", "used"];
                let near = crate::diagnostics::nearest(function, known.map(SmolStr::from));
                let near = near
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                self.wrong(node, format!("there is no `{function}`{near}"))
            }
        }
    }

    fn collection(
        &mut self,
        node: NodeId,
        name: Option<&SmolStr>,
        kinds: &[Kind],
    ) -> Option<(Path, &'static [Kind])> {
        let Some(name) = name else {
            self.wrong(node, "this counts elements: name them, such as `incoming`");
            return None;
        };
        match self.operand(node, name, kinds)? {
            Operand::Path(path) => match path.fact.gives {
                Gives::Elements(members, Many::Several) => Some((path, members)),
                _ => {
                    self.wrong(node, format!("`{name}` is not a list of elements"));
                    None
                }
            },
            Operand::Aspect(..) => {
                self.wrong(node, format!("`{name}` is not a list of elements"));
                None
            }
        }
    }

    /// `Some(None)` is no filter; `None` a wrong one.
    fn filter(&mut self, filter: Option<NodeId>, kinds: &[Kind]) -> Option<Option<Filter>> {
        let Some(node) = filter else {
            return Some(None);
        };
        let condition = Box::new(self.condition(node, kinds)?);
        Some(Some(Filter {
            condition,
            place: (self.rule, node),
        }))
    }
}

fn list(words: &Words) -> String {
    words.names().collect::<Vec<_>>().join(", ")
}

/// The outcome of a condition for an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It depends on facts that are not stated.
    Unknown(Vec<MissingFact>),
}

impl Truth {
    fn of(yes: bool) -> Truth {
        if yes { Truth::True } else { Truth::False }
    }

    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown => unknown,
        }
    }
}

/// Evaluates a condition for an element.
pub fn evaluate(facts: &FactCache, condition: &Condition, element: Decl) -> Truth {
    weigh(facts, condition, element, true)
}

/// Evaluates a condition. The facts that an unknown answer misses are those without which it is not
/// what is wanted: under `not` that is false.
fn weigh(facts: &FactCache, condition: &Condition, element: Decl, wanted: bool) -> Truth {
    match condition {
        Condition::And(operands) => {
            let operands = operands
                .iter()
                .map(|operand| weigh(facts, operand, element, wanted));
            if wanted {
                all_of(operands)
            } else {
                one_of(operands.map(Truth::not)).not()
            }
        }
        Condition::Or(operands) => {
            let operands = operands
                .iter()
                .map(|operand| weigh(facts, operand, element, wanted));
            if wanted {
                one_of(operands)
            } else {
                all_of(operands.map(Truth::not)).not()
            }
        }
        Condition::Not(operand) => weigh(facts, operand, element, !wanted).not(),
        Condition::Stated(path) => match subject(facts, path, element) {
            Some(element) => Truth::of(facts.typed(element).get(path.fact.name).is_some()),
            None => Truth::False,
        },
        Condition::Used(technology) => {
            Truth::of(is_used(facts.db(), element.model(facts.db()), *technology))
        }
        Condition::Count {
            how,
            path,
            filter,
            operator,
            number,
        } => {
            let counted = Counted {
                how: *how,
                path,
                filter: filter.as_ref(),
                number: *number,
            };
            let operator = if wanted {
                *operator
            } else {
                operator.inverse()
            };
            let truth = count(facts, counted, operator, element);
            if wanted { truth } else { truth.not() }
        }
        Condition::Every(path, filter) => {
            if members(facts, path, element).is_empty() {
                return Truth::False;
            }
            let all = met(facts, path, filter, element, wanted, wanted);
            let members = all.into_iter().map(|(_, truth)| truth);
            if wanted {
                all_of(members)
            } else {
                one_of(members.map(Truth::not)).not()
            }
        }
        Condition::YesNo(path)
        | Condition::Word(path, ..)
        | Condition::OneOf(path, _)
        | Condition::Sensitivity(path, ..)
        | Condition::Kin(path, _) => match subject(facts, path, element) {
            Some(element) => test(facts, condition, &facts.value(element, path.fact)),
            None => Truth::False,
        },
    }
}

/// The elements of a collection with what a condition is for each, but for those for which it is as
/// `usual`.
fn met(
    facts: &FactCache,
    path: &Path,
    filter: &Filter,
    element: Decl,
    wanted: bool,
    usual: bool,
) -> Vec<(Decl, Truth)> {
    if path.fact.name == "neighbours" && path.steps.is_empty() {
        // All that is in a boundary asks the same of the same elements.
        let Some(boundary) = placed_in(facts.db(), element) else {
            return Vec::new();
        };
        let (rule, node) = filter.place;
        let in_boundary = met_in(facts.db(), boundary, rule, node, (wanted, usual));
        return in_boundary
            .iter()
            .filter(|(other, _)| *other != element)
            .cloned()
            .collect();
    }
    let members = members(facts, path, element);
    let weighed = members
        .iter()
        .map(|member| (*member, weigh(facts, &filter.condition, *member, wanted)));
    weighed
        .filter(|(_, truth)| *truth != Truth::of(usual))
        .collect()
}

/// The same of all that is in a boundary, for a condition by its place in its rule.
#[salsa::tracked]
fn met_in(
    db: &dyn Db,
    boundary: Decl,
    rule: Decl,
    node: NodeId,
    (wanted, usual): (bool, bool),
) -> Vec<(Decl, Truth)> {
    let condition = checked_condition(db, rule).condition.as_ref();
    let Some(condition) = condition.and_then(|condition| filter_at(condition, (rule, node))) else {
        return Vec::new();
    };
    let facts = FactCache::new(db);
    let weighed = elements_in(db, boundary)
        .iter()
        .map(|member| (*member, weigh(&facts, condition, *member, wanted)));
    weighed
        .filter(|(_, truth)| *truth != Truth::of(usual))
        .collect()
}

/// The condition of a filter within another condition.
fn filter_at(condition: &Condition, place: (Decl, NodeId)) -> Option<&Condition> {
    match condition {
        Condition::And(operands) | Condition::Or(operands) => operands
            .iter()
            .find_map(|operand| filter_at(operand, place)),
        Condition::Not(operand) => filter_at(operand, place),
        Condition::Count {
            filter: Some(filter),
            ..
        }
        | Condition::Every(_, filter) => match filter.place == place {
            true => Some(&filter.condition),
            false => filter_at(&filter.condition, place),
        },
        _ => None,
    }
}

/// True when all are; unknown without the facts that any of them misses.
fn all_of(operands: impl Iterator<Item = Truth>) -> Truth {
    let mut missing = Vec::new();
    for operand in operands {
        match operand {
            Truth::True => {}
            Truth::False => return Truth::False,
            Truth::Unknown(facts) => missing.extend(facts),
        }
    }
    if missing.is_empty() {
        Truth::True
    } else {
        unknown(missing)
    }
}

/// True when one is; unknown without the facts of the one that misses the fewest.
fn one_of(operands: impl Iterator<Item = Truth>) -> Truth {
    let mut fewest: Option<Vec<MissingFact>> = None;
    for operand in operands {
        match operand {
            Truth::True => return Truth::True,
            Truth::False => {}
            Truth::Unknown(facts)
                if fewest
                    .as_ref()
                    .is_none_or(|fewest| facts.len() < fewest.len()) =>
            {
                fewest = Some(facts);
            }
            Truth::Unknown(_) => {}
        }
    }
    fewest.map_or(Truth::False, Truth::Unknown)
}

fn unknown(mut missing: Vec<MissingFact>) -> Truth {
    missing.sort_unstable();
    missing.dedup();
    Truth::Unknown(missing)
}

fn test(facts: &FactCache, condition: &Condition, value: &FactValue) -> Truth {
    match (condition, value) {
        (_, FactValue::Unknown(missing)) => Truth::Unknown(vec![*missing]),
        (Condition::YesNo(_), FactValue::YesNo(yes)) => Truth::of(*yes),
        (Condition::Word(_, operator, word), FactValue::Word(stated)) => {
            Truth::of(operator.holds(stated, word))
        }
        (Condition::Word(_, Operator::NotEqual, word), FactValue::Words(stated)) => {
            Truth::of(!stated.contains(word))
        }
        (Condition::Word(_, operator, word), FactValue::Words(stated)) => {
            Truth::of(stated.iter().any(|stated| operator.holds(stated, word)))
        }
        (Condition::OneOf(_, words), FactValue::Word(stated)) => Truth::of(words.contains(stated)),
        (Condition::OneOf(_, words), FactValue::Words(stated)) => {
            Truth::of(stated.iter().any(|stated| words.contains(stated)))
        }
        (Condition::Sensitivity(_, aspect, operator, level), FactValue::Assets(assets)) => {
            let of = assets
                .iter()
                .map(|asset| aspect_of(facts.db(), *asset, *aspect));
            if *aspect == Aspect::Kind {
                return Truth::of(
                    of.into_iter().any(|kind| kind == *level) == (*operator == Operator::Equal),
                );
            }
            // Nothing that is held is less sensitive than anything.
            Truth::of(of.max().is_some_and(|most| operator.holds(most, *level)))
        }
        (Condition::Kin(_, broader), FactValue::Named(named)) => {
            Truth::of(named.iter().any(|named| facts.is_kin(*named, *broader)))
        }
        _ => Truth::False,
    }
}

/// The element whose fact a path asks for.
fn subject(facts: &FactCache, path: &Path, element: Decl) -> Option<Decl> {
    path.steps.iter().try_fold(element, |element, step| {
        match &*facts.value(element, *step) {
            FactValue::Elements(elements) => elements.first().copied(),
            _ => None,
        }
    })
}

fn members(facts: &FactCache, path: &Path, element: Decl) -> Vec<Decl> {
    match subject(facts, path, element)
        .map(|element| facts.value(element, path.fact))
        .as_deref()
    {
        Some(FactValue::Elements(elements)) => elements.to_vec(),
        _ => Vec::new(),
    }
}

/// What is counted, and the number that it is compared with.
struct Counted<'condition> {
    how: How,
    path: &'condition Path,
    filter: Option<&'condition Filter>,
    number: u32,
}

fn count(
    facts: &FactCache,
    Counted {
        how,
        path,
        filter,
        number,
    }: Counted,
    operator: Operator,
    element: Decl,
) -> Truth {
    // Whether more members or fewer make it true; for `=` and `!=`, whether there are to be any.
    let wanted = match operator {
        Operator::Greater | Operator::GreaterOrEqual => true,
        Operator::Less | Operator::LessOrEqual => false,
        Operator::Equal => number > 0,
        Operator::NotEqual => number == 0,
    };
    let mut certain = Vec::new();
    let mut possible = Vec::new();
    let mut missing: Vec<Vec<MissingFact>> = Vec::new();
    let of = subject(facts, path, element).unwrap_or(element);
    let members = match filter {
        Some(filter) => met(facts, path, filter, element, wanted, false),
        None => members(facts, path, element)
            .into_iter()
            .map(|member| (member, Truth::True))
            .collect(),
    };
    for (member, truth) in members {
        match truth {
            Truth::True => certain.push(counted(facts.db(), how, of, member)),
            Truth::False => {}
            Truth::Unknown(of_facts) => {
                possible.push(counted(facts.db(), how, of, member));
                missing.push(of_facts);
            }
        }
    }
    let number_of = |counted: &[(bool, u32)]| {
        let mut distinct = counted.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len() as u32
    };
    let least = number_of(&certain);
    certain.extend(possible);
    let most = number_of(&certain);
    let holds = |count: u32| operator.holds(count, number);
    // Comparisons are monotonic but for `=` and `!=`, so the two ends and the number between tell
    // all.
    let between = number.clamp(least, most);
    let answers = [
        holds(least),
        holds(between),
        holds(most),
        holds((between + 1).min(most)),
    ];
    if !answers.contains(&false) {
        return Truth::True;
    }
    if !answers.contains(&true) {
        return Truth::False;
    }
    // One member more or less may do: then the one that misses the fewest facts is asked for.
    if if wanted {
        holds(least + 1)
    } else {
        holds(most - 1)
    } {
        missing.sort_by_key(Vec::len);
        return Truth::Unknown(missing.swap_remove(0));
    }
    unknown(missing.into_iter().flatten().collect())
}

/// What counts as one: the element itself, or the component it comes from. What is in no component
/// counts by itself.
fn counted(db: &dyn Db, how: How, of: Decl, member: Decl) -> (bool, u32) {
    use salsa::plumbing::AsId;
    match how {
        How::Elements => (false, member.as_id().index()),
        How::Components => {
            let other = other_end(db, of, member);
            let file = other.file(db);
            match file.component(db) {
                Some(_) => (true, file.as_id().index()),
                None => (false, other.as_id().index()),
            }
        }
    }
}

/// The end of a flow that is not the element; of what is no flow, itself.
fn other_end(db: &dyn Db, element: Decl, member: Decl) -> Decl {
    if member.kind(db) != Kind::Flow {
        return member;
    }
    match ends(db, member) {
        (Some(source), Some(target)) if source == element => target,
        (Some(source), _) => source,
        _ => member,
    }
}

/// The facts that make a condition hold for an element, or would with the one that is missing.
pub fn reasons(db: &dyn Db, condition: &Condition, element: Decl) -> Vec<Reason> {
    told(db, condition, element, true)
}

/// The facts for which a condition does not hold for an element.
pub fn reasons_against(db: &dyn Db, condition: &Condition, element: Decl) -> Vec<Reason> {
    told(db, condition, element, false)
}

fn told(db: &dyn Db, condition: &Condition, element: Decl, wanted: bool) -> Vec<Reason> {
    let facts = FactCache::new(db);
    let mut reasons = Reasons {
        facts: &facts,
        found: Vec::new(),
        stated: Vec::new(),
        of_what_is: wanted,
    };
    reasons.collect(condition, element, "it", wanted);
    reasons.each_once()
}

struct Reasons<'db, 'facts> {
    facts: &'facts FactCache<'db>,
    found: Vec<Reason>,
    /// That something is stated at all.
    stated: Vec<Reason>,
    /// Whether the reasons are for what is the case. Then what a rule merely leaves out is none.
    of_what_is: bool,
}

impl Reasons<'_, '_> {
    /// What was found, each once. That something is stated is not told beside what it says.
    fn each_once(self) -> Vec<Reason> {
        let is_alone =
            |stated: &Reason| !self.found.iter().any(|reason| reason.place == stated.place);
        let stated: Vec<Reason> = self.stated.into_iter().filter(is_alone).collect();
        let mut seen: Vec<Reason> = Vec::new();
        for reason in self.found.into_iter().chain(stated) {
            if !seen.contains(&reason) {
                seen.push(reason);
            }
        }
        seen
    }

    fn collect(&mut self, condition: &Condition, element: Decl, called: &str, wanted: bool) {
        let (facts, db) = (self.facts, self.facts.db());
        match condition {
            Condition::And(operands) | Condition::Or(operands) => {
                for operand in operands {
                    let truth = evaluate(facts, operand, element);
                    // Only what points the same way is a reason, and what is unknown.
                    if truth != Truth::of(!wanted) {
                        self.collect(operand, element, called, wanted);
                    }
                }
            }
            Condition::Not(operand) => self.collect(operand, element, called, !wanted),
            Condition::Every(path, filter) => {
                for member in members(facts, path, element) {
                    let name = format!("`{}`", full_name(db, member));
                    self.collect(&filter.condition, member, &name, wanted);
                }
            }
            Condition::Count { path, filter, .. } => {
                self.members(path, filter.as_ref(), element, called)
            }
            Condition::Stated(path) => {
                if let Some(subject) = subject(facts, path, element) {
                    let called = self.name(path, subject, called);
                    let (states, property) = (
                        if wanted { "states" } else { "does not state" },
                        path.fact.name,
                    );
                    let message = format!("{called} {states} `{property}`");
                    let part = typed(db, subject).part(property).unwrap_or(Part::Name);
                    let list = if wanted {
                        &mut self.stated
                    } else {
                        &mut self.found
                    };
                    list.push(Reason {
                        message,
                        place: Some(subject.part(part)),
                    });
                }
            }
            Condition::Kin(..) if self.of_what_is && !wanted => {}
            Condition::YesNo(path)
                if self.of_what_is && !wanted && path.fact.name == "outbound" => {}
            Condition::Used(technology) => {
                let name = full_name(db, *technology);
                let name = name.strip_prefix("std.").unwrap_or(name);
                let used = is_used(db, element.model(db), *technology);
                let message = if used {
                    "something in the model"
                } else {
                    "nothing in the model"
                };
                self.found.push(Reason {
                    message: format!("{message} is made with `{name}`"),
                    place: None,
                });
            }
            Condition::YesNo(path)
            | Condition::Word(path, ..)
            | Condition::OneOf(path, _)
            | Condition::Sensitivity(path, ..)
            | Condition::Kin(path, _) => {
                if let Some(subject) = subject(facts, path, element) {
                    let called = self.name(path, subject, called);
                    match (condition, &*facts.value(subject, path.fact)) {
                        (
                            Condition::Sensitivity(_, aspect, _, level),
                            FactValue::Assets(assets),
                        ) => {
                            self.found.push(held(
                                db,
                                subject,
                                &called,
                                path.fact,
                                assets,
                                (*aspect, *level),
                            ));
                        }
                        _ => self
                            .found
                            .extend(describe_fact(facts, subject, &called, path.fact)),
                    }
                }
            }
        }
    }

    fn name(&self, path: &Path, subject: Decl, called: &str) -> String {
        if path.steps.is_empty() {
            called.to_owned()
        } else {
            format!("`{}`", full_name(self.facts.db(), subject))
        }
    }

    fn members(&mut self, path: &Path, filter: Option<&Filter>, element: Decl, called: &str) {
        let (facts, db) = (self.facts, self.facts.db());
        let of = subject(facts, path, element).unwrap_or(element);
        let matching: Vec<Decl> = match filter {
            Some(filter) => met(facts, path, filter, element, true, false)
                .into_iter()
                .map(|(member, _)| member)
                .collect(),
            None => members(facts, path, element),
        };
        if matching.is_empty() {
            let message = match filter {
                Some(_) => format!(
                    "none of `{}` of {called} meets the condition",
                    path.fact.name
                ),
                None => format!("{called} has no {}", path.fact.name),
            };
            return self.found.push(Reason {
                message,
                place: Some(of.part(Part::Name)),
            });
        }
        for member in matching {
            let other = other_end(db, of, member);
            let flow = format!("`{}`", full_name(db, member));
            // One line a member: what it does is its condition, told where it stands.
            let mut inner = Reasons {
                facts,
                found: Vec::new(),
                stated: Vec::new(),
                of_what_is: self.of_what_is,
            };
            if let Some(filter) = filter {
                inner.collect(&filter.condition, member, &flow, true);
            }
            let message = match inner
                .each_once()
                .into_iter()
                .map(|reason| reason.message)
                .collect::<Vec<_>>()
                .join(", and ")
            {
                told if told.is_empty() && other != member => {
                    format!("{flow} connects it with `{}`", full_name(db, other))
                }
                told if told.is_empty() => flow,
                told => told,
            };
            self.found.push(Reason {
                message,
                place: Some(member.part(Part::Name)),
            });
        }
    }
}

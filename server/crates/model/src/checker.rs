//! The condition of a rule, checked against the facts there are. It must not know the value of any.

use crate::codes;
use crate::condition::{Condition, Filter, How, Operator, Path};
use crate::db::{Db, Decl};
use crate::diagnostic::Diagnostic;
use crate::lookup::resolve_kind;
use crate::lower::{Condition as Written, Expression, NodeId, Part, Value};
use crate::schema::{ASSET_KIND, CLASSIFICATION, LEVEL, SUBJECT, Words};
use crate::vocabulary::{Aspect, Fact, Gives, Many, fact_named, fact_names, is_derived_fact};
use smol_str::SmolStr;
use threatline_syntax::Kind;
use threatline_syntax::prose::with_article;
use threatline_syntax::spelling::{did_you_mean, nearest};

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
                crate::lower::MAX_CONDITION_DEPTH
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
                    .map(|kind| with_article(kind.word()))
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
                    Operand::Path(path) if !is_derived_fact(path.fact) => {
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
                let near = nearest(function, known)
                    .map(|near| format!("; {}", did_you_mean(near)))
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

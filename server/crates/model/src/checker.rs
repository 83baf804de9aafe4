//! The condition of a rule, checked against the facts there are. It must not know the value of any.

use crate::codes;
use crate::condition::{Condition, Count, Filter, How, Operator, Path};
use crate::db::{Db, Decl};
use crate::diagnostic::Diagnostic;
use crate::lookup::resolve_kind;
use crate::lower::{
    Condition as Written, Expression, MAX_CONDITION_DEPTH, NodeId, Part, Subject, Value,
};
use crate::resolve::resolve;
use crate::schema::{ASSET_KIND, CLASSIFICATION, LEVEL, SUBJECT, Words};
use crate::vocabulary::{Aspect, Fact, Gives, Many, fact_named, fact_names};
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
    let mut properties = facts.properties.iter();
    let on = properties.find(|property| property.name == "on");
    let values = on.map(|on| &*on.values).unwrap_or_default();
    let kind = |value: &Value| match value {
        Value::Name(name) => Kind::from_word(SUBJECT.word(SUBJECT.position(name)?)),
        _ => None,
    };
    values.iter().filter_map(kind).collect()
}

/// Whether a property states a condition.
fn is_condition(property: &str) -> bool {
    property == "when" || property == "while"
}

/// The kinds of elements that a condition is about: those that a rule or a mitigation looks at, or
/// that of the element on which a finding is dismissed.
pub fn kinds_of_condition(db: &dyn Db, decl: Decl) -> Vec<Kind> {
    const ELEMENTS: [Kind; 4] = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];
    let kinds = if decl.kind(db) == Kind::Dismiss {
        dismissed_kind(db, decl).into_iter().collect()
    } else {
        rule_subjects(db, decl)
    };
    if kinds.is_empty() {
        ELEMENTS.to_vec()
    } else {
        kinds
    }
}

/// The kind of the element on which a finding is dismissed, as it is written.
fn dismissed_kind(db: &dyn Db, dismiss: Decl) -> Option<Kind> {
    let properties = dismiss.facts(db).properties.iter();
    let mut findings = properties
        .filter(|property| property.name == "finding")
        .flat_map(|property| &property.values);
    let Value::Finding(finding) = findings.next()? else {
        return None;
    };
    match &finding.subject {
        Subject::Name(name) => {
            let element = resolve(db, dismiss.file(db), name).ok()?;
            Some(element.kind(db)).filter(|kind| kind.is_element())
        }
        Subject::Ends(..) => Some(Kind::Flow),
    }
}

/// Checks the condition of a rule, a mitigation or a dismissal.
#[salsa::tracked]
pub fn checked_condition(db: &dyn Db, rule: Decl) -> Checked {
    let properties = rule.facts(db).properties.iter().zip(0..);
    let mut conditions = properties.filter(|(property, _)| is_condition(&property.name));
    let written =
        conditions.find_map(|(property, position)| Some((property.condition.as_ref()?, position)));
    let Some((written, position)) = written else {
        return Checked::default();
    };
    let kinds = kinds_of_condition(db, rule);
    let mut checker = Checker {
        db,
        rule,
        position,
        written,
        problems: Vec::new(),
    };
    if written.too_deep {
        let message = format!("the condition is nested deeper than {MAX_CONDITION_DEPTH}");
        checker.report(written.root, message, &[]);
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
    let condition = checked_condition(db, rule).condition.as_ref();
    condition
        .map(Condition::technologies_wanted)
        .unwrap_or_default()
}

/// The facts that a rule's condition asks for, each once, in their order.
pub fn facts_in_condition(db: &dyn Db, rule: Decl) -> Vec<Fact> {
    let condition = checked_condition(db, rule).condition.as_ref();
    condition.map(Condition::facts).unwrap_or_default()
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

/// A call, as written.
#[derive(Clone, Copy)]
struct Call<'db> {
    node: NodeId,
    function: &'db SmolStr,
    argument: Option<&'db SmolStr>,
    filter: Option<NodeId>,
}

impl<'db> Checker<'db> {
    fn wrong<T>(&mut self, node: NodeId, message: impl Into<String>) -> Option<T> {
        self.report(node, message, &[]);
        None
    }

    fn report(&mut self, node: NodeId, message: impl Into<String>, known: &[&'static str]) {
        let place = self.rule.part(Part::Node(self.position, node));
        let mut problem = Diagnostic::new(&codes::INVALID_CONDITION, place, message);
        if let Expression::Name(written) = self.expression(node) {
            problem = problem.suggest(written, known.iter().map(|word| SmolStr::from(*word)));
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
            Expression::Call { .. } => {
                let call = self.called(node)?;
                self.call(call, kinds)
            }
            Expression::Name(name) => match self.operand(node, name, kinds)? {
                Operand::Path(path) if path.fact.gives == Gives::YesNo => {
                    Some(Condition::YesNo(path))
                }
                Operand::Aspect(path, Aspect::Personal) => {
                    let yes = Condition::Sensitivity(path, Aspect::Personal, Operator::Equal, 1);
                    Some(yes)
                }
                _ => self.wrong(
                    node,
                    format!("`{name}` is not a yes or no by itself: compare it with something"),
                ),
            },
            Expression::Number(number) => {
                self.wrong(node, format!("`{number}` is not a condition"))
            }
            Expression::Missing => self.wrong(node, "something is missing here"),
        }
    }

    fn conditions(&mut self, operands: &[NodeId], kinds: &[Kind]) -> Option<Vec<Condition>> {
        // Each is checked, so that all errors are reported at once.
        let checked: Vec<_> = operands
            .iter()
            .map(|operand| self.condition(*operand, kinds))
            .collect();
        checked.into_iter().collect()
    }

    fn operand(&mut self, node: NodeId, name: &SmolStr, kinds: &[Kind]) -> Option<Operand> {
        let mut kinds: &[Kind] = kinds;
        let mut steps = Vec::new();
        let mut rest = name.as_str();
        loop {
            let (segment, after) = match rest.split_once('.') {
                Some((segment, after)) => (segment, Some(after)),
                None => (rest, None),
            };
            let fact = self.fact(node, segment, kinds)?;
            let Some(after) = after else {
                return Some(Operand::Path(Path { steps, fact }));
            };
            match fact.gives {
                Gives::Elements(next, Many::One) => {
                    steps.push(fact);
                    kinds = next;
                    rest = after;
                }
                Gives::Assets => {
                    let aspect = self.aspect(node, after)?;
                    return Some(Operand::Aspect(Path { steps, fact }, aspect));
                }
                _ => return self.wrong(node, format!("nothing comes after `{segment}.`")),
            }
        }
    }

    fn fact(&mut self, node: NodeId, name: &str, kinds: &[Kind]) -> Option<Fact> {
        let fact = fact_named(kinds, name);
        if fact.is_none() {
            let kinds_in_words = kinds.iter().map(|kind| with_article(kind.word()));
            let kinds_in_words: Vec<String> = kinds_in_words.collect();
            let message = format!("`{name}` is not a fact of {}", kinds_in_words.join(" or "));
            self.report(node, message, &fact_names(kinds));
        }
        fact
    }

    /// The aspect of assets that a name behind their dot begins with.
    fn aspect(&mut self, node: NodeId, name: &str) -> Option<Aspect> {
        let name = name.split('.').next().unwrap_or(name);
        Aspect::named(name).or_else(|| {
            let message = format!(
                "of assets there are `classification`, `integrity`, `availability`, `personal` \
                 and `kind`, not `{name}`"
            );
            self.wrong(node, message)
        })
    }

    fn named_operand(&mut self, node: NodeId, kinds: &[Kind]) -> Option<Operand> {
        match self.expression(node) {
            Expression::Name(name) => self.operand(node, name, kinds),
            Expression::Missing => self.wrong(node, "a fact is missing here"),
            _ => self.wrong(node, "a fact is needed on this side"),
        }
    }

    fn comparison(
        &mut self,
        left: NodeId,
        operator: Operator,
        right: NodeId,
        kinds: &[Kind],
    ) -> Option<Condition> {
        if let Some(call) = self.called(left) {
            return self.count(call, operator, right, kinds);
        }
        match self.named_operand(left, kinds)? {
            Operand::Aspect(path, aspect) => {
                self.aspect_comparison(left, path, aspect, operator, right)
            }
            Operand::Path(path) => self.fact_comparison(left, path, operator, right),
        }
    }

    /// A comparison with the number that a call gives.
    fn count(
        &mut self,
        call: Call<'db>,
        operator: Operator,
        right: NodeId,
        kinds: &[Kind],
    ) -> Option<Condition> {
        let function = call.function;
        let how = match function.as_str() {
            "count" => How::Elements,
            "components" => How::Components,
            _ => return self.wrong(call.node, format!("`{function}` does not give a number")),
        };
        let (path, members) = self.collection(call, kinds)?;
        let filter = self.filter(call.filter, members);
        let Expression::Number(number) = self.expression(right) else {
            return self.wrong(right, "a number is needed here");
        };
        let Ok(number) = number.parse() else {
            return self.wrong(right, format!("`{number}` is not a whole number"));
        };
        Some(Condition::Count(Count {
            how,
            path,
            filter: filter?,
            operator,
            number,
        }))
    }

    fn aspect_comparison(
        &mut self,
        left: NodeId,
        path: Path,
        aspect: Aspect,
        operator: Operator,
        right: NodeId,
    ) -> Option<Condition> {
        let words = match aspect {
            Aspect::Classification => &CLASSIFICATION,
            Aspect::Integrity | Aspect::Availability => &LEVEL,
            Aspect::Kind if operator.needs_order() => {
                return self.wrong(left, "`kind` has no order: use `=`");
            }
            Aspect::Kind => &ASSET_KIND,
            Aspect::Personal => {
                return self.wrong(
                    left,
                    "`personal` is `yes` or `no`: write it without a comparison",
                );
            }
        };
        let level = self.word(right, words)?;
        Some(Condition::Sensitivity(path, aspect, operator, level))
    }

    fn fact_comparison(
        &mut self,
        left: NodeId,
        path: Path,
        operator: Operator,
        right: NodeId,
    ) -> Option<Condition> {
        let name = path.fact.name;
        match path.fact.gives {
            Gives::Assets => {
                let level = self.word(right, &CLASSIFICATION)?;
                let aspect = Aspect::Classification;
                Some(Condition::Sensitivity(path, aspect, operator, level))
            }
            Gives::Word(words) | Gives::Words(words) => {
                if operator.needs_order() && !words.ordered {
                    let message = format!("`{name}` has no order: use `=` or `in`");
                    return self.wrong(left, message);
                }
                let word = self.word(right, words)?;
                Some(Condition::Word(path, operator, word))
            }
            Gives::YesNo => self.yes_no(path, operator, right),
            Gives::Named(_) => self.wrong(left, format!("compare with `is`: `{name} is …`")),
            Gives::Elements(..) => self.wrong(left, format!("`{name}` are elements: count them")),
            Gives::Opaque => {
                let message =
                    format!("of `{name}` one can only ask whether it is stated: `stated({name})`");
                self.wrong(left, message)
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
            return self.wrong(node, format!("a word is needed here: {}", list(words)));
        };
        let position = words.position(name);
        if position.is_none() {
            let message = format!("`{name}` is not {}: one of {}", words.called, list(words));
            self.report(node, message, &words.names().collect::<Vec<_>>());
        }
        position
    }

    fn membership(&mut self, left: NodeId, values: &[NodeId], kinds: &[Kind]) -> Option<Condition> {
        let Operand::Path(path) = self.named_operand(left, kinds)? else {
            let message = "compare an aspect of assets with `=`, `<` and the like";
            return self.wrong(left, message);
        };
        let (Gives::Word(words) | Gives::Words(words)) = path.fact.gives else {
            let message = format!(
                "`{}` is not a word, so it cannot be compared with a list",
                path.fact.name
            );
            return self.wrong(left, message);
        };
        let listed: Vec<_> = values
            .iter()
            .map(|value| self.word(*value, words))
            .collect();
        if values.is_empty() {
            return self.wrong(left, "the parentheses are empty");
        }
        let listed: Option<Vec<u8>> = listed.into_iter().collect();
        Some(Condition::OneOf(path, listed?))
    }

    fn kinship(&mut self, left: NodeId, right: NodeId, kinds: &[Kind]) -> Option<Condition> {
        let Operand::Path(path) = self.named_operand(left, kinds)? else {
            return self.wrong(left, "`is` asks for a technology or a protocol");
        };
        let Gives::Named(kind) = path.fact.gives else {
            let name = path.fact.name;
            let message = format!("`is` asks for a technology or a protocol, not for `{name}`");
            return self.wrong(left, message);
        };
        let Expression::Name(name) = self.expression(right) else {
            return self.wrong(right, format!("a {} is missing here", kind.word()));
        };
        let decl = self.definition(right, name, kind)?;
        Some(Condition::Kin(path, decl))
    }

    fn definition(&mut self, node: NodeId, name: &SmolStr, kind: Kind) -> Option<Decl> {
        let part = Part::Node(self.position, node);
        match resolve_kind(self.db, self.rule, name, &[kind], part) {
            Ok(decl) => Some(decl),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    /// The call that a node is, if it is one.
    fn called(&self, node: NodeId) -> Option<Call<'db>> {
        let Expression::Call {
            function,
            argument,
            filter,
        } = self.expression(node)
        else {
            return None;
        };
        Some(Call {
            node,
            function,
            argument: argument.as_ref(),
            filter: *filter,
        })
    }

    fn call(&mut self, call: Call<'db>, kinds: &[Kind]) -> Option<Condition> {
        let (node, function) = (call.node, call.function);
        match function.as_str() {
            "any" => self.quantity(call, Operator::Greater, kinds),
            "no" => self.quantity(call, Operator::Equal, kinds),
            "all" => {
                let (path, members) = self.collection(call, kinds)?;
                match self.filter(call.filter, members)? {
                    Some(filter) => Some(Condition::Every(path, filter)),
                    None => {
                        self.wrong(node, "`all` needs `where`: `all(incoming where encrypted)`")
                    }
                }
            }
            "stated" => self.stated(call, kinds),
            "used" => {
                let Some(argument) = call.argument else {
                    return self.wrong(node, "`used` asks for a technology: `used(vault)`");
                };
                let technology = self.definition(node, argument, Kind::Technology)?;
                Some(Condition::Used(technology))
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

    /// Whether there are any elements, by a comparison of their number with zero.
    fn quantity(
        &mut self,
        call: Call<'db>,
        operator: Operator,
        kinds: &[Kind],
    ) -> Option<Condition> {
        let (path, members) = self.collection(call, kinds)?;
        Some(Condition::Count(Count {
            how: How::Elements,
            path,
            filter: self.filter(call.filter, members)?,
            operator,
            number: 0,
        }))
    }

    fn stated(&mut self, call: Call<'db>, kinds: &[Kind]) -> Option<Condition> {
        let Some(argument) = call.argument else {
            let message = "`stated` asks for a property: `stated(authentication)`";
            return self.wrong(call.node, message);
        };
        match self.operand(call.node, argument, kinds)? {
            Operand::Path(path) if path.fact.derived.is_none() => Some(Condition::Stated(path)),
            _ => {
                let message = format!("`{argument}` is derived, and never stated");
                self.wrong(call.node, message)
            }
        }
    }

    /// The elements that a call is about, and their kinds.
    fn collection(&mut self, call: Call<'db>, kinds: &[Kind]) -> Option<(Path, &'static [Kind])> {
        let Some(name) = call.argument else {
            let message = "this counts elements: name them, such as `incoming`";
            return self.wrong(call.node, message);
        };
        if let Operand::Path(path) = self.operand(call.node, name, kinds)?
            && let Gives::Elements(members, Many::Several) = path.fact.gives
        {
            return Some((path, members));
        }
        self.wrong(call.node, format!("`{name}` is not a list of elements"))
    }

    /// `Some(None)` means no filter; `None` means an invalid one.
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

//! The conditions of rules, evaluated with three values. It must not know what follows when a
//! condition is true.
//!
//! A fact that is not stated is unknown. `not` of unknown is unknown; `and` is unknown when no
//! operand is false and one is unknown; `or`, when none is true and one is. An unknown answer names
//! the facts that are missing: of an `and` those of all its unknown operands, of an `or` those of
//! the operand that misses the fewest; under `not` the two change places. A rule then fires as *not
//! stated* when a single missing fact would decide it.

use crate::assets::aspect_of;
use crate::checker::checked_condition;
use crate::condition::{Condition, Filter, How, Operator, Path};
use crate::db::{Db, Decl};
use crate::definitions::is_used;
use crate::facts::{FactCache, FactValue, MissingFact, elements_in};
use crate::headings::{ends, placed_in};
use crate::lower::NodeId;
use crate::vocabulary::Aspect;
use threatline_syntax::Kind;

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
    /// The truth of a fact that is known.
    pub fn of(yes: bool) -> Truth {
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
pub fn met(
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
pub fn subject(facts: &FactCache, path: &Path, element: Decl) -> Option<Decl> {
    path.steps.iter().try_fold(element, |element, step| {
        match &*facts.value(element, *step) {
            FactValue::Elements(elements) => elements.first().copied(),
            _ => None,
        }
    })
}

pub fn members(facts: &FactCache, path: &Path, element: Decl) -> Vec<Decl> {
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
pub fn other_end(db: &dyn Db, element: Decl, member: Decl) -> Decl {
    if member.kind(db) != Kind::Flow {
        return member;
    }
    match ends(db, member) {
        (Some(source), Some(target)) if source == element => target,
        (Some(source), _) => source,
        _ => member,
    }
}

//! The conditions of rules, evaluated with three values. It must not know what follows when a
//! condition is true.
//!
//! A fact that is not stated is unknown. `not` of unknown is unknown; `and` is unknown when no
//! operand is false and one is unknown; `or`, when none is true and one is. An unknown answer names
//! the facts that are missing: of an `and` those of all its unknown operands, of an `or` those of
//! the operand that misses the fewest; under `not` the two change places. A rule then fires as *not
//! stated* when a single missing fact would decide it.

use crate::assets::{aspect_of, holds, may_hold, probably_holds_credentials, sensitivity_of_asset};
use crate::checker::checked_condition;
use crate::condition::{Condition, Count, Filter, How, Operator, Path};
use crate::db::{Db, Decl, File};
use crate::definitions::is_used;
use crate::facts::{FactCache, FactValue, MissingFact, all_in, elements_in, segment};
use crate::headings::ends;
use crate::lower::NodeId;
use crate::schema::{CLASSIFICATION, LEVEL};
use crate::vocabulary::{Aspect, Derived, Fact};
use rustc_hash::FxHashSet;
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
            let operands = operands.iter();
            let weighed = operands.map(|operand| weigh(facts, operand, element, wanted));
            all_when(wanted, weighed)
        }
        Condition::Or(operands) => {
            let operands = operands.iter();
            let weighed = operands.map(|operand| weigh(facts, operand, element, wanted));
            one_when(wanted, weighed)
        }
        Condition::Not(operand) => weigh(facts, operand, element, !wanted).not(),
        Condition::Stated(path) => {
            let subject = subject(facts, path, element);
            Truth::of(
                subject.is_some_and(|subject| facts.typed(subject).get(path.fact.name).is_some()),
            )
        }
        Condition::Used(technology) => {
            Truth::of(is_used(facts.db(), element.model(facts.db()), *technology))
        }
        Condition::Count(count) if wanted => compare(facts, count, count.operator, element),
        Condition::Count(count) => compare(facts, count, count.operator.inverse(), element).not(),
        Condition::Every(path, filter) => {
            if members(facts, path, element).is_empty() {
                return Truth::False;
            }
            // A member that meets the condition decides nothing, whether all must meet it or not.
            let members = weigh_members(facts, (path, filter), element, (wanted, true));
            all_when(wanted, members.into_iter().map(|(_, truth)| truth))
        }
        Condition::Sensitivity(path, aspect, operator, level) => {
            match subject(facts, path, element) {
                Some(subject) => weigh_assets(
                    facts,
                    subject,
                    path.fact,
                    (*aspect, *operator, *level),
                    wanted,
                ),
                None => Truth::False,
            }
        }
        Condition::YesNo(path)
        | Condition::Word(path, ..)
        | Condition::OneOf(path, _)
        | Condition::Kin(path, _) => match subject(facts, path, element) {
            Some(subject) => test(facts, condition, &facts.value(subject, path.fact), wanted),
            None => Truth::False,
        },
    }
}

/// The elements of a collection with what a condition is for each when it is `wanted`, except for
/// those for which it is as `usual`.
pub fn weigh_members(
    facts: &FactCache,
    (path, filter): (&Path, &Filter),
    element: Decl,
    (wanted, usual): (bool, bool),
) -> Vec<(Decl, Truth)> {
    if is_of_neighbors(path) {
        // All that is in a boundary asks the same of the same elements.
        let Some(boundary) = segment(facts.db(), element) else {
            return Vec::new();
        };
        let (rule, node) = filter.place;
        let in_boundary = met_in(facts.db(), boundary, rule, node, (wanted, usual));
        let others = in_boundary.iter().filter(|(other, _)| *other != element);
        return others.cloned().collect();
    }
    let members = members(facts, path, element);
    weigh_each(facts, &filter.condition, &members, (wanted, usual))
}

/// Elements of a boundary that certainly meet a condition, by its place in its rule: the first two
/// that are seen, so that each element has another one if there is one. In a large boundary they
/// are seen soon, and what else is in it is not looked at.
#[salsa::tracked]
fn two_meeting(db: &dyn Db, boundary: Decl, rule: Decl, node: NodeId) -> Vec<Decl> {
    let condition = checked_condition(db, rule).condition.as_ref();
    let Some(condition) = condition.and_then(|condition| filter_at(condition, (rule, node))) else {
        return Vec::new();
    };
    let facts = FactCache::new(db);
    let elements = all_in(db, boundary);
    elements
        .filter(|element| weigh(&facts, condition, *element, true) == Truth::True)
        .take(2)
        .collect()
}

/// Whether a neighbor of an element certainly meets a condition; only where that decides a count.
fn has_neighbor_meeting(facts: &FactCache, count: &Count, element: Decl) -> bool {
    let filter = count.filter.as_ref();
    let Some(filter) = filter.filter(|_| is_of_neighbors(&count.path)) else {
        return false;
    };
    let (rule, node) = filter.place;
    segment(facts.db(), element).is_some_and(|boundary| {
        let meeting = two_meeting(facts.db(), boundary, rule, node);
        meeting.iter().any(|other| *other != element)
    })
}

fn is_of_neighbors(path: &Path) -> bool {
    path.fact.derived == Some(Derived::Neighbors) && path.steps.is_empty()
}

/// The same of all that is in a boundary, for a condition by its place in its rule.
#[salsa::tracked]
fn met_in(
    db: &dyn Db,
    boundary: Decl,
    rule: Decl,
    node: NodeId,
    wanted_and_usual: (bool, bool),
) -> Vec<(Decl, Truth)> {
    let condition = checked_condition(db, rule).condition.as_ref();
    let Some(condition) = condition.and_then(|condition| filter_at(condition, (rule, node))) else {
        return Vec::new();
    };
    let facts = FactCache::new(db);
    weigh_each(
        &facts,
        condition,
        elements_in(db, boundary),
        wanted_and_usual,
    )
}

fn weigh_each(
    facts: &FactCache,
    condition: &Condition,
    elements: &[Decl],
    (wanted, usual): (bool, bool),
) -> Vec<(Decl, Truth)> {
    elements
        .iter()
        .map(|element| (*element, weigh(facts, condition, *element, wanted)))
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
        Condition::Count(Count {
            filter: Some(filter),
            ..
        })
        | Condition::Every(_, filter) => {
            if filter.place == place {
                Some(&filter.condition)
            } else {
                filter_at(&filter.condition, place)
            }
        }
        _ => None,
    }
}

/// Whether all hold. If that is to be false, the facts that are missing are those of one that may
/// not hold.
fn all_when(wanted: bool, operands: impl Iterator<Item = Truth>) -> Truth {
    if wanted {
        all_of(operands)
    } else {
        one_of(operands.map(Truth::not)).not()
    }
}

/// Whether one holds. If that is to be false, the facts that are missing are those of all.
fn one_when(wanted: bool, operands: impl Iterator<Item = Truth>) -> Truth {
    if wanted {
        one_of(operands)
    } else {
        all_of(operands.map(Truth::not)).not()
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
            Truth::Unknown(missing) => {
                if fewest
                    .as_ref()
                    .is_none_or(|fewest| missing.len() < fewest.len())
                {
                    fewest = Some(missing);
                }
            }
        }
    }
    fewest.map_or(Truth::False, Truth::Unknown)
}

/// The facts in the order in which the condition asks for them, each once.
fn unknown(mut missing: Vec<MissingFact>) -> Truth {
    let mut seen = FxHashSet::default();
    missing.retain(|fact| seen.insert(*fact));
    Truth::Unknown(missing)
}

/// How sensitive assets are, compared with a level. What may be there counts where a rule asks for
/// it: nothing is exempt because its assets are unspecified.
fn weigh_assets(
    facts: &FactCache,
    subject: Decl,
    fact: Fact,
    (aspect, operator, level): (Aspect, Operator, u8),
    wanted: bool,
) -> Truth {
    let value = facts.value(subject, fact);
    let FactValue::Assets(assets) = &*value else {
        return Truth::False;
    };
    let level_of = |asset: Decl| aspect_of(facts.db(), asset, aspect);
    let holds = if aspect == Aspect::Kind {
        assets.iter().any(|asset| level_of(*asset) == level) == (operator == Operator::Equal)
    } else {
        // Nothing that is held is less sensitive than anything.
        let highest = assets.iter().map(|asset| level_of(*asset)).max();
        highest.is_some_and(|highest| operator.holds(highest, level))
    };
    if holds || !wanted {
        return Truth::of(holds);
    }
    let unstated = assets.iter().find(|asset| may_be(facts, **asset, aspect));
    if let Some(asset) = unstated {
        return Truth::Unknown(vec![MissingFact {
            element: *asset,
            property: property_of(aspect),
        }]);
    }
    let possible = facts.possible_assets(subject, fact);
    let decides = possible
        .iter()
        .find(|possible| operator.holds(level_of(possible.asset), level));
    match decides {
        Some(possible) => Truth::Unknown(vec![MissingFact {
            element: possible.element,
            property: possible.property,
        }]),
        None => Truth::False,
    }
}

/// The property of an asset that states an aspect of it.
fn property_of(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Classification => "classification",
        Aspect::Integrity => "integrity",
        Aspect::Availability => "availability",
        Aspect::Personal => "personal",
        Aspect::Kind => "kind",
    }
}

/// Whether nothing states an aspect of an asset that decides whether a rule is about it.
fn may_be(facts: &FactCache, asset: Decl, aspect: Aspect) -> bool {
    match aspect {
        Aspect::Personal => may_be_personal(facts, asset),
        Aspect::Kind => may_be_of_any_kind(facts, asset),
        _ => false,
    }
}

/// The assets that a condition asks about and that do not state this property. Any of them may
/// decide it, so that who is asked for one is asked for all.
pub fn unspecified_assets(
    facts: &FactCache,
    condition: &Condition,
    element: Decl,
    property: &str,
) -> Vec<Decl> {
    let mut unspecified = Vec::new();
    collect_unspecified(facts, condition, element, property, &mut unspecified);
    unspecified
}

fn collect_unspecified(
    facts: &FactCache,
    condition: &Condition,
    element: Decl,
    property: &str,
    unspecified: &mut Vec<Decl>,
) {
    match condition {
        Condition::And(operands) | Condition::Or(operands) => {
            for operand in operands {
                collect_unspecified(facts, operand, element, property, unspecified);
            }
        }
        Condition::Sensitivity(path, aspect, ..) if property_of(*aspect) == property => {
            let subject = subject(facts, path, element);
            let value = subject.map(|subject| facts.value(subject, path.fact));
            if let Some(FactValue::Assets(assets)) = value.as_deref() {
                let assets = assets.iter().copied();
                unspecified.extend(assets.filter(|asset| may_be(facts, *asset, *aspect)));
            }
        }
        Condition::Count(Count {
            path,
            filter: Some(filter),
            ..
        })
        | Condition::Every(path, filter) => {
            for member in members(facts, path, element) {
                collect_unspecified(facts, &filter.condition, member, property, unspecified);
            }
        }
        _ => {}
    }
}

/// Whether an asset may be about people: data that not everyone may read, and nothing states it.
fn may_be_personal(facts: &FactCache, asset: Decl) -> bool {
    let stated = facts.typed(asset);
    let is_data = stated.word("kind").is_none() || stated.states("kind", "data");
    is_data && !stated.is_written("personal") && !stated.states("classification", "public")
}

/// Whether an asset that matters does not state what it is made of: it may be a key as well as
/// data.
fn may_be_of_any_kind(facts: &FactCache, asset: Decl) -> bool {
    !facts.typed(asset).is_written("kind") && matters(facts.db(), asset)
}

/// A condition on a single fact, for a value of it.
fn test(facts: &FactCache, condition: &Condition, value: &FactValue, wanted: bool) -> Truth {
    match (condition, value) {
        (_, FactValue::Unknown(missing)) => Truth::Unknown(vec![*missing]),
        (_, FactValue::Unlisted(missing)) if wanted => Truth::Unknown(vec![*missing]),
        (Condition::Word(_, Operator::NotEqual, _), FactValue::Unlisted(_)) => Truth::True,
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
        (Condition::Word(_, operator, word), FactValue::Between(least, most, missing)) => {
            in_range((*least, *most), *missing, |level| {
                operator.holds(level, *word)
            })
        }
        (Condition::OneOf(_, words), FactValue::Between(least, most, missing)) => {
            in_range((*least, *most), *missing, |level| words.contains(&level))
        }
        (Condition::OneOf(_, words), FactValue::Word(stated)) => Truth::of(words.contains(stated)),
        (Condition::OneOf(_, words), FactValue::Words(stated)) => {
            Truth::of(stated.iter().any(|stated| words.contains(stated)))
        }
        (Condition::Kin(_, broader), FactValue::Named(named)) => {
            Truth::of(named.iter().any(|named| facts.is_kin(*named, *broader)))
        }
        _ => Truth::False,
    }
}

/// What a condition is for a word that is one of several.
fn in_range((least, most): (u8, u8), missing: MissingFact, holds: impl Fn(u8) -> bool) -> Truth {
    let mut answers = (least..=most).map(holds);
    let first = answers.next().unwrap_or_default();
    if answers.all(|answer| answer == first) {
        Truth::of(first)
    } else {
        Truth::Unknown(vec![missing])
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

/// The elements that a path leads to.
pub fn members(facts: &FactCache, path: &Path, element: Decl) -> Vec<Decl> {
    let subject = subject(facts, path, element);
    let value = subject.map(|subject| facts.value(subject, path.fact));
    match value.as_deref() {
        Some(FactValue::Elements(elements)) => elements.to_vec(),
        _ => Vec::new(),
    }
}

/// What counts as one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Element(Decl),
    Component(File),
}

/// Members of a collection: those for which a condition holds, and those for which it may.
#[derive(Default)]
struct Tally {
    certain: Vec<Unit>,
    possible: Vec<Unit>,
    /// The facts that each of the possible ones misses.
    missing: Vec<Vec<MissingFact>>,
}

/// Compares the number of elements, whatever the operator of the count itself.
fn compare(facts: &FactCache, count: &Count, operator: Operator, element: Decl) -> Truth {
    match &count.filter {
        // What is counted at the end of a flow is the same for all flows that end there.
        Some(filter) if !count.path.steps.is_empty() => {
            let subject = subject(facts, &count.path, element);
            let (rule, node) = filter.place;
            subject.map_or(Truth::False, |subject| {
                compare_at(facts.db(), subject, rule, node, operator).clone()
            })
        }
        _ => compare_members(facts, count, operator, element),
    }
}

/// The same for what is counted at an element, for a count by the place of its filter in its rule.
/// A query, since each of its flows asks.
#[salsa::tracked]
fn compare_at(db: &dyn Db, subject: Decl, rule: Decl, node: NodeId, operator: Operator) -> Truth {
    match own_count(db, rule, node) {
        Some(count) => compare_members(&FactCache::new(db), &count, operator, subject),
        None => Truth::False,
    }
}

/// A count by the place of its filter in its rule, of what it counts at the element itself.
fn own_count(db: &dyn Db, rule: Decl, node: NodeId) -> Option<Count> {
    let condition = checked_condition(db, rule).condition.as_ref()?;
    let mut count = count_at(condition, (rule, node))?.clone();
    count.path.steps.clear();
    Some(count)
}

/// The count with a filter within a condition.
fn count_at(condition: &Condition, place: (Decl, NodeId)) -> Option<&Count> {
    match condition {
        Condition::And(operands) | Condition::Or(operands) => {
            operands.iter().find_map(|operand| count_at(operand, place))
        }
        Condition::Not(operand) => count_at(operand, place),
        Condition::Count(count) => {
            let filter = count.filter.as_ref()?;
            if filter.place == place {
                Some(count)
            } else {
                count_at(&filter.condition, place)
            }
        }
        Condition::Every(_, filter) => count_at(&filter.condition, place),
        _ => None,
    }
}

fn compare_members(facts: &FactCache, count: &Count, operator: Operator, element: Decl) -> Truth {
    // Whether more members or fewer make it true; for `=` and `!=`, whether there are to be any.
    let wanted = match operator {
        Operator::Greater | Operator::GreaterOrEqual => true,
        Operator::Less | Operator::LessOrEqual => false,
        Operator::Equal => count.number > 0,
        Operator::NotEqual => count.number == 0,
    };
    let one_does = wanted && count.how == How::Elements && operator.holds(1, count.number);
    if one_does && operator != Operator::Equal && has_neighbor_meeting(facts, count, element) {
        return Truth::True;
    }
    let mut tally = tally(facts, count, element, wanted);
    let least = distinct(&mut tally.certain);
    tally.certain.append(&mut tally.possible);
    let most = distinct(&mut tally.certain);
    let holds = |number: u32| operator.holds(number, count.number);
    // Comparisons are monotonic except for `=` and `!=`, so the two ends and the number between
    // tell all.
    let between = count.number.clamp(least, most);
    let answers = [least, between, most, (between + 1).min(most)].map(holds);
    if !answers.contains(&false) {
        return Truth::True;
    }
    if !answers.contains(&true) {
        return Truth::False;
    }
    // One member more or less may do: then the one that misses the fewest facts is asked for.
    let one_does = if wanted {
        holds(least + 1)
    } else {
        holds(most - 1)
    };
    if one_does {
        tally.missing.sort_by_key(Vec::len);
        return Truth::Unknown(tally.missing.swap_remove(0));
    }
    unknown(tally.missing.into_iter().flatten().collect())
}

fn tally(facts: &FactCache, count: &Count, element: Decl, wanted: bool) -> Tally {
    let Count { path, filter, .. } = count;
    let members = match filter {
        Some(filter) => weigh_members(facts, (path, filter), element, (wanted, false)),
        None => {
            let members = members(facts, path, element).into_iter();
            members.map(|member| (member, Truth::True)).collect()
        }
    };
    let counted_for = subject(facts, path, element).unwrap_or(element);
    let mut tally = Tally::default();
    for (member, truth) in members {
        match truth {
            Truth::True => tally
                .certain
                .push(unit(facts.db(), count.how, counted_for, member)),
            Truth::False => {}
            Truth::Unknown(missing) => {
                tally
                    .possible
                    .push(unit(facts.db(), count.how, counted_for, member));
                tally.missing.push(missing);
            }
        }
    }
    tally
}

/// How many different ones there are.
fn distinct(units: &mut Vec<Unit>) -> u32 {
    units.sort_unstable();
    units.dedup();
    units.len() as u32
}

/// What counts as one: the element itself, or the component it comes from. What is in no component
/// counts by itself.
fn unit(db: &dyn Db, how: How, element: Decl, member: Decl) -> Unit {
    match how {
        How::Elements => Unit::Element(member),
        How::Components => {
            let other = other_end(db, element, member);
            match other.component(db) {
                Some(_) => Unit::Component(other.file(db)),
                None => Unit::Element(other),
            }
        }
    }
}

/// The end of a flow that is not the element; of what is not a flow, itself.
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

/// Whether a condition that does not hold for want of a fact is worth the question: something that
/// it asks for is stated and true. It is, or may be, open to a place of lower trust, crosses a
/// boundary, is of the technology that the rule is about, or holds what is confidential, must not
/// be changed or must stay available.
pub fn is_anchored(facts: &FactCache, condition: &Condition, element: Decl) -> bool {
    match condition {
        Condition::And(operands) | Condition::Or(operands) => operands
            .iter()
            .any(|operand| is_anchored(facts, operand, element)),
        Condition::YesNo(path) => {
            let is_anchor = matches!(
                path.fact.derived,
                Some(Derived::Exposed | Derived::Tainted | Derived::CrossesBoundary)
            );
            is_anchor && weigh(facts, condition, element, true) != Truth::False
        }
        Condition::Word(path, ..) => {
            path.fact.derived == Some(Derived::ReachedFrom)
                && weigh(facts, condition, element, true) != Truth::False
        }
        Condition::Kin(..) => weigh(facts, condition, element, true) == Truth::True,
        Condition::Sensitivity(_, Aspect::Kind | Aspect::Personal, ..) => {
            match weigh(facts, condition, element, true) {
                Truth::True => true,
                Truth::Unknown(missing) => missing.iter().all(|fact| {
                    ["handles", "stores"].contains(&fact.property)
                        && probably_holds_credentials(facts.db(), fact.element)
                }),
                Truth::False => false,
            }
        }
        Condition::Sensitivity(path, ..) => {
            let subject = subject(facts, path, element);
            subject.is_some_and(|subject| {
                holds_what_matters(facts, subject, path.fact) || is_silent(facts, subject)
            })
        }
        Condition::Count(Count { path, filter, .. }) => {
            let filter = filter.as_ref();
            filter.is_some_and(|filter| match subject(facts, path, element) {
                Some(subject) if !path.steps.is_empty() => {
                    let (rule, node) = filter.place;
                    any_anchored_at(facts.db(), subject, rule, node)
                }
                _ => any_anchored(facts, path, &filter.condition, element),
            })
        }
        Condition::Every(path, filter) => any_anchored(facts, path, &filter.condition, element),
        Condition::Not(_) | Condition::OneOf(..) | Condition::Stated(_) | Condition::Used(_) => {
            false
        }
    }
}

/// Whether a count by the place of its filter in its rule is worth the question for an element.
#[salsa::tracked(returns(copy))]
fn any_anchored_at(db: &dyn Db, subject: Decl, rule: Decl, node: NodeId) -> bool {
    own_count(db, rule, node).is_some_and(|count| {
        let filter = count.filter.as_ref();
        let facts = FactCache::new(db);
        filter.is_some_and(|filter| any_anchored(&facts, &count.path, &filter.condition, subject))
    })
}

fn any_anchored(facts: &FactCache, path: &Path, filter: &Condition, element: Decl) -> bool {
    if is_of_neighbors(path) {
        // The first decides, of thousands.
        let boundary = segment(facts.db(), element).into_iter();
        let mut others = boundary.flat_map(|boundary| all_in(facts.db(), boundary));
        return others.any(|other| other != element && is_anchored(facts, filter, other));
    }
    let members = members(facts, path, element);
    members
        .into_iter()
        .any(|member| is_anchored(facts, filter, member))
}

/// Whether a flow does not specify what it carries, and a relevant asset is at one of its ends.
fn is_silent(facts: &FactCache, flow: Decl) -> bool {
    let db = facts.db();
    flow.kind(db) == Kind::Flow
        && holds(db, flow).is_empty()
        && may_hold(db, flow)
            .iter()
            .any(|possible| matters(db, possible.asset))
}

/// Whether some of the assets are confidential or more, or of high integrity or availability.
fn holds_what_matters(facts: &FactCache, subject: Decl, fact: Fact) -> bool {
    let FactValue::Assets(assets) = &*facts.value(subject, fact) else {
        return false;
    };
    assets.iter().any(|asset| matters(facts.db(), *asset))
}

/// Whether an asset is confidential or more, or of high integrity or availability.
fn matters(db: &dyn Db, asset: Decl) -> bool {
    let sensitivity = sensitivity_of_asset(db, asset);
    Some(sensitivity.classification) >= CLASSIFICATION.position("confidential")
        || Some(sensitivity.integrity.max(sensitivity.availability)) >= LEVEL.position("high")
}

//! Where mitigations can act: on which elements, and under which condition. It must not know what
//! rules find.

use crate::boundaries::{MAX_BOUNDARY_DEPTH, contents};
use crate::checker::{checked_condition, rule_subjects};
use crate::db::{Db, Decl};
use crate::evaluation::{Truth, evaluate};
use crate::facts::FactCache;
use crate::flows::incoming;
use crate::mitigations::{Counters, counters, is_done, stated_counters, with_bases};
use crate::reasons::reasons_against;
use crate::wording::{Reason, in_one_sentence};
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;
use threatline_syntax::prose::{all_of, plural, with_article};

/// What a mitigation counters on an element: what it states itself, and what those state that it is
/// based on, as far as each can act there.
pub fn counters_on(db: &dyn Db, mitigation: Decl, element: Decl) -> Counters {
    if acts_anywhere(db, mitigation) {
        return counters(db, mitigation).clone();
    }
    let is_done = is_done(db, mitigation);
    let acting = with_bases(db, mitigation).into_iter();
    let acting = acting.take_while(|base| obstacle(db, *base, element, is_done).is_none());
    stated_counters(db, acting)
}

/// Why a mitigation cannot act on an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The mitigation with this declaration does not act on elements of this kind.
    Kind(Decl),
    /// The element contradicts the condition of the mitigation with this declaration.
    Condition(Decl),
}

impl Obstacle {
    /// The facts of an element for which a condition does not hold.
    pub fn reasons(self, db: &dyn Db, element: Decl) -> Vec<Reason> {
        match self {
            Obstacle::Kind(_) => Vec::new(),
            Obstacle::Condition(mitigation) => match &checked_condition(db, mitigation).condition {
                Some(condition) => reasons_against(db, condition, element),
                None => Vec::new(),
            },
        }
    }
}

/// Why a mitigation, or one that it is based on, cannot act on an element, if nothing of what it
/// counters is left.
pub fn obstacle_on(db: &dyn Db, mitigation: Decl, element: Decl) -> Option<Obstacle> {
    if acts_anywhere(db, mitigation) {
        return None;
    }
    let is_done = is_done(db, mitigation);
    let bases = with_bases(db, mitigation);
    let mut bases = bases.into_iter();
    let obstacle = bases.find_map(|base| obstacle(db, base, element, is_done))?;
    let is_left = || counters_on(db, mitigation, element) != Counters::default();
    let counters_anything = *counters(db, mitigation) != Counters::default();
    (!counters_anything || !is_left()).then_some(obstacle)
}

/// Whether neither a mitigation nor one that it is based on states where it acts, as most do not. A
/// query, since it is asked for each element that one protects.
#[salsa::tracked(returns(copy))]
fn acts_anywhere(db: &dyn Db, mitigation: Decl) -> bool {
    let mut bases = with_bases(db, mitigation).into_iter();
    bases.all(|base| {
        let has_condition = checked_condition(db, base).condition.is_some();
        rule_subjects(db, base).is_empty() && !has_condition
    })
}

/// Why a mitigation cannot act on an element. What is not in place yet may still change the facts
/// on which its condition rests.
fn obstacle(db: &dyn Db, mitigation: Decl, element: Decl, is_done: bool) -> Option<Obstacle> {
    let kinds = rule_subjects(db, mitigation);
    if !kinds.is_empty() && !kinds.contains(&element.kind(db)) {
        return Some(Obstacle::Kind(mitigation));
    }
    let has_condition = checked_condition(db, mitigation).condition.is_some();
    let is_contradicted = is_done && has_condition && contradicts(db, mitigation, element);
    is_contradicted.then_some(Obstacle::Condition(mitigation))
}

/// Whether the condition of a mitigation is false for an element. What is unknown does not
/// contradict it.
#[salsa::tracked(returns(copy))]
fn contradicts(db: &dyn Db, mitigation: Decl, element: Decl) -> bool {
    let condition = checked_condition(db, mitigation).condition.as_ref();
    condition
        .is_some_and(|condition| evaluate(&FactCache::new(db), condition, element) == Truth::False)
}

/// Why a mitigation cannot act where it is listed: on the element, or on none of those that the
/// component or boundary contains. The element is one for which it is so.
pub fn misplaced(db: &dyn Db, mitigation: Decl, by: Decl) -> Option<(Decl, Obstacle)> {
    let bases = with_bases(db, mitigation);
    let is_limited = |base: &Decl| {
        let properties = &base.facts(db).properties;
        let is_limit = |name: &str| name == "on" || name == "when";
        properties.iter().any(|property| is_limit(&property.name))
    };
    if !bases.iter().any(is_limited) {
        return None;
    }
    let mut first = None;
    for element in covered(db, by) {
        let obstacle = obstacle_on(db, mitigation, element)?;
        first.get_or_insert((element, obstacle));
    }
    first
}

/// The elements that a mitigation covers where it is listed: the element, everything in the
/// component, or everything in the boundary and the flows that end in it.
pub fn covered(db: &dyn Db, by: Decl) -> Vec<Decl> {
    match by.kind(db) {
        Kind::Component => {
            let declarations = by.file(db).declarations(db).iter().copied();
            declarations
                .filter(|decl| decl.kind(db).is_element())
                .collect()
        }
        Kind::Boundary => in_boundary(db, by),
        _ => vec![by],
    }
}

fn in_boundary(db: &dyn Db, boundary: Decl) -> Vec<Decl> {
    let mut elements = Vec::new();
    let mut seen = FxHashSet::from_iter([boundary]);
    let mut pending = vec![(boundary, 0)];
    while let Some((boundary, depth)) = pending.pop() {
        for &inner in contents(db, boundary) {
            if inner.kind(db) != Kind::Boundary {
                elements.push(inner);
                elements.extend(incoming(db, inner));
            } else if depth < MAX_BOUNDARY_DEPTH && seen.insert(inner) {
                pending.push((inner, depth + 1));
            }
        }
    }
    elements
}

/// Why a mitigation cannot act on an element, in words.
pub fn describe_obstacle(db: &dyn Db, element: Decl, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::Kind(mitigation) => {
            let kinds = rule_subjects(db, mitigation).into_iter();
            let kinds: Vec<String> = kinds.map(|kind| plural(kind.word())).collect();
            let kind = with_article(element.kind(db).word());
            format!("it acts on {} only, and this is {kind}", all_of(&kinds))
        }
        Obstacle::Condition(_) => {
            let reasons = obstacle.reasons(db, element).into_iter();
            let reasons: Vec<String> = reasons.map(|reason| reason.message).collect();
            if reasons.is_empty() {
                "its condition is not met".to_owned()
            } else {
                in_one_sentence(&reasons)
            }
        }
    }
}

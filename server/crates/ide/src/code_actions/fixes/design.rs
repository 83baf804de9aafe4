//! Changes of the design that end a finding: another word for a stated fact that it rests on. Only
//! what a team decides is changed, never a fact about the world: who someone is, what is stored,
//! how sensitive it is. It must not know mitigations, and not what a person decides.

use super::collector::Fixes;
use super::trials::{Effect, Trials};
use crate::change::Change;
use crate::code_actions::action::{ActionKind, CodeAction};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use threatline_model::{
    Database, Decl, File, Kind, Location, Part, Span, TypedValue, codes, diagnostics, ends,
    facts_in_condition, name_from, schema::Takes, typed, visible_declarations,
};
use threatline_syntax::prose::count;

/// How many changes are offered for a diagnostic, or at a fact.
const MAX_CHANGES: usize = 3;

/// How many elements next to that of a finding are looked at for facts that led to it.
const MAX_OTHERS: usize = 4;

/// Choices of a design that protect little: the property, the words, and those that protect better,
/// the smallest change first. A protocol is chosen among those of the model.
const CHOICES: &[(&str, &[&str], &[&str])] = &[
    ("encryption", &["none"], &["at_rest", "client_side"]),
    ("encryption", &["at_rest"], &["client_side"]),
    ("multi_factor", &["no"], &["yes"]),
    ("authorization", &["none"], &["service", "end_user"]),
    ("authorization", &["service"], &["end_user"]),
    ("access", &["read_write"], &["write", "read"]),
    ("tunnel", &["none"], &["vpn"]),
    ("privileges", &["root", "admin"], &["service", "user"]),
    ("privileges", &["service"], &["user", "none"]),
    ("redundancy", &["no"], &["yes"]),
    ("backup", &["no"], &["yes"]),
];

/// The same for the authentication of a person.
const LOGINS: &[(&[&str], &[&str])] = &[
    (&["none", "network_address"], &["session", "federated"]),
    (&["password"], &["federated"]),
];

/// The same for the authentication of a system.
const CALLERS: &[(&[&str], &[&str])] = &[
    (&["none", "network_address"], &["token", "mutual_tls"]),
    (&["password", "key"], &["token", "signature", "mutual_tls"]),
    (&["session", "token"], &["signature", "mutual_tls"]),
];

/// The properties that state a fact of another name.
const STATED_BY: &[(&str, &[&str])] = &[
    ("encrypted", &["protocol", "tunnel", "encryption"]),
    ("authenticated", &["authentication"]),
];

/// A change of a fact, with what it does if that was tried.
struct Offer {
    property: &'static str,
    new: String,
    elements: Vec<Decl>,
    change: Change,
    effect: Option<Effect>,
}

/// Offers to change the facts that a rule finds something by, on all elements that state the same,
/// or on elements next to them.
pub fn change_facts(fixes: &mut Fixes, rule: Decl, elements: &[Decl]) {
    let db = fixes.db;
    let names = fixes.findings().into_iter();
    let names: BTreeSet<String> = names
        .map(|assessed| assessed.finding.id.name(db).to_string())
        .collect();
    let reasons = facts_found(fixes, elements);
    let mut offers = Vec::new();
    for group in groups(fixes, elements) {
        let is_own = elements.contains(&group[0]);
        for (property, position) in asked(db, rule, group[0]) {
            let is_reason = is_own && reasons.contains(&(group[0], position));
            let trials = &mut fixes.trials.borrow_mut();
            let changes = changes(db, fixes.file, &group, property, trials).into_iter();
            offers.extend(changes.filter(|offer| match &offer.effect {
                Some(effect) => !effect.closed.is_disjoint(&names),
                None => is_reason,
            }));
        }
    }
    let closes = |effect: &Effect| effect.closed.intersection(&names).count();
    offers.sort_by_key(|offer| {
        let effect = offer.effect.as_ref();
        effect.map(|effect| (effect.opened, Reverse(closes(effect))))
    });
    for offer in offers.into_iter().take(MAX_CHANGES) {
        let is_preferred = fixes.actions.is_empty() && !offer.opens();
        let title = offer.title(
            db,
            fixes.file,
            elements == offer.elements && elements.len() == 1,
        );
        fixes.add(title, is_preferred, offer.change);
    }
}

/// Offers to change the fact that is stated in a part of a file, if findings rest on it.
pub fn change_fact_at(
    db: &Database,
    file: File,
    decl: Decl,
    within: Span,
    trials: &mut Trials,
) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for stated in &typed(db, decl).stated {
        let part = Part::Property(stated.position);
        let span = decl.part(part).resolve(db).1;
        if span.end < within.start || within.end < span.start {
            continue;
        }
        let mut offers = changes(db, file, &[decl], stated.property.name, trials);
        offers.retain(|offer| match &offer.effect {
            Some(effect) => !effect.closed.is_empty(),
            None => is_reason(db, file, decl, stated.position),
        });
        offers.sort_by_key(|offer| offer.effect.as_ref().map(|effect| effect.opened));
        actions.extend(
            offers
                .into_iter()
                .take(MAX_CHANGES)
                .map(|offer| CodeAction {
                    title: offer.title(db, file, true),
                    sort: ActionKind::Fix,
                    is_preferred: false,
                    mends: Vec::new(),
                    change: offer.change,
                }),
        );
    }
    actions
}

/// Whether a finding that is shown in a file gives a fact as a reason.
fn is_reason(db: &Database, file: File, decl: Decl, property: u16) -> bool {
    let diagnostics = diagnostics(db, file);
    let mut findings = diagnostics
        .iter()
        .filter(|known| known.code.id == codes::MISSING_MITIGATION.id);
    findings.any(|known| {
        known.related.iter().any(|related| match related.location {
            Location::Place(place) => {
                let (Part::Property(stated) | Part::Value(stated, _)) = place.part else {
                    return false;
                };
                place.decl == decl && stated == property
            }
            _ => false,
        })
    })
}

/// The elements whose facts may be changed together: those of the findings, and each of those that
/// the diagnostic names as a reason.
fn groups(fixes: &Fixes, elements: &[Decl]) -> Vec<Vec<Decl>> {
    let mut groups = vec![elements.to_vec()];
    for related in &fixes.diagnostic.related {
        if let Location::Place(place) = related.location
            && place.decl.kind(fixes.db).is_element()
            && !place.decl.in_library(fixes.db)
            && !groups.iter().any(|group| group.contains(&place.decl))
            && groups.len() <= MAX_OTHERS
        {
            groups.push(vec![place.decl]);
        }
    }
    groups
}

/// The properties that an element states and a rule's condition asks for, with their positions.
fn asked(db: &Database, rule: Decl, element: Decl) -> Vec<(&'static str, u16)> {
    let facts = facts_in_condition(db, rule);
    let is_asked = |property: &str| {
        facts.iter().any(|fact| {
            let mut others = STATED_BY.iter().filter(|(name, _)| *name == fact.name);
            fact.name == property || others.any(|(_, stated)| stated.contains(&property))
        })
    };
    let stated = typed(db, element).stated.iter();
    let stated = stated.map(|stated| (stated.property.name, stated.position));
    stated.filter(|(property, _)| is_asked(property)).collect()
}

/// The changes of a property of some elements that protect better; of the first one alone, if they
/// do not all state the same.
fn changes(
    db: &Database,
    file: File,
    elements: &[Decl],
    property: &'static str,
    trials: &mut Trials,
) -> Vec<Offer> {
    let like = elements[0];
    let mut offers = Vec::new();
    for new in better(db, like, property) {
        let of_all = replacement(db, elements, like, property, &new);
        let (elements, change) = match of_all {
            Some(change) => (elements.to_vec(), change),
            None => match replacement(db, &[like], like, property, &new) {
                Some(change) => (vec![like], change),
                None => continue,
            },
        };
        let effect = trials.effect(db, file, &change);
        offers.push(Offer {
            property,
            new,
            elements,
            change,
            effect,
        });
    }
    offers
}

impl Offer {
    fn opens(&self) -> bool {
        self.effect.as_ref().is_some_and(|effect| effect.opened > 0)
    }

    /// What it does; where, unless that is plain.
    fn title(&self, db: &Database, file: File, is_plain: bool) -> String {
        let on = match self.elements.as_slice() {
            [_] if is_plain => String::new(),
            [element] => format!(" on `{}`", name_from(db, *element, file)),
            elements => format!(" on {}", count(elements.len(), "element")),
        };
        let effect = self.effect.as_ref().map_or_else(String::new, |effect| {
            let closes = count(effect.closed.len(), "finding");
            if effect.opened > 0 {
                format!(" (closes {closes}, opens {})", effect.opened)
            } else {
                format!(" (closes {closes})")
            }
        });
        format!("Change `{}` to `{}`{on}{effect}", self.property, self.new)
    }
}

/// The stated facts of some elements that the diagnostic names as reasons.
pub fn facts_found(fixes: &Fixes, elements: &[Decl]) -> Vec<(Decl, u16)> {
    let mut facts = Vec::new();
    for related in &fixes.diagnostic.related {
        if let Location::Place(place) = related.location
            && elements.contains(&place.decl)
            && let Part::Property(position) | Part::Value(position, _) = place.part
            && !facts.contains(&(place.decl, position))
        {
            facts.push((place.decl, position));
        }
    }
    facts
}

/// What a property of an element can state instead, so that it protects better.
fn better(db: &Database, element: Decl, property: &str) -> Vec<String> {
    if property == "protocol" {
        return encrypted_protocol(db, element).into_iter().collect();
    }
    let is_stated = |words: &[&str]| words.iter().any(|word| states(db, element, property, word));
    let words = if property == "authentication" {
        let logs_in = ends(db, element)
            .0
            .is_some_and(|source| typed(db, source).states("kind", "person"));
        let mut choices = if logs_in { LOGINS } else { CALLERS }.iter();
        choices
            .find(|(words, _)| is_stated(words))
            .map(|(_, better)| *better)
    } else {
        let mut choices = CHOICES.iter().filter(|(name, _, _)| *name == property);
        choices
            .find(|(_, words, _)| is_stated(words))
            .map(|(_, _, better)| *better)
    };
    let words = words.unwrap_or_default().iter();
    words.map(|word| (*word).to_owned()).collect()
}

/// Whether the only value of a property is this word.
fn states(db: &Database, element: Decl, property: &str, word: &str) -> bool {
    let stated = typed(db, element);
    match stated.values(property) {
        [(_, TypedValue::YesNo(yes))] => (if *yes { "yes" } else { "no" }) == word,
        [_] => stated.states(property, word),
        _ => false,
    }
}

/// The protocol of a flow over an encrypted connection.
fn encrypted_protocol(db: &Database, flow: Decl) -> Option<String> {
    let file = flow.file(db);
    let plain = typed(db, flow).decls("protocol").next()?;
    let protocols = visible_declarations(db, file.model(db), &[Kind::Protocol]).into_iter();
    let mut encrypted = protocols.filter(|protocol| {
        let stated = typed(db, *protocol);
        stated.decls("is").any(|base| base == plain) && stated.yes_no("encrypted") == Some(true)
    });
    let encrypted = encrypted.next()?;
    Some(name_from(db, encrypted, file).to_string())
}

/// A change that has all elements state something else, if they all state the same now.
fn replacement(
    db: &Database,
    elements: &[Decl],
    like: Decl,
    property: &str,
    new: &str,
) -> Option<Change> {
    let old = typed(db, like).get(property)?;
    let mut change = Change::default();
    for element in elements {
        let stated = typed(db, *element).get(property)?;
        let ([(index, value)], [(_, wanted)]) = (&*stated.values, &*old.values) else {
            return None;
        };
        if value != wanted {
            return None;
        }
        let (file, span) = element
            .part(Part::Value(stated.position, *index))
            .resolve(db);
        change.edit(file.path(db), span, new);
    }
    Some(change)
}

/// A condition that is true for an element because of a fact that it states, for what holds only as
/// long as that is so.
pub fn condition_that_holds(fixes: &Fixes, element: Decl) -> String {
    let db = fixes.db;
    let facts = facts_found(fixes, &[element]);
    let positions = facts.into_iter().map(|(_, position)| position);
    let stated = typed(db, element).stated.iter();
    let positions: Vec<u16> = positions
        .chain(stated.map(|stated| stated.position))
        .collect();
    let mut conditions = positions.into_iter().filter_map(|position| {
        let mut stated = typed(db, element).stated.iter();
        let stated = stated.find(|stated| stated.position == position)?;
        let name = stated.property.name;
        let [(_, value)] = &*stated.values else {
            return None;
        };
        match (value, stated.property.takes) {
            (TypedValue::Word(position), Takes::Words(words)) if !stated.property.many => {
                Some(format!("{name} = {}", words.word(*position)))
            }
            (TypedValue::YesNo(yes), _) => {
                Some(format!("{name} = {}", if *yes { "yes" } else { "no" }))
            }
            (TypedValue::Decl(decl), Takes::Name([Kind::Technology | Kind::Protocol])) => {
                Some(format!("{name} is {}", name_from(db, *decl, fixes.file)))
            }
            _ => None,
        }
    });
    let condition = conditions.next();
    condition.unwrap_or_else(|| "in_scope".to_owned())
}

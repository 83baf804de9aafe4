//! Declarations that a document implies but does not contain: assets that stores keep, targets of
//! threats, and acceptances. It must not know any format.

use crate::draft::{Draft, Fact, Item};
use crate::names;
use crate::titles::or;
use threatline_model::{Date, ENDPOINT_KINDS, Kind};

/// The day a year after a decision; without a day, a year after the start of the epoch of these
/// formats, so that the same document always gives the same.
pub fn a_year_after(decided: Option<Date>) -> Date {
    let decided = decided.unwrap_or(Date::constant(2026, 1, 1));
    decided
        .checked_add(jiff::Span::new().years(1))
        .unwrap_or(decided)
}

/// An asset that a format knows without a name, as it only says that an element holds such.
pub struct Held {
    title: &'static str,
    classification: &'static str,
    kind: &'static str,
    is_personal: bool,
    regulation: Option<&'static str>,
}

/// What opens something.
pub const CREDENTIALS: Held = Held {
    title: "Credentials",
    classification: "restricted",
    kind: "credential",
    is_personal: false,
    regulation: None,
};
/// Records of what the system did.
pub const LOGS: Held = Held {
    title: "Logs",
    classification: "internal",
    kind: "log",
    is_personal: false,
    regulation: None,
};
/// Data about people.
pub const PERSONAL: Held = Held {
    title: "Personal data",
    classification: "confidential",
    kind: "data",
    is_personal: true,
    regulation: None,
};
/// Data that are not for everyone.
pub const SENSITIVE: Held = Held {
    title: "Sensitive data",
    classification: "confidential",
    kind: "data",
    is_personal: false,
    regulation: None,
};

/// What cards for paying say.
pub const CARDS: Held = Held {
    title: "Payment card data",
    classification: "restricted",
    kind: "data",
    is_personal: false,
    regulation: Some("pci_dss"),
};

/// Why something is out of scope that gives no reason.
pub const OUT_OF_SCOPE: &str = "Out of scope in the imported model.";

/// Why a threat is accepted that gives no reason.
pub const ACCEPTED: &str = "Accepted in the imported model.";

/// States that an element holds an asset that a format knows without a name.
pub fn hold(draft: &mut Draft, element: &mut Item, property: &'static str, held: Held) {
    let key = format!("held {}", held.title);
    if !draft.items.contains(&key) {
        let mut asset = Item::new(Kind::Asset, key.clone(), held.title);
        asset.word("classification", Some(held.classification));
        asset.word("kind", Some(held.kind).filter(|kind| *kind != "data"));
        asset.yes_no("personal", held.is_personal.then_some(true));
        asset.word("regulations", held.regulation);
        asset.comment("Assumed from a flag of an element; the model did not name it.");
        draft.items.push(asset);
    }
    element.state(property, Fact::Item(key));
}

/// The acceptance of a threat that is accepted without a name or a day.
pub fn acceptance_of(threat: &Item, because: &str) -> Item {
    let key = format!("accept {}", threat.key);
    let mut accept = Item::new(Kind::Accept, key, threat.title.clone());
    let name = threat.name.clone();
    accept.name = Some(format!(
        "accepted_{}",
        name.unwrap_or_else(|| names::of_title(&threat.title))
    ));
    accept.state("findings", Fact::Item(threat.key.clone()));
    accept.text("by", Some("unknown".to_owned()));
    accept.state("until", Fact::Date(a_year_after(None)));
    accept.text("because", Some(because.to_owned()));
    accept.comment("TODO: set who accepts it, and until when");
    accept
}

/// A stand-in for the mitigation of a threat that is only marked as mitigated.
pub fn mitigation_of(threat: &Item) -> Item {
    let title = format!("Mitigation of: {}", threat.title);
    let key = format!("mitigation of {}", threat.key);
    let mut item = Item::new(Kind::Mitigation, key, title);
    item.part.clone_from(&threat.part);
    item.comment("TODO: describe the mitigation; the imported model does not");
    item
}

/// Gives a threat what it has to have: a category, and an element that it is against.
pub fn complete_threat(draft: &mut Draft, threat: &mut Item) {
    if !threat.has("category") {
        threat.word("category", Some("tampering"));
        threat.comment("TODO: review the category: none was specified, `tampering` is assumed");
    }
    if !threat.has("targets") {
        let keys = likely_targets(draft, None, 0, |_| true);
        if !draft.items.contains(&whole_system_key(draft, None)) {
            threat.comment("No element was named, so all are listed.");
        }
        for key in keys {
            threat.state("targets", Fact::Item(key));
        }
    }
}

/// How many elements are listed where any may be meant.
const MAX_LISTED: usize = 64;

/// The keys of the elements that may be meant where none is named, among those from an index on:
/// processes, or, without such, all; what stands for the whole system, where there are none or too
/// many.
pub fn likely_targets(
    draft: &mut Draft,
    part: Option<&str>,
    start: usize,
    is_among: impl Fn(&Item) -> bool,
) -> Vec<String> {
    let keys_of = |kinds: &[Kind]| -> Vec<String> {
        draft
            .items
            .of_kind_since(start, kinds)
            .filter(|item| is_among(item))
            .take(MAX_LISTED + 1)
            .map(|item| item.key.clone())
            .collect()
    };
    let mut keys = keys_of(&[Kind::Process]);
    if keys.is_empty() {
        keys = keys_of(&[Kind::Store, Kind::External]);
    }
    if keys.is_empty() || keys.len() > MAX_LISTED {
        vec![whole_system(draft, part, start)]
    } else {
        keys
    }
}

/// The key of what stands for a whole system, or for a part of one.
pub fn whole_system_key(draft: &Draft, part: Option<&str>) -> String {
    format!("the whole of {}", part.unwrap_or(&draft.title))
}

/// The key of a process that stands for a whole system, or a part of one, where no element can be
/// named. Its elements are among those from an index on.
pub fn whole_system(draft: &mut Draft, part: Option<&str>, start: usize) -> String {
    let key = whole_system_key(draft, part);
    if !draft.items.contains(&key) {
        let title = or(part.unwrap_or(&draft.title), "The system").to_owned();
        let mut item = Item::new(Kind::Process, key.clone(), title);
        item.name = Some("system".to_owned());
        item.part = part.map(str::to_owned);
        let is_alone = !draft
            .items
            .of_kind_since(start, ENDPOINT_KINDS)
            .any(|item| part.is_none() || item.part.as_deref() == part);
        item.comment(if is_alone {
            "Represents the whole system: the imported model has no elements."
        } else {
            "Represents the whole system, for threats that name no element."
        });
        draft.items.push(item);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn elements_before_a_part_are_not_searched_for_its_whole() {
        let mut draft = Draft::default();
        let mut element = Item::new(Kind::Process, "before", "Other");
        element.part = Some("Part".to_owned());
        draft.items.push(element);
        let start = draft.items.len();
        let key = whole_system(&mut draft, Some("Part"), start);
        let comments = draft.items.get(&key).map(|item| item.comments.clone());
        let comment = "Represents the whole system: the imported model has no elements.";
        assert_eq!(comments, Some(vec![comment.to_owned()]));
    }

    #[test]
    fn likely_targets_of_a_part_are_searched_only_in_it() {
        for elements_before in [0, 1000] {
            let mut draft = Draft::default();
            for number in 0..elements_before {
                let key = format!("before {number}");
                draft.items.push(Item::new(Kind::Process, key, "Other"));
            }
            let start = draft.items.len();
            draft.items.push(Item::new(Kind::Process, "own", "Own"));
            let asked = Cell::new(0);
            let keys = likely_targets(&mut draft, Some("Part"), start, |_| {
                asked.set(asked.get() + 1);
                true
            });
            assert_eq!((keys, asked.get()), (vec!["own".to_owned()], 1));
        }
    }
}

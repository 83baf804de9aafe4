//! The one table of which way of a property is the weaker one. It must not know how a change is
//! told.

use threatline_model::{
    Database, Decl, Kind, broader_says, is_done,
    schema::{LEVEL, Property, STATUS, Takes},
    sensitivity_of_asset, trust_of_boundary, typed,
};

/// A property of a declaration that is in both states, with its values as text.
pub struct PropertyChange {
    /// The property.
    pub property: &'static Property,
    /// The declaration of the base.
    pub old: Decl,
    /// The declaration of the head.
    pub new: Decl,
    /// What it says in the base; nothing if it is not stated.
    pub before: Vec<String>,
    /// What it says in the head.
    pub after: Vec<String>,
}

impl PropertyChange {
    /// The position of the word before, and of that after.
    fn positions(&self) -> (Option<u8>, Option<u8>) {
        let position = |words: &[String]| match self.property.takes {
            Takes::Words(list) => words.first().and_then(|word| list.position(word)),
            _ => None,
        };
        (position(&self.before), position(&self.after))
    }

    fn is_gone(&self) -> bool {
        self.after.is_empty()
    }

    /// Whether what was stated is later now.
    fn is_later(&self) -> bool {
        !self.before.is_empty() && self.after > self.before
    }

    /// Whether one of these words, or nothing, is stated that was not.
    fn came_to(&self, weak: &[&str]) -> bool {
        !is_one_of(&self.before, weak) && is_one_of(&self.after, weak)
    }
}

/// Whether the word is one of these, or none is stated.
fn is_one_of(stated: &[String], words: &[&str]) -> bool {
    stated
        .first()
        .is_none_or(|word| words.contains(&word.as_str()))
}

/// Whether a property of one value protects, or promises, less than it did.
pub fn is_weaker(base: &Database, head: &Database, change: &PropertyChange) -> bool {
    let (old, new) = (change.old, change.new);
    let (was, is) = change.positions();
    match (new.kind(head), change.property.name) {
        // Trusted further than before, whoever states it.
        (Kind::Boundary, "trust") => {
            trust_of_boundary(head, new).most > trust_of_boundary(base, old).most
        }
        (Kind::Asset, "integrity") => {
            sensitivity_of_asset(head, new).integrity < sensitivity_of_asset(base, old).integrity
        }
        (Kind::Asset, "availability") => {
            sensitivity_of_asset(head, new).availability
                < sensitivity_of_asset(base, old).availability
        }
        (Kind::Mitigation, "status") => {
            let implemented = STATUS.position("implemented");
            is.or(implemented) < was.or(implemented)
        }
        (Kind::Mitigation, "due") => !is_done(head, new) && (change.is_gone() || change.is_later()),
        (Kind::Mitigation, "evidence") => change.is_gone(),
        (Kind::Accept, "until") => change.after > change.before,
        (Kind::Accept, "severity") => was.is_some() && (change.is_gone() || is > was),
        (Kind::Accept, "by") => true,
        (Kind::Assumption, "validate_by") => change.is_gone() || change.is_later(),
        (Kind::Threat, "likelihood") => {
            let medium = LEVEL.position("medium");
            is.or(medium) < was.or(medium)
        }
        (Kind::Threat, "residual") => change.before.is_empty() || is < was,
        (_, "out_of_scope") => !change.is_gone(),
        (_, "tenancy") => change.after.first().is_some_and(|word| word == "multi"),
        (_, "personal" | "redundancy" | "backup" | "multi_factor") => change.came_to(&["no"]),
        (Kind::Flow, "tunnel") => change.came_to(&["none"]),
        (Kind::Flow, "authentication") => {
            let is_none = change.after.first().is_some_and(|word| word == "none");
            change.came_to(&["none", "network_address"]) || is_none && !change.before.is_empty()
        }
        (Kind::Flow, "protocol") => {
            let lost = |property| {
                protocol_says(base, old, property) && !protocol_says(head, new, property)
            };
            lost("encrypted") || lost("authenticated")
        }
        (Kind::Process, "privileges") | (Kind::Flow, "access") => {
            change.is_gone() || (was.is_some() && is > was)
        }
        (_, "classification" | "encryption" | "authorization" | "criticality" | "impact") => {
            change.is_gone() || is < was
        }
        _ => false,
    }
}

fn protocol_says(db: &Database, flow: Decl, property: &str) -> bool {
    let protocol = typed(db, flow).decls("protocol").next();
    let says = protocol.and_then(|protocol| broader_says(db, protocol, property));
    says.is_some_and(|(yes, _)| yes)
}

/// Whether a list that is shorter says less of what is protected or examined.
pub fn loses_when_shorter(kind: Kind, name: &str) -> bool {
    matches!(
        (kind, name),
        (Kind::Asset, "regulations")
            | (Kind::Mitigation, "counters" | "evidence")
            | (
                Kind::Threat,
                "category" | "targets" | "affects" | "mitigations"
            )
            | (Kind::Assumption, "about")
    )
}

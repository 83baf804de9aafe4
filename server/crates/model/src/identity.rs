//! What identifies a finding, and how models refer to findings. It must not know how a finding
//! comes about.

use crate::db::{Db, Decl};
use crate::names::full_name;
use smol_str::{SmolStr, format_smolstr};

/// The stable identity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingId {
    /// What a rule finds on an element.
    Rule {
        /// The rule.
        rule: Decl,
        /// The element.
        element: Decl,
    },
    /// A threat that a person wrote.
    Threat(Decl),
}

impl FindingId {
    /// The declaration that it is about: the element or the threat.
    pub fn subject(self) -> Decl {
        match self {
            FindingId::Rule { element, .. } => element,
            FindingId::Threat(threat) => threat,
        }
    }

    /// The name by which it is accepted and reported: `std.unencrypted_flow@partners.feed`.
    pub fn name(self, db: &dyn Db) -> SmolStr {
        match self {
            FindingId::Rule { rule, element } => {
                format_smolstr!("{}@{}", full_name(db, rule), full_name(db, element))
            }
            FindingId::Threat(threat) => full_name(db, threat).clone(),
        }
    }

    /// The declaration that says what it is: the rule or the threat.
    pub fn definition(self) -> Decl {
        match self {
            FindingId::Rule { rule, .. } => rule,
            FindingId::Threat(threat) => threat,
        }
    }

    /// What it says, in a line: the title of the rule or the threat.
    pub fn title(self, db: &dyn Db) -> SmolStr {
        let decl = self.definition();
        decl.title(db)
            .cloned()
            .unwrap_or_else(|| full_name(db, decl).clone())
    }
}

/// What an `accept` names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FindingSelector {
    /// The finding of a rule on an element.
    Rule(Decl, Decl),
    /// All findings of a category on an element.
    Category(u8, Decl),
    /// A threat.
    Threat(Decl),
}

impl FindingSelector {
    /// The declaration whose risk is accepted: an element or a threat.
    pub fn subject(&self) -> Decl {
        match self {
            FindingSelector::Rule(_, subject)
            | FindingSelector::Category(_, subject)
            | FindingSelector::Threat(subject) => *subject,
        }
    }
}

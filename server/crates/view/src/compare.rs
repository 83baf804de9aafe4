//! What changed in a design between two states of its model: findings that opened and closed, what
//! protects less than it did, and what is new or gone. Names count, and not where they stand, so
//! that moving or formatting text changes nothing. It must not know where the states come from, nor
//! how a difference is shown.

// What is compared, and what comes of it.
mod comparison;
mod side;
mod values;
mod wording;

// Which declaration is which.
mod matching;

// What each part of a comparison has at hand.
mod comparer;

// The parts.
mod acceptance;
mod decisions;
mod findings;
mod placement;
mod policy;
mod properties;
mod protection;
mod sensitive;
mod ways;

// Declarations, part by part.
mod declarations;

pub use comparison::{Change, Closed, Comparison, Opened, Overruled, Policies, Topic, Where};
pub use side::Side;
pub use wording::some;

use comparer::Comparer;
use matching::Matching;
use threatline_model::{Assessed, Part, Place, all_findings, full_name};

/// Compares two states of a model, which are judged by the same policy.
pub fn compare(base: &Side, head: &Side, policies: &Policies) -> Comparison {
    let matching = Matching::new(base, head);
    let (before, after) = (findings_of(base), findings_of(head));
    let mut comparer = Comparer::new(&matching, (base, &before), (head, &after));
    comparer.compare_policies(policies);
    comparer.compare_declarations();
    comparer.compare_protection();
    comparer.compare_findings();
    let mut comparison = comparer.comparison;
    comparison.changes.sort_by_key(|change| change.topic);
    comparison.renamed = renamed(base, head, &matching);
    comparison
}

fn findings_of(side: &Side) -> Vec<Assessed> {
    let findings = side.model.map(|model| all_findings(side.db, model));
    findings.unwrap_or_default()
}

/// What has another name: its kind, both names, and where it is.
fn renamed(
    base: &Side,
    head: &Side,
    matching: &Matching,
) -> Vec<(&'static str, String, String, Place)> {
    let renamed = matching.renamed.iter().map(|(old, new)| {
        (
            new.kind(head.db).word(),
            full_name(base.db, *old).to_string(),
            full_name(head.db, *new).to_string(),
            new.part(Part::Name),
        )
    });
    renamed.collect()
}

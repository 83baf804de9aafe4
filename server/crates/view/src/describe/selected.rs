//! The findings that a name in an `accept` or a test means; also why there are none. It must not
//! know where the name is.

use super::declaration::declaration;
use super::findings::findings;
use super::language::word;
use crate::explain::{self, Explanation, Section};
use threatline_model::{
    Assessed, Database, Decl, File, FindingSelector, assessed, checked_condition, full_name,
    reasons_against, schema::STRIDE,
};

use Section::{Heading, Item, Text};

/// What is known of a finding that is named; also why it is not there.
pub fn finding_named(db: &Database, file: File, selector: &FindingSelector) -> Explanation {
    let on_subject = assessed(db, selector.subject()).iter();
    let selected: Vec<&Assessed> = on_subject
        .filter(|assessed| assessed.finding.is_selected_by(selector))
        .collect();
    match (selector, selected.as_slice()) {
        (FindingSelector::Rule(..) | FindingSelector::Threat(_), [assessed, ..]) => {
            explain::finding(db, assessed)
        }
        (FindingSelector::Threat(threat), []) => declaration(db, file, *threat),
        (FindingSelector::Rule(rule, element), []) => {
            let mut explanation = declaration(db, file, *rule);
            let why_not = why_not(db, *rule, *element);
            explanation.parts.splice(0..0, why_not);
            explanation
        }
        (FindingSelector::Category(category, element), selected) => {
            let mut explanation = word(&STRIDE, *category);
            explanation.title = format!("{}, on {}", explanation.title, full_name(db, *element));
            explanation.parts.truncate(1);
            if selected.is_empty() {
                let text = "There are no findings of this category.".to_owned();
                explanation.parts.push(Text(text));
            }
            let findings = findings(db, file, selected.iter().copied());
            explanation.parts.extend(findings);
            explanation
        }
    }
}

/// Why a rule does not find something on an element.
fn why_not(db: &Database, rule: Decl, element: Decl) -> Vec<Section> {
    let element_name = full_name(db, element);
    let mut parts = vec![Text(format!("This rule does not match `{element_name}`."))];
    if let Some(condition) = &checked_condition(db, rule).condition {
        let reasons = reasons_against(db, condition, element);
        if !reasons.is_empty() {
            parts.push(Heading("Why not"));
        }
        let reasons = reasons.into_iter();
        parts.extend(reasons.map(|reason| Item(reason.message, reason.place)));
    }
    parts
}

//! Whether rules find in a test what it expects. It must not know how the outcome is shown.

use crate::assessment::{Assessed, FindingState, selected_findings};
use crate::checker::{checked_condition, rule_subjects};
use crate::db::{Db, Decl, Model, Place};
use crate::findings::finding_reasons;
use crate::identity::{FindingId, FindingSelector};
use crate::lower::Part;
use crate::names::{full_name, short_name};
use crate::properties::typed;
use crate::reasons::reasons_against;
use crate::schema::STRIDE;
use crate::values::TypedValue;
use crate::wording::Reason;
use smol_str::SmolStr;
use threatline_syntax::Kind;
use threatline_syntax::prose::with_article;

/// What a test expects of one finding, and whether it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What is expected, as the property says it: `found`, `unstated`, `mitigated` or `absent`.
    pub expected: &'static str,
    /// The finding, as the test names it.
    pub finding: FindingSelector,
    /// Where the test says so.
    pub place: Place,
    /// What is there instead, if that is something else; in a sentence without its full stop.
    pub instead: Option<String>,
    /// The facts that make it so, if it is not as expected.
    pub reasons: Vec<Reason>,
}

impl Outcome {
    /// The finding's name, as short as a test would write it.
    pub fn name(&self, db: &dyn Db) -> SmolStr {
        let short = |decl: Decl| short_name(db, decl);
        match &self.finding {
            FindingSelector::Rule(rule, subject) => {
                format!("{}@{}", short(*rule), short(*subject)).into()
            }
            FindingSelector::Category(category, subject) => {
                format!("{}@{}", STRIDE.word(*category), short(*subject)).into()
            }
            FindingSelector::Threat(threat) => short(*threat).into(),
        }
    }
}

/// The properties of an `expect`.
const EXPECTED: [&str; 4] = ["found", "unstated", "mitigated", "absent"];

/// What an `expect` asks for and what there is, in the order of its properties.
pub fn expectation_outcomes(db: &dyn Db, expect: Decl) -> Vec<Outcome> {
    let stated = &typed(db, expect).stated;
    let mut outcomes = Vec::new();
    for stated in stated {
        let Some(expected) = EXPECTED
            .into_iter()
            .find(|name| *name == stated.property.name)
        else {
            continue;
        };
        for (index, value) in &stated.values {
            let TypedValue::Finding(finding) = value else {
                continue;
            };
            let place = expect.part(Part::Value(stated.position, *index));
            outcomes.push(outcome(db, expected, finding.clone(), place));
        }
    }
    outcomes
}

fn outcome(db: &dyn Db, expected: &'static str, finding: FindingSelector, place: Place) -> Outcome {
    // What is out of scope is hidden, and so absent.
    let mut selected = selected_findings(db, &finding);
    selected.retain(|assessed| assessed.state != FindingState::OutOfScope);
    let met = match expected {
        "absent" => selected.is_empty(),
        expected => selected
            .iter()
            .any(|assessed| state_word(assessed) == expected),
    };
    if met {
        return Outcome {
            expected,
            finding,
            place,
            instead: None,
            reasons: Vec::new(),
        };
    }
    let (instead, reasons) = match selected.first() {
        Some(assessed) => (
            in_words(db, assessed),
            finding_reasons(db, &assessed.finding),
        ),
        None => ("it is not found".to_owned(), why_absent(db, &finding)),
    };
    Outcome {
        expected,
        finding,
        place,
        instead: Some(instead),
        reasons,
    }
}

/// What a test calls the state of a finding.
fn state_word(assessed: &Assessed) -> &'static str {
    match (assessed.state, assessed.finding.missing) {
        (FindingState::Mitigated(_), _) => "mitigated",
        (_, Some(_)) => "unstated",
        (_, None) => "found",
    }
}

fn in_words(db: &dyn Db, assessed: &Assessed) -> String {
    match (assessed.state, assessed.finding.missing) {
        (FindingState::Mitigated(by), _) => format!("`{}` mitigates it", full_name(db, by)),
        (_, Some(missing)) => {
            format!(
                "it is undecided: `{}` does not specify `{}`",
                full_name(db, missing.element),
                missing.property
            )
        }
        (_, None) => match assessed.finding.id {
            FindingId::Rule { .. } => "it is found".to_owned(),
            FindingId::Threat(_) => "the threat is open".to_owned(),
        },
    }
}

/// The facts for which a rule's condition does not hold.
fn why_absent(db: &dyn Db, finding: &FindingSelector) -> Vec<Reason> {
    let FindingSelector::Rule(rule, element) = finding else {
        return Vec::new();
    };
    let only = |message: String, decl: Decl| {
        vec![Reason {
            message,
            place: Some(decl.part(Part::Name)),
        }]
    };
    if typed(db, *element).get("out_of_scope").is_some() {
        return only(
            format!("`{}` is out of scope", full_name(db, *element)),
            *element,
        );
    }
    if !rule_subjects(db, *rule).contains(&element.kind(db)) {
        return only(
            format!(
                "the rule does not look at {}",
                with_article(element.kind(db).word())
            ),
            *rule,
        );
    }
    match &checked_condition(db, *rule).condition {
        Some(condition) => reasons_against(db, condition, *element),
        None => only("the rule's condition has errors".to_owned(), *rule),
    }
}

/// What the tests of a rule are: the models in which an `expect` names a finding of it.
pub fn tests_of_rule(db: &dyn Db, tests: impl Iterator<Item = Model>, rule: Decl) -> Vec<Model> {
    tests
        .filter(|test| {
            expected_rules(db, *test)
                .iter()
                .any(|(_, named)| *named == rule)
        })
        .collect()
}

/// The rules whose findings a test names, each with what is expected of it.
pub fn expected_rules(db: &dyn Db, test: Model) -> Vec<(&'static str, Decl)> {
    let declarations = test
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let expects = declarations.filter(|decl| decl.kind(db) == Kind::Expect);
    let outcomes = expects.flat_map(|expect| expectation_outcomes(db, expect));
    let rules = outcomes.filter_map(|outcome| match outcome.finding {
        FindingSelector::Rule(rule, _) => Some((outcome.expected, rule)),
        _ => None,
    });
    rules.collect()
}

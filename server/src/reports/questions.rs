//! The missing facts on which findings depend, ranked, as questions. It
//! must not know how they are printed.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use threatline_model::{
    Assessed, Database, Decl, FindingId, Level, Standing, elements_lacking, full_name,
};
use threatline_syntax::Kind;
use threatline_syntax::prose::{all_of, count, first_of};

/// A fact that is missing, and what depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The property that would state it.
    pub property: &'static str,
    /// The declarations that do not state it, the one first on which the most severe finding
    /// depends.
    pub elements: Vec<Decl>,
    /// How many rules depend on it.
    pub rules: usize,
    /// How many findings depend on it.
    pub findings: usize,
    /// The highest severity among them.
    pub severity: Level,
}

/// The questions that open findings of a severity or above depend on: the one first on which the
/// most severe depend, and of those the one on which most do.
pub fn questions(db: &Database, findings: &[Assessed], least: Level) -> Vec<Question> {
    let mut by_property: BTreeMap<&'static str, (Question, Vec<Decl>)> = BTreeMap::new();
    let open = findings
        .iter()
        .filter(|assessed| assessed.standing() == Standing::Unstated);
    for finding in open.map(|assessed| &assessed.finding) {
        let Some(missing) = finding.missing.filter(|_| finding.severity >= least) else {
            continue;
        };
        let (question, rules) = by_property.entry(missing.property).or_insert_with(|| {
            let question = Question {
                property: missing.property,
                elements: Vec::new(),
                rules: 0,
                findings: 0,
                severity: finding.severity,
            };
            (question, Vec::new())
        });
        question.findings += 1;
        question.severity = question.severity.max(finding.severity);
        for element in elements_lacking(db, finding) {
            if !question.elements.contains(&element) {
                question.elements.push(element);
            }
        }
        if let FindingId::Rule { rule, .. } = finding.id
            && !rules.contains(&rule)
        {
            rules.push(rule);
            question.rules += 1;
        }
    }
    let mut questions: Vec<Question> = by_property
        .into_values()
        .map(|(question, _)| question)
        .collect();
    questions.sort_by_key(|question| (Reverse(question.severity), Reverse(question.findings)));
    questions
}

impl Question {
    /// The question, as a sentence that ends with a question mark.
    pub fn in_words(&self, db: &Database) -> String {
        const MAX_NAMES: usize = 3;
        let names = self
            .elements
            .iter()
            .map(|decl| format!("`{}`", full_name(db, *decl)));
        let names = all_of(&first_of(names, MAX_NAMES));
        let is_one = self.elements.len() == 1;
        let (does, is) = if is_one {
            ("does", "is")
        } else {
            ("do", "are")
        };
        match self.property {
            "sends" => format!("what {does} {names} send?"),
            "receives" => format!("what {does} {names} receive?"),
            "handles" => format!("what {does} {names} handle?"),
            "stores" => format!("what {does} {names} store?"),
            "trust" => format!("how far {is} {names} trusted?"),
            "kind"
                if self
                    .elements
                    .iter()
                    .all(|decl| decl.kind(db) == Kind::Asset) =>
            {
                format!("{is} {names} data, credentials, code or logs?")
            }
            "kind" if is_one => format!("what kind of element is {names}?"),
            "kind" => format!("what kinds of elements are {names}?"),
            "technology" => format!("which technologies {does} {names} use?"),
            "protocol" => format!("which protocol {does} {names} use?"),
            "multi_factor" => format!("{does} {names} require a second factor?"),
            "authentication" => format!("how do callers of {names} authenticate?"),
            "authorization" => format!("whose permissions {does} {names} use?"),
            "accepts" => format!("which formats {does} {names} accept?"),
            "privileges" => format!("with which privileges {does} {names} run?"),
            "tenancy" => format!("{is} {names} shared by several customers?"),
            "personal" => format!("{does} {names} contain personal data?"),
            "encryption" => format!("how {is} {names} encrypted?"),
            property => format!("what is `{property}` for {names}?"),
        }
    }

    /// What depends on it: "3 threats, up to high".
    pub fn weight_in_words(&self) -> String {
        format!(
            "{}, up to {}",
            count(self.findings, "threat"),
            self.severity.word()
        )
    }
}

//! How many diagnostics of one code a file has one by one: there may be as many as the text is
//! long, and each takes far more room than the mistake. It must not know what they mean.

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Location};
use crate::severity::Severity;
use rustc_hash::FxHashMap;

/// How many diagnostics of one code are listed for a file.
pub const MAX_OF_A_CODE: usize = 500;

/// Diagnostics, in their order, of each code up to a number; then one that says how many more there
/// are, at the first that is not listed. The heaviest are listed. One that stands for others counts
/// as all of them.
pub fn limited<'all>(diagnostics: impl Iterator<Item = &'all Diagnostic>) -> Vec<Diagnostic> {
    let diagnostics: Vec<&Diagnostic> = diagnostics.collect();
    let mut by_code: FxHashMap<&str, Vec<&Diagnostic>> = FxHashMap::default();
    for diagnostic in &diagnostics {
        by_code
            .entry(diagnostic.code.id)
            .or_default()
            .push(diagnostic);
    }
    by_code.retain(|_, of_code| of_code.len() > MAX_OF_A_CODE);
    let mut listed: FxHashMap<(&str, Severity), usize> = FxHashMap::default();
    for (code, of_code) in &by_code {
        let mut left = MAX_OF_A_CODE;
        for severity in Severity::ALL {
            let of_severity = of_code.iter().filter(|other| other.severity == severity);
            let number = of_severity.count().min(left);
            listed.insert((code, severity), number);
            left -= number;
        }
    }
    let mut unlisted: FxHashMap<&str, Unlisted> = FxHashMap::default();
    let mut limited = Vec::new();
    for diagnostic in diagnostics {
        let key = (diagnostic.code.id, diagnostic.severity);
        match listed.get_mut(&key) {
            Some(0) => unlisted
                .entry(diagnostic.code.id)
                .or_insert_with(|| Unlisted::new(diagnostic.code, diagnostic.location))
                .add(
                    diagnostic.severity,
                    diagnostic.stands_for,
                    diagnostic.number_of_findings(),
                ),
            left => {
                if let Some(left) = left {
                    *left -= 1;
                }
                limited.push(diagnostic.clone());
            }
        }
    }
    let mut unlisted: Vec<Unlisted> = unlisted.into_values().collect();
    unlisted.sort_by_key(|unlisted| unlisted.code.id);
    limited.extend(unlisted.into_iter().map(Unlisted::diagnostic));
    limited
}

/// The diagnostics of a code that are not listed.
pub struct Unlisted {
    code: &'static Code,
    /// Where the first of them is.
    first: Location,
    /// How much the heaviest of them weighs.
    severity: Severity,
    number: usize,
    findings: usize,
}

impl Unlisted {
    /// None so far.
    pub fn new(code: &'static Code, first: impl Into<Location>) -> Unlisted {
        Unlisted {
            code,
            first: first.into(),
            severity: Severity::Hint,
            number: 0,
            findings: 0,
        }
    }

    /// Counts diagnostics that report findings.
    pub fn add(&mut self, severity: Severity, number: usize, findings: usize) {
        self.severity = self.severity.min(severity);
        self.number += number;
        self.findings += findings;
    }

    /// The one that stands for all of them.
    pub fn diagnostic(self) -> Diagnostic {
        let message = format!(
            "{} more `{}` in this file, the first of them here",
            self.number, self.code.id
        );
        let mut diagnostic = Diagnostic::new(self.code, self.first, message);
        diagnostic.severity = self.severity;
        diagnostic.stands_for = self.number;
        diagnostic.more_findings = self.findings;
        diagnostic.help(format!(
            "only {MAX_OF_A_CODE} of a kind are listed for a file; all of them count"
        ))
    }
}

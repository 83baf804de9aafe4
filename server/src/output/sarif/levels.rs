//! How severe something is, as SARIF and code scanning pages say it.

use threatline_model::{Level, Severity};

/// The level of a result.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

/// How much a finding weighs, as its diagnostic would.
pub fn severity_of(level: Level) -> Severity {
    match level {
        Level::Critical | Level::High => Severity::Error,
        Level::Medium => Severity::Warning,
        Level::Low => Severity::Information,
    }
}

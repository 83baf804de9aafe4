//! Diagnostics as the protocol has them, with marks by which those that a client has are known. It
//! must not decide what is wrong.

use super::documents::Lost;
use super::snapshot::Snapshot;
use crate::book::{page_of_code, page_of_rule};
use serde_json::json;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use threatline_model::{
    Database, Diagnostic, File, FindingId, Model, Severity,
    codes::{Class, Code, MISSING_MITIGATION, UNREADABLE_FILE},
    settings_diagnostics,
};
use threatline_view::sanitize;
use tower_lsp::ls_types as lsp;

/// What is wrong with a file.
pub fn of_file(snapshot: &Snapshot, file: File) -> Vec<lsp::Diagnostic> {
    converted(snapshot, &threatline_model::diagnostics(&snapshot.db, file))
}

/// Diagnostics as the protocol has them.
pub fn converted(snapshot: &Snapshot, diagnostics: &[Diagnostic]) -> Vec<lsp::Diagnostic> {
    diagnostics
        .iter()
        .filter_map(|diagnostic| convert(snapshot, diagnostic))
        .collect()
}

/// A mark of diagnostics before they are converted, which most are not since the client has them:
/// equal for equal ones at the same places.
pub fn mark_of(snapshot: &Snapshot, diagnostics: &[Diagnostic]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for diagnostic in diagnostics {
        (
            diagnostic.code.id,
            diagnostic.severity,
            &diagnostic.message,
            &diagnostic.help,
        )
            .hash(&mut hasher);
        snapshot.range_at(diagnostic.location).hash(&mut hasher);
        for related in &diagnostic.related {
            (&related.message, related.location).hash(&mut hasher);
            snapshot.range_at(related.location).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// What is wrong with a model's `threatline.toml`, and where that is.
pub fn of_settings(snapshot: &Snapshot, model: Model) -> Option<(Arc<str>, Vec<lsp::Diagnostic>)> {
    let path = model.settings(&snapshot.db).path.clone()?;
    let diagnostics = settings_diagnostics(&snapshot.db, model);
    Some((path, converted(snapshot, &diagnostics)))
}

/// What is wrong with a document whose text is not known.
pub fn of_lost(lost: &Lost) -> lsp::Diagnostic {
    lsp::Diagnostic {
        severity: Some(lsp::DiagnosticSeverity::ERROR),
        code: Some(lsp::NumberOrString::String(UNREADABLE_FILE.id.to_owned())),
        code_description: linked(&page_of_code(&UNREADABLE_FILE)),
        source: Some("threatline".to_owned()),
        message: sanitize::text(&lost.reason),
        ..lsp::Diagnostic::default()
    }
}

fn convert(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Option<lsp::Diagnostic> {
    let location = snapshot.location(diagnostic.location)?;
    let capabilities = snapshot.client.capabilities.text_document.as_ref();
    let capabilities = capabilities.and_then(|document| document.publish_diagnostics.as_ref());
    let relates = snapshot.client.pulls()
        || capabilities.is_some_and(|publish| publish.related_information == Some(true));
    let mut message = diagnostic.message.clone();
    let related: Vec<lsp::DiagnosticRelatedInformation> = diagnostic
        .related
        .iter()
        .filter_map(|related| {
            let location = snapshot.location(related.location)?;
            Some(lsp::DiagnosticRelatedInformation {
                location,
                message: sanitize::text(&related.message),
            })
        })
        .collect();
    if !relates {
        // A client that cannot show the facts as places gets them as text.
        related
            .iter()
            .for_each(|related| message += &format!("\n- {}", related.message));
    }
    diagnostic
        .help
        .iter()
        .for_each(|help| message += &format!("\n{help}"));
    let findings = diagnostic.findings.iter();
    let findings: Vec<String> = findings
        .map(|id| id.name(&snapshot.db).to_string())
        .collect();
    Some(lsp::Diagnostic {
        range: location.range,
        severity: Some(severity(diagnostic.severity)),
        code: Some(lsp::NumberOrString::String(diagnostic.code.id.to_owned())),
        code_description: linked(&page_about(&snapshot.db, diagnostic)),
        source: Some("threatline".to_owned()),
        message: sanitize::text(&message),
        related_information: relates
            .then_some(related)
            .filter(|related| !related.is_empty()),
        tags: tags(diagnostic.code),
        data: Some(json!({ "code": diagnostic.code.id, "findings": findings })),
    })
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Information => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    }
}

/// The page of the book about the rule that a finding is of, else the one about the code.
fn page_about(db: &Database, diagnostic: &Diagnostic) -> String {
    let rule = match diagnostic.findings.first() {
        Some(FindingId::Rule { rule, .. }) if diagnostic.code == &MISSING_MITIGATION => Some(*rule),
        _ => None,
    };
    rule.and_then(|rule| page_of_rule(db, rule))
        .unwrap_or_else(|| page_of_code(diagnostic.code))
}

fn linked(page: &str) -> Option<lsp::CodeDescription> {
    let href = page.parse().ok()?;
    Some(lsp::CodeDescription { href })
}

/// What is not needed is shown paler, and what has expired struck through.
fn tags(code: &Code) -> Option<Vec<lsp::DiagnosticTag>> {
    match (code.class, code.id) {
        (Class::Lint, id)
            if id.starts_with("unused-") || id.starts_with("idle-") || id == "empty-boundary" =>
        {
            Some(vec![lsp::DiagnosticTag::UNNECESSARY])
        }
        (Class::Time, "expired-acceptance") => Some(vec![lsp::DiagnosticTag::DEPRECATED]),
        _ => None,
    }
}

/// What a client gives back to ask whether anything is new: equal for equal diagnostics.
pub fn result_id(diagnostics: &[lsp::Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(diagnostics)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

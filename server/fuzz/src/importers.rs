//! Importing: whatever documents come in, what is read of them is a model in the canonical form and
//! without errors, the same each time; and it can be written in each format.
//!
//! Each part of an input is a document; those that begin with a `+` are files that the documents
//! may include.

use crate::budget::{Budget, NOT_COUNTED};
use threatline_exchange::export::{Target, export};
use threatline_exchange::import::{Imported, Problem, decode, import, workspace};
use threatline_format::format;
use threatline_model::{Date, Severity, codes::Class, diagnostics};

/// What an input may cost.
pub const BUDGET: Budget = Budget {
    at_once: (500_000, 2_000),
    in_all: (2_000_000, 5_000),
    steps: NOT_COUNTED,
};

/// What is between documents: a character for that, which JSON and XML forbid.
const BETWEEN: u8 = 0x1d;

const TARGETS: [Target; 9] = [
    Target::Otm,
    Target::Threagile,
    Target::ThreatDragon,
    Target::CycloneDx,
    Target::Mermaid,
    Target::Dot,
    Target::DrawIo,
    Target::Json,
    Target::Csv,
];

/// Imports documents.
pub fn check(bytes: &[u8]) {
    let mut documents = Vec::new();
    let mut included = Vec::new();
    for part in bytes.split(|byte| *byte == BETWEEN) {
        let (list, part) = match part.strip_prefix(b"+") {
            Some(part) => (&mut included, part),
            None => (&mut documents, part),
        };
        let Ok(text) = decode(part) else { return };
        list.push((format!("document {}", list.len()), text));
    }
    let read = || -> Result<Imported, Vec<Problem>> {
        import(documents.clone(), &|_, path| {
            let index = path.bytes().map(usize::from).sum::<usize>();
            let found = included.get(index % included.len().max(1));
            found
                .cloned()
                .ok_or_else(|| "there is no such file".to_owned())
        })
    };
    let imported = match read() {
        Ok(imported) => imported,
        Err(problems) => return assert!(!problems.is_empty(), "refused without a reason"),
    };
    let again = read().expect("it was read once");
    assert_eq!(
        imported.files.files, again.files.files,
        "importing twice gives two models"
    );
    check_model(&imported);
}

fn check_model(imported: &Imported) {
    for (name, text) in imported
        .files
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".threat"))
    {
        assert_eq!(
            format(text).as_ref(),
            Ok(text),
            "{name} is not in the canonical form:\n{text}"
        );
    }
    let workspace = workspace(&imported.files, Date::constant(2026, 1, 1));
    let db = workspace.db();
    for model in workspace.models() {
        for file in model.files(db).iter() {
            for found in diagnostics(db, *file) {
                let is_wrong = matches!(found.code.class, Class::Text | Class::Model)
                    && found.severity == Severity::Error;
                assert!(
                    !is_wrong,
                    "{}: {}\n{}",
                    found.code.id,
                    found.message,
                    file.source(db).text
                );
            }
        }
        for target in TARGETS {
            let Ok(written) = export(db, model, "Imported", target) else {
                continue;
            };
            match target {
                Target::Otm | Target::ThreatDragon | Target::CycloneDx | Target::Json => {
                    let document = serde_json::from_str::<serde_json::Value>(&written.text);
                    assert!(document.is_ok(), "{target:?} is no JSON: {document:?}");
                }
                _ => {}
            }
            if matches!(
                target,
                Target::Otm | Target::Threagile | Target::ThreatDragon
            ) {
                let back = import(vec![("written".to_owned(), written.text)], &|_, _| {
                    Err("nothing".to_owned())
                });
                assert!(
                    back.is_ok(),
                    "{target:?} cannot be read again: {:#?}",
                    back.err()
                );
            }
        }
    }
}

//! SARIF 2.1.0.
use crate::report::ModelReport;
use std::io::Write;
use threatline_model::Database;

/// Writes the document.
pub fn write(_output: &mut impl Write, _db: &Database, _reports: &[ModelReport]) -> std::io::Result<()> {
    Ok(())
}

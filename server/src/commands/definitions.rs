//! `threatline technologies`, `protocols` and `mitigations`: lists what a model can name. It must
//! not know what any of it is.

use crate::arguments::{DefinitionsArguments, DefinitionsFormat};
use crate::load::models::load_for_listing;
use crate::outcome::Outcome;
use crate::output::terminal::standard_output;
use crate::output::{human, json};
use anyhow::Result;
use std::io::Write;
use threatline_model::Kind;
use threatline_view::definitions::{Definition, definitions};

/// Runs the command for a kind of definition.
///
/// # Errors
/// When a path cannot be used, or the output cannot be written.
pub fn run(kind: Kind, arguments: &DefinitionsArguments) -> Result<Outcome> {
    let paths: Vec<_> = arguments.path.iter().cloned().collect();
    let (workspace, models) = load_for_listing(&paths)?;
    let db = workspace.db();
    let mut listed: Vec<Definition> = Vec::new();
    for model in models {
        let more = definitions(db, model, kind).into_iter();
        for definition in more {
            if !listed.iter().any(|known| known.decl == definition.decl) {
                listed.push(definition);
            }
        }
    }
    let mut output = standard_output();
    match arguments.format {
        DefinitionsFormat::Human => human::definitions::write(&mut output, kind, &listed)?,
        DefinitionsFormat::Json => json::definitions::write(&mut output, db, kind, &listed)?,
    }
    output.flush()?;
    Ok(Outcome::Clean)
}

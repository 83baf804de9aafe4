//! Writing models for other tools: which formats there are. It must not know what a format says.

use crate::draft::Draft;
use crate::words::Export;
use crate::{otm, threagile};
use threatline_model::{Database, Model};

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Open Threat Model 0.2, JSON.
    Otm,
    /// Threagile's YAML.
    Threagile,
}

/// Writes a model, called by a title.
pub fn export(db: &Database, model: Model, title: &str, target: Target) -> Export {
    let draft = Draft::of(db, model, title);
    match target {
        Target::Otm => otm::write(&draft),
        Target::Threagile => threagile::write(&draft),
    }
}

//! Writing models for other tools: which formats there are. It must not know what a format says.

use crate::draft::Draft;
use crate::threat_dragon::{self, Area, Drawn};
use crate::words::Export;
use crate::{otm, threagile};
use threatline_ide::diagram::{Direction, diagram};
use threatline_model::findings::{FindingId, all};
use threatline_model::names::full_name;
use threatline_model::{Database, Model};

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Open Threat Model 0.2, JSON.
    Otm,
    /// Threagile's YAML.
    Threagile,
    /// OWASP Threat Dragon 2, JSON.
    ThreatDragon,
}

/// Writes a model, called by a title.
pub fn export(db: &Database, model: Model, title: &str, target: Target) -> Export {
    let draft = Draft::of(db, model, title);
    match target {
        Target::Otm => otm::write(&draft),
        Target::Threagile => threagile::write(&draft),
        Target::ThreatDragon => threat_dragon::write(&draft, &drawn(db, model)),
    }
}

/// What only the analysis and the layout know of a model.
fn drawn(db: &Database, model: Model) -> Drawn {
    let mut drawn = Drawn::default();
    let placed = diagram(db, model.files(db), Direction::Right).ok().and_then(|diagram| diagram.placed());
    for placed in placed.into_iter().flatten() {
        let ((left, top), (width, height)) = (placed.corner, placed.size);
        drawn.areas.insert(full_name(db, placed.decl).to_string(), Area { left, top, width, height });
    }
    for assessed in all(db, model) {
        if let FindingId::Threat(threat) = assessed.finding.id {
            let outcome = (assessed.state.word(), assessed.finding.severity.word());
            drawn.threats.insert(full_name(db, threat).to_string(), outcome);
        }
    }
    drawn
}

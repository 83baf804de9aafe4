//! Writing models for other tools: which formats there are. It must not know what a format says.

#[cfg(test)]
mod round_trip;

use crate::area::Area;
use crate::draft::{Draft, declared, of_model};
use crate::losses::Export;
use crate::threat_dragon::{self, Drawn, Outcome, Rated};
use crate::{csv, cyclonedx, dot, drawio, json, mermaid, otm, threagile};
use threatline_model::{
    Database, FindingId, FindingState, Kind, MAX_FINDINGS_OF_AN_ELEMENT, Model, all_findings,
    full_name, unlisted_in,
};
use threatline_syntax::prose::count;
use threatline_view::diagram::{Direction, Laid, NotDrawn, diagram};

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Open Threat Model 0.2, JSON.
    Otm,
    /// Threagile's YAML.
    Threagile,
    /// OWASP Threat Dragon 2, JSON.
    ThreatDragon,
    /// CycloneDX 1.6, JSON.
    CycloneDx,
    /// A flowchart of Mermaid.
    Mermaid,
    /// A graph of Graphviz.
    Dot,
    /// A drawing of diagrams.net.
    DrawIo,
    /// All that the analysis knows.
    Json,
    /// The register of threats.
    Csv,
}

/// Writes a model, called by a title.
///
/// # Errors
/// When it is to be drawn, and there is nothing, or too much, to draw.
pub fn export(
    db: &Database,
    model: Model,
    title: &str,
    target: Target,
) -> Result<Export, NotDrawn> {
    let mut export = match target {
        Target::Otm => of_draft(db, model, title, otm::write),
        Target::Threagile => of_draft(db, model, title, threagile::write),
        Target::ThreatDragon => of_draft(db, model, title, |draft| {
            threat_dragon::write(draft, &drawn(db, model))
        }),
        Target::CycloneDx => cyclonedx::write(db, model, title),
        Target::Mermaid => mermaid::write(db, model)?,
        Target::Dot => dot::write(db, model, title)?,
        Target::DrawIo => drawio::write(db, model, title)?,
        Target::Json => json::write(db, model, title),
        Target::Csv => csv::write(db, model),
    };
    let unlisted = unlisted_in(db, model.files(db)).all();
    if unlisted > 0 {
        let findings = count(unlisted, "finding");
        export.losses.push(format!(
            "{findings}: one element has more than {MAX_FINDINGS_OF_AN_ELEMENT}"
        ));
    }
    Ok(export)
}

/// Writes a draft of a model, and reports what a draft has no place for.
fn of_draft(db: &Database, model: Model, title: &str, write: impl Fn(&Draft) -> Export) -> Export {
    let mut export = write(&of_model(db, model, title));
    for kind in [Kind::Technology, Kind::Protocol, Kind::Rule] {
        let number = declared(db, model)
            .filter(|decl| decl.kind(db) == kind)
            .count();
        if number > 0 {
            let own = count(number, kind.word());
            let loss = format!("{own} of the model: specific to Threatline");
            export.losses.push(loss);
        }
    }
    let number = all_findings(db, model)
        .into_iter()
        .filter(|assessed| matches!(assessed.finding.id, FindingId::Rule { .. }))
        .count();
    if number > 0 {
        let findings = count(number, "finding");
        let loss = format!("{findings} from rules: the format only has threats that people record");
        export.losses.push(loss);
    }
    export
}

/// What only the analysis and the layout know of a model.
fn drawn(db: &Database, model: Model) -> Drawn {
    let mut drawn = Drawn::default();
    if let Ok(diagram) = diagram(db, model.files(db), Direction::Right)
        && let Some(layout) = diagram.tidy_layout()
    {
        for (part, laid) in diagram.parts().iter().zip(layout) {
            if let Some(Laid::Box {
                x: left,
                y: top,
                width,
                height,
            }) = laid
            {
                let area = Area {
                    left,
                    top,
                    width,
                    height,
                };
                drawn
                    .areas
                    .insert(full_name(db, part.decl).to_string(), area);
            }
        }
    }
    for assessed in all_findings(db, model) {
        if let FindingId::Threat(threat) = assessed.finding.id {
            let rated = Rated {
                outcome: match assessed.state {
                    FindingState::Open | FindingState::Planned(_) => Outcome::Open,
                    FindingState::Mitigated(_) => Outcome::Mitigated,
                    FindingState::Accepted(_)
                    | FindingState::Dismissed(_)
                    | FindingState::OutOfScope => Outcome::Accepted,
                },
                severity: Some(assessed.finding.severity.word()),
            };
            drawn
                .threats
                .insert(full_name(db, threat).to_string(), rated);
        }
    }
    drawn
}

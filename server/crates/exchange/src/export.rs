//! Writing models for other tools: which formats there are. It must not know what a format says.

use crate::draft::Draft;
use crate::words::Export;
use crate::{otm, threagile};
use threatline_model::names::full_name;
use threatline_model::{Database, Kind, Model};

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
    let mut export = match target {
        Target::Otm => otm::write(&draft),
        Target::Threagile => threagile::write(&draft),
    };
    let declarations = model.files(db).iter().flat_map(|file| file.declarations(db).iter());
    let own = declarations.filter(|decl| matches!(decl.kind(db), Kind::Rule | Kind::Technology | Kind::Protocol));
    let own = own.map(|decl| format!("{} `{}`: no other tool has such", decl.kind(db).word(), full_name(db, *decl)));
    export.losses.extend(own);
    export
}

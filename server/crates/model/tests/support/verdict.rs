//! What a check of a model rests on, and the statements that it may change with.

use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{
    Assessed, Database, Decl, Kind, Level, Severity, Standing, Workspace, all_findings,
    diagnostics, full_name,
};

/// The severity at which a check fails.
pub const THRESHOLD: Level = Level::High;

/// The diagnostics that hold a verdict back, though no single fact answers them.
const GAPS: [&str; 3] = ["nothing-to-protect", "unused-asset", "external-inside"];

/// A property of a declaration, by the names of both.
pub type Fact = (String, &'static str);

/// What a check of a model rests on.
pub struct Verdict {
    /// The findings that are open, by name, with their severity and the fact that is missing.
    pub open: BTreeMap<String, (Level, Option<Fact>)>,
    /// The names of the findings that mitigations close.
    pub mitigated: BTreeSet<String>,
    /// The diagnostics that hold it back, and the errors.
    pub gaps: Vec<String>,
}

impl Verdict {
    /// The verdict on the only model of a workspace.
    pub fn of(workspace: &Workspace) -> Verdict {
        let db = workspace.db();
        let model = workspace.models().next().expect("there is a model");
        let findings = all_findings(db, model);
        let is_open = |assessed: &&Assessed| assessed.standing().is_open();
        let open = findings.iter().filter(is_open).map(|assessed| {
            let missing = assessed.finding.missing;
            let missing =
                missing.map(|fact| (full_name(db, fact.element).to_string(), fact.property));
            let name = assessed.finding.id.name(db).to_string();
            (name, (assessed.finding.severity, missing))
        });
        let mitigated = findings.iter().filter(|assessed| {
            matches!(assessed.standing(), Standing::Mitigated | Standing::Planned)
        });
        let mitigated = mitigated.map(|assessed| assessed.finding.id.name(db).to_string());
        let files = model.files(db).iter();
        let listed = files.flat_map(|file| diagnostics(db, *file));
        let gaps = listed.filter(|diagnostic| {
            let is_error = diagnostic.severity == Severity::Error;
            GAPS.contains(&diagnostic.code.id) || (is_error && diagnostic.findings.is_empty())
        });
        Verdict {
            open: open.collect(),
            mitigated: mitigated.collect(),
            gaps: gaps.map(|diagnostic| diagnostic.message).collect(),
        }
    }

    /// Whether a check does not pass.
    pub fn fails(&self) -> bool {
        self.severe().next().is_some() || !self.gaps.is_empty()
    }

    /// The names of the findings at the threshold, those that wait for a fact included.
    pub fn severe(&self) -> impl Iterator<Item = &str> {
        self.open_from(THRESHOLD)
    }

    /// The names of the open findings from a severity on, those that wait for a fact included.
    pub fn open_from(&self, level: Level) -> impl Iterator<Item = &str> {
        let severe = self.open.iter();
        let severe = severe.filter(move |(_, (severity, _))| *severity >= level);
        severe.map(|(name, _)| name.as_str())
    }
}

/// Every declaration whose properties are facts, to the analysis.
pub fn fact_holders(db: &Database, workspace: &Workspace) -> Vec<Decl> {
    let model = workspace.models().next().expect("there is a model");
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter().copied());
    let states_facts = |decl: &Decl| {
        let kind = decl.kind(db);
        kind.is_element() || [Kind::Boundary, Kind::Asset, Kind::Component].contains(&kind)
    };
    declarations.filter(states_facts).collect()
}

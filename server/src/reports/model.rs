//! What a check found in one model. It must not know how it is printed.

use crate::load::models::Loaded;
use crate::printable::in_one_line;
use crate::reports::questions::{Question, questions};
use crate::reports::spots::{Spot, spot_of_location};
use anyhow::{Result, bail};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_model::{
    Assessed, Database, Decl, Diagnostic, File, FindingCounts, FindingId, Kind, Level, Location,
    Model, RuleSetting, Settings, Severity, Standing, all_findings,
    codes::{self, Class},
    diagnostics, is_out_of_scope, rule_named,
    schema::{CLASSIFICATION, LEVEL},
    sensitivity_of_asset, settings_diagnostics, unlisted_in,
};
use threatline_syntax::LineIndex;
use threatline_syntax::prose::count;

/// A diagnostic with its places.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Where it is.
    pub spot: Spot,
    /// Where its related facts stand, in their order.
    pub related: Vec<Spot>,
    /// The severity of its worst finding, if it reports findings.
    pub level: Option<Level>,
}

impl Entry {
    /// Whether it is an error in the model itself, so that other diagnostics may be wrong as
    /// well.
    pub fn breaks_model(&self) -> bool {
        self.is_error() && matches!(self.diagnostic.code.class, Class::Text | Class::Model)
    }

    /// Whether the settings made an error of it.
    fn is_error_by_settings(&self) -> bool {
        self.is_error() && matches!(self.diagnostic.code.class, Class::Time | Class::Lint)
    }

    /// Whether it asks for a fact that is missing.
    pub fn is_question(&self) -> bool {
        let code = self.diagnostic.code;
        *code == codes::UNSTATED_FACT || *code == codes::UNKNOWN_TRUST
    }

    /// Whether it is an error, whatever of.
    pub fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }
}

/// How many findings of a model a report lists, the most severe first. The others are counted.
pub const MAX_FINDINGS: usize = 10_000;

/// How a check of a model ends, as far as the model can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A finding at the threshold or above it is open, or the settings make an error of something.
    Failed,
    /// Nothing of the kind, but a fact is missing on which such a finding depends.
    NotJudged,
    /// Nothing of the kind, and no such fact is missing.
    Passed,
    /// The settings or the call ask for no verdict.
    NotAsked,
}

impl Verdict {
    /// The word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Failed => "failed",
            Verdict::NotJudged => "not_judged",
            Verdict::Passed => "passed",
            Verdict::NotAsked => "not_asked",
        }
    }
}

/// What was found in one model.
pub struct ModelReport {
    /// The model.
    pub model: Model,
    /// What it is called.
    pub name: String,
    /// How many declarations of each kind were analyzed.
    declared: BTreeMap<Kind, usize>,
    /// How many files were analyzed.
    pub files: usize,
    /// Every diagnostic, ranked: errors of the model, findings by severity, dates, lint.
    pub entries: Vec<Entry>,
    /// How many questions are not among them, since a reader cannot answer all at once.
    pub questions_left_out: usize,
    /// How many diagnostics about findings below the threshold are not among them.
    pub findings_left_out: usize,
    /// What depends on no single fact and holds the verdict back: nothing to protect, a valuable
    /// asset that is nowhere, a foreign system inside a boundary of the team's own.
    pub gaps: Vec<String>,
    /// The findings, in whatever state, the most severe first; of very many not all.
    pub findings: Vec<Assessed>,
    /// All findings by standing and severity, listed or not.
    pub counts: FindingCounts,
    /// The elements that are out of scope.
    pub out_of_scope: Vec<Decl>,
    /// The threshold: from which severity open findings fail the check.
    pub threshold: Option<Level>,
    /// What its `threatline.toml` says.
    pub settings: Arc<Settings>,
    /// What `threatline.toml` changes of rules.
    pub policy: Vec<RuleSetting>,
}

impl ModelReport {
    /// The open findings at or above the threshold, including those that depend on a missing fact.
    pub fn at_threshold(&self) -> usize {
        self.failing() + self.unjudged()
    }

    /// The open findings at the threshold or above it.
    pub fn failing(&self) -> usize {
        self.at_threshold_as(Standing::Open)
    }

    /// The findings at the threshold or above it that depend on a missing fact.
    pub fn unjudged(&self) -> usize {
        self.at_threshold_as(Standing::Unstated)
    }

    /// What to ask to judge what is not judged.
    pub fn questions(&self, db: &Database) -> Vec<Question> {
        self.threshold
            .map(|threshold| questions(db, &self.findings, threshold))
            .unwrap_or_default()
    }

    /// How the check ends. A model with errors passes nothing, since what is wrong in it was not
    /// analyzed.
    pub fn verdict(&self) -> Verdict {
        if self.is_broken() || self.has_other_errors() || self.failing() > 0 {
            Verdict::Failed
        } else if self.threshold.is_none() {
            Verdict::NotAsked
        } else if self.unjudged() > 0 || !self.gaps.is_empty() {
            Verdict::NotJudged
        } else {
            Verdict::Passed
        }
    }

    /// Whether it fails the check.
    pub fn fails(&self) -> bool {
        match self.verdict() {
            Verdict::Failed => true,
            Verdict::NotJudged => !self.settings.allows_unjudged,
            Verdict::Passed | Verdict::NotAsked => false,
        }
    }

    /// Why it is not judged: "3 possible threats of severity high or above depend on 2 missing
    /// facts", or the gap that holds the verdict back.
    pub fn not_judged_in_words(&self, db: &Database) -> Option<String> {
        let threshold = self.threshold?;
        if let Some(gap) = self.gaps.first() {
            return Some(gap.clone());
        }
        let facts: usize = self
            .questions(db)
            .iter()
            .map(|question| question.elements.len())
            .sum();
        let depend = match self.unjudged() {
            0 => return None,
            1 => "depends",
            _ => "depend",
        };
        Some(format!(
            "{} of severity {} or above {depend} on {}",
            count(self.unjudged(), "possible threat"),
            threshold.word(),
            count(facts, "missing fact")
        ))
    }

    fn at_threshold_as(&self, standing: Standing) -> usize {
        let levels = Level::ALL
            .iter()
            .filter(|level| self.threshold.is_some_and(|threshold| **level >= threshold));
        levels.map(|level| self.counts.of(standing, *level)).sum()
    }

    /// The errors in the model itself.
    pub fn errors_in_model(&self) -> usize {
        let errors = self.entries.iter().filter(|entry| entry.breaks_model());
        errors.map(|entry| entry.diagnostic.stands_for).sum()
    }

    /// How many findings are counted and not listed.
    pub fn unlisted(&self) -> usize {
        self.counts.all() - self.findings.len()
    }

    /// The same as a sentence without its full stop, if there are any.
    pub fn unlisted_in_words(&self) -> Option<String> {
        let unlisted = self.unlisted();
        let verb = if unlisted == 1 { "is" } else { "are" };
        let findings = count(unlisted, "more finding");
        (unlisted > 0).then(|| format!("{findings} {verb} counted but not listed"))
    }

    /// How much of what is mitigated rests on a statement only, if anything is mitigated.
    pub fn mitigated_in_words(&self) -> Option<String> {
        let (verified, asserted) = (self.counts.verified(), self.counts.asserted());
        let rated = match self.counts.residual() {
            0 => String::new(),
            residual => format!(", and {} asserted", count(residual, "residual severity")),
        };
        (verified + asserted > 0 || !rated.is_empty()).then(|| {
            format!(
                "{} mitigated: {verified} verified with evidence, {asserted} asserted{rated}",
                verified + asserted,
            )
        })
    }

    /// How much does not apply, if anything was dismissed.
    pub fn dismissed_in_words(&self) -> Option<String> {
        let dismissed = self.counts.total(Standing::Dismissed);
        let worst = self.counts.worst_of(Standing::Dismissed)?;
        let verb = if dismissed == 1 { "does" } else { "do" };
        let findings = count(dismissed, "finding");
        Some(format!(
            "{findings} {verb} not apply (dismissed), up to {}",
            worst.word()
        ))
    }

    /// How much is out of scope, if anything is.
    pub fn out_of_scope_in_words(&self) -> Option<String> {
        let elements = count(self.out_of_scope.len(), "element");
        let verb = if self.out_of_scope.len() == 1 {
            ("is", "hides")
        } else {
            ("are", "hide")
        };
        let hidden = match self.counts.worst_of(Standing::OutOfScope) {
            Some(worst) => format!(
                " and {} {}, up to {}",
                verb.1,
                count(self.counts.total(Standing::OutOfScope), "finding"),
                worst.word()
            ),
            None => format!(" and {} no finding", verb.1),
        };
        let is_empty = self.out_of_scope.is_empty();
        (!is_empty).then(|| format!("{elements} {} out of scope{hidden}", verb.0))
    }

    /// Whether something is wrong with the model itself, so that other diagnostics may be wrong as
    /// well.
    pub fn is_broken(&self) -> bool {
        self.entries.iter().any(Entry::breaks_model)
    }

    /// Whether a diagnostic that the settings made an error is there.
    pub fn has_other_errors(&self) -> bool {
        self.entries.iter().any(Entry::is_error_by_settings)
    }

    /// How many declarations of a kind were analyzed.
    pub fn declared(&self, kind: Kind) -> usize {
        self.declared.get(&kind).copied().unwrap_or_default()
    }

    /// How many elements other than flows were analyzed, and how many flows.
    pub fn elements(&self) -> (usize, usize) {
        let elements = [Kind::External, Kind::Process, Kind::Store];
        let elements = elements.map(|kind| self.declared(kind)).iter().sum();
        (elements, self.declared(Kind::Flow))
    }
}

/// Evaluates all requested models, on all processors. `fail_on` is the threshold of the call, if
/// it states one.
pub fn report(loaded: &Loaded, fail_on: Option<Option<Level>>) -> Vec<ModelReport> {
    let models = loaded.workspace.models();
    models
        .map(|model| report_of(loaded, model, fail_on))
        .collect()
}

/// The one model that was asked for.
///
/// # Errors
/// When there are several.
pub fn the_only<'r>(loaded: &Loaded, reports: &'r [ModelReport]) -> Result<&'r ModelReport> {
    let [report] = reports else {
        let names = reports
            .iter()
            .map(|report| in_one_line(report.model.root(loaded.db())));
        bail!(
            "there are {} models; pass the folder of one: {}",
            reports.len(),
            names.collect::<Vec<_>>().join(", ")
        );
    };
    Ok(report)
}

/// Looks at one model, as far as it was asked for.
pub fn report_of(loaded: &Loaded, model: Model, fail_on: Option<Option<Level>>) -> ModelReport {
    let db = loaded.db();
    let files = loaded.selected_files(model);
    let mut findings: Vec<Assessed> = all_findings(db, model)
        .into_iter()
        .filter(|assessed| loaded.is_selected(assessed.finding.id.subject().file(db).path(db)))
        .collect();
    let mut counts = unlisted_in(db, &files);
    findings.iter().for_each(|assessed| counts.count(assessed));
    let entries = entries(loaded, model, &files, &findings);
    findings.truncate(MAX_FINDINGS);
    let declarations = files.iter().flat_map(|file| file.declarations(db).iter());
    let out_of_scope = declarations
        .copied()
        .filter(|decl| decl.kind(db).is_element() && is_out_of_scope(db, *decl));
    let out_of_scope = out_of_scope.collect();
    let mut declared = BTreeMap::new();
    for decl in files.iter().flat_map(|file| file.declarations(db).iter()) {
        *declared.entry(decl.kind(db)).or_default() += 1;
    }
    let settings = model.settings(db);
    let policy = settings
        .rules
        .iter()
        .filter(|setting| rule_named(db, model, &setting.name).is_some());
    ModelReport {
        model,
        name: settings
            .name
            .as_deref()
            .map_or_else(|| folder_name(model.root(db)), str::to_owned),
        declared,
        files: files.len(),
        gaps: gaps(db, model, &entries),
        entries,
        questions_left_out: 0,
        findings_left_out: 0,
        counts,
        out_of_scope,
        findings,
        threshold: fail_on.or(settings.fail_on).unwrap_or(Some(Level::High)),
        policy: policy.cloned().collect(),
        settings: settings.clone(),
    }
}

/// What holds the verdict back: entries, by what they say, and a model in which nothing flows.
fn gaps(db: &Database, model: Model, entries: &[Entry]) -> Vec<String> {
    let is_gap = |entry: &&Entry| {
        let code = entry.diagnostic.code;
        let is_valuable = || match entry.diagnostic.location {
            Location::Place(place) => is_valuable(db, place.decl),
            _ => false,
        };
        *code == codes::NOTHING_TO_PROTECT
            || *code == codes::EXTERNAL_INSIDE
            || (*code == codes::UNUSED_ASSET && is_valuable())
    };
    let gaps = entries.iter().filter(is_gap);
    let gaps = gaps.map(|entry| entry.diagnostic.message.clone());
    gaps.chain(without_flows(db, model)).collect()
}

/// That a model has elements but no flow, so that few rules can apply.
fn without_flows(db: &Database, model: Model) -> Option<String> {
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter());
    let kinds: BTreeSet<Kind> = declarations.map(|decl| decl.kind(db)).collect();
    let has_elements = kinds.iter().any(|kind| kind.is_element());
    (has_elements && !kinds.contains(&Kind::Flow))
        .then(|| "the model declares no flow, so there is almost nothing to judge".to_owned())
}

/// Whether an asset is confidential or more, or must not be changed.
fn is_valuable(db: &Database, asset: Decl) -> bool {
    let sensitivity = sensitivity_of_asset(db, asset);
    Some(sensitivity.classification) >= CLASSIFICATION.position("confidential")
        || Some(sensitivity.integrity) >= LEVEL.position("high")
}

/// What is wrong with the `threatline.toml` of a model, if it was asked for.
pub fn entries_of_settings(loaded: &Loaded, model: Model) -> Vec<Entry> {
    let db = loaded.db();
    let settings = model.settings(db);
    let path = settings.path.as_ref();
    if !path.is_some_and(|path| loaded.is_selected(path)) {
        return Vec::new();
    }
    let lines = LineIndex::new(&settings.text);
    settings_diagnostics(db, model)
        .into_iter()
        .map(|diagnostic| entry(db, diagnostic, None, &lines))
        .collect()
}

/// What a rule's setting changes and why, in a line.
pub fn policy_in_words(setting: &RuleSetting) -> String {
    let change = match (setting.enabled, setting.likelihood) {
        (false, _) => "is turned off".to_owned(),
        (true, Some(level)) => format!("has likelihood {}", level.word()),
        (true, None) => "is unchanged".to_owned(),
    };
    let reason = match setting.reason.trim() {
        "" => "no reason given",
        reason => reason,
    };
    format!("`{}` {change} in threatline.toml: {reason}", setting.name)
}

/// The diagnostics of a model and of its settings, ranked.
fn entries(loaded: &Loaded, model: Model, files: &[File], findings: &[Assessed]) -> Vec<Entry> {
    let db = loaded.db();
    let by_file: Vec<Vec<Diagnostic>> = files
        .par_iter()
        .map_with(db.clone(), |db, file| diagnostics(db, *file))
        .collect();
    let levels: BTreeMap<FindingId, Level> = findings
        .iter()
        .map(|assessed| (assessed.finding.id, assessed.finding.severity))
        .collect();
    let mut entries = entries_of_settings(loaded, model);
    entries.extend(by_file.into_iter().flatten().map(|diagnostic| {
        let level = diagnostic
            .findings
            .iter()
            .filter_map(|id| levels.get(id))
            .max()
            .copied();
        entry(db, diagnostic, level, &LineIndex::new(""))
    }));
    entries.sort_by(|a, b| rank(a).cmp(&rank(b)));
    entries
}

fn entry(
    db: &Database,
    diagnostic: Diagnostic,
    level: Option<Level>,
    settings_lines: &LineIndex,
) -> Entry {
    let related = diagnostic.related.iter();
    Entry {
        spot: spot_of_location(db, diagnostic.location, settings_lines),
        related: related
            .map(|related| spot_of_location(db, related.location, settings_lines))
            .collect(),
        level,
        diagnostic,
    }
}

/// The order of diagnostics: what makes everything else doubtful, what is most severe,
/// where it is.
fn rank(entry: &Entry) -> (u8, Reverse<Option<Level>>, Severity, &Spot) {
    let class = match entry.diagnostic.code.class {
        _ if entry.breaks_model() => 0,
        Class::Finding => 1,
        Class::Time => 2,
        Class::Text | Class::Model | Class::Lint => 3,
    };
    (
        class,
        Reverse(entry.level),
        entry.diagnostic.severity,
        &entry.spot,
    )
}

fn folder_name(root: &str) -> String {
    let path = std::path::absolute(root).unwrap_or_else(|_| root.into());
    path.file_name().map_or_else(
        || root.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

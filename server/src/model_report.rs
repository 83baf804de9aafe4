//! What a check found, in plain data with places as line and column, ready for every output format.
//! It must not know how it is printed.

use crate::load::models::Loaded;
use crate::output::{count, in_one_line};
use anyhow::{Result, bail};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_model::{
    Assessed, Database, Diagnostic, FindingId, Kind, Level, Location, Model, RuleSetting, Settings,
    Severity, Span, all_findings,
    codes::{Class, Code},
    diagnostics, rule_named, settings_diagnostics,
};
use threatline_syntax::{Encoding, LineColumn, LineIndex};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The path as it is shown.
    pub path: Arc<str>,
    /// The bytes.
    pub span: Span,
    /// Where it starts; columns count characters, both from 0.
    pub start: LineColumn,
    /// Where it ends.
    pub end: LineColumn,
}

/// A diagnostic with its places.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Where it stands.
    pub spot: Spot,
    /// Where its related facts stand, in their order.
    pub related: Vec<Spot>,
    /// The severity of its worst finding, for those that tell of findings.
    pub level: Option<Level>,
}

/// How many findings there are of each state and severity.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<(&'static str, Level), usize>);

impl Counts {
    /// The number of findings of a state, by its word, and a severity.
    pub fn of(&self, state: &str, level: Level) -> usize {
        self.0
            .iter()
            .find(|((word, of), _)| *word == state && *of == level)
            .map_or(0, |(_, count)| *count)
    }

    /// The number of findings of a state.
    pub fn total(&self, state: &str) -> usize {
        Level::ALL.iter().map(|level| self.of(state, *level)).sum()
    }
}

/// What was found in one model.
pub struct ModelReport {
    /// The model.
    pub model: Model,
    /// What it is called.
    pub name: String,
    /// How many declarations of each kind were looked at.
    pub declared: BTreeMap<Kind, usize>,
    /// How many files were looked at.
    pub files: usize,
    /// Every diagnostic, ranked: errors of the model, findings by severity, dates, lint.
    pub entries: Vec<Entry>,
    /// Every finding, in whatever state, the most severe first.
    pub findings: Vec<Assessed>,
    /// The findings by state and severity.
    pub counts: Counts,
    /// From which severity open findings fail the check.
    pub bar: Option<Level>,
    /// What its `threatline.toml` says.
    pub settings: Arc<Settings>,
    /// What `threatline.toml` changes of rules.
    pub policy: Vec<RuleSetting>,
}

/// What a rule's setting changes and why, in a line.
pub fn policy_in_words(setting: &RuleSetting) -> String {
    let change = match (setting.enabled, setting.likelihood) {
        (false, _) => "is turned off".to_owned(),
        (true, Some(level)) => format!("has likelihood {}", level.word()),
        (true, None) => "is as it was".to_owned(),
    };
    let reason = if setting.reason.trim().is_empty() {
        "no reason is given"
    } else {
        setting.reason.trim()
    };
    format!("`{}` {change} by threatline.toml: {reason}", setting.name)
}

impl ModelReport {
    /// The open findings at the bar or above it.
    pub fn at_the_bar(&self) -> usize {
        self.of_state_at_the_bar("open") + self.of_state_at_the_bar("not stated")
    }

    /// The same in words, those that wait for a fact apart.
    pub fn at_the_bar_in_words(&self) -> String {
        match (
            self.of_state_at_the_bar("open"),
            self.of_state_at_the_bar("not stated"),
        ) {
            (open, 0) => count(open, "open finding"),
            (0, unstated) => format!("{} not stated", count(unstated, "finding")),
            (open, unstated) => {
                format!("{} and {unstated} not stated", count(open, "open finding"))
            }
        }
    }

    fn of_state_at_the_bar(&self, state: &str) -> usize {
        let levels = Level::ALL
            .iter()
            .filter(|level| self.bar.is_some_and(|bar| **level >= bar));
        levels.map(|level| self.counts.of(state, *level)).sum()
    }

    /// Whether something is wrong with the model itself, so that what else is said of it may be as
    /// well.
    pub fn is_broken(&self) -> bool {
        self.errors()
            .any(|entry| matches!(entry.diagnostic.code.class, Class::Text | Class::Model))
    }

    /// Whether a diagnostic that the settings made an error is there.
    pub fn has_other_errors(&self) -> bool {
        self.errors()
            .any(|entry| matches!(entry.diagnostic.code.class, Class::Time | Class::Lint))
    }

    fn errors(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.diagnostic.severity == Severity::Error)
    }

    /// How many elements that are no flows were looked at, and how many flows.
    pub fn elements(&self) -> (usize, usize) {
        let of = |kind| self.declared.get(&kind).copied().unwrap_or_default();
        (
            of(Kind::External) + of(Kind::Process) + of(Kind::Store),
            of(Kind::Flow),
        )
    }
}

/// Looks at all models that were asked for, on all processors.
pub fn report(loaded: &Loaded, fail_on: Option<Option<Level>>) -> Vec<ModelReport> {
    loaded
        .workspace
        .models()
        .map(|model| of_model(loaded, model, fail_on))
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
            "there are {} models; name the folder of one: {}",
            reports.len(),
            names.collect::<Vec<_>>().join(", ")
        );
    };
    Ok(report)
}

/// Looks at the tests that were asked for.
pub fn report_of_tests(loaded: &Loaded) -> Vec<ModelReport> {
    let asked = loaded
        .workspace
        .tests()
        .filter(|test| loaded.is_selected(test.root(loaded.db())));
    asked.map(|test| of_model(loaded, test, None)).collect()
}

fn of_model(loaded: &Loaded, model: Model, fail_on: Option<Option<Level>>) -> ModelReport {
    let db = loaded.db();
    let files = loaded.selected_files(model);
    let found: Vec<Vec<Diagnostic>> = files
        .par_iter()
        .map_with(db.clone(), |db, file| diagnostics(db, *file))
        .collect();
    let settings = model.settings(db);
    let findings: Vec<Assessed> = all_findings(db, model)
        .into_iter()
        .filter(|assessed| loaded.is_selected(assessed.finding.id.subject().file(db).path(db)))
        .collect();
    let mut levels: BTreeMap<FindingId, Level> = BTreeMap::new();
    let mut counts = Counts::default();
    for assessed in &findings {
        levels.insert(assessed.finding.id, assessed.finding.severity);
        *counts
            .0
            .entry((assessed.state_word(), assessed.finding.severity))
            .or_default() += 1;
    }
    let mut entries = of_settings(loaded, model);
    entries.extend(found.into_iter().flatten().map(|diagnostic| {
        let level = diagnostic
            .findings
            .iter()
            .filter_map(|id| levels.get(id))
            .max()
            .copied();
        entry(db, diagnostic, level, &LineIndex::new(""))
    }));
    entries.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let mut declared = BTreeMap::new();
    for decl in files.iter().flat_map(|file| file.declarations(db).iter()) {
        *declared.entry(decl.kind(db)).or_default() += 1;
    }
    let name = settings
        .name
        .as_deref()
        .map_or_else(|| folder_name(model.root(db)), str::to_owned);
    let bar = fail_on.or(settings.fail_on).unwrap_or(Some(Level::High));
    let policy = settings
        .rules
        .iter()
        .filter(|setting| rule_named(db, model, &setting.name).is_some());
    let policy = policy.cloned().collect();
    let settings = settings.clone();
    ModelReport {
        model,
        name,
        declared,
        files: files.len(),
        entries,
        findings,
        counts,
        bar,
        settings,
        policy,
    }
}

/// What is wrong with the `threatline.toml` of a model, if it was asked for.
pub fn of_settings(loaded: &Loaded, model: Model) -> Vec<Entry> {
    let db = loaded.db();
    let settings = model.settings(db);
    if !settings
        .path
        .as_ref()
        .is_some_and(|path| loaded.is_selected(path))
    {
        return Vec::new();
    }
    let lines = LineIndex::new(&settings.text);
    settings_diagnostics(db, model)
        .into_iter()
        .map(|diagnostic| entry(db, diagnostic, None, &lines))
        .collect()
}

fn entry(
    db: &Database,
    diagnostic: Diagnostic,
    level: Option<Level>,
    settings_lines: &LineIndex,
) -> Entry {
    Entry {
        spot: spot(db, diagnostic.location, settings_lines),
        related: diagnostic
            .related
            .iter()
            .map(|related| spot(db, related.location, settings_lines))
            .collect(),
        level,
        diagnostic,
    }
}

/// The order in which diagnostics are told: what makes all else doubtful, what is most severe,
/// where it is.
fn rank(entry: &Entry) -> (u8, Reverse<Option<Level>>, Severity, &Spot) {
    let code: &Code = entry.diagnostic.code;
    let class = match (code.class, entry.diagnostic.severity) {
        (Class::Text | Class::Model, Severity::Error) => 0,
        (Class::Finding, _) => 1,
        (Class::Time, _) => 2,
        _ => 3,
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

fn in_text(path: &Arc<str>, text: &str, lines: &LineIndex, span: Span) -> Spot {
    Spot {
        path: path.clone(),
        span,
        start: lines.line_column(text, span.start, Encoding::Utf32),
        end: lines.line_column(text, span.end, Encoding::Utf32),
    }
}

fn spot(db: &Database, location: Location, settings_lines: &LineIndex) -> Spot {
    match location {
        Location::Settings(model, span) => {
            let settings = model.settings(db);
            let path = settings.path.clone().unwrap_or_default();
            in_text(&path, &settings.text, settings_lines, span)
        }
        Location::Text(file, span) => in_file(db, file, span),
        Location::Place(place) => {
            let (file, span) = place.resolve(db);
            in_file(db, file, span)
        }
    }
}

fn in_file(db: &Database, file: threatline_model::File, span: Span) -> Spot {
    let source = file.source(db);
    in_text(file.path(db), &source.text, &source.lines, span)
}

/// The place of a finding itself: the name of its element or threat.
pub fn spot_of_finding(db: &Database, id: FindingId) -> Spot {
    let place = id.subject().part(threatline_model::Part::Name);
    spot(db, place.into(), &LineIndex::new(""))
}

/// A place in a `threatline.toml`.
pub fn spot_in_settings(settings: &Settings, span: Span) -> Spot {
    let lines = LineIndex::new(&settings.text);
    in_text(
        settings.path.as_ref().unwrap_or(&Arc::default()),
        &settings.text,
        &lines,
        span,
    )
}

/// The place of a declaration's part.
pub fn spot_of(db: &Database, place: threatline_model::Place) -> Spot {
    spot(db, place.into(), &LineIndex::new(""))
}

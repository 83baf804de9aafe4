//! Diagnostics as plain data: everything that is to be said of a file, each with a place, a code
//! and, where one is known, a fix. It must not know how they are shown.

mod lint;
mod missing;
mod structure;
mod tests;
mod time;

pub use time::DUE_SOON_DAYS;

use crate::codes::{self, Code};
use crate::db::{Db, Decl, File, Model, Place};
use crate::findings::{Assessed, FindingId, rule_named};
use crate::names::full_name;
use crate::relations::rules;
use smol_str::SmolStr;
use threatline_syntax::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The model is wrong, or a severe threat is open.
    Error,
    /// To be looked at soon.
    Warning,
    /// Worth knowing.
    Information,
    /// A nudge.
    Hint,
}

impl Severity {
    /// The word for it in `threatline.toml` and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
            Severity::Hint => "hint",
        }
    }
}

/// Where a diagnostic or a part of it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// At a part of a declaration.
    Place(Place),
    /// At bytes of a file.
    Text(File, Span),
    /// At bytes of a model's `threatline.toml`.
    Settings(Model, Span),
}

impl From<Place> for Location {
    fn from(place: Place) -> Location {
        Location::Place(place)
    }
}

/// Something else that is part of the reason, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is there, as a sentence without its full stop.
    pub message: String,
}

/// One diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which one it is.
    pub code: &'static Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it stands.
    pub location: Location,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// The facts that led to it, with their places.
    pub related: Vec<Related>,
    /// What to do about it, each a sentence.
    pub help: Vec<String>,
    /// What the text at its location should be instead, if that is known.
    pub replacement: Option<SmolStr>,
    /// The findings that it tells of, the most severe first.
    pub findings: Vec<FindingId>,
}

impl Diagnostic {
    /// A diagnostic with its code's own severity.
    pub fn new(
        code: &'static Code,
        location: impl Into<Location>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            location: location.into(),
            message: message.into(),
            related: Vec::new(),
            help: Vec::new(),
            replacement: None,
            findings: Vec::new(),
        }
    }

    /// With a related place.
    pub fn relate(
        mut self,
        location: impl Into<Location>,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.related.push(Related {
            location: location.into(),
            message: message.into(),
        });
        self
    }

    /// With a sentence of help.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// With "did you mean", when one of the candidates is near.
    pub fn suggest(
        mut self,
        written: &str,
        candidates: impl IntoIterator<Item = SmolStr>,
    ) -> Diagnostic {
        if let Some(near) = nearest(written, candidates) {
            self.help.push(format!("did you mean `{near}`?"));
            self.replacement = Some(near);
        }
        self
    }
}

/// The candidate that a written word most likely meant, if one is near enough.
pub fn nearest(written: &str, candidates: impl IntoIterator<Item = SmolStr>) -> Option<SmolStr> {
    let near_enough = |word: &str| 1 + word.chars().count() / 4;
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let word = last(written);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let whole = strsim::osa_distance(&written.to_lowercase(), &candidate.to_lowercase());
            let word_alone = strsim::osa_distance(&word, &last(&candidate));
            let is_near = whole <= near_enough(written) || word_alone <= near_enough(&word);
            let distance = whole.min(word_alone);
            (is_near && distance < word.chars().count()).then_some((distance, candidate))
        })
        .min_by(|(left, a), (right, b)| (left, a.len(), a).cmp(&(right, b.len(), b)))
        .map(|(_, candidate)| candidate)
}

/// Everything that is to be said of a file, by place. What `threatline.toml` turns off is left out.
pub fn diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found = structure::of_text(db, file);
    found.extend(meaning(db, file).iter().cloned());
    let dated = runs(db, file).flat_map(|run| &run.dated);
    found.extend(dated.filter_map(|decl| time::of(db, *decl)));
    settle(db, file.model(db), found)
}

/// What is wrong with a model's `threatline.toml`.
pub fn settings_diagnostics(db: &dyn Db, model: Model) -> Vec<Diagnostic> {
    let settings = model.settings(db);
    let problems = settings.problems.iter().map(|problem| {
        let location = Location::Settings(model, problem.span);
        let mut diagnostic =
            Diagnostic::new(&codes::INVALID_SETTING, location, problem.message.clone());
        diagnostic.replacement = problem.replacement.clone();
        diagnostic.help.extend(
            problem
                .replacement
                .iter()
                .map(|near| format!("did you mean `{near}`?")),
        );
        diagnostic
    });
    let unknown = settings
        .rules
        .iter()
        .filter(|setting| rule_named(db, model, &setting.name).is_none());
    let unknown = unknown.map(|setting| {
        let location = Location::Settings(model, setting.span);
        let names = rules(db, model).iter().map(|rule| full_name(db, *rule));
        let names = names.map(|name| SmolStr::from(name.trim_start_matches("std.")));
        Diagnostic::new(
            &codes::INVALID_SETTING,
            location,
            format!("there is no rule `{}`", setting.name),
        )
        .suggest(&setting.name, names)
    });
    let found = problems.chain(unknown).collect();
    settle(db, model, found)
}

/// What a file's declarations mean wrongly, without positions, so that only a change of meaning
/// asks again.
#[salsa::tracked]
fn meaning(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = runs(db, file)
        .flat_map(|run| run.problems.iter().cloned())
        .collect();
    missing::of(db, file, &mut found);
    found
}

/// How many declarations make a run.
const RUN: usize = 64;

/// What declarations that follow each other in a file have to say; of a test only what they mean
/// wrongly. A file asks its runs and not each declaration, so that a change in a file of thousands
/// makes it look again at those around the change alone.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    /// What they mean wrongly.
    problems: Vec<Diagnostic>,
    /// Those that may state a day.
    dated: Vec<Decl>,
    /// The open findings on them.
    open: Vec<(Decl, Assessed)>,
    /// Those that wait for a fact, with where that is told.
    waiting: Vec<(Decl, Assessed)>,
}

fn runs(db: &dyn Db, file: File) -> impl Iterator<Item = &Run> {
    (0..file.declarations(db).len().div_ceil(RUN)).map(move |number| run(db, file, number as u32))
}

#[salsa::tracked]
fn run(db: &dyn Db, file: File, number: u32) -> Run {
    // Of a file that became shorter a run may be asked for that is there no more.
    let decls = file
        .declarations(db)
        .chunks(RUN)
        .nth(number as usize)
        .unwrap_or_default()
        .iter()
        .copied();
    let problems = decls
        .clone()
        .flat_map(|decl| of_declaration(db, decl).iter().cloned())
        .collect();
    let is_test = file.model(db).is_test(db);
    let judged = || decls.clone().filter(|_| !is_test);
    Run {
        problems,
        dated: judged()
            .filter(|decl| time::day_of(decl.kind(db)).is_some())
            .collect(),
        open: judged()
            .flat_map(|decl| missing::open_at(db, decl).map(move |found| (decl, found.clone())))
            .collect(),
        waiting: judged()
            .flat_map(|decl| missing::waiting_at(db, decl).iter().cloned())
            .collect(),
    }
}

/// What one declaration means wrongly, apart from the others so that a change of one leaves them as
/// they are.
#[salsa::tracked]
fn of_declaration(db: &dyn Db, decl: Decl) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    structure::of_declaration(db, decl, &mut found);
    found.extend(crate::properties::typed(db, decl).problems.iter().cloned());
    if decl.model(db).is_test(db) {
        tests::of(db, decl, &mut found);
    } else {
        lint::of(db, decl, &mut found);
    }
    found.shrink_to_fit();
    found
}

/// The severities that the settings ask for, and one order: by place, then by weight.
fn settle(db: &dyn Db, model: Model, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let settings = model.settings(db);
    found.retain_mut(
        |diagnostic| match settings.diagnostics.get(diagnostic.code.id) {
            Some(None) => false,
            Some(Some(severity)) => {
                diagnostic.severity = *severity;
                true
            }
            None => true,
        },
    );
    let start = |location: Location| match location {
        Location::Place(place) => place.resolve(db).1,
        Location::Text(_, span) | Location::Settings(_, span) => span,
    };
    found.sort_by_cached_key(|diagnostic| {
        (
            start(diagnostic.location),
            diagnostic.severity,
            diagnostic.code.id,
            diagnostic.message.clone(),
        )
    });
    found
}

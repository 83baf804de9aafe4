//! All diagnostics of a file or of a model's settings, in order. It must not know how they are
//! shown.

mod closing;
mod contradictions;
mod expectations;
mod lint;
mod missing;
mod open_findings;
mod runs;
mod structure;
mod time;

pub use crate::limit::MAX_OF_A_CODE;
pub use missing::how_to_state;
pub use time::DUE_SOON_DAYS;

use crate::codes;
use crate::db::{Db, File, Model};
use crate::diagnostic::{Diagnostic, Location};
use crate::diagnostics::runs::runs;
use crate::library;
use crate::limit::limited;
use crate::lookup::nearest_name;
use crate::names::short_name;
use crate::renamed::current_name;
use crate::ruleset::{rule_named, rules};
use smol_str::SmolStr;
use std::cell::LazyCell;
use threatline_syntax::spelling::{Vocabulary, did_you_mean};

/// For how many names of a file that nothing declares one is looked for that may be meant. Whoever
/// has more has lost a file, or has not written it yet.
pub const MAX_SUGGESTIONS: usize = 100;

/// All diagnostics of a file, by place, except those that `threatline.toml` turns off.
pub fn diagnostics(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut written = structure::text_problems(db, file);
    let dated = runs(db, file).flat_map(|run| &run.dated);
    written.extend(dated.filter_map(|decl| time::check_day(db, *decl)));
    let mut diagnostics = limited(written.iter());
    diagnostics.extend(meaning(db, file).iter().cloned());
    let mut diagnostics = settle(db, file.model(db), diagnostics);
    suggest_names(db, &mut diagnostics);
    diagnostics
}

/// Looks for the names that may be meant by those that nothing declares, for the first of them.
fn suggest_names(db: &dyn Db, diagnostics: &mut [Diagnostic]) {
    let mut left = MAX_SUGGESTIONS;
    for diagnostic in diagnostics {
        if let Some(sought) = diagnostic.sought.take()
            && left > 0
        {
            left -= 1;
            let near = nearest_name(db, &sought);
            diagnostic.help.extend(near.as_deref().map(did_you_mean));
            diagnostic.replacement = near;
        }
    }
}

/// What is wrong with a model's `threatline.toml`.
pub fn settings_diagnostics(db: &dyn Db, model: Model) -> Vec<Diagnostic> {
    let settings = model.settings(db);
    let problems = settings.problems.iter().map(|problem| {
        let location = Location::Settings(model, problem.span);
        let mut diagnostic =
            Diagnostic::new(&codes::INVALID_SETTING, location, problem.message.clone());
        diagnostic.replacement = problem.replacement.clone();
        let meant = problem.replacement.as_deref();
        diagnostic.help.extend(meant.map(did_you_mean));
        diagnostic
    });
    let known = LazyCell::new(|| {
        let names = rules(db, model).iter().map(|rule| short_name(db, *rule));
        Vocabulary::new(names.map(SmolStr::from))
    });
    let unknown = settings
        .rules
        .iter()
        .filter(|setting| rule_named(db, model, &setting.name).is_none());
    let unknown = unknown.map(|setting| {
        let location = Location::Settings(model, setting.span);
        Diagnostic::new(
            &codes::INVALID_SETTING,
            location,
            format!("no rule `{}` exists", setting.name),
        )
        .suggest_word(known.nearest(&setting.name).cloned())
    });
    let outdated = settings.rules.iter().filter_map(|setting| {
        let rule = rule_named(db, model, &setting.name)?;
        let current = current_name(library::short_name(&setting.name))?;
        if short_name(db, rule) != current {
            return None;
        }
        let location = Location::Settings(model, setting.span);
        let message = format!("`{}` is now called `{current}`", setting.name);
        let problem = Diagnostic::new(&codes::OUTDATED_NAME, location, message);
        Some(problem.suggest_word(Some(current.into())))
    });
    let diagnostics: Vec<Diagnostic> = problems.chain(unknown).chain(outdated).collect();
    settle(db, model, limited(diagnostics.iter()))
}

/// What a file's declarations mean wrongly, without positions, so that only a change of meaning
/// asks again.
#[salsa::tracked]
fn meaning(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut diagnostics = limited(runs(db, file).flat_map(|run| &run.problems));
    diagnostics.extend(missing::missing_mitigations(db, file));
    diagnostics
}

/// The severities that the settings ask for, and one order: by place, then by weight.
fn settle(db: &dyn Db, model: Model, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let settings = model.settings(db);
    diagnostics.retain_mut(|diagnostic| {
        let set = settings.diagnostics.get(diagnostic.code.id);
        if let Some(Some(severity)) = set {
            diagnostic.severity = *severity;
        }
        set != Some(&None)
    });
    let start = |location: Location| match location {
        Location::Place(place) => place.resolve(db).1,
        Location::Text(_, span) | Location::Settings(_, span) => span,
    };
    diagnostics.sort_by_cached_key(|diagnostic| {
        (
            start(diagnostic.location),
            diagnostic.severity,
            diagnostic.code.id,
            diagnostic.message.clone(),
        )
    });
    diagnostics
}

//! The policy by which the head is judged: that of the base, so that a change cannot turn off what
//! finds it. The head's own settings are kept as well.

use super::definitions::{Redefined, judge_by_definitions};
use super::pairs::Pair;
use crate::load::models::Loaded;
use crate::load::states::{Compared, States};
use crate::reports::model::{Entry, ModelReport, entries_of_settings, report};
use std::path::Path;
use std::sync::Arc;
use threatline_model::{Assessed, Level, Location, Model, Settings, all_findings};

/// A pair with what the head says of itself, while it is judged by what the base says.
pub struct Judged {
    pub(super) base: Option<Model>,
    pub(super) head: Option<Model>,
    pub(super) own: Arc<Settings>,
    /// The findings in the head by its own policy, where its settings of rules differ.
    pub(super) by_own: Vec<Assessed>,
    /// What its definitions close or weaken.
    pub(super) redefined: Redefined,
    /// The diagnostics on its own settings.
    of_settings: Vec<Entry>,
}

/// Gives the models of the head the policy of the base; one that is new gets that of the model
/// around its folder, so that a `threatline.toml` more cannot change what an old one says.
pub fn judge_by_base(
    states: &States,
    base: &Loaded,
    head: &mut Loaded,
    pairs: &[Pair],
) -> Vec<Judged> {
    let mut judged = Vec::new();
    for pair in pairs {
        let Some(model) = pair.head else {
            judged.push(Judged {
                base: pair.base,
                head: None,
                own: Arc::default(),
                by_own: Vec::new(),
                redefined: Redefined::default(),
                of_settings: Vec::new(),
            });
            continue;
        };
        let own = model.settings(head.db()).clone();
        let of_settings = entries_of_settings(head, model);
        let policy = pair
            .base
            .or_else(|| model_around(states, base, &head.root(model)))
            .map(|model| model.settings(base.db()).clone())
            .unwrap_or_default();
        let by_own = if own.rules == policy.rules && own.demands_the_same(&policy) {
            Vec::new()
        } else {
            all_findings(head.db(), model)
        };
        let path = own.path.clone().or_else(|| policy.path.clone());
        let root = model.root(head.db()).clone();
        head.workspace.set_model(
            &root,
            path.as_deref().map(|path| (path, policy.text.as_ref())),
        );
        judged.push(Judged {
            base: pair.base,
            head: Some(model),
            own,
            by_own,
            redefined: judge_by_definitions(
                pair.base.map(|model| (base.db(), model)),
                head.db(),
                model,
            ),
            of_settings,
        });
    }
    judged
}

/// The findings in the head as it is judged. Diagnostics on settings are those of its own settings.
pub fn report_judged(
    head: &Loaded,
    judged: &[Judged],
    fail_on: Option<Option<Level>>,
) -> Vec<ModelReport> {
    let mut reports = report(head, fail_on);
    for report in &mut reports {
        report
            .entries
            .retain(|entry| !matches!(entry.diagnostic.location, Location::Settings(..)));
        let mut judged = judged.iter();
        if let Some(judged) = judged.find(|judged| judged.head == Some(report.model)) {
            report.entries.extend(judged.of_settings.iter().cloned());
            report.settings = judged.own.clone();
        }
    }
    reports
}

/// The model of the base that is nearest around a folder of the head.
fn model_around(states: &States, base: &Loaded, root: &Path) -> Option<Model> {
    let within = root.strip_prefix(states.place(Compared::Head));
    let root = states.place(Compared::Base).join(within.unwrap_or(root));
    let models = base
        .workspace
        .models()
        .filter(|model| root.starts_with(base.root(*model)));
    models.max_by_key(|model| base.root(*model).components().count())
}

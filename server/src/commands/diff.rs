//! `threatline diff`: compares the models of two revisions or folders, prints what changed in the
//! designs, and says by the exit code whether a finding that is new is at the bar. It must not know
//! what a change is, nor how it is printed.

use crate::arguments::{DiffArguments, DiffFormat};
use crate::commands::check::bar;
use crate::load::models::{Loaded, today_here};
use crate::load::states::{Compared, States};
use crate::model_report::{
    Entry, ModelReport, Spot, of_settings, report, spot_in_settings, spot_of,
};
use crate::output::{self, difference, in_one_line, json, sarif};
use crate::{Outcome, output::printable};
use anyhow::Result;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use threatline_model::{
    Assessed, Database, FindingId, FindingState as Treated, Level, Location, Model, Settings,
    Severity, all_findings, codes::Class, full_name,
};
use threatline_view::compare::{Closed, Comparison, Opened, Policies, Side, Where, compare};

/// What changed in one model.
pub struct Difference<'a> {
    /// What it is called.
    pub name: String,
    /// The model in the base, and the database of that.
    pub base: Option<(&'a Database, &'a ModelReport)>,
    /// The model in the head, judged by the policy of the base.
    pub head: Option<(&'a Database, &'a ModelReport)>,
    /// What changed where it was asked for.
    pub comparison: Comparison,
    /// What changed in the rest of the model.
    pub elsewhere: Elsewhere,
    /// Where each finding that opened or got worse is in its list.
    opened: HashMap<FindingId, usize>,
    /// What is wrong in the head and was not in the base: errors that are no findings.
    pub errors: Vec<&'a Entry>,
    /// From which severity a new finding fails.
    pub bar: Option<Level>,
}

/// How much changed where nobody asked for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Elsewhere {
    /// The findings that opened or got worse.
    pub findings: usize,
    /// All else, but texts.
    pub others: usize,
}

impl Difference<'_> {
    /// The findings that are new at the bar, or are at it and worse than they were.
    pub fn at_the_bar(&self) -> impl Iterator<Item = &Opened> {
        let opened = self.comparison.opened.iter();
        opened.filter(|opened| {
            self.bar
                .is_some_and(|bar| opened.assessed.finding.severity >= bar)
        })
    }

    /// The findings that closed and that nobody puts off.
    pub fn closed(&self) -> impl Iterator<Item = &Closed> {
        self.comparison
            .closed
            .iter()
            .filter(|closed| !is_put_off(closed))
    }

    /// The findings that are planned to be countered or accepted now, but for those that are told
    /// with what accepts them.
    pub fn put_off(&self) -> impl Iterator<Item = &Closed> {
        let is_told = |closed: &&Closed| match (closed.now, self.head) {
            (Some(Treated::Accepted(accept)), Some((db, _))) => {
                let accept = ("accept", full_name(db, accept).to_string());
                self.comparison
                    .changes
                    .iter()
                    .any(|change| change.subject == accept)
            }
            _ => false,
        };
        self.comparison
            .closed
            .iter()
            .filter(|closed| is_put_off(closed))
            .filter(move |closed| !is_told(closed))
    }

    /// Whether nothing changed but texts.
    pub fn is_empty(&self) -> bool {
        let found = &self.comparison;
        found.opened.is_empty()
            && found.changes.is_empty()
            && found.closed.is_empty()
            && found.unfound.is_empty()
            && found.renamed.is_empty()
            && self.errors.is_empty()
            && self.base.is_some() == self.head.is_some()
    }

    /// Where something stands, and whether it stands there no longer.
    pub fn spot(&self, place: Where) -> Option<(Spot, bool)> {
        match place {
            Where::Base(place) => self.base.map(|(db, _)| (spot_of(db, place), true)),
            Where::Head(place) => self.head.map(|(db, _)| (spot_of(db, place), false)),
            Where::Settings(at) => self
                .head
                .and_then(|(_, report)| Some((spot_in_settings(&report.settings, at?), false))),
        }
    }

    /// What of a diagnostic of the head opened or got worse.
    pub fn opened_of<'s>(&'s self, entry: &'s Entry) -> impl Iterator<Item = &'s Opened> {
        let ids = entry.diagnostic.findings.iter();
        ids.filter_map(|id| self.opened.get(id))
            .map(|at| &self.comparison.opened[*at])
    }

    /// Whether a diagnostic of the head tells of something that is new.
    pub fn is_new(&self, entry: &Entry) -> bool {
        self.opened_of(entry).next().is_some()
            || self.errors.iter().any(|error| std::ptr::eq(*error, entry))
    }
}

fn is_put_off(closed: &Closed) -> bool {
    matches!(closed.now, Some(Treated::Planned(_) | Treated::Accepted(_)))
}

/// Runs the command.
///
/// # Errors
/// When a revision or a folder cannot be read, or the output cannot be written.
pub fn run(arguments: &DiffArguments) -> Result<Outcome> {
    let today = arguments.today.unwrap_or_else(today_here);
    let states = States::resolve(&arguments.base, arguments.head.as_deref(), &arguments.paths)?;
    let base = states.load(Compared::Base, today)?;
    let mut head = states.load(Compared::Head, today)?;
    states.check(&base, &head)?;
    let notes = states
        .notes
        .iter()
        .chain(&base.notes)
        .chain(head.notes.iter().filter(|note| !base.notes.contains(note)));
    for note in notes {
        output::note("note", note);
    }
    let pairs = pairs(&states, &base, &head);
    let judged = judge_by_base(&states, &base, &mut head, &pairs);
    let fail_on = arguments.fail_on.map(bar);
    let (before, mut after) = (report(&base, fail_on), report(&head, fail_on));
    for report in &mut after {
        // What is told of the settings is told of the head's own.
        report
            .entries
            .retain(|entry| !matches!(entry.diagnostic.location, Location::Settings(..)));
        if let Some(own) = judged
            .iter()
            .find(|judged| judged.head == Some(report.model))
        {
            report.entries.extend(own.of_settings.iter().cloned());
            report.settings = own.own.clone();
        }
    }
    let differences: Vec<Difference> = judged
        .into_iter()
        .map(|judged| judged.compare((&base, &before), (&head, &after), fail_on))
        .collect();
    let asked = asked(&states)?;
    let mut output = std::io::BufWriter::new(anstream::AutoStream::auto(std::io::stdout().lock()));
    match arguments.format {
        DiffFormat::Human => difference::write_human(&mut output, &differences, &asked)?,
        DiffFormat::Markdown => difference::write_markdown(&mut output, &differences, &asked)?,
        DiffFormat::Json => json::write_differences(&mut output, &differences)?,
        DiffFormat::Sarif => sarif::write_new(&mut output, head.db(), &differences)?,
    }
    output.flush()?;
    Ok(outcome(&differences))
}

fn outcome(differences: &[Difference]) -> Outcome {
    let errors = || differences.iter().flat_map(|difference| &difference.errors);
    if errors().any(|entry| matches!(entry.diagnostic.code.class, Class::Text | Class::Model)) {
        Outcome::Unusable
    } else if errors().next().is_some()
        || differences
            .iter()
            .any(|difference| difference.at_the_bar().next().is_some())
    {
        Outcome::Failed
    } else {
        Outcome::Clean
    }
}

/// The paths that were given, from the top of the head, in words.
fn asked(states: &States) -> Result<String> {
    let top = states.place(Compared::Head);
    let paths = states.paths(Compared::Head)?;
    let names = paths
        .iter()
        .map(|path| path.strip_prefix(&top).unwrap_or(path).to_string_lossy());
    Ok(names
        .map(|name| format!("`{}`", in_one_line(&name).replace('`', "'")))
        .collect::<Vec<_>>()
        .join(", "))
}

/// A model of the base and what it is in the head.
type Pair = (Option<Model>, Option<Model>);

/// The models of both states: those of the same folder, and of the rest those that share half of
/// their names or more.
fn pairs(states: &States, base: &Loaded, head: &Loaded) -> Vec<Pair> {
    let by_root = |loaded: &Loaded, which: Compared| -> BTreeMap<PathBuf, Model> {
        let place = states.place(which);
        let models = loaded
            .workspace
            .models()
            .filter(|model| !model.files(loaded.db()).is_empty());
        let relative = |root: PathBuf| {
            root.strip_prefix(&place)
                .map(Path::to_owned)
                .unwrap_or(root)
        };
        models
            .map(|model| (relative(loaded.root(model)), model))
            .collect()
    };
    let mut before = by_root(base, Compared::Base);
    let after = by_root(head, Compared::Head);
    let mut pairs: Vec<(Option<Model>, Option<Model>)> = after
        .into_iter()
        .map(|(root, model)| (before.remove(&root), Some(model)))
        .collect();
    let mut gone: Vec<Model> = before.into_values().collect();
    for (of_base, of_head) in pairs.iter_mut().filter(|(of_base, _)| of_base.is_none()) {
        let Some(new) = of_head.map(|model| names(head.db(), model)) else {
            continue;
        };
        let shared = |model: &Model| {
            let old = names(base.db(), *model);
            let shared = old.intersection(&new).count();
            if shared > 0 && shared * 2 >= old.len().max(new.len()) {
                shared
            } else {
                0
            }
        };
        let best = gone
            .iter()
            .enumerate()
            .max_by_key(|(_, model)| shared(model));
        if let Some(at) = best
            .filter(|(_, model)| shared(model) > 0)
            .map(|(at, _)| at)
        {
            *of_base = Some(gone.remove(at));
        }
    }
    pairs.extend(gone.into_iter().map(|model| (Some(model), None)));
    pairs
}

/// The names of what a model declares, without those of components.
fn names(db: &Database, model: Model) -> HashSet<String> {
    let declarations = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter());
    declarations
        .filter_map(|decl| decl.shape(db).name.as_ref().map(ToString::to_string))
        .collect()
}

/// A pair with what the head says of itself, while it is judged by what the base says.
struct Judged {
    base: Option<Model>,
    head: Option<Model>,
    own: Arc<Settings>,
    /// What is found in the head by its own policy, where that says something else of rules.
    by_own: Vec<Assessed>,
    of_settings: Vec<Entry>,
}

/// Gives the models of the head the policy of the base; one that is new gets that of the model
/// around its folder, so that a `threatline.toml` more cannot change what an old one says.
fn judge_by_base(states: &States, base: &Loaded, head: &mut Loaded, pairs: &[Pair]) -> Vec<Judged> {
    let (from, to) = (states.place(Compared::Base), states.place(Compared::Head));
    let around = |root: &Path| {
        let root = from.join(root.strip_prefix(&to).unwrap_or(root));
        let models = base
            .workspace
            .models()
            .filter(|model| root.starts_with(base.root(*model)));
        models.max_by_key(|model| base.root(*model).components().count())
    };
    let mut judged = Vec::new();
    for (of_base, of_head) in pairs.iter().copied() {
        let Some(model) = of_head else {
            let (own, by_own, of_settings) = (Arc::default(), Vec::new(), Vec::new());
            judged.push(Judged {
                base: of_base,
                head: None,
                own,
                by_own,
                of_settings,
            });
            continue;
        };
        let own = model.settings(head.db()).clone();
        let of_settings = of_settings(head, model);
        let policy = of_base.or_else(|| around(&head.root(model)));
        let policy = policy
            .map(|policy| policy.settings(base.db()).clone())
            .unwrap_or_default();
        let by_own = if own.rules == policy.rules {
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
            base: of_base,
            head: of_head,
            own,
            by_own,
            of_settings,
        });
    }
    judged
}

impl Judged {
    fn compare<'a>(
        self,
        (base, before): (&'a Loaded, &'a [ModelReport]),
        (head, after): (&'a Loaded, &'a [ModelReport]),
        fail_on: Option<Option<Level>>,
    ) -> Difference<'a> {
        let of = |model: Option<Model>, reports: &'a [ModelReport]| {
            reports.iter().find(|report| Some(report.model) == model)
        };
        let (old, new) = (of(self.base, before), of(self.head, after));
        let policy = self
            .base
            .map(|model| model.settings(base.db()).clone())
            .unwrap_or_default();
        let of_head = if self.head.is_some() {
            &self.own
        } else {
            &policy
        };
        let policies = Policies {
            base: &policy,
            head: of_head,
            by_head: &self.by_own,
        };
        let mut comparison = compare(
            &Side::new(base.db(), self.base),
            &Side::new(head.db(), self.head),
            &policies,
        );
        let elsewhere = keep_selected(&mut comparison, base, head);
        let told = |db: &'a Database, report: &'a ModelReport| {
            errors(report).map(move |entry| (sarif::identity(db, report, entry), entry))
        };
        let mut known: HashMap<String, usize> = HashMap::new();
        for (identity, _) in old.into_iter().flat_map(|report| told(base.db(), report)) {
            *known.entry(identity).or_default() += 1;
        }
        let errors = new.into_iter().flat_map(|report| told(head.db(), report));
        let errors = errors.filter(|(identity, _)| match known.get_mut(identity) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        let errors = errors.map(|(_, entry)| entry).collect();
        let name = self.own.name.as_deref().map(str::to_owned);
        let called = name
            .or_else(|| new.or(old).map(|report| report.name.clone()))
            .unwrap_or_default();
        Difference {
            name: printable(&called),
            base: old.map(|report| (base.db(), report)),
            head: new.map(|report| (head.db(), report)),
            opened: comparison
                .opened
                .iter()
                .enumerate()
                .map(|(at, one)| (one.assessed.finding.id, at))
                .collect(),
            comparison,
            elsewhere,
            errors,
            bar: fail_on
                .unwrap_or_else(|| new.or(old).map_or(Some(Level::High), |report| report.bar)),
        }
    }
}

/// The errors of a model that are no findings.
fn errors(report: &ModelReport) -> impl Iterator<Item = &Entry> {
    let is_error = |entry: &&Entry| {
        entry.diagnostic.severity == Severity::Error
            && entry.diagnostic.code.class != Class::Finding
    };
    report.entries.iter().filter(is_error)
}

/// Leaves what stands where it was asked for, and tells how much does not.
fn keep_selected(comparison: &mut Comparison, base: &Loaded, head: &Loaded) -> Elsewhere {
    let in_base = |place: threatline_model::Place| {
        base.is_selected(place.decl.file(base.db()).path(base.db()))
    };
    let in_head = |place: threatline_model::Place| {
        head.is_selected(place.decl.file(head.db()).path(head.db()))
    };
    let is_selected = |place: Where| match place {
        Where::Base(place) => in_base(place),
        Where::Head(place) => in_head(place),
        // Policy is about every part of a model.
        Where::Settings(_) => true,
    };
    let sizes = |found: &Comparison| {
        (
            found.opened.len(),
            found.changes.len() + found.closed.len() + found.renamed.len(),
        )
    };
    let (findings, others) = sizes(comparison);
    let name = threatline_model::Part::Name;
    comparison
        .opened
        .retain(|opened| in_head(opened.assessed.finding.id.subject().part(name)));
    comparison
        .changes
        .retain(|change| is_selected(change.place));
    comparison.closed.retain(|closed| is_selected(closed.place));
    comparison
        .unfound
        .retain(|found| in_base(found.finding.id.subject().part(name)));
    comparison.renamed.retain(|(.., place)| in_head(*place));
    comparison
        .texts
        .retain(|(decl, _)| in_head(decl.part(name)));
    let kept = sizes(comparison);
    Elsewhere {
        findings: findings - kept.0,
        others: others - kept.1,
    }
}

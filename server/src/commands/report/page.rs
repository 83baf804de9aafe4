//! What all sections of the page share: the model, how its declarations are called, and the summary
//! at the top.

use crate::output::document::{Block, Cell, Figure};
use crate::reports::model::{ModelReport, Verdict};
use threatline_model::{
    Assessed, DUE_SOON_DAYS, Database, Date, Decl, File, FindingCounts, FindingState, Kind, Level,
    Standing, TypedValue, World, component_of, full_name, is_done, typed,
};
use threatline_syntax::prose::count;
use threatline_view::matrix::Cell as Known;
use threatline_view::names::shown_name;

/// The model that the page is about.
pub struct Page<'a> {
    /// The database, for questions.
    pub db: &'a Database,
    /// What is found in the model.
    pub report: &'a ModelReport,
    /// Its files.
    pub files: Vec<File>,
    today: Date,
}

impl<'a> Page<'a> {
    /// The page of a model.
    pub fn new(db: &'a Database, report: &'a ModelReport) -> Page<'a> {
        Page {
            db,
            report,
            files: report.model.files(db).to_vec(),
            today: World::get(db).today(db),
        }
    }

    /// The declarations of a kind.
    pub fn declared(&self, kind: Kind) -> impl Iterator<Item = Decl> + '_ {
        let declarations = self
            .files
            .iter()
            .flat_map(|file| file.declarations(self.db).iter().copied());
        declarations.filter(move |decl| decl.kind(self.db) == kind)
    }

    /// A declaration by its title and its name, as far as it has them.
    pub fn called(&self, decl: Decl) -> String {
        let title = decl.title(self.db).map(|title| title.trim());
        let title = title.filter(|title| !title.is_empty());
        match (title, &decl.shape(self.db).name) {
            (Some(title), Some(_)) => format!("{title} {}", self.code(decl)),
            (Some(title), None) => title.to_owned(),
            (None, _) => self.code(decl),
        }
    }

    /// Some declarations by their titles and names.
    pub fn called_all(&self, decls: impl Iterator<Item = Decl>) -> String {
        let called: Vec<String> = decls.map(|decl| self.called(decl)).collect();
        called.join(", ")
    }

    /// The name of a declaration, as code.
    pub fn code(&self, decl: Decl) -> String {
        let name = full_name(self.db, decl);
        if name.is_empty() {
            shown_name(self.db, decl)
        } else {
            format!("`{name}`")
        }
    }

    /// The texts of a property.
    pub fn text(&self, decl: Decl, property: &str) -> String {
        let stated = typed(self.db, decl);
        let values = stated.values(property);
        let texts = values.iter().filter_map(|(_, value)| match value {
            TypedValue::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    /// The day of a property.
    pub fn date(&self, decl: Decl, property: &str) -> Option<Date> {
        typed(self.db, decl).date(property)
    }

    /// A day, and whether it is near or has passed; `passed` is the word for that.
    pub fn day(&self, decl: Decl, property: &str, passed: &str) -> Cell {
        let Some(day) = self.date(decl, property) else {
            return Cell::default();
        };
        match self.days_to(day) {
            ..0 => Cell::with_class(format!("{day}, {passed}"), "high"),
            0 => Cell::with_class(format!("{day}, today"), "medium"),
            1 => Cell::with_class(format!("{day}, tomorrow"), "medium"),
            left @ 2..=DUE_SOON_DAYS => {
                Cell::with_class(format!("{day}, in {left} days"), "medium")
            }
            _ => day.to_string().into(),
        }
    }

    /// How many days there are from now to a day.
    pub fn days_to(&self, day: Date) -> i32 {
        let span = self.today.until(day);
        span.map_or(i32::MAX, |span| span.get_days())
    }

    /// The findings that nothing is done about.
    pub fn open(&self) -> impl Iterator<Item = &'a Assessed> {
        let findings = self.report.findings.iter();
        findings.filter(|assessed| assessed.state == FindingState::Open)
    }

    /// Who has to do with a finding: who does what counters it, who took it on, else whose threat
    /// or element it is.
    pub fn owner(&self, assessed: &Assessed) -> String {
        let subject = assessed.finding.id.subject();
        let treated = match assessed.state {
            FindingState::Accepted(by) | FindingState::Dismissed(by) => self.text(by, "by"),
            FindingState::Planned(by) | FindingState::Mitigated(by) => self.text(by, "owner"),
            FindingState::Open | FindingState::OutOfScope => String::new(),
        };
        if !treated.is_empty() {
            return treated;
        }
        let own = self.text(subject, "owner");
        if !own.is_empty() {
            return own;
        }
        component_of(self.db, subject.file(self.db))
            .map(|component| self.text(component, "owner"))
            .unwrap_or_default()
    }

    /// The mitigations that are not in place.
    pub fn planned(&self) -> impl Iterator<Item = Decl> + '_ {
        self.declared(Kind::Mitigation)
            .filter(|decl| !is_done(self.db, *decl))
    }

    /// Those of them that are late.
    pub fn overdue(&self) -> impl Iterator<Item = Decl> + '_ {
        self.planned().filter(|decl| self.has_passed(*decl, "due"))
    }

    fn expired(&self) -> usize {
        let accepts = self.declared(Kind::Accept);
        accepts
            .filter(|accept| self.has_passed(*accept, "until"))
            .count()
    }

    fn has_passed(&self, decl: Decl, property: &str) -> bool {
        let day = self.date(decl, property);
        day.is_some_and(|day| day < self.today)
    }

    /// Whether the check passes and why, with the class of that.
    pub fn verdict(&self) -> (String, &'static str) {
        let report = self.report;
        let threshold = report.threshold.map_or("", Level::word);
        let verdict = match report.verdict() {
            Verdict::Passed => {
                let verdict =
                    format!("The check passes: no open finding of severity {threshold} or above.");
                return (verdict, "mitigated");
            }
            Verdict::NotAsked => {
                let verdict = "The check does not fail at any severity.";
                return (verdict.to_owned(), "nothing");
            }
            Verdict::Failed => "The check fails",
            Verdict::NotJudged => "Not judged",
        };
        let mut against = Vec::new();
        if report.is_broken() {
            against.push("the model has errors, so this report may be incomplete".to_owned());
        }
        if report.failing() > 0 {
            let findings = count(report.failing(), "open finding");
            against.push(format!("{findings} of severity {threshold} or above"));
        }
        if report.has_other_errors() {
            against
                .push("diagnostics listed below are set to `error` in threatline.toml".to_owned());
        }
        against.extend(report.not_judged_in_words(self.db));
        (format!("{verdict}: {}.", against.join("; ")), "high")
    }

    /// The figures of the top.
    pub fn summary(&self) -> Vec<Block> {
        let (elements, flows) = self.report.elements();
        let text = format!(
            "Threat model of {}: {} and {} in {}. {}",
            self.today,
            count(elements, "element"),
            count(flows, "flow"),
            count(self.report.files, "file"),
            self.verdict().0
        );
        let open = Level::ALL
            .iter()
            .rev()
            .map(|level| self.open_figure(*level));
        let figures = open.chain([
            self.unstated_figure(),
            self.covered_figure(),
            self.planned_figure(),
            self.accepted_figure(),
        ]);
        vec![Block::Text(text), Block::Figures(figures.collect())]
    }

    fn open_figure(&self, level: Level) -> Figure {
        let open = self.report.counts.of(Standing::Open, level);
        Figure {
            number: open.to_string(),
            label: format!("open, {}", level.word()),
            class: if open > 0 { level.word() } else { "mitigated" },
        }
    }

    fn unstated_figure(&self) -> Figure {
        let unstated = self.report.counts.total(Standing::Unstated);
        Figure {
            number: unstated.to_string(),
            label: "undecided: a fact is missing".to_owned(),
            class: class_unless_zero(unstated, "not-stated"),
        }
    }

    fn covered_figure(&self) -> Figure {
        let findings = &self.report.findings;
        // What is covered is as good as what is not.
        let worst = findings.iter().map(Known::of).max();
        Figure {
            number: covered(&self.report.counts, &Level::ALL),
            label: format!("of {} covered", count(self.report.counts.all(), "finding")),
            class: worst.map_or("nothing", Known::class),
        }
    }

    fn planned_figure(&self) -> Figure {
        let (planned, overdue) = (self.planned().count(), self.overdue().count());
        Figure {
            number: planned.to_string(),
            label: format!(
                "planned {}, {overdue} overdue",
                if planned == 1 {
                    "mitigation"
                } else {
                    "mitigations"
                }
            ),
            class: if overdue > 0 {
                "high"
            } else {
                class_unless_zero(planned, "planned")
            },
        }
    }

    fn accepted_figure(&self) -> Figure {
        let accepted = self.report.counts.total(Standing::Accepted);
        let expired = self.expired();
        Figure {
            number: accepted.to_string(),
            label: format!("accepted, {} expired", count(expired, "acceptance")),
            class: if expired > 0 {
                "high"
            } else {
                class_unless_zero(accepted, "accepted")
            },
        }
    }
}

fn class_unless_zero(number: usize, class: &'static str) -> &'static str {
    if number > 0 { class } else { "nothing" }
}

/// How much of some severities is covered: mitigated, or accepted.
pub fn covered(counts: &FindingCounts, levels: &[Level]) -> String {
    let number = |standing: &Standing| counts.of_levels(*standing, levels);
    let findings: usize = Standing::ALL.iter().map(number).sum();
    let findings = findings - number(&Standing::OutOfScope);
    let decided = number(&Standing::Accepted) + number(&Standing::Dismissed);
    let treated = number(&Standing::Mitigated) + decided;
    match (treated * 100).checked_div(findings) {
        Some(share) => format!("{share}%"),
        None => "–".to_owned(),
    }
}

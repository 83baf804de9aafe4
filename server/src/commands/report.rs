//! `threatline report`: a page about each model that answers the four questions of threat modelling
//! (Shostack's: what are we working on, what can go wrong, what are we doing about it, did we do a
//! good job). It must not know how a page is written.

use crate::Outcome;
use crate::arguments::{ReportArguments, ReportFormat};
use crate::load::models;
use crate::model_report::{ModelReport, policy_in_words, report, the_only};
use crate::output::document::{Block, Cell, Document, write_html, write_markdown};
use crate::output::file::write_whole;
use crate::output::{self, count};
use anyhow::Result;
use std::collections::BTreeMap;
use std::io::Write;
use threatline_model::{
    Assessed, DUE_SOON_DAYS, Database, Date, Decl, ENDPOINT_KINDS, File, FindingId, FindingState,
    Kind, Level, STATES, World, accepts_finding, categories_in_words,
    codes::Class,
    component_of, full_name, holds, is_done, name_from, placed_in,
    schema::{CLASSIFICATION, LEVEL, STATUS, TRUST},
    sensitivity_of_asset, trust_of_boundary, typed,
};
use threatline_view::diagram::{Direction, NotDrawn, diagram};
use threatline_view::explain::{self, Section};
use threatline_view::matrix::{self, Cell as Known};
use threatline_view::names::shown_name;

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, or the output cannot be written.
pub fn run(arguments: &ReportArguments) -> Result<Outcome> {
    let loaded = models::load(&arguments.paths, arguments.today)?;
    let reports = report(&loaded, None);
    for note in &loaded.notes {
        output::note("note", note);
    }
    let report = the_only(&loaded, &reports)?;
    let document = document(loaded.db(), report);
    let mut page = Vec::new();
    match arguments.to {
        ReportFormat::Html => write_html(&mut page, &document)?,
        ReportFormat::Markdown => write_markdown(&mut page, &document)?,
    }
    match &arguments.out {
        Some(path) => write_whole(&[(path, &page)])?,
        None => std::io::stdout().lock().write_all(&page)?,
    }
    if report.is_broken() {
        output::error(
            "error",
            "the model has errors, so that the report may miss something; see `threatline check`",
        );
        return Ok(Outcome::Unusable);
    }
    Ok(Outcome::Clean)
}

fn document(db: &Database, report: &ModelReport) -> Document {
    let page = Page {
        db,
        report,
        files: report.model.files(db).to_vec(),
        today: World::get(db).today(db),
    };
    let mut blocks = page.summary();
    page.working_on(&mut blocks);
    page.can_go_wrong(&mut blocks);
    page.doing(&mut blocks);
    page.good_job(&mut blocks);
    Document {
        title: report.name.clone(),
        blocks,
    }
}

/// The categories of STRIDE in their order, as they are read.
const CATEGORIES: [&str; 6] = [
    "spoofing",
    "tampering",
    "repudiation",
    "information disclosure",
    "denial of service",
    "elevation of privilege",
];

struct Page<'a> {
    db: &'a Database,
    report: &'a ModelReport,
    files: Vec<File>,
    today: Date,
}

impl Page<'_> {
    fn declared(&self, kind: Kind) -> impl Iterator<Item = Decl> + '_ {
        let all = self
            .files
            .iter()
            .flat_map(|file| file.declarations(self.db).iter().copied());
        all.filter(move |decl| decl.kind(self.db) == kind)
    }

    /// A declaration by its title and its name, as far as it has them.
    fn called(&self, decl: Decl) -> String {
        let title = decl
            .title(self.db)
            .map(|title| title.trim())
            .filter(|title| !title.is_empty());
        match (title, &decl.shape(self.db).name) {
            (Some(title), Some(_)) => format!("{title} {}", self.code(decl)),
            (Some(title), None) => title.to_owned(),
            (None, _) => self.code(decl),
        }
    }

    fn all_called(&self, decls: impl Iterator<Item = Decl>) -> String {
        decls
            .map(|decl| self.called(decl))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn code(&self, decl: Decl) -> String {
        let name = full_name(self.db, decl);
        if name.is_empty() {
            shown_name(self.db, decl)
        } else {
            format!("`{name}`")
        }
    }

    fn text(&self, decl: Decl, property: &str) -> String {
        let stated = typed(self.db, decl);
        let values = stated.values(property);
        let texts = values.iter().filter_map(|(_, value)| match value {
            threatline_model::TypedValue::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    fn date(&self, decl: Decl, property: &str) -> Option<Date> {
        typed(self.db, decl).date(property)
    }

    /// A day, and whether it has passed or is near.
    fn day(&self, decl: Decl, property: &str, passed: &str) -> Cell {
        let Some(day) = self.date(decl, property) else {
            return Cell::default();
        };
        match self.days_to(day) {
            ..0 => Cell::of(format!("{day}, {passed}"), "high"),
            0 => Cell::of(format!("{day}, today"), "medium"),
            1 => Cell::of(format!("{day}, tomorrow"), "medium"),
            left @ 2..=DUE_SOON_DAYS => Cell::of(format!("{day}, in {left} days"), "medium"),
            _ => day.to_string().into(),
        }
    }

    fn days_to(&self, day: Date) -> i32 {
        self.today
            .until(day)
            .map_or(i32::MAX, |span| span.get_days())
    }

    fn of_state(&self, is: impl Fn(FindingState) -> bool) -> impl Iterator<Item = &Assessed> {
        self.report
            .findings
            .iter()
            .filter(move |found| is(found.state))
    }

    /// Who has to do with a finding: who does what counters it, who took it on, else whose threat
    /// or element it is.
    fn owner(&self, found: &Assessed) -> String {
        let db = self.db;
        let subject = found.finding.id.subject();
        let treated = match found.state {
            FindingState::Accepted(by) => self.text(by, "by"),
            FindingState::Planned(by) | FindingState::Mitigated(by) => self.text(by, "owner"),
            FindingState::Open => String::new(),
        };
        let of_component =
            || component_of(db, subject.file(db)).map(|component| self.text(component, "owner"));
        let owners = [
            treated,
            self.text(subject, "owner"),
            of_component().unwrap_or_default(),
        ];
        owners
            .into_iter()
            .find(|owner| !owner.is_empty())
            .unwrap_or_default()
    }

    /// Whether the check passes and why, with the class of that.
    fn verdict(&self) -> (String, &'static str) {
        let report = self.report;
        let mut against = Vec::new();
        if report.is_broken() {
            against.push(
                "the model itself has errors, so that this page may miss something".to_owned(),
            );
        }
        if let (Some(bar), 1..) = (report.bar, report.at_the_bar()) {
            against.push(format!(
                "{} of severity {} or above",
                report.at_the_bar_in_words(),
                bar.word()
            ));
        }
        if report.has_other_errors() {
            against.push("threatline.toml makes errors of what is told below".to_owned());
        }
        match (report.bar, against.is_empty()) {
            (_, false) => (
                format!("It fails its check: {}.", against.join("; ")),
                "high",
            ),
            (Some(bar), true) => (
                format!(
                    "It passes its check: nothing of severity {} or above is open.",
                    bar.word()
                ),
                "mitigated",
            ),
            (None, true) => (
                "No severity fails the check of this model.".to_owned(),
                "nothing",
            ),
        }
    }

    /// The figures of the top.
    fn summary(&self) -> Vec<Block> {
        let counts = &self.report.counts;
        let (elements, flows) = self.report.elements();
        let mut figures = Vec::new();
        for level in Level::ALL.iter().rev() {
            let open = counts.of("open", *level);
            let class = if open > 0 { level.word() } else { "mitigated" };
            figures.push((open.to_string(), format!("open, {}", level.word()), class));
        }
        let of_class = |number: usize, class| if number > 0 { class } else { "nothing" };
        let unstated = counts.total("not stated");
        figures.push((
            unstated.to_string(),
            "not stated: a fact decides".to_owned(),
            of_class(unstated, "not-stated"),
        ));
        let all = self.report.findings.len();
        // What is covered is as good as what is not.
        let worst = self
            .report
            .findings
            .iter()
            .map(Known::of)
            .max()
            .map_or("nothing", Known::class);
        figures.push((
            self.covered(&Level::ALL),
            format!("covered, of {}", count(all, "finding")),
            worst,
        ));
        let (planned, overdue) = (self.planned().count(), self.overdue().count());
        let class = if overdue > 0 {
            "high"
        } else {
            of_class(planned, "planned")
        };
        figures.push((
            planned.to_string(),
            format!("mitigations planned, {overdue} overdue"),
            class,
        ));
        let (accepted, expired) = (counts.total("accepted"), self.expired().count());
        let class = if expired > 0 {
            "high"
        } else {
            of_class(accepted, "accepted")
        };
        let expired = count(expired, "acceptance");
        figures.push((
            accepted.to_string(),
            format!("accepted; {expired} expired"),
            class,
        ));
        vec![
            Block::Text(format!(
                "Threat model of {}: {} and {} in {}. {}",
                self.today,
                count(elements, "element"),
                count(flows, "flow"),
                count(self.report.files, "file"),
                self.verdict().0
            )),
            Block::Figures(figures),
        ]
    }

    /// How much of some severities is covered: mitigated, or accepted.
    fn covered(&self, levels: &[Level]) -> String {
        let of = |state: &str| {
            levels
                .iter()
                .map(|level| self.report.counts.of(state, *level))
                .sum::<usize>()
        };
        let all: usize = STATES.iter().map(|state| of(state)).sum();
        let treated = of("mitigated") + of("accepted");
        (treated * 100)
            .checked_div(all)
            .map_or_else(|| "–".to_owned(), |share| format!("{share} %"))
    }

    fn planned(&self) -> impl Iterator<Item = Decl> + '_ {
        self.declared(Kind::Mitigation)
            .filter(|decl| !is_done(self.db, *decl))
    }

    fn overdue(&self) -> impl Iterator<Item = Decl> + '_ {
        self.planned()
            .filter(|decl| self.date(*decl, "due").is_some_and(|due| due < self.today))
    }

    fn expired(&self) -> impl Iterator<Item = Decl> + '_ {
        self.declared(Kind::Accept).filter(|decl| {
            self.date(*decl, "until")
                .is_some_and(|until| until < self.today)
        })
    }

    fn working_on(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "What are we working on?".to_owned()));
        self.draw(blocks, &self.files);
        let components: Vec<File> = self
            .files
            .iter()
            .copied()
            .filter(|file| component_of(db, *file).is_some())
            .collect();
        if !components.is_empty() {
            let rows = components.iter().filter_map(|file| {
                let component = component_of(db, *file)?;
                let own = file
                    .declarations(db)
                    .iter()
                    .filter(|decl| ENDPOINT_KINDS.contains(&decl.kind(db)))
                    .count();
                let stated = typed(db, component);
                let criticality = stated
                    .word("criticality")
                    .map(|word| LEVEL.word(word))
                    .unwrap_or_default();
                let found = matrix::in_file(db, *file);
                let worst = found.iter().map(Known::of).max().map_or("", Known::class);
                Some(vec![
                    self.called(component).into(),
                    Cell::of(matrix::counted(&found), worst),
                    self.text(component, "owner").into(),
                    criticality.into(),
                    own.to_string().into(),
                ])
            });
            blocks.push(Block::Heading(3, "Components".to_owned()));
            let columns = vec!["component", "findings", "owner", "criticality", "elements"];
            blocks.push(Block::Table(columns, rows.collect()));
        }
        let assets: Vec<Decl> = self.declared(Kind::Asset).collect();
        if !assets.is_empty() {
            let elements: Vec<Decl> = ENDPOINT_KINDS
                .iter()
                .flat_map(|kind| self.declared(*kind))
                .collect();
            let rows = assets.iter().map(|asset| {
                let sensitivity = sensitivity_of_asset(db, *asset);
                let held = elements
                    .iter()
                    .filter(|element| holds(db, **element).contains(asset))
                    .count();
                vec![
                    self.called(*asset).into(),
                    CLASSIFICATION.word(sensitivity.classification).into(),
                    LEVEL.word(sensitivity.integrity).into(),
                    LEVEL.word(sensitivity.availability).into(),
                    if sensitivity.personal { "yes" } else { "" }.into(),
                    count(held, "element").into(),
                ]
            });
            blocks.push(Block::Heading(3, "What is worth protecting".to_owned()));
            let columns = vec![
                "asset",
                "classification",
                "integrity",
                "availability",
                "personal",
                "held by",
            ];
            blocks.push(Block::Table(columns, rows.collect()));
        }
        let boundaries: Vec<Decl> = self.declared(Kind::Boundary).collect();
        if !boundaries.is_empty() {
            let rows = boundaries.iter().map(|boundary| {
                let within = placed_in(db, *boundary)
                    .map(|within| self.code(within))
                    .unwrap_or_default();
                vec![
                    self.called(*boundary).into(),
                    TRUST.word(trust_of_boundary(db, *boundary).0).into(),
                    within.into(),
                ]
            });
            blocks.push(Block::Heading(3, "Trust boundaries".to_owned()));
            blocks.push(Block::Table(
                vec!["boundary", "trust", "in"],
                rows.collect(),
            ));
        }
        let drawn = |file: &File| diagram(db, &[*file], Direction::Right).is_ok();
        if components.len() > 1 && components.iter().any(drawn) {
            blocks.push(Block::Heading(3, "Component by component".to_owned()));
            blocks.push(Block::Text(
                "Each with what it talks to; what is of another component is dimmed.".to_owned(),
            ));
            for file in components.into_iter().filter(drawn) {
                let Some(component) = component_of(db, file) else {
                    continue;
                };
                blocks.push(Block::Heading(4, self.called(component)));
                let description = component.facts(db).description.as_ref();
                blocks.extend(description.map(|text| Block::Text(text.to_string())));
                self.draw(blocks, &[file]);
            }
        }
    }

    fn draw(&self, blocks: &mut Vec<Block>, files: &[File]) {
        match diagram(self.db, files, Direction::Right) {
            Ok(drawn) => blocks.push(Block::Drawing {
                drawing: drawn.draw(),
                legend: drawn.legend(),
                mermaid: drawn.mermaid(),
                colours: drawn.mermaid_colours(),
            }),
            Err(NotDrawn::Empty) => blocks.push(Block::Text("There is nothing to draw.".to_owned())),
            Err(NotDrawn::TooLarge(parts)) => blocks.push(Block::Text(format!(
                "{parts} elements and flows are more than one picture can show; the components follow one by one."
            ))),
        }
    }

    /// What was found and written, the worst first, with what has become of each.
    fn register(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        let mut ranked: Vec<&Assessed> = self.report.findings.iter().collect();
        ranked.sort_by_key(|found| std::cmp::Reverse((Known::of(found), found.finding.severity)));
        if ranked.is_empty() {
            blocks.push(Block::Text(
                "Nothing was found, and no threat is written.".to_owned(),
            ));
            return;
        }
        let rows = ranked.iter().map(|found| {
            let known = Known::of(found);
            let (what, against) = match found.finding.id {
                FindingId::Rule { rule, element } => {
                    let rule = name_from(db, rule, element.file(db));
                    (
                        format!("{} `{rule}`", found.finding.id.title(db)),
                        self.called(element),
                    )
                }
                FindingId::Threat(threat) => (
                    self.called(threat),
                    self.all_called(typed(db, threat).decls("targets")),
                ),
            };
            let (by, day) = match found.state {
                FindingState::Open => (String::new(), Cell::default()),
                FindingState::Mitigated(by) => (self.called(by), Cell::default()),
                FindingState::Planned(by) => (self.called(by), self.day(by, "due", "overdue")),
                FindingState::Accepted(by) => (self.called(by), self.day(by, "until", "expired")),
            };
            let severity = if matches!(known, Known::Open(_)) {
                known.class()
            } else {
                ""
            };
            vec![
                what.into(),
                Cell::of(severity_in_words(found), severity),
                Cell::of(
                    found.state_word(),
                    if severity.is_empty() {
                        known.class()
                    } else {
                        severity
                    },
                ),
                against.into(),
                by.into(),
                day,
                self.owner(found).into(),
            ]
        });
        blocks.push(Block::Heading(3, "All threats and findings".to_owned()));
        let columns = vec![
            "threat",
            "severity",
            "state",
            "against",
            "countered or accepted by",
            "due or until",
            "owner",
        ];
        blocks.push(Block::Table(columns, rows.collect()));
        let open = ranked
            .into_iter()
            .filter(|found| found.state == FindingState::Open);
        let mut open = open.peekable();
        blocks.push(Block::Heading(3, "What is open, in detail".to_owned()));
        if open.peek().is_none() {
            blocks.push(Block::Text("Nothing is open.".to_owned()));
        }
        blocks.extend(open.map(|found| {
            let summary = format!(
                "{}: {} ({}; {})",
                found.finding.id.title(db),
                self.code(found.finding.id.subject()),
                told(found),
                categories_in_words(found.finding.categories)
            );
            Block::Details(
                summary,
                Known::of(found).class(),
                sections(&explain::finding(db, found).parts),
            )
        }));
    }

    fn can_go_wrong(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "What can go wrong?".to_owned()));
        self.register(blocks);
        let rows: Vec<matrix::Row> = matrix::matrix(db, &self.files);
        if !rows.is_empty() {
            blocks.push(Block::Heading(3, "By STRIDE".to_owned()));
            let columns = std::iter::once("element").chain(CATEGORIES).collect();
            let rows = rows.iter().map(|row| {
                let cells = row.cells.iter().map(|known| match known {
                    Known::Nothing => Cell::default(),
                    known => Cell::of(known.word(), known.class()),
                });
                std::iter::once(self.called(row.element).into())
                    .chain(cells)
                    .collect()
            });
            blocks.push(Block::Table(columns, rows.collect()));
        }
    }

    fn doing(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "What are we doing about it?".to_owned()));
        let mut mitigations: Vec<Decl> = self.declared(Kind::Mitigation).collect();
        // What is to come first, by its day; then what is in place.
        mitigations.sort_by_key(|decl| {
            (
                is_done(db, *decl),
                self.date(*decl, "due").unwrap_or(Date::MAX),
            )
        });
        if !mitigations.is_empty() {
            let rows = mitigations.iter().map(|mitigation| {
                let stated = typed(db, *mitigation).word("status");
                let status = stated.map_or("implemented, as nothing is stated", |word| {
                    STATUS.word(word)
                });
                let is_done = is_done(db, *mitigation);
                let due = if is_done {
                    Cell::default()
                } else {
                    self.day(*mitigation, "due", "overdue")
                };
                let treats = |found: &&Assessed| match found.state {
                    FindingState::Mitigated(by) | FindingState::Planned(by) => by == *mitigation,
                    _ => false,
                };
                let treated = self.report.findings.iter().filter(treats).count();
                vec![
                    self.called(*mitigation).into(),
                    Cell::of(status, if is_done { "mitigated" } else { "planned" }),
                    self.text(*mitigation, "owner").into(),
                    due,
                    self.text(*mitigation, "ticket").into(),
                    treated.to_string().into(),
                ]
            });
            blocks.push(Block::Heading(3, "Mitigations of this model".to_owned()));
            let columns = vec!["mitigation", "status", "owner", "due", "ticket", "findings"];
            blocks.push(Block::Table(columns, rows.collect()));
        }
        let mut of_library: BTreeMap<String, usize> = BTreeMap::new();
        for found in &self.report.findings {
            if let FindingState::Mitigated(by) = found.state
                && by.in_library(db)
            {
                *of_library.entry(self.called(by)).or_default() += 1;
            }
        }
        if !of_library.is_empty() {
            let rows = of_library
                .into_iter()
                .map(|(name, treated)| vec![name.into(), treated.to_string().into()]);
            blocks.push(Block::Heading(
                3,
                "Standard mitigations in place".to_owned(),
            ));
            blocks.push(Block::Table(vec!["mitigation", "findings"], rows.collect()));
        }
        let mut accepts: Vec<Decl> = self.declared(Kind::Accept).collect();
        accepts.sort_by_key(|accept| self.date(*accept, "until").unwrap_or(Date::MIN));
        if !accepts.is_empty() {
            let rows = accepts.iter().map(|accept| {
                // An expired one still says what it was about.
                let taken = self
                    .report
                    .findings
                    .iter()
                    .filter(|found| accepts_finding(db, *accept, &found.finding));
                let taken: Vec<String> = taken
                    .map(|found| format!("`{}`", found.finding.id.name(db)))
                    .collect();
                vec![
                    self.day(*accept, "until", "expired"),
                    self.called(*accept).into(),
                    taken.join(", ").into(),
                    self.text(*accept, "by").into(),
                    self.text(*accept, "because").into(),
                ]
            });
            blocks.push(Block::Heading(
                3,
                "Accepted risks, the next to expire first".to_owned(),
            ));
            blocks.push(Block::Table(
                vec!["until", "decision", "findings", "by", "because"],
                rows.collect(),
            ));
        }
        self.owners(blocks);
        if mitigations.is_empty() && accepts.is_empty() {
            blocks.push(Block::Text(
                "The model declares no mitigations of its own, and accepts no risk.".to_owned(),
            ));
        }
    }

    /// Who has what to do.
    fn owners(&self, blocks: &mut Vec<Block>) {
        let mut owners: BTreeMap<String, [usize; 4]> = BTreeMap::new();
        for found in self.of_state(|state| state == FindingState::Open) {
            owners.entry(self.owner(found)).or_default()
                [usize::from(found.finding.missing.is_some())] += 1;
        }
        for mitigation in self.planned() {
            owners.entry(self.text(mitigation, "owner")).or_default()[2] += 1;
        }
        for mitigation in self.overdue() {
            owners.entry(self.text(mitigation, "owner")).or_default()[3] += 1;
        }
        if !owners.is_empty() {
            let rows = owners.into_iter().map(|(owner, numbers)| {
                let owner = if owner.is_empty() {
                    "no owner is stated".to_owned()
                } else {
                    owner
                };
                std::iter::once(owner.into())
                    .chain(numbers.map(|number| number.to_string().into()))
                    .collect()
            });
            blocks.push(Block::Heading(3, "Owners".to_owned()));
            blocks.push(Block::Table(
                vec![
                    "owner",
                    "open",
                    "not stated",
                    "mitigations planned",
                    "overdue",
                ],
                rows.collect(),
            ));
        }
    }

    fn good_job(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(2, "Did we do a good job?".to_owned()));
        let (verdict, class) = self.verdict();
        blocks.push(Block::Note(verdict, class));
        self.failing(blocks);
        blocks.push(Block::Heading(3, "Coverage by severity".to_owned()));
        let row = |name: &str, levels: &[Level]| {
            let of = |state: &str| {
                levels
                    .iter()
                    .map(|level| self.report.counts.of(state, *level))
                    .sum::<usize>()
            };
            let numbers = STATES.iter().map(|state| of(state).to_string().into());
            let worst = self
                .report
                .findings
                .iter()
                .filter(|found| levels.contains(&found.finding.severity));
            let class = worst.map(Known::of).max().map_or("", Known::class);
            let covered = [Cell::of(self.covered(levels), class)];
            std::iter::once(name.into())
                .chain(covered)
                .chain(numbers)
                .collect::<Vec<Cell>>()
        };
        let mut rows: Vec<Vec<Cell>> = Level::ALL
            .iter()
            .rev()
            .map(|level| row(level.word(), &[*level]))
            .collect();
        rows.push(row("all", &Level::ALL));
        let columns = ["severity", "covered"].into_iter().chain(STATES);
        blocks.push(Block::Table(columns.collect(), rows));
        blocks.push(Block::Text(
            "Covered is what is mitigated or accepted.".to_owned(),
        ));
        self.days(blocks);
        let others =
            self.report.entries.iter().filter(|entry| {
                !matches!(entry.diagnostic.code.class, Class::Finding | Class::Time)
            });
        let others: Vec<Cell> = others
            .map(|entry| {
                let spot = &entry.spot;
                format!(
                    "{}:{}: {}",
                    spot.path,
                    spot.start.line + 1,
                    entry.diagnostic.message
                )
                .into()
            })
            .collect();
        if !others.is_empty() {
            blocks.push(Block::Heading(
                3,
                "What the model itself still needs".to_owned(),
            ));
            blocks.push(Block::List(others));
        }
        let assumptions: Vec<Decl> = self.declared(Kind::Assumption).collect();
        if !assumptions.is_empty() {
            let rows = assumptions.iter().map(|assumption| {
                vec![
                    self.called(*assumption).into(),
                    self.all_called(typed(self.db, *assumption).decls("about"))
                        .into(),
                    self.day(*assumption, "validate_by", "overdue"),
                    self.text(*assumption, "owner").into(),
                ]
            });
            blocks.push(Block::Heading(3, "What is taken for granted".to_owned()));
            blocks.push(Block::Table(
                vec!["assumption", "about", "to be validated by", "owner"],
                rows.collect(),
            ));
        }
        if !self.report.policy.is_empty() {
            blocks.push(Block::Heading(3, "Where the policy differs".to_owned()));
            blocks.push(Block::List(
                self.report
                    .policy
                    .iter()
                    .map(|set| policy_in_words(set).into())
                    .collect(),
            ));
        }
    }

    /// What is open at the bar.
    fn failing(&self, blocks: &mut Vec<Block>) {
        const MOST: usize = 10;
        let db = self.db;
        let at_the_bar = |found: &&Assessed| {
            self.report
                .bar
                .is_some_and(|bar| found.finding.severity >= bar)
        };
        let failing = self
            .of_state(|state| state == FindingState::Open)
            .filter(at_the_bar);
        let mut entries: Vec<Cell> = failing
            .map(|found| {
                let (title, subject) = (
                    found.finding.id.title(db),
                    self.code(found.finding.id.subject()),
                );
                format!("{title}: {subject} ({})", told(found)).into()
            })
            .collect();
        if entries.len() > MOST {
            let more = entries.split_off(MOST).len();
            entries.push(format!("and {more} more").into());
        }
        if !entries.is_empty() {
            blocks.push(Block::List(entries));
        }
    }

    /// What should have been done, and what is to be done soon.
    fn days(&self, blocks: &mut Vec<Block>) {
        let of = |kind, property, passed, what| {
            self.declared(kind)
                .map(move |decl| (decl, property, passed, what))
        };
        let all = of(Kind::Mitigation, "due", "overdue", "mitigation")
            .filter(|(decl, ..)| !is_done(self.db, *decl))
            .chain(of(Kind::Accept, "until", "expired", "acceptance"))
            .chain(of(
                Kind::Assumption,
                "validate_by",
                "overdue",
                "assumption to validate",
            ));
        let near = all.filter_map(|(decl, property, passed, what)| {
            let day = self
                .date(decl, property)
                .filter(|day| self.days_to(*day) <= DUE_SOON_DAYS)?;
            let owner = if decl.kind(self.db) == Kind::Accept {
                "by"
            } else {
                "owner"
            };
            let row = vec![
                self.called(decl).into(),
                what.into(),
                self.day(decl, property, passed),
                self.text(decl, owner).into(),
            ];
            Some((day, row))
        });
        let mut near: Vec<(Date, Vec<Cell>)> = near.collect();
        near.sort_by_key(|(day, _)| *day);
        blocks.push(Block::Heading(3, "Overdue, expired and soon".to_owned()));
        if near.is_empty() {
            blocks.push(Block::Text(format!(
                "No mitigation is overdue, no acceptance has expired, no assumption waits to be validated, and none of \
                 these days is within {DUE_SOON_DAYS} days."
            )));
            return;
        }
        let columns = vec!["what", "kind", "day", "owner"];
        blocks.push(Block::Table(
            columns,
            near.into_iter().map(|(_, row)| row).collect(),
        ));
    }
}

/// An explanation as parts of a document.
fn sections(parts: &[Section]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in parts {
        match part {
            Section::Heading(heading) => blocks.push(Block::Heading(4, (*heading).to_owned())),
            Section::Text(text) => blocks.push(Block::Text(text.clone())),
            Section::Item(item, _) => enter(&mut blocks, item.clone().into()),
            Section::Link(item, link) => {
                enter(
                    &mut blocks,
                    Cell {
                        link: Some(link.clone()),
                        ..item.clone().into()
                    },
                );
            }
            // How to accept it is for the one who writes the model.
            Section::Code(_) => {
                blocks.pop_if(|last| matches!(last, Block::Heading(..)));
            }
        }
    }
    blocks
}

/// Adds an entry to the list at the end.
fn enter(blocks: &mut Vec<Block>, entry: Cell) {
    match blocks.last_mut() {
        Some(Block::List(entries)) => entries.push(entry),
        _ => blocks.push(Block::List(vec![entry])),
    }
}

/// How severe a finding is, as far as it is known.
fn severity_in_words(found: &Assessed) -> String {
    let severity = found.finding.severity.word();
    if found.state_word() == "not stated" {
        format!("up to {severity}")
    } else {
        severity.to_owned()
    }
}

/// The same, and whether it is known at all.
fn told(found: &Assessed) -> String {
    let severity = severity_in_words(found);
    if found.finding.missing.is_some() {
        format!("not stated, {severity}")
    } else {
        severity
    }
}

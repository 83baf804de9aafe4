//! `threatline report`: a page about each model that answers the four questions of threat modelling (Shostack's: what are
//! we working on, what can go wrong, what are we doing about it, did we do a good job). It must not know how a page is
//! written.

use crate::Outcome;
use crate::arguments::{ReportArguments, ReportFormat};
use crate::checked::{ModelReport, STATES, policy_in_words, report};
use crate::files;
use crate::format::count;
use crate::format::document::{Block, Cell, Document, write_html, write_markdown};
use crate::format::{self, in_one_line};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::io::Write;
use threatline_ide::diagram::{Direction, NotDrawn, diagram};
use threatline_ide::explain::{self, Section};
use threatline_ide::lenses;
use threatline_ide::matrix::{self, Cell as Known};
use threatline_ide::symbols::shown_name;
use threatline_model::codes::Class;
use threatline_model::findings::{Assessed, Level, State, categories_in_words};
use threatline_model::names::{component_of, full_name};
use threatline_model::relations::{ENDS, holds, is_done, placed_in, sensitivity_of_asset, trust_of_boundary};
use threatline_model::schema::{CLASSIFICATION, LEVEL, STATUS, STRIDE, TRUST};
use threatline_model::typed::typed;
use threatline_model::{Database, Date, Decl, File, Kind, World};

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, or the output cannot be written.
pub fn run(arguments: &ReportArguments) -> Result<Outcome> {
    let loaded = files::load(&arguments.paths, arguments.today)?;
    let reports = report(&loaded, None);
    for note in &loaded.notes {
        format::note("note", note);
    }
    let [report] = reports.as_slice() else {
        let names = reports.iter().map(|report| in_one_line(report.model.root(loaded.db())));
        bail!("there are {} models; name the folder of one: {}", reports.len(), names.collect::<Vec<_>>().join(", "));
    };
    let document = document(loaded.db(), report);
    let mut page = Vec::new();
    match arguments.to {
        ReportFormat::Html => write_html(&mut page, &document)?,
        ReportFormat::Markdown => write_markdown(&mut page, &document)?,
    }
    match &arguments.out {
        Some(path) => files::write_whole(&[(path, &page)])?,
        None => std::io::stdout().lock().write_all(&page)?,
    }
    if report.is_broken() {
        format::error("error", "the model has errors, so that the report may miss something; see `threatline check`");
        return Ok(Outcome::Unusable);
    }
    Ok(Outcome::Clean)
}

fn document(db: &Database, report: &ModelReport) -> Document {
    let page = Page { db, report, files: report.model.files(db).to_vec(), today: World::get(db).today(db) };
    let mut blocks = page.summary();
    page.working_on(&mut blocks);
    page.can_go_wrong(&mut blocks);
    page.doing(&mut blocks);
    page.good_job(&mut blocks);
    Document { title: report.name.clone(), blocks }
}

struct Page<'a> {
    db: &'a Database,
    report: &'a ModelReport,
    files: Vec<File>,
    today: Date,
}

impl Page<'_> {
    fn declared(&self, kind: Kind) -> impl Iterator<Item = Decl> + '_ {
        let all = self.files.iter().flat_map(|file| file.declarations(self.db).iter().copied());
        all.filter(move |decl| decl.kind(self.db) == kind)
    }

    /// A declaration by its title, if it has one, and its name.
    fn called(&self, decl: Decl) -> String {
        match decl.title(self.db).filter(|title| !title.trim().is_empty()) {
            Some(title) => format!("{} ({})", title.trim(), self.code(decl)),
            None => self.code(decl),
        }
    }

    fn code(&self, decl: Decl) -> String {
        let name = full_name(self.db, decl);
        if name.is_empty() { shown_name(self.db, decl) } else { format!("`{name}`") }
    }

    fn text(&self, decl: Decl, property: &str) -> String {
        let stated = typed(self.db, decl);
        let values = stated.get(property).map(|stated| stated.values.as_slice()).unwrap_or_default();
        let texts = values.iter().filter_map(|(_, value)| match value {
            threatline_model::typed::TypedValue::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    fn date(&self, decl: Decl, property: &str) -> Option<Date> {
        typed(self.db, decl).date(property)
    }

    fn of_state(&self, is: impl Fn(State) -> bool) -> impl Iterator<Item = &Assessed> {
        self.report.findings.iter().filter(move |found| is(found.state))
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
        let all: usize = STATES.iter().map(|state| counts.total(state)).sum();
        let treated = counts.total("mitigated") + counts.total("accepted");
        let share = (treated * 100).checked_div(all).map_or_else(|| "–".to_owned(), |share| format!("{share} %"));
        figures.push((share, format!("covered: mitigated or accepted, of {}", count(all, "finding")), "mitigated"));
        let overdue = self.overdue().count();
        let planned = self.planned().count();
        let class = if overdue > 0 { "high" } else { "planned" };
        figures.push((planned.to_string(), format!("mitigations planned, {overdue} overdue"), class));
        figures.push((counts.total("accepted").to_string(), "findings accepted".to_owned(), "accepted"));
        figures.push((counts.total("not stated").to_string(), "wait for a fact".to_owned(), "not-stated"));
        let state = match (self.report.bar, self.report.at_the_bar()) {
            (None, _) => "No severity fails the check of this model.".to_owned(),
            (Some(bar), 0) => format!("It passes its check: nothing of severity {} or above is open.", bar.word()),
            (Some(bar), open) => {
                format!("It fails its check: {} of severity {} or above.", count(open, "open finding"), bar.word())
            }
        };
        vec![
            Block::Text(format!(
                "Threat model of {}: {} and {} in {}. {state}",
                self.today,
                count(elements, "element"),
                count(flows, "flow"),
                count(self.report.files, "file")
            )),
            Block::Figures(figures),
        ]
    }

    fn planned(&self) -> impl Iterator<Item = Decl> + '_ {
        self.declared(Kind::Mitigation).filter(|decl| !is_done(self.db, *decl))
    }

    fn overdue(&self) -> impl Iterator<Item = Decl> + '_ {
        self.planned().filter(|decl| self.date(*decl, "due").is_some_and(|due| due < self.today))
    }

    fn working_on(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "What are we working on?".to_owned()));
        self.draw(blocks, &self.files, "The whole model. A flow has the colour of the worst that is open on it.");
        let components: Vec<File> =
            self.files.iter().copied().filter(|file| component_of(db, *file).is_some()).collect();
        if !components.is_empty() {
            let rows = components.iter().filter_map(|file| {
                let component = component_of(db, *file)?;
                let own = file.declarations(db).iter().filter(|decl| ENDS.contains(&decl.kind(db))).count();
                let stated = typed(db, component);
                let criticality = stated.word("criticality").map(|word| LEVEL.word(word)).unwrap_or_default();
                let found = lenses::in_file(db, *file);
                let worst = found.iter().map(Known::of).max().map_or("", Known::class);
                Some(vec![
                    self.called(component).into(),
                    self.text(component, "owner").into(),
                    criticality.into(),
                    own.to_string().into(),
                    Cell { text: lenses::counted(&found), class: worst },
                ])
            });
            blocks.push(Block::Heading(3, "Components".to_owned()));
            let columns = vec!["component", "owner", "criticality", "elements", "findings"];
            blocks.push(Block::Table(columns, rows.collect()));
        }
        let assets: Vec<Decl> = self.declared(Kind::Asset).collect();
        if !assets.is_empty() {
            let elements: Vec<Decl> = ENDS.iter().flat_map(|kind| self.declared(*kind)).collect();
            let rows = assets.iter().map(|asset| {
                let sensitivity = sensitivity_of_asset(db, *asset);
                let held = elements.iter().filter(|element| holds(db, **element).contains(asset)).count();
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
            let columns = vec!["asset", "classification", "integrity", "availability", "personal", "held by"];
            blocks.push(Block::Table(columns, rows.collect()));
        }
        let boundaries: Vec<Decl> = self.declared(Kind::Boundary).collect();
        if !boundaries.is_empty() {
            let rows = boundaries.iter().map(|boundary| {
                let within = placed_in(db, *boundary).map(|within| self.code(within)).unwrap_or_default();
                vec![
                    self.called(*boundary).into(),
                    TRUST.word(trust_of_boundary(db, *boundary).0).into(),
                    within.into(),
                ]
            });
            blocks.push(Block::Heading(3, "Trust boundaries".to_owned()));
            blocks.push(Block::Table(vec!["boundary", "trust", "in"], rows.collect()));
        }
        if components.len() > 1 {
            for file in components {
                let Some(component) = component_of(db, file) else { continue };
                if diagram(db, &[file], Direction::Right).is_ok() {
                    blocks.push(Block::Heading(3, self.called(component)));
                    let description = component.facts(db).description.as_ref();
                    blocks.extend(description.map(|text| Block::Text(text.to_string())));
                    self.draw(blocks, &[file], "What is not of this component is dimmed.");
                }
            }
        }
    }

    fn draw(&self, blocks: &mut Vec<Block>, files: &[File], shows: &str) {
        match diagram(self.db, files, Direction::Right) {
            Ok(drawn) => {
                blocks.push(Block::Drawing { svg: drawn.draw(), mermaid: drawn.mermaid(), shows: shows.to_owned() })
            }
            Err(NotDrawn::Empty) => blocks.push(Block::Text("There is nothing to draw.".to_owned())),
            Err(NotDrawn::TooLarge(parts)) => blocks.push(Block::Text(format!(
                "{parts} elements and flows are more than one picture can show; the components follow one by one."
            ))),
        }
    }

    fn can_go_wrong(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "What can go wrong?".to_owned()));
        let open: Vec<&Assessed> = self.of_state(|state| state == State::Open).collect();
        if open.is_empty() {
            blocks.push(Block::Text("Nothing is open.".to_owned()));
        }
        let mut ranked = open;
        ranked.sort_by_key(|found| std::cmp::Reverse(Known::of(found)));
        for found in ranked {
            let explained = explain::finding(db, found);
            let known = Known::of(found);
            let severity = match known {
                Known::Unstated => format!("not stated, up to {}", found.finding.severity.word()),
                _ => found.finding.severity.word().to_owned(),
            };
            let summary = format!(
                "{}: {} ({severity}; {})",
                found.finding.id.title(db),
                self.code(found.finding.id.subject()),
                categories_in_words(found.finding.categories)
            );
            blocks.push(Block::Details(summary, known.class(), sections(&explained.parts)));
        }
        let rows: Vec<matrix::Row> = matrix::matrix(db, &self.files);
        if !rows.is_empty() {
            blocks.push(Block::Heading(3, "By STRIDE".to_owned()));
            let mut columns = vec!["element"];
            columns.extend(STRIDE.names());
            let rows = rows.iter().map(|row| {
                let cells = row.cells.iter().map(|known| match known {
                    Known::Nothing => Cell::default(),
                    known => Cell { text: known.word().to_owned(), class: known.class() },
                });
                std::iter::once(self.code(row.element).into()).chain(cells).collect()
            });
            blocks.push(Block::Table(columns, rows.collect()));
        }
    }

    fn doing(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "What are we doing about it?".to_owned()));
        let mut mitigations: Vec<Decl> = self.declared(Kind::Mitigation).collect();
        // What is to come first, by its day; then what is in place.
        mitigations.sort_by_key(|decl| (is_done(db, *decl), self.date(*decl, "due").unwrap_or(Date::MAX)));
        if !mitigations.is_empty() {
            let rows = mitigations.iter().map(|mitigation| {
                let stated = typed(db, *mitigation).word("status");
                let status = stated.map_or("implemented, as nothing is stated", |word| STATUS.word(word));
                let due = self.date(*mitigation, "due").filter(|_| !is_done(db, *mitigation));
                let due = match due {
                    Some(due) if due < self.today => Cell { text: format!("{due}, overdue"), class: "high" },
                    due => due.map(|due| due.to_string()).unwrap_or_default().into(),
                };
                let treats = |found: &&Assessed| match found.state {
                    State::Mitigated(by) | State::Planned(by) => by == *mitigation,
                    _ => false,
                };
                let treated = self.report.findings.iter().filter(treats).count();
                vec![
                    self.called(*mitigation).into(),
                    Cell {
                        text: status.to_owned(),
                        class: if is_done(db, *mitigation) { "mitigated" } else { "planned" },
                    },
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
            if let State::Mitigated(by) = found.state
                && by.in_library(db)
            {
                *of_library.entry(self.called(by)).or_default() += 1;
            }
        }
        if !of_library.is_empty() {
            let rows = of_library.into_iter().map(|(name, treated)| vec![name.into(), treated.to_string().into()]);
            blocks.push(Block::Heading(3, "Standard mitigations in place".to_owned()));
            blocks.push(Block::Table(vec!["mitigation", "findings"], rows.collect()));
        }
        let mut accepts: Vec<Decl> = self.declared(Kind::Accept).collect();
        accepts.sort_by_key(|accept| self.date(*accept, "until").unwrap_or(Date::MIN));
        if !accepts.is_empty() {
            let rows = accepts.iter().map(|accept| {
                let until = match self.date(*accept, "until") {
                    Some(until) if until < self.today => Cell { text: format!("{until}, expired"), class: "high" },
                    Some(until) => until.to_string().into(),
                    None => "not stated".into(),
                };
                let taken = self.of_state(|state| state == State::Accepted(*accept));
                let taken: Vec<String> = taken.map(|found| format!("`{}`", found.finding.id.name(db))).collect();
                vec![
                    until,
                    self.called(*accept).into(),
                    taken.join(", ").into(),
                    self.text(*accept, "by").into(),
                    self.text(*accept, "because").into(),
                ]
            });
            blocks.push(Block::Heading(3, "Accepted risks, the next to expire first".to_owned()));
            blocks.push(Block::Table(vec!["until", "decision", "findings", "by", "because"], rows.collect()));
        }
        self.owners(blocks);
        if mitigations.is_empty() && accepts.is_empty() {
            blocks.push(Block::Text("The model declares no mitigations of its own, and accepts no risk.".to_owned()));
        }
    }

    /// Who has what to do.
    fn owners(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        let mut owners: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        for file in &self.files {
            let owner = component_of(db, *file).map(|component| self.text(component, "owner")).unwrap_or_default();
            let open = lenses::in_file(db, *file).iter().filter(|found| found.state == State::Open).count();
            owners.entry(owner).or_default()[0] += open;
        }
        for mitigation in self.planned() {
            owners.entry(self.text(mitigation, "owner")).or_default()[1] += 1;
        }
        for mitigation in self.overdue() {
            owners.entry(self.text(mitigation, "owner")).or_default()[2] += 1;
        }
        owners.retain(|_, numbers| numbers.iter().any(|number| *number > 0));
        if !owners.is_empty() {
            let rows = owners.into_iter().map(|(owner, numbers)| {
                let owner = if owner.is_empty() { "no owner is stated".to_owned() } else { owner };
                std::iter::once(owner.into()).chain(numbers.map(|number| number.to_string().into())).collect()
            });
            blocks.push(Block::Heading(3, "Owners".to_owned()));
            blocks.push(Block::Table(vec!["owner", "open findings", "planned", "overdue"], rows.collect()));
        }
    }

    fn good_job(&self, blocks: &mut Vec<Block>) {
        let db = self.db;
        blocks.push(Block::Heading(2, "Did we do a good job?".to_owned()));
        let rows = STATES.iter().map(|state| {
            let numbers = Level::ALL.iter().rev().map(|level| self.report.counts.of(state, *level));
            let numbers: Vec<usize> = numbers.collect();
            let all = numbers.iter().sum::<usize>();
            std::iter::once((*state).into())
                .chain(numbers.into_iter().chain([all]).map(|number| number.to_string().into()))
                .collect()
        });
        blocks.push(Block::Heading(3, "Findings by state".to_owned()));
        let columns = vec!["state", "critical", "high", "medium", "low", "all"];
        blocks.push(Block::Table(columns, rows.collect()));
        let others = self.report.entries.iter().filter(|entry| entry.diagnostic.code.class != Class::Finding);
        let others: Vec<String> = others
            .map(|entry| {
                let spot = &entry.spot;
                format!("{}:{}: {}", spot.path, spot.start.line + 1, entry.diagnostic.message)
            })
            .collect();
        if !others.is_empty() {
            blocks.push(Block::Heading(3, "What the model itself still needs".to_owned()));
            blocks.push(Block::List(others));
        }
        let assumptions: Vec<Decl> = self.declared(Kind::Assumption).collect();
        if !assumptions.is_empty() {
            let rows = assumptions.iter().map(|assumption| {
                let about: Vec<String> = typed(db, *assumption).decls("about").map(|decl| self.code(decl)).collect();
                let by = match self.date(*assumption, "validate_by") {
                    Some(by) if by < self.today => Cell { text: format!("{by}, overdue"), class: "high" },
                    by => by.map(|by| by.to_string()).unwrap_or_default().into(),
                };
                vec![self.called(*assumption).into(), about.join(", ").into(), by]
            });
            blocks.push(Block::Heading(3, "What is taken for granted".to_owned()));
            blocks.push(Block::Table(vec!["assumption", "about", "to be validated by"], rows.collect()));
        }
        if !self.report.policy.is_empty() {
            blocks.push(Block::Heading(3, "Where the policy differs".to_owned()));
            blocks.push(Block::List(self.report.policy.iter().map(policy_in_words).collect()));
        }
    }
}

/// An explanation as parts of a document.
fn sections(parts: &[Section]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in parts {
        match part {
            Section::Heading(heading) => blocks.push(Block::Heading(4, (*heading).to_owned())),
            Section::Text(text) => blocks.push(Block::Text(text.clone())),
            Section::Item(item, _) => match blocks.last_mut() {
                Some(Block::List(entries)) => entries.push(item.clone()),
                _ => blocks.push(Block::List(vec![item.clone()])),
            },
            // How to accept it is for the one who writes the model.
            Section::Code(_) => {
                blocks.pop_if(|last| matches!(last, Block::Heading(..)));
            }
        }
    }
    blocks
}

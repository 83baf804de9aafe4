//! Reading documents of other tools: which format each is, and how several become one model. It
//! must not know what a format says.

use crate::draft::{Decided, Decision, Draft, Fact, Item};
use crate::text::{self, Files};
use crate::tree::{self, Loss, Node, Notes, Problem, Text};
use crate::{mtmt, otm, pytm, threagile, threat_dragon, threatcl, tm_bom};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::fmt;
use threatline_model::{Date, FileText, FindingId, Kind, Workspace, all_findings, full_name};

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Threagile's YAML.
    Threagile,
    /// Open Threat Model, JSON or YAML.
    Otm,
    /// OWASP Threat Dragon, version 2.
    ThreatDragon,
    /// OWASP threat model library (TM-BOM).
    TmBom,
    /// Microsoft Threat Modeling Tool.
    Mtmt,
    /// What `pytm --json` prints.
    Pytm,
    /// threatcl's HCL.
    Threatcl,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Format::Threagile => "Threagile",
            Format::Otm => "Open Threat Model",
            Format::ThreatDragon => "OWASP Threat Dragon",
            Format::TmBom => "OWASP threat model library",
            Format::Mtmt => "Microsoft Threat Modeling Tool",
            Format::Pytm => "pytm",
            Format::Threatcl => "threatcl",
        })
    }
}

/// A model that was read.
#[derive(Debug)]
pub struct Imported {
    /// What was read, with the decisions that fit a finding.
    pub draft: Draft,
    /// Its files.
    pub files: Files,
    /// Which format each document is.
    pub formats: Vec<(String, Format)>,
    /// What has no place in the model.
    pub losses: Vec<Loss>,
}

/// Gives the text of a file that a document includes: the name of the document, and the path from
/// its folder.
pub type Load<'a> = dyn Fn(&str, &str) -> Result<(String, String), String> + 'a;

/// Reads documents into one model. `load` gives files that documents include.
///
/// # Errors
/// All that is wrong in the documents, in the order of their places.
pub fn import(documents: Vec<(String, String)>, load: &Load<'_>) -> Result<Imported, Vec<Problem>> {
    let notes = Notes::default();
    let mut formats = Vec::new();
    let mut drafts = Vec::new();
    for (name, text) in documents {
        match read(&notes, &name, text, load) {
            Ok((format, draft)) => {
                formats.push((name, format));
                drafts.push(draft);
            }
            Err(problem) => notes.add(problem),
        }
    }
    let problems = notes.problems.into_inner();
    if !problems.is_empty() {
        return Err(problems.into_iter().collect());
    }
    let mut draft = joined(drafts);
    let mut losses = notes.losses.into_inner();
    decide(&mut draft, &mut losses);
    let files = text::write(&draft);
    Ok(Imported {
        draft,
        files,
        formats,
        losses,
    })
}

fn read(
    notes: &Notes,
    name: &str,
    text: String,
    load: &Load<'_>,
) -> Result<(Format, Draft), Problem> {
    let text = Text::new(name, text);
    let said = text.as_str().trim_start();
    let top = |message: &str| Problem {
        place: text.place(0),
        path: String::new(),
        message: message.to_owned(),
    };
    if said.is_empty() {
        return Err(top("the file is empty"));
    }
    if said.starts_with('<') {
        return Ok((Format::Mtmt, mtmt::read(notes, &text)?));
    }
    let is_hcl = |line: &str| {
        let mut words = line.split_whitespace();
        let (first, second) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        (["threatmodel", "component", "invariant", "variable"].contains(&first)
            && second.starts_with('"'))
            || (first == "spec_version" && second.starts_with('='))
            || first.starts_with("spec_version=")
    };
    if !said.starts_with(['{', '[']) && said.lines().any(is_hcl) {
        let include = |from: &Node, path: &str| -> Result<Node, Problem> {
            let place = from.place();
            let (name, text) = load(&place.file, path).map_err(|why| Problem {
                place: place.clone(),
                path: String::new(),
                message: format!("`{path}`: {why}"),
            })?;
            tree::hcl(&Text::new(&name, text))
        };
        return Ok((
            Format::Threatcl,
            threatcl::read(notes, &tree::hcl(&text)?, &include)?,
        ));
    }
    let parse = |text: &Text| match text.as_str().trim_start().starts_with(['{', '[']) {
        true => tree::json(text),
        false => tree::yaml(text),
    };
    let document = parse(&text)?;
    let has = |key: &str| document.get(key).is_some();
    if has("otmVersion") {
        Ok((Format::Otm, otm::read(notes, &document)))
    } else if has("summary") && has("detail") {
        Ok((Format::ThreatDragon, threat_dragon::read(notes, &document)))
    } else if has("scope") && (has("trust_zones") || has("data_flows")) {
        Ok((Format::TmBom, tm_bom::read(notes, &document)))
    } else if has("flows") && has("elements") {
        Ok((Format::Pytm, pytm::read(notes, &document)))
    } else if threagile::is_it(&document) {
        let include = |path: &str| -> Result<Node, Problem> {
            let (name, text) = load(name, path).map_err(|why| Problem {
                place: document.place().clone(),
                path: String::new(),
                message: format!("`{path}`: {why}"),
            })?;
            tree::yaml(&Text::new(&name, text))
        };
        let whole = threagile::included(notes, &document, &include)?;
        Ok((Format::Threagile, threagile::read(notes, &whole)))
    } else if has("bomFormat") || has("specFormat") {
        Err(top("this is CycloneDX, which can be written and not read"))
    } else {
        Err(top(
            "this is no format that can be read: Threagile, Open Threat Model (`otmVersion`), OWASP Threat Dragon 2 \
             (`summary` and `detail`), the OWASP threat model library (`scope` and `trust_zones`), Microsoft Threat \
             Modeling Tool (.tm7), pytm (`--json`) or threatcl",
        ))
    }
}

/// One draft of several: each keeps its keys apart, and is a part unless it has parts itself.
fn joined(mut drafts: Vec<Draft>) -> Draft {
    if drafts.len() == 1 {
        return drafts.remove(0);
    }
    let mut whole = Draft {
        title: "Imported models".to_owned(),
        ..Draft::default()
    };
    for (at, draft) in drafts.into_iter().enumerate() {
        let keyed = |key: &str| format!("{at}:{key}");
        whole.owner.extend(
            draft
                .owner
                .into_iter()
                .filter(|owner| !whole.owner.contains(owner))
                .collect::<Vec<_>>(),
        );
        whole.comments.extend(
            (!draft.description.is_empty())
                .then(|| format!("{}: {}", draft.title, draft.description)),
        );
        whole.comments.extend(draft.comments);
        for mut item in draft.items {
            item.key = keyed(&item.key);
            item.place = item.place.as_deref().map(keyed);
            item.ends = item
                .ends
                .map(|(source, target)| (keyed(&source), keyed(&target)));
            for fact in item.facts.iter_mut().flat_map(|(_, facts)| facts) {
                if let Fact::Item(key) | Fact::Finding(_, key) = fact {
                    *key = keyed(key);
                }
            }
            item.part = item.part.or_else(|| Some(draft.title.clone()));
            whole.items.push(item);
        }
        whole
            .decisions
            .extend(draft.decisions.into_iter().map(|mut decision| {
                decision.on = decision.on.iter().map(|key| keyed(key)).collect();
                decision
            }));
    }
    whole
}

/// A workspace with the files of a model.
pub fn workspace(files: &Files, today: Date) -> Workspace {
    let mut workspace = Workspace::new(today);
    let settings = files.files.iter().find(|(name, _)| name.ends_with(".toml"));
    let model = workspace.set_model(
        "model",
        settings.map(|(name, text)| (name.as_str(), text.as_str())),
    );
    let texts = files
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".threat"));
    let texts = texts
        .map(|(name, text)| (format!("model/{name}").into(), FileText::new(text.as_str())))
        .collect();
    workspace.load(model, texts);
    workspace
}

/// Writes what was decided where a rule finds the same; what fits no finding is kept in a comment.
fn decide(draft: &mut Draft, losses: &mut Vec<Loss>) {
    if draft.decisions.is_empty() {
        return;
    }
    let files = text::write(draft);
    let workspace = workspace(&files, Date::constant(2026, 1, 1));
    let db = workspace.db();
    let keys: FxHashMap<&str, &str> = files
        .names
        .iter()
        .map(|(key, name)| (name.as_str(), key.as_str()))
        .collect();
    // The rules that find something on each element, by its key.
    let mut found: FxHashMap<&str, BTreeSet<String>> = FxHashMap::default();
    for assessed in workspace.models().flat_map(|model| all_findings(db, model)) {
        let FindingId::Rule { rule, element } = assessed.finding.id else {
            continue;
        };
        if let Some(key) = keys.get(full_name(db, element).as_str()) {
            let rule = full_name(db, rule).trim_start_matches("std.").to_owned();
            found.entry(key).or_default().insert(rule);
        }
    }
    for (number, decision) in std::mem::take(&mut draft.decisions).into_iter().enumerate() {
        let mut on: Vec<&String> = decision
            .on
            .iter()
            .filter(|key| draft.items.get(key).is_some())
            .collect();
        on.sort_by_key(|key| draft.items.place(key));
        on.dedup();
        let mut fits: Vec<(String, String)> = Vec::new();
        for key in &on {
            // What was decided first counts.
            if let Some(rules) = found.get_mut(key.as_str()) {
                let own: Vec<String> = rules
                    .iter()
                    .filter(|rule| decision.rules.contains(&rule.as_str()))
                    .cloned()
                    .collect();
                own.iter().for_each(|rule| drop(rules.take(rule)));
                fits.extend(own.into_iter().map(|rule| (rule, (*key).clone())));
            }
        }
        let is_threat = |key: &&&String| {
            draft
                .items
                .get(key)
                .is_some_and(|item| item.kind == Kind::Threat)
        };
        let threats: Vec<String> = on
            .iter()
            .filter(is_threat)
            .map(|key| (*key).clone())
            .collect();
        if fits.is_empty() && threats.is_empty() {
            let why = "kept in a comment: nothing of the kind is found in the model".to_owned();
            losses.push(Loss {
                place: decision.place.clone(),
                path: decision.path.clone(),
                why,
            });
            draft.comments.push(decision.comment);
            continue;
        }
        write_decision(draft, &decision, fits, threats, number);
    }
}

fn write_decision(
    draft: &mut Draft,
    decision: &Decision,
    fits: Vec<(String, String)>,
    threats: Vec<String>,
    number: usize,
) {
    match &decision.is {
        Decided::Accepted { by, until, because } => {
            let mut accept = Item::new(
                Kind::Accept,
                format!("accept {number}"),
                decision.title.clone(),
            );
            accept.name = Some(format!("accepted_{}", decision.name));
            threats
                .into_iter()
                .for_each(|key| accept.state("findings", Fact::Item(key)));
            fits.into_iter()
                .for_each(|(rule, key)| accept.state("findings", Fact::Finding(rule, key)));
            accept.text("by", Some(by.clone()));
            accept.state("until", Fact::Date(*until));
            accept.text("because", Some(because.clone()));
            accept.text("ticket", decision.ticket.clone());
            accept.comments.push(
                "TODO: no last day was stated; fill in when this is looked at again".to_owned(),
            );
            draft.items.push(accept);
        }
        Decided::Mitigated(status) => {
            let listed = |key: &String| {
                draft
                    .items
                    .get(key)
                    .map(|threat| threat.keys("mitigations").map(str::to_owned).collect())
            };
            let known: Vec<Vec<String>> = threats.iter().filter_map(listed).collect();
            if fits.is_empty() && known.iter().all(|listed| !listed.is_empty()) {
                // The threat says what is done about it already, and this is how far it has come.
                for key in known.into_iter().flatten() {
                    let Some(mitigation) = draft.items.get_mut(&key) else {
                        continue;
                    };
                    mitigation.facts.retain(|(name, _)| *name != "status");
                    mitigation.word("status", Some(status));
                    mitigation.text("ticket", decision.ticket.clone());
                    mitigation.comments.push(decision.comment.clone());
                }
                return;
            }
            let mut mitigation = Item::new(
                Kind::Mitigation,
                format!("mitigation {number}"),
                decision.title.clone(),
            );
            mitigation.name = Some(format!("against_{}", decision.name));
            let mut rules: Vec<&String> = fits.iter().map(|(rule, _)| rule).collect();
            rules.sort();
            rules.dedup();
            rules
                .into_iter()
                .for_each(|rule| mitigation.state("counters", Fact::Library(rule.clone())));
            mitigation.word("status", Some(status));
            mitigation.text("ticket", decision.ticket.clone());
            mitigation.comments.push(decision.comment.clone());
            let key = mitigation.key.clone();
            draft.items.push(mitigation);
            for on in fits.into_iter().map(|(_, on)| on).chain(threats) {
                if let Some(item) = draft.items.get_mut(&on) {
                    item.state("mitigations", Fact::Item(key.clone()));
                }
            }
        }
    }
}

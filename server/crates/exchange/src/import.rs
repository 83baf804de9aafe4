//! Reading documents of other tools: which format each is, and how several become one model. It
//! must not know what a format says.

mod decisions;
mod workspace;

pub use crate::draft::{Draft, Item};
pub use crate::language::Files;
pub use crate::tree::{Loss, Place, Problem, decode};
pub use workspace::workspace;

use crate::tree::{Node, Notes, Text, hcl, json, yaml};
use crate::{language, mtmt, otm, pytm, threagile, threat_dragon, threatcl, titles, tm_bom};
use std::collections::BTreeSet;
use std::fmt;

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
        match read(&notes, &Text::new(&name, text), load) {
            Ok((format, draft)) => {
                formats.push((name, format));
                drafts.push(draft);
            }
            Err(problem) => notes.add(problem),
        }
    }
    let mut losses = notes.into_losses()?;
    let mut draft = joined(drafts);
    decisions::write(&mut draft, &mut losses);
    let files = language::write(&draft);
    Ok(Imported {
        draft,
        files,
        formats,
        losses,
    })
}

/// Reads one document of whatever format.
fn read(notes: &Notes, text: &Text, load: &Load<'_>) -> Result<(Format, Draft), Problem> {
    let start = text.as_str().trim_start();
    if start.is_empty() {
        Err(Problem::at_top(text.place(0), "the file is empty"))
    } else if start.starts_with('<') {
        Ok((Format::Mtmt, mtmt::read(notes, text)?))
    } else if start.starts_with(['{', '[']) {
        read_tree(notes, text, &json(text)?, load)
    } else if start.lines().any(is_line_of_threatcl) {
        let include = |from: &Node, path: &str| hcl(&included(load, from, path)?);
        let draft = threatcl::read(notes, &hcl(text)?, &include)?;
        Ok((Format::Threatcl, draft))
    } else {
        read_tree(notes, text, &yaml(text)?, load)
    }
}

/// Whether a line begins a block of threatcl, or says which version of it a file is.
fn is_line_of_threatcl(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let begins_block = ["threatmodel", "component", "invariant", "variable"].contains(&first);
    (begins_block && second.starts_with('"'))
        || (first == "spec_version" && second.starts_with('='))
        || first.starts_with("spec_version=")
}

/// Reads a document of JSON or YAML.
fn read_tree(
    notes: &Notes,
    text: &Text,
    document: &Node,
    load: &Load<'_>,
) -> Result<(Format, Draft), Problem> {
    let has = |key: &str| document.get(key).is_some();
    if has("otmVersion") {
        Ok((Format::Otm, otm::read(notes, document)))
    } else if has("summary") && has("detail") {
        Ok((Format::ThreatDragon, threat_dragon::read(notes, document)))
    } else if has("scope") && (has("trust_zones") || has("data_flows")) {
        Ok((Format::TmBom, tm_bom::read(notes, document)))
    } else if has("flows") && has("elements") {
        Ok((Format::Pytm, pytm::read(notes, document)))
    } else if threagile::is_threagile(document) {
        let include = |path: &str| yaml(&included(load, document, path)?);
        Ok((
            Format::Threagile,
            threagile::read(notes, document, &include)?,
        ))
    } else {
        let message = if has("bomFormat") || has("specFormat") {
            "CycloneDX can be exported but not imported"
        } else {
            "unknown format; supported are Threagile, Open Threat Model (`otmVersion`), OWASP \
             Threat Dragon 2 (`summary` and `detail`), the OWASP threat model library (`scope` \
             and `trust_zones`), Microsoft Threat Modeling Tool (.tm7), pytm (`--json`) and \
             threatcl"
        };
        Err(Problem::at_top(text.place(0), message))
    }
}

/// The text of a file that something in a document includes, by its path from the folder of that.
fn included(load: &Load<'_>, from: &Node, path: &str) -> Result<Text, Problem> {
    let place = from.place();
    match load(&place.file, path) {
        Ok((name, text)) => Ok(Text::new(&name, text)),
        Err(why) => Err(Problem::at_top(place.clone(), format!("`{path}`: {why}"))),
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
    let mut owners = BTreeSet::new();
    for (number, draft) in drafts.into_iter().enumerate() {
        let keyed = |key: &str| format!("{number}:{key}");
        for owner in draft.owner {
            if owners.insert(owner.clone()) {
                whole.owner.push(owner);
            }
        }
        if !draft.description.is_empty() {
            whole
                .comments
                .push(format!("{}: {}", draft.title, draft.description));
        }
        whole.comments.extend(draft.comments);
        let part = titles::of_part(draft.title, &mut whole.comments);
        for mut item in draft.items {
            item.key = keyed(&item.key);
            item.place = item.place.as_deref().map(keyed);
            item.ends = item
                .ends
                .map(|(source, target)| (keyed(&source), keyed(&target)));
            item.change_keys(|key| *key = keyed(key));
            item.part = item.part.or_else(|| Some(part.clone()));
            whole.items.push(item);
        }
        for mut decision in draft.decisions {
            decision.subjects = decision.subjects.iter().map(|key| keyed(key)).collect();
            whole.decisions.push(decision);
        }
    }
    whole
}

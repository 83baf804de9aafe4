//! What is written for another tool and read again says the same: the second document is the first
//! one.

use super::{Target, export};
use crate::import::{Files, import, workspace};
use crate::tree::{Node, Text, Value, json, yaml};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use threatline_model::{Date, FileText, Workspace};

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/models");

/// The example models, each folder with a `threatline.toml` or with model files.
fn models() -> BTreeMap<String, Workspace> {
    let mut models = BTreeMap::new();
    let mut folders = vec![PathBuf::from(MODELS)];
    while let Some(folder) = folders.pop() {
        let entries = || {
            fs::read_dir(&folder)
                .expect("the folder of the examples")
                .flatten()
                .map(|entry| entry.path())
        };
        if folder.join("threatline.toml").exists() {
            let name = folder
                .strip_prefix(MODELS)
                .expect("a folder below")
                .display()
                .to_string();
            models.insert(name, load(&folder));
        } else {
            folders.extend(entries().filter(|path| path.is_dir()));
        }
    }
    assert!(models.len() > 10, "few examples: {:?}", models.keys());
    models
}

fn load(folder: &Path) -> Workspace {
    let mut texts = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder)
            .expect("a folder")
            .flatten()
            .map(|entry| entry.path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "threat")
            {
                let text = fs::read_to_string(&path).expect("a text");
                texts.push((
                    path.display().to_string().into(),
                    FileText::new(text.as_str()),
                ));
            }
        }
    }
    texts.sort_by(|(a, _): &(std::sync::Arc<str>, _), (b, _)| a.cmp(b));
    let mut workspace = Workspace::new(Date::constant(2026, 11, 23));
    workspace.set_model(&folder.display().to_string(), None);
    workspace.load(texts);
    workspace
}

fn written(workspace: &Workspace, target: Target) -> String {
    let model = workspace.models().next().expect("a model");
    export(workspace.db(), model, "Round trip", target)
        .expect("nothing is drawn")
        .text
}

fn texts(files: &Files) -> String {
    files
        .files
        .iter()
        .map(|(name, text)| format!("//- {name}\n{text}\n"))
        .collect()
}

/// What a document says, a line for each value, whatever the order of its lists.
fn facts(document: &str) -> BTreeSet<String> {
    fn walk(node: &Node, path: &str, facts: &mut BTreeSet<String>) {
        match node.value() {
            Value::Map(entries) => entries
                .iter()
                .for_each(|(key, node)| walk(node, &format!("{path}/{key}"), facts)),
            Value::List(nodes) => {
                for node in nodes {
                    let id = ["id", "threat", "mitigation"]
                        .iter()
                        .find_map(|id| node.get(id));
                    let id = id.map(|id| id.in_one_line()).unwrap_or_default();
                    walk(node, &format!("{path}[{id}]"), facts);
                }
            }
            _ => {
                facts.insert(format!("{path}: {}", node.in_one_line()));
            }
        }
    }
    let text = Text::new("document", document.to_owned());
    let node = if document.starts_with('{') {
        json(&text)
    } else {
        yaml(&text)
    };
    let mut facts = BTreeSet::new();
    walk(&node.expect("a document"), "", &mut facts);
    facts
}

fn round_trip(target: Target) {
    for (name, first) in models() {
        let document = written(&first, target);
        let imported = import(vec![("document".to_owned(), document.clone())], &|_, _| {
            Err("nothing".to_owned())
        });
        let imported =
            imported.unwrap_or_else(|problems| panic!("{name}: {problems:#?}\n{document}"));
        let second = workspace(&imported.files, Date::constant(2026, 11, 23));
        let again = written(&second, target);
        let (before, after) = (facts(&document), facts(&again));
        let lost: Vec<_> = before.difference(&after).collect();
        let new: Vec<_> = after.difference(&before).collect();
        assert!(
            lost.is_empty() && new.is_empty(),
            "{name}\nlost: {lost:#?}\nnew: {new:#?}\n{}",
            texts(&imported.files)
        );
    }
}

#[test]
fn otm() {
    round_trip(Target::Otm);
}

#[test]
fn threagile() {
    round_trip(Target::Threagile);
}

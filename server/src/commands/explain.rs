//! `threatline explain`: finds what is meant by a name, and hands on what the analysis knows of it.

use crate::arguments::ExplainArguments;
use crate::load::models::{library_alone, load};
use crate::outcome::Outcome;
use crate::output::human::explanation;
use crate::output::terminal::standard_output;
use anyhow::{Result, anyhow};
use std::io::Write;
use std::path::PathBuf;
use threatline_model::{Database, Model, Workspace, World, all_findings, library};
use threatline_syntax::spelling::{did_you_mean, nearest};
use threatline_view::explain::Explanation;
use threatline_view::lookup;

/// Runs the command.
///
/// # Errors
/// When nothing of that name is known, or a path cannot be used.
pub fn run(arguments: &ExplainArguments) -> Result<Outcome> {
    let (name, path) = asked(arguments);
    match load(&path, arguments.today) {
        Ok(mut loaded) => {
            loaded.workspace.load_library_tests();
            let models: Vec<Model> = loaded.workspace.models().collect();
            explain(&loaded.workspace, &models, &name)
        }
        // What is of the language or the library can be explained without a model.
        Err(_) if path.is_empty() && !name.contains('@') => {
            let mut workspace = library_alone();
            workspace.load_library_tests();
            let library = World::get(workspace.db()).library(workspace.db());
            explain(&workspace, &[library], &name)
        }
        Err(error) => Err(error),
    }
}

/// The name that is asked about, and where the model is. A statement may stand without quotes:
/// `authentication: federated`.
fn asked(arguments: &ExplainArguments) -> (String, Vec<PathBuf>) {
    let name = arguments.what.trim();
    match &arguments.path {
        Some(word) if name.ends_with(':') && !word.exists() => {
            (format!("{name} {}", word.display()), Vec::new())
        }
        path => (name.to_owned(), path.iter().cloned().collect()),
    }
}

fn explain(workspace: &Workspace, models: &[Model], name: &str) -> Result<Outcome> {
    let db = workspace.db();
    let tests: Vec<Model> = workspace.tests().collect();
    let mut explanations: Vec<Explanation> = Vec::new();
    for &model in models {
        for explanation in lookup::explanations(db, model, name, &tests) {
            // What is of the library is found once in each model.
            if !explanations.contains(&explanation) {
                explanations.push(explanation);
            }
        }
    }
    if explanations.is_empty() {
        return Err(unknown(db, models, name));
    }
    print(db, &explanations)
}

fn unknown(db: &Database, models: &[Model], name: &str) -> anyhow::Error {
    let written = library::short_name(name);
    let near = match written.split_once('@') {
        Some((rule, element)) => nearest_finding(db, models, rule, element),
        None => nearest_name(db, models, written),
    };
    match near {
        Some(near) => anyhow!("unknown name `{name}`; {}", did_you_mean(&near)),
        None if name.contains('@') => anyhow!(
            "no finding `{name}` in this model; `threatline check --all` lists all open ones"
        ),
        None => anyhow!(
            "unknown name `{name}`: expected a rule, a finding (`rule@element`), a technology, a \
             property, an element or a diagnostic code"
        ),
    }
}

/// The known name that is nearest. One that is written with its component, or with the kind of a
/// property, is not taken for one without.
fn nearest_name(db: &Database, models: &[Model], written: &str) -> Option<String> {
    let known = models
        .iter()
        .flat_map(|model| lookup::known_names(db, *model));
    let known = known.filter(|known| known.contains('.') == written.contains('.'));
    nearest(written, known)
}

/// The finding whose element and whose rule are nearest.
fn nearest_finding(db: &Database, models: &[Model], rule: &str, element: &str) -> Option<String> {
    let mut findings: Vec<(String, String)> = Vec::new();
    for &model in models {
        let names = all_findings(db, model).into_iter();
        let names = names.map(|assessed| assessed.finding.id.name(db).to_string());
        findings.extend(names.filter_map(|name| {
            let (rule, element) = library::short_name(&name).split_once('@')?;
            Some((rule.to_owned(), element.to_owned()))
        }));
    }
    if findings.iter().any(|(known, _)| known == rule) {
        findings.retain(|(known, _)| known == rule);
    }
    let elements = findings.iter().map(|(_, element)| element.clone());
    let element = nearest(element, elements)?;
    let rules = findings.into_iter().filter(|(_, known)| *known == element);
    let rule = nearest(rule, rules.map(|(rule, _)| rule))?;
    Some(format!("{rule}@{element}"))
}

fn print(db: &Database, explanations: &[Explanation]) -> Result<Outcome> {
    let mut output = standard_output();
    for (number, explanation) in explanations.iter().enumerate() {
        if number > 0 {
            writeln!(output)?;
        }
        explanation::write(&mut output, db, explanation)?;
    }
    output.flush()?;
    Ok(Outcome::Clean)
}

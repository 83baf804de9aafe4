//! `threatline explain`: finds what is meant by a name, and hands on what the analysis knows of it.

use crate::arguments::ExplainArguments;
use crate::load::models::{Loaded, load};
use crate::outcome::Outcome;
use crate::output::human::explanation;
use crate::output::terminal::standard_output;
use anyhow::{Result, anyhow};
use std::io::Write;
use threatline_model::{
    Database, Model, Workspace, World, all_findings, codes, library, rules, short_name,
};
use threatline_syntax::spelling::{did_you_mean, nearest};
use threatline_view::explain::{self, Explanation};

/// Runs the command.
///
/// # Errors
/// When nothing of that name is known, or a path cannot be used.
pub fn run(arguments: &ExplainArguments) -> Result<Outcome> {
    let name = arguments.what.trim();
    if let Some(code) = codes::find(name) {
        let library = library_alone();
        return print(library.db(), &[explain::code(code)]);
    }
    let path: Vec<_> = arguments.path.iter().cloned().collect();
    match load(&path, arguments.today) {
        Ok(mut loaded) => {
            loaded.workspace.load_library_tests();
            print(loaded.db(), &in_models(&loaded, name)?)
        }
        // A rule of the library can be explained without a model.
        Err(_) if path.is_empty() && !name.contains('@') => {
            let mut workspace = library_alone();
            workspace.load_library_tests();
            print(workspace.db(), &[in_library(&workspace, name)?])
        }
        Err(error) => Err(error),
    }
}

/// A workspace without a model. The day counts for nothing in it.
fn library_alone() -> Workspace {
    Workspace::new(jiff::civil::Date::constant(2000, 1, 1))
}

fn in_library(workspace: &Workspace, name: &str) -> Result<Explanation> {
    let db = workspace.db();
    let library = World::get(db).library(db);
    let tests: Vec<Model> = workspace.tests().collect();
    match explain::find_rule(db, None, name) {
        Some(rule) => Ok(explain::rule(db, library, rule, &tests)),
        None => Err(unknown(db, &[library], name)),
    }
}

fn in_models(loaded: &Loaded, name: &str) -> Result<Vec<Explanation>> {
    let db = loaded.db();
    let models: Vec<Model> = loaded.workspace.models().collect();
    let tests: Vec<Model> = loaded.workspace.tests().collect();
    let mut explanations: Vec<Explanation> = Vec::new();
    for &model in &models {
        let rule = explain::find_rule(db, Some(model), name);
        explanations.extend(rule.map(|rule| explain::rule(db, model, rule, &tests)));
        let findings = explain::find_findings(db, model, name);
        let findings = findings.iter();
        explanations.extend(findings.map(|assessed| explain::finding(db, assessed)));
    }
    // A rule of the library is found once in each model.
    explanations.dedup();
    if explanations.is_empty() {
        return Err(unknown(db, &models, name));
    }
    Ok(explanations)
}

fn unknown(db: &Database, models: &[Model], name: &str) -> anyhow::Error {
    let mut known: Vec<_> = codes::ALL.iter().map(|code| code.id.into()).collect();
    for &model in models {
        let rules = rules(db, model).iter();
        known.extend(rules.map(|rule| short_name(db, *rule).into()));
        let findings = all_findings(db, model);
        known.extend(findings.iter().map(|assessed| assessed.finding.id.name(db)));
    }
    match nearest(library::short_name(name), known) {
        Some(near) => anyhow!("unknown name `{name}`; {}", did_you_mean(&near)),
        None => anyhow!(
            "unknown name `{name}`: expected a rule, a diagnostic code, a threat or a finding \
             (`rule@element`)"
        ),
    }
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

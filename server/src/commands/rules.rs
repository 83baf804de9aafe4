//! `threatline rules`: lists the rules that apply to a model. It must not know what a rule finds.

use crate::arguments::{RulesArguments, RulesFormat};
use crate::load::models::load_for_listing;
use crate::outcome::Outcome;
use crate::output::terminal::standard_output;
use crate::output::{human, json, markdown};
use anyhow::{Result, anyhow};
use smol_str::SmolStr;
use std::io::Write;
use threatline_model::{
    Categories, Database, Decl, Kind, Model, library, schema::STRIDE, short_name,
    visible_declarations,
};
use threatline_syntax::spelling::{did_you_mean, nearest};
use threatline_view::catalog::{Entry, Filter, entries};

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, a filter names something that there is not, or the output cannot be
/// written.
pub fn run(arguments: &RulesArguments) -> Result<Outcome> {
    let paths: Vec<_> = arguments.path.iter().cloned().collect();
    let (workspace, models) = load_for_listing(&paths)?;
    let db = workspace.db();
    let rules = listed(db, &models, arguments)?;
    let mut output = standard_output();
    match arguments.format {
        RulesFormat::Human => human::rules::write(&mut output, db, &rules)?,
        RulesFormat::Json => json::rules::write(&mut output, db, &rules)?,
        RulesFormat::Markdown => markdown::library::write(&mut output, db, &rules)?,
    }
    output.flush()?;
    Ok(Outcome::Clean)
}

/// The rules of the library and of the models that the filters leave. One of the library is listed
/// once, however many models there are.
fn listed(db: &Database, models: &[Model], arguments: &RulesArguments) -> Result<Vec<Entry>> {
    let mut listed: Vec<Entry> = Vec::new();
    for &model in models {
        let mut rules = entries(db, model, &filter(db, model, arguments)?);
        rules.retain(|entry| !listed.iter().any(|known| known.rule == entry.rule));
        listed.append(&mut rules);
    }
    Ok(listed)
}

fn filter(db: &Database, model: Model, arguments: &RulesArguments) -> Result<Filter> {
    let category = arguments.category.as_deref().map(category_of);
    let technology = arguments.technology.as_deref();
    Ok(Filter {
        categories: category.transpose()?,
        made_with: technology
            .map(|name| technology_of(db, model, name))
            .transpose()?,
        reference: arguments.reference.clone(),
    })
}

fn category_of(word: &str) -> Result<Categories> {
    let word = word.to_lowercase().replace([' ', '-'], "_");
    STRIDE
        .position(&word)
        .map(Categories::one)
        .ok_or_else(|| unknown("category", &word, STRIDE.names().map(SmolStr::from)))
}

fn technology_of(db: &Database, model: Model, name: &str) -> Result<Decl> {
    let technologies = visible_declarations(db, model, &[Kind::Technology, Kind::Protocol]);
    let short = |decl: &Decl| SmolStr::from(short_name(db, *decl));
    let wanted = library::short_name(name);
    technologies
        .iter()
        .find(|decl| short(decl) == wanted)
        .copied()
        .ok_or_else(|| {
            unknown(
                "technology or protocol",
                name,
                technologies.iter().map(short),
            )
        })
}

fn unknown(kind: &str, written: &str, known: impl Iterator<Item = SmolStr>) -> anyhow::Error {
    match nearest(written, known) {
        Some(near) => anyhow!("unknown {kind} `{written}`; {}", did_you_mean(&near)),
        None => anyhow!("unknown {kind} `{written}`"),
    }
}

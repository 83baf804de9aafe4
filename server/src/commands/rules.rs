//! `threatline rules`: lists the rules that look at a model. It must not know what a rule finds.

use crate::Outcome;
use crate::arguments::{RulesArguments, RulesFormat};
use crate::load::models;
use crate::output::{count, in_one_line, json, markdown};
use anyhow::{Result, anyhow};
use smol_str::SmolStr;
use std::io::Write;
use threatline_model::{
    Categories, Database, Decl, Kind, Model, Workspace, World, full_name, nearest, schema::STRIDE,
    visible_declarations,
};
use threatline_view::catalogue::{Entry, Filter, entries};

/// Runs the command.
///
/// # Errors
/// When a path cannot be used, a filter names something that there is not, or the output cannot be
/// written.
pub fn run(arguments: &RulesArguments) -> Result<Outcome> {
    let paths: Vec<_> = arguments.path.iter().cloned().collect();
    let workspace = match models::load(&paths, None) {
        Ok(loaded) => loaded.workspace,
        // The library's rules can be listed without a model.
        Err(_) if paths.is_empty() => Workspace::new(jiff::civil::Date::constant(2000, 1, 1)),
        Err(error) => return Err(error),
    };
    let db = workspace.db();
    let library = World::get(db).library(db);
    let mut models: Vec<Model> = workspace.models().collect();
    if models.is_empty() {
        models.push(library);
    }
    let mut found: Vec<Entry> = Vec::new();
    for model in models {
        let filter = filter(db, model, arguments)?;
        // A rule of the library is listed once, however many models there are.
        let new = entries(db, model, &filter)
            .into_iter()
            .filter(|entry| !found.iter().any(|known| known.rule == entry.rule));
        found.extend(new.collect::<Vec<_>>());
    }
    let mut output = std::io::BufWriter::new(anstream::AutoStream::auto(std::io::stdout().lock()));
    match arguments.format {
        RulesFormat::Human => print(&mut output, db, &found)?,
        RulesFormat::Json => json::write_rules(&mut output, db, &found)?,
        RulesFormat::Markdown => markdown::write_library(&mut output, db, &found)?,
    }
    output.flush()?;
    Ok(Outcome::Clean)
}

fn filter(db: &Database, model: Model, arguments: &RulesArguments) -> Result<Filter> {
    let category = arguments.category.as_ref().map(|word| {
        let word = word.to_lowercase().replace([' ', '-'], "_");
        STRIDE
            .position(&word)
            .map(Categories::one)
            .ok_or_else(|| unknown("category", &word, STRIDE.names().map(SmolStr::from)))
    });
    let made_with = arguments.technology.as_ref().map(|name| {
        let all = visible_declarations(db, model, &[Kind::Technology, Kind::Protocol]);
        let short = |decl: &Decl| SmolStr::from(full_name(db, *decl).trim_start_matches("std."));
        let found = all
            .iter()
            .find(|decl| short(decl) == name.trim_start_matches("std."));
        found
            .copied()
            .ok_or_else(|| unknown("technology or protocol", name, all.iter().map(short)))
    });
    Ok(Filter {
        categories: category.transpose()?,
        made_with: made_with.transpose()?,
        reference: arguments.reference.clone(),
    })
}

fn unknown(what: &str, written: &str, known: impl Iterator<Item = SmolStr>) -> anyhow::Error {
    match nearest(written, known) {
        Some(near) => anyhow!("there is no {what} `{written}`; did you mean `{near}`?"),
        None => anyhow!("there is no {what} `{written}`"),
    }
}

fn print(output: &mut impl Write, db: &Database, found: &[Entry]) -> Result<()> {
    let width = found
        .iter()
        .map(|entry| entry.name.chars().count())
        .max()
        .unwrap_or_default();
    let mut subject = None;
    for entry in found {
        let heading = match entry.rule.in_library(db) {
            true => entry.subject.replace('_', " "),
            false => in_one_line(entry.rule.file(db).path(db)),
        };
        if subject.as_ref() != Some(&heading) {
            writeln!(
                output,
                "{}\x1b[1m{heading}\x1b[0m",
                if subject.is_some() { "\n" } else { "" }
            )?;
            subject = Some(heading);
        }
        // STRIDE's letters, each at its place.
        let letters: String = STRIDE
            .names()
            .map(
                |word| match entry.categories.words().any(|own| own == word) {
                    true => word[..1].to_uppercase(),
                    false => "·".to_owned(),
                },
            )
            .collect();
        let off = if entry
            .setting
            .as_ref()
            .is_some_and(|setting| !setting.enabled)
        {
            " (turned off)"
        } else {
            ""
        };
        writeln!(
            output,
            "  {:width$}  {letters}  {}{off}",
            in_one_line(&entry.name),
            in_one_line(&entry.title)
        )?;
    }
    if !found.is_empty() {
        writeln!(output)?;
    }
    writeln!(
        output,
        "{}; `threatline explain RULE` tells all about one",
        count(found.len(), "rule")
    )?;
    Ok(())
}

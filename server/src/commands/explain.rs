//! `threatline explain`: finds what is meant by a name, and prints what the analysis knows of it.

use crate::Outcome;
use crate::arguments::ExplainArguments;
use crate::load::models::{self, Loaded};
use crate::model_report::spot_of;
use crate::output::{in_one_line, printable};
use anyhow::Result;
use std::io::Write;
use threatline_model::{
    Database, Model, Workspace, World, all_findings, codes, full_name, nearest, rules,
};
use threatline_view::explain::{self, Explanation, Section};

/// Runs the command.
///
/// # Errors
/// When nothing of that name is known, or a path cannot be used.
pub fn run(arguments: &ExplainArguments) -> Result<Outcome> {
    let what = arguments.what.trim();
    let mut output = anstream::AutoStream::auto(std::io::stdout().lock());
    if let Some(code) = codes::find(what) {
        let library = Workspace::new(jiff::civil::Date::constant(2000, 1, 1));
        print(&mut output, library.db(), &explain::code(code))?;
        return Ok(Outcome::Clean);
    }
    let path: Vec<_> = arguments.path.iter().cloned().collect();
    let loaded = match models::load(&path, arguments.today) {
        Ok(loaded) => Some(loaded),
        // A rule of the library can be explained without a model.
        Err(_) if path.is_empty() && !what.contains('@') => None,
        Err(error) => return Err(error),
    };
    match loaded {
        Some(mut loaded) => {
            loaded.workspace.load_library_tests();
            in_models(&mut output, &loaded, what)
        }
        None => {
            let mut workspace = Workspace::new(jiff::civil::Date::constant(2000, 1, 1));
            workspace.load_library_tests();
            let tests: Vec<Model> = workspace.tests().collect();
            let db = workspace.db();
            let library = World::get(db).library(db);
            match explain::find_rule(db, None, what) {
                Some(rule) => print(&mut output, db, &explain::rule(db, library, rule, &tests))?,
                None => return Err(unknown(db, &[library], what)),
            }
            Ok(Outcome::Clean)
        }
    }
}

fn in_models(output: &mut impl Write, loaded: &Loaded, what: &str) -> Result<Outcome> {
    let db = loaded.db();
    let models: Vec<Model> = loaded.workspace.models().collect();
    let tests: Vec<Model> = loaded.workspace.tests().collect();
    let mut found: Vec<Explanation> = Vec::new();
    for &model in &models {
        found.extend(
            explain::find_rule(db, Some(model), what)
                .map(|rule| explain::rule(db, model, rule, &tests)),
        );
        let findings = explain::find_findings(db, model, what);
        found.extend(
            findings
                .iter()
                .map(|assessed| explain::finding(db, assessed)),
        );
    }
    // A rule of the library is found once in each model.
    found.dedup();
    if found.is_empty() {
        return Err(unknown(db, &models, what));
    }
    for (at, explanation) in found.iter().enumerate() {
        if at > 0 {
            writeln!(output)?;
        }
        print(output, db, explanation)?;
    }
    Ok(Outcome::Clean)
}

fn unknown(db: &Database, models: &[Model], what: &str) -> anyhow::Error {
    let mut known: Vec<_> = codes::ALL.iter().map(|code| code.id.into()).collect();
    for &model in models {
        known.extend(
            rules(db, model)
                .iter()
                .map(|rule| full_name(db, *rule).trim_start_matches("std.").into()),
        );
        known.extend(
            all_findings(db, model)
                .iter()
                .map(|assessed| assessed.finding.id.name(db)),
        );
    }
    let near = nearest(what.trim_start_matches("std."), known);
    match near {
        Some(near) => anyhow::anyhow!("nothing is called `{what}`; did you mean `{near}`?"),
        None => anyhow::anyhow!(
            "nothing is called `{what}`: give a rule, a diagnostic code, a threat, or a finding as `rule@element`"
        ),
    }
}

fn print(output: &mut impl Write, db: &Database, explanation: &Explanation) -> Result<()> {
    writeln!(output, "\x1b[1m{}\x1b[0m", in_one_line(&explanation.title))?;
    for (at, part) in explanation.parts.iter().enumerate() {
        let follows_item = at > 0
            && matches!(
                explanation.parts[at - 1],
                Section::Item(..) | Section::Link(..) | Section::Heading(_)
            );
        match part {
            Section::Heading(heading) => writeln!(output, "\n\x1b[1m{heading}\x1b[0m")?,
            Section::Text(text) if follows_item => writeln!(output, "{}", printable(text))?,
            Section::Text(text) => writeln!(output, "\n{}", printable(text))?,
            Section::Item(text, place) => {
                write!(output, "- {}", printable(text))?;
                if let Some(place) = place {
                    let spot = spot_of(db, *place);
                    write!(
                        output,
                        "\n  ({}:{}:{})",
                        printable(&spot.path),
                        spot.start.line + 1,
                        spot.start.column + 1
                    )?;
                }
                writeln!(output)?;
            }
            Section::Link(text, link) => writeln!(output, "- {}\n{link}", printable(text))?,
            Section::Code(code) => {
                for line in printable(code).lines() {
                    writeln!(output, "    {line}")?;
                }
            }
        }
    }
    Ok(())
}

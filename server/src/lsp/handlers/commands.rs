//! Commands that an editor can run: the STRIDE matrix of a model, its diagram, what is found in it,
//! and the explanation of that.

use crate::lsp::markup;
use crate::lsp::snapshot::Snapshot;
use serde_json::{Value, json};
use threatline_ide::occurrences::declaration_at;
use threatline_ide::target::Target;
use threatline_model::{
    Assessed, Decl, File, FindingState, Kind, Location, Model, component_of, full_name,
    schema::STRIDE,
};
use threatline_view::diagram::{self, Direction, NotDrawn};
use threatline_view::explain::{self, Explanation};
use threatline_view::matrix::{self, Cell};
use threatline_view::names::shown_name;
use threatline_view::{markdown, sanitize};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types as lsp;

/// Explains what is found: of the element at `{ uri, position }`, or the finding `rule@element` of
/// the model of a document.
pub const EXPLAIN: &str = "threatline.explain";
/// The elements against the categories of STRIDE: of the component at `{ uri, position }`, or of
/// the whole model.
pub const MATRIX: &str = "threatline.matrix";
/// The data-flow diagram of the model of the document `{ uri }`, or with `only: true` of that
/// document; with `tall: true` for a place that is higher than wide. `{ title, svg, places }` with
/// a place for each number in the drawing, or `{ title, note }`; both have the `components` of the
/// model.
pub const DIAGRAM: &str = "threatline.diagram";
/// What is found: without arguments the components of all models with how much is found in each,
/// and of the document `{ uri }` the findings, the open and severe ones first.
pub const FINDINGS: &str = "threatline.findings";

/// What an editor says that it shows by itself; others get a message.
const SHOW: &str = "threatline.show";

/// How many rows of a matrix are shown.
const MAX_ROWS: usize = 100;

pub fn options() -> lsp::ExecuteCommandOptions {
    lsp::ExecuteCommandOptions {
        commands: [EXPLAIN, MATRIX, DIAGRAM, FINDINGS]
            .map(str::to_owned)
            .to_vec(),
        ..lsp::ExecuteCommandOptions::default()
    }
}

/// What the arguments are about.
struct About {
    model: Model,
    file: File,
    decl: Option<Decl>,
    /// `rule@element`.
    finding: Option<String>,
}

fn about(snapshot: &Snapshot, arguments: &[Value]) -> Result<About> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let first = arguments.first().unwrap_or(&Value::Null);
    let uri = first.get("uri").and_then(text).or_else(|| text(first));
    let uri: Option<lsp::Uri> = uri.and_then(|uri| uri.parse().ok());
    let file = match (&uri, snapshot.models.as_ref()) {
        (Some(uri), _) => snapshot.file(uri)?,
        // Of several models, it is unclear which is meant.
        (None, [only]) if !only.files(&snapshot.db).is_empty() => only.files(&snapshot.db)[0],
        _ => {
            return Err(Error::invalid_params(
                "the command requires the URI of a document",
            ));
        }
    };
    let position: Option<lsp::Position> = first
        .get("position")
        .and_then(|position| serde_json::from_value(position.clone()).ok());
    let decl = position
        .and_then(|position| declaration_at(&snapshot.db, file, snapshot.offset(file, position)));
    let finding = first
        .get("finding")
        .and_then(text)
        .or_else(|| arguments.get(1).and_then(text));
    Ok(About {
        model: file.model(&snapshot.db),
        file,
        decl,
        finding,
    })
}

pub fn execute(
    snapshot: Snapshot,
    params: lsp::ExecuteCommandParams,
) -> Result<Option<lsp::LSPAny>> {
    let arguments = params.arguments.as_slice();
    let (title, markdown, plain) = match params.command.as_str() {
        EXPLAIN => explain(&snapshot, &about(&snapshot, arguments)?)?,
        MATRIX => matrix(&snapshot, &about(&snapshot, arguments)?),
        DIAGRAM => {
            let is = |name| {
                arguments
                    .first()
                    .and_then(|first| first.get(name)?.as_bool())
                    .unwrap_or_default()
            };
            let direction = if is("tall") {
                Direction::Down
            } else {
                Direction::Right
            };
            let file = about(&snapshot, arguments)?.file;
            return Ok(Some(diagram(snapshot, file, is("only"), direction)));
        }
        FINDINGS if arguments.is_empty() => return Ok(Some(components_with_findings(&snapshot))),
        FINDINGS => return Ok(Some(findings(&snapshot, about(&snapshot, arguments)?.file))),
        other => {
            return Err(Error::invalid_params(format!("unknown command `{other}`")));
        }
    };
    if !snapshot.client.runs(SHOW) {
        snapshot.notify(
            "window/showMessage",
            json!({ "type": lsp::MessageType::INFO, "message": plain }),
        );
    }
    Ok(Some(json!({ "title": title, "markdown": markdown })))
}

/// What a person calls a file: the name of its component, or that of the file.
fn called(snapshot: &Snapshot, file: File) -> String {
    let component =
        component_of(&snapshot.db, file).map(|decl| full_name(&snapshot.db, decl).to_string());
    let path = file.path(&snapshot.db);
    component.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path).to_owned())
}

/// Files of models as entries to choose from.
fn components(snapshot: &Snapshot, files: &[File]) -> Vec<Value> {
    let entries = files.iter().filter_map(|file| {
        let title = component_of(&snapshot.db, *file)
            .and_then(|decl| decl.title(&snapshot.db))
            .map(|title| sanitize::line(title));
        let uri = snapshot.uri(file.path(&snapshot.db))?;
        Some(json!({ "name": called(snapshot, *file), "title": title, "uri": uri }))
    });
    entries.collect()
}

fn diagram(snapshot: Snapshot, file: File, only: bool, direction: Direction) -> Value {
    let db = &snapshot.db;
    let model = file.model(db).files(db).clone();
    let (files, title) = if only {
        (vec![file], called(&snapshot, file))
    } else {
        (model.to_vec(), "Whole model".to_owned())
    };
    let mut answer = json!({ "title": title, "components": components(&snapshot, &model) });
    let place = |decl: Decl| {
        let target = Target::of(db, decl);
        json!(snapshot.location(Location::Text(target.file, target.name)))
    };
    match diagram::diagram(db, &files, direction) {
        Ok(gathered) => {
            answer["places"] = gathered.declarations().map(place).collect();
            // It may take a while: changes do not wait for it.
            drop(snapshot);
            answer["svg"] = gathered.draw().svg.into();
        }
        Err(NotDrawn::Empty) => answer["note"] = "The model has nothing to draw yet.".into(),
        Err(NotDrawn::TooLarge(parts)) => {
            let max = diagram::MAX_PARTS;
            let mut note =
                format!("The model has {parts} elements and flows; a diagram shows at most {max}.");
            if files.len() > 1 {
                note += " Choose a component above.";
            }
            answer["note"] = note.into();
        }
    }
    answer
}

fn components_with_findings(snapshot: &Snapshot) -> Value {
    let db = &snapshot.db;
    let mut entries = Vec::new();
    for model in snapshot.models.iter() {
        for &file in model.files(db).iter() {
            let findings = matrix::in_file(db, file);
            let (Some(worst), Some(mut entry)) = (
                findings.iter().map(Cell::of).max(),
                components(snapshot, &[file]).pop(),
            ) else {
                continue;
            };
            entry["worst"] = worst.class().into();
            entry["says"] = matrix::counted(&findings).into();
            entries.push(entry);
        }
    }
    entries.into()
}

fn findings(snapshot: &Snapshot, file: File) -> Value {
    let db = &snapshot.db;
    let mut findings = matrix::in_file(db, file);
    findings.sort_by_key(|assessed| std::cmp::Reverse(Cell::of(assessed)));
    let entry = |assessed: &Assessed| {
        let subject = assessed.finding.id.subject();
        let target = Target::of(db, subject);
        json!({
            "id": assessed.finding.id.name(db).as_str(),
            "title": sanitize::line(&assessed.finding.id.title(db)),
            "on": shown_name(db, subject),
            "severity": assessed.finding.severity.word(),
            "state": assessed.state.word(),
            "class": Cell::of(assessed).class(),
            "place": snapshot.location(Location::Text(target.file, target.name)),
        })
    };
    findings.iter().map(entry).collect()
}

/// A title, and a text as Markdown and as plain text.
type Shown = (String, String, String);

fn explain(snapshot: &Snapshot, about: &About) -> Result<Shown> {
    let db = &snapshot.db;
    let mut findings = match (&about.finding, about.decl) {
        (Some(name), _) => explain::find_findings(db, about.model, name),
        (None, Some(decl)) if decl.kind(db) == Kind::Component => matrix::in_file(db, about.file),
        (None, Some(decl)) => matrix::on(db, decl),
        (None, None) => {
            return Err(Error::invalid_params(
                "the command requires a finding or a position",
            ));
        }
    };
    findings.sort_by_key(|assessed| {
        (
            assessed.state != FindingState::Open,
            std::cmp::Reverse(assessed.finding.severity),
        )
    });
    let explanations: Vec<Explanation> = findings
        .iter()
        .map(|assessed| explain::finding(db, assessed))
        .collect();
    let count = explanations.len();
    let title = match (explanations.as_slice(), about.decl) {
        ([one], _) => sanitize::line(&one.title),
        ([], _) => "No findings here".to_owned(),
        (_, Some(decl)) => format!("{count} findings on `{}`", shown_name(db, decl)),
        (_, None) => format!("{count} findings"),
    };
    let shown = |as_markdown| {
        let texts = explanations
            .iter()
            .map(|explanation| markup::content(snapshot, explanation, as_markdown).value);
        texts
            .collect::<Vec<_>>()
            .join(if as_markdown { "\n---\n\n" } else { "\n" })
    };
    let (markdown, plain) = (shown(true), shown(false));
    let otherwise = |text: String| {
        if text.is_empty() {
            format!("{title}.")
        } else {
            text
        }
    };
    Ok((title.clone(), otherwise(markdown), otherwise(plain)))
}

fn matrix(snapshot: &Snapshot, about: &About) -> Shown {
    let db = &snapshot.db;
    let component = about
        .decl
        .is_some_and(|decl| decl.kind(db) == Kind::Component);
    let files: Vec<File> = if component {
        vec![about.file]
    } else {
        about.model.files(db).to_vec()
    };
    let mut rows = matrix::matrix(db, &files);
    let title = match about.file.component(db) {
        Some(name) if component => format!("STRIDE matrix of `{name}`"),
        _ => "STRIDE matrix of the model".to_owned(),
    };
    let rest = rows.len().saturating_sub(MAX_ROWS);
    rows.truncate(MAX_ROWS);
    let letters: Vec<String> = STRIDE.names().map(|word| word.replace('_', " ")).collect();
    let mut table = format!(
        "**{title}**\n\n| element | {} |\n|---|{}\n",
        letters.join(" | "),
        "---|".repeat(6)
    );
    let mut plain = format!("{title}\n");
    for row in &rows {
        let words: Vec<&str> = row.cells.iter().map(|cell| cell.word()).collect();
        // In a whole model several have the same short name.
        let name = match row.element.shape(db).name {
            Some(_) if !component => full_name(db, row.element).to_string(),
            _ => row.name.clone(),
        };
        table += &format!("| {} | {} |\n", markdown::literal(&name), words.join(" | "));
        plain += &format!("{}  {name}\n", matrix::letters(row.cells));
    }
    let note = match (rows.is_empty(), rest) {
        (true, _) => "No findings.\n".to_owned(),
        (false, 0) => String::new(),
        (false, rest) => format!("{rest} less severe ones are not shown.\n"),
    };
    let open = rows
        .iter()
        .filter(|row| row.cells.iter().any(|cell| matches!(cell, Cell::Open(_))))
        .count();
    let sum = format!(
        "{open} of {} elements with findings have open findings. {note}",
        rows.len() + rest
    );
    (title, format!("{table}\n{sum}"), plain + &sum)
}

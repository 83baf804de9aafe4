//! The register of threats as CSV (RFC 4180), for spreadsheets and ticket systems: a row for each
//! finding and each written threat, in whatever state. It must not know how a spreadsheet shows it,
//! but that some cells it would run.

use crate::losses::Export;
use threatline_model::{
    Assessed, Database, Decl, FindingId, FindingState, Kind, Model, Part, TypedValue, all_findings,
    component_of, finding_reasons, full_name, mitigations_against_finding, schema::STATUS, typed,
};
use threatline_syntax::Encoding;
use threatline_syntax::prose::count;
use threatline_view::names::shown_name;
use threatline_view::sanitize::{line, without_orders};

/// The columns; a cell with several values has `; ` between them.
pub const COLUMNS: [&str; 20] = [
    "id",
    "title",
    "categories",
    "severity",
    "likelihood",
    "impact",
    "state",
    "elements",
    "element titles",
    "component",
    "owner",
    "location",
    "reasons",
    "unspecified fact",
    "mitigations",
    "accepted by",
    "accepted until",
    "accepted because",
    "references",
    "ticket",
];

/// Writes the register of a model.
pub fn write(db: &Database, model: Model) -> Export {
    let mut text = row(COLUMNS.iter().map(|column| (*column).to_owned()));
    for assessed in all_findings(db, model) {
        text += &row(cells(db, &assessed).into_iter());
    }
    let declared = model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter());
    let assumptions = declared
        .filter(|decl| decl.kind(db) == Kind::Assumption)
        .count();
    let mut losses = vec!["the design: a register lists only findings and threats".to_owned()];
    if assumptions > 0 {
        losses.push(format!(
            "{}: not part of a threat register",
            count(assumptions, "assumption")
        ));
    }
    Export { text, losses }
}

fn cells(db: &Database, assessed: &Assessed) -> [String; COLUMNS.len()] {
    let finding = &assessed.finding;
    let id = finding.id;
    let elements: Vec<Decl> = match id {
        FindingId::Rule { element, .. } => vec![element],
        FindingId::Threat(threat) => typed(db, threat).decls("targets").collect(),
    };
    let component = component_of(db, id.subject().file(db));
    let mut owner = stated(db, id.definition(), "owner");
    if owner.is_empty() {
        owner = component
            .map(|component| stated(db, component, "owner"))
            .unwrap_or_default();
    }
    let countering = mitigations_against_finding(db, finding);
    let countering: Vec<Decl> = countering.iter().map(|one| one.mitigation).collect();
    let accepted = |property: &str| match assessed.state {
        FindingState::Accepted(accept) => stated(db, accept, property),
        _ => Vec::new(),
    };
    let mut tickets = stated(db, id.definition(), "ticket");
    tickets.extend(accepted("ticket"));
    tickets.extend(
        countering
            .iter()
            .flat_map(|mitigation| stated(db, *mitigation, "ticket")),
    );
    [
        id.name(db).to_string(),
        id.title(db).to_string(),
        finding.categories.in_words().replace(", ", "; "),
        finding.severity.word().to_owned(),
        finding.likelihood.word().to_owned(),
        finding.impact.word().to_owned(),
        assessed.standing().word().to_owned(),
        joined(elements.iter().map(|decl| full_name(db, *decl).to_string())),
        joined(elements.iter().map(|decl| title(db, *decl))),
        component
            .map(|component| full_name(db, component).to_string())
            .unwrap_or_default(),
        joined(owner),
        location(db, id.subject()),
        joined(
            finding_reasons(db, finding)
                .into_iter()
                .map(|reason| reason.message),
        ),
        finding
            .missing
            .map(|missing| missing.property.to_owned())
            .unwrap_or_default(),
        joined(countering.iter().map(|decl| mitigation(db, *decl))),
        joined(accepted("by")),
        joined(accepted("until")),
        joined(accepted("because")),
        joined(stated(db, id.definition(), "references")),
        joined(tickets),
    ]
}

/// The texts and dates that a declaration states for a property.
fn stated(db: &Database, decl: Decl, property: &str) -> Vec<String> {
    let values = typed(db, decl).values(property);
    let texts = values.iter().filter_map(|(_, value)| match value {
        TypedValue::Text(text) | TypedValue::Reference(text) => Some(text.to_string()),
        TypedValue::Date(date) => Some(date.to_string()),
        _ => None,
    });
    texts.collect()
}

fn joined(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().collect::<Vec<_>>().join("; ")
}

fn title(db: &Database, decl: Decl) -> String {
    decl.title(db)
        .map_or_else(|| shown_name(db, decl), ToString::to_string)
}

/// The file and the line of a declaration.
fn location(db: &Database, decl: Decl) -> String {
    let (file, span) = decl.part(Part::Name).resolve(db);
    let source = file.source(db);
    let start = source
        .lines
        .line_column(&source.text, span.start, Encoding::Utf32);
    format!("{}:{}", file.path(db), start.line + 1)
}

/// A mitigation with its state, its date and its owner.
fn mitigation(db: &Database, mitigation: Decl) -> String {
    let status = typed(db, mitigation)
        .word("status")
        .map_or("implemented", |word| STATUS.word(word));
    let due = stated(db, mitigation, "due")
        .into_iter()
        .map(|due| format!("due {due}"));
    let notes = [status.to_owned()]
        .into_iter()
        .chain(due)
        .chain(stated(db, mitigation, "owner"));
    let notes: Vec<String> = notes.collect();
    format!("{} ({})", full_name(db, mitigation), notes.join(", "))
}

fn row(cells: impl Iterator<Item = String>) -> String {
    cells.map(|text| cell(&text)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell, on one line, so that none begins with a tab or a line end. What a spreadsheet takes for
/// a formula gets a sign in front that makes it text, as OWASP's page on CSV injection says; what
/// is an order in a log is taken apart.
fn cell(text: &str) -> String {
    let mut cell = String::from("\"");
    // Where a spreadsheet takes `;` for the end of a cell, one begins behind it.
    let mut begins = true;
    for character in without_orders(&line(text)).chars() {
        if begins && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            cell.push('\'');
        }
        begins = matches!(character, ';' | ',') || (begins && matches!(character, ' ' | '"'));
        cell.push(character);
        if character == '"' {
            cell.push('"');
        }
    }
    cell + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_early() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("\t@SUM(1)"), "\"'@SUM(1)\"");
        assert_eq!(cell("\u{202e}-1"), "\"'-1\"");
        assert_eq!(cell("＝1"), "\"'＝1\"");
        assert_eq!(cell("a \"b\", c\r\nd"), "\"a \"\"b\"\", c d\"");
        assert_eq!(cell("1-1"), "\"1-1\"");
        assert_eq!(cell("a; =1, \"-1"), "\"a; '=1, \"\"'-1\"");
        assert_eq!(cell("\u{200b}=1"), "\"'=1\"");
    }
}

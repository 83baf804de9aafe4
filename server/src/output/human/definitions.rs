//! Technologies, protocols or mitigations, for people: a line each.

use crate::printable::in_one_line;
use std::io::{Result, Write};
use threatline_model::Kind;
use threatline_syntax::prose::count;
use threatline_view::definitions::Definition;

/// Writes a list of definitions of a kind.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, kind: Kind, definitions: &[Definition]) -> Result<()> {
    let widths = definitions.iter().map(|listed| listed.name.chars().count());
    let width = widths.max().unwrap_or_default();
    for definition in definitions {
        let (name, title) = (
            in_one_line(&definition.name),
            in_one_line(&definition.title),
        );
        let more = in_one_line(&details(definition).join("; "));
        let more = if more.is_empty() {
            more
        } else {
            format!(" ({more})")
        };
        writeln!(output, "{name:width$}  {title}{more}")?;
    }
    let number = count(definitions.len(), kind.word());
    writeln!(output)?;
    writeln!(output, "{number}; `threatline explain NAME` explains one")
}

/// The text after a title.
fn details(definition: &Definition) -> Vec<String> {
    let mut details = Vec::new();
    if definition.is_encrypted {
        details.push("encrypted".to_owned());
    }
    let lists = [
        ("is", definition.broader.clone()),
        ("counters", definition.counters.clone()),
        (
            "also",
            definition
                .aliases
                .iter()
                .map(|alias| (*alias).to_owned())
                .collect(),
        ),
    ];
    let lists = lists.into_iter().filter(|(_, words)| !words.is_empty());
    details.extend(lists.map(|(called, words)| format!("{called} {}", words.join(", "))));
    details
}

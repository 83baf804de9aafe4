//! Explanations as text for an editor: Markdown, or plain where the client shows no other. It must
//! not decide what is said.

use super::snapshot::Snapshot;
use threatline_model::Place;
use threatline_view::explain::{Explanation, Section};
use threatline_view::{markdown, sanitize};
use tower_lsp::ls_types::{MarkupContent, MarkupKind};

/// An explanation in the form that the client shows.
pub fn content(snapshot: &Snapshot, explanation: &Explanation, as_markdown: bool) -> MarkupContent {
    if as_markdown {
        MarkupContent {
            kind: MarkupKind::Markdown,
            value: laid_out(snapshot, explanation),
        }
    } else {
        MarkupContent {
            kind: MarkupKind::PlainText,
            value: plain(explanation),
        }
    }
}

fn laid_out(snapshot: &Snapshot, explanation: &Explanation) -> String {
    let mut text = format!(
        "**{}**\n",
        markdown::harmless(&sanitize::line(&explanation.title))
    );
    for (index, part) in explanation.parts.iter().enumerate() {
        let in_list = index > 0
            && matches!(
                explanation.parts[index - 1],
                Section::Item(..) | Section::Link(..)
            );
        let gap = if in_list { "" } else { "\n" };
        match part {
            Section::Heading(heading) => text += &format!("\n**{heading}**\n"),
            Section::Text(paragraph) => text += &format!("\n{}\n", markdown::harmless(paragraph)),
            Section::Item(item, place) => {
                let link = place
                    .and_then(|place| link(snapshot, place))
                    .map(|link| format!(" ({link})"));
                text += &format!(
                    "{gap}- {}{}\n",
                    markdown::harmless_item(item),
                    link.unwrap_or_default()
                );
            }
            Section::Link(item, link) => {
                text += &format!("{gap}- {}  \n  {link}\n", markdown::harmless_item(item))
            }
            Section::Code(code) => {
                // A fence longer than any in the text.
                let longest = code
                    .split(|character| character != '`')
                    .map(str::len)
                    .max()
                    .unwrap_or_default();
                let fence = "`".repeat(longest.max(2) + 1);
                text += &format!("\n{fence}threat\n{code}\n{fence}\n");
            }
        }
    }
    text
}

fn link(snapshot: &Snapshot, place: Place) -> Option<String> {
    let (file, span) = place.resolve(&snapshot.db);
    let path = file.path(&snapshot.db);
    let line = snapshot.range(file, span).start.line + 1;
    let name = path.rsplit('/').next().unwrap_or(path);
    let uri = snapshot.uri(path)?;
    Some(format!(
        "[{}:{line}](<{}#L{line}>)",
        markdown::literal(name),
        uri.as_str()
    ))
}

fn plain(explanation: &Explanation) -> String {
    let mut text = format!("{}\n", explanation.title);
    for part in &explanation.parts {
        match part {
            Section::Heading(heading) => text += &format!("\n{heading}\n"),
            Section::Text(paragraph) => text += &format!("\n{paragraph}\n"),
            Section::Item(item, _) => text += &format!("- {item}\n"),
            Section::Link(item, link) => text += &format!("- {item}\n{link}\n"),
            Section::Code(code) => text += &format!("\n{code}\n"),
        }
    }
    sanitize::text(&text)
}

//! What an editor asks, written as text.

use threatline_ide::target::Target;
use threatline_model::{Database, Place};
use threatline_testkit::written;
use threatline_view::explain::{Explanation, Section};

pub fn target(db: &Database, target: &Target) -> String {
    assert!(target.whole.start <= target.name.start && target.name.end <= target.whole.end);
    written(db, target.file, target.name)
}

fn place(db: &Database, place: Place) -> String {
    let (file, span) = place.resolve(db);
    let source = file.source(db);
    let index =
        source
            .lines
            .line_column(&source.text, span.start, threatline_syntax::Encoding::Utf32);
    match file.path(db).starts_with("std") {
        true => format!(" <{}>", file.path(db)),
        false => format!(" <{}:{}>", file.path(db), index.line + 1),
    }
}

/// An explanation as text.
pub fn explained(db: &Database, explanation: &Explanation) -> String {
    let mut reported = format!("# {}\n", explanation.title);
    for part in &explanation.parts {
        reported += &match part {
            Section::Heading(heading) => format!("== {heading}\n"),
            Section::Text(text) => format!("{text}\n"),
            Section::Item(text, index) => format!(
                "- {text}{}\n",
                index.map(|index| place(db, index)).unwrap_or_default()
            ),
            Section::Link(text, link) => format!("- {text}\n{link}\n"),
            Section::Code(text) => format!("    {}\n", text.replace('\n', "\n    ")),
        };
    }
    reported
}

//! Places in files as they are shown: a path with lines and columns. It must not know what is
//! there.

use std::sync::Arc;
use threatline_model::{Database, File, FindingId, Location, Part, Place, Settings, Span};
use threatline_syntax::{Encoding, LineColumn, LineIndex};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The path as it is shown.
    pub path: Arc<str>,
    /// The bytes.
    pub span: Span,
    /// Where it starts; columns count characters, both from 0.
    pub start: LineColumn,
    /// Where it ends.
    pub end: LineColumn,
}

/// The place of a diagnostic. `settings_lines` are those of the settings that it may be in.
pub fn spot_of_location(db: &Database, location: Location, settings_lines: &LineIndex) -> Spot {
    match location {
        Location::Settings(model, span) => in_settings(model.settings(db), settings_lines, span),
        Location::Text(file, span) => in_file(db, file, span),
        Location::Place(place) => spot_of(db, place),
    }
}

/// The place of a declaration's part.
pub fn spot_of(db: &Database, place: Place) -> Spot {
    let (file, span) = place.resolve(db);
    in_file(db, file, span)
}

/// The place of a finding itself: the name of its element or threat.
pub fn spot_of_finding(db: &Database, id: FindingId) -> Spot {
    spot_of(db, id.subject().part(Part::Name))
}

/// A place in a `threatline.toml`.
pub fn spot_in_settings(settings: &Settings, span: Span) -> Spot {
    in_settings(settings, &LineIndex::new(&settings.text), span)
}

fn in_settings(settings: &Settings, lines: &LineIndex, span: Span) -> Spot {
    let path = settings.path.clone().unwrap_or_default();
    in_text(&path, &settings.text, lines, span)
}

fn in_file(db: &Database, file: File, span: Span) -> Spot {
    let source = file.source(db);
    in_text(file.path(db), &source.text, &source.lines, span)
}

fn in_text(path: &Arc<str>, text: &str, lines: &LineIndex, span: Span) -> Spot {
    Spot {
        path: path.clone(),
        span,
        start: lines.line_column(text, span.start, Encoding::Utf32),
        end: lines.line_column(text, span.end, Encoding::Utf32),
    }
}

//! How a terminal shows what matters: the one place that names colors.

use anstyle::{AnsiColor, Style};
use threatline_model::Level;

/// Names and headings.
pub const HEADING: Style = Style::new().bold();

/// Where something is, next to what it is.
pub const FAINT: Style = Style::new().dimmed();

/// What failed.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// What passed.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();

/// The sign before a note in an excerpt, as the excerpt has its own.
pub const MARGIN: Style = AnsiColor::BrightBlue.on_default().bold();

/// A severity.
pub const fn of_level(level: Level) -> Style {
    match level {
        Level::Critical | Level::High => BAD,
        Level::Medium => AnsiColor::Yellow.on_default(),
        Level::Low => AnsiColor::Cyan.on_default(),
    }
}

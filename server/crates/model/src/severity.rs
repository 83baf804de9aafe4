//! The weights of the analysis: how much a diagnostic weighs, and the levels of likelihood, impact
//! and severity. It must not know what is weighed.

use crate::schema::LEVEL;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The model is wrong, or a severe threat is open.
    Error,
    /// To be checked soon.
    Warning,
    /// Worth knowing.
    Information,
    /// A nudge.
    Hint,
}

impl Severity {
    /// From the heaviest to the lightest.
    pub const ALL: [Severity; 4] = [
        Severity::Error,
        Severity::Warning,
        Severity::Information,
        Severity::Hint,
    ];

    /// The word for it in `threatline.toml` and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
            Severity::Hint => "hint",
        }
    }
}

/// Likelihood, impact and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the words of the language
pub enum Level {
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// From the least to the most.
    pub const ALL: [Level; 4] = [Level::Low, Level::Medium, Level::High, Level::Critical];

    /// The severity of what is so likely and so bad.
    pub fn severity(likelihood: Level, impact: Level) -> Level {
        SEVERITY_MATRIX[likelihood as usize][impact as usize]
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        LEVEL.word(self as u8)
    }

    /// The level of a word.
    pub fn from_word(word: &str) -> Option<Level> {
        LEVEL.position(word).map(Level::from_position)
    }

    /// The level of a position among them; of one beyond, the last.
    pub(crate) fn from_position(position: u8) -> Level {
        Level::ALL[(position as usize).min(3)]
    }

    /// The next one down.
    pub(crate) fn lowered(self) -> Level {
        Level::from_position((self as u8).saturating_sub(1))
    }

    /// The next one up.
    pub(crate) fn raised(self) -> Level {
        Level::from_position(self as u8 + 1)
    }
}

/// Severity by likelihood (rows) and impact (columns), both from low to critical. The table of the
/// language reference is made from this one.
pub const SEVERITY_MATRIX: [[Level; 4]; 4] = {
    use Level::{Critical, High, Low, Medium};
    [
        [Low, Low, Medium, High],
        [Low, Medium, High, High],
        [Medium, High, High, Critical],
        [High, High, Critical, Critical],
    ]
};

/// How much a finding of a severity weighs as a diagnostic.
pub(crate) fn weight(level: Level) -> Severity {
    match level {
        Level::Critical | Level::High => Severity::Error,
        Level::Medium => Severity::Warning,
        Level::Low => Severity::Information,
    }
}

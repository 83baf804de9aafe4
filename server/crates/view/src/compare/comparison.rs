//! What a comparison found. It must not know how it was found, nor how it is shown.

use threatline_model::{Assessed, Decl, FindingState, Level, Place, Settings, Span};

/// Which question of a reviewer a change answers, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What protects less, or promises less, than it did.
    Weakened,
    /// What is judged by: `threatline.toml`, rules, and what technologies and protocols are.
    Policy,
    /// A flow crosses a boundary that it did not cross.
    Crossing,
    /// Sensitive data is in a new place, or data is more sensitive than before.
    Sensitive,
    /// New in the design.
    Added,
    /// Neither of these.
    Changed,
    /// Gone from the design.
    Removed,
}

impl Topic {
    /// In the order of a report.
    pub const ALL: [Topic; 7] = [
        Topic::Weakened,
        Topic::Policy,
        Topic::Crossing,
        Topic::Sensitive,
        Topic::Added,
        Topic::Changed,
        Topic::Removed,
    ];

    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Topic::Weakened => "weakened",
            Topic::Policy => "policy",
            Topic::Crossing => "crossings",
            Topic::Sensitive => "sensitive",
            Topic::Added => "added",
            Topic::Changed => "changed",
            Topic::Removed => "removed",
        }
    }
}

/// Where something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the base; it is gone.
    Base(Place),
    /// In the head.
    Head(Place),
    /// In the head's `threatline.toml`, if the setting is there at all.
    Settings(Option<Span>),
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub topic: Topic,
    /// The kind and the full name of the declaration that changed; of a setting, its key.
    pub subject: (&'static str, String),
    /// What is different, as a sentence without its full stop.
    pub message: String,
    /// Where.
    pub place: Where,
}

/// A finding that is open now and was not, or that is open and more severe than it was.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The finding of the head.
    pub assessed: Assessed,
    /// What it was, if it was there: its state and its severity.
    pub before: Option<(&'static str, Level)>,
    /// Why it counts as open whatever the head does about it.
    pub overruled: Option<Overruled>,
}

impl Opened {
    /// Whether it was there before, and is more severe than when it was open or decided on.
    pub fn is_worse(&self) -> bool {
        match self.overruled {
            Some(Overruled::Worse { .. }) => true,
            Some(Overruled::Early { .. } | Overruled::Redefined) => false,
            None => {
                let was_open = |(state, _)| state == FindingState::Open.word();
                self.before.is_some_and(was_open)
            }
        }
    }
}

/// Why a finding counts as open whatever the head does about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overruled {
    /// It was accepted or planned when it was less severe.
    Worse {
        /// What it was then, in a word.
        state: &'static str,
        /// How severe it was.
        was: Level,
    },
    /// It was accepted or planned when it was not there.
    Early {
        /// What the head says that it is, in a word.
        state: &'static str,
    },
    /// It is closed or less severe only by definitions of the head.
    Redefined,
}

impl Overruled {
    /// The reason in words; `now` is the severity in the head.
    pub fn in_words(&self, now: Level) -> String {
        match self {
            Overruled::Worse { state, was } => {
                format!("{state} at {}, now {}", was.word(), now.word())
            }
            Overruled::Early { state } => format!("{state} before it was found"),
            Overruled::Redefined => "open by the base's definitions".to_owned(),
        }
    }
}

/// A finding that is open no longer.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The finding of the base.
    pub assessed: Assessed,
    /// What it is in the head, if it is there.
    pub now: Option<FindingState>,
    /// Why, as far as it is known.
    pub why: String,
    /// Where its subject is, or was.
    pub place: Where,
}

/// What changed.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Findings that are open and were not, or are worse than they were; the most severe first.
    pub opened: Vec<Opened>,
    /// Everything but findings, by topic, then by place.
    pub changes: Vec<Change>,
    /// Findings that were open and are not.
    pub closed: Vec<Closed>,
    /// Findings of the base that were treated, and that the head has no more though what they are
    /// on is there.
    pub unfound: Vec<Assessed>,
    /// What has another name: its kind, the name in the base, the name in the head, and where it
    /// is.
    pub renamed: Vec<(&'static str, String, String, Place)>,
    /// The declarations of the head of which no more than texts changed, such as titles, and which
    /// of them did.
    pub texts: Vec<(Decl, Vec<&'static str>)>,
}

/// What two states say of how they are to be judged.
pub struct Policies<'a> {
    /// What the base says, by which both are judged.
    pub base: &'a Settings,
    /// What the head says.
    pub head: &'a Settings,
    /// What is found in the head where it is judged by that; of no interest where both say the
    /// same.
    pub by_head: &'a [Assessed],
}

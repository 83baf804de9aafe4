//! A diagnostic as plain data: a place, a code and, where one is known, a fix. It must not know
//! what there is to diagnose, nor how it is shown.

use crate::aliases::Meant;
use crate::codes::Code;
use crate::db::{Decl, File, Model, Place};
use crate::identity::FindingId;
use crate::severity::Severity;
use smol_str::SmolStr;
use threatline_syntax::spelling::{did_you_mean, nearest};
use threatline_syntax::{Kind, Span};

/// Where a diagnostic or a part of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// At a part of a declaration.
    Place(Place),
    /// At bytes of a file.
    Text(File, Span),
    /// At bytes of a model's `threatline.toml`.
    Settings(Model, Span),
}

impl From<Place> for Location {
    fn from(place: Place) -> Location {
        Location::Place(place)
    }
}

/// Something else that is part of the reason, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is there, as a sentence without its full stop.
    pub message: String,
}

/// A name that nothing declares: one that is near it may be meant. It is looked for only where that
/// is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The declaration that it is written in.
    pub decl: Decl,
    /// The name.
    pub written: SmolStr,
    /// The kinds that are needed there, a bit each.
    pub kinds: u16,
}

/// One diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which one it is.
    pub code: &'static Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it is.
    pub location: Location,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// The facts that led to it, with their places.
    pub related: Vec<Related>,
    /// What to do about it, each a sentence.
    pub help: Vec<String>,
    /// What the text at its location should be instead, if that is known.
    pub replacement: Option<SmolStr>,
    /// The name that it is about, until one near it was looked for.
    pub sought: Option<Box<Sought>>,
    /// Whether nothing else can be meant: only then the text may be changed without a question.
    pub is_certain: bool,
    /// The findings that it reports, the most severe first.
    pub findings: Vec<FindingId>,
    /// How many findings it stands for in addition to those, since there are too many to list.
    pub more_findings: usize,
    /// How many diagnostics it stands for: one, itself, unless there are too many to list.
    pub stands_for: usize,
}

impl Diagnostic {
    /// A diagnostic with its code's own severity.
    pub fn new(
        code: &'static Code,
        location: impl Into<Location>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            location: location.into(),
            message: message.into(),
            related: Vec::new(),
            help: Vec::new(),
            replacement: None,
            sought: None,
            is_certain: false,
            findings: Vec::new(),
            more_findings: 0,
            stands_for: 1,
        }
    }

    /// How many findings it reports, listed or not.
    pub fn number_of_findings(&self) -> usize {
        self.findings.len() + self.more_findings
    }

    /// With a related place.
    pub fn relate(
        mut self,
        location: impl Into<Location>,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.related.push(Related {
            location: location.into(),
            message: message.into(),
        });
        self
    }

    /// With a sentence of help.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// About a name, for which a near one is to be looked for.
    pub fn seek(mut self, decl: Decl, written: &SmolStr, kinds: &[Kind]) -> Diagnostic {
        self.sought = Some(Box::new(Sought {
            decl,
            written: written.clone(),
            kinds: kinds.iter().fold(0, |set, kind| set | 1 << *kind as u16),
        }));
        self
    }

    /// With "did you mean", when one of the candidates is near.
    pub fn suggest(
        self,
        written: &str,
        candidates: impl IntoIterator<Item = SmolStr>,
    ) -> Diagnostic {
        self.suggest_word(nearest(written, candidates))
    }

    /// With the word that is meant by one from elsewhere, and with what else is to be known.
    pub fn meant(mut self, meant: Meant) -> Diagnostic {
        if let Some(word) = meant.word {
            self = self.suggest_word(Some(word.into()));
            self.is_certain = meant.is_certain;
        }
        if !meant.note.is_empty() {
            self.help.push(meant.note.to_owned());
        }
        self
    }

    /// With "did you mean" and a word, if there is one.
    pub fn suggest_word(mut self, word: Option<SmolStr>) -> Diagnostic {
        if let Some(near) = word {
            self.help.push(did_you_mean(&near));
            self.replacement = Some(near);
        }
        self
    }
}

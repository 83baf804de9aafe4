//! What is wrong with documents, and what of them has no place in a model. It must not know what
//! becomes of it.

use super::text::Place;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Something that keeps a document from being read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// The way to it from the top of the document, such as `technical_assets."Shop".type`; empty at
    /// the top.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem with a document as a whole, or with its syntax.
    pub fn at_top(place: Place, message: impl Into<String>) -> Problem {
        Problem {
            place,
            path: String::new(),
            message: message.into(),
        }
    }
}

/// Something of a document that has no place in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where it is.
    pub place: Place,
    /// The way to it.
    pub path: String,
    /// What becomes of it.
    pub why: String,
}

/// What becomes of most that has no place.
pub const KEPT: &str = "kept in a comment";
/// Why places and sizes are left out.
pub const DRAWN_ANEW: &str = "dropped: diagrams have an automatic layout";
/// What becomes of a flow that is not attached at both ends.
pub const LOOSE_END: &str = "kept in a comment: a flow must connect two elements";
/// What becomes of a boundary that is not a box.
pub const NO_INSIDE: &str = "kept in a comment: a line encloses nothing; draw a box instead";

/// What a reader of documents shares: what is wrong, and what has no place in a model.
#[derive(Debug, Default)]
pub struct Notes {
    problems: RefCell<BTreeSet<Problem>>,
    losses: RefCell<Vec<Loss>>,
}

impl Notes {
    /// Notes what is wrong.
    pub fn problem(&self, place: &Place, path: &str, message: impl Into<String>) {
        self.add(Problem {
            place: place.clone(),
            path: path.to_owned(),
            message: message.into(),
        });
    }

    /// Notes a problem, once.
    pub fn add(&self, problem: Problem) {
        self.problems.borrow_mut().insert(problem);
    }

    /// Notes what has no place.
    pub fn loss(&self, place: &Place, path: &str, why: impl Into<String>) {
        self.losses.borrow_mut().push(Loss {
            place: place.clone(),
            path: path.to_owned(),
            why: why.into(),
        });
    }

    /// The losses, unless something is wrong.
    ///
    /// # Errors
    /// All that is wrong, in the order of the places.
    pub fn into_losses(self) -> Result<Vec<Loss>, Vec<Problem>> {
        let problems = self.problems.into_inner();
        if problems.is_empty() {
            Ok(self.losses.into_inner())
        } else {
            Err(problems.into_iter().collect())
        }
    }
}

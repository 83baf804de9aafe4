//! What is drawn: elements, boundaries and flows. It must not know where on a drawing they are.

use crate::matrix::Cell;
use std::fmt;
use threatline_model::{Decl, Kind};

/// How many elements and flows a diagram has at most: more are nothing that a person can read, and
/// take seconds.
pub const MAX_PARTS: usize = 400;

/// What is drawn. It knows no database any more, so that a large one, which takes a while to lay
/// out, holds up no change.
#[derive(Clone, Debug)]
pub struct Diagram {
    pub(super) direction: Direction,
    pub(super) parts: Vec<Part>,
}

/// Where flows lead, as far as they can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the right, for a place that is wide.
    Right,
    /// Down, for a place that is tall.
    Down,
}

impl Direction {
    /// What lies along the direction and what across it, of what lies to the right and down; and
    /// back.
    pub(super) fn turned(self, (x, y): (f64, f64)) -> (f64, f64) {
        match self {
            Direction::Right => (x, y),
            Direction::Down => (y, x),
        }
    }
}

/// Why there is no diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDrawn {
    /// There is nothing to draw.
    Empty,
    /// There are so many parts.
    TooLarge(usize),
}

impl fmt::Display for NotDrawn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDrawn::Empty => {
                formatter.write_str("there are no elements, flows or boundaries to draw")
            }
            NotDrawn::TooLarge(parts) => write!(
                formatter,
                "{parts} elements, flows and boundaries are too many for a diagram, which shows \
                 at most {MAX_PARTS}"
            ),
        }
    }
}

impl std::error::Error for NotDrawn {}

/// A part of a drawing: an element, a boundary or a flow.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it stands for.
    pub decl: Decl,
    /// Its kind.
    pub kind: Kind,
    /// What it is called, on one line; nothing for a flow that is called nothing.
    pub title: String,
    /// The same in the lines that are drawn, what is too long cut off.
    pub name: Vec<String>,
    /// The text below.
    pub below: String,
    /// The worst that is known of it.
    pub worst: Cell,
    /// How many findings are open on it.
    pub open: usize,
    /// Whether it is in another file than those drawn.
    pub outside: bool,
    /// Of a boundary.
    pub(super) trust: &'static str,
    /// Its details, first the line that names it.
    pub tooltip: String,
    /// The boundary around it, as a part.
    pub within: Option<usize>,
    /// The ends of a flow, as parts.
    pub ends: Option<(usize, usize)>,
}

impl Diagram {
    /// What the parts of the drawing stand for, by their numbers.
    pub fn declarations(&self) -> impl Iterator<Item = Decl> {
        self.parts.iter().map(|part| part.decl)
    }

    /// The parts; a boundary comes before what is in it, and flows come last.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The elements and boundaries that are directly in a boundary, or in none, each with its
    /// number.
    pub fn directly_in(&self, boundary: Option<usize>) -> impl Iterator<Item = (usize, &Part)> {
        let parts = self.parts.iter().enumerate();
        parts.filter(move |(_, part)| part.kind != Kind::Flow && part.within == boundary)
    }

    /// The flows, each with the numbers of its ends.
    pub fn flows(&self) -> impl Iterator<Item = (&Part, usize, usize)> {
        let parts = self.parts.iter();
        parts.filter_map(|part| part.ends.map(|(source, target)| (part, source, target)))
    }

    /// The parts of some kinds, each with its number.
    pub(super) fn of_kind(&self, is: fn(Kind) -> bool) -> impl Iterator<Item = (usize, &Part)> {
        let parts = self.parts.iter().enumerate();
        parts.filter(move |(_, part)| is(part.kind))
    }
}

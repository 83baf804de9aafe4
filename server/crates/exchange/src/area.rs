//! Boxes and lines of drawings. It must not know what is drawn.

use std::cell::Cell;

/// How many of the lines that another one crosses are listed.
const MAX_LISTED: usize = 64;

/// A point, from the left and from the top.
pub type Point = (f64, f64);

/// A rectangle, with its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// How far it is from the left.
    pub left: f64,
    /// How far it is from the top.
    pub top: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Area {
    /// The point in the middle.
    pub fn middle(self) -> Point {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    /// How much is in it.
    pub fn size(self) -> f64 {
        self.width * self.height
    }

    /// Whether more than half of another one is in it: people draw over lines.
    pub fn holds_most(self, other: Area) -> bool {
        let along = |start: f64, length: f64, other: f64, others: f64| {
            ((start + length).min(other + others) - start.max(other)).max(0.0)
        };
        let common = along(self.left, self.width, other.left, other.width)
            * along(self.top, self.height, other.top, other.height);
        common * 2.0 > other.size()
    }
}

/// How many pieces of lines are compared on a diagram, each with each.
const MAX_COMPARED: usize = 1 << 18;

/// Which lines of a diagram cross, as long as there are not too many to compare.
pub struct Crossings {
    remaining: Cell<usize>,
}

impl Default for Crossings {
    fn default() -> Crossings {
        Crossings {
            remaining: Cell::new(MAX_COMPARED),
        }
    }
}

impl Crossings {
    /// Whether two lines of several points cross; nothing if too many were compared.
    pub fn cross(&self, one: &[Point], other: &[Point]) -> Option<bool> {
        let steps = one.len().saturating_mul(other.len()).max(1);
        let remaining = self.remaining.get().checked_sub(steps);
        self.remaining.set(remaining.unwrap_or_default());
        remaining.map(|_| cross(one, other))
    }
}

/// Whether two lines of several points cross.
fn cross(one: &[Point], other: &[Point]) -> bool {
    // On which side of the line from `a` to `b` it is.
    let side = |a: Point, b: Point, c: Point| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let meet = |a: Point, b: Point, c: Point, d: Point| {
        side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
    };
    one.windows(2).any(|one| {
        other
            .windows(2)
            .any(|other| meet(one[0], one[1], other[0], other[1]))
    })
}

/// What a line crosses, in words after a `;`, from whether it crosses each boundary and the name of
/// each. Empty, if it crosses nothing.
pub fn crossed_in_words(crossed: impl Iterator<Item = (Option<bool>, String)>) -> String {
    let mut titles = Vec::new();
    let mut is_unclear = false;
    for (crosses, title) in crossed {
        match crosses {
            Some(true) if titles.len() < MAX_LISTED => titles.push(title),
            Some(false) => {}
            _ => is_unclear = true,
        }
        if is_unclear {
            titles.push(
                "perhaps more: too many lines are drawn to compare or list them all".to_owned(),
            );
            break;
        }
    }
    if titles.is_empty() {
        String::new()
    } else {
        format!("; it crosses {}", titles.join(", "))
    }
}

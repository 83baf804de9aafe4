//! Boxes and lines of drawings. It must not know what is drawn.

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

    /// Whether the middle of another one is in it.
    pub fn holds(self, other: Area) -> bool {
        let (x, y) = other.middle();
        (self.left..=self.left + self.width).contains(&x)
            && (self.top..=self.top + self.height).contains(&y)
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

/// Whether two lines of several points cross.
pub fn cross(one: &[Point], other: &[Point]) -> bool {
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

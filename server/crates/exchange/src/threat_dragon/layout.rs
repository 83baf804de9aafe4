//! Positions of cells without a layout, and the bends of parallel flows. It must not know what a
//! cell represents, except for what is in which boundary.

use crate::area::{Area, Point};
use crate::draft::{Draft, Item};
use rustc_hash::FxHashMap;
use threatline_model::Kind;

/// The distance between cells, and from cells to the boundary around them.
const GAP: f64 = 60.0;

/// The size of an element, and the smallest size of a boundary.
const ELEMENT_SIZE: (f64, f64) = (160.0, 80.0);

/// The distance between flows that connect the same elements.
const FLOW_GAP: f64 = 50.0;

/// Positions without a layout: the contents of each boundary in rows.
pub fn in_rows(draft: &Draft) -> FxHashMap<String, Area> {
    let mut rows = Rows::default();
    for item in draft.of_kind(&[Kind::Boundary, Kind::External, Kind::Process, Kind::Store]) {
        let inside = rows.inside.entry(item.place.as_deref()).or_default();
        inside.push(item);
    }
    rows.fill(None, (0.0, 0.0));
    rows.areas
}

#[derive(Default)]
struct Rows<'d> {
    /// What is in each boundary, by its key.
    inside: FxHashMap<Option<&'d str>, Vec<&'d Item>>,
    areas: FxHashMap<String, Area>,
}

impl<'d> Rows<'d> {
    /// Places the contents of a boundary, and returns its size.
    fn fill(&mut self, boundary: Option<&'d str>, (left, top): Point) -> (f64, f64) {
        let items = self.inside.get(&boundary).cloned().unwrap_or_default();
        let columns = (items.len() as f64).sqrt().ceil() as usize;
        let (mut widest, mut y) = (0.0f64, top + GAP);
        for row in items.chunks(columns.max(1)) {
            let (mut x, mut highest) = (left + GAP, 0.0f64);
            for item in row {
                let (width, height) = match item.kind {
                    Kind::Boundary => self.fill(Some(&item.key), (x, y)),
                    _ => ELEMENT_SIZE,
                };
                let area = Area {
                    left: x,
                    top: y,
                    width,
                    height,
                };
                self.areas.insert(item.key.clone(), area);
                x += width + GAP;
                highest = highest.max(height);
            }
            widest = widest.max(x - left);
            y += highest + GAP;
        }
        let (width, height) = ELEMENT_SIZE;
        (widest.max(width), (y - top).max(height))
    }
}

/// Where a flow leaves the straight line between its ends, so that it does not overlap with the
/// flows before it that connect the same elements.
pub fn bends(one: Area, other: Area, nth: usize) -> Vec<Point> {
    let ((x, y), (to_x, to_y)) = (one.middle(), other.middle());
    if one == other {
        // Around the lower side of the element.
        let below = one.top + one.height + FLOW_GAP * (nth + 1) as f64;
        let half = one.width / 4.0;
        return vec![(x - half, below), (x + half, below)];
    }
    if nth == 0 {
        return Vec::new();
    }
    let length = (to_x - x).hypot(to_y - y).max(1.0);
    let gap = if nth % 2 == 1 { FLOW_GAP } else { -FLOW_GAP };
    let side = nth.div_ceil(2) as f64 * gap;
    vec![(
        (x + to_x) / 2.0 - (to_y - y) / length * side,
        (y + to_y) / 2.0 + (to_x - x) / length * side,
    )]
}

//! Which box a cell of a diagram is in. It must not know what a box stands for.

use super::cells::{Cell, Shape};
use crate::area::{Area, Point};
use crate::around::{self, Crossed, MAX_COMPARED};
use crate::draft::Item;
use crate::titles;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many boxes are listed in which something is drawn, too.
const MAX_LISTED: usize = 64;

/// Where the cells of a diagram are.
pub struct Boxes<'c, 'a> {
    cells: &'c [Cell<'a>],
    /// From the smallest to the largest; of two of the same size, the later one is in the earlier.
    boxes: Vec<DrawnBox>,
    places: FxHashMap<usize, Place>,
}

struct DrawnBox {
    /// Its index among the cells.
    cell: usize,
    area: Area,
}

/// Where a cell is, by the indices of boxes.
#[derive(Default)]
struct Place {
    /// The smallest box around it.
    innermost: Option<usize>,
    /// Boxes that it is drawn in, too.
    overlapping: Vec<usize>,
    /// Whether more boxes are drawn there than were examined.
    is_unclear: bool,
}

impl<'c, 'a> Boxes<'c, 'a> {
    /// The boxes among the cells of a diagram.
    pub fn of(cells: &'c [Cell<'a>]) -> Boxes<'c, 'a> {
        let (drawn, others): (Vec<DrawnBox>, Vec<DrawnBox>) = cells
            .iter()
            .enumerate()
            .filter_map(|(cell, Cell { area, .. })| {
                Some(DrawnBox {
                    cell,
                    area: (*area)?,
                })
            })
            .partition(|drawn| cells[drawn.cell].shape == Shape::Box);
        let mut boxes = drawn;
        boxes.sort_by(|one, other| {
            let by_size = one.area.size().total_cmp(&other.area.size());
            by_size.then(other.cell.cmp(&one.cell))
        });
        let areas: Vec<Area> = boxes.iter().map(|own| own.area).collect();
        let middles = |drawn: &[DrawnBox]| -> Vec<Point> {
            drawn.iter().map(|own| own.area.middle()).collect()
        };
        let mut around: Vec<Option<usize>> = vec![None; boxes.len()];
        let mut places = FxHashMap::default();
        // What holds most of a box holds its middle.
        around::visit(&areas, &middles(&boxes), |index, crossed| {
            let place = place_of_box(&areas, index, crossed);
            around[index] = place.innermost;
            places.insert(boxes[index].cell, place);
        });
        around::visit(&areas, &middles(&others), |index, crossed| {
            places.insert(others[index].cell, place_of_element(&around, crossed));
        });
        Boxes {
            cells,
            boxes,
            places,
        }
    }

    fn cell_of(&self, index: usize) -> &Cell<'a> {
        &self.cells[self.boxes[index].cell]
    }

    /// Puts what a cell declares into the smallest box around it.
    pub fn place(&self, index: usize, item: &mut Item) {
        let cell = &self.cells[index];
        let Some(place) = self.places.get(&index) else {
            if !self.boxes.is_empty() {
                cell.fields.keep(
                    &mut item.comments,
                    "position",
                    "it has no position or size, so it is outside all boundaries",
                    "It had no position or size, so it is outside all boundaries.",
                );
            }
            return;
        };
        item.place = place.innermost.map(|index| self.cell_of(index).key.clone());
        if place.is_unclear {
            cell.fields.keep(
                &mut item.comments,
                "position",
                format!(
                    "only the {MAX_COMPARED} smallest of the boundaries around it are compared"
                ),
                "TODO: review its boundary: too many are drawn around it to compare them all",
            );
        }
        if place.overlapping.is_empty() {
            return;
        }
        let mut listed: Vec<String> = place
            .overlapping
            .iter()
            .map(|index| format!("\"{}\"", titles::shortened(&self.cell_of(*index).title)))
            .collect();
        if listed.len() > MAX_LISTED {
            listed[MAX_LISTED] = "…".to_owned();
        }
        cell.fields.keep(
            &mut item.comments,
            "position",
            "kept in a comment: its boundaries overlap without nesting",
            format!("It was also drawn in {}.", listed.join(", ")),
        );
    }
}

/// Where a box is: in the smallest of the larger ones that hold most of it.
fn place_of_box(areas: &[Area], index: usize, crossed: &Crossed) -> Place {
    let mut larger = crossed.from(index + 1);
    let innermost = larger
        .by_ref()
        .take(MAX_COMPARED)
        .find(|around| areas[*around].holds_most(areas[index]));
    Place {
        innermost,
        is_unclear: innermost.is_none() && larger.next().is_some(),
        overlapping: Vec::new(),
    }
}

/// Where an element is: in the smallest box that holds its middle.
fn place_of_element(around: &[Option<usize>], crossed: &Crossed) -> Place {
    let mut holding = crossed.from(0);
    let Some(innermost) = holding.next() else {
        return Place::default();
    };
    // What is around the innermost is around this, too; others only overlap.
    let around: FxHashSet<usize> = std::iter::successors(Some(innermost), |index| around[*index])
        .take(MAX_COMPARED)
        .collect();
    let mut overlapping: Vec<usize> = holding
        .by_ref()
        .take(MAX_COMPARED - 1)
        .filter(|index| !around.contains(index))
        .collect();
    overlapping.truncate(MAX_LISTED + 1);
    Place {
        innermost: Some(innermost),
        overlapping,
        is_unclear: holding.next().is_some(),
    }
}

//! Which box a cell of a diagram is in. It must not know what a box stands for.

use super::cells::{Cell, Shape};
use crate::area::Area;
use crate::draft::Item;
use rustc_hash::FxHashSet;

/// The boxes of a diagram, from the smallest to the largest; of two of the same size, the later one
/// is in the earlier.
pub struct Boxes<'c, 'a> {
    cells: &'c [Cell<'a>],
    boxes: Vec<DrawnBox>,
}

struct DrawnBox {
    /// Its index among the cells.
    cell: usize,
    area: Area,
    /// The index of the box around it.
    around: Option<usize>,
}

impl<'c, 'a> Boxes<'c, 'a> {
    /// The boxes among the cells of a diagram.
    pub fn of(cells: &'c [Cell<'a>]) -> Boxes<'c, 'a> {
        let mut boxes: Vec<DrawnBox> = cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| cell.shape == Shape::Box)
            .filter_map(|(index, cell)| {
                Some(DrawnBox {
                    cell: index,
                    area: cell.area?,
                    around: None,
                })
            })
            .collect();
        boxes.sort_by(|one, other| {
            let by_size = one.area.size().total_cmp(&other.area.size());
            by_size.then(other.cell.cmp(&one.cell))
        });
        for index in 0..boxes.len() {
            let area = boxes[index].area;
            boxes[index].around =
                (index + 1..boxes.len()).find(|around| boxes[*around].area.holds_most(area));
        }
        Boxes { cells, boxes }
    }

    fn cell_of(&self, index: usize) -> &Cell<'a> {
        &self.cells[self.boxes[index].cell]
    }

    /// Puts what a cell declares into the smallest box around it.
    pub fn place(&self, index: usize, item: &mut Item) {
        let cell = &self.cells[index];
        let Some(area) = cell.area else {
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
        let key = |index: usize| self.cell_of(index).key.clone();
        if let Some(own) = self.boxes.iter().find(|own| own.cell == index) {
            item.place = own.around.map(key);
            return;
        }
        let mut holding = (0..self.boxes.len()).filter(|index| self.boxes[*index].area.holds(area));
        let Some(innermost) = holding.next() else {
            return;
        };
        item.place = Some(key(innermost));
        // What is around the innermost is around this, too; others only overlap.
        let around: FxHashSet<usize> =
            std::iter::successors(Some(innermost), |index| self.boxes[*index].around).collect();
        let overlapping: Vec<String> = holding
            .filter(|index| !around.contains(index))
            .map(|index| format!("\"{}\"", self.cell_of(index).title))
            .collect();
        if !overlapping.is_empty() {
            cell.fields.keep(
                &mut item.comments,
                "position",
                "kept in a comment: its boundaries overlap without nesting",
                format!("It was also drawn in {}.", overlapping.join(", ")),
            );
        }
    }
}

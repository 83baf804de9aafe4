//! Which areas of a drawing are around a point, the first of them first. It must not know what is
//! drawn.

use crate::area::{Area, Point};
use std::collections::BTreeSet;

/// How many areas around something are compared: however many are drawn over each other, each costs
/// no more.
pub const MAX_COMPARED: usize = 256;

/// Areas that a line from the top to the bottom meets, by their indices: a tree whose leaves are
/// the heights at which there are points. Each area is at few nodes, which together have below them
/// the leaves that it covers.
pub struct Crossed {
    nodes: Vec<BTreeSet<usize>>,
    /// The node of the height that is examined.
    leaf: usize,
}

impl Crossed {
    /// The areas around the point, from an index on, in their order. None is examined twice.
    pub fn from(&self, start: usize) -> impl Iterator<Item = usize> {
        let path = std::iter::successors(Some(self.leaf), |node| Some(node / 2));
        let mut remaining: Vec<_> = path
            .take_while(|node| *node > 0)
            .map(|node| self.nodes[node].range(start..).copied().peekable())
            .collect();
        std::iter::from_fn(move || {
            let next = remaining
                .iter_mut()
                .filter_map(|areas| Some((*areas.peek()?, areas)))
                .min_by_key(|(index, _)| *index);
            next.and_then(|(_, areas)| areas.next())
        })
    }

    /// The nodes that have below them the leaves of a range, and no others.
    fn nodes_of(leaves: usize, start: usize, end: usize) -> impl Iterator<Item = usize> {
        let (mut start, mut end) = (start + leaves, end.max(start) + leaves);
        let mut nodes = Vec::new();
        while start < end {
            if start % 2 == 1 {
                nodes.push(start);
                start += 1;
            }
            if end % 2 == 1 {
                end -= 1;
                nodes.push(end);
            }
            start /= 2;
            end /= 2;
        }
        nodes.into_iter()
    }
}

/// Visits each point with the areas around it, both by their indices, in the order of the points
/// from the left. A line goes over the drawing, so that no point is compared with all areas.
pub fn visit(areas: &[Area], points: &[Point], mut each: impl FnMut(usize, &Crossed)) {
    let mut heights: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
    heights.sort_by(f64::total_cmp);
    let sorted = |key: &dyn Fn(usize) -> f64, count: usize| {
        let mut indices: Vec<usize> = (0..count).collect();
        indices.sort_by(|one, other| key(*one).total_cmp(&key(*other)));
        indices
    };
    let left = |index: usize| areas[index].left;
    let right = |index: usize| areas[index].left + areas[index].width;
    let x = |index: usize| points[index].0;
    let mut begin = sorted(&left, areas.len()).into_iter().peekable();
    let mut end = sorted(&right, areas.len()).into_iter().peekable();
    let leaves = heights.len();
    let nodes_of = |index: usize| {
        let Area { top, height, .. } = areas[index];
        let start = heights.partition_point(|y| *y < top);
        let end = heights.partition_point(|y| *y <= top + height);
        Crossed::nodes_of(leaves, start, end)
    };
    let mut crossed = Crossed {
        nodes: vec![BTreeSet::new(); 2 * leaves],
        leaf: 0,
    };
    for point in sorted(&x, points.len()) {
        while let Some(index) = begin.next_if(|index| left(*index) <= x(point)) {
            for node in nodes_of(index) {
                crossed.nodes[node].insert(index);
            }
        }
        while let Some(index) = end.next_if(|index| right(*index) < x(point)) {
            for node in nodes_of(index) {
                crossed.nodes[node].remove(&index);
            }
        }
        crossed.leaf = leaves + heights.partition_point(|y| *y < points[point].1);
        each(point, &crossed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(left: f64, top: f64, width: f64, height: f64) -> Area {
        Area {
            left,
            top,
            width,
            height,
        }
    }

    #[test]
    fn the_areas_around_points_are_those_that_hold_them() {
        let number = |seed: usize| (seed * 7919 % 101 % 17) as f64;
        let areas: Vec<Area> = (0..60)
            .map(|seed| {
                area(
                    number(seed),
                    number(seed + 7),
                    number(seed + 3),
                    number(seed + 1),
                )
            })
            .collect();
        let points: Vec<Point> = (0..60)
            .map(|seed| (number(seed + 5) * 1.5, number(seed + 11)))
            .collect();
        let mut visited = 0;
        visit(&areas, &points, |point, crossed| {
            visited += 1;
            let (x, y) = points[point];
            let expected: Vec<usize> = (3..areas.len())
                .filter(|index| {
                    let Area {
                        left,
                        top,
                        width,
                        height,
                    } = areas[*index];
                    (left..=left + width).contains(&x) && (top..=top + height).contains(&y)
                })
                .collect();
            assert_eq!(crossed.from(3).collect::<Vec<_>>(), expected);
        });
        assert_eq!(visited, points.len());
        visit(&areas, &[], |_, _| panic!("there is no point"));
    }

    /// How many areas are at nodes and are examined, for areas in each other.
    fn steps(count: usize) -> usize {
        let areas: Vec<Area> = (0..count)
            .map(|number| {
                let inset = number as f64;
                let size = 2.0 * (count as f64 - inset);
                area(inset, inset, size, size)
            })
            .rev()
            .collect();
        let points: Vec<Point> = areas.iter().map(|area| area.middle()).collect();
        let (mut kept, mut looked_at) = (0, 0);
        visit(&areas, &points, |point, crossed| {
            kept = kept.max(crossed.nodes.iter().map(BTreeSet::len).sum::<usize>());
            looked_at += crossed.from(point + 1).take(1).count();
        });
        kept + looked_at
    }

    #[test]
    fn areas_in_each_other_take_few_steps() {
        let (few, many) = (steps(500), steps(2000));
        assert!(many < 6 * few, "{few} and {many}");
    }
}

//! Placement of labels: candidate positions are tried, so that no two labels overlap and none leaves the plot.

use crate::cells::Cells;
use crate::scene::{Point, Rectangle};

/// Cost per point of data line that runs through a label, in points of distance.
const LINE_COST: f64 = 4.0;

/// Cost per square point of a mark under a label, in points of distance.
const MARK_COST: f64 = 4.0;

/// Data is recorded up to this distance beyond the frame, in points.
const NEAR: f64 = 24.0;

/// Distance between an arrow and the labels it passes, in points.
const CLEARANCE: f64 = 2.0;

/// The space for labels in a plot: rectangles that labels must not overlap, and data that they avoid.
#[derive(Debug, Clone)]
pub struct Room {
    frame: Rectangle,
    taken: Vec<Rectangle>,
    lines: Cells<(Point, Point)>,
    marks: Cells<Rectangle>,
    arrows: Vec<(Point, Point)>,
}

impl Room {
    /// Creates the empty space within a frame that labels never leave.
    pub fn new(frame: Rectangle) -> Self {
        let near = frame.grown(NEAR);
        let (lines, marks) = (Cells::new(near), Cells::new(near));
        Room { frame, taken: Vec::new(), lines, marks, arrows: Vec::new() }
    }

    /// Adds a line through points; labels avoid it where possible.
    pub fn add_line(&mut self, points: &[Point]) {
        for ends in points.windows(2) {
            let (from, to) = (ends[0], ends[1]);
            let reaches_into = |cell: &Rectangle| length_within(from, to, cell) > 0.0;
            self.lines.insert((from, to), &bounds(from, to), reaches_into);
        }
    }

    /// Adds a mark; labels avoid it where possible.
    pub fn add_mark(&mut self, mark: Rectangle) {
        self.marks.insert(mark, &mark, |_| true);
    }

    /// Adds an arrow: labels avoid it like data, and no other arrow crosses it.
    pub fn add_arrow(&mut self, points: &[Point]) {
        self.add_line(points);
        self.arrows.extend(points.windows(2).map(|ends| (ends[0], ends[1])));
    }

    /// Keeps a rectangle free of labels.
    pub fn take(&mut self, rectangle: Rectangle) {
        self.taken.push(rectangle);
    }

    /// Returns whether a label may lie here.
    pub fn is_free(&self, label: &Rectangle) -> bool {
        self.frame.contains(label) && self.taken.iter().all(|taken| taken.overlap(label) == 0.0)
    }

    /// Returns whether a straight line keeps clear of all labels and arrows.
    pub fn is_clear(&self, from: Point, to: Point) -> bool {
        let is_apart = |taken: &Rectangle| length_within(from, to, &taken.grown(CLEARANCE)) == 0.0;
        self.taken.iter().all(is_apart)
            && !self.arrows.iter().any(|&(start, end)| cross(from, to, start, end))
    }

    /// Returns whether a straight line crosses a data line.
    pub fn crosses_data(&self, from: Point, to: Point) -> bool {
        self.lines.within(bounds(from, to)).any(|(_, (start, end))| cross(from, to, start, end))
    }

    /// Returns whether a straight line from `from` to `to` crosses a mark other than the mark at `target`.
    pub fn crosses_marks(&self, from: Point, to: Point, target: Point) -> bool {
        let other = |mark: &Rectangle| mark.overlap(&Rectangle::around(target, 1e-3, 1e-3)) == 0.0;
        self.marks
            .within(bounds(from, to))
            .any(|(_, mark)| other(&mark) && length_within(from, to, &mark) > 0.0)
    }

    /// Returns the cost of the data that a label here would cover; 0 where it covers none.
    pub fn cover(&self, label: &Rectangle) -> f64 {
        let lines = self.lines.within(*label).map(|(part, (from, to))| length_within(from, to, &part));
        let marks = self.marks.within(*label).map(|(part, mark)| mark.overlap(&part));
        LINE_COST * lines.sum::<f64>() + MARK_COST * marks.sum::<f64>()
    }

    /// Returns whether a label here would cover no data.
    pub fn covers_none(&self, label: &Rectangle) -> bool {
        self.lines.within(*label).all(|(part, (from, to))| length_within(from, to, &part) == 0.0)
            && self.marks.within(*label).all(|(part, mark)| mark.overlap(&part) == 0.0)
    }

    /// Returns whether a label may lie here and would cover no data.
    pub fn is_bare(&self, label: &Rectangle) -> bool {
        self.is_free(label) && self.covers_none(label)
    }

    /// Returns the cheapest candidate that satisfies `fits` and covers no data within a margin in points. Candidates
    /// are tried in ascending order of `cost`, so that the slow tests run for few of them.
    pub fn find_bare(
        &self,
        candidates: impl IntoIterator<Item = Rectangle>,
        margin: f64,
        cost: impl Fn(&Rectangle) -> f64,
        fits: impl Fn(&Rectangle) -> bool,
    ) -> Option<Rectangle> {
        let mut ordered = cheapest_first(candidates, cost).into_iter();
        ordered.find(|candidate| self.is_bare(&candidate.grown(margin)) && fits(candidate))
    }

    /// Returns the best free candidate: the one with the least sum of the cost of what it covers and its own `cost`, in
    /// points. A cost of `None` excludes a candidate. Returns `None` if no candidate is free.
    pub fn find(
        &self,
        candidates: impl IntoIterator<Item = Rectangle>,
        cost: impl Fn(&Rectangle) -> Option<f64>,
    ) -> Option<Rectangle> {
        let free = candidates.into_iter().filter(|candidate| self.is_free(candidate));
        let weighed =
            free.filter_map(|candidate| Some((candidate, cost(&candidate)? + self.cover(&candidate))));
        weighed.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(best, _)| best)
    }
}

/// Returns all positions of a label of a given size within an area, on a grid of `step` points.
pub fn positions(area: Rectangle, width: f64, height: f64, step: f64) -> impl Iterator<Item = Rectangle> {
    let count = |free: f64| if free < 0.0 { 0 } else { (free / step) as usize + 1 };
    let (columns, rows) = (count(area.width() - width), count(area.height() - height));
    (0..rows * columns).map(move |index| {
        let (left, top) =
            (area.left + (index % columns) as f64 * step, area.top + (index / columns) as f64 * step);
        Rectangle { left, top, right: left + width, bottom: top + height }
    })
}

/// Returns the bounding rectangle of a straight line.
fn bounds(from: Point, to: Point) -> Rectangle {
    Rectangle {
        left: from.x.min(to.x),
        top: from.y.min(to.y),
        right: from.x.max(to.x),
        bottom: from.y.max(to.y),
    }
}

/// Returns whether two straight lines intersect between their ends.
fn cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |from: Point, to: Point, p: Point| {
        (to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x)
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Returns the length of the part of a straight line that lies within a rectangle.
fn length_within(from: Point, to: Point, rectangle: &Rectangle) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let (mut enter, mut leave) = (0f64, 1f64);
    for (start, step, low, high) in
        [(from.x, dx, rectangle.left, rectangle.right), (from.y, dy, rectangle.top, rectangle.bottom)]
    {
        if step == 0.0 {
            if start < low || start > high {
                return 0.0;
            }
            continue;
        }
        let (a, b) = ((low - start) / step, (high - start) / step);
        enter = enter.max(a.min(b));
        leave = leave.min(a.max(b));
    }
    (leave - enter).max(0.0) * from.distance(to)
}

/// Sorts rectangles by ascending cost; equal costs keep their order.
pub fn cheapest_first(
    places: impl IntoIterator<Item = Rectangle>,
    cost: impl Fn(&Rectangle) -> f64,
) -> Vec<Rectangle> {
    let mut places: Vec<(f64, Rectangle)> = places.into_iter().map(|place| (cost(&place), place)).collect();
    places.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    places.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Rectangle = Rectangle { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_is_measured_where_it_crosses() {
        let at = |x, y| Point { x, y };
        assert_eq!(length_within(at(-5.0, 5.0), at(15.0, 5.0), &UNIT), 10.0);
        assert_eq!(length_within(at(2.0, 2.0), at(5.0, 6.0), &UNIT), 5.0);
        assert_eq!(length_within(at(-5.0, 11.0), at(15.0, 11.0), &UNIT), 0.0);
        assert_eq!(length_within(at(3.0, -4.0), at(3.0, 4.0), &UNIT), 4.0);
    }

    #[test]
    fn lines_cross_only_within_themselves() {
        let at = |x, y| Point { x, y };
        assert!(cross(at(0.0, 0.0), at(4.0, 4.0), at(0.0, 4.0), at(4.0, 0.0)));
        assert!(!cross(at(0.0, 0.0), at(1.0, 1.0), at(0.0, 4.0), at(4.0, 0.0)));
        assert!(!cross(at(0.0, 0.0), at(4.0, 0.0), at(0.0, 1.0), at(4.0, 1.0)));
    }

    #[test]
    fn labels_take_the_cheapest_free_place() {
        let frame = Rectangle { left: 0.0, top: 0.0, right: 100.0, bottom: 10.0 };
        let mut room = Room::new(frame);
        room.add_line(&[Point { x: 0.0, y: 5.0 }, Point { x: 30.0, y: 5.0 }]);
        let mut lefts = Vec::new();
        while let Some(label) = room.find(positions(frame, 20.0, 10.0, 10.0), |label| Some(label.left)) {
            room.take(label);
            lefts.push(label.left);
        }
        // First the places clear of the line, from the left, then those that cover 10 and 20 points of it.
        assert_eq!(lefts, [30.0, 50.0, 70.0, 0.0]);
    }
}

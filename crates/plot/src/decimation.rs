//! Decimation: fewer points for lines with more values than pixels, with the same appearance.

use crate::scene::{Point, Rectangle};

/// Returns the points a line is drawn through, as indices and values: all of them, or the least and the greatest of
/// each column of pixels in their order, so that no spike is lost. Values that are not finite are left out.
pub fn extremes(values: &[f64], columns: usize) -> Vec<(usize, f64)> {
    let finite = |from: usize, to: usize| {
        (from..to).map(|place| (place, values[place])).filter(|(_, value)| value.is_finite())
    };
    if values.len() <= 2 * columns {
        return finite(0, values.len()).collect();
    }
    let mut points = Vec::with_capacity(2 * columns);
    for column in 0..columns {
        let (from, to) = (column * values.len() / columns, (column + 1) * values.len() / columns);
        let least = finite(from, to).min_by(|(_, one), (_, other)| one.total_cmp(other));
        let greatest = finite(from, to).max_by(|(_, one), (_, other)| one.total_cmp(other));
        if let (Some(least), Some(greatest)) = (least, greatest) {
            points.push(if least.0 <= greatest.0 { least } else { greatest });
            points.push(if least.0 <= greatest.0 { greatest } else { least });
        }
    }
    points
}

/// The cells of an area that already have a small mark; another mark there would be hidden.
#[derive(Debug, Clone)]
pub struct Covered {
    area: Rectangle,
    side: f64,
    columns: usize,
    taken: Vec<bool>,
}

impl Covered {
    /// Creates an area without marks, with cells of `side` points.
    pub fn new(area: Rectangle, side: f64) -> Self {
        let count = |length: f64| (length.max(0.0) / side) as usize + 2;
        let (columns, rows) = (count(area.width()), count(area.height()));
        Covered { area, side, columns, taken: vec![false; columns * rows] }
    }

    /// Marks a position's cell and returns whether it was free.
    pub fn take(&mut self, at: Point) -> bool {
        let cell = |position: f64, start: f64| ((position - start).max(0.0) / self.side) as usize;
        let index =
            cell(at.y, self.area.top) * self.columns + cell(at.x, self.area.left).min(self.columns - 1);
        self.taken.get_mut(index).is_some_and(|taken| !std::mem::replace(taken, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_spike_among_a_million_values_is_kept() {
        let mut values = vec![0.0; 1_000_000];
        values[654_321] = 7.0;
        values[123_456] = -3.0;
        let points = extremes(&values, 1000);
        assert!(points.len() <= 2000);
        assert!(points.contains(&(654_321, 7.0)) && points.contains(&(123_456, -3.0)));
        assert!(points.is_sorted_by_key(|&(place, _)| place));
    }

    #[test]
    fn few_values_are_all_drawn() {
        assert_eq!(extremes(&[1.0, f64::NAN, 3.0], 100), [(0, 1.0), (2, 3.0)]);
    }
}

//! Curves of many noisy losses as lines: a thin one through the least and the greatest loss of each column of pixels,
//! and a strong one through means, on which dashes remain visible.

use super::curves::Curve;
use bk_plot::axis::Axis;
use bk_plot::decimation::extremes;
use std::ops::Range;

/// A line: pairs of step and loss.
pub type Line = Vec<(f64, f64)>;

/// Returns the parts of a curve before and from its divergence that lie between the ends of the axis of steps, with one
/// more value on either side, and whether they diverge. The parts share the point where they meet.
pub fn parts(curve: &Curve, axis: &Axis) -> Vec<(Range<usize>, bool)> {
    let shown = shown(curve, axis);
    let count = curve.losses.len();
    let parts = match curve.divergence {
        Some(divergence) => vec![(0..divergence.place + 1, false), (divergence.place..count, true)],
        None => vec![(0..count, false)],
    };
    let cut = |(part, diverged): (Range<usize>, bool)| {
        let part = part.start.max(shown.start)..part.end.min(shown.end);
        (!part.is_empty()).then_some((part, diverged))
    };
    parts.into_iter().filter_map(cut).collect()
}

/// Returns the range of a curve between the ends of the axis of steps, with one more value on either side.
pub fn shown(curve: &Curve, axis: &Axis) -> Range<usize> {
    let first = curve.steps.partition_point(|step| *step < axis.low());
    let end = curve.steps.partition_point(|step| *step <= axis.high());
    first.saturating_sub(1)..(end + 1).min(curve.steps.len())
}

/// Returns the means of successive values of a part of a curve, `group` at a time; the line is broken where a group has
/// no number. Groups are the same whichever part is shown.
pub fn means(steps: &[f64], values: &[f64], part: Range<usize>, group: usize) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    let mut from = part.start;
    while from < part.end {
        let to = ((from / group + 1) * group).min(part.end);
        let finite = || steps[from..to].iter().zip(&values[from..to]).filter(|(_, value)| value.is_finite());
        let count = finite().count() as f64;
        if count == 0.0 {
            lines.push(Line::new());
        } else if let Some(line) = lines.last_mut() {
            let (step, value) =
                finite().fold((0.0, 0.0), |(x, y), (step, value)| (x + step / count, y + value / count));
            line.push((step, value));
        }
        from = to;
    }
    lines
}

/// Returns the least and the greatest loss of each of `columns` columns.
pub fn outline(curve: &Curve, part: Range<usize>, columns: usize) -> Line {
    let (steps, losses) = (&curve.steps[part.clone()], &curve.losses[part]);
    extremes(losses, columns).into_iter().map(|(place, loss)| (steps[place], loss)).collect()
}

/// Returns the pieces of a line within the limits of the axis of losses.
pub fn clipped(line: &[(f64, f64)], axis: &Axis) -> Vec<Line> {
    let (low, high) = (axis.low(), axis.high());
    let mut pieces: Vec<Line> = Vec::new();
    let mut is_open = false;
    for ends in line.windows(2) {
        let ((x0, y0), (x1, y1)) = (ends[0], ends[1]);
        if y0.min(y1) > high || y0.max(y1) < low {
            is_open = false;
            continue;
        }
        // An end of the piece, or the point where the line from the other end crosses a limit.
        let cut = |(x, y): (f64, f64)| {
            if (low..=high).contains(&y) {
                return (x, y);
            }
            let limit = y.clamp(low, high);
            (x0 + (limit - y0) / (y1 - y0) * (x1 - x0), limit)
        };
        if !is_open {
            pieces.push(vec![cut(ends[0])]);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(cut(ends[1]));
        }
        is_open = (low..=high).contains(&y1);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_axis_is_cut_at_its_limit() {
        let axis = Axis::linear("", 0.0, 10.0, 5);
        let line = [(0.0, 5.0), (1.0, 15.0), (2.0, 1e300), (3.0, 20.0), (4.0, 0.0)];
        assert_eq!(clipped(&line, &axis), [vec![(0.0, 5.0), (0.5, 10.0)], vec![(3.5, 10.0), (4.0, 0.0)]]);
        assert_eq!(clipped(&[(0.0, 3.0), (1.0, 3.0), (2.0, 4.0)], &axis).len(), 1);
    }

    #[test]
    fn means_leave_gaps_out_and_break_where_there_is_nothing_else() {
        let losses = [1.0, 3.0, f64::NAN, 4.0, f64::NAN, f64::NAN, 2.0, 4.0, 5.0];
        let steps: Vec<f64> = (0..losses.len()).map(|step| step as f64).collect();
        let expected = [vec![(0.5, 2.0), (3.0, 4.0)], vec![(6.5, 3.0), (8.0, 5.0)]];
        assert_eq!(means(&steps, &losses, 0..9, 2), expected);
        // A part has the same means as the whole, except at its ends.
        assert_eq!(means(&steps, &losses, 1..8, 2), [vec![(1.0, 3.0), (3.0, 4.0)], vec![(6.5, 3.0)]]);
    }
}

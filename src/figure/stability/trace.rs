//! Curves of many noisy losses as lines: a thin one through the least and the greatest loss of each column of
//! pixels, and a strong one through means, in which dashes can be seen.

use super::curves::Curve;
use crate::figure::axis::Axis;
use crate::figure::decimation::extremes;
use std::ops::Range;

/// A line: steps and losses.
pub type Line = Vec<(f64, f64)>;

/// The two parts of a curve, before and from its divergence; they share the point where they meet.
pub fn parts(curve: &Curve) -> Vec<(Range<usize>, bool)> {
    let count = curve.losses.len();
    match curve.divergence {
        Some(divergence) => vec![(0..divergence.place + 1, false), (divergence.place..count, true)],
        None => vec![(0..count, false)],
    }
}

/// The means of successive losses of a part of a curve, `group` at a time; broken where a group has no
/// number, and clipped to the axis.
pub fn trend(curve: &Curve, part: Range<usize>, group: usize, axis: &Axis) -> Vec<Line> {
    let (steps, losses) = (&curve.steps[part.clone()], &curve.losses[part]);
    let mut lines = vec![Line::new()];
    for (steps, losses) in steps.chunks(group).zip(losses.chunks(group)) {
        let finite = || steps.iter().zip(losses).filter(|(_, loss)| loss.is_finite());
        let count = finite().count() as f64;
        if count == 0.0 {
            lines.push(Line::new());
        } else if let Some(line) = lines.last_mut() {
            let (step, loss) =
                finite().fold((0.0, 0.0), |(x, y), (step, loss)| (x + step / count, y + loss / count));
            line.push((step, loss));
        }
    }
    lines.iter().flat_map(|line| clipped(line, axis)).collect()
}

/// The least and the greatest loss of each of so many columns, clipped to the axis.
pub fn outline(curve: &Curve, part: Range<usize>, columns: usize, axis: &Axis) -> Vec<Line> {
    let (steps, losses) = (&curve.steps[part.clone()], &curve.losses[part]);
    let points = extremes(losses, columns);
    let line: Line = points.into_iter().map(|(place, loss)| (steps[place], loss)).collect();
    clipped(&line, axis)
}

/// The pieces of a line within the limits of the axis of losses.
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
        // An end, or where the line from the other end passes a limit.
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
    use crate::record::Model;

    fn curve(losses: Vec<f64>) -> Curve {
        let steps = (0..losses.len()).map(|step| step as f64).collect();
        Curve { model: Model::Mamba, record: 0, order: 0, steps, losses, diverged: false, divergence: None }
    }

    #[test]
    fn what_leaves_the_axis_is_cut_at_its_limit() {
        let axis = Axis::linear("", 0.0, 10.0, 5);
        let line = [(0.0, 5.0), (1.0, 15.0), (2.0, 1e300), (3.0, 20.0), (4.0, 0.0)];
        assert_eq!(clipped(&line, &axis), [vec![(0.0, 5.0), (0.5, 10.0)], vec![(3.5, 10.0), (4.0, 0.0)]]);
        assert_eq!(clipped(&[(0.0, 3.0), (1.0, 3.0), (2.0, 4.0)], &axis).len(), 1);
    }

    #[test]
    fn means_leave_gaps_out_and_break_where_there_is_nothing_else() {
        let axis = Axis::linear("", 0.0, 10.0, 5);
        let curve = curve(vec![1.0, 3.0, f64::NAN, 4.0, f64::NAN, f64::NAN, 2.0, 4.0, 5.0]);
        let expected = [vec![(0.5, 2.0), (3.0, 4.0)], vec![(6.5, 3.0), (8.0, 5.0)]];
        assert_eq!(trend(&curve, 0..9, 2, &axis), expected);
    }
}

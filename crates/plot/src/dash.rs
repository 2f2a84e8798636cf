//! Dashed lines as separate short lines, for painters that draw only solid ones.

use crate::scene::Point;

/// Cuts a line into its dashes. `dash` holds the lengths of dashes and gaps in turn, in points. Without a valid pattern
/// the line is returned in one piece.
pub fn pieces(points: &[Point], dash: &[f64]) -> Vec<Vec<Point>> {
    let lengths: Vec<f64> = dash.iter().copied().filter(|length| *length > 0.0).collect();
    if lengths.len() < 2 || lengths.len() != dash.len() {
        return vec![points.to_vec()];
    }
    let mut lengths = lengths.into_iter().cycle();
    let mut next_length = || lengths.next().unwrap_or(f64::INFINITY);
    let (mut left, mut drawing) = (next_length(), true);
    let mut pieces = Vec::new();
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    for ends in points.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        let mut length = from.distance(to);
        while length > left {
            let part = left / length;
            from = Point { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
            length -= left;
            if drawing {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            }
            drawing = !drawing;
            piece = vec![from];
            left = next_length();
        }
        left -= length;
        if drawing {
            piece.push(to);
        }
    }
    if drawing && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    #[test]
    fn dashes_run_on_around_corners() {
        let corner = [at(0.0, 0.0), at(4.0, 0.0), at(4.0, 10.0)];
        let expected = [
            vec![at(0.0, 0.0), at(3.0, 0.0)],
            vec![at(4.0, 1.0), at(4.0, 4.0)],
            vec![at(4.0, 6.0), at(4.0, 9.0)],
        ];
        assert_eq!(pieces(&corner, &[3.0, 2.0]), expected);
        let around = [vec![at(0.0, 0.0), at(4.0, 0.0), at(4.0, 1.0)], vec![at(4.0, 3.0), at(4.0, 8.0)]];
        assert_eq!(pieces(&corner, &[5.0, 2.0]), around);
    }

    #[test]
    fn what_is_no_pattern_stays_solid() {
        let line = [at(0.0, 0.0), at(9.0, 0.0)];
        for dash in [&[][..], &[3.0], &[0.0, 3.0]] {
            assert_eq!(pieces(&line, dash), [line.to_vec()]);
        }
    }
}

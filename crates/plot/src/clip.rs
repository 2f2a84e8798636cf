//! Clipping of lines and areas to a plot that shows only a part of the data.

use crate::scene::{Point, Rectangle};

/// Returns the pieces of an open line that lie within a rectangle.
pub fn line(points: &[Point], within: &Rectangle) -> Vec<Vec<Point>> {
    if points.iter().all(|point| within.has(*point)) {
        return if points.len() > 1 { vec![points.to_vec()] } else { vec![] };
    }
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut is_open = false;
    for ends in points.windows(2) {
        let Some((enter, leave)) = overlap(ends[0], ends[1], within) else {
            is_open = false;
            continue;
        };
        if !is_open {
            pieces.push(vec![between(ends[0], ends[1], enter)]);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(between(ends[0], ends[1], leave));
        }
        is_open = leave == 1.0;
    }
    pieces
}

/// Returns the part of a closed area that lies within a rectangle, clipped at each edge in turn (Sutherland and
/// Hodgman); empty if there is none.
pub fn area(corners: &[Point], within: &Rectangle) -> Vec<Point> {
    let Rectangle { left, top, right, bottom } = *within;
    let edges: [&dyn Fn(Point) -> f64; 4] =
        [&|point| point.x - left, &|point| right - point.x, &|point| point.y - top, &|point| {
            bottom - point.y
        }];
    let mut corners = corners.to_vec();
    for inside in edges {
        let Some(mut from) = corners.last().copied() else { break };
        let mut kept = Vec::with_capacity(corners.len() + 2);
        for to in corners {
            let (before, after) = (inside(from), inside(to));
            if (before < 0.0) != (after < 0.0) {
                kept.push(between(from, to, before / (before - after)));
            }
            if after >= 0.0 {
                kept.push(to);
            }
            from = to;
        }
        corners = kept;
    }
    corners
}

/// Returns the fractions of a straight line at which it enters and leaves a rectangle, if it does.
fn overlap(from: Point, to: Point, within: &Rectangle) -> Option<(f64, f64)> {
    let (mut enter, mut leave) = (0f64, 1f64);
    for (start, end, low, high) in
        [(from.x, to.x, within.left, within.right), (from.y, to.y, within.top, within.bottom)]
    {
        let step = end - start;
        if step == 0.0 {
            if start < low || start > high {
                return None;
            }
            continue;
        }
        let (one, other) = ((low - start) / step, (high - start) / step);
        enter = enter.max(one.min(other));
        leave = leave.min(one.max(other));
    }
    (enter < leave).then_some((enter, leave))
}

fn between(from: Point, to: Point, part: f64) -> Point {
    match part {
        0.0 => from,
        1.0 => to,
        part => Point { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Rectangle = Rectangle { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    fn at(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    #[test]
    fn lines_are_cut_where_they_leave_and_come_back() {
        let zigzag = [at(-5.0, 5.0), at(5.0, 5.0), at(5.0, 15.0), at(8.0, 15.0), at(8.0, -1e12)];
        let expected = [vec![at(0.0, 5.0), at(5.0, 5.0), at(5.0, 10.0)], vec![at(8.0, 10.0), at(8.0, 0.0)]];
        let pieces = line(&zigzag, &UNIT);
        assert_eq!(pieces.len(), 2);
        for (piece, expected) in pieces.iter().flatten().zip(expected.iter().flatten()) {
            let away = piece.distance(*expected);
            // The last piece begins a billion plot widths away.
            assert!(away < 1e-3, "{piece:?} is not {expected:?}");
        }
        assert_eq!(line(&[at(-5.0, 20.0), at(20.0, 20.0)], &UNIT), Vec::<Vec<Point>>::new());
        assert_eq!(line(&[at(1.0, 1.0), at(2.0, 2.0)], &UNIT), [vec![at(1.0, 1.0), at(2.0, 2.0)]]);
    }

    #[test]
    fn areas_are_cut_to_the_rectangle() {
        let around = [at(-5.0, -5.0), at(15.0, -5.0), at(15.0, 15.0), at(-5.0, 15.0)];
        let corners = area(&around, &UNIT);
        for corner in UNIT.corners() {
            assert!(corners.contains(&corner), "{corners:?}");
        }
        assert!(area(&[at(20.0, 0.0), at(30.0, 0.0), at(30.0, 9.0)], &UNIT).is_empty());
        let triangle = [at(1.0, 1.0), at(9.0, 1.0), at(5.0, 9.0)];
        assert_eq!(area(&triangle, &UNIT), triangle);
    }
}
